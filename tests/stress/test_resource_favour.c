/* SPDX-License-Identifier: MIT */
/* hf-test: threaded timeout=300 */

/*
 * One thread makes resources and holds each of them again and again, as fast as it goes; another
 * disposes them under it.  What the maker counts without an atomic exchange is never lost: each
 * value is released once, and never while it is held.
 */

#include "hf_test.h"

#include "lifetimes.h"
#include "resource/inside.h"

enum { ROUNDS = 1500, A_SAFEPOINT = 16 };

static hf_global *shared;
static _Atomic(unsigned) published; /* resources made so far */
static _Atomic(unsigned) disposed;
static _Atomic(int) users; /* of the one that is made last */
static _Atomic(unsigned) released, released_in_use, failed;

static hf_status release(uintptr_t value, void *user)
{
    (void)value;
    (void)user;
    atomic_fetch_add(&released, 1);
    atomic_fetch_add(&released_in_use, atomic_load(&users) != 0);
    return HF_OK;
}

static const hf_resource_class lamp = {
    .struct_size = sizeof(hf_resource_class),
    .name = "lamp",
    .invalid = UINTPTR_MAX,
    .release = release,
};

static void check(bool is_right)
{
    atomic_fetch_add(&failed, !is_right);
}

/* Ends a resource as soon as it is there, in each of the ways in turn. */
static void dispose_each(void *user)
{
    unsigned rounds = *(unsigned *)user;
    hf_thread *thread;
    if (hf_thread_attach(world.runtime, &thread) != HF_OK) {
        check(false);
        return;
    }
    for (unsigned i = 0; i < rounds; i++) {
        HF_FRAME(thread);
        hf_ref resource = hf_local(thread);
        while (atomic_load(&published) <= i) {
            (void)hf_safepoint(thread);
        }
        check(hf_global_load(shared, resource) == HF_OK);
        for (unsigned wait = 0; wait < i % (lifetimes_is_stress() ? 2 : 64);
             wait++) { /* not always at the same moment */
            (void)hf_safepoint(thread);
        }
        check((i % 2 ? hf_resource_dispose(thread, resource)
                     : hf_resource_dispose_tree(thread, resource)) == HF_OK);
        atomic_fetch_add(&disposed, 1);
    }
    check(hf_thread_detach(thread) == HF_OK);
}

/* Gives the number of holds before it was disposed. */
__attribute__((noinline)) static unsigned hold_until_it_is_closed(hf_ref resource)
{
    uintptr_t value;
    void *cell, *again;
    unsigned holds = 0;
    while (hfi_resource_hold(world.thread, resource->word_, &value, &cell) == HF_OK) {
        atomic_fetch_add_explicit(&users, 1, memory_order_relaxed);
        if (hfi_resource_hold(world.thread, resource->word_, &value, &again) == HF_OK) {
            check(hfi_resource_let_go(world.thread, again) == HF_OK);
        }
        bool is_stop = holds++ % A_SAFEPOINT == 0;
        if (is_stop) {
            (void)hf_safepoint(world.thread); /* while it is held */
        }
        atomic_fetch_sub_explicit(&users, 1, memory_order_relaxed);
        check(hfi_resource_let_go(world.thread, cell) == HF_OK);
    }
    return holds;
}

static void resource_keeps_each_hold_of_its_maker_while_another_thread_ends_it(void **state)
{
    (void)state;
    unsigned rounds = (lifetimes_is_stress() ? ROUNDS / 300 : ROUNDS) * lifetimes_effort();
    unsigned holds = 0, favoured = 0;
    hfp_thread other;
    lifetimes_begin(&world);
    /* So many that no number of stops makes it give up favours. */
    world.thread->parts->resources->births = UINT64_MAX / 2;
    assert_int_equal(hf_global_create(world.thread, NULL, &shared), HF_OK);
    assert_int_equal(hfp_thread_start(&other, "disposer", dispose_each, &rounds), HF_OK);
    for (unsigned i = 0; i < rounds; i++) {
        HF_FRAME(world.thread);
        hf_ref resource = hf_local(world.thread);
        assert_int_equal(hf_resource_create(world.thread, &lamp, i, resource), HF_OK);
        favoured += atomic_load(&hfi_cell_of(resource->word_)->favoured) == world.thread;
        assert_int_equal(hf_global_store(world.thread, shared, resource), HF_OK);
        atomic_store(&published, i + 1);
        holds += hold_until_it_is_closed(resource);
        while (atomic_load(&disposed) <= i) {
            (void)hf_safepoint(world.thread);
        }
        assert_int_equal(atomic_load(&released), i + 1);
    }
    assert_int_equal(hf_native_begin(world.thread), HF_OK);
    hfp_thread_join(&other);
    assert_int_equal(hf_native_end(world.thread, NULL), HF_OK);
    hf_global_destroy(world.thread, shared);
    lifetimes_end(&world);
    assert_int_equal(atomic_load(&released), rounds);
    assert_int_equal(atomic_load(&released_in_use), 0);
    assert_int_equal(atomic_load(&failed), 0);
    assert_int_equal(favoured, rounds);
    assert_true(holds != 0);
    assert_int_equal(world.report_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resource_keeps_each_hold_of_its_maker_while_another_thread_ends_it),
    };
    return cmocka_run_group_tests_name("favoured holds", tests, NULL, NULL);
}
