/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_ASYNC_ASYNC_H
#define HOLDFAST_ASYNC_ASYNC_H

/*
 * Tokens, as the runtime sees them.
 */

#include "base/parts.h"
#include "base/verify.h"
#include "diag/left.h"

#include <holdfast/token.h>

typedef struct hfi_async hfi_async;

HF_MUST_CHECK hf_status hfi_async_create(hfi_parts *parts, hfi_async **async_out);

/**
 * Cancels what is under way, waits for it within its bounds and the deadline, and lets go of all
 * that native code does not have any more; nothing is submitted from here on.  While the runner
 * runs still: it closes what the tokens held.  Not attached, or in native state.
 */
void hfi_async_stop(hfi_async *async, uint64_t deadline_ns);

/** What hfi_async_destroy() will find, without a report.  No lock held; the visitor may do anything
 * but end the runtime. */
void hfi_tokens_each_left(hfi_async *async, hfi_left_fn visit, void *user);

/**
 * Gives the number of tokens that were never destroyed or are not complete, each reported; `keep`:
 * threads are still attached, so nothing is freed.  Before the pins and the resources end.
 */
uint64_t hfi_async_destroy(hfi_async *async, bool keep);

/** Says that `scope` will end a token, whoever may do so before, and with it what it lends.  False
 * if it has ended, is of another runtime, or is a scope's already. */
HF_MUST_CHECK bool hfi_token_give_to(hfi_async *async, hf_token *word, const void *scope);

/** Says that no scope ends it any more; nothing if it has ended. */
void hfi_token_take_from(const hf_token *word);

/** Destroys a token that a scope had, if it has not ended yet.  What it lends still, because it
 * could not be ended, is the scope's no more. */
hf_status hfi_token_end_if(hf_thread *thread, hf_token *word, hf_site site);

/** Takes and gives the lock of all tokens of the process around a fork. */
void hfi_tokens_lock(void);
void hfi_tokens_unlock(void);

/** In the child, lock held: operations under way are the parent's. */
void hfi_tokens_fork_child(void);

#endif
