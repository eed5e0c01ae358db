/* SPDX-License-Identifier: MIT */

/*
 * hf_call: one try, or as many as a growing call needs.
 *
 * A call without buffers that the library makes is one try and nothing of the loop
 * below.  Otherwise the prototype's roles decide after each try:
 *
 *   fail        did it fail; only then `grow` says whether for want of room
 *   grow_ok     did it succeed and still leave something out
 *   needed      how much room it asks for: believed upwards alone
 *   transient   did it fail only for now; then it is called again with the same room
 *   append      there is more to come: what it gave is kept, and it is called again (append.c)
 *   once        what did not fit is lost, so there is no second try
 *   room        which capacities it takes: first, least, most, multiples, exactly its need
 *
 * and the caller's policy bounds them: tries, repeats, bytes, time, growth and slack (capacity.c).
 *
 * Progress: a capacity that grows does so by half at least (or what the policy says), whatever the
 * callee says (nothing, zero, less than it had, garbage), so the number of tries is
 * bounded by the logarithm of bytes_max, and by tries_max in any case.  What takes
 * its need exactly goes where that says, within tries_max.
 * Staleness: lengths are read from the try that succeeded.  Overflow: sizes are
 * 64-bit and checked; one that its own parameter cannot say is a limit, never
 * wrapped.
 *
 * Threads: the owner of the call, managed.
 */

#include "retry/retry.h"
#include "retry/adopt.h"
#include "retry/append.h"
#include "retry/capacity.h"

#include "call/begin.h"
#include "call/flight.h"
#include "platform/platform.h"
#include "thread/activation.h"

/* What one buffer wants after a try. */
typedef struct growth {
    bool wants;    /* to be larger */
    bool is_lying; /* "too small", yet its need is no more than it had */
    uint64_t need; /* bytes; 0: not said */
} growth;

/* The tries of one call. */
typedef struct tries {
    hfi_call *call;
    growth growths[HFI_PARAMS_MAX];
    hfi_pile pile;     /* of a stream: what it has given */
    unsigned repeats;  /* for transient failures; of a stream since its last piece */
    unsigned counted;  /* all others that brought nothing: what tries_max bounds */
    uint64_t began_ns; /* where there is a deadline */
} tries;

static bool holds(const hfi_call *call, const hfi_expr *expr)
{
    return expr->count && hfi_call_evaluate(call, expr);
}

/* Bytes that the callee asked for in this try; 0 if it said nothing that can be a size. */
static uint64_t said_need(const hfi_call *call, unsigned index)
{
    const hf_function *function = call->function;
    const hfi_step *step = &function->step[index];
    const hfi_buffer_rules *rules = &function->prototype.param[index].rules;
    hfi_unit counted = rules->needed_unit;
    int32_t bias = 0;
    int64_t said = 0;
    if (step->needed_by >= 0) {
        const hfi_size_role *role = &function->prototype.param[step->needed_by].needed;
        said = call->seen[step->needed_by];
        counted = role->unit;
        bias = role->bias;
    } else if (rules->needed.count) {
        said = hfi_call_evaluate(call, &rules->needed);
    }
    /* A size_t of all ones reads as -1 here: a lie just as well. */
    if (said <= 0 || said > INT64_MAX - INT32_MAX || said + bias <= 0) {
        return 0;
    }
    uint64_t unit = counted == HFI_UNIT_BYTES ? 1 : step->element;
    uint64_t units = (uint64_t)(said + bias);
    return units > UINT64_MAX / unit ? UINT64_MAX : units * unit;
}

static void remember_try(hfi_call *call)
{
    const hf_function *function = call->function;
    hf_result *result = call->result;
    uint32_t last = result->attempts - 1;
    if (last >= HF_RESULT_TRIES) {
        for (uint32_t i = 1; i < HF_RESULT_TRIES; i++) {
            result->tries[i - 1] = result->tries[i];
        }
        last = HF_RESULT_TRIES - 1;
    }
    for (unsigned i = 0; i < function->prototype.param_count; i++) {
        if (hfi_can_grow(&function->step[i])) {
            result->tries[last] =
                (hf_try){ call->argument[i].capacity, said_need(call, i), result->error };
            return;
        }
    }
}

/* Fills in who wants to grow; false if nobody does. */
static bool judge(const hfi_call *call, growth *growths)
{
    const hf_function *function = call->function;
    const hfi_prototype *prototype = &function->prototype;
    bool failed = call->result->failed;
    bool all = holds(call, failed ? &prototype->grow : &prototype->grow_ok);
    bool any = false;
    bool is_known = false;
    for (unsigned i = 0; i < prototype->param_count; i++) {
        growths[i] = (growth){ false, false, 0 };
        if (!hfi_can_grow(&function->step[i])) {
            continue;
        }
        const hfi_buffer_rules *rules = &prototype->param[i].rules;
        growths[i].need = said_need(call, i);
        growths[i].wants = holds(call, failed ? &rules->grow : &rules->grow_ok) ||
                           (!failed && hfi_call_is_cut(call, i));
        growths[i].is_lying = growths[i].need && growths[i].need <= call->argument[i].capacity;
        any |= growths[i].wants;
        is_known |= growths[i].need > call->argument[i].capacity;
    }
    if (any || !all) {
        return any;
    }
    /* One verdict for all: those whose need is larger than what they had; if none says so, every
     * one. */
    for (unsigned i = 0; i < prototype->param_count; i++) {
        if (hfi_can_grow(&function->step[i])) {
            growths[i].wants = !is_known || growths[i].need > call->argument[i].capacity;
        }
    }
    return true;
}

static hf_status stop_growing(const hfi_call *call, unsigned index, const growth *wanted,
                              const char *bound)
{
    unsigned long long had = (unsigned long long)call->argument[index].capacity;
    if (wanted->is_lying) {
        return hfi_call_complain(
            call, (int)index, HF_E_NO_PROGRESS,
            "check grow(), needed() and their unit against the callee's manual",
            "the callee says too small at %llu bytes but asks for %llu; stopped "
            "at the bound of %s",
            had, (unsigned long long)wanted->need, bound);
    }
    return hfi_call_complain(
        call, (int)index, HF_E_GROW_LIMIT,
        "raise tries_max, first_bytes or bytes_max of the function's options",
        "the callee still asks for more than %llu bytes after %u tries; stopped "
        "at the bound of %s",
        had, (unsigned)call->result->attempts, bound);
}

static hf_status lose(const hfi_call *call)
{
    return hfi_call_complain(call, -1, HF_E_LOST,
                             "give it all the room that it may need: first_bytes, or room(first n)",
                             "what did not fit is lost, and the function is not called again");
}

static hf_status grow(tries *all)
{
    hfi_call *call = all->call;
    const hf_function *function = call->function;
    bool has_grown = false;
    int stuck = -1;
    for (unsigned i = 0; i < function->prototype.param_count; i++) {
        const growth *wanted = &all->growths[i];
        if (!wanted->wants) {
            continue;
        }
        if (all->counted >= function->tries_max) {
            return stop_growing(call, i, wanted, "tries");
        }
        if (hfi_capacity_grow(call, i, wanted->need)) {
            has_grown = true;
        } else {
            stuck = (int)i;
        }
    }
    HF_VERIFY(has_grown || stuck >= 0); /* somebody wanted more, or this was not called */
    /* A buffer at its bound may not be the one that was too small, as long as another one grows. */
    return has_grown ? HF_OK : stop_growing(call, (unsigned)stuck, &all->growths[stuck], "bytes");
}

/* There is more to come, but this try brought nothing. */
static hf_status wait_for_more(const tries *all)
{
    const hfi_call *call = all->call;
    if (all->counted < call->function->tries_max) {
        return HF_OK;
    }
    return hfi_call_complain(call, (int)call->function->prototype.append_to, HF_E_NO_PROGRESS,
                             "check append() and length() against the callee's manual",
                             "append says that there is more, but %u tries brought nothing",
                             all->counted);
}

static hf_status look_at_the_clock(const tries *all)
{
    const hfi_call *call = all->call;
    uint64_t most = call->function->time_max_ns;
    uint64_t took = most ? hfp_clock_ns() - all->began_ns : 0;
    if (most == 0 || took < most) {
        return HF_OK;
    }
    return hfi_call_complain(call, -1, HF_E_TIMEOUT, "raise time_max_ns of the function's options",
                             "%u tries took %llu ns of the %llu that all may take",
                             (unsigned)call->result->attempts, (unsigned long long)took,
                             (unsigned long long)most);
}

static hf_status finish(tries *all)
{
    hfi_call *call = all->call;
    if (call->result->failed) {
        return HF_E_NATIVE;
    }
    hf_status status =
        call->function->prototype.append.count ? hfi_append_last(call, &all->pile) : HF_OK;
    status = status == HF_OK ? hfi_call_settle(call) : status;
    if (status == HF_OK) {
        hfi_capacity_remember(call);
    }
    return status;
}

/* What comes behind a try; `is_over` tells that no other one does. */
static hf_status go_on(tries *all, bool *is_over)
{
    hfi_call *call = all->call;
    const hfi_prototype *prototype = &call->function->prototype;
    if (call->result->failed && all->repeats < call->function->repeats_max &&
        holds(call, &prototype->transient)) {
        all->repeats++;
        return HF_OK;
    }
    bool has_more = holds(call, &prototype->append);
    if (has_more) {
        bool has_advanced;
        hf_status status = hfi_append_piece(call, &all->pile, &has_advanced);
        if (status != HF_OK || has_advanced) {
            all->repeats = 0;
            return status;
        }
    }
    all->counted++;
    if (judge(call, all->growths)) {
        return prototype->is_once ? lose(call) : grow(all);
    }
    if (has_more) {
        return wait_for_more(all);
    }
    *is_over = true;
    return finish(all);
}

/* Apart, so that what it needs of the stack is not taken by calls that do not grow. */
static __attribute__((noinline)) hf_status call_growing(hfi_call *call)
{
    tries all;
    all.call = call;
    all.pile = (hfi_pile){ NULL, 0, 0 };
    all.repeats = 0;
    all.counted = 0;
    all.began_ns = call->function->time_max_ns ? hfp_clock_ns() : 0;
    hfi_capacity_begin(call);
    for (;;) { /* bounded by tries_max, repeats_max and, of a stream, bytes_max */
        bool is_over = false;
        uint32_t before = call->result->attempts;
        hf_status status = hfi_call_try(call);
        if (call->result->attempts != before) { /* a try without memory was none */
            remember_try(call);
        }
        if (status == HF_OK) {
            status = go_on(&all, &is_over);
        }
        if (status != HF_OK || is_over) {
            return status;
        }
        status = look_at_the_clock(&all);
        if (status != HF_OK) {
            return status;
        }
    }
}

static inline hf_status call_once(hfi_call *call)
{
    hf_status status = hfi_call_try(call);
    if (HF_UNLIKELY(status != HF_OK)) {
        return status;
    }
    if (call->result->failed) {
        return HF_E_NATIVE;
    }
    return call->function->has_outputs ? hfi_call_settle(call) : HF_OK;
}

static bool takes_tries(const hf_function *function)
{
    return function->growing || function->prototype.transient.count;
}

hf_status hfi_call_generally(hf_thread *thread, const hf_function *function, hf_result *result,
                             const hf_arg *arguments)
{
    hfi_call call;
    hf_status status = hfi_call_begin(&call, thread, function, result, arguments);
    if (HF_LIKELY(status == HF_OK)) {
        status = takes_tries(function) ? call_growing(&call) : call_once(&call);
    }
    hfi_call_end(&call, status);
    hfi_flight_end(thread);
    return status;
}

/* From a callback: what is in flight around it is so still when this call is over. */
static hf_status call_nested(hf_thread *thread, const hf_function *function, hf_result *result,
                             const hf_arg *arguments)
{
    uint32_t depth = hfi_flight_begin_nested(thread, function);
    hf_status status = hfi_call_is_callable(thread, function, result, arguments)
                           ? function->entry(thread, function, result, arguments)
                           : hfi_call_generally(thread, function, result, arguments);
    hfi_flight_end_nested(thread, depth);
    return status;
}

hf_status hfi_call_adopting(hf_thread *thread, const hf_function *function, hf_result *result,
                            const hf_arg *arguments, const hfi_adoption *adoption)
{
    hfi_call call;
    bool is_nested = hfi_flight_is_nested(thread);
    uint32_t depth = 0;
    if (is_nested) {
        depth = hfi_flight_begin_nested(thread, function);
    } else {
        hfi_flight_begin(thread, function);
    }
    hf_status status = hfi_call_begin(&call, thread, function, result, arguments);
    if (status == HF_OK) {
        call.adoption = adoption;
        status = takes_tries(function) ? call_growing(&call) : call_once(&call);
    }
    hfi_call_end(&call, status);
    if (is_nested) {
        hfi_flight_end_nested(thread, depth);
    } else {
        hfi_flight_end(thread);
    }
    return status;
}

/* Whatever is not a first call of this thread, by its owner, in a runtime that goes on. */
static __attribute__((noinline)) hf_status call_oddly(hf_thread *thread,
                                                      const hf_function *function,
                                                      hf_result *result, const hf_arg *arguments)
{
    if (HF_UNLIKELY(!hfi_entry_ok(thread))) {
        return hfi_entry_refuse(thread, "hf_call");
    }
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    if (hfi_is_jumped(thread, here)) {
        hfi_landed(thread, here, "hf_call");
        thread->parked = NULL; /* its call was jumped over too: this one must not hear it */
    }
    if (hfi_flight_is_nested(thread)) {
        return call_nested(thread, function, result, arguments);
    }
    if (!hfi_call_is_callable(thread, function, result, arguments)) {
        return hfi_call_generally(thread, function, result, arguments);
    }
    hfi_flight_begin(thread, function);
    return function->entry(thread, function, result, arguments);
}

hf_status hf_call(hf_thread *thread, const hf_function *function, hf_result *result,
                  const hf_arg *arguments)
{
    if (HF_UNLIKELY(!hfi_entry_ok(thread)) ||
        HF_UNLIKELY(((uintptr_t)thread->activations | hfi_flight_word(thread)) != 0) ||
        HF_UNLIKELY(!hfi_call_is_callable(thread, function, result, arguments))) {
        return call_oddly(thread, function, result, arguments);
    }
    hfi_flight_begin(thread, function);
    return function->entry(thread, function, result, arguments);
}
