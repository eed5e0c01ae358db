/* SPDX-License-Identifier: MIT */

/*
 * Frames: stretches of the thread's slot array.
 *
 * The array's address space is reserved once at attach and committed by need, so
 * a slot's address never changes.  slot_floor ends the innermost frame's live
 * slots; slot_top is where the next one goes.  In checked mode the slots of an
 * ended frame are filled with HFI_SLOT_POISON and slot_top stays above them for a
 * while, so a slot used after its frame ended is told from a live one.  A frame's
 * `base_` is the floor at its begin, not the top: what is quarantined below its
 * slots is given back with them, or a loop of frames would use up the array.
 *
 * A frame lies on the C stack, as a rule.  One that was left without its end is found
 * when the next one is begun, if it lies below the stack of hf_frame_begin() itself or
 * shares memory with the new one (two frames of one function may lie in any
 * order), or when a frame around it ends; it is reported by the place where it was
 * begun.  Its memory may be overwritten by then, so the frame begun last is also
 * kept as a copy, and any other link is followed only to what is a frame of this
 * thread; where the chain is cut, thread->frames is `lost` until a frame that the
 * program still holds is ended.
 */

#include "root/root.h"

#include "base/size.h"
#include "diag/report.h"
#include "diag/text.h"
#include "thread/activation.h"
#include "thread/record.h"
#include "thread/watch.h"

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
    const hfi_watch *watch = thread->parts->watch;
    if (watch) {
        watch->dropping(watch->self, thread, base);
    }
    poison(thread, base);
    thread->slot_floor = base;
    if (thread->slot_top - base > SLOTS_QUARANTINED) {
        thread->slot_top = base;
    }
}

/* Stands for frames that cannot be found any more. */
static hf_frame lost;

/*
 * Copies a frame that may be dead; false if its memory is another's by now.  Not instrumented, and
 * field by field: a sanitizer rightly takes the memory of a dead block for poisoned.
 */
#if defined(__GNUC__)
__attribute__((no_sanitize_address))
#endif
static bool
read_frame(const hf_thread *thread, const hf_frame *frame, hf_frame *copy_out)
{
    if (frame == thread->frame_last && thread->frame_copy.thread_) {
        *copy_out = thread->frame_copy;
        return true;
    }
    if (frame == &lost || (uintptr_t)frame % _Alignof(hf_frame) != 0 || frame->thread_ != thread ||
        frame->cookie_ == 0 || frame->base_ > thread->slot_top) {
        return false;
    }
    copy_out->thread_ = frame->thread_;
    copy_out->outer_ = frame->outer_;
    copy_out->base_ = frame->base_;
    copy_out->cookie_ = frame->cookie_;
    copy_out->records_ = frame->records_;
    copy_out->escape_ = frame->escape_;
    copy_out->site_.file = frame->site_.file;
    copy_out->site_.line = frame->site_.line;
    return true;
}

/* So that an end that comes late finds it ended.  A dead frame's memory may be our own stack by
 * now: a word that equals the thread may be a saved register, so nothing is written but the cookie,
 * for which nobody else has a use as long as it stands there. */
#if defined(__GNUC__)
__attribute__((no_sanitize_address))
#endif
static void
close_frame(hf_frame *frame, const hf_frame *copy)
{
    if (frame->thread_ == copy->thread_ && frame->cookie_ == copy->cookie_) {
        frame->cookie_ = 0;
    }
}

/* Takes the innermost frame off, and what was linked inside it. */
static void pop_frame(hf_thread *thread, const hf_frame *copy)
{
    uint32_t base = copy->base_; /* `copy` may be the frame itself */
    hf_frame *outer = copy->outer_;
    close_frame(thread->frames, copy);
    thread->frames = outer;
    drop_slots(thread, base);
}

static void lose_frames(hf_thread *thread, const char *where, hf_site site)
{
    thread->frames = &lost;
    (void)hfi_misuse(thread->parts->reporter, HF_E_MISUSE, where, "frame", site,
                     "use HF_FRAME, or end the frame on every way out",
                     "a frame was left without hf_frame_end() and is overwritten");
}

/* Takes off the innermost frame, which was left without its end. */
static void drop_frame(hf_thread *thread, const char *where, hf_site site)
{
    hf_frame stale;
    if (!read_frame(thread, thread->frames, &stale)) {
        lose_frames(thread, where, site);
        return;
    }
    pop_frame(thread, &stale);
    hfi_records_unwind_to(thread, stale.records_, where);
    report_left_open(thread, &stale, where, site);
}

static bool is_stale(const hf_thread *thread, const hf_frame *fresh, uintptr_t caller)
{
    uintptr_t at = (uintptr_t)thread->frames;
    bool shares = at - (uintptr_t)fresh < sizeof *fresh || (uintptr_t)fresh - at < sizeof *fresh;
    return thread->frames != &lost && (hfi_is_left_on_stack(thread, at, caller) || shares);
}

static void drop_stale_frames(hf_thread *thread, const hf_frame *fresh, uintptr_t caller,
                              hf_site site)
{
    while (thread->frames && is_stale(thread, fresh, caller)) {
        drop_frame(thread, "hf_frame_begin", site);
    }
}

/* ---- slots ---- */

static hf_status commit_slots(hf_thread *thread, uint32_t wanted)
{
    size_t step = hfp_features_get()->page_size / sizeof(hf_slot);
    size_t rounded = (wanted + step - 1) / step * step;
    uint32_t upto = rounded < thread->slot_max ? (uint32_t)rounded : thread->slot_max;
    uint32_t more = upto - thread->slot_committed;
    size_t size = hfi_align_up(more * sizeof(hf_slot), hfp_features_get()->page_size);
    if (hfp_vm_commit(thread->slots + thread->slot_committed, size) != HF_OK) {
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
    if (HF_UNLIKELY(count > thread->slot_max - thread->slot_top)) {
        thread->slot_top = thread->slot_floor; /* ends the quarantine of ended slots */
    }
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
    uint32_t base = thread->slot_floor;
    if (thread->frames) {
        hf_status status = hfi_slots_take(thread, 1, &escape);
        if (status != HF_OK) {
            return status;
        }
    }
    thread->frame_serial += thread->frame_serial == UINT32_MAX; /* 0 is an ended frame's */
    *frame = (hf_frame){ .thread_ = thread,
                         .outer_ = thread->frames,
                         .base_ = base,
                         .cookie_ = ++thread->frame_serial,
                         .records_ = thread->records,
                         .escape_ = escape,
                         .site_ = site };
    thread->frames = frame;
    thread->frame_last = frame;
    thread->frame_copy = *frame;
    return HF_OK;
}

HFI_STACK_FRAME hf_status hf_frame_begin(hf_thread *thread, hf_frame *frame, hf_site site)
{
    if (!frame) {
        return HF_E_NULL;
    }
    if (HF_UNLIKELY(!hfi_entry_ok(thread))) {
        frame->cookie_ = 0;
        return hfi_entry_refuse(thread, __func__);
    }
    if (HF_UNLIKELY(thread->frames && (uintptr_t)thread->frames <= (uintptr_t)frame)) {
        drop_stale_frames(thread, frame, (uintptr_t)__builtin_frame_address(0), site);
    }
    frame->cookie_ = 0;
    return open_frame(thread, frame, site);
}

/* True if the frame is in the chain, or may be behind the place where it is cut. */
static bool is_linked(const hf_thread *thread, const hf_frame *frame)
{
    const hf_frame *open = thread->frames;
    hf_frame copy;
    while (open && open != frame) {
        open = read_frame(thread, open, &copy) ? copy.outer_ : frame;
    }
    return open != NULL;
}

/* Takes off all that was begun inside `frame` and left. */
static void drop_inner_frames(hf_thread *thread, hf_frame *frame)
{
    while (thread->frames != frame && thread->frames != &lost) {
        drop_frame(thread, "hf_frame_end", frame->site_);
    }
    thread->frames = frame;
}

void hf_frame_end(hf_frame *frame)
{
    if (!frame || frame->cookie_ == 0) {
        return;
    }
    hf_thread *thread = frame->thread_;
    if (HF_UNLIKELY(!hfi_entry_ok(thread))) {
        (void)hfi_entry_refuse(thread, __func__);
        return;
    }
    if (HF_UNLIKELY(thread->frames != frame)) {
        uintptr_t here = (uintptr_t)__builtin_frame_address(0);
        if (hfi_is_jumped(thread, here)) {
            hfi_landed(thread, here, __func__);
        }
        if (!is_linked(thread, frame)) {
            return;
        }
        drop_inner_frames(thread, frame);
    }
    if (HF_UNLIKELY(thread->records != frame->records_)) {
        hfi_records_unwind_to(thread, frame->records_, "hf_frame_end");
    }
    pop_frame(thread, frame);
}

void hfi_frames_cut(hf_thread *thread, hf_frame *frame, const char *where)
{
    if (frame->cookie_ != 0 && is_linked(thread, frame)) {
        hfi_records_unwind_to(thread, frame->records_, where);
        thread->frames = frame;
        pop_frame(thread, frame);
    }
}

void hfi_frames_end_all(hf_thread *thread, const char *where)
{
    while (thread->frames && thread->frames != &lost) {
        drop_frame(thread, where, (hf_site){ NULL, 0 });
    }
    thread->frames = NULL;
}

bool hfi_frame_is_open(const hf_thread *thread, const hf_frame *frame, uint32_t cookie)
{
    return frame && is_linked(thread, frame) && frame->cookie_ == cookie;
}

static bool begins_above(const hf_frame *frame, uint32_t number)
{
    return frame->base_ + (frame->escape_ ? 1 : 0) > number; /* the first slot is its parent's */
}

void hfi_frame_tell_slot(const hf_thread *thread, const hf_slot *slot, hfi_text *text)
{
    uint32_t number = (uint32_t)(slot - thread->slots);
    hf_frame frame = { .base_ = 0 };
    bool is_known = thread->frames && read_frame(thread, thread->frames, &frame);
    while (is_known && begins_above(&frame, number)) {
        is_known = frame.outer_ && read_frame(thread, frame.outer_, &frame);
    }
    if (is_known && frame.site_.file) {
        hfi_text_format(text, "a local of the frame at %s:%d", frame.site_.file, frame.site_.line);
    } else {
        hfi_text_add(text, "a local of a frame");
    }
    if (thread->is_runner) {
        hfi_text_add(text, " of the runner");
    } else if (!thread->in_collector) {
        hfi_text_format(text, " in thread %llu", (unsigned long long)thread->os_thread);
    }
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
    if (!thread->frames || thread->frames == &lost || !thread->frames->outer_) {
        return hfi_misuse(thread->parts->reporter, HF_E_MISUSE, __func__, "thread", HF_SITE,
                          "open the outer frame first", "there is no parent frame to escape to");
    }
    hf_frame *frame = thread->frames;
    if (!frame->escape_) {
        return hfi_misuse(thread->parts->reporter, HF_E_SLOTS, __func__, "thread", frame->site_,
                          "escape one reference per frame",
                          "the frame's escape slot is used already");
    }
    hfi_slot_used(thread, ref);
    if (hfi_is_ended_word(ref->word_)) {
        return hfi_slot_has_ended(thread, __func__, "ref");
    }
    frame->escape_->word_ = ref->word_;
    frame->base_ = (uint32_t)(frame->escape_ - thread->slots) + 1;
    *parent_out = frame->escape_;
    frame->escape_ = NULL;
    if (thread->frame_last == frame) {
        thread->frame_copy = *frame;
    }
    return HF_OK;
}
