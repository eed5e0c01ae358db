/* SPDX-License-Identifier: MIT */

/* What a function gives is owned by a resource at once; scalars of the caller's own. */

#include "arguments.h"
#include "runtime.h"

#include "base/alloc.h"

#include <string.h>

static unsigned released;
static uintptr_t last_released;

static hf_status release(uintptr_t value, void *user)
{
    (void)user;
    released++;
    last_released = value;
    return HF_OK;
}

static const hf_resource_class class_of = {
    .struct_size = sizeof(hf_resource_class),
    .name = "number",
    .invalid = (uintptr_t)-1,
    .release = release,
};

#define OPEN "int hfn_open(int value, int exists) {fail(result < 0), error(errno)}"
#define OPEN_OUT                                                                                   \
    "int hfn_open_out(int value, int *number {out}, wchar_t *name {out, text},"                    \
    " uint32_t size {capacity(name)}) {fail(result < 0), length(name, 1)}"

static int setup(void **state)
{
    released = 0;
    return hf_test_setup(state);
}

static void a_result_is_owned_by_its_resource(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref number = hf_local(t->thread);
    hf_result result = HF_RESULT_INIT;
    uintptr_t value;

    assert_int_equal(hf_call_adopting(t->thread, hf_test_bind(t, OPEN), &result,
                                      HF_ARGS(HF_INT(42), HF_INT(0)), &class_of, HF_ADOPT_RESULT,
                                      number),
                     HF_OK);
    assert_int_equal(hf_resource_value(t->thread, number, &value), HF_OK);
    assert_int_equal(value, 42);
    assert_int_equal(result.value.i, 42);
    assert_int_equal(released, 0);
    assert_int_equal(hf_resource_dispose(t->thread, number), HF_OK);
    assert_int_equal(released, 1);
    assert_int_equal(last_released, 42);
}

static void a_call_that_fails_gives_no_resource(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref number = hf_local(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *open = hf_test_bind(t, OPEN);

    assert_int_equal(hf_call_adopting(t->thread, open, &result, HF_ARGS(HF_INT(-5), HF_INT(1)),
                                      &class_of, HF_ADOPT_RESULT, number),
                     HF_E_NATIVE);
    assert_true(hf_is_null(number));
    assert_int_equal(result.error, 17);
    assert_int_equal(hf_call_adopting(t->thread, open, &result, HF_ARGS(HF_INT(1)), &class_of,
                                      HF_ADOPT_RESULT, number),
                     HF_E_ARGUMENT_COUNT);
    hf_test_expect_report(t, HF_E_ARGUMENT_COUNT, "hfn_open", "2 (exists)");
    assert_true(hf_is_null(number));
    assert_int_equal(released, 0);
}

static void the_invalid_value_is_nothing_to_own(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref number = hf_local(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *open = hf_test_bind(t, "int hfn_open(int value, int exists)");

    assert_int_equal(hf_call_adopting(t->thread, open, &result, HF_ARGS(HF_INT(-5), HF_INT(0)),
                                      &class_of, HF_ADOPT_RESULT, number),
                     HF_OK);
    assert_int_equal(result.value.i, -1);
    assert_true(hf_is_null(number));
    assert_int_equal(released, 0);
}

static void a_scalar_output_is_owned_by_its_resource(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref number = hf_local(t->thread);
    hf_result result = HF_RESULT_INIT;
    uintptr_t value;

    assert_int_equal(hf_call_adopting(t->thread, hf_test_bind(t, OPEN_OUT), &result,
                                      HF_ARGS(HF_INT(7)), &class_of, 0, number),
                     HF_OK);
    assert_int_equal(hf_resource_value(t->thread, number, &value), HF_OK);
    assert_int_equal(value, 7);
    assert_int_equal(hf_resource_dispose(t->thread, number), HF_OK);
}

static void another_output_that_fails_leaks_nothing(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref number = hf_local(t->thread);
    hf_result result = HF_RESULT_INIT;

    assert_int_equal(hf_call_adopting(t->thread, hf_test_bind(t, OPEN_OUT), &result,
                                      HF_ARGS(HF_INT(13)), &class_of, 0, number),
                     HF_E_UTF);
    hf_test_expect_report(t, HF_E_UTF, "hfn_open_out", "3 (name)");
    assert_true(hf_is_null(number));
    assert_int_equal(released, 1);
    assert_int_equal(last_released, 13);
}

static void a_child_that_a_call_gave_is_released_before_its_parent(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref parent = hf_local(t->thread);
    hf_ref child = hf_local(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *open = hf_test_bind(t, OPEN);
    assert_int_equal(hf_call_adopting(t->thread, open, &result, HF_ARGS(HF_INT(42), HF_INT(0)),
                                      &class_of, HF_ADOPT_RESULT, parent),
                     HF_OK);

    assert_int_equal(hf_call_adopting_child(t->thread, open, &result,
                                            HF_ARGS(HF_INT(43), HF_INT(0)), &class_of,
                                            HF_ADOPT_RESULT, parent, child),
                     HF_OK);

    assert_int_equal(hf_resource_dispose(t->thread, parent), HF_OK);
    assert_int_equal(released, 0);
    assert_int_equal(hf_resource_dispose(t->thread, child), HF_OK);
    assert_int_equal(released, 2);
    assert_int_equal(last_released, 42);
}

static void a_child_whose_call_fails_leaves_its_parent_free(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref parent = hf_local(t->thread);
    hf_ref child = hf_local(t->thread);
    hf_result result = HF_RESULT_INIT;
    assert_int_equal(hf_resource_create(t->thread, &class_of, 42, parent), HF_OK);

    assert_int_equal(hf_call_adopting_child(t->thread, hf_test_bind(t, OPEN_OUT), &result,
                                            HF_ARGS(HF_INT(13)), &class_of, 0, parent, child),
                     HF_E_UTF); /* what it gave is released behind an output that is wrong */
    hf_test_expect_report(t, HF_E_UTF, "hfn_open_out", "3 (name)");
    assert_int_equal(released, 1);
    assert_int_equal(last_released, 13);
    hf_function *open = hf_test_bind(t, OPEN);
    assert_int_equal(hf_call_adopting_child(t->thread, open, &result, HF_ARGS(HF_INT(1), HF_INT(0)),
                                            &class_of, HF_ADOPT_RESULT, parent, parent),
                     HF_E_ARGUMENT);
    hf_test_expect_report(t, HF_E_ARGUMENT, "hf_call_adopting_child_at", "out");
    assert_int_equal(hf_call_adopting_child(t->thread, open, &result, HF_ARGS(HF_INT(1), HF_INT(0)),
                                            &class_of, HF_ADOPT_RESULT, NULL, child),
                     HF_E_SLOTS);
    assert_true(hf_is_null(child));

    assert_int_equal(hf_resource_dispose(t->thread, parent), HF_OK);
    assert_int_equal(released, 2);
    assert_int_equal(last_released, 42);

    assert_int_equal(hf_call_adopting_child(t->thread, open, &result, HF_ARGS(HF_INT(1), HF_INT(0)),
                                            &class_of, HF_ADOPT_RESULT, parent, child),
                     HF_E_CLOSED);
    hf_test_expect_report(t, HF_E_CLOSED, "hf_resource_create_child", "parent");
    assert_int_equal(released, 2); /* nothing was called */
}

static void no_memory_for_the_resource_means_no_call(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref number = hf_local(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *open = hf_test_bind(t, OPEN);
    hf_status status = HF_E_NOMEM;

    for (uint64_t nth = 1; nth < 100 && status != HF_OK; nth++) {
        released = 0;
        hfi_fault_arm(nth, 1);
        status = hf_call_adopting(t->thread, open, &result, HF_ARGS(HF_INT(nth), HF_INT(0)),
                                  &class_of, HF_ADOPT_RESULT, number);
        (void)hfi_fault_disarm();
        hf_test_forget_reports(t);
        assert_int_equal(hf_is_null(number), status != HF_OK);
        assert_int_equal(released, 0);
    }
    assert_int_equal(status, HF_OK);
    assert_int_equal(hf_resource_dispose(t->thread, number), HF_OK);
}

static void what_cannot_be_owned_is_refused(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref number = hf_local(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *third = hf_test_bind(t, "double hfn_third(double value)");
    hf_function *open = hf_test_bind(t, OPEN);
    hf_function *cut = hf_test_bind(
        t, "ptrdiff_t hfn_fetch_cut(hfn_source *source {raw}, char *buffer {out}, size_t size"
           " {capacity(buffer)})"
           " {fail(result < 0), grow_ok(result == size), length(buffer, result)}");

    assert_int_equal(hf_call_adopting(t->thread, third, &result, HF_ARGS(HF_DOUBLE(1)), &class_of,
                                      HF_ADOPT_RESULT, number),
                     HF_E_TYPE);
    hf_test_expect_report(t, HF_E_TYPE, "hfn_third", "from");
    assert_int_equal(hf_call_adopting(t->thread, open, &result, HF_NO_ARGS, &class_of, 0, number),
                     HF_E_RANGE);
    hf_test_expect_report(t, HF_E_RANGE, "hfn_open", "from");
    assert_int_equal(
        hf_call_adopting(t->thread, cut, &result, HF_NO_ARGS, &class_of, HF_ADOPT_RESULT, number),
        HF_E_UNSUPPORTED);
    hf_test_expect_report(t, HF_E_UNSUPPORTED, "hfn_fetch_cut", "from");
    assert_int_equal(
        hf_call_adopting(t->thread, open, &result, HF_NO_ARGS, NULL, HF_ADOPT_RESULT, number),
        HF_E_NULL);
    hf_test_expect_report(t, HF_E_NULL, "hf_call_adopting_at", "class_of");
    assert_int_equal(
        hf_call_adopting(t->thread, NULL, &result, HF_NO_ARGS, &class_of, HF_ADOPT_RESULT, number),
        HF_E_NULL);
    hf_test_expect_report(t, HF_E_NULL, "hf_call_adopting_at", "function");
    assert_int_equal(
        hf_call_adopting(t->thread, open, &result, HF_NO_ARGS, &class_of, HF_ADOPT_RESULT, NULL),
        HF_E_SLOTS);
}

/* ---- callbacks of the call that is to fill a resource ---- */

typedef enum meddling { DISPOSE, SET_INVALID, CLEAR, OVERWRITE, MEDDLINGS } meddling;

typedef struct meddler {
    hf_ref number;
    meddling how;
    hf_status status;
} meddler;

static hf_status meddle(hf_thread *thread, const hf_value *arguments, hf_value *result, void *user)
{
    meddler *self = user;
    result->i = arguments[0].i + 1;
    switch (self->how) {
    case DISPOSE:
        self->status = hf_resource_dispose(thread, self->number);
        break;
    case SET_INVALID:
        self->status = hf_resource_set_invalid(thread, self->number);
        break;
    case CLEAR:
        hf_clear(self->number);
        break;
    default:
        self->status = hf_bytes_create(thread, 16, self->number);
        break;
    }
    return self->status == HF_OK ? hf_collect(thread) : self->status;
}

static void callback_takes_nothing_from_the_resource_that_its_call_fills(void **state)
{
    hf_test_runtime *t = *state;
    hf_function *repeat = hf_test_bind(t, "int64_t hfn_repeat(void *function {raw}, int64_t"
                                          " argument, unsigned times)");
    for (meddling how = DISPOSE; how < MEDDLINGS; how++) {
        HF_FRAME(t->thread);
        hf_ref number = hf_local(t->thread);
        hf_result result = HF_RESULT_INIT;
        hf_callback *callback = NULL;
        meddler self = { number, how, HF_OK };
        uintptr_t value = 0;
        bool is_ended = how == DISPOSE || how == SET_INVALID;
        released = 0;
        assert_int_equal(hf_callback_create(t->thread, "int64_t number(int64_t value)", meddle,
                                            &self, &callback),
                         HF_OK);

        assert_int_equal(hf_call_adopting(t->thread, repeat, &result,
                                          HF_ARGS(HF_POINTER(hf_callback_address(callback)),
                                                  HF_INT(4), HF_UINT(1)),
                                          &class_of, HF_ADOPT_RESULT, number),
                         is_ended ? HF_E_CLOSED : HF_OK);

        assert_int_equal(self.status, HF_OK);
        assert_int_equal(result.value.i, 5);
        if (is_ended) { /* nobody else has the value, but who set it invalid wants it kept */
            hf_test_expect_report(t, HF_E_CLOSED, "hf_resource_dispose", "resource");
            assert_true(hf_is_null(number));
            assert_int_equal(released, how == DISPOSE);
        } else {
            assert_int_equal(hf_resource_value(t->thread, number, &value), HF_OK);
            assert_int_equal(value, 5);
            assert_int_equal(hf_resource_dispose(t->thread, number), HF_OK);
            assert_int_equal(released, 1);
        }
        assert_int_equal(last_released, 5);
        assert_int_equal(hf_callback_destroy(callback), HF_OK);
    }
}

/* ---- scalars of the caller's own ---- */

static void a_given_scalar_is_written_in_place(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref buffer = hf_local(t->thread);
    int32_t value = 41;
    hf_result result = HF_RESULT_INIT;
    assert_int_equal(hf_bytes_create(t->thread, 8, buffer), HF_OK);
    hf_function *increment = hf_test_bind(t, "int hfn_increment(int32_t *value {inout, given})");

    assert_int_equal(hf_call(t->thread, increment, &result, HF_ARGS(HF_POINTER(&value))), HF_OK);
    assert_int_equal(value, 42);
    assert_int_equal(result.scalar_count, 0);
    assert_int_equal(hf_call(t->thread, increment, &result, HF_ARGS(HF_BUFFER(buffer, 4, 4))),
                     HF_OK);
    assert_int_equal(hf_bytes_read(buffer, 4, &value, 4), HF_OK);
    assert_int_equal(value, 1);
    assert_int_equal(hf_call(t->thread, increment, &result, HF_ARGS(HF_BUFFER(buffer, 0, 3))),
                     HF_E_RANGE);
    hf_test_expect_report(t, HF_E_RANGE, "hfn_increment", "1 (value)");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_result_is_owned_by_its_resource),
        TEST(a_call_that_fails_gives_no_resource),
        TEST(the_invalid_value_is_nothing_to_own),
        TEST(a_scalar_output_is_owned_by_its_resource),
        TEST(another_output_that_fails_leaks_nothing),
        TEST(a_child_that_a_call_gave_is_released_before_its_parent),
        TEST(a_child_whose_call_fails_leaves_its_parent_free),
        TEST(no_memory_for_the_resource_means_no_call),
        TEST(what_cannot_be_owned_is_refused),
        TEST(callback_takes_nothing_from_the_resource_that_its_call_fills),
        TEST(a_given_scalar_is_written_in_place),
    };
    return cmocka_run_group_tests_name("adopted results", tests, NULL, NULL);
}
