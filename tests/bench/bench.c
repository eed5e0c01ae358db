/* SPDX-License-Identifier: MIT */

/*
 * Measuring on a machine that others use too.
 *
 * The number of turns is chosen so that one sample takes about 20 ms: long against
 * the clock, short against what else the machine does.  Case and baseline are
 * sampled in turn, A B A B, and each round gives one ratio; the figure that a bound
 * is held against is the median of those ratios, which a disturbance of a few
 * rounds does not move.  The ratio of the two medians is shown beside it: where the
 * two differ, the run was too noisy to believe.
 *
 * The cases run on one thread, which is also the one that prints.
 */

#include "bench.h"

#include "platform/platform.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS      31
#define SAMPLE_NS   20000000.0
#define SMOKE_TURNS 3

/* What a run of all rounds came to, in ns a turn; the ratios are of single rounds. */
typedef struct samples {
    double run[ROUNDS];
    double base[ROUNDS];
    double ratio[ROUNDS];
    double difference[ROUNDS];
} samples;

void bench_require(bool held, const char *what)
{
    if (!held) {
        (void)fflush(stdout);
        (void)fprintf(stderr, "bench: it does not hold that %s\n", what);
        exit(1);
    }
}

/* ---- sampling ---- */

static double sample(bench_fn run, void *user, uint64_t turns)
{
    uint64_t began = hfp_clock_ns();
    run(user, turns);
    return (double)(hfp_clock_ns() - began);
}

/* The faster of three: one that was preempted would make all samples too short. */
static double trial(bench_fn run, void *user, uint64_t turns)
{
    double least = sample(run, user, turns);
    for (unsigned i = 0; i < 2; i++) {
        double again = sample(run, user, turns);
        least = again < least ? again : least;
    }
    return least;
}

/* Also the warming up: the last trial is at least an eighth of a sample long. */
static uint64_t calibrate(bench_fn run, void *user)
{
    uint64_t turns = 1;
    double took = trial(run, user, turns);
    while (took < SAMPLE_NS / 8 && turns < UINT64_C(1) << 40) {
        turns *= 2;
        took = trial(run, user, turns);
    }
    double wanted = (double)turns * SAMPLE_NS / took;
    return wanted < 1 ? 1 : (uint64_t)wanted;
}

static double take_ratio(const bench_case *one, void *user, uint64_t run_turns, uint64_t base_turns)
{
    double run = sample(one->run, user, run_turns) / (double)run_turns;
    return run / (sample(one->base, user, base_turns) / (double)base_turns);
}

static void take_samples(const bench_case *one, const bench_case *other, void *user, samples *s)
{
    uint64_t other_turns = other ? calibrate(other->run, user) : 0;
    uint64_t other_base_turns = other ? calibrate(other->base, user) : 0;
    uint64_t run_turns = calibrate(one->run, user);
    uint64_t base_turns = one->base ? calibrate(one->base, user) : 0;
    for (unsigned i = 0; i < ROUNDS; i++) {
        s->run[i] = sample(one->run, user, run_turns) / (double)run_turns;
        if (one->base) {
            s->base[i] = sample(one->base, user, base_turns) / (double)base_turns;
            s->ratio[i] = (s->run[i] - one->extra_ns) / s->base[i];
            s->difference[i] = s->run[i] - s->base[i];
        }
        if (other) {
            s->ratio[i] /= take_ratio(other, user, other_turns, other_base_turns);
        }
    }
}

/* ---- figures ---- */

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double sort_to_median(double *values)
{
    qsort(values, ROUNDS, sizeof(values[0]), by_size);
    return values[ROUNDS / 2];
}

/* ---- rows ---- */

static void name_row(const char *name, const char *mode, char *text, size_t size)
{
    (void)snprintf(text, size, mode ? "%s [%s]" : "%s", name, mode);
}

bool bench_wants(const bench *b, const char *name, const char *mode)
{
    char text[96];
    name_row(name, mode, text, sizeof(text));
    return !b->filter || strstr(text, b->filter) != NULL;
}

static void show_head(bench *b)
{
    if (b->shown++ == 0 && !b->smoke) {
        printf("%-36s %9s %9s  %-22s %9s %9s %9s %9s %10s  %s\n", "case", "ns/op", "least",
               "baseline", "ns/op", "least", "ratio", "rounds", "bound", "verdict");
    }
}

static void show_verdict(bench *b, const bench_case *one, double figure)
{
    if (one->bound > 0) {
        bool is_over = figure > one->bound;
        b->over += is_over;
        printf("  %s", is_over ? "over" : "ok");
    }
    printf("\n");
    (void)fflush(stdout);
}

static void show_ratio(bench *b, const bench_case *one, samples *s, double run, double base)
{
    char bound[32] = "-";
    if (one->bound > 0) {
        (void)snprintf(bound, sizeof(bound), one->extra_ns > 0 ? "%.2f+%.0fns" : "%.2f", one->bound,
                       one->extra_ns);
    }
    double figure = sort_to_median(s->ratio);
    printf(" %9.2f %9.2f %10s", (run - one->extra_ns) / base, figure, bound);
    show_verdict(b, one, figure);
}

static void show_difference(bench *b, const bench_case *one, samples *s, double run, double base)
{
    char bound[32] = "-";
    if (one->bound > 0) {
        (void)snprintf(bound, sizeof(bound), "%.1f ns", one->bound);
    }
    double figure = sort_to_median(s->difference);
    printf(" %+6.1f ns %+6.1f ns %10s", run - base, figure, bound);
    show_verdict(b, one, figure);
}

void bench_run(bench *b, const bench_case *one, const char *mode, void *user)
{
    bench_run_beside(b, one, NULL, mode, user);
}

void bench_run_beside(bench *b, const bench_case *one, const bench_case *other, const char *mode,
                      void *user)
{
    if (!bench_wants(b, one->name, mode)) {
        return;
    }
    show_head(b);
    if (b->smoke) {
        one->run(user, SMOKE_TURNS);
        if (one->base) {
            one->base(user, SMOKE_TURNS);
        }
        if (other) {
            (void)take_ratio(other, user, SMOKE_TURNS, SMOKE_TURNS);
        }
        return;
    }
    samples s;
    take_samples(one, other, user, &s);
    char name[96];
    name_row(one->name, mode, name, sizeof(name));
    double run = sort_to_median(s.run);
    printf("%-36s %9.1f %9.1f", name, run, s.run[0]);
    if (!one->base) {
        printf("\n");
        return;
    }
    double base = sort_to_median(s.base);
    printf("  %-22s %9.1f %9.1f", one->baseline, base, s.base[0]);
    if (one->rule == BENCH_DIFFERENCE) {
        show_difference(b, one, &s, run, base);
    } else {
        show_ratio(b, one, &s, run, base);
    }
}

static int by_time(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

void bench_show_times(bench *b, const char *name, uint64_t *times_ns, unsigned count)
{
    show_head(b);
    if (b->smoke) {
        return;
    }
    qsort(times_ns, count, sizeof(times_ns[0]), by_time);
    printf("%-36s median %.3f ms, longest %.3f ms of %u\n", name, (double)times_ns[count / 2] / 1e6,
           (double)times_ns[count - 1] / 1e6, count);
    (void)fflush(stdout);
}

/* ---- the program ---- */

static void show_machine(void)
{
    const hfp_features *features = hfp_features_get();
    printf("%s%s, %u cores, %u-bit, check level %d, compiled by %s %s\n"
           "%d rounds of about %.0f ms; ratio: of the medians; rounds: median of the ratios of the "
           "rounds\n",
           features->system, features->is_wine ? " (wine)" : "", (unsigned)features->cpu_count,
           (unsigned)(8 * sizeof(void *)), HF_CHECK_LEVEL,
#ifdef __clang__
           "clang", __clang_version__,
#else
           "gcc", __VERSION__,
#endif
           ROUNDS, SAMPLE_NS / 1e6);
}

int main(int argc, char **argv)
{
    bench b = { false, NULL, 0, 0 };
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--smoke") == 0) {
            b.smoke = true;
        } else if (strcmp(argv[i], "--peer") == 0 && argc == 2) {
            return bench_peer();
        } else if (argv[i][0] == '-' || b.filter) {
            (void)fprintf(stderr, "usage: hf_bench [--smoke] [PART-OF-A-NAME] | --peer\n");
            return 2;
        } else {
            b.filter = argv[i];
        }
    }
    if (!b.smoke) {
        show_machine();
    }
    bench_calls(&b);
    bench_retries(&b);
    bench_ways(&b);
    bench_statics(&b);
    bench_callbacks(&b);
    bench_pins(&b);
    bench_weaks(&b);
    bench_natives(&b);
    bench_resources(&b);
    bench_allocation(&b);
    bench_pauses(&b);
    bench_finalizers(&b);
    bench_require(b.shown > 0, "a case has this in its name");
    if (b.smoke) {
        printf("%u cases work\n", b.shown);
    } else {
        printf("%u rows, %u over their bound\n", b.shown, b.over);
    }
    return 0;
}
