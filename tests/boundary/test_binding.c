/* SPDX-License-Identifier: MIT */
/* hf-test: threaded */

/*
 * Bindings: a header at once, its functions one by one.
 */

#include "crew.h"
#include "runtime.h"

#include "base/alloc.h"
#include "base/parts.h"
#include "testlib.h"

#include <string.h>

static const char header[] =
    "#define HFN_LIMIT 77\n"
    "enum color { RED, GREEN = 5, BLUE };\n"
    "typedef struct hfn_point { int32_t x, y; double weight; } hfn_point;\n"
    "struct line { hfn_point from; hfn_point to; int32_t tags[3]; };\n"
    "struct hidden;\n"
    "typedef unsigned short small;\n"
    "_Static_assert(sizeof(hfn_point) == 16, \"as the compiler has it\");\n"
    "int hfn_make_point(int32_t x, int32_t y, hfn_point *point {out});\n"
    "int32_t hfn_i32(int32_t value);\n"
    "void hfn_not_there(struct hidden *hidden {raw});\n"
    "int hfn_wait(void *entered {raw}, void *go {raw}, int value);\n"
    "size_t hfn_length(const char *text);\n";

static hf_binding *binding_new(hf_test_runtime *t)
{
    hf_library *library;
    hf_binding *binding;
    assert_int_equal(hf_library_open(t->thread, HF_TESTLIB_PATH, &library), HF_OK);
    hf_status status = hf_binding_create(t->thread, library, header, NULL, &binding);
    if (status != HF_OK) {
        fail_msg("%s: %s", hf_status_name(status), t->report[0].message);
    }
    hf_library_close(library); /* the binding keeps it */
    return binding;
}

static uint64_t alive(const hf_test_runtime *t)
{
    return atomic_load(&hfi_parts_of(t->runtime)->functions);
}

static void binding_gives_each_function_once(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_binding *binding = binding_new(t);
    hf_function *number;
    hf_function *again;
    hf_function *point;
    assert_int_equal(alive(t), 2);

    assert_int_equal(hf_binding_function(t->thread, binding, "hfn_i32", &number), HF_OK);
    assert_int_equal(hf_binding_function(t->thread, binding, "hfn_i32", &again), HF_OK);
    assert_int_equal(hf_binding_function(t->thread, binding, "hfn_make_point", &point), HF_OK);

    assert_ptr_equal(number, again);
    assert_int_equal(alive(t), 4);
    assert_string_equal(hf_function_name(number), "hfn_i32");
    assert_int_equal(hf_call(t->thread, number, &result, HF_ARGS(HF_INT(-9))), HF_OK);
    assert_int_equal(result.value.i, -9);
    assert_int_equal(hf_call(t->thread, point, &result, HF_ARGS(HF_INT(4), HF_INT(5))), HF_OK);
    hfn_point made;
    assert_int_equal(hf_bytes_read(hf_result_out(&result, 0), 0, &made, sizeof(made)), HF_OK);
    assert_int_equal(made.x * 10 + made.y, 45);
    hf_binding_destroy(binding);
    assert_int_equal(alive(t), 0);
}

static void binding_binds_what_there_is_and_says_what_there_is_not(void **state)
{
    hf_test_runtime *t = *state;
    hf_binding *binding = binding_new(t);
    hf_function *function = (hf_function *)t;

    for (unsigned i = 0; i < 2; i++) { /* a failure is not remembered */
        assert_int_equal(hf_binding_function(t->thread, binding, "hfn_not_there", &function),
                         HF_E_SYMBOL);
        assert_null(function);
        assert_non_null(strstr(t->report[0].message, "no symbol \"hfn_not_there\""));
        hf_test_expect_report(t, HF_E_SYMBOL, "hf_function_bind", "hfn_not_there");
    }
    assert_int_equal(hf_binding_function(t->thread, binding, "hfn_other", &function),
                     HF_E_NOT_FOUND);
    hf_test_expect_report(t, HF_E_NOT_FOUND, "hf_binding_function", "name");
    assert_int_equal(hf_binding_function(t->thread, binding, "hfn_length", &function), HF_OK);

    hf_function_destroy(function); /* it is not the caller's */
    hf_test_expect_report(t, HF_E_MISUSE, "hf_function_bind", "function");
    hf_binding_destroy(binding);
}

static void binding_knows_layouts_and_constants(void **state)
{
    hf_test_runtime *t = *state;
    hf_binding *binding = binding_new(t);
    struct line {
        hfn_point from, to;
        int32_t tags[3];
    };
    const struct {
        const char *type;
        hf_type_layout layout;
    } known[] = {
        { "hfn_point", { sizeof(hfn_point), _Alignof(hfn_point), 0, 1 } },
        { "struct hfn_point", { sizeof(hfn_point), _Alignof(hfn_point), 0, 1 } },
        { "hfn_point.weight", { 8, _Alignof(hfn_point), offsetof(hfn_point, weight), 1 } },
        { "struct line", { sizeof(struct line), _Alignof(struct line), 0, 1 } },
        { "struct line.to", { sizeof(hfn_point), _Alignof(hfn_point), 16, 1 } },
        { "struct line.to.y", { 4, 4, offsetof(struct line, to.y), 1 } },
        { "struct line.tags", { 4, 4, offsetof(struct line, tags), 3 } },
        { "small", { 2, 2, 0, 1 } },
        { "size_t", { sizeof(size_t), _Alignof(size_t), 0, 1 } },
        { "long double", { sizeof(long double), _Alignof(long double), 0, 1 } },
        { "const char *", { sizeof(char *), _Alignof(char *), 0, 1 } },
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        hf_type_layout layout = { 0, 0, 0, 0 };
        hf_status status = hf_binding_layout(binding, known[i].type, &layout);
        if (status != HF_OK || memcmp(&layout, &known[i].layout, sizeof(layout)) != 0) {
            fail_msg("%s: %s, size %zu, alignment %zu, offset %zu, count %zu", known[i].type,
                     hf_status_name(status), layout.size, layout.alignment, layout.offset,
                     layout.count);
        }
    }

    hf_type_layout layout;
    assert_int_equal(hf_binding_layout(binding, "struct hidden", &layout), HF_E_LAYOUT);
    assert_int_equal(hf_binding_layout(binding, "struct absent", &layout), HF_E_NOT_FOUND);
    assert_int_equal(hf_binding_layout(binding, "struct line.via", &layout), HF_E_NOT_FOUND);
    assert_int_equal(hf_binding_layout(binding, "int; int", &layout), HF_E_NOT_FOUND);
    assert_int_equal(hf_binding_layout(binding, "void", &layout), HF_E_NOT_FOUND);
    assert_int_equal(hf_binding_layout(NULL, "int", &layout), HF_E_NULL);

    int64_t value = 0;
    assert_int_equal(hf_binding_constant(binding, "BLUE", &value), HF_OK);
    assert_int_equal(value, 6);
    assert_int_equal(hf_binding_constant(binding, "HFN_LIMIT", &value), HF_OK);
    assert_int_equal(value, 77);
    assert_int_equal(hf_binding_constant(binding, "PINK", &value), HF_E_NOT_FOUND);
    assert_int_equal(hf_binding_constant(binding, NULL, &value), HF_E_NULL);
    hf_binding_destroy(binding);
}

static void binding_lends_its_types_to_a_single_prototype(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    hf_binding *binding;
    assert_int_equal(hf_binding_create(t->thread, NULL, header, NULL, &binding), HF_OK);
    options.binding = binding;
    hf_function *move =
        hf_test_bind_with(t, "int hfn_move_point(hfn_point *point {inout}, small by)", &options);
    hf_function *none;
    assert_int_equal(hf_binding_function(t->thread, binding, "hfn_i32", &none), HF_E_NULL);
    hf_test_expect_report(t, HF_E_NULL, "hf_binding_function", "binding");
    hf_binding_destroy(binding); /* the prototype keeps what it uses */

    hfn_point point = { 1, 2, 0 };
    assert_int_equal(hf_call(t->thread, move, &result, HF_ARGS(HF_POINTER(&point), HF_UINT(10))),
                     HF_OK);
    assert_int_equal(hf_bytes_read(hf_result_out(&result, 0), 0, &point, sizeof(point)), HF_OK);
    assert_int_equal(point.x * 100 + point.y, 1112);
}

/* ---- what is refused ---- */

static void binding_checks_declared_types_against_the_compilers(void **state)
{
    hf_test_runtime *t = *state;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    hf_type_size right[] = { { "struct pair", 8, 4 } };
    hf_type_size wrong[] = { { "struct pair", 12, 4 } };
    hf_binding *binding;
    options.type_count = 1;
    options.types = right;
    assert_int_equal(
        hf_binding_create(t->thread, NULL, "struct pair { int32_t a, b; };", &options, &binding),
        HF_OK);
    hf_binding_destroy(binding);

    options.types = wrong;
    assert_int_equal(
        hf_binding_create(t->thread, NULL, "struct pair { int32_t a, b; };", &options, &binding),
        HF_E_LAYOUT);
    assert_null(binding);
    assert_non_null(strstr(t->report[0].message, "struct pair of 8 bytes, expected 12 bytes"));
    hf_test_expect_report(t, HF_E_LAYOUT, "hf_binding_create", "header");

    assert_int_equal(hf_binding_create(t->thread, NULL,
                                       "struct pair { int32_t a, b; };"
                                       "_Static_assert(sizeof(struct pair) == 9, \"wrong\");",
                                       NULL, &binding),
                     HF_E_LAYOUT);
    hf_test_expect_report(t, HF_E_LAYOUT, "hf_binding_create", "header");
}

static void binding_refuses_what_makes_no_sense(void **state)
{
    hf_test_runtime *t = *state;
    hf_binding *binding;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    hf_prototype_error error;
    options.error_out = &error;
    assert_int_equal(
        hf_binding_create(t->thread, NULL, "int f(int a);\nint g(int oops", &options, &binding),
        HF_E_PROTOTYPE);
    assert_true(error.position >= 20);
    hf_test_expect_report(t, HF_E_PROTOTYPE, "hf_binding_create", "header");
    assert_int_equal(hf_binding_create(t->thread, NULL, NULL, NULL, &binding), HF_E_NULL);
    hf_test_expect_report(t, HF_E_NULL, "hf_binding_create", "header");
    assert_int_equal(hf_binding_create(t->thread, NULL, "", NULL, NULL), HF_E_NULL);
    hf_test_expect_report(t, HF_E_NULL, "hf_binding_create", "binding_out");
    options.address = t;
    assert_int_equal(hf_binding_create(t->thread, NULL, "", &options, &binding), HF_E_OPTIONS);
    hf_test_expect_report(t, HF_E_OPTIONS, "hf_binding_create", "options->address");
    options.struct_size = 1;
    assert_int_equal(hf_binding_create(t->thread, NULL, "", &options, &binding), HF_E_OPTIONS);
    hf_test_expect_report(t, HF_E_OPTIONS, "hf_binding_create", "options");
    hf_binding_destroy(NULL);
}

static void binding_without_memory_leaves_nothing(void **state)
{
    hf_test_runtime *t = *state;
    hf_library *library;
    assert_int_equal(hf_library_open(t->thread, HF_TESTLIB_PATH, &library), HF_OK);
    int64_t live = hfi_alloc_live();
    bool is_done = false;
    for (uint64_t nth = 1; !is_done; nth++) {
        hf_binding *binding = NULL;
        hf_function *function = NULL;
        hfi_fault_arm(nth, 1);
        hf_status status = hf_binding_create(t->thread, library, header, NULL, &binding);
        if (status == HF_OK) {
            status = hf_binding_function(t->thread, binding, "hfn_make_point", &function);
        }
        is_done = hfi_fault_last()[0] == '\0';
        (void)hfi_fault_disarm();
        assert_true(is_done ? status == HF_OK : status != HF_OK);
        hf_binding_destroy(binding);
        hf_test_forget_reports(t); /* a symbol that the fault did away with */
        assert_int_equal(hfi_alloc_live(), live);
    }
    hf_library_close(library);
}

/* ---- threads ---- */

typedef struct race {
    hf_runtime *runtime;
    hf_binding *binding;
    hf_function *found[8];
} race;

static void ask(hf_crew_member *me)
{
    race *r = me->user;
    hf_thread *thread;
    if (!HF_CREW_CHECK(me, hf_thread_attach(r->runtime, &thread) == HF_OK)) {
        return;
    }
    HF_CREW_CHECK(me, hf_binding_function(thread, r->binding, "hfn_length", &r->found[me->index]) ==
                          HF_OK);
    HF_CREW_CHECK(me, hf_thread_detach(thread) == HF_OK);
}

static void binding_gives_all_threads_the_same_function(void **state)
{
    hf_test_runtime *t = *state;
    for (unsigned round = 0; round < 20; round++) {
        race r = { t->runtime, binding_new(t), { NULL } };
        hf_crew crew = { 0 };
        assert_int_equal(hf_native_begin(t->thread), HF_OK);
        hf_crew_start(&crew, 8, ask, &r);
        hf_crew_join(&crew);
        assert_int_equal(hf_native_end(t->thread, NULL), HF_OK);

        for (unsigned i = 1; i < 8; i++) {
            assert_ptr_equal(r.found[i], r.found[0]);
        }
        assert_int_equal(alive(t), 3);
        hf_binding_destroy(r.binding);
        assert_int_equal(alive(t), 0);
    }
}

typedef struct late {
    hf_binding *binding;
    int entered; /* atomic; set by the callee */
    int go;      /* atomic; the callee returns */
} late;

static void destroy_during_call(void *user)
{
    late *l = user;
    while (!__atomic_load_n(&l->entered, __ATOMIC_SEQ_CST)) {
        hfp_sleep_ns(100000);
    }
    hf_binding_destroy(l->binding);
    __atomic_store_n(&l->go, 1, __ATOMIC_SEQ_CST);
}

static void binding_destroyed_during_a_call_lasts_until_it_is_over(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    late l = { binding_new(t), 0, 0 };
    hf_function *function;
    assert_int_equal(hf_binding_function(t->thread, l.binding, "hfn_wait", &function), HF_OK);
    hfp_thread thread;
    assert_int_equal(hfp_thread_start(&thread, "destroyer", destroy_during_call, &l), HF_OK);

    hf_status status = hf_call(t->thread, function, &result,
                               HF_ARGS(HF_POINTER(&l.entered), HF_POINTER(&l.go), HF_INT(6)));
    hfp_thread_join(&thread);

    assert_int_equal(status, HF_OK);
    assert_int_equal(result.value.i, 6);
    hf_test_expect_report(t, HF_E_BUSY, "hf_function_destroy", "function");
    assert_int_equal(alive(t), 3);
    assert_int_equal(hf_collect(t->thread), HF_OK);
    assert_int_equal(alive(t), 0);
}

int main(void)
{
#define WITH_RUNTIME(test) cmocka_unit_test_setup_teardown(test, hf_test_setup, hf_test_teardown)
    const struct CMUnitTest tests[] = {
        WITH_RUNTIME(binding_gives_each_function_once),
        WITH_RUNTIME(binding_binds_what_there_is_and_says_what_there_is_not),
        WITH_RUNTIME(binding_knows_layouts_and_constants),
        WITH_RUNTIME(binding_lends_its_types_to_a_single_prototype),
        WITH_RUNTIME(binding_checks_declared_types_against_the_compilers),
        WITH_RUNTIME(binding_refuses_what_makes_no_sense),
        WITH_RUNTIME(binding_without_memory_leaves_nothing),
        WITH_RUNTIME(binding_gives_all_threads_the_same_function),
        WITH_RUNTIME(binding_destroyed_during_a_call_lasts_until_it_is_over),
    };
    return cmocka_run_group_tests_name("binding", tests, NULL, NULL);
}
