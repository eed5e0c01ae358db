/* SPDX-License-Identifier: MIT */
/* What calls of the Windows parts share: buffers to lend, text to compare. */
#ifndef HOLDFAST_TESTS_LEND_H
#define HOLDFAST_TESTS_LEND_H

#include "calls.h"

#include <wchar.h>
#include <windows.h>

/** A buffer with these bytes, in a slot of the round's frame. */
static inline hf_ref walk_lend(walk *w, const void *from, size_t size)
{
    hf_ref bytes = hf_local(w->thread);
    assert_int_equal(hf_bytes_create(w->thread, size, bytes), HF_OK);
    assert_int_equal(hf_bytes_write(bytes, 0, from, size), HF_OK);
    return bytes;
}

/** A buffer with the units of wide text, without its NUL. */
static inline hf_ref walk_lend_text(walk *w, const wchar_t *text)
{
    return walk_lend(w, text, wcslen(text) * sizeof *text);
}

/** Fails the test unless output `out` has exactly these bytes. */
static inline void walk_expect(walk *w, unsigned out, const void *bytes, size_t size)
{
    size_t has;
    void *copy = walk_copy(w, out, &has);
    assert_int_equal(has, size);
    assert_memory_equal(copy, bytes, size);
    free(copy);
}

/** Fails the test unless output `out` begins with these bytes. */
static inline void walk_expect_start(walk *w, unsigned out, const void *bytes, size_t size)
{
    size_t has;
    void *copy = walk_copy(w, out, &has);
    assert_true(has >= size);
    assert_memory_equal(copy, bytes, size);
    free(copy);
}

/** Fails the test unless output `out` is this wide text, no more and no less. */
static inline void walk_expect_wide(walk *w, unsigned out, const wchar_t *text)
{
    walk_expect(w, out, text, wcslen(text) * sizeof *text);
}

/** A function of a library that the program is not linked with, by its header's declaration. */
#define WALK_NATIVE(library, function) ((__typeof__(&function))walk_address(library, #function))

static inline void (*walk_address(const char *library, const char *name))(void)
{
    HMODULE module = LoadLibraryA(library); /* for as long as the program runs */
    assert_non_null(module);
    void (*address)(void) = (void (*)(void))GetProcAddress(module, name);
    assert_true(address != NULL);
    return address;
}

#endif
