/* SPDX-License-Identifier: MIT */
/* hf-test: threaded timeout=120 */

/*
 * Threads that make garbage alone, next to a limit that holds a fraction of it: whatever others
 * took in the moment after a collection, nobody is refused, for there is always garbage to be had.
 */

#include "crew.h"

#include <holdfast.h>

#define MEMBERS   6
#define NS_PER_MS UINT64_C(1000000)

static hf_runtime *runtime;

static void make_garbage(hf_crew_member *me)
{
    hf_thread *thread;
    hf_frame frame;
    if (!HF_CREW_CHECK(me, hf_thread_attach(runtime, &thread) == HF_OK)) {
        return;
    }
    HF_CREW_CHECK(me, hf_frame_begin(thread, &frame, HF_SITE) == HF_OK);
    hf_ref bytes = hf_local(thread);
    uint32_t random = me->index + 1;
    while (!hf_crew_is_over(me) && !me->broken) {
        random = random * 1103515245u + 12345u;
        HF_CREW_CHECK(me, hf_bytes_create(thread, (random >> 16) % 8000, bytes) == HF_OK);
        me->work++;
    }
    hf_frame_end(&frame);
    HF_CREW_CHECK(me, hf_thread_detach(thread) == HF_OK);
}

static void heap_refuses_nobody_while_there_is_garbage(void **state)
{
    (void)state;
    hf_crew crew = { 0 };
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.heap_limit_bytes = 1 << 20;
    assert_int_equal(hf_runtime_create(&options, &runtime), HF_OK);

    hf_crew_start(&crew, MEMBERS, make_garbage, NULL);
    hfp_sleep_ns(hf_crew_effort(1500) * NS_PER_MS);
    hf_crew_end(&crew);

    hf_runtime_destroy(runtime, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heap_refuses_nobody_while_there_is_garbage),
    };
    return cmocka_run_group_tests_name("heap_limit", tests, NULL, NULL);
}
