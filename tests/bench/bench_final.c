/* SPDX-License-Identifier: MIT */

/*
 * What the end of objects costs: creating and finalizing, and how much longer a
 * collection takes because objects are armed that live on.
 *
 * Create and finalize is measured as a program meets it: objects are made, armed
 * and dropped as fast as they can be, collections come when the heap wants them,
 * and the clock stops when the last finalizer has run.
 */

#include "bench.h"
#include "world.h"

#include "platform/platform.h"

#include <stdatomic.h>
#include <stddef.h>

#define TIMES       9
#define PAUSE_TIMES 25
#define OBJECTS     1000000u
#define ARMED       300000u
#define LIVE        (1u << 20)

static void count_run(hf_thread *runner, hf_ref object, void *user)
{
    (void)runner;
    (void)object;
    ++*(uint64_t *)user; /* only the runner */
}

/* ---- live objects ---- */

static const hf_field node_fields[] = {
    { "next", HF_FIELD_REF, 0, sizeof(hf_slot) },
    { "value", HF_FIELD_WORD, 8, sizeof(uint64_t) },
};

static const hf_type_descriptor node_descriptor = {
    sizeof(hf_type_descriptor), "node", 16, node_fields, 2,
};

/** `count` records in an array, and each armed or not. */
static void make_live(bench_world *world, uint32_t count, bool armed, hf_ref out)
{
    static uint64_t never;
    hf_thread *thread = world->thread;
    hf_type *type;
    HF_FRAME(thread);
    hf_ref node = hf_local(thread);
    bool works = hf_type_register(world->runtime, &node_descriptor, &type) == HF_OK &&
                 hf_array_create(thread, count, out) == HF_OK;
    for (uint32_t i = 0; works && i < count; i++) {
        works = hf_record_create(thread, type, node) == HF_OK &&
                hf_store_at(thread, out, i, node) == HF_OK &&
                (!armed || hf_finalizer_set(thread, node, count_run, &never) == HF_OK);
    }
    bench_require(works, "live objects can be made");
}

/* ---- create and finalize ---- */

static uint64_t create_and_finalize(hf_thread *thread, hf_ref slot, uint32_t objects)
{
    static uint64_t runs;
    runs = 0;
    bool works = true;
    uint64_t start = hfp_clock_ns();
    for (uint32_t i = 0; i < objects; i++) {
        works &= hf_bytes_create(thread, 16, slot) == HF_OK &&
                 hf_finalizer_set(thread, slot, count_run, &runs) == HF_OK;
    }
    hf_clear(slot);
    works = works && hf_collect(thread) == HF_OK && hf_runner_drain(thread, UINT64_MAX) == HF_OK;
    uint64_t end = hfp_clock_ns();
    bench_require(works && runs == objects, "each object is finalized");
    return end - start;
}

static void measure_finalize(bench *b, const char *name, uint32_t live)
{
    uint64_t times_ns[TIMES];
    unsigned count = b->smoke ? 1 : TIMES;
    uint32_t objects = b->smoke ? 1000 : OBJECTS;
    bench_world world;
    if (!bench_wants(b, name, NULL)) {
        return;
    }
    (void)bench_world_begin(&world, HF_FENCE_AUTO);
    hf_ref tree = hf_local(world.thread);
    hf_ref slot = hf_local(world.thread);
    if (live) {
        make_live(&world, b->smoke ? 100 : live, false, tree);
    }
    for (unsigned i = 0; i < count; i++) {
        times_ns[i] = create_and_finalize(world.thread, slot, objects) * 1000000u / objects;
    }
    bench_show_times(b, name, times_ns, count);
    bench_world_end(&world);
}

double bench_finalize_ns(uint32_t objects, bool beside_live)
{
    bench_world world;
    (void)bench_world_begin(&world, HF_FENCE_AUTO);
    hf_ref tree = hf_local(world.thread);
    hf_ref slot = hf_local(world.thread);
    if (beside_live) {
        make_live(&world, LIVE, false, tree);
    }
    double ns = (double)create_and_finalize(world.thread, slot, objects) / objects;
    bench_world_end(&world);
    return ns;
}

/* ---- armed and live ---- */

static uint64_t stopped_ns(hf_runtime *runtime)
{
    hf_heap_statistics statistics = HF_HEAP_STATISTICS_INIT;
    bench_require(hf_heap_statistics_get(runtime, &statistics) == HF_OK, "the heap has figures");
    return statistics.stop_ns_total;
}

static uint64_t pause_ns(bench_world *world)
{
    uint64_t before = stopped_ns(world->runtime);
    bench_require(hf_collect(world->thread) == HF_OK, "the heap can be collected");
    return stopped_ns(world->runtime) - before;
}

static void disarm_all(bench_world *world, hf_ref objects, uint32_t count)
{
    HF_FRAME(world->thread);
    hf_ref node = hf_local(world->thread);
    bool works = true;
    for (uint32_t i = 0; i < count; i++) {
        works &= hf_load_at(objects, i, node) == HF_OK &&
                 hf_finalizer_clear(world->thread, node) == HF_OK;
    }
    bench_require(works, "finalizers can be cleared");
}

/** The two take turns, so that what else the machine does meets both. */
static void measure_armed(bench *b)
{
    static const char with[] = "pause, 300 000 live, armed";
    static const char without[] = "pause, 300 000 live, not armed";
    uint64_t with_ns[PAUSE_TIMES];
    uint64_t without_ns[PAUSE_TIMES];
    unsigned times = b->smoke ? 1 : PAUSE_TIMES;
    uint32_t count = b->smoke ? 100 : ARMED;
    bench_world armed;
    bench_world plain;
    if (!bench_wants(b, with, NULL) && !bench_wants(b, without, NULL)) {
        return;
    }
    (void)bench_world_begin(&armed, HF_FENCE_AUTO);
    (void)bench_world_begin(&plain, HF_FENCE_AUTO);
    hf_ref armed_objects = hf_local(armed.thread);
    hf_ref plain_objects = hf_local(plain.thread);
    make_live(&armed, count, true, armed_objects);
    make_live(&plain, count, false, plain_objects);
    for (unsigned i = 0; i < times; i++) {
        with_ns[i] = pause_ns(&armed);
        without_ns[i] = pause_ns(&plain);
    }
    bench_show_times(b, with, with_ns, times);
    bench_show_times(b, without, without_ns, times);
    disarm_all(&armed, armed_objects, count);
    bench_world_end(&plain);
    bench_world_end(&armed);
}

/* ---- queued behind a run that blocks ---- */

static _Atomic(bool) is_blocked;
static _Atomic(bool) is_lifted;

static void block(hf_thread *runner, hf_ref object, void *user)
{
    (void)object;
    (void)user;
    bench_require(hf_native_begin(runner) == HF_OK, "a run can go native");
    atomic_store(&is_blocked, true);
    while (!atomic_load(&is_lifted)) {
        hfp_sleep_ns(1000000);
    }
    (void)hf_native_end(runner, NULL);
}

static void queue_behind_a_block(bench_world *world, uint32_t count, uint64_t *runs)
{
    hf_thread *thread = world->thread;
    HF_FRAME(thread);
    hf_ref object = hf_local(thread);
    bool works = hf_bytes_create(thread, 16, object) == HF_OK &&
                 hf_finalizer_set(thread, object, block, NULL) == HF_OK;
    hf_clear(object);
    works = works && hf_collect(thread) == HF_OK && hf_native_begin(thread) == HF_OK;
    while (works && !atomic_load(&is_blocked)) {
        hfp_sleep_ns(1000000);
    }
    works = works && hf_native_end(thread, NULL) == HF_OK;
    for (uint32_t i = 0; works && i < count; i++) {
        works = hf_bytes_create(thread, 16, object) == HF_OK &&
                hf_finalizer_set(thread, object, count_run, runs) == HF_OK;
    }
    hf_clear(object);
    works = works && hf_collect(thread) == HF_OK;
    bench_require(works && *runs == 0, "a queue can grow behind a run");
}

static void make_buffers(bench_world *world, uint32_t count, hf_ref out)
{
    HF_FRAME(world->thread);
    hf_ref buffer = hf_local(world->thread);
    bool works = hf_array_create(world->thread, count, out) == HF_OK;
    for (uint32_t i = 0; works && i < count; i++) {
        works = hf_bytes_create(world->thread, 16, buffer) == HF_OK &&
                hf_store_at(world->thread, out, i, buffer) == HF_OK;
    }
    bench_require(works, "buffers can be made");
}

/** What waits is alive, so it is compared with as many objects that an array keeps. */
static void measure_queued(bench *b)
{
    static const char queued[] = "pause, a million queued behind a blocked run";
    static const char kept[] = "pause, a million in an array";
    static uint64_t runs;
    uint64_t queued_ns[PAUSE_TIMES];
    uint64_t kept_ns[PAUSE_TIMES];
    unsigned times = b->smoke ? 1 : PAUSE_TIMES;
    uint32_t count = b->smoke ? 10000 : OBJECTS;
    bench_world waiting;
    bench_world plain;
    if (!bench_wants(b, queued, NULL) && !bench_wants(b, kept, NULL)) {
        return;
    }
    (void)bench_world_begin(&waiting, HF_FENCE_AUTO);
    (void)bench_world_begin(&plain, HF_FENCE_AUTO);
    hf_ref buffers = hf_local(plain.thread);
    make_buffers(&plain, count, buffers);
    queue_behind_a_block(&waiting, count, &runs);
    for (unsigned i = 0; i < times; i++) {
        queued_ns[i] = pause_ns(&waiting);
        kept_ns[i] = pause_ns(&plain);
    }
    bench_show_times(b, queued, queued_ns, times);
    bench_show_times(b, kept, kept_ns, times);
    bench_require(runs == 0, "the queue waited all the time");
    atomic_store(&is_lifted, true);
    bench_require(hf_runner_drain(waiting.thread, UINT64_MAX) == HF_OK && runs == count,
                  "the queue is run behind the block");
    bench_world_end(&plain);
    bench_world_end(&waiting);
}

void bench_finalizers(bench *b)
{
    measure_finalize(b, "create + finalize a million", 0);
    measure_finalize(b, "create + finalize, 2^20 nodes live", LIVE);
    measure_armed(b);
    measure_queued(b);
}
