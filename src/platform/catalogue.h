/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_PLATFORM_CATALOGUE_H
#define HOLDFAST_PLATFORM_CATALOGUE_H

/*
 * The native functions that a system is known to have, as data: posix/ and win32/ hold the rows.
 *
 * A row says all that a safe call needs; a function is added with a row, and no code.
 * docs/retry.md tells how, docs/prototypes.md what the roles mean.
 */

#include <holdfast/catalogue.h>

#include <stddef.h>
#include <stdint.h>

/* How somebody knows what a row says: hf_native_evidence, for rows. */
enum {
    HFP_MEASURED = HF_NATIVE_MEASURED,
    HFP_TESTED = HF_NATIVE_TESTED,
    HFP_PUBLISHED = HF_NATIVE_PUBLISHED,
    HFP_DOCUMENTED = HF_NATIVE_DOCUMENTED,
};

typedef hf_native_row hfp_native;

/** A type that rows name and only the system's headers know. */
typedef hf_type_size hfp_native_type;

/** A member of such a type that somebody reads out of what a function has filled. */
typedef struct hfp_native_field {
    const char *type; /* as above */
    const char *name;
    size_t offset, size;
} hfp_native_field;

/** A number that only the system's headers know and a front passes to one of its functions. */
typedef struct hfp_native_number {
    const char *name; /* as in the headers: O_CLOEXEC */
    int64_t value;
} hfp_native_number;

/** Rows by topic, each ended by one without a name; NULL ends the parts. */
extern const hfp_native *const hfp_catalogue[];

/** Ended by one without a name. */
extern const hfp_native_type hfp_catalogue_types[];

/** Ended by one without a type. */
extern const hfp_native_field hfp_catalogue_fields[];

/** Ended by one without a name. */
extern const hfp_native_number hfp_catalogue_numbers[];

#endif
