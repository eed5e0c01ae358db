/* SPDX-License-Identifier: MIT */

/*
 * Layouts as this system's C compiler makes them.
 *
 * The alignment of scalars inside a struct and the way of bit-fields are asked
 * of the compiler that builds this file, by structs of its own: on 32-bit Linux
 * a double in a struct has another alignment than one outside, and mingw packs
 * bit-fields as Microsoft does.  So the rules here are those of the callee as
 * long as both were built for the same system.
 *
 * What libraries for calling cannot be told (bit-fields, packing, alignment that
 * no member asks for) is laid out all the same, for a pointer needs no more; the
 * layout then says in words why no value of it may be passed.
 *
 * Threads: pure over the caller's memory.
 */

#include "prototype/layout_build.h"

#include "base/alloc.h"
#include "base/size.h"

#include <string.h>

struct two_types {
    char a : 1;
    int b : 1;
};
struct unnamed_bits {
    char a;
    int : 4;
};

/* Microsoft opens a new unit where the type's width changes; the others fill the rest of an int. */
#define MICROSOFT_BITS (sizeof(struct two_types) == 2 * sizeof(int))
/* Whether a bit-field without a name aligns the struct around it. */
#define UNNAMED_ALIGNS (_Alignof(struct unnamed_bits) == _Alignof(int))

static hf_status append(hfi_layout_builder *b, const hfi_member *member)
{
    if (b->count == HFI_MEMBERS_MAX) {
        return HF_E_LIMIT;
    }
    if (b->count == b->room) {
        unsigned room = b->room == 0 ? 8 : 2 * b->room;
        hfi_member *grown = hfi_realloc(b->member, room * sizeof(*grown));
        if (!grown) {
            return HF_E_NOMEM;
        }
        b->member = grown;
        b->room = room;
    }
    b->member[b->count++] = *member;
    return HF_OK;
}

/* The first reason stays: it is the one that a reader of the struct meets first. */
static void refuse_value(hfi_layout_builder *b, const char *reason)
{
    if (!b->no_value) {
        b->no_value = reason;
    }
}

/* The alignment of one member, and whether anything but its type decided it. */
static size_t member_alignment(hfi_layout_builder *b, size_t natural, const hfi_alignment *given)
{
    size_t result = given->is_packed ? 1 : natural;
    if (given->user > result) {
        result = given->user;
    }
    if (given->pack != 0 && given->pack < result) {
        result = given->pack;
    }
    if (result < natural) {
        refuse_value(b, "it is packed");
    } else if (result > natural) {
        refuse_value(b, "it is aligned otherwise than its members");
    }
    return result;
}

static void note_alignment(hfi_layout_builder *b, size_t alignment)
{
    if (alignment > b->alignment) {
        b->alignment = alignment;
    }
}

/* Closes the unit of bit-fields that is open. */
static void close_unit(hfi_layout_builder *b)
{
    b->unit = 0;
    b->unit_left = 0;
}

/* Room for `size` bytes at this alignment; gives the offset. */
static hf_status place(hfi_layout_builder *b, size_t size, size_t alignment, size_t *offset_out)
{
    uint64_t at = b->is_union ? 0 : (b->bits + 7) / 8;
    at = (at + (alignment - 1)) & ~(uint64_t)(alignment - 1);
    if (size > HFI_TYPE_SIZE_MAX || at > HFI_TYPE_SIZE_MAX - size) {
        return HF_E_LIMIT;
    }
    close_unit(b);
    uint64_t end = (at + size) * 8;
    b->bits = b->is_union && b->bits > end ? b->bits : end;
    note_alignment(b, alignment);
    *offset_out = (size_t)at;
    return HF_OK;
}

static void note_type(hfi_layout_builder *b, const hfi_member *member)
{
    const hfi_layout *inner = member->type == HFI_C_AGGREGATE ? member->layout : NULL;
    b->holds_pointers |= member->type == HFI_C_POINTER || (inner && inner->holds_pointers);
    if (inner && inner->no_value) {
        refuse_value(b, inner->no_value);
    }
    if (member->count == 0) {
        refuse_value(b, "it has an array without a bound");
    }
}

hf_status hfi_layout_add(hfi_layout_builder *b, const hfi_member *member, size_t natural,
                         const hfi_alignment *alignment)
{
    hfi_member placed = *member;
    size_t size;
    if (!hfi_size_mul(member->size, member->count, &size)) {
        return HF_E_LIMIT;
    }
    hf_status status = place(b, size, member_alignment(b, natural, alignment), &placed.offset);
    if (status == HF_OK) {
        note_type(b, member);
        status = append(b, &placed);
    }
    return status;
}

hf_status hfi_layout_add_anonymous(hfi_layout_builder *b, const hfi_layout *inner, size_t natural,
                                   const hfi_alignment *alignment)
{
    size_t offset = 0;
    hf_status status = place(b, inner->size, member_alignment(b, natural, alignment), &offset);
    b->holds_pointers |= inner->holds_pointers;
    if (inner->no_value) {
        refuse_value(b, inner->no_value);
    }
    for (unsigned i = 0; status == HF_OK && i < inner->member_count; i++) {
        hfi_member member = inner->member[i];
        member.offset += offset;
        status = append(b, &member);
    }
    return status;
}

/* A field that would cross a boundary of its type begins at the next one; those of width 0 too. */
static void place_bits_shared(hfi_layout_builder *b, uint64_t type_bits, uint64_t alignment_bits,
                              unsigned width)
{
    uint64_t at = b->is_union ? 0 : b->bits;
    bool crosses = (at % alignment_bits + width + alignment_bits - 1) / alignment_bits >
                   type_bits / alignment_bits;
    if (width == 0 || crosses) {
        at = (at + alignment_bits - 1) / alignment_bits * alignment_bits;
    }
    uint64_t end = at + width;
    b->bits = b->is_union && b->bits > end ? b->bits : end;
}

/* Any packing, however wide, has fields follow each other bit by bit. */
static void place_bits_packed(hfi_layout_builder *b, unsigned width)
{
    uint64_t end = (b->is_union ? 0 : b->bits) + width;
    b->bits = b->bits > end ? b->bits : end;
}

/* Neighbours of one width share a unit of their type; a unit is used up with the last of them.  A
   width of 0 counts behind a field alone, and then aligns the struct too, packed or not. */
static hf_status place_bits_units(hfi_layout_builder *b, size_t size, size_t alignment,
                                  bool is_packed, unsigned width)
{
    uint64_t type_bits = 8 * (uint64_t)size;
    if (b->is_union) {
        b->bits = b->bits > width ? b->bits : width;
        note_alignment(b, is_packed || width == 0 ? 1 : alignment);
        return HF_OK;
    }
    if (width == 0) {
        if (b->unit != 0) {
            close_unit(b);
            uint64_t boundary = is_packed ? 8 : 8 * (uint64_t)alignment;
            b->bits = (b->bits + boundary - 1) / boundary * boundary;
            note_alignment(b, alignment);
        }
        return HF_OK;
    }
    if (b->unit == type_bits && b->unit_left >= width) {
        b->unit_left -= width;
        return HF_OK;
    }
    size_t offset;
    hf_status status = place(b, size, is_packed ? 1 : alignment, &offset);
    b->unit = type_bits;
    b->unit_left = type_bits - width;
    return status;
}

hf_status hfi_layout_add_bits(hfi_layout_builder *b, hfi_ctype type, unsigned width, bool is_named,
                              const hfi_alignment *given)
{
    size_t size = hfi_ctype_size(type);
    size_t natural = hfi_ctype_alignment(type);
    size_t alignment = given->pack != 0 && given->pack < natural ? given->pack : natural;
    refuse_value(b, "it has bit-fields");
    if (MICROSOFT_BITS) {
        return place_bits_units(b, size, alignment, given->is_packed, width);
    }
    if (b->bits / 8 > HFI_TYPE_SIZE_MAX) {
        return HF_E_LIMIT;
    }
    bool aligns = is_named || UNNAMED_ALIGNS;
    if (width == 0) { /* no packing counts for it */
        place_bits_shared(b, 8 * (uint64_t)size, 8 * (uint64_t)natural, 0);
        note_alignment(b, aligns ? natural : 1);
    } else if (given->pack != 0 || given->is_packed) {
        place_bits_packed(b, width);
        note_alignment(b, aligns && given->pack != 0 ? alignment : 1);
    } else {
        place_bits_shared(b, 8 * (uint64_t)size, 8 * (uint64_t)natural, width);
        note_alignment(b, aligns ? natural : 1);
    }
    return HF_OK;
}

hf_status hfi_layout_complete(hfi_layout_builder *b, const hfi_alignment *given, hfi_scope *scope,
                              hfi_layout *layout)
{
    size_t alignment = b->alignment == 0 ? 1 : b->alignment;
    if (given->user > alignment) {
        alignment = given->user;
        refuse_value(b, "it is aligned otherwise than its members");
    }
    uint64_t size = (b->bits + 7) / 8;
    size = (size + (alignment - 1)) & ~(uint64_t)(alignment - 1);
    if (size > HFI_TYPE_SIZE_MAX) {
        return HF_E_LIMIT;
    }
    if (b->count != 0) {
        hfi_member *member = hfi_scope_add_members(scope, layout, b->count);
        if (!member) {
            return HF_E_NOMEM;
        }
        memcpy(member, b->member, b->count * sizeof(*member));
    }
    if (size == 0) {
        refuse_value(b, "it has no members");
    }
    layout->member_count = b->count;
    layout->is_complete = true;
    layout->holds_pointers = b->holds_pointers;
    layout->size = (size_t)size;
    layout->alignment = alignment;
    layout->no_value = b->no_value;
    return HF_OK;
}

void hfi_layout_builder_finish(hfi_layout_builder *b)
{
    hfi_free(b->member);
    memset(b, 0, sizeof(*b));
}

static const hfi_member *find_member(const hfi_layout *layout, const char *name, size_t length)
{
    for (unsigned i = 0; i < layout->member_count; i++) {
        const char *own = layout->member[i].name;
        if (strlen(own) == length && memcmp(own, name, length) == 0) {
            return &layout->member[i];
        }
    }
    return NULL;
}

bool hfi_layout_member(const hfi_layout *layout, const char *path, hfi_member *member_out)
{
    size_t offset = 0;
    for (;;) {
        size_t length = strcspn(path, ".");
        const hfi_member *member = layout && length != 0 ? find_member(layout, path, length) : NULL;
        if (!member) {
            return false;
        }
        *member_out = *member;
        member_out->offset += offset;
        offset = member_out->offset;
        if (path[length] == '\0') {
            return true;
        }
        /* A path goes through what is inside, never behind a pointer. */
        layout = member->type == HFI_C_AGGREGATE ? member->layout : NULL;
        path += length + 1;
    }
}
