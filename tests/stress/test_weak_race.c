/* SPDX-License-Identifier: MIT */
/* hf-test: threaded timeout=300 */

/*
 * Four attached threads make, hand over, load and destroy weak references, set and look up
 * ephemerons and ask for identities of objects that come and go, while collections move and free
 * them; a fifth thread, never attached, destroys what it gets hold of.
 *
 * Each object has a number, which is also the offset of the references to it: who loads one sees
 * at once whether it is the right object.
 */

#include "crew.h"
#include "managed.h"

#include "weak/weak.h"

enum { THREADS = 4, PLACES = 16, SIZE = 64 };

typedef struct shared {
    hf_runtime *runtime;
    hf_crew_reports reports;
    hf_global *object[PLACES]; /* a buffer of SIZE that holds the place's number */
    hf_global *table;
    _Atomic(hf_weak *) weak[PLACES]; /* who takes it out owns it */
} shared;

static bool has_number(const hf_slot *ref, size_t number)
{
    uint32_t found = UINT32_MAX;
    return hf_bytes_read(ref, 0, &found, sizeof found) == HF_OK && found == number;
}

static hf_status object_new(hf_thread *thread, uint32_t number, hf_ref out)
{
    hf_status status = hf_bytes_create(thread, SIZE, out);
    return status == HF_OK ? hf_bytes_write(out, 0, &number, sizeof number) : status;
}

static void replace(hf_crew_member *me, hf_thread *thread, uint32_t number)
{
    shared *s = me->user;
    HF_FRAME(thread);
    hf_ref object = hf_local(thread);
    HF_CREW_CHECK(me, object_new(thread, number, object) == HF_OK);
    HF_CREW_CHECK(me, hf_global_store(thread, s->object[number], object) == HF_OK);
}

static void check_weak(hf_crew_member *me, hf_thread *thread, const hf_weak *weak, hf_ref out)
{
    HF_CREW_CHECK(me, hf_weak_load(thread, weak, out) == HF_OK);
    if (!hf_is_null(out)) {
        HF_CREW_CHECK(me, has_number(out, hf_weak_offset(weak)));
        me->work++;
    }
}

/* Makes a reference twice, loads it, and leaves one of the two to whoever comes. */
static void hand_over(hf_crew_member *me, hf_thread *thread, uint32_t number, hf_weak_kind kind)
{
    shared *s = me->user;
    hf_weak *first = NULL;
    hf_weak *second = NULL;
    HF_FRAME(thread);
    hf_ref object = hf_local(thread);
    hf_ref found = hf_local(thread);
    HF_CREW_CHECK(me, hf_global_load(s->object[number], object) == HF_OK);
    if (hf_is_null(object)) {
        return;
    }
    HF_CREW_CHECK(me, hf_weak_create_inside(thread, object, number, kind, &first) == HF_OK);
    (void)hf_safepoint(thread);
    HF_CREW_CHECK(me, hf_weak_create_inside(thread, object, number, kind, &second) == HF_OK);
    HF_CREW_CHECK(me, hf_weak_equal(first, second));
    check_weak(me, thread, first, found);
    HF_CREW_CHECK(me, hf_same(found, object));
    HF_CREW_CHECK(me, hf_weak_destroy(first) == HF_OK);
    hf_weak *old = atomic_exchange(&s->weak[number], second);
    if (old) {
        check_weak(me, thread, old, found);
    }
    HF_CREW_CHECK(me, hf_weak_destroy(old) == HF_OK);
}

static void use_table(hf_crew_member *me, hf_thread *thread, uint32_t number, bool is_set)
{
    shared *s = me->user;
    HF_FRAME(thread);
    hf_ref table = hf_local(thread);
    hf_ref key = hf_local(thread);
    hf_ref value = hf_local(thread);
    HF_CREW_CHECK(me, hf_global_load(s->table, table) == HF_OK);
    HF_CREW_CHECK(me, hf_global_load(s->object[number], key) == HF_OK);
    if (hf_is_null(key)) {
        return;
    }
    if (is_set) {
        HF_CREW_CHECK(me, object_new(thread, number, value) == HF_OK);
        HF_CREW_CHECK(me, hf_ephemeron_set(thread, table, key, value) == HF_OK);
        return;
    }
    hf_status status = hf_ephemeron_get(thread, table, key, value);
    HF_CREW_CHECK(me, status == HF_OK || status == HF_E_NOT_FOUND);
    HF_CREW_CHECK(me, status != HF_OK || has_number(value, number));
    if (number % 4 == 0) {
        status = hf_ephemeron_remove(thread, table, key);
        HF_CREW_CHECK(me, status == HF_OK || status == HF_E_NOT_FOUND);
    }
}

static void ask_identity(hf_crew_member *me, hf_thread *thread, uint32_t number)
{
    shared *s = me->user;
    uint64_t first = 0;
    uint64_t second = 0;
    HF_FRAME(thread);
    hf_ref object = hf_local(thread);
    HF_CREW_CHECK(me, hf_global_load(s->object[number], object) == HF_OK);
    if (hf_is_null(object)) {
        return;
    }
    HF_CREW_CHECK(me, hf_identity(thread, object, &first) == HF_OK);
    (void)hf_safepoint(thread);
    HF_CREW_CHECK(me, hf_identity(thread, object, &second) == HF_OK);
    HF_CREW_CHECK(me, first == second && first != 0);
}

static void step(hf_crew_member *me, hf_thread *thread, uint32_t number, uint32_t choice)
{
    shared *s = me->user;
    switch (choice) {
    case 0:
        replace(me, thread, number);
        break;
    case 1:
        HF_CREW_CHECK(me, hf_global_store(thread, s->object[number], NULL) == HF_OK);
        break;
    case 2:
    case 3:
        use_table(me, thread, number, choice == 2);
        break;
    case 4:
        ask_identity(me, thread, number);
        break;
    default:
        hand_over(me, thread, number, choice % 2 ? HF_WEAK_SHORT : HF_WEAK_LONG);
        break;
    }
}

static void work(hf_crew_member *me)
{
    shared *s = me->user;
    hf_thread *thread;
    if (!HF_CREW_CHECK(me, hf_thread_attach(s->runtime, &thread) == HF_OK)) {
        return;
    }
    uint64_t seed = 4711 + me->index;
    uint64_t rounds = managed_rounds(200000, 1000);
    for (uint64_t i = 0; i < rounds; i++) {
        uint32_t number = managed_random(&seed) % PLACES;
        step(me, thread, number, managed_random(&seed) % 10);
        (void)hf_safepoint(thread);
        if (i % 128 == me->index) {
            HF_CREW_CHECK(me, hf_collect(thread) == HF_OK);
        }
    }
    HF_CREW_CHECK(me, hf_thread_detach(thread) == HF_OK);
}

/* Not attached. */
static void snatch(hf_crew_member *me)
{
    shared *s = me->user;
    for (unsigned i = 0; !hf_crew_is_over(me); i++) {
        hf_weak *weak = atomic_exchange(&s->weak[i % PLACES], NULL);
        HF_CREW_CHECK(me, !weak || hf_weak_offset(weak) == i % PLACES);
        HF_CREW_CHECK(me, hf_weak_destroy(weak) == HF_OK);
        me->work += weak != NULL;
        hfp_thread_yield();
    }
}

static void begin(shared *s)
{
    hf_thread *thread;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.report = hf_crew_report;
    options.report_user = &s->reports;
    assert_int_equal(hf_runtime_create(&options, &s->runtime), HF_OK);
    assert_int_equal(hf_thread_attach(s->runtime, &thread), HF_OK);
    {
        HF_FRAME(thread);
        hf_ref table = hf_local(thread);
        assert_int_equal(hf_ephemerons_create(thread, table), HF_OK);
        assert_int_equal(hf_global_create(thread, table, &s->table), HF_OK);
        for (unsigned i = 0; i < PLACES; i++) {
            assert_int_equal(hf_global_create(thread, NULL, &s->object[i]), HF_OK);
        }
    }
    assert_int_equal(hf_thread_detach(thread), HF_OK);
}

/* Everything goes, and so does every record. */
static void end(shared *s)
{
    hf_thread *thread;
    assert_int_equal(hf_thread_attach(s->runtime, &thread), HF_OK);
    for (unsigned i = 0; i < PLACES; i++) {
        assert_int_equal(hf_weak_destroy(atomic_load(&s->weak[i])), HF_OK);
        hf_global_destroy(thread, s->object[i]);
    }
    assert_int_equal(hf_heap_check(thread), HF_OK);
    hf_global_destroy(thread, s->table);
    assert_int_equal(hf_collect(thread), HF_OK);
    assert_int_equal(hfi_weaks_figures_get(hfi_parts_of(s->runtime)->weaks).known, 0);
    assert_int_equal(hf_thread_detach(thread), HF_OK);
    hf_runtime_destroy(s->runtime, NULL);
    assert_int_equal(atomic_load(&s->reports.count), 0);
}

static void weak_references_are_right_on_many_threads_while_collections_run(void **state)
{
    (void)state;
    static shared s;
    static hf_crew crew;
    static hf_crew thief;
    begin(&s);

    hf_crew_start(&thief, 1, snatch, &s);
    hf_crew_start(&crew, THREADS, work, &s);
    hf_crew_join(&crew);
    hf_crew_end(&thief);

    uint64_t loads = 0;
    for (unsigned i = 0; i < THREADS; i++) {
        loads += crew.member[i].work;
    }
    assert_true(loads > 0);
    assert_true(thief.member[0].work > 0);
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weak_references_are_right_on_many_threads_while_collections_run),
    };
    return cmocka_run_group_tests_name("weak_race", tests, NULL, NULL);
}
