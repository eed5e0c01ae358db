/* SPDX-License-Identifier: MIT */

/*
 * From layouts to libffi's types.
 *
 * libffi learns of a struct by a list of member types, computes a layout of its own
 * and classifies it.  It has no unions, and what it makes of rarer structs is not
 * always what compilers do (a struct of one long double comes back in the wrong
 * register).  So the classes are found here, by the rules of the machine, and libffi
 * gets the plainest type that has them, with size and alignment already in it:
 *
 *   SysV x86-64   a word or a floating number for each eightbyte; in memory: the size
 *   Win64, x86    bytes of that size: nothing else matters
 *   AAPCS64       n equal floating numbers, else bytes
 *   others        the members themselves, and no unions
 *
 * What then cannot be said to libffi is refused with the reason.  Threads: any; a
 * graph is made when a function is bound and only read afterwards.
 */

#include "call/ffi_types.h"

#include "base/alloc.h"
#include "base/size.h"
#include "base/verify.h"

/* More members than that are a mistake rather than a value. */
#define ELEMENTS_MAX 4096u

typedef struct hfi_ffi_block {
    struct hfi_ffi_block *next;
    ffi_type type;
    ffi_type *elements[];
} hfi_ffi_block;

void hfi_ffi_types_free(hfi_ffi_types *types)
{
    while (types->first) {
        hfi_ffi_block *block = types->first;
        types->first = block->next;
        hfi_free(block);
    }
}

/* A struct with room for `count` elements; the caller fills them in. */
static ffi_type *new_struct(hfi_ffi_types *types, size_t size, size_t alignment, size_t count)
{
    hfi_ffi_block *block = hfi_alloc(sizeof(*block) + (count + 1) * sizeof(ffi_type *));
    if (!block) {
        return NULL;
    }
    block->next = types->first;
    types->first = block;
    block->type.size = size;
    block->type.alignment = (unsigned short)alignment;
    block->type.type = FFI_TYPE_STRUCT;
    block->type.elements = block->elements;
    return &block->type;
}

static hf_status struct_of(hfi_ffi_types *types, const hfi_layout *layout, ffi_type *element,
                           size_t count, ffi_type **type_out)
{
    ffi_type *made = new_struct(types, layout->size, layout->alignment, count);
    if (!made) {
        return HF_E_NOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        made->elements[i] = element;
    }
    *type_out = made;
    return HF_OK;
}

/* ---- SysV x86-64 ---- */

static hfi_class merge(hfi_class a, hfi_class b)
{
    if (a == b || b == HFI_CLASS_NONE) {
        return a;
    }
    if (a == HFI_CLASS_NONE) {
        return b;
    }
    if (a == HFI_CLASS_MEMORY || b == HFI_CLASS_MEMORY) {
        return HFI_CLASS_MEMORY;
    }
    /* Two different ones of integer, floating and x87. */
    return a == HFI_CLASS_INTEGER || b == HFI_CLASS_INTEGER ? HFI_CLASS_INTEGER : HFI_CLASS_MEMORY;
}

static void add_class(hfi_class class[2], size_t offset, hfi_class one)
{
    HF_VERIFY(offset < 16);
    class[offset / 8] = merge(class[offset / 8], one);
}

static void add_scalar(hfi_class class[2], size_t offset, hfi_ctype type)
{
    switch (type) {
    case HFI_C_F32:
    case HFI_C_F64:
        add_class(class, offset, HFI_CLASS_SSE);
        break;
    case HFI_C_COMPLEX_F32:
    case HFI_C_COMPLEX_F64:
        add_class(class, offset, HFI_CLASS_SSE);
        add_class(class, offset + hfi_ctype_size(type) / 2, HFI_CLASS_SSE);
        break;
    case HFI_C_LONG_DOUBLE:
        add_class(class, 0, HFI_CLASS_X87);
        add_class(class, 8, HFI_CLASS_X87_UP);
        break;
    default:
        add_class(class, offset, HFI_CLASS_INTEGER);
        break;
    }
}

/* Nesting is bounded by the 16 bytes that a value has here: every level has a size. */
static void add_members(hfi_class class[2], size_t base, const hfi_layout *layout)
{
    for (unsigned i = 0; i < layout->member_count; i++) {
        const hfi_member *member = &layout->member[i];
        for (size_t k = 0; k < member->count; k++) {
            size_t offset = base + member->offset + k * member->size;
            if (member->type == HFI_C_AGGREGATE) {
                add_members(class, offset, member->layout);
            } else {
                add_scalar(class, offset, member->type);
            }
        }
    }
}

void hfi_sysv64_classify(hfi_ctype type, const hfi_layout *layout, hfi_class class_out[2])
{
    size_t size = type == HFI_C_AGGREGATE ? layout->size : hfi_ctype_size(type);
    class_out[0] = class_out[1] = HFI_CLASS_NONE;
    if (size > 16) {
        class_out[0] = class_out[1] = HFI_CLASS_MEMORY;
        return;
    }
    if (type == HFI_C_AGGREGATE) {
        add_members(class_out, 0, layout);
    } else {
        add_scalar(class_out, 0, type);
    }
    bool is_memory = class_out[0] == HFI_CLASS_MEMORY || class_out[1] == HFI_CLASS_MEMORY ||
                     (class_out[1] == HFI_CLASS_X87_UP && class_out[0] != HFI_CLASS_X87);
    if (is_memory) {
        class_out[0] = class_out[1] = HFI_CLASS_MEMORY;
    }
}

/* What an eightbyte of which `size` bytes are used is to libffi. */
static ffi_type *eightbyte(hfi_class class, size_t size)
{
    if (class == HFI_CLASS_SSE) {
        return size > 4 ? &ffi_type_double : &ffi_type_float;
    }
    return size > 4 ? &ffi_type_uint64 : size > 1 ? &ffi_type_uint32 : &ffi_type_uint8;
}

static hf_status make_sysv64(hfi_ffi_types *types, const hfi_layout *layout, ffi_type **type_out,
                             const char **why_out)
{
    hfi_class class[2];
    hfi_sysv64_classify(HFI_C_AGGREGATE, layout, class);
    if (layout->size > 16) {
        return struct_of(types, layout, &ffi_type_uint64, 1, type_out);
    }
    if (class[0] == HFI_CLASS_MEMORY) {
        *why_out = "libffi cannot be told of a long double that shares its bytes";
        return HF_E_UNSUPPORTED;
    }
    if (class[0] == HFI_CLASS_X87) {
        /* The same places as an argument; as a result libffi would look for a struct's elsewhere.
         */
        *type_out = &ffi_type_longdouble;
        return HF_OK;
    }
    bool has_second = layout->size > 8;
    if (class[0] == HFI_CLASS_NONE || (has_second && class[1] == HFI_CLASS_NONE)) {
        *why_out = "eight of its bytes are padding, and libffi cannot leave out their register";
        return HF_E_UNSUPPORTED;
    }
    ffi_type *made = new_struct(types, layout->size, layout->alignment, 2);
    if (!made) {
        return HF_E_NOMEM;
    }
    made->elements[0] = eightbyte(class[0], has_second ? 8 : layout->size);
    made->elements[1] = has_second ? eightbyte(class[1], layout -> size - 8) : NULL;
    *type_out = made;
    return HF_OK;
}

/* ---- AAPCS64 ---- */

static hfi_ctype part_of(hfi_ctype type)
{
    switch (type) {
    case HFI_C_COMPLEX_F32:
        return HFI_C_F32;
    case HFI_C_COMPLEX_F64:
        return HFI_C_F64;
    case HFI_C_COMPLEX_LONG_DOUBLE:
        return HFI_C_LONG_DOUBLE;
    case HFI_C_F32:
    case HFI_C_F64:
    case HFI_C_LONG_DOUBLE:
        return type;
    default:
        return HFI_C_OPAQUE;
    }
}

/* HFI_C_VOID: nothing seen yet; HFI_C_OPAQUE: not all the same. */
static void look_at_members(hfi_ctype *found, const hfi_layout *layout)
{
    for (unsigned i = 0; i < layout->member_count && *found != HFI_C_OPAQUE; i++) {
        const hfi_member *member = &layout->member[i];
        if (member->type == HFI_C_AGGREGATE) {
            look_at_members(found, member->layout);
            continue;
        }
        hfi_ctype part = part_of(member->type);
        *found = *found == HFI_C_VOID || *found == part ? part : HFI_C_OPAQUE;
    }
}

/* The floating type that all members are; HFI_C_OPAQUE when there is none. */
static hfi_ctype find_part(const hfi_layout *layout)
{
    hfi_ctype found = HFI_C_VOID;
    look_at_members(&found, layout);
    return found == HFI_C_VOID ? HFI_C_OPAQUE : found;
}

bool hfi_aapcs64_by_address(const hfi_layout *layout)
{
    hfi_ctype part = find_part(layout);
    return layout->size > 16 && (part == HFI_C_OPAQUE || layout->size / hfi_ctype_size(part) > 4);
}

static hf_status make_aapcs64(hfi_ffi_types *types, const hfi_layout *layout, ffi_type **type_out,
                              const char **why_out)
{
    hfi_ctype found = find_part(layout);
    if (found != HFI_C_OPAQUE) {
        size_t count = layout->size / hfi_ctype_size(found);
        ffi_type *part = found == HFI_C_F32   ? &ffi_type_float
                         : found == HFI_C_F64 ? &ffi_type_double
                                              : &ffi_type_longdouble;
        /* More than four are no such struct, for libffi as for compilers. */
        return struct_of(types, layout, part, count > 4 ? 5 : count, type_out);
    }
    if (layout->alignment > 8 && layout->size <= 16) {
        *why_out = "it is aligned to 16 bytes, and libffi takes no pair of registers for that";
        return HF_E_UNSUPPORTED;
    }
    return struct_of(types, layout, &ffi_type_uint8, 1, type_out);
}

/* ---- all ---- */

static ffi_type *const scalar_types[] = {
    [HFI_C_VOID] = &ffi_type_void,
    [HFI_C_I8] = &ffi_type_sint8,
    [HFI_C_U8] = &ffi_type_uint8,
    [HFI_C_I16] = &ffi_type_sint16,
    [HFI_C_U16] = &ffi_type_uint16,
    [HFI_C_I32] = &ffi_type_sint32,
    [HFI_C_U32] = &ffi_type_uint32,
    [HFI_C_I64] = &ffi_type_sint64,
    [HFI_C_U64] = &ffi_type_uint64,
    [HFI_C_F32] = &ffi_type_float,
    [HFI_C_F64] = &ffi_type_double,
    [HFI_C_POINTER] = &ffi_type_pointer,
    [HFI_C_LONG_DOUBLE] = &ffi_type_longdouble,
#ifdef FFI_TARGET_HAS_COMPLEX_TYPE
    [HFI_C_COMPLEX_F32] = &ffi_type_complex_float,
    [HFI_C_COMPLEX_F64] = &ffi_type_complex_double,
    [HFI_C_COMPLEX_LONG_DOUBLE] = &ffi_type_complex_longdouble,
#endif
    [HFI_C_OPAQUE] = NULL,
};

/* Elements that the members are, arrays written out; more than ELEMENTS_MAX when they are too many.
 */
static size_t count_elements(const hfi_layout *layout)
{
    size_t count = 0;
    for (unsigned i = 0; i < layout->member_count; i++) {
        if (!hfi_size_add(count, layout->member[i].count, &count) || count > ELEMENTS_MAX) {
            return ELEMENTS_MAX + 1;
        }
    }
    return count;
}

static hf_status make_members(hfi_ffi_types *types, const hfi_layout *layout, ffi_type **type_out,
                              const char **why_out)
{
    if (layout->is_union) {
        *why_out = "how this machine passes unions is not known";
        return HF_E_UNSUPPORTED;
    }
    size_t count = count_elements(layout);
    if (count > ELEMENTS_MAX) {
        *why_out = "it has too many members";
        return HF_E_UNSUPPORTED;
    }
    ffi_type *made = new_struct(types, layout->size, layout->alignment, count);
    if (!made) {
        return HF_E_NOMEM;
    }
    size_t at = 0;
    for (unsigned i = 0; i < layout->member_count; i++) {
        const hfi_member *member = &layout->member[i];
        ffi_type *element = NULL;
        hf_status status = hfi_ffi_type_make(types, HFI_ABI_OTHER, member->type, member->layout,
                                             &element, why_out);
        if (status != HF_OK) {
            return status;
        }
        for (size_t k = 0; k < member->count; k++) {
            made->elements[at++] = element;
        }
    }
    *type_out = made;
    return HF_OK;
}

/* Why no value of a layout can be passed anywhere; NULL. */
static const char *no_value(const hfi_layout *layout)
{
    if (!layout->is_complete) {
        return "it is declared and not defined";
    }
    if (layout->no_value) {
        return layout->no_value;
    }
    if (layout->size == 0 || layout->member_count == 0) {
        return "it has no members";
    }
    const hfi_member *last = &layout->member[layout->member_count - 1];
    return last->count == 0 ? "it ends with an array without a bound" : NULL;
}

hf_status hfi_ffi_type_make(hfi_ffi_types *types, hfi_abi abi, hfi_ctype type,
                            const hfi_layout *layout, ffi_type **type_out, const char **why_out)
{
    if (type != HFI_C_AGGREGATE) {
        *type_out = scalar_types[type];
        *why_out = *type_out ? NULL : "libffi has no complex numbers on this machine";
        return *type_out ? HF_OK : HF_E_UNSUPPORTED;
    }
    HF_VERIFY(layout != NULL);
    *why_out = no_value(layout);
    if (*why_out) {
        return HF_E_UNSUPPORTED;
    }
    switch (abi) {
    case HFI_ABI_SYSV64:
        return make_sysv64(types, layout, type_out, why_out);
    case HFI_ABI_WIN64:
    case HFI_ABI_X86:
        return struct_of(types, layout, &ffi_type_uint8, 1, type_out);
    case HFI_ABI_AAPCS64:
        return make_aapcs64(types, layout, type_out, why_out);
    case HFI_ABI_OTHER:
        break;
    }
    return make_members(types, layout, type_out, why_out);
}
