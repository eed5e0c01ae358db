/* SPDX-License-Identifier: MIT */
/* hf-test: threaded finalizers timeout=120 */

/*
 * Functions by name where a call is not an ordinary one: on the runner while the runtime ends, and
 * under what moves everything at each crossing.
 */

#include "runtime.h"

#include <string.h>

#if defined(_WIN32)
#define HERE "GetCurrentDirectoryW"
#else
#define HERE "getcwd"
#endif

/* Bytes of the current directory; 0 if anything failed. */
static size_t ask_where(hf_thread *thread)
{
    HF_FRAME(thread);
    hf_result result = HF_RESULT_INIT;
    const hf_function *function = hf_native(thread, HERE);
    if (!function || hf_call(thread, function, &result, HF_NO_ARGS) != HF_OK) {
        return 0;
    }
    return hf_bytes_size(hf_result_out(&result, 0));
}

/* ---- on the runner, behind the beginning of the end ---- */

static const hf_function *found_at_the_end;
static bool was_stopping;
static hf_runtime *ending;

static void ask_in_finalizer(hf_thread *runner, hf_ref object, void *user)
{
    (void)object;
    (void)user;
    was_stopping = hf_runtime_is_stopping(ending);
    found_at_the_end = hf_native(runner, HERE);
}

static void a_finalizer_may_ask_while_the_runtime_ends(void **state)
{
    (void)state;
    hf_thread *thread;
    hf_runtime_end_options options = HF_RUNTIME_END_OPTIONS_INIT;
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    found_at_the_end = NULL;
    was_stopping = false;
    options.live = HF_LIVE_RUN;
    assert_int_equal(hf_runtime_create(NULL, &ending), HF_OK);
    assert_int_equal(hf_thread_attach(ending, &thread), HF_OK);
    {
        HF_FRAME(thread);
        hf_ref object = hf_local(thread);
        assert_int_equal(hf_bytes_create(thread, 8, object), HF_OK);
        assert_int_equal(hf_finalizer_set(thread, object, ask_in_finalizer, NULL), HF_OK);
    }
    assert_int_equal(hf_thread_detach(thread), HF_OK);
    assert_int_equal(hf_runtime_end(ending, &options, &leaks), HF_OK);
    assert_true(was_stopping);
    assert_non_null(found_at_the_end); /* bound for it, so late */
    assert_int_equal(leaks.functions, 0);
}

/* ---- where everything moves ---- */

static void the_same_comes_back_where_everything_moves(void **state)
{
    (void)state;
    hf_test_runtime calm, moving;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.stress_every = 1;
    hf_test_begin(&calm, NULL);
    size_t expected = ask_where(calm.thread);
    assert_true(expected > 0);
    hf_test_end(&calm);
    hf_test_begin(&moving, &options);
    for (unsigned i = 0; i < 20; i++) {
        assert_int_equal(ask_where(moving.thread), expected);
    }
    hf_test_end(&moving);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_finalizer_may_ask_while_the_runtime_ends),
        cmocka_unit_test(the_same_comes_back_where_everything_moves),
    };
    return cmocka_run_group_tests_name("catalogue", tests, NULL, NULL);
}
