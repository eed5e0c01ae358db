/* SPDX-License-Identifier: MIT */

/*
 * Nodes of one size.
 *
 * Invariant: a node is in the hands of the caller or on the free list, whose links
 * are the first words of its nodes.  A chunk's own first word links the chunks.
 *
 * Threads: the caller's lock.
 */

#include "base/pool.h"

#include "base/alloc.h"
#include "base/verify.h"

#include <stdalign.h>
#include <string.h>

#define CHUNK_NODES 64

static void link_node(void **head, void *node)
{
    memcpy(node, head, sizeof *head);
    *head = node;
}

static void *take_linked(void **head)
{
    void *node = *head;
    memcpy(head, node, sizeof *head);
    return node;
}

void *hfi_pool_take(hfi_pool *pool)
{
    HF_VERIFY(pool->size % sizeof(void *) == 0);
    if (!pool->free) {
        char *chunk = hfi_alloc(alignof(max_align_t) + CHUNK_NODES * pool->size);
        if (!chunk) {
            return NULL;
        }
        link_node(&pool->chunks, chunk);
        for (size_t i = CHUNK_NODES; i-- > 0;) {
            link_node(&pool->free, chunk + alignof(max_align_t) + i * pool->size);
        }
    }
    void *node = take_linked(&pool->free);
    memset(node, 0, pool->size);
    return node;
}

void hfi_pool_give(hfi_pool *pool, void *node)
{
    link_node(&pool->free, node);
}

void hfi_pool_finish(hfi_pool *pool)
{
    while (pool->chunks) {
        hfi_free(take_linked(&pool->chunks));
    }
    pool->free = NULL;
}
