/* SPDX-License-Identifier: MIT */

/*
 * Numbers inside buffers: needs, lengths and codes that a callee leaves in the struct it fills.
 */

#include "runtime.h"

#include "base/alloc.h"

#include <stdio.h>
#include <string.h>

enum { TOO_SMALL = 122 };

/* A struct with its own size in front, and what else the callee was asked to leave there. */
typedef struct answer {
    unsigned calls;
    uint32_t size;   /* what it has, header and all */
    uint32_t floor;  /* with less the header is not written */
    uint32_t beyond; /* bytes written behind what is announced, into the reserve */
} answer;

static answer that;

/* u32 total at 4, u16 kind at 2, u8 flag at 1, u64 stamp at 8. */
static int fill(unsigned char *buffer, uint32_t size)
{
    uint32_t total = that.size;
    uint16_t kind = 0xfedc;
    uint64_t stamp = UINT64_C(0xfedcba9876543210);
    that.calls++;
    if (size >= that.floor) {
        memset(buffer, 0xee, size + that.beyond);
        buffer[1] = 0xfe;
        memcpy(buffer + 2, &kind, sizeof kind);
        memcpy(buffer + 4, &total, sizeof total);
        if (size >= 16) {
            memcpy(buffer + 8, &stamp, sizeof stamp);
        }
    }
    return size < that.size ? TOO_SMALL : 0;
}

static hf_function *bind(hf_test_runtime *t, const char *prototype, uint64_t first_bytes)
{
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    int (*function)(unsigned char *, uint32_t) = fill;
    options.first_bytes = first_bytes;
    memcpy(&options.address, &function, sizeof function);
    return hf_test_bind_with(t, prototype, &options);
}

#define FILL(room, roles)                                                                          \
    "int fill(unsigned char *buffer {out" room "}, uint32_t size {capacity(buffer)})"              \
    " {fail(result != 0), error(result), grow(error == 122)" roles "}"

static void inside_says_the_need_and_the_length(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *function =
        bind(t, FILL("", ", needed(buffer, u32(buffer, 4)), length(buffer, u32(buffer, 4))"), 8);
    that = (answer){ .size = 1000, .floor = 8 };
    assert_int_equal(hf_call(t->thread, function, &result, HF_NO_ARGS), HF_OK);
    assert_int_equal(that.calls, 2);
    assert_int_equal(result.tries[0].capacity, 8);
    assert_int_equal(result.tries[0].needed, 1000);
    assert_int_equal(hf_bytes_size(hf_result_out(&result, 0)), 1000);
}

static void inside_is_nothing_where_the_capacity_does_not_reach(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *function =
        bind(t, FILL(", room(reserve 8)", ", needed(buffer, u32(buffer, 4))"), 7);
    /* The number stands in the reserve: owned, and yet not what was announced. */
    that = (answer){ .size = 40, .floor = 7, .beyond = 1 };
    assert_int_equal(hf_call(t->thread, function, &result, HF_NO_ARGS), HF_OK);
    assert_int_equal(result.tries[0].capacity, 7);
    assert_int_equal(result.tries[0].needed, 0);
    assert_int_equal(result.tries[1].capacity, 12); /* grown blindly */
    assert_int_equal(result.tries[1].needed, 40);
    assert_int_equal(that.calls, 3);
}

static void inside_reads_each_width_without_a_sign(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    that = (answer){ .size = 16, .floor = 16 };
    static const char *const truths[] = {
        "u8(buffer, 1) == 254",        "u16(buffer, 2) == 0xfedc",
        "u32(buffer, 4) == 16",        "u64(buffer, 8) == 0xfedcba987654321 * 16",
        "u32(buffer, 12) > 0",         "u16(buffer, 14) > 0",
        "u32(buffer, 13) == 0",        "u64(buffer, 9) == 0",
        "u8(buffer, 2147483647) == 0",
    };
    for (unsigned i = 0; i < sizeof truths / sizeof truths[0]; i++) {
        char text[256];
        snprintf(text, sizeof text,
                 "int fill(unsigned char *buffer {out}, uint32_t size {capacity(buffer)})"
                 " {fail(%s), error(result)}",
                 truths[i]);
        hf_status status = hf_call(t->thread, bind(t, text, 16), &result, HF_NO_ARGS);
        if (status != HF_E_NATIVE) {
            fail_msg("%s does not hold", truths[i]);
        }
    }
}

static void inside_of_a_given_buffer_counts_what_is_lent(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref bytes = hf_local(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *function =
        bind(t,
             "int fill(unsigned char *buffer {inout}, uint32_t size {capacity(buffer)})"
             " {fail(u32(buffer, 4) == 1000), error(result)}",
             0);
    assert_int_equal(hf_bytes_create(t->thread, 64, bytes), HF_OK);
    that = (answer){ .size = 1000, .floor = 8 };
    assert_int_equal(hf_call(t->thread, function, &result, HF_ARGS(HF_BUFFER(bytes, 0, HF_WHOLE))),
                     HF_E_NATIVE);
    assert_int_equal(result.error, TOO_SMALL);
    assert_int_equal(hf_call(t->thread, function, &result, HF_ARGS(HF_BUFFER(bytes, 8, 4))), HF_OK);
    assert_int_equal(hf_call(t->thread, function, &result, HF_ARGS(HF_NULL)), HF_OK);
}

/* A struct that the callee fills. */
static int fill_header(unsigned char *header)
{
    uint32_t code = 7;
    memcpy(header + 8, &code, sizeof code);
    return 0;
}

static void inside_of_a_struct_is_seen(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    int (*function)(unsigned char *) = fill_header;
    memcpy(&options.address, &function, sizeof function);
    hf_function *known = hf_test_bind_with(t,
                                           "typedef struct { int a, b; unsigned code; } header;"
                                           "int fill_header(header *h {out})"
                                           " {fail(u32(h, offsetof(header, code)) == 7)}",
                                           &options);
    assert_int_equal(hf_call(t->thread, known, &result, HF_NO_ARGS), HF_E_NATIVE);
    hf_function *opaque = hf_test_bind_with(
        t, "int fill_header(void *h {out, size(12)}) {fail(u32(h, 8) != 7)}", &options);
    assert_int_equal(hf_call(t->thread, opaque, &result, HF_NO_ARGS), HF_OK);
}

/* Like SetupDiGetDeviceInterfaceDetailW: refuses a struct that does not say its own size. */
typedef struct header {
    unsigned calls;
    uint32_t sizes[8]; /* what it found at 0 */
    uint16_t marks[8]; /* what it found at 6 */
    uint32_t need;
} header;

static header seen;

static int detail(unsigned char *buffer, uint32_t size, uint32_t *needed)
{
    unsigned call = seen.calls++ % 8;
    memcpy(&seen.sizes[call], buffer, 4);
    memcpy(&seen.marks[call], buffer + 6, 2);
    *needed = seen.need;
    if (seen.sizes[call] != 8) {
        return 1784;
    }
    if (size < seen.need) {
        memset(buffer, 0, size); /* the next try has to find it all the same */
        return TOO_SMALL;
    }
    memset(buffer + 8, 'd', seen.need - 8);
    return 0;
}

static hf_function *bind_detail(hf_test_runtime *t, const char *sets, uint64_t first_bytes)
{
    char text[512];
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    int (*function)(unsigned char *, uint32_t, uint32_t *) = detail;
    memcpy(&options.address, &function, sizeof function);
    options.first_bytes = first_bytes;
    snprintf(text, sizeof text,
             "int detail(unsigned char *buffer {out%s}, uint32_t size {capacity(buffer)},"
             " uint32_t *needed {out, needed(buffer), length(buffer)})"
             " {fail(result != 0), error(result), grow(error == 122)}",
             sets);
    return hf_test_bind_with(t, text, &options);
}

static void set_is_found_by_each_try(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *function = bind_detail(t, ", set(u32, 0, 8), set(u16, 6, size)", 1);
    seen = (header){ .need = 100 };
    assert_int_equal(hf_call(t->thread, function, &result, HF_NO_ARGS), HF_OK);
    assert_int_equal(seen.calls, 2);
    assert_int_equal(result.tries[0].capacity, 8); /* so much does it take to say it */
    assert_int_equal(seen.marks[0], 8);            /* the capacity of each try */
    assert_int_equal(seen.marks[1], 100);
    assert_int_equal(hf_bytes_size(hf_result_out(&result, 0)), 100);
}

static void set_is_written_behind_the_pattern_of_a_checked_call(void **state)
{
    (void)state;
    hf_test_runtime t;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.checked = 1;
    hf_test_begin(&t, &options);
    {
        HF_FRAME(t.thread);
        hf_result result = HF_RESULT_INIT;
        hf_function *function = bind_detail(&t, ", set(u32, 0, 8)", 1);
        seen = (header){ .need = 100 };
        assert_int_equal(hf_call(t.thread, function, &result, HF_NO_ARGS), HF_OK);
        assert_int_equal(seen.calls, 2);
    }
    hf_test_end(&t);
}

static int take_header(const unsigned char *given, uint32_t *found)
{
    memcpy(found, given, sizeof *found);
    return 0;
}

static hf_function *bind_take(hf_test_runtime *t, const char *text)
{
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    int (*function)(const unsigned char *, uint32_t *) = take_header;
    memcpy(&options.address, &function, sizeof function);
    return hf_test_bind_with(t, text, &options);
}

static void set_goes_into_structs_too(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *sized =
        bind_take(t, "int take_header(void *given {out, size(12), set(u32, 0, sizeof(void *) * 4)},"
                     " uint32_t *found {out})");
    assert_int_equal(hf_call(t->thread, sized, &result, HF_NO_ARGS), HF_OK);
    assert_int_equal(hf_result_scalar(&result, 0), 4 * sizeof(void *));

    unsigned char start[12] = { 9, 9, 9, 9 };
    hf_function *both =
        bind_take(t, "int take_header(void *given {inout, size(12), set(u16, 0, 3)},"
                     " uint32_t *found {out})");
    assert_int_equal(hf_call(t->thread, both, &result, HF_ARGS(HF_POINTER(start))), HF_OK);
    unsigned char got[4];
    uint32_t number = (uint32_t)hf_result_scalar(&result, 0);
    uint16_t front = 3;
    memcpy(got, &number, sizeof got);
    assert_memory_equal(got, &front, 2);
    assert_memory_equal(got + 2, start + 2, 2); /* the rest is as the caller passed it */
}

/* The number comes from the caller. */
static int mark(unsigned char *buffer, uint32_t size, int wanted)
{
    int8_t found;
    (void)size;
    memcpy(&found, buffer, 1);
    return found == (int8_t)wanted ? 0 : 1;
}

static void set_refuses_a_number_that_does_not_fit(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    int (*function)(unsigned char *, uint32_t, int) = mark;
    memcpy(&options.address, &function, sizeof function);
    hf_function *marked =
        hf_test_bind_with(t,
                          "int mark(unsigned char *buffer {out, set(u8, 0, wanted)},"
                          " uint32_t size {capacity(buffer)}, int wanted)"
                          " {fail(result != 0), error(result)}",
                          &options);
    static const int good[] = { 0, 1, 127, 255, -1, -128 };
    for (unsigned i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_int_equal(hf_call(t->thread, marked, &result, HF_ARGS(HF_INT(good[i]))), HF_OK);
    }
    static const int bad[] = { 256, -129, INT32_MAX, INT32_MIN };
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(hf_call(t->thread, marked, &result, HF_ARGS(HF_INT(bad[i]))), HF_E_RANGE);
        assert_int_equal(result.attempts, 0);
        hf_test_expect_report(t, HF_E_RANGE, "mark", "1 (buffer)");
    }
    hf_function *sized = hf_test_bind_with(t,
                                           "int mark(unsigned char *buffer {out, size(size), "
                                           "set(u16, 2, 1)}, uint32_t size, int wanted)",
                                           &options);
    assert_int_equal(hf_call(t->thread, sized, &result, HF_ARGS(HF_UINT(4), HF_INT(0))), HF_OK);
    assert_int_equal(hf_call(t->thread, sized, &result, HF_ARGS(HF_UINT(3), HF_INT(0))),
                     HF_E_RANGE);
    hf_test_expect_report(t, HF_E_RANGE, "mark", "1 (buffer)");
}

/* The pattern of a checked call is no need: who wrote nothing asked for nothing. */
static void inside_is_nothing_where_a_checked_callee_wrote_nothing(void **state)
{
    (void)state;
    for (int checked = 0; checked <= 1; checked++) {
        hf_test_runtime t;
        hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
        options.checked = checked != 0;
        hf_test_begin(&t, &options);
        {
            HF_FRAME(t.thread);
            hf_result result = HF_RESULT_INIT;
            hf_function *function = bind(
                &t, FILL("", ", needed(buffer, u32(buffer, 4)), length(buffer, u32(buffer, 4))"),
                8);
            that = (answer){ .size = 20, .floor = 20 };
            assert_int_equal(hf_call(t.thread, function, &result, HF_NO_ARGS), HF_OK);
            assert_int_equal(result.tries[0].needed, 0);
            assert_int_equal(that.calls, 3); /* 8, 13, 20 */
            assert_int_equal(hf_bytes_size(hf_result_out(&result, 0)), 20);
        }
        hf_test_end(&t);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(inside_says_the_need_and_the_length),
        TEST(inside_is_nothing_where_the_capacity_does_not_reach),
        cmocka_unit_test(inside_is_nothing_where_a_checked_callee_wrote_nothing),
        TEST(inside_reads_each_width_without_a_sign),
        TEST(inside_of_a_given_buffer_counts_what_is_lent),
        TEST(inside_of_a_struct_is_seen),
        TEST(set_is_found_by_each_try),
        cmocka_unit_test(set_is_written_behind_the_pattern_of_a_checked_call),
        TEST(set_goes_into_structs_too),
        TEST(set_refuses_a_number_that_does_not_fit),
    };
    return cmocka_run_group_tests_name("boundary_retry_inside", tests, NULL, NULL);
}
