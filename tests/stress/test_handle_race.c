/* SPDX-License-Identifier: MIT */
/* hf-test: threaded timeout=300 */

/*
 * Eight threads make, load and destroy handles of a few shared places, while one of them collects.
 * A word that is loaded gives the object that was put in under it, whole, or is refused; a handle
 * with one use is loaded once, whoever wins.
 */

#include "crew.h"
#include "managed.h"

#include <holdfast.h>

#include "base/alloc.h"
#include "heap/heap.h"
#include "root/handle.h"

#include <string.h>

enum { WORKERS = 8, PLACES = 32 };

typedef struct place {
    _Atomic(uintptr_t) word; /* of a handle for ever; 0: none */
} place;

typedef struct shared {
    hf_runtime *runtime;
    place place[PLACES];
    _Atomic(uintptr_t) shot; /* of a handle with one use */
    _Atomic(uint64_t) shots_made;
    _Atomic(uint64_t) shots_hit;
} shared;

static uint32_t pick(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33);
}

static void *as_word(uintptr_t bits)
{
    void *word;
    memcpy(&word, &bits, sizeof word);
    return word;
}

/* An object says the number of its place, twice. */
static hf_status make_object(hf_thread *thread, uint32_t number, hf_ref ref)
{
    uint32_t content[2] = { number, ~number };
    hf_status status = hf_bytes_create(thread, sizeof content, ref);
    return status == HF_OK ? hf_bytes_write(ref, 0, content, sizeof content) : status;
}

static bool is_object_of(const hf_slot *ref, uint32_t number)
{
    uint32_t content[2] = { 0, 0 };
    return hf_bytes_read(ref, 0, content, sizeof content) == HF_OK && content[0] == number &&
           content[1] == ~number;
}

static void replace(hf_crew_member *me, hf_thread *thread, uint32_t number)
{
    shared *s = me->user;
    HF_FRAME(thread);
    hf_ref ref = hf_local(thread);
    void *word = NULL;
    HF_CREW_CHECK(me, make_object(thread, number, ref) == HF_OK);
    HF_CREW_CHECK(me, hf_handle_create(thread, ref, "place", HF_HANDLE_FOREVER, &word) == HF_OK);
    uintptr_t old = atomic_exchange(&s->place[number].word, (uintptr_t)word);
    HF_CREW_CHECK(me, old != (uintptr_t)word);
    HF_CREW_CHECK(me, hf_handle_destroy(thread, as_word(old)) == HF_OK);
}

static void look(hf_crew_member *me, hf_thread *thread, uint32_t number)
{
    shared *s = me->user;
    uintptr_t word = atomic_load(&s->place[number].word);
    if (word == 0) {
        return;
    }
    HF_FRAME(thread);
    hf_ref ref = hf_local(thread);
    hf_status status = hf_handle_load(thread, as_word(word), "place", ref);
    HF_CREW_CHECK(me, status == HF_OK || status == HF_E_HANDLE);
    if (status == HF_OK) {
        HF_CREW_CHECK(me, is_object_of(ref, number));
        me->work++;
    }
}

static void shoot(hf_crew_member *me, hf_thread *thread)
{
    shared *s = me->user;
    HF_FRAME(thread);
    hf_ref ref = hf_local(thread);
    uintptr_t word = atomic_load(&s->shot);
    if (word != 0) {
        hf_status status = hf_handle_load(thread, as_word(word), "shot", ref);
        if (status == HF_OK) {
            HF_CREW_CHECK(me, is_object_of(ref, 1000));
            atomic_fetch_add(&s->shots_hit, 1);
            atomic_compare_exchange_strong(&s->shot, &word, 0);
        } else {
            HF_CREW_CHECK(me, status == HF_E_HANDLE);
        }
        return;
    }
    void *fresh = NULL;
    HF_CREW_CHECK(me, make_object(thread, 1000, ref) == HF_OK);
    HF_CREW_CHECK(me, hf_handle_create(thread, ref, "shot", 1, &fresh) == HF_OK);
    uintptr_t none = 0;
    if (atomic_compare_exchange_strong(&s->shot, &none, (uintptr_t)fresh)) {
        atomic_fetch_add(&s->shots_made, 1);
    } else {
        HF_CREW_CHECK(me, hf_handle_destroy(thread, fresh) == HF_OK);
    }
}

static void work(hf_crew_member *me)
{
    shared *s = me->user;
    hf_thread *thread;
    if (!HF_CREW_CHECK(me, hf_thread_attach(s->runtime, &thread) == HF_OK)) {
        return;
    }
    uint64_t seed = 77 + me->index;
    uint64_t rounds = managed_rounds(20000, 1000);
    for (uint64_t i = 0; i < rounds; i++) {
        uint32_t number = pick(&seed) % PLACES;
        uint32_t what = pick(&seed) % 8;
        if (what == 0) {
            replace(me, thread, number);
        } else if (what == 1) {
            shoot(me, thread);
        } else {
            look(me, thread, number);
        }
        if (me->index == 0 && i % 256 == 0) {
            HF_CREW_CHECK(me, hf_collect(thread) == HF_OK);
        }
    }
    HF_CREW_CHECK(me, hf_thread_detach(thread) == HF_OK);
}

static void end_places(shared *s)
{
    hf_thread *thread;
    assert_int_equal(hf_thread_attach(s->runtime, &thread), HF_OK);
    for (unsigned i = 0; i < PLACES; i++) {
        assert_int_equal(hf_handle_destroy(thread, as_word(atomic_load(&s->place[i].word))), HF_OK);
    }
    uintptr_t shot = atomic_load(&s->shot);
    if (shot != 0) {
        hf_status status = hf_handle_destroy(thread, as_word(shot));
        assert_true(status == HF_OK || status == HF_E_HANDLE);
        atomic_fetch_add(&s->shots_hit, status == HF_OK);
    }
    assert_int_equal(hf_thread_detach(thread), HF_OK);
}

static void handle_is_loaded_whole_or_refused_whoever_ends_it(void **state)
{
    (void)state;
    static shared s;
    hf_crew_reports reports = { 0 };
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.report = hf_crew_report;
    options.report_user = &reports;
    int64_t live = hfi_alloc_live();
    memset(&s, 0, sizeof s);
    assert_int_equal(hf_runtime_create(&options, &s.runtime), HF_OK);
    /* Few enough generations to run out of some, so that retiring is raced too. */
    static const hfi_word_form form = { 16, 3, 4, 23, 0, 1, 0 };
    hfi_handles_set_form(hfi_parts_of(s.runtime)->handles, &form);

    hf_crew crew = { 0 };
    hf_crew_start(&crew, WORKERS, work, &s);
    hf_crew_join(&crew);
    end_places(&s);

    uint64_t loads = 0;
    for (unsigned i = 0; i < WORKERS; i++) {
        loads += crew.member[i].work;
    }
    assert_true(loads > 0);
    assert_int_equal(atomic_load(&s.shots_hit), atomic_load(&s.shots_made));
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    hf_runtime_destroy(s.runtime, &leaks);
    assert_int_equal(leaks.handles, 0);
    assert_int_equal(hfi_alloc_live(), live);
}

/* ---- handles with a number of uses ---- */

typedef struct range {
    hf_runtime *runtime;
    uint32_t uses;
    uint64_t rounds;
    _Atomic(uint64_t) round;
    _Atomic(uintptr_t) word; /* of this round */
    _Atomic(uint64_t) hits;
    _Atomic(unsigned) done;
} range;

static void shoot_until_used_up(hf_crew_member *me, hf_thread *thread, range *r)
{
    HF_FRAME(thread);
    hf_ref ref = hf_local(thread);
    hf_status status;
    do {
        status = hf_handle_load(thread, as_word(atomic_load(&r->word)), "shots", ref);
        HF_CREW_CHECK(me, status == HF_OK || status == HF_E_HANDLE);
        HF_CREW_CHECK(me, status != HF_OK || is_object_of(ref, 5));
        atomic_fetch_add(&r->hits, status == HF_OK);
    } while (status == HF_OK);
    atomic_fetch_add(&r->done, 1);
}

static void shooter(hf_crew_member *me)
{
    range *r = me->user;
    hf_thread *thread;
    if (!HF_CREW_CHECK(me, hf_thread_attach(r->runtime, &thread) == HF_OK)) {
        return;
    }
    for (uint64_t round = 1; round <= r->rounds; round++) {
        while (atomic_load(&r->round) != round) {
            (void)HF_NATIVE_CALL_VOID(thread, NULL, hfp_thread_yield());
        }
        shoot_until_used_up(me, thread, r);
    }
    HF_CREW_CHECK(me, hf_thread_detach(thread) == HF_OK);
}

static void handle_with_uses_is_loaded_as_many_times_whoever_loads(void **state)
{
    (void)state;
    enum { SHOOTERS = 3 };
    static const uint32_t uses[] = { 1, 2, 7, 100 };
    hf_crew_reports reports = { 0 };
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.report = hf_crew_report;
    options.report_user = &reports;
    static range r;
    memset(&r, 0, sizeof r);
    r.rounds = managed_rounds(2000, 100);
    assert_int_equal(hf_runtime_create(&options, &r.runtime), HF_OK);
    hf_thread *thread;
    assert_int_equal(hf_thread_attach(r.runtime, &thread), HF_OK);
    hf_crew crew = { 0 };
    hf_crew_start(&crew, SHOOTERS, shooter, &r);
    for (uint64_t round = 1; round <= r.rounds; round++) {
        HF_FRAME(thread);
        hf_ref ref = hf_local(thread);
        void *word;
        uint32_t wanted = uses[round % 4];
        assert_int_equal(make_object(thread, 5, ref), HF_OK);
        assert_int_equal(hf_handle_create(thread, ref, "shots", wanted, &word), HF_OK);
        atomic_store(&r.hits, 0);
        atomic_store(&r.done, 0);
        atomic_store(&r.word, (uintptr_t)word);
        atomic_store(&r.round, round);
        while (atomic_load(&r.done) != SHOOTERS) {
            (void)HF_NATIVE_CALL_VOID(thread, NULL, hfp_thread_yield());
        }
        assert_int_equal(atomic_load(&r.hits), wanted);
    }
    (void)HF_NATIVE_CALL_VOID(thread, NULL, hf_crew_join(&crew));
    assert_int_equal(hf_thread_detach(thread), HF_OK);
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    hf_runtime_destroy(r.runtime, &leaks);
    assert_int_equal(leaks.handles, 0);
    /* One refusal for each shooter and round, and nothing else. */
    assert_int_equal(atomic_load(&reports.count), SHOOTERS * r.rounds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(handle_is_loaded_whole_or_refused_whoever_ends_it),
        cmocka_unit_test(handle_with_uses_is_loaded_as_many_times_whoever_loads),
    };
    return cmocka_run_group_tests_name("handle_race", tests, NULL, NULL);
}
