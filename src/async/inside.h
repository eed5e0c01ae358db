/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_ASYNC_INSIDE_H
#define HOLDFAST_ASYNC_INSIDE_H

/*
 * What the files of this module share.
 *
 * One lock guards all tokens of the process: a completion comes with a word alone, from a thread
 * that knows no runtime, perhaps when its runtime has ended.  It is held for short stretches
 * without a safepoint and without user code, by threads in any state; inside it are taken the lock
 * of the pins and those of the runner and the reporter.  The collector never takes it.
 */

#include "async/async.h"
#include "base/spare.h"
#include "diag/text.h"
#include "platform/platform.h"

/** What a token has lent: one of the two. */
typedef struct hfi_loan {
    struct hfi_loan *next;
    hf_pin *pin;
    void *resource; /* a resource's cell */
} hfi_loan;

/** The front of a block of hf_token_memory(). */
typedef struct hfi_token_block {
    struct hfi_token_block *next;
} hfi_token_block;

/** A cell of the table.  All of it is under the lock. */
typedef struct hfi_token {
    struct hfi_token *next, **link; /* in async->tokens; first, for the spare ones */
    uint32_t index;
    uint32_t generation; /* of the token that is in it, or of the next one */
    hf_token_state state;
    bool is_ending;   /* somebody destroys it, or has done so in vain */
    bool is_lost;     /* under way when the process was forked, and this is the child */
    uint32_t users;   /* threads that wait with the lock given up: the cell stays what it is */
    uint32_t buffers; /* pins among the loans */
    hf_token_options options;
    hf_status cancelled; /* what the cancel function said */
    int64_t result;
    uint32_t error;
    hf_site born, submitted, completed;
    hfi_async *async;  /* of its runtime; NULL when that has ended */
    const void *scope; /* that ends it; NULL */
    hfi_loan *loans;
    hfi_token_block *blocks;
    hfp_cond news; /* complete, abandoned, or one user less */
} hfi_token;

struct hfi_async {
    hfi_parts *parts;
    hfi_async *next_async; /* the list of all */
    hfi_token *tokens;     /* that have not ended */
    bool is_stopped;       /* the runner may be gone: no resource is let go any more */
    uint32_t reports;      /* threads that report in its name, without the lock */
    hfp_cond silent;       /* reports is 0 */
};

/* ---- the table (table.c) ---- */

extern hfp_mutex hfi_token_lock;

/** The word of a token.  Lock held. */
hf_token *hfi_token_word(const hfi_token *token);

/** A cell for a new token, linked and NEW; HF_E_NOMEM, HF_E_LIMIT.  Lock held. */
HF_MUST_CHECK hf_status hfi_token_take(hfi_async *async, hfi_token **token_out);

/** What is left of a token that has ended, to be given back without the lock. */
typedef struct hfi_token_rest {
    hfi_token_block *blocks;
    hf_token_cleanup_fn cleanup;
    void *user;
} hfi_token_rest;

/** Ends a token that has no loans any more: its word means nothing from here on.  Lock held. */
hfi_token_rest hfi_token_retire(hfi_token *token);

/** Frees the memory and calls the cleanup.  No lock, not managed. */
void hfi_token_finish(hfi_token_rest rest);

/** The cell at a place, NULL behind the last one.  Lock held. */
hfi_token *hfi_token_at(uint32_t index);

/** The cell of a word, whatever is in it now, or NULL if no such word was given out.  Lock held. */
hfi_token *hfi_token_find(const hf_token *word, uint32_t *generation_out);

/** Says for all cells that the runtime has ended.  Lock held. */
void hfi_token_forget(const hfi_async *async);

/* ---- asking and refusing (ask.c) ---- */

/** Which call it is, for reports. */
typedef struct hfi_token_call {
    const char *function;
    hf_site site;
} hfi_token_call;

/**
 * Takes the lock and finds the token of a word.  NULL: the status says why, it was reported, and
 * the lock is not held.
 */
hfi_token *hfi_token_open(hf_token *word, hfi_token_call call, hf_status *status_out);

/** The same for all but a completion: a token that is being destroyed is not there any more. */
hfi_token *hfi_token_open_own(hf_token *word, hfi_token_call call, hf_status *status_out);

/** Its name, state and number of buffers.  Lock held. */
void hfi_token_tell(const hfi_token *token, hfi_text *text);

/** Gives the lock up, reports what is wrong with the state of the token, gives HF_E_MISUSE. */
hf_status hfi_token_refuse(hfi_token *token, hfi_token_call call, const char *message,
                           const char *remedy);

/** Gives the lock up, reports a leak with the sites of its birth and its submit. */
void hfi_token_report_leak(hfi_token *token, const char *function, hf_status status,
                           const char *message, const char *remedy);

/* ---- the end of an operation (complete.c) ---- */

/** True while native code may have what was lent. */
static inline bool hfi_token_is_under_way(const hfi_token *token)
{
    return token->state == HF_TOKEN_SUBMITTED || token->state == HF_TOKEN_CANCELLING;
}

/** Lets go of all that was lent.  Lock held. */
void hfi_token_let_go(hfi_token *token);

/** Calls the cancel function if that was not done.  Lock held, given up meanwhile; a user; not
 * managed. */
void hfi_token_begin_cancel(hfi_token *token);

/** Waits until it is not under way; false when the deadline passed.  Likewise. */
HF_MUST_CHECK bool hfi_token_await(hfi_token *token, uint64_t deadline_ns);

/** One user less.  Lock held. */
void hfi_token_leave(hfi_token *token);

/** Now and a time, or HFP_FOREVER. */
uint64_t hfi_token_deadline(uint64_t timeout_ns);

#endif
