/* SPDX-License-Identifier: MIT */

/*
 * One value of a property: its numbers, and how people write it.
 *
 * The bytes are in this machine's order, as the structures of the system are that they come from.
 *
 * Threads: any; nothing here is managed.
 */

#include "native/property.h"

#include <stdio.h>
#include <string.h>

/* A DECIMAL: 96 bits, their sign, and how many of the digits stand behind the point. */
typedef struct decimal {
    uint16_t reserved;
    uint8_t scale, sign;
    uint32_t high;
    uint32_t low[2]; /* a 64-bit number, in the machine's order */
} decimal;

#define SCALE_MAX 28u

typedef union value {
    int8_t i8;
    uint8_t u8;
    int16_t i16;
    uint16_t u16;
    int32_t i32;
    uint32_t u32;
    int64_t i64;
    uint64_t u64;
    float f;
    double d;
    hf_guid guid;
    hf_property_key key;
    decimal decimal;
    unsigned char bytes[HFI_PROPERTY_VALUE_MAX];
} value;

static void set_whole(hf_property_item *item, int64_t number)
{
    item->number = number;
    item->real = (double)number;
}

static uint64_t low_bits(const decimal *from)
{
    uint64_t low;
    memcpy(&low, from->low, sizeof low);
    return low;
}

static double decimal_real(const decimal *from)
{
    double real = (double)from->high * 18446744073709551616.0 + (double)low_bits(from);
    double divisor = 1.0;
    for (unsigned i = 0; i < from->scale && i < SCALE_MAX; i++) {
        divisor *= 10.0;
    }
    return (from->sign & 0x80 ? -real : real) / divisor;
}

/* Those that are no numbers, or none of one kind. */
static void read_other(uint32_t type, const value *from, hf_property_item *item)
{
    switch (type) {
    case HF_PROPERTY_IS_FLOAT:
        item->real = (double)from->f;
        break;
    case HF_PROPERTY_IS_DOUBLE:
    case HF_PROPERTY_IS_DATE:
        item->real = from->d;
        break;
    case HF_PROPERTY_IS_DECIMAL:
        item->real = decimal_real(&from->decimal);
        break;
    case HF_PROPERTY_IS_GUID:
        item->key.format = from->guid;
        break;
    case HF_PROPERTY_IS_KEY:
        item->key = from->key;
        break;
    default:
        break;
    }
}

void hfi_property_item(uint32_t type, bool is_turned, const unsigned char *bytes,
                       hf_property_item *item_out)
{
    value from;
    memcpy(from.bytes, bytes, sizeof from.bytes);
    if (is_turned) {
        from.u32 = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
                   bytes[3];
    }
    switch (type) {
    case HF_PROPERTY_IS_INT8:
        set_whole(item_out, from.i8);
        break;
    case HF_PROPERTY_IS_UINT8:
        set_whole(item_out, from.u8);
        break;
    case HF_PROPERTY_IS_INT16:
        set_whole(item_out, from.i16);
        break;
    case HF_PROPERTY_IS_UINT16:
        set_whole(item_out, from.u16);
        break;
    case HF_PROPERTY_IS_INT32:
    case HF_PROPERTY_IS_NTSTATUS:
        set_whole(item_out, from.i32);
        break;
    case HF_PROPERTY_IS_UINT32:
    case HF_PROPERTY_IS_TYPE:
    case HF_PROPERTY_IS_ERROR:
        set_whole(item_out, from.u32);
        break;
    case HF_PROPERTY_IS_INT64:
    case HF_PROPERTY_IS_FILETIME:
        set_whole(item_out, from.i64);
        break;
    case HF_PROPERTY_IS_UINT64:
        item_out->number = (int64_t)from.u64;
        item_out->real = (double)from.u64;
        break;
    case HF_PROPERTY_IS_CURRENCY:
        item_out->number = from.i64;
        item_out->real = (double)from.i64 / 10000.0;
        break;
    case HF_PROPERTY_IS_BOOLEAN:
        set_whole(item_out, from.u8 != 0);
        break;
    default:
        read_other(type, &from, item_out);
    }
}

/* ---- as people write them ---- */

static size_t write_guid(const hf_guid *guid, char *text)
{
    const uint8_t *r = guid->rest;
    int length =
        snprintf(text, HFI_PROPERTY_WRITTEN_MAX,
                 "{%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x}", (unsigned)guid->first,
                 guid->second, guid->third, r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7]);
    return length > 0 ? (size_t)length : 0;
}

/* Divides by ten; gives the rest, which is the last digit. */
static unsigned take_digit(uint32_t part[3])
{
    uint64_t rest = 0;
    for (unsigned i = 0; i < 3; i++) {
        uint64_t now = rest << 32 | part[i];
        part[i] = (uint32_t)(now / 10);
        rest = now % 10;
    }
    return (unsigned)rest;
}

static size_t write_decimal(const unsigned char *bytes, char *text)
{
    decimal from;
    char reversed[HFI_PROPERTY_WRITTEN_MAX];
    size_t count = 0, length = 0;
    memcpy(&from, bytes, sizeof from);
    if (from.scale > SCALE_MAX || (from.sign & 0x7f) != 0) {
        return 0; /* nobody knows what it is */
    }
    uint64_t low = low_bits(&from);
    uint32_t part[3] = { from.high, (uint32_t)(low >> 32), (uint32_t)low };
    unsigned digits = 0;
    do {
        if (digits == from.scale && digits != 0) {
            reversed[count++] = '.';
        }
        reversed[count++] = (char)('0' + take_digit(part));
        digits++;
    } while (part[0] || part[1] || part[2] || digits <= from.scale);
    if (from.sign) {
        text[length++] = '-';
    }
    while (count > 0) {
        text[length++] = reversed[--count];
    }
    return length;
}

size_t hfi_property_write(uint32_t type, const unsigned char *bytes, const hf_property_item *item,
                          char text[HFI_PROPERTY_WRITTEN_MAX])
{
    switch (type) {
    case HF_PROPERTY_IS_DECIMAL:
        return write_decimal(bytes, text);
    case HF_PROPERTY_IS_GUID:
        return write_guid(&item->key.format, text);
    case HF_PROPERTY_IS_KEY: {
        size_t length = write_guid(&item->key.format, text);
        int more = snprintf(text + length, HFI_PROPERTY_WRITTEN_MAX - length, " %u",
                            (unsigned)item->key.id);
        return more > 0 ? length + (size_t)more : length;
    }
    default:
        return 0;
    }
}
