/* SPDX-License-Identifier: MIT */
/* What the calls of the Windows rows compare with: what the same function gives a plain caller. */
#ifndef HOLDFAST_TESTS_WIDE_H
#define HOLDFAST_TESTS_WIDE_H

#include "calls.h"

#include <winsock2.h>
#include <windows.h>

#include <wchar.h>

#define PLAIN_MAX 4096u

/** Fails the test unless output `out` is exactly these bytes. */
static inline void expect_bytes(walk *w, unsigned out, const void *expected, size_t size)
{
    size_t found;
    void *bytes = walk_copy(w, out, &found);
    assert_int_equal(found, size);
    assert_memory_equal(bytes, expected, size);
    free(bytes);
}

static inline void expect_units(walk *w, unsigned out, const WCHAR *expected, size_t units)
{
    expect_bytes(w, out, expected, units * sizeof(WCHAR));
}

static inline void expect_wide(walk *w, unsigned out, const WCHAR *expected)
{
    expect_units(w, out, expected, wcslen(expected));
}

static inline void expect_narrow(walk *w, unsigned out, const char *expected)
{
    expect_bytes(w, out, expected, strlen(expected));
}

/** A function of a library that this program is not linked to, as a word to be copied into a
    pointer. */
static inline FARPROC plain_function(const char *library, const char *name)
{
    HMODULE module = LoadLibraryA(library); /* for as long as the program runs */
    assert_non_null(module);
    FARPROC function = GetProcAddress(module, name);
    assert_true(function != NULL);
    return function;
}

#define PLAIN_FUNCTION(pointer, library, name)                                                     \
    do {                                                                                           \
        FARPROC found_ = plain_function((library), (name));                                        \
        memcpy(&(pointer), &found_, sizeof(found_));                                               \
    } while (0)

/** A name of this process's own in the folder for temporary files. */
static inline void temporary_name(WCHAR *path, const WCHAR *name)
{
    WCHAR folder[MAX_PATH];
    assert_true(GetTempPathW(MAX_PATH, folder) != 0);
    swprintf(path, PLAIN_MAX, L"%lsholdfast_%lu_%ls", folder, (unsigned long)GetCurrentProcessId(),
             name);
}

#endif
