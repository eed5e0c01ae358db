/* SPDX-License-Identifier: MIT */

/*
 * Life and end of the resources' part, and what the heap asks of it.
 *
 * Threads: create and destroy belong to the runtime, with no thread attached;
 * clear_short and clear_dead run with the world stopped, after_resume on the managed thread that
 * collected.
 */

#include "base/alloc.h"
#include "resource/inside.h"
#include "resource/lent.h"

static void clear_short(void *self, hfi_tracer *tracer)
{
    hfi_cells_look(self, tracer);
}

static void clear_dead(void *self, hfi_tracer *tracer)
{
    hfi_cells_clear_dead(self, tracer);
}

static void after_resume(void *self, hf_thread *thread)
{
    (void)thread;
    hfi_resources *resources = self;
    hfp_mutex_lock(&resources->lock);
    hfi_cell *graves = resources->graves;
    resources->graves = NULL;
    hfp_mutex_unlock(&resources->lock);
    hfi_cells_bury(graves);
}

hf_status hfi_resources_create(hfi_parts *parts, hfi_resources **resources_out)
{
    hfi_resources *resources = hfi_alloc(sizeof *resources);
    if (!resources) {
        return HF_E_NOMEM;
    }
    resources->parts = parts;
    if (parts->settings.checked && !hfi_lents_make(resources)) {
        hfi_free(resources);
        return HF_E_NOMEM;
    }
    hfp_mutex_init(&resources->lock);
    resources->participant = (hfi_participant){
        .name = "resource",
        .self = resources,
        .clear_short = clear_short,
        .clear_dead = clear_dead,
        .after_resume = after_resume,
    };
    hfi_heap_add_participant(parts->heap, &resources->participant);
    *resources_out = resources;
    return HF_OK;
}

void hfi_resources_destroy(hfi_resources *resources)
{
    hfi_cells_bury(resources->graves);
    hfi_cells_bury(resources->ended);
    hfp_mutex_finish(&resources->lock);
    hfi_free(resources->lents);
    hfi_free(resources);
}

void hfi_resources_lock(hfi_resources *resources)
{
    hfp_mutex_lock(&resources->lock);
}

void hfi_resources_unlock(hfi_resources *resources)
{
    hfp_mutex_unlock(&resources->lock);
}
