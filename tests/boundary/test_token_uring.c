/* SPDX-License-Identifier: MIT */
/* hf-test: posix threaded library=uring timeout=60 */

/*
 * io_uring on managed buffers, by its own library: reads from a pipe are under way for as long as
 * the test wants, while everything moves.  The ring carries the token as user_data and is read by
 * the harvest function, which completes whatever comes.  Where the kernel forbids io_uring, the
 * program says so and is skipped.
 */

#define _GNU_SOURCE 1

#include "managed.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <liburing.h>

#define NS_PER_MS UINT64_C(1000000)
#define SIZE      64u
#define ENTRIES   16u

/* The thread sanitizer does not see that the kernel orders what goes through the ring; one thread
 * alone uses it here. */
static struct io_uring ring;

static void take(const struct io_uring_cqe *entry)
{
    hf_token *token = io_uring_cqe_get_data(entry);
    int result = entry->res;
    if (token) { /* a cancel has none */
        (void)hf_token_complete(token, result, result < 0 ? (uint32_t)-result : 0);
    }
}

static void harvest(hf_token *token, uint64_t wait_ns, void *user)
{
    struct __kernel_timespec wait = { .tv_nsec = (long long)wait_ns };
    struct io_uring_cqe *entry = NULL;
    (void)token;
    (void)user;
    if (io_uring_wait_cqe_timeout(&ring, &entry, &wait) == 0 && entry) {
        take(entry);
        io_uring_cqe_seen(&ring, entry);
    }
}

static hf_status cancel(hf_token *token, void *user)
{
    struct io_uring_sqe *entry = io_uring_get_sqe(&ring);
    (void)user;
    if (!entry) {
        return HF_E_LIMIT;
    }
    io_uring_prep_cancel(entry, token, 0);
    io_uring_sqe_set_data(entry, NULL);
    return io_uring_submit(&ring) == 1 ? HF_OK : HF_E_SYSTEM;
}

static hf_token *begin_read(managed *m, int from, hf_ref buffer)
{
    hf_token_options options = HF_TOKEN_OPTIONS_INIT;
    options.name = "io_uring read";
    options.cancel = cancel;
    options.harvest = harvest;
    options.cancel_timeout_ns = 10000 * NS_PER_MS;
    hf_token *token;
    hf_span span;
    int submitted = 0;
    assert_int_equal(hf_bytes_create(m->thread, SIZE, buffer), HF_OK);
    assert_int_equal(hf_token_create(m->thread, &options, &token), HF_OK);
    assert_int_equal(hf_token_lend(m->thread, token, buffer, 0, SIZE, &span), HF_OK);
    struct io_uring_sqe *entry = io_uring_get_sqe(&ring);
    assert_non_null(entry);
    io_uring_prep_read(entry, from, span.data, SIZE, (uint64_t)-1);
    io_uring_sqe_set_data(entry, token);
    assert_int_equal(hf_token_submit(token), HF_OK);
    assert_int_equal(HF_NATIVE_CALL(m->thread, NULL, submitted, io_uring_submit(&ring)), HF_OK);
    assert_int_equal(submitted, 1);
    return token;
}

static bool moves(managed *m, const hf_slot *buffer)
{
    uintptr_t before = managed_address(buffer);
    assert_int_equal(hf_collect(m->thread), HF_OK);
    return managed_address(buffer) != before;
}

static void assert_text(const hf_slot *buffer, const char *text)
{
    char content[SIZE] = "";
    assert_int_equal(hf_bytes_read(buffer, 0, content, strlen(text)), HF_OK);
    assert_string_equal(content, text);
}

static void uring_read_finds_its_buffer_where_it_was_lent(void **state)
{
    (void)state;
    managed m;
    int pipes[2];
    managed_begin(&m, NULL);
    assert_int_equal(pipe(pipes), 0);
    {
        HF_FRAME(m.thread);
        hf_ref buffer = hf_local(m.thread), beside = hf_local(m.thread);
        int64_t result = 0;
        assert_int_equal(hf_bytes_create(m.thread, SIZE, beside), HF_OK);
        hf_token *token = begin_read(&m, pipes[0], buffer);
        assert_false(moves(&m, buffer));
        assert_true(moves(&m, beside)); /* so would the buffer have done without the token */
        assert_int_equal(hf_token_wait(m.thread, token, NS_PER_MS), HF_E_TIMEOUT);
        assert_int_equal(write(pipes[1], "by the ring", 11), 11);
        assert_int_equal(hf_token_wait(m.thread, token, UINT64_MAX), HF_OK);
        assert_int_equal(hf_token_result(token, &result, NULL), HF_OK);
        assert_int_equal(result, 11);
        assert_true(moves(&m, buffer));
        assert_text(buffer, "by the ring");
        assert_int_equal(hf_token_destroy(m.thread, token), HF_OK);
    }
    (void)close(pipes[0]);
    (void)close(pipes[1]);
    managed_end(&m);
}

static void uring_wait_for_one_completes_the_others_too(void **state)
{
    (void)state;
    enum { READS = 4 };
    managed m;
    int pipes[READS][2];
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_token *tokens[READS];
        hf_ref buffers[READS];
        for (int i = 0; i < READS; i++) {
            assert_int_equal(pipe(pipes[i]), 0);
            buffers[i] = hf_local(m.thread);
            tokens[i] = begin_read(&m, pipes[i][0], buffers[i]);
        }
        assert_int_equal(hf_collect(m.thread), HF_OK);
        for (int i = READS - 1; i >= 0; i--) {
            char text[2] = { (char)('a' + i), 0 };
            assert_int_equal(write(pipes[i][1], text, 1), 1);
        }
        for (int i = 0; i < READS; i++) {
            char text[2] = { (char)('a' + i), 0 };
            assert_int_equal(hf_token_wait(m.thread, tokens[i], UINT64_MAX), HF_OK);
            assert_text(buffers[i], text);
            assert_int_equal(hf_token_destroy(m.thread, tokens[i]), HF_OK);
            (void)close(pipes[i][0]);
            (void)close(pipes[i][1]);
        }
    }
    managed_end(&m);
}

static void uring_read_destroyed_early_is_cancelled_by_the_kernel(void **state)
{
    (void)state;
    managed m;
    int pipes[2];
    managed_begin(&m, NULL);
    assert_int_equal(pipe(pipes), 0);
    {
        HF_FRAME(m.thread);
        hf_ref buffer = hf_local(m.thread);
        uint32_t error = 0;
        hf_token *token = begin_read(&m, pipes[0], buffer);
        assert_false(moves(&m, buffer));
        assert_int_equal(hf_token_destroy(m.thread, token), HF_OK);
        assert_int_equal(hf_token_state_get(token), HF_TOKEN_NONE);
        assert_true(moves(&m, buffer));

        token = begin_read(&m, pipes[0], buffer);
        assert_int_equal(hf_token_cancel(m.thread, token), HF_OK);
        assert_int_equal(hf_token_wait(m.thread, token, UINT64_MAX), HF_OK);
        assert_int_equal(hf_token_result(token, NULL, &error), HF_OK);
        assert_int_equal(error, ECANCELED);
        assert_int_equal(hf_token_destroy(m.thread, token), HF_OK);
    }
    (void)close(pipes[0]);
    (void)close(pipes[1]);
    managed_end(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uring_read_finds_its_buffer_where_it_was_lent),
        cmocka_unit_test(uring_wait_for_one_completes_the_others_too),
        cmocka_unit_test(uring_read_destroyed_early_is_cancelled_by_the_kernel),
    };
    int refused = io_uring_queue_init(ENTRIES, &ring, 0);
    if (refused < 0) {
        printf("skipped: the kernel gives no io_uring: %s\n", strerror(-refused));
        return 77;
    }
    int failed = cmocka_run_group_tests_name("token_uring", tests, NULL, NULL);
    io_uring_queue_exit(&ring);
    return failed;
}
