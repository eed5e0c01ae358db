/* SPDX-License-Identifier: MIT */
/* hf-test: threaded timeout=120 */

/*
 * The contract of platform.h for threads, per-thread words, locks, conditions and
 * the barrier.  Workers write verdicts down; assertions are made on
 * the test's own thread after it has joined them.
 */

#include "hf_test.h"

#include "platform/platform.h"

#include <stdatomic.h>
#include <string.h>

#define NS_PER_MS UINT64_C(1000000)
#define CREW      4

/* ---- threads ---- */

typedef struct visit {
    uint64_t self;
    uintptr_t low;
    uintptr_t high;
    uintptr_t local;
    hf_status stack_status;
} visit;

static void look_around(void *user)
{
    visit *seen = user;
    seen->self = hfp_thread_self();
    seen->local = (uintptr_t)&seen;
    seen->stack_status = hfp_thread_stack(&seen->low, &seen->high);
}

static void thread_runs_its_function_and_has_a_stack_and_number_of_its_own(void **state)
{
    (void)state;
    hfp_thread threads[CREW];
    visit visits[CREW] = { 0 };
    for (size_t i = 0; i < CREW; i++) {
        assert_int_equal(
            hfp_thread_start(&threads[i], "a name longer than fits", look_around, &visits[i]),
            HF_OK);
    }
    for (size_t i = 0; i < CREW; i++) {
        hfp_thread_join(&threads[i]);
    }

    for (size_t i = 0; i < CREW; i++) {
        assert_true(visits[i].self != 0 && visits[i].self != hfp_thread_self());
        assert_int_equal(visits[i].stack_status, HF_OK);
        assert_true(visits[i].low < visits[i].high);
    }
}

static void thread_stack_holds_the_locals_of_the_calling_thread(void **state)
{
    (void)state;
    visit here = { 0 };
    look_around(&here);

    assert_int_equal(here.stack_status, HF_OK);
    /* With a checker that moves locals to the heap the address says nothing. */
    const uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
    assert_true(here.low < frame && frame < here.high);
    assert_true(here.high - here.low >= 64 * 1024);
}

static void leave_a_mark(void *user)
{
    atomic_store((_Atomic(int) *)user, 1);
}

static void thread_record_may_be_copied_while_the_thread_runs(void **state)
{
    (void)state;
    hfp_thread first;
    _Atomic(int) mark = 0;
    assert_int_equal(hfp_thread_start(&first, "", leave_a_mark, &mark), HF_OK);
    hfp_thread second = first;
    memset(&first, 0x55, sizeof(first));

    hfp_thread_join(&second);

    assert_int_equal(atomic_load(&mark), 1);
}

/* ---- per-thread words ---- */

static _Atomic(unsigned) exits;
static _Atomic(uintptr_t) last_exit;

static void count_exit(void *value)
{
    atomic_fetch_add(&exits, 1);
    atomic_store(&last_exit, (uintptr_t)value);
}

typedef struct key_use {
    hfp_key *key;
    void *value;     /* set if not NULL, and then replaced once */
    bool gives_back; /* sets it to NULL before it ends */
    bool was_null_at_first;
    bool was_own;
} key_use;

static void use_key(void *user)
{
    key_use *use = user;
    use->was_null_at_first = hfp_key_get(use->key) == NULL;
    if (use->value) {
        use->was_own = hfp_key_set(use->key, use) == HF_OK && hfp_key_get(use->key) == use &&
                       hfp_key_set(use->key, use->value) == HF_OK &&
                       hfp_key_get(use->key) == use->value;
    }
    if (use->gives_back) {
        use->was_own = use->was_own && hfp_key_set(use->key, NULL) == HF_OK;
    }
}

static void run_one(hfp_thread_fn run, void *user)
{
    hfp_thread thread;
    assert_int_equal(hfp_thread_start(&thread, "hf-one", run, user), HF_OK);
    hfp_thread_join(&thread);
}

static void key_at_exit_gets_the_word_of_a_thread_that_ends(void **state)
{
    (void)state;
    hfp_key key;
    int target = 0;
    atomic_store(&exits, 0);
    assert_int_equal(hfp_key_create(&key, count_exit), HF_OK);
    assert_int_equal(hfp_key_set(&key, &key), HF_OK);

    key_use sets = { .key = &key, .value = &target };
    run_one(use_key, &sets);
    assert_true(sets.was_null_at_first && sets.was_own);
    assert_int_equal(atomic_load(&exits), 1);
    assert_true(atomic_load(&last_exit) == (uintptr_t)&target);

    key_use only_looks = { .key = &key };
    run_one(use_key, &only_looks);
    key_use gives_back = { .key = &key, .value = &target, .gives_back = true };
    run_one(use_key, &gives_back);
    assert_true(only_looks.was_null_at_first && gives_back.was_own);
    assert_int_equal(atomic_load(&exits), 1);

    assert_ptr_equal(hfp_key_get(&key), &key);
    assert_int_equal(hfp_key_set(&key, NULL), HF_OK);
    hfp_key_delete(&key);
}

static void key_delete_calls_nothing(void **state)
{
    (void)state;
    hfp_key key;
    atomic_store(&exits, 0);
    assert_int_equal(hfp_key_create(&key, count_exit), HF_OK);
    assert_int_equal(hfp_key_set(&key, &key), HF_OK);

    hfp_key_delete(&key);

    assert_int_equal(atomic_load(&exits), 0);
}

static void key_without_exit_function_is_a_plain_word(void **state)
{
    (void)state;
    hfp_key key;
    int target = 0;
    assert_int_equal(hfp_key_create(&key, NULL), HF_OK);

    key_use sets = { .key = &key, .value = &target };
    run_one(use_key, &sets);

    assert_true(sets.was_null_at_first && sets.was_own);
    hfp_key_delete(&key);
}

static void key_create_says_no_memory_when_the_system_has_no_more(void **state)
{
    (void)state;
    static hfp_key keys[8192];
    size_t count = 0;
    hf_status status = HF_OK;
    while (count < 8192 && status == HF_OK) {
        status = hfp_key_create(&keys[count], NULL);
        count += status == HF_OK;
    }

    for (size_t i = 0; i < count; i++) {
        hfp_key_delete(&keys[i]);
    }
    assert_int_equal(status, HF_E_NOMEM);
    assert_true(count >= 64);
    assert_int_equal(hfp_key_create(&keys[0], NULL), HF_OK);
    hfp_key_delete(&keys[0]);
}

/* ---- mutexes ---- */

static hfp_mutex static_mutex = HFP_MUTEX_INIT;
static unsigned guarded; /* lock: static_mutex */

static void count_under_lock(void *user)
{
    (void)user;
    for (unsigned i = 0; i < 5000; i++) {
        hfp_mutex_lock(&static_mutex);
        const unsigned seen = guarded;
        if (i % 512 == 0) {
            hfp_thread_yield();
        }
        guarded = seen + 1;
        hfp_mutex_unlock(&static_mutex);
    }
}

static void mutex_lets_one_thread_in_at_a_time(void **state)
{
    (void)state;
    hfp_thread threads[CREW];
    for (size_t i = 0; i < CREW; i++) {
        assert_int_equal(hfp_thread_start(&threads[i], "hf-count", count_under_lock, NULL), HF_OK);
    }
    for (size_t i = 0; i < CREW; i++) {
        hfp_thread_join(&threads[i]);
    }
    assert_int_equal(guarded, CREW * 5000);
}

typedef struct attempt {
    hfp_mutex *mutex;
    bool succeeded;
} attempt;

static void try_and_give_back(void *user)
{
    attempt *tried = user;
    tried->succeeded = hfp_mutex_try_lock(tried->mutex);
    if (tried->succeeded) {
        hfp_mutex_unlock(tried->mutex);
    }
}

static void mutex_try_lock_declines_while_another_thread_holds_it(void **state)
{
    (void)state;
    hfp_mutex mutex;
    hfp_mutex_init(&mutex);
    attempt while_held = { .mutex = &mutex };
    attempt while_free = { .mutex = &mutex };

    hfp_mutex_lock(&mutex);
    run_one(try_and_give_back, &while_held);
    hfp_mutex_unlock(&mutex);
    run_one(try_and_give_back, &while_free);

    assert_false(while_held.succeeded);
    assert_true(while_free.succeeded);
    hfp_mutex_finish(&mutex);
}

/* ---- conditions ---- */

typedef struct meeting {
    hfp_mutex mutex;
    hfp_cond cond;
    unsigned waiting; /* lock: mutex */
    unsigned tickets; /* lock: mutex */
    unsigned served;  /* lock: mutex */
    uint64_t deadline_ns;
} meeting;

static void wait_for_ticket(void *user)
{
    meeting *m = user;
    hfp_mutex_lock(&m->mutex);
    m->waiting++;
    bool in_time = true;
    while (m->tickets == 0 && in_time) {
        in_time = hfp_cond_wait(&m->cond, &m->mutex, m->deadline_ns);
    }
    if (m->tickets > 0) {
        m->tickets--;
        m->served++;
    }
    hfp_mutex_unlock(&m->mutex);
}

/* Starts the crew, waits until all wait, hands out tickets, wakes, and gives how many were served.
 */
static unsigned hold_meeting(uint64_t deadline_ns, bool all_at_once)
{
    meeting m = { .deadline_ns = deadline_ns };
    hfp_thread threads[CREW];
    hfp_mutex_init(&m.mutex);
    hfp_cond_init(&m.cond);
    for (size_t i = 0; i < CREW; i++) {
        assert_int_equal(hfp_thread_start(&threads[i], "hf-wait", wait_for_ticket, &m), HF_OK);
    }
    for (bool all_wait = false; !all_wait;) {
        hfp_mutex_lock(&m.mutex);
        all_wait = m.waiting == CREW;
        m.tickets = all_wait && all_at_once ? CREW : 0;
        hfp_mutex_unlock(&m.mutex);
    }
    if (all_at_once) {
        hfp_cond_wake_all(&m.cond);
    }
    for (size_t i = 0; i < CREW && !all_at_once; i++) {
        hfp_mutex_lock(&m.mutex);
        m.tickets++;
        hfp_mutex_unlock(&m.mutex);
        hfp_cond_wake_one(&m.cond);
    }
    for (size_t i = 0; i < CREW; i++) {
        hfp_thread_join(&threads[i]);
    }
    hfp_cond_finish(&m.cond);
    hfp_mutex_finish(&m.mutex);
    return m.served;
}

static void cond_wake_all_wakes_everyone(void **state)
{
    (void)state;
    assert_int_equal(hold_meeting(HFP_FOREVER, true), CREW);
}

static void cond_wake_one_wakes_one_for_each_ticket(void **state)
{
    (void)state;
    assert_int_equal(hold_meeting(HFP_FOREVER, false), CREW);
    assert_int_equal(hold_meeting(hfp_clock_ns() + 60000 * NS_PER_MS, false), CREW);
}

static void cond_wait_ends_at_its_deadline_and_not_before(void **state)
{
    (void)state;
    hfp_mutex mutex;
    hfp_cond cond;
    hfp_mutex_init(&mutex);
    hfp_cond_init(&cond);
    hfp_mutex_lock(&mutex);

    static const uint64_t waits_ns[] = { 1, 300000, 1500000, 20 * NS_PER_MS };
    for (size_t i = 0; i < sizeof(waits_ns) / sizeof(waits_ns[0]); i++) {
        const uint64_t deadline = hfp_clock_ns() + waits_ns[i];
        while (hfp_cond_wait(&cond, &mutex, deadline)) {
            /* woken for nothing */
        }
        const uint64_t late = hfp_clock_ns();
        assert_true(late >= deadline);
        assert_true(late - deadline < 5000 * NS_PER_MS);
    }

    attempt while_held = { .mutex = &mutex };
    run_one(try_and_give_back, &while_held);
    assert_false(while_held.succeeded); /* the wait gave the mutex back to us */
    hfp_mutex_unlock(&mutex);
    hfp_cond_finish(&cond);
    hfp_mutex_finish(&mutex);
}

static void cond_wait_comes_back_at_once_when_the_deadline_is_past(void **state)
{
    (void)state;
    hfp_mutex mutex;
    hfp_cond cond;
    hfp_mutex_init(&mutex);
    hfp_cond_init(&cond);
    hfp_mutex_lock(&mutex);

    while (hfp_cond_wait(&cond, &mutex, 0)) {
        /* woken for nothing */
    }

    hfp_mutex_unlock(&mutex);
    hfp_cond_finish(&cond);
    hfp_mutex_finish(&mutex);
}

/* ---- the barrier ---- */

/*
 * The mutator stores and then looks, with nothing between them but the
 * compiler's order; the collector stores, fences everybody, and looks.  If the
 * fence works, at least one of them sees the other.
 */
typedef struct litmus {
    _Atomic(unsigned) round; /* release: starts a round */
    _Atomic(unsigned) done;
    _Atomic(unsigned) mutator;
    char apart[128];
    _Atomic(unsigned) collector;
    unsigned rounds;
    _Atomic(unsigned) mutator_saw; /* what it read of `collector` */
} litmus;

static void mutate(void *user)
{
    litmus *test = user;
    for (unsigned i = 1; i <= test->rounds; i++) {
        while (atomic_load_explicit(&test->round, memory_order_acquire) < i) {
            /* the other side starts within a fence's time */
        }
        atomic_store_explicit(&test->mutator, i, memory_order_relaxed);
        atomic_signal_fence(memory_order_seq_cst);
        const unsigned saw = atomic_load_explicit(&test->collector, memory_order_relaxed);
        atomic_store_explicit(&test->mutator_saw, saw, memory_order_relaxed);
        atomic_store_explicit(&test->done, i, memory_order_release);
    }
}

static void barrier_process_orders_a_store_and_a_load_of_another_thread(void **state)
{
    (void)state;
    if (!hfp_features_get()->has_process_barrier) {
        assert_int_equal(hfp_barrier_process(), HF_E_UNSUPPORTED);
        print_message("no process-wide barrier here\n");
        return;
    }
    litmus test = { .rounds = 20000 };
    hfp_thread thread;
    unsigned missed = 0;
    unsigned refused = 0;
    assert_int_equal(hfp_thread_start(&thread, "hf-litmus", mutate, &test), HF_OK);
    for (unsigned i = 1; i <= test.rounds; i++) {
        atomic_store_explicit(&test.round, i, memory_order_release);
        for (volatile unsigned spin = i % 64; spin > 0; spin--) {
            /* meets the other thread at every distance */
        }
        atomic_store_explicit(&test.collector, i, memory_order_relaxed);
        refused += hfp_barrier_process() != HF_OK;
        const unsigned saw = atomic_load_explicit(&test.mutator, memory_order_relaxed);
        while (atomic_load_explicit(&test.done, memory_order_acquire) < i) {
            hfp_thread_yield();
        }
        missed += saw != i && atomic_load_explicit(&test.mutator_saw, memory_order_relaxed) != i;
    }
    hfp_thread_join(&thread);

    assert_int_equal(refused, 0);
    assert_int_equal(missed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(thread_runs_its_function_and_has_a_stack_and_number_of_its_own),
        cmocka_unit_test(thread_stack_holds_the_locals_of_the_calling_thread),
        cmocka_unit_test(thread_record_may_be_copied_while_the_thread_runs),
        cmocka_unit_test(key_at_exit_gets_the_word_of_a_thread_that_ends),
        cmocka_unit_test(key_delete_calls_nothing),
        cmocka_unit_test(key_without_exit_function_is_a_plain_word),
        cmocka_unit_test(key_create_says_no_memory_when_the_system_has_no_more),
        cmocka_unit_test(mutex_lets_one_thread_in_at_a_time),
        cmocka_unit_test(mutex_try_lock_declines_while_another_thread_holds_it),
        cmocka_unit_test(cond_wake_all_wakes_everyone),
        cmocka_unit_test(cond_wake_one_wakes_one_for_each_ticket),
        cmocka_unit_test(cond_wait_ends_at_its_deadline_and_not_before),
        cmocka_unit_test(cond_wait_comes_back_at_once_when_the_deadline_is_past),
        cmocka_unit_test(barrier_process_orders_a_store_and_a_load_of_another_thread),
    };
    return cmocka_run_group_tests_name("platform_threads", tests, NULL, NULL);
}
