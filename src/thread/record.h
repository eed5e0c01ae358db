/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_THREAD_RECORD_H
#define HOLDFAST_THREAD_RECORD_H

/*
 * Records: what fences and calls link into their thread, so that the collector
 * finds what is pinned and kept.  A push and a pop are a store each; nothing is
 * counted, so two threads that pin one buffer are two records.
 */

#include "thread/thread.h"

#include <holdfast/fence.h>

#define HFI_RECORD_OPEN  HF_RECORD_OPEN_
#define HFI_RECORD_ENDED HF_RECORD_ENDED_

/*
 * The links lie on the C stack.  A record that was left without its end (the
 * portable form allows it) may be overwritten before anybody notices, so a link is
 * followed only if its cookie and its thread are right.
 */

/**
 * True for an address on a part of the thread's C stack that is over: below the stack address
 * `caller` at which the library was called.  Memory elsewhere (a fixture's, a fake stack of a
 * sanitizer) is not told.
 */
static inline bool hfi_is_left_on_stack(const hf_thread *thread, uintptr_t at, uintptr_t caller)
{
    return at - thread->stack_low < caller - thread->stack_low;
}

/*
 * A collection that finds a record open for the first time writes its number into the cookie; so an
 * open record tells its age, and what begins and ends between two collections pays nothing.
 */
#define HFI_RECORD_AGED      0xa6000000u
#define HFI_RECORD_AGED_MASK 0xff000000u

static inline bool hfi_cookie_is_open(uint32_t cookie)
{
    return cookie == HFI_RECORD_OPEN || (cookie & HFI_RECORD_AGED_MASK) == HFI_RECORD_AGED;
}

/** For how many collections an open record has stood, with `now` of them so far; modulo 2^24. */
static inline uint64_t hfi_record_age(const hf_record_ *record, uint64_t now)
{
    return record->cookie == HFI_RECORD_OPEN ? 0 : (now - record->cookie) & ~HFI_RECORD_AGED_MASK;
}

/** Says that the record stood in a collection, before which there were `now`; nothing if one has
 * said so before.  With the world stopped. */
void hfi_record_stood(const hf_record_ *record, uint64_t now);

/** Copies a record that may lie on a dead part of the stack; false if it is overwritten. */
bool hfi_record_read(const hf_thread *thread, const hf_record_ *record, hf_record_ *copy_out);

/**
 * Copies the innermost record that can be read from `record` (may be NULL) on, and gives it; NULL:
 * there is none.  Where one is overwritten, so is its link, and the next is looked for on the
 * stack: what the fences further out have lent must not move meanwhile.
 */
const hf_record_ *hfi_record_next(const hf_thread *thread, const hf_record_ *record,
                                  hf_record_ *copy_out);

/** Unwinds and reports the records that cannot be open any more because `fresh`, not yet filled in,
 * is begun now by a function that was called at the stack address `caller`. */
void hfi_records_drop_stale(hf_thread *thread, const hf_record_ *fresh, uintptr_t caller,
                            const char *where);

/* The upper end of the calling function's part of the stack.  The address of the frame is a little
 * below that, and costs every call of the function a frame pointer. */
#if defined(__GNUC__) && !defined(__clang__)
#define HFI_FRAME_TOP __builtin_dwarf_cfa()
#else
#define HFI_FRAME_TOP __builtin_frame_address(0)
#endif

/**
 * Before a record is filled in: see above.  One compare when all is well.  A record at a lower
 * address is not always stale: one function may hold several, in any order.  What lies below the
 * stack of the library's own function is; so functions that use this are HFI_STACK_FRAME.
 */
static inline void hfi_record_prepare(hf_thread *thread, const hf_record_ *record,
                                      const char *where)
{
    if (HF_UNLIKELY(thread->records && (uintptr_t)thread->records <= (uintptr_t)record)) {
        hfi_records_drop_stale(thread, record, (uintptr_t)HFI_FRAME_TOP, where);
    }
}

/** A function with a stack frame of its own, also with link-time optimisation. */
#if defined(__GNUC__)
#define HFI_STACK_FRAME __attribute__((noinline))
#else
#define HFI_STACK_FRAME
#endif

/** Over the pointers that are followed in a record that may lie on a dead part of the stack, and
 * the place `at` where it lies: a copy elsewhere is no record.  An inline fence (holdfast/fence.h)
 * makes the same. */
static inline uintptr_t hfi_record_seal(const hf_record_ *record, const hf_record_ *at)
{
    return (uintptr_t)at ^ (uintptr_t)record->outer ^ (uintptr_t)record->what ^
           (uintptr_t)record->site.file ^ (uintptr_t)record->objects ^ (uintptr_t)record->slots ^
           (uintptr_t)record->abandon ^ (uintptr_t)HFI_RECORD_OPEN;
}

/** Links a prepared record whose objects are filled in. */
static inline void hfi_record_push(hf_thread *thread, hf_record_ *record)
{
    HF_ASSERT(thread->records != record);
    record->cookie = HFI_RECORD_OPEN;
    record->thread = thread;
    record->outer = thread->records;
    record->seal = hfi_record_seal(record, record);
    thread->records = record;
}

/** Unlinks the innermost record. */
static inline void hfi_record_pop(hf_record_ *record)
{
    HF_ASSERT(record->thread->records == record);
    record->thread->records = record->outer;
    record->cookie = HFI_RECORD_ENDED;
}

/**
 * Unlinks and reports every record deeper than `outer` (innermost first): their block was left
 * without their end.  Used at the end of a frame, a callback's return and a detach.
 */
void hfi_records_unwind(hf_thread *thread, hf_record_ *outer, const char *where);

/** The same if `outer` is still linked, or can no longer be found; nothing if it has ended. */
void hfi_records_unwind_to(hf_thread *thread, hf_record_ *outer, const char *where);

/** Fences and calls open in all threads; 0 if one of them reaches no safepoint within a second.
 * From a thread that is not attached, or is in native state. */
uint64_t hfi_records_open(hfi_world *world);

#endif
