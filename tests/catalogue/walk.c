/* SPDX-License-Identifier: MIT */

/* One row: bound, called from little and from much, compared.  See walk.h. */

#include "walk.h"

#include "call/function.h"

#include <stdlib.h>
#include <string.h>

void walk_note(walk *w, const void *bytes, size_t size)
{
    w->noted = realloc(w->noted, w->noted_size + size + 1);
    assert_non_null(w->noted);
    memcpy(w->noted + w->noted_size, bytes, size);
    w->noted_size += size;
}

void *walk_copy(walk *w, unsigned out, size_t *size_out)
{
    hf_ref bytes = hf_result_out(&w->result, out);
    *size_out = hf_bytes_size(bytes);
    void *copy = calloc(1, *size_out + 8); /* text may be read as such */
    assert_non_null(copy);
    assert_int_equal(hf_bytes_read(bytes, 0, copy, *size_out), HF_OK);
    return copy;
}

static void note_out(walk *w, unsigned out)
{
    size_t size;
    void *copy = walk_copy(w, out, &size);
    if (w->how == WALK_CHANGES) {
        assert_true(size > 0);
    } else {
        walk_note(w, &size, sizeof size);
        if (w->how == WALK_SAME) {
            walk_note(w, copy, size);
        }
    }
    free(copy);
}

/* A slot that announces a capacity may come back with it. */
static void note_scalars(walk *w)
{
    const hf_function *function = w->function;
    for (unsigned i = 0; i < function->prototype.param_count; i++) {
        const hfi_step *step = &function->step[i];
        if (step->scalar >= 0 && step->buffer < 0 && w->how == WALK_SAME) {
            int64_t value = hf_result_scalar(&w->result, (unsigned)step->scalar);
            walk_note(w, &value, sizeof value);
        }
    }
}

hf_status walk_do(walk *w, const hf_arg *arguments)
{
    hf_status status = hf_call(w->thread, w->function, &w->result, arguments);
    if (status == HF_OK && w->how != WALK_NOTED) {
        for (unsigned i = 0; i < w->result.out_count; i++) {
            if (!hf_is_null(hf_result_out(&w->result, i))) {
                note_out(w, i);
            }
        }
        note_scalars(w);
    }
    return status;
}

hf_status walk_well(walk *w, const hf_arg *arguments)
{
    hf_status status = walk_do(w, arguments);
    if (status != HF_OK) {
        fail_msg("%s, error %lld after %u tries; %s", hf_status_name(status),
                 (long long)w->result.error, (unsigned)w->result.attempts,
                 w->t->report_count ? w->t->report[0].message : "no report");
    }
    return status;
}

void walk_expect_text(walk *w, unsigned out, const char *utf8)
{
    size_t size;
    char *text = walk_copy(w, out, &size);
    if (size >= 2 && text[1] == 0) { /* UTF-16 of ASCII */
        size /= 2;
        for (size_t i = 0; i < size; i++) {
            text[i] = text[2 * i];
        }
    }
    assert_true(size >= strlen(utf8));
    assert_memory_equal(text, utf8, strlen(utf8));
    free(text);
}

hf_function *walk_bind(walk *w, const char *library, const char *prototype)
{
    hf_library *opened;
    hf_function *function;
    assert_int_equal(hf_library_open(w->thread, library, &opened), HF_OK);
    assert_int_equal(hf_function_bind(w->thread, opened, prototype, &function), HF_OK);
    hf_library_close(opened);
    assert_true(w->t->function_count < HF_TEST_FUNCTIONS);
    w->t->function[w->t->function_count++] = function;
    return function;
}
