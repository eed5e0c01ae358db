/* SPDX-License-Identifier: MIT */
/* hf-test: threaded timeout=300 */

/*
 * Completions on threads that are not attached, against everything that an owner does meanwhile:
 * wait, cancel, destroy, collect.  A buffer is written right up to its completion, so one that had
 * been let go early would be seen by its neighbours.
 */

#include "crew.h"
#include "managed.h"

#include <holdfast.h>

#include <stdatomic.h>
#include <string.h>

enum { DEVICES = 2, OWNERS = 2, PLACES = 16, RIVALS = 8, SIZE = 64 };

/* A place where an owner leaves a token for the devices; the bytes are valid until the completion.
 */
typedef struct place {
    _Atomic(hf_token *) token;
    unsigned char *data; /* published by the store of the token */
} place;

typedef struct shared {
    hf_runtime *runtime;
    place place[PLACES];
    _Atomic(uint64_t) completed, cancelled, refused;
    uint64_t rounds;
    _Atomic(uint32_t) owners_left;
} shared;

/* Takes what it finds, works on it, completes it. */
static bool serve_place(hf_crew_member *me, shared *all, place *at)
{
    hf_token *token = atomic_exchange_explicit(&at->token, NULL, memory_order_acquire);
    if (!token) {
        return false;
    }
    memset(at->data, 0x5a, SIZE);
    atomic_fetch_add_explicit(&all->completed, 1, memory_order_relaxed);
    HF_CREW_CHECK(me, hf_token_complete(token, SIZE, 0) == HF_OK);
    return true;
}

static void be_a_device(hf_crew_member *me)
{
    shared *all = me->user;
    while (atomic_load(&all->owners_left) > 0) {
        bool has_worked = false;
        for (unsigned i = 0; i < PLACES; i++) {
            has_worked = serve_place(me, all, &all->place[(i + me->index) % PLACES]) || has_worked;
        }
        if (!has_worked) {
            hfp_thread_yield();
        }
    }
}

/* What a cancel does: takes the operation back from the devices if none has it. */
static hf_status cancel(hf_token *token, void *user)
{
    place *at = user;
    hf_token *expected = token;
    if (atomic_compare_exchange_strong(&at->token, &expected, NULL)) {
        return hf_token_complete(token, -1, 1);
    }
    return HF_E_BUSY; /* a device has it, and completes it */
}

static void check_result(hf_crew_member *me, hf_token *token, const hf_slot *buffer)
{
    int64_t result = 0;
    unsigned char last = 0;
    HF_CREW_CHECK(me, hf_token_result(token, &result, NULL) == HF_OK);
    HF_CREW_CHECK(me, result == SIZE || result == -1);
    HF_CREW_CHECK(me, hf_bytes_read(buffer, SIZE - 1, &last, 1) == HF_OK);
    HF_CREW_CHECK(me, last == (result == SIZE ? 0x5a : 0));
}

static void operate(hf_crew_member *me, hf_thread *thread, place *at, uint32_t how)
{
    HF_FRAME(thread);
    hf_ref buffer = hf_local(thread);
    hf_token_options options = HF_TOKEN_OPTIONS_INIT;
    options.cancel = cancel;
    options.user = at;
    options.cancel_timeout_ns = UINT64_C(60000000000);
    hf_token *token = NULL;
    hf_span span = { NULL, 0 };
    HF_CREW_CHECK(me, hf_bytes_create(thread, SIZE, buffer) == HF_OK);
    HF_CREW_CHECK(me, hf_token_create(thread, &options, &token) == HF_OK);
    HF_CREW_CHECK(me, hf_token_lend(thread, token, buffer, 0, SIZE, &span) == HF_OK);
    HF_CREW_CHECK(me, hf_token_submit(token) == HF_OK);
    at->data = span.data;
    atomic_store_explicit(&at->token, token, memory_order_release);
    if (how % 64 == 0) {
        HF_CREW_CHECK(me, hf_collect(thread) == HF_OK);
    }
    if (how % 3 == 0) {
        HF_CREW_CHECK(me, hf_token_wait(thread, token, UINT64_MAX) == HF_OK);
        check_result(me, token, buffer);
    } else if (how % 3 == 1) {
        hf_status status = hf_token_cancel(thread, token);
        HF_CREW_CHECK(me, status == HF_OK || status == HF_E_BUSY);
        HF_CREW_CHECK(me, hf_token_wait(thread, token, UINT64_MAX) == HF_OK);
        check_result(me, token, buffer);
    }
    HF_CREW_CHECK(me, hf_token_destroy(thread, token) == HF_OK);
    HF_CREW_CHECK(me, hf_token_state_get(token) == HF_TOKEN_NONE);
}

static void be_an_owner(hf_crew_member *me)
{
    shared *all = me->user;
    hf_thread *thread = NULL;
    uint64_t seed = me->index + 1;
    if (HF_CREW_CHECK(me, hf_thread_attach(all->runtime, &thread) == HF_OK)) {
        for (uint64_t round = 0; round < all->rounds && !me->broken; round++) {
            unsigned own = (unsigned)(round % (PLACES / OWNERS)) * OWNERS + me->index % OWNERS;
            operate(me, thread, &all->place[own], managed_random(&seed));
        }
        HF_CREW_CHECK(me, hf_thread_detach(thread) == HF_OK);
    }
    atomic_fetch_sub(&all->owners_left, 1);
}

static void token_ends_once_whoever_completes_cancels_or_destroys(void **state)
{
    (void)state;
    static shared all;
    managed m;
    hf_crew crew = { 0 };
    managed_begin(&m, NULL);
    memset(&all, 0, sizeof all);
    all.runtime = m.runtime;
    all.rounds = managed_rounds(HF_UNDER_TSAN ? 5000 : 50000, 500);
    atomic_store(&all.owners_left, OWNERS);
    assert_int_equal(hf_native_begin(m.thread), HF_OK);
    hf_crew_start(&crew, OWNERS, be_an_owner, &all);
    hf_crew_start(&crew, DEVICES, be_a_device, &all);
    hf_crew_join(&crew);
    assert_int_equal(hf_native_end(m.thread, NULL), HF_OK);
    assert_true(atomic_load(&all.completed) > 0);
    managed_end(&m);
}

/* ---- rivals ---- */

typedef struct contest {
    _Atomic(hf_token *) token;
    _Atomic(uint32_t) round;
    _Atomic(uint32_t) done;
    _Atomic(uint32_t) winners;
    uint32_t rounds;
} contest;

static void complete_too(hf_crew_member *me)
{
    contest *all = me->user;
    for (uint32_t round = 1; round <= all->rounds; round++) {
        while (atomic_load(&all->round) < round) {
            hfp_thread_yield();
        }
        hf_status status = hf_token_complete(atomic_load(&all->token), (int64_t)me->index, 0);
        HF_CREW_CHECK(me, status == HF_OK || status == HF_E_MISUSE);
        atomic_fetch_add(&all->winners, status == HF_OK);
        atomic_fetch_add(&all->done, 1);
    }
}

static void token_is_completed_by_exactly_one_of_eight(void **state)
{
    (void)state;
    static contest all;
    managed m;
    hf_crew crew = { 0 };
    managed_begin(&m, NULL);
    memset(&all, 0, sizeof all);
    all.rounds = managed_rounds(HF_UNDER_TSAN ? 100 : 500, 50);
    hf_crew_start(&crew, RIVALS, complete_too, &all);
    for (uint32_t round = 1; round <= all.rounds; round++) {
        HF_FRAME(m.thread);
        hf_ref buffer = hf_local(m.thread);
        hf_token *token;
        assert_int_equal(hf_bytes_create(m.thread, SIZE, buffer), HF_OK);
        assert_int_equal(hf_token_create(m.thread, NULL, &token), HF_OK);
        assert_int_equal(hf_token_lend(m.thread, token, buffer, 0, SIZE, NULL), HF_OK);
        assert_int_equal(hf_token_submit(token), HF_OK);
        atomic_store(&all.winners, 0);
        atomic_store(&all.done, 0);
        atomic_store(&all.token, token);
        atomic_store(&all.round, round);
        assert_int_equal(hf_native_begin(m.thread), HF_OK);
        while (atomic_load(&all.done) < RIVALS) {
            hfp_thread_yield();
        }
        assert_int_equal(hf_native_end(m.thread, NULL), HF_OK);
        assert_int_equal(atomic_load(&all.winners), 1);
        int64_t winner = -1;
        assert_int_equal(hf_token_result(token, &winner, NULL), HF_OK);
        assert_in_range(winner, 0, RIVALS - 1);
        assert_int_equal(hf_token_destroy(m.thread, token), HF_OK);
    }
    hf_crew_join(&crew);
    assert_int_equal(managed_reports(&m), (RIVALS - 1) * all.rounds);
    m.count = 0; /* all of them expected */
    managed_end(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(token_ends_once_whoever_completes_cancels_or_destroys),
        cmocka_unit_test(token_is_completed_by_exactly_one_of_eight),
    };
    return cmocka_run_group_tests_name("token_race", tests, NULL, NULL);
}
