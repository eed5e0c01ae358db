/* SPDX-License-Identifier: MIT */
/* hf-test: timeout=300 */

/*
 * The table of handles against a naive one: an array of all words ever given out, each with what it
 * stands for and how it ended.
 */

#include "managed.h"

#include "root/handle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 4000 };

typedef struct entry {
    void *word;
    const char *tag;
    uint32_t number; /* what the object says */
    uint32_t uses;   /* left; 0: for ever */
    bool is_alive;
} entry;

static managed m;
static entry entries[WORDS_MAX];
static unsigned count;
static unsigned loads[2]; /* of words that are dead, and alive */
static const char *const tags[] = { "window", "session", "stream" };

static void create(uint64_t *seed)
{
    if (count == WORDS_MAX) {
        return;
    }
    entry *e = &entries[count];
    *e = (entry){ NULL, tags[managed_random(seed) % 3], count, managed_random(seed) % 4, true };
    HF_FRAME(m.thread);
    hf_ref ref = hf_local(m.thread);
    assert_int_equal(hf_bytes_create(m.thread, 16 + managed_random(seed) % 200, ref), HF_OK);
    assert_int_equal(hf_bytes_write(ref, 0, &e->number, sizeof e->number), HF_OK);
    assert_int_equal(hf_handle_create(m.thread, ref, e->tag, e->uses, &e->word), HF_OK);
    count++;
}

static void load(uint64_t *seed)
{
    entry *e = &entries[managed_random(seed) % count];
    const char *tag = managed_random(seed) % 8 == 0 ? tags[managed_random(seed) % 3] : e->tag;
    HF_FRAME(m.thread);
    hf_ref ref = hf_local(m.thread);
    hf_status expected = !e->is_alive ? HF_E_HANDLE : strcmp(tag, e->tag) != 0 ? HF_E_TYPE : HF_OK;
    assert_int_equal(hf_handle_load(m.thread, e->word, tag, ref), expected);
    loads[e->is_alive]++;
    if (expected != HF_OK) {
        (void)managed_expect(&m, "hf_handle_load", "");
        assert_true(hf_is_null(ref));
        return;
    }
    uint32_t number;
    assert_int_equal(hf_bytes_read(ref, 0, &number, sizeof number), HF_OK);
    assert_int_equal(number, e->number);
    e->is_alive = e->uses != 1;
    e->uses -= e->uses != 0;
}

static void destroy(uint64_t *seed)
{
    entry *e = &entries[managed_random(seed) % count];
    hf_status expected = e->is_alive ? HF_OK : HF_E_HANDLE;
    assert_int_equal(hf_handle_destroy(m.thread, e->word), expected);
    if (expected != HF_OK) {
        (void)managed_expect(&m, "hf_handle_destroy", "");
    }
    e->is_alive = false;
}

static int compare_words(const void *a, const void *b)
{
    uintptr_t x = (uintptr_t)((const entry *)a)->word;
    uintptr_t y = (uintptr_t)((const entry *)b)->word;
    return (x > y) - (x < y);
}

static void handle_table_agrees_with_a_naive_one(void **state)
{
    (void)state;
    const char *given = getenv("HOLDFAST_SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : 20;
    print_message("seed %llu\n", (unsigned long long)seed);
    managed_begin(&m, NULL);
    unsigned rounds = managed_rounds(30000, 6000);
    create(&seed);
    for (unsigned i = 0; i < rounds; i++) {
        uint32_t what = managed_random(&seed) % 16;
        if (what < 4) {
            create(&seed);
        } else if (what < 13) {
            load(&seed);
        } else if (what < 15) {
            destroy(&seed);
        } else if (i % 64 == 0) {
            assert_int_equal(hf_collect(m.thread), HF_OK);
        }
    }

    for (unsigned i = 0; i < count; i++) {
        if (entries[i].is_alive) {
            assert_int_equal(hf_handle_destroy(m.thread, entries[i].word), HF_OK);
        }
    }
    assert_true(loads[false] > count && loads[true] > count); /* both were tried */
    qsort(entries, count, sizeof entries[0], compare_words);
    for (unsigned i = 1; i < count; i++) {
        assert_ptr_not_equal(entries[i].word, entries[i - 1].word);
    }
    managed_end(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(handle_table_agrees_with_a_naive_one),
    };
    return cmocka_run_group_tests_name("handle", tests, NULL, NULL);
}
