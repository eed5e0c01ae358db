/* SPDX-License-Identifier: MIT */

/* Names of the host, the program and its variables against the plain C calls, on every system. */

#if !defined(_WIN32)
#define _GNU_SOURCE 1
#endif

#include "runtime.h"

#include <stdlib.h>
#include <string.h>

#if defined(_WIN32)
#include <windows.h>
#else
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#endif

static void assert_text(hf_ref text, const char *expected)
{
    static char seen[70000];
    assert_false(hf_is_null(text));
    assert_true(hf_bytes_size(text) < sizeof seen);
    memset(seen, 0, sizeof seen);
    assert_int_equal(hf_bytes_read(text, 0, seen, hf_bytes_size(text)), HF_OK);
    assert_string_equal(seen, expected);
    assert_int_equal(hf_bytes_size(text), strlen(expected));
}

static void set_variable(const char *name, const char *value)
{
#if defined(_WIN32)
    assert_true(SetEnvironmentVariableA(name, value));
#else
    assert_int_equal(setenv(name, value, 1), 0);
#endif
}

/* ---- everywhere ---- */

static void host_name_is_as_the_system_says(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref name = hf_local(t->thread);
    char expected[1024] = { 0 };
    int64_t error = 1;
#if defined(_WIN32)
    DWORD size = sizeof expected;
    assert_true(GetComputerNameExA(ComputerNameDnsHostname, expected, &size));
#else
    assert_int_equal(gethostname(expected, sizeof expected), 0);
#endif
    assert_int_equal(hf_host_name(t->thread, name, &error), HF_OK);
    assert_text(name, expected);
    assert_int_equal(error, 0);
    assert_int_equal(hf_host_name(t->thread, NULL, NULL), HF_E_SLOTS);
}

static void domain_name_is_as_the_system_says(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref name = hf_local(t->thread);
    char expected[1024] = { 0 };
#if defined(_WIN32)
    DWORD size = sizeof expected;
    assert_true(GetComputerNameExA(ComputerNameDnsDomain, expected, &size));
#else
    assert_int_equal(getdomainname(expected, sizeof expected), 0);
#endif
    assert_int_equal(hf_domain_name(t->thread, name, NULL), HF_OK);
    assert_text(name, expected);
}

static void program_path_is_this_program(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref path = hf_local(t->thread);
    char expected[4096] = { 0 };
#if defined(_WIN32)
    assert_true(GetModuleFileNameA(NULL, expected, sizeof expected) > 0);
    assert_int_equal(hf_program_path(t->thread, path, NULL), HF_OK);
    assert_text(path, expected);
#elif defined(__linux__)
    assert_true(readlink("/proc/self/exe", expected, sizeof expected - 1) > 0);
    assert_int_equal(hf_program_path(t->thread, path, NULL), HF_OK);
    assert_text(path, expected);
#else
    (void)expected;
    assert_int_equal(hf_program_path(t->thread, path, NULL), HF_OK);
    assert_true(hf_bytes_size(path) > 0);
#endif
}

static void current_directory_is_there_everywhere(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref path = hf_local(t->thread);
    char expected[4096] = { 0 };
#if defined(_WIN32)
    assert_true(GetCurrentDirectoryA(sizeof expected, expected) > 0);
#else
    assert_non_null(getcwd(expected, sizeof expected));
#endif
    assert_int_equal(hf_current_directory(t->thread, path, NULL), HF_OK);
    assert_text(path, expected);
}

static void environment_gives_values_of_any_length(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref value = hf_local(t->thread);
    static const size_t lengths[] = { 1, 255, 256, 257, 20000 };
    char *expected = calloc(1, 20001);
    assert_non_null(expected);
    for (unsigned i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        int64_t error = 1;
        memset(expected, 'a' + (int)i, lengths[i]);
        set_variable("HF_TEST_HOST", expected);
        assert_int_equal(hf_environment_get(t->thread, "HF_TEST_HOST", value, &error), HF_OK);
        assert_text(value, expected);
        assert_int_equal(error, 0);
        assert_int_equal(hf_collect(t->thread), HF_OK);
        set_variable("HF_TEST_HOST", "another"); /* what was read is a copy */
        assert_text(value, expected);
    }
    free(expected);
}

static void environment_says_that_there_is_no_such_variable(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref value = hf_local(t->thread);
    int64_t error = 1;
    assert_int_equal(hf_environment_get(t->thread, "HF_TEST_NOT_THERE", value, &error),
                     HF_E_NOT_FOUND);
    assert_true(hf_is_null(value));
    assert_int_equal(error, 0);
    assert_int_equal(hf_environment_get(t->thread, NULL, value, NULL), HF_E_NULL);
    assert_int_equal(hf_environment_get(t->thread, "PATH", NULL, NULL), HF_E_SLOTS);
}

static void login_name_is_as_the_system_says(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref name = hf_local(t->thread);
    char expected[1024] = { 0 };
    int64_t error = 0;
#if defined(_WIN32)
    DWORD size = sizeof expected;
    assert_true(GetUserNameA(expected, &size));
    assert_int_equal(hf_login_name(t->thread, name, &error), HF_OK);
    assert_text(name, expected);
#else
    int code = getlogin_r(expected, sizeof expected);
    assert_int_equal(hf_login_name(t->thread, name, &error), code ? HF_E_NATIVE : HF_OK);
    assert_int_equal(error, code);
    if (code == 0) {
        assert_text(name, expected);
    }
#endif
}

/* ---- what one kind of system has ---- */

#if defined(_WIN32)
static void functions_of_other_systems_are_named(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref out = hf_local(t->thread);
    assert_int_equal(hf_link_target(t->thread, "C:\\", out, NULL), HF_E_NOT_FOUND);
    assert_non_null(strstr(t->report[0].message, "readlink"));
    t->report_count = 0;
    assert_int_equal(hf_link_chain(t->thread, "C:\\", 0, out, NULL), HF_E_NOT_FOUND);
    t->report_count = 0;
    assert_int_equal(hf_file_bytes(t->thread, "C:\\", 0, out, NULL), HF_E_NOT_FOUND);
    assert_non_null(strstr(t->report[0].message, "open"));
    t->report_count = 0;
    assert_int_equal(hf_directory_entries(t->thread, "C:\\", out, NULL), HF_E_NOT_FOUND);
    t->report_count = 0;
    assert_int_equal(hf_attribute_names(t->thread, "C:\\", out, NULL), HF_E_NOT_FOUND);
    t->report_count = 0;
    assert_int_equal(hf_sysctl(t->thread, "kern.ostype", out, NULL), HF_E_NOT_FOUND);
    t->report_count = 0;
    assert_int_equal(hf_terminal_name(t->thread, HF_ARGS(HF_INT(0)), out, NULL), HF_E_NOT_FOUND);
    t->report_count = 0;
    assert_true(hf_is_null(out));
}
#else
static hf_status release_descriptor(uintptr_t value, void *user)
{
    (void)user;
    return close((int)value) == 0 ? HF_OK : HF_E_RELEASE;
}

static const hf_resource_class terminal_class = { .struct_size = sizeof(hf_resource_class),
                                                  .name = "terminal",
                                                  .invalid = (uintptr_t)-1,
                                                  .release = release_descriptor,
                                                  .on_leak = HF_LEAK_REPORT_AND_RELEASE };

static void terminals_have_names_at_both_ends(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref name = hf_local(t->thread);
    hf_ref resource = hf_local(t->thread);
    char expected[256] = { 0 };
    int64_t error = 0;
    int end = posix_openpt(O_RDWR | O_NOCTTY);
    if (end < 0 || grantpt(end) != 0 || unlockpt(end) != 0) {
        skip();
    }
    snprintf(expected, sizeof expected, "%s", ptsname(end));
    assert_int_equal(hf_pseudo_terminal_name(t->thread, HF_ARGS(HF_INT(end)), name, NULL), HF_OK);
    assert_text(name, expected);
    int other = open(expected, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (other >= 0) {
        assert_int_equal(hf_resource_create(t->thread, &terminal_class, (uintptr_t)other, resource),
                         HF_OK);
        assert_int_equal(hf_terminal_name(t->thread, HF_ARGS(HF_RESOURCE(resource)), name, NULL),
                         HF_OK);
        assert_text(name, expected);
        assert_int_equal(hf_resource_dispose(t->thread, resource), HF_OK);
        assert_int_equal(hf_terminal_name(t->thread, HF_ARGS(HF_RESOURCE(resource)), name, NULL),
                         HF_E_CLOSED);
        t->report_count = 0;
    }
    close(end);
    int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
    assert_int_equal(hf_terminal_name(t->thread, HF_ARGS(HF_INT(file)), name, &error), HF_E_NATIVE);
    assert_int_equal(error, ENOTTY);
    assert_true(hf_is_null(name));
    close(file);
    assert_int_equal(hf_terminal_name(t->thread, NULL, name, NULL), HF_E_NULL);
    assert_int_equal(hf_pseudo_terminal_name(t->thread, NULL, name, NULL), HF_E_NULL);
}
#endif

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(host_name_is_as_the_system_says),
        TEST(domain_name_is_as_the_system_says),
        TEST(program_path_is_this_program),
        TEST(current_directory_is_there_everywhere),
        TEST(environment_gives_values_of_any_length),
        TEST(environment_says_that_there_is_no_such_variable),
        TEST(login_name_is_as_the_system_says),
#if defined(_WIN32)
        TEST(functions_of_other_systems_are_named),
#else
        TEST(terminals_have_names_at_both_ends),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
