/* SPDX-License-Identifier: MIT */
/* hf-test: threaded timeout=300 */

/*
 * Eight threads use the descriptor or HANDLE of a resource while one disposes it, and another one
 * opens and closes all the time, so that the system gives each number again at once: nobody ever
 * gets a number that was closed under it, and each is closed once.
 */

#include "crew.h"
#include "lifetimes.h"
#include "oshandle.h"

#include <holdfast.h>

enum { USERS = 8, OTHER = 0 /* the file that no resource has */ };

static hf_global *shared; /* this round's array: the resource, and bytes with its number; or null */
static _Atomic(unsigned) uses;
static _Atomic(unsigned) closes;
static _Atomic(unsigned) bad_closes;

static hf_status release(uintptr_t value, void *user)
{
    (void)user;
    atomic_fetch_add(&closes, 1);
    if (!oshandle_close(value)) {
        atomic_fetch_add(&bad_closes, 1);
        return HF_E_SYSTEM;
    }
    return HF_OK;
}

static const hf_resource_class file_class = {
    .struct_size = sizeof(hf_resource_class),
    .name = "file",
    .invalid = OSHANDLE_NONE,
    .release = release,
    .on_leak = HF_LEAK_RELEASE,
};

__attribute__((noinline)) static void use_once(hf_crew_member *me, hf_thread *thread)
{
    HF_FRAME(thread);
    hf_ref round = hf_local(thread);
    hf_ref file = hf_local(thread);
    hf_ref number = hf_local(thread);
    int32_t expected = -1;
    if (hf_global_load(shared, round) != HF_OK || hf_is_null(round) ||
        hf_load_at(round, 0, file) != HF_OK || hf_load_at(round, 1, number) != HF_OK ||
        hf_bytes_read(number, 0, &expected, sizeof expected) != HF_OK) {
        return;
    }
    hf_fence fence;
    uintptr_t value;
    if (hf_fence_hold(&fence, thread, file, &value) == HF_OK) {
        for (unsigned i = 0; i < 3; i++) { /* one fence over several calls */
            int got = -1;
            (void)HF_NATIVE_CALL(thread, NULL, got, oshandle_number(value));
            HF_CREW_CHECK(me, got == expected);
        }
        atomic_fetch_add(&uses, 1);
    }
    HF_CREW_CHECK(me, hf_fence_end(&fence) == HF_OK);
}

static void use(hf_crew_member *me)
{
    hf_thread *thread;
    if (!HF_CREW_CHECK(me, hf_thread_attach(world.runtime, &thread) == HF_OK)) {
        return;
    }
    while (!hf_crew_is_over(me)) {
        use_once(me, thread);
        (void)hf_safepoint(thread);
    }
    HF_CREW_CHECK(me, hf_thread_detach(thread) == HF_OK);
}

/** Takes the numbers that were just given back. */
static void recycle(hf_crew_member *me)
{
    while (!hf_crew_is_over(me)) {
        uintptr_t taken[4];
        for (unsigned i = 0; i < 4; i++) {
            taken[i] = oshandle_open(OTHER);
        }
        for (unsigned i = 0; i < 4; i++) {
            HF_CREW_CHECK(me, oshandle_number(taken[i]) == OTHER);
            HF_CREW_CHECK(me, oshandle_close(taken[i]));
        }
    }
}

static void rest(void)
{
    assert_int_equal(hf_native_begin(world.thread), HF_OK);
    hfp_thread_yield();
    assert_int_equal(hf_native_end(world.thread, NULL), HF_OK);
}

static void play_round(unsigned round)
{
    HF_FRAME(world.thread);
    hf_ref pair = hf_local(world.thread);
    hf_ref file = hf_local(world.thread);
    hf_ref bytes = hf_local(world.thread);
    int32_t number = (int32_t)(1 + round % (OSHANDLE_FILES - 1));
    uintptr_t value = oshandle_open((unsigned)number);
    assert_true(value != OSHANDLE_NONE);
    assert_int_equal(hf_resource_create(world.thread, &file_class, value, file), HF_OK);
    assert_int_equal(hf_bytes_create(world.thread, sizeof number, bytes), HF_OK);
    assert_int_equal(hf_bytes_write(bytes, 0, &number, sizeof number), HF_OK);
    assert_int_equal(hf_array_create(world.thread, 2, pair), HF_OK);
    assert_int_equal(hf_store_at(world.thread, pair, 0, file), HF_OK);
    assert_int_equal(hf_store_at(world.thread, pair, 1, bytes), HF_OK);
    unsigned before = atomic_load(&uses);
    assert_int_equal(hf_global_store(world.thread, shared, pair), HF_OK);
    while (atomic_load(&uses) - before < 2 + round % 9) {
        rest();
    }
    if (round % 4 != 0) {
        assert_int_equal(hf_resource_dispose(world.thread, file), HF_OK);
    }
    if (round % 7 == 0) {
        assert_int_equal(hf_collect(world.thread), HF_OK);
    }
    assert_int_equal(hf_global_store(world.thread, shared, NULL), HF_OK);
}

static void ignore(const hf_report *report, void *user)
{
    (void)report;
    (void)user; /* a user that comes too late is refused, and told: that is no fault here */
}

static void resource_never_lends_a_number_that_was_closed(void **state)
{
    (void)state;
    static hf_crew crew;
    unsigned rounds = (lifetimes_is_stress() ? 20 : 100) * lifetimes_effort();
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.report = ignore;
    assert_true(oshandle_begin());
    assert_int_equal(hf_runtime_create(&options, &world.runtime), HF_OK);
    assert_int_equal(hf_thread_attach(world.runtime, &world.thread), HF_OK);
    assert_int_equal(hf_global_create(world.thread, NULL, &shared), HF_OK);
    hf_crew_start(&crew, USERS, use, NULL);
    hf_crew_start(&crew, 1, recycle, NULL);

    for (unsigned round = 0; round < rounds; round++) {
        play_round(round);
    }

    assert_int_equal(hf_native_begin(world.thread), HF_OK);
    hf_crew_end(&crew);
    assert_int_equal(hf_native_end(world.thread, NULL), HF_OK);
    hf_global_destroy(world.thread, shared);
    assert_int_equal(hf_thread_detach(world.thread), HF_OK);
    hf_runtime_destroy(world.runtime, NULL);
    oshandle_end();
    assert_int_equal(atomic_load(&closes), rounds);
    assert_int_equal(atomic_load(&bad_closes), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resource_never_lends_a_number_that_was_closed),
    };
    return cmocka_run_group_tests_name("resource_recycle", tests, NULL, NULL);
}
