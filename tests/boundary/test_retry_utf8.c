/* SPDX-License-Identifier: MIT */

/*
 * Wide text as UTF-8, and what is no text: the place that is wrong is in the report.
 */

#include "runtime.h"

#include "base/alloc.h"

#include <stdio.h>
#include <string.h>

static struct {
    const void *text;
    uint32_t bytes;
} that;

static int give(void *to, uint32_t size, uint32_t *used)
{
    *used = that.bytes;
    if (size < that.bytes) {
        return 122;
    }
    memcpy(to, that.text, that.bytes);
    return 0;
}

#define GIVE(type, text)                                                                           \
    "int give(" type " *to {out, " text "}, uint32_t size {capacity(to, bytes)},"                  \
    " uint32_t *used {out, needed(to, bytes), length(to, bytes)})"                                 \
    " {fail(result != 0), error(result), grow(error == 122)}"

static hf_function *bind(hf_test_runtime *t, const char *text, hf_text_form form)
{
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    int (*function)(void *, uint32_t, uint32_t *) = give;
    memcpy(&options.address, &function, sizeof function);
    options.texts = form;
    options.first_bytes = 8;
    return hf_test_bind_with(t, text, &options);
}

static hf_status call(hf_test_runtime *t, const hf_function *function, hf_result *result,
                      const void *text, size_t bytes)
{
    that.text = text;
    that.bytes = (uint32_t)bytes;
    return hf_call(t->thread, function, result, HF_NO_ARGS);
}

/* Asserts that the result is these bytes, with a NUL behind them in memory. */
static void assert_text(hf_test_runtime *t, hf_ref out, const char *text, size_t size)
{
    hf_span span;
    assert_int_equal(hf_bytes_size(out), size);
    HF_FENCE(t->thread, fence, out, &span);
    bool same = memcmp(span.data, text, size) == 0 && ((const char *)span.data)[size] == 0;
    assert_int_equal(hf_fence_end(&fence), HF_OK);
    assert_true(same);
}

static void utf8_is_what_wide_text_becomes_when_asked(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    static const uint16_t text[] = { 'a', 0xe9, 0x20ac, 0xd834, 0xdd1e, 'z', 0, 'x' };
    static const char utf8[] = "a\xc3\xa9\xe2\x82\xac\xf0\x9d\x84\x9ez";
    hf_function *as_utf8 = bind(t, GIVE("char16_t", "text"), HF_TEXTS_UTF8);
    hf_function *as_is = bind(t, GIVE("char16_t", "text"), HF_TEXTS_AS_FILLED);

    assert_int_equal(call(t, as_utf8, &result, text, sizeof text), HF_OK);
    assert_text(t, hf_result_out(&result, 0), utf8, sizeof utf8 - 1);
    assert_int_equal(call(t, as_is, &result, text, sizeof text), HF_OK);
    assert_int_equal(hf_bytes_size(hf_result_out(&result, 0)), 12);
    assert_int_equal(call(t, as_utf8, &result, text, 0), HF_OK);
    assert_text(t, hf_result_out(&result, 0), "", 0);
    assert_int_equal(call(t, as_utf8, &result, text + 6, 4), HF_OK);
    assert_text(t, hf_result_out(&result, 0), "", 0);
}

static void utf8_is_what_wchar_t_becomes_of_either_width(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    static const wchar_t text[] = L"\u00e9\u20ac\U0001d11ez";
    hf_function *function = bind(t, GIVE("wchar_t", "text"), HF_TEXTS_UTF8);
    assert_int_equal(call(t, function, &result, text, sizeof text), HF_OK);
    assert_text(t, hf_result_out(&result, 0), "\xc3\xa9\xe2\x82\xac\xf0\x9d\x84\x9ez", 10);
}

static void utf8_keeps_the_nuls_inside_a_list(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    static const uint16_t list[] = { 'a', 0, 0xe9, 'b', 0, 0, 'x' };
    hf_function *function = bind(t, GIVE("char16_t", "text(multi)"), HF_TEXTS_UTF8);
    assert_int_equal(call(t, function, &result, list, sizeof list), HF_OK);
    assert_text(t, hf_result_out(&result, 0),
                "a\0\xc3\xa9"
                "b\0",
                6);
}

static void utf8_leaves_narrow_text_and_buffers_alone(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    static const char bytes[] = "\xff\xfe\x80";
    hf_function *text = bind(t, GIVE("char", "text"), HF_TEXTS_UTF8);
    hf_function *units = bind(t, GIVE("char16_t", "room(first 4)"), HF_TEXTS_UTF8);
    assert_int_equal(call(t, text, &result, bytes, 3), HF_OK);
    assert_text(t, hf_result_out(&result, 0), bytes, 3);
    assert_int_equal(call(t, units, &result, bytes, 3), HF_OK);
    assert_int_equal(hf_bytes_size(hf_result_out(&result, 0)), 3);
}

static void expect_bad(hf_test_runtime *t, const char *place)
{
    assert_true(hf_test_report_count(t) == 1);
    if (!strstr(t->report[0].message, place)) {
        fail_msg("\"%s\" does not say \"%s\"", t->report[0].message, place);
    }
    hf_test_expect_report(t, HF_E_UTF, "give", "1 (to)");
}

static void utf8_refuses_each_surrogate_that_has_no_partner(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    static const struct {
        uint16_t text[4];
        size_t count;
        const char *place;
    } bad[] = {
        { { 0xd834 }, 1, "at unit 0" },
        { { 0xdd1e }, 1, "at unit 0" },
        { { 'a', 0xd834 }, 2, "at unit 1" },
        { { 'a', 0xd834, 'b' }, 3, "at unit 1" },
        { { 'a', 'b', 0xdd1e, 'c' }, 4, "at unit 2" },
        { { 0xdd1e, 0xd834 }, 2, "at unit 0" },
        { { 0xd834, 0xd834, 0xdd1e }, 3, "at unit 0" },
        { { 0xd834, 0xdd1e, 0xdd1e }, 3, "at unit 2" },
        { { 'a', 0xd834, 0, 0xdd1e }, 4, "at unit 1" },
    };
    for (int form = HF_TEXTS_AS_FILLED; form <= HF_TEXTS_UTF8; form++) {
        hf_function *function = bind(t, GIVE("char16_t", "text"), (hf_text_form)form);
        for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
            assert_int_equal(call(t, function, &result, bad[i].text, 2 * bad[i].count), HF_E_UTF);
            expect_bad(t, bad[i].place);
            assert_true(hf_is_null(hf_result_out(&result, 0)));
        }
    }
}

static void utf8_refuses_half_a_unit(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    static const uint16_t text[] = { 'a', 'b', 0, 'c' };
    for (int form = HF_TEXTS_AS_FILLED; form <= HF_TEXTS_UTF8; form++) {
        hf_function *function = bind(t, GIVE("char16_t", "text"), (hf_text_form)form);
        for (size_t bytes = 1; bytes < sizeof text; bytes += 2) {
            char place[32];
            (void)snprintf(place, sizeof place, "at byte %u,", (unsigned)bytes);
            assert_int_equal(call(t, function, &result, text, bytes), HF_E_UTF);
            expect_bad(t, place);
        }
    }
}

static void utf8_survives_every_failure_of_memory(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    static uint16_t text[20000];
    for (size_t i = 0; i < sizeof text / sizeof text[0]; i++) {
        text[i] = 0x20ac;
    }
    hf_function *function = bind(t, GIVE("char16_t", "text"), HF_TEXTS_UTF8);
    hf_status status = HF_E_NOMEM;
    uint64_t passed = 0;
    for (uint64_t nth = 1; nth < 200 && (status != HF_OK || passed >= nth); nth++) {
        hfi_fault_arm(nth, 1);
        status = call(t, function, &result, text, sizeof text);
        passed = hfi_fault_disarm();
        assert_true(status == HF_OK || status == HF_E_NOMEM);
        assert_int_equal(hf_is_null(hf_result_out(&result, 0)), status != HF_OK);
    }
    assert_int_equal(status, HF_OK);
    assert_int_equal(hf_bytes_size(hf_result_out(&result, 0)), 60000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(utf8_is_what_wide_text_becomes_when_asked),
        TEST(utf8_is_what_wchar_t_becomes_of_either_width),
        TEST(utf8_keeps_the_nuls_inside_a_list),
        TEST(utf8_leaves_narrow_text_and_buffers_alone),
        TEST(utf8_refuses_each_surrogate_that_has_no_partner),
        TEST(utf8_refuses_half_a_unit),
        TEST(utf8_survives_every_failure_of_memory),
    };
    return cmocka_run_group_tests_name("boundary_retry_utf8", tests, NULL, NULL);
}
