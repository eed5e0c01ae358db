/* SPDX-License-Identifier: MIT */

/*
 * Handles: words for native code.  What they are made of, what they keep, and what is said about
 * each kind of word that is none.
 */

#include "managed.h"

#include "base/alloc.h"
#include "root/handle.h"

#include <string.h>

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

/* A buffer that holds a number, in a new slot. */
static hf_ref number_new(uint32_t number)
{
    hf_ref ref = hf_local(m.thread);
    assert_int_equal(hf_bytes_create(m.thread, 64, ref), HF_OK);
    assert_int_equal(hf_bytes_write(ref, 0, &number, sizeof number), HF_OK);
    return ref;
}

static uint32_t number_in(const hf_slot *ref)
{
    uint32_t number = 0;
    assert_int_equal(hf_bytes_read(ref, 0, &number, sizeof number), HF_OK);
    return number;
}

static void *handle_new(const hf_slot *ref, const char *tag, uint32_t uses)
{
    void *word = NULL;
    assert_int_equal(hf_handle_create(m.thread, ref, tag, uses, &word), HF_OK);
    return word;
}

static uint64_t bits(const void *word)
{
    return (uintptr_t)word;
}

/* ---- words ---- */

static void word_parts_come_back_in_both_forms(void **state)
{
    (void)state;
    const hfi_word_form *forms[] = { &hfi_word_form_32, &hfi_word_form_64 };
    for (unsigned i = 0; i < 2; i++) {
        const hfi_word_form *form = forms[i];
        uint64_t seed = 4711 + i;
        for (unsigned round = 0; round < 20000; round++) {
            hfi_word in = { managed_random(&seed) & hfi_bits_max(form->cell_bits),
                            managed_random(&seed) & hfi_bits_max(form->generation_bits),
                            managed_random(&seed) & hfi_bits_max(form->runtime_bits) };
            if (round == 0) {
                in = (hfi_word){ 0, 0, 0 };
            } else if (round == 1) {
                in = (hfi_word){ hfi_bits_max(form->cell_bits), hfi_bits_max(form->generation_bits),
                                 hfi_bits_max(form->runtime_bits) };
            }
            uint64_t word = hfi_word_pack(form, in);
            hfi_word out = { 0, 0, 0 };
            assert_int_equal(word & 1, 1);
            assert_true(i == 1 || word <= UINT32_MAX);
            assert_true(hfi_word_unpack(form, word, &out));
            assert_int_equal(out.cell, in.cell);
            assert_int_equal(out.generation, in.generation);
            assert_int_equal(out.runtime, in.runtime);
            assert_false(hfi_word_unpack(form, word & ~UINT64_C(1), &out));
        }
    }
}

static void word_of_64_bits_is_canonical_with_no_address_width(void **state)
{
    (void)state;
    uint64_t seed = 99;
    for (unsigned round = 0; round < 20000; round++) {
        hfi_word parts = { managed_random(&seed) & 0xffffff, managed_random(&seed) & 0xffffff,
                           managed_random(&seed) & 0xfff };
        uint64_t word = hfi_word_pack(&hfi_word_form_64, parts);
        for (unsigned width = 48; width <= 57; width += 9) {
            uint64_t top = word >> (width - 1);
            assert_true(top != 0 && top != UINT64_MAX >> (width - 1));
        }
        assert_true(word >> 55 & 1); /* what is left of it where the top byte is ignored */
    }
}

/* ---- what a handle does ---- */

static void handle_keeps_and_follows_its_object(void **state)
{
    (void)state;
    void *words[100];
    for (uint32_t i = 0; i < 100; i++) {
        HF_FRAME(m.thread);
        words[i] = handle_new(number_new(i), "number", HF_HANDLE_FOREVER);
    }
    assert_int_equal(hf_collect(m.thread), HF_OK);
    assert_int_equal(managed_statistics(&m).objects_live, 100);
    for (uint32_t i = 0; i < 100; i++) {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        assert_int_equal(hf_handle_load(m.thread, words[i], "number", ref), HF_OK);
        assert_int_equal(number_in(ref), i);
        assert_true((bits(words[i]) & 1) != 0);
        for (uint32_t other = 0; other < i; other++) {
            assert_ptr_not_equal(words[i], words[other]);
        }
        assert_int_equal(hf_handle_destroy(m.thread, words[i]), HF_OK);
    }
    assert_int_equal(hf_collect(m.thread), HF_OK);
    assert_int_equal(managed_statistics(&m).objects_live, 0);
}

static void handle_of_one_object_is_another_each_time(void **state)
{
    (void)state;
    HF_FRAME(m.thread);
    hf_ref ref = number_new(9), first_load = hf_local(m.thread);
    void *first = handle_new(ref, "one", HF_HANDLE_FOREVER);
    void *second = handle_new(ref, "one", HF_HANDLE_FOREVER);
    assert_ptr_not_equal(first, second);

    assert_int_equal(hf_handle_destroy(m.thread, second), HF_OK);

    assert_int_equal(hf_handle_load(m.thread, first, "one", first_load), HF_OK);
    assert_true(hf_same(ref, first_load));
    assert_int_equal(hf_handle_load(m.thread, second, "one", first_load), HF_E_HANDLE);
    (void)managed_expect(&m, "hf_handle_load", "was destroyed");
    assert_int_equal(hf_handle_destroy(m.thread, first), HF_OK);
}

static void note_left(const hfi_left *left, void *user)
{
    unsigned *seen = user;
    assert_string_equal(left->kind, "handle");
    assert_non_null(strstr(left->site.file, "test_handle.c"));
    *seen += strcmp(left->object, "\"for ever\"") == 0 && strstr(left->why, "destroy") ? 1 : 0;
    *seen += strcmp(left->object, "\"thrice\"") == 0 && strstr(left->why, "uses") ? 10 : 0;
    *seen += 100;
}

static void handle_left_is_told_with_what_it_stands_for(void **state)
{
    (void)state;
    HF_FRAME(m.thread);
    hf_ref ref = number_new(9);
    hfi_handles *handles = hfi_parts_of(m.runtime)->handles;
    unsigned seen = 0;
    void *ended = handle_new(ref, "ended", HF_HANDLE_FOREVER);
    void *forever = handle_new(ref, "for ever", HF_HANDLE_FOREVER);
    void *thrice = handle_new(ref, "thrice", 3);
    assert_int_equal(hf_handle_destroy(m.thread, ended), HF_OK);
    hfi_handles_each_left(handles, note_left, &seen);
    assert_int_equal(seen, 211);
    assert_int_equal(hf_handle_destroy(m.thread, forever), HF_OK);
    assert_int_equal(hf_handle_destroy(m.thread, thrice), HF_OK);
    seen = 0;
    hfi_handles_each_left(handles, note_left, &seen);
    assert_int_equal(seen, 0);
}

static void handle_compares_tags_by_their_text(void **state)
{
    (void)state;
    HF_FRAME(m.thread);
    char same[] = "session";
    void *word = handle_new(number_new(5), "session", HF_HANDLE_FOREVER);
    hf_ref ref = hf_local(m.thread);

    assert_int_equal(hf_handle_load(m.thread, word, same, ref), HF_OK);
    assert_int_equal(hf_handle_load(m.thread, word, "window", ref), HF_E_TYPE);

    managed_report report =
        managed_expect(&m, "hf_handle_load", "stands for \"session\", not for \"window\"");
    assert_string_equal(report.argument, "tag");
    assert_int_equal(number_in(ref), 5);
    assert_int_equal(hf_handle_destroy(m.thread, word), HF_OK);
}

static void handle_with_uses_ends_with_the_last(void **state)
{
    (void)state;
    HF_FRAME(m.thread);
    void *word = handle_new(number_new(7), "once", 3);
    for (unsigned i = 0; i < 3; i++) {
        hf_ref ref = hf_local(m.thread);
        assert_int_equal(hf_handle_load(m.thread, word, "once", ref), HF_OK);
        assert_int_equal(number_in(ref), 7);
    }

    hf_ref after = hf_local(m.thread);
    assert_int_equal(hf_handle_load(m.thread, word, "once", after), HF_E_HANDLE);
    assert_true(hf_is_null(after));
    (void)managed_expect(&m, "hf_handle_load", "ended with its last use");
    assert_int_equal(hf_handle_destroy(m.thread, word), HF_E_HANDLE);
    (void)managed_expect(&m, "hf_handle_destroy", "ended with its last use");
}

static void handle_of_the_wrong_tag_uses_nothing_up(void **state)
{
    (void)state;
    HF_FRAME(m.thread);
    void *word = handle_new(number_new(1), "once", 1);
    hf_ref ref = hf_local(m.thread);

    assert_int_equal(hf_handle_load(m.thread, word, "twice", ref), HF_E_TYPE);

    (void)managed_expect(&m, "hf_handle_load", "not for \"twice\"");
    assert_int_equal(hf_handle_load(m.thread, word, "once", ref), HF_OK);
}

/* ---- words that are none ---- */

static void handle_tells_a_destroyed_word_and_where(void **state)
{
    (void)state;
    HF_FRAME(m.thread);
    hf_ref ref = number_new(1);
    void *word = handle_new(ref, "session", HF_HANDLE_FOREVER);
    assert_int_equal(hf_handle_destroy_at(m.thread, word, (hf_site){ "close.c", 41 }), HF_OK);

    assert_int_equal(hf_handle_load(m.thread, word, "session", ref), HF_E_HANDLE);
    managed_report load =
        managed_expect(&m, "hf_handle_load", "\"session\" was destroyed at close.c:41 by thread ");
    assert_string_equal(load.file, "close.c");
    assert_int_equal(hf_handle_destroy_at(m.thread, word, (hf_site){ "again.c", 7 }), HF_E_HANDLE);
    managed_report again =
        managed_expect(&m, "hf_handle_destroy", "\"session\" was destroyed at close.c:41");
    assert_string_equal(again.file, "again.c");
    assert_int_equal(again.line, 7);
}

static void handle_tells_a_word_whose_number_is_used_again(void **state)
{
    (void)state;
    HF_FRAME(m.thread);
    hf_ref ref = number_new(1);
    void *first = handle_new(ref, "old", HF_HANDLE_FOREVER);
    assert_int_equal(hf_handle_destroy(m.thread, first), HF_OK);
    for (unsigned i = 0; i < 200; i++) {
        void *word = handle_new(ref, "new", HF_HANDLE_FOREVER);
        assert_ptr_not_equal(word, first);
        assert_int_equal(hf_handle_destroy(m.thread, word), HF_OK);
    }

    assert_int_equal(hf_handle_load(m.thread, first, "old", ref), HF_E_HANDLE);
    (void)managed_expect(&m, "hf_handle_load", "given out again since");
}

static void handle_tells_words_that_were_never_given_out(void **state)
{
    (void)state;
    HF_FRAME(m.thread);
    hf_ref ref = number_new(3);
    void *word = handle_new(ref, "real", HF_HANDLE_FOREVER);
    int local = 0;
    hfi_word parts = { 0, 0, 0 };
    assert_true(hfi_word_unpack(HFI_WORD_FORM, bits(word), &parts));
    parts.generation++;
    uint64_t next_generation = hfi_word_pack(HFI_WORD_FORM, parts);
    parts.generation--;
    parts.cell += 1000;
    uint64_t next_cell = hfi_word_pack(HFI_WORD_FORM, parts);
    uintptr_t lies[] = { (uintptr_t)&local, (uintptr_t)16, (uintptr_t)next_generation,
                         (uintptr_t)next_cell };

    for (unsigned i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        void *lie;
        memcpy(&lie, &lies[i], sizeof lie);
        assert_int_equal(hf_handle_load(m.thread, lie, "real", ref), HF_E_HANDLE);
        (void)managed_expect(&m, "hf_handle_load", "never given out");
        assert_int_equal(hf_handle_destroy(m.thread, lie), HF_E_HANDLE);
        (void)managed_expect(&m, "hf_handle_destroy", "never given out");
    }
    assert_int_equal(number_in(ref), 3);
    assert_int_equal(hf_handle_destroy(m.thread, word), HF_OK);
}

static void handle_of_another_runtime_is_told(void **state)
{
    (void)state;
    HF_FRAME(m.thread);
    hf_ref ref = number_new(3);
    void *word = handle_new(ref, "here", HF_HANDLE_FOREVER);
    managed other;
    assert_int_equal(hf_native_begin(m.thread), HF_OK);
    managed_begin(&other, NULL);
    {
        HF_FRAME(other.thread);
        hf_ref there = hf_local(other.thread);
        assert_int_equal(hf_handle_load(other.thread, word, "here", there), HF_E_HANDLE);
        (void)managed_expect(&other, "hf_handle_load", "another runtime");
        assert_int_equal(hf_handle_destroy(other.thread, word), HF_E_HANDLE);
        (void)managed_expect(&other, "hf_handle_destroy", "another runtime");
    }
    managed_end(&other);
    assert_int_equal(hf_native_end(m.thread, NULL), HF_OK);
    assert_int_equal(hf_handle_destroy(m.thread, word), HF_OK);
}

static void handle_refuses_what_is_null(void **state)
{
    (void)state;
    HF_FRAME(m.thread);
    hf_ref ref = number_new(3);
    hf_ref null = hf_local(m.thread);
    void *word = &word;

    assert_int_equal(hf_handle_create(m.thread, null, "tag", 0, &word), HF_E_NULL);
    assert_null(word);
    assert_int_equal(hf_handle_create(m.thread, NULL, "tag", 0, &word), HF_E_SLOTS);
    assert_int_equal(hf_handle_create(m.thread, ref, NULL, 0, &word), HF_E_NULL);
    (void)managed_expect(&m, "hf_handle_create", "tag is NULL");
    assert_int_equal(hf_handle_create(m.thread, ref, "tag", 0, NULL), HF_E_NULL);
    (void)managed_expect(&m, "hf_handle_create", "nowhere to put");
    assert_int_equal(hf_handle_create(NULL, ref, "tag", 0, &word), HF_E_NULL);

    word = handle_new(ref, "tag", HF_HANDLE_FOREVER);
    assert_int_equal(hf_handle_load(m.thread, NULL, "tag", ref), HF_E_NULL);
    (void)managed_expect(&m, "hf_handle_load", "the word is NULL");
    assert_int_equal(hf_handle_load(m.thread, word, NULL, ref), HF_E_NULL);
    (void)managed_expect(&m, "hf_handle_load", "the tag is NULL");
    assert_int_equal(hf_handle_load(m.thread, word, "tag", NULL), HF_E_SLOTS);
    assert_int_equal(hf_handle_destroy(m.thread, NULL), HF_OK);
    assert_int_equal(hf_handle_destroy(m.thread, word), HF_OK);
}

static void handle_needs_a_managed_thread(void **state)
{
    (void)state;
    HF_FRAME(m.thread);
    hf_ref ref = number_new(3);
    void *word = handle_new(ref, "tag", HF_HANDLE_FOREVER);
    void *other = NULL;
    assert_int_equal(hf_native_begin(m.thread), HF_OK);

    assert_int_equal(hf_handle_create(m.thread, ref, "tag", 0, &other), HF_E_DETACHED);
    assert_int_equal(hf_handle_load(m.thread, word, "tag", ref), HF_E_DETACHED);
    assert_int_equal(hf_handle_destroy(m.thread, word), HF_E_DETACHED);

    assert_int_equal(hf_native_end(m.thread, NULL), HF_OK);
    (void)managed_expect(&m, "hf_handle_create_at", "native state");
    (void)managed_expect(&m, "hf_handle_load", "native state");
    (void)managed_expect(&m, "hf_handle_destroy_at", "native state");
    assert_int_equal(hf_handle_destroy(m.thread, word), HF_OK);
}

/* ---- numbers and generations ---- */

/* Few and short: what happens at the end of both is near. */
static const hfi_word_form small_form = {
    7, 3, 4, 14, 0, 1, 0,
};

static void handle_numbers_are_retired_with_their_last_generation(void **state)
{
    (void)state;
    const uint32_t all = 128 * 8;
    hfi_handles_set_form(hfi_parts_of(m.runtime)->handles, &small_form);
    HF_FRAME(m.thread);
    hf_ref ref = number_new(1);
    static bool seen[4096];
    memset(seen, 0, sizeof seen);
    for (uint32_t i = 0; i < all; i++) {
        void *word = handle_new(ref, "tag", HF_HANDLE_FOREVER);
        hfi_word parts = { 0, 0, 0 };
        assert_true(hfi_word_unpack(&small_form, bits(word), &parts));
        assert_false(seen[parts.cell << 3 | parts.generation]);
        seen[parts.cell << 3 | parts.generation] = true;
        assert_int_equal(hf_handle_destroy(m.thread, word), HF_OK);
    }

    void *word;
    assert_int_equal(hf_handle_create(m.thread, ref, "tag", 0, &word), HF_E_LIMIT);
    assert_null(word);
}

static void handle_table_says_when_it_is_full(void **state)
{
    (void)state;
    hfi_handles_set_form(hfi_parts_of(m.runtime)->handles, &small_form);
    HF_FRAME(m.thread);
    hf_ref ref = number_new(1);
    void *words[128];
    for (unsigned i = 0; i < 128; i++) {
        words[i] = handle_new(ref, "tag", HF_HANDLE_FOREVER);
    }
    void *word;

    assert_int_equal(hf_handle_create(m.thread, ref, "tag", 0, &word), HF_E_LIMIT);

    assert_int_equal(hf_handle_destroy(m.thread, words[77]), HF_OK);
    assert_int_equal(hf_handle_create(m.thread, ref, "tag", 0, &words[77]), HF_OK);
    for (unsigned i = 0; i < 128; i++) {
        assert_int_equal(hf_handle_destroy(m.thread, words[i]), HF_OK);
    }
}

static void handle_table_grows_without_moving_and_survives_no_memory(void **state)
{
    (void)state;
    enum { COUNT = 5000 };
    static void *words[COUNT];
    HF_FRAME(m.thread);
    hf_ref ref = number_new(1);
    unsigned refused = 0;
    for (unsigned i = 0; i < COUNT; i++) {
        hfi_fault_arm(1, 1);
        hf_status status = hf_handle_create(m.thread, ref, "tag", 0, &words[i]);
        (void)hfi_fault_disarm();
        if (status != HF_OK) {
            assert_int_equal(status, HF_E_NOMEM);
            assert_null(words[i]);
            refused++;
            words[i] = handle_new(ref, "tag", HF_HANDLE_FOREVER);
        }
    }
    assert_true(refused >= 6);
    for (unsigned i = 0; i < COUNT; i++) {
        assert_int_equal(hf_handle_load(m.thread, words[i], "tag", ref), HF_OK);
        assert_int_equal(hf_handle_destroy(m.thread, words[i]), HF_OK);
    }
}

/* ---- the end ---- */

static void handle_left_at_the_end_is_reported_by_its_birth(void **state)
{
    (void)state;
    managed end;
    managed_begin(&end, NULL);
    {
        HF_FRAME(end.thread);
        hf_ref ref = hf_local(end.thread);
        assert_int_equal(hf_bytes_create(end.thread, 8, ref), HF_OK);
        for (unsigned i = 0; i < 20; i++) {
            void *word;
            assert_int_equal(hf_handle_create(end.thread, ref, "left", 0, &word), HF_OK);
        }
    }

    managed_close(&end);

    assert_int_equal(end.leaks.handles, 20);
    assert_int_equal(managed_reports(&end), 16); /* the count says the rest */
    managed_report report = managed_expect(&end, "hf_runtime_destroy", "before the handle was");
    assert_int_equal(report.kind, HF_REPORT_LEAK);
    assert_int_equal(hfi_alloc_live(), end.live_at_start);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(word_parts_come_back_in_both_forms),
        cmocka_unit_test(word_of_64_bits_is_canonical_with_no_address_width),
        cmocka_unit_test_setup_teardown(handle_keeps_and_follows_its_object, setup, teardown),
        cmocka_unit_test_setup_teardown(handle_of_one_object_is_another_each_time, setup, teardown),
        cmocka_unit_test_setup_teardown(handle_left_is_told_with_what_it_stands_for, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(handle_compares_tags_by_their_text, setup, teardown),
        cmocka_unit_test_setup_teardown(handle_with_uses_ends_with_the_last, setup, teardown),
        cmocka_unit_test_setup_teardown(handle_of_the_wrong_tag_uses_nothing_up, setup, teardown),
        cmocka_unit_test_setup_teardown(handle_tells_a_destroyed_word_and_where, setup, teardown),
        cmocka_unit_test_setup_teardown(handle_tells_a_word_whose_number_is_used_again, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(handle_tells_words_that_were_never_given_out, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(handle_of_another_runtime_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(handle_refuses_what_is_null, setup, teardown),
        cmocka_unit_test_setup_teardown(handle_needs_a_managed_thread, setup, teardown),
        cmocka_unit_test_setup_teardown(handle_numbers_are_retired_with_their_last_generation,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(handle_table_says_when_it_is_full, setup, teardown),
        cmocka_unit_test_setup_teardown(handle_table_grows_without_moving_and_survives_no_memory,
                                        setup, teardown),
        cmocka_unit_test(handle_left_at_the_end_is_reported_by_its_birth),
    };
    return cmocka_run_group_tests_name("handle", tests, NULL, NULL);
}
