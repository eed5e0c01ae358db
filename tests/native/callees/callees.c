/* SPDX-License-Identifier: MIT */

/* Values as lists of numbers: the padding between them says nothing. */

#include "callees.h"

#include <string.h>

static uint64_t last_sum;

uint64_t hfd_seen(void)
{
    return last_sum;
}

void hfd_see(uint64_t sum)
{
    last_sum = sum;
}

static uint64_t mix(uint64_t sum, uint64_t bits)
{
    sum = (sum ^ bits) * UINT64_C(0x9e3779b97f4a7c15);
    return sum ^ sum >> 29;
}

/* The bits of a number; a long double has padding of its own, so it goes as two doubles. */
static uint64_t bits_of(const char *from, const hfd_leaf *leaf)
{
    uint64_t bits = 0;
    if (leaf->kind == HFD_LONG_DOUBLE) {
        long double whole;
        memcpy(&whole, from, sizeof(whole));
        double high = (double)whole;
        double low = (double)(whole - (long double)high);
        uint64_t more;
        memcpy(&bits, &high, 8);
        memcpy(&more, &low, 8);
        return mix(bits, more);
    }
    memcpy(&bits, from, leaf->size);
    return bits;
}

uint64_t hfd_fold(uint64_t sum, const void *value, const hfd_type *type)
{
    for (unsigned i = 0; i < type->leaf_count; i++) {
        sum = mix(sum, bits_of((const char *)value + type->leaf[i].offset, &type->leaf[i]));
    }
    return sum;
}

bool hfd_same(const void *a, const void *b, const hfd_type *type)
{
    for (unsigned i = 0; i < type->leaf_count; i++) {
        const hfd_leaf *leaf = &type->leaf[i];
        if (bits_of((const char *)a + leaf->offset, leaf) !=
            bits_of((const char *)b + leaf->offset, leaf)) {
            return false;
        }
    }
    return true;
}

static void fill_leaf(char *to, const hfd_leaf *leaf, uint64_t bits)
{
    /* Floating numbers that every width holds exactly, so that none of them is a NaN. */
    int32_t number = (int32_t)(bits % 2000000) - 1000000;
    float f = (float)number / 8;
    double d = (double)number / 8;
    long double l = (long double)number / 8;
    switch (leaf->kind) {
    case HFD_F32:
        memcpy(to, &f, sizeof(f));
        break;
    case HFD_F64:
        memcpy(to, &d, sizeof(d));
        break;
    case HFD_LONG_DOUBLE:
        memcpy(to, &l, sizeof(l));
        break;
    case HFD_BOOL:
        *to = (char)(bits & 1);
        break;
    case HFD_POINTER: /* below all memory, so that it is no managed object */
        bits = 1 + bits % 4000;
        memcpy(to, &(uintptr_t){ (uintptr_t)bits }, sizeof(uintptr_t));
        break;
    default:
        memcpy(to, &bits, leaf->size);
        break;
    }
}

void hfd_fill(void *value, const hfd_type *type, uint64_t seed)
{
    memset(value, 0, type->size);
    for (unsigned i = 0; i < type->leaf_count; i++) {
        seed = mix(seed, i + 1);
        fill_leaf((char *)value + type->leaf[i].offset, &type->leaf[i], seed);
    }
}
