/* SPDX-License-Identifier: MIT */

/* The catalogue: a name that is bound already, beside nothing. */

#include "bench.h"
#include "world.h"

typedef struct natives {
    bench_world world;
    const char *name;
} natives;

static void empty_loop(void *user, uint64_t turns)
{
    for (uint64_t i = 0; i < turns; i++) {
        bench_use(user);
    }
}

static void look_up(void *user, uint64_t turns)
{
    natives *n = user;
    bool bad = false;
    for (uint64_t i = 0; i < turns; i++) {
        bad |= hf_native(n->world.thread, n->name) == NULL;
    }
    bench_require(!bad, "a name that is bound is found");
}

/* The first row of this system whose library is here. */
static const char *first_name(hf_thread *thread)
{
    for (size_t i = 0; i < hf_native_count(); i++) {
        hf_native_info info = HF_NATIVE_INFO_INIT;
        if (hf_native_at(i, &info) == HF_OK && hf_native(thread, info.name)) {
            return info.name;
        }
    }
    return NULL;
}

void bench_natives(bench *b)
{
    static const bench_case row = {
        "catalogue look-up", look_up, "empty loop", empty_loop, BENCH_DIFFERENCE, 0, 0
    };
    natives n;
    (void)bench_world_begin(&n.world, HF_FENCE_AUTO);
    n.name = first_name(n.world.thread);
    bench_require(n.name != NULL, "there is a function");
    bench_run(b, &row, NULL, &n);
    bench_world_end(&n.world);
}
