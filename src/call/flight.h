/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_CALL_FLIGHT_H
#define HOLDFAST_CALL_FLIGHT_H

/*
 * Which calls are in flight, so that no function ends, and no library is unloaded,
 * under one.  See flight.c and docs/design/library.md.
 */

#include "call/function.h"
#include "diag/left.h"
#include "heap/participant.h"
#include "thread/thread.h"

typedef struct hfi_flights hfi_flights;

HF_MUST_CHECK hf_status hfi_flights_create(hfi_parts *parts, hfi_flights **flights_out);
void hfi_flights_destroy(hfi_flights *flights);

/** Takes and gives the module's lock around a fork. */
void hfi_flights_lock(hfi_flights *flights);
void hfi_flights_unlock(hfi_flights *flights);

/** Threads that are in a call of any function. */
unsigned hfi_flights_count(hfi_flights *flights);

/** Tells of each of those calls, and of each function, library and binding that is not given back.
 * The lock is held: the visitor calls nothing of this module. */
void hfi_flights_each_left(hfi_flights *flights, hfi_left_fn fn, void *user);
void hfi_owned_each_left(hfi_flights *flights, hfi_left_fn fn, void *user);

/** Threads that are in a call of the function, at least. */
unsigned hfi_flights_in(const hf_function *function);

/** Ends a function, at once or behind the last call that is in it.  Any thread. */
void hfi_flights_end_function(hf_function *function);

/** Ends those that waited and have no call in them any more.  Any thread; a load if none waits. */
void hfi_flights_sweep(hfi_flights *flights);

/** Not 0 if this thread is in a call already. */
static inline uintptr_t hfi_flight_word(const hf_thread *thread)
{
    return (uintptr_t)atomic_load_explicit(&thread->calling, memory_order_relaxed);
}

/** True if so: this one comes from a callback. */
static inline bool hfi_flight_is_nested(const hf_thread *thread)
{
    return hfi_flight_word(thread) != 0;
}

/** A call begins on a thread that is in none. */
static inline void hfi_flight_begin(hf_thread *thread, const hf_function *function)
{
    atomic_store_explicit(&thread->calling, function, memory_order_relaxed);
}

/** It is over: the function is not looked at any more.  pairs with the acquire in
 * hfi_flights_in() */
static inline void hfi_flight_end(hf_thread *thread)
{
    atomic_store_explicit(&thread->calling, NULL, memory_order_release);
}

/** A call inside another one of the same thread.  Gives what its end is handed. */
uint32_t hfi_flight_begin_nested(hf_thread *thread, const hf_function *function);
void hfi_flight_end_nested(hf_thread *thread, uint32_t depth);

/** All calls of this thread were jumped over. */
void hfi_flight_forget(hf_thread *thread);

#endif
