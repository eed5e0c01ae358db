/* SPDX-License-Identifier: MIT */

/*
 * Libraries: names that are allowed, what is said about those that cannot be loaded, and a library
 * that somebody planted.
 */

#include "runtime.h"

#include "base/alloc.h"
#include "call/symbol.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ABSENT "hf-no-such-library"

static hf_test_report take_report(hf_test_runtime *t)
{
    assert_true(hf_test_report_count(t) > 0);
    hf_test_report report = t->report[0];
    hf_test_expect_report(t, report.status, report.function, report.argument);
    return report;
}

static void expect_words(const char *text, const char *words)
{
    if (!strstr(text, words)) {
        fail_msg("\"%s\" does not say \"%s\"", text, words);
    }
}

/* ---- names ---- */

static void library_name_that_leads_elsewhere_is_refused(void **state)
{
    hf_test_runtime *t = *state;
    static const struct {
        const char *name;
        const char *why;
    } names[] = {
        { "", "the name is empty" },         { "sub/thing", "a relative path" },
        { "./thing.so", "a relative path" }, { "..\\thing", "a relative path" },
        { "..", "ends with a dot" },         { "C:thing", "a relative path" },
        { "thing:stream", "a relative" },    { "thing.", "ends with a dot" },
        { "thing ", "or a space" },          { "thi\nng", "a control character" },
        { "C:\\x\\y.dll:z", "a stream" },
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        hf_library *library = (hf_library *)t;
        assert_int_equal(hf_library_open(t->thread, names[i].name, &library), HF_E_LIBRARY);
        assert_null(library);
        hf_test_report report = take_report(t);
        assert_string_equal(report.argument, "name");
        expect_words(report.message, names[i].why);
    }
}

static void library_that_is_absent_is_named_with_the_loaders_words(void **state)
{
    hf_test_runtime *t = *state;
    hf_library *library;
    char why[256];
    void *module;
    uint32_t error;
    assert_int_equal(hfp_module_open_why(ABSENT, HFP_MODULE_SYSTEM, &module, &error, why, 256),
                     HF_E_LIBRARY);
    assert_true(strlen(why) > 8);

    assert_int_equal(hf_library_open(t->thread, ABSENT, &library), HF_E_LIBRARY);

    hf_test_report report = take_report(t);
    expect_words(report.message, "the library \"" ABSENT "\" cannot be loaded: ");
    expect_words(report.message, why);
}

static void library_is_found_under_another_name(void **state)
{
    hf_test_runtime *t = *state;
    const char *const names[] = { "hf-absent-too", HF_TESTLIB_PATH };
    hf_library_options options = HF_LIBRARY_OPTIONS_INIT;
    options.names = names;
    options.name_count = 2;
    hf_library *library;
    hf_function *function;

    assert_int_equal(hf_library_open_with(t->thread, ABSENT, &options, &library), HF_OK);

    assert_int_equal(hf_function_bind(t->thread, library, "void hfn_nothing(void)", &function),
                     HF_OK);
    hf_function_destroy(function);
    hf_library_close(library);
}

static void library_without_any_of_its_names_is_reported_once_with_all(void **state)
{
    hf_test_runtime *t = *state;
    const char *const names[] = { "hf-absent-too", "bad/name" };
    hf_library_options options = HF_LIBRARY_OPTIONS_INIT;
    options.names = names;
    options.name_count = 2;
    hf_library *library;

    assert_int_equal(hf_library_open_with(t->thread, ABSENT, &options, &library), HF_E_LIBRARY);

    assert_int_equal(hf_test_report_count(t), 1);
    hf_test_report report = take_report(t);
    expect_words(report.message, ABSENT);
    expect_words(report.message, "; nor \"hf-absent-too\"");
}

static void library_options_are_checked(void **state)
{
    hf_test_runtime *t = *state;
    const char *const names[] = { NULL };
    hf_library *library;
    hf_library_options options = HF_LIBRARY_OPTIONS_INIT;

    options.struct_size = 2;
    assert_int_equal(hf_library_open_with(t->thread, "c", &options, &library), HF_E_OPTIONS);
    hf_test_expect_report(t, HF_E_OPTIONS, "hf_library_open", "options");
    options = (hf_library_options)HF_LIBRARY_OPTIONS_INIT;
    options.search = 9;
    assert_int_equal(hf_library_open_with(t->thread, "c", &options, &library), HF_E_OPTIONS);
    hf_test_expect_report(t, HF_E_OPTIONS, "hf_library_open", "options");
    options = (hf_library_options)HF_LIBRARY_OPTIONS_INIT;
    options.name_count = 1;
    assert_int_equal(hf_library_open_with(t->thread, "c", &options, &library), HF_E_NULL);
    hf_test_expect_report(t, HF_E_NULL, "hf_library_open", "options->names");
    options.names = names;
    assert_int_equal(hf_library_open_with(t->thread, "c", &options, &library), HF_E_NULL);
    hf_test_expect_report(t, HF_E_NULL, "hf_library_open", "options->names");
    assert_int_equal(hf_library_open_with(t->thread, NULL, NULL, &library), HF_E_NULL);
    hf_test_expect_report(t, HF_E_NULL, "hf_library_open", "name");
    assert_int_equal(hf_library_open_with(t->thread, "c", NULL, NULL), HF_E_NULL);
    hf_test_expect_report(t, HF_E_NULL, "hf_library_open", "library_out");
}

static void library_open_without_memory_leaves_nothing(void **state)
{
    hf_test_runtime *t = *state;
    const char *const names[] = { HF_TESTLIB_PATH };
    hf_library_options options = HF_LIBRARY_OPTIONS_INIT;
    options.names = names;
    options.name_count = 1;
    int64_t live = hfi_alloc_live();
    hf_library *library = NULL;
    unsigned failed = 0;
    for (uint64_t nth = 1; !library; nth++) {
        hfi_fault_arm(nth, 1);
        hf_status status = hf_library_open_with(t->thread, HF_TESTLIB_PATH, &options, &library);
        (void)hfi_fault_disarm();
        assert_true(status == HF_OK || status == HF_E_NOMEM);
        if (status != HF_OK) {
            failed++;
            assert_null(library);
            assert_int_equal(hfi_alloc_live(), live);
        }
    }
    assert_true(failed >= 3);
    hf_library_close(library);
    assert_int_equal(hfi_alloc_live(), live);
}

/* ---- planted ---- */

static void copy_file(const char *from, const char *to)
{
    static char buffer[1 << 16];
    FILE *in = fopen(from, "rb");
    FILE *out = fopen(to, "wb");
    assert_non_null(in);
    assert_non_null(out);
    size_t size;
    while ((size = fread(buffer, 1, sizeof(buffer), in)) > 0) {
        assert_int_equal(fwrite(buffer, 1, size, out), size);
    }
    assert_int_equal(fclose(out), 0);
    assert_int_equal(fclose(in), 0);
}

/* The callee library under another name in the current directory: real, and not to be found. */
static void library_planted_in_the_current_directory_is_not_loaded(void **state)
{
    hf_test_runtime *t = *state;
    const char *end = strrchr(HF_TESTLIB_PATH, '.');
    char plant[64];
    char dotted_plant[80];
    (void)snprintf(plant, sizeof(plant), "hf_planted_library%s", end);
    (void)snprintf(dotted_plant, sizeof(dotted_plant), "./%s", plant);
    hf_library_options any = HF_LIBRARY_OPTIONS_INIT;
    any.search = HF_SEARCH_ANY;
    hf_library *library = NULL;
    hf_library *control = NULL;
    copy_file(HF_TESTLIB_PATH, plant);

    hf_status bare = hf_library_open(t->thread, "hf_planted_library", &library);
    hf_status full = hf_library_open(t->thread, plant, &library);
    hf_status dotted = hf_library_open(t->thread, dotted_plant, &library);
    hf_status loose = hf_library_open_with(t->thread, dotted_plant, &any, &control);
    hf_library_close(control);
    (void)remove(plant);
    hf_test_forget_reports(t);

    assert_int_equal(bare, HF_E_LIBRARY);
    assert_int_equal(full, HF_E_LIBRARY);
    assert_int_equal(dotted, HF_E_LIBRARY);
    assert_int_equal(loose, HF_OK); /* else the file was no library and proved nothing */
}

/* ---- symbols ---- */

static void symbol_that_is_absent_is_named_with_its_library(void **state)
{
    hf_test_runtime *t = *state;
    hf_library *library;
    hf_function *function;
    assert_int_equal(hf_library_open(t->thread, HF_TESTLIB_PATH, &library), HF_OK);

    assert_int_equal(hf_function_bind(t->thread, library, "void hfn_absent(void)", &function),
                     HF_E_SYMBOL);

    hf_test_report report = take_report(t);
    assert_string_equal(report.argument, "hfn_absent");
    expect_words(report.message, "has no symbol \"hfn_absent\"");
    expect_words(report.message, "hf_testlib");
    hf_library_close(library);
}

static void symbol_hidden_by_a_macro_is_hinted_at(void **state)
{
    hf_test_runtime *t = *state;
    static const struct {
        const char *prototype;
        const char *hint;
    } cases[] = {
        { "void hfn_title(void)", "but \"hfn_titleW\"" },
        { "void hfn_titleA(void)", "but \"hfn_titleW\"" },
        { "void hfn_nothingW(void)", "but \"hfn_nothing\"" },
    };
    hf_library *library;
    hf_function *function;
    assert_int_equal(hf_library_open(t->thread, HF_TESTLIB_PATH, &library), HF_OK);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(hf_function_bind(t->thread, library, cases[i].prototype, &function),
                         HF_E_SYMBOL);
        hf_test_report report = take_report(t);
        expect_words(report.message, cases[i].hint);
    }
    hf_library_close(library);
}

static void symbol_is_found_under_the_name_of_its_role(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *function =
        hf_test_bind(t, "int32_t same_number(int32_t value) {symbol(\"hfn_i32\")}");

    assert_int_equal(hf_call(t->thread, function, &result, HF_ARGS(HF_INT(6))), HF_OK);

    assert_int_equal(result.value.i, 6);
    assert_string_equal(hf_function_name(function), "same_number");
}

static void symbol_is_decorated_as_its_convention_says(void **state)
{
    (void)state;
    hfi_param params[3];
    memset(params, 0, sizeof(params));
    params[0].type = HFI_C_POINTER;
    params[1].type = HFI_C_I16;
    params[2].type = HFI_C_F64;
    hfi_prototype prototype;
    memset(&prototype, 0, sizeof(prototype));
    prototype.param = params;
    prototype.param_count = 3;
    static const struct {
        hfi_convention convention;
        const char *names[6];
    } cases[] = {
        { HFI_CONVENTION_DEFAULT, { "Fn", "_Fn@16", "Fn@16", "@Fn@16", "_Fn", NULL } },
        { HFI_CONVENTION_STDCALL, { "Fn", "_Fn@16", "Fn@16", NULL } },
        { HFI_CONVENTION_FASTCALL, { "Fn", "@Fn@16", NULL } },
        { HFI_CONVENTION_CDECL, { "Fn", "_Fn", NULL } },
        { HFI_CONVENTION_THISCALL, { "Fn", NULL } },
    };
    char name[HFI_SYMBOL_MAX];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        prototype.convention = cases[i].convention;
        for (unsigned k = 0; cases[i].names[k]; k++) {
            assert_true(hfi_symbol_decorated("Fn", &prototype, 4, k, name));
            assert_string_equal(name, cases[i].names[k]);
            assert_false(hfi_symbol_decorated("Fn", &prototype, 4, k + 1, name) &&
                         !cases[i].names[k + 1]);
        }
        assert_false(hfi_symbol_decorated("Fn", &prototype, 8, 1, name));
    }
}

static void symbol_too_long_to_decorate_is_not_cut(void **state)
{
    (void)state;
    hfi_prototype prototype;
    memset(&prototype, 0, sizeof(prototype));
    char long_name[HFI_SYMBOL_MAX];
    memset(long_name, 'x', sizeof(long_name) - 1);
    long_name[sizeof(long_name) - 1] = '\0';
    char name[HFI_SYMBOL_MAX];

    assert_true(hfi_symbol_decorated(long_name, &prototype, 4, 0, name));
    assert_false(hfi_symbol_decorated(long_name, &prototype, 4, 1, name));
}

int main(void)
{
#define WITH_RUNTIME(test) cmocka_unit_test_setup_teardown(test, hf_test_setup, hf_test_teardown)
    const struct CMUnitTest tests[] = {
        WITH_RUNTIME(library_name_that_leads_elsewhere_is_refused),
        WITH_RUNTIME(library_that_is_absent_is_named_with_the_loaders_words),
        WITH_RUNTIME(library_is_found_under_another_name),
        WITH_RUNTIME(library_without_any_of_its_names_is_reported_once_with_all),
        WITH_RUNTIME(library_options_are_checked),
        WITH_RUNTIME(library_open_without_memory_leaves_nothing),
        WITH_RUNTIME(library_planted_in_the_current_directory_is_not_loaded),
        WITH_RUNTIME(symbol_that_is_absent_is_named_with_its_library),
        WITH_RUNTIME(symbol_hidden_by_a_macro_is_hinted_at),
        WITH_RUNTIME(symbol_is_found_under_the_name_of_its_role),
        cmocka_unit_test(symbol_is_decorated_as_its_convention_says),
        cmocka_unit_test(symbol_too_long_to_decorate_is_not_cut),
    };
    return cmocka_run_group_tests_name("library", tests, NULL, NULL);
}
