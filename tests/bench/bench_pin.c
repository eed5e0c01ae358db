/* SPDX-License-Identifier: MIT */

/* Fences and owning pins, alone. */

#include "bench.h"
#include "world.h"

typedef struct pins {
    bench_world world;
    hf_ref buffer;
} pins;

static void empty_loop(void *user, uint64_t turns)
{
    for (uint64_t i = 0; i < turns; i++) {
        bench_use(user);
    }
}

static void fence_round(void *user, uint64_t turns)
{
    pins *p = user;
    hf_fence fence;
    hf_span span;
    bool bad = false;
    for (uint64_t i = 0; i < turns; i++) {
        bad |= hf_fence_begin(p->world.thread, &fence, p->buffer, &span, "bench", HF_SITE) != HF_OK;
        bench_use(span.data);
        bad |= hf_fence_end(&fence) != HF_OK;
    }
    bench_require(!bad && span.size == 256, "a fence works");
}

static void owning_round(void *user, uint64_t turns)
{
    pins *p = user;
    bool bad = false;
    for (uint64_t i = 0; i < turns; i++) {
        hf_pin *pin;
        bad |= hf_pin_create(p->world.thread, p->buffer, &pin) != HF_OK;
        bench_use(pin);
        hf_pin_destroy(pin);
    }
    bench_require(!bad, "an owning pin works");
}

void bench_pins(bench *b)
{
    static const bench_case fence = {
        "fence begin and end", fence_round, "empty loop", empty_loop, BENCH_DIFFERENCE, 3, 0
    };
    static const bench_case owning = {
        "owning pin", owning_round, "empty loop", empty_loop, BENCH_DIFFERENCE, 0, 0
    };
    pins p;
    (void)bench_world_begin(&p.world, HF_FENCE_AUTO);
    p.buffer = hf_local(p.world.thread);
    bench_require(hf_bytes_create(p.world.thread, 256, p.buffer) == HF_OK,
                  "there is managed memory");
    bench_run(b, &fence, NULL, &p);
    bench_run(b, &owning, NULL, &p);
    bench_world_end(&p.world);
}
