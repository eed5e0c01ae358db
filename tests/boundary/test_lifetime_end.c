/* SPDX-License-Identifier: MIT */
/* hf-test: finalizers threaded timeout=120 */

/*
 * docs/lifetime-rules.md, section 4: how a runtime ends.  Each test ends its own.
 */

#define _POSIX_C_SOURCE 200809L /* popen() */

#include "hf_test.h"

#include "lifetimes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* popen() under the name that each C runtime gives it. */
#if defined(_WIN32)
#define open_pipe(command) _popen((command), "r")
#define close_pipe(file)   _pclose(file)
#else
#define open_pipe(command) popen((command), "r")
#define close_pipe(file)   pclose(file)
#endif

#define WATCHED    8
#define RULE(name) cmocka_unit_test_setup_teardown(name, lifetimes_setup, end)

static lifetimes_ticket tickets[WATCHED];

static int end(void **state)
{
    (void)state;
    return 0;
}

static void make_watched(hf_ref out, unsigned number)
{
    tickets[number] = (lifetimes_ticket){ .all = &world, .number = number };
    assert_int_equal(hf_bytes_create(world.thread, 1, out), HF_OK);
    assert_int_equal(hf_finalizer_set(world.thread, out, lifetimes_finalize, &tickets[number]),
                     HF_OK);
}

static void rule_4_1_what_is_queued_is_run(void **state)
{
    (void)state;
    {
        HF_FRAME(world.thread);
        hf_ref object = hf_local(world.thread);
        make_watched(object, 1);
        make_watched(object, 2);
        make_watched(object, 3);
        hf_clear(object);
        if (!lifetimes_is_stress()) {
            assert_int_equal(lifetimes_events(&world), 0);
        }
        assert_int_equal(hf_collect(world.thread), HF_OK); /* and no drain */
    }
    lifetimes_end(&world);
    assert_int_equal(world.event_count, 3);
    assert_int_equal(world.leaks.finalizers, 0);
}

static void rule_4_2_finalizers_of_live_objects_are_counted_not_run(void **state)
{
    (void)state;
    hf_global *globals[2];
    {
        HF_FRAME(world.thread);
        hf_ref object = hf_local(world.thread);
        for (unsigned i = 0; i < 2; i++) {
            make_watched(object, i + 1);
            assert_int_equal(hf_global_create(world.thread, object, &globals[i]), HF_OK);
        }
    }
    lifetimes_end(&world);
    assert_int_equal(world.event_count, 0);
    assert_int_equal(world.leaks.finalizers, 2);
    assert_int_equal(world.leaks.globals, 2);
}

static hf_status release_noted(uintptr_t value, void *user)
{
    (void)user;
    lifetimes_note(&world, value);
    return HF_OK;
}

static const hf_resource_class noted_class = {
    .struct_size = sizeof(hf_resource_class),
    .name = "noted",
    .release = release_noted,
    .on_leak = HF_LEAK_RELEASE,
};

static const hf_resource_class kept_class = {
    .struct_size = sizeof(hf_resource_class),
    .name = "kept",
    .release = release_noted,
    .on_leak = HF_LEAK_REPORT_ONLY,
};

static void rule_4_3_resources_are_released_children_first(void **state)
{
    (void)state;
    hf_global *globals[4];
    {
        HF_FRAME(world.thread);
        hf_ref all[4];
        for (unsigned i = 0; i < 4; i++) {
            all[i] = hf_local(world.thread);
        }
        assert_int_equal(hf_resource_create(world.thread, &noted_class, 1, all[0]), HF_OK);
        assert_int_equal(hf_resource_create_child(world.thread, &noted_class, 2, all[0], all[1]),
                         HF_OK);
        assert_int_equal(hf_resource_create_child(world.thread, &noted_class, 3, all[1], all[2]),
                         HF_OK);
        assert_int_equal(hf_resource_create(world.thread, &kept_class, 4, all[3]), HF_OK);
        for (unsigned i = 0; i < 4; i++) {
            assert_int_equal(hf_global_create(world.thread, all[i], &globals[i]), HF_OK);
        }
        lifetimes_settle(&world);
        assert_int_equal(lifetimes_events(&world), 0);
    }
    lifetimes_end(&world);
    assert_int_equal(world.event_count, 3);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(world.events[i], 3 - i);
    }
    assert_int_equal(world.leaks.globals, 4);
}

static void rule_4_4_what_something_may_reach_is_kept_and_counted(void **state)
{
    (void)state;
    hf_pin *pin;
    unsigned char *data;
    {
        HF_FRAME(world.thread);
        hf_ref object = hf_local(world.thread);
        assert_int_equal(hf_bytes_create(world.thread, 64, object), HF_OK);
        assert_int_equal(hf_pin_create(world.thread, object, &pin), HF_OK);
        data = hf_pin_span(pin).data;
    }
    lifetimes_end(&world);
    assert_int_equal(world.leaks.pins, 1);
    for (int i = 0; i < 64; i++) {
        data[i] = (unsigned char)i; /* native code that is not done yet */
    }
    assert_int_equal(data[63], 63);
}

/* What would show on the way out, if it ran. */
static void say_that_it_ran(hf_thread *runner, hf_ref object, void *user)
{
    (void)runner;
    (void)object;
    (void)user;
    printf("a finalizer ran\n");
    fflush(stdout);
}

static int leave_without_an_end(void)
{
    hf_runtime *runtime;
    hf_thread *thread;
    hf_global *global;
    if (hf_runtime_create(NULL, &runtime) != HF_OK || hf_thread_attach(runtime, &thread) != HF_OK) {
        return 1;
    }
    HF_FRAME(thread);
    hf_ref object = hf_local(thread);
    if (hf_bytes_create(thread, 8, object) != HF_OK ||
        hf_finalizer_set(thread, object, say_that_it_ran, NULL) != HF_OK ||
        hf_global_create(thread, object, &global) != HF_OK) {
        return 1;
    }
    printf("leaves\n");
    fflush(stdout);
    exit(0);
}

static const char *self_path;

static void rule_4_5_a_process_that_exits_runs_none_of_it(void **state)
{
    (void)state;
    char command[1024];
    char line[256] = "";
    unsigned lines = 0;
    lifetimes_end(&world);
    snprintf(command, sizeof command, "\"%s\" leave", self_path);
    FILE *output = open_pipe(command);
    assert_non_null(output);
    while (fgets(line, sizeof line, output)) {
        assert_non_null(strstr(line, "leaves"));
        lines++;
    }
    assert_int_equal(close_pipe(output), 0);
    assert_int_equal(lines, 1);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        RULE(rule_4_1_what_is_queued_is_run),
        RULE(rule_4_2_finalizers_of_live_objects_are_counted_not_run),
        RULE(rule_4_3_resources_are_released_children_first),
        RULE(rule_4_4_what_something_may_reach_is_kept_and_counted),
        RULE(rule_4_5_a_process_that_exits_runs_none_of_it),
    };
    if (argc == 2 && strcmp(argv[1], "leave") == 0) {
        return leave_without_an_end();
    }
    self_path = argv[0];
    return cmocka_run_group_tests_name("boundary_lifetime_end", tests, NULL, NULL);
}
