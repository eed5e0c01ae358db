/* SPDX-License-Identifier: MIT */
/* hf-test: threaded timeout=300 */

/*
 * Pin against close, and unpin against unpin, many times over.  A pin that succeeded before the
 * close is ended by it; one that comes behind is refused; no pin is left over, and none ends twice.
 */

#include "crew.h"
#include "managed.h"

#include <holdfast.h>

#include "base/alloc.h"
#include "fence/fence.h"

#include <string.h>

typedef struct shared {
    hf_runtime *runtime;
    _Atomic(hf_pinset *) set; /* of this round */
    _Atomic(bool) is_over;
    _Atomic(uint64_t) taken; /* pins that succeeded */
    _Atomic(uint64_t) refused;
} shared;

/* A set that was closed, or destroyed behind that, under the pinner's hands. */
static void quiet(const hf_report *report, void *user)
{
    _Atomic(uint64_t) *others = user;
    if (report->status != HF_E_CLOSED && report->status != HF_E_NOT_FOUND &&
        report->status != HF_E_MISUSE) {
        atomic_fetch_add(others, 1);
    }
}

static void pinner(hf_crew_member *me)
{
    shared *s = me->user;
    hf_thread *thread;
    if (!HF_CREW_CHECK(me, hf_thread_attach(s->runtime, &thread) == HF_OK)) {
        return;
    }
    {
        HF_FRAME(thread);
        hf_ref ref = hf_local(thread);
        HF_CREW_CHECK(me, hf_bytes_create(thread, 16, ref) == HF_OK);
        while (!atomic_load(&s->is_over)) {
            hf_span span;
            hf_status status = hf_pinset_pin(thread, atomic_load(&s->set), ref, &span);
            HF_CREW_CHECK(me, status == HF_OK || status == HF_E_CLOSED || status == HF_E_MISUSE);
            HF_CREW_CHECK(me, status == HF_OK ? span.size == 16 : span.data == NULL);
            atomic_fetch_add(status == HF_OK ? &s->taken : &s->refused, 1);
            if (++me->work % 64 == 0) { /* there is no other safepoint on this way */
                HF_CREW_CHECK(me, HF_NATIVE_CALL_VOID(thread, NULL, hfp_thread_yield()) == HF_OK);
            }
        }
    }
    HF_CREW_CHECK(me, hf_thread_detach(thread) == HF_OK);
}

/* Each set is closed as soon as, or before, the other thread has pinned in it.  No round waits for
 * the other thread: on a busy machine that would be all there is to see. */
static void pinset_pin_is_ended_by_the_close_or_refused(void **state)
{
    (void)state;
    static shared s;
    memset(&s, 0, sizeof s);
    _Atomic(uint64_t) others = 0;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.report = quiet;
    options.report_user = &others;
    int64_t live = hfi_alloc_live();
    unsigned rounds = managed_rounds(100000, 3000);
    assert_int_equal(hf_runtime_create(&options, &s.runtime), HF_OK);
    hf_thread *thread;
    assert_int_equal(hf_thread_attach(s.runtime, &thread), HF_OK);
    hf_pinset *set = NULL;
    assert_int_equal(hf_pinset_create(thread, "race", &set), HF_OK);
    atomic_store(&s.set, set);
    hf_crew crew = { 0 };
    hf_crew_start(&crew, 1, pinner, &s);
    for (unsigned round = 0; round < rounds; round++) {
        hf_pinset *next = NULL;
        assert_int_equal(hf_pinset_create(thread, "race", &next), HF_OK);
        for (unsigned spins = round % 64; spins > 0 && hf_pinset_count(set) == 0; spins--) {
        }
        assert_int_equal(hf_pinset_close(set), HF_OK);
        assert_int_equal(hf_pinset_count(set), 0);
        atomic_store(&s.set, next);
        assert_int_equal(hf_pinset_count(set), 0);
        hf_pinset_destroy(set);
        set = next;
    }
    while (atomic_load(&s.taken) == 0) {
        (void)HF_NATIVE_CALL_VOID(thread, NULL, hfp_sleep_ns(100000));
    }
    hf_pinset_destroy(set);
    atomic_store(&s.is_over, true);
    (void)HF_NATIVE_CALL_VOID(thread, NULL, hf_crew_join(&crew));
    assert_int_equal(hf_thread_detach(thread), HF_OK);
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    hf_runtime_destroy(s.runtime, &leaks);
    assert_int_equal(leaks.pins, 0);
    assert_int_equal(atomic_load(&others), 0);
    assert_int_equal(hfi_alloc_live(), live);
}

/* ---- many threads on one set ---- */

typedef struct crowd {
    hf_runtime *runtime;
    hf_pinset *set;
    _Atomic(int64_t) balance; /* pins less unpins that succeeded */
} crowd;

static void pull(hf_crew_member *me)
{
    crowd *c = me->user;
    hf_thread *thread;
    if (!HF_CREW_CHECK(me, hf_thread_attach(c->runtime, &thread) == HF_OK)) {
        return;
    }
    {
        HF_FRAME(thread);
        hf_ref ref = hf_local(thread);
        HF_CREW_CHECK(me, hf_bytes_create(thread, 100, ref) == HF_OK);
        uint64_t seed = 7 + me->index;
        unsigned pins = 0; /* of this thread's buffer, which nobody else unpins */
        for (unsigned i = managed_rounds(30000, 2000); i > 0; i--) {
            uint32_t dice = managed_random(&seed) % 8;
            hf_span span;
            if (dice < 4) {
                HF_CREW_CHECK(me, hf_pinset_pin(thread, c->set, ref, &span) == HF_OK);
                pins++;
                ((volatile char *)span.data)[i % 100] = (char)i;
            } else {
                hf_status status = hf_pinset_unpin(c->set, ref);
                HF_CREW_CHECK(me, status == (pins > 0 ? HF_OK : HF_E_NOT_FOUND));
                pins -= pins > 0;
            }
            if (me->index == 0 && i % 512 == 0) {
                HF_CREW_CHECK(me, hf_collect(thread) == HF_OK);
            }
        }
        atomic_fetch_add(&c->balance, pins);
    }
    HF_CREW_CHECK(me, hf_thread_detach(thread) == HF_OK);
}

static void pinset_keeps_its_count_with_many_threads(void **state)
{
    (void)state;
    static crowd c;
    _Atomic(uint64_t) others = 0;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.report = quiet;
    options.report_user = &others;
    memset(&c, 0, sizeof c);
    assert_int_equal(hf_runtime_create(&options, &c.runtime), HF_OK);
    hf_thread *thread;
    assert_int_equal(hf_thread_attach(c.runtime, &thread), HF_OK);
    assert_int_equal(hf_pinset_create(thread, "crowd", &c.set), HF_OK);
    assert_int_equal(hf_thread_detach(thread), HF_OK);
    hf_crew crew = { 0 };
    hf_crew_start(&crew, 4, pull, &c);
    hf_crew_join(&crew);
    assert_int_equal(hf_pinset_count(c.set), atomic_load(&c.balance));
    assert_int_equal(hf_pinset_unpin_all(c.set), HF_OK);
    hf_pinset_destroy(c.set);
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    hf_runtime_destroy(c.runtime, &leaks);
    assert_int_equal(leaks.pins, 0);
    assert_int_equal(atomic_load(&others), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pinset_pin_is_ended_by_the_close_or_refused),
        cmocka_unit_test(pinset_keeps_its_count_with_many_threads),
    };
    return cmocka_run_group_tests_name("pinset_race", tests, NULL, NULL);
}
