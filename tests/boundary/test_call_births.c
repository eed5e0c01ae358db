/* SPDX-License-Identifier: MIT */

/*
 * Calls that are refused say which object they do not take: what it is, and in checked mode where
 * it was made.
 */

#include "managed.h"
#include "testlib.h"

#include <stddef.h>

typedef struct fixture {
    managed m;
    hf_library *library;
    hf_function *function;
    hf_result result;
} fixture;

static void begin(fixture *f, const char *prototype)
{
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.checked = 1;
    managed_begin(&f->m, &options);
    f->result = (hf_result)HF_RESULT_INIT;
    assert_int_equal(hf_library_open(f->m.thread, HF_TESTLIB_PATH, &f->library), HF_OK);
    assert_int_equal(hf_function_bind(f->m.thread, f->library, prototype, &f->function), HF_OK);
}

static void end(fixture *f)
{
    hf_function_destroy(f->function);
    hf_library_close(f->library);
    managed_end(&f->m);
}

static void expect(fixture *f, const char *argument, int line, const char *object)
{
    managed_report report = managed_expect(&f->m, "hfn_sum", "");
    assert_string_equal(report.argument, argument);
    assert_string_equal(report.object, object);
    assert_int_equal(report.born_line, line);
    assert_string_equal(report.born_file, line ? __FILE__ : "");
}

#define SUM "uint32_t hfn_sum(const uint8_t *data, size_t size {capacity(data)})"

static void call_names_the_birth_of_a_buffer_that_is_too_short(void **state)
{
    (void)state;
    fixture f;
    begin(&f, SUM);
    {
        HF_FRAME(f.m.thread);
        hf_ref buffer = hf_local(f.m.thread);
        const int line = __LINE__ + 1;
        assert_int_equal(hf_bytes_create(f.m.thread, 10, buffer), HF_OK);

        assert_int_equal(
            hf_call(f.m.thread, f.function, &f.result, HF_ARGS(HF_BUFFER(buffer, 5, 6))),
            HF_E_RANGE);

        expect(&f, "1 (data)", line, "bytes, 10 bytes");
    }
    end(&f);
}

static void call_names_the_birth_of_an_object_that_is_no_buffer(void **state)
{
    (void)state;
    fixture f;
    begin(&f, SUM);
    {
        HF_FRAME(f.m.thread);
        hf_ref array = hf_local(f.m.thread);
        const int line = __LINE__ + 1;
        assert_int_equal(hf_array_create(f.m.thread, 0, array), HF_OK);

        assert_int_equal(
            hf_call(f.m.thread, f.function, &f.result, HF_ARGS(HF_BUFFER(array, 0, HF_WHOLE))),
            HF_E_NOT_LENDABLE);

        expect(&f, "1 (data)", line, "array, 0 bytes");
    }
    end(&f);
}

static void call_names_the_birth_of_the_buffer_that_a_link_misses(void **state)
{
    (void)state;
    fixture f;
    begin(&f, SUM);
    {
        HF_FRAME(f.m.thread);
        hf_ref good = hf_local(f.m.thread), bad = hf_local(f.m.thread);
        void *memory[2] = { NULL, NULL };
        const int line = __LINE__ + 2;
        assert_int_equal(hf_bytes_create(f.m.thread, 10, good), HF_OK);
        assert_int_equal(hf_bytes_create(f.m.thread, 12, bad), HF_OK);
        const hf_link links[] = { { 0, good, 0 }, { sizeof(void *), bad, 13 } };
        const hf_linked linked = { memory, sizeof memory, links, 2 };

        assert_int_equal(hf_call(f.m.thread, f.function, &f.result, HF_ARGS(HF_LINKED(&linked))),
                         HF_E_RANGE);

        expect(&f, "1 (data)", line, "bytes, 12 bytes");
    }
    end(&f);
}

static void call_names_no_birth_of_another_argument(void **state)
{
    (void)state;
    fixture f;
    begin(&f, "uint32_t hfn_sum(const uint32_t *data, uint8_t size)");
    {
        HF_FRAME(f.m.thread);
        hf_ref buffer = hf_local(f.m.thread);
        assert_int_equal(hf_bytes_create(f.m.thread, 10, buffer), HF_OK);

        assert_int_equal(hf_call(f.m.thread, f.function, &f.result,
                                 HF_ARGS(HF_BUFFER(buffer, 0, HF_WHOLE), HF_INT(256))),
                         HF_E_RANGE);

        expect(&f, "2 (size)", 0, "");
    }
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(call_names_the_birth_of_a_buffer_that_is_too_short),
        cmocka_unit_test(call_names_the_birth_of_an_object_that_is_no_buffer),
        cmocka_unit_test(call_names_the_birth_of_the_buffer_that_a_link_misses),
        cmocka_unit_test(call_names_no_birth_of_another_argument),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
