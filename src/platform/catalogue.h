/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_PLATFORM_CATALOGUE_H
#define HOLDFAST_PLATFORM_CATALOGUE_H

/*
 * The native functions that a system is known to have, as data: posix/ and win32/ hold the rows.
 *
 * A row says all that a safe call needs; a function is added with a row, and no code.
 * docs/retry.md tells how, docs/prototypes.md what the roles mean.
 */

#include <stddef.h>

/** How somebody knows what a row says; several may be true. */
typedef enum hfp_evidence {
    HFP_MEASURED = 1,   /* seen here: on Linux, or under wine */
    HFP_TESTED = 2,     /* wine's test-suite wants it of Windows */
    HFP_PUBLISHED = 4,  /* read in a program that is known to work, or in the story of its bug */
    HFP_DOCUMENTED = 8, /* what the manual says */
} hfp_evidence;

typedef struct hfp_native {
    /* The function's name; a second reading of it has more behind a colon:
       "RegQueryValueExW:performance". */
    const char *name;
    const char *library;   /* as hf_library_open() takes it */
    const char *prototype; /* with its roles */
    const char *source;    /* where its facts are from: a page of a manual, a standard, a program */
    unsigned evidence;     /* of hfp_evidence */
} hfp_native;

/** A type that rows name and only the system's headers know. */
typedef struct hfp_native_type {
    const char *name; /* as prototypes write it */
    size_t size, alignment;
} hfp_native_type;

/** Rows by topic, each ended by one without a name; NULL ends the parts. */
extern const hfp_native *const hfp_catalogue[];

/** Ended by one without a name. */
extern const hfp_native_type hfp_catalogue_types[];

#endif
