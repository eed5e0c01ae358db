/* SPDX-License-Identifier: MIT */
/* hf-test: timeout=300 */

/*
 * Random graphs of records and arrays beside a model of them: a path that is given is a real one,
 * edge by edge, and no shorter one exists; where the model finds none, none is given.  The same for
 * cycles.  Fences, large arrays and collections are in between.
 */

#include "managed.h"

#include "heap/path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NODES 60u
#define LINKS 4u
#define ROOTS 4u
#define NONE  UINT32_MAX
/* Elements of an array node; some are large objects. */
#define LARGE 3000u

typedef struct node {
    uint64_t first_word;
    hf_slot link[LINKS];
} node;

#define LINK_FIELD(name, number)                                                                   \
    {                                                                                              \
        name, HF_FIELD_REF, (uint32_t)(offsetof(node, link) + (number) * sizeof(hf_slot)),         \
            sizeof(hf_slot)                                                                        \
    }
static const hf_field node_fields[] = { LINK_FIELD("0", 0), LINK_FIELD("1", 1), LINK_FIELD("2", 2),
                                        LINK_FIELD("3", 3) };
static const hf_type_descriptor node_descriptor = { sizeof(hf_type_descriptor), "node",
                                                    sizeof(node), node_fields, LINKS };

typedef struct graph {
    managed m;
    hf_type *type;
    uint64_t seed;
    hf_ref all; /* an array in a frame, which is not asked */
    uint32_t link[NODES][LINKS];
    bool is_array[NODES];
    uint32_t root[ROOTS];
    hf_global *global[ROOTS];
    uint32_t distance[NODES]; /* in objects, from a root; NONE: not reached */
} graph;

static char names[ROOTS][8];

/* ---- the graph ---- */

static void make_node(graph *g, uint32_t number)
{
    hf_thread *thread = g->m.thread;
    HF_FRAME(thread);
    hf_ref ref = hf_local(thread);
    g->is_array[number] = managed_random(&g->seed) % 3 == 0;
    size_t length = managed_random(&g->seed) % 4 == 0 ? LARGE : LINKS;
    assert_int_equal(g->is_array[number] ? hf_array_create(thread, length, ref)
                                         : hf_record_create(thread, g->type, ref),
                     HF_OK);
    assert_int_equal(hf_store_at(thread, g->all, number, ref), HF_OK);
    for (uint32_t i = 0; i < LINKS; i++) {
        g->link[number][i] = NONE;
    }
}

static void set_link(graph *g, uint32_t from, uint32_t number, uint32_t to)
{
    hf_thread *thread = g->m.thread;
    HF_FRAME(thread);
    hf_ref a = hf_local(thread), b = hf_local(thread);
    assert_int_equal(hf_load_at(g->all, from, a), HF_OK);
    if (to != NONE) {
        assert_int_equal(hf_load_at(g->all, to, b), HF_OK);
    }
    assert_int_equal(g->is_array[from] ? hf_store_at(thread, a, number, b)
                                       : hf_store(thread, a, number, b),
                     HF_OK);
    g->link[from][number] = to;
}

static void set_root(graph *g, uint32_t number, uint32_t to)
{
    HF_FRAME(g->m.thread);
    hf_ref ref = hf_local(g->m.thread);
    if (to != NONE) {
        assert_int_equal(hf_load_at(g->all, to, ref), HF_OK);
    }
    assert_int_equal(hf_global_store(g->m.thread, g->global[number], ref), HF_OK);
    g->root[number] = to;
}

static void scatter(graph *g)
{
    uint32_t density = 1 + managed_random(&g->seed) % LINKS;
    for (uint32_t i = 0; i < NODES; i++) {
        make_node(g, i);
    }
    for (uint32_t i = 0; i < NODES; i++) {
        for (uint32_t k = 0; k < LINKS; k++) {
            uint32_t to = managed_random(&g->seed) % NODES;
            set_link(g, i, k, managed_random(&g->seed) % 6 < density ? to : NONE);
        }
    }
    for (uint32_t i = 0; i < ROOTS; i++) {
        set_root(g, i, managed_random(&g->seed) % 3 ? managed_random(&g->seed) % NODES : NONE);
    }
}

/* ---- the model's answer ---- */

static uint32_t enter(uint32_t *queue, uint32_t count, uint32_t *distance, uint32_t to,
                      uint32_t far)
{
    if (to != NONE && distance[to] == NONE) {
        distance[to] = far;
        queue[count++] = to;
    }
    return count;
}

/* Distances from the roots, or (from != NONE) from the links of an object. */
static void measure(graph *g, uint32_t from)
{
    uint32_t queue[NODES], count = 0;
    memset(g->distance, 0xff, sizeof g->distance);
    for (uint32_t i = 0; i < ROOTS && from == NONE; i++) {
        count = enter(queue, count, g->distance, g->root[i], 1);
    }
    for (uint32_t k = 0; k < LINKS && from != NONE; k++) {
        count = enter(queue, count, g->distance, g->link[from][k], 2);
    }
    for (uint32_t next = 0; next < count; next++) {
        uint32_t at = queue[next];
        for (uint32_t k = 0; k < LINKS; k++) {
            count = enter(queue, count, g->distance, g->link[at][k], g->distance[at] + 1);
        }
    }
}

/* ---- comparing ---- */

typedef struct follower {
    graph *g;
    uint32_t at; /* where the way leads next */
    uint32_t objects;
    uint32_t length; /* that the model expects */
    bool is_right;
} follower;

static bool follow(const hf_path_step *step, void *user)
{
    follower *f = user;
    if (step->number == 0) {
        uint32_t root = (uint32_t)(step->text[strlen(step->text) - 1] - '0');
        f->is_right = root < ROOTS && strncmp(step->text, "global ", 7) == 0;
        f->at = f->is_right ? f->g->root[root] : NONE;
        return f->is_right;
    }
    bool is_array = strcmp(step->type, "array") == 0;
    f->is_right = f->at != NONE && is_array == f->g->is_array[f->at];
    if (!f->is_right) {
        return false;
    }
    f->objects++;
    if (f->objects < f->length) {
        uint64_t link =
            is_array ? step->at : (step->field ? (uint64_t)(step->field[0] - '0') : LINKS);
        f->is_right = link < LINKS;
        f->at = f->is_right ? f->g->link[f->at][link] : NONE;
    }
    return f->is_right;
}

static void assert_answer(graph *g, uint32_t to)
{
    HF_FRAME(g->m.thread);
    hf_ref ref = hf_local(g->m.thread);
    assert_int_equal(hf_load_at(g->all, to, ref), HF_OK);
    follower f = { .g = g, .at = NONE, .length = g->distance[to], .is_right = true };
    hf_status status = hf_why_alive_each(g->m.thread, ref, HF_WHY_SKIP_FRAMES, follow, &f);
    if (g->distance[to] == NONE) {
        assert_int_equal(status, HF_E_NOT_FOUND);
        return;
    }
    assert_int_equal(status, HF_OK);
    assert_true(f.is_right);
    assert_int_equal(f.at, to);
    assert_int_equal(f.objects, g->distance[to]);
}

static void assert_cycle(graph *g, uint32_t number)
{
    HF_FRAME(g->m.thread);
    hf_ref ref = hf_local(g->m.thread);
    assert_int_equal(hf_load_at(g->all, number, ref), HF_OK);
    hfi_path_query query = { .from_slot = ref, .to_slot = ref };
    hfi_path path;
    assert_int_equal(hfi_path_find(g->m.thread, &query, &path), HF_OK);
    assert_int_equal(path.is_found, g->distance[number] != NONE);
    if (path.is_found) {
        assert_int_equal(path.count, g->distance[number]);
    }
    hfi_path_finish(&path);
}

static void compare_all(graph *g)
{
    for (uint32_t i = 0; i < NODES; i++) {
        measure(g, NONE);
        assert_answer(g, i);
        measure(g, i);
        assert_cycle(g, i);
    }
}

static void walk(uint64_t seed, unsigned graphs)
{
    graph *g = calloc(1, sizeof *g);
    assert_non_null(g);
    g->seed = seed;
    managed_begin(&g->m, NULL);
    assert_int_equal(hf_type_register(g->m.runtime, &node_descriptor, &g->type), HF_OK);
    for (uint32_t i = 0; i < ROOTS; i++) {
        snprintf(names[i], sizeof names[i], "g%u", (unsigned)i);
        assert_int_equal(hf_global_create(g->m.thread, NULL, &g->global[i]), HF_OK);
        hf_global_set_name(g->global[i], names[i]);
    }
    {
        HF_FRAME(g->m.thread);
        g->all = hf_local(g->m.thread);
        assert_int_equal(hf_array_create(g->m.thread, NODES, g->all), HF_OK);
        for (unsigned i = 0; i < graphs; i++) {
            scatter(g);
            compare_all(g);
            assert_int_equal(hf_collect(g->m.thread), HF_OK);
            compare_all(g);
        }
    }
    for (uint32_t i = 0; i < ROOTS; i++) {
        hf_global_destroy(g->m.thread, g->global[i]);
    }
    managed_end(&g->m);
    free(g);
}

static void path_is_a_real_one_and_a_shortest_one_in_any_graph(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        walk(seed, managed_rounds(20, 2));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(path_is_a_real_one_and_a_shortest_one_in_any_graph),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
