/* SPDX-License-Identifier: MIT */

/*
 * What a finder does when it is told something, and when a collection asks.
 *
 * A point is a safepoint or the way into a native call, behind a use of a slot.  There a run that
 * follows the record collects and waits for the runner, twice, because what only a finalizer
 * kept dies one collection later.  Seed 0 takes each point, any other seed a third of them, so that
 * what is only wrong when two things stay or go together is seen too.
 *
 * On the way into a call all of its arguments are taken and held by its record, so whatever
 * slots were used for it may be over.  Anywhere else a function of the library may be at work
 * that reads a slot again: that is why time has to go on by more than one function's uses.
 *
 * Threads: as finder/lives.c.  The participant's functions run with the world stopped.
 */

#include "finder/inside.h"

#include "runner/runner.h"

#define RUNNER_NS UINT64_C(1000000000)

static uint64_t mix(uint64_t word)
{
    word = (word ^ (word >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    word = (word ^ (word >> 27)) * UINT64_C(0x94d049bb133111eb);
    return word ^ (word >> 31);
}

static bool is_picked(const hf_finder *finder, struct hfi_watched *watched)
{
    uint64_t point = watched->points++;
    return finder->seed == 0 ||
           mix(finder->seed * 0x10001u + watched->ordinal * 0x101u + point) % 3 == 0;
}

static void collect(hf_finder *finder, hf_thread *thread)
{
    for (int round = 0; round < 2; round++) {
        (void)!hfi_heap_collect_moving(thread); /* without memory nothing is touched */
        atomic_fetch_add_explicit(&finder->collections, 1, memory_order_relaxed);
        bool is_blocked = atomic_load_explicit(&finder->is_blocked, memory_order_relaxed);
        if (!is_blocked && hf_runner_drain(thread, RUNNER_NS) == HF_E_TIMEOUT) {
            atomic_store_explicit(&finder->is_blocked, true, memory_order_relaxed);
        }
    }
}

bool hfi_finder_collect(struct hfi_watched *watched, hf_thread *thread)
{
    hf_finder *finder = watched->finder;
    if (!is_picked(finder, watched)) {
        return false;
    }
    watched->collected_at = watched->time;
    watched->is_busy = true;
    collect(finder, thread);
    watched->is_busy = false;
    return true;
}

static void ready(void *self, hf_thread *thread, bool is_call)
{
    hf_finder *finder = self;
    struct hfi_watched *watched = hfi_watched_of(finder, thread);
    if (!watched || watched->is_off || watched->is_busy) {
        return;
    }
    if (is_call) {
        watched->time += HFI_FINDER_CALL;
        hfi_watched_look(watched, thread);
    }
    if (!finder->is_replaying || watched->is_off || watched->collected_at == watched->time) {
        return;
    }
    (void)hfi_finder_collect(watched, thread);
}

static void used(void *self, hf_thread *thread, const hf_slot *slot)
{
    struct hfi_watched *watched = hfi_watched_of(self, thread);
    if (watched) {
        hfi_watched_use(watched, thread, slot);
    }
}

static void dropping(void *self, hf_thread *thread, uint32_t base)
{
    (void)self;
    if (thread->watched) {
        hfi_watched_drop(thread->watched, thread, base);
    }
}

/* ---- in a collection ---- */

static void visit(void *self, hf_thread *thread, hfi_tracer *tracer)
{
    (void)self;
    struct hfi_watched *watched = thread->watched;
    for (uint32_t i = 0; i < thread->slot_top; i++) {
        hf_slot *slot = &thread->slots[i];
        uintptr_t before = slot->word_;
        if (hfi_is_ended_word(before) || (watched && hfi_watched_is_over(watched, i, before))) {
            continue;
        }
        hfi_trace_slot(tracer, slot);
        if (watched && i < watched->glimpses && watched->glimpse[i].word == before) {
            watched->glimpse[i].word = slot->word_;
        }
    }
}

static void follow_over(struct hfi_watched *watched, hf_thread *thread, hfi_tracer *tracer)
{
    if (watched->leaving) {
        bool is_live = hfi_trace_is_live(tracer, watched->leaving);
        watched->leaving = is_live ? hfi_trace_address(tracer, watched->leaving) : 0;
    }
    for (uint32_t i = 0; i < thread->slot_top && i < watched->glimpses; i++) {
        uintptr_t word = thread->slots[i].word_;
        if (hfi_is_ended_word(word) || !hfi_watched_is_over(watched, i, word)) {
            continue;
        }
        uintptr_t now =
            hfi_trace_is_live(tracer, word) ? hfi_trace_address(tracer, word) : word | 1u;
        thread->slots[i].word_ = now;
        watched->glimpse[i].word = now;
    }
}

static void clear_dead(void *self, hfi_tracer *tracer)
{
    hf_finder *finder = self;
    if (!finder->watch.parts) {
        return; /* a runtime that outlived its end: some thread is attached to it for ever */
    }
    hf_thread *thread = hfi_world_threads(finder->watch.parts->world);
    for (; thread; thread = thread->next) {
        if (thread->watched) {
            follow_over(thread->watched, thread, tracer);
        }
    }
}

static void detached(void *self, hf_thread *thread)
{
    (void)self;
    hfi_watched_end(thread);
}

void hfi_finder_begin(hfi_parts *parts)
{
    if (!parts->watch) {
        return;
    }
    hf_finder *finder = parts->watch->self;
    hfi_watch *watch = &finder->watch;
    watch->used = used;
    watch->dropping = dropping;
    watch->ready = ready;
    watch->visit = visit;
    watch->fence_ended = hfi_finder_fence_ended;
    finder->participant =
        (hfi_participant){ .name = "finder", .self = finder, .clear_dead = clear_dead };
    hfi_heap_add_participant(parts->heap, &finder->participant);
    hfi_world_hooks hooks = { .self = finder, .detached = detached };
    hfi_world_set_hooks(parts->world, HFI_HOOK_FINDER, &hooks);
    const hfi_watch *none = NULL;
    (void)!atomic_compare_exchange_strong_explicit(&hfi_watching, &none, watch,
                                                   memory_order_release, memory_order_relaxed);
}
