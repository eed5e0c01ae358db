/* SPDX-License-Identifier: MIT */

/*
 * The caller's policy: how a call grows, how long it may take, what it remembers, and how its text
 * comes back.  Whatever of it makes no sense is refused when the function is bound.
 */

#include "runtime.h"

#include "base/alloc.h"
#include "platform/platform.h"

#include <stdio.h>
#include <string.h>

#define OFFERS 32

/* What the callee has, and what it was offered. */
static struct {
    unsigned calls;
    uint32_t offer[OFFERS];
    uint32_t size;
    uint32_t says;     /* its need; 0: nothing */
    uint32_t sleep_ms; /* before each answer */
} that;

static void start(uint32_t size, uint32_t says)
{
    memset(&that, 0, sizeof that);
    that.size = size;
    that.says = says;
}

static int give(uint8_t *buffer, uint32_t size, uint32_t *used)
{
    if (that.calls < OFFERS) {
        that.offer[that.calls] = size;
    }
    that.calls++;
    if (that.sleep_ms) {
        hfp_sleep_ns(that.sleep_ms * UINT64_C(1000000));
    }
    *used = size < that.size ? that.says : that.size;
    if (size < that.size) {
        return 122;
    }
    memset(buffer, 'x', that.size);
    return 0;
}

#define GIVE(room, roles)                                                                          \
    "int give(uint8_t *buffer {out" room "}, uint32_t size {capacity(buffer)},"                    \
    " uint32_t *used {out, needed(buffer), length(buffer)})"                                       \
    " {fail(result != 0), error(result), grow(error == 122)" roles "}"

static hf_function *bind(hf_test_runtime *t, const char *text, const hf_function_options *given)
{
    hf_function_options options = *given;
    int (*function)(uint8_t *, uint32_t, uint32_t *) = give;
    memcpy(&options.address, &function, sizeof function);
    return hf_test_bind_with(t, text, &options);
}

static void policy_grows_by_the_percentage_it_is_given(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    static const uint32_t growth[] = { 0, 110, 150, 200, 1000, UINT32_MAX };
    static const uint32_t second[] = { 151, 111, 151, 201, 1001, 5000 };
    static const unsigned calls[] = { 11, 44, 11, 7, 3, 2 };
    for (unsigned i = 0; i < sizeof growth / sizeof growth[0]; i++) {
        hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
        options.growth = growth[i];
        options.first_bytes = 100;
        options.tries_max = 100;
        options.bytes_max = 5000;
        hf_function *function = bind(t, GIVE("", ""), &options);
        start(5000, 0);
        assert_int_equal(hf_call(t->thread, function, &result, HF_NO_ARGS), HF_OK);
        assert_int_equal(that.offer[1], second[i]);
        assert_true(that.calls <= calls[i] + 2 && that.calls >= 2);
        assert_int_equal(result.attempts, that.calls);
    }
}

static void policy_adds_slack_to_what_is_needed(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.first_bytes = 100;
    options.slack_bytes = 64;
    hf_function *function = bind(t, GIVE("", ""), &options);
    start(1000, 1000);
    assert_int_equal(hf_call(t->thread, function, &result, HF_NO_ARGS), HF_OK);
    assert_int_equal(that.offer[1], 1064);
    assert_int_equal(hf_bytes_size(hf_result_out(&result, 0)), 1000);
    start(1000, 0); /* no need is no need with slack either */
    assert_int_equal(hf_call(t->thread, function, &result, HF_NO_ARGS), HF_OK);
    assert_int_equal(that.offer[1], 151);

    options.slack_bytes = UINT64_MAX; /* as far as the bound goes */
    options.bytes_max = 4000;
    start(1000, 1000);
    assert_int_equal(hf_call(t->thread, bind(t, GIVE("", ""), &options), &result, HF_NO_ARGS),
                     HF_OK);
    assert_int_equal(that.offer[1], 4000);
}

static void policy_ends_a_call_that_takes_too_long(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.first_bytes = 1;
    options.time_max_ns = 30000000;
    hf_function *function = bind(t, GIVE("", ""), &options);
    start(1000000, 0);
    that.sleep_ms = 20;
    assert_int_equal(hf_call(t->thread, function, &result, HF_NO_ARGS), HF_E_TIMEOUT);
    hf_test_expect_report(t, HF_E_TIMEOUT, "give", NULL);
    assert_in_range(that.calls, 1, 2);
    assert_int_equal(result.attempts, that.calls);
    assert_true(hf_is_null(hf_result_out(&result, 0)));

    start(1, 0); /* late, but done */
    that.sleep_ms = 40;
    assert_int_equal(hf_call(t->thread, function, &result, HF_NO_ARGS), HF_OK);

    function = bind(t, GIVE("", ", transient(error == 122)"), &options); /* repeats take time too */
    start(1000, 0);
    that.sleep_ms = 20;
    assert_int_equal(hf_call(t->thread, function, &result, HF_NO_ARGS), HF_E_TIMEOUT);
    hf_test_expect_report(t, HF_E_TIMEOUT, "give", NULL);
}

static uint32_t first_offer(hf_test_runtime *t, const hf_function *function, uint32_t size)
{
    hf_result result = HF_RESULT_INIT;
    start(size, size);
    assert_int_equal(hf_call(t->thread, function, &result, HF_NO_ARGS), HF_OK);
    return that.offer[0];
}

static void policy_remembers_the_size_that_the_last_call_took(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.remembers = true;
    options.first_bytes = 100;
    hf_function *function = bind(t, GIVE("", ""), &options);
    assert_int_equal(first_offer(t, function, 3000), 100);
    assert_int_equal(first_offer(t, function, 3000), 3000);
    assert_int_equal(that.calls, 1);
    assert_int_equal(first_offer(t, function, 10), 3000);
    assert_int_equal(first_offer(t, function, 10), 1500); /* less than a quarter was used */
    assert_int_equal(first_offer(t, function, 10), 750);

    options.remembers = false;
    function = bind(t, GIVE("", ""), &options);
    assert_int_equal(first_offer(t, function, 3000), 100);
    assert_int_equal(first_offer(t, function, 3000), 100);

    options.remembers = true; /* what it remembers is within its room */
    function = bind(t, GIVE(", room(least 512, multiple 512)", ""), &options);
    assert_int_equal(first_offer(t, function, 3000), 512);
    assert_int_equal(first_offer(t, function, 600), 3072);
    assert_int_equal(first_offer(t, function, 600), 1536);
    assert_int_equal(first_offer(t, function, 10), 1536);
    assert_int_equal(first_offer(t, function, 10), 1024);
    for (unsigned i = 0; i < 10; i++) {
        assert_true(first_offer(t, function, 10) >= 512);
    }
}

static void policy_remembers_nothing_of_a_call_that_failed(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.remembers = true;
    options.bytes_max = 2000;
    hf_function *function = bind(t, GIVE("", ""), &options);
    start(3000, 3000);
    assert_int_equal(hf_call(t->thread, function, &result, HF_NO_ARGS), HF_E_GROW_LIMIT);
    hf_test_expect_report(t, HF_E_GROW_LIMIT, "give", "1 (buffer)");
    assert_int_equal(first_offer(t, function, 10), 256);
}

static void policy_that_makes_no_sense_is_refused(void **state)
{
    hf_test_runtime *t = *state;
    int64_t live = hfi_alloc_live();
    hf_function *function = NULL;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    int (*address)(uint8_t *, uint32_t, uint32_t *) = give;
    memcpy(&options.address, &address, sizeof address);
    static const uint32_t growth[] = { 1, 100, 109 };
    for (unsigned i = 0; i < sizeof growth / sizeof growth[0]; i++) {
        options.growth = growth[i];
        assert_int_equal(hf_function_bind_with(t->thread, NULL, GIVE("", ""), &options, &function),
                         HF_E_OPTIONS);
        hf_test_expect_report(t, HF_E_OPTIONS, "hf_function_bind", "options->growth");
    }
    options.growth = 0;
    options.texts = (hf_text_form)2;
    assert_int_equal(hf_function_bind_with(t->thread, NULL, GIVE("", ""), &options, &function),
                     HF_E_OPTIONS);
    hf_test_expect_report(t, HF_E_OPTIONS, "hf_function_bind", "options->texts");
    options.texts = HF_TEXTS_AS_FILLED;
    options.slack_bytes = 1;
    assert_int_equal(
        hf_function_bind_with(t->thread, NULL, GIVE(", room(exact)", ""), &options, &function),
        HF_E_OPTIONS);
    hf_test_expect_report(t, HF_E_OPTIONS, "give", "buffer");
    assert_null(function);
    assert_int_equal(hfi_alloc_live(), live);
}

static void policy_survives_every_failure_of_memory(void **state)
{
    hf_test_runtime *t = *state;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    int (*address)(uint8_t *, uint32_t, uint32_t *) = give;
    memcpy(&options.address, &address, sizeof address);
    options.remembers = true;
    hf_status status = HF_E_NOMEM;
    for (uint64_t nth = 1; nth < 100 && status != HF_OK; nth++) {
        hf_function *function = NULL;
        int64_t live = hfi_alloc_live();
        hfi_fault_arm(nth, 1);
        status = hf_function_bind_with(t->thread, NULL, GIVE("", ""), &options, &function);
        (void)hfi_fault_disarm();
        assert_true(status == HF_OK || status == HF_E_NOMEM);
        hf_function_destroy(function);
        assert_int_equal(hfi_alloc_live(), live);
    }
    assert_int_equal(status, HF_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(policy_grows_by_the_percentage_it_is_given),
        TEST(policy_adds_slack_to_what_is_needed),
        TEST(policy_ends_a_call_that_takes_too_long),
        TEST(policy_remembers_the_size_that_the_last_call_took),
        TEST(policy_remembers_nothing_of_a_call_that_failed),
        TEST(policy_that_makes_no_sense_is_refused),
        TEST(policy_survives_every_failure_of_memory),
    };
    return cmocka_run_group_tests_name("boundary_retry_policy", tests, NULL, NULL);
}
