/* SPDX-License-Identifier: MIT */
/* hf-test: threaded */

/*
 * Scopes: what each kind of thing becomes, in which order, and what a scope says that is misused.
 */

#include "managed.h"

#include "base/alloc.h"
#include "heap/object.h"
#include "scope/scope.h"

#include <string.h>

static const hf_site here = { "test_scope.c", 4711 };
static const hf_site there = { "test_scope.c", 4712 };

/* The order in which things ended. */
typedef struct ends {
    unsigned count;
    int what[16];
    managed *m;
    hf_ref buffer;
    hf_scope *scope;
    size_t length_seen;
    hf_status close_status;
} ends;

static ends *log_of;

static void log_end(int what)
{
    assert_true(log_of->count < 16);
    log_of->what[log_of->count++] = what;
}

static void end_one(hf_thread *thread, void *user)
{
    assert_non_null(thread);
    log_end((int)(uintptr_t)user);
}

static hf_status release_value(uintptr_t value, void *user)
{
    (void)user;
    log_end((int)value);
    return value == 13 ? HF_E_SYSTEM : HF_OK;
}

static const hf_resource_class counted = {
    .struct_size = sizeof(hf_resource_class),
    .name = "counted",
    .invalid = 0,
    .release = release_value,
};

static hf_status answer(hf_thread *thread, const hf_value *arguments, hf_value *result, void *user)
{
    (void)thread;
    (void)arguments;
    (void)user;
    result->i = 42;
    return HF_OK;
}

static void *number(uintptr_t value)
{
    void *word;
    memcpy(&word, &value, sizeof word);
    return word;
}

static hf_scope *make_scope(managed *m)
{
    hf_scope *scope = NULL;
    assert_int_equal(hf_scope_create_at(m->thread, "request", &scope, here), HF_OK);
    return scope;
}

static void scope_empties_its_buffers(void **state)
{
    (void)state;
    static const size_t sizes[] = { 0, 1, 100, 5000, 100000 };
    managed m;
    managed_begin(&m, NULL);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread), kept = hf_local(m.thread);
        hf_scope *scope = make_scope(&m);
        assert_int_equal(hf_scope_bytes(m.thread, scope, sizes[i], ref), HF_OK);
        assert_true(hfi_object_word(managed_address(ref)) & HFI_FLAG_SCOPED);
        hf_copy(kept, ref);
        hf_clear(ref);
        assert_int_equal(hf_collect(m.thread), HF_OK);
        assert_int_equal(hf_bytes_size(kept), sizes[i]);

        assert_int_equal(hf_scope_close(m.thread, scope, 0), HF_OK);

        assert_int_equal(hf_bytes_size(kept), 0);
        char byte = 0;
        assert_int_equal(hf_bytes_read(kept, 0, &byte, 1), HF_E_RANGE);
        hf_span span;
        HF_FENCE(m.thread, fence, kept, &span);
        assert_int_equal(span.size, 0);
        hf_fence_end(&fence);
        assert_true(hfi_object_word(managed_address(kept)) & HFI_FLAG_SCOPED);
        assert_int_equal(hf_collect(m.thread), HF_OK);
        assert_int_equal(hf_heap_check(m.thread), HF_OK);
    }
    managed_end(&m);
}

static void scope_keeps_its_buffers_until_it_closes(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    hf_scope *scope = make_scope(&m);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        for (int i = 0; i < 20; i++) {
            assert_int_equal(hf_scope_bytes(m.thread, scope, 50, ref), HF_OK);
        }
    }
    assert_int_equal(hf_collect(m.thread), HF_OK);
    assert_int_equal(managed_statistics(&m).objects_live, 20);
    assert_int_equal(hf_scope_close(m.thread, scope, 0), HF_OK);
    assert_int_equal(hf_collect(m.thread), HF_OK);
    assert_int_equal(managed_statistics(&m).objects_live, 0);
    managed_end(&m);
}

static void scope_ends_its_things_once_and_the_last_first(void **state)
{
    (void)state;
    managed m;
    ends log = { 0 };
    log_of = &log;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref a = hf_local(m.thread), b = hf_local(m.thread);
        hf_scope *scope = make_scope(&m);
        assert_int_equal(hf_scope_add_cleanup(m.thread, scope, end_one, number(1)), HF_OK);
        assert_int_equal(hf_resource_create(m.thread, &counted, 2, a), HF_OK);
        assert_int_equal(hf_scope_add_resource(m.thread, scope, a), HF_OK);
        assert_int_equal(hf_scope_add_cleanup(m.thread, scope, end_one, number(3)), HF_OK);
        assert_int_equal(hf_resource_create(m.thread, &counted, 4, b), HF_OK);
        assert_int_equal(hf_scope_add_resource(m.thread, scope, b), HF_OK);
        assert_int_equal(hf_scope_add_cleanup(m.thread, scope, end_one, number(5)), HF_OK);
        assert_int_equal(hf_collect(m.thread), HF_OK);
        assert_int_equal(log.count, 0);

        assert_int_equal(hf_scope_close(m.thread, scope, 0), HF_OK);

        static const int expected[] = { 5, 4, 3, 2, 1 };
        assert_int_equal(log.count, 5);
        assert_memory_equal(log.what, expected, sizeof expected);
        assert_false(hf_resource_is_open(a));
    }
    managed_end(&m);
    assert_int_equal(log.count, 5);
}

static void scope_ends_pins_sets_handles_globals_and_callbacks(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread), loaded = hf_local(m.thread);
        assert_int_equal(hf_bytes_create(m.thread, 100, ref), HF_OK);
        hf_scope *scope = make_scope(&m);
        hf_pin *pin;
        hf_pinset *set;
        void *word;
        hf_global *global;
        hf_callback *callback;
        assert_int_equal(hf_pin_create(m.thread, ref, &pin), HF_OK);
        assert_int_equal(hf_scope_add_pin(m.thread, scope, pin), HF_OK);
        assert_int_equal(hf_pinset_create(m.thread, "set", &set), HF_OK);
        assert_int_equal(hf_pinset_pin(m.thread, set, ref, NULL), HF_OK);
        assert_int_equal(hf_scope_add_pinset(m.thread, scope, set), HF_OK);
        assert_int_equal(hf_handle_create(m.thread, ref, "tag", HF_HANDLE_FOREVER, &word), HF_OK);
        assert_int_equal(hf_scope_add_handle(m.thread, scope, word), HF_OK);
        assert_int_equal(hf_global_create(m.thread, ref, &global), HF_OK);
        assert_int_equal(hf_scope_add_global(m.thread, scope, global), HF_OK);
        assert_int_equal(
            hf_callback_create(m.thread, "int f(void) {safe(7)}", answer, NULL, &callback), HF_OK);
        assert_int_equal(hf_scope_add_callback(m.thread, scope, callback), HF_OK);
        int (*function)(void);
        void *address = hf_callback_address(callback);
        memcpy(&function, &address, sizeof function);
        int result = 0;
        assert_int_equal(HF_NATIVE_CALL(m.thread, NULL, result, function()), HF_OK);
        assert_int_equal(result, 42);

        assert_int_equal(hf_scope_close_at(m.thread, scope, 0, there), HF_OK);

        uintptr_t where = managed_address(ref);
        assert_int_equal(hf_collect(m.thread), HF_OK);
        assert_int_not_equal(managed_address(ref), where);
        assert_null(hf_pin_span(pin).data);
        assert_int_equal(hf_pinset_pin(m.thread, set, ref, NULL), HF_E_MISUSE);
        managed_expect(&m, "hf_pinset_pin", "destroyed, at test_scope.c:4712");
        assert_int_equal(hf_handle_load(m.thread, word, "tag", loaded), HF_E_HANDLE);
        managed_expect(&m, "hf_handle_load", "destroyed at test_scope.c:4712");
        assert_int_equal(HF_NATIVE_CALL(m.thread, NULL, result, function()), HF_OK);
        assert_int_equal(result, 7);
        managed_report report = managed_expect(&m, "f", "after it was destroyed");
        assert_int_equal(report.line, 4712);
        hf_pin_destroy(pin);
        managed_expect(&m, "hf_pin_destroy", "has ended already");
        assert_int_equal(hf_pinset_unpin(set, ref), HF_E_MISUSE);
        managed_expect(&m, "hf_pinset_unpin", "destroyed, at test_scope.c:4712");
        assert_int_equal(hf_handle_destroy(m.thread, word), HF_E_HANDLE);
        managed_expect(&m, "hf_handle_destroy", "destroyed at test_scope.c:4712");
        assert_int_equal(hf_global_load(global, loaded), HF_E_MISUSE);
        managed_expect(&m, "hf_global_load", "has been destroyed");
        assert_true(loaded->word_ == 0);
        assert_int_equal(hf_global_store(m.thread, global, ref), HF_E_MISUSE);
        managed_expect(&m, "hf_global_store", "has been destroyed");
        hf_global_destroy(m.thread, global);
        managed_expect(&m, "hf_global_destroy", "has been destroyed");
    }
    managed_end(&m);
}

/* What ended with a scope is of no use to another one either. */
static void scope_takes_nothing_that_ended_with_another(void **state)
{
    (void)state;
    managed m;
    ends log = { 0 };
    log_of = &log;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread), bytes = hf_local(m.thread), resource = hf_local(m.thread);
        assert_int_equal(hf_bytes_create(m.thread, 100, ref), HF_OK);
        hf_scope *scope = make_scope(&m), *next = make_scope(&m);
        hf_pin *pin;
        hf_pinset *set;
        void *word;
        hf_global *global;
        assert_int_equal(hf_scope_bytes(m.thread, scope, 32, bytes), HF_OK);
        assert_int_equal(hf_pin_create(m.thread, ref, &pin), HF_OK);
        assert_int_equal(hf_scope_add_pin(m.thread, scope, pin), HF_OK);
        assert_int_equal(hf_pinset_create(m.thread, "set", &set), HF_OK);
        assert_int_equal(hf_scope_add_pinset(m.thread, scope, set), HF_OK);
        assert_int_equal(hf_handle_create(m.thread, ref, "tag", HF_HANDLE_FOREVER, &word), HF_OK);
        assert_int_equal(hf_scope_add_handle(m.thread, scope, word), HF_OK);
        assert_int_equal(hf_global_create(m.thread, ref, &global), HF_OK);
        assert_int_equal(hf_scope_add_global(m.thread, scope, global), HF_OK);
        assert_int_equal(hf_resource_create(m.thread, &counted, 1, resource), HF_OK);
        assert_int_equal(hf_scope_add_resource(m.thread, scope, resource), HF_OK);
        assert_int_equal(hf_scope_close(m.thread, scope, 0), HF_OK);
        assert_int_equal(log.count, 1);

        assert_int_equal(hf_scope_add_pin(m.thread, next, pin), HF_E_MISUSE);
        managed_expect(&m, "hf_scope_add_pin", "has ended");
        assert_int_equal(hf_scope_add_pinset(m.thread, next, set), HF_E_MISUSE);
        managed_expect(&m, "hf_scope_add_pinset", "has ended");
        assert_int_equal(hf_scope_add_handle(m.thread, next, word), HF_E_HANDLE);
        managed_expect(&m, "hf_scope_add_handle", "destroyed at");
        assert_int_equal(hf_scope_add_global(m.thread, next, global), HF_E_MISUSE);
        managed_expect(&m, "hf_scope_add_global", "has ended");
        uintptr_t value;
        hf_fence fence;
        assert_int_equal(hf_fence_hold(&fence, m.thread, resource, &value), HF_E_CLOSED);
        managed_expect(&m, "hf_fence_hold_at", "");
        /* An emptied buffer is a buffer of no bytes. */
        hf_span span;
        assert_int_equal(hf_fence_begin(m.thread, &fence, bytes, &span, "late", here), HF_OK);
        assert_int_equal(span.size, 0);
        assert_int_equal(hf_fence_end(&fence), HF_OK);
        char byte = 0;
        assert_int_equal(hf_bytes_read(bytes, 0, &byte, 1), HF_E_RANGE);
        assert_int_equal(hf_scope_close(m.thread, next, 0), HF_OK);
    }
    managed_end(&m);
}

static void scope_lets_things_end_before_it(void **state)
{
    (void)state;
    managed m;
    ends log = { 0 };
    log_of = &log;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread), resource = hf_local(m.thread);
        assert_int_equal(hf_bytes_create(m.thread, 100, ref), HF_OK);
        hf_scope *scope = make_scope(&m);
        hf_pin *pin, *later[200];
        hf_pinset *set;
        void *word, *shot;
        assert_int_equal(hf_pin_create(m.thread, ref, &pin), HF_OK);
        assert_int_equal(hf_scope_add_pin(m.thread, scope, pin), HF_OK);
        assert_int_equal(hf_pinset_create(m.thread, "set", &set), HF_OK);
        assert_int_equal(hf_scope_add_pinset(m.thread, scope, set), HF_OK);
        assert_int_equal(hf_handle_create(m.thread, ref, "tag", 0, &word), HF_OK);
        assert_int_equal(hf_scope_add_handle(m.thread, scope, word), HF_OK);
        assert_int_equal(hf_handle_create(m.thread, ref, "tag", 1, &shot), HF_OK);
        assert_int_equal(hf_scope_add_handle(m.thread, scope, shot), HF_OK);
        assert_int_equal(hf_resource_create(m.thread, &counted, 1, resource), HF_OK);
        assert_int_equal(hf_scope_add_resource(m.thread, scope, resource), HF_OK);

        hf_pin_destroy(pin);
        hf_pinset_destroy(set);
        assert_int_equal(hf_handle_destroy(m.thread, word), HF_OK);
        assert_int_equal(hf_handle_load(m.thread, shot, "tag", ref), HF_OK);
        assert_int_equal(hf_resource_dispose(m.thread, resource), HF_OK);
        for (int i = 0; i < 200; i++) { /* some of them in the cell of the first */
            assert_int_equal(hf_pin_create(m.thread, ref, &later[i]), HF_OK);
            if (i < 100) {
                hf_pin_destroy(later[i]);
            }
        }
        assert_int_equal(hf_scope_close(m.thread, scope, 0), HF_OK);
        assert_int_equal(log.count, 1);
        for (int i = 100; i < 200; i++) {
            assert_non_null(hf_pin_span(later[i]).data);
            hf_pin_destroy(later[i]);
        }
    }
    managed_end(&m);
}

static void scope_gives_things_back(void **state)
{
    (void)state;
    managed m;
    ends log = { 0 };
    log_of = &log;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread), resource = hf_local(m.thread);
        hf_scope *scope = make_scope(&m);
        hf_pin *pin;
        hf_pinset *set;
        void *word;
        hf_global *global;
        hf_callback *callback;
        assert_int_equal(hf_scope_bytes(m.thread, scope, 100, ref), HF_OK);
        assert_int_equal(hf_resource_create(m.thread, &counted, 1, resource), HF_OK);
        assert_int_equal(hf_scope_add_resource(m.thread, scope, resource), HF_OK);
        assert_int_equal(hf_pin_create(m.thread, ref, &pin), HF_OK);
        assert_int_equal(hf_scope_add_pin(m.thread, scope, pin), HF_OK);
        assert_int_equal(hf_pinset_create(m.thread, "set", &set), HF_OK);
        assert_int_equal(hf_scope_add_pinset(m.thread, scope, set), HF_OK);
        assert_int_equal(hf_handle_create(m.thread, ref, "tag", 0, &word), HF_OK);
        assert_int_equal(hf_scope_add_handle(m.thread, scope, word), HF_OK);
        assert_int_equal(hf_global_create(m.thread, ref, &global), HF_OK);
        assert_int_equal(hf_scope_add_global(m.thread, scope, global), HF_OK);
        assert_int_equal(hf_callback_create(m.thread, "int f(void)", answer, NULL, &callback),
                         HF_OK);
        assert_int_equal(hf_scope_add_callback(m.thread, scope, callback), HF_OK);
        assert_int_equal(hf_scope_add_cleanup(m.thread, scope, end_one, number(2)), HF_OK);

        const void *things[] = { pin, set, word, global, callback };
        for (int i = 0; i < 5; i++) {
            assert_int_equal(hf_scope_release(m.thread, scope, things[i]), HF_OK);
            assert_int_equal(hf_scope_release(m.thread, scope, things[i]), HF_E_NOT_FOUND);
        }
        assert_int_equal(hf_scope_release_ref(m.thread, scope, ref), HF_OK);
        assert_int_equal(hf_scope_release_ref(m.thread, scope, ref), HF_E_NOT_FOUND);
        assert_int_equal(hf_scope_release_ref(m.thread, scope, resource), HF_OK);
        assert_int_equal(hf_scope_release_cleanup(m.thread, scope, end_one, number(3)),
                         HF_E_NOT_FOUND);
        assert_int_equal(hf_scope_release_cleanup(m.thread, scope, end_one, number(2)), HF_OK);
        assert_false(hfi_object_word(managed_address(ref)) & HFI_FLAG_SCOPED);
        assert_int_equal(hf_scope_close(m.thread, scope, 0), HF_OK);

        assert_int_equal(log.count, 0);
        assert_int_equal(hf_bytes_size(ref), 100);
        assert_int_equal(hf_pin_span(pin).size, 100);
        assert_int_equal(hf_handle_load(m.thread, word, "tag", ref), HF_OK);
        hf_pin_destroy(pin);
        hf_pinset_destroy(set);
        assert_int_equal(hf_handle_destroy(m.thread, word), HF_OK);
        hf_global_destroy(m.thread, global);
        assert_int_equal(hf_callback_destroy(callback), HF_OK);
        assert_int_equal(hf_resource_dispose(m.thread, resource), HF_OK);
    }
    managed_end(&m);
}

static void scope_refuses_things_of_no_use_to_it(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread), null = hf_local(m.thread);
        assert_int_equal(hf_bytes_create(m.thread, 10, ref), HF_OK);
        hf_scope *scope = make_scope(&m), *second = make_scope(&m);
        hf_pin *pin, *ended;
        hf_pinset *set;
        hf_global *global;
        hf_callback *callback;
        assert_int_equal(hf_pin_create(m.thread, ref, &ended), HF_OK);
        hf_pin_destroy(ended);
        assert_int_equal(hf_scope_add_pin(m.thread, scope, ended), HF_E_MISUSE);
        managed_expect(&m, "hf_scope_add_pin", "ended");
        assert_int_equal(hf_pin_create(m.thread, ref, &pin), HF_OK);
        assert_int_equal(hf_scope_add_pin(m.thread, scope, pin), HF_OK);
        assert_int_equal(hf_scope_add_pin(m.thread, second, pin), HF_E_MISUSE);
        managed_expect(&m, "hf_scope_add_pin", "already");
        assert_int_equal(hf_pinset_create(m.thread, "x", &set), HF_OK);
        assert_int_equal(hf_scope_add_pinset(m.thread, scope, set), HF_OK);
        assert_int_equal(hf_scope_add_pinset(m.thread, scope, set), HF_E_MISUSE);
        managed_expect(&m, "hf_scope_add_pinset", "already");
        assert_int_equal(hf_global_create(m.thread, ref, &global), HF_OK);
        assert_int_equal(hf_scope_add_global(m.thread, scope, global), HF_OK);
        assert_int_equal(hf_scope_add_global(m.thread, second, global), HF_E_MISUSE);
        managed_expect(&m, "hf_scope_add_global", "already");
        hf_global_destroy(m.thread, global);
        managed_expect(&m, "hf_global_destroy", "in a scope");
        assert_int_equal(hf_callback_create(m.thread, "int f(void)", answer, NULL, &callback),
                         HF_OK);
        assert_int_equal(hf_scope_add_callback(m.thread, scope, callback), HF_OK);
        assert_int_equal(hf_scope_add_callback(m.thread, second, callback), HF_E_MISUSE);
        managed_expect(&m, "hf_scope_add_callback", "already");
        assert_int_equal(hf_callback_destroy(callback), HF_E_SCOPE);
        managed_expect(&m, "hf_callback_destroy", "in a scope");
        assert_int_equal(hf_scope_add_handle(m.thread, scope, ref), HF_E_HANDLE);
        managed_expect(&m, "hf_scope_add_handle", "never given out");
        assert_int_equal(hf_scope_add_resource(m.thread, scope, ref), HF_E_TYPE);
        assert_int_equal(hf_scope_add_resource(m.thread, scope, null), HF_E_NULL);
        assert_int_equal(hf_scope_add_resource(m.thread, scope, NULL), HF_E_SLOTS);
        assert_int_equal(hf_scope_bytes(m.thread, scope, 8, NULL), HF_E_SLOTS);
        assert_int_equal(hf_scope_add_pin(m.thread, scope, NULL), HF_E_NULL);
        assert_int_equal(hf_scope_add_cleanup(m.thread, scope, NULL, NULL), HF_E_NULL);
        assert_int_equal(hf_scope_add_pin(m.thread, NULL, pin), HF_E_NULL);
        assert_int_equal(hf_scope_release(m.thread, scope, NULL), HF_E_NULL);
        assert_int_equal(hf_scope_create(m.thread, "x", NULL), HF_E_NULL);
        assert_int_equal(hf_scope_close(m.thread, NULL, 0), HF_E_NULL);
        assert_int_equal(hf_scope_close(m.thread, second, 0), HF_OK);
        assert_int_equal(hf_scope_close(m.thread, scope, 0), HF_OK);
    }
    managed_end(&m);
}

static void scope_closed_is_told_by_whatever_uses_it(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        hf_scope *scope = make_scope(&m), *inner;
        assert_int_equal(hf_scope_close_at(m.thread, scope, 0, there), HF_OK);

        assert_int_equal(hf_scope_close(m.thread, scope, 0), HF_E_CLOSED);
        managed_report report =
            managed_expect(&m, "hf_scope_close", "closed, at test_scope.c:4712");
        assert_int_equal(report.born_line, 4711);
        assert_string_equal(report.object, "request");
        assert_int_equal(hf_scope_bytes(m.thread, scope, 10, ref), HF_E_CLOSED);
        managed_expect(&m, "hf_scope_bytes", "closed, at test_scope.c:4712");
        assert_int_equal(hf_scope_add_cleanup(m.thread, scope, end_one, NULL), HF_E_CLOSED);
        managed_expect(&m, "hf_scope_add_cleanup", "closed");
        assert_int_equal(hf_scope_release(m.thread, scope, ref), HF_E_CLOSED);
        managed_expect(&m, "hf_scope_release", "closed");
        assert_int_equal(hf_scope_create_inside(m.thread, scope, "inner", &inner), HF_E_CLOSED);
        managed_expect(&m, "hf_scope_create_inside", "closed");
        assert_null(inner);
    }
    managed_end(&m);
}

static void scope_closes_those_inside_it_first(void **state)
{
    (void)state;
    managed m;
    ends log = { 0 };
    log_of = &log;
    managed_begin(&m, NULL);
    hf_scope *outer = make_scope(&m), *inner[2], *innermost;
    assert_int_equal(hf_scope_add_cleanup(m.thread, outer, end_one, number(1)), HF_OK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(hf_scope_create_inside(m.thread, outer, "inner", &inner[i]), HF_OK);
        assert_int_equal(hf_scope_add_cleanup(m.thread, inner[i], end_one, number(2 + (unsigned)i)),
                         HF_OK);
    }
    assert_int_equal(hf_scope_create_inside(m.thread, inner[0], "innermost", &innermost), HF_OK);
    assert_int_equal(hf_scope_add_cleanup(m.thread, innermost, end_one, number(4)), HF_OK);
    assert_int_equal(hf_scope_add_cleanup(m.thread, outer, end_one, number(5)), HF_OK);

    assert_int_equal(hf_scope_close(m.thread, outer, 0), HF_OK);

    static const int expected[] = { 3, 4, 2, 5, 1 };
    assert_int_equal(log.count, 5);
    assert_memory_equal(log.what, expected, sizeof expected);
    assert_int_equal(hf_scope_close(m.thread, innermost, 0), HF_E_CLOSED);
    managed_expect(&m, "hf_scope_close", "closed, at");
    managed_end(&m);
}

static void scope_inside_may_close_before(void **state)
{
    (void)state;
    managed m;
    ends log = { 0 };
    log_of = &log;
    managed_begin(&m, NULL);
    hf_scope *outer = make_scope(&m), *inner[3];
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(hf_scope_create_inside(m.thread, outer, "inner", &inner[i]), HF_OK);
        assert_int_equal(hf_scope_add_cleanup(m.thread, inner[i], end_one, number(i + 1)), HF_OK);
    }
    assert_int_equal(hf_scope_close(m.thread, inner[1], 0), HF_OK);
    assert_int_equal(log.count, 1);
    assert_int_equal(hf_scope_close(m.thread, outer, 0), HF_OK);
    static const int expected[] = { 2, 3, 1 };
    assert_int_equal(log.count, 3);
    assert_memory_equal(log.what, expected, sizeof expected);
    managed_end(&m);
}

/* A cleanup function that uses the scope's buffer, and misuses the scope. */
static void use_inside(hf_thread *thread, void *user)
{
    ends *log = user;
    HF_FRAME(thread);
    hf_ref fresh = hf_local(thread);
    assert_int_equal(hf_bytes_create(thread, 1000, fresh), HF_OK);
    assert_int_equal(hf_collect(thread), HF_OK);
    log->length_seen = hf_bytes_size(log->buffer);
    assert_int_equal(hf_scope_bytes(thread, log->scope, 10, fresh), HF_E_SCOPE);
    log->close_status = hf_scope_close(thread, log->scope, 0);
    log->count++;
}

static void scope_lets_a_cleanup_use_its_buffers_and_refuses_more(void **state)
{
    (void)state;
    managed m;
    ends log = { 0 };
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        hf_scope *scope = make_scope(&m);
        log.buffer = ref;
        log.scope = scope;
        assert_int_equal(hf_scope_add_cleanup(m.thread, scope, use_inside, &log), HF_OK);
        assert_int_equal(hf_scope_bytes(m.thread, scope, 77, ref), HF_OK);
        assert_int_equal(hf_scope_close(m.thread, scope, 0), HF_OK);
        assert_int_equal(log.count, 1);
        assert_int_equal(log.length_seen, 77);
        assert_int_equal(log.close_status, HF_E_BUSY);
        managed_expect(&m, "hf_scope_bytes", "the scope closes");
        managed_expect(&m, "hf_scope_close", "being closed");
        assert_int_equal(hf_bytes_size(ref), 0);
    }
    managed_end(&m);
}

static void scope_tells_of_a_release_that_failed_and_goes_on(void **state)
{
    (void)state;
    managed m;
    ends log = { 0 };
    log_of = &log;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        hf_scope *scope = make_scope(&m);
        for (uintptr_t value = 12; value <= 14; value++) {
            assert_int_equal(hf_resource_create(m.thread, &counted, value, ref), HF_OK);
            assert_int_equal(hf_scope_add_resource(m.thread, scope, ref), HF_OK);
        }
        assert_int_equal(hf_scope_close(m.thread, scope, 0), HF_E_RELEASE);
        assert_int_equal(log.count, 3);
        assert_int_equal(managed_reports(&m), 1);
        (void)managed_expect(&m, "", "release function failed");
    }
    managed_end(&m);
}

static void scope_of_a_block_closes_with_it(void **state)
{
    (void)state;
    managed m;
    ends log = { 0 };
    log_of = &log;
    managed_begin(&m, NULL);
    for (unsigned i = 1; i <= 3; i++) {
        HF_SCOPE(m.thread, scope);
        assert_int_equal(hf_scope_add_cleanup(m.thread, scope, end_one, number(i)), HF_OK);
        assert_int_equal(log.count, i - 1);
        if (i == 2) {
            continue;
        }
        if (i == 3) {
            assert_int_equal(hf_scope_close(m.thread, scope, 0), HF_OK);
        }
    }
    assert_int_equal(log.count, 3);
    {
        HF_SCOPE(NULL, none); /* there is nobody to report to */
        assert_null(none);
        assert_int_equal(hf_scope_add_cleanup(m.thread, none, end_one, NULL), HF_E_NULL);
    }
    managed_end(&m);
}

static void scope_without_memory_is_a_status_and_leaves_nothing(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        assert_int_equal(hf_bytes_create(m.thread, 10, ref), HF_OK);
        hf_scope *scope = NULL;
        hfi_fault_arm(1, 1);
        hf_status status = hf_scope_create(m.thread, "x", &scope);
        hfi_fault_disarm();
        assert_int_equal(status, HF_E_NOMEM);
        scope = make_scope(&m);
        hf_pin *pin;
        hf_pinset *set;
        hf_global *global;
        hf_callback *callback;
        assert_int_equal(hf_pin_create(m.thread, ref, &pin), HF_OK);
        assert_int_equal(hf_pinset_create(m.thread, "x", &set), HF_OK);
        assert_int_equal(hf_global_create(m.thread, ref, &global), HF_OK);
        assert_int_equal(hf_callback_create(m.thread, "int f(void)", answer, NULL, &callback),
                         HF_OK);
        for (int what = 0; what < 5; what++) {
            hfi_fault_arm(1, 1);
            status = what == 0   ? hf_scope_add_pin(m.thread, scope, pin)
                     : what == 1 ? hf_scope_add_pinset(m.thread, scope, set)
                     : what == 2 ? hf_scope_add_global(m.thread, scope, global)
                     : what == 3 ? hf_scope_add_callback(m.thread, scope, callback)
                                 : hf_scope_add_cleanup(m.thread, scope, end_one, NULL);
            hfi_fault_disarm();
            assert_int_equal(status, HF_E_NOMEM);
        }
        for (uint64_t nth = 1; nth <= 3; nth++) {
            hf_ref made = hf_local(m.thread);
            hfi_fault_arm(nth, 100);
            status = hf_scope_bytes(m.thread, scope, 100, made);
            hfi_fault_disarm();
            if (status != HF_OK) {
                assert_true(hf_is_null(made));
            }
        }
        hf_pin_destroy(pin);
        hf_pinset_destroy(set);
        hf_global_destroy(m.thread, global);
        assert_int_equal(hf_callback_destroy(callback), HF_OK);
        assert_int_equal(hf_scope_close(m.thread, scope, 0), HF_OK);
    }
    managed_end(&m);
}

static void scope_of_another_runtime_is_refused(void **state)
{
    (void)state;
    managed m, other;
    managed_begin(&m, NULL);
    managed_begin(&other, NULL);
    hf_scope *scope = make_scope(&other);
    assert_int_equal(hf_scope_add_cleanup(m.thread, scope, end_one, NULL), HF_E_MISUSE);
    managed_expect(&m, "hf_scope_add_cleanup", "another runtime");
    assert_int_equal(hf_scope_close(m.thread, scope, 0), HF_E_MISUSE);
    managed_expect(&m, "hf_scope_close", "another runtime");
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        hf_pin *pin;
        assert_int_equal(hf_bytes_create(m.thread, 10, ref), HF_OK);
        assert_int_equal(hf_pin_create(m.thread, ref, &pin), HF_OK);
        assert_int_equal(hf_scope_add_pin(other.thread, scope, pin), HF_E_MISUSE);
        managed_expect(&other, "hf_scope_add_pin", "ended");
        hf_pin_destroy(pin);
    }
    assert_int_equal(hf_scope_close(other.thread, scope, 0), HF_OK);
    managed_close(&other);
    managed_end(&m);
    assert_int_equal(managed_reports(&other), 0);
}

static void count_left(const hfi_left *left, void *user)
{
    unsigned *count = user;
    assert_string_equal(left->kind, "scope");
    assert_string_equal(left->object, *count == 0 ? "\"inner\", with 0 things in it"
                                                  : "\"request\", with 2 things in it");
    (*count)++;
}

static void scope_left_is_reported_by_its_place(void **state)
{
    (void)state;
    managed m;
    ends log = { 0 };
    log_of = &log;
    managed_begin(&m, NULL);
    hf_scope *scope = make_scope(&m), *inner;
    assert_int_equal(hf_scope_create_inside_at(m.thread, scope, "inner", &inner, there), HF_OK);
    {
        HF_FRAME(m.thread);
        assert_int_equal(hf_scope_bytes(m.thread, scope, 10, hf_local(m.thread)), HF_OK);
    }
    assert_int_equal(hf_scope_add_cleanup(m.thread, scope, end_one, number(1)), HF_OK);
    unsigned count = 0;
    hfi_scopes_each_left(hfi_parts_of(m.runtime)->scopes, count_left, &count);
    assert_int_equal(count, 2);
    managed_close(&m);
    assert_int_equal(m.leaks.scopes, 2);
    assert_int_equal(managed_expect(&m, "hf_runtime_destroy", "never closed").line, 4712);
    assert_int_equal(managed_expect(&m, "hf_runtime_destroy", "never closed").line, 4711);
    assert_int_equal(managed_reports(&m), 0);
    assert_int_equal(log.count, 0);
    assert_int_equal(hfi_alloc_live(), m.live_at_start);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scope_empties_its_buffers),
        cmocka_unit_test(scope_keeps_its_buffers_until_it_closes),
        cmocka_unit_test(scope_ends_its_things_once_and_the_last_first),
        cmocka_unit_test(scope_ends_pins_sets_handles_globals_and_callbacks),
        cmocka_unit_test(scope_takes_nothing_that_ended_with_another),
        cmocka_unit_test(scope_lets_things_end_before_it),
        cmocka_unit_test(scope_gives_things_back),
        cmocka_unit_test(scope_refuses_things_of_no_use_to_it),
        cmocka_unit_test(scope_closed_is_told_by_whatever_uses_it),
        cmocka_unit_test(scope_closes_those_inside_it_first),
        cmocka_unit_test(scope_inside_may_close_before),
        cmocka_unit_test(scope_lets_a_cleanup_use_its_buffers_and_refuses_more),
        cmocka_unit_test(scope_tells_of_a_release_that_failed_and_goes_on),
        cmocka_unit_test(scope_of_a_block_closes_with_it),
        cmocka_unit_test(scope_without_memory_is_a_status_and_leaves_nothing),
        cmocka_unit_test(scope_of_another_runtime_is_refused),
        cmocka_unit_test(scope_left_is_reported_by_its_place),
    };
    return cmocka_run_group_tests_name("scope", tests, NULL, NULL);
}
