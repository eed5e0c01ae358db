/* SPDX-License-Identifier: MIT */
/* hf-test: finalizers threaded timeout=180 */

/*
 * Resources: what each operation does in each state, what holds a resource open, and what becomes
 * of one that nobody disposed.  An event is a release, its number the value that was released.
 */

#include "hf_test.h"

#include "base/alloc.h"
#include "resource/resource.h"
#include "lifetimes.h"

#include <errno.h>
#include <string.h>

#define NONE 999u /* the invalid value of these classes */

static hf_thread *_Atomic releasing; /* the thread whose state a release function looks at */
static _Atomic(bool) was_managed;
static hf_status release_status; /* what the release function returns */

static int begin(void **state)
{
    lifetimes_begin(&world);
    atomic_store(&releasing, world.thread);
    atomic_store(&was_managed, false);
    release_status = HF_OK;
    *state = &world;
    return 0;
}

static hf_status release(uintptr_t value, void *user)
{
    hf_thread *thread = atomic_load(&releasing);
    if (thread && atomic_load(&thread->state) == HFI_MANAGED) {
        atomic_store(&was_managed, true);
    }
    errno = 77; /* nobody is to see this */
    lifetimes_note(user, value);
    return release_status;
}

static hf_resource_class class_of(hf_leak_policy on_leak)
{
    return (hf_resource_class){
        .struct_size = sizeof(hf_resource_class),
        .name = "lamp",
        .invalid = NONE,
        .release = release,
        .user = &world,
        .on_leak = on_leak,
    };
}

static const hf_resource_class *reported(void)
{
    static hf_resource_class lamp;
    lamp = class_of(HF_LEAK_REPORT_AND_RELEASE);
    return &lamp;
}

static hf_ref make(uintptr_t value)
{
    hf_ref resource = hf_local(world.thread);
    assert_int_equal(hf_resource_create(world.thread, reported(), value, resource), HF_OK);
    return resource;
}

static hf_status hold(hf_ref resource, void **cell_out)
{
    uintptr_t value = 0;
    hf_status status = hfi_resource_hold(world.thread, resource->word_, &value, cell_out);
    return status;
}

static hf_status let_go(void *cell)
{
    return hfi_resource_let_go(world.thread, cell);
}

/* ---- refusals ---- */

static void resource_refuses_what_is_no_class(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref out = hf_local(world.thread);
    hf_resource_class bad = class_of(HF_LEAK_RELEASE);

    assert_int_equal(hf_resource_create(NULL, reported(), 1, out), HF_E_NULL);
    assert_int_equal(hf_resource_create(world.thread, reported(), 1, NULL), HF_E_SLOTS);
    assert_int_equal(hf_resource_create(world.thread, NULL, 1, out), HF_E_NULL);
    bad.release = NULL;
    assert_int_equal(hf_resource_create(world.thread, &bad, 1, out), HF_E_NULL);
    bad = class_of(HF_LEAK_RELEASE);
    bad.struct_size--;
    assert_int_equal(hf_resource_create(world.thread, &bad, 1, out), HF_E_OPTIONS);
    bad = class_of((hf_leak_policy)(HF_LEAK_FATAL + 1));
    assert_int_equal(hf_resource_create(world.thread, &bad, 1, out), HF_E_OPTIONS);
    assert_true(hf_is_null(out));
}

static void resource_refuses_what_is_no_resource(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref null = hf_local(world.thread);
    hf_ref bytes = hf_local(world.thread);
    assert_int_equal(hf_bytes_create(world.thread, 8, bytes), HF_OK);
    uintptr_t value = 5;
    void *cell;

    assert_int_equal(hf_resource_dispose(NULL, bytes), HF_E_NULL);
    assert_int_equal(hf_resource_dispose(world.thread, NULL), HF_E_SLOTS);
    assert_int_equal(hf_resource_dispose(world.thread, null), HF_E_NULL);
    assert_int_equal(hf_resource_dispose(world.thread, bytes), HF_E_TYPE);
    assert_int_equal(hf_resource_value(world.thread, NULL, &value), HF_E_SLOTS);
    assert_int_equal(value, 0);
    assert_int_equal(hf_resource_value(world.thread, null, &value), HF_E_NULL);
    assert_int_equal(hf_resource_value(world.thread, bytes, &value), HF_E_TYPE);
    assert_int_equal(hf_resource_value(world.thread, make(1), NULL), HF_E_NULL);
    assert_int_equal(hfi_resource_hold(world.thread, bytes->word_, &value, &cell), HF_E_TYPE);
    assert_false(hf_resource_is_open(NULL));
    assert_false(hf_resource_is_open(null));
    assert_false(hf_resource_is_open(bytes));
}

/* ---- each state and each operation ---- */

typedef enum cell_state { OPEN, HELD, DISPOSED_HELD, CLOSED, INVALID, STATES } cell_state;

typedef struct row {
    bool is_open;
    hf_status value;
    hf_status hold;
    hf_status dispose;
    unsigned released_before;     /* releases when the state is reached */
    unsigned released_by_dispose; /* and after a dispose */
    unsigned released_at_end;     /* and when all holds are gone */
} row;

static const row table[STATES] = {
    [OPEN] = { true, HF_OK, HF_OK, HF_OK, 0, 1, 1 },
    [HELD] = { true, HF_OK, HF_OK, HF_OK, 0, 0, 1 },
    [DISPOSED_HELD] = { false, HF_E_CLOSED, HF_E_CLOSED, HF_E_CLOSED, 0, 0, 1 },
    [CLOSED] = { false, HF_E_CLOSED, HF_E_CLOSED, HF_E_CLOSED, 1, 1, 1 },
    [INVALID] = { false, HF_OK, HF_OK, HF_OK, 0, 0, 0 },
};

/** A resource in a state; the hold that is out in it, or NULL. */
static hf_ref make_in(cell_state wanted, void **cell_out)
{
    hf_ref resource = make(wanted == INVALID ? NONE : 5);
    *cell_out = NULL;
    if (wanted == HELD || wanted == DISPOSED_HELD) {
        assert_int_equal(hold(resource, cell_out), HF_OK);
    }
    if (wanted == DISPOSED_HELD || wanted == CLOSED) {
        assert_int_equal(hf_resource_dispose(world.thread, resource), HF_OK);
    }
    return resource;
}

static void resource_answers_each_operation_in_each_state(void **state)
{
    (void)state;
    for (cell_state in = OPEN; in < STATES; in++) {
        HF_FRAME(world.thread);
        const row *expected = &table[in];
        void *held;
        void *more = NULL;
        uintptr_t value;
        unsigned before = lifetimes_events(&world);
        hf_ref resource = make_in(in, &held);
        assert_int_equal(lifetimes_events(&world) - before, expected->released_before);

        assert_int_equal(hf_resource_is_open(resource), expected->is_open);
        assert_int_equal(hf_resource_value(world.thread, resource, &value), expected->value);
        assert_int_equal(value, expected->value != HF_OK ? 0 : in == INVALID ? NONE : 5);
        hf_status second = hold(resource, &more);
        assert_int_equal(second, expected->hold);
        if (second == HF_OK) {
            assert_int_equal(let_go(more), HF_OK);
        }
        assert_int_equal(lifetimes_events(&world) - before, expected->released_before);

        assert_int_equal(hf_resource_dispose(world.thread, resource), expected->dispose);
        assert_int_equal(lifetimes_events(&world) - before, expected->released_by_dispose);
        if (held) {
            assert_int_equal(let_go(held), HF_OK);
        }
        assert_int_equal(lifetimes_events(&world) - before, expected->released_at_end);

        assert_false(hf_resource_is_open(resource));
        assert_int_equal(hf_resource_value(world.thread, resource, &value), HF_E_CLOSED);
        assert_int_equal(hold(resource, &more), HF_E_CLOSED);
        assert_int_equal(hf_resource_dispose(world.thread, resource), HF_E_CLOSED);
    }
    lifetimes_settle(&world);
    assert_int_equal(lifetimes_events(&world), STATES - 1);
    assert_false(atomic_load(&was_managed));
}

static void resource_names_the_first_dispose_at_the_second(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref file = hf_local(world.thread);
    hf_site sites[] = { { "made.c", 11 }, { "first.c", 22 }, { "second.c", 33 } };
    assert_int_equal(hf_resource_create_at(world.thread, reported(), 7, file, sites[0]), HF_OK);
    assert_int_equal(hf_resource_dispose_at(world.thread, file, sites[1]), HF_OK);
    assert_int_equal(lifetimes_reports(&world), 0);

    assert_int_equal(hf_resource_dispose_at(world.thread, file, sites[2]), HF_E_CLOSED);

    assert_int_equal(lifetimes_reports(&world), 1);
    const lifetimes_report *report = lifetimes_report_at(&world, 0);
    assert_int_equal(report->kind, HF_REPORT_MISUSE);
    assert_int_equal(report->status, HF_E_CLOSED);
    assert_int_equal(report->line, 33);
    assert_int_equal(report->other_line, 11);
    assert_non_null(strstr(report->text, "first.c:22"));
    assert_int_equal(lifetimes_events(&world), 1);
}

/* ---- releasing ---- */

static void resource_keeps_errno_over_a_release(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref first = make(1);
    hf_ref second = make(2);
    void *cell;
    assert_int_equal(hold(second, &cell), HF_OK);

    errno = 5;
    assert_int_equal(hf_resource_dispose(world.thread, first), HF_OK);
    assert_int_equal(errno, 5);
    assert_int_equal(hf_resource_dispose(world.thread, second), HF_OK);
    errno = 6;
    assert_int_equal(let_go(cell), HF_OK);
    assert_int_equal(errno, 6);
    assert_int_equal(lifetimes_events(&world), 2);
}

static void resource_reports_a_failed_release_with_its_birth(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref file = hf_local(world.thread);
    hf_site made = { "made.c", 11 };
    hf_site disposed = { "disposed.c", 22 };
    assert_int_equal(hf_resource_create_at(world.thread, reported(), 7, file, made), HF_OK);
    release_status = HF_E_SYSTEM;

    assert_int_equal(hf_resource_dispose_at(world.thread, file, disposed), HF_E_RELEASE);

    assert_int_equal(lifetimes_reports(&world), 1);
    const lifetimes_report *report = lifetimes_report_at(&world, 0);
    assert_int_equal(report->kind, HF_REPORT_LEAK);
    assert_int_equal(report->status, HF_E_RELEASE);
    assert_int_equal(report->line, 22);
    assert_int_equal(report->other_line, 11);
    assert_non_null(strstr(report->text, "lamp"));
    lifetimes_settle(&world);
    assert_int_equal(lifetimes_events(&world), 1); /* and it is not tried again */
}

static void resource_reports_a_release_that_fails_at_the_last_holder(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref file = make(7);
    void *cell;
    assert_int_equal(hold(file, &cell), HF_OK);
    release_status = HF_E_SYSTEM;
    assert_int_equal(hf_resource_dispose(world.thread, file), HF_OK);
    assert_int_equal(lifetimes_events(&world), 0);

    assert_int_equal(let_go(cell), HF_E_RELEASE);

    assert_int_equal(lifetimes_events(&world), 1);
    assert_true(lifetimes_has_report(&world, "release function failed"));
}

/* ---- fences ---- */

/** Holds the resource once more, from deeper in the stack, disposes it, and lets the slot go. */
__attribute__((noinline)) static void dispose_within(hf_ref file)
{
    hf_fence inner;
    uintptr_t value = 0;
    assert_int_equal(hf_fence_hold(&inner, world.thread, file, &value), HF_OK);
    assert_int_equal(value, 7);

    assert_int_equal(hf_resource_dispose(world.thread, file), HF_OK);
    hf_clear(file); /* the fences keep it */
    lifetimes_settle(&world);
    assert_int_equal(lifetimes_events(&world), 0);
    assert_int_equal(hf_fence_end(&inner), HF_OK);
}

static void resource_closes_after_the_last_fence_that_holds_it(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref file = make(7);
    hf_fence outer;
    uintptr_t value = 0;
    assert_int_equal(hf_fence_hold(&outer, world.thread, file, &value), HF_OK);
    assert_int_equal(value, 7);

    dispose_within(file);
    lifetimes_settle(&world);
    assert_int_equal(lifetimes_events(&world), 0);
    assert_int_equal(hf_fence_end(&outer), HF_OK);

    assert_int_equal(lifetimes_events(&world), 1);
    assert_int_equal(lifetimes_reports(&world), 0);
    lifetimes_settle(&world);
    assert_int_equal(lifetimes_events(&world), 1);
}

static void resource_that_is_disposed_lends_nothing_to_a_fence(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref file = make(7);
    hf_fence fence;
    uintptr_t value = 1;
    assert_int_equal(hf_resource_dispose(world.thread, file), HF_OK);

    assert_int_equal(hf_fence_hold(&fence, world.thread, file, &value), HF_E_CLOSED);

    assert_int_equal(value, 0);
    (void)hf_fence_end(&fence);
    assert_int_equal(lifetimes_events(&world), 1);
}

/* ---- death ---- */

static void resource_that_was_disposed_dies_in_silence(void **state)
{
    (void)state;
    int64_t blocks = 0;
    for (uintptr_t i = 1; i <= 4; i++) {
        HF_FRAME(world.thread);
        assert_int_equal(hf_resource_dispose(world.thread, make(i)), HF_OK);
        if (i == 1) { /* from here on the runner is there */
            lifetimes_settle(&world);
            blocks = hfi_alloc_live();
        }
    }
    assert_int_equal(lifetimes_events(&world), 4);

    lifetimes_settle(&world);

    assert_int_equal(lifetimes_events(&world), 4);
    assert_int_equal(lifetimes_reports(&world), 0);
    assert_true(hfi_alloc_live() < blocks); /* the first one's cell too */
}

static void leak_one(hf_leak_policy policy, unsigned releases, unsigned reports)
{
    static hf_resource_class leaky;
    leaky = class_of(policy);
    hf_site made = { "made.c", 11 };
    {
        HF_FRAME(world.thread);
        hf_ref file = hf_local(world.thread);
        assert_int_equal(hf_resource_create_at(world.thread, &leaky, 3, file, made), HF_OK);
        for (int i = 0; i < 3; i++) {
            lifetimes_settle(&world);
        }
        assert_int_equal(lifetimes_events(&world), 0);
        assert_int_equal(lifetimes_reports(&world), 0);
        assert_true(hf_resource_is_open(file));
    }

    for (int i = 0; i < 3; i++) {
        lifetimes_settle(&world);
    }

    assert_int_equal(lifetimes_events(&world), releases);
    assert_int_equal(lifetimes_reports(&world), reports);
    if (reports != 0) {
        assert_int_equal(lifetimes_report_at(&world, 0)->kind, HF_REPORT_LEAK);
        assert_int_equal(lifetimes_report_at(&world, 0)->other_line, 11);
        assert_non_null(strstr(lifetimes_report_at(&world, 0)->text, "lamp"));
    }
}

static void resource_that_leaks_is_reported_and_released(void **state)
{
    (void)state;
    leak_one(HF_LEAK_REPORT_AND_RELEASE, 1, 1);
}

static void resource_that_leaks_is_released_in_silence(void **state)
{
    (void)state;
    leak_one(HF_LEAK_RELEASE, 1, 0);
}

static void resource_that_leaks_is_only_reported(void **state)
{
    (void)state;
    leak_one(HF_LEAK_REPORT_ONLY, 0, 1);
}

static void resource_without_a_value_is_no_leak(void **state)
{
    (void)state;
    {
        HF_FRAME(world.thread);
        (void)make(NONE);
    }
    lifetimes_settle(&world);
    lifetimes_settle(&world);

    assert_int_equal(lifetimes_events(&world), 0);
    assert_int_equal(lifetimes_reports(&world), 0);
}

static void use_resource(hf_thread *runner, hf_ref object, void *user)
{
    HF_FRAME(runner);
    hf_ref file = hf_local(runner);
    bool is_usable = hf_load_at(object, 0, file) == HF_OK && hf_resource_is_open(file) &&
                     hf_resource_dispose(runner, file) == HF_OK;
    lifetimes_note(user, is_usable ? 100 : 666);
}

static void resource_is_open_for_the_finalizer_that_reaches_it(void **state)
{
    (void)state;
    atomic_store(&releasing, NULL);
    {
        HF_FRAME(world.thread);
        hf_ref owner = hf_local(world.thread);
        assert_int_equal(hf_array_create(world.thread, 1, owner), HF_OK);
        assert_int_equal(hf_store_at(world.thread, owner, 0, make(9)), HF_OK);
        assert_int_equal(hf_finalizer_set(world.thread, owner, use_resource, &world), HF_OK);
        lifetimes_settle(&world);
        assert_int_equal(lifetimes_events(&world), 0);
    }

    for (int i = 0; i < 3; i++) {
        lifetimes_settle(&world);
    }

    assert_int_equal(lifetimes_events(&world), 2);
    assert_int_equal(lifetimes_event(&world, 0), 9); /* within the finalizer */
    assert_int_equal(lifetimes_event(&world, 1), 100);
    assert_int_equal(lifetimes_reports(&world), 0);
}

/* ---- the end of the runtime ---- */

static void resource_left_at_the_end_meets_its_policy(void **state)
{
    (void)state;
    static hf_resource_class classes[3];
    lifetimes all;
    lifetimes_begin(&all);
    hf_global *globals[4];
    {
        HF_FRAME(all.thread);
        hf_ref file = hf_local(all.thread);
        for (unsigned i = 0; i < 3; i++) {
            classes[i] = class_of((hf_leak_policy)i);
            classes[i].user = &all;
            assert_int_equal(hf_resource_create(all.thread, &classes[i], i + 1, file), HF_OK);
            assert_int_equal(hf_global_create(all.thread, file, &globals[i]), HF_OK);
        }
        assert_int_equal(hf_resource_create(all.thread, &classes[0], 4, file), HF_OK);
        assert_int_equal(hf_global_create(all.thread, file, &globals[3]), HF_OK);
        assert_int_equal(hf_resource_dispose(all.thread, file), HF_OK);
        assert_int_equal(lifetimes_events(&all), 1);
    }
    atomic_store(&releasing, NULL);

    lifetimes_end(&all);

    assert_int_equal(all.event_count, 3);
    assert_int_equal(all.events[1], 2); /* the youngest first; 3 is only reported */
    assert_int_equal(all.events[2], 1);
    assert_int_equal(all.leaks.resources, 2);
    unsigned leak_reports = 0;
    for (unsigned i = 0; i < all.report_count; i++) {
        leak_reports += all.reports[i].kind == HF_REPORT_LEAK &&
                        strstr(all.reports[i].text, "before it was disposed");
    }
    assert_int_equal(leak_reports, 2);
}

static void resource_held_at_the_end_is_never_released(void **state)
{
    (void)state;
    static void *cell; /* static: what is kept on purpose is no leak of the test */
    static hf_resource_class lamp;
    lifetimes all;
    lifetimes_begin(&all);
    lamp = class_of(HF_LEAK_RELEASE);
    lamp.user = &all;
    {
        HF_FRAME(all.thread);
        hf_ref file = hf_local(all.thread);
        uintptr_t value;
        assert_int_equal(hf_resource_create(all.thread, &lamp, 1, file), HF_OK);
        assert_int_equal(hfi_resource_hold(all.thread, file->word_, &value, &cell), HF_OK);
    }
    lifetimes_settle(&all); /* the object dies; the runner ends its reference, not the hold */
    lifetimes_settle(&all);

    lifetimes_end(&all);

    assert_int_equal(all.event_count, 0);
    assert_int_equal(all.leaks.resources, 1);
    assert_int_equal(all.report_count, 1);
    assert_int_equal(all.reports[0].status, HF_E_BUSY);
}

static void resource_that_outlives_its_object_closes_with_its_last_holder(void **state)
{
    (void)state;
    void *cell;
    {
        HF_FRAME(world.thread);
        hf_ref file = make(4);
        assert_int_equal(hold(file, &cell), HF_OK);
    }
    lifetimes_settle(&world);
    lifetimes_settle(&world);
    assert_int_equal(lifetimes_events(&world), 0);
    assert_int_equal(lifetimes_reports(&world), 1); /* the leak */
    int64_t blocks = hfi_alloc_live();

    assert_int_equal(let_go(cell), HF_OK);

    assert_int_equal(lifetimes_events(&world), 1);
    assert_int_equal(lifetimes_event(&world, 0), 4);
    assert_int_equal(hfi_alloc_live(), blocks - 1); /* nobody else could free the cell */
}

typedef struct guest {
    hfp_thread handle;
    lifetimes *all;
    const hf_resource_class *lamp;
    _Atomic(bool) is_in;
    _Atomic(bool) may_go;
    hf_status status;
} guest;

/** Stays attached, in native code, while its runtime is destroyed. */
static void overstay(void *user)
{
    guest *self = user;
    hf_thread *thread;
    hf_frame frame;
    hf_ref file;
    self->status = hf_thread_attach(self->all->runtime, &thread);
    if (self->status == HF_OK) {
        self->status = hf_frame_begin(thread, &frame, HF_SITE);
    }
    if (self->status == HF_OK) {
        self->status = hf_local_create(thread, &file);
    }
    if (self->status == HF_OK) {
        self->status = hf_resource_create(thread, self->lamp, 8, file);
    }
    if (self->status == HF_OK) {
        self->status = hf_native_begin(thread);
    }
    atomic_store(&self->is_in, true);
    while (!atomic_load(&self->may_go)) {
        hfp_sleep_ns(100000);
    }
}

static void resource_of_a_thread_that_overstays_is_not_released_under_it(void **state)
{
    (void)state;
    static hf_resource_class lamp;
    static lifetimes all; /* static, as the runtime that is kept points here */
    lifetimes_begin(&all);
    lamp = class_of(HF_LEAK_REPORT_AND_RELEASE);
    lamp.user = &all;
    guest late = { .all = &all, .lamp = &lamp };
    assert_int_equal(hfp_thread_start(&late.handle, "late", overstay, &late), HF_OK);
    lifetimes_await(all.thread, &late.is_in);
    assert_int_equal(late.status, HF_OK);

    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    assert_int_equal(hf_thread_detach(all.thread), HF_OK);
    hf_runtime_destroy(all.runtime, &leaks);

    assert_int_equal(leaks.threads, 1);
    assert_int_equal(leaks.resources, 1);
    assert_int_equal(lifetimes_events(&all), 0);
    atomic_store(&late.may_go, true);
    hfp_thread_join(&late.handle);
}

static void resource_is_refused_while_the_runtime_stops(void **state)
{
    (void)state;
    HF_FRAME(world.thread);
    hf_ref file = hf_local(world.thread);
    hfi_parts *parts = hfi_parts_of(world.runtime);
    atomic_store(&parts->is_stopping, true);
    assert_int_equal(hf_resource_create(world.thread, reported(), 1, file), HF_E_SHUTDOWN);
    atomic_store(&parts->is_stopping, false);
    assert_int_equal(lifetimes_events(&world), 0);
}

/* ---- when the world says no ---- */

static void resource_leaves_the_value_to_the_caller_when_creation_fails(void **state)
{
    (void)state;
    int64_t blocks = hfi_alloc_live();
    uint64_t failures = 0;
    bool was_hit = true;
    for (uint64_t nth = 1; was_hit; nth++) {
        lifetimes all;
        lifetimes_begin(&all);
        atomic_store(&releasing, NULL);
        hf_resource_class lamp = class_of(HF_LEAK_REPORT_AND_RELEASE);
        lamp.user = &all;
        {
            HF_FRAME(all.thread);
            hf_ref file = hf_local(all.thread);
            hfi_fault_arm(nth, 1);
            hf_status status = hf_resource_create(all.thread, &lamp, 1, file);
            was_hit = hfi_fault_disarm() >= nth;
            if (status != HF_OK) {
                failures++;
                assert_true(was_hit);
                assert_true(hf_is_null(file));
            } else {
                assert_int_equal(hf_resource_dispose(all.thread, file), HF_OK);
            }
            lifetimes_settle(&all);
            assert_int_equal(lifetimes_events(&all), status == HF_OK ? 1 : 0);
        }
        lifetimes_end(&all);
        assert_int_equal(all.leaks.resources, 0);
    }
    assert_true(failures >= 2); /* the thread, the cell */
    assert_int_equal(hfi_alloc_live(), blocks);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, lifetimes_teardown)
    const struct CMUnitTest tests[] = {
        TEST(resource_refuses_what_is_no_class),
        TEST(resource_refuses_what_is_no_resource),
        TEST(resource_answers_each_operation_in_each_state),
        TEST(resource_names_the_first_dispose_at_the_second),
        TEST(resource_keeps_errno_over_a_release),
        TEST(resource_reports_a_failed_release_with_its_birth),
        TEST(resource_reports_a_release_that_fails_at_the_last_holder),
        TEST(resource_closes_after_the_last_fence_that_holds_it),
        TEST(resource_that_is_disposed_lends_nothing_to_a_fence),
        TEST(resource_that_was_disposed_dies_in_silence),
        TEST(resource_that_leaks_is_reported_and_released),
        TEST(resource_that_leaks_is_released_in_silence),
        TEST(resource_that_leaks_is_only_reported),
        TEST(resource_without_a_value_is_no_leak),
        TEST(resource_is_open_for_the_finalizer_that_reaches_it),
        TEST(resource_left_at_the_end_meets_its_policy),
        TEST(resource_held_at_the_end_is_never_released),
        TEST(resource_that_outlives_its_object_closes_with_its_last_holder),
        TEST(resource_of_a_thread_that_overstays_is_not_released_under_it),
        TEST(resource_is_refused_while_the_runtime_stops),
        TEST(resource_leaves_the_value_to_the_caller_when_creation_fails),
    };
    return cmocka_run_group_tests_name("resource", tests, NULL, NULL);
}
