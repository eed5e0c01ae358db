/* SPDX-License-Identifier: MIT */

/*
 * Finding the token of a word, and saying what is wrong with one.
 *
 * A report hook is user code and gets no lock.  While it runs, the runtime whose hook it is must
 * not end: who reports is counted in hfi_async.reports, and the end waits for that.
 *
 * Threads: any.
 */

#include "async/inside.h"

#include "diag/report.h"

#include <holdfast/diag.h>

/* Lock held; gives it up. */
static hf_status say(hfi_async *async, const hf_report *report)
{
    hfi_reporter *reporter = NULL;
    if (async) {
        async->reports++;
        reporter = async->parts->reporter;
    }
    hfp_mutex_unlock(&hfi_token_lock);
    (void)hfi_report(reporter, report);
    if (async) {
        hfp_mutex_lock(&hfi_token_lock);
        if (--async->reports == 0) {
            hfp_cond_wake_all(&async->silent);
        }
        hfp_mutex_unlock(&hfi_token_lock);
    }
    return report->status;
}

static hf_report report_of(hfi_token_call call, hf_status status, const char *message,
                           const char *remedy)
{
    hf_report report = HF_REPORT_INIT;
    report.kind = HF_REPORT_MISUSE;
    report.status = status;
    report.function = call.function;
    report.argument = "token";
    report.site = call.site;
    report.message = message;
    report.remedy = remedy;
    return report;
}

/* Lock held; gives it up. */
static hf_status refuse_word(const hfi_token *token, uint32_t generation, hfi_token_call call)
{
    bool was_one = token && generation < token->generation;
    hf_report report =
        report_of(call, HF_E_HANDLE,
                  was_one ? "the token has ended" : "the word was never given out as a token",
                  was_one ? "destroy a token when native code has forgotten its word"
                          : "hand native code the token itself and get it back unchanged");
    return say(token ? token->async : NULL, &report);
}

hfi_token *hfi_token_open(hf_token *word, hfi_token_call call, hf_status *status_out)
{
    if (!word) {
        *status_out = HF_E_NULL;
        return NULL;
    }
    uint32_t generation = 0;
    hfp_mutex_lock(&hfi_token_lock);
    hfi_token *token = hfi_token_find(word, &generation);
    if (token && token->generation == generation && token->state != HF_TOKEN_NONE) {
        return token;
    }
    *status_out = refuse_word(token, generation, call);
    return NULL;
}

void hfi_token_tell(const hfi_token *token, hfi_text *text)
{
    static const char *const states[] = { "ended",     "new",      "submitted",
                                          "cancelled", "complete", "abandoned" };
    hfi_text_format(text, "%s, %s, %u buffers",
                    token->options.name ? token->options.name : "without a name",
                    states[token->state], (unsigned)token->buffers);
}

static hf_status refuse_as(hfi_token *token, hfi_token_call call, hf_status status,
                           const char *message, const char *remedy)
{
    char object[96];
    hfi_text text = hfi_text_begin(object, sizeof object);
    hfi_text_add(&text, "token ");
    hfi_token_tell(token, &text);
    hfi_text_end(&text);
    hf_report report = report_of(call, status, message, remedy);
    report.object = object;
    report.other_site = token->born;
    return say(token->async, &report);
}

hfi_token *hfi_token_open_own(hf_token *word, hfi_token_call call, hf_status *status_out)
{
    hfi_token *token = hfi_token_open(word, call, status_out);
    if (token && token->is_ending) {
        *status_out = refuse_as(token, call, HF_E_HANDLE, "the token was destroyed",
                                "use a token before its owner destroys it");
        return NULL;
    }
    return token;
}

hf_status hfi_token_refuse(hfi_token *token, hfi_token_call call, const char *message,
                           const char *remedy)
{
    return refuse_as(token, call, HF_E_MISUSE, message, remedy);
}

void hfi_token_report_leak(hfi_token *token, const char *function, hf_status status,
                           const char *message, const char *remedy)
{
    char object[96];
    hfi_text text = hfi_text_begin(object, sizeof object);
    hfi_text_add(&text, "token ");
    hfi_token_tell(token, &text);
    hfi_text_end(&text);
    hfi_token_call call = { function, token->born };
    hf_report report = report_of(call, status, message, remedy);
    report.kind = HF_REPORT_LEAK;
    report.object = object;
    report.other_site = token->submitted;
    (void)say(token->async, &report);
}
