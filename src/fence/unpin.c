/* SPDX-License-Identifier: MIT */

/*
 * Who is pinned now, and in checked mode who was until a moment ago.
 *
 * A report about an address that is not pinned is understood at once when it says
 * which fence or call has let go of it.  The last loans are kept in a ring; a
 * collection follows what it moves and forgets what died, so an entry is of
 * the object that is asked for and never of another one at its address.
 *
 * Threads: the ring is under the module's lock; the collector takes it too.
 */

#include "fence/fences.h"

#include "diag/text.h"
#include "heap/birth.h"

/* ---- now ---- */

static bool records_hold(const hf_thread *thread, uintptr_t address)
{
    hf_record_ copy;
    const hf_record_ *next = thread->records;
    while (hfi_record_next(thread, next, &copy)) {
        next = copy.outer;
        for (uint16_t i = 0; i < copy.pins; i++) {
            if (copy.objects[i] && hfi_object_holds(copy.objects[i], address)) {
                return true;
            }
        }
    }
    return false;
}

bool hfi_is_pinned_here(hf_thread *thread, uintptr_t address)
{
    return records_hold(thread, address) || hfi_pins_hold(thread->parts->fences, address) ||
           hfi_heap_immovable(thread->parts->heap, address) != 0;
}

/* ---- until a moment ago ---- */

void hfi_unpin_note_locked(hfi_fences *fences, uintptr_t object, uint64_t birth, const char *what,
                           hf_site site)
{
    hfi_unpin *entry = &fences->unpin[fences->unpin_next++ % HFI_UNPIN_MAX];
    entry->object = object;
    entry->birth = birth;
    entry->site = site;
    hfi_text text = hfi_text_begin(entry->what, sizeof entry->what);
    hfi_text_add(&text, what);
    hfi_text_end(&text);
}

void hfi_unpin_note(hfi_fences *fences, uintptr_t object, const char *what, hf_site site)
{
    uint64_t birth = hfi_heap_birth_number(fences->parts->heap, object);
    hfp_mutex_lock(&fences->lock);
    hfi_unpin_note_locked(fences, object, birth, what, site);
    hfp_mutex_unlock(&fences->lock);
}

bool hfi_unpin_find(hfi_fences *fences, uintptr_t object, hfi_unpin *unpin_out)
{
    bool is_found = false;
    hfp_mutex_lock(&fences->lock);
    for (uint32_t back = 1; back <= HFI_UNPIN_MAX && !is_found; back++) {
        const hfi_unpin *entry = &fences->unpin[(fences->unpin_next - back) % HFI_UNPIN_MAX];
        if (entry->object == object) {
            *unpin_out = *entry;
            is_found = true;
        }
    }
    hfp_mutex_unlock(&fences->lock);
    return is_found;
}

/* In a signal handler: no lock. */
void hfi_unpin_tell(void *self, uint64_t birth, hfi_text *text)
{
    const hfi_fences *fences = self;
    for (uint32_t back = 1; birth != 0 && back <= HFI_UNPIN_MAX; back++) {
        const hfi_unpin *entry = &fences->unpin[(fences->unpin_next - back) % HFI_UNPIN_MAX];
        if (entry->birth == birth) {
            hfi_text_format(text, "  last unpinned: %s", entry->what);
            if (entry->site.file) {
                hfi_text_format(text, " of %s:%u", entry->site.file, (unsigned)entry->site.line);
            }
            hfi_text_add(text, "\n");
            return;
        }
    }
}

void hfi_unpins_follow(hfi_fences *fences, hfi_tracer *tracer)
{
    hfp_mutex_lock(&fences->lock);
    for (uint32_t i = 0; i < HFI_UNPIN_MAX; i++) {
        hfi_unpin *entry = &fences->unpin[i];
        if (entry->object != 0) {
            entry->object = hfi_trace_is_live(tracer, entry->object)
                                ? hfi_trace_address(tracer, entry->object)
                                : 0;
        }
    }
    hfp_mutex_unlock(&fences->lock);
}
