/* SPDX-License-Identifier: MIT */
/* hf-test: threaded finalizers timeout=180 */

/*
 * Three programs of other systems that lack a fence, each broken and repaired: Go's File.Fd and
 * poll, a method that outlives its object, and read(p.d) with a finalizer on p.  Broken, the finder
 * reports them; repaired in any way, all seeds are silent.
 */

#include "crew.h"
#include "managed.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

#define RUNS 5 /* one records, one takes every point, the others some */

typedef enum repair {
    BROKEN,
    BY_KEEPALIVE,
    BY_FENCE,
    BY_ARGUMENT,
} repair;

typedef struct program_state {
    hf_thread *thread;
    hf_function *use;  /* of a number */
    hf_function *lend; /* of a resource */
    hf_type *box;      /* a record with a reference */
    repair how;
    unsigned run;
    hf_status refused; /* the first failure of a call */
} program_state;

typedef void (*program_fn)(program_state *p);

static managed m;
static _Atomic(int) closed;
static int closed_within; /* before the program itself gives its slots up */

static hf_status close_fd(uintptr_t value, void *user)
{
    (void)value;
    (void)user;
    closed++;
    return HF_OK;
}

static const hf_resource_class fd_class = { .struct_size = sizeof(hf_resource_class),
                                            .name = "fd",
                                            .invalid = (uintptr_t)-1,
                                            .release = close_fd,
                                            .on_leak = HF_LEAK_RELEASE };

static const hf_field box_fields[] = { { "file", HF_FIELD_REF, 0, sizeof(hf_slot) } };
static const hf_type_descriptor box_descriptor = { sizeof(hf_type_descriptor), "box",
                                                   sizeof(hf_slot), box_fields, 1 };

/* ---- running a program several times ---- */

static void prepare(program_state *p, repair how, unsigned run, hf_library **library_out)
{
    *p = (program_state){ .thread = m.thread, .how = how, .run = run };
    assert_int_equal(hf_library_open(m.thread, HF_TESTLIB_PATH, library_out), HF_OK);
    assert_int_equal(
        hf_function_bind(m.thread, *library_out, "int32_t hfn_i32(int32_t fd)", &p->use), HF_OK);
    assert_int_equal(hf_function_bind(m.thread, *library_out,
                                      "int32_t hfn_i32(int32_t fd {resource})", &p->lend),
                     HF_OK);
    assert_int_equal(hf_type_register(m.runtime, &box_descriptor, &p->box), HF_OK);
}

static void run_once(hf_finder *finder, program_fn program, repair how, unsigned run)
{
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.finder = finder;
    hf_library *library;
    program_state p;
    closed = 0;
    managed_begin(&m, &options);
    prepare(&p, how, run, &library);
    program(&p);
    hf_function_destroy(p.use);
    hf_function_destroy(p.lend);
    hf_library_close(library);
    managed_close(&m);
    assert_int_equal(m.leaks.resources, 0);
    assert_int_equal(m.leaks.threads, 0);
}

/* ---- the programs ---- */

static void use_number(program_state *p, uintptr_t value)
{
    hf_result result = HF_RESULT_INIT;
    hf_status status = hf_call(p->thread, p->use, &result, HF_ARGS(HF_INT((int)value)));
    p->refused = p->refused == HF_OK ? status : p->refused;
}

/* Takes the number of `file`, uses it, and perhaps says that the resource was needed for that. */
static void use_file(program_state *p, hf_ref file, hf_ref owner)
{
    uintptr_t value = 0;
    hf_result result = HF_RESULT_INIT;
    switch (p->how) {
    case BROKEN:
        assert_int_equal(hf_resource_value(p->thread, file, &value), HF_OK);
        use_number(p, value);
        break;
    case BY_KEEPALIVE:
        assert_int_equal(hf_resource_value(p->thread, file, &value), HF_OK);
        use_number(p, value);
        hf_keepalive(owner);
        break;
    case BY_FENCE: {
        hf_fence fence;
        assert_int_equal(hf_fence_hold(&fence, p->thread, file, &value), HF_OK);
        use_number(p, value);
        assert_int_equal(hf_fence_end(&fence), HF_OK);
        break;
    }
    case BY_ARGUMENT:
        assert_int_equal(hf_call(p->thread, p->lend, &result, HF_ARGS(HF_RESOURCE(file))), HF_OK);
        break;
    }
}

/* Go: fd := file.Fd(); poll(fd), and nobody has `file` any more. */
static void poll_program(program_state *p)
{
    HF_FRAME(p->thread);
    hf_ref file = hf_local(p->thread);
    assert_int_equal(hf_resource_create(p->thread, &fd_class, 42, file), HF_OK);
    use_file(p, file, file);
    use_number(p, 7); /* some other call */
    closed_within = closed;
}

static void make_box(program_state *p, hf_ref box, uintptr_t number)
{
    HF_FRAME(p->thread);
    hf_ref file = hf_local(p->thread);
    assert_int_equal(hf_resource_create(p->thread, &fd_class, number, file), HF_OK);
    assert_int_equal(hf_record_create(p->thread, p->box, box), HF_OK);
    assert_int_equal(hf_store(p->thread, box, 0, file), HF_OK);
}

/* A method of the object in `self`, which its caller does not need any more. */
static void first_line(program_state *p, hf_ref self)
{
    HF_FRAME(p->thread);
    hf_ref file = hf_local(p->thread);
    assert_int_equal(hf_load(self, 0, file), HF_OK);
    use_file(p, file, self);
}

static void method_program(program_state *p)
{
    HF_FRAME(p->thread);
    hf_ref reader = hf_local(p->thread);
    make_box(p, reader, 43);
    first_line(p, reader);
}

static void dispose_box(hf_thread *runner, hf_ref object, void *user)
{
    (void)user;
    hf_ref file = hf_local(runner);
    if (hf_load(object, 0, file) == HF_OK && hf_resource_is_open(file)) {
        (void)hf_resource_dispose(runner, file);
    }
}

/* Go: runtime.SetFinalizer(p, ...); read(p.d) */
static void finalizer_program(program_state *p)
{
    HF_FRAME(p->thread);
    hf_ref object = hf_local(p->thread);
    make_box(p, object, 44);
    assert_int_equal(hf_finalizer_set(p->thread, object, dispose_box, NULL), HF_OK);
    {
        HF_FRAME(p->thread);
        hf_ref file = hf_local(p->thread);
        assert_int_equal(hf_load(object, 0, file), HF_OK);
        use_file(p, file, object);
    }
    if (p->how != BROKEN) {
        hf_keepalive(object); /* whose finalizer takes away what others still hold */
    }
}

/* ---- the tests ---- */

static const struct {
    const char *name;
    program_fn program;
    const char *object;
    const char *message; /* its beginning and its end */
    const char *when;
} programs[] = {
    { "poll", poll_program, "resource fd, value 0x2a",
      "the value was lent without a fence, and its resource was found dead and released ",
      "during the call" },
    { "method", method_program, "resource fd, value 0x2b",
      "the value was lent without a fence, and its resource was found dead and released ",
      "during the call" },
    { "finalizer", finalizer_program, "resource fd, value 0x2c",
      "the value was lent without a fence, and its resource was disposed at ",
      " by another thread during the call" },
};
#define PROGRAMS (sizeof programs / sizeof programs[0])

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

static void expect_the_report(size_t which)
{
    managed_report r = managed_expect(&m, "hfn_i32", programs[which].message);
    assert_int_equal(r.kind, HF_REPORT_MISUSE);
    assert_int_equal(r.status, HF_E_CLOSED);
    assert_string_equal(r.argument, "1 (fd)");
    assert_string_equal(r.object, programs[which].object);
    assert_true(ends_with(r.message, programs[which].when));
    assert_true(ends_with(r.file, "test_finder.c"));
    assert_true(ends_with(r.born_file, "test_finder.c"));
    assert_string_equal(r.remedy, "hold it with hf_fence_hold(&fence, thread, file, &value), or "
                                  "pass HF_RESOURCE(file)");
    assert_int_equal(managed_reports(&m), 0);
}

static void finder_reports_each_broken_program(void **state)
{
    (void)state;
    for (size_t which = 0; which < PROGRAMS; which++) {
        int64_t live = hfi_alloc_live();
        hf_finder *finder;
        assert_int_equal(hf_finder_create(&finder), HF_OK);
        run_once(finder, programs[which].program, BROKEN, 0);
        assert_int_equal(managed_reports(&m), 0); /* as silent as any other run */
        run_once(finder, programs[which].program, BROKEN, 1);
        expect_the_report(which);
        hf_finder_destroy(finder);
        assert_int_equal(hfi_alloc_live(), live);
    }
}

static void finder_is_silent_about_repaired_programs_in_all_seeds(void **state)
{
    (void)state;
    for (size_t which = 0; which < PROGRAMS; which++) {
        for (repair how = BY_KEEPALIVE; how <= BY_ARGUMENT; how++) {
            hf_finder *finder;
            assert_int_equal(hf_finder_create(&finder), HF_OK);
            for (unsigned run = 0; run < RUNS; run++) {
                run_once(finder, programs[which].program, how, run);
                if (managed_reports(&m) != 0) {
                    fail_msg("%s, repair %d, run %u: %s", programs[which].name, (int)how, run,
                             m.report[0].message);
                }
            }
            hf_finder_result result = HF_FINDER_RESULT_INIT;
            assert_int_equal(hf_finder_result_get(finder, &result), HF_OK);
            assert_int_equal(result.runs, RUNS);
            assert_int_equal(result.threads, 1);
            assert_int_equal(result.differences, 0);
            assert_true(result.lives > 0);
            assert_true(result.collections > 0);
            hf_finder_destroy(finder);
        }
    }
}

/* ---- what it must not break ---- */

/* Everything that moves a reference inline, with a collection at every turn. */
static void copies_program(program_state *p)
{
    static const char text[] = "still here";
    char back[sizeof text] = { 0 };
    HF_FRAME(p->thread);
    hf_ref a = hf_local(p->thread);
    hf_ref b = hf_local(p->thread);
    hf_ref c = hf_local(p->thread);
    hf_ref escaped = NULL;
    assert_int_equal(hf_bytes_create(p->thread, sizeof text, a), HF_OK);
    assert_int_equal(hf_bytes_write(a, 0, text, sizeof text), HF_OK);
    use_number(p, 1);
    use_number(p, 1);
    hf_copy(b, a); /* the only use of `a` behind two collections */
    hf_clear(a);
    use_number(p, 1);
    {
        HF_FRAME(p->thread);
        hf_ref inner = hf_local(p->thread);
        hf_copy(inner, b);
        use_number(p, 1);
        assert_int_equal(hf_frame_escape(p->thread, inner, &escaped), HF_OK);
    }
    use_number(p, 1);
    hf_copy(c, escaped);
    assert_false(hf_is_null(c));
    assert_true(hf_same(c, escaped));
    use_number(p, 1);
    assert_int_equal(hf_bytes_read(c, 0, back, sizeof back), HF_OK);
    assert_string_equal(back, text);
}

/* A loop that uses its slots again and again for other objects. */
static void loop_program(program_state *p)
{
    HF_FRAME(p->thread);
    hf_ref list = hf_local(p->thread);
    hf_ref next = hf_local(p->thread);
    hf_global *global = NULL;
    assert_int_equal(hf_global_create(p->thread, NULL, &global), HF_OK);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(hf_record_create(p->thread, p->box, next), HF_OK);
        assert_int_equal(hf_store(p->thread, next, 0, list), HF_OK);
        hf_copy(list, next);
        assert_int_equal(hf_global_store(p->thread, global, list), HF_OK);
        use_number(p, 1);
    }
    hf_clear(list);
    use_number(p, 1);
    assert_int_equal(hf_global_load(global, list), HF_OK);
    int length = 0;
    while (!hf_is_null(list)) {
        length++;
        assert_int_equal(hf_load(list, 0, list), HF_OK);
    }
    assert_int_equal(length, 20);
    hf_global_destroy(p->thread, global);
}

static void finder_breaks_no_program_that_is_right(void **state)
{
    (void)state;
    const program_fn right[] = { copies_program, loop_program };
    for (size_t which = 0; which < 2; which++) {
        hf_finder *finder;
        assert_int_equal(hf_finder_create(&finder), HF_OK);
        for (unsigned run = 0; run < RUNS; run++) {
            run_once(finder, right[which], BROKEN, run);
            assert_int_equal(managed_reports(&m), 0);
        }
        hf_finder_result result = HF_FINDER_RESULT_INIT;
        assert_int_equal(hf_finder_result_get(finder, &result), HF_OK);
        assert_int_equal(result.differences, 0);
        hf_finder_destroy(finder);
    }
}

static void slot_ends_behind_its_last_use_in_each_run_but_the_first(void **state)
{
    (void)state;
    hf_finder *finder;
    assert_int_equal(hf_finder_create(&finder), HF_OK);
    run_once(finder, poll_program, BY_KEEPALIVE, 0);
    assert_int_equal(closed_within, 0);
    run_once(finder, poll_program, BY_KEEPALIVE, 1);
    assert_int_equal(closed_within, 1);
    assert_int_equal(closed, 1);
    hf_finder_destroy(finder);
}

/* ---- several threads ---- */

/* All do the same, so it does not matter which of them comes first. */
static void keep_one_alive(hf_crew_member *me)
{
    program_state *p = me->user;
    hf_thread *thread = NULL;
    hf_result result = HF_RESULT_INIT;
    if (!HF_CREW_CHECK(me, hf_thread_attach(m.runtime, &thread) == HF_OK)) {
        return;
    }
    for (int i = 0; i < 10; i++) {
        HF_FRAME(thread);
        hf_ref file = hf_local(thread);
        uintptr_t value = 0, number = 100 + me->index;
        HF_CREW_CHECK(me, hf_resource_create(thread, &fd_class, number, file) == HF_OK);
        HF_CREW_CHECK(me, hf_resource_value(thread, file, &value) == HF_OK);
        HF_CREW_CHECK(me, value == number);
        HF_CREW_CHECK(me, hf_call(thread, p->use, &result, HF_ARGS(HF_INT((int)value))) == HF_OK);
        if (p->how != BROKEN) {
            hf_keepalive(file);
        }
    }
    HF_CREW_CHECK(me, hf_thread_detach(thread) == HF_OK);
}

static void crew_program(program_state *p)
{
    hf_crew crew = { 0 };
    hf_native_error error;
    use_number(p, 7); /* this thread is the first of the record in each run */
    hf_crew_start(&crew, 4, keep_one_alive, p);
    assert_int_equal(HF_NATIVE_CALL_VOID(p->thread, &error, hf_crew_join(&crew)), HF_OK);
}

static void finder_follows_several_threads(void **state)
{
    (void)state;
    for (repair how = BROKEN; how <= BY_KEEPALIVE; how++) {
        hf_finder *finder;
        assert_int_equal(hf_finder_create(&finder), HF_OK);
        for (unsigned run = 0; run < 3; run++) {
            run_once(finder, crew_program, how, run);
            bool is_found = run > 0 && how == BROKEN;
            if (is_found) {
                assert_true(managed_reports(&m) >= 1);
                (void)managed_expect(&m, "hfn_i32", "the value was lent without a fence");
            } else if (managed_reports(&m) != 0) {
                fail_msg("repair %d, run %u: %s: %s", (int)how, run, m.report[0].function,
                         m.report[0].message);
            }
        }
        hf_finder_destroy(finder);
    }
}

/* ---- fences that nobody needs ---- */

static uint32_t held_at; /* the line of the fence below */

static void hold_and_use(program_state *p, hf_ref file)
{
    hf_fence fence;
    uintptr_t value;
    held_at = __LINE__ + 1;
    assert_int_equal(hf_fence_hold(&fence, p->thread, file, &value), HF_OK);
    use_number(p, value);
    if (p->how == BY_ARGUMENT) { /* disposed while held */
        assert_int_equal(hf_resource_dispose(p->thread, file), HF_OK);
        use_number(p, value);
    }
    assert_int_equal(hf_fence_end(&fence), HF_OK);
}

/* The fence is needed, or a later use keeps the resource anyway, or a dispose meets it. */
static void holding_program(program_state *p)
{
    HF_FRAME(p->thread);
    hf_ref file = hf_local(p->thread);
    assert_int_equal(hf_resource_create(p->thread, &fd_class, 46, file), HF_OK);
    hold_and_use(p, file);
    if (p->how != BY_FENCE) {
        use_number(p, 7);
        hf_keepalive(file);
    }
}

static void finder_counts_which_fences_were_needed(void **state)
{
    (void)state;
    static const struct {
        repair how;
        bool is_needed;
    } rows[] = { { BY_FENCE, true }, { BY_KEEPALIVE, false }, { BY_ARGUMENT, true } };
    for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
        hf_finder *finder;
        hf_finder_fence fence = HF_FINDER_FENCE_INIT;
        assert_int_equal(hf_finder_create(&finder), HF_OK);
        run_once(finder, holding_program, rows[row].how, 0);
        assert_int_equal(hf_finder_fence_get(finder, 0, &fence), HF_E_RANGE);
        for (unsigned run = 1; run < RUNS; run++) {
            run_once(finder, holding_program, rows[row].how, run);
            assert_int_equal(managed_reports(&m), 0);
        }
        assert_int_equal(hf_finder_fence_get(finder, 0, &fence), HF_OK);
        assert_int_equal(fence.ended, RUNS - 1);
        assert_in_range(fence.looked_at, 1, RUNS - 1);
        assert_int_equal(fence.needed, rows[row].is_needed ? fence.looked_at : 0);
        assert_true(ends_with(fence.site.file, "test_finder.c"));
        assert_int_equal(fence.site.line, held_at);
        assert_string_equal(fence.what, "&fence");
        assert_string_equal(fence.object, "fd");
        assert_int_equal(hf_finder_fence_get(finder, 1, &fence), HF_E_RANGE);
        assert_int_equal(hf_finder_fence_get(finder, UINT32_MAX, &fence), HF_E_RANGE);
        assert_int_equal(hf_finder_fence_get(NULL, 0, &fence), HF_E_NULL);
        assert_int_equal(hf_finder_fence_get(finder, 0, NULL), HF_E_NULL);
        fence.struct_size = 0;
        assert_int_equal(hf_finder_fence_get(finder, 0, &fence), HF_E_OPTIONS);
        hf_finder_destroy(finder);
    }
}

/* ---- runs that differ ---- */

static void differing_program(program_state *p)
{
    HF_FRAME(p->thread);
    hf_ref file = hf_local(p->thread);
    assert_int_equal(hf_resource_create(p->thread, &fd_class, 45, file), HF_OK);
    if (p->run == 0) {
        use_file(p, file, file);
        return;
    }
    use_number(p, 1);
    hf_ref other = hf_local(p->thread);
    assert_int_equal(hf_bytes_create(p->thread, 8, other), HF_OK);
    use_number(p, 1);
    uintptr_t value = 0;
    if (hf_resource_value(p->thread, file, &value) == HF_OK) {
        use_number(p, value);
        hf_keepalive(file);
    }
}

static void finder_says_when_a_run_differs_and_nothing_else(void **state)
{
    (void)state;
    hf_finder *finder;
    assert_int_equal(hf_finder_create(&finder), HF_OK);
    run_once(finder, differing_program, BROKEN, 0);
    assert_int_equal(managed_reports(&m), 0);
    run_once(finder, differing_program, BROKEN, 1);
    managed_report r = managed_expect(&m, "HOLDFAST_FINDER", "did not do the same");
    assert_int_equal(r.kind, HF_REPORT_WARNING);
    assert_int_equal(managed_reports(&m), 0);
    hf_finder_result result = HF_FINDER_RESULT_INIT;
    assert_int_equal(hf_finder_result_get(finder, &result), HF_OK);
    assert_int_equal(result.differences, 1);
    hf_finder_destroy(finder);
}

/* ---- the public functions ---- */

static void finder_refuses_what_it_cannot_take(void **state)
{
    (void)state;
    hf_finder *finder;
    hf_finder_result result = HF_FINDER_RESULT_INIT;
    assert_int_equal(hf_finder_create(NULL), HF_E_NULL);
    hf_finder_destroy(NULL);
    hfi_fault_arm(1, 1);
    assert_int_equal(hf_finder_create(&finder), HF_E_NOMEM);
    (void)hfi_fault_disarm();
    assert_null(finder);
    assert_int_equal(hf_finder_create(&finder), HF_OK);
    assert_int_equal(hf_finder_result_get(NULL, &result), HF_E_NULL);
    assert_int_equal(hf_finder_result_get(finder, NULL), HF_E_NULL);
    result.struct_size = 1;
    assert_int_equal(hf_finder_result_get(finder, &result), HF_E_OPTIONS);

    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.finder = finder;
    hf_runtime *runtime, *second;
    assert_int_equal(hf_runtime_create(&options, &runtime), HF_OK);
    assert_int_equal(hf_runtime_create(&options, &second), HF_E_BUSY);
    hf_runtime_destroy(runtime, NULL);
    hf_finder_destroy(finder);
}

static void finder_without_memory_lets_go_and_says_so(void **state)
{
    (void)state;
    for (uint64_t at = 1; at < 40; at++) {
        hf_finder *finder;
        assert_int_equal(hf_finder_create(&finder), HF_OK);
        hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
        options.finder = finder;
        managed_begin(&m, &options);
        {
            HF_FRAME(m.thread);
            hfi_fault_arm(at, 1);
            for (int i = 0; i < 200; i++) {
                hf_ref slot = hf_local(m.thread);
                if (slot && hf_bytes_create(m.thread, 1, slot) == HF_OK) {
                    hf_keepalive(slot);
                }
            }
            (void)hfi_fault_disarm();
        }
        managed_close(&m);
        hf_finder_destroy(finder);
        assert_int_equal(hfi_alloc_live(), m.live_at_start - 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finder_reports_each_broken_program),
        cmocka_unit_test(finder_is_silent_about_repaired_programs_in_all_seeds),
        cmocka_unit_test(finder_breaks_no_program_that_is_right),
        cmocka_unit_test(slot_ends_behind_its_last_use_in_each_run_but_the_first),
        cmocka_unit_test(finder_follows_several_threads),
        cmocka_unit_test(finder_counts_which_fences_were_needed),
        cmocka_unit_test(finder_says_when_a_run_differs_and_nothing_else),
        cmocka_unit_test(finder_refuses_what_it_cannot_take),
        cmocka_unit_test(finder_without_memory_lets_go_and_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
