/* SPDX-License-Identifier: MIT */
/* hf-test: posix */

/* The real callees that the dialects were taken from, checked against the plain C call. */

#define _GNU_SOURCE 1

#include "runtime.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

typedef struct real {
    hf_library *libc;
    hf_function *function;
} real;

static real bind_libc(hf_test_runtime *t, const char *prototype, uint64_t first_bytes,
                      const hf_type_size *type)
{
    real r = { NULL, NULL };
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.first_bytes = first_bytes;
    options.tries_max = 40;
    options.types = type;
    options.type_count = type ? 1 : 0;
    assert_int_equal(hf_library_open(t->thread, "c", &r.libc), HF_OK);
    assert_int_equal(hf_function_bind_with(t->thread, r.libc, prototype, &options, &r.function),
                     HF_OK);
    hf_library_close(r.libc);
    return r;
}

static void assert_text(hf_ref buffer, const char *expected)
{
    char text[PATH_MAX + 1];
    size_t size = hf_bytes_size(buffer);
    assert_true(size < sizeof(text));
    assert_int_equal(hf_bytes_read(buffer, 0, text, size), HF_OK);
    text[size] = 0;
    assert_string_equal(text, expected);
}

static void retry_reads_a_link(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    char expected[PATH_MAX + 1];
    ssize_t length = readlink("/proc/self/exe", expected, PATH_MAX);
    assert_true(length > 0);
    expected[length] = 0;
    static const uint64_t first[] = { 1, 2, 16, 256, 4096 };
    for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
        real r = bind_libc(t,
                           "ssize_t readlink(const char *path, char *buffer {out, text}, size_t"
                           " size {capacity(buffer)}) {fail(result < 0), error(errno),"
                           " grow_ok(result == size), length(buffer, result)}",
                           first[i], NULL);
        assert_int_equal(
            hf_call(t->thread, r.function, &result, HF_ARGS(HF_CSTR("/proc/self/exe"))), HF_OK);
        assert_text(hf_result_out(&result, 0), expected);
        assert_int_equal(hf_call(t->thread, r.function, &result, HF_ARGS(HF_CSTR("/no/such/link"))),
                         HF_E_NATIVE);
        assert_true(result.error == ENOENT && result.errno_value == ENOENT);
        hf_function_destroy(r.function);
    }
}

static void retry_reads_the_working_directory(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    char expected[PATH_MAX + 1];
    assert_non_null(getcwd(expected, sizeof(expected)));
    real r = bind_libc(t,
                       "char *getcwd(char *buffer {out, text}, size_t size {capacity(buffer)})"
                       " {fail(result == 0), error(errno), grow(error == 34)}",
                       1, NULL);

    assert_int_equal(hf_call(t->thread, r.function, &result, HF_NO_ARGS), HF_OK);
    assert_text(hf_result_out(&result, 0), expected);
    assert_true(result.attempts > 1 || strlen(expected) == 0);
    hf_function_destroy(r.function);
}

static void retry_reads_the_host_name(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    char expected[HOST_NAME_MAX + 1];
    assert_int_equal(gethostname(expected, sizeof(expected)), 0);
    real r = bind_libc(t,
                       "int gethostname(char *name {out, text}, size_t size {capacity(name)})"
                       " {fail(result < 0), error(errno), grow(error == 36)}",
                       1, NULL);

    assert_int_equal(hf_call(t->thread, r.function, &result, HF_NO_ARGS), HF_OK);
    assert_text(hf_result_out(&result, 0), expected);
    hf_function_destroy(r.function);
}

static const hf_type_size passwd_type = { "struct passwd", sizeof(struct passwd),
                                          _Alignof(struct passwd) };
#define GETPWUID                                                                                   \
    "int getpwuid_r(uid_t uid, struct passwd *entry {out, points_into(buffer)},"                   \
    " char *buffer {out}, size_t size {capacity(buffer)}, struct passwd **found {out})"            \
    " {fail(result != 0), error(result), grow(error == 34)}"

static void retry_reads_a_user_that_points_into_its_buffer(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    const struct passwd *plain = getpwuid(getuid());
    real r = bind_libc(t, GETPWUID, 1, &passwd_type);

    assert_int_equal(hf_call(t->thread, r.function, &result, HF_ARGS(HF_UINT(getuid()))), HF_OK);
    assert_true(plain != NULL);
    assert_true(result.attempts > 1);
    assert_int_equal(hf_collect(t->thread), HF_OK);
    assert_int_equal(hf_collect(t->thread), HF_OK);
    hf_span span;
    HF_FENCE(t->thread, fence, hf_result_out(&result, 0), &span);
    const struct passwd *entry = span.data;
    bool is_same = strcmp(entry->pw_name, plain->pw_name) == 0 &&
                   strcmp(entry->pw_dir, plain->pw_dir) == 0 &&
                   strcmp(entry->pw_shell, plain->pw_shell) == 0 && entry->pw_uid == getuid();
    bool is_found = (uintptr_t)hf_result_scalar(&result, 0) == (uintptr_t)entry;
    assert_int_equal(hf_fence_end(&fence), HF_OK);
    assert_true(is_same);
    assert_true(is_found);
    hf_function_destroy(r.function);
}

static void retry_tells_a_user_that_is_not_there(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    real r = bind_libc(t, GETPWUID, 1, &passwd_type);

    assert_int_equal(hf_call(t->thread, r.function, &result, HF_ARGS(HF_UINT(4000000001u))), HF_OK);
    assert_true(hf_result_scalar(&result, 0) == 0);
    hf_function_destroy(r.function);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(retry_reads_a_link),
        TEST(retry_reads_the_working_directory),
        TEST(retry_reads_the_host_name),
        TEST(retry_reads_a_user_that_points_into_its_buffer),
        TEST(retry_tells_a_user_that_is_not_there),
    };
    return cmocka_run_group_tests_name("retry posix", tests, NULL, NULL);
}
