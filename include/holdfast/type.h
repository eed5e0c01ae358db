/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_TYPE_H
#define HOLDFAST_TYPE_H

/*
 * Types tell the collector where an object's references are.
 *
 *     static const hf_field point_fields[] = {
 *         { "next", HF_FIELD_REF, offsetof(struct point, next), sizeof(hf_slot) },
 *         { "x", HF_FIELD_WORD, offsetof(struct point, x), sizeof(double) },
 *     };
 *     static const hf_type_descriptor point_descriptor = {
 *         sizeof(hf_type_descriptor), "point", sizeof(struct point), point_fields, 2,
 *     };
 *     hf_type *point;
 *     status = hf_type_register(runtime, &point_descriptor, &point);
 *
 * Two kinds need no descriptor: bytes (hf_bytes_create) and arrays of
 * references (hf_array_create).
 */

#include "export.h"
#include "ref.h"
#include "status.h"

#include <stddef.h>
#include <stdint.h>

HF_BEGIN_DECLS

typedef enum hf_field_kind {
    HF_FIELD_REF,     /* an hf_slot: a managed reference */
    HF_FIELD_POINTER, /* an address of native memory; the collector does not look */
    HF_FIELD_WORD     /* anything else of `size` bytes */
} hf_field_kind;

typedef struct hf_field {
    const char *name;
    hf_field_kind kind;
    uint32_t offset; /* from the start of the payload */
    uint32_t size;   /* bytes; sizeof(hf_slot) for HF_FIELD_REF */
} hf_field;

/** Static: it and what it points to must outlive the runtime. */
typedef struct hf_type_descriptor {
    uint32_t struct_size; /* sizeof(hf_type_descriptor) */
    const char *name;     /* shown in reports */
    uint32_t size;        /* payload of one object, bytes; 0 is legal */
    const hf_field *fields;
    uint32_t field_count;
} hf_type_descriptor;

/** Largest payload of a record. */
#define HF_RECORD_SIZE_MAX 65536u

/**
 * Registers a record type.
 *
 * @return HF_OK; HF_E_NULL; HF_E_OPTIONS for an unknown struct_size; HF_E_RANGE if a field leaves
 * the payload or the payload is larger than HF_RECORD_SIZE_MAX; HF_E_FIELD if two fields overlap,
 * or a reference field is not aligned or not of the size of a slot; HF_E_NOMEM; HF_E_LIMIT after
 * 65532 types in the process.
 *
 * @par Ownership   The type belongs to the runtime and ends with it.
 * @par Threads     Any.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_type_register(hf_runtime *runtime,
                                                const hf_type_descriptor *descriptor,
                                                hf_type **type_out);

/**
 * Name of a type: as registered, "bytes", "array" or "resource".
 *
 * @par Ownership   Borrowed; lives as long as the type.
 * @par Threads     Any.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API const char *hf_type_name(const hf_type *type);

HF_END_DECLS

#endif
