/* SPDX-License-Identifier: MIT */

#if !defined(_WIN32)
#define _GNU_SOURCE 1
#endif

#include "oshandle.h"

#include <stdio.h>

#if defined(_WIN32)

#include <windows.h>

static wchar_t paths[OSHANDLE_FILES][MAX_PATH];

bool oshandle_begin(void)
{
    static const char zeros[OSHANDLE_FILES + 1];
    wchar_t folder[MAX_PATH];
    if (GetTempPathW(MAX_PATH, folder) == 0) {
        return false;
    }
    for (unsigned i = 0; i < OSHANDLE_FILES; i++) {
        if (GetTempFileNameW(folder, L"hf", 0, paths[i]) == 0) {
            return false;
        }
        HANDLE file = CreateFileW(paths[i], GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
        DWORD written = 0;
        bool is_made = file != INVALID_HANDLE_VALUE &&
                       WriteFile(file, zeros, i + 1, &written, NULL) && written == i + 1;
        (void)CloseHandle(file);
        if (!is_made) {
            return false;
        }
    }
    return true;
}

void oshandle_end(void)
{
    for (unsigned i = 0; i < OSHANDLE_FILES; i++) {
        (void)DeleteFileW(paths[i]);
    }
}

uintptr_t oshandle_open(unsigned number)
{
    return (uintptr_t)CreateFileW(paths[number], GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING,
                                  0, NULL);
}

int oshandle_number(uintptr_t handle)
{
    LARGE_INTEGER size;
    return GetFileSizeEx((HANDLE)handle, &size) ? (int)size.QuadPart - 1 : -1;
}

bool oshandle_close(uintptr_t handle)
{
    return CloseHandle((HANDLE)handle) != 0;
}

bool oshandle_pipe(uintptr_t *read_out, uintptr_t *write_out)
{
    HANDLE ends[2];
    if (!CreatePipe(&ends[0], &ends[1], NULL, 0)) {
        return false;
    }
    *read_out = (uintptr_t)ends[0];
    *write_out = (uintptr_t)ends[1];
    return true;
}

int oshandle_read(uintptr_t handle, void *buffer, size_t size)
{
    DWORD got = 0;
    return ReadFile((HANDLE)handle, buffer, (DWORD)size, &got, NULL) ? (int)got : -1;
}

bool oshandle_write(uintptr_t handle, const void *data, size_t size)
{
    DWORD written = 0;
    return WriteFile((HANDLE)handle, data, (DWORD)size, &written, NULL) && written == size;
}

#else

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char paths[OSHANDLE_FILES][64];

bool oshandle_begin(void)
{
    for (unsigned i = 0; i < OSHANDLE_FILES; i++) {
        (void)snprintf(paths[i], sizeof paths[i], "/tmp/hf_oshandle_XXXXXX");
        int file = mkstemp(paths[i]);
        if (file < 0) {
            return false;
        }
        bool is_made = ftruncate(file, (off_t)i + 1) == 0;
        (void)close(file);
        if (!is_made) {
            return false;
        }
    }
    return true;
}

void oshandle_end(void)
{
    for (unsigned i = 0; i < OSHANDLE_FILES; i++) {
        (void)unlink(paths[i]);
    }
}

uintptr_t oshandle_open(unsigned number)
{
    return (uintptr_t)(intptr_t)open(paths[number], O_RDONLY | O_CLOEXEC);
}

int oshandle_number(uintptr_t handle)
{
    struct stat about;
    return fstat((int)handle, &about) == 0 ? (int)about.st_size - 1 : -1;
}

bool oshandle_close(uintptr_t handle)
{
    return close((int)handle) == 0;
}

bool oshandle_pipe(uintptr_t *read_out, uintptr_t *write_out)
{
    int ends[2];
    if (pipe(ends) != 0) {
        return false;
    }
    *read_out = (uintptr_t)ends[0];
    *write_out = (uintptr_t)ends[1];
    return true;
}

int oshandle_read(uintptr_t handle, void *buffer, size_t size)
{
    return (int)read((int)handle, buffer, size);
}

bool oshandle_write(uintptr_t handle, const void *data, size_t size)
{
    return write((int)handle, data, size) == (ssize_t)size;
}

#endif
