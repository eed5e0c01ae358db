/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_NATIVE_INSIDE_H
#define HOLDFAST_NATIVE_INSIDE_H

/* What the files of this module share. */

#include "native/native.h"
#include "platform/catalogue.h"

#include <holdfast/type.h>

#include <stdatomic.h>

struct hfi_native_set;

#define HFI_NATIVE_FORMS 2u /* of hf_text_form */

/** A row, and its functions, by the form of their texts, once somebody has asked for them. */
typedef struct hfi_native_cell {
    const hf_native_row *row;
    const struct hfi_native_set *set;
    uint32_t hash;
    _Atomic(hf_function *) function[HFI_NATIVE_FORMS]; /* NULL until asked for; then constant */
} hfi_native_cell;

/** Rows that came together. */
typedef struct hfi_native_set {
    struct hfi_native_set *older;
    const hf_type_size *types;
    size_t type_count;
    uint32_t search;
    size_t count;
    hfi_native_cell cell[];
} hfi_native_set;

/** Open addressing; never more than half full. */
typedef struct hfi_native_table {
    struct hfi_native_table *older; /* somebody may be looking into it still */
    hfi_native_set *newest;
    size_t count;
    uint32_t mask;
    hfi_native_cell *slot[];
} hfi_native_table;

/** A type of records that this module gives. */
typedef struct hfi_native_type {
    struct hfi_native_type *next;
    const hf_type_descriptor *descriptor;
    hf_type *type; /* the runtime's */
} hfi_native_type;

struct hfi_natives {
    hfi_parts *parts;
    _Atomic(hfi_native_table *) table; /* NULL until it is first needed */
    _Atomic(hfi_native_type *) types;  /* registered so far, newest first */
};

/* ---- table.c ---- */

/** The table with the rows that come with the library.  HF_E_NOMEM. */
HF_MUST_CHECK hf_status hfi_native_table_get(hfi_natives *natives, hfi_native_table **table_out);

/** The row of that name; NULL. */
hfi_native_cell *hfi_native_table_find(const hfi_native_table *table, const char *name);

/** Part number `part` of the rows that come with the library; NULL behind the last. */
const hf_native_row *hfi_native_part(size_t part);

/* ---- record.c ---- */

/** A record of that type, which is registered where it is not yet.  HF_E_NOMEM, HF_E_LIMIT. */
HF_MUST_CHECK hf_status hfi_native_record(hf_thread *thread, const hf_type_descriptor *descriptor,
                                          hf_ref out);

void hfi_native_types_drop(hfi_natives *natives);

/* ---- nearest.c ---- */

#define HFI_NEAREST_MAX 3u

/** The names in the table that are most like this one, the best first; gives how many there are. */
unsigned hfi_native_nearest(const hfi_native_table *table, const char *name,
                            const char *nearest_out[HFI_NEAREST_MAX]);

#endif
