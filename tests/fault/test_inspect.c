/* SPDX-License-Identifier: MIT */
/* hf-test: timeout=120 */

/*
 * Out of native memory at each place where a path or a census needs some: the status says so,
 * nothing is written, nothing leaks, nothing moved, and the same works once there is memory again.
 */

#include "managed.h"

#include "base/alloc.h"

#include <string.h>

#define OBJECTS 3000u /* so many that lists and indexes have to grow */

static const hf_field fields[] = { { "next", HF_FIELD_REF, 0, sizeof(hf_slot) } };
static const hf_type_descriptor descriptor = { sizeof(hf_type_descriptor), "item", sizeof(hf_slot),
                                               fields, 1 };

typedef struct scene {
    managed m;
    hf_ref last;
    hf_ref cyclic; /* has a finalizer, and reaches itself */
    hf_census *census;
} scene;

typedef hf_status (*action)(scene *s);

static hf_status ask_why(scene *s)
{
    char text[256] = "x";
    hf_status status = hf_why_alive(s->m.thread, s->last, 0, text, sizeof text);
    assert_int_equal(text[0] != '\0', status == HF_OK);
    return status;
}

static hf_status ask_about_finalizer(scene *s)
{
    char text[512] = "x";
    hf_status status = hf_why_alive(s->m.thread, s->cyclic, 0, text, sizeof text);
    if (status == HF_E_NOT_FOUND) {
        assert_non_null(strstr(text, "can never run: item.next -> item"));
        return HF_OK;
    }
    assert_string_equal(text, "");
    return status;
}

static bool count_call(const hf_path_step *step, void *user)
{
    (void)step;
    ++*(unsigned *)user;
    return true;
}

static hf_status ask_why_each(scene *s)
{
    unsigned calls = 0;
    hf_status status = hf_why_alive_each(s->m.thread, s->last, 0, count_call, &calls);
    assert_int_equal(calls, status == HF_OK ? OBJECTS + 1 : 0);
    return status;
}

static hf_status take(scene *s)
{
    hf_census *census;
    hf_status status = hf_census_take(s->m.thread, &census);
    assert_int_equal(census != NULL, status == HF_OK);
    hf_census_destroy(census);
    return status;
}

static hf_status compare(scene *s)
{
    char text[256] = "x";
    hf_status status = hf_census_text(NULL, s->census, text, sizeof text, NULL);
    assert_int_equal(text[0] != '\0', status == HF_OK);
    return status;
}

static hf_status check(scene *s)
{
    return hf_heap_check(s->m.thread);
}

static const action actions[] = {
    ask_why, ask_about_finalizer, ask_why_each, take, compare, check
};

/* A list that a global holds, each item made at a place of its own; the local has the last. */
static hf_global *make_list(scene *s, hf_type *type)
{
    hf_thread *thread = s->m.thread;
    hf_global *global;
    HF_FRAME(thread);
    hf_ref head = hf_local(thread), fresh = hf_local(thread);
    for (unsigned i = 0; i < OBJECTS; i++) {
        hf_site site = { "item.c", (int)i };
        assert_int_equal(hf_record_create_at(thread, type, fresh, site), HF_OK);
        assert_int_equal(hf_store(thread, fresh, 0, head), HF_OK);
        hf_copy(head, fresh);
        if (i == 0) {
            hf_copy(s->last, fresh);
        }
    }
    assert_int_equal(hf_global_create(thread, head, &global), HF_OK);
    return global;
}

static void never_run(hf_thread *runner, hf_ref object, void *user)
{
    (void)runner;
    (void)object;
    (void)user;
}

static void make_cyclic(scene *s, hf_type *type)
{
    hf_thread *thread = s->m.thread;
    s->cyclic = hf_local(thread);
    assert_int_equal(hf_record_create(thread, type, s->cyclic), HF_OK);
    assert_int_equal(hf_store(thread, s->cyclic, 0, s->cyclic), HF_OK);
    assert_int_equal(hf_finalizer_set(thread, s->cyclic, never_run, NULL), HF_OK);
}

static uint64_t fail_at(scene *s, action act, uint64_t nth, uint64_t times)
{
    int64_t live = hfi_alloc_live();
    uintptr_t address = managed_address(s->last);
    hfi_fault_arm(nth, times);
    hf_status status = act(s);
    uint64_t passed = hfi_fault_disarm();
    assert_int_equal(status, passed >= nth ? HF_E_NOMEM : HF_OK);
    assert_int_equal(hfi_alloc_live(), live);
    assert_int_equal(managed_address(s->last), address);
    return passed;
}

static void sweep(uint64_t times)
{
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.checked = 1;
    options.fence_mode = HF_FENCE_EXCHANGE; /* the barrier must not fail */
    options.runner = HF_RUNNER_EMBEDDER;    /* a thread that starts would meet failures, too */
    scene s = { .census = NULL };
    hf_type *type;
    managed_begin(&s.m, &options);
    assert_int_equal(hf_type_register(s.m.runtime, &descriptor, &type), HF_OK);
    {
        HF_FRAME(s.m.thread);
        s.last = hf_local(s.m.thread);
        hf_global *global = make_list(&s, type);
        make_cyclic(&s, type);
        assert_int_equal(hf_census_take(s.m.thread, &s.census), HF_OK);
        for (size_t a = 0; a < sizeof actions / sizeof actions[0]; a++) {
            uint64_t nth = 1;
            while (fail_at(&s, actions[a], nth, times) >= nth) {
                nth++;
                assert_true(nth < 200);
            }
            assert_true(nth > 1);
            assert_int_equal(actions[a](&s), HF_OK);
        }
        hf_census_destroy(s.census);
        assert_int_equal(hf_finalizer_clear(s.m.thread, s.cyclic), HF_OK);
        hf_global_destroy(s.m.thread, global);
    }
    managed_end(&s.m);
}

static void inspection_survives_each_single_failure(void **state)
{
    (void)state;
    sweep(1);
}

static void inspection_survives_when_everything_fails_from_some_point_on(void **state)
{
    (void)state;
    sweep(UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inspection_survives_each_single_failure),
        cmocka_unit_test(inspection_survives_when_everything_fails_from_some_point_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
