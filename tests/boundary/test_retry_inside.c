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

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(inside_says_the_need_and_the_length),
        TEST(inside_is_nothing_where_the_capacity_does_not_reach),
        TEST(inside_reads_each_width_without_a_sign),
        TEST(inside_of_a_given_buffer_counts_what_is_lent),
        TEST(inside_of_a_struct_is_seen),
    };
    return cmocka_run_group_tests_name("boundary_retry_inside", tests, NULL, NULL);
}
