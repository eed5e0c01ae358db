/* SPDX-License-Identifier: MIT */
/*
 * A value of each type that a property may have, and what it means.
 */
#ifndef HOLDFAST_TESTS_PROPERTY_SAMPLES_H
#define HOLDFAST_TESTS_PROPERTY_SAMPLES_H

#include "runtime.h"

#include <string.h>
#include <uchar.h>

typedef struct property_sample {
    uint32_t type;
    const void *bytes;
    size_t size;
    uint32_t count;
    int64_t number;
    double real;
    const char *value; /* NULL: none; of a list the texts, each followed by a bar */
} property_sample;

static const hf_property_key sample_key = {
    { 0x6a55b5a6, 0x3f65, 0x11db, { 0xb7, 0x04, 0x00, 0x11, 0x95, 0x5c, 0x2b, 0xdb } }, 7
};

#define SAMPLE_GUID "{6a55b5a6-3f65-11db-b704-0011955c2bdb}"

/* 16 bytes as the system has them: reserved, scale, sign, the high 32 bits, the low 64. */
typedef struct sample_decimal {
    uint16_t reserved;
    uint8_t scale, sign;
    uint32_t high;
    uint64_t low;
} sample_decimal;

/* clang-format off */
#define SAMPLE_ARRAY(c_type, ...) ((const c_type[]){ __VA_ARGS__ })
#define SAMPLE_ONE(type, c_type, bits, number, real)                                               \
    { type, SAMPLE_ARRAY(c_type, bits), sizeof(c_type), 1, number, real, NULL }
#define SAMPLE_TEXT(type, text, value) { type, text, sizeof(text), 1, 0, 0.0, value }
#define SAMPLE_LIST(type, text, count, value) { type, text, sizeof(text), count, 0, 0.0, value }
/* clang-format on */

static const property_sample property_samples[] = {
    { HF_PROPERTY_IS_EMPTY, NULL, 0, 0, 0, 0.0, NULL },
    { HF_PROPERTY_IS_NULL, NULL, 0, 0, 0, 0.0, NULL },
    SAMPLE_ONE(HF_PROPERTY_IS_INT8, int8_t, -100, -100, -100.0),
    SAMPLE_ONE(HF_PROPERTY_IS_UINT8, uint8_t, 200, 200, 200.0),
    SAMPLE_ONE(HF_PROPERTY_IS_INT16, int16_t, -30000, -30000, -30000.0),
    SAMPLE_ONE(HF_PROPERTY_IS_UINT16, uint16_t, 60000, 60000, 60000.0),
    SAMPLE_ONE(HF_PROPERTY_IS_INT32, int32_t, INT32_MIN, INT32_MIN, -2147483648.0),
    SAMPLE_ONE(HF_PROPERTY_IS_UINT32, uint32_t, 0xfedcba98u, 0xfedcba98ll, 4275878552.0),
    SAMPLE_ONE(HF_PROPERTY_IS_INT64, int64_t, INT64_MIN, INT64_MIN, -9223372036854775808.0),
    SAMPLE_ONE(HF_PROPERTY_IS_UINT64, uint64_t, UINT64_MAX, -1, 18446744073709551616.0),
    SAMPLE_ONE(HF_PROPERTY_IS_FLOAT, float, 0.15625f, 0, 0.15625),
    SAMPLE_ONE(HF_PROPERTY_IS_DOUBLE, double, -2.5e300, 0, -2.5e300),
    { HF_PROPERTY_IS_DECIMAL, &(const sample_decimal){ 0, 2, 0x80, 0, 12345 }, 16, 1, 0, -123.45,
      "-123.45" },
    { HF_PROPERTY_IS_GUID, &sample_key.format, 16, 1, 0, 0.0, SAMPLE_GUID },
    SAMPLE_ONE(HF_PROPERTY_IS_CURRENCY, int64_t, -125000, -125000, -12.5),
    SAMPLE_ONE(HF_PROPERTY_IS_DATE, double, 45000.25, 0, 45000.25),
    SAMPLE_ONE(HF_PROPERTY_IS_FILETIME, uint64_t, 132539328000000000u, 132539328000000000,
               132539328000000000.0),
    SAMPLE_ONE(HF_PROPERTY_IS_BOOLEAN, int8_t, -1, 1, 1.0),
    SAMPLE_ONE(HF_PROPERTY_IS_BOOLEAN, int8_t, 0, 0, 0.0),
    SAMPLE_TEXT(HF_PROPERTY_IS_STRING, u"Gr\u00fc\u00dfe \U0001F600",
                "Gr\xc3\xbc\xc3\x9f"
                "e \xf0\x9f\x98\x80"),
    SAMPLE_TEXT(HF_PROPERTY_IS_STRING, u"", ""),
    { HF_PROPERTY_IS_SECURITY_DESCRIPTOR, "\1\0\0\200\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20, 1, 0, 0.0,
      NULL },
    SAMPLE_TEXT(HF_PROPERTY_IS_SECURITY_DESCRIPTOR_STRING, u"D:P(A;;GA;;;SY)", "D:P(A;;GA;;;SY)"),
    { HF_PROPERTY_IS_KEY, &sample_key, 20, 1, 0, 0.0, SAMPLE_GUID " 7" },
    SAMPLE_ONE(HF_PROPERTY_IS_TYPE, uint32_t, HF_PROPERTY_IS_STRING_LIST,
               HF_PROPERTY_IS_STRING_LIST, 8210.0),
    SAMPLE_ONE(HF_PROPERTY_IS_ERROR, uint32_t, 1168, 1168, 1168.0),
    SAMPLE_ONE(HF_PROPERTY_IS_NTSTATUS, uint32_t, 0xC0000004u, -1073741820, -1073741820.0),
    SAMPLE_TEXT(HF_PROPERTY_IS_STRING_INDIRECT, u"@setupapi.dll,-7", "@setupapi.dll,-7"),
    { HF_PROPERTY_IS_BINARY, "\x81\2\0\4", 4, 4, 0x81, 129.0, NULL },
    { HF_PROPERTY_IS_BINARY, NULL, 0, 0, 0, 0.0, NULL },
    { HF_PROPERTY_IS_INT16 | HF_PROPERTY_ARRAY, SAMPLE_ARRAY(int16_t, -1, 2, -3), 6, 3, -1, -1.0,
      NULL },
    { HF_PROPERTY_IS_DOUBLE | HF_PROPERTY_ARRAY, SAMPLE_ARRAY(double, 0.5, -8.0), 16, 2, 0, 0.5,
      NULL },
    { HF_PROPERTY_IS_GUID | HF_PROPERTY_ARRAY, &sample_key.format, 16, 1, 0, 0.0, NULL },
    { HF_PROPERTY_IS_BOOLEAN | HF_PROPERTY_ARRAY, "\xff\0\xff", 3, 3, 1, 1.0, NULL },
    SAMPLE_LIST(HF_PROPERTY_IS_STRING_LIST, u"one\0\u00e9two\0", 2, "one|\xc3\xa9two|"),
    SAMPLE_LIST(HF_PROPERTY_IS_STRING_LIST, u"", 0, ""),
    SAMPLE_LIST(HF_PROPERTY_IS_SECURITY_DESCRIPTOR_STRING | HF_PROPERTY_LIST,
                u"D:P(A;;GA;;;SY)\0O:BA\0", 2, "D:P(A;;GA;;;SY)|O:BA|"),
    SAMPLE_LIST(HF_PROPERTY_IS_STRING_INDIRECT | HF_PROPERTY_LIST, u"@a.dll,-1\0", 1, "@a.dll,-1|"),
};

#define PROPERTY_SAMPLES (sizeof property_samples / sizeof *property_samples)

static inline void sample_read(hf_ref text, char *to, size_t room)
{
    size_t size = hf_bytes_size(text);
    assert_true(size < room);
    assert_int_equal(hf_bytes_read(text, 0, to, size), HF_OK);
    to[size] = 0;
}

static inline void sample_join(hf_test_runtime *t, hf_ref array, char *to, size_t room)
{
    HF_FRAME(t->thread);
    hf_ref text = hf_local(t->thread);
    size_t length = 0;
    to[0] = 0;
    for (size_t i = 0; i < hf_array_length(array); i++) {
        assert_int_equal(hf_load_at(array, i, text), HF_OK);
        sample_read(text, to + length, room - length - 1);
        length = strlen(to);
        to[length++] = '|';
        to[length] = 0;
    }
}

/* All that a property's record says. */
static inline void assert_property(hf_test_runtime *t, hf_ref property,
                                   const property_sample *sample)
{
    HF_FRAME(t->thread);
    hf_ref part = hf_local(t->thread);
    uint32_t type = 77, count = 77;
    int64_t number = 77;
    double real = 77.0;
    char seen[256] = { 0 };
    assert_int_equal(hf_get(property, HF_PROPERTY_TYPE, &type, sizeof type), HF_OK);
    assert_int_equal(hf_get(property, HF_PROPERTY_COUNT, &count, sizeof count), HF_OK);
    assert_int_equal(hf_get(property, HF_PROPERTY_NUMBER, &number, sizeof number), HF_OK);
    assert_int_equal(hf_get(property, HF_PROPERTY_REAL, &real, sizeof real), HF_OK);
    assert_int_equal(type, sample->type);
    assert_int_equal(count, sample->count);
    assert_true(number == sample->number);
    assert_true(real == sample->real);
    assert_int_equal(hf_load(property, HF_PROPERTY_BYTES, part), HF_OK);
    assert_int_equal(hf_bytes_size(part), sample->size);
    if (sample->size != 0) {
        assert_true(sample->size <= sizeof seen);
        assert_int_equal(hf_bytes_read(part, 0, seen, sample->size), HF_OK);
        assert_memory_equal(seen, sample->bytes, sample->size);
    }
    assert_int_equal(hf_load(property, HF_PROPERTY_VALUE, part), HF_OK);
    assert_int_equal(hf_is_null(part), sample->value == NULL);
    if (sample->value) {
        if (sample->type & HF_PROPERTY_LIST) {
            sample_join(t, part, seen, sizeof seen);
        } else {
            sample_read(part, seen, sizeof seen);
        }
        assert_string_equal(seen, sample->value);
    }
}

#endif
