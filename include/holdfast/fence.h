/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_FENCE_H
#define HOLDFAST_FENCE_H

/*
 * Fences and pins: lending managed memory to native code.
 *
 *     hf_span span;
 *     HF_FENCE(thread, fence, buffer, &span);            pinned from here ...
 *     status = HF_NATIVE_CALL(thread, &error, written, write(fd, span.data, span.size));
 *     hf_fence_end(&fence);                              ... to here: the keepalive
 *
 * Within a fence the buffer neither moves nor dies, whatever else happens to the
 * slot.  The end is written in the program because that is the point up to which
 * native code may still look: no compiler moves a read of the lent bytes behind
 * it.  A fence is a dozen stores to the stack, inline; it takes no lock and counts
 * nothing, so two threads may fence one buffer without knowing of each other.
 *
 * A fence is managed state: nothing that blocks goes inside except through
 * HF_NATIVE_CALL.  For memory that native code keeps beyond a block of code
 * (overlapped I/O) there are owning pins.
 */

#include "export.h"
#include "prefix.h"
#include "ref.h"
#include "status.h"

#include <stddef.h>
#include <stdint.h>

HF_BEGIN_DECLS

/** Lent bytes. */
typedef struct hf_span {
    void *data; /* NULL if the fence failed */
    size_t size;
} hf_span;

/*
 * What fences and calls link into their thread: objects[0 .. pins) neither move
 * nor die, slots[0 .. keeps) may move but do not die.
 */
typedef struct hf_record_ {
    struct hf_record_ *outer;
    hf_thread *thread;
    hf_site site;
    const char *what; /* name shown in reports: the fence's or the function's */
    uint16_t pins;
    uint16_t keeps;
    uint32_t cookie; /* tells linked from ended and from overwritten, and since when */
    uintptr_t *objects;
    hf_slot *slots;
    void (*abandon)(
        struct hf_record_ *record); /* lets go what it holds when it is unwound; may be NULL */
    uintptr_t seal;                 /* of what is followed when it is found left over */
} hf_record_;

/** A stretch of program text in which something is pinned or held.  The fields are the library's.
 */
typedef struct hf_fence {
    hf_record_ record_;
    uintptr_t object_;
    hf_slot keep_;
    void *held_; /* a resource's cell that hf_fence_end() lets go */
    hf_status status_;
} hf_fence;

/**
 * Begins a fence on a buffer.  Prefer HF_FENCE.
 *
 * @param fence   in the caller's stack frame.
 * @param buffer  a slot that holds a buffer.
 * @param span    receives address and size; {NULL, 0} on failure.  May be NULL.
 * @param what    name for reports; static text.
 * @return HF_OK; HF_E_SLOTS; HF_E_NULL; HF_E_NOT_LENDABLE if the object holds references;
 * HF_E_SCOPE if a scope that closes waits for it; HF_E_DETACHED. On failure hf_fence_end() is still
 * right.
 *
 * @par Ownership   The fence is the caller's memory, linked until hf_fence_end(); the span dies
 * with it.
 * @par Threads     The owner, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_fence_begin(hf_thread *thread, hf_fence *fence, const hf_slot *buffer,
                                hf_span *span, const char *what, hf_site site);

/**
 * Begins a fence on a resource: lends its native value and holds it open, so
 * that a dispose on another thread closes it only after hf_fence_end().
 *
 * @param value_out  receives the native value, 0 on failure.
 * @return HF_OK; HF_E_SLOTS; HF_E_NULL; HF_E_TYPE; HF_E_CLOSED; HF_E_SCOPE if a scope that closes
 *         waits for it; HF_E_DETACHED.
 *
 * @par Ownership   Borrowed: the value is good until hf_fence_end().
 * @par Threads     The owner, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_fence_hold_at(hf_thread *thread, hf_fence *fence, const hf_slot *resource,
                                  uintptr_t *value_out, const char *what, hf_site site);

/** hf_fence_hold_at() with the place of the call. */
#define hf_fence_hold(fence, thread, resource, value_out)                                          \
    hf_fence_hold_at((thread), (fence), (resource), (value_out), #fence, HF_SITE)

/**
 * Ends a fence: the keepalive.  Last in, first out; a fence ended twice or out of
 * order is reported by name and site.
 *
 * @return HF_OK; HF_E_NULL; HF_E_MISUSE if it was ended before or is not the innermost one;
 * HF_E_RELEASE when this end closed a disposed resource and its release function failed.
 *
 * @par Ownership   Ends the loan.
 * @par Threads     The thread that began it, in managed state.
 * @par GC          None for a buffer; may park when it closes a disposed resource.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_fence_end(hf_fence *fence);

/**
 * What hf_fence_begin() or hf_fence_hold() returned; for HF_FENCE, which is a declaration.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     The thread that began it.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
static inline hf_status hf_fence_status(const hf_fence *fence)
{
    return fence->status_;
}

/**
 * hf_fence_end() for the end of a block: silent if the fence has ended already.
 *
 * @par Ownership   Ends the loan.
 * @par Threads     The thread that began it, in managed state.
 * @par GC          As hf_fence_end().
 * @par Last-error  Preserved.
 */
HF_API void hf_fence_leave(hf_fence *fence);

/*
 * The inline forms: what hf_fence_begin() and hf_fence_end() do for a buffer when all is well.
 * Whatever else there is (no object, another thread's record, checked mode, a fence that may have
 * been left open, a resource, an end out of order) is for the functions, which find the fence
 * untouched.
 */
#if defined(__GNUC__) && UINTPTR_MAX > UINT32_MAX
#define HF_INLINE_FENCES_ 1

/* Links the fence and gives the object, or does nothing and gives 0. */
static inline uintptr_t hf_fence_open_(hf_thread *thread, hf_fence *fence, const hf_slot *buffer,
                                       const char *what, hf_site site)
{
    hf_thread_prefix *words = (hf_thread_prefix *)(void *)thread;
    uintptr_t object = buffer ? buffer->word_ : 0;
    if (!hf_thread_is_plain_(words) || !HF_LIKELY_(object != 0)) {
        return 0;
    }
    uint64_t header = __atomic_load_n((const uint64_t *)object, __ATOMIC_RELAXED);
    if (!HF_LIKELY_(header >> HF_HEADER_TYPE_SHIFT_ == HF_HEADER_BYTES_) ||
        !HF_LIKELY_((header & HF_HEADER_LEAVING_) == 0)) {
        return 0;
    }
    hf_record_ *record = &fence->record_;
    hf_record_ *outer = words->records_;
    /* None, or one further out; of others it has to be asked whether they were left open. */
    if (!HF_LIKELY_((uintptr_t)outer - 1 >= (uintptr_t)record)) {
        return 0;
    }
    record->thread = thread;
    record->site = site;
    record->what = what;
    record->pins = 1;
    record->keeps = 0;
    record->cookie = HF_RECORD_OPEN_;
    record->objects = &fence->object_;
    record->slots = NULL;
    record->abandon = NULL;
    record->seal = (uintptr_t)record ^ (uintptr_t)outer ^ (uintptr_t)what ^ (uintptr_t)site.file ^
                   (uintptr_t)&fence->object_ ^ (uintptr_t)HF_RECORD_OPEN_;
    fence->object_ = object;
    fence->status_ = HF_OK;
    /* Else gcc stores thread and outer as one vector, and the end, which waits for outer, waits for
     * that to be put together. */
    __asm__ volatile("" : : : "memory");
    record->outer = outer;
    words->records_ = record;
    __asm__ volatile("" : : "r"(object) : "memory");
    return object;
}

static inline hf_span hf_fence_lent_(uintptr_t object)
{
    hf_span span;
    span.data = (void *)(object + HF_HEADER_SIZE_);
    span.size = (size_t) * (const uint64_t *)(object + HF_HEADER_LENGTH_AT_);
    return span;
}

static inline hf_status hf_fence_begin_(hf_thread *thread, hf_fence *fence, const hf_slot *buffer,
                                        hf_span *span, const char *what, hf_site site)
{
    uintptr_t object = fence ? hf_fence_open_(thread, fence, buffer, what, site) : 0;
    if (!HF_LIKELY_(object != 0)) {
        return hf_fence_begin(thread, fence, buffer, span, what, site);
    }
    if (span) {
        *span = hf_fence_lent_(object);
    }
    return HF_OK;
}

/* Unlinks the fence and gives true, or does nothing. */
static inline bool hf_fence_close_(hf_fence *fence)
{
    hf_record_ *record = &fence->record_;
    __asm__ volatile("" : : "r"(fence->object_) : "memory");
    if (!HF_LIKELY_(record->cookie == HF_RECORD_OPEN_) || !HF_LIKELY_(record->keeps == 0)) {
        return false;
    }
    hf_thread_prefix *words = (hf_thread_prefix *)(void *)record->thread;
    if (!hf_thread_is_plain_(words) || !HF_LIKELY_(words->records_ == record)) {
        return false;
    }
    words->records_ = record->outer;
    record->cookie = HF_RECORD_ENDED_;
    return true;
}

static inline hf_status hf_fence_end_(hf_fence *fence)
{
    return HF_LIKELY_(fence != NULL) && HF_LIKELY_(hf_fence_close_(fence)) ? HF_OK
                                                                           : hf_fence_end(fence);
}

static inline void hf_fence_leave_(hf_fence *fence)
{
    /* One that stood in a collection is open by another word, for the function. */
    if (fence->record_.cookie != HF_RECORD_ENDED_ && !hf_fence_close_(fence)) {
        hf_fence_leave(fence);
    }
}

#define hf_fence_begin(...) hf_fence_begin_(__VA_ARGS__)
#define hf_fence_end(fence) hf_fence_end_(fence)
#else
#define hf_fence_leave_ hf_fence_leave
#endif

#ifdef HF_CLEANUP
/** Declares the fence `name` on a buffer; it ends with hf_fence_end(&name) or with the block. */
#define HF_FENCE(thread, name, buffer, span)                                                       \
    hf_fence name HF_CLEANUP(hf_fence_leave_);                                                     \
    (void)hf_fence_begin((thread), &name, (buffer), (span), #name, HF_SITE)
#endif

/**
 * Keeps the object in `ref` reachable up to here, without a fence.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     The thread that owns the slot, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API void hf_keepalive(const hf_slot *ref);

/* ---- owning pins: loans that outlive the block ---- */

typedef struct hf_pin hf_pin;

/**
 * Pins a buffer until hf_pin_destroy(), on whatever thread that happens.
 *
 * @return HF_OK; HF_E_SLOTS; HF_E_NULL; HF_E_NOT_LENDABLE; HF_E_SCOPE; HF_E_NOMEM;
 * HF_E_DETACHED; HF_E_SHUTDOWN.
 *
 * @par Ownership   The caller owns `*pin_out`.
 * @par Threads     The owner, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_pin_create_at(hf_thread *thread, const hf_slot *buffer,
                                                hf_pin **pin_out, hf_site site);

/** hf_pin_create_at() with the place of the call. */
#define hf_pin_create(thread, buffer, pin_out)                                                     \
    hf_pin_create_at((thread), (buffer), (pin_out), HF_SITE)

/**
 * The pinned bytes.
 *
 * @return {NULL, 0} for NULL.
 *
 * @par Ownership   Borrowed until hf_pin_destroy().
 * @par Threads     Any, attached or not, native or managed.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_span hf_pin_span(const hf_pin *pin);

/**
 * Writes the pinned buffer's reference to a slot.
 *
 * @return HF_OK; HF_E_NULL; HF_E_SLOTS.
 *
 * @par Ownership   The slot holds the object too.
 * @par Threads     The owner of the slot, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_pin_ref(const hf_pin *pin, hf_ref out);

/**
 * Ends a pin.
 *
 * @param pin  NULL is fine.  Destroying a pin twice is reported where it can be told.
 *
 * @par Ownership   Takes the pin.
 * @par Threads     Any, attached or not, native or managed.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API void hf_pin_destroy(hf_pin *pin);

HF_END_DECLS

#endif
