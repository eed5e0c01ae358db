/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_EXAMPLES_DEMO_H
#define HOLDFAST_EXAMPLES_DEMO_H

/*
 * What the demonstrations of all systems share: a runtime that moves everything unpinned at each
 * crossing, a second thread that collects all the time, the table, and the verdict.
 *
 * Each function is called twice, with the same prototype.  First directly, which gives the row.
 * Then through a C function of the demonstration that stands between: while the buffer is lent to
 * it, it waits until the other thread has seen neighbouring objects move, and looks whether the
 * lent bytes are still where they were.  Only then it calls the real function.
 */

#include <holdfast.h>

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the compiler checks demo_fail() by: the formats of printf as the library has them. */
#if defined(__clang__)
#define DEMO_FORMAT(string, first) __attribute__((format(printf, string, first)))
#elif defined(__GNUC__)
#define DEMO_FORMAT(string, first) __attribute__((format(gnu_printf, string, first)))
#else
#define DEMO_FORMAT(string, first)
#endif

#define DEMO_FUNCTIONS 64
#define DEMO_LIBRARIES 4

/* ---- threads, by system ---- */

typedef struct demo_thread demo_thread;

/** Starts a thread; NULL if there is none to be had. */
demo_thread *demo_thread_start(void (*run)(void *user), void *user);

void demo_thread_join(demo_thread *thread);

/** Sleeps for a moment. */
void demo_pause(void);

/** Nanoseconds since some moment. */
uint64_t demo_clock_ns(void);

/* ---- the demonstration ---- */

typedef struct demo {
    hf_runtime *runtime;
    hf_thread *thread;
    hf_global *neighbours; /* objects that nothing pins */
    demo_thread *collector;
    atomic_bool is_over;        /* tells the collector to end */
    atomic_uint_fast64_t moves; /* of neighbours, as the collector saw them */
    hf_library *library[DEMO_LIBRARIES];
    hf_function *function[DEMO_FUNCTIONS];
    unsigned library_count;
    unsigned function_count;
    const hf_type_size *types; /* of structs that prototypes name */
    size_t type_count;
    uint64_t calls;
    uint64_t tries;
    uint64_t failures;
} demo;

/** Makes runtime, neighbours and collector.  False, and nothing is left, if that fails. */
bool demo_begin(demo *d);

/** Ends all of it, prints the sums, and gives the exit code. */
int demo_end(demo *d);

/** Counts and prints something that is not as it should be. */
void demo_fail(demo *d, const char *format, ...) DEMO_FORMAT(2, 3);

/** Opens a library, closed by demo_end(). */
hf_library *demo_library(demo *d, const char *name);

/** Binds a function, destroyed by demo_end(); `address` NULL: what the library has by its name. */
hf_function *demo_bind(demo *d, hf_library *library, const char *prototype, size_t first_bytes,
                       void *address);

/** hf_call() that is counted.  A failure of the native function is the caller's to judge; any other
 * is counted and printed. */
hf_status demo_call(demo *d, const hf_function *function, hf_result *result,
                    const hf_arg *arguments);

/** One function, directly and watched. */
typedef struct demo_pair {
    hf_function *direct;
    hf_function *watched;
    size_t first_bytes;
} demo_pair;

demo_pair demo_bind_pair(demo *d, hf_library *library, const char *prototype, size_t first_bytes,
                         void *watched);

/** Compares a result with what plain C got. */
typedef bool (*demo_same_fn)(hf_thread *thread, const hf_result *result, const void *expected);

/** What a row must come to. */
typedef struct demo_row {
    const hf_arg *arguments;
    uint32_t out;         /* which output buffer */
    const void *expected; /* what plain C got */
    size_t size;          /* of that, in bytes */
    bool is_wide;         /* UTF-16 */
    const char *shown;    /* instead of the value; may be NULL */
    demo_same_fn is_same; /* instead of comparing bytes; may be NULL */
} demo_row;

/** Calls both of a pair, compares both values with plain C's, and prints the row. */
void demo_check(demo *d, const demo_pair *pair, const demo_row *row);

void demo_print_head(const char *title);

/** Tells whether a buffer holds exactly these bytes. */
bool demo_has_bytes(hf_thread *thread, const hf_slot *buffer, const void *bytes, size_t size);

/* ---- for the functions that stand between ---- */

/** Fills what was lent, and watches it while neighbours move. */
void demo_watch_out(void *buffer, size_t size);

/** Watches bytes that the caller filled. */
void demo_watch_in(const void *buffer, size_t size);

#endif
