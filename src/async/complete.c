/* SPDX-License-Identifier: MIT */

/*
 * The end of an operation: completed, cancelled, waited for, abandoned.
 *
 * Invariants.
 *  - What was lent is let go in one place, hfi_token_let_go(), by the one who moves the state from
 *    under way (or abandoned) to COMPLETE, with the lock held.  So of several completions exactly
 * one wins, and who sees COMPLETE sees the result and everything let go.
 *  - A cell is retired by its destroyer, or, when that has given up, by the completion that comes
 *    later; the lock and `users` decide.  A destroyer, and who waits, counts as a user while it is
 *    without the lock; the cell does not change hands until the last one is gone.
 *  - Letting go runs no user code: a release function that became due is the runner's work, a pin
 * is a few stores.  So a completion is right on any thread, be it a callback's or an I/O pool's.
 *
 * What a waiter reads in the buffers behind its wait was written before the completion: the unlock
 * in hf_token_complete_at() pairs with the lock in hfi_token_await().
 *
 * Threads: those that wait or call user code are in native state, or not attached.
 */

#include "async/inside.h"

#include "base/alloc.h"
#include "diag/report.h"
#include "resource/resource.h"
#include "thread/activation.h"

/* A harvester that comes back early is asked again after this long. */
#define HARVEST_NS     UINT64_C(10000000)
#define HARVEST_GAP_NS UINT64_C(200000)

/* ---- completing ---- */

void hfi_token_let_go(hfi_token *token)
{
    /* When the runner has gone nobody can close a resource: it stays open.  A pin can always end,
     * because what it stands in is kept for as long as it stands. */
    hfi_parts *parts = token->async && !token->async->is_stopped ? token->async->parts : NULL;
    while (token->loans) {
        hfi_loan *loan = token->loans;
        token->loans = loan->next;
        hf_pin_destroy(loan->pin);
        if (parts && loan->resource) {
            hfi_resource_let_go_later(parts, loan->resource);
        }
        hfi_free(loan);
    }
    token->buffers = 0;
}

static hf_status refuse_completion(hfi_token *token, hfi_token_call call)
{
    if (token->state == HF_TOKEN_NEW) {
        return hfi_token_refuse(token, call, "the token was not submitted",
                                "call hf_token_submit() before the native function");
    }
    char message[160];
    hfi_text text = hfi_text_begin(message, sizeof message);
    hfi_text_format(&text, "the token was completed before, at %s:%d",
                    hfi_site_file(token->completed), token->completed.line);
    hfi_text_end(&text);
    return hfi_token_refuse(token, call, message,
                            "complete a token once, where the end of the operation is seen");
}

hf_status hf_token_complete_at(hf_token *word, int64_t result, uint32_t error, hf_site site)
{
    hfp_native_error saved = hfp_native_error_save();
    hfi_token_call call = { "hf_token_complete", site };
    hf_status status = HF_OK;
    hfi_token *token = hfi_token_open(word, call, &status);
    if (token && !hfi_token_is_under_way(token) && token->state != HF_TOKEN_ABANDONED) {
        status = refuse_completion(token, call);
        token = NULL;
    }
    if (token) {
        hfi_token_let_go(token);
        token->state = HF_TOKEN_COMPLETE;
        token->result = result;
        token->error = error;
        token->completed = site;
        hfi_token_rest rest = { 0 };
        if (token->is_ending && token->users == 0) {
            rest = hfi_token_retire(token); /* its owner has given up */
        } else {
            hfp_cond_wake_all(&token->news);
        }
        hfp_mutex_unlock(&hfi_token_lock);
        hfi_token_finish(rest);
    }
    hfp_native_error_restore(saved);
    return status;
}

/* ---- waiting ---- */

uint64_t hfi_token_deadline(uint64_t timeout_ns)
{
    uint64_t now = hfp_clock_ns();
    return timeout_ns > UINT64_MAX - now ? HFP_FOREVER : now + timeout_ns;
}

/** Lets the program look for completions once. */
static void harvest(hfi_token *token, uint64_t deadline_ns)
{
    hf_token *word = hfi_token_word(token);
    hf_token_harvest_fn look = token->options.harvest;
    void *user = token->options.user;
    hfp_mutex_unlock(&hfi_token_lock);
    uint64_t now = hfp_clock_ns();
    uint64_t left = deadline_ns > now ? deadline_ns - now : 0;
    look(word, left < HARVEST_NS ? left : HARVEST_NS, user);
    hfp_mutex_lock(&hfi_token_lock);
}

bool hfi_token_await(hfi_token *token, uint64_t deadline_ns)
{
    while (hfi_token_is_under_way(token)) {
        uint64_t wake_ns = deadline_ns;
        if (token->options.harvest) {
            harvest(token, deadline_ns);
            if (!hfi_token_is_under_way(token)) {
                return true;
            }
            uint64_t gap_ns = hfp_clock_ns() + HARVEST_GAP_NS;
            wake_ns = gap_ns < deadline_ns ? gap_ns : deadline_ns;
        }
        if (!hfp_cond_wait(&token->news, &hfi_token_lock, wake_ns) && wake_ns == deadline_ns) {
            return !hfi_token_is_under_way(token);
        }
    }
    return true;
}

void hfi_token_leave(hfi_token *token)
{
    token->users--;
    hfp_cond_wake_all(&token->news);
}

/** What a waiter is told about a token that is not under way. */
static hf_status outcome(const hfi_token *token)
{
    if (token->state == HF_TOKEN_ABANDONED) {
        return token->is_lost ? HF_E_FORKED : HF_E_TIMEOUT;
    }
    return HF_OK;
}

hf_status hf_token_wait_at(hf_thread *thread, hf_token *word, uint64_t timeout_ns, hf_site site)
{
    HFI_ENTRY_AS(thread, "hf_token_wait");
    hfp_native_error saved = hfp_native_error_save();
    hfi_token_call call = { "hf_token_wait", site };
    hf_status status = HF_OK;
    hfi_crossing(thread);
    hfi_enter(thread);
    hfi_token *token = hfi_token_open_own(word, call, &status);
    if (token) {
        token->users++;
        bool is_over = hfi_token_await(token, hfi_token_deadline(timeout_ns));
        status = is_over ? outcome(token) : HF_E_TIMEOUT;
        hfi_token_leave(token);
        if (is_over && token->state == HF_TOKEN_NEW && !token->is_ending) {
            status = hfi_token_refuse(token, call, "the token is not submitted",
                                      "wait for what native code is working on");
        } else {
            hfp_mutex_unlock(&hfi_token_lock);
        }
    }
    hfi_leave_unheard(thread, "a token's harvest function");
    hfp_native_error_restore(saved);
    return status;
}

/* ---- cancelling ---- */

void hfi_token_begin_cancel(hfi_token *token)
{
    if (token->state != HF_TOKEN_SUBMITTED) {
        return;
    }
    hf_token *word = hfi_token_word(token);
    hf_token_cancel_fn cancel = token->options.cancel;
    void *user = token->options.user;
    token->state = HF_TOKEN_CANCELLING;
    hfp_mutex_unlock(&hfi_token_lock);
    hf_status cancelled = cancel ? cancel(word, user) : HF_E_UNSUPPORTED;
    hfp_mutex_lock(&hfi_token_lock);
    token->cancelled = cancelled;
}

hf_status hf_token_cancel_at(hf_thread *thread, hf_token *word, hf_site site)
{
    HFI_ENTRY_AS(thread, "hf_token_cancel");
    hfp_native_error saved = hfp_native_error_save();
    hfi_token_call call = { "hf_token_cancel", site };
    hf_status status = HF_OK;
    hfi_crossing(thread);
    hfi_enter(thread);
    hfi_token *token = hfi_token_open_own(word, call, &status);
    if (token && token->state == HF_TOKEN_NEW) {
        status = hfi_token_refuse(token, call, "the token is not submitted",
                                  "cancel what native code is working on");
    } else if (token && token->state == HF_TOKEN_SUBMITTED) {
        token->users++;
        hfi_token_begin_cancel(token);
        status = token->cancelled;
        hfi_token_leave(token);
        hfp_mutex_unlock(&hfi_token_lock);
    } else if (token) {
        status = outcome(token) == HF_E_FORKED ? HF_E_FORKED : HF_OK;
        hfp_mutex_unlock(&hfi_token_lock);
    }
    hfi_leave_unheard(thread, "a token's cancel function");
    hfp_native_error_restore(saved);
    return status;
}

/* ---- destroying ---- */

/* Lock held, and given up.  The completion may come right after, and retire the token. */
static hf_status report_abandoned(hfi_token *token)
{
    char message[160];
    hfi_text text = hfi_text_begin(message, sizeof message);
    hfi_text_format(&text, "native code has not completed it (cancel: %s): what was lent stays",
                    hf_status_text(token->cancelled));
    hfi_text_end(&text);
    hfi_token_report_leak(token, "hf_token_destroy", HF_E_TIMEOUT, message,
                          "complete a token also when its operation was cancelled");
    return HF_E_TIMEOUT;
}

/** Ends the operation, and then the token, or gives it up.  Lock held, and given up; native. */
static hf_status end_token(hfi_token *token)
{
    token->is_ending = true;
    token->users++;
    hfi_token_begin_cancel(token);
    bool is_over = hfi_token_await(token, hfi_token_deadline(token->options.cancel_timeout_ns));
    if (!is_over) {
        token->state = HF_TOKEN_ABANDONED;
        hfp_cond_wake_all(&token->news);
    }
    while (token->users > 1) {
        (void)hfp_cond_wait(&token->news, &hfi_token_lock, HFP_FOREVER);
    }
    token->users = 0;
    if (token->state == HF_TOKEN_ABANDONED) {
        return report_abandoned(token);
    }
    hfi_token_let_go(token);
    hfi_token_rest rest = hfi_token_retire(token);
    hfp_mutex_unlock(&hfi_token_lock);
    hfi_token_finish(rest);
    return HF_OK;
}

hf_status hf_token_destroy_at(hf_thread *thread, hf_token *word, hf_site site)
{
    HFI_ENTRY_AS(thread, "hf_token_destroy");
    if (!word) {
        return HF_OK;
    }
    hfp_native_error saved = hfp_native_error_save();
    hf_status status = HF_OK;
    hfi_crossing(thread);
    hfi_enter(thread);
    hfi_token *token =
        hfi_token_open_own(word, (hfi_token_call){ "hf_token_destroy", site }, &status);
    if (token && token->state == HF_TOKEN_ABANDONED) {
        status = outcome(token); /* given up by a fork or by the end of the runtime: it stays */
        hfp_mutex_unlock(&hfi_token_lock);
    } else if (token) {
        status = end_token(token);
    }
    hfi_leave_unheard(thread, "a token's cleanup function");
    hfp_native_error_restore(saved);
    return status;
}
