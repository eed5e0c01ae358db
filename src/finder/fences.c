/* SPDX-License-Identifier: MIT */

/*
 * Fences that nobody needs.
 *
 * Whether a fence kept its resource alive shows right behind its end: every slot is
 * over by then that is not used any more, so if the object lives through a collection there,
 * something else would have kept it all the time, for what is reachable late was
 * reachable early.  If it dies, the fence was needed; and so it was if somebody disposed the
 * resource meanwhile.
 *
 * Threads: places are taken and counted by any watched thread, without a lock: who writes the key
 * of a free place has it.  They are read when the run is over.
 */

#include "finder/inside.h"

#include "diag/report.h"

static uint64_t key_of(hf_site site)
{
    uint64_t key = (uint64_t)(uintptr_t)site.file * UINT64_C(0x9e3779b97f4a7c15);
    key = (key ^ (uint64_t)(uint32_t)site.line) * UINT64_C(0xbf58476d1ce4e5b9);
    return key | 1u;
}

/* NULL: there are too many. */
static hfi_place *place_of(hf_finder *finder, const hfi_ended_fence *ended)
{
    uint64_t key = key_of(ended->site);
    for (uint32_t i = 0; i < HFI_PLACES_MAX; i++) {
        hfi_place *place = &finder->place[i];
        uint64_t found = 0;
        if (atomic_compare_exchange_strong_explicit(&place->key, &found, key, memory_order_relaxed,
                                                    memory_order_relaxed)) {
            place->site = ended->site;
            place->what = ended->what;
            place->object = ended->class_name;
            return place;
        }
        if (found == key) {
            return place;
        }
    }
    return NULL;
}

static void count(_Atomic(uint32_t) *counter)
{
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

void hfi_finder_fence_ended(void *self, hf_thread *thread, const hfi_ended_fence *ended)
{
    hf_finder *finder = self;
    struct hfi_watched *watched = hfi_watched_of(finder, thread);
    if (!watched || watched->is_off || watched->is_busy) {
        return;
    }
    watched->time += HFI_FINDER_CALL;
    hfi_watched_look(watched, thread);
    hfi_place *place = finder->is_replaying ? place_of(finder, ended) : NULL;
    if (!place || watched->is_off) {
        return;
    }
    count(&place->ended);
    watched->leaving = ended->object;
    if (hfi_finder_collect(watched, thread)) {
        count(&place->looked_at);
        if (watched->leaving == 0 || ended->is_disposed) {
            count(&place->needed);
        }
    }
    watched->leaving = 0;
}

static uint32_t read(const _Atomic(uint32_t) *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

static bool is_taken(const hfi_place *place)
{
    return atomic_load_explicit(&place->key, memory_order_relaxed) != 0;
}

void hfi_finder_tell_fences(const hf_finder *finder, hfi_parts *parts)
{
    for (uint32_t i = 0; i < HFI_PLACES_MAX && is_taken(&finder->place[i]); i++) {
        const hfi_place *place = &finder->place[i];
        if (read(&place->looked_at) == 0 || read(&place->needed) != 0) {
            continue;
        }
        hf_report report = HF_REPORT_INIT;
        report.kind = HF_REPORT_WARNING;
        report.function = "hf_fence_hold";
        report.argument = place->what;
        report.object = place->object;
        report.site = place->site;
        report.message = "nothing needed this fence in this run: its resource was reachable anyway";
        report.remedy = "leave it out, unless another thread may dispose the resource";
        (void)hfi_report(parts->reporter, &report);
    }
}

hf_status hf_finder_fence_get(const hf_finder *finder, uint32_t index, hf_finder_fence *fence_out)
{
    if (!finder || !fence_out) {
        return HF_E_NULL;
    }
    if (fence_out->struct_size != sizeof *fence_out) {
        return HF_E_OPTIONS;
    }
    if (index >= HFI_PLACES_MAX || !is_taken(&finder->place[index])) {
        return HF_E_RANGE;
    }
    const hfi_place *place = &finder->place[index];
    fence_out->ended = read(&place->ended);
    fence_out->looked_at = read(&place->looked_at);
    fence_out->needed = read(&place->needed);
    fence_out->site = place->site;
    fence_out->what = place->what;
    fence_out->object = place->object;
    return HF_OK;
}
