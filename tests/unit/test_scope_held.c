/* SPDX-License-Identifier: MIT */
/* hf-test: threaded */

/*
 * Who holds a scope: each kind of holder refuses the close, is named, and is waited for.
 */

#include "managed.h"

#include "base/alloc.h"

#include <stdatomic.h>
#include <string.h>

#define LONG_NS  UINT64_C(20000000000)
#define SHORT_NS UINT64_C(20000000)

static const hf_site here = { "test_scope_held.c", 4711 };

static hf_scope *make_scope(managed *m)
{
    hf_scope *scope = NULL;
    assert_int_equal(hf_scope_create_at(m->thread, "request", &scope, here), HF_OK);
    return scope;
}

/* The close is refused, or its time passes, and says why; everything is as it was. */
static managed_report expect_held(managed *m, hf_scope *scope, hf_ref buffer, const char *words)
{
    size_t size = hf_bytes_size(buffer);
    assert_int_not_equal(size, 0);
    assert_int_equal(hf_scope_close(m->thread, scope, 0), HF_E_BUSY);
    assert_int_equal(hf_bytes_size(buffer), size);
    managed_report report = managed_expect(m, "hf_scope_close", words);
    assert_int_equal(report.kind, HF_REPORT_WARNING);
    assert_string_equal(report.object, "request");
    return report;
}

static void scope_is_held_by_a_fence_of_the_thread_that_closes(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        hf_scope *scope = make_scope(&m);
        assert_int_equal(hf_scope_bytes(m.thread, scope, 64, ref), HF_OK);
        hf_span span;
        hf_fence fence;
        assert_int_equal(hf_fence_begin(m.thread, &fence, ref, &span, "body", here), HF_OK);
        managed_report report = expect_held(&m, scope, ref, "fence \"body\" of thread");
        assert_non_null(strstr(report.message, "holds bytes, 64 bytes, which is the thread that"));
        assert_int_equal(report.born_line, 4711);
        /* Waiting for oneself would be for ever. */
        assert_int_equal(hf_scope_close(m.thread, scope, UINT64_MAX), HF_E_BUSY);
        managed_expect(&m, "hf_scope_close", "fence \"body\"");
        memset(span.data, 1, span.size);
        assert_int_equal(hf_fence_end(&fence), HF_OK);
        hf_ref more = hf_local(m.thread); /* a refused close has marked nothing */
        assert_int_equal(hf_scope_bytes(m.thread, scope, 1, more), HF_OK);
        assert_int_equal(hf_scope_close(m.thread, scope, 0), HF_OK);
        assert_int_equal(hf_bytes_size(ref), 0);
    }
    managed_end(&m);
}

static void scope_is_held_by_pins_that_are_not_its_own(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        hf_scope *scope = make_scope(&m), *other = make_scope(&m);
        assert_int_equal(hf_scope_bytes(m.thread, scope, 64, ref), HF_OK);
        hf_pin *pin;
        hf_pinset *set;
        assert_int_equal(hf_pin_create_at(m.thread, ref, &pin, here), HF_OK);
        managed_report report = expect_held(&m, scope, ref, "an owning pin of thread");
        assert_int_equal(report.born_line, 4711);
        assert_int_equal(hf_scope_add_pin(m.thread, other, pin), HF_OK);
        expect_held(&m, scope, ref, "an owning pin of thread");
        assert_int_equal(hf_scope_close(m.thread, other, 0), HF_OK);
        assert_int_equal(hf_pinset_create(m.thread, "queue", &set), HF_OK);
        assert_int_equal(hf_pinset_pin(m.thread, set, ref, NULL), HF_OK);
        expect_held(&m, scope, ref, "a pin of the set \"queue\" of thread");
        assert_int_equal(hf_scope_add_pinset(m.thread, scope, set), HF_OK);
        assert_int_equal(hf_scope_close(m.thread, scope, 0), HF_OK);
        assert_int_equal(hf_bytes_size(ref), 0);
    }
    managed_end(&m);
}

static void scope_is_held_by_what_is_inside_it_but_not_by_the_pins_of_its_tree(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        hf_scope *outer = make_scope(&m), *inner;
        assert_int_equal(hf_scope_create_inside(m.thread, outer, "inner", &inner), HF_OK);
        assert_int_equal(hf_scope_bytes(m.thread, inner, 64, ref), HF_OK);
        hf_span span;
        HF_FENCE(m.thread, body, ref, &span);
        expect_held(&m, outer, ref, "fence \"body\"");
        assert_int_equal(hf_fence_end(&body), HF_OK);
        hf_pin *pin;
        assert_int_equal(hf_pin_create(m.thread, ref, &pin), HF_OK);
        assert_int_equal(hf_scope_add_pin(m.thread, outer, pin), HF_OK);
        assert_int_equal(hf_scope_close(m.thread, inner, 0), HF_E_BUSY);
        managed_expect(&m, "hf_scope_close", "an owning pin");
        assert_int_equal(hf_scope_close(m.thread, outer, 0), HF_OK);
        assert_int_equal(hf_bytes_size(ref), 0);
        assert_null(hf_pin_span(pin).data);
    }
    managed_end(&m);
}

static _Atomic(unsigned) releases;

static hf_status release_value(uintptr_t value, void *user)
{
    (void)value;
    (void)user;
    atomic_fetch_add(&releases, 1);
    return HF_OK;
}

static const hf_resource_class counted = {
    .struct_size = sizeof(hf_resource_class),
    .name = "counted",
    .invalid = 0,
    .release = release_value,
};

static void scope_is_held_by_a_fence_on_its_resource(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    atomic_store(&releases, 0);
    {
        HF_FRAME(m.thread);
        hf_ref file = hf_local(m.thread), ref = hf_local(m.thread);
        hf_scope *scope = make_scope(&m);
        assert_int_equal(hf_scope_bytes(m.thread, scope, 1, ref), HF_OK);
        assert_int_equal(hf_resource_create(m.thread, &counted, 5, file), HF_OK);
        assert_int_equal(hf_scope_add_resource(m.thread, scope, file), HF_OK);
        hf_fence fence;
        uintptr_t value;
        assert_int_equal(hf_fence_hold(&fence, m.thread, file, &value), HF_OK);
        expect_held(&m, scope, ref, "&fence");
        assert_true(hf_resource_is_open(file));
        assert_int_equal(hf_fence_end(&fence), HF_OK);
        assert_int_equal(atomic_load(&releases), 0);
        assert_int_equal(hf_scope_close(m.thread, scope, 0), HF_OK);
        assert_int_equal(atomic_load(&releases), 1);
    }
    managed_end(&m);
}

/* ---- holders on another thread ---- */

typedef struct other {
    managed *m;
    hf_global *buffer;
    hfp_thread thread;
    uint64_t hold_ns; /* 0: until told */
    _Atomic(bool) has_begun;
    _Atomic(bool) may_end;
    _Atomic(bool) is_over; /* written before the buffer is let go */
    size_t size_seen;
} other;

static void stay(other *o)
{
    atomic_store(&o->has_begun, true);
    if (o->hold_ns != 0) {
        hfp_sleep_ns(o->hold_ns);
    }
    while (o->hold_ns == 0 && !atomic_load(&o->may_end)) {
        hfp_sleep_ns(100000);
    }
    atomic_store(&o->is_over, true);
}

static void hold_in_native_code(void *user)
{
    other *o = user;
    hf_thread *thread;
    if (hf_thread_attach(o->m->runtime, &thread) != HF_OK) {
        return;
    }
    {
        HF_FRAME(thread);
        hf_ref ref = hf_local(thread);
        hf_span span;
        (void)hf_global_load(o->buffer, ref);
        HF_FENCE(thread, body, ref, &span);
        (void)HF_NATIVE_CALL_VOID(thread, NULL, stay(o));
        memset(span.data, 3, span.size); /* still there */
        o->size_seen = hf_bytes_size(ref);
        (void)hf_fence_end(&body);
    }
    (void)hf_thread_detach(thread);
}

static void start(other *o, managed *m, hf_ref ref)
{
    o->m = m;
    assert_int_equal(hf_global_create(m->thread, ref, &o->buffer), HF_OK);
    assert_int_equal(hfp_thread_start(&o->thread, "holder", hold_in_native_code, o), HF_OK);
    while (!atomic_load(&o->has_begun)) {
        assert_int_equal(HF_NATIVE_CALL_VOID(m->thread, NULL, hfp_sleep_ns(100000)), HF_OK);
    }
}

static void end(other *o, managed *m)
{
    atomic_store(&o->may_end, true);
    assert_int_equal(HF_NATIVE_CALL_VOID(m->thread, NULL, hfp_thread_join(&o->thread)), HF_OK);
    hf_global_destroy(m->thread, o->buffer);
}

static void scope_is_held_by_another_thread_in_native_code(void **state)
{
    (void)state;
    managed m;
    other o = { 0 };
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        hf_scope *scope = make_scope(&m);
        assert_int_equal(hf_scope_bytes(m.thread, scope, 64, ref), HF_OK);
        start(&o, &m, ref);
        managed_report report = expect_held(&m, scope, ref, "fence \"body\" of thread");
        assert_null(strstr(report.message, "that closes"));
        assert_int_equal(hf_scope_close(m.thread, scope, SHORT_NS), HF_E_TIMEOUT);
        managed_expect(&m, "hf_scope_close", "fence \"body\" of thread");
        assert_int_equal(hf_bytes_size(ref), 64);
        end(&o, &m);
        assert_int_equal(o.size_seen, 64);
        assert_int_equal(hf_scope_close(m.thread, scope, 0), HF_OK);
        assert_int_equal(hf_bytes_size(ref), 0);
    }
    managed_end(&m);
}

static void scope_waits_for_another_thread_that_holds_it(void **state)
{
    (void)state;
    managed m;
    other o = { .hold_ns = 30000000 };
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        hf_scope *scope = make_scope(&m);
        assert_int_equal(hf_scope_bytes(m.thread, scope, 64, ref), HF_OK);
        start(&o, &m, ref);
        assert_int_equal(hf_scope_close(m.thread, scope, LONG_NS), HF_OK);
        assert_true(atomic_load(&o.is_over));
        assert_int_equal(hf_bytes_size(ref), 0);
        end(&o, &m);
        assert_int_equal(o.size_seen, 64);
    }
    managed_end(&m);
}

/* ---- things that begin while it closes ---- */

typedef struct late {
    managed *m;
    other o;
    hf_ref ref;
} late;

static void begin_holding(hf_thread *thread, void *user)
{
    late *l = user;
    assert_ptr_equal(thread, l->m->thread);
    start(&l->o, l->m, l->ref);
}

static void scope_does_not_empty_a_buffer_that_was_taken_while_it_closes(void **state)
{
    (void)state;
    managed m;
    late l = { .m = &m };
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        l.ref = hf_local(m.thread);
        hf_scope *scope = make_scope(&m);
        assert_int_equal(hf_scope_bytes(m.thread, scope, 64, l.ref), HF_OK);
        assert_int_equal(hf_scope_add_cleanup(m.thread, scope, begin_holding, &l), HF_OK);
        assert_int_equal(hf_scope_close(m.thread, scope, 0), HF_E_BUSY);
        managed_expect(&m, "hf_scope_close", "fence \"body\"");
        assert_int_equal(hf_bytes_size(l.ref), 64);
        hf_ref more = hf_local(m.thread);
        assert_int_equal(hf_scope_bytes(m.thread, scope, 1, more), HF_E_SCOPE);
        managed_expect(&m, "hf_scope_bytes", "the scope closes, since");
        end(&l.o, &m);
        assert_int_equal(l.o.size_seen, 64);
        assert_int_equal(hf_scope_close(m.thread, scope, 0), HF_OK); /* and nothing twice */
        assert_int_equal(hf_bytes_size(l.ref), 0);
    }
    managed_end(&m);
}

/* ---- callbacks ---- */

typedef struct inside {
    hf_scope *scope;
    hf_status status;
    unsigned runs;
} inside;

static hf_status close_from_inside(hf_thread *thread, const hf_value *arguments, hf_value *result,
                                   void *user)
{
    inside *i = user;
    (void)arguments;
    (void)result;
    i->status = hf_scope_close(thread, i->scope, UINT64_MAX);
    i->runs++;
    return HF_OK;
}

static void scope_is_held_by_a_run_of_its_callback(void **state)
{
    (void)state;
    managed m;
    inside i = { 0 };
    managed_begin(&m, NULL);
    hf_callback *callback;
    i.scope = make_scope(&m);
    assert_int_equal(hf_callback_create_at(m.thread, "void f(void)", close_from_inside, &i, NULL,
                                           &callback, here),
                     HF_OK);
    assert_int_equal(hf_scope_add_callback(m.thread, i.scope, callback), HF_OK);
    void (*function)(void);
    void *address = hf_callback_address(callback);
    memcpy(&function, &address, sizeof function);
    assert_int_equal(HF_NATIVE_CALL_VOID(m.thread, NULL, function()), HF_OK);
    assert_int_equal(i.status, HF_E_BUSY);
    managed_report report = managed_expect(&m, "hf_scope_close", "the callback \"f\" runs");
    assert_int_equal(report.born_line, 4711);
    assert_int_equal(hf_scope_close(m.thread, i.scope, 0), HF_OK);
    assert_int_equal(HF_NATIVE_CALL_VOID(m.thread, NULL, function()), HF_OK);
    assert_int_equal(i.runs, 1);
    managed_expect(&m, "f", "after it was destroyed");
    managed_end(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scope_is_held_by_a_fence_of_the_thread_that_closes),
        cmocka_unit_test(scope_is_held_by_pins_that_are_not_its_own),
        cmocka_unit_test(scope_is_held_by_what_is_inside_it_but_not_by_the_pins_of_its_tree),
        cmocka_unit_test(scope_is_held_by_a_fence_on_its_resource),
        cmocka_unit_test(scope_is_held_by_another_thread_in_native_code),
        cmocka_unit_test(scope_waits_for_another_thread_that_holds_it),
        cmocka_unit_test(scope_does_not_empty_a_buffer_that_was_taken_while_it_closes),
        cmocka_unit_test(scope_is_held_by_a_run_of_its_callback),
    };
    return cmocka_run_group_tests_name("scope_held", tests, NULL, NULL);
}
