/* SPDX-License-Identifier: MIT */

/*
 * Functions that want a larger buffer, in the dialects of real systems, honest or not.
 *
 * Each looks at the same source: how much there is, and what to lie about.
 */

#include "testlib.h"

#include <errno.h>
#include <string.h>

/* What a call finds and says: the lie, for a capacity in elements. */
typedef struct answer {
    bool is_short;
    bool says_need;
    uint64_t need;   /* elements, when short */
    uint64_t length; /* elements, on success */
    int error;       /* another error; 0: none */
} answer;

static void note_call(hfn_source *source, size_t capacity)
{
    source->least_capacity =
        source->calls == 0 || capacity < source->least_capacity ? capacity : source->least_capacity;
    source->last_capacity = capacity;
    source->calls++;
}

static answer ask(hfn_source *source, size_t capacity)
{
    note_call(source, capacity);
    size_t count = source->count;
    if (source->lie == HFN_SHRINKS) {
        count -= source->calls - 1;
    }
    answer a = { capacity < count, true, count, count, 0 };
    switch (source->lie) {
    case HFN_NEED_SAME:
        return (answer){ true, true, capacity, 0, 0 };
    case HFN_NEED_SMALLER:
        return (answer){ true, true, capacity / 2, 0, 0 };
    case HFN_NEED_ALL_ONES:
        return (answer){ true, true, UINT32_MAX, 0, 0 };
    case HFN_NEED_HUGE:
        return (answer){ true, true, UINT64_MAX, 0, 0 };
    case HFN_NEED_ONE_MORE:
        return (answer){ true, true, capacity + 1, 0, 0 };
    case HFN_NEED_ZERO:
        a.need = 0;
        break;
    case HFN_NEED_UNSAID:
        a.says_need = false;
        break;
    case HFN_NEED_LOW:
        a.need = count / 2;
        break;
    case HFN_SAYS_MORE:
        return (answer){ false, true, 0, capacity + 1, 0 };
    case HFN_SAYS_ALL_ONES:
        return (answer){ false, true, 0, UINT32_MAX, 0 };
    case HFN_SAYS_MINUS_ONE:
        return (answer){ false, true, 0, UINT64_MAX, 0 };
    case HFN_ERROR_AT_SECOND:
        a.error = source->calls == 2 ? HFN_OTHER_ERROR : 0;
        break;
    default:
        break;
    }
    return a;
}

static void put_bytes(const hfn_source *source, uint8_t *buffer, size_t capacity, size_t count)
{
    size_t all = count < capacity ? count : capacity;
    for (size_t i = 0; i < all; i++) {
        buffer[i] = (uint8_t)hfn_element(i);
    }
    if (source->lie == HFN_WRITES_BEHIND) {
        buffer[capacity] = 1;
    }
}

int hfn_fetch(hfn_source *source, uint8_t *buffer, size_t size, size_t *needed)
{
    answer a = ask(source, size);
    if (a.error) {
        return a.error;
    }
    if (a.says_need) {
        *needed = (size_t)(a.is_short ? a.need : a.length);
    }
    if (a.is_short) {
        if (source->lie == HFN_FAILS_BEHIND) {
            buffer[size] = 1;
        }
        return HFN_TOO_SMALL;
    }
    put_bytes(source, buffer, size, (size_t)a.length);
    return 0;
}

int hfn_fetch_inout(hfn_source *source, uint8_t *buffer, uint32_t *size)
{
    uint32_t capacity = *size;
    answer a = ask(source, capacity);
    if (a.error) {
        return a.error;
    }
    if (a.says_need) {
        *size = (uint32_t)(a.is_short ? a.need : a.length);
    }
    if (a.is_short) {
        return HFN_TOO_SMALL;
    }
    put_bytes(source, buffer, capacity, (size_t)a.length);
    return 0;
}

int hfn_fetch_units(hfn_source *source, uint16_t *buffer, uint32_t size, uint32_t *needed)
{
    answer a = ask(source, size / 2);
    if (a.error) {
        return a.error;
    }
    *needed = (uint32_t)(a.is_short ? a.need : a.length) + 1;
    if (a.is_short || a.length + 1 > size / 2) {
        return HFN_TOO_SMALL;
    }
    for (size_t i = 0; i < a.length; i++) {
        buffer[i] = (uint16_t)hfn_element(i);
    }
    buffer[a.length] = 0;
    return 0;
}

ptrdiff_t hfn_fetch_cut(hfn_source *source, char *buffer, size_t size)
{
    note_call(source, size);
    if (source->lie == HFN_ERROR_AT_SECOND && source->calls == 2) {
        errno = HFN_OTHER_ERROR;
        return -1;
    }
    size_t all = source->count < size ? source->count : size;
    for (size_t i = 0; i < all; i++) {
        buffer[i] = (char)hfn_element(i);
    }
    return source->lie == HFN_SAYS_MORE ? (ptrdiff_t)size + 1 : (ptrdiff_t)all;
}

char *hfn_fetch_text(hfn_source *source, char *buffer, size_t size)
{
    answer a = ask(source, size);
    if (a.is_short || source->count + 1 > size) {
        errno = 34;
        return NULL;
    }
    put_bytes(source, (uint8_t *)buffer, size, source->count);
    buffer[source->count] = 0;
    return buffer;
}

uint32_t hfn_fetch_wide(hfn_source *source, wchar_t *buffer, uint32_t size)
{
    note_call(source, size);
    if (source->count + 1 > size) {
        return (uint32_t)source->count + 1;
    }
    for (size_t i = 0; i < source->count; i++) {
        buffer[i] = (wchar_t)hfn_element(i);
    }
    buffer[source->count] = 0;
    return (uint32_t)source->count;
}

int hfn_fetch_part(hfn_source *source, uint8_t *buffer, size_t size, size_t *there)
{
    note_call(source, size);
    put_bytes(source, buffer, size, source->count);
    *there = source->count;
    return 0;
}

int hfn_fetch_two(hfn_source *first, hfn_source *second, uint8_t *a, uint32_t *a_size, uint16_t *b,
                  uint32_t *b_size)
{
    answer one = ask(first, *a_size);
    answer two = ask(second, *b_size);
    uint32_t a_capacity = *a_size;
    if (one.says_need) {
        *a_size = (uint32_t)(one.is_short ? one.need : one.length);
    }
    if (two.says_need) {
        *b_size = (uint32_t)(two.is_short ? two.need : two.length);
    }
    if (one.is_short || two.is_short) {
        return HFN_TOO_SMALL;
    }
    put_bytes(first, a, a_capacity, (size_t)one.length);
    for (size_t i = 0; i < two.length; i++) {
        b[i] = (uint16_t)hfn_element(i);
    }
    return 0;
}

int hfn_fetch_either(hfn_source *first, hfn_source *second, uint8_t *a, uint32_t a_size, uint8_t *b,
                     uint32_t b_size)
{
    answer one = ask(first, a_size);
    answer two = ask(second, b_size);
    if (one.is_short) {
        return 1;
    }
    if (two.is_short) {
        return 2;
    }
    put_bytes(first, a, a_size, (size_t)one.length);
    put_bytes(second, b, b_size, (size_t)two.length);
    return 0;
}

int hfn_fetch_small(hfn_source *source, uint8_t *buffer, uint8_t size, size_t *needed)
{
    return hfn_fetch(source, buffer, size, needed);
}

int hfn_fetch_record(hfn_source *source, hfn_record *record, char *buffer, size_t size,
                     hfn_record **found)
{
    answer a = ask(source, size);
    *found = NULL;
    if (a.is_short || 2 * source->count + 2 > size) {
        return 34;
    }
    record->name = buffer;
    record->value = buffer + source->count + 1;
    for (size_t i = 0; i < source->count; i++) {
        record->name[i] = (char)hfn_element(i);
        record->value[i] = (char)hfn_element(i + 1);
    }
    record->name[source->count] = 0;
    record->value[source->count] = 0;
    *found = record;
    return 0;
}

int hfn_fetch_bad_wide(wchar_t *buffer, uint32_t size)
{
    if (size < 3) {
        return HFN_TOO_SMALL;
    }
    buffer[0] = L'a';
    buffer[1] = (wchar_t)0xd801; /* half of a character in 16 bits, none in 32 */
    buffer[2] = 0;
    return 0;
}

int hfn_fetch_unended(char *buffer, size_t size, size_t until)
{
    memset(buffer, 'x', size);
    if (size >= until) {
        buffer[until - 1] = 0;
    }
    return 0;
}
