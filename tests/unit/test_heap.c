/* SPDX-License-Identifier: MIT */
/* hf-test: timeout=120 */

/*
 * Allocation: every kind at every edge of size, zeroed always, limits, figures.
 */

#include "managed.h"

#include "heap/space.h"

#include <string.h>

#define KIB (size_t)1024

/* ---- helpers ---- */

static bool is_zero(const hf_slot *bytes)
{
    unsigned char piece[256];
    size_t size = hf_bytes_size(bytes);
    for (size_t at = 0; at < size; at += sizeof piece) {
        size_t part = size - at < sizeof piece ? size - at : sizeof piece;
        if (hf_bytes_read(bytes, at, piece, part) != HF_OK) {
            return false;
        }
        for (size_t i = 0; i < part; i++) {
            if (piece[i] != 0) {
                return false;
            }
        }
    }
    return true;
}

static void fill(hf_ref bytes, unsigned char value)
{
    unsigned char piece[256];
    memset(piece, value, sizeof piece);
    size_t size = hf_bytes_size(bytes);
    for (size_t at = 0; at < size; at += sizeof piece) {
        size_t part = size - at < sizeof piece ? size - at : sizeof piece;
        assert_int_equal(hf_bytes_write(bytes, at, piece, part), HF_OK);
    }
}

static const size_t edges[] = { 0,
                                1,
                                15,
                                16,
                                17,
                                239,
                                240,
                                241,
                                256,
                                4096,
                                8 * 1024 - 33,
                                8 * 1024 - 32,
                                8 * 1024 - 17,
                                8 * 1024 - 16,
                                8 * 1024 - 15,
                                8 * 1024,
                                8 * 1024 + 1,
                                64 * 1024,
                                1024 * 1024 - 16,
                                1024 * 1024 };
#define EDGES (sizeof edges / sizeof edges[0])

/* ---- sizes ---- */

static void heap_makes_zeroed_bytes_of_exactly_the_asked_size(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    for (size_t i = 0; i < EDGES; i++) {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        assert_int_equal(hf_bytes_create(m.thread, edges[i], ref), HF_OK);
        assert_false(hf_is_null(ref));
        assert_int_equal(hf_bytes_size(ref), edges[i]);
        assert_true(is_zero(ref));
        fill(ref, 0xa5);
        assert_int_equal(managed_address(ref) % HFI_GRANULE, 0);
        assert_int_equal(hf_heap_check(m.thread), HF_OK);
    }
    managed_end(&m);
}

static void heap_puts_objects_of_up_to_8_kib_in_blocks(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    hfi_heap *heap = hfi_parts_of(m.runtime)->heap;
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        assert_int_equal(hf_bytes_create(m.thread, HFI_SMALL_MAX - 16, ref), HF_OK);
        assert_false(hfi_is_large(heap, managed_address(ref)));
        assert_int_equal(hfi_object_size(heap, managed_address(ref)), HFI_SMALL_MAX);
        assert_int_equal(hf_bytes_create(m.thread, HFI_SMALL_MAX - 15, ref), HF_OK);
        assert_true(hfi_is_large(heap, managed_address(ref)));
    }
    managed_end(&m);
}

static void heap_gives_an_empty_buffer_an_identity(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref a = hf_local(m.thread), b = hf_local(m.thread), c = hf_local(m.thread);
        assert_int_equal(hf_bytes_create(m.thread, 0, a), HF_OK);
        assert_int_equal(hf_bytes_create(m.thread, 0, b), HF_OK);
        hf_copy(c, a);
        assert_false(hf_same(a, b));
        assert_int_equal(hf_collect(m.thread), HF_OK);
        assert_false(hf_same(a, b));
        assert_true(hf_same(a, c));
    }
    managed_end(&m);
}

static void heap_makes_arrays_of_null_at_every_length(void **state)
{
    (void)state;
    const size_t lengths[] = { 0, 1, 2, 31, 1022, 1023, 1024, 100000 };
    managed m;
    managed_begin(&m, NULL);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        HF_FRAME(m.thread);
        hf_ref array = hf_local(m.thread), element = hf_local(m.thread);
        assert_int_equal(hf_array_create(m.thread, lengths[i], array), HF_OK);
        assert_int_equal(hf_array_length(array), lengths[i]);
        for (size_t at = 0; at < lengths[i]; at++) {
            hf_copy(element, array);
            assert_int_equal(hf_load_at(array, at, element), HF_OK);
            assert_true(hf_is_null(element));
        }
        assert_int_equal(hf_heap_check(m.thread), HF_OK);
    }
    managed_end(&m);
}

static void heap_makes_records_of_every_size(void **state)
{
    (void)state;
    static const uint32_t sizes[] = { 0, 1, 8, 9, 8184, 8185, 8192, HF_RECORD_SIZE_MAX };
    static hf_field fields[8];
    static hf_type_descriptor descriptors[8];
    managed m;
    managed_begin(&m, NULL);
    for (size_t i = 0; i < 8; i++) {
        fields[i] = (hf_field){ "all", HF_FIELD_WORD, 0, sizes[i] };
        descriptors[i] = (hf_type_descriptor){ (uint32_t)sizeof(hf_type_descriptor), "sized",
                                               sizes[i], &fields[i], sizes[i] != 0 };
        hf_type *type;
        assert_int_equal(hf_type_register(m.runtime, &descriptors[i], &type), HF_OK);
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        assert_int_equal(hf_record_create(m.thread, type, ref), HF_OK);
        static unsigned char out[HF_RECORD_SIZE_MAX], zero[HF_RECORD_SIZE_MAX];
        memset(out, 1, sizeof out);
        if (sizes[i] != 0) {
            assert_int_equal(hf_get(ref, 0, out, sizes[i]), HF_OK);
            assert_memory_equal(out, zero, sizes[i]);
            memset(out, 7, sizes[i]);
            assert_int_equal(hf_set(ref, 0, out, sizes[i]), HF_OK);
        }
        assert_int_equal(hf_collect(m.thread), HF_OK);
        assert_int_equal(hf_heap_check(m.thread), HF_OK);
        assert_string_equal(hf_object_type_name(m.thread, ref), "sized");
    }
    managed_end(&m);
}

static void heap_aligns_payloads_up_to_a_page(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    for (uint64_t alignment = 1; alignment <= 4096; alignment *= 2) {
        for (size_t i = 0; i < EDGES; i++) {
            HF_FRAME(m.thread);
            hf_ref ref = hf_local(m.thread);
            hf_bytes_options options = HF_BYTES_OPTIONS_INIT;
            options.alignment = alignment;
            assert_int_equal(hf_bytes_create_with(m.thread, edges[i], &options, ref), HF_OK);
            assert_int_equal((managed_address(ref) + 16) % alignment, 0);
            assert_true(is_zero(ref));
            assert_int_equal(hf_collect(m.thread), HF_OK);
            assert_int_equal((managed_address(ref) + 16) % alignment, 0);
            assert_int_equal(hf_bytes_size(ref), edges[i]);
        }
    }
    assert_int_equal(hf_heap_check(m.thread), HF_OK);
    managed_end(&m);
}

static void heap_refuses_wrong_options_and_leaves_the_slot(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        assert_int_equal(hf_bytes_create(m.thread, 1, ref), HF_OK);
        uintptr_t before;
        hf_bytes_options options = HF_BYTES_OPTIONS_INIT;
        before = managed_address(ref);
        options.alignment = 3;
        assert_int_equal(hf_bytes_create_with(m.thread, 1, &options, ref), HF_E_ARGUMENT);
        options.alignment = 8192;
        assert_int_equal(hf_bytes_create_with(m.thread, 1, &options, ref), HF_E_ARGUMENT);
        options.alignment = UINT64_C(1) << 32;
        assert_int_equal(hf_bytes_create_with(m.thread, 1, &options, ref), HF_E_ARGUMENT);
        options.alignment = 0;
        options.flags = 2;
        assert_int_equal(hf_bytes_create_with(m.thread, 1, &options, ref), HF_E_OPTIONS);
        options.flags = 0;
        options.struct_size = 4;
        assert_int_equal(hf_bytes_create_with(m.thread, 1, &options, ref), HF_E_OPTIONS);
        assert_int_equal(managed_address(ref), before);
    }
    managed_end(&m);
}

static void heap_answers_sizes_that_cannot_be_with_a_status(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        const size_t huge[] = { SIZE_MAX, SIZE_MAX - 15, SIZE_MAX - 16, (SIZE_MAX >> 1) + 1 };
        for (size_t i = 0; i < 4; i++) {
            assert_int_equal(hf_bytes_create(m.thread, huge[i], ref), HF_E_OVERFLOW);
            assert_int_equal(hf_array_create(m.thread, huge[i], ref), HF_E_OVERFLOW);
        }
        assert_int_equal(hf_array_create(m.thread, SIZE_MAX / sizeof(hf_slot), ref), HF_E_OVERFLOW);
        assert_int_equal(hf_bytes_create(m.thread, SIZE_MAX >> 1, ref), HF_E_LIMIT);
        assert_int_equal(hf_bytes_create(m.thread, (SIZE_MAX >> 1) - 4096, ref), HF_E_LIMIT);
        assert_true(hf_is_null(ref));
    }
    managed_end(&m);
}

static void heap_places_no_object_across_the_end_of_a_block(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    uint64_t seed = 9;
    for (unsigned i = 0; i < managed_rounds(20000, 500); i++) {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        assert_int_equal(hf_bytes_create(m.thread, managed_random(&seed) % 900, ref), HF_OK);
        uintptr_t first = managed_address(ref);
        uintptr_t last = first + hfi_word_size(hfi_object_word(first)) - 1;
        assert_int_equal(first / HFI_BLOCK_SIZE, last / HFI_BLOCK_SIZE);
    }
    managed_end(&m);
}

/* ---- zeroed, also the second time ---- */

static void heap_zeroes_reused_blocks_holes_and_runs(void **state)
{
    (void)state;
    managed m;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.nursery_bytes = 256 * KIB;
    managed_begin(&m, &options);
    unsigned rounds = managed_rounds(20000, 600);
    uint64_t seed = 1;
    for (unsigned i = 0; i < rounds; i++) {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread), pinned = hf_local(m.thread);
        size_t size = managed_random(&seed) % (i % 50 == 0 ? 40000 : 700);
        assert_int_equal(hf_bytes_create(m.thread, size, ref), HF_OK);
        assert_true(is_zero(ref));
        fill(ref, (unsigned char)(i | 1));
        if (i % 100 == 0) { /* so that blocks get holes */
            hf_copy(pinned, ref);
            hf_span span;
            HF_FENCE(m.thread, fence, pinned, &span);
            assert_int_equal(hf_collect(m.thread), HF_OK);
            for (int more = 0; more < 50; more++) {
                assert_int_equal(hf_bytes_create(m.thread, 500, ref), HF_OK);
                assert_true(is_zero(ref));
                fill(ref, 0x77);
            }
        }
    }
    assert_true(managed_statistics(&m).collections > 0);
    managed_end(&m);
}

/* ---- limits ---- */

static hf_status fill_up(managed *m, hf_ref list, size_t size, size_t *count_out)
{
    hf_status status;
    *count_out = 0;
    for (;;) {
        HF_FRAME(m->thread);
        hf_ref link = hf_local(m->thread), bytes = hf_local(m->thread);
        status = hf_array_create(m->thread, 2, link);
        status = status == HF_OK ? hf_bytes_create(m->thread, size, bytes) : status;
        if (status != HF_OK) {
            return status;
        }
        assert_int_equal(hf_store_at(m->thread, link, 0, list), HF_OK);
        assert_int_equal(hf_store_at(m->thread, link, 1, bytes), HF_OK);
        hf_copy(list, link);
        ++*count_out;
    }
}

static void limit_is_reached_and_left(managed *m, size_t size, size_t least)
{
    for (int round = 0; round < 3; round++) {
        HF_FRAME(m->thread);
        hf_ref list = hf_local(m->thread);
        size_t count;
        assert_int_equal(fill_up(m, list, size, &count), HF_E_LIMIT);
        assert_true(count * size >= least);
        assert_true(managed_statistics(m).bytes_in_use <= 5 * KIB * KIB);
        assert_int_equal(hf_heap_check(m->thread), HF_OK);
        hf_clear(list);
        assert_int_equal(hf_bytes_create(m->thread, 64 * KIB, list), HF_OK);
    }
}

static void heap_answers_its_limit_with_a_status_and_recovers(void **state)
{
    (void)state;
    static const size_t sizes[] = { 100, 8000, 100000, 1000000 };
    for (size_t i = managed_is_stress(); i < 4; i++) {
        hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
        options.heap_limit_bytes = 4 * KIB * KIB;
        options.nursery_bytes = KIB * KIB;
        managed m;
        managed_begin(&m, &options);
        limit_is_reached_and_left(&m, sizes[i], 2 * KIB * KIB);
        managed_end(&m);
    }
}

static void heap_in_a_small_reserve_answers_and_recovers(void **state)
{
    (void)state;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.heap_reserve_bytes = 1;
    options.heap_limit_bytes = UINT64_MAX;
    options.nursery_bytes = KIB * KIB;
    managed m;
    managed_begin(&m, &options);
    for (int round = 0; round < 3; round++) {
        HF_FRAME(m.thread);
        hf_ref list = hf_local(m.thread);
        size_t count;
        assert_int_equal(fill_up(&m, list, managed_is_stress() ? 7000 : 500, &count), HF_E_LIMIT);
        assert_true(count > 400);
        assert_int_equal(hf_heap_check(m.thread), HF_OK);
        assert_int_equal(hf_collect(m.thread), HF_OK);
    }
    managed_end(&m);
}

/* ---- figures ---- */

static void statistics_count_what_happened(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref a = hf_local(m.thread), b = hf_local(m.thread);
        assert_int_equal(hf_bytes_create(m.thread, 100, a), HF_OK);
        assert_int_equal(hf_bytes_create(m.thread, 100000, b), HF_OK);
        hf_heap_statistics before = managed_statistics(&m);
        hf_span span;
        HF_FENCE(m.thread, fence, b, &span);
        assert_int_equal(hf_collect(m.thread), HF_OK);
        hf_heap_statistics after = managed_statistics(&m);
        assert_int_equal(after.collections, before.collections + 1);
        assert_int_equal(after.objects_moved, before.objects_moved + 1);
        assert_int_equal(after.bytes_moved, before.bytes_moved + 128);
        assert_int_equal(after.objects_live, 2);
        assert_int_equal(after.pinned_last, 1);
        assert_in_range(after.bytes_live, 100128, 100128 + 8192);
        assert_true(after.bytes_in_use >= after.bytes_live);
        assert_true(after.bytes_committed >= after.bytes_in_use);
        assert_true(after.stop_ns_total >= after.stop_ns_max);
    }
    assert_int_equal(hf_collect(m.thread), HF_OK);
    assert_int_equal(managed_statistics(&m).objects_live, 0);
    assert_int_equal(managed_statistics(&m).bytes_in_use, 0);
    managed_end(&m);
}

static void statistics_refuse_what_they_do_not_know(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    hf_heap_statistics statistics = HF_HEAP_STATISTICS_INIT;
    assert_int_equal(hf_heap_statistics_get(NULL, &statistics), HF_E_NULL);
    assert_int_equal(hf_heap_statistics_get(m.runtime, NULL), HF_E_NULL);
    statistics.struct_size--;
    assert_int_equal(hf_heap_statistics_get(m.runtime, &statistics), HF_E_OPTIONS);
    managed_end(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heap_makes_zeroed_bytes_of_exactly_the_asked_size),
        cmocka_unit_test(heap_puts_objects_of_up_to_8_kib_in_blocks),
        cmocka_unit_test(heap_gives_an_empty_buffer_an_identity),
        cmocka_unit_test(heap_makes_arrays_of_null_at_every_length),
        cmocka_unit_test(heap_makes_records_of_every_size),
        cmocka_unit_test(heap_aligns_payloads_up_to_a_page),
        cmocka_unit_test(heap_refuses_wrong_options_and_leaves_the_slot),
        cmocka_unit_test(heap_answers_sizes_that_cannot_be_with_a_status),
        cmocka_unit_test(heap_places_no_object_across_the_end_of_a_block),
        cmocka_unit_test(heap_zeroes_reused_blocks_holes_and_runs),
        cmocka_unit_test(heap_answers_its_limit_with_a_status_and_recovers),
        cmocka_unit_test(heap_in_a_small_reserve_answers_and_recovers),
        cmocka_unit_test(statistics_count_what_happened),
        cmocka_unit_test(statistics_refuse_what_they_do_not_know),
    };
    return cmocka_run_group_tests_name("heap", tests, NULL, NULL);
}
