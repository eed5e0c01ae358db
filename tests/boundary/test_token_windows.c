/* SPDX-License-Identifier: MIT */
/* hf-test: windows threaded timeout=120 */

/*
 * Overlapped I/O on managed buffers with a completion port: a read from a pipe is under way for as
 * long as the test wants, everything moves meanwhile, and the thread at the port, which is not
 * attached, completes the token that it finds by its OVERLAPPED.
 */

#include "managed.h"

#include <string.h>

#include <windows.h>

#define NS_PER_MS UINT64_C(1000000)
#define SIZE      64u
#define QUIT      1 /* a key */
#define FILES     2

typedef struct port {
    HANDLE handle;
    hfp_thread thread;
} port;

static void serve(void *user)
{
    const port *p = user;
    for (;;) {
        DWORD bytes = 0;
        ULONG_PTR key = 0;
        OVERLAPPED *work = NULL;
        BOOL done = GetQueuedCompletionStatus(p->handle, &bytes, &key, &work, INFINITE);
        uint32_t error = done ? 0 : GetLastError();
        if (!work) {
            return;
        }
        (void)hf_token_complete(hf_token_from_memory(work), bytes, error);
    }
}

static void open_port(port *p)
{
    p->handle = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
    assert_non_null(p->handle);
    assert_int_equal(hfp_thread_start(&p->thread, "port", serve, p), HF_OK);
}

static void close_port(port *p)
{
    assert_true(PostQueuedCompletionStatus(p->handle, 0, QUIT, NULL));
    hfp_thread_join(&p->thread);
    assert_true(CloseHandle(p->handle));
}

static hf_status close_handle(uintptr_t value, void *user)
{
    (void)user;
    return CloseHandle((HANDLE)value) ? HF_OK : HF_E_SYSTEM;
}

static const hf_resource_class handles = { .struct_size = sizeof(hf_resource_class),
                                           .name = "handle",
                                           .invalid = (uintptr_t)-1,
                                           .release = close_handle };

typedef struct operation {
    hf_token *token;
    HANDLE file;
    OVERLAPPED *work;
    hf_span span;
} operation;

static hf_status cancel(hf_token *token, void *user)
{
    operation *op = user;
    (void)token;
    return CancelIoEx(op->file, op->work) ? HF_OK : HF_E_SYSTEM;
}

static void prepare(managed *m, operation *op, const hf_slot *file, hf_ref buffer)
{
    hf_token_options options = HF_TOKEN_OPTIONS_INIT;
    options.name = "overlapped";
    options.cancel = cancel;
    options.user = op;
    options.cancel_timeout_ns = 10000 * NS_PER_MS;
    uintptr_t value;
    assert_int_equal(hf_token_create(m->thread, &options, &op->token), HF_OK);
    assert_int_equal(hf_token_lend(m->thread, op->token, buffer, 0, SIZE, &op->span), HF_OK);
    assert_int_equal(hf_token_hold(m->thread, op->token, file, &value), HF_OK);
    op->file = (HANDLE)value;
    op->work = hf_token_memory(op->token, sizeof *op->work, 0);
    assert_non_null(op->work);
    assert_int_equal(hf_token_submit(op->token), HF_OK);
}

/* A port gets a packet also for what was over at once. */
static void check_begun(BOOL done, const hf_native_error *error)
{
    assert_true(done || error->last_error == ERROR_IO_PENDING);
}

static void begin_read(managed *m, operation *op, const hf_slot *file, hf_ref buffer)
{
    hf_native_error error;
    BOOL done = FALSE;
    prepare(m, op, file, buffer);
    assert_int_equal(HF_NATIVE_CALL(m->thread, &error, done,
                                    ReadFile(op->file, op->span.data, SIZE, NULL, op->work)),
                     HF_OK);
    check_begun(done, &error);
}

static void begin_write(managed *m, operation *op, const hf_slot *file, hf_ref buffer)
{
    hf_native_error error;
    BOOL done = FALSE;
    prepare(m, op, file, buffer);
    assert_int_equal(HF_NATIVE_CALL(m->thread, &error, done,
                                    WriteFile(op->file, op->span.data, SIZE, NULL, op->work)),
                     HF_OK);
    check_begun(done, &error);
}

static bool moves(managed *m, const hf_slot *buffer)
{
    uintptr_t before = managed_address(buffer);
    assert_int_equal(hf_collect(m->thread), HF_OK);
    return managed_address(buffer) != before;
}

static int64_t finish(managed *m, operation *op, uint32_t *error_out)
{
    int64_t result = -2;
    assert_int_equal(hf_token_wait(m->thread, op->token, UINT64_MAX), HF_OK);
    assert_int_equal(hf_token_result(op->token, &result, error_out), HF_OK);
    assert_int_equal(hf_token_destroy(m->thread, op->token), HF_OK);
    return result;
}

static void own(managed *m, const port *p, HANDLE handle, hf_ref out)
{
    assert_ptr_not_equal(handle, INVALID_HANDLE_VALUE);
    assert_non_null(CreateIoCompletionPort(handle, p->handle, FILES, 0));
    assert_int_equal(hf_resource_create(m->thread, &handles, (uintptr_t)handle, out), HF_OK);
}

/* The reading end belongs to the port, the writing end is plain. */
static HANDLE make_pipe(managed *m, const port *p, hf_ref from)
{
    static unsigned number;
    char name[64];
    wsprintfA(name, "\\\\.\\pipe\\holdfast-%lu-%u", (unsigned long)GetCurrentProcessId(), ++number);
    HANDLE reader = CreateNamedPipeA(name, PIPE_ACCESS_INBOUND | FILE_FLAG_OVERLAPPED,
                                     PIPE_TYPE_BYTE, 1, 4096, 4096, 0, NULL);
    own(m, p, reader, from);
    HANDLE writer = CreateFileA(name, GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    assert_ptr_not_equal(writer, INVALID_HANDLE_VALUE);
    return writer;
}

static void put(HANDLE to, const char *text)
{
    DWORD written = 0;
    assert_true(WriteFile(to, text, (DWORD)strlen(text), &written, NULL));
    assert_int_equal(written, strlen(text));
}

static void assert_text(const hf_slot *buffer, const char *text)
{
    char content[SIZE] = "";
    assert_int_equal(hf_bytes_read(buffer, 0, content, strlen(text)), HF_OK);
    assert_string_equal(content, text);
}

static void overlapped_read_finds_its_buffer_where_it_was_lent(void **state)
{
    (void)state;
    managed m;
    port p;
    managed_begin(&m, NULL);
    open_port(&p);
    {
        HF_FRAME(m.thread);
        hf_ref from = hf_local(m.thread), buffer = hf_local(m.thread), beside = hf_local(m.thread);
        operation op;
        HANDLE to = make_pipe(&m, &p, from);
        assert_int_equal(hf_bytes_create(m.thread, SIZE, buffer), HF_OK);
        assert_int_equal(hf_bytes_create(m.thread, SIZE, beside), HF_OK);
        begin_read(&m, &op, from, buffer);
        assert_false(moves(&m, buffer));
        assert_true(moves(&m, beside)); /* so would the buffer have done without the token */
        assert_int_equal(hf_token_state_get(op.token), HF_TOKEN_SUBMITTED);
        put(to, "from the pipe");
        assert_int_equal(finish(&m, &op, NULL), 13);
        assert_true(moves(&m, buffer));
        assert_text(buffer, "from the pipe");
        assert_int_equal(hf_resource_dispose(m.thread, from), HF_OK);
        assert_true(CloseHandle(to));
    }
    close_port(&p);
    managed_end(&m);
}

static void overlapped_read_destroyed_early_is_cancelled_by_the_system(void **state)
{
    (void)state;
    managed m;
    port p;
    managed_begin(&m, NULL);
    open_port(&p);
    {
        HF_FRAME(m.thread);
        hf_ref from = hf_local(m.thread), buffer = hf_local(m.thread);
        operation op;
        HANDLE to = make_pipe(&m, &p, from);
        assert_int_equal(hf_bytes_create(m.thread, SIZE, buffer), HF_OK);
        begin_read(&m, &op, from, buffer);
        assert_false(moves(&m, buffer));
        assert_int_equal(hf_token_destroy(m.thread, op.token), HF_OK);
        assert_int_equal(hf_token_state_get(op.token), HF_TOKEN_NONE);
        assert_true(moves(&m, buffer));

        uint32_t error = 0;
        begin_read(&m, &op, from, buffer);
        assert_int_equal(hf_token_cancel(m.thread, op.token), HF_OK);
        assert_int_equal(finish(&m, &op, &error), 0);
        assert_int_equal(error, ERROR_OPERATION_ABORTED);

        begin_read(&m, &op, from, buffer); /* and the pipe still works */
        put(to, "next");
        assert_int_equal(finish(&m, &op, NULL), 4);
        assert_text(buffer, "next");
        assert_int_equal(hf_resource_dispose(m.thread, from), HF_OK);
        assert_true(CloseHandle(to));
    }
    close_port(&p);
    managed_end(&m);
}

static void overlapped_read_keeps_its_handle_open_over_a_dispose(void **state)
{
    (void)state;
    managed m;
    port p;
    managed_begin(&m, NULL);
    open_port(&p);
    {
        HF_FRAME(m.thread);
        hf_ref from = hf_local(m.thread), buffer = hf_local(m.thread);
        operation op;
        DWORD flags = 0;
        HANDLE to = make_pipe(&m, &p, from);
        assert_int_equal(hf_bytes_create(m.thread, SIZE, buffer), HF_OK);
        begin_read(&m, &op, from, buffer);
        assert_int_equal(hf_resource_dispose(m.thread, from), HF_OK);
        assert_int_equal(hf_runner_drain(m.thread, UINT64_MAX), HF_OK);
        assert_true(GetHandleInformation(op.file, &flags)); /* nothing was closed early */
        put(to, "late");
        assert_int_equal(finish(&m, &op, NULL), 4);
        assert_int_equal(hf_runner_drain(m.thread, UINT64_MAX), HF_OK);
        assert_false(GetHandleInformation(op.file, &flags));
        assert_true(CloseHandle(to));
    }
    close_port(&p);
    managed_end(&m);
}

static void overlapped_writes_a_file_and_reads_it_back(void **state)
{
    (void)state;
    managed m;
    port p;
    managed_begin(&m, NULL);
    open_port(&p);
    {
        HF_FRAME(m.thread);
        hf_ref file = hf_local(m.thread), out = hf_local(m.thread), in = hf_local(m.thread);
        char folder[MAX_PATH], path[MAX_PATH];
        operation op;
        assert_true(GetTempPathA(MAX_PATH, folder) > 0);
        assert_true(GetTempFileNameA(folder, "hf", 0, path) > 0);
        own(&m, &p,
            CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS,
                        FILE_FLAG_OVERLAPPED | FILE_FLAG_DELETE_ON_CLOSE, NULL),
            file);
        assert_int_equal(hf_bytes_create(m.thread, SIZE, out), HF_OK);
        assert_int_equal(hf_bytes_create(m.thread, SIZE, in), HF_OK);
        assert_int_equal(hf_bytes_write(out, 0, "kept", 5), HF_OK);
        begin_write(&m, &op, file, out);
        assert_int_equal(hf_collect(m.thread), HF_OK);
        assert_int_equal(finish(&m, &op, NULL), SIZE);
        begin_read(&m, &op, file, in);
        assert_int_equal(hf_collect(m.thread), HF_OK);
        assert_int_equal(finish(&m, &op, NULL), SIZE);
        assert_text(in, "kept");
        assert_int_equal(hf_resource_dispose(m.thread, file), HF_OK);
    }
    close_port(&p);
    managed_end(&m);
}

static void overlapped_read_that_is_refused_takes_its_submit_back(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref file = hf_local(m.thread), buffer = hf_local(m.thread);
        operation op;
        hf_native_error error;
        BOOL done = TRUE;
        HANDLE writer =
            CreateFileA("NUL", GENERIC_WRITE, 0, NULL, OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL);
        assert_ptr_not_equal(writer, INVALID_HANDLE_VALUE);
        assert_int_equal(hf_resource_create(m.thread, &handles, (uintptr_t)writer, file), HF_OK);
        assert_int_equal(hf_bytes_create(m.thread, SIZE, buffer), HF_OK);
        prepare(&m, &op, file, buffer);
        assert_int_equal(HF_NATIVE_CALL(m.thread, &error, done,
                                        ReadFile(op.file, op.span.data, SIZE, NULL, op.work)),
                         HF_OK);
        assert_false(done);
        assert_int_equal(error.last_error, ERROR_ACCESS_DENIED);
        assert_int_equal(hf_token_abort_submit(op.token), HF_OK);
        assert_false(moves(&m, buffer));
        assert_int_equal(hf_token_destroy(m.thread, op.token), HF_OK);
        assert_true(moves(&m, buffer));
        assert_int_equal(hf_resource_dispose(m.thread, file), HF_OK);
    }
    managed_end(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(overlapped_read_finds_its_buffer_where_it_was_lent),
        cmocka_unit_test(overlapped_read_destroyed_early_is_cancelled_by_the_system),
        cmocka_unit_test(overlapped_read_keeps_its_handle_open_over_a_dispose),
        cmocka_unit_test(overlapped_writes_a_file_and_reads_it_back),
        cmocka_unit_test(overlapped_read_that_is_refused_takes_its_submit_back),
    };
    return cmocka_run_group_tests_name("token_windows", tests, NULL, NULL);
}
