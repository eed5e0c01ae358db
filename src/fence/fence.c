/* SPDX-License-Identifier: MIT */

/*
 * Fences: records that a program opens itself.
 *
 * In programs compiled by gcc or clang for 64 bits these functions are the slow path: the
 * usual fence is made and ended inline (holdfast/fence.h), by the same protocol.
 *
 * Begin and end are calls of functions that the compiler does not see into, or,
 * with link-time optimisation, contain an asm statement with a memory clobber and
 * the lent address as an input: no read or write of lent bytes moves across them.
 */

#include "fence/fence.h"

#include "diag/report.h"
#include "fence/fences.h"
#include "heap/birth.h"
#include "resource/resource.h"

const char hfi_fence_own[] = "the call";

static void compiler_barrier(const void *lent)
{
    __asm__ volatile("" : : "r"(lent) : "memory");
}

hf_status hfi_lendable(hf_thread *thread, const hf_slot *buffer, const char *function,
                       uintptr_t *object_out)
{
    hf_status status = hfi_slot_object(thread, buffer, function, "buffer", object_out);
    if (status == HF_OK && hfi_object_type_id(*object_out) != HFI_TYPE_BYTES) {
        status = HF_E_NOT_LENDABLE;
    }
    if (status == HF_OK && HF_UNLIKELY(hfi_object_word(*object_out) & HFI_FLAG_LEAVING)) {
        status = HF_E_SCOPE;
    }
    return status;
}

static hf_status refuse(hf_thread *thread, hf_fence *fence, hf_status status, const hf_slot *slot,
                        const hfi_fence_names *names)
{
    fence->status_ = status;
    if (status == HF_E_MISUSE) {
        return status; /* reported where it was found */
    }
    char text[96];
    char closed[HFI_RESOURCE_TEXT];
    hf_report report = HF_REPORT_INIT;
    report.kind = HF_REPORT_MISUSE;
    report.status = status;
    report.function = names->function;
    report.argument = names->argument;
    report.site = names->site;
    report.message = hf_status_text(status);
    report.remedy = status == HF_E_SLOTS   ? "open an inner frame"
                    : status == HF_E_SCOPE ? "end all use of a scope's things before its close"
                    : status == HF_E_NOT_LENDABLE
                        ? "lend a buffer made by hf_bytes_create()"
                        : "give a slot that holds an object of the right kind";
    if (status == HF_E_CLOSED) {
        hfi_resource_tell_closed(thread, slot->word_, &report, closed, sizeof closed);
        report.remedy = "hold it before its owner disposes it";
    } else {
        hfi_heap_tell_slot(thread->parts->heap, slot, &report, text, sizeof text);
    }
    return hfi_report(thread->parts->reporter, &report);
}

/* A fence that hf_fence_end() may be called on whatever happens.  Field by field: for a struct of
 * this size gcc makes of memset() a `rep stos`, which takes longer than all else in a fence. */
static void clear_fence(hf_fence *fence, const char *what, hf_site site)
{
    hf_record_ *record = &fence->record_;
    record->outer = NULL;
    record->thread = NULL;
    record->site.file = site.file;
    record->site.line = site.line;
    record->what = what;
    record->pins = 0;
    record->keeps = 0;
    record->cookie = 0;
    record->objects = NULL;
    record->slots = NULL;
    record->abandon = NULL;
    fence->object_ = 0;
    fence->keep_.word_ = 0;
    fence->held_ = NULL;
    fence->status_ = HF_OK;
}

static inline hf_status begin_buffer(hf_thread *thread, hf_fence *fence, const hf_slot *buffer,
                                     hf_span *span, const hfi_fence_names *names)
{
    if (HF_UNLIKELY(!hfi_entry_ok(thread))) {
        clear_fence(fence, names->what, names->site);
        fence->status_ = hfi_entry_refuse(thread, names->function);
        return fence->status_;
    }
    hfi_record_prepare(thread, &fence->record_, names->function);
    clear_fence(fence, names->what, names->site);
    hf_status status = hfi_lendable(thread, buffer, names->function, &fence->object_);
    if (HF_UNLIKELY(status != HF_OK)) {
        return refuse(thread, fence, status, buffer, names);
    }
    fence->record_.objects = &fence->object_;
    fence->record_.pins = 1;
    hfi_record_push(thread, &fence->record_);
    if (span) {
        span->data = hfi_payload_16(fence->object_);
        span->size = (size_t)*hfi_object_length(fence->object_);
    }
    compiler_barrier(hfi_payload_16(fence->object_));
    return HF_OK;
}

HFI_STACK_FRAME hf_status(hf_fence_begin)(hf_thread *thread, hf_fence *fence, const hf_slot *buffer,
                                          hf_span *span, const char *what, hf_site site)
{
    if (span) {
        *span = (hf_span){ NULL, 0 };
    }
    if (!fence) {
        return HF_E_NULL;
    }
    return begin_buffer(thread, fence, buffer, span,
                        &(hfi_fence_names){ __func__, "buffer", what, site });
}

HFI_STACK_FRAME hf_status hfi_fence_begin_as(hf_thread *thread, hf_fence *fence,
                                             const hf_slot *buffer, hf_span *span,
                                             const hfi_fence_names *names)
{
    return begin_buffer(thread, fence, buffer, span, names);
}

/* ---- holding a resource ---- */

static hf_status let_go(hf_thread *thread, hf_fence *fence)
{
    void *cell = fence->held_;
    fence->held_ = NULL;
    return cell ? hfi_resource_let_go(thread, cell) : HF_OK;
}

static void abandon(hf_record_ *record)
{
    hf_fence *fence = HF_CONTAINER(record, hf_fence, record_);
    (void)let_go(record->thread, fence);
}

HFI_STACK_FRAME hf_status hfi_fence_hold_as(hf_thread *thread, hf_fence *fence,
                                            const hf_slot *resource, uintptr_t *value_out,
                                            const hfi_fence_names *names)
{
    *value_out = 0;
    if (!hfi_entry_ok(thread)) {
        clear_fence(fence, names->what, names->site);
        fence->status_ = hfi_entry_refuse(thread, names->function);
        return fence->status_;
    }
    hfi_record_prepare(thread, &fence->record_, names->function);
    clear_fence(fence, names->what, names->site);
    uintptr_t object;
    hf_status status = hfi_slot_object(thread, resource, names->function, "resource", &object);
    if (status == HF_OK && HF_UNLIKELY(hfi_object_word(object) & HFI_FLAG_LEAVING)) {
        status = HF_E_SCOPE;
    }
    if (status == HF_OK) {
        status = hfi_resource_hold(thread, object, value_out, &fence->held_);
    }
    if (status != HF_OK) {
        return refuse(thread, fence, status, resource, names);
    }
    fence->keep_.word_ = object;
    fence->record_.slots = &fence->keep_;
    fence->record_.keeps = 1;
    fence->record_.abandon = abandon;
    hfi_record_push(thread, &fence->record_);
    return HF_OK;
}

hf_status hf_fence_hold_at(hf_thread *thread, hf_fence *fence, const hf_slot *resource,
                           uintptr_t *value_out, const char *what, hf_site site)
{
    if (value_out) {
        *value_out = 0;
    }
    if (!fence || !value_out) {
        return HF_E_NULL;
    }
    return hfi_fence_hold_as(thread, fence, resource, value_out,
                             &(hfi_fence_names){ __func__, "resource", what, site });
}

/* ---- ending ---- */

/* For a finder: whether the fence was needed shows when it is gone. */
static __attribute__((noinline)) hf_status let_go_watched(hf_thread *thread, hf_fence *fence)
{
    const hfi_watch *watch = thread->parts->watch;
    hfi_ended_fence ended = { .object = fence->keep_.word_,
                              .what = fence->record_.what,
                              .site = fence->record_.site };
    ended.is_disposed = hfi_resource_is_disposed(fence->held_, &ended.class_name);
    hf_status status = let_go(thread, fence);
    watch->fence_ended(watch->self, thread, &ended);
    return status;
}

static hf_status let_go_resource(hf_thread *thread, hf_fence *fence)
{
    bool is_asked = thread->parts->watch && fence->held_ && fence->record_.what != hfi_fence_own;
    return HF_UNLIKELY(is_asked) ? let_go_watched(thread, fence) : let_go(thread, fence);
}

static hf_status end_fence(hf_fence *fence)
{
    hf_thread *thread = fence->record_.thread;
    compiler_barrier((const void *)fence->object_);
    if (HF_UNLIKELY(!hfi_entry_ok(thread))) {
        return hfi_entry_refuse(thread, "hf_fence_end");
    }
    hf_status status = HF_OK;
    if (HF_UNLIKELY(thread->records != &fence->record_)) {
        status = HF_E_MISUSE;
        hfi_records_unwind_to(thread, &fence->record_, "hf_fence_end");
        if (thread->records != &fence->record_) {
            fence->record_.cookie = HFI_RECORD_ENDED;
            return status; /* the chain was cut, which has been reported */
        }
    }
    if (HF_UNLIKELY(thread->checked) && fence->record_.pins != 0) {
        hfi_unpin_note(thread->parts->fences, fence->object_, fence->record_.what,
                       fence->record_.site);
    }
    hfi_record_pop(&fence->record_);
    hf_status closed =
        HF_UNLIKELY(fence->record_.keeps != 0) ? let_go_resource(thread, fence) : HF_OK;
    return status != HF_OK ? status : closed;
}

/* The seal too, as a cookie that tells an age is less of a word. */
static bool is_open(const hf_fence *fence)
{
    const hf_record_ *record = &fence->record_;
    return record->cookie == HFI_RECORD_OPEN ||
           (hfi_cookie_is_open(record->cookie) && record->seal == hfi_record_seal(record, record));
}

hf_status(hf_fence_end)(hf_fence *fence)
{
    if (!fence) {
        return HF_E_NULL;
    }
    if (HF_LIKELY(is_open(fence))) {
        return end_fence(fence);
    }
    if (fence->status_ != HF_OK) {
        return HF_OK; /* it never began */
    }
    hfi_reporter *reporter = fence->record_.thread ? fence->record_.thread->parts->reporter : NULL;
    return hfi_misuse(reporter, HF_E_MISUSE, __func__, fence->record_.what, fence->record_.site,
                      "end a fence once", "the fence has ended already");
}

void(hf_fence_leave)(hf_fence *fence)
{
    if (fence && is_open(fence)) {
        (void)end_fence(fence);
    }
}

void hf_keepalive(const hf_slot *ref)
{
    if (ref) {
        hfi_slot_used(NULL, ref);
    }
    compiler_barrier(ref);
}
