/* SPDX-License-Identifier: MIT */

/*
 * Memory that lives as long as a call.
 *
 * Converted texts, arrays of them and the places of links are small as a rule, and
 * then they lie in the call's own scratch: a call with a few arguments allocates
 * nothing.  What does not fit gets native memory, a piece of it at a time, which
 * hfi_call_end() frees.
 *
 * Invariant: every piece is a multiple of 16 bytes, so `room_next` stays aligned.
 * Threads: the owner of the call, managed.
 */

#include "call/marshal.h"

#include "base/alloc.h"
#include "base/size.h"

#define GRAIN      16u
#define PIECE_SIZE 4096u

/* A piece that later requests use too; a large request has one for itself. */
static void *room_beyond(hfi_call *call, size_t size)
{
    size_t piece = size < PIECE_SIZE / 4 ? PIECE_SIZE : size;
    size_t whole;
    if (!hfi_size_add(piece, sizeof(hfi_room), &whole)) {
        return NULL;
    }
    hfi_room *room = hfi_alloc(whole);
    if (!room) {
        return NULL;
    }
    room->next = call->rooms;
    call->rooms = room;
    if (piece != size) {
        call->room_next = room->bytes + size;
        call->room_left = piece - size;
    }
    return room->bytes;
}

void *hfi_call_room(hfi_call *call, size_t size)
{
    if (size > SIZE_MAX - GRAIN) {
        return NULL;
    }
    size = hfi_align_up(size, GRAIN);
    if (HF_UNLIKELY(size > call->room_left)) {
        return room_beyond(call, size);
    }
    void *room = call->room_next;
    call->room_next += size;
    call->room_left -= size;
    return room;
}
