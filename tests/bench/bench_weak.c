/* SPDX-License-Identifier: MIT */

/* What knows an object weakly: making, asking, and what a collection takes for it. */

#include "bench.h"
#include "world.h"

enum { KEYS = 300000, TIMES = 15 };

typedef struct weaks {
    bench_world world;
    hf_ref object, table, out;
    hf_weak *weak;
} weaks;

static void empty_loop(void *user, uint64_t turns)
{
    for (uint64_t i = 0; i < turns; i++) {
        bench_use(user);
    }
}

static void make_and_destroy(void *user, uint64_t turns)
{
    weaks *w = user;
    bool bad = false;
    for (uint64_t i = 0; i < turns; i++) {
        hf_weak *weak;
        bad |= hf_weak_create(w->world.thread, w->object, HF_WEAK_SHORT, &weak) != HF_OK;
        bench_use(weak);
        bad |= hf_weak_destroy(weak) != HF_OK;
    }
    bench_require(!bad, "a weak reference works");
}

static void load(void *user, uint64_t turns)
{
    weaks *w = user;
    bool bad = false;
    for (uint64_t i = 0; i < turns; i++) {
        bad |= hf_weak_load(w->world.thread, w->weak, w->out) != HF_OK;
    }
    bench_require(!bad && hf_same(w->out, w->object), "a weak reference gives its object");
}

static void look_up(void *user, uint64_t turns)
{
    weaks *w = user;
    bool bad = false;
    for (uint64_t i = 0; i < turns; i++) {
        bad |= hf_ephemeron_get(w->world.thread, w->table, w->object, w->out) != HF_OK;
    }
    bench_require(!bad && hf_same(w->out, w->table), "an entry is there");
}

static void ask_identity(void *user, uint64_t turns)
{
    weaks *w = user;
    bool bad = false;
    uint64_t identity = 0;
    for (uint64_t i = 0; i < turns; i++) {
        bad |= hf_identity(w->world.thread, w->object, &identity) != HF_OK;
        bench_use(&identity);
    }
    bench_require(!bad && identity != 0, "an object has an identity");
}

static uint64_t stopped_ns(hf_runtime *runtime)
{
    hf_heap_statistics statistics = HF_HEAP_STATISTICS_INIT;
    bench_require(hf_heap_statistics_get(runtime, &statistics) == HF_OK, "the heap has figures");
    return statistics.stop_ns_total;
}

static void show_pause(bench *b, const bench_world *world, const char *name)
{
    uint64_t times[TIMES];
    unsigned count = b->smoke ? 1 : TIMES;
    for (unsigned i = 0; i < count; i++) {
        uint64_t before = stopped_ns(world->runtime);
        bench_require(hf_collect(world->thread) == HF_OK, "a collection works");
        times[i] = stopped_ns(world->runtime) - before;
    }
    bench_show_times(b, name, times, count);
}

/* The same objects three times: known to nobody, to weak references, and as keys. */
__attribute__((noinline)) static void show_pauses(bench *b)
{
    bench_world world;
    (void)bench_world_begin(&world, HF_FENCE_AUTO);
    hf_thread *thread = world.thread;
    uint64_t count = b->smoke ? 100 : KEYS;
    hf_ref list = hf_local(thread);
    hf_ref table = hf_local(thread);
    hf_ref object = hf_local(thread);
    bool works = hf_array_create(thread, (size_t)count, list) == HF_OK &&
                 hf_ephemerons_create(thread, table) == HF_OK;
    for (uint64_t i = 0; works && i < count; i++) {
        works = hf_bytes_create(thread, 8, object) == HF_OK &&
                hf_store_at(thread, list, (size_t)i, object) == HF_OK;
    }
    bench_require(works, "there is managed memory");
    show_pause(b, &world, "pause, 300 000 objects");
    for (uint64_t i = 0; works && i < count; i++) {
        hf_weak *weak;
        works = hf_load_at(list, (size_t)i, object) == HF_OK &&
                hf_weak_create(thread, object, HF_WEAK_SHORT, &weak) == HF_OK;
    }
    bench_require(works, "there is native memory");
    show_pause(b, &world, "pause, as many known weakly");
    for (uint64_t i = 0; works && i < count; i++) {
        works = hf_load_at(list, (size_t)i, object) == HF_OK &&
                hf_ephemeron_set(thread, table, object, list) == HF_OK;
    }
    bench_require(works, "there is native memory");
    show_pause(b, &world, "pause, as many keys");
    bench_world_end(&world);
}

void bench_weaks(bench *b)
{
    static const bench_case rows[] = {
        { "weak create and destroy", make_and_destroy, "empty loop", empty_loop, BENCH_DIFFERENCE,
          0, 0 },
        { "weak load", load, "empty loop", empty_loop, BENCH_DIFFERENCE, 0, 0 },
        { "weak ephemeron look-up", look_up, "empty loop", empty_loop, BENCH_DIFFERENCE, 0, 0 },
        { "weak identity", ask_identity, "empty loop", empty_loop, BENCH_DIFFERENCE, 0, 0 },
    };
    weaks w;
    (void)bench_world_begin(&w.world, HF_FENCE_AUTO);
    hf_thread *thread = w.world.thread;
    w.object = hf_local(thread);
    w.table = hf_local(thread);
    w.out = hf_local(thread);
    bench_require(hf_bytes_create(thread, 64, w.object) == HF_OK &&
                      hf_ephemerons_create(thread, w.table) == HF_OK &&
                      hf_ephemeron_set(thread, w.table, w.object, w.table) == HF_OK &&
                      hf_weak_create(thread, w.object, HF_WEAK_LONG, &w.weak) == HF_OK,
                  "there is memory");
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bench_run(b, &rows[i], NULL, &w);
    }
    (void)hf_weak_destroy(w.weak);
    bench_world_end(&w.world);
    if (bench_wants(b, "pause, weak", NULL)) {
        show_pauses(b);
    }
}
