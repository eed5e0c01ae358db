/* SPDX-License-Identifier: MIT */

/* Texts and arrays of them: what arrives, what is refused and where. */

#include "arguments.h"
#include "runtime.h"
#include "testlib.h"

#include "base/alloc.h"
#include "call/function.h"
#include "thread/thread.h"

#include <string.h>

#define COPY  "size_t hfn_copy_text(const char *text, char *to {raw})"
#define WIDE  "size_t hfn_copy_wide(const wchar_t *text, wchar_t *to {raw})"
#define UNITS "size_t hfn_copy_units(const char16_t *text, char16_t *to {raw})"

static hf_status call_2(hf_test_runtime *t, const hf_function *function, hf_arg text, void *to)
{
    hf_result result = HF_RESULT_INIT;
    const hf_arg arguments[] = { text, HF_POINTER(to), HF_ARGS_END };
    hf_status status = hf_call(t->thread, function, &result, arguments);
    assert_int_equal(result.attempts, status == HF_OK);
    return status;
}

static void text_of_a_length_arrives_with_a_nul(void **state)
{
    hf_test_runtime *t = *state;
    char seen[16] = "";
    wchar_t wide[16];

    assert_int_equal(call_2(t, hf_test_bind(t, COPY), (hf_arg)HF_TEXT("onetwo", 3), seen), HF_OK);
    assert_string_equal(seen, "one");
    assert_int_equal(call_2(t, hf_test_bind(t, WIDE), (hf_arg)HF_TEXT("onetwo", 3), wide), HF_OK);
    assert_true(wcscmp(wide, L"one") == 0);
}

static void text_of_no_length_and_whole_text_arrive(void **state)
{
    hf_test_runtime *t = *state;
    char seen[16] = "?";
    hf_function *copy = hf_test_bind(t, COPY);

    assert_int_equal(call_2(t, copy, (hf_arg)HF_TEXT("one", 0), seen), HF_OK);
    assert_string_equal(seen, "");
    assert_int_equal(call_2(t, copy, (hf_arg)HF_TEXT("one", HF_WHOLE), seen), HF_OK);
    assert_string_equal(seen, "one");
}

static void utf16_arrives_in_every_width(void **state)
{
    hf_test_runtime *t = *state;
    static const uint16_t text[] = { 'a', 0xe9, 0xd83d, 0xde00, 0 };
    char seen[16];
    wchar_t wide[16];
    uint16_t units[16];

    assert_int_equal(call_2(t, hf_test_bind(t, COPY), (hf_arg)HF_UTF16(text, HF_WHOLE), seen),
                     HF_OK);
    assert_string_equal(seen, "a\xc3\xa9\xf0\x9f\x98\x80");
    assert_int_equal(call_2(t, hf_test_bind(t, WIDE), (hf_arg)HF_UTF16(text, 4), wide), HF_OK);
    assert_true(wcscmp(wide, L"a\u00e9\U0001f600") == 0);
    assert_int_equal(call_2(t, hf_test_bind(t, UNITS), (hf_arg)HF_UTF16(text, 2), units), HF_OK);
    assert_memory_equal(units, ((uint16_t[]){ 'a', 0xe9, 0 }), 6);
}

static void utf16_goes_as_it_is_to_a_parameter_of_its_width(void **state)
{
    hf_test_runtime *t = *state;
    static const uint16_t unpaired[] = { 'a', 0xd800, 'b', 0 };
    uint16_t seen[8] = { 0 };

    assert_int_equal(call_2(t, hf_test_bind(t, UNITS), (hf_arg)HF_UTF16(unpaired, HF_WHOLE), seen),
                     HF_OK);
    assert_memory_equal(seen, unpaired, sizeof(unpaired));
}

static void unpaired_surrogates_are_refused_with_their_unit(void **state)
{
    hf_test_runtime *t = *state;
    static const uint16_t unpaired[] = { 'a', 'b', 0xdc00, 'c', 0 };
    char seen[16];

    assert_int_equal(call_2(t, hf_test_bind(t, COPY), (hf_arg)HF_UTF16(unpaired, HF_WHOLE), seen),
                     HF_E_UTF);
    assert_non_null(strstr(t->report[0].message, "at unit 2"));
    hf_test_expect_report(t, HF_E_UTF, "hfn_copy_text", "1 (text)");
}

static void a_nul_inside_is_refused_with_its_place(void **state)
{
    hf_test_runtime *t = *state;
    static const uint16_t units[] = { 'a', 0, 'b' };
    char seen[16];

    assert_int_equal(call_2(t, hf_test_bind(t, COPY), (hf_arg)HF_TEXT("one\0two", 7), seen),
                     HF_E_EMBEDDED_NUL);
    assert_non_null(strstr(t->report[0].message, "at byte 3 of 7"));
    hf_test_expect_report(t, HF_E_EMBEDDED_NUL, "hfn_copy_text", "1 (text)");
    assert_int_equal(call_2(t, hf_test_bind(t, UNITS), (hf_arg)HF_UTF16(units, 3), seen),
                     HF_E_EMBEDDED_NUL);
    assert_non_null(strstr(t->report[0].message, "at unit 1 of 3"));
    hf_test_expect_report(t, HF_E_EMBEDDED_NUL, "hfn_copy_units", "1 (text)");
}

static void text_that_is_null_or_between_units_is_refused(void **state)
{
    hf_test_runtime *t = *state;
    static const uint16_t units[] = { 'a', 'b', 0 };
    char seen[16];
    hf_function *copy = hf_test_bind(t, COPY);

    assert_int_equal(call_2(t, copy, (hf_arg)HF_TEXT(NULL, 1), seen), HF_E_NULL);
    hf_test_expect_report(t, HF_E_NULL, "hfn_copy_text", "1 (text)");
    assert_int_equal(call_2(t, copy, (hf_arg)HF_UTF16((const char *)units + 1, HF_WHOLE), seen),
                     HF_E_RANGE);
    hf_test_expect_report(t, HF_E_RANGE, "hfn_copy_text", "1 (text)");
}

static void managed_text_is_a_buffer_with_or_without_its_nul(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref buffer = hf_local(t->thread);
    char seen[16] = "";
    assert_int_equal(hf_bytes_create(t->thread, 8, buffer), HF_OK);
    assert_int_equal(hf_bytes_write(buffer, 0, "one\0\0\0\0\0", 8), HF_OK);
    hf_function *copy = hf_test_bind(t, COPY);

    assert_int_equal(call_2(t, copy, (hf_arg)HF_BUFFER(buffer, 1, 2), seen), HF_OK);
    assert_string_equal(seen, "ne");
    assert_int_equal(call_2(t, copy, (hf_arg)HF_BUFFER(buffer, 0, HF_WHOLE), seen), HF_OK);
    assert_string_equal(seen, "one");
}

/* ---- arrays ---- */

static hf_function *bind_join(hf_test_runtime *t, bool is_wide)
{
    return hf_test_bind(
        t, is_wide ? "size_t hfn_join_wide(const wchar_t *const *texts {texts}, wchar_t *to {raw})"
                   : "size_t hfn_join(char *const texts[] {texts}, char *to {raw})");
}

static void texts_arrive_with_their_null(void **state)
{
    hf_test_runtime *t = *state;
    const char *const texts[] = { "one", "", "tw\xc3\xb6", NULL };
    char seen[32];
    wchar_t wide[32];
    hf_function *join = bind_join(t, false);

    assert_int_equal(call_2(t, join, (hf_arg)HF_TEXTS(texts, HF_WHOLE), seen), HF_OK);
    assert_string_equal(seen, "one||tw\xc3\xb6|");
    assert_int_equal(call_2(t, join, (hf_arg)HF_TEXTS(texts, 1), seen), HF_OK);
    assert_string_equal(seen, "one|");
    assert_int_equal(call_2(t, join, (hf_arg)HF_TEXTS(texts, 0), seen), HF_OK);
    assert_string_equal(seen, "");
    assert_int_equal(call_2(t, join, (hf_arg)HF_POINTER(texts), seen), HF_OK);
    assert_string_equal(seen, "one||tw\xc3\xb6|");
    assert_int_equal(call_2(t, bind_join(t, true), (hf_arg)HF_TEXTS(texts, 3), wide), HF_OK);
    assert_true(wcscmp(wide, L"one||tw\u00f6|") == 0);
}

static void texts_arrive_in_the_units_of_their_type(void **state)
{
    hf_test_runtime *t = *state;
    const char *const texts[] = { "one", "\xf0\x9f\x98\x80" };
    uint16_t seen[16];
    hf_function *join =
        hf_test_bind(t, "size_t hfn_join_units(const char16_t *const *texts {texts}, char16_t *to"
                        " {raw})");

    assert_int_equal(call_2(t, join, (hf_arg)HF_TEXTS(texts, 2), seen), HF_OK);
    assert_memory_equal(seen, ((uint16_t[]){ 'o', 'n', 'e', '|', 0xd83d, 0xde00, '|', 0 }), 16);
}

static void texts_that_cannot_be_passed_are_refused_by_number(void **state)
{
    hf_test_runtime *t = *state;
    const char *const hole[] = { "one", NULL, "two" };
    const char *const bad[] = { "one", "two", "th\xff" };
    char seen[32];

    assert_int_equal(call_2(t, bind_join(t, false), (hf_arg)HF_TEXTS(hole, 3), seen), HF_E_NULL);
    assert_non_null(strstr(t->report[0].message, "text [1] is NULL"));
    hf_test_expect_report(t, HF_E_NULL, "hfn_join", "1 (texts)");
    assert_int_equal(call_2(t, bind_join(t, true), (hf_arg)HF_TEXTS(bad, 3), seen), HF_E_UTF);
    assert_non_null(strstr(t->report[0].message, "text [2] is not UTF-8 at byte 2"));
    hf_test_expect_report(t, HF_E_UTF, "hfn_join_wide", "1 (texts)");
    assert_int_equal(call_2(t, bind_join(t, false), (hf_arg)HF_TEXTS(NULL, 0), seen), HF_E_NULL);
    hf_test_expect_report(t, HF_E_NULL, "hfn_join", "1 (texts)");
    assert_int_equal(call_2(t, bind_join(t, false), (hf_arg)HF_CSTR("one"), seen),
                     HF_E_ARGUMENT_KIND);
    hf_test_expect_report(t, HF_E_ARGUMENT_KIND, "hfn_join", "1 (texts)");
}

/* ---- the system's encoding ---- */

/* As where the encoding is not UTF-8: elsewhere the way over it copies. */
static hf_function *bind_system(hf_test_runtime *t, const char *prototype, unsigned index)
{
    hf_function *function = hf_test_bind(t, prototype);
    function->entry = function->parts->call_generally;
    function->step[index].is_system = true;
    function->step[index].quick = HFI_QUICK_NOT;
    return function;
}

static void system_text_is_converted_from_every_kind(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref buffer = hf_local(t->thread);
    static const uint16_t units[] = { 'o', 'n', 'e', 0 };
    char seen[16] = "";
    hf_function *copy = bind_system(t, COPY, 0);
    assert_int_equal(hf_bytes_create(t->thread, 3, buffer), HF_OK);
    assert_int_equal(hf_bytes_write(buffer, 0, "one", 3), HF_OK);
    const hf_arg text[] = { HF_CSTR("one"), HF_TEXT("one and", 3), HF_UTF16(units, HF_WHOLE),
                            HF_UTF16(units, 3), HF_BUFFER(buffer, 0, HF_WHOLE) };

    for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
        seen[0] = '\0';
        assert_int_equal(call_2(t, copy, text[i], seen), HF_OK);
        assert_string_equal(seen, "one");
    }
}

/* U+4E2D is in no western code page; where the system's encoding has it, it arrives. */
static void system_text_without_a_character_is_refused(void **state)
{
    hf_test_runtime *t = *state;
    char seen[16] = "";
    hf_function *copy = bind_system(t, COPY, 0);
    hf_status status = call_2(t, copy, (hf_arg)HF_CSTR("ab\xe4\xb8\xad"), seen);

    if (hfp_text_is_utf8() || status == HF_OK) {
        assert_int_equal(status, HF_OK);
        assert_true(strlen(seen) > 2);
        return;
    }
    assert_int_equal(status, HF_E_UTF);
    assert_non_null(strstr(t->report[0].message, "no character for the one at byte 2"));
    hf_test_expect_report(t, HF_E_UTF, "hfn_copy_text", "1 (text)");
    assert_int_equal(call_2(t, copy, (hf_arg)HF_CSTR("ab\xff"), seen), HF_E_UTF);
    assert_non_null(strstr(t->report[0].message, "is not UTF-8 at byte 2"));
    hf_test_expect_report(t, HF_E_UTF, "hfn_copy_text", "1 (text)");
}

/* The role, as it is bound here: Windows' code page, elsewhere nothing to convert. */
static void system_text_is_what_the_role_says(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    char seen[16] = "";
    hf_function *copy =
        hf_test_bind(t, "size_t hfn_copy_text(const char *text {text(system)}, char *to {raw})");
    hf_status status = call_2(t, copy, (hf_arg)HF_CSTR("caf\xc3\xa9"), seen);

    if (status == HF_E_UTF) { /* a code page without the letter */
        hf_test_expect_report(t, HF_E_UTF, "hfn_copy_text", "1 (text)");
        return;
    }
    assert_int_equal(status, HF_OK);
    assert_int_equal(strlen(seen), hfp_text_is_utf8() ? 5 : 4);
    assert_memory_equal(seen, "caf", 3);
}

static void system_text_comes_back_as_utf8(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    static hfn_source source = { .count = 300 };
    char text[300];
    hf_function *fetch = bind_system(
        t,
        "void *hfn_fetch_text(hfn_source *source {raw}, char *buffer {out, text},"
        " size_t size {capacity(buffer)}) {fail(result == 0), error(errno), grow(error == 34)}",
        1);
    int64_t live = hfi_alloc_live();

    assert_int_equal(hf_call(t->thread, fetch, &result, HF_ARGS(HF_POINTER(&source))), HF_OK);
    size_t length = hf_bytes_size(hf_result_out(&result, 0));
    assert_int_equal(length, 300);
    assert_int_equal(hf_bytes_read(hf_result_out(&result, 0), 0, text, length), HF_OK);
    for (size_t i = 0; i < length; i++) {
        assert_int_equal(text[i], hfn_element(i));
    }
    assert_int_equal(hfi_alloc_live(), live);
}

/* ---- memory ---- */

static void usual_arguments_allocate_nothing(void **state)
{
    hf_test_runtime *t = *state;
    const char *const texts[] = { "--name", "value", "--other", "17", NULL };
    static const uint16_t units[] = { 'n', 'a', 'm', 'e' };
    wchar_t wide[64];
    char seen[64];
    hf_function *join = bind_join(t, true);
    hf_function *copy = hf_test_bind(t, COPY);
    hf_function *copy_wide = hf_test_bind(t, WIDE);

    hfi_fault_arm(1, 1000); /* any allocation fails */
    hf_status joined = call_2(t, join, (hf_arg)HF_TEXTS(texts, HF_WHOLE), wide);
    hf_status converted = call_2(t, copy_wide, (hf_arg)HF_CSTR("a path of usual length"), wide);
    hf_status copied = call_2(t, copy, (hf_arg)HF_TEXT("a path of usual length", 6), seen);
    hf_status narrowed = call_2(t, copy, (hf_arg)HF_UTF16(units, 4), seen);
    uint64_t passed = hfi_fault_disarm();

    assert_int_equal(joined, HF_OK);
    assert_int_equal(converted, HF_OK);
    assert_int_equal(copied, HF_OK);
    assert_int_equal(narrowed, HF_OK);
    assert_true(passed == 0 || t->thread->stress); /* a stress collection has its own */
}

static void long_texts_get_memory_and_give_it_back(void **state)
{
    hf_test_runtime *t = *state;
    static char text[20000];
    static wchar_t seen[20000];
    memset(text, 'x', sizeof(text) - 1);
    const char *const texts[] = { text, "short", text + 10000, text + 19000, text + 19500 };
    hf_function *wide = hf_test_bind(t, WIDE);
    hf_function *join = bind_join(t, true);
    int64_t live = hfi_alloc_live();

    assert_int_equal(call_2(t, wide, (hf_arg)HF_CSTR(text), seen), HF_OK);
    assert_int_equal(wcslen(seen), sizeof(text) - 1);
    assert_int_equal(hfi_alloc_live(), live);
    for (uint64_t nth = 1; nth < 20; nth++) {
        hfi_fault_arm(nth, 1);
        hf_status status = call_2(t, join, (hf_arg)HF_TEXTS(texts + 1, 4), seen);
        (void)hfi_fault_disarm();
        assert_int_equal(hfi_alloc_live(), live);
        if (status == HF_OK) {
            assert_true(nth > 2);
            return;
        }
        assert_int_equal(status, HF_E_NOMEM);
    }
    fail_msg("the call never succeeded");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(text_of_a_length_arrives_with_a_nul),
        TEST(text_of_no_length_and_whole_text_arrive),
        TEST(utf16_arrives_in_every_width),
        TEST(utf16_goes_as_it_is_to_a_parameter_of_its_width),
        TEST(unpaired_surrogates_are_refused_with_their_unit),
        TEST(a_nul_inside_is_refused_with_its_place),
        TEST(text_that_is_null_or_between_units_is_refused),
        TEST(managed_text_is_a_buffer_with_or_without_its_nul),
        TEST(texts_arrive_with_their_null),
        TEST(texts_arrive_in_the_units_of_their_type),
        TEST(texts_that_cannot_be_passed_are_refused_by_number),
        TEST(system_text_is_converted_from_every_kind),
        TEST(system_text_without_a_character_is_refused),
        TEST(system_text_is_what_the_role_says),
        TEST(system_text_comes_back_as_utf8),
        TEST(usual_arguments_allocate_nothing),
        TEST(long_texts_get_memory_and_give_it_back),
    };
    return cmocka_run_group_tests_name("text arguments", tests, NULL, NULL);
}
