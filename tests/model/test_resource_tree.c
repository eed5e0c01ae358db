/* SPDX-License-Identifier: MIT */
/* hf-test: finalizers threaded timeout=300 */

/*
 * Thousands of random trees of resources against a naive model: each value is released once,
 * behind the last use and behind the values that came from it, whatever is done to the tree and in
 * which order, also when the runtime ends in the middle.
 */

#include "managed.h"

#include "resource/resource.h"

#include <stdatomic.h>

enum { NODES = 24, HOLDS = 3 };

/** What an operating system would know of one handle. */
typedef struct node {
    int parent; /* -1: none */
    _Atomic(int) open_children;
    _Atomic(int) users;
    _Atomic(int) releases;
} node;

static node nodes[NODES];
static _Atomic(unsigned) wrong; /* released in the wrong order, under a user, or twice */

static void leave_parent(const node *n)
{
    if (n->parent >= 0) {
        atomic_fetch_sub(&nodes[n->parent].open_children, 1);
    }
}

static hf_status release(uintptr_t value, void *user)
{
    (void)user;
    node *n = &nodes[value];
    bool is_early = atomic_load(&n->open_children) != 0 || atomic_load(&n->users) != 0;
    if (atomic_fetch_add(&n->releases, 1) != 0 || is_early) {
        atomic_fetch_add(&wrong, 1);
    }
    leave_parent(n);
    return HF_OK;
}

static const hf_resource_class node_class = {
    .struct_size = sizeof(hf_resource_class),
    .name = "node",
    .invalid = NODES,
    .release = release,
    .on_leak = HF_LEAK_RELEASE,
};

typedef struct walk {
    managed m;
    uint64_t seed;
    unsigned count;
    hf_ref ref[NODES];
    void *held[HOLDS];
    node *held_node[HOLDS];
} walk;

static void ignore(const hf_report *report, void *user)
{
    (void)report;
    (void)user;
}

static void grow(walk *w)
{
    if (w->count == NODES) {
        return;
    }
    unsigned at = w->count;
    node *n = &nodes[at];
    int parent =
        at == 0 || managed_random(&w->seed) % 6 == 0 ? -1 : (int)(managed_random(&w->seed) % at);
    *n = (node){ .parent = parent };
    hf_status status = parent >= 0 ? hf_resource_create_child(w->m.thread, &node_class, at,
                                                              w->ref[parent], w->ref[at])
                                   : hf_resource_create(w->m.thread, &node_class, at, w->ref[at]);
    if (status == HF_OK) {
        /* Only now: a parent that is being closed by the runner gets no child any more. */
        if (parent >= 0) {
            atomic_fetch_add(&nodes[parent].open_children, 1);
        }
        w->count++;
    } else { /* the parent is disposed, or its slot was cleared */
        assert_true(parent >= 0 && (status == HF_E_CLOSED || status == HF_E_NULL));
    }
}

static void hold(walk *w, unsigned at)
{
    unsigned place = managed_random(&w->seed) % HOLDS;
    if (w->held[place]) {
        atomic_fetch_sub(&w->held_node[place]->users, 1);
        assert_int_equal(hfi_resource_let_go(w->m.thread, w->held[place]), HF_OK);
        w->held[place] = NULL;
    } else if (!hf_is_null(w->ref[at])) {
        uintptr_t value;
        if (hfi_resource_hold(w->m.thread, w->ref[at]->word_, &value, &w->held[place]) == HF_OK) {
            w->held_node[place] = &nodes[at];
            atomic_fetch_add(&nodes[at].users, 1);
            if (atomic_load(&nodes[at].releases) != 0) {
                atomic_fetch_add(&wrong, 1);
            }
        }
    }
}

static void step(walk *w)
{
    unsigned at = w->count ? managed_random(&w->seed) % w->count : 0;
    switch (managed_random(&w->seed) % 16) {
    case 0:
    case 1:
        (void)hf_resource_dispose(w->m.thread, w->ref[at]);
        break;
    case 2:
        if (managed_random(&w->seed) % 4 == 0) {
            (void)hf_resource_dispose_tree(w->m.thread, w->ref[at]);
        }
        break;
    case 3:
        hf_clear(w->ref[at]);
        break;
    case 4:
        if (managed_random(&w->seed) % 4 == 0) {
            assert_int_equal(hf_collect(w->m.thread), HF_OK);
        }
        break;
    case 5:
    case 6:
    case 7:
        hold(w, at);
        break;
    default:
        grow(w);
        break;
    }
}

/** Plays some trees in one runtime; leaves the last one to the runtime's end. */
static void play(uint64_t seed, unsigned trees)
{
    walk w = { .seed = seed };
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.report = ignore;
    assert_int_equal(hf_runtime_create(&options, &w.m.runtime), HF_OK);
    assert_int_equal(hf_thread_attach(w.m.runtime, &w.m.thread), HF_OK);
    for (unsigned tree = 0; tree < trees; tree++) {
        {
            HF_FRAME(w.m.thread);
            w.count = 0;
            for (unsigned i = 0; i < NODES; i++) {
                w.ref[i] = hf_local(w.m.thread);
            }
            for (unsigned i = 0; i < 60; i++) {
                step(&w);
            }
            for (unsigned i = 0; i < HOLDS; i++) {
                if (w.held[i]) {
                    atomic_fetch_sub(&w.held_node[i]->users, 1);
                    assert_int_equal(hfi_resource_let_go(w.m.thread, w.held[i]), HF_OK);
                    w.held[i] = NULL;
                }
            }
        }
        if (tree + 1 < trees) {
            assert_int_equal(hf_collect(w.m.thread), HF_OK);
            assert_int_equal(hf_runner_drain(w.m.thread, UINT64_MAX), HF_OK);
            for (unsigned i = 0; i < w.count; i++) {
                assert_int_equal(atomic_load(&nodes[i].releases), 1);
            }
        }
    }
    assert_int_equal(hf_thread_detach(w.m.thread), HF_OK);
    hf_runtime_destroy(w.m.runtime, NULL);
    for (unsigned i = 0; i < w.count; i++) {
        assert_int_equal(atomic_load(&nodes[i].releases), 1);
    }
    assert_int_equal(atomic_load(&wrong), 0);
}

static void resource_trees_close_upwards_whatever_is_done_to_them(void **state)
{
    (void)state;
    unsigned runtimes = managed_rounds(300, 12);
    for (unsigned i = 0; i < runtimes; i++) {
        play(1000 + i, 1 + i % 60);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resource_trees_close_upwards_whatever_is_done_to_them),
    };
    return cmocka_run_group_tests_name("resource_tree", tests, NULL, NULL);
}
