/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_PROTOTYPE_SCOPE_H
#define HOLDFAST_PROTOTYPE_SCOPE_H

/* What a text declares: names of types, tags, constants and functions, and the memory of them. */

#include "prototype/lex.h"
#include "prototype/prototype.h"

/* A type as written: `base` behind `depth` stars, and `count` of them if it is an array.  With
   `function` the base is a function: of depth 0 the function itself, of depth 1 a pointer to it. */
typedef struct hfi_type_draft {
    hfi_ctype base;
    uint8_t depth;
    bool is_char;
    bool is_wide;
    bool is_bool;
    bool is_array;
    bool is_open;        /* an array whose first bound is left out */
    uint32_t const_mask; /* bit 0: the base; bit n: the n-th pointer, counted from the base */
    size_t count;
    size_t size; /* of the base; 0 unknown */
    size_t alignment;
    size_t user_alignment;   /* of the whole, from an attribute; 0: none */
    hfi_layout *layout;      /* of this text's scope, or of one around it that is sealed */
    hfi_prototype *function; /* belongs to a scope */
    hfi_token first;         /* where it begins */
} hfi_type_draft;

typedef enum hfi_name_kind {
    HFI_NAME_TAG,      /* of a struct or union, with `layout`, or of an enum, with `type` */
    HFI_NAME_TYPE,     /* `type` */
    HFI_NAME_CONSTANT, /* `value` */
    HFI_NAME_FUNCTION  /* `value` is its index in the fragment */
} hfi_name_kind;

typedef struct hfi_scope_entry {
    struct hfi_scope_entry *next; /* of the same bucket */
    const char *name;
    uint32_t hash;
    hfi_name_kind kind;
    bool is_built_in; /* declared by Holdfast: the text may declare it again */
    hfi_layout *layout;
    hfi_type_draft *type;
    int64_t value;
} hfi_scope_entry;

/** An empty scope with one reference; `parent`, which may be NULL, is acquired.  NULL without
 * memory. */
hfi_scope *hfi_scope_create(hfi_scope *parent);

/** Zeroed memory that lives as long as the scope; NULL.  `size` > 0. */
void *hfi_scope_alloc(hfi_scope *scope, size_t size);

/** A layout that is not complete yet; NULL without memory. */
hfi_layout *hfi_scope_add_layout(hfi_scope *scope, const char *name, bool is_union);

/** Room for the members of one of its layouts, zeroed; NULL without memory. */
hfi_member *hfi_scope_add_members(hfi_scope *scope, hfi_layout *layout, unsigned count);

/** A copy of a stretch of text; NULL. */
char *hfi_scope_text(hfi_scope *scope, const char *start, size_t length);

/** A name in this scope alone; NULL. */
hfi_scope_entry *hfi_scope_find_own(const hfi_scope *scope, bool is_tag, const hfi_token *name);

/** A name in this scope or those around it; NULL. */
const hfi_scope_entry *hfi_scope_find(const hfi_scope *scope, bool is_tag, const hfi_token *name);

/** Adds a name that the scope does not have; NULL without memory. */
hfi_scope_entry *hfi_scope_add(hfi_scope *scope, hfi_name_kind kind, const hfi_token *name);

/** A zeroed signature that is finished with the scope; NULL without memory. */
hfi_prototype *hfi_scope_add_signature(hfi_scope *scope);

/** All is declared: members whose type was completed behind them learn of it. */
void hfi_scope_seal(hfi_scope *scope);

#endif
