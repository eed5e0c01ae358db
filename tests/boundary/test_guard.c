/* SPDX-License-Identifier: MIT */

/*
 * Guarded memory and contracts: each rule kept and broken by a native function.  A broken one is a
 * status and a report that names the function and the argument; a kept one is silent.
 */

#include "misbehave.h"
#include "runtime.h"
#include "testlib.h"

#include "call/guard.h"
#include "call/plain.h"
#include "thread/thread.h"

#include <string.h>

static int setup_checked(void **state)
{
    static hf_test_runtime fixture;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.checked = 1;
    hf_test_begin(&fixture, &options);
    *state = &fixture;
    return 0;
}

/* Level 2 without checked: guard zones alone. */
static int setup_level_2(void **state)
{
    static hf_test_runtime fixture;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.pointer_checks = HF_POINTER_CHECKS_AT_STORES;
    hf_test_begin(&fixture, &options);
    *state = &fixture;
    return 0;
}

static hf_ref make(hf_test_runtime *t, size_t size)
{
    hf_ref buffer = hf_local(t->thread);
    assert_int_equal(hf_bytes_create(t->thread, size, buffer), HF_OK);
    return buffer;
}

/* ---- in ---- */

#define READ_ONLY                                                                                  \
    "uint32_t hfn_read_only(const uint8_t *data, size_t size {capacity(data)}, int how)"

static void guard_reports_a_write_to_memory_lent_for_reading(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref buffer = make(t, 64);
    hf_result result = HF_RESULT_INIT;
    hf_function *function = hf_test_bind(t, READ_ONLY);

    assert_int_equal(hf_call(t->thread, function, &result,
                             HF_ARGS(HF_BUFFER(buffer, 0, HF_WHOLE), HF_INT(HFN_BAD))),
                     HF_E_CONTRACT);

    hf_test_expect_report(t, HF_E_CONTRACT, "hfn_read_only", "1 (data)");
    assert_int_equal(result.attempts, 1);
    assert_int_equal(result.value.u, 0); /* the native result: a sum of zeros */
}

static void guard_is_silent_about_reading(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref buffer = make(t, 64);
    hf_result result = HF_RESULT_INIT;
    hf_function *function = hf_test_bind(t, READ_ONLY);

    for (size_t from = 0; from <= 64; from += 16) {
        assert_int_equal(hf_call(t->thread, function, &result,
                                 HF_ARGS(HF_BUFFER(buffer, from, HF_WHOLE), HF_INT(HFN_GOOD))),
                         HF_OK);
    }
}

/* Somebody else holds the buffer and may write at any time: not the callee's fault. */
static void guard_does_not_compare_what_an_owning_pin_holds(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref buffer = make(t, 64);
    hf_pin *pin;
    hf_result result = HF_RESULT_INIT;
    hf_function *function = hf_test_bind(t, READ_ONLY);
    assert_int_equal(hf_pin_create(t->thread, buffer, &pin), HF_OK);

    assert_int_equal(hf_call(t->thread, function, &result,
                             HF_ARGS(HF_BUFFER(buffer, 0, HF_WHOLE), HF_INT(HFN_BAD))),
                     HF_OK);

    hf_pin_destroy(pin);
}

/* The address went along in a struct, where nothing says that it is only read. */
static void guard_does_not_compare_what_a_link_leads_to(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref buffer = make(t, 64);
    uint8_t *places[1];
    const hf_link link = { 0, buffer, 0 };
    const hf_linked linked = { places, sizeof(places), &link, 1 };
    hf_result result = HF_RESULT_INIT;
    hf_function *function =
        hf_test_bind(t, "int hfn_write_places(const uint8_t *data, size_t size {capacity(data)},"
                        " uint8_t *const *places, size_t count {capacity(places)})");

    assert_int_equal(hf_call(t->thread, function, &result,
                             HF_ARGS(HF_BUFFER(buffer, 0, HF_WHOLE), HF_LINKED(&linked))),
                     HF_OK);
    assert_int_equal(result.value.i, 1);
}

static void guard_does_not_compare_what_a_fence_around_the_call_holds(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref buffer = make(t, 64);
    hf_result result = HF_RESULT_INIT;
    hf_function *function =
        hf_test_bind(t, "int hfn_two_parts(void *to {raw}, const uint8_t *from, size_t size,"
                        " size_t from_size {capacity(from)})");
    assert_int_equal(hf_bytes_write(buffer, 0, "abcd", 4), HF_OK);

    hf_span span;
    HF_FENCE(t->thread, around, buffer, &span);
    assert_int_equal(hf_call(t->thread, function, &result,
                             HF_ARGS(HF_POINTER((char *)span.data + 32),
                                     HF_BUFFER(buffer, 0, HF_WHOLE), HF_UINT(4))),
                     HF_OK);
}

/* Nothing is declared there: whatever a callee does behind the dots is its own. */
static void guard_leaves_alone_what_is_behind_the_dots(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref buffer = make(t, 64);
    hf_result result = HF_RESULT_INIT;
    hf_function *function = hf_test_bind(t, "double hfn_sum_variable(const char *types, ...)");

    assert_int_equal(
        hf_call(t->thread, function, &result,
                HF_ARGS(HF_CSTR("pp"), HF_BUFFER(buffer, 8, 8), HF_BUFFER(buffer, 0, HF_WHOLE))),
        HF_OK);
}

/* ---- zones ---- */

static hf_status write_around(hf_test_runtime *t, hf_ref buffer, size_t from, size_t size, int how)
{
    hf_result result = HF_RESULT_INIT;
    hf_function *function = hf_test_bind(t, "int hfn_write_around(uint8_t *data {out, given},"
                                            " size_t size {capacity(data)}, int how)");
    return hf_call(t->thread, function, &result,
                   HF_ARGS(HF_BUFFER(buffer, from, size), HF_INT(how)));
}

static void guard_reports_a_write_outside_of_the_lent_part(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref buffer = make(t, 64);

    assert_int_equal(write_around(t, buffer, 16, 16, HFN_GOOD), HF_OK);
    assert_int_equal(write_around(t, buffer, 16, 16, HFN_BEHIND), HF_E_OVERRUN);
    hf_test_expect_report(t, HF_E_OVERRUN, "hfn_write_around", "1 (data)");
    assert_int_equal(write_around(t, buffer, 16, 16, HFN_BEFORE), HF_E_OVERRUN);
    hf_test_expect_report(t, HF_E_OVERRUN, "hfn_write_around", "1 (data)");
}

/* Before a collection sees it; under stress one comes first. */
static void guard_mends_a_header_that_was_written_over(void **state)
{
    hf_test_runtime *t = *state;
    if (t->thread->stress) {
        skip();
    }
    HF_FRAME(t->thread);
    hf_ref buffer = make(t, 64);

    assert_int_equal(write_around(t, buffer, 0, 64, HFN_FAR_BEFORE), HF_E_OVERRUN);

    hf_test_expect_report(t, HF_E_OVERRUN, "hfn_write_around", "1 (data)");
    assert_int_equal(hf_bytes_size(buffer), 64);
    assert_int_equal(hf_heap_check(t->thread), HF_OK);
}

static void guard_lets_two_parts_of_one_buffer_be_lent(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref buffer = make(t, 64);
    hf_result result = HF_RESULT_INIT;
    hf_function *function =
        hf_test_bind_with(t,
                          "int hfn_two_parts(uint8_t *to {out, given}, const uint8_t *from,"
                          " size_t size {capacity(to)}, size_t from_size {capacity(from)})",
                          NULL);

    assert_int_equal(hf_call(t->thread, function, &result,
                             HF_ARGS(HF_BUFFER(buffer, 0, 16), HF_BUFFER(buffer, 16, 16))),
                     HF_OK);
}

/* ---- out ---- */

static hf_status make_bytes(hf_test_runtime *t, hf_result *result, int how, size_t written)
{
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.first_bytes = 64;
    hf_function *function =
        hf_test_bind_with(t,
                          "int hfn_make_bytes(uint8_t *data {out}, size_t size {capacity(data)},"
                          " size_t *length {out, length(data)}, int how, size_t written)"
                          " {fail(result != 0)}",
                          &options);
    return hf_call(t->thread, function, result, HF_ARGS(HF_INT(how), HF_UINT(written)));
}

static void guard_reports_a_claim_of_more_than_was_written(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;

    assert_int_equal(make_bytes(t, &result, HFN_BAD, 56), HF_E_CONTRACT);

    hf_test_expect_report(t, HF_E_CONTRACT, "hfn_make_bytes", "1 (data)");
    assert_int_equal(result.attempts, 1);
}

static void guard_believes_every_claim_that_may_be_true(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    static const size_t written[] = { 0, 1, 7, 8, 32, 63, 64 };

    for (size_t i = 0; i < sizeof(written) / sizeof(written[0]); i++) {
        assert_int_equal(make_bytes(t, &result, HFN_GOOD, written[i]), HF_OK);
        assert_int_equal(hf_bytes_size(hf_result_out(&result, 0)), written[i]);
    }
    /* Less than eight bytes could have been written by chance. */
    assert_int_equal(make_bytes(t, &result, HFN_BAD, 57), HF_OK);
}

/* ---- contracts ---- */

static void guard_warns_of_a_leaf_beyond_its_budget(void **state)
{
    hf_test_runtime *t = *state;
    hf_result result = HF_RESULT_INIT;
    hf_function *hurried = hf_test_bind(t, "int hfn_slowly(uint32_t rounds) {leaf(1)}");
    hf_function *patient = hf_test_bind(t, "int hfn_slowly(uint32_t rounds) {leaf(600000000)}");

    assert_int_equal(hf_call(t->thread, hurried, &result, HF_ARGS(HF_UINT(1000000))), HF_OK);

    hf_test_expect_report(t, HF_E_CONTRACT, "hfn_slowly", NULL);
    assert_int_equal(hf_call(t->thread, patient, &result, HF_ARGS(HF_UINT(1000))), HF_OK);
}

static hf_status twice(hf_thread *thread, const hf_value *arguments, hf_value *result, void *user)
{
    (void)thread;
    (void)user;
    result->i = 2 * arguments[0].i;
    return HF_OK;
}

static void guard_reports_a_callback_that_was_promised_not_to_come(void **state)
{
    hf_test_runtime *t = *state;
    hf_result result = HF_RESULT_INIT;
    hf_callback *callback;
    hf_function *promised =
        hf_test_bind(t, "int hfn_call_back(void *function {raw}, int value, int how) {nocallback}");
    hf_function *free_to =
        hf_test_bind(t, "int hfn_call_back(void *function {raw}, int value, int how)");
    assert_int_equal(hf_callback_create(t->thread, "int twice(int value)", twice, NULL, &callback),
                     HF_OK);
    const hf_arg bad[] = { HF_POINTER(hf_callback_address(callback)), HF_INT(4), HF_INT(HFN_BAD),
                           HF_ARGS_END };
    const hf_arg good[] = { HF_POINTER(hf_callback_address(callback)), HF_INT(4), HF_INT(HFN_GOOD),
                            HF_ARGS_END };

    assert_int_equal(hf_call(t->thread, promised, &result, bad), HF_E_CONTRACT);
    hf_test_forget_reports(t); /* of the callback, which names itself */
    assert_int_equal(result.value.i, 0);
    assert_int_equal(hf_call(t->thread, promised, &result, good), HF_OK);
    assert_int_equal(hf_call(t->thread, free_to, &result, bad), HF_OK);
    assert_int_equal(result.value.i, 8);

    assert_int_equal(hf_callback_destroy(callback), HF_OK);
}

#define KEEP                                                                                       \
    "uint32_t hfn_retain(const uint8_t *data, size_t size {capacity(data)}, int how) {noretain}"

/* The death test death_retained.c uses what was kept. */
static void guard_moves_what_a_callee_promised_not_to_keep(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref buffer = make(t, 64);
    assert_int_equal(hf_bytes_write(buffer, 0, "abc", 3), HF_OK);
    uintptr_t before = buffer->word_;
    hf_result result = HF_RESULT_INIT;
    hf_function *function = hf_test_bind(t, KEEP);

    assert_int_equal(hf_call(t->thread, function, &result,
                             HF_ARGS(HF_BUFFER(buffer, 0, HF_WHOLE), HF_INT(HFN_GOOD))),
                     HF_OK);

    char content[4] = "";
    assert_true(buffer->word_ != before);
    assert_int_equal(hf_bytes_read(buffer, 0, content, 3), HF_OK);
    assert_string_equal(content, "abc");
}

#define KEEP_AND_MAKE                                                                              \
    "int hfn_make_bytes(uint8_t *data {out}, size_t size {capacity(data)},"                        \
    " size_t *length {out, length(data)}, int how, size_t written)"                                \
    " {fail(result != 0), noretain}"

static void guard_finds_outputs_where_they_moved(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *function = hf_test_bind(t, KEEP_AND_MAKE);

    assert_int_equal(hf_call(t->thread, function, &result, HF_ARGS(HF_INT(HFN_GOOD), HF_UINT(20))),
                     HF_OK);

    uint8_t content[20];
    assert_int_equal(hf_bytes_read(hf_result_out(&result, 0), 0, content, sizeof(content)), HF_OK);
    for (size_t i = 0; i < sizeof(content); i++) {
        assert_int_equal(content[i], 0xa5);
    }
}

/* ---- guard pages ---- */

static int setup_pages(void **state)
{
    static hf_test_runtime fixture;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.guard_pages = 1;
    hf_test_begin(&fixture, &options);
    *state = &fixture;
    return 0;
}

static void guard_gives_buffers_with_pages_all_their_room(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    static const size_t first[] = { 1, 15, 16, 100, 4080, 4096, 5000, 100000 };

    for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
        hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
        options.first_bytes = first[i];
        hf_function *function = hf_test_bind_with(
            t,
            "int hfn_overrun_at(uint8_t *data {out}, size_t size {capacity(data)},"
            " size_t at)",
            &options);

        assert_int_equal(hf_call(t->thread, function, &result, HF_ARGS(HF_UINT(first[i] - 1))),
                         HF_OK);

        uint8_t last = 0;
        hf_ref out = hf_result_out(&result, 0);
        assert_int_equal(hf_bytes_size(out), first[i]);
        assert_int_equal(hf_bytes_read(out, first[i] - 1, &last, 1), HF_OK);
        assert_int_equal(last, 2);
        assert_int_equal(hf_collect(t->thread), HF_OK);
    }
}

static void guard_finds_what_is_written_before_the_page(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.first_bytes = 100;
    hf_function *function =
        hf_test_bind_with(t,
                          "int hfn_overrun_at(uint8_t *data {out}, size_t size {capacity(data)},"
                          " size_t at)",
                          &options);

    assert_int_equal(hf_call(t->thread, function, &result, HF_ARGS(HF_UINT(100))), HF_E_OVERRUN);

    hf_test_expect_report(t, HF_E_OVERRUN, "hfn_overrun_at", "1 (data)");
}

/* ---- without checked mode ---- */

static void guard_keeps_zones_alone_at_level_2(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref buffer = make(t, 64);
    hf_result result = HF_RESULT_INIT;
    hf_function *function = hf_test_bind(t, READ_ONLY);

    assert_int_equal(write_around(t, buffer, 16, 16, HFN_BEHIND), HF_E_OVERRUN);
    hf_test_expect_report(t, HF_E_OVERRUN, "hfn_write_around", "1 (data)");
    if (!t->thread->checked) {
        assert_int_equal(hf_call(t->thread, function, &result,
                                 HF_ARGS(HF_BUFFER(buffer, 0, HF_WHOLE), HF_INT(HFN_BAD))),
                         HF_OK);
    }
}

static void guard_mends_headers_on_the_short_way_of_level_2(void **state)
{
    hf_test_runtime *t = *state;
    hf_function *function = hf_test_bind(t, READ_ONLY);

    if (!t->thread->checked && function->cif.direct != HFI_DIRECT_NONE) {
        assert_true(function->entry == hfi_plain_zoned);
    }
    guard_mends_a_header_that_was_written_over(state);
}

static void guard_is_nowhere_without_a_mode(void **state)
{
    hf_test_runtime *t = *state;
    hf_function *function = hf_test_bind(t, READ_ONLY);
    const hfi_settings *settings = &t->thread->parts->settings;

    if (!settings->checked && !hfi_checks_at_stores(t->thread->parts)) {
        assert_int_equal(function->guards, 0);
        assert_true(function->entry == function->plain);
    }
}

#define CHECKED(test) cmocka_unit_test_setup_teardown(test, setup_checked, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHECKED(guard_reports_a_write_to_memory_lent_for_reading),
        CHECKED(guard_is_silent_about_reading),
        CHECKED(guard_does_not_compare_what_an_owning_pin_holds),
        CHECKED(guard_does_not_compare_what_a_link_leads_to),
        CHECKED(guard_does_not_compare_what_a_fence_around_the_call_holds),
        CHECKED(guard_leaves_alone_what_is_behind_the_dots),
        CHECKED(guard_reports_a_write_outside_of_the_lent_part),
        CHECKED(guard_mends_a_header_that_was_written_over),
        CHECKED(guard_lets_two_parts_of_one_buffer_be_lent),
        CHECKED(guard_reports_a_claim_of_more_than_was_written),
        CHECKED(guard_believes_every_claim_that_may_be_true),
        CHECKED(guard_warns_of_a_leaf_beyond_its_budget),
        CHECKED(guard_reports_a_callback_that_was_promised_not_to_come),
        CHECKED(guard_moves_what_a_callee_promised_not_to_keep),
        CHECKED(guard_finds_outputs_where_they_moved),
        cmocka_unit_test_setup_teardown(guard_gives_buffers_with_pages_all_their_room, setup_pages,
                                        hf_test_teardown),
        cmocka_unit_test_setup_teardown(guard_finds_what_is_written_before_the_page, setup_pages,
                                        hf_test_teardown),
        cmocka_unit_test_setup_teardown(guard_mends_headers_on_the_short_way_of_level_2,
                                        setup_level_2, hf_test_teardown),
        cmocka_unit_test_setup_teardown(guard_keeps_zones_alone_at_level_2, setup_level_2,
                                        hf_test_teardown),
        cmocka_unit_test_setup_teardown(guard_is_nowhere_without_a_mode, hf_test_setup,
                                        hf_test_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
