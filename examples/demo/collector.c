/* SPDX-License-Identifier: MIT */

/*
 * The thread that collects and moves all the time, and the watch over what is lent meanwhile.
 *
 * The neighbours are buffers that only a global slot holds, one of them large.  A different address
 * after a collection is a move.  Under stress memory that an object has left cannot be read, or is
 * overwritten where it lies between pinned objects, so lent bytes that are as they were have
 * stayed.
 */

#include "collector.h"

#include <string.h>

#define NEIGHBOURS      16
#define MOVES_WANTED    (2 * NEIGHBOURS)
#define PAUSES_MAX      20000
#define LARGE_NEIGHBOUR 100000

static demo *watched_demo; /* native functions get no user argument */
static atomic_bool is_watch_broken;
static atomic_uint_fast64_t moves_while_lent;

/* ---- neighbours ---- */

hf_status collector_make_neighbours(demo *d)
{
    HF_FRAME(d->thread);
    hf_ref array = hf_local(d->thread);
    hf_ref buffer = hf_local(d->thread);
    hf_status status = hf_array_create(d->thread, NEIGHBOURS, array);
    for (size_t i = 0; i < NEIGHBOURS && status == HF_OK; i++) {
        size_t size = i + 1 < NEIGHBOURS ? (size_t)16 << (i % 8) : LARGE_NEIGHBOUR;
        status = hf_bytes_create(d->thread, size, buffer);
        if (status == HF_OK) {
            status = hf_store_at(d->thread, array, i, buffer);
        }
    }
    return status == HF_OK ? hf_global_create(d->thread, array, &d->neighbours) : status;
}

/* Compares every neighbour's address with the one it had, and remembers the new one. */
static uint64_t count_moves(hf_thread *thread, const hf_slot *array, hf_ref at, uintptr_t *seen)
{
    uint64_t moves = 0;
    (void)hf_raw_begin(thread); /* cannot fail: managed, and nothing is raw yet */
    for (size_t i = 0; i < NEIGHBOURS; i++) {
        (void)hf_load_at(array, i, at);
        uintptr_t now = (uintptr_t)hf_raw_address(at);
        moves += seen[i] != 0 && seen[i] != now;
        seen[i] = now;
    }
    (void)hf_raw_end(thread);
    return moves;
}

static hf_status collect_until_over(demo *d, hf_thread *thread)
{
    HF_FRAME(thread);
    uintptr_t seen[NEIGHBOURS] = { 0 };
    hf_ref array = hf_local(thread);
    hf_ref at = hf_local(thread);
    hf_status status = hf_global_load(d->neighbours, array);
    while (status == HF_OK && !atomic_load(&d->is_over)) {
        status = hf_collect(thread);
        atomic_fetch_add(&d->moves, count_moves(thread, array, at, seen));
        if (status == HF_OK) {
            status = HF_NATIVE_CALL_VOID(thread, NULL, demo_pause());
        }
    }
    return status;
}

void collector_run(void *user)
{
    demo *d = user;
    hf_thread *thread = NULL;
    hf_status status = hf_thread_attach(d->runtime, &thread);
    if (status == HF_OK) {
        status = collect_until_over(d, thread);
        (void)hf_thread_detach(thread);
    }
    if (status != HF_OK) {
        atomic_store(&is_watch_broken, true);
    }
}

/* ---- the watch ---- */

void watch_begin(demo *d)
{
    watched_demo = d;
    atomic_store(&is_watch_broken, false);
    atomic_store(&moves_while_lent, 0);
}

bool watch_end(uint64_t *moves_out)
{
    *moves_out = atomic_load(&moves_while_lent);
    return !atomic_load(&is_watch_broken) && *moves_out >= MOVES_WANTED;
}

static uint64_t sum_of(const unsigned char *bytes, size_t size)
{
    uint64_t sum = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < size; i++) {
        sum = (sum ^ bytes[i]) * 1099511628211u;
    }
    return sum;
}

void demo_watch_in(const void *buffer, size_t size)
{
    uint64_t before = sum_of(buffer, size);
    uint64_t start = atomic_load(&watched_demo->moves);
    uint64_t moves = 0;
    for (int i = 0; i < PAUSES_MAX && moves < MOVES_WANTED; i++) {
        demo_pause();
        moves = atomic_load(&watched_demo->moves) - start;
    }
    if (moves < MOVES_WANTED || sum_of(buffer, size) != before) {
        atomic_store(&is_watch_broken, true);
    }
    atomic_fetch_add(&moves_while_lent, moves);
}

void demo_watch_out(void *buffer, size_t size)
{
    memset(buffer, 0x5a, size);
    demo_watch_in(buffer, size);
}
