/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_TESTS_BENCH_H
#define HOLDFAST_TESTS_BENCH_H

/*
 * A small harness: a case and its baseline take turns, and what counts is their
 * ratio (or difference) within a round, because the machine is shared.
 *
 * A case is a function that does its work `turns` times.  It checks its own work
 * with bench_require(), so that `--smoke`, which runs each case a few times and
 * looks at no clock, is a test.
 */

#include <stdbool.h>
#include <stdint.h>

typedef void (*bench_fn)(void *user, uint64_t turns);

typedef enum bench_rule {
    BENCH_INFORM,    /* no bound */
    BENCH_RATIO,     /* case ÷ baseline is at most the bound */
    BENCH_DIFFERENCE /* case - baseline is at most the bound, in ns */
} bench_rule;

typedef struct bench_case {
    const char *name;
    bench_fn run;
    const char *baseline; /* NULL: none */
    bench_fn base;
    bench_rule rule; /* BENCH_DIFFERENCE also chooses what is shown */
    double bound;    /* 0: shown without a verdict */
    double extra_ns; /* BENCH_RATIO: what the bound lets the case take on top */
} bench_case;

typedef struct bench {
    bool smoke;
    const char *filter; /* part of a name, NULL: all */
    unsigned shown;     /* rows so far */
    unsigned over;      /* of them over their bound */
} bench;

/** Measures one case, or does nothing if the filter leaves it out.  `mode` stands behind its name
 * and may be NULL. */
void bench_run(bench *b, const bench_case *one, const char *mode, void *user);

/** The same, with each round's ratio divided by that of another case in the same round. */
void bench_run_beside(bench *b, const bench_case *one, const bench_case *other, const char *mode,
                      void *user);

/** Shows a row of times that were measured elsewhere; sorts them. */
void bench_show_times(bench *b, const char *name, uint64_t *times_ns, unsigned count);

/** Tells whether the filter takes a name. */
bool bench_wants(const bench *b, const char *name, const char *mode);

/** Ends the program with a message unless `held`. */
void bench_require(bool held, const char *what);

/** Makes the compiler believe that the value is used. */
static inline void bench_use(const void *value)
{
    __asm__ volatile("" : : "g"(value) : "memory");
}

/* The groups, one a file. */
void bench_calls(bench *b);
void bench_retries(bench *b);
void bench_statics(bench *b);
void bench_callbacks(bench *b);
void bench_ways(bench *b);
void bench_pins(bench *b);
void bench_weaks(bench *b);
void bench_natives(bench *b);
void bench_resources(bench *b);
void bench_allocation(bench *b);
void bench_pauses(bench *b);
void bench_finalizers(bench *b);

/** Nanoseconds for each of so many objects from its making until all finalizers have run, in a new
 * runtime, or in one that has 2^20 live records. */
double bench_finalize_ns(uint32_t objects, bool beside_live);

/** For another harness: one line for each operation, on a library that the environment names. */
int bench_peer(void);

#endif
