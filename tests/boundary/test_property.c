/* SPDX-License-Identifier: MIT */

/* Properties by their type: each type's value, single values of arrays, sizes and texts that do
 * not fit the type. */

#include "property_samples.h"

static void make_bytes(hf_test_runtime *t, const void *from, size_t size, hf_ref bytes)
{
    assert_int_equal(hf_bytes_create(t->thread, size, bytes), HF_OK);
    if (size != 0) {
        assert_int_equal(hf_bytes_write(bytes, 0, from, size), HF_OK);
    }
}

static void each_type_says_what_its_bytes_mean(void **state)
{
    hf_test_runtime *t = *state;
    for (size_t i = 0; i < PROPERTY_SAMPLES; i++) {
        const property_sample *sample = &property_samples[i];
        HF_FRAME(t->thread);
        hf_ref bytes = hf_local(t->thread);
        hf_ref property = hf_local(t->thread);
        make_bytes(t, sample->bytes, sample->size, bytes);
        assert_int_equal(hf_property_decode(t->thread, sample->type, bytes, property), HF_OK);
        assert_property(t, property, sample);
        assert_int_equal(hf_collect(t->thread), HF_OK);
        assert_property(t, property, sample);
    }
}

static void every_value_of_an_array_is_read(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    static const int32_t numbers[] = { 5, -6, 7 };
    hf_ref bytes = hf_local(t->thread);
    hf_ref property = hf_local(t->thread);
    hf_property_item item;
    make_bytes(t, numbers, sizeof numbers, bytes);
    assert_int_equal(
        hf_property_decode(t->thread, HF_PROPERTY_IS_INT32 | HF_PROPERTY_ARRAY, bytes, property),
        HF_OK);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(hf_property_item_get(t->thread, property, i, &item), HF_OK);
        assert_int_equal(item.number, numbers[i]);
    }
    assert_int_equal(hf_property_item_get(t->thread, property, 3, &item), HF_E_RANGE);
    assert_int_equal(item.number, 0);

    hf_property_key keys[2] = { sample_key, sample_key };
    keys[1].id = 0xffffffffu;
    make_bytes(t, keys, sizeof keys, bytes);
    assert_int_equal(
        hf_property_decode(t->thread, HF_PROPERTY_IS_KEY | HF_PROPERTY_ARRAY, bytes, property),
        HF_OK);
    assert_int_equal(hf_property_item_get(t->thread, property, 1, &item), HF_OK);
    assert_memory_equal(&item.key, &keys[1], sizeof item.key);
}

static void text_and_other_objects_have_no_items(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref bytes = hf_local(t->thread);
    hf_ref property = hf_local(t->thread);
    hf_property_item item;
    make_bytes(t, u"x", 4, bytes);
    assert_int_equal(hf_property_decode(t->thread, HF_PROPERTY_IS_STRING, bytes, property), HF_OK);
    assert_int_equal(hf_property_item_get(t->thread, property, 0, &item), HF_E_TYPE);
    assert_int_equal(hf_property_item_get(t->thread, bytes, 0, &item), HF_E_TYPE);
    assert_int_equal(hf_property_item_get(t->thread, NULL, 0, &item), HF_E_NULL);
}

static void decimals_are_written_with_all_their_digits(void **state)
{
    hf_test_runtime *t = *state;
    static const struct {
        sample_decimal value;
        const char *text; /* NULL: it means nothing */
    } all[] = {
        { { 0, 0, 0, 0, 0 }, "0" },
        { { 0, 2, 0, 0, 5 }, "0.05" },
        { { 0, 3, 0, 0, 0 }, "0.000" },
        { { 0, 0, 0x80, UINT32_MAX, UINT64_MAX }, "-79228162514264337593543950335" },
        { { 0, 28, 0, UINT32_MAX, UINT64_MAX }, "7.9228162514264337593543950335" },
        { { 0, 29, 0, 0, 1 }, NULL },
        { { 0, 0, 1, 0, 1 }, NULL },
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        HF_FRAME(t->thread);
        hf_ref bytes = hf_local(t->thread);
        hf_ref property = hf_local(t->thread);
        char seen[64] = { 0 };
        make_bytes(t, &all[i].value, 16, bytes);
        assert_int_equal(hf_property_decode(t->thread, HF_PROPERTY_IS_DECIMAL, bytes, property),
                         HF_OK);
        assert_int_equal(hf_load(property, HF_PROPERTY_VALUE, bytes), HF_OK);
        assert_int_equal(hf_is_null(bytes), all[i].text == NULL);
        if (all[i].text) {
            sample_read(bytes, seen, sizeof seen);
            assert_string_equal(seen, all[i].text);
        }
    }
}

static void bytes_that_are_no_value_of_the_type_are_refused(void **state)
{
    hf_test_runtime *t = *state;
    static const struct {
        uint32_t type;
        size_t size;
    } all[] = {
        { HF_PROPERTY_IS_UINT32, 3 },
        { HF_PROPERTY_IS_UINT32, 0 },
        { HF_PROPERTY_IS_UINT64, 12 },
        { HF_PROPERTY_IS_EMPTY, 1 },
        { HF_PROPERTY_IS_BOOLEAN, 2 },
        { HF_PROPERTY_IS_KEY, 16 },
        { HF_PROPERTY_IS_GUID | HF_PROPERTY_ARRAY, 24 },
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        HF_FRAME(t->thread);
        hf_ref bytes = hf_local(t->thread);
        hf_ref property = hf_local(t->thread);
        static const char zeros[32];
        make_bytes(t, zeros, all[i].size, bytes);
        assert_int_equal(hf_property_decode(t->thread, all[i].type, bytes, property), HF_E_TYPE);
        assert_true(hf_is_null(property));
        hf_test_expect_report(t, HF_E_TYPE, "hf_property_decode", "value");
    }
}

static void bad_text_is_refused_and_a_missing_nul_is_not(void **state)
{
    hf_test_runtime *t = *state;
    static const uint16_t lonely[] = { 'a', 0xd800, 'b', 0 };
    static const uint16_t plain[] = { 'a', 'b', 0x100 };
    static const uint32_t types[] = { HF_PROPERTY_IS_STRING, HF_PROPERTY_IS_STRING_LIST };
    for (size_t i = 0; i < 2; i++) {
        HF_FRAME(t->thread);
        hf_ref bytes = hf_local(t->thread);
        hf_ref property = hf_local(t->thread);
        make_bytes(t, lonely, sizeof lonely, bytes);
        assert_int_equal(hf_property_decode(t->thread, types[i], bytes, property), HF_E_UTF);
        hf_test_expect_report(t, HF_E_UTF, "hf_property_decode", "value");
        assert_true(hf_is_null(property));
        make_bytes(t, plain, 5, bytes);
        assert_int_equal(hf_property_decode(t->thread, types[i], bytes, property), HF_E_UTF);
        hf_test_expect_report(t, HF_E_UTF, "hf_property_decode", "value");
        property_sample sample = { types[i], plain, 4, 1, 0, 0.0, i == 0 ? "ab" : "ab|" };
        make_bytes(t, plain, 4, bytes);
        assert_int_equal(hf_property_decode(t->thread, types[i], bytes, property), HF_OK);
        assert_property(t, property, &sample);
        make_bytes(t, NULL, 0, bytes);
        sample = (property_sample){ types[i], NULL, 0, i == 0, 0, 0.0, "" };
        assert_int_equal(hf_property_decode(t->thread, types[i], bytes, property), HF_OK);
        assert_property(t, property, &sample);
    }
}

static void what_no_type_says_stays_bytes(void **state)
{
    hf_test_runtime *t = *state;
    static const uint32_t types[] = {
        0x1a,
        0x123,
        0x80000007u,
        0x4007,
        HF_PROPERTY_IS_STRING | HF_PROPERTY_ARRAY,
        HF_PROPERTY_IS_UINT32 | HF_PROPERTY_LIST,
        HF_PROPERTY_IS_STRING_LIST | HF_PROPERTY_ARRAY,
        HF_PROPERTY_IS_NULL | HF_PROPERTY_ARRAY,
        HF_PROPERTY_IS_SECURITY_DESCRIPTOR | HF_PROPERTY_LIST,
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        HF_FRAME(t->thread);
        hf_ref bytes = hf_local(t->thread);
        hf_ref property = hf_local(t->thread);
        property_sample sample = { types[i], "abcde", 5, 0, 0, 0.0, NULL };
        make_bytes(t, sample.bytes, sample.size, bytes);
        assert_int_equal(hf_property_decode(t->thread, types[i], bytes, property), HF_OK);
        assert_property(t, property, &sample);
        hf_property_item item;
        assert_int_equal(hf_property_item_get(t->thread, property, 0, &item), HF_E_RANGE);
    }
}

static void values_of_the_registry_are_read_by_their_own_types(void **state)
{
    hf_test_runtime *t = *state;
    static const unsigned char big[] = { 1, 2, 3, 4 };
    static const uint32_t number = 0xfffffffeu;
    static const property_sample all[] = {
        { HF_VALUE_NONE, "abc", 3, 0, 0, 0.0, NULL },
        { HF_VALUE_TEXT, u"text", 10, 1, 0, 0.0, "text" },
        { HF_VALUE_EXPANDABLE, u"%X%", 8, 1, 0, 0.0, "%X%" },
        { HF_VALUE_BYTES, "\x05\x06", 2, 2, 5, 5.0, NULL },
        { HF_VALUE_NUMBER, &number, 4, 1, 0xfffffffell, 4294967294.0, NULL },
        { HF_VALUE_NUMBER_BIG_ENDIAN, big, 4, 1, 0x01020304, 16909060.0, NULL },
        { HF_VALUE_LINK, u"to", 4, 1, 0, 0.0, "to" },
    };
    HF_FRAME(t->thread);
    hf_ref bytes = hf_local(t->thread);
    hf_ref property = hf_local(t->thread);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        make_bytes(t, all[i].bytes, all[i].size, bytes);
        assert_int_equal(hf_property_decode_value(t->thread, all[i].type, bytes, property), HF_OK);
        assert_property(t, property, &all[i]);
    }
    make_bytes(t, u"a\0b\0", 10, bytes);
    assert_int_equal(hf_property_decode_value(t->thread, HF_VALUE_TEXTS, bytes, property), HF_OK);
    char seen[32];
    assert_int_equal(hf_load(property, HF_PROPERTY_VALUE, bytes), HF_OK);
    sample_join(t, bytes, seen, sizeof seen);
    assert_string_equal(seen, "a|b|");
    make_bytes(t, "abc", 3, bytes);
    assert_int_equal(hf_property_decode_value(t->thread, HF_VALUE_NUMBER_64, bytes, property),
                     HF_E_TYPE);
    hf_test_expect_report(t, HF_E_TYPE, "hf_property_decode_value", "value");
}

static void what_is_no_buffer_is_refused(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref property = hf_local(t->thread);
    hf_ref array = hf_local(t->thread);
    assert_int_equal(hf_array_create(t->thread, 1, array), HF_OK);
    assert_int_not_equal(hf_property_decode(t->thread, 0, array, property), HF_OK);
    assert_int_not_equal(hf_property_decode(t->thread, 0, NULL, property), HF_OK);
    assert_int_equal(hf_property_decode(t->thread, 0, array, NULL), HF_E_SLOTS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_type_says_what_its_bytes_mean),
        TEST(every_value_of_an_array_is_read),
        TEST(text_and_other_objects_have_no_items),
        TEST(decimals_are_written_with_all_their_digits),
        TEST(bytes_that_are_no_value_of_the_type_are_refused),
        TEST(bad_text_is_refused_and_a_missing_nul_is_not),
        TEST(what_no_type_says_stays_bytes),
        TEST(values_of_the_registry_are_read_by_their_own_types),
        TEST(what_is_no_buffer_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
