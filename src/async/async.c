/* SPDX-License-Identifier: MIT */

/*
 * Life and end of the module, and what a fork makes of tokens.
 *
 * The end has two steps, around the last work of the runner.  First all operations are cancelled
 * together and waited for together, so that a thousand that hang cost one deadline; what native
 * code does not have any more is let go, and the runner closes what was held.  Finalizers may still
 * destroy their tokens.  Then what is left is reported: what is complete or new is given back, what
 * is abandoned stays, with its memory, its pins and its resources.
 *
 * A fork copies the memory but no operation: the kernel writes into the parent's pages, and the
 * threads that would complete are not there.  So in the child what was under way is abandoned.
 *
 * Threads: as async.h says.
 */

#include "async/inside.h"

#include "base/alloc.h"

hf_status hfi_async_create(hfi_parts *parts, hfi_async **async_out)
{
    hfi_async *async = hfi_alloc(sizeof *async);
    if (!async) {
        return HF_E_NOMEM;
    }
    async->parts = parts;
    hfp_cond_init(&async->silent);
    *async_out = async;
    return HF_OK;
}

/* ---- the end ---- */

/* The list may change whenever the lock is given up, so each step begins at its front again. */
static hfi_token *find_submitted(const hfi_async *async)
{
    hfi_token *token = async->tokens;
    while (token && (token->state != HF_TOKEN_SUBMITTED || token->is_ending)) {
        token = token->next;
    }
    return token;
}

static hfi_token *find_under_way(const hfi_async *async)
{
    hfi_token *token = async->tokens;
    while (token && (!hfi_token_is_under_way(token) || token->is_ending)) {
        token = token->next;
    }
    return token;
}

/** Cancels all; gives the longest time that one of them wants to be waited for. */
static uint64_t cancel_all(hfi_async *async)
{
    uint64_t timeout_ns = 0;
    for (hfi_token *token = find_submitted(async); token; token = find_submitted(async)) {
        token->users++;
        hfi_token_begin_cancel(token);
        hfi_token_leave(token);
    }
    for (const hfi_token *token = async->tokens; token; token = token->next) {
        if (hfi_token_is_under_way(token) && token->options.cancel_timeout_ns > timeout_ns) {
            timeout_ns = token->options.cancel_timeout_ns;
        }
    }
    return timeout_ns;
}

static void await_all(hfi_async *async, uint64_t deadline_ns)
{
    for (hfi_token *token = find_under_way(async); token; token = find_under_way(async)) {
        token->users++;
        if (!hfi_token_await(token, deadline_ns)) {
            token->state = HF_TOKEN_ABANDONED;
        }
        hfi_token_leave(token);
    }
}

void hfi_async_stop(hfi_async *async, uint64_t deadline_ns)
{
    hfp_mutex_lock(&hfi_token_lock);
    uint64_t own_ns = hfi_token_deadline(cancel_all(async));
    await_all(async, own_ns < deadline_ns ? own_ns : deadline_ns);
    for (hfi_token *token = async->tokens; token; token = token->next) {
        if (token->state == HF_TOKEN_NEW) {
            hfi_token_let_go(token);
        }
    }
    async->is_stopped = true;
    hfp_mutex_unlock(&hfi_token_lock);
}

static const char *why_left(const hfi_token *token)
{
    if (token->state != HF_TOKEN_ABANDONED) {
        return "the runtime ended before it was destroyed";
    }
    return token->is_lost ? "it was under way when the process was forked: its memory is kept"
                          : "native code has not completed it: its memory is kept for ever";
}

void hfi_tokens_each_left(hfi_async *async, hfi_left_fn visit, void *user)
{
    hfp_mutex_lock(&hfi_token_lock);
    hfi_token *token = async->tokens;
    while (token) {
        hfi_left left = { .kind = "token", .site = token->born, .why = why_left(token) };
        hfi_text text = hfi_text_begin(left.object, sizeof left.object);
        hfi_token_tell(token, &text);
        hfi_text_end(&text);
        token->users++; /* it stays, and with it its place in the list */
        hfp_mutex_unlock(&hfi_token_lock);
        visit(&left, user);
        hfp_mutex_lock(&hfi_token_lock);
        hfi_token_leave(token);
        token = token->next;
    }
    hfp_mutex_unlock(&hfi_token_lock);
}

/* Lock held, and given up meanwhile. */
static void report_left(hfi_token *token)
{
    bool is_abandoned = token->state == HF_TOKEN_ABANDONED;
    token->users++;
    hfi_token_report_leak(token, "hf_runtime_destroy", HF_E_BUSY, why_left(token),
                          is_abandoned ? "complete a token also when its operation was cancelled"
                                       : "hf_token_destroy() when its result was read");
    hfp_mutex_lock(&hfi_token_lock);
    hfi_token_leave(token); /* of a runtime that is kept, somebody may wait to end it */
}

/* Takes the token out of the list of those that are looked at; an abandoned one stays in the table.
 */
static void unlink_token(hfi_token *token)
{
    *token->link = token->next;
    if (token->next) {
        token->next->link = token->link;
    }
    token->next = NULL;
    token->link = NULL;
}

/* Lock held, and given up meanwhile. */
static void drop_left(hfi_token *token)
{
    report_left(token);
    if (token->state == HF_TOKEN_ABANDONED) {
        token->is_ending = true; /* the completion, if it comes, retires it */
        unlink_token(token);
        return;
    }
    hfi_token_rest rest = hfi_token_retire(token);
    hfp_mutex_unlock(&hfi_token_lock);
    hfi_token_finish(rest);
    hfp_mutex_lock(&hfi_token_lock);
}

static uint64_t count_tokens(const hfi_async *async)
{
    uint64_t count = 0;
    for (const hfi_token *token = async->tokens; token; token = token->next) {
        count++;
    }
    return count;
}

uint64_t hfi_async_destroy(hfi_async *async, bool keep)
{
    hfp_mutex_lock(&hfi_token_lock);
    uint64_t left = count_tokens(async);
    if (keep) {
        for (hfi_token *token = async->tokens; token; token = token->next) {
            report_left(token);
        }
        hfp_mutex_unlock(&hfi_token_lock);
        return left;
    }
    async->is_stopped = true;
    while (async->tokens) {
        drop_left(async->tokens);
    }
    while (async->reports > 0) {
        (void)hfp_cond_wait(&async->silent, &hfi_token_lock, HFP_FOREVER);
    }
    hfi_token_forget(async);
    hfp_mutex_unlock(&hfi_token_lock);
    hfp_cond_finish(&async->silent);
    hfi_free(async);
    return left;
}

/* ---- fork ---- */

void hfi_tokens_lock(void)
{
    hfp_mutex_lock(&hfi_token_lock);
}

void hfi_tokens_unlock(void)
{
    hfp_mutex_unlock(&hfi_token_lock);
}

void hfi_tokens_fork_child(void)
{
    /* Made anew: the conditions, and with them the lock, count threads that are not there any more.
     */
    hfp_mutex_init(&hfi_token_lock);
    hfp_mutex_lock(&hfi_token_lock);
    hfi_token *token = NULL;
    for (uint32_t i = 0; (token = hfi_token_at(i)) != NULL; i++) {
        hfp_cond_init(&token->news);
        token->users = 0;
        if (hfi_token_is_under_way(token)) {
            token->state = HF_TOKEN_ABANDONED;
            token->is_lost = true;
        }
    }
}
