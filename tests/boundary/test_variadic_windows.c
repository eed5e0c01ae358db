/* SPDX-License-Identifier: MIT */
/* hf-test: windows */

/* The system's own variadic functions. */

#include "runtime.h"

#include <string.h>

static void variadic_calls_reach_the_system(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_library *user32 = NULL;
    hf_function *print = NULL;
    hf_result result = HF_RESULT_INIT;
    hf_ref buffer = hf_local(t->thread);
    char got[1024] = "";
    assert_int_equal(hf_library_open(t->thread, "user32.dll", &user32), HF_OK);
    assert_int_equal(hf_function_bind(t->thread, user32,
                                      "int WINAPIV wsprintfA(char *buffer {out, given, size(1024)},"
                                      " const char *format, ...)",
                                      &print),
                     HF_OK);
    assert_int_equal(hf_bytes_create(t->thread, sizeof(got), buffer), HF_OK);

    assert_int_equal(
        hf_call(t->thread, print, &result,
                HF_ARGS(HF_BUFFER(buffer, 0, HF_WHOLE), HF_CSTR("%d %s %I64d %u"), HF_INT32(-5),
                        HF_CSTR("five"), HF_INT64(INT64_C(1) << 40), HF_UINT32(7))),
        HF_OK);
    assert_int_equal(hf_bytes_read(buffer, 0, got, sizeof(got)), HF_OK);
    assert_string_equal(got, "-5 five 1099511627776 7");
    assert_int_equal(result.value.i, (int64_t)strlen(got));
    hf_function_destroy(print);
    hf_library_close(user32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(variadic_calls_reach_the_system, hf_test_setup,
                                        hf_test_teardown),
    };
    return cmocka_run_group_tests_name("variadic on Windows", tests, NULL, NULL);
}
