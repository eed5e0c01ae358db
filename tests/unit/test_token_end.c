/* SPDX-License-Identifier: MIT */
/* hf-test: threaded timeout=60 */

/*
 * Tokens at their end: waited for, cancelled, abandoned, left behind by the runtime; and that
 * nothing of it comes before the completion.
 */

#include "managed.h"

#include "base/alloc.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_MS UINT64_C(1000000)

static const hf_site here = { "test_token_end.c", 4712 };

/* What the device of these tests does: it completes when it is told to. */
typedef struct device {
    hfp_thread thread;
    bool has_thread;
    hf_token *token;
    bool ignores_cancel;
    uint64_t delay_ns;
    int64_t result;
    _Atomic(int) cancels, harvests, cleanups;
} device;

static void work(void *user)
{
    device *d = user;
    hfp_sleep_ns(d->delay_ns);
    (void)hf_token_complete(d->token, d->result, 0);
}

/* Lets a thread that is not attached complete the token. */
static void start(device *d, hf_token *token, uint64_t delay_ns)
{
    d->token = token;
    d->delay_ns = delay_ns;
    d->has_thread = true;
    assert_int_equal(hfp_thread_start(&d->thread, "device", work, d), HF_OK);
}

static void join(device *d)
{
    if (d->has_thread) {
        hfp_thread_join(&d->thread);
        d->has_thread = false;
    }
}

static hf_status cancel(hf_token *token, void *user)
{
    device *d = user;
    atomic_fetch_add(&d->cancels, 1);
    if (d->ignores_cancel) {
        return HF_E_NATIVE;
    }
    return hf_token_complete(token, -1, 125);
}

static void harvest(hf_token *token, uint64_t wait_ns, void *user)
{
    device *d = user;
    (void)wait_ns;
    if (atomic_fetch_add(&d->harvests, 1) == 3) {
        (void)hf_token_complete(token, 8, 0);
    }
}

static void cleanup(void *user)
{
    device *d = user;
    atomic_fetch_add(&d->cleanups, 1);
}

static hf_token *submit(managed *m, device *d, hf_ref buffer, hf_span *span_out)
{
    hf_token_options options = HF_TOKEN_OPTIONS_INIT;
    options.name = "read";
    options.cancel = cancel;
    options.cleanup = cleanup;
    options.user = d;
    options.cancel_timeout_ns = 20 * NS_PER_MS;
    hf_token *token;
    assert_int_equal(hf_token_create_at(m->thread, &options, &token, here), HF_OK);
    assert_int_equal(hf_bytes_create(m->thread, 100, buffer), HF_OK);
    assert_int_equal(hf_token_lend(m->thread, token, buffer, 0, 100, span_out), HF_OK);
    assert_int_equal(hf_token_submit(token), HF_OK);
    return token;
}

static bool moves(managed *m, const hf_slot *buffer)
{
    uintptr_t before = managed_address(buffer);
    assert_int_equal(hf_collect(m->thread), HF_OK);
    return managed_address(buffer) != before;
}

/* ---- waiting ---- */

static void token_wait_ends_with_the_completion_of_another_thread(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref buffer = hf_local(m.thread);
        hf_span span;
        device d = { .result = 77 };
        hf_token *token = submit(&m, &d, buffer, &span);
        assert_int_equal(hf_token_wait(m.thread, token, NS_PER_MS), HF_E_TIMEOUT);
        start(&d, token, 5 * NS_PER_MS);
        assert_int_equal(hf_token_wait(m.thread, token, UINT64_MAX), HF_OK);
        int64_t result = 0;
        assert_int_equal(hf_token_result(token, &result, NULL), HF_OK);
        assert_int_equal(result, 77);
        assert_int_equal(hf_token_wait(m.thread, token, 0), HF_OK);
        join(&d);
        assert_int_equal(atomic_load(&d.cleanups), 0);
        assert_int_equal(hf_token_destroy(m.thread, token), HF_OK);
        assert_int_equal(atomic_load(&d.cleanups), 1);
        assert_int_equal(atomic_load(&d.cancels), 0);
    }
    managed_end(&m);
}

static void token_wait_lets_the_program_look_for_completions(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        device d = { 0 };
        hf_token_options options = HF_TOKEN_OPTIONS_INIT;
        options.harvest = harvest;
        options.user = &d;
        hf_token *token;
        assert_int_equal(hf_token_create(m.thread, &options, &token), HF_OK);
        assert_int_equal(hf_token_submit(token), HF_OK);
        assert_int_equal(hf_token_wait(m.thread, token, UINT64_MAX), HF_OK);
        assert_int_equal(atomic_load(&d.harvests), 4);
        assert_int_equal(hf_token_destroy(m.thread, token), HF_OK);
    }
    managed_end(&m);
}

static void take_back(void *token)
{
    hfp_sleep_ns(5 * NS_PER_MS);
    (void)hf_token_abort_submit(token);
}

static void token_wait_tells_when_the_submit_is_taken_back(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref buffer = hf_local(m.thread);
        device d = { 0 };
        hf_token *token = submit(&m, &d, buffer, NULL);
        hfp_thread thread;
        assert_int_equal(hfp_thread_start(&thread, "submitter", take_back, token), HF_OK);
        assert_int_equal(hf_token_wait(m.thread, token, UINT64_MAX), HF_E_MISUSE);
        managed_expect(&m, "hf_token_wait", "not submitted");
        hfp_thread_join(&thread);
        assert_false(moves(&m, buffer)); /* lent still, for the next try */
        assert_int_equal(hf_token_submit(token), HF_OK);
        assert_int_equal(hf_token_destroy(m.thread, token), HF_OK);
        assert_int_equal(atomic_load(&d.cancels), 1);
    }
    managed_end(&m);
}

/* ---- destroying ---- */

static void token_destroyed_early_is_cancelled_and_waited_for(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref buffer = hf_local(m.thread);
        device d = { 0 };
        hf_token *token = submit(&m, &d, buffer, NULL);
        assert_false(moves(&m, buffer));
        assert_int_equal(hf_token_destroy(m.thread, token), HF_OK);
        assert_int_equal(atomic_load(&d.cancels), 1);
        assert_int_equal(atomic_load(&d.cleanups), 1);
        assert_true(moves(&m, buffer));
    }
    managed_end(&m);
}

static void token_destroyed_early_waits_for_what_cannot_be_cancelled(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref buffer = hf_local(m.thread);
        device d = { .ignores_cancel = true };
        hf_token_options options = HF_TOKEN_OPTIONS_INIT; /* no cancel function at all */
        options.cleanup = cleanup;
        options.user = &d;
        hf_token *token;
        assert_int_equal(hf_token_create(m.thread, &options, &token), HF_OK);
        assert_int_equal(hf_bytes_create(m.thread, 100, buffer), HF_OK);
        assert_int_equal(hf_token_lend(m.thread, token, buffer, 0, 100, NULL), HF_OK);
        assert_int_equal(hf_token_submit(token), HF_OK);
        assert_int_equal(hf_token_cancel(m.thread, token), HF_E_UNSUPPORTED);
        start(&d, token, 10 * NS_PER_MS);
        assert_int_equal(hf_token_destroy(m.thread, token), HF_OK);
        assert_int_equal(atomic_load(&d.cleanups), 1);
        join(&d);
    }
    managed_end(&m);
}

static void token_that_cannot_be_ended_is_abandoned_until_its_completion(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref buffer = hf_local(m.thread);
        hf_span span;
        device d = { .ignores_cancel = true };
        hf_token *token = submit(&m, &d, buffer, &span);
        assert_int_equal(hf_token_destroy(m.thread, token), HF_E_TIMEOUT);
        managed_report report = managed_expect(&m, "hf_token_destroy", "not completed it");
        assert_int_equal(report.kind, HF_REPORT_LEAK);
        assert_int_equal(report.status, HF_E_TIMEOUT);
        assert_int_equal(report.line, 4712);
        assert_non_null(strstr(report.object, "token read, abandoned, 1 buffers"));
        assert_int_equal(hf_token_state_get(token), HF_TOKEN_ABANDONED);
        assert_int_equal(atomic_load(&d.cleanups), 0);
        assert_false(moves(&m, buffer)); /* never dangling: native code may still write */
        memset(span.data, 9, span.size);
        assert_int_equal(hf_token_submit(token), HF_E_HANDLE);
        managed_expect(&m, "hf_token_submit", "was destroyed");

        start(&d, token, 0);
        join(&d);
        assert_int_equal(hf_token_state_get(token), HF_TOKEN_NONE);
        assert_int_equal(atomic_load(&d.cleanups), 1);
        assert_true(moves(&m, buffer));
        assert_int_equal(hf_token_complete(token, 0, 0), HF_E_HANDLE);
        managed_expect(&m, "hf_token_complete", "has ended");
    }
    managed_end(&m);
}

/* ---- the end of the runtime ---- */

static void token_left_behind_is_reported_and_given_back(void **state)
{
    (void)state;
    for (int is_submitted = 0; is_submitted < 2; is_submitted++) {
        managed m;
        managed_begin(&m, NULL);
        device d = { 0 };
        {
            HF_FRAME(m.thread);
            hf_token *token = submit(&m, &d, hf_local(m.thread), NULL);
            if (!is_submitted) {
                assert_int_equal(hf_token_abort_submit(token), HF_OK);
            }
        }
        managed_close(&m);
        assert_int_equal(m.leaks.tokens, 1);
        assert_int_equal(m.leaks.pins, 0);
        assert_int_equal(atomic_load(&d.cancels), is_submitted);
        assert_int_equal(atomic_load(&d.cleanups), 1);
        managed_report report = managed_expect(&m, "hf_runtime_destroy", "before it was destroyed");
        assert_int_equal(report.kind, HF_REPORT_LEAK);
        assert_int_equal(report.line, 4712);
        assert_int_equal(managed_reports(&m), 0);
        assert_int_equal(hfi_alloc_live(), m.live_at_start);
        hfp_mutex_finish(&m.lock);
    }
}

static void token_under_way_outlives_its_runtime_with_its_memory(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    static device d = { .ignores_cancel = true };
    hf_span span;
    hf_token *token;
    {
        HF_FRAME(m.thread);
        token = submit(&m, &d, hf_local(m.thread), &span);
    }
    managed_close(&m);
    assert_int_equal(m.leaks.tokens, 1);
    assert_int_equal(m.leaks.pins, 1);
    assert_int_equal(managed_expect(&m, "hf_runtime_destroy", "not completed it").line, 4712);
    managed_expect(&m, "hf_runtime_destroy", "pin");
    assert_int_equal(managed_reports(&m), 0);
    assert_int_equal(atomic_load(&d.cancels), 1);
    assert_int_equal(atomic_load(&d.cleanups), 0);
    memset(span.data, 3, span.size); /* the device writes at last */

    start(&d, token, 0); /* and says so, to nobody's harm */
    join(&d);
    assert_int_equal(atomic_load(&d.cleanups), 1);
    assert_int_equal(hf_token_state_get(token), HF_TOKEN_NONE);
    assert_int_equal(managed_reports(&m), 0);
}

typedef struct left_tokens {
    unsigned count;
    char text[4][256];
} left_tokens;

static void note_left(const hf_leftover *left, void *user)
{
    left_tokens *all = user;
    if (strcmp(left->kind, "token") == 0 && all->count < 4) {
        (void)hf_leftover_format(left, all->text[all->count++], sizeof all->text[0]);
    }
}

static void token_left_behind_is_in_the_list_of_what_was_left(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    static device d = { .ignores_cancel = true };
    left_tokens left = { 0 };
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    hf_runtime_end_options options = HF_RUNTIME_END_OPTIONS_INIT;
    hf_token *fresh, *token;
    {
        HF_FRAME(m.thread);
        token = submit(&m, &d, hf_local(m.thread), NULL);
        assert_int_equal(hf_token_create_at(m.thread, NULL, &fresh, here), HF_OK);
    }
    options.leftover = note_left;
    options.leftover_user = &left;
    assert_int_equal(hf_thread_detach(m.thread), HF_OK);
    assert_int_equal(hf_runtime_end(m.runtime, &options, &leaks), HF_OK);
    assert_int_equal(leaks.tokens, 2);
    assert_int_equal(leaks.pins, 1);
    assert_int_equal(left.count, 2);
    assert_non_null(strstr(left.text[0], "token of without a name, new"));
    assert_non_null(strstr(left.text[0], "test_token_end.c:4712"));
    assert_non_null(strstr(left.text[1], "token of read, abandoned, 1 buffers"));
    assert_non_null(strstr(left.text[1], "native code has not completed it"));
    assert_int_equal(hf_token_complete(token, 0, 0), HF_OK);
    hfp_mutex_finish(&m.lock);
}

static void token_is_not_made_when_the_runtime_stops(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    hf_token *token;
    assert_int_equal(hf_token_create(m.thread, NULL, &token), HF_OK);
    assert_int_equal(hf_token_destroy(m.thread, token), HF_OK);
    assert_int_equal(hf_native_begin(m.thread), HF_OK);
    assert_int_equal(hf_token_create(m.thread, NULL, &token), HF_E_DETACHED);
    managed_expect(&m, "hf_token_create", "native state");
    assert_int_equal(hf_native_end(m.thread, NULL), HF_OK);
    managed_end(&m);
}

/* A finalizer that owns a token: its object dies with the runtime. */
static void destroy_token(hf_thread *runner, hf_ref object, void *user)
{
    device *d = user;
    (void)object;
    if (hf_token_destroy(runner, d->token) == HF_OK) {
        atomic_fetch_add(&d->harvests, 1);
    }
}

static void token_can_be_destroyed_by_a_finalizer_that_runs_at_the_end(void **state)
{
    (void)state;
    const char *finalizers = getenv("HOLDFAST_FINALIZERS");
    if (finalizers && strcmp(finalizers, "off") == 0) {
        skip();
    }
    managed m;
    managed_begin(&m, NULL);
    device d = { 0 };
    {
        HF_FRAME(m.thread);
        hf_ref owner = hf_local(m.thread);
        d.token = submit(&m, &d, hf_local(m.thread), NULL);
        assert_int_equal(hf_bytes_create(m.thread, 1, owner), HF_OK);
        assert_int_equal(hf_finalizer_set(m.thread, owner, destroy_token, &d), HF_OK);
    }
    assert_int_equal(hf_collect(m.thread), HF_OK);
    managed_end(&m);
    assert_int_equal(atomic_load(&d.harvests), 1);
    assert_int_equal(atomic_load(&d.cleanups), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(token_wait_ends_with_the_completion_of_another_thread),
        cmocka_unit_test(token_wait_lets_the_program_look_for_completions),
        cmocka_unit_test(token_wait_tells_when_the_submit_is_taken_back),
        cmocka_unit_test(token_destroyed_early_is_cancelled_and_waited_for),
        cmocka_unit_test(token_destroyed_early_waits_for_what_cannot_be_cancelled),
        cmocka_unit_test(token_that_cannot_be_ended_is_abandoned_until_its_completion),
        cmocka_unit_test(token_left_behind_is_reported_and_given_back),
        cmocka_unit_test(token_under_way_outlives_its_runtime_with_its_memory),
        cmocka_unit_test(token_left_behind_is_in_the_list_of_what_was_left),
        cmocka_unit_test(token_is_not_made_when_the_runtime_stops),
        cmocka_unit_test(token_can_be_destroyed_by_a_finalizer_that_runs_at_the_end),
    };
    return cmocka_run_group_tests_name("token_end", tests, NULL, NULL);
}
