/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_PROPERTY_H
#define HOLDFAST_PROPERTY_H

/*
 * Properties of devices and their classes: bytes, and what they mean by their type.
 *
 *     status = hf_device_property(thread, set, device, &key, property, NULL);
 *     status = hf_get(property, HF_PROPERTY_TYPE, &type, sizeof type);
 *     status = hf_load(property, HF_PROPERTY_VALUE, text);
 *
 * Numbers are taken in this machine's byte order.  Everything here works on every system.
 */

#include "export.h"
#include "ref.h"
#include "status.h"

#include <stddef.h>
#include <stdint.h>

HF_BEGIN_DECLS

/** A GUID as Windows has it in memory. */
typedef struct hf_guid {
    uint32_t first;
    uint16_t second, third;
    uint8_t rest[8];
} hf_guid;

/** The name of a property: a DEVPROPKEY. */
typedef struct hf_property_key {
    hf_guid format;
    uint32_t id;
} hf_property_key;

/** What a value is: the numbers of DEVPROP_TYPE_. */
typedef enum hf_property_type {
    HF_PROPERTY_IS_EMPTY = 0,
    HF_PROPERTY_IS_NULL = 1,
    HF_PROPERTY_IS_INT8 = 2,
    HF_PROPERTY_IS_UINT8 = 3,
    HF_PROPERTY_IS_INT16 = 4,
    HF_PROPERTY_IS_UINT16 = 5,
    HF_PROPERTY_IS_INT32 = 6,
    HF_PROPERTY_IS_UINT32 = 7,
    HF_PROPERTY_IS_INT64 = 8,
    HF_PROPERTY_IS_UINT64 = 9,
    HF_PROPERTY_IS_FLOAT = 10,
    HF_PROPERTY_IS_DOUBLE = 11,
    HF_PROPERTY_IS_DECIMAL = 12, /* 96 bits with a point somewhere */
    HF_PROPERTY_IS_GUID = 13,
    HF_PROPERTY_IS_CURRENCY = 14, /* in ten-thousandths */
    HF_PROPERTY_IS_DATE = 15,     /* days since 30 December 1899 */
    HF_PROPERTY_IS_FILETIME = 16, /* 100 ns since 1 January 1601 */
    HF_PROPERTY_IS_BOOLEAN = 17,
    HF_PROPERTY_IS_STRING = 18,
    HF_PROPERTY_IS_SECURITY_DESCRIPTOR = 19,
    HF_PROPERTY_IS_SECURITY_DESCRIPTOR_STRING = 20,
    HF_PROPERTY_IS_KEY = 21,  /* an hf_property_key */
    HF_PROPERTY_IS_TYPE = 22, /* one of these numbers */
    HF_PROPERTY_IS_ERROR = 23,
    HF_PROPERTY_IS_NTSTATUS = 24,
    HF_PROPERTY_IS_STRING_INDIRECT = 25, /* says where the text is */

    HF_PROPERTY_ARRAY = 0x1000, /* added: values of one size, one behind the other */
    HF_PROPERTY_LIST = 0x2000,  /* added to those that are text */
    HF_PROPERTY_IS_BINARY = HF_PROPERTY_IS_UINT8 | HF_PROPERTY_ARRAY,
    HF_PROPERTY_IS_STRING_LIST = HF_PROPERTY_IS_STRING | HF_PROPERTY_LIST
} hf_property_type;

/** Fields of a property's record. */
typedef enum hf_property_field {
    HF_PROPERTY_BYTES = 0,  /* the bytes as they came */
    HF_PROPERTY_VALUE = 1,  /* a string, or an array of strings; null for all that is no text.  Of
                               one DECIMAL, GUID and KEY the way that people write it */
    HF_PROPERTY_TYPE = 2,   /* uint32_t: an hf_property_type, or of hf_value_type for those that
                               come from the registry */
    HF_PROPERTY_COUNT = 3,  /* uint32_t: values in it; 0 also for a type that is not known */
    HF_PROPERTY_NUMBER = 4, /* int64_t: the first value, if it is a whole number; of a BOOLEAN 0 or
                               1 */
    HF_PROPERTY_REAL = 5    /* double: the first value, if it is a number */
} hf_property_field;

/** One value of a property. */
typedef struct hf_property_item {
    int64_t number;      /* as HF_PROPERTY_NUMBER */
    double real;         /* as HF_PROPERTY_REAL */
    hf_property_key key; /* of a KEY; of a GUID its `format` */
} hf_property_item;

/**
 * Makes a record of a property out of its type and its bytes.
 *
 * Text ends at its first NUL, a list at its first empty text, and both with their bytes: what is
 * stored need not have the NULs.
 *
 * @param type          of hf_property_type.  One that it does not name, or a combination that
 *                      means nothing, leaves the bytes as they are, with a count of 0.
 * @param bytes         a managed buffer; not copied.
 * @param property_out  receives the record; null on failure.
 * @return HF_OK; HF_E_TYPE, reported, for more or fewer bytes than the type has; HF_E_UTF,
 * reported, for text that is not well-formed or has half a unit at its end; HF_E_SLOTS; HF_E_NULL,
 *         HF_E_TYPE if `bytes` is no buffer; HF_E_NOMEM; HF_E_LIMIT; HF_E_DETACHED.
 *
 * @par Ownership   The slot holds the record, which holds the bytes.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_property_decode(hf_thread *thread, uint32_t type,
                                                  const hf_slot *bytes,
                                                  hf_ref property_out) HF_MAY_GC;

/**
 * The same for a value of the registry: HF_PROPERTY_TYPE is of hf_value_type.
 *
 * @return those of hf_property_decode().
 *
 * @par Ownership   The slot holds the record, which holds the bytes.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_property_decode_value(hf_thread *thread, uint32_t type,
                                                        const hf_slot *bytes,
                                                        hf_ref property_out) HF_MAY_GC;

/**
 * One value of those that a property has.
 *
 * @param property  a record of hf_property_decode().
 * @param index     less than HF_PROPERTY_COUNT.
 * @param item_out  receives the value; zeroed on failure.
 * @return HF_OK; HF_E_RANGE; HF_E_TYPE for text, security descriptors, and a record of another
 *         type; HF_E_NULL; HF_E_SLOTS; HF_E_DETACHED.
 *
 * @par Ownership   Copies.
 * @par Threads     The owner, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_property_item_get(hf_thread *thread, const hf_slot *property,
                                                    size_t index, hf_property_item *item_out);

HF_END_DECLS

#endif
