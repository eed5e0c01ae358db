/* SPDX-License-Identifier: MIT */
/*
 * A walk over the catalogue: each row is called for real, from the smallest capacity that it takes
 * and from a large one, and has to give the same both times.
 *
 *     static hf_status read_link(walk *w)
 *     {
 *         return walk_do(w, HF_ARGS(HF_CSTR("/proc/self/exe")));
 *     }
 *
 * walk_do() notes every output: buffers and scalars, but for the slots that announce a capacity.
 * Where that is too much (an address inside, a time), a call says how it is to be compared, or
 * notes by itself what counts.
 */
#ifndef HOLDFAST_TESTS_WALK_H
#define HOLDFAST_TESTS_WALK_H

#include "runtime.h"

#include "platform/catalogue.h"

typedef enum walk_how {
    WALK_SAME,    /* all that was noted has to be equal */
    WALK_SIZES,   /* the outputs' sizes have to be: addresses are in them */
    WALK_CHANGES, /* it changes by itself: both have to succeed, and none may be empty */
    WALK_NOTED,   /* equal is what the call itself has noted with walk_note() */
} walk_how;

/** One round over one row. */
typedef struct walk {
    hf_test_runtime *t;
    hf_thread *thread;
    const hf_function *function; /* the row's, bound so that it begins with this round's capacity */
    hf_result result;            /* of the last walk_do() */
    walk_how how;
    unsigned char *noted;
    size_t noted_size;
} walk;

/** How a row is called.  Gives what hf_call() gave; anything but HF_OK fails the test. */
typedef struct walk_call {
    const char *name; /* of the row */
    hf_status (*run)(walk *w);
    walk_how how;
} walk_call;

/** Calls the row's function and notes what came back.  Inside the round's frame. */
hf_status walk_do(walk *w, const hf_arg *arguments);

/** walk_do(), which has to succeed: what follows looks at the result. */
hf_status walk_well(walk *w, const hf_arg *arguments);

/** Notes something of the call's own. */
void walk_note(walk *w, const void *bytes, size_t size);

/** Fails the test unless output `out` is text that begins so; for what is known beforehand. */
void walk_expect_text(walk *w, unsigned out, const char *utf8);

/** Bytes of an output, given to the caller to free(). */
void *walk_copy(walk *w, unsigned out, size_t *size_out);

/** Binds another function of the system, to prepare or to check; given back with the round. */
hf_function *walk_bind(walk *w, const char *library, const char *prototype);

/** Each ends with a call without a name. */
extern const walk_call *const walk_parts[];
extern const char *const walk_part_names[];

#endif
