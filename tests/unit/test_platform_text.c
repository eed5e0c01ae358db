/* SPDX-License-Identifier: MIT */

/* Text to and from the encoding of the system's narrow functions. */

#include "hf_test.h"

#include "base/alloc.h"
#include "platform/platform.h"

#include <string.h>

static void text_of_ascii_is_the_same_in_both(void **state)
{
    (void)state;
    char room[8];
    size_t needed;
    size_t bad;
    assert_int_equal(hfp_text_to_system("plain", 5, NULL, 0, &needed, &bad), HF_OK);
    assert_int_equal(needed, 5);
    assert_int_equal(hfp_text_to_system("plain", 5, room, 4, &needed, &bad), HF_E_RANGE);
    assert_int_equal(hfp_text_to_system("plain", 5, room, 5, &needed, &bad), HF_OK);
    assert_memory_equal(room, "plain", 5);
    assert_int_equal(hfp_text_from_system("plain", 5, room, 5, &needed, &bad), HF_OK);
    assert_memory_equal(room, "plain", 5);
    assert_int_equal(hfp_text_to_system("", 0, NULL, 0, &needed, &bad), HF_OK);
    assert_int_equal(needed, 0);
}

static void text_that_the_system_can_say_comes_back(void **state)
{
    (void)state;
    static const char text[] = "caf\xc3\xa9";
    char room[16];
    char back[16];
    size_t needed;
    size_t bad;
    if (hfp_text_to_system(text, 5, room, sizeof(room), &needed, &bad) == HF_E_UTF) {
        assert_int_equal(bad, 3); /* a code page without the letter says where it is */
        return;
    }
    size_t length = needed;
    assert_int_equal(length, hfp_text_is_utf8() ? 5 : 4);
    assert_int_equal(hfp_text_from_system(room, length, back, sizeof(back), &needed, &bad), HF_OK);
    assert_int_equal(needed, 5);
    assert_memory_equal(back, text, 5);
}

/* A look-alike would be another file's name. */
static void text_that_the_system_lacks_is_refused_with_its_place(void **state)
{
    (void)state;
    static const char *const text[] = { "\xc3\xa9"
                                        "ab\xe2\x88\x9e", /* infinity, which looks like an 8 */
                                        "ab\xf0\x9f\x98\x80x" };
    static const size_t place[] = { 4, 2 };
    char room[16];
    size_t needed;
    size_t bad;
    for (size_t i = 0; i < 2; i++) {
        size_t length = strlen(text[i]);
        hf_status status = hfp_text_to_system(text[i], length, room, sizeof(room), &needed, &bad);
        if (hfp_text_is_utf8()) {
            assert_int_equal(status, HF_OK);
            assert_memory_equal(room, text[i], length);
        } else {
            assert_int_equal(status, HF_E_UTF);
            assert_true(bad == place[i] || bad == 0); /* 0: the page lacks the first letter too */
        }
    }
}

static void text_of_any_length_is_converted(void **state)
{
    (void)state;
    static char text[5000];
    static char room[5000];
    size_t needed;
    size_t bad;
    memset(text, 'x', sizeof(text));
    int64_t live = hfi_alloc_live();
    assert_int_equal(hfp_text_to_system(text, sizeof(text), room, sizeof(room), &needed, &bad),
                     HF_OK);
    assert_int_equal(needed, sizeof(text));
    assert_memory_equal(room, text, sizeof(text));
    hfi_fault_arm(1, 1);
    hf_status status = hfp_text_to_system(text, sizeof(text), room, sizeof(room), &needed, &bad);
    (void)hfi_fault_disarm();
    assert_int_equal(status, hfp_text_is_utf8() ? HF_OK : HF_E_NOMEM);
    assert_int_equal(hfi_alloc_live(), live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_of_ascii_is_the_same_in_both),
        cmocka_unit_test(text_that_the_system_can_say_comes_back),
        cmocka_unit_test(text_that_the_system_lacks_is_refused_with_its_place),
        cmocka_unit_test(text_of_any_length_is_converted),
    };
    return cmocka_run_group_tests_name("platform text", tests, NULL, NULL);
}
