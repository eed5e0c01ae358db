/* SPDX-License-Identifier: MIT */

/*
 * Native memory and fault points.
 *
 * The counters are process-wide: a test compares them before and after, and no
 * decision of the library depends on them.  All accesses are relaxed because
 * nothing is published through them.
 */

#include "base/alloc.h"

#include "base/size.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static _Atomic(int64_t) live_blocks;

static _Atomic(bool) fault_armed;
static _Atomic(uint64_t) fault_passed;
static _Atomic(uint64_t) fault_first;
static _Atomic(uint64_t) fault_times;
static _Atomic(const char *) fault_last = "";

bool hfi_fault_hit(const char *what)
{
    if (!atomic_load_explicit(&fault_armed, memory_order_relaxed)) {
        return false;
    }
    uint64_t number = atomic_fetch_add_explicit(&fault_passed, 1, memory_order_relaxed) + 1;
    uint64_t first = atomic_load_explicit(&fault_first, memory_order_relaxed);
    uint64_t times = atomic_load_explicit(&fault_times, memory_order_relaxed);
    if (number < first || number - first >= times) {
        return false;
    }
    atomic_store_explicit(&fault_last, what, memory_order_relaxed);
    return true;
}

void hfi_fault_arm(uint64_t nth, uint64_t times)
{
    atomic_store_explicit(&fault_passed, 0, memory_order_relaxed);
    atomic_store_explicit(&fault_first, nth, memory_order_relaxed);
    atomic_store_explicit(&fault_times, times, memory_order_relaxed);
    atomic_store_explicit(&fault_last, "", memory_order_relaxed);
    atomic_store_explicit(&fault_armed, nth != 0, memory_order_relaxed);
}

uint64_t hfi_fault_disarm(void)
{
    atomic_store_explicit(&fault_armed, false, memory_order_relaxed);
    return atomic_load_explicit(&fault_passed, memory_order_relaxed);
}

const char *hfi_fault_last(void)
{
    return atomic_load_explicit(&fault_last, memory_order_relaxed);
}

static void *count_block(void *block)
{
    if (block) {
        atomic_fetch_add_explicit(&live_blocks, 1, memory_order_relaxed);
    }
    return block;
}

void *hfi_alloc(size_t size)
{
    return hfi_fault_hit("alloc") ? NULL : count_block(calloc(1, size));
}

void *hfi_alloc_for_ever(size_t size)
{
    return hfi_fault_hit("alloc for ever") ? NULL : calloc(1, size);
}

void *hfi_alloc_array(size_t count, size_t size)
{
    size_t total;
    if (!hfi_size_mul(count, size, &total) || total == 0 || hfi_fault_hit("alloc array")) {
        return NULL;
    }
    return count_block(calloc(count, size));
}

void *hfi_realloc(void *block, size_t size)
{
    if (!block) {
        return hfi_alloc(size);
    }
    return hfi_fault_hit("realloc") ? NULL : realloc(block, size);
}

char *hfi_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = hfi_alloc(size);
    if (copy) {
        memcpy(copy, text, size);
    }
    return copy;
}

void hfi_free(void *block)
{
    if (block) {
        atomic_fetch_sub_explicit(&live_blocks, 1, memory_order_relaxed);
        free(block);
    }
}

int64_t hfi_alloc_live(void)
{
    return atomic_load_explicit(&live_blocks, memory_order_relaxed);
}
