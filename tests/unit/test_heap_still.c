/* SPDX-License-Identifier: MIT */
/* hf-test: timeout=120 */

/*
 * Small objects that are immovable from birth: they stay whatever happens around them, every
 * address inside leads to its object and none to a dead one, and their memory is used again.
 */

#include "managed.h"

#include "heap/space.h"

#include <string.h>

#define MANY 400u

static void make(managed *m, size_t size, hf_ref out)
{
    hf_bytes_options options = HF_BYTES_OPTIONS_INIT;
    options.flags = HF_BYTES_IMMOVABLE;
    assert_int_equal(hf_bytes_create_with(m->thread, size, &options, out), HF_OK);
}

static size_t size_of(unsigned i)
{
    static const size_t sizes[] = { 0, 1, 16, 17, 64, 240, 255, 256, 257, 1000, 4000, 8176 };
    return sizes[i % (sizeof sizes / sizeof sizes[0])];
}

static unsigned char byte_of(unsigned i)
{
    return (unsigned char)(i * 7 + 1);
}

static uintptr_t found_at(const managed *m, uintptr_t address)
{
    return hfi_heap_immovable(m->thread->parts->heap, address);
}

/* Each in its place with what was written, and found by every address of it. */
static void check_kept(managed *m, hf_ref array, const uintptr_t *where, unsigned step)
{
    HF_FRAME(m->thread);
    hf_ref bytes = hf_local(m->thread);
    for (unsigned i = 0; i < MANY; i += step) {
        assert_int_equal(hf_load_at(array, i, bytes), HF_OK);
        uintptr_t object = managed_address(bytes);
        size_t size = size_of(i);
        assert_true(object == where[i]);
        assert_int_equal(hf_bytes_size(bytes), size);
        const unsigned char *payload = hfi_payload_16(object);
        for (size_t at = 0; at < size; at++) {
            assert_int_equal(payload[at], byte_of(i));
        }
        assert_true(found_at(m, (uintptr_t)payload) == object);
        assert_true(found_at(m, (uintptr_t)payload + size / 2) == object);
        assert_true(found_at(m, (uintptr_t)payload + size) == object);
    }
}

static void make_many(managed *m, hf_ref array, uintptr_t *where)
{
    HF_FRAME(m->thread);
    hf_ref bytes = hf_local(m->thread);
    hf_ref loose = hf_local(m->thread);
    assert_int_equal(hf_array_create(m->thread, MANY, array), HF_OK);
    for (unsigned i = 0; i < MANY; i++) {
        make(m, size_of(i), bytes);
        where[i] = managed_address(bytes);
        memset(hfi_payload_16(where[i]), byte_of(i), size_of(i));
        assert_int_equal(hf_store_at(m->thread, array, i, bytes), HF_OK);
        assert_int_equal(hf_bytes_create(m->thread, 100, loose), HF_OK);
    }
}

static void still_objects_stay_while_everything_around_them_comes_and_goes(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref array = hf_local(m.thread);
        hf_ref bytes = hf_local(m.thread);
        uintptr_t where[MANY];
        make_many(&m, array, where);
        for (unsigned i = 0; i < MANY; i++) {
            if (i % 3 != 0) {
                assert_int_equal(hf_store_at(m.thread, array, i, NULL), HF_OK);
            }
        }
        for (unsigned round = 0; round < 40; round++) {
            assert_int_equal(round % 2 ? hf_collect(m.thread) : hfi_heap_collect_moving(m.thread),
                             HF_OK);
            for (unsigned i = 0; i < MANY; i++) { /* into the holes of those that died */
                make(&m, size_of(i + round), bytes);
                memset(hfi_payload_16(managed_address(bytes)), 0xee, size_of(i + round));
            }
            check_kept(&m, array, where, 3);
            assert_int_equal(hf_heap_check(m.thread), HF_OK);
        }
    }
    assert_int_equal(hf_collect(m.thread), HF_OK);
    assert_int_equal(managed_statistics(&m).bytes_in_use, 0);
    managed_end(&m);
}

static void still_objects_that_died_are_not_found_beside_one_that_lives(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    if (!managed_is_stress()) { /* there none of them shares a block */
        HF_FRAME(m.thread);
        hf_ref before = hf_local(m.thread);
        hf_ref kept = hf_local(m.thread);
        hf_ref behind = hf_local(m.thread);
        make(&m, 16, before);
        make(&m, 16, kept);
        make(&m, 16, behind);
        uintptr_t first = managed_address(before), last = managed_address(behind);
        assert_true(managed_address(kept) == first + 32 && last == first + 64);
        hf_clear(before);
        hf_clear(behind);
        assert_true(found_at(&m, last + 20) == last); /* nobody knows yet */
        assert_int_equal(hf_collect(m.thread), HF_OK);
        assert_true(found_at(&m, first + 20) == 0);
        assert_true(found_at(&m, last + 20) == 0);
        assert_true(found_at(&m, first + 52) == first + 32);
        assert_true(found_at(&m, hfi_block_address(m.thread->parts->heap, 1)) == 0);
    }
    managed_end(&m);
}

static void still_objects_that_die_at_once_take_no_more_memory_than_others(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    uint64_t collections = managed_statistics(&m).collections;
    uint64_t most = 0;
    {
        HF_FRAME(m.thread);
        hf_ref bytes = hf_local(m.thread);
        for (unsigned i = 0; i < (managed_is_stress() ? 100u : 100000u); i++) {
            make(&m, 1000, bytes);
            assert_int_equal(*(const unsigned char *)hfi_payload_16(managed_address(bytes)), 0);
            memset(hfi_payload_16(managed_address(bytes)), 0xee, 1000);
            uint64_t now = managed_statistics(&m).bytes_in_use;
            most = now > most ? now : most;
        }
    }
    assert_true(managed_statistics(&m).collections > collections); /* they count as garbage */
    assert_true(most < 32u << 20);
    managed_end(&m);
}

static void still_objects_can_be_pinned(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref bytes = hf_local(m.thread);
        make(&m, 100, bytes);
        uintptr_t where = managed_address(bytes);
        uint64_t before = managed_statistics(&m).objects_moved;
        {
            HF_FENCE(m.thread, fence, bytes, NULL);
            assert_int_equal(hf_collect(m.thread), HF_OK);
        }
        assert_int_equal(hf_collect(m.thread), HF_OK);
        assert_true(managed_address(bytes) == where);
        assert_int_equal(managed_statistics(&m).objects_moved, before);
        assert_int_equal(managed_statistics(&m).objects_live, 1);
        assert_int_equal(hf_heap_check(m.thread), HF_OK);
    }
    managed_end(&m);
}

static void still_objects_respect_the_limit_of_the_heap(void **state)
{
    (void)state;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.heap_limit_bytes = 1u << 20;
    managed m;
    managed_begin(&m, &options);
    {
        HF_FRAME(m.thread);
        hf_ref array = hf_local(m.thread);
        hf_ref bytes = hf_local(m.thread);
        hf_bytes_options immovable = HF_BYTES_OPTIONS_INIT;
        immovable.flags = HF_BYTES_IMMOVABLE;
        assert_int_equal(hf_array_create(m.thread, 2000, array), HF_OK);
        hf_status status = HF_OK;
        unsigned made = 0;
        while (made < 2000 && status == HF_OK) {
            status = hf_bytes_create_with(m.thread, 1000, &immovable, bytes);
            if (status == HF_OK) {
                assert_int_equal(hf_store_at(m.thread, array, made++, bytes), HF_OK);
            }
        }
        assert_int_equal(status, HF_E_LIMIT);
        assert_true(managed_is_stress() || made > 500);
        for (unsigned i = 0; i < made; i++) {
            assert_int_equal(hf_store_at(m.thread, array, i, NULL), HF_OK);
        }
        hf_clear(bytes);
        make(&m, 1000, bytes); /* what died makes room */
        assert_int_equal(hf_heap_check(m.thread), HF_OK);
    }
    managed_end(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(still_objects_stay_while_everything_around_them_comes_and_goes),
        cmocka_unit_test(still_objects_that_died_are_not_found_beside_one_that_lives),
        cmocka_unit_test(still_objects_that_die_at_once_take_no_more_memory_than_others),
        cmocka_unit_test(still_objects_can_be_pinned),
        cmocka_unit_test(still_objects_respect_the_limit_of_the_heap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
