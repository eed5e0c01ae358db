/* SPDX-License-Identifier: MIT */
/* What calls on Windows share: the system's functions with the types of its headers, to prepare
   and to compare with, and outputs compared with what is known. */
#ifndef HOLDFAST_TESTS_CALLS_NATIVE_H
#define HOLDFAST_TESTS_CALLS_NATIVE_H

#include "calls.h"

#include <windows.h>

/* The function, called directly: NATIVE("setupapi.dll", SetupDiEnumDeviceInfo)(set, 0, &info) */
#define NATIVE(library, function) ((__typeof__(&function))native_address(library, #function))

static inline void *native_address(const char *library, const char *name)
{
    HMODULE module = LoadLibraryA(library);
    assert_non_null(module);
    FARPROC address = GetProcAddress(module, name);
    void *pointer;
    memcpy(&pointer, &address, sizeof pointer);
    if (!pointer) {
        fail_msg("%s has no %s", library, name);
    }
    return pointer;
}

/* Output `out` is exactly this. */
static inline void expect_bytes(walk *w, unsigned out, const void *expected, size_t size)
{
    size_t got;
    void *copy = walk_copy(w, out, &got);
    assert_int_equal(got, size);
    assert_memory_equal(copy, expected, size);
    free(copy);
}

/* Output `out` begins with this. */
static inline void expect_start(walk *w, unsigned out, const void *expected, size_t size)
{
    size_t got;
    void *copy = walk_copy(w, out, &got);
    assert_true(got >= size);
    assert_memory_equal(copy, expected, size);
    free(copy);
}

static inline void expect_wide(walk *w, unsigned out, const WCHAR *expected)
{
    expect_bytes(w, out, expected, wcslen(expected) * sizeof(WCHAR));
}

/* `count` units, NULs among them. */
#define EXPECT_LIST(w, out, literal) expect_bytes(w, out, literal, sizeof(literal) - sizeof(WCHAR))

/* Managed bytes with this content, to be lent. */
static inline hf_ref lent(walk *w, const void *bytes, size_t size)
{
    hf_ref buffer = hf_local(w->thread);
    assert_int_equal(hf_bytes_create(w->thread, size, buffer), HF_OK);
    assert_int_equal(hf_bytes_write(buffer, 0, bytes, size), HF_OK);
    return buffer;
}
#define LENT(w, bytes, size) HF_BUFFER(lent(w, bytes, size), 0, (size))

#endif
