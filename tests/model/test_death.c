/* SPDX-License-Identifier: MIT */
/* hf-test: finalizers timeout=300 */

/*
 * The phases of death against a naive model (death_model.h).
 *
 * Nodes are arrays of references, ephemeron tables, buffers, which may be pinned, and resources;
 * any of them may be armed, have cleanups, and be a key, a value or an argument.  A step changes
 * something on a node that exists, reachable or not.  A collection is compared as soon as it is
 * over: who is gone, what short and long references give, what tables have, and that nothing has
 * run. Then, or some collections later, the queue is run, and who ran is compared in order: each
 * arming once, neither early nor late.  The runs revive their objects, and arm them again.
 */

#include "death_model.h"
#include "managed.h"

#include "base/parts.h"
#include "heap/heap.h"

#include <string.h>

static managed m;
static death_model model;
static node *const nodes = model.nodes;
static entry *const entries = model.entries;
static arming *const armings = model.armings;
static cleanup *const cleanups = model.cleanups;
static unsigned char released[RESOURCES];
static history seen;
static bool run_saw_other; /* a run got another object than its own, or a status */
static hf_ref roots;       /* an array: element i is node i while it is rooted */
static uint64_t seed;
static unsigned deaths, revivals, waits, cleaned, leaked; /* of all walks */

static unsigned pick(unsigned below)
{
    return managed_random(&seed) % below;
}

static void load_node(int number, hf_ref out)
{
    assert_int_equal(hf_weak_load(m.thread, nodes[number].long_one, out), HF_OK);
    assert_false(hf_is_null(out));
}

/* ---- runs; on this thread, inside hf_runner_run() ---- */

static void note_run(int run)
{
    if (seen.count < RUNS) {
        seen.run[seen.count++] = run;
    }
}

/* True if what is in the slot is this node. */
static bool is_node(hf_thread *thread, const hf_slot *ref, int number)
{
    HF_FRAME(thread);
    hf_ref found = hf_local(thread);
    return hf_weak_load(thread, nodes[number].long_one, found) == HF_OK && hf_same(found, ref);
}

static int arming_new(int number)
{
    int plan = pick(2) ? 0 : (int)pick(4);
    armings[model.arming_count] = (arming){ number, plan, false };
    return model.arming_count++;
}

static void run_finalizer(hf_thread *runner, hf_ref object, void *user)
{
    int number = (int)(uintptr_t)user;
    node *n = &nodes[armings[number].node];
    note_run(number);
    run_saw_other |= !is_node(runner, object, armings[number].node);
    armings[number].is_queued = false;
    if (armings[number].plan & REVIVE) {
        revivals++;
        n->is_rooted = true;
        run_saw_other |= hf_store_at(runner, roots, (size_t)armings[number].node, object) != HF_OK;
    }
    if (armings[number].plan & REARM && n->armed == NONE && model.arming_count < ARMINGS) {
        n->armed = arming_new(armings[number].node);
        run_saw_other |=
            hf_finalizer_set(runner, object, run_finalizer, (void *)(uintptr_t)n->armed) != HF_OK;
    }
}

static void run_cleanup(hf_thread *runner, hf_ref argument, void *user)
{
    cleanup *c = user;
    note_run(ARMINGS + (int)(c - cleanups));
    run_saw_other |=
        c->argument == NONE ? !hf_is_null(argument) : !is_node(runner, argument, c->argument);
    c->is_queued = false;
}

static hf_status release(uintptr_t value, void *user)
{
    (void)user;
    released[value]++;
    return HF_OK;
}

static const hf_resource_class class_of = {
    .struct_size = sizeof(hf_resource_class),
    .name = "model",
    .invalid = UINTPTR_MAX,
    .release = release,
    .on_leak = HF_LEAK_RELEASE,
};

/* ---- comparing ---- */

static void compare_nodes(void)
{
    HF_FRAME(m.thread);
    hf_ref found = hf_local(m.thread);
    for (int i = 0; i < NODES; i++) {
        node *n = &nodes[i];
        if (!n->is_used) {
            continue;
        }
        assert_int_equal(hf_weak_load(m.thread, n->long_one, found), HF_OK);
        assert_int_equal(!hf_is_null(found), n->is_live);
        assert_int_equal(hf_weak_load(m.thread, n->short_one, found), HF_OK);
        assert_int_equal(!hf_is_null(found), n->short_gives);
        if (!n->is_live) {
            deaths++;
            assert_int_equal(hf_weak_destroy(n->long_one), HF_OK);
            assert_int_equal(hf_weak_destroy(n->short_one), HF_OK);
            memset(n, 0, sizeof *n);
        }
    }
}

static void compare_entries(void)
{
    HF_FRAME(m.thread);
    hf_ref table = hf_local(m.thread);
    hf_ref key = hf_local(m.thread);
    hf_ref value = hf_local(m.thread);
    hf_ref found = hf_local(m.thread);
    size_t counted[NODES] = { 0 };
    for (int i = 0; i < ENTRIES; i++) {
        const entry *e = &entries[i];
        if (e->table != NONE) {
            load_node(e->table, table);
            load_node(e->key, key);
            load_node(e->value, value);
            assert_int_equal(hf_ephemeron_get(m.thread, table, key, found), HF_OK);
            assert_true(hf_same(found, value));
            counted[e->table]++;
        }
    }
    for (int i = 0; i < NODES; i++) {
        if (nodes[i].is_used && nodes[i].kind == TABLE) {
            size_t count;
            load_node(i, table);
            assert_int_equal(hf_ephemeron_count(m.thread, table, &count), HF_OK);
            assert_int_equal(count, counted[i]);
        }
    }
}

/* Runs all that waits, or (`most` not 0) so many: the others go on waiting, in their order. */
static void run_queue(unsigned most)
{
    uint64_t works;
    assert_int_equal(hf_runner_run(m.thread, most, 0, &works), HF_OK);
    assert_false(run_saw_other);
    assert_in_range(seen.count, 0, model.expected.count);
    assert_memory_equal(seen.run, model.expected.run, seen.count * sizeof *seen.run);
    if (most == 0) {
        assert_int_equal(seen.count, model.expected.count);
        assert_memory_equal(released, model.is_to_release, sizeof released);
    }
}

static void collect_and_compare(void)
{
    unsigned ran = seen.count;
    death_model_collect(&model);
    assert_int_equal(pick(2) ? hf_collect(m.thread) : hfi_heap_collect_moving(m.thread), HF_OK);
    assert_int_equal(seen.count, ran);
    compare_nodes();
    compare_entries();
    if (pick(3) != 0) {
        run_queue(pick(3));
    }
}

/* ---- steps ---- */

/* A node that was not reclaimed yet, of that kind or (NONE) any. */
static int pick_node(int wanted)
{
    int from = (int)pick(NODES);
    for (int i = 0; i < NODES; i++) {
        int number = (from + i) % NODES;
        if (nodes[number].is_used && (wanted == NONE || (int)nodes[number].kind == wanted)) {
            return number;
        }
    }
    return NONE;
}

static hf_status make_object(node *n, hf_ref out)
{
    switch (n->kind) {
    case TABLE:
        return hf_ephemerons_create(m.thread, out);
    case BUFFER:
        return hf_bytes_create(m.thread, pick(20) ? pick(300) : 70000, out);
    case RESOURCE:
        n->resource = model.resource_count++;
        return hf_resource_create(m.thread, &class_of, (uintptr_t)n->resource, out);
    default:
        return hf_array_create(m.thread, LINKS, out);
    }
}

static void make_node(void)
{
    int number = (int)pick(NODES);
    node *n = &nodes[number];
    if (n->is_used || model.resource_count == RESOURCES) {
        return;
    }
    HF_FRAME(m.thread);
    hf_ref object = hf_local(m.thread);
    unsigned which = pick(8);
    *n = (node){ .is_used = true, .is_rooted = true, .short_gives = true, .armed = NONE };
    n->kind = which == 0 ? BUFFER : which == 1 ? RESOURCE : which < 4 ? TABLE : ARRAY;
    memset(n->link, NONE, sizeof n->link);
    assert_int_equal(make_object(n, object), HF_OK);
    assert_int_equal(hf_store_at(m.thread, roots, (size_t)number, object), HF_OK);
    assert_int_equal(hf_weak_create(m.thread, object, HF_WEAK_LONG, &n->long_one), HF_OK);
    assert_int_equal(hf_weak_create(m.thread, object, HF_WEAK_SHORT, &n->short_one), HF_OK);
}

static void set_root(int number, bool is_rooted)
{
    HF_FRAME(m.thread);
    hf_ref object = hf_local(m.thread);
    load_node(number, object);
    nodes[number].is_rooted = is_rooted;
    assert_int_equal(hf_store_at(m.thread, roots, (size_t)number, is_rooted ? object : NULL),
                     HF_OK);
}

static void link_nodes(void)
{
    int from = pick_node(ARRAY);
    int to = pick_node(NONE);
    if (from == NONE) {
        return;
    }
    HF_FRAME(m.thread);
    hf_ref a = hf_local(m.thread);
    hf_ref b = hf_local(m.thread);
    unsigned which = pick(LINKS);
    bool is_cut = pick(3) == 0;
    load_node(from, a);
    load_node(to, b);
    assert_int_equal(hf_store_at(m.thread, a, which, is_cut ? NULL : b), HF_OK);
    nodes[from].link[which] = is_cut ? NONE : to;
}

static entry *find_entry(int table, int key)
{
    entry *unused = NULL;
    for (int i = 0; i < ENTRIES; i++) {
        if (entries[i].table == table && entries[i].key == key) {
            return &entries[i];
        }
        unused = entries[i].table == NONE ? &entries[i] : unused;
    }
    return unused;
}

static void change_entry(void)
{
    int table = pick_node(TABLE);
    int key = pick_node(NONE);
    int value = pick_node(NONE);
    entry *e = table == NONE ? NULL : find_entry(table, key);
    if (!e) {
        return;
    }
    HF_FRAME(m.thread);
    hf_ref t = hf_local(m.thread);
    hf_ref k = hf_local(m.thread);
    hf_ref v = hf_local(m.thread);
    load_node(table, t);
    load_node(key, k);
    load_node(value, v);
    if (pick(4) == 0) {
        assert_int_equal(hf_ephemeron_remove(m.thread, t, k),
                         e->table == NONE ? HF_E_NOT_FOUND : HF_OK);
        e->table = NONE;
        return;
    }
    assert_int_equal(hf_ephemeron_set(m.thread, t, k, v), HF_OK);
    *e = (entry){ table, key, value };
}

static void change_finalizer(void)
{
    int number = pick_node(NONE);
    if (number == NONE || model.arming_count == ARMINGS) {
        return;
    }
    HF_FRAME(m.thread);
    hf_ref object = hf_local(m.thread);
    node *n = &nodes[number];
    load_node(number, object);
    if (pick(5) == 0) {
        assert_int_equal(hf_finalizer_clear(m.thread, object), HF_OK);
        n->armed = NONE;
        return;
    }

    hf_status status =
        hf_finalizer_set(m.thread, object, run_finalizer, (void *)(uintptr_t)model.arming_count);
    if (n->armed != NONE) {
        assert_int_equal(status, HF_E_ALREADY_SET);
        managed_expect(&m, "hf_finalizer_set", "already has a finalizer");
        return;
    }
    assert_int_equal(status, HF_OK);
    n->armed = arming_new(number);
}

static void stop_cleanup(cleanup *c)
{
    bool was_armed;
    assert_int_equal(hf_cleanup_stop(m.thread, c->handle, &was_armed), HF_OK);
    assert_int_equal(was_armed, c->is_armed);
    c->is_armed = false;
}

/* In checked mode an argument that reaches the object is refused, so only what reaches nothing. */
static int pick_argument(int object)
{
    bool is_checked = hfi_parts_of(m.runtime)->settings.checked;
    int argument = pick(2) ? NONE : pick_node(is_checked ? BUFFER : NONE);
    return argument == object ? NONE : argument;
}

static void change_cleanup(void)
{
    int number = pick_node(NONE);
    if (model.cleanup_count != 0 && pick(3) == 0) {
        stop_cleanup(&cleanups[pick((unsigned)model.cleanup_count)]);
        return;
    }
    if (number == NONE || model.cleanup_count == CLEANUPS) {
        return;
    }
    HF_FRAME(m.thread);
    hf_ref object = hf_local(m.thread);
    hf_ref held = hf_local(m.thread);
    cleanup *c = &cleanups[model.cleanup_count++];
    *c = (cleanup){ .object = number, .argument = pick_argument(number), .is_armed = true };
    load_node(number, object);
    if (c->argument != NONE) {
        load_node(c->argument, held);
    }
    assert_int_equal(hf_cleanup_add(m.thread, object, 0, run_cleanup,
                                    c->argument == NONE ? NULL : held, c, &c->handle),
                     HF_OK);
}

static void change_pin(void)
{
    int number = pick_node(BUFFER);
    if (number == NONE) {
        return;
    }
    HF_FRAME(m.thread);
    hf_ref buffer = hf_local(m.thread);
    if (nodes[number].pin) {
        hf_pin_destroy(nodes[number].pin);
        nodes[number].pin = NULL;
        return;
    }
    load_node(number, buffer);
    assert_int_equal(hf_pin_create(m.thread, buffer, &nodes[number].pin), HF_OK);
}

static void dispose(void)
{
    int number = pick_node(RESOURCE);
    if (number == NONE || model.is_to_release[nodes[number].resource]) {
        return;
    }
    HF_FRAME(m.thread);
    hf_ref resource = hf_local(m.thread);
    load_node(number, resource);
    assert_int_equal(hf_resource_dispose(m.thread, resource), HF_OK);
    model.is_to_release[nodes[number].resource] = 1;
}

/* ---- walks ---- */

static void step(void)
{
    static void (*const steps[])(void) = {
        make_node,    make_node,        make_node,      link_nodes,       link_nodes, link_nodes,
        change_entry, change_entry,     change_entry,   change_entry,     change_pin, dispose,
        change_entry, change_finalizer, change_cleanup, change_finalizer,
    };
    int number = pick_node(NONE);
    if (number != NONE && pick(4) == 0) {
        set_root(number, pick(4) == 0);
        return;
    }
    steps[pick(sizeof steps / sizeof *steps)]();
}

/* Everything goes: what is still armed is let go, so that no circle stays. */
static void end_all(void)
{
    for (int i = 0; i < NODES; i++) {
        HF_FRAME(m.thread);
        hf_ref object = hf_local(m.thread);
        if (nodes[i].is_used) {
            load_node(i, object);
            assert_int_equal(hf_finalizer_clear(m.thread, object), HF_OK);
            nodes[i].armed = NONE;
            set_root(i, false);
            hf_pin_destroy(nodes[i].pin);
            nodes[i].pin = NULL;
        }
    }
    for (int i = 0; i < model.cleanup_count; i++) {
        stop_cleanup(&cleanups[i]);
    }
}

static void begin_walk(unsigned number)
{
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.runner = HF_RUNNER_EMBEDDER;
    seed = 7000 + number;
    memset(&model, 0, sizeof model);
    memset(released, 0, sizeof released);
    seen.count = 0;
    run_saw_other = false;
    for (int i = 0; i < ENTRIES; i++) {
        entries[i].table = NONE;
    }
    managed_begin(&m, &options);
}

static void walk(unsigned number)
{
    begin_walk(number);
    {
        HF_FRAME(m.thread);
        roots = hf_local(m.thread);
        assert_int_equal(hf_array_create(m.thread, NODES, roots), HF_OK);
        for (unsigned i = 0; i < STEPS; i++) {
            uint64_t collections = managed_statistics(&m).collections;
            step();
            /* The model knows of no other collections than its own. */
            assert_int_equal(managed_statistics(&m).collections, collections);
            if (pick(8) == 0) {
                collect_and_compare();
            }
        }
        assert_int_equal(hf_heap_check(m.thread), HF_OK);
        run_queue(0);
        end_all();
        for (int i = 0; i < 3; i++) {
            collect_and_compare();
            run_queue(0);
        }
        assert_int_equal(pick_node(NONE), NONE);
    }
    managed_end(&m);
    waits += model.waits;
    cleaned += model.cleaned;
    leaked += model.leaked;
}

static void death_does_what_the_model_does(void **state)
{
    (void)state;
    if (managed_is_stress()) {
        skip(); /* there a collection may come at every step */
    }
    unsigned walks = managed_rounds(60, 2);
    for (unsigned i = 0; i < walks; i++) {
        walk(i);
    }
    assert_true(deaths != 0 && revivals != 0 && waits != 0 && cleaned != 0 && leaked != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(death_does_what_the_model_does),
    };
    return cmocka_run_group_tests_name("death_model", tests, NULL, NULL);
}
