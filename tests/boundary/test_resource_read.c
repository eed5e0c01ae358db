/* SPDX-License-Identifier: MIT */
/* hf-test: threaded timeout=120 */

/*
 * One thread reads from a pipe, another closes the stream: all three orders.  The pipes are the
 * system's, and the read really blocks.
 */

#include "hf_test.h"

#include "lifetimes.h"
#include "oshandle.h"

#include <stdio.h>
#include <string.h>

static _Atomic(unsigned) closes;

static hf_status release(uintptr_t value, void *user)
{
    (void)user;
    atomic_fetch_add(&closes, 1);
    return oshandle_close(value) ? HF_OK : HF_E_SYSTEM;
}

static const hf_resource_class pipe_class = {
    .struct_size = sizeof(hf_resource_class),
    .name = "pipe",
    .invalid = OSHANDLE_NONE,
    .release = release,
};

typedef struct stream {
    hf_global *reader; /* the resource that both threads use */
    uintptr_t writer;
    hfp_thread thread;
    uint64_t os_thread; /* of the other thread */
    _Atomic(bool) is_in;
    hf_status held;  /* what the other thread's fence gave */
    hf_status ended; /* and its end */
    int got[2];      /* bytes of header and body */
    char text[16];
    unsigned closes_between;
} stream;

static int begin(void **state)
{
    static stream s;
    uintptr_t value;
    memset(&s, 0, sizeof s);
    atomic_store(&closes, 0);
    lifetimes_begin(&world);
    assert_true(oshandle_pipe(&value, &s.writer));
    HF_FRAME(world.thread);
    hf_ref reader = hf_local(world.thread);
    assert_int_equal(hf_resource_create(world.thread, &pipe_class, value, reader), HF_OK);
    assert_int_equal(hf_global_create(world.thread, reader, &s.reader), HF_OK);
    *state = &s;
    return 0;
}

static int end(void **state)
{
    stream *s = *state;
    hf_global_destroy(world.thread, s->reader);
    assert_true(oshandle_close(s->writer));
    lifetimes_end(&world);
    return 0;
}

/** Reads header and body of four bytes each within one fence. */
__attribute__((noinline)) static void read_both(hf_thread *thread, stream *s)
{
    HF_FRAME(thread);
    hf_ref reader = hf_local(thread);
    hf_fence fence;
    uintptr_t value;
    (void)hf_global_load(s->reader, reader);
    s->held = hf_fence_hold(&fence, thread, reader, &value);
    hf_clear(reader);
    if (s->held == HF_OK) {
        atomic_store(&s->is_in, true);
        (void)HF_NATIVE_CALL(thread, NULL, s->got[0], oshandle_read(value, s->text, 4));
        s->closes_between = atomic_load(&closes);
        (void)HF_NATIVE_CALL(thread, NULL, s->got[1], oshandle_read(value, s->text + 4, 4));
    }
    s->ended = hf_fence_end(&fence);
}

static void read_on_a_thread(void *user)
{
    stream *s = user;
    hf_thread *thread;
    s->os_thread = hfp_thread_self();
    if (hf_thread_attach(world.runtime, &thread) == HF_OK) {
        read_both(thread, s);
        (void)hf_thread_detach(thread);
    }
}

static void dispose_reader(stream *s)
{
    HF_FRAME(world.thread);
    hf_ref reader = hf_local(world.thread);
    hf_site site = { "closer.c", 44 };
    assert_int_equal(hf_global_load(s->reader, reader), HF_OK);
    assert_int_equal(hf_resource_dispose_at(world.thread, reader, site), HF_OK);
    assert_int_equal(hf_global_store(world.thread, s->reader, NULL), HF_OK);
}

static void join(stream *s)
{
    assert_int_equal(hf_native_begin(world.thread), HF_OK);
    hfp_thread_join(&s->thread);
    assert_int_equal(hf_native_end(world.thread, NULL), HF_OK);
}

static void resource_disposed_during_a_read_closes_behind_it(void **state)
{
    stream *s = *state;
    assert_int_equal(hfp_thread_start(&s->thread, "reader", read_on_a_thread, s), HF_OK);
    lifetimes_await(world.thread, &s->is_in);

    dispose_reader(s);
    lifetimes_settle(&world); /* nothing but the other thread's fence keeps it */
    lifetimes_settle(&world);
    assert_int_equal(atomic_load(&closes), 0);
    assert_true(oshandle_write(s->writer, "headbody", 8));
    join(s);

    assert_int_equal(s->held, HF_OK);
    assert_int_equal(s->ended, HF_OK);
    assert_int_equal(s->closes_between, 0); /* header and body are not cut apart */
    assert_int_equal(s->got[0], 4);
    assert_int_equal(s->got[1], 4);
    assert_memory_equal(s->text, "headbody", 8);
    assert_int_equal(atomic_load(&closes), 1);
    assert_int_equal(lifetimes_reports(&world), 0);
}

static void resource_disposed_before_a_read_refuses_it_by_name(void **state)
{
    stream *s = *state;
    HF_FRAME(world.thread);
    hf_ref reader = hf_local(world.thread);
    hf_site site = { "closer.c", 44 };
    assert_int_equal(hf_global_load(s->reader, reader), HF_OK);
    assert_int_equal(hf_resource_dispose_at(world.thread, reader, site), HF_OK);
    assert_int_equal(atomic_load(&closes), 1);

    assert_int_equal(hfp_thread_start(&s->thread, "reader", read_on_a_thread, s), HF_OK);
    join(s);

    assert_int_equal(s->held, HF_E_CLOSED);
    assert_int_equal(s->ended, HF_OK);
    assert_int_equal(lifetimes_reports(&world), 1);
    char words[96];
    (void)snprintf(words, sizeof words, "it was disposed at closer.c:44 by thread %llx",
                   (unsigned long long)hfp_thread_self());
    assert_true(lifetimes_has_report(&world, words));
    assert_int_equal(atomic_load(&closes), 1);
}

static void resource_read_first_is_disposed_at_once(void **state)
{
    stream *s = *state;
    assert_true(oshandle_write(s->writer, "headbody", 8));
    assert_int_equal(hfp_thread_start(&s->thread, "reader", read_on_a_thread, s), HF_OK);
    join(s);
    assert_int_equal(s->held, HF_OK);
    assert_int_equal(s->got[0] + s->got[1], 8);
    assert_int_equal(atomic_load(&closes), 0);

    dispose_reader(s);

    assert_int_equal(atomic_load(&closes), 1);
    assert_int_equal(lifetimes_reports(&world), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(resource_disposed_during_a_read_closes_behind_it),
        TEST(resource_disposed_before_a_read_refuses_it_by_name),
        TEST(resource_read_first_is_disposed_at_once),
    };
    return cmocka_run_group_tests_name("resource_read", tests, NULL, NULL);
}
