/* SPDX-License-Identifier: MIT */
/* hf-test: timeout=300 */

/*
 * The copy reserve under pressure: a small heap, nearly full, with many pins that come and go and
 * objects of the sizes that fit a block worst.  A collection has to find room for every survivor or
 * be refused before it begins; nothing is lost and nothing pinned moves.
 */

#include "managed.h"

#include <string.h>

#define OBJECTS 1200
#define PINS    300

typedef struct piece {
    size_t size;
    unsigned char fill;
} piece;

static managed m;
static hf_ref slots;
static hf_ref one;
static piece pieces[OBJECTS];
static hf_pin *pins[PINS];
static void *lent[PINS];
static unsigned refused;

static size_t pick_size(uint64_t *seed)
{
    switch (managed_random(seed) % 6) {
    case 0:
        return 8176; /* the largest in a block: three of them leave a quarter */
    case 1:
        return 8192 - 16 - managed_random(seed) % 64;
    case 2:
        return 5400 + managed_random(seed) % 200; /* five, and nearly a sixth */
    case 3:
        return 240 + managed_random(seed) % 32; /* about a line */
    case 4:
        return managed_random(seed) % 10000 == 0 ? 200000 : managed_random(seed) % 20000;
    default:
        return managed_random(seed) % 200;
    }
}

static void replace(uint64_t *seed)
{
    unsigned char content[200000];
    size_t at = managed_random(seed) % OBJECTS;
    piece fresh = { pick_size(seed), (unsigned char)managed_random(seed) };
    hf_status status = hf_bytes_create(m.thread, fresh.size, one);
    if (status != HF_OK) {
        refused++;
        assert_int_equal(status, HF_E_LIMIT);
        fresh.size = 0;
        hf_clear(one);
    } else {
        memset(content, fresh.fill, fresh.size);
        assert_int_equal(hf_bytes_write(one, 0, content, fresh.size), HF_OK);
    }
    assert_int_equal(hf_store_at(m.thread, slots, at, one), HF_OK);
    pieces[at] = fresh;
}

static void move_a_pin(uint64_t *seed)
{
    size_t at = managed_random(seed) % PINS;
    hf_pin_destroy(pins[at]);
    pins[at] = NULL;
    assert_int_equal(hf_load_at(slots, managed_random(seed) % OBJECTS, one), HF_OK);
    if (!hf_is_null(one) && managed_random(seed) % 4) {
        assert_int_equal(hf_pin_create(m.thread, one, &pins[at]), HF_OK);
        lent[at] = hf_pin_span(pins[at]).data;
    }
}

static void compare(void)
{
    static unsigned char content[200000], wanted[200000];
    for (size_t i = 0; i < OBJECTS; i++) {
        assert_int_equal(hf_load_at(slots, i, one), HF_OK);
        assert_int_equal(hf_bytes_size(one), pieces[i].size);
        if (pieces[i].size) {
            memset(wanted, pieces[i].fill, pieces[i].size);
            assert_int_equal(hf_bytes_read(one, 0, content, pieces[i].size), HF_OK);
            assert_memory_equal(content, wanted, pieces[i].size);
        }
    }
    for (size_t i = 0; i < PINS; i++) {
        assert_ptr_equal(pins[i] ? hf_pin_span(pins[i]).data : lent[i], lent[i]);
    }
    assert_int_equal(hf_heap_check(m.thread), HF_OK);
}

static void walk(uint64_t seed, uint64_t limit, uint64_t reserve, unsigned steps)
{
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.nursery_bytes = 256 << 10;
    options.heap_limit_bytes = limit;
    options.heap_reserve_bytes = reserve;
    managed_begin(&m, &options);
    memset(pieces, 0, sizeof pieces);
    {
        HF_FRAME(m.thread);
        slots = hf_local(m.thread);
        one = hf_local(m.thread);
        assert_int_equal(hf_array_create(m.thread, OBJECTS, slots), HF_OK);
        for (unsigned i = 1; i <= steps; i++) {
            replace(&seed);
            if (managed_random(&seed) % 3 == 0) {
                move_a_pin(&seed);
            }
            if (i % (steps / 8) == 0) {
                compare();
            }
        }
        for (size_t i = 0; i < PINS; i++) {
            hf_pin_destroy(pins[i]);
            pins[i] = NULL;
        }
    }
    managed_end(&m);
}

/* More effort means more walks: a longer one meets the same full heap at each step. */
static unsigned steps(void)
{
    return managed_is_stress() ? 400 : 6000;
}

static void heap_with_many_pins_keeps_its_copy_reserve(void **state)
{
    (void)state;
    uint64_t walks = managed_rounds(6, 6);
    for (uint64_t seed = 1; seed <= walks; seed++) {
        walk(seed, 0, 0, steps());
    }
    assert_int_equal(refused, 0);
}

static void heap_with_many_pins_is_refused_in_time_when_it_is_full(void **state)
{
    (void)state;
    uint64_t walks = managed_rounds(6, 6);
    for (uint64_t seed = 11; seed < 11 + walks; seed++) {
        walk(seed, (3 + seed % 3) << 20, 0, steps()); /* by the limit */
        walk(seed, 0, UINT64_C(16) << 20, steps());   /* by the addresses */
    }
    assert_true(refused > 0 || managed_is_stress());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heap_with_many_pins_keeps_its_copy_reserve),
        cmocka_unit_test(heap_with_many_pins_is_refused_in_time_when_it_is_full),
    };
    return cmocka_run_group_tests_name("model_heap_pins", tests, NULL, NULL);
}
