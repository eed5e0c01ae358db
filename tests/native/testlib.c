/* SPDX-License-Identifier: MIT */

/*
 * Plain functions to be called through prototypes: values in and out, memory, errors, waiting.
 * Those that ask for larger buffers are in fetch.c.
 */

#include "testlib.h"

#include <errno.h>
#include <string.h>

int8_t hfn_i8(int8_t value)
{
    return value;
}

uint8_t hfn_u8(uint8_t value)
{
    return value;
}

int16_t hfn_i16(int16_t value)
{
    return value;
}

uint16_t hfn_u16(uint16_t value)
{
    return value;
}

int32_t hfn_i32(int32_t value)
{
    return value;
}

uint32_t hfn_u32(uint32_t value)
{
    return value;
}

int64_t hfn_i64(int64_t value)
{
    return value;
}

uint64_t hfn_u64(uint64_t value)
{
    return value;
}

bool hfn_not(bool value)
{
    return !value;
}

float hfn_half(float value)
{
    return value / 2;
}

double hfn_third(double value)
{
    return value / 3;
}

void *hfn_pointer(void *value)
{
    return value;
}

void hfn_nothing(void)
{
}

int64_t hfn_mixed(int8_t a, double b, uint16_t c, float d, int64_t e, const char *f, uint32_t g,
                  double h)
{
    return (int64_t)a + (int64_t)b * 10 + (int64_t)c * 100 + (int64_t)(double)d * 1000 + e +
           (int64_t)strlen(f) * 1000000 + (int64_t)g + (int64_t)h;
}

size_t hfn_length(const char *text)
{
    return text ? strlen(text) : (size_t)-1;
}

size_t hfn_wide_length(const wchar_t *text)
{
    return text ? wcslen(text) : (size_t)-1;
}

uint32_t hfn_wide_at(const wchar_t *text, size_t index)
{
    return (uint32_t)text[index];
}

uint32_t hfn_sum(const uint8_t *data, size_t size)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < size; i++) {
        sum += data[i];
    }
    return data ? sum : UINT32_MAX;
}

uint32_t hfn_sum32(const uint32_t *data)
{
    return data[0];
}

size_t hfn_fill(uint8_t *data, size_t size, uint8_t value)
{
    memset(data, value, size);
    return size;
}

uintptr_t hfn_address(const void *data)
{
    return (uintptr_t)data;
}

int hfn_outputs(int64_t value, int8_t *a, uint16_t *b, int32_t *c, uint64_t *d, double *e, float *f,
                void **g)
{
    *a = (int8_t)value;
    *b = (uint16_t)value;
    *c = (int32_t)value;
    *d = (uint64_t)value;
    *e = (double)value / 4;
    *f = (float)value / 8;
    *g = (void *)(uintptr_t)value;
    return 0;
}

int hfn_increment(int32_t *value)
{
    if (!value) {
        return -1;
    }
    ++*value;
    return 0;
}

int hfn_make_point(int32_t x, int32_t y, hfn_point *point)
{
    *point = (hfn_point){ x, y, 0.5 };
    return 0;
}

int hfn_move_point(hfn_point *point, int32_t by)
{
    point->x += by;
    point->y += by;
    return 0;
}

int hfn_fail_errno(int code)
{
    errno = code;
    return -1;
}

int hfn_old_errno(void)
{
    return errno;
}

int hfn_wait(int *entered, int *go, int value)
{
    __atomic_store_n(entered, 1, __ATOMIC_SEQ_CST);
    while (!__atomic_load_n(go, __ATOMIC_SEQ_CST)) {
        continue;
    }
    return value;
}

static const char lists[2][20] = { "\0", "alpha\0b\0gamma delta" };
static const int list_sizes[2] = { 2, 20 + 1 };

static int list_unit(int which, int at)
{
    return at < 20 ? lists[which][at] : 0;
}

int hfn_list(char *list, int size, int which)
{
    int count = which < 0 || which > 1 ? -1 : list_sizes[which];
    for (int i = 0; i < count && count <= size; i++) {
        list[i] = (char)list_unit(which, i);
    }
    return count;
}

int hfn_wide_list(uint16_t *list, int size, int which)
{
    int count = which < 0 || which > 1 ? -1 : list_sizes[which];
    for (int i = 0; i < count && count <= size; i++) {
        list[i] = (uint16_t)list_unit(which, i);
    }
    return count;
}
