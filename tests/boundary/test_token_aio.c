/* SPDX-License-Identifier: MIT */
/* hf-test: posix threaded timeout=60 */

/*
 * POSIX asynchronous I/O on managed buffers: aio_read() from a pipe is under way for as long as the
 * test wants, everything moves meanwhile, and the completion comes on a thread that the library
 * does not know (SIGEV_THREAD).
 */

#define _POSIX_C_SOURCE 200809L

#include "managed.h"

#include <aio.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NS_PER_MS UINT64_C(1000000)
#define SIZE      64u

static void completed(union sigval value)
{
    struct aiocb *control = value.sival_ptr;
    int error = aio_error(control);
    ssize_t result = aio_return(control);
    (void)hf_token_complete(hf_token_from_memory(control), result, (uint32_t)error);
}

/* The operation's own structure is the token's memory; user is where its address is. */
typedef struct operation {
    struct aiocb *control;
    hf_token *token;
    int cancelled; /* what aio_cancel() said */
} operation;

static hf_status cancel(hf_token *token, void *user)
{
    operation *op = user;
    (void)token;
    op->cancelled = aio_cancel(op->control->aio_fildes, op->control);
    return op->cancelled == AIO_CANCELED ? HF_OK : HF_E_BUSY;
}

static hf_status close_fd(uintptr_t value, void *user)
{
    (void)user;
    return close((int)value) == 0 ? HF_OK : HF_E_SYSTEM;
}

static const hf_resource_class descriptors = { .struct_size = sizeof(hf_resource_class),
                                               .name = "descriptor",
                                               .invalid = (uintptr_t)-1,
                                               .release = close_fd };

typedef int aio_fn(struct aiocb *control);

/* Begins an operation on the whole buffer. */
static void begin(managed *m, operation *op, aio_fn *call, const hf_slot *file, hf_ref buffer)
{
    hf_token_options options = HF_TOKEN_OPTIONS_INIT;
    options.name = "aio";
    options.cancel = cancel;
    options.user = op;
    options.cancel_timeout_ns = 300 * NS_PER_MS;
    hf_span span;
    uintptr_t value;
    int status = -1;
    op->cancelled = -1;
    assert_int_equal(hf_token_create(m->thread, &options, &op->token), HF_OK);
    assert_int_equal(hf_token_lend(m->thread, op->token, buffer, 0, SIZE, &span), HF_OK);
    assert_int_equal(hf_token_hold(m->thread, op->token, file, &value), HF_OK);
    op->control = hf_token_memory(op->token, sizeof *op->control, 0);
    assert_non_null(op->control);
    op->control->aio_fildes = (int)value;
    op->control->aio_buf = span.data;
    op->control->aio_nbytes = span.size;
    op->control->aio_sigevent.sigev_notify = SIGEV_THREAD;
    op->control->aio_sigevent.sigev_notify_function = completed;
    op->control->aio_sigevent.sigev_value.sival_ptr = op->control;
    assert_int_equal(hf_token_submit(op->token), HF_OK);
    assert_int_equal(HF_NATIVE_CALL(m->thread, NULL, status, call(op->control)), HF_OK);
    assert_int_equal(status, 0);
}

static bool moves(managed *m, const hf_slot *buffer)
{
    uintptr_t before = managed_address(buffer);
    assert_int_equal(hf_collect(m->thread), HF_OK);
    return managed_address(buffer) != before;
}

static int64_t finish(managed *m, operation *op)
{
    int64_t result = -2;
    assert_int_equal(hf_token_wait(m->thread, op->token, UINT64_MAX), HF_OK);
    assert_int_equal(hf_token_result(op->token, &result, NULL), HF_OK);
    assert_int_equal(hf_token_destroy(m->thread, op->token), HF_OK);
    return result;
}

static void make_pipe(managed *m, hf_ref from, int *to_out)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(hf_resource_create(m->thread, &descriptors, (uintptr_t)ends[0], from), HF_OK);
    *to_out = ends[1];
}

static void assert_text(const hf_slot *buffer, const char *text)
{
    char content[SIZE] = "";
    assert_int_equal(hf_bytes_read(buffer, 0, content, strlen(text)), HF_OK);
    assert_string_equal(content, text);
}

static void aio_read_finds_its_buffer_where_it_was_lent(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref from = hf_local(m.thread), buffer = hf_local(m.thread), beside = hf_local(m.thread);
        int to;
        operation op;
        make_pipe(&m, from, &to);
        assert_int_equal(hf_bytes_create(m.thread, SIZE, buffer), HF_OK);
        assert_int_equal(hf_bytes_create(m.thread, SIZE, beside), HF_OK);
        begin(&m, &op, aio_read, from, buffer);
        assert_false(moves(&m, buffer));
        assert_true(moves(&m, beside)); /* so would the buffer have done without the token */
        assert_int_equal(hf_token_state_get(op.token), HF_TOKEN_SUBMITTED);
        assert_int_equal(write(to, "from the pipe", 13), 13);
        assert_int_equal(finish(&m, &op), 13);
        assert_true(moves(&m, buffer));
        assert_text(buffer, "from the pipe");
        assert_int_equal(hf_resource_dispose(m.thread, from), HF_OK);
        assert_int_equal(close(to), 0);
    }
    managed_end(&m);
}

static void aio_read_keeps_its_file_open_over_a_dispose(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref from = hf_local(m.thread), buffer = hf_local(m.thread);
        int to;
        operation op;
        make_pipe(&m, from, &to);
        assert_int_equal(hf_bytes_create(m.thread, SIZE, buffer), HF_OK);
        begin(&m, &op, aio_read, from, buffer);
        int fd = op.control->aio_fildes;
        assert_int_equal(hf_resource_dispose(m.thread, from), HF_OK);
        assert_int_equal(hf_runner_drain(m.thread, UINT64_MAX), HF_OK);
        char name[64];
        char what[64];
        (void)snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
        assert_true(readlink(name, what, sizeof what) > 0); /* nothing was closed early */
        assert_int_equal(write(to, "late", 4), 4);
        assert_int_equal(finish(&m, &op), 4);
        assert_int_equal(hf_runner_drain(m.thread, UINT64_MAX), HF_OK);
        assert_int_equal(readlink(name, what, sizeof what), -1);
        assert_int_equal(close(to), 0);
    }
    managed_end(&m);
}

static void aio_destroyed_early_is_cancelled_where_the_system_can(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref from = hf_local(m.thread);
        hf_ref first = hf_local(m.thread), second = hf_local(m.thread);
        int to;
        operation running, queued;
        make_pipe(&m, from, &to);
        assert_int_equal(hf_bytes_create(m.thread, SIZE, first), HF_OK);
        assert_int_equal(hf_bytes_create(m.thread, SIZE, second), HF_OK);
        begin(&m, &running, aio_read, from, first);
        begin(&m, &queued, aio_read, from, second); /* waits for the first on the same file */
        hf_status status = hf_token_destroy(m.thread, queued.token);
        if (queued.cancelled == AIO_CANCELED) {
            assert_int_equal(status, HF_OK);
            assert_true(moves(&m, second));
        } else {
            assert_int_equal(status, HF_E_TIMEOUT);
            managed_expect(&m, "hf_token_destroy", "not completed");
        }
        assert_false(moves(&m, first));
        assert_int_equal(write(to, "one", 3), 3);
        assert_int_equal(finish(&m, &running), 3);
        assert_text(first, "one");
        assert_int_equal(close(to), 0);
        assert_int_equal(hf_resource_dispose(m.thread, from), HF_OK);
    }
    managed_end(&m);
}

static void await_end(hf_token *token)
{
    while (hf_token_state_get(token) != HF_TOKEN_NONE) {
        hfp_sleep_ns(NS_PER_MS);
    }
}

static void aio_that_cannot_be_cancelled_writes_where_the_buffer_still_is(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref from = hf_local(m.thread), buffer = hf_local(m.thread);
        int to;
        operation op;
        make_pipe(&m, from, &to);
        assert_int_equal(hf_bytes_create(m.thread, SIZE, buffer), HF_OK);
        begin(&m, &op, aio_read, from, buffer);
        hfp_sleep_ns(20 * NS_PER_MS); /* now a thread of the system is in read() */
        hf_status status = hf_token_destroy(m.thread, op.token);
        if (op.cancelled != AIO_CANCELED) {
            assert_int_equal(status, HF_E_TIMEOUT);
            managed_expect(&m, "hf_token_destroy", "not completed");
            assert_false(moves(&m, buffer));
            assert_int_equal(write(to, "after all", 9), 9);
            await_end(op.token);
            assert_text(buffer, "after all");
            assert_true(moves(&m, buffer));
            assert_text(buffer, "after all");
        }
        assert_int_equal(close(to), 0);
        assert_int_equal(hf_resource_dispose(m.thread, from), HF_OK);
    }
    managed_end(&m);
}

static void aio_writes_a_file_and_reads_it_back(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    FILE *temporary = tmpfile();
    assert_non_null(temporary);
    {
        HF_FRAME(m.thread);
        hf_ref file = hf_local(m.thread), out = hf_local(m.thread), in = hf_local(m.thread);
        operation op;
        assert_int_equal(
            hf_resource_create(m.thread, &descriptors, (uintptr_t)dup(fileno(temporary)), file),
            HF_OK);
        assert_int_equal(hf_bytes_create(m.thread, SIZE, out), HF_OK);
        assert_int_equal(hf_bytes_create(m.thread, SIZE, in), HF_OK);
        assert_int_equal(hf_bytes_write(out, 0, "kept", 5), HF_OK);
        begin(&m, &op, aio_write, file, out);
        assert_int_equal(hf_collect(m.thread), HF_OK);
        assert_int_equal(finish(&m, &op), SIZE);
        begin(&m, &op, aio_read, file, in);
        assert_int_equal(hf_collect(m.thread), HF_OK);
        assert_int_equal(finish(&m, &op), SIZE);
        assert_text(in, "kept");
        assert_int_equal(hf_resource_dispose(m.thread, file), HF_OK);
    }
    managed_end(&m);
    assert_int_equal(fclose(temporary), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(aio_read_finds_its_buffer_where_it_was_lent),
        cmocka_unit_test(aio_read_keeps_its_file_open_over_a_dispose),
        cmocka_unit_test(aio_destroyed_early_is_cancelled_where_the_system_can),
        cmocka_unit_test(aio_that_cannot_be_cancelled_writes_where_the_buffer_still_is),
        cmocka_unit_test(aio_writes_a_file_and_reads_it_back),
    };
    /* The C library starts the thread of a notification itself, past the thread sanitizer, which
     * then has no record of the thread that it meets. */
    return HF_UNDER_TSAN ? 77 : cmocka_run_group_tests_name("token_aio", tests, NULL, NULL);
}
