/* SPDX-License-Identifier: MIT */

/*
 * Addresses that come back lead where they are declared to lead, or the call fails.
 */

#include "runtime.h"

#include <string.h>

#define UTF8_SIZE 8

static struct {
    unsigned calls;
    char *first; /* the first try's buffer */
    char *bad;   /* what is given as the address of the last try; NULL: where the name begins */
    ptrdiff_t offset;
} that;

static const uint16_t path[] = { '/', 0xe9, '/', 0x20ac, 'b', 0 };

static uint32_t split(uint16_t *to, uint32_t size, uint16_t **part)
{
    that.first = that.calls++ == 0 ? (char *)to : that.first;
    *part = (uint16_t *)(void *)that.first; /* of a try that was too small nobody looks */
    if (size < 6) {
        return 6;
    }
    memcpy(to, path, sizeof path);
    *part = that.bad ? (uint16_t *)(void *)that.bad : to + that.offset;
    return 5;
}

#define SPLIT(text)                                                                                \
    "uint32_t split(char16_t *to {out" text "}, uint32_t size {capacity(to)}, char16_t **part"     \
    " {out, points_into(to)}) {fail(result == 0), grow_ok(result >= size), needed(to, result),"    \
    " length(to, result)}"

static hf_function *bind(hf_test_runtime *t, const char *text, hf_text_form form)
{
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    uint32_t (*function)(uint16_t *, uint32_t, uint16_t **) = split;
    memcpy(&options.address, &function, sizeof function);
    options.texts = form;
    options.first_bytes = 4;
    memset(&that, 0, sizeof that);
    return hf_test_bind_with(t, text, &options);
}

static void leads_stay_addresses_of_the_buffer_while_all_else_moves(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *function = bind(t, SPLIT(", text"), HF_TEXTS_AS_FILLED);
    for (that.offset = 0; that.offset <= 6; that.offset++) { /* one behind the last one too */
        hf_span span;
        that.calls = 0;
        assert_int_equal(hf_call(t->thread, function, &result, HF_NO_ARGS), HF_OK);
        assert_int_equal(hf_collect(t->thread), HF_OK);
        HF_FENCE(t->thread, fence, hf_result_out(&result, 0), &span);
        const char *start = span.data;
        assert_int_equal(hf_fence_end(&fence), HF_OK);
        assert_true((char *)(intptr_t)hf_result_scalar(&result, 0) == start + 2 * that.offset);
    }
}

static void leads_into_the_buffer_of_another_try_fail_the_call(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    static char elsewhere[4];
    hf_function *function = bind(t, SPLIT(", text"), HF_TEXTS_AS_FILLED);
    that.offset = 100; /* far behind its buffer */
    assert_int_equal(hf_call(t->thread, function, &result, HF_NO_ARGS), HF_E_CONTRACT);
    hf_test_expect_report(t, HF_E_CONTRACT, "split", "3 (part)");
    that.offset = -1;
    assert_int_equal(hf_call(t->thread, function, &result, HF_NO_ARGS), HF_E_CONTRACT);
    hf_test_expect_report(t, HF_E_CONTRACT, "split", "3 (part)");
    that.calls = 1; /* so that the buffer of the call before is the one it keeps */
    that.bad = that.first;
    hf_result other = HF_RESULT_INIT;
    hf_status status = hf_call(t->thread, function, &other, HF_NO_ARGS);
    assert_int_equal(status, HF_E_CONTRACT);
    assert_true(hf_is_null(hf_result_out(&other, 0)));
    hf_test_expect_report(t, HF_E_CONTRACT, "split", "3 (part)");
    that.bad = elsewhere;
    assert_int_equal(hf_call(t->thread, function, &result, HF_NO_ARGS), HF_E_CONTRACT);
    assert_int_equal(hf_result_scalar(&result, 0), 0);
    hf_test_expect_report(t, HF_E_CONTRACT, "split", "3 (part)");
}

/* A path as UTF-8: the name begins at the same character. */
static void leads_follow_wide_text_that_becomes_utf8(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    static const char utf8[] = "/\xc3\xa9/\xe2\x82\xac"
                               "b";
    static const size_t at[] = { 0, 1, 3, 4, 7, 8, 8 }; /* the last: behind the text's NUL */
    hf_function *function = bind(t, SPLIT(", text"), HF_TEXTS_UTF8);
    for (that.offset = 0; that.offset <= 6; that.offset++) {
        hf_span span;
        that.calls = 0;
        assert_int_equal(hf_call(t->thread, function, &result, HF_NO_ARGS), HF_OK);
        for (int i = 0; i < 3; i++) {
            assert_int_equal(hf_collect(t->thread), HF_OK);
        }
        assert_int_equal(hf_bytes_size(hf_result_out(&result, 0)), UTF8_SIZE);
        HF_FENCE(t->thread, fence, hf_result_out(&result, 0), &span);
        const char *start = span.data;
        bool is_same = memcmp(start, utf8, sizeof utf8) == 0;
        assert_int_equal(hf_fence_end(&fence), HF_OK);
        assert_true(is_same);
        assert_true((char *)(intptr_t)hf_result_scalar(&result, 0) == start + at[that.offset]);
    }
}

static void leads_that_cannot_follow_are_refused_when_the_function_is_bound(void **state)
{
    hf_test_runtime *t = *state;
    hf_function *function = NULL;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    uint32_t (*any)(uint16_t *, uint32_t, uint16_t **) = split;
    memcpy(&options.address, &any, sizeof any);
    static const char text[] =
        "uint32_t find(char16_t *to {out, text}, uint32_t size {capacity(to)}, void *found {out,"
        " size(16), points_into(to)}) {fail(result == 0), grow_ok(result >= size)}";
    options.texts = HF_TEXTS_UTF8;
    assert_int_equal(hf_function_bind_with(t->thread, NULL, text, &options, &function),
                     HF_E_OPTIONS);
    hf_test_expect_report(t, HF_E_OPTIONS, "find", "to");
    options.texts = HF_TEXTS_AS_FILLED;
    assert_non_null(hf_test_bind_with(t, text, &options));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(leads_stay_addresses_of_the_buffer_while_all_else_moves,
                                        hf_test_setup, hf_test_teardown),
        cmocka_unit_test_setup_teardown(leads_into_the_buffer_of_another_try_fail_the_call,
                                        hf_test_setup, hf_test_teardown),
        cmocka_unit_test_setup_teardown(leads_follow_wide_text_that_becomes_utf8, hf_test_setup,
                                        hf_test_teardown),
        cmocka_unit_test_setup_teardown(
            leads_that_cannot_follow_are_refused_when_the_function_is_bound, hf_test_setup,
            hf_test_teardown),
    };
    return cmocka_run_group_tests_name("boundary_retry_leads", tests, NULL, NULL);
}
