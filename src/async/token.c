/* SPDX-License-Identifier: MIT */

/*
 * Tokens before and behind their operation: creating, lending, submitting, looking.
 *
 * A token is filled while it is NEW.  Whoever fills it makes the pin or takes the hold without the
 * lock, and then looks again whether it is NEW still: a submit in between is the caller's fault, is
 * reported, and leaves nothing behind.
 *
 * Threads: see token.h; the lock is held in stretches without a safepoint and without user code.
 */

#include "async/inside.h"

#include "base/alloc.h"
#include "base/given.h"
#include "base/size.h"
#include "diag/report.h"
#include "fence/fence.h"
#include "resource/resource.h"

#include <stddef.h>

#define TIMEOUT_NS  UINT64_C(2000000000)
#define ALIGN_MAX   4096u
#define ALIGN_USUAL 16u

/* ---- creating ---- */

hf_status hf_token_create_at(hf_thread *thread, const hf_token_options *options,
                             hf_token **token_out, hf_site site)
{
    if (token_out) {
        *token_out = NULL;
    }
    HFI_ENTRY_AS(thread, "hf_token_create");
    if (!token_out) {
        return HF_E_NULL;
    }
    hf_token_options given = { 0 };
    if (!hfi_given_read(options, &given, sizeof given)) {
        return HF_E_OPTIONS;
    }
    if (given.cancel_timeout_ns == 0) {
        given.cancel_timeout_ns = TIMEOUT_NS;
    }
    hfi_parts *parts = thread->parts;
    if (atomic_load_explicit(&parts->is_stopping, memory_order_relaxed)) {
        return HF_E_SHUTDOWN;
    }
    hfp_native_error saved = hfp_native_error_save();
    hfi_token *token;
    hfp_mutex_lock(&hfi_token_lock);
    hf_status status = hfi_token_take(parts->async, &token);
    if (status == HF_OK) {
        token->options = given;
        token->cancelled = HF_OK;
        token->result = 0;
        token->error = 0;
        token->born = site;
        token->submitted = token->completed = (hf_site){ NULL, 0 };
        *token_out = hfi_token_word(token);
    }
    hfp_mutex_unlock(&hfi_token_lock);
    hfp_native_error_restore(saved);
    return status;
}

/* ---- filling ---- */

static hf_status refuse_to_fill(hfi_token *token, hfi_token_call call)
{
    return hfi_token_refuse(token, call, "the token was submitted",
                            "lend and hold all that the operation needs before hf_token_submit()");
}

/** The token while it is new, with the lock held; else NULL with the refusal, and no lock. */
static hfi_token *open_new(hf_token *word, hfi_token_call call, hf_status *status_out)
{
    hfi_token *token = hfi_token_open_own(word, call, status_out);
    if (token && token->state != HF_TOKEN_NEW) {
        *status_out = refuse_to_fill(token, call);
        return NULL;
    }
    return token;
}

static hf_status check_new(hf_token *word, hfi_token_call call)
{
    hf_status status = HF_OK;
    if (open_new(word, call, &status)) {
        hfp_mutex_unlock(&hfi_token_lock);
    }
    return status;
}

/** Gives a loan to a token; the caller's again when that fails. */
static hf_status add_loan(hf_token *word, hfi_loan *loan, hfi_token_call call)
{
    hf_status status = HF_OK;
    hfi_token *token = open_new(word, call, &status);
    if (token) {
        loan->next = token->loans;
        token->loans = loan;
        token->buffers += loan->pin != NULL;
        if (loan->pin && token->scope) {
            hfi_pin_set_scope(loan->pin, token->scope);
        }
        hfp_mutex_unlock(&hfi_token_lock);
    }
    return status;
}

static hf_status make_pin(hf_thread *thread, const hf_slot *buffer, size_t offset, size_t size,
                          hf_pin **pin_out, hf_span *span_out, hf_site site)
{
    hf_status status = hf_pin_create_at(thread, buffer, pin_out, site);
    if (status != HF_OK) {
        return status;
    }
    hf_span whole = hf_pin_span(*pin_out);
    if (offset > whole.size || size > whole.size - offset) {
        hf_pin_destroy(*pin_out);
        return HF_E_RANGE;
    }
    *span_out = (hf_span){ (unsigned char *)whole.data + offset, size };
    return HF_OK;
}

hf_status hf_token_lend_at(hf_thread *thread, hf_token *word, const hf_slot *buffer, size_t offset,
                           size_t size, hf_span *span_out, hf_site site)
{
    if (span_out) {
        *span_out = (hf_span){ NULL, 0 };
    }
    HFI_ENTRY_AS(thread, "hf_token_lend");
    hfi_token_call call = { "hf_token_lend", site };
    hf_status status = check_new(word, call);
    if (status != HF_OK) {
        return status;
    }
    hfp_native_error saved = hfp_native_error_save();
    hf_span span;
    hfi_loan *loan = hfi_alloc(sizeof *loan);
    status = loan ? make_pin(thread, buffer, offset, size, &loan->pin, &span, site) : HF_E_NOMEM;
    if (status == HF_OK) {
        status = add_loan(word, loan, call);
        if (status != HF_OK) {
            hf_pin_destroy(loan->pin);
        }
    }
    if (status != HF_OK) {
        hfi_free(loan);
    } else if (span_out) {
        *span_out = span;
    }
    hfp_native_error_restore(saved);
    return status;
}

static hf_status take_hold(hf_thread *thread, hf_token *word, uintptr_t object, hfi_token_call call,
                           uintptr_t *value_out)
{
    hfi_loan *loan = hfi_alloc(sizeof *loan);
    if (!loan) {
        return HF_E_NOMEM;
    }
    if (HF_UNLIKELY(hfi_object_word(object) & HFI_FLAG_LEAVING)) {
        hfi_free(loan);
        return hfi_misuse(thread->parts->reporter, HF_E_SCOPE, call.function, "resource", call.site,
                          "end all use of a scope's things before its close",
                          "a scope that closes waits for the resource");
    }
    uintptr_t value;
    hf_status status = hfi_resource_hold_shared(object, &value, &loan->resource);
    if (status == HF_OK) {
        status = add_loan(word, loan, call);
        if (status != HF_OK) {
            hfi_resource_let_go_later(thread->parts, loan->resource);
        }
    }
    if (status != HF_OK) {
        hfi_free(loan);
        return status;
    }
    *value_out = value;
    return HF_OK;
}

hf_status hf_token_hold_at(hf_thread *thread, hf_token *word, const hf_slot *resource,
                           uintptr_t *value_out, hf_site site)
{
    if (value_out) {
        *value_out = 0;
    }
    HFI_ENTRY_AS(thread, "hf_token_hold");
    hfi_token_call call = { "hf_token_hold", site };
    if (!value_out) {
        return HF_E_NULL;
    }
    hf_status status = check_new(word, call);
    uintptr_t object = 0;
    if (status == HF_OK) {
        status = hfi_slot_object(thread, resource, call.function, "resource", &object);
    }
    if (status != HF_OK) {
        return status;
    }
    hfp_native_error saved = hfp_native_error_save();
    status = take_hold(thread, word, object, call, value_out);
    hfp_native_error_restore(saved);
    return status;
}

/* ---- memory ---- */

/* Right before each block of memory that a program gets. */
typedef struct memory_mark {
    uintptr_t seal; /* the word, turned over */
    hf_token *word;
} memory_mark;

static void *make_memory(hf_token *word, size_t size, size_t alignment, hfi_token_block **block_out)
{
    size_t front = sizeof(hfi_token_block) + sizeof(memory_mark) + alignment;
    size_t whole;
    if (!hfi_size_add(size, front, &whole)) {
        return NULL;
    }
    hfi_token_block *block = hfi_alloc(whole);
    if (!block) {
        return NULL;
    }
    uintptr_t base = (uintptr_t)block;
    size_t at = hfi_align_up(base + sizeof *block + sizeof(memory_mark), alignment) - base;
    void *memory = (unsigned char *)block + at;
    memory_mark *mark = (memory_mark *)memory - 1;
    mark->word = word;
    mark->seal = ~(uintptr_t)word;
    *block_out = block;
    return memory;
}

static bool add_block(hf_token *word, hfi_token_block *block, hfi_token_call call)
{
    hf_status status = HF_OK;
    hfi_token *token = open_new(word, call, &status);
    if (!token) {
        return false;
    }
    block->next = token->blocks;
    token->blocks = block;
    hfp_mutex_unlock(&hfi_token_lock);
    return true;
}

void *hf_token_memory_at(hf_token *word, size_t size, size_t alignment, hf_site site)
{
    alignment = alignment == 0 ? ALIGN_USUAL : alignment;
    if (size == 0 || alignment > ALIGN_MAX || !hfi_is_power_of_two(alignment)) {
        return NULL;
    }
    alignment = alignment < ALIGN_USUAL ? ALIGN_USUAL : alignment; /* that of the mark, at least */
    hfp_native_error saved = hfp_native_error_save();
    hfi_token_block *block;
    void *memory = make_memory(word, size, alignment, &block);
    if (memory && !add_block(word, block, (hfi_token_call){ "hf_token_memory", site })) {
        hfi_free(block);
        memory = NULL;
    }
    hfp_native_error_restore(saved);
    return memory;
}

hf_token *hf_token_from_memory(const void *memory)
{
    if (!memory) {
        return NULL;
    }
    const memory_mark *mark = (const memory_mark *)memory - 1;
    return mark->seal == ~(uintptr_t)mark->word ? mark->word : NULL;
}

/* ---- submitting ---- */

hf_status hf_token_submit_at(hf_token *word, hf_site site)
{
    hfi_token_call call = { "hf_token_submit", site };
    hf_status status = HF_OK;
    hfi_token *token = hfi_token_open_own(word, call, &status);
    if (!token) {
        return status;
    }
    if (token->state != HF_TOKEN_NEW) {
        return hfi_token_refuse(token, call, "the token was submitted before",
                                "make a token for each operation");
    }
    if (token->async->is_stopped) {
        status = HF_E_SHUTDOWN;
    } else {
        token->state = HF_TOKEN_SUBMITTED;
        token->submitted = site;
    }
    hfp_mutex_unlock(&hfi_token_lock);
    return status;
}

hf_status hf_token_abort_submit_at(hf_token *word, hf_site site)
{
    hfi_token_call call = { "hf_token_abort_submit", site };
    hf_status status = HF_OK;
    hfi_token *token = hfi_token_open(word, call, &status);
    if (!token) {
        return status;
    }
    if (!hfi_token_is_under_way(token)) {
        return hfi_token_refuse(token, call,
                                token->state == HF_TOKEN_NEW ? "the token was not submitted"
                                                             : "the token is complete",
                                "take a submit back once, when the native function has refused it");
    }
    token->state = HF_TOKEN_NEW;
    token->submitted = (hf_site){ NULL, 0 };
    hfp_cond_wake_all(&token->news);
    hfp_mutex_unlock(&hfi_token_lock);
    return HF_OK;
}

/* ---- looking ---- */

hf_status hf_token_result(hf_token *word, int64_t *result_out, uint32_t *error_out)
{
    hf_status status = HF_OK;
    hfi_token *token = hfi_token_open_own(word, (hfi_token_call){ __func__, HF_SITE }, &status);
    if (!token) {
        return status;
    }
    if (token->state == HF_TOKEN_COMPLETE) {
        if (result_out) {
            *result_out = token->result;
        }
        if (error_out) {
            *error_out = token->error;
        }
    } else {
        status = HF_E_BUSY;
    }
    hfp_mutex_unlock(&hfi_token_lock);
    return status;
}

hf_token_state hf_token_state_get(hf_token *word)
{
    uint32_t generation = 0;
    hfp_mutex_lock(&hfi_token_lock);
    const hfi_token *token = word ? hfi_token_find(word, &generation) : NULL;
    hf_token_state state = token && token->generation == generation ? token->state : HF_TOKEN_NONE;
    hfp_mutex_unlock(&hfi_token_lock);
    return state;
}
