/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_NATIVE_FRONT_H
#define HOLDFAST_NATIVE_FRONT_H

/*
 * What the typed fronts share: functions in front of the catalogue that give strings, arrays and
 * records instead of buffers.
 *
 * A front calls rows by name, so it is built on every system, and says by name what a system does
 * not have.  What a structure of the system looks like, the platform's table of fields tells.
 */

#include "native/inside.h"

#include <holdfast/call.h>
#include <holdfast/catalogue.h>
#include <holdfast/heap.h>
#include <holdfast/resource.h>
#include <holdfast/root.h>

#include <stddef.h>

/** Calls a row; its wide texts come as UTF-8.  As hf_native_get() and hf_call(); the native error
 * goes to `error_out`, which may be NULL. */
HF_MUST_CHECK hf_status hfi_front_call(hf_thread *thread, const char *name, hf_result *result,
                                       const hf_arg *arguments, int64_t *error_out);

/** The same of a row whose first output is all that counts: the buffer, or null on failure. */
HF_MUST_CHECK hf_status hfi_front_fill(hf_thread *thread, const char *name, const hf_arg *arguments,
                                       hf_ref bytes_out, int64_t *error_out);

/** The same of a row that gives nothing but whether it succeeded. */
HF_MUST_CHECK hf_status hfi_front_do(hf_thread *thread, const char *name, const hf_arg *arguments,
                                     int64_t *error_out);

/** A string of `length` bytes of native memory, or of memory that does not move. */
HF_MUST_CHECK hf_status hfi_front_string(hf_thread *thread, const char *text, size_t length,
                                         hf_ref string_out);

/** An array of strings from a native array of `count` texts; HF_WHOLE: up to a NULL. */
HF_MUST_CHECK hf_status hfi_front_strings(hf_thread *thread, const char *const *texts, size_t count,
                                          hf_ref array_out);

/* ---- wide.c ---- */

/** A string from UTF-16 that came as bytes, up to its first NUL.  HF_E_UTF, reported in the name of
 * `function`. */
HF_MUST_CHECK hf_status hfi_front_wide(hf_thread *thread, const hf_slot *bytes,
                                       const char *function, hf_ref string_out);

/** An array of strings from a list of them. */
HF_MUST_CHECK hf_status hfi_front_wide_list(hf_thread *thread, const hf_slot *bytes,
                                            const char *function, hf_ref array_out);

/** UTF-16 from UTF-8, with its NUL, as bytes. */
HF_MUST_CHECK hf_status hfi_front_widen(hf_thread *thread, const char *text, const char *function,
                                        hf_ref units_out);

/** The same from `size` of the bytes, from `offset` on. */
HF_MUST_CHECK hf_status hfi_front_wide_part(hf_thread *thread, const hf_slot *bytes, size_t offset,
                                            size_t size, const char *function, hf_ref string_out);

/** The same of a list. */
HF_MUST_CHECK hf_status hfi_front_wide_list_part(hf_thread *thread, const hf_slot *bytes,
                                                 size_t offset, size_t size, const char *function,
                                                 hf_ref array_out);

/* ---- collect.c ---- */

/** Gives one item by its number; HF_E_NATIVE with 259 behind the last. */
typedef hf_status (*hfi_front_item)(hf_thread *thread, const void *of, uint32_t index, hf_ref item,
                                    int64_t *error);

/** An array of all items. */
HF_MUST_CHECK hf_status hfi_front_collect(hf_thread *thread, hfi_front_item item_at, const void *of,
                                          hf_ref array_out, int64_t *error_out);

/* ---- arguments ---- */

/** A text that may be NULL. */
static inline hf_arg hfi_front_text(const char *text)
{
    return text ? (hf_arg)HF_CSTR(text) : (hf_arg)HF_NULL;
}

/** A buffer that may be no slot at all. */
static inline hf_arg hfi_front_bytes(const hf_slot *bytes)
{
    return bytes ? (hf_arg)HF_BUFFER(bytes, 0, HF_WHOLE) : (hf_arg)HF_NULL;
}

/* ---- members of what a function filled ---- */

/** Where a member is; false, with 0 and 0, if this system's type has no such member. */
bool hfi_front_place(const char *type, const char *field, size_t *offset_out, size_t *size_out);

/** An unsigned number; 0 if this system's type has no such member. */
uint64_t hfi_front_number(const hf_slot *bytes, size_t base, const char *type, const char *field);

/** An address, which is good as long as what it points into lives and does not move; NULL. */
void *hfi_front_pointer(const hf_slot *bytes, size_t base, const char *type, const char *field);

/** The string that a member points to; null for NULL. */
HF_MUST_CHECK hf_status hfi_front_member(hf_thread *thread, const hf_slot *bytes, size_t base,
                                         const char *type, const char *field, hf_ref string_out);

/** Where a member begins; 0 if this system's type has no such member. */
size_t hfi_front_offset(const char *type, const char *field);

/** Bytes of one of the types that rows name; 0 if this system has none of that name. */
size_t hfi_front_size(const char *type);

/* ---- choose.c: what differs among systems ---- */

/** The first of two names that the catalogue has; where it has neither, the first, so that the call
 * says which function is missing. */
const char *hfi_front_either(hf_thread *thread, const char *first, const char *second);

/** A number by its name in the system's headers; 0 where they have none. */
int64_t hfi_front_constant(const char *name);

/* ---- address.c ---- */

/** Writes 4, or 16, bytes of an address in the order of the network; gives the length.  `room` is
 * 46 at least. */
size_t hfi_front_write_v4(const unsigned char *bytes, char *text, size_t room);
size_t hfi_front_write_v6(const unsigned char *bytes, char *text, size_t room);

/* ---- handles ---- */

/** The function that ends a handle: a class's `user`, static and not constant. */
typedef struct hfi_closer {
    const char *library, *symbol;
    bool gives_code; /* 0 is success, as of RegCloseKey(); else anything but 0 is */
} hfi_closer;

/** A class's release function: calls its closer.  HF_E_RELEASE if that says that it failed. */
hf_status hfi_front_release(uintptr_t value, void *closer);

/** A class of handles that `closer` ends. */
#define HFI_FRONT_CLASS(name, invalid, closer)                                                     \
    {                                                                                              \
        sizeof(hf_resource_class), (name), (invalid), hfi_front_release, &(closer),                \
            HF_LEAK_REPORT_AND_RELEASE                                                             \
    }

#endif
