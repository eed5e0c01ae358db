/* SPDX-License-Identifier: MIT */

/*
 * Frames: stretches of the thread's slot array.
 *
 * The array's address space is reserved once at attach and committed by need, so
 * a slot's address never changes.  slot_floor ends the innermost frame's live
 * slots; slot_top is where the next one goes.  In checked mode the slots of an
 * ended frame are filled with HFI_SLOT_POISON and slot_top stays above them for a
 * while, so a slot used after its frame ended is told from a live one.
 *
 * A frame lies on the C stack.  One that was left without its end is found when
 * the next one is begun at the same depth or above it (stacks grow down: an open
 * frame's address is higher than that of any frame begun inside it), or when a
 * frame around it ends; it is reported by the place where it was begun.
 */

#include "root/root.h"

#include "diag/report.h"
#include "thread/record.h"

/* Ended slots that stay poisoned in checked mode. */
#define SLOTS_QUARANTINED 256u

static void report_left_open(hf_thread *thread, const hf_frame *frame, const char *where,
                             hf_site found)
{
    hf_report report = { .struct_size = (uint32_t)sizeof report,
                         .kind = HF_REPORT_MISUSE,
                         .status = HF_E_MISUSE,
                         .function = where,
                         .argument = "frame",
                         .site = frame->site_,
                         .other_site = found,
                         .message = "the block of this frame was left without hf_frame_end()",
                         .remedy = "use HF_FRAME, or end the frame on every way out" };
    hfi_report(thread->parts->reporter, &report);
}

static void poison(hf_thread *thread, uint32_t base)
{
    for (uint32_t i = base; i < thread->slot_floor; i++) {
        thread->slots[i].word_ = HFI_SLOT_POISON;
    }
}

static void drop_slots(hf_thread *thread, uint32_t base)
{
    if (!thread->parts->settings.checked) {
        thread->slot_top = thread->slot_floor = base;
        return;
    }
    poison(thread, base);
    thread->slot_floor = base;
    if (thread->slot_top - base > SLOTS_QUARANTINED) {
        thread->slot_top = base;
    }
}

/* What the frame gives back: all its slots, but not the one that a reference escaped to. */
static void drop_frame_slots(hf_thread *thread, const hf_frame *frame)
{
    drop_slots(thread, frame->base_ + (frame->outer_ && !frame->escape_));
}

/* Takes the innermost frame off. */
static void pop_frame(hf_thread *thread)
{
    hf_frame *frame = thread->frames;
    thread->frames = frame->outer_;
    drop_frame_slots(thread, frame);
    frame->thread_ = NULL;
    frame->cookie_ = 0;
}

/* Not instrumented: a sanitizer rightly takes the memory of a dead block for poisoned. */
#if defined(__GNUC__)
__attribute__((no_sanitize_address))
#endif
static void
read_stale(const hf_frame *frame, hf_frame *copy_out)
{
    copy_out->outer_ = frame->outer_;
    copy_out->base_ = frame->base_;
    copy_out->records_ = frame->records_;
    copy_out->escape_ = frame->escape_;
    copy_out->site_.file = frame->site_.file;
    copy_out->site_.line = frame->site_.line;
}

/* Frames at or below the address of a new one cannot be open any more. */
static void drop_stale_frames(hf_thread *thread, const hf_frame *fresh, hf_site site)
{
    while (thread->frames && (uintptr_t)thread->frames <= (uintptr_t)fresh) {
        hf_frame stale;
        read_stale(thread->frames, &stale); /* `fresh` may be the same memory */
        thread->frames = stale.outer_;
        drop_frame_slots(thread, &stale);
        hfi_records_unwind(thread, stale.records_, "hf_frame_begin");
        report_left_open(thread, &stale, "hf_frame_begin", site);
    }
}

/* ---- slots ---- */

static hf_status commit_slots(hf_thread *thread, uint32_t wanted)
{
    size_t step = hfp_features_get()->page_size / sizeof(hf_slot);
    uint32_t upto = (uint32_t)((wanted + step - 1) / step * step);
    if (upto > thread->slot_max) {
        upto = thread->slot_max;
    }
    uint32_t more = upto - thread->slot_committed;
    if (hfp_vm_commit(thread->slots + thread->slot_committed, more * sizeof(hf_slot)) != HF_OK) {
        return HF_E_NOMEM;
    }
    thread->slot_committed = upto;
    return HF_OK;
}

static hf_status refuse_slots(hf_thread *thread, const char *function)
{
    if (!thread->frames) {
        return hfi_misuse(thread->parts->reporter, HF_E_SLOTS, function, "thread", HF_SITE,
                          "open a frame first: HF_FRAME(thread)", "no frame is open");
    }
    return hfi_misuse(thread->parts->reporter, HF_E_SLOTS, function, "thread",
                      thread->frames->site_, "open an inner frame around the loop that makes slots",
                      "all %u slots of the thread are used", (unsigned)thread->slot_max);
}

hf_status hfi_slots_take(hf_thread *thread, uint32_t count, hf_ref *first_out)
{
    if (HF_UNLIKELY(!thread->frames || count > thread->slot_max - thread->slot_top)) {
        return refuse_slots(thread, "hf_local");
    }
    if (HF_UNLIKELY(thread->slot_top + count > thread->slot_committed)) {
        hf_status status = commit_slots(thread, thread->slot_top + count);
        if (status != HF_OK) {
            return status;
        }
    }
    *first_out = &thread->slots[thread->slot_top];
    for (uint32_t i = 0; i < count; i++) {
        (*first_out)[i].word_ = 0;
    }
    thread->slot_top += count;
    thread->slot_floor = thread->slot_top;
    return HF_OK;
}

/* ---- frames ---- */

/* A slot of the parent below our own, for the one reference that may outlive us. */
static hf_status open_frame(hf_thread *thread, hf_frame *frame, hf_site site)
{
    hf_ref escape = NULL;
    uint32_t base = thread->slot_top;
    if (thread->frames) {
        hf_status status = hfi_slots_take(thread, 1, &escape);
        if (status != HF_OK) {
            return status;
        }
    }
    *frame = (hf_frame){ .thread_ = thread,
                         .outer_ = thread->frames,
                         .base_ = base,
                         .cookie_ = ++thread->frame_serial,
                         .records_ = thread->records,
                         .escape_ = escape,
                         .site_ = site };
    thread->frames = frame;
    return HF_OK;
}

hf_status hf_frame_begin(hf_thread *thread, hf_frame *frame, hf_site site)
{
    if (!frame) {
        return HF_E_NULL;
    }
    if (HF_UNLIKELY(!hfi_entry_ok(thread))) {
        frame->thread_ = NULL;
        return hfi_entry_refuse(thread, __func__);
    }
    if (HF_UNLIKELY(thread->frames && (uintptr_t)thread->frames <= (uintptr_t)frame)) {
        drop_stale_frames(thread, frame, site);
    }
    frame->thread_ = NULL;
    return open_frame(thread, frame, site);
}

static bool is_linked(const hf_thread *thread, const hf_frame *frame)
{
    const hf_frame *open = thread->frames;
    while (open && open != frame) {
        open = open->outer_;
    }
    return open != NULL;
}

void hf_frame_end(hf_frame *frame)
{
    if (!frame || !frame->thread_) {
        return;
    }
    hf_thread *thread = frame->thread_;
    if (HF_UNLIKELY(!hfi_entry_ok(thread))) {
        (void)hfi_entry_refuse(thread, __func__);
        return;
    }
    if (HF_UNLIKELY(thread->frames != frame)) {
        if (!is_linked(thread, frame)) {
            return;
        }
        while (thread->frames != frame) {
            report_left_open(thread, thread->frames, "hf_frame_end", frame->site_);
            pop_frame(thread);
        }
    }
    if (HF_UNLIKELY(thread->records != frame->records_)) {
        hfi_records_unwind(thread, frame->records_, "hf_frame_end");
    }
    pop_frame(thread);
}

bool hfi_frame_is_open(const hf_thread *thread, const hf_frame *frame, uint32_t cookie)
{
    return frame && is_linked(thread, frame) && frame->cookie_ == cookie;
}

hf_status hf_local_create(hf_thread *thread, hf_ref *ref_out)
{
    if (!ref_out) {
        return HF_E_NULL;
    }
    *ref_out = NULL;
    HFI_ENTRY(thread);
    return hfi_slots_take(thread, 1, ref_out);
}

hf_ref hf_local(hf_thread *thread)
{
    hf_ref ref;
    return hf_local_create(thread, &ref) == HF_OK ? ref : NULL;
}

/*
 * The parent's slot must lie below the inner frame's own, or the inner frame's end would drop it:
 * that is why each frame begins with one, and gives it back when nothing has escaped.
 */
hf_status hf_frame_escape(hf_thread *thread, const hf_slot *ref, hf_ref *parent_out)
{
    if (!parent_out) {
        return HF_E_NULL;
    }
    *parent_out = NULL;
    HFI_ENTRY(thread);
    if (!ref) {
        return HF_E_SLOTS;
    }
    if (!thread->frames || !thread->frames->outer_) {
        return hfi_misuse(thread->parts->reporter, HF_E_MISUSE, __func__, "thread", HF_SITE,
                          "open the outer frame first", "there is no parent frame to escape to");
    }
    hf_frame *frame = thread->frames;
    if (!frame->escape_) {
        return hfi_misuse(thread->parts->reporter, HF_E_SLOTS, __func__, "thread", frame->site_,
                          "escape one reference per frame",
                          "the frame's escape slot is used already");
    }
    frame->escape_->word_ = ref->word_;
    *parent_out = frame->escape_;
    frame->escape_ = NULL;
    return HF_OK;
}
