/* SPDX-License-Identifier: MIT */
/* hf-test: threaded timeout=300 */

/*
 * Callbacks on several threads at once: some attached, some that the runtime has never seen, while
 * others collect and destroy.
 */

#include "crew.h"
#include "runtime.h"

#include "call/callbacks.h"
#include "thread/thread.h"

#include <string.h>

#define NUMBER "int64_t number(int64_t value)"

typedef union number_fn {
    void *plain;
    int64_t (*call)(int64_t);
} number_fn;

static hf_test_runtime fixture;

static hf_status make_garbage(hf_thread *thread, const hf_value *arguments, hf_value *result,
                              void *user)
{
    hf_ref bytes = hf_local(thread);
    (void)user;
    hf_status status = hf_bytes_create(thread, 64, bytes);
    status = status == HF_OK ? hf_bytes_write(bytes, 0, &arguments[0].i, 8) : status;
    if (arguments[0].i % 997 == 0 && status == HF_OK) {
        status = hf_collect(thread);
    }
    int64_t back = -1;
    status = status == HF_OK ? hf_bytes_read(bytes, 0, &back, 8) : status;
    result->i = back + 1;
    return status;
}

static hf_callback *make(hf_callback_fn handler, void *user)
{
    hf_callback *callback = NULL;
    assert_int_equal(hf_callback_create(fixture.thread, NUMBER, handler, user, &callback), HF_OK);
    return callback;
}

static void call_in_a_loop(hf_crew_member *me)
{
    number_fn to = { hf_callback_address(me->user) };
    while (!hf_crew_is_over(me) && !me->broken) {
        HF_CREW_CHECK(me, to.call((int64_t)me->work) == (int64_t)me->work + 1);
        me->work++;
    }
}

static void collect_in_a_loop(hf_crew_member *me)
{
    hf_thread *thread;
    if (HF_CREW_CHECK(me, hf_thread_attach(fixture.runtime, &thread) == HF_OK)) {
        while (!hf_crew_is_over(me)) {
            HF_CREW_CHECK(me, hf_collect(thread) == HF_OK);
            hfp_sleep_ns(100000);
        }
        HF_CREW_CHECK(me, hf_thread_detach(thread) == HF_OK);
    }
}

/* Native for so long; the test's own thread calls back too. */
static void run_crew(hf_crew *crew, const hf_callback *callback, uint64_t ms)
{
    number_fn to = { hf_callback_address(callback) };
    uint64_t deadline = hfp_clock_ns() + ms * 1000000;
    assert_int_equal(hf_native_begin(fixture.thread), HF_OK);
    int64_t wrong = 0;
    for (int64_t i = 0; hfp_clock_ns() < deadline; i++) {
        wrong += to.call(i) != i + 1;
    }
    hf_crew_end(crew);
    assert_int_equal(hf_native_end(fixture.thread, NULL), HF_OK);
    assert_int_equal(wrong, 0);
}

static void callback_runs_on_threads_nobody_attached(void **state)
{
    (void)state;
    hf_crew crew = { 0 };
    hf_test_begin(&fixture, NULL);
    hf_callback *callback = make(make_garbage, NULL);
    hf_crew_start(&crew, 3, call_in_a_loop, callback);
    hf_crew_start(&crew, 1, collect_in_a_loop, NULL);
    run_crew(&crew, callback, 300 * hf_test_effort(1));
    for (int i = 0; i < 3; i++) {
        assert_true(crew.member[i].work > 0);
    }
    assert_int_equal(hf_callback_destroy(callback), HF_OK);
    hf_test_end(&fixture);
}

static hf_status count_attached(hf_thread *thread, const hf_value *arguments, hf_value *result,
                                void *user)
{
    hf_thread **first = user;
    *first = *first ? *first : thread;
    result->i = *first == thread ? arguments[0].i + 1 : -1;
    return HF_OK;
}

static void call_often(hf_crew_member *me)
{
    number_fn to = { hf_callback_address(me->user) };
    for (int64_t i = 0; i < 100000; i++) {
        me->work += to.call(i) == i + 1;
    }
}

static void callback_attaches_a_thread_once(void **state)
{
    (void)state;
    hf_crew crew = { 0 };
    hf_thread *seen = NULL;
    hf_test_begin(&fixture, NULL);
    hf_callback *callback = make(count_attached, &seen);
    assert_int_equal(hf_native_begin(fixture.thread), HF_OK);
    hf_crew_start(&crew, 1, call_often, callback);
    hf_crew_join(&crew);
    assert_int_equal(hf_native_end(fixture.thread, NULL), HF_OK);
    assert_int_equal(crew.member[0].work, 100000);
    assert_ptr_not_equal(seen, fixture.thread);
    assert_int_equal(hf_callback_destroy(callback), HF_OK);
    hf_test_end(&fixture);
}

static hf_status fail_always(hf_thread *thread, const hf_value *arguments, hf_value *result,
                             void *user)
{
    (void)thread;
    (void)arguments;
    (void)result;
    (void)user;
    return HF_E_LIMIT;
}

static void call_once(hf_crew_member *me)
{
    number_fn to = { hf_callback_address(me->user) };
    me->work = (uint64_t)to.call(1);
}

static void callback_error_without_a_call_is_reported(void **state)
{
    (void)state;
    hf_crew crew = { 0 };
    hf_test_begin(&fixture, NULL);
    hf_callback *callback = make(fail_always, NULL);
    assert_int_equal(hf_native_begin(fixture.thread), HF_OK);
    hf_crew_start(&crew, 1, call_once, callback);
    hf_crew_join(&crew);
    assert_int_equal(hf_native_end(fixture.thread, NULL), HF_OK);
    assert_int_equal(crew.member[0].work, 0);
    hf_test_expect_report(&fixture, HF_E_CALLBACK, "number", "handler");
    assert_int_equal(hf_callback_destroy(callback), HF_OK);
    hf_test_end(&fixture);
}

/* ---- destroyed while it runs ---- */

typedef struct slow {
    _Atomic(bool) entered, go;
} slow;

static hf_status wait_inside(hf_thread *thread, const hf_value *arguments, hf_value *result,
                             void *user)
{
    slow *s = user;
    hf_status status = hf_native_begin(thread);
    if (status == HF_OK) {
        atomic_store(&s->entered, true);
        while (!atomic_load(&s->go)) {
            hfp_sleep_ns(100000);
        }
        status = hf_native_end(thread, NULL);
    }
    result->i = arguments[0].i + 1;
    return status;
}

static void callback_destroyed_during_a_run_ends_behind_it(void **state)
{
    (void)state;
    hf_crew crew = { 0 };
    slow s = { false, false };
    hf_test_begin(&fixture, NULL);
    hf_callback *callback = make(wait_inside, &s);
    number_fn to = { hf_callback_address(callback) };
    hf_crew_start(&crew, 1, call_once, callback);
    while (!atomic_load(&s.entered)) {
        assert_int_equal(hf_safepoint(fixture.thread), HF_OK);
        hfp_thread_yield();
    }
    assert_int_equal(hf_callback_destroy(callback), HF_E_BUSY);
    int64_t got = 5;
    assert_int_equal(HF_NATIVE_CALL(fixture.thread, NULL, got, to.call(1)), HF_OK);
    assert_int_equal(got, 0);
    hf_test_expect_report(&fixture, HF_E_MISUSE, "number", "callback");
    assert_int_equal(hf_native_begin(fixture.thread), HF_OK);
    atomic_store(&s.go, true);
    hf_crew_join(&crew);
    assert_int_equal(hf_native_end(fixture.thread, NULL), HF_OK);
    assert_int_equal(crew.member[0].work, 2);
    hf_test_end(&fixture);
}

/* ---- destroyed at any moment ---- */

#define ROUNDS_MAX 200000

typedef struct race {
    _Atomic(hf_callback *) current;
    _Atomic(bool) is_dead[ROUNDS_MAX]; /* the user of one callback each is gone */
} race;

static race the_race;

static hf_status look_at_user(hf_thread *thread, const hf_value *arguments, hf_value *result,
                              void *user)
{
    (void)thread;
    result->i = atomic_load((_Atomic(bool) *)user) ? -1 : arguments[0].i + 1;
    return HF_OK;
}

static void call_what_is_current(hf_crew_member *me)
{
    while (!hf_crew_is_over(me) && !me->broken) {
        number_fn to = { hf_callback_address(atomic_load(&the_race.current)) };
        int64_t got = to.call(1);
        HF_CREW_CHECK(me, got == 2 || got == 0);
        me->work += got == 2;
    }
}

static void callback_destroyed_at_any_moment_never_runs_with_a_dead_user(void **state)
{
    (void)state;
    hf_crew crew = { 0 };
    hf_test_begin(&fixture, NULL);
    memset(&the_race, 0, sizeof the_race);
    unsigned rounds = 0;
    hf_callback *callback = make(look_at_user, &the_race.is_dead[0]);
    atomic_store(&the_race.current, callback);
    hf_crew_start(&crew, 2, call_what_is_current, NULL);
    uint64_t deadline = hfp_clock_ns() + 300000000 * hf_test_effort(1);
    while (hfp_clock_ns() < deadline && rounds + 1 < ROUNDS_MAX) {
        unsigned next = ++rounds;
        hf_callback *fresh = make(look_at_user, &the_race.is_dead[next]);
        atomic_store(&the_race.current, fresh);
        hf_status status = hf_callback_destroy(callback);
        if (status == HF_OK) { /* no run is under way, and none begins */
            atomic_store(&the_race.is_dead[next - 1], true);
        } else {
            assert_int_equal(status, HF_E_BUSY);
        }
        callback = fresh;
        assert_int_equal(hf_safepoint(fixture.thread), HF_OK);
    }
    assert_int_equal(hf_native_begin(fixture.thread), HF_OK);
    hf_crew_end(&crew);
    assert_int_equal(hf_native_end(fixture.thread, NULL), HF_OK);
    assert_true(rounds > 10 && crew.member[0].work + crew.member[1].work > 0);
    assert_int_equal(hf_callback_destroy(callback), HF_OK);
    hf_test_forget_reports(&fixture); /* of late calls: as many as it happened */
    hf_test_end(&fixture);
}

/* ---- many ---- */

static hf_status give_number(hf_thread *thread, const hf_value *arguments, hf_value *result,
                             void *user)
{
    (void)thread;
    (void)arguments;
    result->i = (int64_t)(uintptr_t)user;
    return HF_OK;
}

/* The thread sanitizer looks at every access, so there only --full makes as many. */
#define MANY 100000

static void callback_is_registered_a_hundred_thousand_times(void **state)
{
    (void)state;
    static hf_callback *callbacks[MANY];
    const size_t many = HF_UNDER_TSAN && hf_test_effort(1) < 10 ? MANY / 20 : MANY;
    hf_test_begin(&fixture, NULL);
    uint64_t began = hfp_clock_ns();
    for (size_t i = 0; i < many; i++) {
        callbacks[i] = make(give_number, (void *)(uintptr_t)i);
    }
    assert_int_equal(hf_native_begin(fixture.thread), HF_OK);
    size_t wrong = 0;
    for (size_t i = 0; i < many; i++) {
        number_fn to = { hf_callback_address(callbacks[i]) };
        wrong += to.call(0) != (int64_t)i;
    }
    assert_int_equal(hf_native_end(fixture.thread, NULL), HF_OK);
    assert_int_equal(wrong, 0);
    for (size_t i = 0; i < many; i++) {
        assert_int_equal(hf_callback_destroy(callbacks[i]), HF_OK);
    }
    assert_true(hfp_clock_ns() - began < UINT64_C(200000000000));
    hf_test_end(&fixture);
}

static void call_and_attach(hf_crew_member *me)
{
    number_fn to = { hf_callback_address(me->user) };
    hf_thread *thread;
    for (int64_t i = 1; i < 100 && !me->broken; i++) {
        HF_CREW_CHECK(me, to.call(i) == i + 1);
        if (HF_CREW_CHECK(me, hf_thread_attach(fixture.runtime, &thread) == HF_OK)) {
            HF_CREW_CHECK(me, hf_native_begin(thread) == HF_OK);
            HF_CREW_CHECK(me, to.call(i) == i + 1);
            HF_CREW_CHECK(me, hf_native_end(thread, NULL) == HF_OK);
            HF_CREW_CHECK(me, hf_thread_detach(thread) == HF_OK);
        }
    }
}

static void callback_leaves_its_thread_free_to_attach(void **state)
{
    hf_crew crew = { 0 };
    (void)state;
    hf_test_begin(&fixture, NULL);
    hf_callback *callback = make(make_garbage, NULL);
    assert_int_equal(hf_native_begin(fixture.thread), HF_OK);
    hf_crew_start(&crew, 2, call_and_attach, callback);
    hf_crew_join(&crew);
    assert_int_equal(hf_native_end(fixture.thread, NULL), HF_OK);
    assert_int_equal(hf_callback_destroy(callback), HF_OK);
    hf_test_end(&fixture);
}

/* ---- the runtime ends ---- */

static _Atomic(bool) has_called, may_call_again;

static void call_before_and_after(hf_crew_member *me)
{
    number_fn to = { hf_callback_address(me->user) };
    HF_CREW_CHECK(me, to.call(4) == 5);
    atomic_store(&has_called, true);
    while (!atomic_load(&may_call_again)) {
        hfp_sleep_ns(100000);
    }
    HF_CREW_CHECK(me, to.call(4) == 0);
}

static void callback_outlives_its_runtime_on_a_thread_it_attached(void **state)
{
    (void)state;
    hf_crew crew = { 0 };
    hf_test_begin(&fixture, NULL);
    atomic_store(&has_called, false);
    atomic_store(&may_call_again, false);
    hf_thread *seen = NULL;
    hf_callback *callback = make(count_attached, &seen);
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    assert_int_equal(hf_native_begin(fixture.thread), HF_OK);
    hf_crew_start(&crew, 1, call_before_and_after, callback);
    while (!atomic_load(&has_called)) {
        hfp_sleep_ns(100000);
    }
    assert_int_equal(hf_native_end(fixture.thread, NULL), HF_OK);
    assert_int_equal(hf_callback_destroy(callback), HF_OK);
    assert_int_equal(hf_thread_detach(fixture.thread), HF_OK);
    hf_runtime_destroy(fixture.runtime, &leaks);
    assert_int_equal(leaks.threads, 0); /* nobody could have detached that one */
    assert_int_equal(leaks.callbacks, 0);
    atomic_store(&may_call_again, true);
    hf_crew_join(&crew);
    hfp_mutex_finish(&fixture.lock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(callback_runs_on_threads_nobody_attached),
        cmocka_unit_test(callback_attaches_a_thread_once),
        cmocka_unit_test(callback_error_without_a_call_is_reported),
        cmocka_unit_test(callback_destroyed_during_a_run_ends_behind_it),
        cmocka_unit_test(callback_destroyed_at_any_moment_never_runs_with_a_dead_user),
        cmocka_unit_test(callback_is_registered_a_hundred_thousand_times),
        cmocka_unit_test(callback_leaves_its_thread_free_to_attach),
        cmocka_unit_test(callback_outlives_its_runtime_on_a_thread_it_attached),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
