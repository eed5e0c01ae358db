/* SPDX-License-Identifier: MIT */
/* hf-test: finalizers threaded timeout=120 */

/*
 * A program that leaves one of everything, and what is said of it: the whole list as text, in its
 * order, with the file and line of each; the same as data; and the reports, in which nothing is
 * told twice.
 *
 * A call is under way and a fence is open, so the runtime outlives its end, and is kept.
 */

#include "hf_test.h"

#include "lifetimes.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define MILLISECOND UINT64_C(1000000)
#define LINES_MAX   40
#define CALLEE      "int hfn_wait(void *entered {raw}, void *go {raw}, int value)"

static hf_runtime *kept[3]; /* findable for a leak checker */

typedef struct listing {
    unsigned count;
    char line[LINES_MAX][700];
    char kind[LINES_MAX][24];
    int at[LINES_MAX]; /* line of the site */
} listing;

static listing list;

static void note_left(const hf_leftover *left, void *user)
{
    listing *all = user;
    if (all->count < LINES_MAX) {
        unsigned i = all->count++;
        (void)hf_leftover_format(left, all->line[i], sizeof all->line[i]);
        (void)snprintf(all->kind[i], sizeof all->kind[i], "%s", left->kind);
        all->at[i] = left->site.file ? left->site.line : 0;
    }
}

/* ---- one of everything ---- */

static hf_status answer(hf_thread *thread, const hf_value *arguments, hf_value *result, void *user)
{
    (void)thread;
    (void)arguments;
    (void)result;
    (void)user;
    return HF_OK;
}

static void note_final(hf_thread *runner, hf_ref object, void *user)
{
    (void)runner;
    (void)object;
    lifetimes_note(user, 1);
}

static hf_status note_release(uintptr_t value, void *user)
{
    lifetimes_note(user, value);
    return HF_OK;
}

static const hf_resource_class device_class = {
    .struct_size = (uint32_t)sizeof(hf_resource_class),
    .name = "device",
    .release = note_release,
    .user = &world,
    .on_leak = HF_LEAK_RELEASE,
};

/* What the program has of them; static, so that no test can give them back by mistake. */
static hf_pin *pin;
static hf_pinset *set, *empty_set;
static hf_callback *callback;
static hf_global *global;
static hf_scope *scope;
static hf_token *token;
static hf_library *library;
static hf_function *function;

/* Places in a program that is not there: so the list is the same whatever this file looks like. */
static hf_site at(int line)
{
    return (hf_site){ "left.c", line };
}

static void arm_one_of_each_reason(hf_thread *thread)
{
    HF_FRAME(thread);
    hf_ref object = hf_local(thread);
    hf_cleanup cleanup;
    assert_int_equal(hf_array_create(thread, 2, object), HF_OK);
    assert_int_equal(hf_finalizer_set_at(thread, object, note_final, &world, at(1)), HF_OK);
    assert_int_equal(hf_global_create_at(thread, object, &global, at(2)), HF_OK);

    assert_int_equal(hf_array_create(thread, 1, object), HF_OK);
    assert_int_equal(hf_store_at(thread, object, 0, object), HF_OK);
    assert_int_equal(hf_finalizer_set_at(thread, object, note_final, &world, at(3)), HF_OK);

    assert_int_equal(hf_bytes_create(thread, 48, object), HF_OK);
    assert_int_equal(hf_finalizer_set_at(thread, object, note_final, &world, at(4)), HF_OK);
    assert_int_equal(hf_pin_create_at(thread, object, &pin, at(5)), HF_OK);
    assert_int_equal(
        hf_cleanup_add_at(thread, object, 0, note_final, NULL, &world, &cleanup, at(6)), HF_OK);
}

static void leave_the_rest(hf_thread *thread)
{
    HF_FRAME(thread);
    hf_ref object = hf_local(thread);
    hf_ref child = hf_local(thread);
    hf_span span;
    void *word;
    hf_token_options options = HF_TOKEN_OPTIONS_INIT;
    options.name = "read";
    assert_int_equal(hf_bytes_create(thread, 32, object), HF_OK);
    assert_int_equal(hf_pinset_create_at(thread, "queue", &set, at(7)), HF_OK);
    assert_int_equal(hf_pinset_pin_at(thread, set, object, &span, at(8)), HF_OK);
    assert_int_equal(hf_pinset_create_at(thread, "idle", &empty_set, at(17)), HF_OK);
    assert_int_equal(
        hf_handle_create_at(thread, object, "session", HF_HANDLE_FOREVER, &word, at(9)), HF_OK);
    assert_int_equal(hf_scope_create_at(thread, "request", &scope, at(10)), HF_OK);
    assert_int_equal(hf_token_create_at(thread, &options, &token, at(11)), HF_OK);
    assert_int_equal(hf_callback_create_at(thread, "int f(void) {safe(0)}", answer, NULL, NULL,
                                           &callback, at(12)),
                     HF_OK);
    assert_int_equal(hf_resource_create_at(thread, &device_class, 0x51, object, at(13)), HF_OK);
    assert_int_equal(
        hf_resource_create_child_at(thread, &device_class, 0x52, object, child, at(14)), HF_OK);
    hf_ref holder = hf_local(thread);
    assert_int_equal(hf_global_load(global, holder), HF_OK);
    assert_int_equal(hf_store_at(thread, holder, 0, object), HF_OK);
    assert_int_equal(hf_store_at(thread, holder, 1, child), HF_OK);
    assert_int_equal(hf_library_open_at(thread, HF_TESTLIB_PATH, NULL, &library, at(15)), HF_OK);
    assert_int_equal(hf_function_bind_at(thread, library, CALLEE, NULL, &function, at(16)), HF_OK);
}

/* ---- a thread in a call, with a fence around it ---- */

typedef struct caller {
    hf_runtime *runtime;
    int entered, go; /* the callee's */
    _Atomic(hf_status) begun;
    hf_status called, ended;
    int64_t result;
} caller;

static void call_in_a_fence(void *user)
{
    caller *self = user;
    hf_thread *thread;
    hf_fence fence;
    hf_span span;
    hf_frame frame;
    self->begun = hf_thread_attach(self->runtime, &thread);
    if (self->begun != HF_OK || hf_frame_begin(thread, &frame, at(20)) != HF_OK) {
        return;
    }
    hf_ref buffer = hf_local(thread);
    hf_result result = HF_RESULT_INIT;
    self->begun = hf_bytes_create(thread, 16, buffer);
    self->begun = self->begun == HF_OK
                      ? hf_fence_begin(thread, &fence, buffer, &span, "around the call", at(21))
                      : self->begun;
    if (self->begun != HF_OK) {
        return;
    }
    self->called = hf_call(thread, function, &result,
                           HF_ARGS(HF_POINTER(&self->entered), HF_POINTER(&self->go), HF_INT(8)));
    self->result = result.value.i;
    self->ended = hf_fence_end(&fence);
    hf_frame_end(&frame);
    (void)hf_thread_detach(thread);
}

typedef struct expectation {
    const char *kind;
    int at;           /* line in left.c; 0: no site */
    const char *head; /* how the line begins */
    const char
        *tail; /* how it ends; checked modes know more in between, where the object was made */
} expectation;

#define REACHABLE "it never ran: its object is reachable, "
#define PINNED    REACHABLE "pinned by a pin made at left.c:5 -> bytes"

static const expectation everything[] = {
    { "call", 16, "call of hfn_wait; set at left.c:16", "it has not come back in time" },
    { "resource", 14, "resource of class device, value 0x52; set at left.c:14",
      "never disposed; kept open for what outlives the runtime" },
    { "resource", 13, "resource of class device, value 0x51; set at left.c:13",
      "never disposed; kept open for what outlives the runtime" },
    { "finalizer", 1, "finalizer of array; set at left.c:1",
      REACHABLE "global 1 made at left.c:2 -> array" },
    { "finalizer", 3, "finalizer of array; set at left.c:3",
      "it never ran: its object is in a cycle, [0] -> array" },
    { "finalizer", 4, "finalizer of bytes; set at left.c:4", PINNED },
    { "cleanup", 6, "cleanup of bytes; set at left.c:6", PINNED },
    { "scope", 10, "scope of \"request\", with 0 things in it; set at left.c:10",
      "hf_scope_close() was not called" },
    { "token", 11, "token of read, new, 0 buffers; set at left.c:11",
      "the runtime ended before it was destroyed" },
    { "fence", 21, "fence of bytes, 16 bytes, by around the call; set at left.c:21",
      "hf_fence_end() was not reached" },
    { "pin", 8, "pin of bytes, 32 bytes, in set queue; set at left.c:8",
      "the set was neither emptied nor closed: native code may still use the bytes" },
    { "pin", 5, "pin of bytes, 48 bytes; set at left.c:5",
      "hf_pin_destroy() was not called: native code may still use the bytes" },
    { "pin set", 17, "pin set of idle; set at left.c:17", "hf_pinset_destroy() was not called" },
    { "handle", 9, "handle of \"session\"; set at left.c:9", "hf_handle_destroy() was not called" },
    { "global", 2, "global of array, ", "; it was never destroyed" },
    { "callback", 12, "callback of f; set at left.c:12",
      "it was never destroyed; its address is a tombstone now" },
    { "function", 16, "function of hfn_wait; set at left.c:16", "it was never given back" },
    { "library", 15, "library of ", "; set at left.c:15; it was never given back" },
};

enum { EVERYTHING = sizeof everything / sizeof everything[0] };

static bool begins_and_ends(const char *line, const expectation *wanted)
{
    size_t size = strlen(line);
    size_t tail = strlen(wanted->tail);
    return strncmp(line, wanted->head, strlen(wanted->head)) == 0 && size >= tail &&
           strcmp(line + size - tail, wanted->tail) == 0;
}

static void check_list(void)
{
    for (unsigned i = 0; i < list.count || i < EVERYTHING; i++) {
        const expectation *wanted = i < EVERYTHING ? &everything[i] : NULL;
        if (!wanted || i >= list.count || !begins_and_ends(list.line[i], wanted) ||
            strcmp(list.kind[i], wanted->kind) != 0 || list.at[i] != wanted->at) {
            fail_msg("%u: \"%s\" instead of \"%s\"", i, i < list.count ? list.line[i] : "nothing",
                     wanted ? wanted->head : "nothing");
        }
    }
}

static unsigned reports_with(const char *words)
{
    unsigned found = 0;
    for (unsigned i = 0; i < lifetimes_reports(&world); i++) {
        const lifetimes_report *report = lifetimes_report_at(&world, i);
        found += report && strstr(report->text, words) != NULL;
    }
    return found;
}

/* A report for each thing of which only one is to be told, and one for the rest: a call, two
 * resources, a global, a function and a library. */
static void check_reports(void)
{
    static const char *const once[] = { "left.c:5\n",  "left.c:8\n",  "left.c:9\n", "left.c:10\n",
                                        "left.c:11\n", "left.c:12\n", "left.c:17\n" };
    for (unsigned i = 0; i < sizeof once / sizeof once[0]; i++) {
        if (reports_with(once[i]) != 1) {
            fail_msg("%u reports with %s", reports_with(once[i]), once[i]);
        }
    }
    assert_int_equal(reports_with("6 things were left that have no report of their own"), 1);
    assert_int_equal(
        reports_with("call of hfn_wait; set at left.c:16; it has not come back in time"), 1);
}

static void check_counts(const hf_runtime_leaks *leaks)
{
    assert_int_equal(leaks->threads, 1);
    assert_int_equal(leaks->pins, 2);
    assert_int_equal(leaks->resources, 2);
    assert_int_equal(leaks->finalizers, 4); /* and a cleanup among them */
    assert_int_equal(leaks->globals, 1);
    assert_int_equal(leaks->functions, 2);
    assert_int_equal(leaks->handles, 1);
    assert_int_equal(leaks->callbacks, 1);
    assert_int_equal(leaks->scopes, 1);
    assert_int_equal(leaks->tokens, 1);
    assert_true(leaks->fences >= 1);
}

static void leftovers_of_everything_are_listed_in_order_with_site_and_reason(void **state)
{
    (void)state;
    static caller call;
    hf_runtime_end_options options = HF_RUNTIME_END_OPTIONS_INIT;
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    hfp_thread handle;
    lifetimes_begin(&world);
    kept[0] = world.runtime;
    call.runtime = world.runtime;
    arm_one_of_each_reason(world.thread);
    leave_the_rest(world.thread);
    assert_int_equal(hf_thread_detach(world.thread), HF_OK);
    assert_int_equal(hfp_thread_start(&handle, "caller", call_in_a_fence, &call), HF_OK);
    while (!__atomic_load_n(&call.entered, __ATOMIC_SEQ_CST) && call.begun == HF_OK) {
        hfp_sleep_ns(MILLISECOND);
    }
    options.leftover = note_left;
    options.leftover_user = &list;
    options.calls_ns = 20 * MILLISECOND;

    hf_status status = hf_runtime_end(world.runtime, &options, &leaks);

    __atomic_store_n(&call.go, 1, __ATOMIC_SEQ_CST);
    hfp_thread_join(&handle);
    assert_int_equal(status, HF_E_BUSY);
    assert_int_equal(call.called, HF_E_SHUTDOWN);
    assert_int_equal(call.result, 8);
    assert_int_equal(call.ended, HF_OK);
    check_list();
    check_reports();
    check_counts(&leaks);
    assert_int_equal(lifetimes_events(&world), 0); /* nothing ran, nothing was released */
}

/* ---- behind a run that does not end ---- */

typedef struct obstacle {
    _Atomic(bool) is_reached;
    _Atomic(bool) is_lifted;
    _Atomic(bool) is_over;
} obstacle;

static void stop_there(hf_thread *runner, hf_ref object, void *user)
{
    obstacle *block = user;
    (void)object;
    atomic_store(&block->is_reached, true);
    lifetimes_await(runner, &block->is_lifted);
    atomic_store(&block->is_over, true);
}

/* Does not go native: who stops the world waits for it. */
static void spin_there(hf_thread *runner, hf_ref object, void *user)
{
    obstacle *block = user;
    (void)runner;
    (void)object;
    atomic_store(&block->is_reached, true);
    while (!atomic_load(&block->is_lifted)) {
        hfp_sleep_ns(MILLISECOND);
    }
    atomic_store(&block->is_over, true);
}

static void begin_blocked(obstacle *block, hf_finalizer_fn run)
{
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    assert_int_equal(hf_array_create(world.thread, 1, object), HF_OK);
    assert_int_equal(hf_finalizer_set(world.thread, object, run, block), HF_OK);
    hf_clear(object);
    assert_int_equal(hf_collect(world.thread), HF_OK);
    lifetimes_await(world.thread, &block->is_reached);
}

static void end_late(obstacle *block, hf_runtime_leaks *leaks)
{
    hf_runtime_end_options options = HF_RUNTIME_END_OPTIONS_INIT;
    options.leftover = note_left;
    options.leftover_user = &list;
    options.deadline_ns = 30 * MILLISECOND;
    list.count = 0;
    assert_int_equal(hf_thread_detach(world.thread), HF_OK);
    assert_int_equal(hf_runtime_end(world.runtime, &options, leaks), HF_E_TIMEOUT);
    atomic_store(&block->is_lifted, true);
    while (!atomic_load(&block->is_over)) {
        hfp_sleep_ns(MILLISECOND);
    }
}

static void leftovers_that_wait_behind_a_blocked_run_are_counted_and_listed(void **state)
{
    (void)state;
    static obstacle block;
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    lifetimes_begin(&world);
    kept[1] = world.runtime;
    begin_blocked(&block, stop_there);
    {
        HF_FRAME(world.thread);
        hf_ref object = hf_local(world.thread);
        hf_cleanup cleanup;
        assert_int_equal(hf_array_create(world.thread, 1, object), HF_OK);
        assert_int_equal(hf_finalizer_set_at(world.thread, object, note_final, &world, at(1)),
                         HF_OK);
        assert_int_equal(hf_bytes_create(world.thread, 8, object), HF_OK);
        assert_int_equal(
            hf_cleanup_add_at(world.thread, object, 0, note_final, NULL, &world, &cleanup, at(2)),
            HF_OK);
        assert_int_equal(hf_resource_create_at(world.thread, &device_class, 3, object, at(3)),
                         HF_OK);
        hf_clear(object);
        assert_int_equal(hf_collect(world.thread), HF_OK);
    }

    end_late(&block, &leaks);

    assert_int_equal(leaks.finalizers, 2);
    assert_int_equal(leaks.resources, 1);
    assert_int_equal(list.count, 3); /* each once */
    assert_string_equal(list.kind[0], "resource");
    assert_string_equal(list.line[1],
                        "finalizer of array; set at left.c:1; it never ran: it was queued, and its "
                        "runner did not come to it");
    assert_string_equal(list.kind[2], "cleanup");
    assert_int_equal(list.at[2], 2);
}

static void leftovers_are_listed_in_time_when_a_run_never_lets_the_world_stop(void **state)
{
    (void)state;
    static obstacle block;
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    if (lifetimes_is_stress()) {
        skip(); /* the test itself would collect, and wait for it */
    }
    lifetimes_begin(&world);
    kept[2] = world.runtime;
    {
        HF_FRAME(world.thread);
        hf_ref object = hf_local(world.thread);
        assert_int_equal(hf_bytes_create(world.thread, 48, object), HF_OK);
        assert_int_equal(hf_finalizer_set_at(world.thread, object, note_final, &world, at(4)),
                         HF_OK);
        assert_int_equal(hf_global_create_at(world.thread, object, &global, at(5)), HF_OK);
    }
    begin_blocked(&block, spin_there);

    end_late(&block, &leaks);

    assert_int_equal(leaks.finalizers, 1);
    assert_int_equal(list.count, 2);
    assert_string_equal(list.line[0],
                        "finalizer of bytes; set at left.c:4; it never ran: the runtime ended "
                        "first");
    assert_string_equal(list.kind[1], "global");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leftovers_of_everything_are_listed_in_order_with_site_and_reason),
        cmocka_unit_test(leftovers_are_listed_in_time_when_a_run_never_lets_the_world_stop),
        /* Last: its runner comes back behind the end, and writes to the log. */
        cmocka_unit_test(leftovers_that_wait_behind_a_blocked_run_are_counted_and_listed),
    };
    return cmocka_run_group_tests_name("leftovers", tests, NULL, NULL);
}
