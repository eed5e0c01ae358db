/* SPDX-License-Identifier: MIT */

/* One runtime a group and mode: rows do not inherit each other's heap. */

#include "world.h"

#include "bench.h"

bool bench_world_begin(bench_world *world, hf_fence_mode mode)
{
    return bench_world_begin_with(world, mode, HF_POINTER_CHECKS_AT_CALLS);
}

bool bench_world_begin_with(bench_world *world, hf_fence_mode mode, hf_pointer_checks checks)
{
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.fence_mode = (uint32_t)mode;
    options.pointer_checks = (uint32_t)checks;
    options.on_misuse = HF_MISUSE_ABORT; /* a case that is reported measures something else */
    hf_status status = hf_runtime_create(&options, &world->runtime);
    if (mode == HF_FENCE_BARRIER && status == HF_E_UNSUPPORTED) {
        return false;
    }
    bench_require(status == HF_OK, "a runtime can be made");
    status = hf_thread_attach(world->runtime, &world->thread);
    bench_require(status == HF_OK, "the thread attaches");
    status = hf_frame_begin(world->thread, &world->frame, HF_SITE);
    bench_require(status == HF_OK, "a frame opens");
    return true;
}

void bench_world_end(bench_world *world)
{
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    hf_frame_end(&world->frame);
    bench_require(hf_thread_detach(world->thread) == HF_OK, "the thread detaches");
    hf_runtime_destroy(world->runtime, &leaks);
    bench_require(leaks.threads == 0 && leaks.pins == 0 && leaks.fences == 0 &&
                      leaks.functions == 0 && leaks.globals == 0,
                  "a benchmark leaves nothing behind");
}
