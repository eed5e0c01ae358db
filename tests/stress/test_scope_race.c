/* SPDX-License-Identifier: MIT */
/* hf-test: threaded timeout=300 */

/*
 * A close against the calls that begin meanwhile.  A call runs to its end with the buffer's bytes
 * under it, or finds the buffer empty; never a part of both.  What ends with a scope ends once.
 */

#include "crew.h"
#include "managed.h"

#include <holdfast.h>

#include "base/alloc.h"

#include <string.h>

#define SIZE 64u

typedef struct shared {
    hf_runtime *runtime;
    hf_global *buffer; /* of this round's scope */
    _Atomic(bool) is_over;
    _Atomic(unsigned) in_call; /* native code is in the buffer */
    _Atomic(uint64_t) served;
    _Atomic(uint64_t) refused;
    uint64_t rounds;
    bool is_by_fence; /* else by hf_call() */
    hf_function *fill;
} shared;

static _Atomic(unsigned) *in_call_now;

/* The callee: the bytes are one's own from the first to the last. */
static bool use(volatile unsigned char *data, size_t size)
{
    bool is_whole = true;
    atomic_fetch_add(in_call_now, 1);
    for (size_t i = 0; i < size; i++) {
        data[i] = (unsigned char)(i ^ 0x5a);
    }
    for (size_t i = 0; i < size; i++) {
        is_whole = is_whole && data[i] == (unsigned char)(i ^ 0x5a);
    }
    atomic_fetch_sub(in_call_now, 1);
    return is_whole;
}

static hf_status use_by_fence(hf_crew_member *me, hf_thread *thread, hf_ref ref)
{
    hf_span span;
    HF_FENCE(thread, fence, ref, &span);
    hf_status status = hf_fence_status(&fence);
    HF_CREW_CHECK(me, status == HF_OK || status == HF_E_SCOPE);
    HF_CREW_CHECK(me, span.size == 0 || (span.size == SIZE && status == HF_OK));
    if (span.size == 0) {
        return HF_E_RANGE;
    }
    bool is_whole = true;
    HF_CREW_CHECK(me, HF_NATIVE_CALL(thread, NULL, is_whole, use(span.data, span.size)) == HF_OK);
    HF_CREW_CHECK(me, is_whole);
    HF_CREW_CHECK(me, hf_bytes_size(ref) == SIZE);
    HF_CREW_CHECK(me, hf_fence_end(&fence) == HF_OK);
    return HF_OK;
}

static hf_status use_by_call(hf_crew_member *me, shared *s, hf_thread *thread, hf_ref ref)
{
    hf_result result = HF_RESULT_INIT;
    hf_status status =
        hf_call(thread, s->fill, &result, HF_ARGS(HF_BUFFER(ref, 0, SIZE), HF_UINT(7)));
    HF_CREW_CHECK(me, status == HF_OK || status == HF_E_RANGE || status == HF_E_SCOPE);
    HF_CREW_CHECK(me, status != HF_OK || result.value.u == SIZE);
    return status;
}

static void caller(hf_crew_member *me)
{
    shared *s = me->user;
    hf_thread *thread;
    if (!HF_CREW_CHECK(me, hf_thread_attach(s->runtime, &thread) == HF_OK)) {
        return;
    }
    while (!atomic_load(&s->is_over)) {
        HF_FRAME(thread);
        hf_ref ref = hf_local(thread);
        HF_CREW_CHECK(me, hf_global_load(s->buffer, ref) == HF_OK);
        hf_status status =
            s->is_by_fence ? use_by_fence(me, thread, ref) : use_by_call(me, s, thread, ref);
        atomic_fetch_add(status == HF_OK ? &s->served : &s->refused, 1);
        if (status != HF_OK) { /* there is no other safepoint on this way */
            HF_CREW_CHECK(me, HF_NATIVE_CALL_VOID(thread, NULL, hfp_thread_yield()) == HF_OK);
        }
    }
    HF_CREW_CHECK(me, hf_thread_detach(thread) == HF_OK);
}

static void quiet(const hf_report *report, void *user)
{
    _Atomic(uint64_t) *others = user;
    if (report->status != HF_E_RANGE && report->status != HF_E_SCOPE &&
        report->status != HF_E_BUSY) {
        atomic_fetch_add(others, 1);
    }
}

static void count_one(hf_thread *thread, void *user)
{
    (void)thread;
    (*(uint64_t *)user)++;
}

static void make_next(shared *s, hf_thread *thread, hf_ref ref, hf_scope **scope_out)
{
    assert_int_equal(hf_scope_create(thread, "race", scope_out), HF_OK);
    assert_int_equal(hf_scope_bytes(thread, *scope_out, SIZE, ref), HF_OK);
    assert_int_equal(hf_global_store(thread, s->buffer, ref), HF_OK);
}

static void one_round(shared *s, hf_thread *thread, uint64_t round, uint64_t *cleanups,
                      hf_scope **scope)
{
    HF_FRAME(thread);
    hf_ref ref = hf_local(thread), next = hf_local(thread);
    hf_scope *closing = *scope;
    assert_int_equal(hf_global_load(s->buffer, ref), HF_OK);
    assert_int_equal(hf_bytes_size(ref), SIZE);
    if (round % 4 == 0) {
        assert_int_equal(hf_scope_add_cleanup(thread, closing, count_one, cleanups), HF_OK);
    }
    uint64_t before = atomic_load(&s->served);
    while (round % 512 == 1 && atomic_load(&s->served) == before) { /* the other one has its turn */
        (void)HF_NATIVE_CALL_VOID(thread, NULL, hfp_sleep_ns(10000));
    }
    hf_status status = hf_scope_close(thread, closing, round % 3 == 0 ? 0 : UINT64_MAX);
    if (status == HF_E_BUSY) { /* which has changed nothing */
        assert_int_equal(round % 3, 0);
        assert_int_equal(hf_bytes_size(ref), SIZE);
        status = hf_scope_close(thread, closing, UINT64_MAX);
    }
    assert_int_equal(status, HF_OK);
    assert_int_equal(hf_bytes_size(ref), 0);
    make_next(s, thread, next, scope);
}

static void race(bool is_by_fence)
{
    static shared s;
    memset(&s, 0, sizeof s);
    in_call_now = &s.in_call;
    _Atomic(uint64_t) others = 0;
    uint64_t cleanups = 0;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.report = quiet;
    options.report_user = &others;
    int64_t live = hfi_alloc_live();
    s.rounds = managed_rounds(50000, 500);
    s.is_by_fence = is_by_fence;
    assert_int_equal(hf_runtime_create(&options, &s.runtime), HF_OK);
    hf_thread *thread;
    assert_int_equal(hf_thread_attach(s.runtime, &thread), HF_OK);
    assert_int_equal(hf_global_create(thread, NULL, &s.buffer), HF_OK);
    hf_library *library;
    assert_int_equal(hf_library_open(thread, HF_TESTLIB_PATH, &library), HF_OK);
    assert_int_equal(hf_function_bind(thread, library,
                                      "size_t hfn_fill(uint8_t *data {out, given},"
                                      " size_t size {capacity(data)}, uint8_t value)",
                                      &s.fill),
                     HF_OK);
    hf_scope *scope = NULL;
    {
        HF_FRAME(thread);
        make_next(&s, thread, hf_local(thread), &scope);
    }
    hf_crew crew = { 0 };
    hf_crew_start(&crew, 1, caller, &s);
    for (uint64_t round = 1; round <= s.rounds; round++) {
        one_round(&s, thread, round, &cleanups, &scope);
    }
    atomic_store(&s.is_over, true);
    (void)HF_NATIVE_CALL_VOID(thread, NULL, hf_crew_join(&crew));
    assert_int_equal(hf_scope_close(thread, scope, 0), HF_OK);
    hf_function_destroy(s.fill);
    hf_library_close(library);
    hf_global_destroy(thread, s.buffer);
    assert_int_equal(hf_thread_detach(thread), HF_OK);
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    hf_runtime_destroy(s.runtime, &leaks);
    assert_int_equal(leaks.scopes, 0);
    assert_int_equal(cleanups, s.rounds / 4);
    assert_true(atomic_load(&s.served) > 0);
    assert_int_equal(atomic_load(&others), 0);
    assert_int_equal(hfi_alloc_live(), live);
}

static void scope_close_stands_between_two_fences(void **state)
{
    (void)state;
    race(true);
}

static void scope_close_stands_between_two_calls(void **state)
{
    (void)state;
    race(false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scope_close_stands_between_two_fences),
        cmocka_unit_test(scope_close_stands_between_two_calls),
    };
    return cmocka_run_group_tests_name("scope_race", tests, NULL, NULL);
}
