/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_PROTOTYPE_LAYOUT_BUILD_H
#define HOLDFAST_PROTOTYPE_LAYOUT_BUILD_H

/* Members one by one become the layout that this system's compiler gives them. */

#include "prototype/scope.h"

#define HFI_MEMBERS_MAX   8192u
/* Largest size of a type: its bits, and the sum of two, fit 64-bit arithmetic with room. */
#define HFI_TYPE_SIZE_MAX ((size_t)1 << (sizeof(size_t) * 8 - 6))
#define HFI_ALIGNMENT_MAX ((size_t)1 << 28)

/* What is said of a member or struct beside its type. */
typedef struct hfi_alignment {
    bool is_packed;
    size_t user; /* aligned(n), _Alignas(n); 0: none */
    size_t pack; /* #pragma pack; 0: none */
} hfi_alignment;

typedef struct hfi_layout_builder {
    bool is_union;
    bool holds_pointers;
    bool ends_open; /* for the parser: the last member is a flexible array */
    size_t alignment;
    uint64_t bits;      /* of a struct: where the next may begin; of a union: the most */
    uint64_t unit;      /* Microsoft's way: bits of the open unit; 0: none is open */
    uint64_t unit_left; /* and how many of them are free */
    const char *no_value;
    hfi_member *member;
    unsigned count, room;
} hfi_layout_builder;

/** Places a member and fills its offset; HF_E_NOMEM, HF_E_LIMIT when it gets too large. */
hf_status hfi_layout_add(hfi_layout_builder *builder, const hfi_member *member, size_t natural,
                         const hfi_alignment *alignment);

/** Places the members of an anonymous struct or union as the outer one's. */
hf_status hfi_layout_add_anonymous(hfi_layout_builder *builder, const hfi_layout *inner,
                                   size_t natural, const hfi_alignment *alignment);

/** Places a bit-field of `width` bits of an integer type of `size` bytes. */
hf_status hfi_layout_add_bits(hfi_layout_builder *builder, hfi_ctype type, unsigned width,
                              bool is_named, const hfi_alignment *alignment);

/** Completes `layout`, whose members move into the scope. */
hf_status hfi_layout_complete(hfi_layout_builder *builder, const hfi_alignment *alignment,
                              hfi_scope *scope, hfi_layout *layout);

/** Gives the builder's memory back; a zeroed one is fine. */
void hfi_layout_builder_finish(hfi_layout_builder *builder);

#endif
