/* SPDX-License-Identifier: MIT */

/*
 * A resource that ends with a block of code.
 *
 * The block has a slot; whatever resource is in it at the end is disposed there.
 * Disposed before is fine, and so is nothing: who wants to keep the resource moves
 * it elsewhere and clears the slot.
 *
 * Threads: the owner of the frame around, managed.
 */

#include "diag/report.h"
#include "resource/word.h"
#include "thread/thread.h"

#include <holdfast/root.h>

#define USING_OPEN  0x5553494eu
#define USING_ENDED 0x454e4445u

hf_ref hf_using_begin(hf_thread *thread, hf_using *scope, hf_site site)
{
    if (!scope) {
        return NULL;
    }
    *scope = (hf_using){ .thread_ = thread, .site_ = site, .cookie_ = USING_OPEN };
    scope->slot_ = hf_local(thread); /* NULL is reported there, and ends as nothing */
    return scope->slot_;
}

static hf_status end_scope(hf_using *scope)
{
    hf_thread *thread = scope->thread_;
    scope->cookie_ = USING_ENDED;
    if (!scope->slot_) {
        return HF_OK;
    }
    if (HF_UNLIKELY(!hfi_entry_ok(thread))) {
        return hfi_entry_refuse(thread, "hf_using_end");
    }
    if (hf_is_null(scope->slot_)) {
        return HF_OK;
    }
    uintptr_t object;
    hf_status status = hfi_slot_object(thread, scope->slot_, "hf_using_end", "resource", &object);
    if (status != HF_OK) {
        return status;
    }
    const hfi_cell *cell = hfi_cell_of(object);
    if (!cell) {
        return hfi_misuse(thread->parts->reporter, HF_E_TYPE, "hf_using_end", "resource",
                          scope->site_, "keep other objects in slots of hf_local()",
                          "the slot holds something else than a resource");
    }
    if (hfi_word_load(cell) & HFI_CELL_DISPOSED) {
        return HF_OK; /* early, or by another thread: no second dispose */
    }
    status = hf_resource_dispose_at(thread, scope->slot_, scope->site_);
    hf_clear(scope->slot_);
    return status;
}

hf_status hf_using_end(hf_using *scope)
{
    if (!scope) {
        return HF_E_NULL;
    }
    if (scope->cookie_ == USING_OPEN) {
        return end_scope(scope);
    }
    hfi_reporter *reporter =
        scope->thread_ && scope->cookie_ == USING_ENDED ? scope->thread_->parts->reporter : NULL;
    return hfi_misuse(reporter, HF_E_MISUSE, __func__, "scope", scope->site_,
                      "end what hf_using_begin() began, once",
                      scope->cookie_ == USING_ENDED ? "it has ended already" : "it never began");
}

void hf_using_leave(hf_using *scope)
{
    if (scope && scope->cookie_ == USING_OPEN) {
        (void)end_scope(scope);
    }
}
