/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_PROTOTYPE_LAYOUT_H
#define HOLDFAST_PROTOTYPE_LAYOUT_H

/*
 * Structs and unions as declared, laid out as this system's C compiler does it.
 *
 * A layout belongs to the scope in which it was declared and is never changed once
 * it is complete.  Prototypes hold their scope, so a layout that a prototype names
 * lives as long as the prototype.
 */

#include "prototype/ctype_class.h"

#include <holdfast/status.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct hfi_layout hfi_layout;
typedef struct hfi_scope hfi_scope;
struct hfi_prototype;

/** A member; those of an anonymous struct or union stand in the one around it, so members of a
 * struct may overlap.  Bit-fields, which have no address, are none; the layout has a `no_value`
 * then. */
typedef struct hfi_member {
    const char *name;
    hfi_ctype type;           /* of one element; HFI_C_AGGREGATE: `layout` says which */
    const hfi_layout *layout; /* of an aggregate; of what a pointer leads to, where it is known */
    hfi_ctype target;         /* of a pointer */
    bool target_is_const;     /* of a pointer */
    bool is_function;         /* a pointer to a function */
    size_t offset;
    size_t size;  /* of one element */
    size_t count; /* elements; 1 unless it is an array; 0: a flexible array at the end */
} hfi_member;

struct hfi_layout {
    const char *name; /* "struct point", or the typedef's name of one without a tag; an array that
                         a pointer leads to is a layout "array" with one member */
    bool is_union;
    bool is_complete;    /* false: declared and not defined; size and members are unknown */
    bool holds_pointers; /* a member, at any depth, is a pointer */
    size_t size;
    size_t alignment;
    /* Why no value of it may be passed, in words ("it is packed"); NULL when it may.  Behind a
       pointer all are fine. */
    const char *no_value;
    unsigned member_count;
    const hfi_member *member;
};

/**
 * Finds a member by its path ("to.y") and copies it, with the offset from the outermost struct;
 * false when there is none.  A path goes through structs, never through pointers; of an array it
 * means the first element.
 */
bool hfi_layout_member(const hfi_layout *layout, const char *path, hfi_member *member_out);

/** Finds a type's layout by name ("struct point", "point"), which may not be complete; NULL. */
const hfi_layout *hfi_scope_layout(const hfi_scope *scope, const char *name);

/** Takes and gives references to a scope; NULL is fine.  Any thread. */
hfi_scope *hfi_scope_acquire(hfi_scope *scope);
void hfi_scope_release(hfi_scope *scope);

#endif
