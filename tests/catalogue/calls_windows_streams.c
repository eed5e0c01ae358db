/* SPDX-License-Identifier: MIT */

/* The walk: pipes, and directories as they change. */

#include "lend.h"

static const char first_message[] = "a message that is longer than the smallest capacity";
static const char second_message[] = "another one";

typedef struct pipe_ends {
    HANDLE reader, writer;
} pipe_ends;

/* Two messages wait in it. */
static pipe_ends make_pipe(DWORD mode)
{
    DWORD written;
    pipe_ends ends;
    wchar_t name[64];
    swprintf(name, 64, L"\\\\.\\pipe\\holdfast_walk_%lu", GetCurrentProcessId());
    ends.reader = CreateNamedPipeW(name, PIPE_ACCESS_DUPLEX, mode, 1, 65536, 65536, 0, NULL);
    assert_true(ends.reader != INVALID_HANDLE_VALUE);
    ends.writer = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    assert_true(ends.writer != INVALID_HANDLE_VALUE);
    assert_true(WriteFile(ends.writer, first_message, sizeof first_message, &written, NULL));
    assert_true(WriteFile(ends.writer, second_message, sizeof second_message, &written, NULL));
    return ends;
}

static void drop_pipe(pipe_ends ends)
{
    CloseHandle(ends.writer);
    CloseHandle(ends.reader);
}

static hf_status peek_message(walk *w)
{
    pipe_ends ends = make_pipe(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE);
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(ends.reader)));
    if (status == HF_OK) {
        walk_expect(w, 0, first_message, sizeof first_message);
    }
    drop_pipe(ends);
    return status;
}

static hf_status peek_bytes(walk *w)
{
    char both[sizeof first_message + sizeof second_message];
    memcpy(both, first_message, sizeof first_message);
    memcpy(both + sizeof first_message, second_message, sizeof second_message);
    pipe_ends ends = make_pipe(PIPE_TYPE_BYTE);
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(ends.reader)));
    if (status == HF_OK) {
        walk_expect(w, 0, both, sizeof both);
    }
    drop_pipe(ends);
    return status;
}

static hf_status read_message(walk *w)
{
    pipe_ends ends = make_pipe(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE);
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(ends.reader), HF_NULL));
    if (status == HF_OK) {
        walk_expect(w, 0, first_message, sizeof first_message);
        status = walk_do(w, HF_ARGS(HF_POINTER(ends.reader), HF_NULL));
    }
    if (status == HF_OK) {
        walk_expect(w, 0, second_message, sizeof second_message);
    }
    drop_pipe(ends);
    return status;
}

static hf_status read_to_the_end(walk *w)
{
    HANDLE reader, writer;
    DWORD written;
    static char text[4000];
    memset(text, 'x', sizeof text);
    assert_true(CreatePipe(&reader, &writer, NULL, 2 * sizeof text));
    assert_true(WriteFile(writer, text, sizeof text, &written, NULL));
    CloseHandle(writer);
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(reader), HF_NULL));
    if (status == HF_OK) {
        walk_expect(w, 0, text, sizeof text);
    }
    CloseHandle(reader);
    return status;
}

/* ---- changes ---- */

typedef struct changer {
    wchar_t directory[MAX_PATH], file[MAX_PATH + 16];
    HANDLE over;
} changer;

/* Makes changes until told that one was seen: the first may come before somebody looks. */
static DWORD WINAPI change(void *of)
{
    const changer *c = of;
    do {
        CloseHandle(CreateFileW(c->file, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL));
        DeleteFileW(c->file);
    } while (WaitForSingleObject(c->over, 20) == WAIT_TIMEOUT);
    return 0;
}

static void make_changer(changer *c)
{
    assert_in_range(GetTempPathW(MAX_PATH - 32, c->directory), 1, MAX_PATH - 32);
    wcscat(c->directory, L"holdfast_walk_changes");
    CreateDirectoryW(c->directory, NULL);
    swprintf(c->file, MAX_PATH + 16, L"%ls\\changing", c->directory);
    c->over = CreateEventW(NULL, TRUE, FALSE, NULL);
    assert_non_null(c->over);
}

static hf_status directory_changes(walk *w)
{
    changer c;
    make_changer(&c);
    HANDLE directory = CreateFileW(c.directory, FILE_LIST_DIRECTORY,
                                   FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                                   OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    assert_true(directory != INVALID_HANDLE_VALUE);
    HANDLE thread = CreateThread(NULL, 0, change, &c, 0, NULL);
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(directory), HF_INT(0),
                                          HF_UINT(FILE_NOTIFY_CHANGE_FILE_NAME), HF_NULL, HF_NULL));
    SetEvent(c.over);
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    CloseHandle(directory);
    CloseHandle(c.over);
    DeleteFileW(c.file);
    RemoveDirectoryW(c.directory);
    if (status == HF_OK) {
        size_t size;
        FILE_NOTIFY_INFORMATION *changes = walk_copy(w, 0, &size);
        assert_int_equal(changes->FileNameLength, 8 * sizeof(wchar_t));
        assert_memory_equal(changes->FileName, L"changing", 8 * sizeof(wchar_t));
        free(changes);
    }
    return status;
}

WALK_PART(streams);
const walk_call walk_calls_streams[] = {
    { "ReadFile:message", read_message, WALK_SIZES },
    { "ReadFile:all", read_to_the_end, WALK_SIZES },
    { "PeekNamedPipe:message", peek_message, WALK_SAME },
    { "PeekNamedPipe:bytes", peek_bytes, WALK_SAME },
    { "ReadDirectoryChangesW", directory_changes, WALK_CHANGES },
    { NULL, NULL, WALK_SAME },
};
