/* SPDX-License-Identifier: MIT */

/*
 * Typed wrappers: each kind of parameter, what each refuses, and that all is let go.
 */

#include "managed.h"

#include "thread/thread.h"

#include <holdfast/wrap.h>

#include <string.h>

/* ---- native functions ---- */

static unsigned calls;

static int plus(int a, int b)
{
    calls++;
    hfp_native_error_restore((hfp_native_error){ .errno_value = 33, .last_error = 44 });
    return a + b;
}

static void note(uint32_t by)
{
    calls += by;
}

static int seven(void)
{
    return 7;
}

static uint32_t sum(const uint8_t *data, uint8_t size)
{
    uint32_t total = 0;
    for (uint8_t i = 0; i < size; i++) {
        total += data[i];
    }
    return total;
}

static size_t fill(void *data, size_t size, int value)
{
    if (data) {
        memset(data, value, size);
    }
    return size;
}

static size_t xcopy(char *to, size_t to_size, const char *from, int from_size)
{
    size_t count = to_size < (size_t)from_size ? to_size : (size_t)from_size;
    memcpy(to, from, count);
    return count;
}

static size_t text_size(const char *text)
{
    return text ? strlen(text) : 999;
}

static const void *same(const void *pointer)
{
    return pointer;
}

typedef struct point {
    int x, y;
} point;

static int mirror(const point *in, point *out)
{
    out->x = in->y;
    out->y = in->x;
    return in->x;
}

static int handle_value(int handle)
{
    return handle;
}

static int collecting(hf_thread *thread, const uint8_t *data, size_t size)
{
    uintptr_t before = (uintptr_t)data;
    (void)size;
    (void)hf_native_end(thread, NULL);
    (void)hf_collect(thread);
    (void)!hf_native_begin(thread);
    return data[0] + (before == (uintptr_t)data);
}

static int64_t eight(int8_t a, int16_t b, int32_t c, int64_t d, float e, double f, uint8_t g,
                     uint64_t h)
{
    return a + b + c + d + (int64_t)e + (int64_t)f + g + (int64_t)h;
}

HF_WRAP(int, wrap_plus, plus, HF_W_VALUE(int, a), HF_W_VALUE(int, b));
HF_WRAP_VOID(wrap_note, note, HF_W_VALUE(uint32_t, by));
HF_WRAP(int, wrap_seven, seven);
HF_WRAP(uint32_t, wrap_sum, sum, HF_W_IN(data, uint8_t));
HF_WRAP(size_t, wrap_fill, fill, HF_W_OUT(data, size_t), HF_W_VALUE(int, value));
HF_WRAP(size_t, wrap_fill_some, fill, HF_W_OUT_OR_NULL(data, size_t), HF_W_VALUE(int, value));
HF_WRAP(size_t, wrap_copy, xcopy, HF_W_INOUT(to, size_t), HF_W_IN(bytes, int));
HF_WRAP(size_t, wrap_text, text_size, HF_W_TEXT(text));
HF_WRAP(size_t, wrap_text_or_null, text_size, HF_W_TEXT_OR_NULL(text));
HF_WRAP(const void *, wrap_same, same, HF_W_POINTER(const void *, pointer));
HF_WRAP(int, wrap_mirror, mirror, HF_W_IN_AS(point, in), HF_W_OUT_AS(point, out));
HF_WRAP(int, wrap_handle, handle_value, HF_W_RESOURCE(int, file));
HF_WRAP(int, wrap_collecting, collecting, HF_W_VALUE(hf_thread *, self), HF_W_IN(data, size_t));
HF_WRAP(int64_t, wrap_eight, eight, HF_W_VALUE(int8_t, a), HF_W_VALUE(int16_t, b),
        HF_W_VALUE(int32_t, c), HF_W_VALUE(int64_t, d), HF_W_VALUE(float, e), HF_W_VALUE(double, f),
        HF_W_VALUE(uint8_t, g), HF_W_VALUE(uint64_t, h));

/* ---- the tests ---- */

typedef struct scene {
    managed m;
    hf_frame frame;
    hf_ref a, b;
} scene;

static int set_up(void **state)
{
    static scene the;
    managed_begin(&the.m, NULL);
    assert_int_equal(hf_frame_begin(the.m.thread, &the.frame, HF_SITE), HF_OK);
    the.a = hf_local(the.m.thread);
    the.b = hf_local(the.m.thread);
    calls = 0;
    *state = &the;
    return 0;
}

static int tear_down(void **state)
{
    scene *s = *state;
    assert_null(s->m.thread->records);
    hf_frame_end(&s->frame);
    managed_end(&s->m);
    return 0;
}

static void make(scene *s, hf_ref ref, const void *bytes, size_t size)
{
    assert_int_equal(hf_bytes_create(s->m.thread, size, ref), HF_OK);
    assert_int_equal(hf_bytes_write(ref, 0, bytes, size), HF_OK);
}

static void expect(scene *s, const char *function, const char *argument, const char *words)
{
    managed_report report = managed_expect(&s->m, function, words);
    assert_string_equal(report.argument, argument);
    assert_non_null(strstr(report.file, "test_wrap.c"));
}

static void wrapper_passes_values_and_captures_errors(void **state)
{
    scene *s = *state;
    hf_native_error error = { 0, 0, 0 };
    int result = 0;
    int64_t wide = 0;
    assert_int_equal(wrap_plus(s->m.thread, &result, &error, 40, 2), HF_OK);
    assert_int_equal(result, 42);
    assert_int_equal(error.errno_value, 33);
    assert_int_equal(wrap_note(s->m.thread, NULL, 10), HF_OK);
    assert_int_equal(calls, 11);
    assert_int_equal(wrap_seven(s->m.thread, &result, NULL), HF_OK);
    assert_int_equal(result, 7);
    assert_int_equal(wrap_eight(s->m.thread, &wide, NULL, -1, -2, 3, 4, 5.0f, 6.0, 7, 8), HF_OK);
    assert_int_equal(wide, 30);
}

static void wrapper_lends_a_range_of_a_buffer(void **state)
{
    scene *s = *state;
    uint32_t total = 0;
    size_t written = 0;
    uint8_t byte = 0;
    make(s, s->a, "\1\2\3\4\5", 5);
    assert_int_equal(wrap_sum(s->m.thread, &total, NULL, s->a, 1, 3), HF_OK);
    assert_int_equal(total, 9);
    assert_int_equal(wrap_sum(s->m.thread, &total, NULL, s->a, 5, 0), HF_OK);
    assert_int_equal(total, 0);
    assert_int_equal(wrap_fill(s->m.thread, &written, NULL, s->a, 4, 1, 9), HF_OK);
    assert_int_equal(written, 1);
    assert_int_equal(hf_bytes_read(s->a, 4, &byte, 1), HF_OK);
    assert_int_equal(byte, 9);
    make(s, s->b, "abc", 3);
    assert_int_equal(wrap_copy(s->m.thread, &written, NULL, s->a, 0, 5, s->b, 0, 3), HF_OK);
    assert_int_equal(hf_bytes_read(s->a, 2, &byte, 1), HF_OK);
    assert_int_equal(byte, 'c');
}

static void wrapper_pins_while_the_callee_runs(void **state)
{
    scene *s = *state;
    int result = 0;
    make(s, s->a, "\5", 1);
    assert_int_equal(wrap_collecting(s->m.thread, &result, NULL, s->m.thread, s->a, 0, 1), HF_OK);
    assert_int_equal(result, 6);
}

static void wrapper_refuses_a_range_outside_the_buffer_or_the_length_type(void **state)
{
    scene *s = *state;
    uint32_t total = 77;
    size_t written = 77;
    assert_int_equal(hf_bytes_create(s->m.thread, 300, s->a), HF_OK);
    assert_int_equal(wrap_sum(s->m.thread, &total, NULL, s->a, 0, 301), HF_E_RANGE);
    expect(s, "sum", "data", "not within 300 bytes");
    assert_int_equal(wrap_sum(s->m.thread, &total, NULL, s->a, 301, 0), HF_E_RANGE);
    expect(s, "sum", "data", "not within");
    assert_int_equal(wrap_sum(s->m.thread, &total, NULL, s->a, SIZE_MAX, 2), HF_E_RANGE);
    expect(s, "sum", "data", "not within");
    assert_int_equal(wrap_sum(s->m.thread, &total, NULL, s->a, 0, 256), HF_E_RANGE);
    expect(s, "sum", "data", "can say (255)");
    assert_int_equal(total, 77);
    assert_int_equal(HF_W_MAX_(int), INT32_MAX);
    assert_int_equal(HF_W_MAX_(int8_t), INT8_MAX);
    assert_true(HF_W_MAX_(uint64_t) == UINT64_MAX);
    assert_int_equal(wrap_copy(s->m.thread, &written, NULL, s->a, 0, 300, s->a, 200, 101),
                     HF_E_RANGE);
    expect(s, "xcopy", "bytes", "not within");
    assert_int_equal(written, 77);
}

static void wrapper_takes_null_for_what_may_be_null_alone(void **state)
{
    scene *s = *state;
    size_t written = 77;
    assert_int_equal(wrap_fill_some(s->m.thread, &written, NULL, NULL, 0, 0, 1), HF_OK);
    assert_int_equal(written, 0);
    assert_int_equal(wrap_fill_some(s->m.thread, &written, NULL, s->a, 0, 1, 1), HF_E_RANGE);
    expect(s, "fill", "data", "not within 0 bytes");
    assert_int_equal(wrap_fill(s->m.thread, &written, NULL, s->a, 0, 0, 1), HF_E_NULL);
    expect(s, "fill", "data", "");
    assert_int_equal(wrap_fill(s->m.thread, &written, NULL, NULL, 0, 0, 1), HF_E_SLOTS);
    expect(s, "fill", "data", "");
    assert_int_equal(hf_array_create(s->m.thread, 2, s->b), HF_OK);
    assert_int_equal(wrap_fill(s->m.thread, &written, NULL, s->b, 0, 0, 1), HF_E_NOT_LENDABLE);
    expect(s, "fill", "data", "");
    assert_int_equal(wrap_fill(s->m.thread, NULL, NULL, s->b, 0, 0, 1), HF_E_NULL);
}

static void wrapper_checks_where_texts_and_pointers_lead(void **state)
{
    scene *s = *state;
    size_t size = 0;
    const void *seen = NULL;
    make(s, s->a, "text", 5);
    const char *inside = (const char *)managed_address(s->a) + 16;
    assert_int_equal(wrap_text(s->m.thread, &size, NULL, "four"), HF_OK);
    assert_int_equal(size, 4);
    assert_int_equal(wrap_text(s->m.thread, &size, NULL, NULL), HF_E_NULL);
    expect(s, "text_size", "text", "NULL");
    assert_int_equal(wrap_text_or_null(s->m.thread, &size, NULL, NULL), HF_OK);
    assert_int_equal(size, 999);
    assert_int_equal(wrap_text(s->m.thread, &size, NULL, inside), HF_E_ARGUMENT_KIND);
    expect(s, "text_size", "text", "managed heap");
    assert_int_equal(wrap_same(s->m.thread, &seen, NULL, inside), HF_E_ARGUMENT_KIND);
    expect(s, "same", "pointer", "managed heap");
    {
        hf_span span;
        HF_FENCE(s->m.thread, fence, s->a, &span);
        assert_int_equal(wrap_text(s->m.thread, &size, NULL, span.data), HF_OK);
        assert_int_equal(size, 4);
        assert_int_equal(wrap_same(s->m.thread, &seen, NULL, span.data), HF_OK);
        assert_ptr_equal(seen, span.data);
    }
}

static void wrapper_lends_structs_of_a_c_type(void **state)
{
    scene *s = *state;
    int result = 0;
    point out = { 0, 0 };
    make(s, s->a, &(point){ 3, 4 }, sizeof(point));
    assert_int_equal(hf_bytes_create(s->m.thread, sizeof(point), s->b), HF_OK);
    assert_int_equal(wrap_mirror(s->m.thread, &result, NULL, s->a, s->b), HF_OK);
    assert_int_equal(hf_bytes_read(s->b, 0, &out, sizeof out), HF_OK);
    assert_int_equal(out.x, 4);
    assert_int_equal(out.y, 3);
    assert_int_equal(hf_bytes_create(s->m.thread, sizeof(point) - 1, s->b), HF_OK);
    assert_int_equal(wrap_mirror(s->m.thread, &result, NULL, s->a, s->b), HF_E_RANGE);
    expect(s, "mirror", "out", "not within 7 bytes");
}

static unsigned released;

static hf_status release(uintptr_t value, void *user)
{
    (void)user;
    released += value == 12;
    return value == 13 ? HF_E_SYSTEM : HF_OK;
}

static const hf_resource_class handles = { .struct_size = sizeof(hf_resource_class),
                                           .name = "handle",
                                           .release = release };

static void wrapper_holds_a_resource_open(void **state)
{
    scene *s = *state;
    int result = 0;
    released = 0;
    assert_int_equal(hf_resource_create(s->m.thread, &handles, 12, s->a), HF_OK);
    assert_int_equal(wrap_handle(s->m.thread, &result, NULL, s->a), HF_OK);
    assert_int_equal(result, 12);
    assert_int_equal(hf_resource_dispose(s->m.thread, s->a), HF_OK);
    assert_int_equal(released, 1);
    assert_int_equal(wrap_handle(s->m.thread, &result, NULL, s->a), HF_E_CLOSED);
    expect(s, "handle_value", "file", "");
    make(s, s->b, "x", 1);
    assert_int_equal(wrap_handle(s->m.thread, &result, NULL, s->b), HF_E_TYPE);
    expect(s, "handle_value", "file", "");
}

static void wrapper_in_native_state_calls_nothing(void **state)
{
    scene *s = *state;
    int result = 0;
    uint32_t total = 0;
    make(s, s->a, "\1", 1);
    assert_int_equal(hf_native_begin(s->m.thread), HF_OK);
    assert_int_equal(wrap_sum(s->m.thread, &total, NULL, s->a, 0, 1), HF_E_DETACHED);
    assert_int_equal(wrap_plus(s->m.thread, &result, NULL, 1, 1), HF_E_DETACHED);
    assert_int_equal(hf_native_end(s->m.thread, NULL), HF_OK);
    managed_expect(&s->m, "sum", "native state");
    managed_expect(&s->m, "hf_native_begin", "native state");
    assert_int_equal(calls, 0);
    assert_int_equal(wrap_sum(NULL, &total, NULL, s->a, 0, 1), HF_E_NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(wrapper_passes_values_and_captures_errors),
        TEST(wrapper_lends_a_range_of_a_buffer),
        TEST(wrapper_pins_while_the_callee_runs),
        TEST(wrapper_refuses_a_range_outside_the_buffer_or_the_length_type),
        TEST(wrapper_takes_null_for_what_may_be_null_alone),
        TEST(wrapper_checks_where_texts_and_pointers_lead),
        TEST(wrapper_lends_structs_of_a_c_type),
        TEST(wrapper_holds_a_resource_open),
        TEST(wrapper_in_native_state_calls_nothing),
    };
    return cmocka_run_group_tests_name("wrap", tests, NULL, NULL);
}
