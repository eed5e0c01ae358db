/* SPDX-License-Identifier: MIT */
/* hf-test: timeout=120 */

/*
 * Counting what is reachable, and comparing two counts.
 */

#include "managed.h"

#include "thread/thread.h"

#include <stdio.h>
#include <string.h>

static const hf_field fields[] = { { "next", HF_FIELD_REF, 0, sizeof(hf_slot) } };
static const hf_type_descriptor event_descriptor = { sizeof(hf_type_descriptor), "event",
                                                     sizeof(hf_slot), fields, 1 };
static const hf_type_descriptor session_descriptor = { sizeof(hf_type_descriptor), "session", 40,
                                                       fields, 1 };
static hf_type *event, *session;

static void begin(managed *m, uint32_t checked)
{
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.checked = checked;
    managed_begin(m, &options);
    assert_int_equal(hf_type_register(m->runtime, &event_descriptor, &event), HF_OK);
    assert_int_equal(hf_type_register(m->runtime, &session_descriptor, &session), HF_OK);
}

/* A list of `count` more records before what `head` holds. */
static void prepend_at(managed *m, hf_type *type, unsigned count, hf_ref head, hf_site site)
{
    HF_FRAME(m->thread);
    hf_ref fresh = hf_local(m->thread);
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(hf_record_create_at(m->thread, type, fresh, site), HF_OK);
        assert_int_equal(hf_store(m->thread, fresh, 0, head), HF_OK);
        hf_copy(head, fresh);
    }
}

static hf_census *take(managed *m)
{
    hf_census *census;
    assert_int_equal(hf_census_take(m->thread, &census), HF_OK);
    assert_non_null(census);
    return census;
}

typedef struct rows {
    unsigned count, most;
    hf_census_row row[8];
} rows;

static bool take_row(const hf_census_row *row, void *user)
{
    rows *all = user;
    assert_int_equal(row->struct_size, sizeof *row);
    all->row[all->count] = *row;
    return ++all->count < all->most;
}

static rows compare(const hf_census *before, const hf_census *after)
{
    rows all = { .most = 8 };
    assert_int_equal(hf_census_compare(before, after, take_row, &all), HF_OK);
    return all;
}

static const hf_site no_site = { NULL, 0 };

static void census_counts_exactly_what_is_reachable(void **state)
{
    (void)state;
    managed m;
    begin(&m, 0);
    {
        HF_FRAME(m.thread);
        hf_ref head = hf_local(m.thread), array = hf_local(m.thread), bytes = hf_local(m.thread);
        prepend_at(&m, event, 100, head, no_site);
        hf_clear(head);
        prepend_at(&m, event, 30, head, no_site);
        assert_int_equal(hf_array_create(m.thread, 10, array), HF_OK);
        assert_int_equal(hf_bytes_create(m.thread, 100000, bytes), HF_OK);
        assert_int_equal(hf_store_at(m.thread, array, 1, bytes), HF_OK);
        assert_int_equal(hf_store_at(m.thread, array, 2, bytes), HF_OK);
        HF_FENCE(m.thread, pinned, bytes, NULL);
        hf_copy(bytes, array);

        hf_census *census = take(&m);
        rows all = compare(NULL, census);
        hf_census_destroy(census);
        assert_int_equal(all.count, 3);
        assert_string_equal(all.row[0].type, "bytes");
        assert_int_equal(all.row[0].objects_after, 1);
        assert_in_range(all.row[0].bytes_after, 100000, 110000);
        assert_string_equal(all.row[1].type, "event");
        assert_int_equal(all.row[1].objects_after, 30);
        assert_int_equal(all.row[1].objects_before, 0);
        assert_int_equal(all.row[1].bytes_after, 30 * 16);
        assert_string_equal(all.row[2].type, "array");
        assert_int_equal(all.row[2].objects_after, 1);
    }
    managed_end(&m);
}

/* The collector itself counts the same. */
static void census_agrees_with_a_collection(void **state)
{
    (void)state;
    managed m;
    begin(&m, 0);
    {
        HF_FRAME(m.thread);
        hf_ref head = hf_local(m.thread), other = hf_local(m.thread);
        prepend_at(&m, event, 500, head, no_site);
        prepend_at(&m, session, 70, other, no_site);
        assert_int_equal(hf_collect(m.thread), HF_OK);
        hf_census *census = take(&m);
        rows all = compare(NULL, census);
        hf_census_destroy(census);
        hf_heap_statistics figures = managed_statistics(&m);
        uint64_t objects = 0, bytes = 0;
        for (unsigned i = 0; i < all.count; i++) {
            objects += all.row[i].objects_after;
            bytes += all.row[i].bytes_after;
        }
        assert_int_equal(objects, figures.objects_live);
        assert_int_equal(bytes, figures.bytes_live);
    }
    managed_end(&m);
}

static void census_names_the_type_that_grows(void **state)
{
    (void)state;
    managed m;
    begin(&m, 0);
    {
        HF_FRAME(m.thread);
        hf_ref events = hf_local(m.thread), sessions = hf_local(m.thread);
        prepend_at(&m, event, 10, events, no_site);
        prepend_at(&m, session, 50, sessions, no_site);
        hf_census *before = take(&m);
        prepend_at(&m, event, 100, events, no_site);
        hf_clear(sessions);
        prepend_at(&m, session, 49, sessions, no_site);
        hf_census *after = take(&m);

        rows all = compare(before, after);
        assert_int_equal(all.count, 2);
        assert_string_equal(all.row[0].type, "event");
        assert_int_equal(all.row[0].objects_before, 10);
        assert_int_equal(all.row[0].objects_after, 110);
        assert_string_equal(all.row[1].type, "session");
        assert_int_equal(all.row[1].objects_before, 50);
        assert_int_equal(all.row[1].objects_after, 49);
        if (!m.thread->checked) {
            char text[256];
            size_t length;
            const char *expected = "event: 10 -> 110 objects (+100), 160 -> 1760 bytes (+1600)\n"
                                   "session: 50 -> 49 objects (-1), 2400 -> 2352 bytes (-48)\n";
            assert_int_equal(hf_census_text(before, after, text, sizeof text, &length), HF_OK);
            assert_string_equal(text, expected);
            assert_int_equal(length, strlen(expected));
            assert_int_equal(hf_census_text(NULL, before, text, sizeof text, NULL), HF_OK);
            assert_string_equal(text, "session: 50 objects, 2400 bytes\n"
                                      "event: 10 objects, 160 bytes\n");
            assert_int_equal(hf_census_text(before, after, NULL, 0, &length), HF_OK);
            assert_int_equal(length, strlen(expected));
        }
        assert_int_equal(compare(after, after).count, 0);
        hf_census_destroy(before);
        hf_census_destroy(after);
    }
    managed_end(&m);
}

static void census_names_the_place_that_grows_in_checked_mode(void **state)
{
    (void)state;
    static const hf_site login = { "login.c", 12 }, reload = { "reload.c", 7 };
    static const hf_site below = { "login.c", 13 };
    managed m;
    begin(&m, 1);
    {
        HF_FRAME(m.thread);
        hf_ref head = hf_local(m.thread);
        prepend_at(&m, event, 5, head, login);
        prepend_at(&m, event, 5, head, reload);
        prepend_at(&m, event, 1, head, below);
        hf_census *before = take(&m);
        assert_int_equal(hf_collect(m.thread), HF_OK);
        prepend_at(&m, event, 2, head, login);
        prepend_at(&m, event, 7, head, reload);
        char copy[] = "login.c"; /* the same place, by another copy of its name */
        prepend_at(&m, event, 2, head, (hf_site){ copy, 12 });
        hf_census *after = take(&m);

        char text[512];
        assert_int_equal(hf_census_text(before, after, text, sizeof text, NULL), HF_OK);
        assert_string_equal(
            text, "event: 5 -> 12 objects (+7), 80 -> 192 bytes (+112), made at reload.c:7\n"
                  "event: 5 -> 9 objects (+4), 80 -> 144 bytes (+64), made at login.c:12\n");
        hf_census_destroy(before);
        hf_census_destroy(after);
    }
    managed_end(&m);
}

static void census_shows_only_as_much_as_is_wanted(void **state)
{
    (void)state;
    managed m;
    begin(&m, 0);
    {
        HF_FRAME(m.thread);
        hf_ref head = hf_local(m.thread), other = hf_local(m.thread);
        prepend_at(&m, event, 5, head, no_site);
        prepend_at(&m, session, 5, other, no_site);
        hf_census *census = take(&m);
        rows all = { .most = 1 };
        assert_int_equal(hf_census_compare(NULL, census, take_row, &all), HF_OK);
        assert_int_equal(all.count, 1);
        assert_string_equal(all.row[0].type, "session");
        hf_census_destroy(census);
    }
    managed_end(&m);
}

/* Types are told by their names, so what two runtimes count can be compared. */
static void census_outlives_its_runtime_and_meets_another_one(void **state)
{
    (void)state;
    hf_census *census[2];
    for (unsigned i = 0; i < 2; i++) {
        managed m;
        begin(&m, 0);
        {
            HF_FRAME(m.thread);
            hf_ref head = hf_local(m.thread);
            prepend_at(&m, i == 0 ? event : session, 5, head, no_site);
            prepend_at(&m, event, 3, head, no_site);
            census[i] = take(&m);
        }
        m.live_at_start += 2; /* the census and its rows are ours */
        managed_end(&m);
    }
    rows all = compare(census[0], census[1]);
    assert_int_equal(all.count, 2);
    assert_string_equal(all.row[0].type, "session");
    assert_int_equal(all.row[0].objects_before, 0);
    assert_string_equal(all.row[1].type, "event");
    assert_int_equal(all.row[1].objects_before, 8);
    assert_int_equal(all.row[1].objects_after, 3);
    hf_census_destroy(census[0]);
    hf_census_destroy(census[1]);
}

static void census_of_nothing_has_no_rows(void **state)
{
    (void)state;
    managed m;
    begin(&m, 0);
    hf_census *census = take(&m);
    char text[8] = "x";
    assert_int_equal(compare(NULL, census).count, 0);
    assert_int_equal(hf_census_text(NULL, census, text, sizeof text, NULL), HF_OK);
    assert_string_equal(text, "");
    assert_int_equal(hf_census_text(census, NULL, text, sizeof text, NULL), HF_E_NULL);
    assert_int_equal(hf_census_compare(NULL, census, NULL, NULL), HF_E_NULL);
    assert_int_equal(hf_census_take(m.thread, NULL), HF_E_NULL);
    hf_census_destroy(census);
    hf_census_destroy(NULL);
    managed_end(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(census_counts_exactly_what_is_reachable),
        cmocka_unit_test(census_agrees_with_a_collection),
        cmocka_unit_test(census_names_the_type_that_grows),
        cmocka_unit_test(census_names_the_place_that_grows_in_checked_mode),
        cmocka_unit_test(census_shows_only_as_much_as_is_wanted),
        cmocka_unit_test(census_outlives_its_runtime_and_meets_another_one),
        cmocka_unit_test(census_of_nothing_has_no_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
