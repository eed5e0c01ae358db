/* SPDX-License-Identifier: MIT */

/*
 * Types: what a descriptor may not say, and whose a type is.
 */

#include "managed.h"

#include "base/alloc.h"
#include "type/type.h"

#include <stddef.h>
#include <string.h>

#define SLOT (uint32_t)sizeof(hf_slot)

static hf_type_descriptor descriptor_of(const hf_field *fields, uint32_t count, uint32_t size)
{
    return (hf_type_descriptor){ (uint32_t)sizeof(hf_type_descriptor), "thing", size, fields,
                                 count };
}

static hf_status register_fields(managed *m, const hf_field *fields, uint32_t count, uint32_t size)
{
    hf_type_descriptor descriptor = descriptor_of(fields, count, size);
    hf_type *type = (hf_type *)(uintptr_t)8;
    hf_status status = hf_type_register(m->runtime, &descriptor, &type);
    assert_true((status == HF_OK) == (type != NULL));
    return status;
}

static void type_refuses_nulls(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    hf_type_descriptor descriptor = descriptor_of(NULL, 0, 8);
    hf_type *type;
    assert_int_equal(hf_type_register(NULL, &descriptor, &type), HF_E_NULL);
    assert_int_equal(hf_type_register(m.runtime, NULL, &type), HF_E_NULL);
    assert_int_equal(hf_type_register(m.runtime, &descriptor, NULL), HF_E_NULL);
    descriptor.name = NULL;
    assert_int_equal(hf_type_register(m.runtime, &descriptor, &type), HF_E_NULL);
    assert_int_equal(register_fields(&m, NULL, 1, 8), HF_E_NULL);
    hf_field unnamed = { NULL, HF_FIELD_WORD, 0, 4 };
    assert_int_equal(register_fields(&m, &unnamed, 1, 8), HF_E_NULL);
    managed_end(&m);
}

static void type_refuses_a_descriptor_of_another_size(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    hf_type_descriptor descriptor = descriptor_of(NULL, 0, 8);
    hf_type *type;
    descriptor.struct_size = 0;
    assert_int_equal(hf_type_register(m.runtime, &descriptor, &type), HF_E_OPTIONS);
    descriptor.struct_size = (uint32_t)sizeof descriptor + 8;
    assert_int_equal(hf_type_register(m.runtime, &descriptor, &type), HF_E_OPTIONS);
    managed_end(&m);
}

static void type_refuses_fields_outside_the_payload(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    const hf_field behind = { "f", HF_FIELD_WORD, 8, 1 };
    const hf_field across = { "f", HF_FIELD_WORD, 5, 4 };
    const hf_field wrapped = { "f", HF_FIELD_WORD, UINT32_MAX - 1, 4 };
    const hf_field huge = { "f", HF_FIELD_WORD, 4, UINT32_MAX };
    const hf_field empty = { "f", HF_FIELD_WORD, 0, 0 };
    assert_int_equal(register_fields(&m, &behind, 1, 8), HF_E_RANGE);
    assert_int_equal(register_fields(&m, &across, 1, 8), HF_E_RANGE);
    assert_int_equal(register_fields(&m, &wrapped, 1, 8), HF_E_RANGE);
    assert_int_equal(register_fields(&m, &huge, 1, 8), HF_E_RANGE);
    assert_int_equal(register_fields(&m, &empty, 1, 8), HF_E_RANGE);
    assert_int_equal(register_fields(&m, NULL, 0, HF_RECORD_SIZE_MAX + 1), HF_E_RANGE);
    assert_int_equal(register_fields(&m, NULL, 0, HF_RECORD_SIZE_MAX), HF_OK);
    managed_end(&m);
}

static void type_refuses_overlap_and_wrong_references(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    const hf_field overlap[] = { { "a", HF_FIELD_WORD, 0, 5 }, { "b", HF_FIELD_WORD, 4, 4 } };
    const hf_field touching[] = { { "a", HF_FIELD_WORD, 0, 4 }, { "b", HF_FIELD_WORD, 4, 4 } };
    const hf_field crooked = { "r", HF_FIELD_REF, SLOT / 2, SLOT };
    const hf_field narrow = { "r", HF_FIELD_REF, 0, SLOT / 2 };
    hf_field strange = { "r", HF_FIELD_WORD, 0, 8 };
    strange.kind = (hf_field_kind)(HF_FIELD_WORD + 1);
    assert_int_equal(register_fields(&m, overlap, 2, 8), HF_E_FIELD);
    assert_int_equal(register_fields(&m, touching, 2, 8), HF_OK);
    assert_int_equal(register_fields(&m, &crooked, 1, 32), HF_E_FIELD);
    assert_int_equal(register_fields(&m, &narrow, 1, 32), HF_E_FIELD);
    assert_int_equal(register_fields(&m, &strange, 1, 32), HF_E_FIELD);
    managed_end(&m);
}

static void type_names_are_those_of_the_descriptors(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    hf_type_descriptor descriptor = descriptor_of(NULL, 0, 0);
    hf_type *type;
    assert_int_equal(hf_type_register(m.runtime, &descriptor, &type), HF_OK);
    assert_string_equal(hf_type_name(type), "thing");
    assert_string_equal(hf_type_name(hfi_type_find(HFI_TYPE_BYTES)), "bytes");
    assert_string_equal(hf_type_name(hfi_type_find(HFI_TYPE_ARRAY)), "array");
    assert_string_equal(hf_type_name(hfi_type_find(HFI_TYPE_RESOURCE)), "resource");
    assert_string_equal(hf_type_name(NULL), "null");
    managed_end(&m);
}

static void type_reference_offsets_are_sorted(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    const hf_field fields[] = { { "c", HF_FIELD_REF, 4 * SLOT, SLOT },
                                { "w", HF_FIELD_WORD, 0, 4 },
                                { "a", HF_FIELD_REF, SLOT, SLOT },
                                { "p", HF_FIELD_POINTER, 3 * SLOT, SLOT },
                                { "b", HF_FIELD_REF, 2 * SLOT, SLOT } };
    hf_type_descriptor descriptor = descriptor_of(fields, 5, 5 * SLOT);
    hf_type *type;
    assert_int_equal(hf_type_register(m.runtime, &descriptor, &type), HF_OK);
    assert_int_equal(type->ref_count, 3);
    assert_int_equal(type->ref_offsets[0], SLOT);
    assert_int_equal(type->ref_offsets[1], 2 * SLOT);
    assert_int_equal(type->ref_offsets[2], 4 * SLOT);
    managed_end(&m);
}

static void type_numbers_run_out_as_a_status_and_are_reused_after_a_runtime(void **state)
{
    (void)state;
    for (int round = 0; round < 2; round++) {
        managed m;
        managed_begin(&m, NULL);
        hf_type_descriptor descriptor = descriptor_of(NULL, 0, 8);
        hf_type *type;
        uint32_t made = 0;
        hf_status status;
        while ((status = hf_type_register(m.runtime, &descriptor, &type)) == HF_OK) {
            made++;
        }
        assert_int_equal(status, HF_E_LIMIT);
        assert_null(type);
        assert_int_equal(made, HFI_TYPES_MAX - HFI_TYPE_FIRST);
        managed_end(&m);
    }
}

static void type_of_another_runtime_makes_no_record(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    hf_runtime *other;
    assert_int_equal(hf_runtime_create(NULL, &other), HF_OK);
    hf_type_descriptor descriptor = descriptor_of(NULL, 0, 8);
    hf_type *own, *foreign;
    assert_int_equal(hf_type_register(m.runtime, &descriptor, &own), HF_OK);
    assert_int_equal(hf_type_register(other, &descriptor, &foreign), HF_OK);
    assert_int_not_equal(own->id, foreign->id);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        assert_int_equal(hf_record_create(m.thread, foreign, ref), HF_E_TYPE);
        assert_int_equal(hf_record_create(m.thread, hfi_type_find(HFI_TYPE_BYTES), ref), HF_E_TYPE);
        assert_true(hf_is_null(ref));
        assert_int_equal(hf_record_create(m.thread, own, ref), HF_OK);
    }
    hf_runtime_destroy(other, NULL);
    managed_end(&m);
}

static void type_without_memory_is_a_status(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    hf_type_descriptor descriptor = descriptor_of(NULL, 0, 8);
    hf_type *type;
    hfi_fault_arm(1, 1);
    hf_status status = hf_type_register(m.runtime, &descriptor, &type);
    hfi_fault_disarm();
    assert_int_equal(status, HF_E_NOMEM);
    assert_null(type);
    managed_end(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(type_refuses_nulls),
        cmocka_unit_test(type_refuses_a_descriptor_of_another_size),
        cmocka_unit_test(type_refuses_fields_outside_the_payload),
        cmocka_unit_test(type_refuses_overlap_and_wrong_references),
        cmocka_unit_test(type_names_are_those_of_the_descriptors),
        cmocka_unit_test(type_reference_offsets_are_sorted),
        cmocka_unit_test(type_numbers_run_out_as_a_status_and_are_reused_after_a_runtime),
        cmocka_unit_test(type_of_another_runtime_makes_no_record),
        cmocka_unit_test(type_without_memory_is_a_status),
    };
    return cmocka_run_group_tests_name("type", tests, NULL, NULL);
}
