/* SPDX-License-Identifier: MIT */
/* hf-test: timeout=120 */

/*
 * Moving: everything unpinned does, what is pinned keeps its address and only its lines, what was
 * born immovable never moves, and hf_heap_check() finds what a stray write breaks.
 */

#include "managed.h"

#include "heap/space.h"

#include <string.h>

#define MANY 300

static void write_number(hf_ref bytes, uint32_t number)
{
    assert_int_equal(hf_bytes_write(bytes, 0, &number, sizeof number), HF_OK);
}

static uint32_t read_number(const hf_slot *bytes)
{
    uint32_t number = 0;
    assert_int_equal(hf_bytes_read(bytes, 0, &number, sizeof number), HF_OK);
    return number;
}

/* Fills `array` with numbered buffers of `size` bytes and notes where they are. */
static void make_many(managed *m, hf_ref array, size_t size, uintptr_t *where)
{
    assert_int_equal(hf_array_create(m->thread, MANY, array), HF_OK);
    HF_FRAME(m->thread);
    hf_ref bytes = hf_local(m->thread);
    for (uint32_t i = 0; i < MANY; i++) {
        assert_int_equal(hf_bytes_create(m->thread, size, bytes), HF_OK);
        write_number(bytes, i);
        assert_int_equal(hf_store_at(m->thread, array, i, bytes), HF_OK);
    }
    for (uint32_t i = 0; i < MANY; i++) {
        assert_int_equal(hf_load_at(array, i, bytes), HF_OK);
        where[i] = managed_address(bytes);
    }
}

/* How many are elsewhere now; all must be what they were. */
static unsigned count_moved(managed *m, hf_ref array, const uintptr_t *where)
{
    unsigned moved = 0;
    HF_FRAME(m->thread);
    hf_ref bytes = hf_local(m->thread);
    for (uint32_t i = 0; i < MANY; i++) {
        assert_int_equal(hf_load_at(array, i, bytes), HF_OK);
        assert_int_equal(read_number(bytes), i);
        moved += managed_address(bytes) != where[i];
    }
    return moved;
}

static void heap_moves_every_small_object_that_nobody_pinned(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref array = hf_local(m.thread);
        uintptr_t where[MANY];
        make_many(&m, array, 100, where);
        assert_int_equal(hf_collect(m.thread), HF_OK);
        assert_int_equal(count_moved(&m, array, where), MANY);
        assert_int_equal(hf_heap_check(m.thread), HF_OK);
    }
    managed_end(&m);
}

static void heap_moves_everything_around_a_pinned_object(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref array = hf_local(m.thread), chosen = hf_local(m.thread);
        uintptr_t where[MANY];
        make_many(&m, array, 24, where);
        assert_int_equal(hf_load_at(array, MANY / 2, chosen), HF_OK);
        hf_span span;
        HF_FENCE(m.thread, fence, chosen, &span);
        assert_int_equal(hf_fence_status(&fence), HF_OK);
        assert_int_equal(hf_collect(m.thread), HF_OK);
        assert_int_equal(managed_address(chosen), where[MANY / 2]);
        assert_int_equal(count_moved(&m, array, where), MANY - 1);
        assert_int_equal(hf_heap_check(m.thread), HF_OK);
        assert_int_equal(hf_fence_end(&fence), HF_OK);
        assert_int_equal(hf_collect(m.thread), HF_OK);
        assert_int_equal(count_moved(&m, array, where), MANY);
    }
    managed_end(&m);
}

static void heap_keeps_only_the_lines_of_a_pinned_object(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    hfi_heap *heap = hfi_parts_of(m.runtime)->heap;
    const size_t sizes[] = { 1, 200, 256, 700, 8000 };
    for (size_t i = 0; i < 5; i++) {
        HF_FRAME(m.thread);
        hf_ref before = hf_local(m.thread), bytes = hf_local(m.thread);
        assert_int_equal(hf_bytes_create(m.thread, 40, before), HF_OK);
        assert_int_equal(hf_bytes_create(m.thread, sizes[i], bytes), HF_OK);
        HF_FENCE(m.thread, fence, bytes, NULL);
        assert_int_equal(hf_collect(m.thread), HF_OK);
        uintptr_t first = managed_address(bytes);
        uintptr_t last = first + hfi_object_size(heap, first) - 1;
        uint32_t index = hfi_block_index(heap, first);
        unsigned lines = 0;
        for (size_t line = 0; line < HFI_LINES_PER_BLOCK; line++) {
            lines += hfi_block_lines(heap, index)[line];
        }
        assert_int_equal(lines, last / HFI_LINE_SIZE - first / HFI_LINE_SIZE + 1);
        assert_int_equal(hfi_block_at(heap, index)->marked_lines, lines);
    }
    managed_end(&m);
}

static void heap_allocates_in_the_holes_of_a_pinned_block(void **state)
{
    (void)state;
    if (managed_is_stress()) {
        skip(); /* under stress holes stay empty, so that stale addresses there show */
    }
    managed m;
    managed_begin(&m, NULL);
    hfi_heap *heap = hfi_parts_of(m.runtime)->heap;
    {
        HF_FRAME(m.thread);
        hf_ref pinned = hf_local(m.thread), bytes = hf_local(m.thread);
        assert_int_equal(hf_bytes_create(m.thread, 5000, bytes), HF_OK);
        assert_int_equal(hf_bytes_create(m.thread, 40, pinned), HF_OK);
        write_number(pinned, 4711);
        HF_FENCE(m.thread, fence, pinned, NULL);
        assert_int_equal(hf_collect(m.thread), HF_OK);
        uint32_t block = hfi_block_index(heap, managed_address(pinned));
        unsigned here = 0;
        for (int i = 0; i < 200; i++) {
            assert_int_equal(hf_bytes_create(m.thread, 100, bytes), HF_OK);
            memset(hfi_payload_16(managed_address(bytes)), 0xee, 100);
            here += hfi_block_index(heap, managed_address(bytes)) == block;
        }
        assert_true(here > 100);
        assert_int_equal(read_number(pinned), 4711);
    }
    managed_end(&m);
}

static void heap_never_moves_what_was_born_immovable(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    const size_t sizes[] = { 0, 1, 100, 5000, 9000, 100000 };
    {
        HF_FRAME(m.thread);
        hf_ref bytes[6];
        uintptr_t where[6];
        for (size_t i = 0; i < 6; i++) {
            hf_bytes_options options = HF_BYTES_OPTIONS_INIT;
            options.flags = HF_BYTES_IMMOVABLE;
            bytes[i] = hf_local(m.thread);
            assert_int_equal(hf_bytes_create_with(m.thread, sizes[i], &options, bytes[i]), HF_OK);
            where[i] = managed_address(bytes[i]);
        }
        for (int round = 0; round < 20; round++) {
            assert_int_equal(hf_collect(m.thread), HF_OK);
        }
        for (size_t i = 0; i < 6; i++) {
            assert_int_equal(managed_address(bytes[i]), where[i]);
        }
        assert_int_equal(hf_heap_check(m.thread), HF_OK);
    }
    assert_int_equal(hf_collect(m.thread), HF_OK);
    assert_int_equal(managed_statistics(&m).bytes_in_use, 0);
    managed_end(&m);
}

static void heap_moves_large_objects_under_stress_alone(void **state)
{
    (void)state;
    for (uint32_t every = 0; every <= 1000000; every += 1000000) {
        hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
        options.stress_every = every;
        managed m;
        managed_begin(&m, &options);
        {
            HF_FRAME(m.thread);
            hf_ref bytes = hf_local(m.thread);
            assert_int_equal(hf_bytes_create(m.thread, 100000, bytes), HF_OK);
            write_number(bytes, 99);
            uintptr_t where = managed_address(bytes);
            assert_int_equal(hf_collect(m.thread), HF_OK);
            bool is_stress = every != 0 || managed_is_stress();
            assert_int_equal(managed_address(bytes) != where, is_stress);
            assert_int_equal(read_number(bytes), 99);
            where = managed_address(bytes);
            HF_FENCE(m.thread, fence, bytes, NULL);
            assert_int_equal(hf_collect(m.thread), HF_OK);
            assert_int_equal(managed_address(bytes), where);
        }
        managed_end(&m);
    }
}

static void heap_traces_large_arrays_and_records_by_their_fields(void **state)
{
    (void)state;
    static hf_field fields[] = { { "far", HF_FIELD_REF, 65536 - sizeof(hf_slot), sizeof(hf_slot) },
                                 { "raw", HF_FIELD_POINTER, 0, sizeof(void *) } };
    static const hf_type_descriptor descriptor = { (uint32_t)sizeof(hf_type_descriptor), "big",
                                                   65536, fields, 2 };
    managed m;
    managed_begin(&m, NULL);
    {
        hf_type *type;
        assert_int_equal(hf_type_register(m.runtime, &descriptor, &type), HF_OK);
        HF_FRAME(m.thread);
        hf_ref record = hf_local(m.thread), array = hf_local(m.thread), bytes = hf_local(m.thread);
        assert_int_equal(hf_record_create(m.thread, type, record), HF_OK);
        assert_int_equal(hf_array_create(m.thread, 5000, array), HF_OK);
        assert_int_equal(hf_bytes_create(m.thread, 8, bytes), HF_OK);
        write_number(bytes, 7);
        void *raw = (void *)(uintptr_t)managed_address(bytes);
        assert_int_equal(hf_set(record, 1, &raw, sizeof raw), HF_OK);
        assert_int_equal(hf_store_at(m.thread, array, 4999, bytes), HF_OK);
        assert_int_equal(hf_store(m.thread, record, 0, array), HF_OK);
        hf_clear(array);
        hf_clear(bytes);
        assert_int_equal(hf_collect(m.thread), HF_OK);
        assert_int_equal(hf_load(record, 0, array), HF_OK);
        assert_int_equal(hf_load_at(array, 4999, bytes), HF_OK);
        assert_int_equal(read_number(bytes), 7);
        void *after;
        assert_int_equal(hf_get(record, 1, &after, sizeof after), HF_OK);
        assert_ptr_equal(after, raw); /* a raw pointer is not looked at */
        assert_ptr_not_equal(after, (void *)managed_address(bytes));
    }
    managed_end(&m);
}

static void heap_frees_cycles(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref a = hf_local(m.thread), b = hf_local(m.thread);
        assert_int_equal(hf_array_create(m.thread, 1, a), HF_OK);
        assert_int_equal(hf_array_create(m.thread, 5000, b), HF_OK);
        assert_int_equal(hf_store_at(m.thread, a, 0, b), HF_OK);
        assert_int_equal(hf_store_at(m.thread, b, 0, a), HF_OK);
        assert_int_equal(hf_store_at(m.thread, b, 1, b), HF_OK);
        assert_int_equal(hf_collect(m.thread), HF_OK);
        assert_int_equal(managed_statistics(&m).objects_live, 2);
    }
    assert_int_equal(hf_collect(m.thread), HF_OK);
    assert_int_equal(managed_statistics(&m).objects_live, 0);
    managed_end(&m);
}

static void heap_poisons_what_was_around_a_pinned_object_under_stress(void **state)
{
    (void)state;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.stress_every = 1000000;
    managed m;
    managed_begin(&m, &options);
    {
        HF_FRAME(m.thread);
        hf_ref near = hf_local(m.thread), pinned = hf_local(m.thread), far = hf_local(m.thread);
        assert_int_equal(hf_bytes_create(m.thread, 32, near), HF_OK);
        assert_int_equal(hf_bytes_create(m.thread, 32, pinned), HF_OK);
        assert_int_equal(hf_bytes_create(m.thread, 1000, far), HF_OK);
        HF_FENCE(m.thread, fence, pinned, NULL);
        const unsigned char *old_near = hfi_payload_16(managed_address(near));
        const unsigned char *old_far = hfi_payload_16(managed_address(far));
        assert_int_equal(hf_collect(m.thread), HF_OK);
        assert_int_equal(old_near[0], HFI_POISON);
        assert_int_equal(old_near[31], HFI_POISON);
        assert_int_equal(old_far[999], HFI_POISON);
        assert_int_equal(hf_bytes_size(pinned), 32);
    }
    managed_end(&m);
}

/* ---- the verifier ---- */

static void plant(managed *m, hf_ref slot, uintptr_t word, const char *words)
{
    uintptr_t good = slot->word_;
    slot->word_ = word;
    assert_int_equal(hf_heap_check(m->thread), HF_E_MISUSE);
    managed_expect(m, "hf_heap_check", words);
    slot->word_ = good;
    assert_int_equal(hf_heap_check(m->thread), HF_OK);
}

static void check_finds_slots_that_hold_no_object(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    hfi_heap *heap = hfi_parts_of(m.runtime)->heap;
    {
        HF_FRAME(m.thread);
        hf_ref small = hf_local(m.thread), large = hf_local(m.thread);
        assert_int_equal(hf_bytes_create(m.thread, 64, small), HF_OK);
        assert_int_equal(hf_bytes_create(m.thread, 64000, large), HF_OK);
        plant(&m, small, 16, "no object's address");
        plant(&m, small, heap->end, "no object's address");
        plant(&m, small, heap->small_end, "no object's address");
        plant(&m, small, managed_address(small) + 8, "no object's address");
        plant(&m, small, heap->base + 16, "not in use");
        plant(&m, large, managed_address(large) + 16, "inside of a large object");
    }
    managed_end(&m);
}

static void check_finds_broken_headers_and_lengths(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    for (size_t size = 64; size < 100000; size += 64000) {
        HF_FRAME(m.thread);
        hf_ref bytes = hf_local(m.thread);
        assert_int_equal(hf_bytes_create(m.thread, size, bytes), HF_OK);
        HF_FENCE(m.thread, fence, bytes, NULL);
        uint64_t *word = (uint64_t *)managed_address(bytes);
        const uint64_t good = word[0], length = word[1];
        const uint64_t bad[] = { good | HFI_FORWARDED, good | UINT64_C(0xffff) << HFI_TYPE_SHIFT,
                                 good ^ UINT64_C(0x400) << HFI_SIZE_SHIFT };
        for (size_t i = 0; i < 3; i++) {
            word[0] = bad[i];
            assert_int_equal(hf_heap_check(m.thread), HF_E_MISUSE);
            managed_expect(&m, "hf_heap_check", " at ");
        }
        word[0] = good;
        const uint64_t lengths[] = { length + 100000, UINT64_MAX, UINT64_MAX / 8 + 3 };
        for (size_t i = 0; i < 3; i++) {
            word[1] = lengths[i];
            assert_int_equal(hf_heap_check(m.thread), HF_E_MISUSE);
            managed_expect(&m, "hf_heap_check", "in the header does not");
        }
        word[1] = length;
        assert_int_equal(hf_heap_check(m.thread), HF_OK);
    }
    managed_end(&m);
}

static void check_finds_lists_and_runs_that_do_not_add_up(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    hfi_heap *heap = hfi_parts_of(m.runtime)->heap;
    {
        HF_FRAME(m.thread);
        hf_ref bytes = hf_local(m.thread);
        assert_int_equal(hf_bytes_create(m.thread, 64, bytes), HF_OK);
        heap->free.count++;
        assert_int_equal(hf_heap_check(m.thread), HF_E_MISUSE);
        managed_expect(&m, "hf_heap_check", "lists of blocks");
        heap->free.count--;
        heap->large_bytes += 4096;
        assert_int_equal(hf_heap_check(m.thread), HF_E_MISUSE);
        managed_expect(&m, "hf_heap_check", "page runs");
        heap->large_bytes -= 4096;
    }
    managed_end(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heap_moves_every_small_object_that_nobody_pinned),
        cmocka_unit_test(heap_moves_everything_around_a_pinned_object),
        cmocka_unit_test(heap_keeps_only_the_lines_of_a_pinned_object),
        cmocka_unit_test(heap_allocates_in_the_holes_of_a_pinned_block),
        cmocka_unit_test(heap_never_moves_what_was_born_immovable),
        cmocka_unit_test(heap_moves_large_objects_under_stress_alone),
        cmocka_unit_test(heap_traces_large_arrays_and_records_by_their_fields),
        cmocka_unit_test(heap_frees_cycles),
        cmocka_unit_test(heap_poisons_what_was_around_a_pinned_object_under_stress),
        cmocka_unit_test(check_finds_slots_that_hold_no_object),
        cmocka_unit_test(check_finds_broken_headers_and_lengths),
        cmocka_unit_test(check_finds_lists_and_runs_that_do_not_add_up),
    };
    return cmocka_run_group_tests_name("heap_move", tests, NULL, NULL);
}
