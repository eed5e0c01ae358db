/* SPDX-License-Identifier: MIT */

/*
 * How long the world stands still: whole collections beside a live tree.
 *
 * A tree of small records is the shape that costs most a byte: every node is
 * traced, and every node moves.
 */

#include "bench.h"
#include "world.h"

#include <stddef.h>

#define LEVELS_MAX 20
#define TIMES      25

struct node {
    hf_slot left;
    hf_slot right;
    uint64_t value;
};

static const hf_field node_fields[] = {
    { "left", HF_FIELD_REF, offsetof(struct node, left), sizeof(hf_slot) },
    { "right", HF_FIELD_REF, offsetof(struct node, right), sizeof(hf_slot) },
    { "value", HF_FIELD_WORD, offsetof(struct node, value), sizeof(uint64_t) },
};

static const hf_type_descriptor node_descriptor = {
    sizeof(hf_type_descriptor), "node", sizeof(struct node), node_fields, 3,
};

/* A parent of two trees, or without them a leaf. */
static void make_node(hf_thread *thread, const hf_type *type, hf_ref left, hf_ref right, hf_ref out)
{
    bool works = hf_record_create(thread, type, out) == HF_OK;
    works = works && hf_store(thread, out, 0, left) == HF_OK;
    works = works && hf_store(thread, out, 1, right) == HF_OK;
    bench_require(works, "a node can be made");
}

/*
 * A full tree of 2^levels - 1 nodes, without recursion: `part[k]` holds a finished
 * tree of k + 1 levels that waits for its right neighbour, as in a binary counter.
 * Not inlined, so that its frame is deeper in the stack than the world's.
 */
__attribute__((noinline)) static void make_tree(hf_thread *thread, const hf_type *type,
                                                unsigned levels, hf_ref out)
{
    HF_FRAME(thread);
    hf_ref part[LEVELS_MAX];
    hf_ref carry = hf_local(thread);
    hf_ref fresh = hf_local(thread);
    for (unsigned k = 0; k < levels; k++) {
        part[k] = hf_local(thread);
    }
    for (uint64_t leaf = 0; leaf < UINT64_C(1) << (levels - 1); leaf++) {
        make_node(thread, type, NULL, NULL, carry);
        unsigned k = 0;
        for (; !hf_is_null(part[k]); k++) {
            make_node(thread, type, part[k], carry, fresh);
            hf_copy(carry, fresh);
            hf_clear(part[k]);
        }
        hf_copy(part[k], carry);
    }
    hf_copy(out, part[levels - 1]);
}

/* A pause beside a tree that died would look very good. */
static void require_live(hf_runtime *runtime, uint64_t nodes)
{
    hf_heap_statistics statistics = HF_HEAP_STATISTICS_INIT;
    bench_require(hf_heap_statistics_get(runtime, &statistics) == HF_OK, "the heap has figures");
    bench_require(statistics.objects_live >= nodes, "the tree is live");
}

static uint64_t stopped_ns(hf_runtime *runtime)
{
    hf_heap_statistics statistics = HF_HEAP_STATISTICS_INIT;
    bench_require(hf_heap_statistics_get(runtime, &statistics) == HF_OK, "the heap has figures");
    return statistics.stop_ns_total;
}

static void measure(bench *b, const char *name, unsigned levels)
{
    uint64_t times_ns[TIMES];
    unsigned count = b->smoke ? 1 : TIMES;
    bench_world world;
    hf_type *type;
    if (!bench_wants(b, name, NULL)) {
        return;
    }
    (void)bench_world_begin(&world, HF_FENCE_AUTO);
    bench_require(hf_type_register(world.runtime, &node_descriptor, &type) == HF_OK,
                  "a type can be registered");
    hf_ref tree = hf_local(world.thread);
    levels = b->smoke && levels ? 5 : levels;
    if (levels) {
        make_tree(world.thread, type, levels, tree);
    }
    for (unsigned i = 0; i < count; i++) {
        uint64_t before = stopped_ns(world.runtime);
        bench_require(hf_collect(world.thread) == HF_OK, "the heap can be collected");
        times_ns[i] = stopped_ns(world.runtime) - before;
    }
    require_live(world.runtime, (UINT64_C(1) << levels) - 1);
    bench_show_times(b, name, times_ns, count);
    bench_world_end(&world);
}

void bench_pauses(bench *b)
{
    measure(b, "pause, nothing live", 0);
    measure(b, "pause, 2^16 nodes live", 16);
    measure(b, "pause, 2^20 nodes live", 20);
}
