/* SPDX-License-Identifier: MIT */
/* hf-test: windows */

/*
 * Libraries as only Windows has them: known DLLs, numbers instead of names, A and W.
 */

#include "runtime.h"

#include "call/symbol.h"

#include <string.h>

static void library_in_every_process_is_found_in_any_spelling(void **state)
{
    hf_test_runtime *t = *state;
    static const char *const names[] = { "kernel32", "KERNEL32.DLL", "Kernel32.dll", "ntdll" };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        hf_library *library;
        hf_function *function;
        assert_int_equal(hf_library_open(t->thread, names[i], &library), HF_OK);
        if (i < 3) {
            assert_int_equal(
                hf_function_bind(t->thread, library, "DWORD GetCurrentProcessId(void)", &function),
                HF_OK);
            hf_function_destroy(function);
        }
        hf_library_close(library);
    }
}

static void symbol_is_found_by_its_number(void **state)
{
    hf_test_runtime *t = *state;
    hf_library *library;
    assert_int_equal(hf_library_open(t->thread, "ws2_32", &library), HF_OK);
    hfi_prototype prototype;
    memset(&prototype, 0, sizeof(prototype));
    prototype.ordinal = 9; /* htons, in every version */
    void *by_number = NULL;
    void *by_text = NULL;
    void *by_name = NULL;

    assert_int_equal(hfi_symbol_find(library, &prototype, "swapped", &by_number), HF_OK);
    prototype.ordinal = 0;
    char text[] = "#9";
    prototype.symbol = text;
    assert_int_equal(hfi_symbol_find(library, &prototype, "swapped", &by_text), HF_OK);
    prototype.symbol = NULL;
    assert_int_equal(hfi_symbol_find(library, &prototype, "htons", &by_name), HF_OK);

    assert_ptr_equal(by_number, by_name);
    assert_ptr_equal(by_text, by_name);
    hf_library_close(library);
}

static void symbol_is_called_by_the_number_of_its_role(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_library *library;
    hf_function *function;
    assert_int_equal(hf_library_open(t->thread, "ws2_32", &library), HF_OK);
    assert_int_equal(hf_function_bind(t->thread, library,
                                      "unsigned short __stdcall swap(unsigned short value) "
                                      "{ordinal(9)}",
                                      &function),
                     HF_OK);

    assert_int_equal(hf_call(t->thread, function, &result, HF_ARGS(HF_UINT(0x1234))), HF_OK);

    assert_int_equal(result.value.u, 0x3412);
    hf_function_destroy(function);
    hf_library_close(library);
}

static void symbol_without_its_number_is_reported(void **state)
{
    hf_test_runtime *t = *state;
    hf_library *library;
    assert_int_equal(hf_library_open(t->thread, "version", &library), HF_OK);
    hfi_prototype prototype;
    memset(&prototype, 0, sizeof(prototype));
    prototype.ordinal = 60000;
    void *address = NULL;

    assert_int_equal(hfi_symbol_find(library, &prototype, "absent", &address), HF_E_SYMBOL);

    assert_non_null(strstr(t->report[0].message, "under the number 60000"));
    hf_test_expect_report(t, HF_E_SYMBOL, "hf_function_bind", "absent");
    hf_library_close(library);
}

static void symbol_that_is_a_macro_of_windows_is_hinted_at(void **state)
{
    hf_test_runtime *t = *state;
    hf_library *library;
    hf_function *function;
    assert_int_equal(hf_library_open(t->thread, "user32", &library), HF_OK);

    assert_int_equal(
        hf_function_bind(t->thread, library, "int GetWindowTextLength(void *w {raw})", &function),
        HF_E_SYMBOL);

    assert_non_null(strstr(t->report[0].message, "but \"GetWindowTextLengthW\""));
    assert_non_null(strstr(t->report[0].remedy, "\"GetWindowTextLengthW\""));
    hf_test_expect_report(t, HF_E_SYMBOL, "hf_function_bind", "GetWindowTextLength");
    hf_library_close(library);
}

int main(void)
{
#define WITH_RUNTIME(test) cmocka_unit_test_setup_teardown(test, hf_test_setup, hf_test_teardown)
    const struct CMUnitTest tests[] = {
        WITH_RUNTIME(library_in_every_process_is_found_in_any_spelling),
        WITH_RUNTIME(symbol_is_found_by_its_number),
        WITH_RUNTIME(symbol_is_called_by_the_number_of_its_role),
        WITH_RUNTIME(symbol_without_its_number_is_reported),
        WITH_RUNTIME(symbol_that_is_a_macro_of_windows_is_hinted_at),
    };
    return cmocka_run_group_tests_name("library_windows", tests, NULL, NULL);
}
