/* SPDX-License-Identifier: MIT */

/* Resources: what holding one around a call costs; and handles, made and destroyed. */

#include "bench.h"
#include "world.h"

#include "resource/resource.h"

#include <holdfast/fence.h>
#include <holdfast/handle.h>
#include <holdfast/resource.h>

typedef struct resources {
    bench_world world;
    hf_ref file;
    hf_ref object;
    uint64_t released;
} resources;

static void empty_loop(void *user, uint64_t turns)
{
    for (uint64_t i = 0; i < turns; i++) {
        bench_use(user);
    }
}

static hf_status release(uintptr_t value, void *user)
{
    resources *r = user;
    r->released += value;
    return HF_OK;
}

/** What a call does for an argument that is a resource. */
static void hold_round(void *user, uint64_t turns)
{
    resources *r = user;
    bool bad = false;
    for (uint64_t i = 0; i < turns; i++) {
        uintptr_t value = 0;
        void *cell = NULL;
        bad |= hfi_resource_hold(r->world.thread, r->file->word_, &value, &cell) != HF_OK;
        bench_use((void *)value);
        bad |= hfi_resource_let_go(r->world.thread, cell) != HF_OK;
    }
    bench_require(!bad, "a resource can be held");
}

static void fence_round(void *user, uint64_t turns)
{
    resources *r = user;
    hf_fence fence;
    bool bad = false;
    for (uint64_t i = 0; i < turns; i++) {
        uintptr_t value;
        bad |= hf_fence_hold(&fence, r->world.thread, r->file, &value) != HF_OK;
        bench_use((void *)value);
        bad |= hf_fence_end(&fence) != HF_OK;
    }
    bench_require(!bad, "a fence holds a resource");
}

static void life_round(void *user, uint64_t turns)
{
    resources *r = user;
    static hf_resource_class class_of = {
        .struct_size = sizeof(hf_resource_class),
        .name = "bench",
        .release = release,
    };
    class_of.user = r;
    bool bad = false;
    r->released = 0;
    for (uint64_t i = 0; i < turns; i++) {
        bad |= hf_resource_create(r->world.thread, &class_of, 1, r->object) != HF_OK;
        bad |= hf_resource_dispose(r->world.thread, r->object) != HF_OK;
    }
    bench_require(!bad && r->released == turns, "a resource is released when it is disposed");
}

static void handle_round(void *user, uint64_t turns)
{
    resources *r = user;
    bool bad = false;
    for (uint64_t i = 0; i < turns; i++) {
        void *word = NULL;
        bad |= hf_handle_create(r->world.thread, r->file, "bench", 0, &word) != HF_OK;
        bench_use(word);
        bad |= hf_handle_destroy(r->world.thread, word) != HF_OK;
    }
    bench_require(!bad, "a handle works");
}

void bench_resources(bench *b)
{
    static const bench_case hold = {
        "resource held and let go", hold_round, "empty loop", empty_loop, BENCH_DIFFERENCE, 12, 0
    };
    static const bench_case fence = {
        "fence on a resource", fence_round, "empty loop", empty_loop, BENCH_DIFFERENCE, 0, 0
    };
    static const bench_case life = {
        "resource made and disposed", life_round, "empty loop", empty_loop, BENCH_DIFFERENCE, 0, 0
    };
    static const bench_case handle = {
        "handle made and destroyed", handle_round, "empty loop", empty_loop, BENCH_DIFFERENCE, 30, 0
    };
    static hf_resource_class class_of = {
        .struct_size = sizeof(hf_resource_class),
        .name = "bench",
        .release = release,
    };
    resources r = { .released = 0 };
    class_of.user = &r;
    (void)bench_world_begin(&r.world, HF_FENCE_AUTO);
    r.file = hf_local(r.world.thread);
    r.object = hf_local(r.world.thread);
    bench_require(hf_resource_create(r.world.thread, &class_of, 7, r.file) == HF_OK,
                  "there is a resource");
    bench_run(b, &hold, NULL, &r);
    bench_run(b, &fence, NULL, &r);
    bench_run(b, &life, NULL, &r);
    bench_run(b, &handle, NULL, &r);
    bench_require(hf_resource_dispose(r.world.thread, r.file) == HF_OK, "it can be disposed");
    hf_clear(r.object);
    bench_world_end(&r.world);
}
