/* SPDX-License-Identifier: MIT */

/*
 * The stock of records.
 *
 * Purpose: whatever a collection does to a record it does by links that lie in
 * the record.  So records come from chunks that live as long as the stock.
 *
 * Invariants: a record is in exactly one of: a roster, the runner's queue, one of the
 * two free lists, or somebody's hands.
 *
 * Threads: final->lock, but for hfi_stock_return(): the runner gives a record back
 * for each run, and would otherwise take turns on the lock with those who arm.  It
 * pushes on a list that is only ever taken as a whole, so an address that comes back
 * to the head while somebody pushes does no harm.  The push is a release, the taking
 * an acquire: who takes a record sees the runner's last use of it.
 */

#include "final/stock.h"

#include "base/alloc.h"
#include "base/verify.h"

#include <string.h>

#define CHUNK_RECORDS 128u

typedef struct hfi_chunk {
    _Alignas(uint64_t) unsigned char records[1];
} hfi_chunk;

static hfi_armed *record_at(const hfi_stock *stock, const hfi_chunk *chunk, uint32_t at)
{
    return (hfi_armed *)(void *)(uintptr_t)(chunk->records + at * stock->record_size);
}

static bool reserve_chunk_place(hfi_stock *stock)
{
    if (stock->chunk_count < stock->chunk_room) {
        return true;
    }
    if (stock->chunk_room > UINT32_MAX / CHUNK_RECORDS / 2) {
        return false;
    }
    uint32_t room = stock->chunk_room ? stock->chunk_room * 2 : 8;
    hfi_chunk **chunks = hfi_realloc(stock->chunks, room * sizeof(hfi_chunk *));
    if (!chunks) {
        return false;
    }
    stock->chunks = chunks;
    stock->chunk_room = room;
    return true;
}

static bool add_chunk(hfi_stock *stock)
{
    if (!reserve_chunk_place(stock)) {
        return false;
    }
    hfi_chunk *chunk = hfi_alloc_array(CHUNK_RECORDS, stock->record_size);
    if (!chunk) {
        return false;
    }
    uint32_t first = stock->chunk_count * CHUNK_RECORDS;
    stock->chunks[stock->chunk_count++] = chunk;
    for (uint32_t i = CHUNK_RECORDS; i-- > 0;) {
        hfi_armed *armed = record_at(stock, chunk, i);
        armed->number = first + i;
        hfi_stock_give(stock, armed);
    }
    return true;
}

hf_status hfi_stock_reserve(hfi_stock *stock)
{
    if (!stock->free) {
        stock->free = atomic_exchange_explicit(&stock->returned, NULL, memory_order_acquire);
    }
    return stock->free || add_chunk(stock) ? HF_OK : HF_E_NOMEM;
}

hfi_armed *hfi_stock_take(hfi_stock *stock)
{
    HF_VERIFY(stock->free);
    hfi_armed *armed = HF_CONTAINER(stock->free, hfi_armed, work);
    stock->free = armed->work.next;
    if (stock->free) {
        __builtin_prefetch(stock->free, 1); /* for the next time: another thread had it last */
    }
    return armed;
}

void hfi_stock_give(hfi_stock *stock, hfi_armed *armed)
{
    armed->work.next = stock->free;
    stock->free = &armed->work;
}

void hfi_stock_return(hfi_stock *stock, hfi_armed *armed)
{
    hfi_work *first = atomic_load_explicit(&stock->returned, memory_order_relaxed);
    do {
        armed->work.next = first;
    } while (!atomic_compare_exchange_weak_explicit(&stock->returned, &first, &armed->work,
                                                    memory_order_release, memory_order_relaxed));
}

hfi_armed *hfi_stock_find(const hfi_stock *stock, uint32_t number)
{
    uint32_t chunk = number / CHUNK_RECORDS;
    return chunk < stock->chunk_count
               ? record_at(stock, stock->chunks[chunk], number % CHUNK_RECORDS)
               : NULL;
}

void hfi_stock_finish(hfi_stock *stock)
{
    for (uint32_t i = 0; i < stock->chunk_count; i++) {
        hfi_free(stock->chunks[i]);
    }
    hfi_free(stock->chunks);
}
