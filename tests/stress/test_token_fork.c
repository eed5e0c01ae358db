/* SPDX-License-Identifier: MIT */
/* hf-test: posix threaded timeout=60 */

/*
 * Tokens over a fork: in the child what was under way is abandoned and stays pinned, what was not
 * goes on; the parent's operation ends as if nothing had been.
 */

#include "child.h"
#include "crew.h"
#include "hf_test.h"

#include <holdfast.h>

#include <string.h>

#define NS_PER_MS UINT64_C(1000000)

static hf_runtime *runtime;
static hf_thread *self;
static hf_crew_reports reports;
static hf_token *under_way, *fresh;
static hf_ref buffer, loose;
static hf_span span;

static uintptr_t address_of(hf_ref ref)
{
    return ref->word_;
}

static void use_tokens_in_the_child(void)
{
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    HF_CHILD_CHECK(hf_token_wait(self, under_way, 0) == HF_E_FORKED);
    HF_CHILD_CHECK(hf_runtime_after_fork(runtime) == HF_OK);
    HF_CHILD_CHECK(hf_token_state_get(under_way) == HF_TOKEN_ABANDONED);
    HF_CHILD_CHECK(hf_token_wait(self, under_way, UINT64_MAX) == HF_E_FORKED);
    HF_CHILD_CHECK(hf_token_cancel(self, under_way) == HF_E_FORKED);
    HF_CHILD_CHECK(hf_token_destroy(self, under_way) == HF_E_FORKED);

    uintptr_t pinned = address_of(buffer), free = address_of(loose);
    HF_CHILD_CHECK(hf_collect(self) == HF_OK);
    HF_CHILD_CHECK(address_of(buffer) == pinned);
    HF_CHILD_CHECK(address_of(loose) != free);
    memset(span.data, 1, span.size);

    HF_CHILD_CHECK(hf_token_submit(fresh) == HF_OK);
    HF_CHILD_CHECK(hf_token_complete(fresh, 1, 0) == HF_OK);
    HF_CHILD_CHECK(hf_token_wait(self, fresh, UINT64_MAX) == HF_OK);
    HF_CHILD_CHECK(hf_token_destroy(self, fresh) == HF_OK);
    HF_CHILD_CHECK(hf_thread_detach(self) == HF_OK); /* ends a frame, which is reported */
    unsigned before = atomic_load(&reports.count);
    hf_runtime_destroy(runtime, &leaks);
    HF_CHILD_CHECK(leaks.tokens == 1 && leaks.pins == 1);
    HF_CHILD_CHECK(atomic_load(&reports.count) == before + 2);
}

static void fill(void)
{
    buffer = hf_local(self);
    loose = hf_local(self);
    assert_int_equal(hf_bytes_create(self, 100, buffer), HF_OK);
    assert_int_equal(hf_bytes_create(self, 100, loose), HF_OK);
    assert_int_equal(hf_token_create(self, NULL, &under_way), HF_OK);
    assert_int_equal(hf_token_create(self, NULL, &fresh), HF_OK);
    assert_int_equal(hf_token_lend(self, under_way, buffer, 0, 100, &span), HF_OK);
    assert_int_equal(hf_token_submit(under_way), HF_OK);
}

/* Waits for the token that the parent completes, and is lost in the child while it waits. */
static void wait_for_it(hf_crew_member *me)
{
    hf_thread *thread;
    HF_CREW_CHECK(me, hf_thread_attach(runtime, &thread) == HF_OK);
    HF_CREW_CHECK(me, hf_token_wait(thread, under_way, UINT64_MAX) == HF_OK);
    HF_CREW_CHECK(me, hf_thread_detach(thread) == HF_OK);
}

static void token_under_way_is_abandoned_in_the_child_of_a_fork(void **state)
{
    (void)state;
    hf_crew crew = { 0 };
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.report = hf_crew_report;
    options.report_user = &reports;
    assert_int_equal(hf_runtime_create(&options, &runtime), HF_OK);
    assert_int_equal(hf_thread_attach(runtime, &self), HF_OK);
    hf_frame frame;
    assert_int_equal(hf_frame_begin(self, &frame, HF_SITE), HF_OK);
    fill();
    hf_crew_start(&crew, 1, wait_for_it, NULL);
    assert_int_equal(hf_native_begin(self), HF_OK);
    hfp_sleep_ns(20 * NS_PER_MS);
    assert_int_equal(hf_native_end(self, NULL), HF_OK);

    pid_t pid = fork();
    if (pid == 0) {
        alarm(HF_CHILD_HANGS_AFTER_S);
        use_tokens_in_the_child();
        _exit(0);
    }
    assert_int_equal(hf_native_begin(self), HF_OK);
    int how = -1;
    assert_int_equal(waitpid(pid, &how, 0), pid);
    assert_int_equal(how, 0);
    assert_int_equal(hf_native_end(self, NULL), HF_OK);

    assert_int_equal(hf_token_state_get(under_way), HF_TOKEN_SUBMITTED);
    assert_int_equal(hf_token_complete(under_way, 100, 0), HF_OK);
    assert_int_equal(hf_native_begin(self), HF_OK);
    hf_crew_join(&crew);
    assert_int_equal(hf_native_end(self, NULL), HF_OK);
    assert_int_equal(hf_token_destroy(self, under_way), HF_OK);
    assert_int_equal(hf_token_destroy(self, fresh), HF_OK);
    hf_frame_end(&frame);
    assert_int_equal(hf_thread_detach(self), HF_OK);
    hf_runtime_destroy(runtime, NULL);
    assert_int_equal(atomic_load(&reports.count), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(token_under_way_is_abandoned_in_the_child_of_a_fork),
    };
    /* The thread sanitizer lets the child of a threaded process start no threads, and this child
     * goes on as if it were the parent. */
    return HF_UNDER_TSAN ? 77 : cmocka_run_group_tests_name("token_fork", tests, NULL, NULL);
}
