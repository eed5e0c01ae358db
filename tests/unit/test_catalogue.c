/* SPDX-License-Identifier: MIT */
/* hf-test: timeout=120 */

/*
 * Functions by name: finding, binding once, what is not there, rows of the program's own, the
 * caller's policy, the end.  The catalogue's rows themselves are called in tests/catalogue.
 */

#include "runtime.h"

#include "base/alloc.h"
#include "crew.h"

#include <stdio.h>
#include <string.h>

#if defined(_WIN32)
#define HERE             "GetCurrentDirectoryW"
#define ALMOST           "GetCurrentDirektoryW"
#define WITHOUT_A_LETTER "GetCurrentDirectory"
#else
#define HERE   "getcwd"
#define ALMOST "getcdw"
#endif

static const hf_native_row own[] = {
    { "hfn_sum", HF_TESTLIB_PATH,
      "uint32_t hfn_sum(const uint8_t *data, size_t size {capacity(data)})", NULL,
      HF_NATIVE_DOCUMENTED },
    { "hfn_sum:four", HF_TESTLIB_PATH, "uint32_t hfn_sum(const uint8_t data[4] {in}, size_t size)",
      "read twice", HF_NATIVE_DOCUMENTED },
    { "no_such_function", HF_TESTLIB_PATH, "int no_such_function(void)", NULL, 0 },
    { "no_such_library", "no-such-library-anywhere", "int no_such_library(void)", NULL, 0 },
    { "no_prototype", HF_TESTLIB_PATH, "int no_prototype(what)", NULL, 0 },
};
#define OWN (sizeof own / sizeof own[0])

/* ---- what there is ---- */

static void catalogue_gives_each_row_by_its_number(void **state)
{
    (void)state;
    size_t count = hf_native_count();
    bool has_here = false;
    assert_true(count > 0);
    for (size_t i = 0; i < count; i++) {
        hf_native_info info = HF_NATIVE_INFO_INIT;
        assert_int_equal(hf_native_at(i, &info), HF_OK);
        assert_true(info.name && info.library && info.prototype && info.source);
        assert_true(info.evidence != 0);
        has_here |= strcmp(info.name, HERE) == 0;
    }
    assert_true(has_here);
}

static void catalogue_refuses_a_number_behind_its_last_row(void **state)
{
    (void)state;
    hf_native_info info = HF_NATIVE_INFO_INIT;
    info.name = "x";
    assert_int_equal(hf_native_at(hf_native_count(), &info), HF_E_RANGE);
    assert_null(info.name);
    assert_int_equal(hf_native_at(0, NULL), HF_E_NULL);
    info.struct_size = 0;
    assert_int_equal(hf_native_at(0, &info), HF_E_OPTIONS);
}

static void catalogue_fills_a_later_callers_info_as_far_as_it_knows(void **state)
{
    (void)state;
    struct {
        hf_native_info info;
        uint64_t later;
    } larger = { HF_NATIVE_INFO_INIT, 7 };
    larger.info.struct_size = sizeof larger;
    assert_int_equal(hf_native_at(0, &larger.info), HF_OK);
    assert_int_equal(larger.info.struct_size, sizeof larger);
    assert_int_equal(larger.later, 7);
    assert_non_null(larger.info.name);
}

/* ---- asking ---- */

static void native_gives_the_same_function_each_time(void **state)
{
    hf_test_runtime *t = *state;
    const hf_function *function = NULL;
    const hf_function *first = hf_native(t->thread, HERE);
    assert_non_null(first);
    assert_string_equal(hf_function_name(first), HERE);
    assert_int_equal(hf_native_get(t->thread, HERE, &function), HF_OK);
    assert_ptr_equal(function, first);
    assert_ptr_equal(hf_native(t->thread, HERE), first);
}

static void native_is_another_function_in_another_runtime(void **state)
{
    hf_test_runtime *t = *state;
    hf_test_runtime other;
    const hf_function *here = hf_native(t->thread, HERE);
    hf_test_begin(&other, NULL);
    const hf_function *there = hf_native(other.thread, HERE);
    assert_non_null(there);
    assert_ptr_not_equal(here, there);
    hf_test_end(&other);
    assert_ptr_equal(hf_native(t->thread, HERE), here);
}

static void native_refuses_what_is_null(void **state)
{
    hf_test_runtime *t = *state;
    const hf_function *function = NULL;
    hf_function *mine;
    assert_int_equal(hf_native_get(t->thread, NULL, &function), HF_E_NULL);
    hf_test_expect_report(t, HF_E_NULL, "hf_native", "name");
    assert_int_equal(hf_native_get(t->thread, HERE, NULL), HF_E_NULL);
    hf_test_expect_report(t, HF_E_NULL, "hf_native", "function_out");
    assert_int_equal(hf_native_with(t->thread, NULL, NULL, &mine), HF_E_NULL);
    hf_test_expect_report(t, HF_E_NULL, "hf_native", "name");
    assert_int_equal(hf_native_with(t->thread, HERE, NULL, NULL), HF_E_NULL);
    hf_test_expect_report(t, HF_E_NULL, "hf_native", "function_out");
    assert_null(hf_native(NULL, HERE));
}

static void expect_remedy(hf_test_runtime *t, const char *name, const char *words)
{
    const hf_function *function = NULL;
    assert_int_equal(hf_native_get(t->thread, name, &function), HF_E_NOT_FOUND);
    assert_null(function);
    assert_int_equal(t->report_count, 1);
    if (!strstr(t->report[0].remedy, words)) {
        fail_msg("%s: %s", name, t->report[0].remedy);
    }
    hf_test_expect_report(t, HF_E_NOT_FOUND, "hf_native", "name");
}

static void native_names_what_is_most_like_an_unknown_name(void **state)
{
    hf_test_runtime *t = *state;
    char very_long[600];
    memset(very_long, 'x', sizeof very_long - 1);
    very_long[sizeof very_long - 1] = 0;
    expect_remedy(t, ALMOST, "did you mean \"" HERE "\"");
#if defined(WITHOUT_A_LETTER)
    expect_remedy(t, WITHOUT_A_LETTER, "did you mean \"" HERE "\"");
#endif
    expect_remedy(t, HERE ":reading", "did you mean \"" HERE "\"");
    expect_remedy(t, "nothing at all is like this name", "hf_native_add()");
    expect_remedy(t, very_long, "hf_native_add()");
    expect_remedy(t, "", "hf_native_add()");
    assert_int_equal(hf_native_add(t->thread, own, OWN, NULL), HF_OK);
    expect_remedy(t, "HFN_SUN", "did you mean \"hfn_sum\" or \"hfn_sum:four\"?");
}

/* ---- rows of the program's own ---- */

static uint32_t sum_by(hf_test_runtime *t, const hf_function *function)
{
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_ref data = hf_local(t->thread);
    assert_int_equal(hf_bytes_create(t->thread, 4, data), HF_OK);
    assert_int_equal(hf_bytes_write(data, 0, "\1\2\3\4", 4), HF_OK);
    assert_int_equal(hf_call(t->thread, function, &result, HF_ARGS(HF_BUFFER(data, 0, HF_WHOLE))),
                     HF_OK);
    return (uint32_t)result.value.u;
}

static void native_finds_a_row_that_was_added(void **state)
{
    hf_test_runtime *t = *state;
    const hf_function *before = hf_native(t->thread, HERE);
    assert_int_equal(hf_native_add(t->thread, own, OWN, NULL), HF_OK);
    const hf_function *sum = hf_native(t->thread, "hfn_sum");
    const hf_function *four = hf_native(t->thread, "hfn_sum:four");
    assert_true(sum && four && sum != four);
    assert_int_equal(sum_by(t, sum), 10);
    assert_ptr_equal(hf_native(t->thread, HERE), before);
}

static void native_says_what_this_system_lacks(void **state)
{
    hf_test_runtime *t = *state;
    const hf_function *function = NULL;
    assert_int_equal(hf_native_add(t->thread, own, OWN, NULL), HF_OK);
    assert_int_equal(hf_native_get(t->thread, "no_such_library", &function), HF_E_LIBRARY);
    assert_non_null(strstr(t->report[0].message, "this system does not have \"no_such_library\""));
    assert_non_null(strstr(t->report[0].message, "no-such-library-anywhere"));
    hf_test_expect_report(t, HF_E_LIBRARY, "hf_native", "no_such_library");
    assert_int_equal(hf_native_get(t->thread, "no_such_function", &function), HF_E_SYMBOL);
    hf_test_expect_report(t, HF_E_SYMBOL, "hf_function_bind", "no_such_function");
    assert_int_equal(hf_native_get(t->thread, "no_prototype", &function), HF_E_PROTOTYPE);
    hf_test_expect_report(t, HF_E_PROTOTYPE, "hf_function_bind", "prototype");
    assert_null(function);
}

static void rows_of_a_name_that_is_there_are_refused_all_together(void **state)
{
    hf_test_runtime *t = *state;
    hf_native_row rows[3] = { own[0], own[1], own[0] };
    assert_int_equal(hf_native_add(t->thread, rows, 3, NULL), HF_E_ALREADY_SET);
    assert_non_null(strstr(t->report[0].message, "\"hfn_sum\""));
    hf_test_expect_report(t, HF_E_ALREADY_SET, "hf_native_add", "rows");
    rows[2].name = HERE;
    assert_int_equal(hf_native_add(t->thread, rows, 3, NULL), HF_E_ALREADY_SET);
    hf_test_expect_report(t, HF_E_ALREADY_SET, "hf_native_add", "rows");
    assert_null(hf_native(t->thread, "hfn_sum"));
    hf_test_expect_report(t, HF_E_NOT_FOUND, "hf_native", "name");
    assert_int_equal(hf_native_add(t->thread, rows, 2, NULL), HF_OK);
    assert_int_equal(hf_native_add(t->thread, rows, 2, NULL), HF_E_ALREADY_SET);
    hf_test_expect_report(t, HF_E_ALREADY_SET, "hf_native_add", "rows");
}

static void rows_that_lack_something_are_refused(void **state)
{
    hf_test_runtime *t = *state;
    hf_native_add_options options = HF_NATIVE_ADD_OPTIONS_INIT;
    static const char *const words[] = { "row 1 has no name", "row 1 has no library",
                                         "row 1 has no prototype" };
    for (size_t i = 0; i < 3; i++) {
        hf_native_row rows[2] = { own[0], own[1] };
        *(i == 0 ? &rows[1].name : i == 1 ? &rows[1].library : &rows[1].prototype) = NULL;
        assert_int_equal(hf_native_add(t->thread, rows, 2, NULL), HF_E_NULL);
        assert_string_equal(t->report[0].message, words[i]);
        hf_test_expect_report(t, HF_E_NULL, "hf_native_add", "rows");
    }
    assert_int_equal(hf_native_add(t->thread, NULL, 1, NULL), HF_E_NULL);
    hf_test_expect_report(t, HF_E_NULL, "hf_native_add", "rows");
    assert_int_equal(hf_native_add(t->thread, NULL, 0, NULL), HF_OK);
    options.search = 2;
    assert_int_equal(hf_native_add(t->thread, own, 1, &options), HF_E_OPTIONS);
    hf_test_expect_report(t, HF_E_OPTIONS, "hf_native_add", "options");
    options = (hf_native_add_options)HF_NATIVE_ADD_OPTIONS_INIT;
    options.type_count = 1;
    assert_int_equal(hf_native_add(t->thread, own, 1, &options), HF_E_NULL);
    hf_test_expect_report(t, HF_E_NULL, "hf_native_add", "options->types");
}

static void rows_bring_types_of_their_own(void **state)
{
    static const hf_type_size types[] = { { "struct quad", 4, 1 } };
    static const hf_native_row rows[] = {
        { "sum_of_quad", HF_TESTLIB_PATH,
          "uint32_t sum_of_quad(const struct quad *data, size_t size) {symbol(\"hfn_sum\")}", NULL,
          0 },
    };
    hf_test_runtime *t = *state;
    hf_native_add_options options = HF_NATIVE_ADD_OPTIONS_INIT;
    options.types = types;
    options.type_count = 1;
    assert_int_equal(hf_native_add(t->thread, rows, 1, &options), HF_OK);
    assert_non_null(hf_native(t->thread, "sum_of_quad"));
}

static void many_rows_added_one_by_one_are_all_found(void **state)
{
    enum { MANY = 200 };
    static char names[MANY][16];
    static hf_native_row rows[MANY];
    hf_test_runtime *t = *state;
    for (unsigned i = 0; i < MANY; i++) {
        (void)snprintf(names[i], sizeof names[i], "row_%u", i);
        rows[i] = own[0];
        rows[i].name = names[i];
        assert_int_equal(hf_native_add(t->thread, &rows[i], 1, NULL), HF_OK);
    }
    for (unsigned i = 0; i < MANY; i += 10) {
        assert_non_null(hf_native(t->thread, names[i]));
    }
}

/* ---- the caller's policy ---- */

static void native_with_gives_a_function_of_the_callers_own(void **state)
{
    hf_test_runtime *t = *state;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    hf_function *one, *two;
    options.first_bytes = 1;
    assert_int_equal(hf_native_with(t->thread, HERE, &options, &one), HF_OK);
    assert_int_equal(hf_native_with(t->thread, HERE, NULL, &two), HF_OK);
    assert_ptr_not_equal(one, two);
    assert_ptr_not_equal(one, hf_native(t->thread, HERE));
    {
        HF_FRAME(t->thread);
        hf_result little = HF_RESULT_INIT, much = HF_RESULT_INIT;
        assert_int_equal(hf_call(t->thread, one, &little, HF_NO_ARGS), HF_OK);
        assert_int_equal(hf_call(t->thread, two, &much, HF_NO_ARGS), HF_OK);
        assert_true(little.attempts > 1);
        assert_int_equal(much.attempts, 1);
        assert_int_equal(hf_bytes_size(hf_result_out(&little, 0)),
                         hf_bytes_size(hf_result_out(&much, 0)));
    }
    hf_function_destroy(one);
    hf_function_destroy(two);
}

static void native_with_refuses_options_that_it_does_not_know(void **state)
{
    hf_test_runtime *t = *state;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    hf_function *function;
    options.struct_size = 3;
    assert_int_equal(hf_native_with(t->thread, HERE, &options, &function), HF_E_OPTIONS);
    hf_test_expect_report(t, HF_E_OPTIONS, "hf_native", "options");
    options = (hf_function_options)HF_FUNCTION_OPTIONS_INIT;
    options.type_count = 1;
    assert_int_equal(hf_native_with(t->thread, HERE, &options, &function), HF_E_NULL);
    hf_test_expect_report(t, HF_E_NULL, "hf_function_bind", "options->types");
    assert_null(function);
}

static uint32_t add_all(const uint8_t *data, size_t size)
{
    uint32_t sum = 1000;
    for (size_t i = 0; i < size; i++) {
        sum += data[i];
    }
    return sum;
}

static void native_with_an_address_needs_no_library(void **state)
{
    static const hf_type_size extra[] = { { "struct extra", 4, 4 } };
    hf_test_runtime *t = *state;
    hf_native_row row = own[0];
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    hf_function *function;
    row.library = "no-such-library-anywhere";
    options.address = (void *)(uintptr_t)add_all;
    options.types = extra;
    options.type_count = 1;
    assert_int_equal(hf_native_add(t->thread, &row, 1, NULL), HF_OK);
    assert_int_equal(hf_native_with(t->thread, "hfn_sum", &options, &function), HF_OK);
    assert_int_equal(sum_by(t, function), 1010);
    hf_function_destroy(function);
}

static void a_function_of_the_catalogue_is_not_the_callers_to_destroy(void **state)
{
    hf_test_runtime *t = *state;
    const hf_function *function = hf_native(t->thread, HERE);
    hf_function_destroy((hf_function *)(uintptr_t)function);
    hf_test_expect_report(t, HF_E_MISUSE, "hf_function_bind", "function");
    assert_ptr_equal(hf_native(t->thread, HERE), function);
}

/* ---- no memory ---- */

static hf_status ask_afresh(hf_test_runtime *t)
{
    const hf_function *function = NULL;
    hf_status status = hf_native_add(t->thread, own, OWN, NULL);
    if (status == HF_E_ALREADY_SET) { /* the function alone failed before */
        hf_test_forget_reports(t);
        status = HF_OK;
    }
    status = status == HF_OK ? hf_native_get(t->thread, "hfn_sum", &function) : status;
    assert_int_equal(function != NULL, status == HF_OK);
    return status;
}

static hf_status ask_with(hf_test_runtime *t)
{
    static const hf_type_size extra[] = { { "struct extra", 4, 4 } };
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    hf_function *function;
    options.types = extra;
    options.type_count = 1;
    hf_status status = hf_native_with(t->thread, HERE, &options, &function);
    assert_int_equal(function != NULL, status == HF_OK);
    hf_function_destroy(function);
    return status;
}

static bool is_of_the_world(hf_status status)
{
    return status == HF_E_NOMEM || status == HF_E_LIBRARY || status == HF_E_SYMBOL ||
           status == HF_E_UNSUPPORTED;
}

/* Everything where the world may say no does so in turn; each round begins with a new runtime. */
static void sweep(hf_status (*run)(hf_test_runtime *t))
{
    hf_status status = HF_E_NOMEM;
    unsigned fails = 0;
    for (uint64_t nth = 1; status != HF_OK; nth++) {
        hf_test_runtime t;
        hf_test_begin(&t, NULL);
        hfi_fault_arm(nth, 1);
        status = run(&t);
        (void)hfi_fault_disarm();
        assert_true(status == HF_OK || is_of_the_world(status));
        assert_int_equal(hf_test_report_count(&t), status != HF_OK && status != HF_E_NOMEM);
        hf_test_forget_reports(&t);
        fails += status != HF_OK;
        assert_int_equal(run(&t), HF_OK); /* and now there is some */
        hf_test_end(&t);
    }
    assert_true(fails >= 5);
}

static void native_without_memory_says_so_and_leaves_nothing(void **state)
{
    (void)state;
    sweep(ask_afresh);
    sweep(ask_with);
}

/* ---- the end ---- */

static void a_thousand_runtimes_leave_no_function_behind(void **state)
{
    (void)state;
    uint64_t rounds = hf_test_effort(1000);
    int64_t live = hfi_alloc_live();
    for (uint64_t i = 0; i < rounds; i++) {
        hf_runtime *runtime;
        hf_thread *thread;
        hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
        hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
        options.heap_reserve_bytes = UINT64_C(64) << 20;
        assert_int_equal(hf_runtime_create(&options, &runtime), HF_OK);
        assert_int_equal(hf_thread_attach(runtime, &thread), HF_OK);
        assert_non_null(hf_native(thread, HERE));
        assert_int_equal(hf_thread_detach(thread), HF_OK);
        hf_runtime_destroy(runtime, &leaks);
        assert_int_equal(leaks.functions, 0);
    }
    assert_int_equal(hfi_alloc_live(), live);
}

static const hf_function *asked_at_stop;

static void ask_at_stop(hf_thread *thread, void *user)
{
    (void)user;
    asked_at_stop = hf_native(thread, HERE);
}

static void native_works_in_an_at_stop_function(void **state)
{
    (void)state;
    hf_test_runtime t;
    hf_test_begin(&t, NULL);
    asked_at_stop = NULL;
    assert_int_equal(hf_runtime_at_stop(t.runtime, ask_at_stop, NULL), HF_OK);
    hf_test_end(&t);
    assert_non_null(asked_at_stop);
}

static hf_runtime *kept; /* findable for a leak checker */
static hf_runtime_leaks kept_leaks;

static void end_elsewhere(hf_crew_member *me)
{
    hf_runtime_end_options options = HF_RUNTIME_END_OPTIONS_INIT;
    options.calls_ns = 1000000;
    HF_CREW_CHECK(me, hf_runtime_end(kept, &options, &kept_leaks) == HF_E_BUSY);
}

static void native_behind_the_end_is_refused_and_its_functions_are_no_leak(void **state)
{
    (void)state;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    hf_thread *thread;
    hf_crew crew = { 0 };
    hf_crew_reports reports = { 0 };
    const hf_function *function;
    hf_native_error error;
    options.report = hf_crew_report;
    options.report_user = &reports;
    kept_leaks = (hf_runtime_leaks)HF_RUNTIME_LEAKS_INIT;
    assert_int_equal(hf_runtime_create(&options, &kept), HF_OK);
    assert_int_equal(hf_thread_attach(kept, &thread), HF_OK);
    assert_non_null(hf_native(thread, HERE));
    assert_int_equal(hf_native_begin(thread), HF_OK);
    hf_crew_start(&crew, 1, end_elsewhere, NULL);
    hf_crew_join(&crew);
    assert_int_equal(hf_native_end(thread, &error), HF_E_SHUTDOWN);
    assert_int_equal(hf_native_get(thread, HERE, &function), HF_E_SHUTDOWN);
    assert_int_equal(hf_native_add(thread, own, OWN, NULL), HF_E_SHUTDOWN);
    assert_int_equal(kept_leaks.threads, 1);
    assert_int_equal(kept_leaks.functions, 0);
    assert_int_equal(hf_thread_detach(thread), HF_OK);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(catalogue_gives_each_row_by_its_number),
        cmocka_unit_test(catalogue_refuses_a_number_behind_its_last_row),
        cmocka_unit_test(catalogue_fills_a_later_callers_info_as_far_as_it_knows),
        TEST(native_gives_the_same_function_each_time),
        TEST(native_is_another_function_in_another_runtime),
        TEST(native_refuses_what_is_null),
        TEST(native_names_what_is_most_like_an_unknown_name),
        TEST(native_finds_a_row_that_was_added),
        TEST(native_says_what_this_system_lacks),
        TEST(rows_of_a_name_that_is_there_are_refused_all_together),
        TEST(rows_that_lack_something_are_refused),
        TEST(rows_bring_types_of_their_own),
        TEST(many_rows_added_one_by_one_are_all_found),
        TEST(native_with_gives_a_function_of_the_callers_own),
        TEST(native_with_refuses_options_that_it_does_not_know),
        TEST(native_with_an_address_needs_no_library),
        TEST(a_function_of_the_catalogue_is_not_the_callers_to_destroy),
        cmocka_unit_test(native_without_memory_says_so_and_leaves_nothing),
        cmocka_unit_test(a_thousand_runtimes_leave_no_function_behind),
        cmocka_unit_test(native_works_in_an_at_stop_function),
        cmocka_unit_test(native_behind_the_end_is_refused_and_its_functions_are_no_leak),
    };
    return cmocka_run_group_tests_name("catalogue", tests, NULL, NULL);
}
