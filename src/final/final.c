/* SPDX-License-Identifier: MIT */

/*
 * Life and end of the finalizers' part, and what the heap asks of it.
 *
 * Threads: create and destroy belong to the runtime, with no thread attached; the
 * participant's functions run with the world stopped.
 */

#include "base/alloc.h"
#include "final/inside.h"

static void after_mark(void *self, hfi_tracer *tracer)
{
    hfi_finalizers_after_mark(self, tracer);
}

static void clear_dead(void *self, hfi_tracer *tracer)
{
    hfi_finalizers_clear_dead(self, tracer);
}

hf_status hfi_final_create(hfi_parts *parts, hfi_final **final_out)
{
    hfi_final *final = hfi_alloc(sizeof *final);
    if (!final) {
        return HF_E_NOMEM;
    }
    final->parts = parts;
    hfp_mutex_init(&final->lock);
    final->participant = (hfi_participant){
        .name = "final",
        .self = final,
        .after_mark = after_mark,
        .clear_dead = clear_dead,
    };
    hfi_heap_add_participant(parts->heap, &final->participant);
    *final_out = final;
    return HF_OK;
}

uint64_t hfi_final_armed(hfi_final *final)
{
    hfp_mutex_lock(&final->lock);
    uint64_t count = final->table.count;
    hfp_mutex_unlock(&final->lock);
    return count;
}

void hfi_final_destroy(hfi_final *final)
{
    hfi_table_finish(&final->table);
    hfp_mutex_finish(&final->lock);
    hfi_free(final);
}

void hfi_final_lock(hfi_final *final)
{
    hfp_mutex_lock(&final->lock);
}

void hfi_final_unlock(hfi_final *final)
{
    hfp_mutex_unlock(&final->lock);
}
