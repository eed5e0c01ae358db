/* SPDX-License-Identifier: MIT */
/* hf-test: timeout=300 */

/*
 * A seeded walk over graphs of records, arrays and buffers, next to a model of them in malloc's
 * memory: objects are made, linked, cut, written, pinned, shortened lists collected, and after each
 * collection the whole graph is compared with the model.
 */

#include "managed.h"

#include "heap/heap.h"

#include <stdlib.h>
#include <string.h>

#define ROOTS     40
#define LINKS     3
#define PINS      6
#define BYTES_MAX 30000

/* ---- the model ---- */

typedef enum kind { NODE, ARRAY, BYTES } kind;

typedef struct model {
    struct model *all; /* every model object, for freeing */
    kind kind;
    uint32_t number;      /* NODE */
    size_t length;        /* ARRAY: elements, BYTES: bytes */
    unsigned char fill;   /* BYTES: each byte */
    struct model **links; /* NODE: LINKS, ARRAY: length */
    uint32_t seen;        /* walk in which this was compared last */
} model;

typedef struct node {
    hf_slot links[LINKS];
    uint32_t number;
} node;

static const hf_field node_fields[] = {
    { "first", HF_FIELD_REF, 0, sizeof(hf_slot) },
    { "number", HF_FIELD_WORD, offsetof(node, number), sizeof(uint32_t) },
    { "second", HF_FIELD_REF, sizeof(hf_slot), sizeof(hf_slot) },
    { "third", HF_FIELD_REF, 2 * sizeof(hf_slot), sizeof(hf_slot) },
};
static const uint32_t link_field[LINKS] = { 0, 2, 3 };
#define NUMBER_FIELD 1u

static const hf_type_descriptor node_descriptor = { sizeof(hf_type_descriptor), "node",
                                                    sizeof(node), node_fields, 4 };

typedef struct world {
    managed m;
    hf_type *node_type;
    uint64_t seed;
    hf_ref roots[ROOTS];
    model *root_models[ROOTS];
    model *all;
    hf_pin *pins[PINS];
    model *pin_models[PINS];
    uintptr_t pin_where[PINS];
    uint32_t walk;
} world;

static uint32_t pick(world *w, uint32_t below)
{
    return managed_random(&w->seed) % below;
}

static model *new_model(world *w, kind k, size_t length)
{
    model *it = calloc(1, sizeof *it);
    size_t links = k == NODE ? LINKS : k == ARRAY ? length : 0;
    assert_non_null(it);
    it->links = links ? calloc(links, sizeof(model *)) : NULL;
    it->kind = k;
    it->length = length;
    it->all = w->all;
    w->all = it;
    return it;
}

/* ---- the steps ---- */

static size_t pick_size(world *w)
{
    switch (pick(w, 20)) {
    case 0:
        return pick(w, BYTES_MAX);
    case 1:
    case 2:
        return pick(w, 9000);
    default:
        return pick(w, 200);
    }
}

static void fill_bytes(world *w, hf_ref ref, model *it)
{
    static unsigned char piece[BYTES_MAX];
    it->fill = (unsigned char)pick(w, 256);
    memset(piece, it->fill, it->length);
    assert_int_equal(hf_bytes_write(ref, 0, piece, it->length), HF_OK);
}

static void make_object(world *w, uint32_t root)
{
    hf_thread *thread = w->m.thread;
    hf_ref ref = w->roots[root];
    model *it;
    switch (pick(w, 3)) {
    case 0:
        it = new_model(w, NODE, 0);
        it->number = managed_random(&w->seed);
        assert_int_equal(hf_record_create(thread, w->node_type, ref), HF_OK);
        assert_int_equal(hf_set(ref, NUMBER_FIELD, &it->number, sizeof it->number), HF_OK);
        break;
    case 1:
        it = new_model(w, ARRAY, pick(w, 15) == 0 ? pick(w, 3000) : pick(w, 20));
        assert_int_equal(hf_array_create(thread, it->length, ref), HF_OK);
        break;
    default:
        it = new_model(w, BYTES, pick_size(w));
        hf_bytes_options options = HF_BYTES_OPTIONS_INIT;
        options.flags = pick(w, 30) == 0 ? HF_BYTES_IMMOVABLE : 0;
        options.alignment = pick(w, 30) == 0 ? 256 : 0;
        assert_int_equal(hf_bytes_create_with(thread, it->length, &options, ref), HF_OK);
        fill_bytes(w, ref, it);
    }
    w->root_models[root] = it;
}

static void link_objects(world *w, uint32_t from, uint32_t to)
{
    hf_thread *thread = w->m.thread;
    model *it = w->root_models[from];
    const hf_slot *value = pick(w, 8) ? w->roots[to] : NULL;
    model *target = value ? w->root_models[to] : NULL;
    if (it && it->kind == NODE) {
        uint32_t at = pick(w, LINKS);
        assert_int_equal(hf_store(thread, w->roots[from], link_field[at], value), HF_OK);
        it->links[at] = target;
    } else if (it && it->kind == ARRAY && it->length) {
        size_t at = pick(w, (uint32_t)it->length);
        assert_int_equal(hf_store_at(thread, w->roots[from], at, value), HF_OK);
        it->links[at] = target;
    }
}

/* A root becomes what one of its links refers to. */
static void follow_link(world *w, uint32_t root)
{
    model *it = w->root_models[root];
    if (it && it->kind == NODE) {
        uint32_t at = pick(w, LINKS);
        assert_int_equal(hf_load(w->roots[root], link_field[at], w->roots[root]), HF_OK);
        w->root_models[root] = it->links[at];
    } else if (it && it->kind == ARRAY && it->length) {
        size_t at = pick(w, (uint32_t)it->length);
        assert_int_equal(hf_load_at(w->roots[root], at, w->roots[root]), HF_OK);
        w->root_models[root] = it->links[at];
    }
}

static void change_bytes(world *w, uint32_t root)
{
    model *it = w->root_models[root];
    if (it && it->kind == BYTES) {
        if (pick(w, 3) == 0) {
            it->length = it->length / 2;
            hfi_bytes_shorten(managed_address(w->roots[root]), it->length);
        }
        fill_bytes(w, w->roots[root], it);
    }
}

static void change_pin(world *w, uint32_t at, uint32_t root)
{
    if (w->pins[at]) {
        hf_pin_destroy(w->pins[at]);
        w->pins[at] = NULL;
        w->pin_models[at] = NULL;
    } else if (w->root_models[root] && w->root_models[root]->kind == BYTES) {
        assert_int_equal(hf_pin_create(w->m.thread, w->roots[root], &w->pins[at]), HF_OK);
        w->pin_models[at] = w->root_models[root];
        w->pin_where[at] = (uintptr_t)hf_pin_span(w->pins[at]).data;
    }
}

static void step(world *w)
{
    uint32_t root = pick(w, ROOTS), other = pick(w, ROOTS);
    switch (pick(w, 12)) {
    case 0:
    case 1:
    case 2:
        make_object(w, root);
        break;
    case 3:
        hf_clear(w->roots[root]);
        w->root_models[root] = NULL;
        break;
    case 4:
        hf_copy(w->roots[root], w->roots[other]);
        w->root_models[root] = w->root_models[other];
        break;
    case 5:
        follow_link(w, root);
        break;
    case 6:
        change_bytes(w, root);
        break;
    case 7:
        change_pin(w, pick(w, PINS), root);
        break;
    default:
        link_objects(w, root, other);
    }
}

/* ---- comparing ---- */

static void compare_bytes(const hf_slot *ref, const model *it)
{
    static unsigned char piece[BYTES_MAX];
    assert_int_equal(hf_bytes_size(ref), it->length);
    assert_int_equal(hf_bytes_read(ref, 0, piece, it->length), HF_OK);
    for (size_t i = 0; i < it->length; i++) {
        if (piece[i] != it->fill) {
            fail_msg("byte %u of %u is %u, not %u", (unsigned)i, (unsigned)it->length, piece[i],
                     it->fill);
        }
    }
}

/* One object; its links go on the stack of what is still to be compared. */
static void compare_one(world *w, hf_ref stack, model **models, size_t *depth, hf_ref ref)
{
    hf_thread *thread = w->m.thread;
    model *it = models[*depth];
    assert_int_equal(hf_load_at(stack, *depth, ref), HF_OK);
    assert_int_equal(hf_is_null(ref), it == NULL);
    if (!it || it->seen == w->walk) {
        return;
    }
    it->seen = w->walk;
    if (it->kind == BYTES) {
        compare_bytes(ref, it);
        return;
    }
    uint32_t number = 0;
    if (it->kind == NODE) {
        assert_int_equal(hf_get(ref, NUMBER_FIELD, &number, sizeof number), HF_OK);
        assert_int_equal(number, it->number);
    } else {
        assert_int_equal(hf_array_length(ref), it->length);
    }
    HF_FRAME(thread);
    hf_ref link = hf_local(thread);
    size_t count = it->kind == NODE ? LINKS : it->length;
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(
            it->kind == NODE ? hf_load(ref, link_field[i], link) : hf_load_at(ref, i, link), HF_OK);
        assert_int_equal(hf_is_null(link), it->links[i] == NULL);
        if (it->links[i] && it->links[i]->seen != w->walk) {
            assert_int_equal(hf_store_at(thread, stack, *depth, link), HF_OK);
            models[(*depth)++] = it->links[i];
        }
    }
}

#define STACK_MAX 200000

static void compare_all(world *w)
{
    static model *models[STACK_MAX];
    HF_FRAME(w->m.thread);
    hf_ref stack = hf_local(w->m.thread), ref = hf_local(w->m.thread);
    assert_int_equal(hf_array_create(w->m.thread, STACK_MAX, stack), HF_OK);
    w->walk++;
    for (uint32_t i = 0; i < ROOTS; i++) {
        size_t depth = 1;
        models[0] = w->root_models[i];
        assert_int_equal(hf_store_at(w->m.thread, stack, 0, w->roots[i]), HF_OK);
        while (depth-- > 0) {
            compare_one(w, stack, models, &depth, ref);
            assert_true(depth < STACK_MAX - 4000);
        }
    }
    for (uint32_t i = 0; i < PINS; i++) {
        if (w->pins[i]) {
            assert_int_equal((uintptr_t)hf_pin_span(w->pins[i]).data, w->pin_where[i]);
            assert_int_equal(hf_pin_ref(w->pins[i], ref), HF_OK);
            compare_bytes(ref, w->pin_models[i]);
        }
    }
    assert_int_equal(hf_heap_check(w->m.thread), HF_OK);
}

/* ---- a walk ---- */

static void free_models(world *w)
{
    while (w->all) {
        model *it = w->all;
        w->all = it->all;
        free(it->links);
        free(it);
    }
}

static void walk(uint64_t seed, unsigned steps, unsigned compare_every)
{
    static world w;
    memset(&w, 0, sizeof w);
    w.seed = seed;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.nursery_bytes = 1 << 20;
    managed_begin(&w.m, &options);
    assert_int_equal(hf_type_register(w.m.runtime, &node_descriptor, &w.node_type), HF_OK);
    {
        HF_FRAME(w.m.thread);
        for (uint32_t i = 0; i < ROOTS; i++) {
            w.roots[i] = hf_local(w.m.thread);
        }
        for (unsigned i = 1; i <= steps; i++) {
            step(&w);
            if (i % compare_every == 0) {
                assert_int_equal(hf_collect(w.m.thread), HF_OK);
                compare_all(&w);
            }
        }
        for (uint32_t i = 0; i < PINS; i++) {
            hf_pin_destroy(w.pins[i]);
        }
    }
    free_models(&w);
    managed_end(&w.m);
}

static void heap_agrees_with_its_model_over_long_walks(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        walk(seed, managed_rounds(30000, 3000), managed_rounds(1000, 200));
    }
}

static void heap_agrees_with_its_model_when_it_is_compared_often(void **state)
{
    (void)state;
    walk(99, managed_rounds(3000, 500), 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heap_agrees_with_its_model_over_long_walks),
        cmocka_unit_test(heap_agrees_with_its_model_when_it_is_compared_often),
    };
    return cmocka_run_group_tests_name("model_heap", tests, NULL, NULL);
}
