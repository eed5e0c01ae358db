/* SPDX-License-Identifier: MIT */

/*
 * Guard pages that the system does not close, or does not open at once: the call goes on without.
 */

#include "runtime.h"

#include "base/alloc.h"

#include <string.h>

static int setup_pages(void **state)
{
    static hf_test_runtime fixture;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.guard_pages = 1;
    hf_test_begin(&fixture, &options);
    *state = &fixture;
    return 0;
}

/* Each place to fail in a call with pages, those that close and open them among them. */
static void guard_lives_with_pages_that_do_not_change(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *function =
        hf_test_bind(t, "int hfn_overrun_at(uint8_t *data {out}, size_t size {capacity(data)},"
                        " size_t at)");
    unsigned protections = 0;
    uint64_t passed = 1;
    for (uint64_t nth = 1; nth <= passed && nth < 4000; nth++) {
        hfi_fault_arm(nth, 1);
        hf_status status = hf_call(t->thread, function, &result, HF_ARGS(HF_UINT(3)));
        protections += strcmp(hfi_fault_last(), "vm protect") == 0;
        passed = hfi_fault_disarm() >= nth ? nth + 1 : 0; /* there may be more behind it */
        assert_true(status == HF_OK || status == HF_E_NOMEM || status == HF_E_LIMIT);
    }
    assert_true(protections >= 2);
    assert_int_equal(hf_call(t->thread, function, &result, HF_ARGS(HF_UINT(3))), HF_OK);
    assert_int_equal(hf_heap_check(t->thread), HF_OK);
    hf_test_forget_reports(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(guard_lives_with_pages_that_do_not_change, setup_pages,
                                        hf_test_teardown),
    };
    return cmocka_run_group_tests_name("boundary_guard_pages", tests, NULL, NULL);
}
