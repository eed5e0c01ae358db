/* SPDX-License-Identifier: MIT */

/*
 * Asking a function for its need: a call with NULL and no room.
 *
 * Some functions say "too small" and no more, and tell how much they want only to
 * who passes no buffer at all.  That is a call of its own, so it is made when a real
 * try was too small and not before: where the first room is enough, it is never made.
 *
 * What the call says is a need and nothing else.  It may fail or succeed; the verdict,
 * the value and the error values of the result remain those of the last real try, which
 * decide what the caller hears if it ends here.  It is counted, and has a line among
 * the tries.
 *
 * Threads: the owner of the call, managed.
 */

#include "retry/query.h"

uint64_t hfi_bytes_said(int64_t said, int32_t bias, hfi_unit counted, size_t element)
{
    /* A size_t of all ones reads as -1 here: a lie just as well. */
    if (said <= 0 || said > INT64_MAX - INT32_MAX || said + bias <= 0) {
        return 0;
    }
    uint64_t unit = counted == HFI_UNIT_BYTES ? 1 : element;
    uint64_t units = (uint64_t)(said + bias);
    if (HF_LIKELY(unit == 1)) {
        return units; /* a division takes longer than all the rest */
    }
    return units > UINT64_MAX / unit ? UINT64_MAX : units * unit;
}

void hfi_remember_try(hf_result *result, uint64_t capacity, uint64_t needed)
{
    uint32_t last = result->attempts - 1;
    if (last >= HF_RESULT_TRIES) {
        for (uint32_t i = 1; i < HF_RESULT_TRIES; i++) {
            result->tries[i - 1] = result->tries[i];
        }
        last = HF_RESULT_TRIES - 1;
    }
    result->tries[last] = (hf_try){ capacity, needed, result->error };
}

/* Takes the room of those that are asked; gives what they had in `had`. */
static void take_room(hfi_call *call, uint64_t *had)
{
    const hfi_prototype *prototype = &call->function->prototype;
    for (unsigned i = 0; i < prototype->param_count; i++) {
        if (prototype->param[i].rules.query.count) {
            call->asked |= UINT32_C(1) << i;
            had[i] = call->argument[i].capacity;
            call->argument[i].capacity = 0;
        }
    }
}

static void give_room_back(hfi_call *call, const uint64_t *had)
{
    for (unsigned i = 0; i < call->function->prototype.param_count; i++) {
        if ((call->asked >> i & 1u) != 0) {
            call->argument[i].capacity = had[i];
        }
    }
    call->asked = 0;
}

static uint64_t said_to_query(const hfi_call *call, unsigned index)
{
    const hfi_buffer_rules *rules = &call->function->prototype.param[index].rules;
    if (!rules->query.count) {
        return 0;
    }
    return hfi_bytes_said(hfi_call_evaluate(call, &rules->query), 0, rules->query_unit,
                          call->function->step[index].element);
}

/* What the caller hears of the last real try. */
static void restore(hf_result *result, const hf_result *was)
{
    result->value = was->value;
    result->failed = was->failed;
    result->error = was->error;
    result->errno_value = was->errno_value;
    result->last_error = was->last_error;
    result->wsa_error = was->wsa_error;
}

hf_status hfi_query(hfi_call *call, hfi_lean_frame *frame, uint64_t *needs)
{
    hf_result was = *call->result;
    uint64_t had[HFI_PARAMS_MAX] = { 0 };
    uint64_t first = 0; /* of those that are asked */
    take_room(call, had);
    hf_status status = frame ? hfi_lean_try(call, frame) : hfi_call_try(call);
    for (unsigned i = 0; i < call->function->prototype.param_count; i++) {
        needs[i] = status == HF_OK ? said_to_query(call, i) : 0;
        first = first ? first : needs[i];
    }
    if (call->result->attempts != was.attempts) {
        hfi_remember_try(call->result, 0, first);
    }
    give_room_back(call, had);
    if (status == HF_OK) {
        restore(call->result, &was);
    }
    return status;
}
