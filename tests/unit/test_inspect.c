/* SPDX-License-Identifier: MIT */
/* hf-test: finalizers timeout=120 */

/*
 * Why something is alive: the words for every kind of root, what does not count as a reason, and
 * what else is said of the object.
 */

#include "lifetimes.h"
#include "managed.h"

#include "thread/thread.h"

#include <stdio.h>
#include <string.h>

typedef struct list {
    hf_slot items;
    hf_slot other;
} list;

static const hf_field list_fields[] = {
    { "items", HF_FIELD_REF, offsetof(list, items), sizeof(hf_slot) },
    { "other", HF_FIELD_REF, offsetof(list, other), sizeof(hf_slot) },
};
static const hf_type_descriptor list_descriptor = { sizeof(hf_type_descriptor), "list",
                                                    sizeof(list), list_fields, 2 };
static const hf_field subscriber_fields[] = {
    { "name", HF_FIELD_REF, 0, sizeof(hf_slot) },
};
static const hf_type_descriptor subscriber_descriptor = { sizeof(hf_type_descriptor), "subscriber",
                                                          sizeof(hf_slot), subscriber_fields, 1 };

static hf_type *list_type, *subscriber_type;
static char why[1024];

static void begin(managed *m)
{
    managed_begin(m, NULL);
    assert_int_equal(hf_type_register(m->runtime, &list_descriptor, &list_type), HF_OK);
    assert_int_equal(hf_type_register(m->runtime, &subscriber_descriptor, &subscriber_type), HF_OK);
}

static void assert_why(managed *m, const hf_slot *ref, uint32_t flags, hf_status status,
                       const char *expected)
{
    memset(why, 'x', sizeof why);
    assert_int_equal(hf_why_alive(m->thread, ref, flags, why, sizeof why), status);
    assert_string_equal(why, expected);
}

/* "prefix FILE:LINE suffix" */
static const char *at_line(const char *prefix, int line, const char *suffix)
{
    static char text[1024];
    snprintf(text, sizeof text, "%s%s:%d%s", prefix, __FILE__, line, suffix);
    return text;
}

static void subscribe(managed *m, hf_global *subscribers, size_t index, hf_ref subscriber)
{
    HF_FRAME(m->thread);
    hf_ref list_ref = hf_local(m->thread), items = hf_local(m->thread);
    assert_int_equal(hf_global_load(subscribers, list_ref), HF_OK);
    assert_int_equal(hf_load(list_ref, 0, items), HF_OK);
    assert_int_equal(hf_store_at(m->thread, items, index, subscriber), HF_OK);
}

static hf_global *new_subscribers(managed *m)
{
    HF_FRAME(m->thread);
    hf_ref list_ref = hf_local(m->thread), items = hf_local(m->thread);
    hf_global *global;
    assert_int_equal(hf_record_create(m->thread, list_type, list_ref), HF_OK);
    assert_int_equal(hf_array_create(m->thread, 8, items), HF_OK);
    assert_int_equal(hf_store(m->thread, list_ref, 0, items), HF_OK);
    assert_int_equal(hf_global_create(m->thread, list_ref, &global), HF_OK);
    hf_global_set_name(global, "subscribers");
    return global;
}

/* ---- the static event ---- */

static void why_names_the_static_event_that_keeps_a_subscriber(void **state)
{
    (void)state;
    managed m;
    begin(&m);
    hf_global *subscribers = new_subscribers(&m);
    {
        HF_FRAME(m.thread);
        hf_ref subscriber = hf_local(m.thread);
        for (size_t i = 0; i < 5; i++) {
            assert_int_equal(hf_record_create(m.thread, subscriber_type, subscriber), HF_OK);
            subscribe(&m, subscribers, i, subscriber);
            if (i == 3) {
                break;
            }
        }
        assert_why(&m, subscriber, 0, HF_OK,
                   "global subscribers -> list.items -> [3] -> subscriber");
        assert_int_equal(hf_collect(m.thread), HF_OK);
        assert_why(&m, subscriber, HF_WHY_SKIP_FRAMES, HF_OK,
                   "global subscribers -> list.items -> [3] -> subscriber");
        subscribe(&m, subscribers, 3, NULL);
        assert_int_equal(hf_why_alive(m.thread, subscriber, HF_WHY_SKIP_FRAME, why, sizeof why),
                         HF_E_NOT_FOUND);
        assert_non_null(strstr(why, "only by a local of the frame at "));
    }
    hf_global_destroy(m.thread, subscribers);
    managed_end(&m);
}

typedef struct steps {
    unsigned count, most;
    hf_path_step step[8];
    char text[8][64];
} steps;

static bool take_step(const hf_path_step *step, void *user)
{
    steps *all = user;
    all->step[all->count] = *step;
    snprintf(all->text[all->count], sizeof all->text[0], "%s", step->text);
    return ++all->count < all->most;
}

static void why_gives_the_same_way_step_by_step(void **state)
{
    (void)state;
    managed m;
    begin(&m);
    hf_global *subscribers = new_subscribers(&m);
    {
        HF_FRAME(m.thread);
        hf_ref subscriber = hf_local(m.thread);
        assert_int_equal(hf_record_create(m.thread, subscriber_type, subscriber), HF_OK);
        int line = __LINE__ - 1;
        subscribe(&m, subscribers, 7, subscriber);

        steps all = { .most = 8 };
        assert_int_equal(hf_why_alive_each(m.thread, subscriber, 0, take_step, &all), HF_OK);
        assert_int_equal(all.count, 4);
        assert_string_equal(all.text[0], "global subscribers");
        assert_string_equal(all.text[1], "list.items");
        assert_string_equal(all.text[2], "[7]");
        assert_string_equal(all.text[3], "subscriber");
        assert_null(all.step[0].type);
        assert_string_equal(all.step[1].type, "list");
        assert_string_equal(all.step[1].field, "items");
        assert_string_equal(all.step[2].type, "array");
        assert_int_equal(all.step[2].at, 7);
        assert_int_equal(all.step[3].number, 3);
        assert_int_equal(all.step[3].struct_size, sizeof(hf_path_step));
        assert_int_equal(all.step[3].site.line, m.thread->checked ? line : 0);

        all = (steps){ .most = 2 };
        assert_int_equal(hf_why_alive_each(m.thread, subscriber, 0, take_step, &all), HF_OK);
        assert_int_equal(all.count, 2);

        subscribe(&m, subscribers, 7, NULL);
        all = (steps){ .most = 8 };
        assert_int_equal(hf_why_alive_each(m.thread, subscriber, 0, take_step, &all),
                         HF_E_NOT_FOUND);
        assert_int_equal(all.count, 1);
        assert_memory_equal(all.text[0], "only by a local", 15);
    }
    hf_global_destroy(m.thread, subscribers);
    managed_end(&m);
}

/* ---- each kind of root ---- */

static void why_tells_a_global_without_a_name_by_its_place(void **state)
{
    (void)state;
    managed m;
    begin(&m);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        hf_global *global;
        assert_int_equal(hf_bytes_create(m.thread, 3, ref), HF_OK);
        int line = __LINE__ + 1;
        assert_int_equal(hf_global_create(m.thread, ref, &global), HF_OK);
        assert_why(&m, ref, 0, HF_OK, at_line("global 1 made at ", line, " -> bytes"));
        hf_global_set_name(global, "cache");
        assert_why(&m, ref, 0, HF_OK, "global cache -> bytes");
        hf_global_set_name(global, NULL);
        assert_why(&m, ref, 0, HF_OK, at_line("global 1 made at ", line, " -> bytes"));
        hf_global_destroy(m.thread, global);
        hf_global_set_name(NULL, "nothing");
    }
    managed_end(&m);
}

static void why_tells_a_handle_by_its_tag_and_place(void **state)
{
    (void)state;
    managed m;
    begin(&m);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        void *word;
        assert_int_equal(hf_bytes_create(m.thread, 3, ref), HF_OK);
        int line = __LINE__ + 1;
        assert_int_equal(hf_handle_create(m.thread, ref, "window", HF_HANDLE_FOREVER, &word),
                         HF_OK);
        assert_why(&m, ref, 0, HF_OK, at_line("handle \"window\" made at ", line, " -> bytes"));
        assert_int_equal(hf_handle_destroy(m.thread, word), HF_OK);
        assert_why(&m, ref, 0, HF_E_NOT_FOUND,
                   at_line("only by a local of the frame at ", line - 5, ""));
    }
    managed_end(&m);
}

static void why_tells_the_frame_of_another_slot(void **state)
{
    (void)state;
    managed m;
    begin(&m);
    {
        HF_FRAME(m.thread);
        int outer = __LINE__ - 1;
        hf_ref ref = hf_local(m.thread);
        assert_int_equal(hf_bytes_create(m.thread, 3, ref), HF_OK);
        HF_FRAME(m.thread);
        int inner = __LINE__ - 1;
        hf_ref copy = hf_local(m.thread), more = hf_local(m.thread);
        hf_copy(copy, ref);
        hf_copy(more, ref);
        assert_why(&m, ref, 0, HF_OK, at_line("a local of the frame at ", inner, " -> bytes"));
        assert_why(&m, copy, HF_WHY_SKIP_FRAME, HF_OK,
                   at_line("a local of the frame at ", outer, " -> bytes"));
        assert_why(&m, copy, HF_WHY_SKIP_FRAMES, HF_E_NOT_FOUND,
                   at_line("only by a local of the frame at ", inner, ""));
        hf_clear(copy);
        hf_clear(more);
        assert_why(&m, ref, 0, HF_E_NOT_FOUND,
                   at_line("only by a local of the frame at ", outer, ""));
    }
    managed_end(&m);
}

static void why_tells_fences_and_pins_by_name_and_place(void **state)
{
    (void)state;
    managed m;
    begin(&m);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        hf_span span;
        assert_int_equal(hf_bytes_create(m.thread, 3, ref), HF_OK);
        {
            int line = __LINE__ + 1;
            HF_FENCE(m.thread, reading, ref, &span);
            assert_why(&m, ref, 0, HF_OK,
                       at_line("pinned by reading at ", line, " -> bytes, pinned"));
            hf_fence_end(&reading);
        }
        hf_pin *pin;
        int line = __LINE__ + 1;
        assert_int_equal(hf_pin_create(m.thread, ref, &pin), HF_OK);
        assert_why(&m, ref, 0, HF_OK,
                   at_line("pinned by a pin made at ", line, " -> bytes, pinned"));
        hf_pin_destroy(pin);
        assert_int_equal(hf_why_alive(m.thread, ref, 0, why, sizeof why), HF_E_NOT_FOUND);
    }
    managed_end(&m);
}

static void why_tells_the_set_that_pins_and_the_scope_that_holds(void **state)
{
    (void)state;
    managed m;
    begin(&m);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        hf_pinset *set;
        hf_scope *scope;
        assert_int_equal(hf_bytes_create(m.thread, 3, ref), HF_OK);
        assert_int_equal(hf_pinset_create(m.thread, "io", &set), HF_OK);
        int line = __LINE__ + 1;
        assert_int_equal(hf_pinset_pin(m.thread, set, ref, NULL), HF_OK);
        assert_why(&m, ref, 0, HF_OK,
                   at_line("pinned by pin set \"io\" at ", line, " -> bytes, pinned"));
        hf_pinset_destroy(set);
        line = __LINE__ + 1;
        assert_int_equal(hf_scope_create(m.thread, "request", &scope), HF_OK);
        assert_int_equal(hf_scope_bytes(m.thread, scope, 64, ref), HF_OK);
        assert_why(&m, ref, 0, HF_OK, at_line("scope \"request\" begun at ", line, " -> bytes"));
        hf_clear(ref);
        assert_int_equal(hf_scope_close(m.thread, scope, 0), HF_OK);
    }
    managed_end(&m);
}

/* Of several roots the one that lasts is told. */
static void why_prefers_what_lasts(void **state)
{
    (void)state;
    managed m;
    begin(&m);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread), copy = hf_local(m.thread);
        hf_pin *pin;
        hf_global *global;
        assert_int_equal(hf_bytes_create(m.thread, 3, ref), HF_OK);
        hf_copy(copy, ref);
        assert_int_equal(hf_pin_create(m.thread, ref, &pin), HF_OK);
        assert_int_equal(hf_why_alive(m.thread, ref, 0, why, sizeof why), HF_OK);
        assert_memory_equal(why, "pinned by a pin", 15);
        assert_int_equal(hf_global_create(m.thread, ref, &global), HF_OK);
        hf_global_set_name(global, "cache");
        assert_why(&m, ref, 0, HF_OK, "global cache -> bytes, pinned");
        hf_global_destroy(m.thread, global);
        hf_pin_destroy(pin);
    }
    managed_end(&m);
}

/* ---- finalizers, weak references, ephemerons ---- */

typedef struct gate {
    _Atomic(bool) is_open, was_reached;
    _Atomic(unsigned) runs;
} gate;

static void wait_at_gate(hf_thread *runner, hf_ref object, void *user)
{
    (void)object;
    gate *g = user;
    atomic_store(&g->was_reached, true);
    lifetimes_await(runner, &g->is_open);
    atomic_fetch_add(&g->runs, 1);
}

static void arm(managed *m, const hf_type *type, hf_weak **weak_out, gate *g)
{
    HF_FRAME(m->thread);
    hf_ref ref = hf_local(m->thread);
    assert_int_equal(hf_record_create(m->thread, type, ref), HF_OK);
    assert_int_equal(hf_finalizer_set(m->thread, ref, wait_at_gate, g), HF_OK);
    assert_int_equal(hf_weak_create(m->thread, ref, HF_WEAK_LONG, weak_out), HF_OK);
    assert_int_equal(hf_why_alive(m->thread, ref, 0, why, sizeof why), HF_E_NOT_FOUND);
}

static void why_says_that_an_object_waits_for_its_finalizer(void **state)
{
    (void)state;
    static gate g;
    managed m;
    begin(&m);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        hf_weak *first, *second;
        arm(&m, list_type, &first, &g);
        arm(&m, subscriber_type, &second, &g);
        assert_int_equal(atomic_load(&g.runs), 0);
        assert_int_equal(hf_collect(m.thread), HF_OK);
        lifetimes_await(m.thread, &g.was_reached);

        assert_int_equal(hf_weak_load(m.thread, second, ref), HF_OK);
        assert_int_equal(hf_why_alive(m.thread, ref, HF_WHY_SKIP_FRAMES, why, sizeof why), HF_OK);
        assert_memory_equal(why, "queued for a finalizer set at ", 30);
        assert_non_null(strstr(why, " -> subscriber, known weakly"));
        assert_int_equal(hf_weak_load(m.thread, first, ref), HF_OK);
        assert_int_equal(hf_why_alive(m.thread, ref, 0, why, sizeof why), HF_OK);
        assert_memory_equal(why, "a local of the frame at ", 24);
        assert_non_null(strstr(why, " of the runner -> list, known weakly"));
        hf_clear(ref);

        atomic_store(&g.is_open, true);
        assert_int_equal(hf_runner_drain(m.thread, UINT64_MAX), HF_OK);
        assert_int_equal(atomic_load(&g.runs), 2);
        assert_int_equal(hf_weak_destroy(first), HF_OK);
        assert_int_equal(hf_weak_destroy(second), HF_OK);
    }
    managed_end(&m);
}

/* What finalizers keep is no reason to live for ever, unless they can never run. */
static void why_tells_the_finalizer_that_an_object_waits_for(void **state)
{
    (void)state;
    static gate g;
    atomic_store(&g.is_open, true);
    managed m;
    begin(&m);
    {
        HF_FRAME(m.thread);
        const char *only = "only by a local of the frame at ";
        char expected[1024];
        int frame = __LINE__ - 3;
        hf_ref owner = hf_local(m.thread), ref = hf_local(m.thread);
        hf_weak *weak;
        assert_int_equal(hf_record_create(m.thread, list_type, owner), HF_OK);
        assert_int_equal(hf_bytes_create(m.thread, 3, ref), HF_OK);
        assert_int_equal(hf_store(m.thread, owner, 0, ref), HF_OK);
        assert_int_equal(hf_weak_create(m.thread, owner, HF_WEAK_LONG, &weak), HF_OK);
        int line = __LINE__ + 1;
        assert_int_equal(hf_finalizer_set(m.thread, owner, wait_at_gate, &g), HF_OK);
        assert_why(&m, owner, 0, HF_E_NOT_FOUND, at_line(only, frame, ""));
        snprintf(expected, sizeof expected,
                 "%s%s:%d, and until it has run by a finalizer set at %s:%d -> list.items -> bytes",
                 only, __FILE__, frame, __FILE__, line);
        assert_why(&m, ref, HF_WHY_SKIP_FRAME, HF_E_NOT_FOUND, expected);

        assert_int_equal(hf_store(m.thread, owner, 1, owner), HF_OK);
        assert_why(&m, owner, 0, HF_E_NOT_FOUND,
                   at_line(only, frame, ", and its finalizer can never run: list.other -> list"));
        hf_clear(owner);
        assert_int_equal(hf_collect(m.thread), HF_OK);
        assert_int_equal(hf_runner_drain(m.thread, UINT64_MAX), HF_OK);
        assert_int_equal(atomic_load(&g.runs), 0);
        assert_int_equal(hf_weak_load(m.thread, weak, owner), HF_OK);
        assert_int_equal(hf_finalizer_clear(m.thread, owner), HF_OK);
        assert_why(&m, owner, 0, HF_E_NOT_FOUND, at_line(only, frame, ""));
        assert_int_equal(hf_weak_destroy(weak), HF_OK);
    }
    managed_end(&m);
}

static void why_says_what_else_there_is_to_an_object(void **state)
{
    (void)state;
    static gate g;
    atomic_store(&g.is_open, true);
    managed m;
    begin(&m);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread), copy = hf_local(m.thread);
        hf_global *global;
        hf_bytes_options options = HF_BYTES_OPTIONS_INIT;
        options.flags = HF_BYTES_IMMOVABLE;
        assert_int_equal(hf_bytes_create_with(m.thread, 100, &options, ref), HF_OK);
        assert_int_equal(hf_global_create(m.thread, ref, &global), HF_OK);
        hf_global_set_name(global, "it");
        assert_why(&m, ref, 0, HF_OK, "global it -> bytes, immovable");
        assert_int_equal(hf_record_create(m.thread, list_type, ref), HF_OK);
        assert_int_equal(hf_global_store(m.thread, global, ref), HF_OK);
        assert_int_equal(hf_finalizer_set(m.thread, ref, wait_at_gate, &g), HF_OK);
        assert_why(&m, ref, 0, HF_OK, "global it -> list, has a finalizer");
        hf_weak *weak;
        assert_int_equal(hf_weak_create(m.thread, ref, HF_WEAK_SHORT, &weak), HF_OK);
        assert_why(&m, ref, 0, HF_OK, "global it -> list, has a finalizer, known weakly");
        assert_int_equal(hf_finalizer_clear(m.thread, ref), HF_OK);
        assert_int_equal(hf_weak_destroy(weak), HF_OK);
        hf_clear(copy);
        hf_global_destroy(m.thread, global);
    }
    managed_end(&m);
}

static void why_follows_an_ephemeron_while_key_and_table_live(void **state)
{
    (void)state;
    managed m;
    begin(&m);
    {
        HF_FRAME(m.thread);
        hf_ref table = hf_local(m.thread), key = hf_local(m.thread), value = hf_local(m.thread);
        hf_global *keys;
        assert_int_equal(hf_ephemerons_create(m.thread, table), HF_OK);
        assert_int_equal(hf_record_create(m.thread, list_type, key), HF_OK);
        assert_int_equal(hf_bytes_create(m.thread, 3, value), HF_OK);
        assert_int_equal(hf_ephemeron_set(m.thread, table, key, value), HF_OK);
        assert_int_equal(hf_global_create(m.thread, key, &keys), HF_OK);
        hf_global_set_name(keys, "key");
        assert_int_equal(hf_why_alive(m.thread, value, 0, why, sizeof why), HF_OK);
        assert_non_null(strstr(why, " (by an ephemeron) -> bytes"));
        assert_int_equal(hf_why_alive(m.thread, value, HF_WHY_SKIP_FRAMES, why, sizeof why),
                         HF_E_NOT_FOUND);
        assert_int_equal(hf_global_store(m.thread, keys, table), HF_OK);
        assert_int_equal(hf_why_alive(m.thread, value, HF_WHY_SKIP_FRAMES, why, sizeof why),
                         HF_E_NOT_FOUND);
        hf_clear(key);
        assert_int_equal(hf_why_alive(m.thread, value, 0, why, sizeof why), HF_E_NOT_FOUND);
        hf_global_destroy(m.thread, keys);
    }
    managed_end(&m);
}

/* ---- what is refused, what does not fit ---- */

static void why_refuses_what_holds_nothing(void **state)
{
    (void)state;
    managed m;
    begin(&m);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        assert_why(&m, NULL, 0, HF_E_SLOTS, "");
        assert_why(&m, ref, 0, HF_E_NULL, "");
        assert_int_equal(hf_bytes_create(m.thread, 3, ref), HF_OK);
        assert_why(&m, ref, 4, HF_E_ARGUMENT, "");
        assert_int_equal(hf_why_alive_each(m.thread, ref, 0, NULL, NULL), HF_E_NULL);
    }
    managed_end(&m);
}

static void why_refuses_a_slot_whose_frame_has_ended(void **state)
{
    (void)state;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.checked = 1;
    managed m;
    managed_begin(&m, &options);
    hf_ref ended;
    {
        HF_FRAME(m.thread);
        ended = hf_local(m.thread);
        assert_int_equal(hf_bytes_create(m.thread, 3, ended), HF_OK);
    }
    {
        HF_FRAME(m.thread);
        assert_int_equal(hf_why_alive(m.thread, ended, 0, why, sizeof why), HF_E_MISUSE);
        managed_expect(&m, "hf_why_alive", "frame");
    }
    managed_end(&m);
}

static void why_cuts_a_text_that_does_not_fit(void **state)
{
    (void)state;
    managed m;
    begin(&m);
    hf_global *subscribers = new_subscribers(&m);
    {
        HF_FRAME(m.thread);
        hf_ref subscriber = hf_local(m.thread);
        assert_int_equal(hf_record_create(m.thread, subscriber_type, subscriber), HF_OK);
        subscribe(&m, subscribers, 3, subscriber);
        char small[12];
        assert_int_equal(hf_why_alive(m.thread, subscriber, 0, small, sizeof small), HF_OK);
        assert_string_equal(small, "global subs");
        assert_int_equal(hf_why_alive(m.thread, subscriber, 0, NULL, 0), HF_OK);
    }
    hf_global_destroy(m.thread, subscribers);
    managed_end(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(why_names_the_static_event_that_keeps_a_subscriber),
        cmocka_unit_test(why_gives_the_same_way_step_by_step),
        cmocka_unit_test(why_tells_a_global_without_a_name_by_its_place),
        cmocka_unit_test(why_tells_a_handle_by_its_tag_and_place),
        cmocka_unit_test(why_tells_the_frame_of_another_slot),
        cmocka_unit_test(why_tells_fences_and_pins_by_name_and_place),
        cmocka_unit_test(why_tells_the_set_that_pins_and_the_scope_that_holds),
        cmocka_unit_test(why_prefers_what_lasts),
        cmocka_unit_test(why_says_that_an_object_waits_for_its_finalizer),
        cmocka_unit_test(why_tells_the_finalizer_that_an_object_waits_for),
        cmocka_unit_test(why_says_what_else_there_is_to_an_object),
        cmocka_unit_test(why_follows_an_ephemeron_while_key_and_table_live),
        cmocka_unit_test(why_refuses_what_holds_nothing),
        cmocka_unit_test(why_refuses_a_slot_whose_frame_has_ended),
        cmocka_unit_test(why_cuts_a_text_that_does_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
