/* SPDX-License-Identifier: MIT */

/*
 * append(x, expr): a function that goes on where it stopped.
 *
 * Its result comes in pieces.  Each is copied behind the ones before, in native
 * memory of the call, and the managed result is made once, when the last has come:
 * a failure in the middle leaves no half of a result, and a character that was
 * split between two pieces is whole again before anybody looks at it.
 *
 * Bounds: all pieces together have no more than bytes_max, whatever one of them may
 * have.  A try that brings nothing is counted, as one that was too small is; one
 * that brings something is not, because bytes_max ends those.
 *
 * An {inout} number that is neither a capacity nor the error is where the function goes on, so what
 * the callee left there is what it gets next.
 *
 * Threads: the owner of the call, managed.
 */

#include "retry/append.h"
#include "retry/capacity.h"

#include "base/alloc.h"
#include "base/size.h"
#include "call/guard.h"

#include <string.h>

#define PILE_MIN 8192u

/* Takes the pile out of the call's memory while it is moved. */
static void unlink_room(hfi_call *call, const hfi_room *room)
{
    hfi_room **at = &call->rooms;
    while (*at && *at != room) {
        at = &(*at)->next;
    }
    if (*at) {
        *at = room->next;
    }
}

static hf_status make_room(hfi_call *call, hfi_pile *pile, size_t wanted)
{
    size_t size = pile->size + pile->size / 2;
    size_t whole;
    size = size > wanted ? size : wanted;
    size = size > PILE_MIN ? size : PILE_MIN;
    if (size < pile->size || !hfi_size_add(size, sizeof(hfi_room), &whole)) {
        return HF_E_OVERFLOW;
    }
    hfi_room *room = hfi_alloc(whole);
    if (!room) {
        return HF_E_NOMEM;
    }
    if (pile->room) {
        memcpy(room->bytes, pile->room->bytes, pile->length);
        unlink_room(call, pile->room);
        hfi_free(pile->room);
    }
    room->next = call->rooms;
    call->rooms = room;
    pile->room = room;
    pile->size = size;
    return HF_OK;
}

static hf_status put(hfi_call *call, hfi_pile *pile, size_t piece)
{
    unsigned index = call->function->prototype.append_to;
    size_t length;
    if (!hfi_size_add(pile->length, piece, &length)) {
        return HF_E_OVERFLOW;
    }
    if (length > call->function->bytes_max) {
        return hfi_call_complain(call, (int)index, HF_E_GROW_LIMIT,
                                 "raise bytes_max of the function's options",
                                 "there are more than the %llu bytes that it may give",
                                 (unsigned long long)call->function->bytes_max);
    }
    if (length > pile->size) {
        hf_status status = make_room(call, pile, length);
        if (status != HF_OK) {
            return status;
        }
    }
    if (piece) {
        memcpy(pile->room->bytes + pile->length, call->argument[index].value.pointer, piece);
    }
    pile->length = length;
    return HF_OK;
}

/* Bytes of the last try that are valid. */
static hf_status piece_of(const hfi_call *call, size_t *piece_out)
{
    unsigned index = call->function->prototype.append_to;
    hf_status status = hfi_call_length(call, index, piece_out);
    if (status == HF_OK && HF_UNLIKELY(call->guards & HFI_GUARD_MEMORY)) {
        status = hfi_guard_claim(call, index, *piece_out);
    }
    return status;
}

/* The next try begins where this one ended. */
static void carry_on(hfi_call *call)
{
    const hf_function *function = call->function;
    for (unsigned i = 0; i < function->prototype.param_count; i++) {
        const hfi_step *step = &function->step[i];
        bool is_error =
            function->prototype.error == HFI_ERROR_PARAM && function->prototype.error_param == i;
        if (step->scalar >= 0 && step->buffer < 0 && step->direction == HFI_INOUT && !is_error) {
            call->argument[i].start = call->argument[i].content;
        }
    }
}

hf_status hfi_append_piece(hfi_call *call, hfi_pile *pile, bool *has_advanced_out)
{
    unsigned index = call->function->prototype.append_to;
    size_t piece;
    *has_advanced_out = false;
    hf_status status = piece_of(call, &piece);
    if (status == HF_OK && piece) {
        status = put(call, pile, piece);
    }
    if (status != HF_OK || piece == 0) {
        return status;
    }
    *has_advanced_out = true;
    carry_on(call);
    if (call->argument[index].capacity - piece < call->function->step[index].element) {
        hfi_capacity_widen(call, index);
    }
    return HF_OK;
}

hf_status hfi_append_last(hfi_call *call, hfi_pile *pile)
{
    hfi_argument *argument = &call->argument[call->function->prototype.append_to];
    size_t piece;
    hf_status status = piece_of(call, &piece);
    if (status == HF_OK && piece) {
        status = put(call, pile, piece);
    }
    if (status == HF_OK) {
        argument->native = pile->room ? pile->room->bytes : argument->value.pointer;
        argument->value.pointer = argument->native;
        argument->settled = pile->length;
    }
    return status;
}
