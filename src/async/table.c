/* SPDX-License-Identifier: MIT */

/*
 * The table of all tokens, and the words that stand for them.
 *
 * Purpose: native code carries a token as one word, for as long as it likes, and may bring it back
 * when the token, the runtime, or both have ended.  So a word is no address but the number of a
 * cell and a generation, made as a handle's word is, with other fixed bits; and the cells are the
 * process's and are never given back, so that looking at an old word is always right.
 *
 * Invariants: a cell has one generation at a time, and it only grows.  A cell whose generations are
 * used up stays empty.  Spare cells are used oldest first, so that a word is not soon one behind.
 *
 * Threads: all under hfi_token_lock.
 */

#include "async/inside.h"

#include "base/alloc.h"
#include "root/handle_word.h"

/* As a handle's, but for bits 62 and 63: still no address, and still odd, but the other way round.
 */
static const hfi_word_form form_64 = {
    24, 30, 6, 54, 56, UINT64_C(1) << 62 | UINT64_C(1) << 55 | 1, UINT64_C(1) << 63,
};
static const hfi_word_form form_32 = {
    14, 17, 0, 31, 0, 1, UINT64_C(0xffffffff) << 32,
};

#define FORM (sizeof(uintptr_t) >= 8 ? &form_64 : &form_32)

/* Chunk n has FIRST << n cells and is never moved. */
#define FIRST      64u
#define CHUNKS_MAX 18u

hfp_mutex hfi_token_lock = HFP_MUTEX_INIT;

static hfi_token *chunks[CHUNKS_MAX];
static uint32_t chunk_count;
static uint32_t cell_count; /* cells that were ever used */
static hfi_spare spare;     /* cells of ended tokens */

static uint32_t cells_in(uint32_t chunk_number)
{
    return FIRST * ((UINT32_C(1) << chunk_number) - 1);
}

hfi_token *hfi_token_at(uint32_t index)
{
    if (index >= cell_count) {
        return NULL;
    }
    uint32_t chunk = 0;
    while (index >= cells_in(chunk + 1)) {
        chunk++;
    }
    return &chunks[chunk][index - cells_in(chunk)];
}

hf_token *hfi_token_word(const hfi_token *token)
{
    hfi_word parts = { token->index, token->generation, 0 };
    /* The one place where a word puts on the type that the program knows it by. */
    return (hf_token *)(uintptr_t)hfi_word_pack(FORM,
                                                parts); /* NOLINT(performance-no-int-to-ptr) */
}

hfi_token *hfi_token_find(const hf_token *word, uint32_t *generation_out)
{
    hfi_word parts;
    if (!hfi_word_unpack(FORM, (uintptr_t)word, &parts) || parts.runtime != 0) {
        return NULL;
    }
    hfi_token *token = hfi_token_at(parts.cell);
    *generation_out = parts.generation;
    return token && parts.generation <= token->generation ? token : NULL;
}

/* ---- cells ---- */

static hf_status add_cell(hfi_token **token_out)
{
    if (cell_count > hfi_bits_max(FORM->cell_bits)) {
        return HF_E_LIMIT;
    }
    if (cell_count == cells_in(chunk_count)) {
        if (chunk_count == CHUNKS_MAX) {
            return HF_E_LIMIT;
        }
        hfi_token *chunk = hfi_alloc_for_ever(((size_t)FIRST << chunk_count) * sizeof(hfi_token));
        if (!chunk) {
            return HF_E_NOMEM;
        }
        chunks[chunk_count++] = chunk;
    }
    uint32_t index = cell_count++;
    hfi_token *token = hfi_token_at(index);
    token->index = index;
    hfp_cond_init(&token->news);
    *token_out = token;
    return HF_OK;
}

hf_status hfi_token_take(hfi_async *async, hfi_token **token_out)
{
    hfi_token *token = hfi_spare_take(&spare, HFI_SPARE_KEPT);
    hf_status status = token ? HF_OK : add_cell(&token);
    if (status == HF_E_LIMIT) {
        token = hfi_spare_take(&spare, 0);
        status = token ? HF_OK : status;
    }
    if (status != HF_OK) {
        return status;
    }
    token->async = async;
    token->state = HF_TOKEN_NEW;
    token->next = async->tokens;
    token->link = &async->tokens;
    if (token->next) {
        token->next->link = &token->next;
    }
    async->tokens = token;
    *token_out = token;
    return HF_OK;
}

hfi_token_rest hfi_token_retire(hfi_token *token)
{
    HF_VERIFY(!token->loans && token->users == 0);
    hfi_token_rest rest = { token->blocks, token->options.cleanup, token->options.user };
    if (token->link) {
        *token->link = token->next;
        if (token->next) {
            token->next->link = token->link;
        }
    }
    token->next = NULL;
    token->link = NULL;
    token->blocks = NULL;
    token->state = HF_TOKEN_NONE;
    token->is_ending = false;
    token->is_lost = false;
    token->scope = NULL;
    if (token->generation < hfi_bits_max(FORM->generation_bits)) {
        token->generation++;
        hfi_spare_put(&spare, token);
    }
    return rest;
}

void hfi_token_finish(hfi_token_rest rest)
{
    while (rest.blocks) {
        hfi_token_block *block = rest.blocks;
        rest.blocks = block->next;
        hfi_free(block);
    }
    if (rest.cleanup) {
        rest.cleanup(rest.user);
    }
}

void hfi_token_forget(const hfi_async *async)
{
    for (uint32_t i = 0; i < cell_count; i++) {
        hfi_token *token = hfi_token_at(i);
        if (token->async == async) {
            token->async = NULL;
            if (token->link) { /* else it is spare, and linked among those */
                token->link = NULL;
                token->next = NULL;
            }
        }
    }
}
