/* SPDX-License-Identifier: MIT */

/*
 * Whether two functions are called in the same way.
 *
 * Pointers are one type: what they lead to is the business of both sides, not
 * of the call.  Structs are compared member by member, so the same struct that
 * two texts declare is one type.
 *
 * Threads: pure functions.
 */

#include "prototype/prototype.h"

static bool same_layout(const hfi_layout *a, const hfi_layout *b, unsigned depth);

static bool same_member(const hfi_member *a, const hfi_member *b, unsigned depth)
{
    return a->type == b->type && a->offset == b->offset && a->size == b->size &&
           a->count == b->count &&
           (a->type != HFI_C_AGGREGATE || same_layout(a->layout, b->layout, depth + 1));
}

/* Structs inside structs end somewhere, but not where nobody has looked at how deep they are. */
static bool same_layout(const hfi_layout *a, const hfi_layout *b, unsigned depth)
{
    if (a == b) {
        return true;
    }
    if (!a || !b || depth > 64 || a->size != b->size || a->alignment != b->alignment ||
        a->is_union != b->is_union || a->member_count != b->member_count) {
        return false;
    }
    for (unsigned i = 0; i < a->member_count; i++) {
        if (!same_member(&a->member[i], &b->member[i], depth)) {
            return false;
        }
    }
    return true;
}

static bool same_value(hfi_ctype a, const hfi_layout *a_layout, hfi_ctype b,
                       const hfi_layout *b_layout)
{
    return a == b && (a != HFI_C_AGGREGATE || same_layout(a_layout, b_layout, 0));
}

/* Conventions that name the same thing on this machine become one. */
static hfi_convention effective(hfi_convention convention)
{
    bool is_wide = sizeof(void *) == 8;
    bool is_microsoft = is_wide && sizeof(long) == 4;
    switch (convention) {
    case HFI_CONVENTION_MS_ABI:
        return is_microsoft ? HFI_CONVENTION_DEFAULT : convention;
    case HFI_CONVENTION_SYSV_ABI:
        return is_microsoft ? convention : HFI_CONVENTION_DEFAULT;
    case HFI_CONVENTION_STDCALL:
    case HFI_CONVENTION_FASTCALL:
    case HFI_CONVENTION_THISCALL:
        return is_wide ? HFI_CONVENTION_DEFAULT : convention;
    case HFI_CONVENTION_DEFAULT:
    case HFI_CONVENTION_CDECL:
        break;
    }
    return HFI_CONVENTION_DEFAULT;
}

bool hfi_prototype_same_signature(const hfi_prototype *a, const hfi_prototype *b)
{
    if (a->param_count != b->param_count || a->is_variadic != b->is_variadic ||
        effective(a->convention) != effective(b->convention) ||
        !same_value(a->result, a->result_layout, b->result, b->result_layout)) {
        return false;
    }
    for (unsigned i = 0; i < a->param_count; i++) {
        if (!same_value(a->param[i].type, a->param[i].layout, b->param[i].type,
                        b->param[i].layout)) {
            return false;
        }
    }
    return true;
}
