/* SPDX-License-Identifier: MIT */

/*
 * Native memory that leads to managed buffers, such as an array of struct iovec.
 *
 * The caller says where an address goes and of which buffer.  Everything is checked
 * when the arguments are taken, and the memory is written only when nothing can be
 * refused any more: with the other addresses, behind the last safepoint.  After the
 * call the places are zero, because an address that stayed would look like one that
 * may be used.
 *
 * The buffers have a record of their own: there may be a thousand of them, and the
 * call's has room for its parameters.  It is linked behind the call's and lies in
 * the same hfi_call.  A jump over the call lets the buffers go, but leaves the
 * memory alone: it may have been on the part of the stack that was jumped over.
 *
 * Where the struct's layout is known, an address goes into pointers alone.
 *
 * Threads: the owner of the call, managed.
 */

#include "call/marshal_link.h"

#include "call/marshal.h"

#include "base/size.h"
#include "type/type.h"

#include <string.h>

#define PATH_MAX_STEPS 16

typedef struct hfi_place {
    char *at;
    size_t from;
} hfi_place;

/* Of all the linked arguments of a call. */
struct hfi_links {
    uint32_t count;
    uint32_t most;
    bool is_filled; /* addresses are in the memory */
    uintptr_t end;  /* of the highest place so far */
    uintptr_t *objects;
    hf_slot *slots;
    hfi_place *place;
};

/* ---- where a link leads ---- */

/* Members from the struct inwards. */
typedef struct path {
    unsigned count;
    struct {
        const hfi_member *member;
        size_t index;
    } step[PATH_MAX_STEPS];
} path;

/* Finds the pointer that begins at `offset`; in a union, in any of its members. */
static bool find_pointer(const hfi_layout *layout, size_t offset, path *way)
{
    unsigned depth = way->count;
    if (depth == PATH_MAX_STEPS) {
        return false;
    }
    for (unsigned i = 0; i < layout->member_count; i++) {
        const hfi_member *member = &layout->member[i];
        if (offset < member->offset || member->size == 0) {
            continue;
        }
        size_t index = (offset - member->offset) / member->size;
        size_t rest = (offset - member->offset) % member->size;
        if (member->count != 0 && index >= member->count) {
            continue;
        }
        way->step[depth].member = member;
        way->step[depth].index = index;
        way->count = depth + 1;
        if (member->type == HFI_C_POINTER && !member->is_function && rest == 0) {
            return true;
        }
        if (member->type == HFI_C_AGGREGATE && member->layout &&
            find_pointer(member->layout, rest, way)) {
            return true;
        }
    }
    way->count = depth;
    return false;
}

/* What the memory is an array of; NULL when that is not known. */
static const hfi_layout *layout_of(const hfi_call *call, unsigned index)
{
    const hfi_layout *layout = call->function->prototype.param[index].layout;
    return layout && layout->is_complete && layout->size ? layout : NULL;
}

/* Names a place in C's words, "iov[3].base"; false if no pointer is there by the layout. */
static bool name_place(const hfi_call *call, unsigned index, size_t at, char *buffer, size_t size)
{
    const hfi_layout *layout = layout_of(call, index);
    const char *name = call->function->prototype.param[index].name;
    path way = { .count = 0 };
    bool is_pointer = !layout || find_pointer(layout, at % layout->size, &way);
    hfi_text text = hfi_text_begin(buffer, size);
    hfi_text_format(&text, "%s", name && name[0] ? name : "memory");
    if (layout) {
        hfi_text_format(&text, "[%zu]", at / layout->size);
    }
    if (!layout || !is_pointer) {
        hfi_text_format(&text, "+%zu", layout ? at % layout->size : at);
    }
    for (unsigned i = 0; i < way.count; i++) {
        hfi_text_format(&text, ".%s", way.step[i].member->name);
        if (way.step[i].member->count != 1) {
            hfi_text_format(&text, "[%zu]", way.step[i].index);
        }
    }
    hfi_text_end(&text);
    return is_pointer;
}

static hf_status check_place(const hfi_call *call, unsigned index, const hf_linked *linked,
                             const hf_link *link, char *name, size_t size)
{
    bool is_pointer = name_place(call, index, link->at, name, size);
    if (linked->size < sizeof(void *) || link->at > linked->size - sizeof(void *)) {
        return hfi_call_refuse(call, (int)index, HF_E_RANGE,
                               "put each link inside the memory, with room for an address",
                               "%s is outside the %zu bytes of the memory", name, linked->size);
    }
    if (!is_pointer) {
        return hfi_call_refuse(call, (int)index, HF_E_LAYOUT,
                               "give the offset of a member that is a pointer to data",
                               "%s is no pointer by the declared layout", name);
    }
    if (((uintptr_t)linked->memory + link->at) % sizeof(void *) && !layout_of(call, index)) {
        return hfi_call_refuse(
            call, (int)index, HF_E_RANGE, "put each link where the compiler would put a pointer",
            "%s is not aligned to the %zu bytes of an address", name, sizeof(void *));
    }
    return HF_OK;
}

static bool is_same(const struct hfi_links *links, uint32_t at, const char *place,
                    const hf_link *link)
{
    return links->place[at].at == place && links->place[at].from == link->from &&
           links->slots[at].word_ == link->buffer->word_;
}

/* Two addresses that share bytes would make a third.  Most lists go upwards, and then nothing is
 * searched; one place may be linked to one thing twice, as where a struct is passed twice. */
static hf_status check_overlap(const hfi_call *call, unsigned index, const char *place,
                               const hf_link *link, const char *name)
{
    const struct hfi_links *links = call->links;
    uintptr_t begin = (uintptr_t)place;
    for (uint32_t i = 0; i < links->count && begin < links->end; i++) {
        uintptr_t other = (uintptr_t)links->place[i].at;
        uintptr_t apart = begin > other ? begin - other : other - begin;
        if (apart < sizeof(void *) && !is_same(links, i, place, link)) {
            return hfi_call_refuse(call, (int)index, HF_E_RANGE,
                                   "link each place once, to one buffer",
                                   "%s shares bytes with the place of another link", name);
        }
    }
    return HF_OK;
}

static hf_status check_buffer(const hfi_call *call, unsigned index, const hf_link *link,
                              const char *name)
{
    if (!link->buffer) {
        return hfi_call_refuse(call, (int)index, HF_E_SLOTS,
                               "open an inner frame, so that hf_local() gives a slot",
                               "%s: the slot of the buffer is NULL", name);
    }
    hfi_slot_used(call->thread, link->buffer);
    uintptr_t object = link->buffer->word_;
    if (hfi_is_ended_word(object)) {
        return hfi_call_refuse(call, (int)index, HF_E_MISUSE,
                               "make the slot in the frame that uses it, or let it escape",
                               "%s: the slot's frame has ended", name);
    }
    if (!object) {
        return hfi_call_refuse(call, (int)index, HF_E_NULL,
                               "make the buffer first, or leave the link out",
                               "%s: the slot of the buffer holds null", name);
    }
    if (hfi_object_type_id(object) != HFI_TYPE_BYTES) {
        return hfi_call_refuse(call, (int)index, HF_E_NOT_LENDABLE,
                               "copy what native code needs into a buffer",
                               "%s: the object is no buffer but a \"%s\"", name,
                               hf_object_type_name(call->thread, link->buffer));
    }
    hf_status stays = hfi_marshal_stays(call, index, object);
    if (HF_UNLIKELY(stays != HF_OK)) {
        return stays;
    }
    uint64_t size = *hfi_object_length(object);
    if (link->from > size) {
        return hfi_call_refuse(call, (int)index, HF_E_RANGE, "link to a part of the buffer",
                               "%s: byte %zu is outside a buffer of %llu bytes", name, link->from,
                               (unsigned long long)size);
    }
    return HF_OK;
}

/* ---- taking ---- */

static hf_status check_memory(hfi_call *call, unsigned index, const hf_linked *linked)
{
    if (!linked || !linked->memory || (linked->link_count && !linked->links)) {
        const char *what = !linked           ? "description of linked memory"
                           : !linked->memory ? "linked memory"
                                             : "list of links";
        return hfi_call_refuse(call, (int)index, HF_E_NULL, "pass HF_NULL for a null pointer",
                               "the %s is NULL", what);
    }
    hf_status status = hfi_marshal_pointer(call, index, linked->memory);
    if (status == HF_OK && call->function->step[index].kind == HFI_P_BUFFER) {
        size_t alignment = call->function->step[index].alignment;
        status =
            hfi_marshal_reach(call, index, (uintptr_t)linked->memory % alignment, linked->size);
    }
    return status;
}

/* Room for the links of this argument and of all behind it. */
static hf_status begin_links(hfi_call *call, unsigned index, const hf_arg *arg)
{
    size_t total = 0;
    for (; arg->kind != HF_ARG_END; arg++) {
        const hf_linked *linked = arg->kind == HF_ARG_LINKED ? arg->as.pointer : NULL;
        if (linked && !hfi_size_add(total, linked->link_count, &total)) {
            return HF_E_OVERFLOW;
        }
    }
    if (total > UINT16_MAX) {
        return hfi_call_refuse(call, (int)index, HF_E_LIMIT, "call several times",
                               "a call can link %u buffers, not %zu", (unsigned)UINT16_MAX, total);
    }
    const size_t each = sizeof(uintptr_t) + sizeof(hf_slot) + sizeof(hfi_place);
    struct hfi_links *links = hfi_call_room(call, sizeof(*links) + total * each);
    if (!links) {
        return HF_E_NOMEM;
    }
    links->count = 0;
    links->most = (uint32_t)total;
    links->is_filled = false;
    links->end = 0;
    links->place = (hfi_place *)(links + 1);
    links->objects = (uintptr_t *)(links->place + total);
    links->slots = (hf_slot *)(links->objects + total);
    if (!call->is_linked) {
        hfi_call_link(call);
    }
    hf_record_ *record = &call->link_record;
    record->site = (hf_site){ NULL, 0 };
    record->what = call->function->prototype.name;
    record->pins = 0;
    record->keeps = 0;
    record->objects = links->objects;
    record->slots = links->slots;
    record->abandon = NULL;
    hfi_record_push(call->thread, record);
    call->links = links;
    return HF_OK;
}

static hf_status take_links(hfi_call *call, unsigned index, const hf_linked *linked)
{
    struct hfi_links *links = call->links;
    for (size_t i = 0; i < linked->link_count; i++) {
        const hf_link *link = &linked->links[i];
        char name[96];
        call->about = link->buffer;
        hf_status status = check_place(call, index, linked, link, name, sizeof(name));
        if (status == HF_OK) {
            status = check_buffer(call, index, link, name);
        }
        char *place = (char *)linked->memory + link->at;
        if (status == HF_OK) {
            status = check_overlap(call, index, place, link, name);
        }
        if (status != HF_OK) {
            return status;
        }
        HF_VERIFY(links->count < links->most);
        uintptr_t end = (uintptr_t)place + sizeof(void *);
        links->end = end > links->end ? end : links->end;
        links->place[links->count] = (hfi_place){ place, link->from };
        links->slots[links->count].word_ = link->buffer->word_;
        links->objects[links->count] = 0;
        links->count++;
        call->link_record.keeps = (uint16_t)links->count;
    }
    call->about = NULL; /* what is said later is not of the last link */
    return HF_OK;
}

hf_status hfi_marshal_linked(hfi_call *call, unsigned index, const hf_arg *arg)
{
    const hf_linked *linked = arg->as.pointer;
    const hfi_step *step = &call->function->step[index];
    hfi_argument *argument = &call->argument[index];
    hf_status status = check_memory(call, index, linked);
    if (status == HF_OK && !call->links) {
        status = begin_links(call, index, arg);
    }
    if (status == HF_OK) {
        status = take_links(call, index, linked);
    }
    if (status == HF_OK) {
        hfi_value_set_pointer(&argument->value, linked->memory);
        argument->capacity =
            step->has_extent ? linked->size : linked->size - linked->size % step->element;
        argument->native_size = linked->size;
    }
    return status;
}

/* ---- the call ---- */

void hfi_links_resolve(hfi_call *call)
{
    struct hfi_links *links = call->links;
    for (uint32_t i = 0; i < links->count; i++) {
        uintptr_t object = links->slots[i].word_;
        const char *address = (const char *)hfi_payload_16(object) + links->place[i].from;
        links->objects[i] = object;
        memcpy(links->place[i].at, &address, sizeof(address));
    }
    links->is_filled = true;
    call->link_record.pins = call->link_record.keeps;
}

void hfi_links_end(hfi_call *call)
{
    const struct hfi_links *links = call->links;
    for (uint32_t i = 0; i < links->count && links->is_filled; i++) {
        memset(links->place[i].at, 0, sizeof(void *));
    }
    hfi_record_pop(&call->link_record);
}
