/* SPDX-License-Identifier: MIT */

/*
 * Where each object was made, in checked mode.
 *
 * Purpose: a report that says "bytes, 64 bytes" leaves its reader to guess which;
 * one that says where they were made does not.  Entries stand in an array in the
 * order of birth, with an index from address to entry beside it.
 *
 * Invariants: an entry is of an object that was allocated and was not found dead
 * yet.  A collection needs no memory here: it follows the moved and drops the dead
 * in place, and declares the index stale; who looks next makes it anew, outside the
 * pause.  What left its place goes into a ring, so that the fault watcher can say
 * what was at an address (heap/stale.c) without looking at memory.
 *
 * Threads: any; all but the ring is under `lock`, which is a leaf.  The ring is
 * written with the world stopped and read by a signal handler, which may find the
 * entry that is just being written in disorder: it is a report's word less.
 */

#include "heap/birth.h"

#include "base/alloc.h"
#include "diag/text.h"
#include "heap/space.h"

#include <string.h>

#define GRAVES         4096u
#define INDEX_BITS_MIN 12u
#define INDEX_BITS_MAX 31u

struct hfi_births {
    hfi_heap *heap;
    hfi_participant participant;
    hfp_mutex lock;
    hfi_birth *birth;    /* lock; room for half as many as the index has places */
    uint32_t *index;     /* lock; number of an entry + 1, 0: empty; linear probing */
    unsigned index_bits; /* lock */
    uint32_t count;      /* lock; entries */
    bool is_index_fresh; /* lock */
    uint64_t made;       /* lock; births */
    uint32_t grave_next;
    hfi_grave grave[GRAVES];
};

/* ---- the index ---- */

static size_t index_size(unsigned bits)
{
    return (size_t)1 << bits;
}

static size_t index_home(const hfi_births *births, uintptr_t object)
{
    uint64_t mixed = (uint64_t)(object >> 4) * UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(mixed >> (64 - births->index_bits));
}

static void index_add(hfi_births *births, uint32_t entry)
{
    size_t mask = index_size(births->index_bits) - 1;
    size_t at = index_home(births, births->birth[entry].object);
    while (births->index[at]) {
        at = (at + 1) & mask;
    }
    births->index[at] = entry + 1;
}

static void index_refresh(hfi_births *births)
{
    if (births->is_index_fresh) {
        return;
    }
    memset(births->index, 0, index_size(births->index_bits) * sizeof *births->index);
    for (uint32_t entry = 0; entry < births->count; entry++) {
        index_add(births, entry);
    }
    births->is_index_fresh = true;
}

static const hfi_birth *index_find(hfi_births *births, uintptr_t object)
{
    index_refresh(births);
    size_t mask = index_size(births->index_bits) - 1;
    for (size_t at = index_home(births, object); births->index[at]; at = (at + 1) & mask) {
        const hfi_birth *birth = &births->birth[births->index[at] - 1];
        if (birth->object == object) {
            return birth;
        }
    }
    return NULL;
}

/* ---- room ---- */

static bool grow(hfi_births *births, unsigned bits)
{
    if (bits > INDEX_BITS_MAX) {
        return false;
    }
    uint32_t *index = hfi_alloc_array(index_size(bits), sizeof *index);
    hfi_birth *birth = hfi_alloc_array(index_size(bits) / 2, sizeof *birth);
    if (!index || !birth) {
        hfi_free(index);
        hfi_free(birth);
        return false;
    }
    if (births->count != 0) {
        memcpy(birth, births->birth, births->count * sizeof *birth);
    }
    hfi_free(births->index);
    hfi_free(births->birth);
    births->index = index;
    births->birth = birth;
    births->index_bits = bits;
    births->is_index_fresh = false;
    return true;
}

void hfi_birth_add(hfi_births *births, uintptr_t object, hf_site site)
{
    hfp_mutex_lock(&births->lock);
    births->made++;
    if (births->count < index_size(births->index_bits) / 2 ||
        grow(births, births->index_bits + 1)) {
        births->birth[births->count] = (hfi_birth){ object, births->made, site };
        if (births->is_index_fresh) {
            index_add(births, births->count);
        }
        births->count++;
    }
    hfp_mutex_unlock(&births->lock);
}

/* ---- the collection ---- */

static void bury(hfi_births *births, const hfi_birth *birth, uintptr_t now)
{
    const hf_type *type = hfi_type_find(hfi_object_type_id(now));
    hfi_grave *grave = &births->grave[births->grave_next % GRAVES];
    *grave = (hfi_grave){ .start = birth->object,
                          .end = birth->object + hfi_object_size(births->heap, now),
                          .birth = *birth,
                          .type = type ? type->name : NULL,
                          .size = type ? hfi_object_payload_size(now) : 0 };
    births->grave_next++;
}

static void clear_dead(void *self, hfi_tracer *tracer)
{
    hfi_births *births = self;
    hfp_mutex_lock(&births->lock);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < births->count; i++) {
        hfi_birth birth = births->birth[i];
        bool is_live = hfi_trace_is_live(tracer, birth.object);
        uintptr_t now = is_live ? hfi_trace_address(tracer, birth.object) : birth.object;
        if (!is_live || now != birth.object) {
            bury(births, &birth, now);
        }
        if (is_live) {
            birth.object = now;
            births->birth[kept++] = birth;
        }
    }
    births->count = kept;
    births->is_index_fresh = false;
    hfp_mutex_unlock(&births->lock);
}

/* ---- life ---- */

hf_status hfi_births_create(hfi_heap *heap, hfi_births **births_out)
{
    hfi_births *births = hfi_alloc(sizeof *births);
    if (!births || !grow(births, INDEX_BITS_MIN)) {
        hfi_free(births);
        return HF_E_NOMEM;
    }
    births->heap = heap;
    hfp_mutex_init(&births->lock);
    births->participant =
        (hfi_participant){ .name = "birth", .self = births, .clear_dead = clear_dead };
    hfi_heap_add_participant(heap, &births->participant);
    *births_out = births;
    return HF_OK;
}

void hfi_births_destroy(hfi_births *births)
{
    if (births) {
        hfi_free(births->index);
        hfi_free(births->birth);
        hfp_mutex_finish(&births->lock);
        hfi_free(births);
    }
}

void hfi_births_lock(hfi_births *births)
{
    if (births) {
        hfp_mutex_lock(&births->lock);
    }
}

void hfi_births_unlock(hfi_births *births)
{
    if (births) {
        hfp_mutex_unlock(&births->lock);
    }
}

/* ---- answers ---- */

bool hfi_heap_birth(hfi_heap *heap, uintptr_t object, hfi_birth *birth_out)
{
    hfi_births *births = heap->births;
    if (!births) {
        return false;
    }
    hfp_mutex_lock(&births->lock);
    const hfi_birth *birth = index_find(births, object);
    if (birth) {
        *birth_out = *birth;
    }
    hfp_mutex_unlock(&births->lock);
    return birth != NULL;
}

uint64_t hfi_heap_birth_number(hfi_heap *heap, uintptr_t object)
{
    hfi_birth birth;
    return hfi_heap_birth(heap, object, &birth) ? birth.number : 0;
}

const hfi_grave *hfi_birth_grave(const hfi_births *births, uintptr_t address)
{
    for (uint32_t back = 1; births && back <= GRAVES; back++) {
        const hfi_grave *grave = &births->grave[(births->grave_next - back) % GRAVES];
        if (address - grave->start < grave->end - grave->start) {
            return grave;
        }
    }
    return NULL;
}

static void describe(const char *type, size_t payload, char *buffer, size_t size)
{
    hfi_text text = hfi_text_begin(buffer, size);
    hfi_text_format(&text, "%s, %llu bytes", type ? type : "?", (unsigned long long)payload);
    hfi_text_end(&text);
}

void hfi_object_describe(uintptr_t object, char *buffer, size_t size)
{
    const hf_type *type = hfi_type_find(hfi_object_type_id(object));
    describe(type ? type->name : NULL, type ? hfi_object_payload_size(object) : 0, buffer, size);
}

void hfi_heap_tell(hfi_heap *heap, uintptr_t object, hf_report *report, char *buffer, size_t size)
{
    hfi_object_describe(object, buffer, size);
    report->object = buffer;
    hfi_birth birth;
    if (hfi_heap_birth(heap, object, &birth)) {
        report->other_site = birth.site;
    }
}

void hfi_heap_tell_slot(hfi_heap *heap, const hf_slot *slot, hf_report *report, char *buffer,
                        size_t size)
{
    if (slot && slot->word_ != 0 && !hfi_is_ended_word(slot->word_)) {
        hfi_heap_tell(heap, slot->word_, report, buffer, size);
    }
}

bool hfi_heap_tell_gone(hfi_heap *heap, uintptr_t address, hf_report *report, char *buffer,
                        size_t size)
{
    const hfi_grave *grave = hfi_birth_grave(heap->births, address);
    if (!grave) {
        return false;
    }
    describe(grave->type, grave->size, buffer, size);
    report->object = buffer;
    report->other_site = grave->birth.site;
    return true;
}
