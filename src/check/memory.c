/* SPDX-License-Identifier: MIT */

/*
 * Memory by its declared layout: Go's rules for what a callee may reach.
 *
 * An array is checked whole, a struct member by member at every depth, a flexible
 * array at the end up to the end of the memory.  A union is its pointers.  Members
 * may be unaligned, so values are copied out.
 *
 * The way to a member is kept while walking, and put into words only for a fault.
 *
 * Threads: the owner, managed.
 */

#include "check/check.h"

#include "diag/text.h"

#include <string.h>

#define DEPTH_MAX 16 /* structs inside each other; deeper ones are not looked at */

typedef struct hop {
    const char *name; /* NULL: an element */
    size_t index;     /* SIZE_MAX: no array */
} hop;

typedef struct walk {
    hf_thread *thread;
    const unsigned char *memory;
    size_t size;
    hfi_fault *fault;
    unsigned depth;
    hop hops[DEPTH_MAX];
} walk;

static void describe_path(const walk *at, hfi_fault *fault)
{
    hfi_text text = hfi_text_begin(fault->path, sizeof(fault->path));
    for (unsigned i = 0; i < at->depth; i++) {
        const hop *way = &at->hops[i];
        if (way->name) {
            hfi_text_format(&text, "%s%s", i ? "." : "->", way->name);
        }
        if (way->index != SIZE_MAX) {
            hfi_text_format(&text, "[%zu]", way->index);
        }
    }
    hfi_text_end(&text);
}

static hf_status check_value(walk *at, size_t offset, bool is_certain)
{
    uintptr_t address;
    memcpy(&address, at->memory + offset, sizeof(address));
    hf_status status =
        hfi_check_address(at->thread, address, is_certain ? HFI_DECLARED : HFI_PERHAPS, at->fault);
    if (HF_UNLIKELY(status == HF_E_POINTER)) {
        describe_path(at, at->fault);
    }
    return status;
}

static hf_status check_layout(walk *at, const hfi_layout *layout, size_t offset, bool is_certain);

static hf_status check_member(walk *at, const hfi_member *member, size_t offset, bool is_certain)
{
    bool is_nested =
        member->type == HFI_C_AGGREGATE && member->layout && member->layout->holds_pointers;
    if ((member->type != HFI_C_POINTER && !is_nested) || member->size == 0 || offset > at->size ||
        at->depth == DEPTH_MAX) {
        return HF_OK;
    }
    size_t room = (at->size - offset) / member->size;
    size_t count = member->count && member->count < room ? member->count : room;
    hop *to = &at->hops[at->depth++];
    hf_status status = HF_OK;
    for (size_t i = 0; i < count && status == HF_OK; i++) {
        size_t place = offset + i * member->size;
        *to = (hop){ member->name, member->count == 1 ? SIZE_MAX : i };
        status = is_nested ? check_layout(at, member->layout, place, is_certain)
                           : check_value(at, place, is_certain);
    }
    at->depth--;
    return status;
}

static hf_status check_layout(walk *at, const hfi_layout *layout, size_t offset, bool is_certain)
{
    hf_status status = HF_OK;
    for (unsigned i = 0; i < layout->member_count && status == HF_OK; i++) {
        const hfi_member *member = &layout->member[i];
        status = check_member(at, member, offset + member->offset, is_certain && !layout->is_union);
    }
    return status;
}

hf_status hfi_check_memory(hf_thread *thread, const void *memory, size_t size,
                           const hfi_shape *shape, hfi_fault *fault_out)
{
    if (!hfi_shape_holds_pointers(shape)) {
        return HF_OK;
    }
    walk at = { .thread = thread, .memory = memory, .size = size, .fault = fault_out };
    size_t count = size / shape->element;
    hf_status status = HF_OK;
    bool is_flexible = shape->layout && shape->layout->member_count &&
                       shape->layout->member[shape->layout->member_count - 1].count == 0;
    count = is_flexible && count > 1 ? 1 : count;
    for (size_t i = 0; i < count && status == HF_OK; i++) {
        if (count > 1) {
            at.hops[0] = (hop){ NULL, i };
            at.depth = 1;
        }
        status = shape->layout ? check_layout(&at, shape->layout, i * shape->element, true)
                               : check_value(&at, i * shape->element, true);
    }
    return status;
}
