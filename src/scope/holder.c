/* SPDX-License-Identifier: MIT */

/*
 * Who holds something of a scope.
 *
 * With the world stopped every thread is native or at a safepoint, so each call that will use a
 * buffer has either linked its record already, and is found here, or has not looked at the buffer
 * yet, and will find what the close made of it.  There is nothing in between: from the first look
 * at an argument to the record no safepoint lies.
 *
 * A run of a callback counts itself before it looks at the callback's state; one that comes behind
 * this search runs to its end behind the close, which destroying a callback allows.
 */

#include "scope/inside.h"

#include "callback/callback.h"
#include "diag/report.h"
#include "diag/text.h"
#include "heap/birth.h"

typedef struct finding {
    const hfi_search *search;
    hfi_holder *holder;
} finding;

static bool is_of_search(const hfi_search *search, const hf_scope *scope)
{
    return search->inside ? hfi_scope_is_inside(scope, search->scope) : scope == search->scope;
}

static const hf_scope *scope_of(const hfi_search *search, uintptr_t object)
{
    bool is_buffer = hfi_object_word(object) & HFI_FLAG_SCOPED;
    if (!is_buffer && (search->bytes_only || hfi_object_type_id(object) != HFI_TYPE_RESOURCE)) {
        return NULL;
    }
    for (const hf_scope *scope = search->root->scopes->first; scope; scope = scope->next) {
        if (!is_of_search(search, scope)) {
            continue;
        }
        for (size_t i = 0; i < scope->count; i++) {
            if (scope->items[i].slot.word_ == object) {
                return scope;
            }
        }
    }
    return NULL;
}

static const char *kind_text(hf_pin_kind kind)
{
    static const char *const texts[] = { "call", "fence", "an owning pin", "a pin of the set" };
    return (size_t)kind < sizeof texts / sizeof texts[0] ? texts[kind] : "somebody";
}

static void look(const hfi_hold *hold, void *self)
{
    finding *f = self;
    if (f->holder->is_there || (hold->scope && hfi_scope_is_inside(hold->scope, f->search->root)) ||
        !scope_of(f->search, hold->object)) {
        return;
    }
    char object[64];
    hfi_object_describe(hold->object, object, sizeof object);
    f->holder->is_there = true;
    f->holder->is_self = hold->owner == f->search->thread;
    f->holder->site = hold->site;
    hfi_text text = hfi_text_begin(f->holder->text, sizeof f->holder->text);
    hfi_text_add(&text, kind_text(hold->kind));
    if (hold->what) {
        hfi_text_format(&text, " \"%s\"", hold->what);
    }
    hfi_text_format(&text, " of thread %ju holds %s", (uintmax_t)hold->thread, object);
    hfi_text_end(&text);
}

static void look_at_callbacks(const hfi_search *search, const hf_scope *scope, hfi_holder *holder)
{
    for (size_t i = 0; i < scope->count && !holder->is_there; i++) {
        const hfi_item *item = &scope->items[i];
        if (item->kind != HFI_ITEM_CALLBACK || hfi_callback_runs(item->thing) == 0) {
            continue;
        }
        holder->is_there = true;
        holder->is_self = hfi_callback_runs_on(item->thing, search->thread);
        holder->site = hfi_callback_site(item->thing);
        hfi_text text = hfi_text_begin(holder->text, sizeof holder->text);
        hfi_text_format(&text, "the callback \"%s\" runs", hfi_callback_name(item->thing));
        hfi_text_end(&text);
    }
}

void hfi_holder_find(const hfi_search *search, hfi_holder *holder_out)
{
    *holder_out = (hfi_holder){ .is_there = false };
    finding f = { search, holder_out };
    hfi_scopes *scopes = search->root->scopes;
    hfi_fences_each_hold(scopes->parts->fences, look, &f);
    for (const hf_scope *scope = search->bytes_only ? NULL : scopes->first; scope;
         scope = scope->next) {
        if (is_of_search(search, scope)) {
            look_at_callbacks(search, scope, holder_out);
        }
    }
}
