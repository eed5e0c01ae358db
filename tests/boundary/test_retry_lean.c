/* SPDX-License-Identifier: MIT */

/*
 * Small results are tried in memory of the stack: nobody can tell, whatever their size is.
 */

#include "runtime.h"

#include "base/alloc.h"
#include "call/function.h"

#include <errno.h>
#include <string.h>

#define OFFERS 64

static struct {
    hf_test_runtime *t;
    const hf_function *nested; /* called again from inside, by a callback; NULL */
    unsigned calls;
    uint32_t offer[OFFERS];
    uint32_t size;
    uint32_t beyond;  /* bytes written behind the capacity */
    bool writes_none; /* says that all is there, and writes nothing */
    uint32_t sum;     /* of what the nested call gave */
} that;

static int give(int16_t key, uint8_t *buffer, uint32_t size, uint32_t *used, void *add)
{
    int (*inner)(void) = NULL;
    if (that.calls < OFFERS) {
        that.offer[that.calls] = size;
    }
    that.calls++;
    *used = that.size;
    if (size < that.size) {
        memset(buffer, 0xee, size); /* dirt for the next try */
        return 122;
    }
    if (that.writes_none) {
        return 0;
    }
    for (uint32_t i = 0; i < that.size; i++) {
        buffer[i] = (uint8_t)((int)i + key);
    }
    memset(buffer + size, 'x', that.beyond);
    memcpy(&inner, &add, sizeof inner);
    return inner ? inner() : 0;
}

#define GIVE(name, room)                                                                           \
    "int " name "(int16_t key, uint8_t *buffer {out" room "}, uint32_t size {capacity(buffer)},"   \
    " uint32_t *used {out, needed(buffer), length(buffer)}, void *add {raw})"                      \
    " {fail(result != 0), error(result), grow(error == 122)}"

static hf_function *bind(hf_test_runtime *t, const char *text, uint64_t first)
{
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    int (*function)(int16_t, uint8_t *, uint32_t, uint32_t *, void *) = give;
    memcpy(&options.address, &function, sizeof function);
    options.first_bytes = first;
    memset(&that, 0, sizeof that);
    that.t = t;
    return hf_test_bind_with(t, text, &options);
}

static bool holds(hf_ref out, uint32_t size, int key)
{
    uint8_t bytes[4096];
    bool same = hf_bytes_size(out) == size && size <= sizeof bytes &&
                hf_bytes_read(out, 0, bytes, size) == HF_OK;
    for (uint32_t i = 0; i < size && same; i++) {
        same = bytes[i] == (uint8_t)((int)i + key);
    }
    return same;
}

static const uint32_t sizes[] = { 0, 1, 255, 256, 257, 1000, 1023, 1024, 1025, 1500, 4000 };
#define SIZES (sizeof sizes / sizeof sizes[0])

static void lean_calls_give_what_all_others_give(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    static const uint64_t first[] = { 1, 256, 1024, 1025 };
    hf_result lean = HF_RESULT_INIT;
    hf_result other = HF_RESULT_INIT;
    for (unsigned f = 0; f < sizeof first / sizeof first[0]; f++) {
        hf_function *function = bind(t, GIVE("lean", ""), first[f]);
        /* So large a reserve does not go to the stack. */
        hf_function *general = bind(t, GIVE("general", ", room(reserve 1000)"), first[f]);
        for (unsigned i = 0; i < SIZES; i++) {
            that.size = sizes[i];
            that.calls = 0;
            assert_int_equal(hf_call(t->thread, function, &lean, HF_ARGS(HF_INT(-3), HF_NULL)),
                             HF_OK);
            assert_int_equal(lean.attempts, that.calls);
            assert_int_equal(hf_call(t->thread, general, &other, HF_ARGS(HF_INT(-3), HF_NULL)),
                             HF_OK);
            assert_true(holds(hf_result_out(&lean, 0), sizes[i], -3));
            assert_true(holds(hf_result_out(&other, 0), sizes[i], -3));
            assert_int_equal(lean.attempts, other.attempts);
            assert_memory_equal(lean.tries, other.tries, lean.attempts * sizeof lean.tries[0]);
            assert_int_equal(hf_result_scalar(&lean, 0), sizes[i]);
            assert_true(lean.value.i == 0 && lean.error == 0 && !lean.failed);
        }
    }
}

static void lean_calls_show_nothing_of_the_stack(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *function = bind(t, GIVE("give", ""), 64);
    uint8_t bytes[500];
    that.size = sizeof bytes;
    that.writes_none = true;
    hf_status status = hf_call(t->thread, function, &result, HF_ARGS(HF_INT(1), HF_NULL));
    if (status == HF_E_CONTRACT) { /* a checked mode finds that nothing was written */
        hf_test_expect_report(t, HF_E_CONTRACT, "give", "2 (buffer)");
        return;
    }
    assert_int_equal(status, HF_OK);
    assert_int_equal(hf_bytes_read(hf_result_out(&result, 0), 0, bytes, sizeof bytes), HF_OK);
    for (size_t i = 0; i < sizeof bytes; i++) {
        assert_int_equal(bytes[i], 0);
    }
}

static void lean_calls_find_an_overrun(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    static const uint32_t at[] = { 1, 63, 256, 1023, 1024 };
    for (unsigned i = 0; i < sizeof at / sizeof at[0]; i++) {
        for (uint32_t beyond = 1; beyond <= 16; beyond += 5) {
            hf_function *function = bind(t, GIVE("give", ""), at[i]);
            that.size = at[i];
            that.beyond = beyond;
            assert_int_equal(hf_call(t->thread, function, &result, HF_ARGS(HF_INT(1), HF_NULL)),
                             HF_E_OVERRUN);
            hf_test_expect_report(t, HF_E_OVERRUN, "give", "2 (buffer)");
            assert_true(hf_is_null(hf_result_out(&result, 0)));
        }
    }
}

static void lean_calls_check_their_arguments(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *function = bind(t, GIVE("give", ""), 64);
    that.size = 3;
    assert_int_equal(hf_call(t->thread, function, &result, HF_ARGS(HF_INT(40000), HF_NULL)),
                     HF_E_RANGE);
    hf_test_expect_report(t, HF_E_RANGE, "give", "1 (key)");
    assert_int_equal(hf_call(t->thread, function, &result, HF_ARGS(HF_INT(1))),
                     HF_E_ARGUMENT_COUNT);
    hf_test_expect_report(t, HF_E_ARGUMENT_COUNT, "give", "5 (add)");
    assert_int_equal(that.calls, 0);
    assert_int_equal(hf_call(t->thread, function, &result, HF_ARGS(HF_INT(1), HF_NULL)), HF_OK);
}

static void lean_calls_know_what_was_announced(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *function =
        bind(t,
             "int give(int16_t key, uint8_t *buffer {out}, uint32_t size {capacity(buffer)},"
             " uint32_t *used {out, length(buffer)}, void *add {raw})"
             " {fail(result != 0), error(result), grow(used > capacity(buffer))}",
             64);
    that.size = 900;
    assert_int_equal(hf_call(t->thread, function, &result, HF_ARGS(HF_INT(9), HF_NULL)), HF_OK);
    assert_true(holds(hf_result_out(&result, 0), 900, 9));
    assert_true(result.attempts > 2 && that.offer[0] == 64);
}

static void lean_calls_survive_every_failure_of_memory(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_function *function = bind(t, GIVE("give", ""), 64);
    for (unsigned i = 0; i < SIZES; i++) {
        hf_status status = HF_E_NOMEM;
        uint64_t passed = 0;
        for (uint64_t nth = 1; nth < 100 && (status != HF_OK || passed >= nth); nth++) {
            hf_result result = HF_RESULT_INIT;
            that.size = sizes[i];
            hfi_fault_arm(nth, 1);
            status = hf_call(t->thread, function, &result, HF_ARGS(HF_INT(2), HF_NULL));
            passed = hfi_fault_disarm();
            assert_true(status == HF_OK || status == HF_E_NOMEM);
            assert_int_equal(hf_is_null(hf_result_out(&result, 0)), status != HF_OK);
        }
        assert_int_equal(status, HF_OK);
    }
}

/* ---- one inside another ---- */

static hf_status inside(hf_thread *thread, const hf_value *arguments, hf_value *result, void *user)
{
    (void)arguments;
    (void)user;
    HF_FRAME(thread);
    hf_result inner = HF_RESULT_INIT;
    uint32_t size = that.size;
    that.size = 200;
    hf_status status = hf_call(thread, that.nested, &inner, HF_ARGS(HF_INT(77), HF_NULL));
    that.sum += status == HF_OK && holds(hf_result_out(&inner, 0), 200, 77);
    (void)!hf_collect(thread);
    that.size = size;
    result->i = 0;
    return HF_OK;
}

static void lean_calls_inside_each_other_share_nothing(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_callback *callback = NULL;
    hf_function *inner = bind(t, GIVE("inner", ""), 64);
    hf_function *outer = bind(t, GIVE("outer", ""), 64);
    that.nested = inner;
    assert_int_equal(hf_callback_create(t->thread, "int inside(void)", inside, NULL, &callback),
                     HF_OK);
    for (unsigned i = 0; i < SIZES; i++) {
        that.size = sizes[i];
        assert_int_equal(
            hf_call(t->thread, outer, &result, HF_ARGS(HF_INT(5), HF_CALLBACK(callback))), HF_OK);
        assert_true(holds(hf_result_out(&result, 0), sizes[i], 5));
    }
    assert_int_equal(that.sum, SIZES);
    assert_int_equal(hf_callback_destroy(callback), HF_OK);
}

/* Says "too small" and no more, but its need to who passes NULL. */
static int64_t attribute(uint8_t *buffer, size_t size)
{
    that.calls++;
    if (!buffer) {
        that.sum += size == 0;
        return that.size;
    }
    if (size < that.size) {
        memset(buffer, 0xee, size);
        errno = 34;
        return -1;
    }
    memset(buffer, 'a', that.size);
    return that.size;
}

static void lean_calls_ask_for_the_need_with_null(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    int64_t (*function)(uint8_t *, size_t) = attribute;
    memcpy(&options.address, &function, sizeof function);
    options.first_bytes = 16;
    hf_function *asking = hf_test_bind_with(
        t,
        "int64_t attribute(uint8_t *value {out}, size_t size {capacity(value)})"
        " {fail(result < 0), error(errno), grow(error == 34), length(value, result),"
        " query(value, result)}",
        &options);
    assert_true(asking->lean.is_lean || asking->guards);
    for (unsigned i = 0; i < SIZES; i++) {
        uint8_t bytes[4096];
        memset(&that, 0, sizeof that);
        that.size = sizes[i];
        assert_int_equal(hf_call(t->thread, asking, &result, HF_NO_ARGS), HF_OK);
        assert_int_equal(that.calls, sizes[i] > 16 ? 3 : 1);
        assert_int_equal(that.sum, sizes[i] > 16);
        assert_int_equal(result.attempts, that.calls);
        assert_int_equal(result.value.i, sizes[i]);
        assert_int_equal(hf_bytes_size(hf_result_out(&result, 0)), sizes[i]);
        assert_int_equal(hf_bytes_read(hf_result_out(&result, 0), 0, bytes, sizes[i]), HF_OK);
        for (uint32_t at = 0; at < sizes[i]; at++) {
            assert_int_equal(bytes[at], 'a');
        }
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(lean_calls_give_what_all_others_give),
        TEST(lean_calls_show_nothing_of_the_stack),
        TEST(lean_calls_find_an_overrun),
        TEST(lean_calls_check_their_arguments),
        TEST(lean_calls_know_what_was_announced),
        TEST(lean_calls_survive_every_failure_of_memory),
        TEST(lean_calls_inside_each_other_share_nothing),
        TEST(lean_calls_ask_for_the_need_with_null),
    };
    return cmocka_run_group_tests_name("boundary_retry_lean", tests, NULL, NULL);
}
