/* SPDX-License-Identifier: MIT */
/* hf-test: timeout=180 */

/*
 * Ephemeron tables: an entry keeps its value while key and table live, whatever the value refers
 * to, and not a collection longer.
 */

#include "managed.h"

#include "weak/weak.h"

static managed m;

static int setup(void **state)
{
    (void)state;
    managed_begin(&m, NULL);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    managed_end(&m);
    return 0;
}

static void collect(void)
{
    assert_int_equal(hf_collect(m.thread), HF_OK);
}

/* An array, of one reference or of many: large ones move under stress alone. */
static hf_ref node_of(size_t length)
{
    hf_ref node = hf_local(m.thread);
    assert_int_equal(hf_array_create(m.thread, length, node), HF_OK);
    return node;
}

static hf_ref node_new(void)
{
    return node_of(1);
}

static hf_ref table_new(void)
{
    hf_ref table = hf_local(m.thread);
    assert_int_equal(hf_ephemerons_create(m.thread, table), HF_OK);
    return table;
}

static void point(hf_ref from, hf_ref to)
{
    assert_int_equal(hf_store_at(m.thread, from, 0, to), HF_OK);
}

static void set(hf_ref table, hf_ref key, hf_ref value)
{
    assert_int_equal(hf_ephemeron_set(m.thread, table, key, value), HF_OK);
}

static size_t count(hf_ref table)
{
    size_t entries = 77;
    assert_int_equal(hf_ephemeron_count(m.thread, table, &entries), HF_OK);
    return entries;
}

static hfi_weaks_figures figures(void)
{
    return hfi_weaks_figures_get(hfi_parts_of(m.runtime)->weaks);
}

static hf_weak *watch(hf_ref object)
{
    hf_weak *weak;
    assert_int_equal(hf_weak_create(m.thread, object, HF_WEAK_LONG, &weak), HF_OK);
    return weak;
}

static bool is_alive(const hf_weak *weak)
{
    HF_FRAME(m.thread);
    hf_ref found = hf_local(m.thread);
    assert_int_equal(hf_weak_load(m.thread, weak, found), HF_OK);
    return !hf_is_null(found);
}

static void check_heap(void)
{
    assert_int_equal(hf_heap_check(m.thread), HF_OK);
}

/* ---- as a table ---- */

static void ephemeron_gives_what_was_set_wherever_it_moved(void **state)
{
    (void)state;
    HF_FRAME(m.thread);
    hf_ref table = table_new();
    hf_ref other = table_new();
    hf_ref key = node_new();
    hf_ref value = node_new();
    hf_ref second = node_new();
    hf_ref found = hf_local(m.thread);

    assert_int_equal(hf_ephemeron_get(m.thread, table, key, found), HF_E_NOT_FOUND);
    set(table, key, value);
    set(other, key, second);
    for (unsigned round = 0; round < 3; round++) {
        collect();
        check_heap();
        assert_int_equal(hf_ephemeron_get(m.thread, table, key, found), HF_OK);
        assert_true(hf_same(found, value));
        assert_int_equal(hf_ephemeron_get(m.thread, other, key, found), HF_OK);
        assert_true(hf_same(found, second));
        assert_int_equal(hf_ephemeron_get(m.thread, table, value, found), HF_E_NOT_FOUND);
        assert_true(hf_is_null(found));
    }
    set(table, key, second);
    assert_int_equal(count(table), 1);
    assert_int_equal(hf_ephemeron_get(m.thread, table, key, found), HF_OK);
    assert_true(hf_same(found, second));
    set(table, key, NULL);
    assert_int_equal(hf_ephemeron_get(m.thread, table, key, found), HF_OK);
    assert_true(hf_is_null(found));
    assert_int_equal(hf_ephemeron_remove(m.thread, table, key), HF_OK);
    assert_int_equal(hf_ephemeron_remove(m.thread, table, key), HF_E_NOT_FOUND);
    assert_int_equal(count(table), 0);
    assert_int_equal(count(other), 1);
}

static void ephemeron_refuses_what_is_no_table_or_no_key(void **state)
{
    (void)state;
    HF_FRAME(m.thread);
    hf_ref table = table_new();
    hf_ref key = node_new();
    hf_ref null = hf_local(m.thread);
    hf_ref out = hf_local(m.thread);
    size_t entries;

    assert_int_equal(hf_ephemerons_create(m.thread, NULL), HF_E_SLOTS);
    assert_int_equal(hf_ephemeron_set(NULL, table, key, key), HF_E_NULL);
    assert_int_equal(hf_ephemeron_set(m.thread, NULL, key, key), HF_E_SLOTS);
    assert_int_equal(hf_ephemeron_set(m.thread, null, key, key), HF_E_NULL);
    assert_int_equal(hf_ephemeron_set(m.thread, table, NULL, key), HF_E_SLOTS);
    assert_int_equal(hf_ephemeron_set(m.thread, table, null, key), HF_E_NULL);
    assert_int_equal(hf_ephemeron_get(m.thread, table, key, NULL), HF_E_SLOTS);
    assert_int_equal(hf_ephemeron_count(m.thread, table, NULL), HF_E_NULL);
    assert_int_equal(hf_ephemeron_set(m.thread, key, key, key), HF_E_TYPE);
    managed_expect(&m, "hf_ephemeron_set", "no table: array, ");
    assert_int_equal(hf_ephemeron_get(m.thread, key, key, out), HF_E_TYPE);
    managed_expect(&m, "hf_ephemeron_get", "no table: array, ");
    assert_int_equal(hf_ephemeron_remove(m.thread, key, key), HF_E_TYPE);
    managed_expect(&m, "hf_ephemeron_remove", "no table: array, ");
    assert_int_equal(hf_ephemeron_count(m.thread, key, &entries), HF_E_TYPE);
    managed_expect(&m, "hf_ephemeron_count", "no table: array, ");
    assert_int_equal(hf_ephemerons_destroy(m.thread, key), HF_E_TYPE);
    managed_expect(&m, "hf_ephemerons_destroy", "no table: array, ");
    assert_int_equal(hf_load(table, 0, out), HF_E_TYPE); /* what is inside is nobody's to touch */
    assert_string_equal(hf_object_type_name(m.thread, table), "ephemerons");
}

static void ephemeron_table_that_was_destroyed_holds_nothing_and_says_so(void **state)
{
    (void)state;
    HF_FRAME(m.thread);
    hf_ref table = table_new();
    hf_ref key = node_new();
    hf_ref value = node_new();
    hf_ref out = hf_local(m.thread);
    size_t entries;
    set(table, key, value);
    set(table, table, value); /* a table may be its own key */
    hf_weak *weak = watch(value);
    hf_clear(value);
    collect();
    assert_true(is_alive(weak));

    assert_int_equal(hf_ephemerons_destroy(m.thread, table), HF_OK);

    collect();
    check_heap();
    assert_false(is_alive(weak));
    assert_int_equal(hf_weak_destroy(weak), HF_OK);
    assert_int_equal(hf_ephemeron_set(m.thread, table, key, key), HF_E_CLOSED);
    managed_expect(&m, "hf_ephemeron_set", "destroyed before");
    assert_int_equal(hf_ephemeron_get(m.thread, table, key, out), HF_E_CLOSED);
    managed_expect(&m, "hf_ephemeron_get", "destroyed before");
    assert_int_equal(hf_ephemeron_remove(m.thread, table, key), HF_E_CLOSED);
    managed_expect(&m, "hf_ephemeron_remove", "destroyed before");
    assert_int_equal(hf_ephemeron_count(m.thread, table, &entries), HF_E_CLOSED);
    managed_expect(&m, "hf_ephemeron_count", "destroyed before");
    assert_int_equal(hf_ephemerons_destroy(m.thread, table), HF_E_CLOSED);
    managed_expect(&m, "hf_ephemerons_destroy", "destroyed before");
    collect();
    assert_int_equal(figures().known, 0);
}

/* ---- what lives ---- */

/* Who holds what, besides the entry from key to value, and who lives by that. */
typedef struct row {
    const char *what;
    bool has_table, has_key;                         /* in slots */
    bool value_to_key, value_to_table, key_to_value; /* references */
    bool lives;                                      /* the value */
} row;

static const row rows[] = {
    { "table and key are held", true, true, false, false, false, true },
    { "the key alone", false, true, false, false, false, false },
    { "the table alone", true, false, false, false, false, false },
    { "neither", false, false, false, false, false, false },
    { "the value refers to its key", true, false, true, false, false, false },
    { "the value refers to its key, and both live", true, true, true, false, false, true },
    { "the value refers to its table", false, true, false, true, false, false },
    { "the value refers to its table, and both live", true, true, false, true, false, true },
    { "the key refers to the value", false, true, false, false, true, true },
    { "key and value refer to each other", true, false, true, false, true, false },
};

static void try_row(const row *r, size_t length)
{
    HF_FRAME(m.thread);
    hf_ref table = table_new();
    hf_ref key = node_of(length);
    hf_ref value = node_new();
    set(table, key, value);
    if (r->value_to_key || r->value_to_table) {
        point(value, r->value_to_key ? key : table);
    }
    if (r->key_to_value) {
        point(key, value);
    }
    hf_weak *weak = watch(value);
    for (unsigned i = 0; i < 3; i++) {
        collect();
        assert_true(is_alive(weak)); /* all are held */
    }
    hf_clear(value);
    if (!r->has_table) {
        hf_clear(table);
    }
    if (!r->has_key) {
        hf_clear(key);
    }

    collect();
    check_heap();

    assert_int_equal(is_alive(weak), r->lives);
    if (r->has_table) {
        assert_int_equal(count(table), r->has_key);
    }
    assert_int_equal(hf_weak_destroy(weak), HF_OK);
}

static void ephemeron_value_lives_while_key_and_table_do(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        try_row(&rows[i], 1);
        try_row(&rows[i], 4000);
    }
    collect();
    assert_int_equal(figures().known, 0);
}

static void ephemeron_table_of_a_dead_owner_goes_though_a_value_refers_to_it(void **state)
{
    (void)state;
    HF_FRAME(m.thread);
    hf_ref owner = node_new();
    hf_ref table = table_new();
    hf_ref key = node_new();
    hf_ref value = node_new();
    point(owner, table);
    set(table, key, value);
    point(value, owner);
    hf_weak *weak = watch(owner);
    hf_clear(table);
    hf_clear(value);
    collect();
    assert_true(is_alive(weak));

    hf_clear(owner);
    collect();

    assert_false(is_alive(weak)); /* and the key is alive all the time */
    assert_false(hf_is_null(key));
    assert_int_equal(hf_weak_destroy(weak), HF_OK);
}

static void ephemeron_key_that_is_pinned_keeps_its_value(void **state)
{
    (void)state;
    HF_FRAME(m.thread);
    hf_ref table = table_new();
    hf_ref key = hf_local(m.thread);
    hf_ref value = node_new();
    hf_pin *pin;
    assert_int_equal(hf_bytes_create(m.thread, 9000, key), HF_OK);
    set(table, key, value);
    hf_weak *weak = watch(value);
    assert_int_equal(hf_pin_create(m.thread, key, &pin), HF_OK);
    hf_clear(key);
    hf_clear(value);

    collect();
    assert_true(is_alive(weak));
    hf_pin_destroy(pin);
    collect();

    assert_false(is_alive(weak));
    assert_int_equal(count(table), 0);
    assert_int_equal(hf_weak_destroy(weak), HF_OK);
}

/* ---- chains ---- */

/* The value of i is the key of i + 1; only the first key is held, in `first`. */
static void make_chain(hf_ref table, hf_ref first, unsigned length, bool backwards)
{
    HF_FRAME(m.thread);
    hf_ref list = hf_local(m.thread);
    hf_ref key = hf_local(m.thread);
    hf_ref value = hf_local(m.thread);
    assert_int_equal(hf_array_create(m.thread, length + 1, list), HF_OK);
    for (unsigned i = 0; i <= length; i++) {
        assert_int_equal(hf_bytes_create(m.thread, 8, key), HF_OK);
        assert_int_equal(hf_store_at(m.thread, list, i, key), HF_OK);
    }
    for (unsigned i = 0; i < length; i++) {
        unsigned at = backwards ? length - 1 - i : i;
        assert_int_equal(hf_load_at(list, at, key), HF_OK);
        assert_int_equal(hf_load_at(list, at + 1, value), HF_OK);
        set(table, key, value);
    }
    assert_int_equal(hf_load_at(list, 0, first), HF_OK);
}

/* Looks at entries in one collection of a chain that lives and of the same that dies. */
static void measure_chain(unsigned length, bool backwards, uint64_t *alive_out, uint64_t *dead_out)
{
    HF_FRAME(m.thread);
    hf_ref table = table_new();
    hf_ref first = hf_local(m.thread);
    make_chain(table, first, length, backwards);
    uint64_t before = figures().looks;
    collect();
    *alive_out = figures().looks - before;
    assert_int_equal(count(table), length);

    hf_clear(first);
    before = figures().looks;
    collect();
    *dead_out = figures().looks - before;
    assert_int_equal(count(table), 0); /* all of it in one collection */
}

static void ephemeron_chains_live_and_die_in_one_collection_of_linear_work(void **state)
{
    (void)state;
    unsigned lengths[] = { managed_is_stress() ? 100 : 10000, managed_is_stress() ? 1000 : 100000 };
    for (unsigned i = 0; i < 4; i++) {
        uint64_t alive, dead;
        measure_chain(lengths[i % 2], i >= 2, &alive, &dead);
        assert_true(alive >= lengths[i % 2]);
        assert_true(alive <= 2 * (uint64_t)lengths[i % 2]);
        assert_true(dead <= lengths[i % 2]); /* its table alone found them, and none was marked */
    }
    collect();
    assert_int_equal(figures().known, 0);
}

static void ephemeron_chain_through_several_tables_lives_by_its_first_key(void **state)
{
    (void)state;
    enum { TABLES = 5 };
    HF_FRAME(m.thread);
    hf_ref table[TABLES];
    hf_ref key = node_new();
    hf_ref first = hf_local(m.thread);
    hf_copy(first, key);
    for (unsigned i = 0; i < TABLES; i++) {
        table[i] = table_new();
    }
    for (unsigned i = 0; i < 40; i++) {
        hf_ref value = hf_local(m.thread);
        assert_int_equal(hf_array_create(m.thread, 1, value), HF_OK);
        set(table[i % TABLES], key, value);
        hf_copy(key, value);
        hf_clear(value);
    }
    hf_weak *last = watch(key);
    hf_clear(key);
    collect();
    assert_true(is_alive(last));

    hf_clear(table[2]); /* one link of the chain */
    collect();

    assert_false(is_alive(last));
    assert_int_equal(count(table[0]), 1);
    assert_int_equal(count(table[1]), 1);
    assert_int_equal(count(table[3]), 0);
    hf_clear(first);
    collect();
    assert_int_equal(count(table[0]), 0);
    assert_int_equal(hf_weak_destroy(last), HF_OK);
}

static void ephemeron_values_that_are_tables_keep_their_own_entries(void **state)
{
    (void)state;
    HF_FRAME(m.thread);
    hf_ref outer = table_new();
    hf_ref inner = table_new();
    hf_ref key = node_new();
    hf_ref value = node_new();
    set(outer, key, inner);
    set(inner, key, value);
    hf_weak *weak = watch(value);
    hf_clear(inner);
    hf_clear(value);
    collect();
    check_heap();
    assert_true(is_alive(weak));

    hf_clear(key);
    collect();

    assert_false(is_alive(weak));
    assert_int_equal(count(outer), 0);
    assert_int_equal(hf_weak_destroy(weak), HF_OK);
}

/* ---- the verifier ---- */

static void ephemeron_values_are_known_to_the_verifier(void **state)
{
    (void)state;
    HF_FRAME(m.thread);
    hf_ref table = table_new();
    hf_ref key = node_new();
    hf_ref value = hf_local(m.thread);
    assert_int_equal(hf_bytes_create(m.thread, 64, value), HF_OK);
    set(table, key, value);
    uintptr_t payload = (uintptr_t)hfi_object_payload(value->word_);
    hf_clear(value);
    hfi_found found;

    assert_int_equal(hfi_heap_find(m.thread, payload + 8, &found), HF_OK);

    assert_int_not_equal(found.object, 0); /* reachable through its entry alone */
    assert_int_equal(hf_ephemeron_get(m.thread, table, key, value), HF_OK);
    assert_int_equal(found.object, value->word_);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(ephemeron_gives_what_was_set_wherever_it_moved),
        TEST(ephemeron_refuses_what_is_no_table_or_no_key),
        TEST(ephemeron_table_that_was_destroyed_holds_nothing_and_says_so),
        TEST(ephemeron_value_lives_while_key_and_table_do),
        TEST(ephemeron_table_of_a_dead_owner_goes_though_a_value_refers_to_it),
        TEST(ephemeron_key_that_is_pinned_keeps_its_value),
        TEST(ephemeron_chains_live_and_die_in_one_collection_of_linear_work),
        TEST(ephemeron_chain_through_several_tables_lives_by_its_first_key),
        TEST(ephemeron_values_that_are_tables_keep_their_own_entries),
        TEST(ephemeron_values_are_known_to_the_verifier),
    };
    return cmocka_run_group_tests_name("ephemeron", tests, NULL, NULL);
}
