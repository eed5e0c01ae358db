/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_TESTS_BENCH_WORLD_H
#define HOLDFAST_TESTS_BENCH_WORLD_H

/* A runtime with this thread attached and a frame open, as every group needs it. */

#include <holdfast.h>

typedef struct bench_world {
    hf_runtime *runtime;
    hf_thread *thread;
    hf_frame frame;
} bench_world;

/** False where the system has no such fence mode. */
bool bench_world_begin(bench_world *world, hf_fence_mode mode);

/** The same with a level of pointer checks other than the default. */
bool bench_world_begin_with(bench_world *world, hf_fence_mode mode, hf_pointer_checks checks);

/** Requires that nothing is left behind. */
void bench_world_end(bench_world *world);

#endif
