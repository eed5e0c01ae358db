/* SPDX-License-Identifier: MIT */
/* hf-test: finalizers timeout=120 */

/*
 * Values lent without a fence, in checked mode: which calls are refused, which reported, and which
 * left alone.
 */

#include "managed.h"

#include "base/alloc.h"
#include "resource/inside.h"
#include "resource/lent.h"

#include <stdlib.h>
#include <string.h>

static managed m;
static hf_library *library;
static hf_status made_release; /* what the release function gives */
static unsigned released;

static hf_status release(uintptr_t value, void *user)
{
    (void)value;
    (void)user;
    released++;
    return made_release;
}

static const hf_resource_class fd_class = { .struct_size = sizeof(hf_resource_class),
                                            .name = "fd",
                                            .invalid = (uintptr_t)-1,
                                            .release = release,
                                            .on_leak = HF_LEAK_RELEASE };
static const hf_resource_class file_class = { .struct_size = sizeof(hf_resource_class),
                                              .name = "FILE",
                                              .release = release,
                                              .on_leak = HF_LEAK_RELEASE };
static const hf_resource_class kept_class = { .struct_size = sizeof(hf_resource_class),
                                              .name = "fd",
                                              .invalid = (uintptr_t)-1,
                                              .release = release,
                                              .on_leak = HF_LEAK_REPORT_ONLY };

static int begin_as(bool checked)
{
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.checked = checked;
    released = 0;
    made_release = HF_OK;
    managed_begin(&m, &options);
    assert_int_equal(hf_library_open(m.thread, HF_TESTLIB_PATH, &library), HF_OK);
    return 0;
}

static int begin(void **state)
{
    (void)state;
    return begin_as(true);
}

static int end(void **state)
{
    (void)state;
    hf_library_close(library);
    managed_end(&m);
    return 0;
}

static hf_function *bind(const char *prototype)
{
    hf_function *function = NULL;
    assert_int_equal(hf_function_bind(m.thread, library, prototype, &function), HF_OK);
    return function;
}

/* Calls a function of one parameter. */
static hf_status call_with(const char *prototype, hf_arg argument)
{
    hf_function *function = bind(prototype);
    hf_result result = HF_RESULT_INIT;
    hf_status status = hf_call(m.thread, function, &result, HF_ARGS(argument));
    hf_function_destroy(function);
    return status;
}

static hf_ref make(const hf_resource_class *class_of, uintptr_t value)
{
    hf_ref file = hf_local(m.thread);
    assert_int_equal(hf_resource_create(m.thread, class_of, value, file), HF_OK);
    return file;
}

static uintptr_t lend(hf_ref file, uint32_t *line_out)
{
    uintptr_t value;
    uint32_t line = __LINE__ + 1;
    assert_int_equal(hf_resource_value(m.thread, file, &value), HF_OK);
    if (line_out) {
        *line_out = line;
    }
    return value;
}

static void end_resource(hf_ref file)
{
    assert_int_equal(hf_resource_dispose(m.thread, file), HF_OK);
}

/* ---- before ---- */

static void value_of_a_released_resource_is_refused_with_both_places(void **state)
{
    (void)state;
    HF_FRAME(m.thread);
    uint32_t born = __LINE__ + 1;
    hf_ref file = make(&fd_class, 700);
    (void)born;
    uint32_t lent;
    uintptr_t value = lend(file, &lent);
    assert_int_equal(call_with("int32_t hfn_i32(int32_t fd)", (hf_arg)HF_INT((int)value)), HF_OK);
    assert_int_equal(managed_reports(&m), 0);
    end_resource(file);
    assert_int_equal(call_with("int32_t hfn_i32(int32_t fd)", (hf_arg)HF_INT((int)value)),
                     HF_E_CLOSED);
    managed_report r = managed_expect(&m, "hfn_i32", "by this thread before the call");
    assert_int_equal(r.status, HF_E_CLOSED);
    assert_string_equal(r.argument, "1 (fd)");
    assert_string_equal(r.object, "resource fd, value 0x2bc");
    assert_int_equal(r.line, lent);
    assert_non_null(strstr(r.message, "the value was lent without a fence, and its resource was "
                                      "disposed at "));
    assert_string_equal(r.remedy, "hold it with hf_fence_hold(&fence, thread, file, &value), or "
                                  "pass HF_RESOURCE(file)");
}

static void value_of_a_dead_resource_is_refused_as_found_dead(void **state)
{
    (void)state;
    uintptr_t value;
    {
        HF_FRAME(m.thread);
        value = lend(make(&fd_class, 701), NULL);
    }
    assert_int_equal(released, 0);
    assert_int_equal(hf_collect(m.thread), HF_OK);
    assert_int_equal(hf_runner_drain(m.thread, UINT64_MAX), HF_OK);
    assert_int_equal(released, 1);
    assert_int_equal(call_with("int32_t hfn_i32(int32_t fd)", (hf_arg)HF_INT((int)value)),
                     HF_E_CLOSED);
    (void)managed_expect(&m, "hfn_i32",
                         "and its resource was found dead and released before the call");
}

/* What a parameter must be to take the value. */
static void only_parameters_that_take_the_class_are_looked_at(void **state)
{
    (void)state;
    static const struct {
        const char *prototype;
        bool is_pointer;
        hf_status fd, file; /* with the number of each of the two resources */
    } rows[] = {
        { "int32_t hfn_i32(int32_t fd)", false, HF_E_CLOSED, HF_OK },
        { "int32_t hfn_i32(int32_t in_fd)", false, HF_E_CLOSED, HF_OK },
        { "int32_t hfn_i32(int32_t sockFD)", false, HF_E_CLOSED, HF_OK },
        { "int32_t hfn_i32(int32_t count)", false, HF_OK, HF_OK },
        { "int32_t hfn_i32(int32_t)", false, HF_OK, HF_OK },
        { "uint32_t hfn_u32(uint32_t fd)", false, HF_E_CLOSED, HF_OK },
        { "int64_t hfn_i64(int64_t fd)", false, HF_E_CLOSED, HF_OK },
        { "uint64_t hfn_u64(uint64_t fd)", false, HF_E_CLOSED, HF_OK },
        { "int64_t hfn_i64(int64_t file)", false, HF_OK, HF_E_CLOSED },
        { "void *hfn_pointer(void *file {raw})", true, HF_OK, HF_E_CLOSED },
        { "void *hfn_pointer(void *other {raw})", true, HF_OK, HF_OK },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (int which = 0; which < 2; which++) {
            HF_FRAME(m.thread);
            hf_ref file = make(which ? &file_class : &fd_class, 702 + (uintptr_t)which);
            uintptr_t value = lend(file, NULL);
            end_resource(file);
            hf_arg argument = rows[i].is_pointer ? (hf_arg)HF_POINTER((void *)value)
                                                 : (hf_arg)HF_INT((int64_t)value);
            hf_status expected = which ? rows[i].file : rows[i].fd;
            hf_status status = call_with(rows[i].prototype, argument);
            if (status != expected) {
                fail_msg("%s, %d: %s", rows[i].prototype, which, hf_status_name(status));
            }
            if (expected != HF_OK) {
                (void)managed_expect(&m, m.report[0].function, "before the call");
            }
        }
    }
}

static void number_that_came_anew_is_nobodys_loan(void **state)
{
    (void)state;
    HF_FRAME(m.thread);
    hf_ref old = make(&fd_class, 704);
    (void)lend(old, NULL);
    end_resource(old);
    hf_ref fresh = make(&fd_class, 704); /* the system gave the number again */
    assert_int_equal(call_with("int32_t hfn_i32(int32_t fd)", (hf_arg)HF_INT(704)), HF_OK);
    uintptr_t value = lend(fresh, NULL);
    assert_int_equal(call_with("int32_t hfn_i32(int32_t fd)", (hf_arg)HF_INT(704)), HF_OK);
    end_resource(fresh);
    assert_int_equal(call_with("int32_t hfn_i32(int32_t fd)", (hf_arg)HF_INT((int)value)),
                     HF_E_CLOSED); /* known again under its new owner */
    (void)managed_expect(&m, "hfn_i32", "before the call");
    /* A native function gives it: it is a new one once more. */
    assert_int_equal(call_with("int32_t hfn_i32(int32_t path)", (hf_arg)HF_INT(704)), HF_OK);
    assert_int_equal(call_with("int32_t hfn_i32(int32_t fd)", (hf_arg)HF_INT(704)), HF_OK);
}

static void what_a_fence_holds_is_silent(void **state)
{
    (void)state;
    HF_FRAME(m.thread);
    hf_ref file = make(&fd_class, 705);
    (void)lend(file, NULL);
    hf_fence fence;
    uintptr_t value;
    assert_int_equal(hf_fence_hold(&fence, m.thread, file, &value), HF_OK);
    end_resource(file); /* waits for the fence */
    assert_int_equal(released, 0);
    assert_int_equal(call_with("int32_t hfn_i32(int32_t fd)", (hf_arg)HF_INT((int)value)), HF_OK);
    assert_int_equal(hf_fence_end(&fence), HF_OK);
    assert_int_equal(released, 1);
    assert_int_equal(call_with("int32_t hfn_i32(int32_t fd)", (hf_arg)HF_INT((int)value)),
                     HF_E_CLOSED);
    (void)managed_expect(&m, "hfn_i32", "before the call");
}

static void value_that_was_never_released_is_silent(void **state)
{
    (void)state;
    uintptr_t value;
    {
        HF_FRAME(m.thread);
        value = lend(make(&kept_class, 706), NULL);
    }
    assert_int_equal(hf_collect(m.thread), HF_OK);
    assert_int_equal(hf_runner_drain(m.thread, UINT64_MAX), HF_OK);
    assert_int_equal(managed_reports(&m), 1); /* the leak */
    assert_int_equal(released, 0);
    assert_int_equal(call_with("int32_t hfn_i32(int32_t fd)", (hf_arg)HF_INT((int)value)), HF_OK);
    assert_int_equal(managed_reports(&m), 1);
    hf_library_close(library);
    managed_close(&m);
    assert_int_equal(m.leaks.resources, 1);
    assert_int_equal(hfi_alloc_live(), m.live_at_start);
}

static void more_loans_than_are_remembered_forget_the_oldest(void **state)
{
    (void)state;
    for (int i = 0; i < 300; i++) {
        HF_FRAME(m.thread);
        hf_ref file = make(&fd_class, 1000 + (uintptr_t)i);
        (void)lend(file, NULL);
        (void)lend(file, NULL); /* is one loan, not two */
        end_resource(file);
    }
    assert_int_equal(call_with("int32_t hfn_i32(int32_t fd)", (hf_arg)HF_INT(1000)), HF_OK);
    assert_int_equal(call_with("int32_t hfn_i32(int32_t fd)", (hf_arg)HF_INT(1299)), HF_E_CLOSED);
    (void)managed_expect(&m, "hfn_i32", "before the call");
    assert_int_equal(call_with("int32_t hfn_i32(int32_t fd)", (hf_arg)HF_INT(1044)), HF_E_CLOSED);
    (void)managed_expect(&m, "hfn_i32", "before the call");
    assert_int_equal(call_with("int32_t hfn_i32(int32_t fd)", (hf_arg)HF_INT(1043)), HF_OK);
}

/* ---- during ---- */

static hf_status dispose_inside(hf_thread *thread, const hf_value *arguments, hf_value *result,
                                void *user)
{
    result->i = arguments[0].i + 1;
    return hf_resource_dispose(thread, (hf_ref)user);
}

static void release_during_the_call_is_reported_and_the_call_goes_on(void **state)
{
    (void)state;
    HF_FRAME(m.thread);
    hf_function *apply = bind("int hfn_apply(int (*function)(int value), int fd)");
    hf_ref file = make(&fd_class, 707);
    uintptr_t value = lend(file, NULL);
    hf_transient handler = { dispose_inside, file };
    hf_result result = HF_RESULT_INIT;
    assert_int_equal(
        hf_call(m.thread, apply, &result, HF_ARGS(HF_FUNCTION(&handler), HF_INT((int)value))),
        HF_OK);
    assert_int_equal(result.value.i, 708);
    managed_report r = managed_expect(&m, "hfn_apply", "by this thread during the call");
    assert_string_equal(r.argument, "2 (fd)");
    assert_int_equal(r.status, HF_E_CLOSED);
    hf_function_destroy(apply);
}

static void release_during_the_call_that_holds_it_is_silent(void **state)
{
    (void)state;
    HF_FRAME(m.thread);
    hf_function *apply = bind("int hfn_apply(int (*function)(int value), int fd {resource})");
    hf_ref file = make(&fd_class, 709);
    (void)lend(file, NULL);
    hf_transient handler = { dispose_inside, file };
    hf_result result = HF_RESULT_INIT;
    assert_int_equal(
        hf_call(m.thread, apply, &result, HF_ARGS(HF_FUNCTION(&handler), HF_RESOURCE(file))),
        HF_OK);
    assert_int_equal(result.value.i, 710);
    assert_int_equal(released, 1);
    hf_function_destroy(apply);
}

/* ---- without checks, without memory ---- */

static void value_that_is_released_before_its_loan_is_noted_is_not_lent(void **state)
{
    (void)state;
    HF_FRAME(m.thread);
    hf_ref file = hf_local(m.thread);
    hfi_resources *resources = m.thread->parts->resources;
    hfi_loan loan;
    unsigned place = 0;
    assert_int_equal(hf_resource_create(m.thread, &fd_class, 42, file), HF_OK);
    hfi_cell *cell = hfi_cell_of(file->word_);
    /* As if another thread had come between the look at the state and the note. */
    assert_int_equal(hf_resource_dispose(m.thread, file), HF_OK);
    assert_false(hfi_lent_note(resources, cell, "file", HF_SITE));
    assert_false(hfi_lent_find(resources, 42, sizeof(int), &place, &loan));
}

static void unchecked_runtime_remembers_nothing(void **state)
{
    (void)state;
    if (managed_is_stress() || getenv("HOLDFAST_CHECKED")) {
        skip();
    }
    begin_as(false);
    {
        HF_FRAME(m.thread);
        hf_ref file = make(&fd_class, 711);
        uintptr_t value = lend(file, NULL);
        end_resource(file);
        assert_int_equal(call_with("int32_t hfn_i32(int32_t fd)", (hf_arg)HF_INT((int)value)),
                         HF_OK);
    }
    end(NULL);
}

static void checked_runtime_without_memory_for_loans_is_not_made(void **state)
{
    (void)state;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.checked = 1;
    hf_runtime *runtime = NULL;
    int64_t live = hfi_alloc_live();
    unsigned failures = 0;
    hf_status status = HF_E_NOMEM;
    uint64_t passed = 0;
    for (uint64_t at = 1; status != HF_OK || at <= passed + 1; at++) {
        hfi_fault_arm(at, 1);
        status = hf_runtime_create(&options, &runtime);
        passed = hfi_fault_disarm();
        failures += status != HF_OK;
        hf_runtime_destroy(runtime, NULL);
        assert_int_equal(hfi_alloc_live(), live);
    }
    assert_in_range(failures, 8, 1000); /* each module's own, at least */
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(value_of_a_released_resource_is_refused_with_both_places),
        CASE(value_of_a_dead_resource_is_refused_as_found_dead),
        CASE(only_parameters_that_take_the_class_are_looked_at),
        CASE(number_that_came_anew_is_nobodys_loan),
        CASE(what_a_fence_holds_is_silent),
        cmocka_unit_test_setup(value_that_was_never_released_is_silent, begin),
        CASE(more_loans_than_are_remembered_forget_the_oldest),
        CASE(release_during_the_call_is_reported_and_the_call_goes_on),
        CASE(release_during_the_call_that_holds_it_is_silent),
        CASE(value_that_is_released_before_its_loan_is_noted_is_not_lent),
        cmocka_unit_test(unchecked_runtime_remembers_nothing),
        cmocka_unit_test(checked_runtime_without_memory_for_loans_is_not_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
