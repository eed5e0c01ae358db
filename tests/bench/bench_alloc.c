/* SPDX-License-Identifier: MIT */

/*
 * Allocation of objects that die at once, against malloc() and free().
 *
 * A managed object is zeroed and its share of the collections is in the figure; a
 * malloc()ed one is neither zeroed nor searched for.  With two threads a turn is
 * one object on each of them, so on two free cores the figure is that of one.
 */

#include "bench.h"
#include "world.h"

#include "platform/platform.h"

#include <stdlib.h>

typedef struct allocation {
    bench_world world;
    hf_ref slot;
    size_t size;
} allocation;

/* The second thread's share of one sample. */
typedef struct partner {
    allocation *shared;
    uint64_t turns;
    bool worked;
} partner;

static bool make_managed(hf_thread *thread, hf_ref slot, size_t size, uint64_t turns)
{
    bool bad = false;
    for (uint64_t i = 0; i < turns; i++) {
        bad |= hf_bytes_create(thread, size, slot) != HF_OK;
    }
    return !bad;
}

static bool make_native(size_t size, uint64_t turns)
{
    bool bad = false;
    for (uint64_t i = 0; i < turns; i++) {
        void *memory = malloc(size);
        bench_use(memory);
        bad |= memory == NULL;
        free(memory);
    }
    return !bad;
}

static void managed_one(void *user, uint64_t turns)
{
    allocation *a = user;
    bench_require(make_managed(a->world.thread, a->slot, a->size, turns), "objects can be made");
}

static void native_one(void *user, uint64_t turns)
{
    allocation *a = user;
    bench_require(make_native(a->size, turns), "malloc works");
}

/* ---- two threads ---- */

static void managed_partner(void *user)
{
    partner *p = user;
    hf_thread *thread;
    hf_frame frame;
    p->worked = false;
    if (hf_thread_attach(p->shared->world.runtime, &thread) != HF_OK) {
        return;
    }
    if (hf_frame_begin(thread, &frame, HF_SITE) == HF_OK) {
        p->worked = make_managed(thread, hf_local(thread), p->shared->size, p->turns);
    }
    hf_frame_end(&frame);
    p->worked &= hf_thread_detach(thread) == HF_OK;
}

static void native_partner(void *user)
{
    partner *p = user;
    p->worked = make_native(p->shared->size, p->turns);
}

static void managed_two(void *user, uint64_t turns)
{
    allocation *a = user;
    partner p = { a, turns, false };
    hfp_thread second;
    bench_require(hfp_thread_start(&second, "bench", managed_partner, &p) == HF_OK,
                  "a second thread starts");
    managed_one(a, turns);
    /* In native state: the second thread may still want to collect. */
    bench_require(hf_native_begin(a->world.thread) == HF_OK, "the thread goes native");
    hfp_thread_join(&second);
    bench_require(hf_native_end(a->world.thread, NULL) == HF_OK, "the thread comes back");
    bench_require(p.worked, "the second thread allocates");
}

static void native_two(void *user, uint64_t turns)
{
    allocation *a = user;
    partner p = { a, turns, false };
    hfp_thread second;
    bench_require(hfp_thread_start(&second, "bench", native_partner, &p) == HF_OK,
                  "a second thread starts");
    native_one(a, turns);
    hfp_thread_join(&second);
    bench_require(p.worked, "malloc works on a second thread");
}

void bench_allocation(bench *b)
{
    static const struct {
        size_t size;
        bench_case one, two;
    } rows[] = {
#define ROW(bytes)                                                                                 \
    {                                                                                              \
        bytes,                                                                                     \
        { "allocate " #bytes " bytes", managed_one, "malloc, free", native_one, BENCH_RATIO, 0,    \
          0 },                                                                                     \
        { "allocate " #bytes " bytes, 2 threads", managed_two, "malloc, free, 2 threads",          \
          native_two, BENCH_RATIO, 0, 0 },                                                         \
    }
        ROW(24),
        ROW(256),
        ROW(4096),
#undef ROW
    };
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        allocation a = { .size = rows[i].size };
        (void)bench_world_begin(&a.world, HF_FENCE_AUTO);
        a.slot = hf_local(a.world.thread);
        bench_run(b, &rows[i].one, NULL, &a);
        bench_run(b, &rows[i].two, NULL, &a);
        bench_world_end(&a.world);
    }
}
