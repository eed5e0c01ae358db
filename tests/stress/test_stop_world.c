/* SPDX-License-Identifier: MIT */
/* hf-test: threaded timeout=300 */

/*
 * Threads that do all that threads do while one of them collects all the time.
 * Each object says what it must hold, so a lost update, a stale address or memory
 * given out twice is seen by whoever looks next.
 */

#include "crew.h"
#include "hf_test.h"

#include "thread/thread.h"

#include <holdfast.h>

#include <stdlib.h>
#include <string.h>

#define NS_PER_MS UINT64_C(1000000)
#define RUN_MS    300
#define WORKERS   3
#define KEPT      24
#define SHARED    32

typedef struct shared {
    hf_runtime *runtime;
    hf_global *board; /* an array that all write */
} shared;

static uint32_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33);
}

/* ---- objects that say what they hold ---- */

static unsigned char byte_of(uint32_t tag, size_t index)
{
    return (unsigned char)(tag * 31u + index * 7u + 1u);
}

static void fill(unsigned char *at, size_t size, uint32_t tag)
{
    memcpy(at, &tag, sizeof tag);
    for (size_t i = sizeof tag; i < size; i++) {
        at[i] = byte_of(tag, i);
    }
}

static bool is_filled(const unsigned char *at, size_t size)
{
    uint32_t tag;
    memcpy(&tag, at, sizeof tag);
    for (size_t i = sizeof tag; i < size; i++) {
        if (at[i] != byte_of(tag, i)) {
            return false;
        }
    }
    return true;
}

static bool make_tagged(hf_crew_member *me, hf_thread *thread, size_t size, uint32_t tag,
                        hf_ref out)
{
    unsigned char text[2000];
    unsigned char zero = 1;
    if (!HF_CREW_CHECK(me, hf_bytes_create(thread, size, out) == HF_OK)) {
        return false;
    }
    HF_CREW_CHECK(me, hf_bytes_read(out, size - 1, &zero, 1) == HF_OK && zero == 0);
    size_t head = size < sizeof text ? size : sizeof text;
    if (head < size) { /* the long ones through a fence, whole */
        hf_fence fence;
        hf_span span;
        HF_CREW_CHECK(me, hf_fence_begin(thread, &fence, out, &span, "fill", HF_SITE) == HF_OK);
        fill(span.data, span.size, tag);
        HF_CREW_CHECK(me, hf_fence_end(&fence) == HF_OK);
        return true;
    }
    fill(text, size, tag);
    return HF_CREW_CHECK(me, hf_bytes_write(out, 0, text, size) == HF_OK);
}

static void check_tagged(hf_crew_member *me, const hf_slot *bytes)
{
    unsigned char text[2000];
    size_t size = hf_bytes_size(bytes);
    if (size <= sizeof text) {
        HF_CREW_CHECK(me, hf_bytes_read(bytes, 0, text, size) == HF_OK);
        HF_CREW_CHECK(me, is_filled(text, size));
    }
}

/* ---- the work ---- */

/* Native code reads what is lent to it, while everything around it moves. */
static void lend(hf_crew_member *me, hf_thread *thread, const hf_slot *bytes, uint32_t dice)
{
    hf_fence fence;
    hf_span span;
    if (!HF_CREW_CHECK(me,
                       hf_fence_begin(thread, &fence, bytes, &span, "lend", HF_SITE) == HF_OK)) {
        return;
    }
    HF_CREW_CHECK(me, hf_native_begin(thread) == HF_OK);
    if (dice % 16 == 0) {
        hfp_sleep_ns(200000);
    } else {
        hfp_thread_yield();
    }
    bool is_whole = is_filled(span.data, span.size);
    HF_CREW_CHECK(me, hf_native_end(thread, NULL) == HF_OK);
    HF_CREW_CHECK(me, is_whole);
    HF_CREW_CHECK(me, hf_fence_end(&fence) == HF_OK);
}

static void one_step(hf_crew_member *me, hf_thread *thread, hf_ref kept, uint64_t *seed)
{
    shared *s = me->user;
    HF_FRAME(thread);
    hf_ref board = hf_local(thread);
    hf_ref bytes = hf_local(thread);
    uint32_t dice = next_random(seed);
    size_t size = dice % 64 == 0 ? 20000 : 8 + dice % 700;
    HF_CREW_CHECK(me, hf_global_load(s->board, board) == HF_OK);
    if (make_tagged(me, thread, size, dice, bytes)) {
        HF_CREW_CHECK(me, hf_store_at(thread, kept, dice % KEPT, bytes) == HF_OK);
        if (dice % 4 == 0) {
            HF_CREW_CHECK(me, hf_store_at(thread, board, dice / 4 % SHARED, bytes) == HF_OK);
        }
    }
    HF_CREW_CHECK(me, hf_load_at(dice % 2 ? kept : board, dice / 8 % KEPT, bytes) == HF_OK);
    if (!hf_is_null(bytes)) {
        check_tagged(me, bytes);
        if (dice % 8 == 0) {
            lend(me, thread, bytes, dice / 8);
        }
    }
    HF_CREW_CHECK(me, hf_safepoint(thread) == HF_OK);
}

static void work(hf_crew_member *me)
{
    shared *s = me->user;
    uint64_t seed = me->index + 1;
    while (!hf_crew_is_over(me) && !me->broken) {
        hf_thread *thread;
        if (!HF_CREW_CHECK(me, hf_thread_attach(s->runtime, &thread) == HF_OK)) {
            return;
        }
        hf_frame frame;
        HF_CREW_CHECK(me, hf_frame_begin(thread, &frame, HF_SITE) == HF_OK);
        hf_ref kept = hf_local(thread);
        HF_CREW_CHECK(me, hf_array_create(thread, KEPT, kept) == HF_OK);
        for (int i = 0; i < 300 && !hf_crew_is_over(me) && !me->broken; i++) {
            one_step(me, thread, kept, &seed);
            me->work++;
        }
        hf_frame_end(&frame);
        HF_CREW_CHECK(me, hf_thread_detach(thread) == HF_OK);
    }
}

static void collect_all_the_time(hf_crew_member *me)
{
    shared *s = me->user;
    hf_thread *thread;
    if (!HF_CREW_CHECK(me, hf_thread_attach(s->runtime, &thread) == HF_OK)) {
        return;
    }
    while (!hf_crew_is_over(me)) {
        HF_CREW_CHECK(me, hf_collect(thread) == HF_OK);
        me->work++;
    }
    HF_CREW_CHECK(me, hf_heap_check(thread) == HF_OK);
    HF_CREW_CHECK(me, hf_thread_detach(thread) == HF_OK);
}

static void runtime_of_mode(hf_fence_mode mode, hf_runtime **runtime_out, hf_thread **thread_out)
{
    if (mode == HF_FENCE_BARRIER && !hfp_features_get()->has_process_barrier) {
        skip();
    }
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.fence_mode = mode;
    options.nursery_bytes = 256 * 1024;
    assert_int_equal(hf_runtime_create(&options, runtime_out), HF_OK);
    assert_int_equal(hf_thread_attach(*runtime_out, thread_out), HF_OK);
}

static void end_runtime(hf_runtime *runtime, hf_thread *thread)
{
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    assert_int_equal(hf_heap_check(thread), HF_OK);
    assert_int_equal(hf_thread_detach(thread), HF_OK);
    hf_runtime_destroy(runtime, &leaks);
    assert_int_equal(leaks.threads, 0);
    assert_int_equal(leaks.fences, 0);
}

static void work_and_collect(hf_fence_mode mode)
{
    shared s;
    hf_thread *thread;
    hf_frame frame;
    hf_crew crew = { 0 };
    runtime_of_mode(mode, &s.runtime, &thread);
    assert_int_equal(hf_frame_begin(thread, &frame, HF_SITE), HF_OK);
    hf_ref board = hf_local(thread);
    assert_int_equal(hf_array_create(thread, SHARED, board), HF_OK);
    assert_int_equal(hf_global_create(thread, board, &s.board), HF_OK);

    assert_int_equal(hf_native_begin(thread), HF_OK);
    hf_crew_start(&crew, WORKERS, work, &s);
    hf_crew_start(&crew, 1, collect_all_the_time, &s);
    hfp_sleep_ns(hf_crew_effort(RUN_MS) * NS_PER_MS);
    hf_crew_end(&crew);
    assert_int_equal(hf_native_end(thread, NULL), HF_OK);

    print_message("steps %llu %llu %llu beside %llu collections\n",
                  (unsigned long long)crew.member[0].work, (unsigned long long)crew.member[1].work,
                  (unsigned long long)crew.member[2].work, (unsigned long long)crew.member[3].work);
    for (int i = 0; i < WORKERS + 1; i++) {
        assert_true(crew.member[i].work > 0);
    }
    hf_global_destroy(thread, s.board);
    hf_frame_end(&frame);
    end_runtime(s.runtime, thread);
}

static void world_stops_under_all_kinds_of_work_in_exchange_mode(void **state)
{
    (void)state;
    work_and_collect(HF_FENCE_EXCHANGE);
}

static void world_stops_under_all_kinds_of_work_in_barrier_mode(void **state)
{
    (void)state;
    work_and_collect(HF_FENCE_BARRIER);
}

/* ---- allocation alone, as fast as it goes ---- */

static void allocate_small(hf_crew_member *me)
{
    shared *s = me->user;
    uint64_t seed = me->index + 100;
    hf_thread *thread;
    hf_frame frame;
    HF_CREW_CHECK(me, hf_thread_attach(s->runtime, &thread) == HF_OK);
    HF_CREW_CHECK(me, hf_frame_begin(thread, &frame, HF_SITE) == HF_OK);
    hf_ref kept = hf_local(thread);
    hf_ref bytes = hf_local(thread);
    HF_CREW_CHECK(me, hf_array_create(thread, KEPT, kept) == HF_OK);
    while (!hf_crew_is_over(me) && !me->broken) {
        uint32_t dice = next_random(&seed);
        if (make_tagged(me, thread, 4 + dice % 60, dice, bytes)) {
            HF_CREW_CHECK(me, hf_store_at(thread, kept, (size_t)(me->work % KEPT), bytes) == HF_OK);
            HF_CREW_CHECK(me, hf_load_at(kept, (size_t)((me->work + 1) % KEPT), bytes) == HF_OK);
        }
        if (!hf_is_null(bytes)) {
            check_tagged(me, bytes);
        }
        me->work++;
    }
    hf_frame_end(&frame);
    HF_CREW_CHECK(me, hf_thread_detach(thread) == HF_OK);
}

static void threads_that_allocate_get_memory_of_their_own(void **state)
{
    (void)state;
    shared s = { 0 };
    hf_thread *thread;
    hf_crew crew = { 0 };
    runtime_of_mode(HF_FENCE_AUTO, &s.runtime, &thread);

    assert_int_equal(hf_native_begin(thread), HF_OK);
    hf_crew_start(&crew, 4, allocate_small, &s);
    hf_crew_start(&crew, 1, collect_all_the_time, &s);
    hfp_sleep_ns(hf_crew_effort(RUN_MS) * NS_PER_MS);
    hf_crew_end(&crew);
    assert_int_equal(hf_native_end(thread, NULL), HF_OK);

    end_runtime(s.runtime, thread);
}

/* ---- creation once ---- */

#define ONCE_FIELDS  64
#define ONCE_THREADS 4

typedef struct once {
    hf_runtime *runtime;
    hf_global *record;
    _Atomic(unsigned) ready;
    uint32_t winner[ONCE_THREADS][ONCE_FIELDS];
} once;

static void race_for_fields(hf_crew_member *me)
{
    once *o = me->user;
    hf_thread *thread;
    hf_frame frame;
    HF_CREW_CHECK(me, hf_thread_attach(o->runtime, &thread) == HF_OK);
    HF_CREW_CHECK(me, hf_frame_begin(thread, &frame, HF_SITE) == HF_OK);
    hf_ref record = hf_local(thread);
    hf_ref mine = hf_local(thread);
    hf_ref won = hf_local(thread);
    atomic_fetch_add(&o->ready, 1);
    while (atomic_load(&o->ready) < ONCE_THREADS) {
        HF_CREW_CHECK(me, hf_safepoint(thread) == HF_OK);
    }
    for (uint32_t i = 0; i < ONCE_FIELDS; i++) {
        make_tagged(me, thread, 40, me->index, mine);
        HF_CREW_CHECK(me, hf_global_load(o->record, record) == HF_OK);
        HF_CREW_CHECK(me, hf_once_store(thread, record, i, mine, won) == HF_OK);
        check_tagged(me, won);
        HF_CREW_CHECK(me, hf_bytes_read(won, 0, &o->winner[me->index][i], 4) == HF_OK);
    }
    hf_frame_end(&frame);
    HF_CREW_CHECK(me, hf_thread_detach(thread) == HF_OK);
}

static const hf_type *register_wide_type(hf_runtime *runtime)
{
    static hf_field fields[ONCE_FIELDS];
    static hf_type_descriptor descriptor;
    for (uint32_t i = 0; i < ONCE_FIELDS; i++) {
        fields[i] = (hf_field){ "field", HF_FIELD_REF, i * (uint32_t)sizeof(hf_slot),
                                (uint32_t)sizeof(hf_slot) };
    }
    descriptor =
        (hf_type_descriptor){ (uint32_t)sizeof descriptor, "wide",
                              ONCE_FIELDS * (uint32_t)sizeof(hf_slot), fields, ONCE_FIELDS };
    hf_type *type;
    assert_int_equal(hf_type_register(runtime, &descriptor, &type), HF_OK);
    return type;
}

static void once_round(once *o, hf_thread *thread, const hf_type *type)
{
    HF_FRAME(thread);
    shared s = { o->runtime, NULL };
    hf_crew racers = { 0 };
    hf_crew collector = { 0 };
    hf_ref record = hf_local(thread);
    assert_int_equal(hf_record_create(thread, type, record), HF_OK);
    assert_int_equal(hf_global_create(thread, record, &o->record), HF_OK);
    atomic_store(&o->ready, 0);

    assert_int_equal(hf_native_begin(thread), HF_OK);
    hf_crew_start(&collector, 1, collect_all_the_time, &s);
    hf_crew_start(&racers, ONCE_THREADS, race_for_fields, o);
    hf_crew_join(&racers);
    hf_crew_end(&collector);
    assert_int_equal(hf_native_end(thread, NULL), HF_OK);

    hf_ref field = hf_local(thread);
    for (uint32_t i = 0; i < ONCE_FIELDS; i++) {
        uint32_t tag = UINT32_MAX;
        assert_int_equal(hf_load(record, i, field), HF_OK);
        assert_int_equal(hf_bytes_read(field, 0, &tag, 4), HF_OK);
        for (int k = 0; k < ONCE_THREADS; k++) {
            assert_int_equal(o->winner[k][i], tag);
        }
    }
    hf_global_destroy(thread, o->record);
}

static void once_store_gives_all_racers_the_same_object(void **state)
{
    (void)state;
    static once o;
    hf_thread *thread;
    runtime_of_mode(HF_FENCE_AUTO, &o.runtime, &thread);
    const hf_type *type = register_wide_type(o.runtime);
    for (uint64_t i = 0; i < hf_crew_effort(8); i++) {
        once_round(&o, thread, type);
    }
    end_runtime(o.runtime, thread);
}

/* ---- how soon ---- */

#define SLEEPS   21
#define SLEEP_NS (1000 * NS_PER_MS)
#define BOUND_NS (200 * NS_PER_MS)

typedef struct nap {
    hf_runtime *runtime;
    hfp_mutex lock;
    hfp_cond changed;
    unsigned begun; /* lock; naps that are about to begin */
    unsigned ended; /* lock; naps that may end */
} nap;

/* A sleep of a second, cut short once the stop was reached so that there can be many. */
static void sleep_in_native(hf_crew_member *me)
{
    nap *n = me->user;
    hf_thread *thread;
    HF_CREW_CHECK(me, hf_thread_attach(n->runtime, &thread) == HF_OK);
    for (unsigned i = 1; i <= SLEEPS; i++) {
        hfp_mutex_lock(&n->lock);
        n->begun = i;
        hfp_cond_wake_all(&n->changed);
        hfp_mutex_unlock(&n->lock);
        HF_CREW_CHECK(me, hf_native_begin(thread) == HF_OK);
        uint64_t until = hfp_clock_ns() + SLEEP_NS;
        bool is_told = true;
        hfp_mutex_lock(&n->lock);
        while (n->ended < i && is_told) {
            is_told = hfp_cond_wait(&n->changed, &n->lock, until);
        }
        hfp_mutex_unlock(&n->lock);
        HF_CREW_CHECK(me, is_told);
        HF_CREW_CHECK(me, hf_native_end(thread, NULL) == HF_OK);
    }
    HF_CREW_CHECK(me, hf_thread_detach(thread) == HF_OK);
}

static int compare_ns(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left;
    uint64_t b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static void stop_asked_before_a_long_native_sleep_does_not_wait_for_it(void **state)
{
    (void)state;
    nap n = { 0 };
    hf_thread *thread;
    hf_crew crew = { 0 };
    uint64_t took[SLEEPS];
    runtime_of_mode(HF_FENCE_AUTO, &n.runtime, &thread);
    assert_int_equal(hf_native_begin(thread), HF_OK);
    hfp_mutex_init(&n.lock);
    hfp_cond_init(&n.changed);
    hf_crew_start(&crew, 1, sleep_in_native, &n);

    hfi_world *world = hfi_parts_of(n.runtime)->world;
    for (unsigned i = 1; i <= SLEEPS; i++) {
        hfp_mutex_lock(&n.lock);
        while (n.begun < i) {
            (void)hfp_cond_wait(&n.changed, &n.lock, HFP_FOREVER);
        }
        hfp_mutex_unlock(&n.lock);
        uint64_t began = hfp_clock_ns();
        hfi_world_stop(world, NULL);
        took[i - 1] = hfp_clock_ns() - began;
        hfi_world_resume(world, NULL);
        hfp_mutex_lock(&n.lock);
        n.ended = i;
        hfp_cond_wake_all(&n.changed);
        hfp_mutex_unlock(&n.lock);
    }
    hf_crew_join(&crew);
    hfp_cond_finish(&n.changed);
    hfp_mutex_finish(&n.lock);
    assert_int_equal(hf_native_end(thread, NULL), HF_OK);
    end_runtime(n.runtime, thread);

    qsort(took, SLEEPS, sizeof took[0], compare_ns);
    print_message("stop before a sleep of 1 s: median %.3f ms, worst %.3f ms\n",
                  (double)took[SLEEPS / 2] / 1e6, (double)took[SLEEPS - 1] / 1e6);
    assert_true(took[SLEEPS - 1] < BOUND_NS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(world_stops_under_all_kinds_of_work_in_exchange_mode),
        cmocka_unit_test(world_stops_under_all_kinds_of_work_in_barrier_mode),
        cmocka_unit_test(threads_that_allocate_get_memory_of_their_own),
        cmocka_unit_test(once_store_gives_all_racers_the_same_object),
        cmocka_unit_test(stop_asked_before_a_long_native_sleep_does_not_wait_for_it),
    };
    return cmocka_run_group_tests_name("stop_world", tests, NULL, NULL);
}
