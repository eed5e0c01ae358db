/* SPDX-License-Identifier: MIT */

/*
 * The pool of records.
 *
 * Purpose: whatever a collection does to a record it does by links that lie in
 * the record.  So records come from chunks that live as long as the pool.
 *
 * Invariants: a record is in exactly one of: a watch, the runner's queue, one of the
 * two free lists, or somebody's hands.
 *
 * Threads: final->lock, but for hfi_pool_return(): the runner gives a record back
 * for each run, and would otherwise take turns on the lock with those who arm.  It
 * pushes on a list that is only ever taken as a whole, so an address that comes back
 * to the head while somebody pushes does no harm.  The push is a release, the taking
 * an acquire: who takes a record sees the runner's last use of it.
 */

#include "final/pool.h"

#include "base/alloc.h"
#include "base/verify.h"

#include <string.h>

#define CHUNK_RECORDS 128u

typedef struct hfi_chunk {
    _Alignas(16) unsigned char records[1];
} hfi_chunk;

static hfi_armed *record_at(const hfi_pool *pool, const hfi_chunk *chunk, uint32_t at)
{
    return (hfi_armed *)(void *)(uintptr_t)(chunk->records + at * pool->record_size);
}

static bool reserve_chunk_place(hfi_pool *pool)
{
    if (pool->chunk_count < pool->chunk_room) {
        return true;
    }
    if (pool->chunk_room > UINT32_MAX / CHUNK_RECORDS / 2) {
        return false;
    }
    uint32_t room = pool->chunk_room ? pool->chunk_room * 2 : 8;
    hfi_chunk **chunks = hfi_realloc(pool->chunks, room * sizeof *chunks);
    if (!chunks) {
        return false;
    }
    pool->chunks = chunks;
    pool->chunk_room = room;
    return true;
}

static bool add_chunk(hfi_pool *pool)
{
    if (!reserve_chunk_place(pool)) {
        return false;
    }
    hfi_chunk *chunk = hfi_alloc_array(CHUNK_RECORDS, pool->record_size);
    if (!chunk) {
        return false;
    }
    uint32_t first = pool->chunk_count * CHUNK_RECORDS;
    pool->chunks[pool->chunk_count++] = chunk;
    for (uint32_t i = CHUNK_RECORDS; i-- > 0;) {
        hfi_armed *armed = record_at(pool, chunk, i);
        armed->number = first + i;
        hfi_pool_give(pool, armed);
    }
    return true;
}

hf_status hfi_pool_reserve(hfi_pool *pool)
{
    if (!pool->free) {
        pool->free = atomic_exchange_explicit(&pool->returned, NULL, memory_order_acquire);
    }
    return pool->free || add_chunk(pool) ? HF_OK : HF_E_NOMEM;
}

hfi_armed *hfi_pool_take(hfi_pool *pool)
{
    HF_VERIFY(pool->free);
    hfi_armed *armed = HF_CONTAINER(pool->free, hfi_armed, work);
    pool->free = armed->work.next;
    return armed;
}

void hfi_pool_give(hfi_pool *pool, hfi_armed *armed)
{
    armed->work.next = pool->free;
    pool->free = &armed->work;
}

void hfi_pool_return(hfi_pool *pool, hfi_armed *armed)
{
    hfi_work *first = atomic_load_explicit(&pool->returned, memory_order_relaxed);
    do {
        armed->work.next = first;
    } while (!atomic_compare_exchange_weak_explicit(&pool->returned, &first, &armed->work,
                                                    memory_order_release, memory_order_relaxed));
}

hfi_armed *hfi_pool_find(const hfi_pool *pool, uint32_t number)
{
    uint32_t chunk = number / CHUNK_RECORDS;
    return chunk < pool->chunk_count ? record_at(pool, pool->chunks[chunk], number % CHUNK_RECORDS)
                                     : NULL;
}

void hfi_pool_finish(hfi_pool *pool)
{
    for (uint32_t i = 0; i < pool->chunk_count; i++) {
        hfi_free(pool->chunks[i]);
    }
    hfi_free(pool->chunks);
}
