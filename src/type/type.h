/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_TYPE_TYPE_H
#define HOLDFAST_TYPE_TYPE_H

/*
 * Type descriptors as the collector reads them.
 *
 * Types are numbered; the number is in every object's header.  Numbers are
 * unique in the process, not only in a runtime: a function that has an object
 * and no thread (hf_load) must find its type.  Looking one up takes no lock.
 */

#include "base/verify.h"
#include "base/parts.h"

#include <holdfast/type.h>

typedef enum hfi_type_kind {
    HFI_KIND_BYTES,     /* header 16: length in bytes; no references */
    HFI_KIND_ARRAY,     /* header 16: length in references */
    HFI_KIND_RECORD,    /* header 8: fields */
    HFI_KIND_RESOURCE,  /* header 8: one opaque word, the address of its cell */
    HFI_KIND_EPHEMERONS /* header 8: the same of its table; what that keeps alive is weak/'s */
} hfi_type_kind;

#define HFI_TYPE_BYTES      1u
#define HFI_TYPE_ARRAY      2u
#define HFI_TYPE_RESOURCE   3u
#define HFI_TYPE_EPHEMERONS 4u
#define HFI_TYPE_FIRST      5u
#define HFI_TYPES_MAX       65536u

struct hf_type {
    uint32_t sig;
    uint32_t id;
    hfi_type_kind kind;
    uint32_t header_size; /* 8 or 16 */
    uint32_t size;        /* payload of a record */
    uint32_t ref_count;
    uint32_t field_count;
    const char *name;
    const hf_field *fields;
    const struct hfi_types *owner; /* NULL: built in */
    uint32_t *ref_offsets;         /* from the payload's start, ascending */
};

typedef struct hfi_types hfi_types;

HF_MUST_CHECK hf_status hfi_types_create(hfi_parts *parts, hfi_types **types_out);
void hfi_types_destroy(hfi_types *types);

/** The type of a number, NULL for one that is not given out. */
const hf_type *hfi_type_find(uint32_t id);

/** Takes and gives the lock of the table around a fork. */
void hfi_types_lock(void);
void hfi_types_unlock(void);

#endif
