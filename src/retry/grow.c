/* SPDX-License-Identifier: MIT */

/*
 * The loop: as many tries as a growing call needs.
 *
 * The prototype's roles decide after each try:
 *
 *   fail        did it fail; only then `grow` says whether for want of room
 *   grow_ok     did it succeed and still leave something out
 *   needed      how much room it asks for: believed upwards alone
 *   query       how much it says to NULL, where a try did not tell (query.c)
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

#include "retry/grow.h"
#include "retry/append.h"
#include "retry/capacity.h"
#include "retry/query.h"

#include "call/begin.h"
#include "call/lean.h"
#include "platform/platform.h"

/* What one buffer wants after a try. */
typedef struct growth {
    bool wants;    /* to be larger */
    bool is_lying; /* "too small", yet its need is no more than it had */
    uint64_t need; /* bytes; 0: not said */
} growth;

/* The tries of one call. */
typedef struct tries {
    hfi_call *call;
    hfi_lean_frame *frame; /* NULL: tries in managed memory */
    growth growths[HFI_PARAMS_MAX];
    hfi_pile pile;     /* of a stream: what it has given */
    unsigned repeats;  /* for transient failures; of a stream since its last piece */
    unsigned counted;  /* all others that brought nothing: what tries_max bounds */
    bool is_shared;    /* one verdict is for all buffers */
    bool asks;         /* what it says when it is asked for its need is worth something */
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
    return hfi_bytes_said(said, bias, counted, step->element);
}

/* What each asks for, and a line in the trace. */
static void note_try(tries *all)
{
    const hfi_call *call = all->call;
    const hf_function *function = call->function;
    for (unsigned i = 0; i < function->grow_count; i++) {
        all->growths[function->grows[i]].need = said_need(call, function->grows[i]);
    }
    if (function->grow_count) {
        unsigned first = function->grows[0];
        hfi_remember_try(call->result, call->argument[first].capacity, all->growths[first].need);
    }
}

/* One verdict for all: those whose need is larger than what they had; if none says so, every
 * one. */
static void share_verdict(tries *all)
{
    const hfi_call *call = all->call;
    const hf_function *function = call->function;
    bool is_known = false;
    for (unsigned i = 0; i < function->grow_count; i++) {
        unsigned index = function->grows[i];
        is_known |= all->growths[index].need > call->argument[index].capacity;
    }
    for (unsigned i = 0; i < function->grow_count; i++) {
        unsigned index = function->grows[i];
        all->growths[index].wants =
            !is_known || all->growths[index].need > call->argument[index].capacity;
    }
}

/* Whether somebody has to grow and nothing says how far, while there are tries for it. */
static bool is_worth_asking(const tries *all)
{
    const hf_function *function = all->call->function;
    for (unsigned i = 0; i < function->grow_count; i++) {
        unsigned index = function->grows[i];
        if (all->growths[index].wants && all->growths[index].need == 0 &&
            function->prototype.param[index].rules.query.count) {
            return all->asks && !function->prototype.is_once &&
                   all->counted + 2 <= function->tries_max;
        }
    }
    return false;
}

/* Asks for the needs; `asks` is cleared when nothing came of it, so that it is done once. */
static hf_status ask(tries *all)
{
    hfi_call *call = all->call;
    const hf_function *function = call->function;
    uint64_t needs[HFI_PARAMS_MAX];
    hf_status status = hfi_query(call, all->frame, needs);
    all->asks = false;
    all->counted++;
    for (unsigned i = 0; i < function->grow_count && status == HF_OK; i++) {
        unsigned index = function->grows[i];
        if (needs[index] != 0) {
            all->growths[index].need = needs[index];
            all->growths[index].is_lying = needs[index] <= call->argument[index].capacity;
            all->asks |= !all->growths[index].is_lying; /* too low an answer helps nobody */
        }
    }
    if (status == HF_OK && all->is_shared) {
        share_verdict(all);
    }
    return status;
}

/* Says who wants to grow; false if nobody does. */
static bool judge(tries *all)
{
    const hfi_call *call = all->call;
    const hf_function *function = call->function;
    const hfi_prototype *prototype = &function->prototype;
    bool failed = call->result->failed;
    bool for_all = holds(call, failed ? &prototype->grow : &prototype->grow_ok);
    bool any = false;
    for (unsigned i = 0; i < function->grow_count; i++) {
        unsigned index = function->grows[i];
        const hfi_buffer_rules *rules = &prototype->param[index].rules;
        growth *it = &all->growths[index];
        it->wants = holds(call, failed ? &rules->grow : &rules->grow_ok) ||
                    (!failed && hfi_call_is_cut(call, index));
        it->is_lying = it->need && it->need <= call->argument[index].capacity;
        any |= it->wants;
    }
    all->is_shared = for_all && !any;
    if (all->is_shared) {
        share_verdict(all);
    }
    return any || for_all;
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
    for (unsigned i = 0; i < function->grow_count; i++) {
        unsigned index = function->grows[i];
        const growth *wanted = &all->growths[index];
        if (!wanted->wants) {
            continue;
        }
        if (all->counted >= function->tries_max) {
            return stop_growing(call, index, wanted, "tries");
        }
        if (hfi_capacity_grow(call, index, wanted->need)) {
            has_grown = true;
        } else {
            stuck = (int)index;
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
    if (judge(all)) {
        bool asks = is_worth_asking(all);
        hf_status status = asks ? look_at_the_clock(all) : HF_OK; /* a question is a call too */
        status = status == HF_OK && asks ? ask(all) : status;
        return status != HF_OK ? status : prototype->is_once ? lose(call) : grow(all);
    }
    if (has_more) {
        return wait_for_more(all);
    }
    *is_over = true;
    return finish(all);
}

static void begin_tries(tries *all, hfi_call *call, hfi_lean_frame *frame)
{
    uint64_t most = call->function->time_max_ns;
    all->call = call;
    all->frame = frame;
    all->pile = (hfi_pile){ NULL, 0, 0 };
    all->repeats = 0;
    all->counted = 0;
    all->asks = true;
    all->began_ns = most ? hfp_clock_ns() : 0;
    hfi_capacity_begin(call);
}

/* One more; `*is_over` tells that no other one follows. */
static inline hf_status go_once(tries *all, bool *is_over)
{
    hfi_call *call = all->call;
    HF_ASSERT(call->result);
    uint32_t before = call->result->attempts;
    hf_status status = all->frame ? hfi_lean_try(call, all->frame) : hfi_call_try(call);
    if (call->result->attempts != before) { /* a try without memory was none */
        note_try(all);
    }
    if (status == HF_OK) {
        status = go_on(all, is_over);
    }
    if (status != HF_OK) {
        *is_over = true;
    } else if (!*is_over) {
        status = look_at_the_clock(all);
        *is_over = status != HF_OK;
    }
    return status;
}

static hf_status go_to_the_end(tries *all)
{
    hf_status status;
    bool is_over = false;
    do { /* bounded by tries_max, repeats_max and, of a stream, bytes_max */
        status = go_once(all, &is_over);
    } while (!is_over);
    return status;
}

hf_status hfi_call_grow(hfi_call *call)
{
    tries all;
    begin_tries(&all, call, NULL);
    return go_to_the_end(&all);
}

/* What has outgrown the stack goes on in managed memory, as if it had begun there. */
static __attribute__((noinline)) hf_status go_on_generally(tries *all, const hf_arg *arguments)
{
    hfi_call *call = all->call;
    hf_result *result = call->result;
    int buffer = call->function->lean.buffer;
    uint64_t capacity = call->argument[buffer].capacity;
    uint32_t attempts = result->attempts;
    hf_status status = hfi_call_begin(call, call->thread, call->function, result, arguments);
    result->attempts = attempts;
    if (status != HF_OK) {
        return status;
    }
    call->argument[buffer].capacity = capacity;
    all->frame = NULL;
    return go_to_the_end(all);
}

bool hfi_call_grow_lean(hfi_call *call, hf_thread *thread, const hf_function *function,
                        hf_result *result, const hf_arg *arguments, hf_status *status_out)
{
    hfi_lean_frame frame;
    tries all;
    bool is_over = false;
    if (!hfi_lean_begin(call, &frame, thread, function, result, arguments, status_out)) {
        return false;
    }
    if (*status_out != HF_OK) {
        return true;
    }
    begin_tries(&all, call, &frame);
    while (!is_over) {
        if (!hfi_lean_has_room(call)) {
            *status_out = go_on_generally(&all, arguments);
            return true;
        }
        *status_out = go_once(&all, &is_over);
    }
    return true;
}
