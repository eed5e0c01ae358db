/* SPDX-License-Identifier: MIT */
/* hf-test: threaded finalizers timeout=120 */

/*
 * The six phases of an end, each with one thing left for it: each pair of neighbours in its order.
 *
 *   1  an at-stop function                       2  somebody who tries to attach
 *   3  a call in flight                          4  a resource with a child
 *   5  a finalizer of an object that lives       6  the runner, behind which the end comes back
 */

#include "hf_test.h"

#include "lifetimes.h"

#include <stdatomic.h>

enum {
    HOOK = 1,
    REFUSED = 2,
    CALL = 3,
    CHILD = 41,
    PARENT = 42,
    LIVE = 5,
    OVER = 6,
};

typedef struct guests {
    _Atomic(bool) is_in_flight;
    _Atomic(bool) is_refused;
    _Atomic(int) call_status;
    _Atomic(int) refusal;
    hfp_thread caller, visitor;
} guests;

static guests all;

static void nap(void)
{
    hfp_sleep_ns(1000000);
}

static void at_stop(hf_thread *thread, void *user)
{
    HF_FRAME(thread);
    hf_ref object = hf_local(thread);
    (void)user;
    if (hf_bytes_create(thread, 16, object) == HF_OK) { /* everything is usable still */
        lifetimes_note(&world, HOOK);
    }
}

/* In flight until somebody was refused. */
static void call_for_long(void *user)
{
    hf_thread *thread;
    (void)user;
    if (hf_thread_attach(world.runtime, &thread) != HF_OK || hf_native_begin(thread) != HF_OK) {
        return;
    }
    atomic_store(&all.is_in_flight, true);
    while (!atomic_load(&all.is_refused)) {
        nap();
    }
    for (int i = 0; i < 30; i++) { /* long enough for a phase that does not wait to be seen */
        nap();
    }
    lifetimes_note(&world, CALL);
    atomic_store(&all.call_status, hf_native_end(thread, NULL));
    (void)hf_thread_detach(thread);
}

static void attach_until_refused(void *user)
{
    hf_thread *thread;
    hf_status status;
    (void)user;
    while ((status = hf_thread_attach(world.runtime, &thread)) == HF_OK) {
        (void)hf_thread_detach(thread);
        nap();
    }
    atomic_store(&all.refusal, status);
    lifetimes_note(&world, REFUSED);
    atomic_store(&all.is_refused, true);
}

static hf_status release_noted(uintptr_t value, void *user)
{
    (void)user;
    lifetimes_note(&world, value);
    return HF_OK;
}

static const hf_resource_class noted_class = {
    .struct_size = sizeof(hf_resource_class),
    .name = "noted",
    .release = release_noted,
    .on_leak = HF_LEAK_RELEASE,
};

static void leave_one_for_each(hf_global **globals, lifetimes_ticket *ticket)
{
    HF_FRAME(world.thread);
    hf_ref parent = hf_local(world.thread);
    hf_ref child = hf_local(world.thread);
    hf_ref object = hf_local(world.thread);
    assert_int_equal(hf_runtime_at_stop(world.runtime, at_stop, NULL), HF_OK);
    assert_int_equal(hf_resource_create(world.thread, &noted_class, PARENT, parent), HF_OK);
    assert_int_equal(hf_resource_create_child(world.thread, &noted_class, CHILD, parent, child),
                     HF_OK);
    assert_int_equal(hf_bytes_create(world.thread, 16, object), HF_OK);
    assert_int_equal(hf_finalizer_set(world.thread, object, lifetimes_finalize, ticket), HF_OK);
    assert_int_equal(hf_global_create(world.thread, parent, &globals[0]), HF_OK);
    assert_int_equal(hf_global_create(world.thread, child, &globals[1]), HF_OK);
    assert_int_equal(hf_global_create(world.thread, object, &globals[2]), HF_OK);
    lifetimes_settle(&world);
    assert_int_equal(lifetimes_events(&world), 0);
}

static void shutdown_goes_through_its_phases_one_behind_the_other(void **state)
{
    (void)state;
    static const uintptr_t expected[] = { HOOK, REFUSED, CALL, CHILD, PARENT, LIVE, OVER };
    hf_global *globals[3];
    lifetimes_ticket ticket = { .all = &world, .number = LIVE };
    lifetimes_begin(&world);
    leave_one_for_each(globals, &ticket);
    assert_int_equal(hfp_thread_start(&all.caller, "caller", call_for_long, NULL), HF_OK);
    while (!atomic_load(&all.is_in_flight)) {
        assert_int_equal(hf_safepoint(world.thread), HF_OK);
        nap();
    }
    assert_int_equal(hf_thread_detach(world.thread), HF_OK);
    assert_int_equal(hfp_thread_start(&all.visitor, "visitor", attach_until_refused, NULL), HF_OK);

    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    hf_runtime_end_options options = HF_RUNTIME_END_OPTIONS_INIT;
    options.live = HF_LIVE_RUN;
    options.calls_ns = UINT64_C(20) * 1000 * 1000 * 1000;
    assert_int_equal(hf_runtime_end(world.runtime, &options, &leaks), HF_OK);
    lifetimes_note(&world, OVER);
    hfp_thread_join(&all.caller);
    hfp_thread_join(&all.visitor);

    assert_int_equal(atomic_load(&all.refusal), HF_E_SHUTDOWN);
    assert_int_equal(atomic_load(&all.call_status), HF_E_SHUTDOWN);
    assert_int_equal(lifetimes_events(&world), sizeof expected / sizeof expected[0]);
    for (unsigned i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        assert_int_equal(lifetimes_event(&world, i), expected[i]);
    }
    assert_int_equal(leaks.threads, 0);
    assert_int_equal(leaks.finalizers, 0);
    assert_int_equal(leaks.globals, 3);
    hfp_mutex_finish(&world.lock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shutdown_goes_through_its_phases_one_behind_the_other),
    };
    return cmocka_run_group_tests_name("unit_shutdown_phases", tests, NULL, NULL);
}
