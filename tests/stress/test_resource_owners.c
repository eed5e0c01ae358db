/* SPDX-License-Identifier: MIT */
/* hf-test: threaded timeout=300 */

/*
 * Threads that make small trees of resources, use their own and each other's, and dispose, forget
 * and set invalid what others are using: each value is released at most once, behind its last use
 * and behind the values that came from it.
 */

#include "crew.h"
#include "lifetimes.h"

#include <holdfast.h>

enum { OWNERS = 6, ROUNDS_MAX = 4000, CHILDREN = 3, NODES = OWNERS * ROUNDS_MAX * (CHILDREN + 1) };

/** What an operating system would know of one handle; never used again. */
typedef struct node {
    _Atomic(int) users;
    _Atomic(unsigned) released_at; /* behind how many others */
    _Atomic(int) releases;
    _Atomic(bool) is_given_up; /* set invalid: perhaps never released */
    _Atomic(bool) is_bad;
} node;

static node nodes[NODES];
static _Atomic(unsigned) clock_of_releases;
static hf_runtime *runtime;
static hf_global *shared[OWNERS]; /* the root each thread made last */

static hf_status release(uintptr_t value, void *user)
{
    (void)user;
    node *n = &nodes[value];
    if (atomic_load(&n->users) != 0 || atomic_fetch_add(&n->releases, 1) != 0) {
        atomic_store(&n->is_bad, true);
    }
    atomic_store(&n->released_at, atomic_fetch_add(&clock_of_releases, 1));
    return HF_OK;
}

static const hf_resource_class node_class = {
    .struct_size = sizeof(hf_resource_class),
    .name = "node",
    .invalid = UINTPTR_MAX,
    .release = release,
    .on_leak = HF_LEAK_RELEASE,
};

__attribute__((noinline)) static void use(hf_crew_member *me, hf_thread *thread, hf_ref resource)
{
    hf_fence fence;
    uintptr_t value;
    if (hf_fence_hold(&fence, thread, resource, &value) == HF_OK) {
        node *n = &nodes[value];
        atomic_fetch_add(&n->users, 1);
        HF_CREW_CHECK(me, atomic_load(&n->releases) == 0);
        int unused = 0;
        (void)HF_NATIVE_CALL(thread, NULL, unused, (hfp_thread_yield(), 0));
        (void)unused;
        HF_CREW_CHECK(me, atomic_load(&n->releases) == 0);
        atomic_fetch_sub(&n->users, 1);
        me->work++;
    }
    HF_CREW_CHECK(me, hf_fence_end(&fence) == HF_OK);
}

/** Does something to the root of some other thread. */
static void meddle(hf_crew_member *me, hf_thread *thread, uint64_t *seed)
{
    HF_FRAME(thread);
    hf_ref other = hf_local(thread);
    *seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
    unsigned dice = (unsigned)(*seed >> 40);
    (void)hf_global_load(shared[dice % OWNERS], other);
    if (hf_is_null(other)) {
        return;
    }
    uintptr_t value;
    switch (dice / OWNERS % 8) {
    case 0:
        (void)hf_resource_dispose(thread, other);
        break;
    case 1:
        (void)hf_resource_dispose_tree(thread, other);
        break;
    case 2:
        if (hf_resource_value(thread, other, &value) == HF_OK) {
            atomic_store(&nodes[value].is_given_up, true);
            (void)hf_resource_set_invalid(thread, other);
        }
        break;
    default:
        use(me, thread, other);
        break;
    }
}

static void make_tree(hf_crew_member *me, hf_thread *thread, unsigned round, uint64_t *seed)
{
    HF_FRAME(thread);
    hf_ref root = hf_local(thread);
    hf_ref child = hf_local(thread);
    uintptr_t at = ((uintptr_t)me->index * ROUNDS_MAX + round) * (CHILDREN + 1);
    HF_CREW_CHECK(me, hf_resource_create(thread, &node_class, at, root) == HF_OK);
    HF_CREW_CHECK(me, hf_global_store(thread, shared[me->index], root) == HF_OK);
    for (unsigned i = 1; i <= CHILDREN; i++) {
        hf_status status = hf_resource_create_child(thread, &node_class, at + i, root, child);
        if (status != HF_OK) {
            HF_CREW_CHECK(me, status == HF_E_CLOSED);
            break;
        }
        use(me, thread, root);
        use(me, thread, child);
        meddle(me, thread, seed);
        if (i % 2 != 0) {
            (void)hf_resource_dispose(thread, child);
        }
    }
    if (round % 3 == 0) {
        (void)hf_resource_dispose(thread, root);
    }
    if (round % 50 == 0) {
        HF_CREW_CHECK(me, hf_collect(thread) == HF_OK);
    }
}

static unsigned rounds(void)
{
    unsigned wanted = (lifetimes_is_stress() ? 20 : 300) * lifetimes_effort();
    return wanted > ROUNDS_MAX ? ROUNDS_MAX : wanted;
}

static void own(hf_crew_member *me)
{
    hf_thread *thread;
    if (!HF_CREW_CHECK(me, hf_thread_attach(runtime, &thread) == HF_OK)) {
        return;
    }
    uint64_t seed = 77 + me->index;
    for (unsigned round = 0; round < rounds(); round++) {
        make_tree(me, thread, round, &seed);
    }
    HF_CREW_CHECK(me, hf_thread_detach(thread) == HF_OK);
}

static void ignore(const hf_report *report, void *user)
{
    (void)report;
    (void)user; /* who comes too late is refused, and told: that is no fault here */
}

static void resource_of_one_thread_survives_what_others_do_to_it(void **state)
{
    (void)state;
    static hf_crew crew;
    hf_thread *thread;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.report = ignore;
    assert_int_equal(hf_runtime_create(&options, &runtime), HF_OK);
    assert_int_equal(hf_thread_attach(runtime, &thread), HF_OK);
    for (unsigned i = 0; i < OWNERS; i++) {
        assert_int_equal(hf_global_create(thread, NULL, &shared[i]), HF_OK);
    }
    assert_int_equal(hf_native_begin(thread), HF_OK);
    hf_crew_start(&crew, OWNERS, own, NULL);
    hf_crew_join(&crew);
    assert_int_equal(hf_native_end(thread, NULL), HF_OK);
    for (unsigned i = 0; i < OWNERS; i++) {
        hf_global_destroy(thread, shared[i]);
    }
    assert_int_equal(hf_thread_detach(thread), HF_OK);
    hf_runtime_destroy(runtime, NULL);

    unsigned releases = 0;
    for (unsigned i = 0; i < NODES; i++) {
        assert_false(atomic_load(&nodes[i].is_bad));
        releases += (unsigned)atomic_load(&nodes[i].releases);
        const node *root = &nodes[i - i % (CHILDREN + 1)];
        assert_true(root == &nodes[i] || !root->releases || !nodes[i].releases ||
                    nodes[i].released_at < root->released_at);
        if (i % (CHILDREN + 1) == 0 && i / (CHILDREN + 1) % ROUNDS_MAX < rounds()) {
            assert_true(atomic_load(&nodes[i].releases) == 1 || nodes[i].is_given_up);
        }
    }
    assert_true(releases > OWNERS * rounds());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resource_of_one_thread_survives_what_others_do_to_it),
    };
    return cmocka_run_group_tests_name("resource_owners", tests, NULL, NULL);
}
