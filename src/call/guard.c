/* SPDX-License-Identifier: MIT */

/*
 * Guarded memory and contracts: what a callee did that it should not have.
 *
 *   zones      the header in front of each lent object, the canary behind what the
 *              library made, and the rest of an object of which a part is lent
 *   in         the lent bytes have the same hash afterwards
 *   out        filled with a pattern; what is claimed must not end in it
 *   contracts  nocallback, leaf with a budget, noretain
 *   values     numbers that were lent without a fence (call/guard_values.c)
 *
 * Nothing is reported that anybody else may have done.  Bytes are compared only
 * where this is the only attached thread before and after, no callback ran under
 * the call, the object is lent once, and nothing else has given its address away:
 * no fence or call around this one, no link, no owning pin, no birth in one place.
 * What is not compared for one of these reasons is not reported, and nothing else
 * of the call changes.
 *
 * Threads: the owner of the call, managed before and behind the crossing.
 */

#include "call/guard.h"
#include "call/marshal_link.h"

#include "platform/platform.h"

#include <string.h>

#define CLAIM_MIN 8u /* a shorter end in the pattern may be chance */
#define RETENTION_EVERY                                                                            \
    16u /* calls that promised not to retain: each such one is put to the test */

typedef struct lent {
    hfi_guard_header header;
    uint64_t inside; /* hashes */
    uint64_t around;
    bool has_inside;
    bool has_around;
} lent;

typedef struct guard {
    const char *no_callback; /* of the call around this one */
    uint32_t entries;
    uint32_t breaks;
    uint32_t attaches;
    uint64_t began_ns;
    lent lent[HFI_CALL_OBJECTS];
} guard;

static uint64_t hash(uint64_t state, const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        state = (state ^ bytes[i]) * UINT64_C(0x100000001b3);
    }
    return state;
}

#define HASH_BEGIN UINT64_C(0xcbf29ce484222325)

/* ---- what is lent ---- */

typedef struct part {
    const unsigned char *payload;
    size_t size; /* of the object */
    size_t from, end;
} part;

/* The part of a bytes object that the callee got. */
static part part_of(const hfi_call *call, unsigned index)
{
    uintptr_t object = call->objects[index];
    const hfi_argument *argument = &call->argument[call->owner[index]];
    part it = { hfi_payload_16(object), (size_t)*hfi_object_length(object), argument->offset, 0 };
    it.end = it.from + (size_t)argument->capacity;
    return it;
}

static uint64_t hash_around(const part *it)
{
    uint64_t state = hash(HASH_BEGIN, it->payload, it->from);
    return hash(state, it->payload + it->end, it->size - it->end);
}

static bool is_lent_once(const hfi_call *call, unsigned index)
{
    for (unsigned i = 0; i < call->object_count; i++) {
        if (i != index && call->objects[i] == call->objects[index]) {
            return false;
        }
    }
    return !hfi_is_pinned_beside(call->thread, &call->record,
                                 (uintptr_t)hfi_object_payload(call->objects[index]));
}

/* The step of the parameter whose value the object's address is; NULL: of none, or behind the dots,
   where nothing is declared. */
static const hfi_step *step_of(const hfi_call *call, unsigned index)
{
    int owner = call->owner[index];
    bool is_declared = owner >= 0 && owner < call->function->prototype.param_count;
    return is_declared ? &call->function->step[owner] : NULL;
}

/* A buffer of the caller, as a whole or in part. */
static bool is_callers_buffer(const hfi_call *call, unsigned index)
{
    const hfi_step *step = step_of(call, index);
    return step && step->kind == HFI_P_BUFFER &&
           hfi_object_type_id(call->objects[index]) == HFI_TYPE_BYTES;
}

static void remember_object(const hfi_call *call, unsigned index, bool compares, lent *to)
{
    uintptr_t object = call->objects[index];
    memset(to, 0, sizeof(*to));
    if (object == 0) {
        return;
    }
    uint64_t word = hfi_object_word(object) & HFI_GUARD_FIXED;
    to->header.word = word;
    to->header.length = hfi_word_type(word) <= HFI_TYPE_ARRAY ? *hfi_object_length(object) : 0;
    if (!compares || !is_callers_buffer(call, index) || !is_lent_once(call, index)) {
        return;
    }
    part it = part_of(call, index);
    if (it.from != 0 || it.end != it.size) {
        to->has_around = true;
        to->around = hash_around(&it);
    }
    if ((call->guards & HFI_GUARD_MEMORY) && step_of(call, index)->direction == HFI_IN) {
        to->has_inside = true;
        to->inside = hash(HASH_BEGIN, it.payload + it.from, it.end - it.from);
    }
}

void hfi_guard_mend(uintptr_t object, const hfi_guard_header *was)
{
    uint64_t mark = hfi_object_word(object) & HFI_MARK_MASK;
    atomic_store_explicit(hfi_object_header(object), was->word | mark, memory_order_relaxed);
    if (hfi_word_type(was->word) <= HFI_TYPE_ARRAY) {
        *hfi_object_length(object) = was->length;
    }
}

hf_status hfi_guard_report_header(const hfi_call *call, int parameter)
{
    return hfi_call_complain(call, parameter, HF_E_OVERRUN,
                             "look for an index below zero in the callee, or a wrong start address",
                             "the callee wrote in front of the memory it was lent");
}

static hf_status check_header(const hfi_call *call, unsigned index, const hfi_guard_header *was)
{
    uintptr_t object = call->objects[index];
    bool has_length = hfi_word_type(was->word) <= HFI_TYPE_ARRAY;
    if ((hfi_object_word(object) & HFI_GUARD_FIXED) == was->word &&
        (!has_length || *hfi_object_length(object) == was->length)) {
        return HF_OK;
    }
    hfi_guard_mend(object, was);
    return hfi_guard_report_header(call, call->owner[index]);
}

static hf_status check_bytes(const hfi_call *call, unsigned index, const lent *was)
{
    part it = part_of(call, index);
    if (was->has_around && hash_around(&it) != was->around) {
        return hfi_call_complain(call, call->owner[index], HF_E_OVERRUN,
                                 "check the unit of the size; lend all that the callee uses",
                                 "the callee wrote outside of the %zu bytes at offset %zu that it "
                                 "was lent of %zu",
                                 it.end - it.from, it.from, it.size);
    }
    if (was->has_inside &&
        hash(HASH_BEGIN, it.payload + it.from, it.end - it.from) != was->inside) {
        return hfi_call_complain(call, call->owner[index], HF_E_CONTRACT,
                                 "declare the parameter {inout}, or {out}",
                                 "the callee wrote to memory that it was lent for reading");
    }
    return HF_OK;
}

static hf_status first_of(hf_status status, hf_status next)
{
    return status != HF_OK ? status : next;
}

static hf_status check_objects(const hfi_call *call, const guard *was)
{
    uint32_t attaches;
    bool compares = hfi_world_is_alone(call->thread->parts->world, &attaches) &&
                    attaches == was->attaches && call->thread->callback_entries == was->entries;
    hf_status status = HF_OK;
    for (unsigned i = 0; i < call->object_count; i++) {
        const lent *object = &was->lent[i];
        if (object->header.word == 0) {
            continue;
        }
        status = first_of(status, check_header(call, i, &object->header));
        if (compares && (object->has_around || object->has_inside)) {
            status = first_of(status, check_bytes(call, i, object));
        }
    }
    return status;
}

/* ---- out ---- */

/* No two neighbours are alike, so that nothing that is copied or cleared looks like it. */
static unsigned char pattern(size_t at)
{
    return (unsigned char)((at * UINT64_C(0x9e3779b97f4a7c15) + UINT64_C(0xa5a5a5a5a5a5a5a5)) >>
                           56);
}

/* What a try leaves unwritten reads as 0 where numbers are looked for, as in calls without guards.
 */
static void clear_inside(const hfi_call *call, unsigned index)
{
    const hfi_prototype *prototype = &call->function->prototype;
    const hfi_argument *argument = &call->argument[index];
    for (unsigned i = 0; i < prototype->inside_count; i++) {
        const hfi_inside *inside = &prototype->inside[i];
        bool is_there = (unsigned)inside->param == index &&
                        (uint64_t)inside->offset + inside->width <= argument->capacity;
        if (is_there) {
            memset((char *)argument->value.pointer + inside->offset, 0, inside->width);
        }
    }
}

static void poison_outputs(hfi_call *call)
{
    for (unsigned i = 0; i < call->function->prototype.param_count; i++) {
        const hfi_step *step = &call->function->step[i];
        if (step->kind != HFI_P_OUT_BUFFER || step->direction != HFI_OUT ||
            !hfi_call_has_length(call, i)) {
            continue;
        }
        unsigned char *bytes = call->argument[i].value.pointer;
        for (size_t at = 0; at < (size_t)call->argument[i].capacity; at++) {
            bytes[at] = pattern(at);
        }
        clear_inside(call, i);
    }
}

hf_status hfi_guard_claim(const hfi_call *call, unsigned parameter, size_t length)
{
    const hfi_step *step = &call->function->step[parameter];
    if (step->direction != HFI_OUT || !hfi_call_has_length(call, parameter)) {
        return HF_OK;
    }
    const unsigned char *bytes = call->argument[parameter].value.pointer;
    size_t written = length;
    while (written && bytes[written - 1] == pattern(written - 1)) {
        written--;
    }
    size_t least = step->element > CLAIM_MIN ? step->element : CLAIM_MIN;
    if (length - written < least) {
        return HF_OK;
    }
    return hfi_call_complain(call, (int)parameter, HF_E_CONTRACT,
                             "check unit and bias of length(), and what the callee counts",
                             "the callee says %zu bytes are valid but wrote no more than %zu",
                             length, written);
}

/* ---- contracts ---- */

static void begin_contracts(const hfi_call *call, guard *was)
{
    hf_thread *thread = call->thread;
    const hfi_prototype *prototype = &call->function->prototype;
    was->no_callback = thread->no_callback;
    was->entries = thread->callback_entries;
    was->breaks = thread->contract_breaks;
    thread->no_callback =
        prototype->no_callback && (call->guards & HFI_GUARD_CONTRACTS) ? prototype->name : NULL;
    was->began_ns = prototype->leaf_budget_us ? hfp_clock_ns() : 0;
}

/* The time is a warning, not a failure: the system may have stopped the thread meanwhile. */
static void check_budget(const hfi_call *call, uint64_t took_ns)
{
    uint64_t budget_us = call->function->prototype.leaf_budget_us;
    if (took_ns / 1000 > budget_us) {
        (void)hfi_call_complain(call, -1, HF_E_CONTRACT,
                                "leave {leaf} out: a collection waits for a leaf",
                                "a leaf that promised %llu microseconds took %llu",
                                (unsigned long long)budget_us, (unsigned long long)took_ns / 1000);
    }
}

static hf_status end_contracts(const hfi_call *call, const guard *was, uint64_t now_ns)
{
    hf_thread *thread = call->thread;
    thread->no_callback = was->no_callback;
    if (was->began_ns != 0) {
        check_budget(call, now_ns - was->began_ns);
    }
    return thread->contract_breaks == was->breaks
               ? HF_OK
               : HF_E_CONTRACT; /* the callback has reported it */
}

/*
 * Moves what was lent away from where the callee saw it.  The record keeps its
 * objects but pins none meanwhile; afterwards the outputs are found anew.
 */
static void test_retention(hfi_call *call)
{
    hf_thread *thread = call->thread;
    hfi_heap *heap = thread->parts->heap;
    if ((call->object_count == 0 && !call->links) || !hfi_heap_is_turn(heap, RETENTION_EVERY)) {
        return;
    }
    for (unsigned i = 0; i < call->object_count; i++) {
        if (call->objects[i] && call->owner[i] >= 0) {
            hfi_heap_remember_loan(heap, call->objects[i], call->function->prototype.name,
                                   (unsigned)call->owner[i] + 1);
        }
    }
    call->record.pins = 0;
    if (call->links) {
        call->link_record.pins = 0;
    }
    (void)!hfi_heap_collect_moving(thread);
    hfi_call_resolve(call);
    if (call->links) {
        hfi_links_resolve(call);
    }
}

/* ---- the whole ---- */

void hfi_guard_pages(const hfi_call *call, bool close)
{
    hfi_heap *heap = call->thread->parts->heap;
    for (unsigned i = 0; i < call->object_count; i++) {
        const hfi_step *step = step_of(call, i);
        if (!step || step->kind != HFI_P_OUT_BUFFER) {
            continue;
        }
        unsigned owner = (unsigned)call->owner[i];
        size_t at = (size_t)call->argument[owner].capacity + (size_t)step->reserve;
        if (close) {
            hfi_heap_guard(heap, call->objects[i], at, call->function->prototype.name, owner + 1);
        } else {
            hfi_heap_unguard(heap, call->objects[i], at);
        }
    }
}

static void note_loans(const hfi_call *call)
{
    for (unsigned i = 0; i < call->object_count; i++) {
        hfi_unpin_note(call->thread->parts->fences, call->objects[i],
                       call->function->prototype.name, (hf_site){ NULL, 0 });
    }
}

static hf_status cross_guarded(hfi_call *call)
{
    guard was;
    hfi_guard_watch watch = { 0 };
    hf_status status = call->guards & HFI_GUARD_VALUES ? hfi_guard_values(call, &watch) : HF_OK;
    if (status != HF_OK) {
        return status; /* nothing was called */
    }
    begin_contracts(call, &was);
    bool compares = hfi_world_is_alone(call->thread->parts->world, &was.attaches);
    for (unsigned i = 0; i < call->object_count; i++) {
        remember_object(call, i, compares, &was.lent[i]);
    }
    if (call->guards & HFI_GUARD_MEMORY) {
        poison_outputs(call);
    }
    if (was.began_ns != 0) {
        was.began_ns = hfp_clock_ns(); /* the preparation is not the callee's */
    }
    status = hfi_call_cross(call);
    uint64_t now_ns = was.began_ns != 0 ? hfp_clock_ns() : 0;
    if (call->guards & HFI_GUARD_VALUES) {
        hfi_guard_values_after(call, &watch);
    }
    status = first_of(status, check_objects(call, &was));
    status = first_of(status, end_contracts(call, &was, now_ns));
    return status;
}

hf_status hfi_guard_cross(hfi_call *call)
{
    hf_status status = call->guards & HFI_GUARD_POINTERS ? hfi_guard_pointers(call) : HF_OK;
    if (status != HF_OK) {
        return status;
    }
    if (!(call->guards & (HFI_GUARD_ZONES | HFI_GUARD_MEMORY | HFI_GUARD_CONTRACTS))) {
        return hfi_call_cross(call);
    }
    status = cross_guarded(call);
    if (call->thread->checked) {
        note_loans(call);
    }
    if ((call->guards & HFI_GUARD_CONTRACTS) && call->function->prototype.no_retain) {
        test_retention(call);
    }
    return status;
}
