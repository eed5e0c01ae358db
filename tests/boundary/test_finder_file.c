/* SPDX-License-Identifier: MIT */
/* hf-test: posix finalizers timeout=120 */

/*
 * The finder of the environment: one process records to a file, the next follows it.  Each process
 * is a child of this one, so that the runtimes of each are counted from the first.
 */

#define _POSIX_C_SOURCE 200809L

#include "child.h"

#include <holdfast.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char path[64];
static char seen[2048]; /* what was reported, in this process */
static unsigned reports;
static bool has_keepalive;

static void keep_report(const hf_report *report, void *user)
{
    (void)user;
    size_t used = strlen(seen);
    (void)hf_report_format(report, seen + used, sizeof seen - used);
    reports++;
}

static hf_status close_fd(uintptr_t value, void *user)
{
    (void)value;
    (void)user;
    return HF_OK;
}

static const hf_resource_class fd_class = { .struct_size = sizeof(hf_resource_class),
                                            .name = "fd",
                                            .invalid = (uintptr_t)-1,
                                            .release = close_fd,
                                            .on_leak = HF_LEAK_RELEASE };

static void use_value(hf_thread *thread, hf_function *use)
{
    HF_FRAME(thread);
    hf_ref file = hf_local(thread);
    uintptr_t value = 0;
    hf_result result = HF_RESULT_INIT;
    HF_CHILD_CHECK(hf_resource_create(thread, &fd_class, 42, file) == HF_OK);
    HF_CHILD_CHECK(hf_resource_value(thread, file, &value) == HF_OK);
    HF_CHILD_CHECK(hf_call(thread, use, &result, HF_ARGS(HF_INT((int)value))) == HF_OK);
    if (has_keepalive) {
        hf_keepalive(file);
    }
}

static void run_program(void)
{
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.report = keep_report;
    hf_runtime *runtime;
    hf_thread *thread;
    hf_library *library;
    hf_function *use;
    HF_CHILD_CHECK(hf_runtime_create(&options, &runtime) == HF_OK);
    HF_CHILD_CHECK(hf_thread_attach(runtime, &thread) == HF_OK);
    HF_CHILD_CHECK(hf_library_open(thread, HF_TESTLIB_PATH, &library) == HF_OK);
    HF_CHILD_CHECK(hf_function_bind(thread, library, "int32_t hfn_i32(int32_t fd)", &use) == HF_OK);
    use_value(thread, use);
    hf_function_destroy(use);
    hf_library_close(library);
    HF_CHILD_CHECK(hf_thread_detach(thread) == HF_OK);
    hf_runtime_destroy(runtime, NULL);
}

static void ask(const char *how)
{
    char value[96];
    (void)snprintf(value, sizeof value, "%s:%s", how, path);
    HF_CHILD_CHECK(setenv("HOLDFAST_FINDER", value, 1) == 0);
}

/* Two runtimes in a row: the second is followed by its own record. */
static int record_broken(void)
{
    ask("record");
    has_keepalive = true;
    run_program();
    has_keepalive = false;
    run_program();
    return reports == 0 ? 0 : 1;
}

static int replay_broken(void)
{
    ask("replay");
    has_keepalive = true;
    run_program();
    HF_CHILD_CHECK(reports == 0);
    has_keepalive = false;
    run_program();
    HF_CHILD_CHECK(reports == 1);
    return strstr(seen,
                  "misuse in hfn_i32: the value was lent without a fence, and its resource was "
                  "found dead and released during the call") &&
                   strstr(seen, "argument: 1 (fd)") && strstr(seen, "pass HF_RESOURCE(file)")
               ? 0
               : 1;
}

static int replay_without_record(void)
{
    ask("replay");
    has_keepalive = true;
    run_program();
    return reports == 1 && strstr(seen, "there is no record of this runtime in the file") ? 0 : 1;
}

static int ask_nonsense(void)
{
    HF_CHILD_CHECK(setenv("HOLDFAST_FINDER", "later", 1) == 0);
    run_program();
    return reports == 1 && strstr(seen, "neither record:FILE nor replay:FILE") ? 0 : 1;
}

static int record_nowhere(void)
{
    HF_CHILD_CHECK(setenv("HOLDFAST_FINDER", "record:/nowhere/at/all", 1) == 0);
    run_program();
    return reports == 1 && strstr(seen, "the record cannot be written") ? 0 : 1;
}

static void write_file(const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static int begin(void **state)
{
    (void)state;
    (void)snprintf(path, sizeof path, "/tmp/holdfast-finder-%ld", (long)getpid());
    return 0;
}

static int end(void **state)
{
    (void)state;
    (void)remove(path);
    return 0;
}

static void finder_of_the_environment_follows_each_runtime_of_a_process(void **state)
{
    (void)state;
    assert_int_equal(hf_test_in_child(record_broken), 0);
    assert_int_equal(hf_test_in_child(replay_broken), 0);
}

static void finder_refuses_what_is_no_record(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "holdfast-finder 2\nrun 0\n",
        "holdfast-finder 1\n",
        "holdfast-finder 1\nrun 7\nthread 1 0\n",
        "holdfast-finder 1\nrun\n",
        "holdfast-finder 1\nrun 0\nthread 9\n",
        "holdfast-finder 1\nrun 0\nthread 9 2\n1 2\n",
        "holdfast-finder 1\nrun 0\nthread 9 1\n3 2\n",
        "holdfast-finder 1\nrun 0\nthread 9 4000000000\n1 2\n",
        "holdfast-finder 1\nrun 0\nanything\n",
        "holdfast-finder 1\nrun 0\nthread 1 1 x\n",
    };
    assert_int_equal(hf_test_in_child(replay_without_record), 0); /* no file */
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        write_file(texts[i]);
        if (hf_test_in_child(replay_without_record) != 0) {
            fail_msg("taken for a record: %s", texts[i]);
        }
    }
}

static void finder_says_what_it_cannot_do(void **state)
{
    (void)state;
    assert_int_equal(hf_test_in_child(ask_nonsense), 0);
    assert_int_equal(hf_test_in_child(record_nowhere), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(finder_of_the_environment_follows_each_runtime_of_a_process,
                                        begin, end),
        cmocka_unit_test_setup_teardown(finder_refuses_what_is_no_record, begin, end),
        cmocka_unit_test(finder_says_what_it_cannot_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
