/* SPDX-License-Identifier: MIT */
/* hf-test: threaded finalizers timeout=180 */

/*
 * The end of a runtime: its six phases in their order, what each does with what is left, and
 * the list of all that was.
 */

#include "hf_test.h"

#include "base/alloc.h"
#include "crew.h"
#include "lifetimes.h"

#include <stdio.h>
#include <string.h>

#define MILLISECOND UINT64_C(1000000)
#define NOTES_MAX   64

/* What is kept for ever stays findable for a leak checker. */
static hf_runtime *kept[8];

/** The list of leftovers as text, a line each. */
typedef struct listing {
    unsigned count;
    char line[NOTES_MAX][700];
} listing;

static listing list;

static void note_left(const hf_leftover *left, void *user)
{
    listing *all = user;
    assert_int_equal(left->struct_size, sizeof *left);
    if (all->count < NOTES_MAX) {
        (void)hf_leftover_format(left, all->line[all->count], sizeof all->line[0]);
        all->count++;
    }
}

static const char *line_with(const char *words)
{
    for (unsigned i = 0; i < list.count; i++) {
        if (strstr(list.line[i], words)) {
            return list.line[i];
        }
    }
    return NULL;
}

static hf_runtime_end_options listing_options(void)
{
    hf_runtime_end_options options = HF_RUNTIME_END_OPTIONS_INIT;
    options.leftover = note_left;
    options.leftover_user = &list;
    list.count = 0;
    return options;
}

/** Detaches and ends the world. */
static hf_status end_world(const hf_runtime_end_options *options)
{
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    assert_int_equal(hf_thread_detach(world.thread), HF_OK);
    hf_status status = hf_runtime_end(world.runtime, options, &leaks);
    world.leaks = leaks;
    hfp_mutex_finish(&world.lock);
    return status;
}

static hf_status note_release(uintptr_t value, void *user)
{
    lifetimes_note(user, value);
    return HF_OK;
}

static const hf_resource_class note_class = {
    .struct_size = (uint32_t)sizeof(hf_resource_class),
    .name = "note",
    .release = note_release,
    .user = &world,
    .on_leak = HF_LEAK_RELEASE,
};

/* ---- phase 1 ---- */

typedef struct hook {
    uintptr_t number;
    bool was_stopping;
    hf_status armed;
    lifetimes_ticket ticket;
    struct hook *next;
    hf_status next_status;
} hook;

static void note_hook(hf_thread *thread, void *user)
{
    hook *self = user;
    hf_runtime *runtime = hf_thread_runtime(thread);
    HF_FRAME(thread);
    hf_ref object = hf_local(thread);
    lifetimes_note(&world, self->number);
    self->was_stopping = hf_runtime_is_stopping(runtime);
    self->armed = hf_array_create(thread, 1, object);
    if (self->armed == HF_OK) {
        self->armed = hf_finalizer_set(thread, object, lifetimes_finalize, &self->ticket);
    }
    if (self->next) {
        self->next_status = hf_runtime_at_stop(runtime, note_hook, self->next);
    }
}

static void shutdown_runs_its_functions_last_one_first_with_everything_usable(void **state)
{
    (void)state;
    lifetimes_begin(&world);
    hook late = { .number = 4, .ticket = ticket_of(14) };
    hook hooks[] = { { .number = 1, .ticket = ticket_of(11) },
                     { .number = 2, .ticket = ticket_of(12), .next = &late },
                     { .number = 3, .ticket = ticket_of(13) } };
    for (int i = 0; i < 3; i++) {
        assert_int_equal(hf_runtime_at_stop(world.runtime, note_hook, &hooks[i]), HF_OK);
    }
    assert_int_equal(lifetimes_events(&world), 0);

    assert_int_equal(end_world(NULL), HF_OK);

    static const uintptr_t expected[] = { 3, 2, 4, 1 };
    assert_true(world.event_count >= 4);
    unsigned found = 0; /* under stress the finalizers run in between */
    for (unsigned i = 0; i < world.event_count; i++) {
        found += found < 4 && world.events[i] == expected[found];
    }
    assert_int_equal(found, 4);
    for (int i = 0; i < 3; i++) {
        assert_false(hooks[i].was_stopping);
        assert_int_equal(hooks[i].armed, HF_OK);
    }
    assert_int_equal(hooks[1].next_status, HF_OK);
    assert_int_equal(world.report_count, 0);
}

static void end_again(hf_thread *thread, void *user)
{
    hf_status *status = user;
    *status = hf_runtime_end(hf_thread_runtime(thread), NULL, NULL);
}

static void shutdown_is_refused_to_its_own_functions(void **state)
{
    (void)state;
    lifetimes_begin(&world);
    hf_status status = HF_OK;
    assert_int_equal(hf_runtime_at_stop(world.runtime, end_again, &status), HF_OK);
    assert_int_equal(end_world(NULL), HF_OK);
    assert_int_equal(status, HF_E_MISUSE);
    assert_int_equal(world.report_count, 1);
}

static void leave_open(hf_thread *thread, void *user)
{
    static hf_frame frame;
    (void)user;
    (void)hf_frame_begin(thread, &frame, HF_SITE);
    (void)!hf_native_begin(thread);
}

static void shutdown_closes_what_its_functions_leave_open(void **state)
{
    (void)state;
    lifetimes_begin(&world);
    assert_int_equal(hf_runtime_at_stop(world.runtime, leave_open, NULL), HF_OK);
    assert_int_equal(end_world(NULL), HF_OK);
    assert_int_equal(world.leaks.threads, 0);
    assert_true(world.report_count >= 1); /* the frame */
}

static void shutdown_says_which_arguments_it_does_not_take(void **state)
{
    (void)state;
    hf_runtime *runtime;
    hf_runtime_end_options options = HF_RUNTIME_END_OPTIONS_INIT;
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    assert_int_equal(hf_runtime_create(NULL, &runtime), HF_OK);
    options.live = HF_LIVE_RUN + 1;
    assert_int_equal(hf_runtime_end(runtime, &options, &leaks), HF_E_OPTIONS);
    options.live = HF_LIVE_SKIP;
    options.struct_size = 3;
    assert_int_equal(hf_runtime_end(runtime, &options, &leaks), HF_E_OPTIONS);
    assert_false(hf_runtime_is_stopping(runtime));
    assert_int_equal(hf_runtime_end(NULL, NULL, &leaks), HF_E_NULL);
    assert_int_equal(hf_runtime_at_stop(NULL, note_hook, NULL), HF_E_NULL);
    assert_int_equal(hf_runtime_at_stop(runtime, NULL, NULL), HF_E_NULL);
    hfi_fault_arm(1, 1);
    hf_status status = hf_runtime_at_stop(runtime, note_hook, NULL);
    hfi_fault_disarm();
    assert_int_equal(status, HF_E_NOMEM);
    assert_int_equal(hf_runtime_end(runtime, NULL, &leaks), HF_OK);
}

/* ---- phases 4 and 5 ---- */

/** A list of armed objects, `count` long, the first of which reaches the others; kept by a global.
 * The numbers of their finalizers grow along the list. */
static void keep_chain(lifetimes_ticket *tickets, unsigned count, hf_global **global_out)
{
    HF_FRAME(world.thread);
    hf_ref object = hf_local(world.thread);
    hf_ref behind = hf_local(world.thread);
    for (unsigned i = count; i-- > 0;) {
        assert_int_equal(hf_array_create(world.thread, 1, object), HF_OK);
        assert_int_equal(hf_store_at(world.thread, object, 0, behind), HF_OK);
        assert_int_equal(hf_finalizer_set(world.thread, object, lifetimes_finalize, &tickets[i]),
                         HF_OK);
        hf_copy(behind, object);
    }
    assert_int_equal(hf_global_create(world.thread, object, global_out), HF_OK);
}

static void shutdown_skips_what_lives_and_says_what_keeps_it(void **state)
{
    (void)state;
    lifetimes_begin(&world);
    lifetimes_ticket tickets[] = { ticket_of(1), ticket_of(2) };
    hf_global *global;
    keep_chain(tickets, 2, &global);
    hf_runtime_end_options options = listing_options();

    assert_int_equal(end_world(&options), HF_OK);

    assert_int_equal(world.event_count, 0);
    assert_int_equal(world.leaks.finalizers, 2);
    assert_int_equal(list.count, 3);
    assert_non_null(strstr(list.line[0], "finalizer of array; set at "));
    assert_non_null(line_with("it never ran: its object is reachable, global"));
    assert_non_null(line_with(" -> [0]"));
    assert_non_null(line_with("global of array"));
}

static void shutdown_runs_what_lives_in_the_order_of_who_reaches_whom(void **state)
{
    (void)state;
    lifetimes_begin(&world);
    lifetimes_ticket tickets[] = { ticket_of(1), ticket_of(2), ticket_of(3), ticket_of(4) };
    hf_global *global;
    keep_chain(tickets, 4, &global);
    hf_runtime_end_options options = listing_options();
    options.live = HF_LIVE_RUN;

    assert_int_equal(end_world(&options), HF_OK);

    assert_int_equal(world.event_count, 4);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(world.events[i], i + 1);
    }
    assert_int_equal(world.leaks.finalizers, 0);
    assert_int_equal(world.leaks.globals, 1);
    assert_int_equal(list.count, 1);
    assert_int_equal(world.report_count, 1); /* the global */
}

static void shutdown_lists_cycles_that_can_not_run(void **state)
{
    (void)state;
    lifetimes_begin(&world);
    lifetimes_ticket ticket = ticket_of(1);
    {
        HF_FRAME(world.thread);
        hf_ref object = hf_local(world.thread);
        assert_int_equal(hf_array_create(world.thread, 1, object), HF_OK);
        assert_int_equal(hf_store_at(world.thread, object, 0, object), HF_OK);
        assert_int_equal(hf_finalizer_set(world.thread, object, lifetimes_finalize, &ticket),
                         HF_OK);
    }
    hf_runtime_end_options options = listing_options();
    options.live = HF_LIVE_RUN;
    assert_int_equal(end_world(&options), HF_OK);
    assert_int_equal(world.event_count, 0);
    assert_int_equal(world.leaks.finalizers, 1);
    assert_int_equal(list.count, 1);
    assert_non_null(line_with("it never ran: its object is in a cycle"));
}

typedef struct late_user {
    hf_status value;
    hf_status arm;
    hf_status native;
    bool was_stopping;
    lifetimes_ticket ticket;
} late_user;

static void use_the_resource(hf_thread *runner, hf_ref object, void *user)
{
    late_user *self = user;
    HF_FRAME(runner);
    hf_ref resource = hf_local(runner);
    uintptr_t value;
    (void)hf_load_at(object, 0, resource);
    self->value = hf_resource_value(runner, resource, &value);
    self->arm = hf_finalizer_set(runner, object, use_the_resource, user);
    self->was_stopping = hf_runtime_is_stopping(hf_thread_runtime(runner));
    self->native = hf_native_begin(runner);
    if (self->native == HF_OK) {
        (void)hf_native_end(runner, NULL);
    }
    lifetimes_finalize(runner, object, &self->ticket);
}

static void shutdown_releases_resources_before_it_runs_what_lives(void **state)
{
    (void)state;
    lifetimes_begin(&world);
    late_user last = { .ticket = ticket_of(1) };
    hf_global *global;
    {
        HF_FRAME(world.thread);
        hf_ref object = hf_local(world.thread);
        hf_ref resource = hf_local(world.thread);
        assert_int_equal(hf_array_create(world.thread, 1, object), HF_OK);
        assert_int_equal(hf_resource_create(world.thread, &note_class, 77, resource), HF_OK);
        assert_int_equal(hf_store_at(world.thread, object, 0, resource), HF_OK);
        assert_int_equal(hf_finalizer_set(world.thread, object, use_the_resource, &last), HF_OK);
        assert_int_equal(hf_global_create(world.thread, object, &global), HF_OK);
    }
    hf_runtime_end_options options = listing_options();
    options.live = HF_LIVE_RUN;

    assert_int_equal(end_world(&options), HF_OK);

    assert_int_equal(world.event_count, 2);
    assert_int_equal(world.events[0], 77);
    assert_int_equal(world.events[1], 1);
    assert_int_equal(last.value, HF_E_CLOSED);
    assert_int_equal(last.arm, HF_E_SHUTDOWN);
    assert_int_equal(last.native, HF_OK); /* the runner alone may still call */
    assert_true(last.was_stopping);
    assert_non_null(line_with("resource of class note, value 0x4d"));
}

/* ---- bounds ---- */

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

static void shutdown_gives_up_on_a_run_at_its_deadline_and_keeps_what_it_uses(void **state)
{
    (void)state;
    static obstacle block;
    lifetimes_begin(&world);
    kept[0] = world.runtime;
    {
        HF_FRAME(world.thread);
        hf_ref object = hf_local(world.thread);
        hf_ref resource = hf_local(world.thread);
        assert_int_equal(hf_array_create(world.thread, 1, object), HF_OK);
        assert_int_equal(hf_finalizer_set(world.thread, object, stop_there, &block), HF_OK);
        assert_int_equal(hf_resource_create(world.thread, &note_class, 5, resource), HF_OK);
        hf_clear(object);
        assert_int_equal(hf_collect(world.thread), HF_OK);
        lifetimes_await(world.thread, &block.is_reached);
    }
    hf_runtime_end_options options = listing_options();
    options.deadline_ns = 50 * MILLISECOND;
    uint64_t start = hfp_clock_ns();

    assert_int_equal(hf_thread_detach(world.thread), HF_OK);
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    assert_int_equal(hf_runtime_end(world.runtime, &options, &leaks), HF_E_TIMEOUT);

    assert_true(hfp_clock_ns() - start >= 50 * MILLISECOND);
    assert_int_equal(lifetimes_events(&world), 0); /* its resources are not pulled away */
    assert_int_equal(leaks.resources, 1);
    assert_true(lifetimes_has_report(&world, "has not come back in time"));
    atomic_store(&block.is_lifted, true);
    while (!atomic_load(&block.is_over)) {
        hfp_sleep_ns(MILLISECOND);
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

static void expect_line(const char *kind, int line, const char *rest)
{
    char expected[300];
    (void)snprintf(expected, sizeof expected, "%s; set at %s:%d", kind, __FILE__, line);
    for (unsigned i = 0; i < list.count; i++) {
        if (strncmp(list.line[i], expected, strlen(expected)) == 0) {
            assert_non_null(strstr(list.line[i], rest));
            return;
        }
    }
    for (unsigned i = 0; i < list.count; i++) {
        print_error("%s\n", list.line[i]);
    }
    fail_msg("not listed: %s", expected);
}

static void shutdown_lists_one_of_everything_with_its_site(void **state)
{
    (void)state;
    lifetimes_begin(&world);
    kept[1] = world.runtime;
    hf_thread *thread = world.thread;
    lifetimes_ticket tickets[] = { ticket_of(1), ticket_of(2) };
    static hf_pin *pin;
    static hf_library *library;
    static hf_function *function;
    static hf_callback *callback;
    static hf_global *global;
    void *word;
    hf_cleanup cleanup;
    hf_ref ref;
    hf_frame frame;
    assert_int_equal(hf_frame_begin(thread, &frame, HF_SITE), HF_OK);
    ref = hf_local(thread);
    assert_int_equal(hf_bytes_create(thread, 100, ref), HF_OK);
    const int first = __LINE__ + 1;
    assert_int_equal(hf_pin_create(thread, ref, &pin), HF_OK);
    assert_int_equal(hf_handle_create(thread, ref, "session", HF_HANDLE_FOREVER, &word), HF_OK);
    assert_int_equal(hf_global_create(thread, ref, &global), HF_OK);
    assert_int_equal(hf_callback_create(thread, "int f(void) {safe(0)}", answer, 0, &callback), 0);
    assert_int_equal(hf_finalizer_set(thread, ref, lifetimes_finalize, &tickets[0]), HF_OK);
    assert_int_equal(hf_cleanup_add(thread, ref, 0, lifetimes_finalize, 0, &tickets[1], &cleanup),
                     0);
    assert_int_equal(hf_resource_create(thread, &note_class, 9, ref), HF_OK);
    assert_int_equal(hf_library_open(thread, "c", &library), HF_OK);
    assert_int_equal(hf_function_bind(thread, library, "int abs(int x)", &function), HF_OK);
    hf_frame_end(&frame);
    hf_runtime_end_options options = listing_options();

    hf_status status = end_world(&options);

    assert_int_equal(status, HF_OK);
    expect_line("pin of bytes, 100 bytes", first, "hf_pin_destroy() was not called");
    expect_line("handle of \"session\"", first + 1, "was not called");
    expect_line("global of bytes, 100 bytes", first + 2, "never destroyed");
    expect_line("callback of f", first + 3, "tombstone");
    expect_line("finalizer of bytes", first + 4, "it never ran: its object is reachable, ");
    expect_line("cleanup of bytes", first + 5, "it never ran: its object is reachable, ");
    expect_line("resource of class note, value 0x9", first + 7, "never disposed; released");
    assert_non_null(line_with("function of abs; set at "));
    assert_non_null(line_with("library of "));
    assert_int_equal(list.count, 9);
    hf_function_destroy(function);
    hf_library_close(library);
    hf_pin_destroy(pin);
}

/* ---- several ---- */

static void shutdown_of_one_runtime_touches_nothing_of_another(void **state)
{
    (void)state;
    lifetimes other;
    lifetimes_begin(&world);
    lifetimes_begin(&other);
    lifetimes_ticket ours = ticket_of(1);
    lifetimes_ticket theirs = { .all = &other, .number = 2 };
    hf_frame frame;
    hf_resource_class other_class = note_class;
    other_class.user = &other;
    assert_int_equal(hf_frame_begin(other.thread, &frame, HF_SITE), HF_OK);
    hf_ref object = hf_local(other.thread);
    hf_ref resource = hf_local(other.thread);
    assert_int_equal(hf_array_create(other.thread, 1, object), HF_OK);
    assert_int_equal(hf_finalizer_set(other.thread, object, lifetimes_finalize, &theirs), HF_OK);
    assert_int_equal(hf_resource_create(other.thread, &other_class, 3, resource), HF_OK);
    {
        HF_FRAME(world.thread);
        hf_ref mine = hf_local(world.thread);
        assert_int_equal(hf_resource_create(world.thread, &note_class, 4, mine), HF_OK);
        assert_int_equal(hf_array_create(world.thread, 1, mine), HF_OK);
        assert_int_equal(hf_finalizer_set(world.thread, mine, lifetimes_finalize, &ours), HF_OK);
    }

    hf_runtime_end_options options = HF_RUNTIME_END_OPTIONS_INIT;
    options.live = HF_LIVE_RUN;
    assert_int_equal(end_world(&options), HF_OK);

    assert_int_equal(world.event_count, 2);
    assert_int_equal(lifetimes_events(&other), 0);
    assert_true(hf_resource_is_open(resource));
    assert_false(hf_runtime_is_stopping(other.runtime));
    lifetimes_settle(&other);
    assert_int_equal(lifetimes_events(&other), 0);
    hf_clear(object);
    lifetimes_settle(&other);
    assert_int_equal(lifetimes_events_of(&other, 2), 1);
    assert_int_equal(hf_resource_dispose(other.thread, resource), HF_OK);
    hf_frame_end(&frame);
    lifetimes_end(&other);
    assert_int_equal(other.report_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shutdown_runs_its_functions_last_one_first_with_everything_usable),
        cmocka_unit_test(shutdown_is_refused_to_its_own_functions),
        cmocka_unit_test(shutdown_closes_what_its_functions_leave_open),
        cmocka_unit_test(shutdown_says_which_arguments_it_does_not_take),
        cmocka_unit_test(shutdown_skips_what_lives_and_says_what_keeps_it),
        cmocka_unit_test(shutdown_runs_what_lives_in_the_order_of_who_reaches_whom),
        cmocka_unit_test(shutdown_lists_cycles_that_can_not_run),
        cmocka_unit_test(shutdown_releases_resources_before_it_runs_what_lives),
        cmocka_unit_test(shutdown_gives_up_on_a_run_at_its_deadline_and_keeps_what_it_uses),
        cmocka_unit_test(shutdown_lists_one_of_everything_with_its_site),
        cmocka_unit_test(shutdown_of_one_runtime_touches_nothing_of_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
