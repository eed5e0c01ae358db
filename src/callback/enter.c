/* SPDX-License-Identifier: MIT */

/*
 * From native code into a handler, and back.
 *
 * The order is what makes it safe:
 *
 *   1  errno and the last error are saved: native code does not expect a function
 *      pointer to change them
 *   2  the run is counted, and then the state is read; whoever ends the callback, or
 *      its runtime, writes the state and then reads the counts.  So either this run
 *      sees that it is too late, or the other one sees the run and waits.  Before
 *      step 2 nothing but the cell is touched, and cells are for ever
 *   3  the thread is found, or attached; it has to be in native state
 *   4  managed state, a run, a frame; arguments; the handler; the frame's end
 *   5  the result is checked and written, native state, the count, the error values
 *
 * Counting without a lock prefix: a callback has an owner, the thread that made or
 * lends it, which counts by plain stores in a word of its own; all others count by an
 * atomic add.  That the owner's store is not passed by its load of the state is paid
 * for by who writes the state, with a process-wide barrier, as in thread/stop.c; in
 * exchange mode by an exchange here.
 *
 * The owner in the ordinary case has a way of its own, run_quickly(): the same steps in
 * the same order, with what each of them might have to do otherwise asked for at once.
 *
 * No lock and no allocation, but for a thread's first run and each depth of nesting
 * that it reaches first.
 *
 * Threads: any.
 */

#include "callback/inside.h"

#include "check/check.h"
#include "thread/record.h"

/* ---- counting ---- */

static inline void set_owner_runs(hf_callback *callback, uint32_t runs)
{
    if (callback->exchange) {
        atomic_exchange_explicit(&callback->owner_runs, runs, memory_order_seq_cst);
    } else {
        /* release: pairs with who reads the count and then ends what the run has used */
        atomic_store_explicit(&callback->owner_runs, runs, memory_order_release);
        atomic_signal_fence(memory_order_seq_cst);
    }
}

static inline uint32_t owner_runs(hf_callback *callback)
{
    return atomic_load_explicit(&callback->owner_runs, memory_order_relaxed);
}

static inline void count(hf_callback *callback, bool is_owner)
{
    if (HF_LIKELY(is_owner)) {
        set_owner_runs(callback, owner_runs(callback) + 1);
    } else {
        atomic_fetch_add_explicit(&callback->other_runs, 1, memory_order_seq_cst);
    }
}

static inline void uncount(hf_callback *callback, bool is_owner)
{
    if (HF_LIKELY(is_owner)) {
        set_owner_runs(callback, owner_runs(callback) - 1);
    } else {
        atomic_fetch_sub_explicit(&callback->other_runs, 1, memory_order_seq_cst);
    }
    uint32_t state = atomic_load_explicit(&callback->state, memory_order_seq_cst);
    if (HF_UNLIKELY(state == HFI_CALLBACK_ENDING)) {
        hfi_callback_left(callback);
    }
}

void hfi_run_uncount(hf_callback *callback, bool is_owner)
{
    uncount(callback, is_owner);
}

/* ---- the thread ---- */

static hf_thread *attach(hf_callback *callback)
{
    hf_thread *thread;
    hf_status status = hf_thread_attach((hf_runtime *)(void *)callback->parts, &thread);
    if (status != HF_OK) {
        hfi_refuse_status(callback, status);
        return NULL;
    }
    thread->is_visitor = true;
    hfi_enter(thread);
    return thread;
}

static __attribute__((noinline)) hf_thread *find_thread(hf_callback *callback, bool is_owner)
{
    hf_thread *thread = hfi_world_self(callback->parts->world);
    bool is_visit = !thread || thread->is_visitor;
    if (is_visit && atomic_load_explicit(&callback->parts->is_stopping, memory_order_seq_cst)) {
        hfi_refuse_status(callback, HF_E_SHUTDOWN);
        return NULL;
    }
    if (!thread) {
        thread = attach(callback);
    } else if (atomic_load_explicit(&thread->state, memory_order_relaxed) != HFI_NATIVE) {
        hfi_refuse_thread(callback, thread);
        thread = NULL;
    }
    if (thread && is_owner) {
        callback->owner = thread; /* it was attached again */
    }
    return thread;
}

/* The owner's record, without a look-up: a native record around whose stack we stand is ours. */
static inline hf_thread *thread_of(hf_callback *callback, bool is_owner)
{
    if (HF_LIKELY(is_owner)) {
        hf_thread *thread = callback->owner;
        if (HF_LIKELY(hfi_is_owner(thread) &&
                      atomic_load_explicit(&thread->state, memory_order_relaxed) == HFI_NATIVE)) {
            return thread;
        }
    }
    return find_thread(callback, is_owner);
}

/* ---- one run ---- */

/* A handler that returns in another state than it was called in, or in a child that it forked. */
static __attribute__((noinline)) void repair_state(hf_callback *callback, hf_thread *thread)
{
    uint32_t state = atomic_load_explicit(&thread->state, memory_order_relaxed);
    if (state == HFI_NATIVE) {
        hfi_refuse_leftover(callback, state);
        hfi_leave(thread);
    } else if (state == HFI_RAW) {
        atomic_store_explicit(&thread->state, HFI_MANAGED, memory_order_relaxed);
        hfi_refuse_leftover(callback, state);
    }
}

static inline void begin_run(hf_callback *callback, hf_thread *thread, hfi_run *run, bool is_owner,
                             uintptr_t here)
{
    run->callback = callback;
    run->is_owner = is_owner;
    run->delivered.depth = 0;
    run->parked_outside = thread->parked;
    thread->parked = NULL;
    run->base.outer = thread->activations;
    run->base.stack = here;
    thread->activations = &run->base;
    thread->spare_activation = run->inner ? &run->inner->base : NULL;
    hfi_frame_push(thread, &run->frame, callback->born);
}

static inline void end_run(hf_thread *thread, hfi_run *run)
{
    hfi_frame_pop(thread, &run->frame);
    thread->activations = run->base.outer;
    thread->spare_activation = &run->base;
    thread->parked = run->parked_outside;
}

static inline hf_status check_result(hf_callback *callback, hf_thread *thread, void *result,
                                     const hf_value *value)
{
    const hfi_signature *signature = callback->signature;
    if (signature->is_integer &&
        HF_LIKELY(value->u - signature->result_least <= signature->result_span)) {
        *(ffi_arg *)result = (ffi_arg)value->u;
        return HF_OK;
    }
    if (signature->result == HFI_C_F64) {
        *(double *)result = value->f;
        return HF_OK;
    }
    if (signature->result == HFI_C_POINTER &&
        HF_UNLIKELY(hfi_heap_contains(thread->parts->heap, (uintptr_t)value->pointer))) {
        hf_status status = hfi_check_callback_result(thread, callback->name, value->pointer, NULL);
        if (status != HF_OK) {
            return status; /* reported */
        }
    }
    if (HF_UNLIKELY(!hfi_result_write(signature, result, value))) {
        hfi_refuse_result(callback, value, HF_E_RANGE);
        return HF_E_RANGE;
    }
    return HF_OK;
}

static inline bool is_managed(hf_thread *thread)
{
    return atomic_load_explicit(&thread->state, memory_order_relaxed) == HFI_MANAGED;
}

/* In managed state.  False if native code gets the safe value. */
static inline bool run_handler(hf_callback *callback, hf_thread *thread, bool is_owner,
                               void *result, void **arguments, uintptr_t here)
{
    if (HF_UNLIKELY(hfi_is_jumped(thread, here))) {
        hfi_jumped(thread, here, callback->name);
    }
    hfi_run *run = (hfi_run *)(void *)thread->spare_activation;
    if (HF_UNLIKELY(!run)) {
        run = hfi_run_make(thread);
    }
    if (HF_UNLIKELY(!run)) {
        hfi_refuse_status(callback, HF_E_NOMEM);
        hfi_run_park(thread, callback, HF_E_NOMEM);
        return false;
    }
    begin_run(callback, thread, run, is_owner, here);
    hf_value values[HFI_PARAMS_MAX];
    hf_value value = { .u = 0 };
    hfi_arguments_get(callback->signature, arguments, values);
    if (hfi_kind_is_memory(callback->signature->result)) {
        value.pointer = result;
    }
    hf_status status = callback->handler(thread, values, &value, callback->user);
    if (HF_UNLIKELY(!is_managed(thread))) {
        repair_state(callback, thread);
    }
    end_run(thread, run);
    if (HF_LIKELY(status == HF_OK)) {
        status = check_result(callback, thread, result, &value);
    }
    if (HF_UNLIKELY(status != HF_OK)) {
        hfi_run_park(thread, callback, status);
    }
    return status == HF_OK;
}

/* The thread is native before and after. */
static inline bool cross_and_run(hf_callback *callback, hf_thread *thread, bool is_owner,
                                 void *result, void **arguments, uintptr_t here)
{
    if (HF_UNLIKELY(thread->no_callback != NULL)) {
        thread->contract_breaks++;
        hfi_refuse_thread(callback, thread);
        return false;
    }
    hfi_leave(thread);
    thread->callback_entries++;
    if (HF_UNLIKELY(!is_managed(thread))) { /* the child of a fork */
        hfi_fork_enter(thread);
        hfi_refuse_status(callback, HF_E_FORKED);
        return false;
    }
    hfi_crossing(thread);
    bool is_good = run_handler(callback, thread, is_owner, result, arguments, here);
    if (HF_LIKELY(is_managed(thread))) {
        hfi_crossing(thread);
        hfi_enter(thread);
    } else { /* the handler has forked, and this is the child */
        hfi_fork_enter(thread);
    }
    return is_good;
}

/* Steps 1 to 5 for every case, but that who is on the owner's stack has counted.  `here` is the
 * same place for every callback from one native frame, so that a jump is found whichever way it
 * takes. */
static __attribute__((noinline)) void enter_any(hf_callback *callback, void *result,
                                                void **arguments, bool is_owner, uintptr_t here)
{
    hfp_native_error error;
    hfp_native_error_take(&error.errno_value, &error.last_error, &error.wsa_error);
    if (!is_owner) {
        count(callback, is_owner);
    }
    uint32_t state = atomic_load_explicit(&callback->state, memory_order_seq_cst);
    bool is_good = false;
    if (HF_LIKELY(state == HFI_CALLBACK_LIVE)) {
        hf_thread *thread = thread_of(callback, is_owner);
        is_good = thread && cross_and_run(callback, thread, is_owner, result, arguments, here);
    } else {
        hfi_refuse_state(callback, state);
    }
    if (HF_UNLIKELY(!is_good)) {
        hfi_result_write_safe(callback->signature, result, callback->safe);
    }
    uncount(callback, is_owner);
    hfp_native_error_restore(error);
}

/* ---- the owner, in the ordinary case ---- */

/* Nothing is to be done that run_quickly() leaves out.  Only after the state was read, for it looks
 * at the thread. */
static inline bool is_ordinary(const hf_thread *thread, uintptr_t here)
{
    uint32_t differs =
        (atomic_load_explicit(&thread->state, memory_order_relaxed) ^ HFI_NATIVE) |
        (atomic_load_explicit(&thread->detours, memory_order_relaxed) & ~HFI_DETOUR_EXCHANGE) |
        atomic_load_explicit(&thread->gate, memory_order_relaxed);
    return HF_LIKELY(differs == 0) && HF_LIKELY(here - thread->stack_low <= thread->stack_size) &&
           HF_LIKELY(!thread->no_callback) && HF_LIKELY(thread->spare_activation != NULL) &&
           HF_LIKELY(!hfi_is_jumped(thread, here));
}

/* Behind a handler that fails, or comes back in another state.  False: native code gets the safe
 * value. */
static __attribute__((noinline)) bool finish_slowly(hf_callback *callback, hf_thread *thread,
                                                    hfi_run *run, hf_status status, void *result,
                                                    const hf_value *value)
{
    if (!is_managed(thread)) {
        repair_state(callback, thread);
    }
    end_run(thread, run);
    if (status == HF_OK) {
        status = check_result(callback, thread, result, value);
    }
    if (status != HF_OK) {
        hfi_run_park(thread, callback, status);
    }
    if (is_managed(thread)) {
        hfi_enter(thread);
    } else { /* the handler has forked, and this is the child */
        hfi_fork_enter(thread);
    }
    return status == HF_OK;
}

static inline bool finish_quickly(hf_callback *callback, hf_thread *thread, hfi_run *run,
                                  hf_status status, void *result, const hf_value *value)
{
    if (HF_UNLIKELY(status != HF_OK) || HF_UNLIKELY(!is_managed(thread))) {
        return finish_slowly(callback, thread, run, status, result, value);
    }
    end_run(thread, run);
    status = check_result(callback, thread, result, value);
    if (HF_UNLIKELY(status != HF_OK)) {
        hfi_run_park(thread, callback, status);
    }
    hfi_enter(thread);
    return status == HF_OK;
}

static inline __attribute__((always_inline)) void run_quickly(hf_callback *callback,
                                                              hf_thread *thread, void *result,
                                                              void **arguments, uintptr_t here)
{
    const int errno_value = *thread->errno_at;
    const uint32_t last_error = hfp_last_error_read();
    if (!hfi_leave_open(thread, thread->exchange)) {
        hfi_leave_slow(thread);
        if (HF_UNLIKELY(!is_managed(thread))) { /* the child of a fork */
            hfi_fork_enter(thread);
            enter_any(callback, result, arguments, true, here);
            return;
        }
    }
    thread->callback_entries++;
    hfi_run *run = (hfi_run *)(void *)thread->spare_activation;
    begin_run(callback, thread, run, true, here);
    hf_value values[HFI_PARAMS_MAX];
    hf_value value = { .u = 0 };
    hfi_arguments_get(callback->signature, arguments, values);
    if (HF_UNLIKELY(hfi_kind_is_memory(callback->signature->result))) {
        value.pointer = result;
    }
    hf_status status = callback->handler(thread, values, &value, callback->user);
    if (HF_UNLIKELY(!finish_quickly(callback, thread, run, status, result, &value))) {
        hfi_result_write_safe(callback->signature, result, callback->safe);
    }
    uncount(callback, true);
    if (HF_UNLIKELY(*thread->errno_at != errno_value || hfp_last_error_read() != last_error)) {
        hfp_native_error_restore((hfp_native_error){ errno_value, last_error, last_error });
    }
}

void hfi_callback_enter(ffi_cif *cif, void *result, void **arguments, void *user)
{
    (void)cif;
    hf_callback *callback = user;
    /* the upper end of this frame: all of enter_any(), which may take its place, lies below */
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    uint64_t stack = atomic_load_explicit(&callback->owner_stack, memory_order_relaxed);
    bool is_owner = hfi_is_on_stack(stack, here);
    if (HF_LIKELY(is_owner)) {
        count(callback, true);
        if (HF_LIKELY(atomic_load_explicit(&callback->state, memory_order_seq_cst) ==
                      HFI_CALLBACK_LIVE) &&
            is_ordinary(callback->owner, here)) {
            run_quickly(callback, callback->owner, result, arguments, here);
            return;
        }
    }
    enter_any(callback, result, arguments, is_owner, here);
}
