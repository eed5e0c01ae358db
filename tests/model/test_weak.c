/* SPDX-License-Identifier: MIT */
/* hf-test: timeout=300 */

/*
 * Weak references, ephemeron tables and identities against a naive model: arrays of nodes and of
 * entries, and reachability by going round until nothing changes.
 *
 * A step makes a node, links nodes, drops one from the roots, sets or removes an entry, makes or
 * destroys a reference, or collects; after a collection everything is compared: who lives, what
 * references give, what tables have, and that identities are what they were.
 */

#include "managed.h"

#include "weak/weak.h"

#include <stdio.h>
#include <string.h>

enum { NODES = 60, LINKS = 2, REFERENCES = 60, ENTRIES_MAX = 2000, NONE = -1 };

/* A node of the model: an array of references, or a table. */
typedef struct node {
    bool is_used, is_rooted, is_table, is_live;
    int link[LINKS];   /* numbers of nodes */
    hf_weak *witness;  /* a long reference that every node has */
    uint64_t identity; /* 0: nobody asked */
} node;

typedef struct entry {
    int table, key, value; /* table NONE: unused */
} entry;

typedef struct reference {
    hf_weak *weak; /* NULL: unused */
    int node;      /* NONE: it died */
    hf_weak_kind kind;
    size_t offset;
} reference;

static managed m;
static node nodes[NODES];
static entry entries[ENTRIES_MAX];
static reference references[REFERENCES];
static hf_ref roots; /* an array: element i is node i while it is rooted */
static uint64_t seed;
static uint64_t last_identity;
static unsigned deaths, survivals;

static unsigned pick(unsigned below)
{
    return managed_random(&seed) % below;
}

/* ---- the objects of nodes that the model knows to be alive ---- */

static void load_node(int number, hf_ref out)
{
    assert_int_equal(hf_weak_load(m.thread, nodes[number].witness, out), HF_OK);
    assert_false(hf_is_null(out));
}

/* A node that a program could get at: held by a root, directly or not. */
static int pick_live(bool is_table)
{
    int from = (int)pick(NODES);
    for (int i = 0; i < NODES; i++) {
        int number = (from + i) % NODES;
        if (nodes[number].is_live && (!is_table || nodes[number].is_table)) {
            return number;
        }
    }
    return NONE;
}

/* ---- the model's collector ---- */

static bool reach(int number)
{
    if (number == NONE || nodes[number].is_live) {
        return false;
    }
    nodes[number].is_live = true;
    return true;
}

static void mark_nodes(void)
{
    for (int i = 0; i < NODES; i++) {
        nodes[i].is_live = nodes[i].is_used && nodes[i].is_rooted;
    }
    bool has_changed = true;
    while (has_changed) {
        has_changed = false;
        for (int i = 0; i < NODES; i++) {
            for (int k = 0; nodes[i].is_live && k < LINKS; k++) {
                has_changed |= reach(nodes[i].link[k]);
            }
        }
        for (int i = 0; i < ENTRIES_MAX; i++) {
            const entry *e = &entries[i];
            if (e->table != NONE && nodes[e->table].is_live && nodes[e->key].is_live) {
                has_changed |= reach(e->value);
            }
        }
    }
}

static void sweep_nodes(void)
{
    for (int i = 0; i < ENTRIES_MAX; i++) {
        entry *e = &entries[i];
        if (e->table != NONE && !(nodes[e->table].is_live && nodes[e->key].is_live)) {
            e->table = NONE;
        }
    }
    for (int i = 0; i < REFERENCES; i++) {
        if (references[i].weak && references[i].node != NONE &&
            !nodes[references[i].node].is_live) {
            references[i].node = NONE;
        }
    }
}

/* ---- steps ---- */

static void make_node(void)
{
    int number = (int)pick(NODES);
    node *n = &nodes[number];
    if (n->is_used) {
        return;
    }
    HF_FRAME(m.thread);
    hf_ref object = hf_local(m.thread);
    bool is_table = pick(4) == 0;
    hf_status status = is_table ? hf_ephemerons_create(m.thread, object)
                                : hf_array_create(m.thread, LINKS, object);
    assert_int_equal(status, HF_OK);
    *n = (node){ .is_used = true, .is_rooted = true, .is_table = is_table, .is_live = true };
    memset(n->link, NONE, sizeof n->link);
    assert_int_equal(hf_store_at(m.thread, roots, (size_t)number, object), HF_OK);
    assert_int_equal(hf_weak_create(m.thread, object, HF_WEAK_LONG, &n->witness), HF_OK);
}

static void link_nodes(void)
{
    int from = pick_live(false);
    int to = pick_live(false);
    if (from == NONE || nodes[from].is_table) {
        return;
    }
    HF_FRAME(m.thread);
    hf_ref a = hf_local(m.thread);
    hf_ref b = hf_local(m.thread);
    unsigned which = pick(LINKS);
    load_node(from, a);
    load_node(to, b);
    bool is_cut = pick(3) == 0;
    assert_int_equal(hf_store_at(m.thread, a, which, is_cut ? NULL : b), HF_OK);
    nodes[from].link[which] = is_cut ? NONE : to;
}

static void drop_root(void)
{
    int number = pick_live(false);
    if (number != NONE) {
        nodes[number].is_rooted = false;
        assert_int_equal(hf_store_at(m.thread, roots, (size_t)number, NULL), HF_OK);
    }
}

static entry *find_entry(int table, int key)
{
    entry *unused = NULL;
    for (int i = 0; i < ENTRIES_MAX; i++) {
        if (entries[i].table == table && entries[i].key == key) {
            return &entries[i];
        }
        unused = entries[i].table == NONE ? &entries[i] : unused;
    }
    return unused;
}

static void change_entry(void)
{
    int table = pick_live(true);
    int key = pick_live(false);
    int value = pick_live(false);
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

static void change_reference(void)
{
    reference *r = &references[pick(REFERENCES)];
    if (r->weak) {
        assert_int_equal(hf_weak_destroy(r->weak), HF_OK);
        r->weak = NULL;
        return;
    }
    int number = pick_live(false);
    if (number == NONE) {
        return;
    }
    HF_FRAME(m.thread);
    hf_ref object = hf_local(m.thread);
    load_node(number, object);
    *r = (reference){ NULL, number, pick(2) ? HF_WEAK_SHORT : HF_WEAK_LONG, pick(3) };
    assert_int_equal(hf_weak_create_inside(m.thread, object, r->offset, r->kind, &r->weak), HF_OK);
}

static void ask_identity(void)
{
    int number = pick_live(false);
    if (number == NONE) {
        return;
    }
    HF_FRAME(m.thread);
    hf_ref object = hf_local(m.thread);
    uint64_t identity;
    load_node(number, object);
    assert_int_equal(hf_identity(m.thread, object, &identity), HF_OK);
    if (nodes[number].identity == 0) {
        assert_true(identity > last_identity);
        last_identity = nodes[number].identity = identity;
    }
    assert_int_equal(identity, nodes[number].identity);
}

/* ---- comparing ---- */

static void compare_references(void)
{
    HF_FRAME(m.thread);
    hf_ref object = hf_local(m.thread);
    hf_ref found = hf_local(m.thread);
    for (int i = 0; i < REFERENCES; i++) {
        const reference *r = &references[i];
        if (!r->weak) {
            continue;
        }
        assert_int_equal(hf_weak_load(m.thread, r->weak, found), HF_OK);
        assert_int_equal(hf_is_null(found), r->node == NONE);
        if (r->node != NONE) {
            load_node(r->node, object);
            assert_true(hf_same(found, object));
        }
        for (int j = 0; j < i; j++) {
            const reference *other = &references[j];
            if (other->weak && r->node != NONE) {
                assert_int_equal(hf_weak_equal(r->weak, other->weak),
                                 r->node == other->node && r->kind == other->kind &&
                                     r->offset == other->offset);
            }
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
    for (int i = 0; i < ENTRIES_MAX; i++) {
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
        if (nodes[i].is_live && nodes[i].is_table) {
            size_t count;
            load_node(i, table);
            assert_int_equal(hf_ephemeron_count(m.thread, table, &count), HF_OK);
            assert_int_equal(count, counted[i]);
        }
    }
}

/* The dead are forgotten by the model too: their numbers are free. */
static void compare_nodes(void)
{
    HF_FRAME(m.thread);
    hf_ref object = hf_local(m.thread);
    for (int i = 0; i < NODES; i++) {
        node *n = &nodes[i];
        if (!n->is_used) {
            continue;
        }
        assert_int_equal(hf_weak_load(m.thread, n->witness, object), HF_OK);
        assert_int_equal(!hf_is_null(object), n->is_live);
        survivals += n->is_live && !n->is_rooted;
        if (!n->is_live) {
            deaths++;
            assert_int_equal(hf_weak_destroy(n->witness), HF_OK);
            memset(n, 0, sizeof *n);
        }
    }
}

static void collect_and_compare(void)
{
    mark_nodes();
    sweep_nodes();
    assert_int_equal(hf_collect(m.thread), HF_OK);
    compare_nodes();
    compare_references();
    compare_entries();
}

static void step(void)
{
    switch (pick(12)) {
    case 0:
    case 1:
    case 2:
        make_node();
        break;
    case 3:
        drop_root();
        break;
    case 4:
    case 5:
        link_nodes();
        break;
    case 6:
        ask_identity();
        break;
    case 7:
    case 8:
        change_reference();
        break;
    default:
        change_entry();
        break;
    }
}

static void walk(unsigned number)
{
    seed = 1000 + number;
    last_identity = deaths = survivals = 0;
    memset(nodes, 0, sizeof nodes);
    memset(references, 0, sizeof references);
    for (int i = 0; i < ENTRIES_MAX; i++) {
        entries[i].table = NONE;
    }
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        roots = hf_local(m.thread);
        assert_int_equal(hf_array_create(m.thread, NODES, roots), HF_OK);
        for (unsigned i = 0; i < 3000; i++) {
            /* Under stress each step may collect, so each is compared. */
            step();
            if (managed_is_stress() || pick(10) == 0) {
                collect_and_compare();
            } else {
                mark_nodes();
            }
        }
        assert_int_equal(hf_heap_check(m.thread), HF_OK);
        for (int i = 0; i < REFERENCES; i++) {
            assert_int_equal(hf_weak_destroy(references[i].weak), HF_OK);
        }
        for (int i = 0; i < NODES; i++) {
            assert_int_equal(hf_weak_destroy(nodes[i].witness), HF_OK);
        }
    }
    assert_int_equal(hf_collect(m.thread), HF_OK);
    assert_int_equal(hf_collect(m.thread), HF_OK);
    assert_int_equal(hfi_weaks_figures_get(hfi_parts_of(m.runtime)->weaks).known, 0);
    managed_end(&m);
    assert_true(deaths > 0 && survivals > 0);
}

static void weak_does_what_the_model_does(void **state)
{
    (void)state;
    unsigned walks = managed_rounds(20, 2);
    for (unsigned i = 0; i < walks; i++) {
        walk(i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weak_does_what_the_model_does),
    };
    return cmocka_run_group_tests_name("weak_model", tests, NULL, NULL);
}
