/* SPDX-License-Identifier: MIT */

/*
 * The table of armed finalizers.
 *
 * Purpose: a list in the order of arming, which is the order of running, and an
 * index from object to record, which setting and clearing need.
 *
 * Invariants: a record is in exactly one of: the list, the runner's queue, the
 * free list, or the hands of a caller.  Whatever memory a collection could need
 * was taken when the finalizer was set: there records only change lists.  Objects
 * move in every collection, so the index is not repaired there but declared
 * stale, and made again in place by whoever looks first, outside the pause.
 * While it is fresh it holds exactly the armed records, each reachable from the
 * place its object hashes to without an empty place between.
 *
 * Threads: none of its own; the caller holds final->lock or has stopped the world.
 */

#include "final/table.h"

#include "base/alloc.h"
#include "base/verify.h"

#include <string.h>

#define CHUNK_RECORDS  128
#define INDEX_BITS_MIN 6

typedef struct hfi_chunk {
    struct hfi_chunk *next;
    hfi_armed records[CHUNK_RECORDS];
} hfi_chunk;

/* ---- the index: linear probing, deletion by moving back ---- */

static size_t index_mask(const hfi_table *table)
{
    return ((size_t)1 << table->index_bits) - 1;
}

/* Objects lie 16 bytes apart at least, and neighbours should not hash to neighbours. */
static size_t home_of(const hfi_table *table, uintptr_t object)
{
    uint64_t mixed = (uint64_t)(object >> 4) * UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(mixed >> (64 - table->index_bits));
}

static void index_add(hfi_table *table, hfi_armed *armed)
{
    size_t mask = index_mask(table);
    size_t at = home_of(table, armed->work.object.word_);
    while (table->index[at]) {
        at = (at + 1) & mask;
    }
    table->index[at] = armed;
}

static size_t index_find(const hfi_table *table, uintptr_t object)
{
    size_t mask = index_mask(table);
    size_t at = home_of(table, object);
    while (table->index[at] && table->index[at]->work.object.word_ != object) {
        at = (at + 1) & mask;
    }
    return at;
}

/* Fills the gap at `hole` with what probed past it, so that no mark of the deletion stays behind.
 */
static void index_remove(hfi_table *table, size_t hole)
{
    size_t mask = index_mask(table);
    size_t at = hole;
    for (;;) {
        table->index[hole] = NULL;
        for (;;) {
            at = (at + 1) & mask;
            if (!table->index[at]) {
                return;
            }
            size_t home = home_of(table, table->index[at]->work.object.word_);
            if (((at - home) & mask) >= ((at - hole) & mask)) {
                break; /* it may stand in the hole: its home is not behind it */
            }
        }
        table->index[hole] = table->index[at];
        hole = at;
    }
}

static void index_refresh(hfi_table *table)
{
    if (table->is_index_fresh || table->index_bits == 0) {
        return;
    }
    memset(table->index, 0, (index_mask(table) + 1) * sizeof(hfi_armed *));
    for (hfi_armed *armed = table->oldest; armed; armed = armed->newer) {
        index_add(table, armed);
    }
    table->is_index_fresh = true;
}

/* ---- room ---- */

static bool reserve_record(hfi_table *table)
{
    if (table->free_records) {
        return true;
    }
    hfi_chunk *chunk = hfi_alloc(sizeof *chunk);
    if (!chunk) {
        return false;
    }
    chunk->next = table->chunks;
    table->chunks = chunk;
    for (size_t i = CHUNK_RECORDS; i-- > 0;) {
        hfi_table_recycle(table, &chunk->records[i]);
    }
    return true;
}

static bool reserve_index(hfi_table *table)
{
    if (table->index_bits != 0 && table->count + 1 <= (index_mask(table) + 1) / 2) {
        return true;
    }
    unsigned bits = table->index_bits == 0 ? INDEX_BITS_MIN : table->index_bits + 1;
    hfi_armed **index = hfi_alloc_array((size_t)1 << bits, sizeof(hfi_armed *));
    if (!index) {
        return false;
    }
    hfi_free(table->index);
    table->index = index;
    table->index_bits = bits;
    table->is_index_fresh = false;
    return true;
}

hf_status hfi_table_reserve(hfi_table *table)
{
    return reserve_record(table) && reserve_index(table) ? HF_OK : HF_E_NOMEM;
}

/* ---- records ---- */

hfi_armed *hfi_table_add(hfi_table *table, uintptr_t object)
{
    hfi_armed *armed = table->free_records;
    HF_VERIFY(armed);
    table->free_records = (hfi_armed *)(void *)armed->work.next;
    armed->work.object.word_ = object;
    armed->older = table->newest;
    armed->newer = NULL;
    if (table->newest) {
        table->newest->newer = armed;
    } else {
        table->oldest = armed;
    }
    table->newest = armed;
    table->count++;
    if (table->is_index_fresh) {
        index_add(table, armed);
    }
    return armed;
}

hfi_armed *hfi_table_find(hfi_table *table, uintptr_t object)
{
    if (table->count == 0) {
        return NULL;
    }
    index_refresh(table);
    return table->index[index_find(table, object)];
}

void hfi_table_remove(hfi_table *table, hfi_armed *armed)
{
    HF_VERIFY(table->count != 0);
    if (table->is_index_fresh) {
        size_t at = index_find(table, armed->work.object.word_);
        HF_VERIFY(table->index[at] == armed);
        index_remove(table, at);
    }
    *(armed->older ? &armed->older->newer : &table->oldest) = armed->newer;
    *(armed->newer ? &armed->newer->older : &table->newest) = armed->older;
    armed->older = NULL;
    armed->newer = NULL;
    table->count--;
}

void hfi_table_recycle(hfi_table *table, hfi_armed *armed)
{
    memset(armed, 0, sizeof *armed);
    armed->work.next = (hfi_work *)(void *)table->free_records;
    table->free_records = armed;
}

void hfi_table_finish(hfi_table *table)
{
    while (table->chunks) {
        hfi_chunk *chunk = table->chunks;
        table->chunks = chunk->next;
        hfi_free(chunk);
    }
    hfi_free(table->index);
    memset(table, 0, sizeof *table);
}
