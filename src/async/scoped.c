/* SPDX-License-Identifier: MIT */

/*
 * Tokens that a scope ends.
 *
 * The pins of such a token do not hold its scope, for they end with it.  So they are marked as the
 * scope's, those that are lent later too.  The mark goes before the token is destroyed: if native
 * code does not let go, its pins hold the scope's buffers like anybody's.
 *
 * Threads: managed; the lock of the pins is taken inside the lock of the tokens.
 */

#include "async/inside.h"

#include "fence/fence.h"

/* The token of a word if it has not ended, without a report.  Lock held. */
static hfi_token *find(const hf_token *word)
{
    uint32_t generation = 0;
    hfi_token *token = hfi_token_find(word, &generation);
    bool is_there =
        token && token->generation == generation && token->state != HF_TOKEN_NONE && token->async;
    return is_there ? token : NULL;
}

static void mark(hfi_token *token, const void *scope)
{
    token->scope = scope;
    for (const hfi_loan *loan = token->loans; loan; loan = loan->next) {
        if (loan->pin) {
            hfi_pin_set_scope(loan->pin, scope);
        }
    }
}

bool hfi_token_give_to(hfi_async *async, hf_token *word, const void *scope)
{
    hfp_mutex_lock(&hfi_token_lock);
    hfi_token *token = find(word);
    bool is_free = token && token->async == async && !token->is_ending && !token->scope;
    if (is_free) {
        mark(token, scope);
    }
    hfp_mutex_unlock(&hfi_token_lock);
    return is_free;
}

void hfi_token_take_from(const hf_token *word)
{
    hfp_mutex_lock(&hfi_token_lock);
    hfi_token *token = find(word);
    if (token) {
        mark(token, NULL);
    }
    hfp_mutex_unlock(&hfi_token_lock);
}

hf_status hfi_token_end_if(hf_thread *thread, hf_token *word, hf_site site)
{
    hfp_mutex_lock(&hfi_token_lock);
    hfi_token *token = find(word);
    bool is_open = token && !token->is_ending && token->state != HF_TOKEN_ABANDONED;
    if (token) {
        mark(token, NULL);
    }
    hfp_mutex_unlock(&hfi_token_lock);
    return is_open ? hf_token_destroy_at(thread, word, site) : HF_OK;
}
