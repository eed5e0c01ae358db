/* SPDX-License-Identifier: MIT */

/*
 * What is in a scope: putting in, taking out, and how each kind ends.
 *
 * A pin, a set, a handle and a token are told from a later one at the same place by a number, so
 * they may end before their scope does.  A global and a callback have no such number: they are
 * marked, and whoever destroys one that a scope has is told so.  A resource is disposed unless it
 * is already.
 *
 * Threads: managed; the scopes' lock is held for the change of the array alone.  The calls of other
 * modules are made without it.
 */

#include "scope/inside.h"

#include "async/async.h"
#include "base/alloc.h"
#include "callback/callback.h"
#include "diag/report.h"
#include "resource/resource.h"
#include "root/handle.h"
#include "root/root.h"

#define ROOM_FIRST 8u

static const hf_site nowhere = { NULL, 0 };

/* ---- the array ---- */

/* lock */
static bool make_room(hf_scope *scope)
{
    if (scope->count < scope->room) {
        return true;
    }
    size_t room = scope->room ? 2 * scope->room : ROOM_FIRST;
    if (room > SIZE_MAX / sizeof(hfi_item)) {
        return false;
    }
    hfi_item *items = hfi_realloc(scope->items, room * sizeof *items);
    if (items) {
        scope->items = items;
        scope->room = room;
    }
    return items != NULL;
}

static hf_status put(hf_scope *scope, const hfi_item *item, const char *function)
{
    hfi_scopes *scopes = scope->scopes;
    hf_status status = HF_OK;
    hfp_mutex_lock(&scopes->lock);
    if (scope->sig != HFI_SCOPE_ALIVE || scope->is_closing) {
        status = HF_E_SCOPE;
    } else if (!make_room(scope)) {
        status = HF_E_NOMEM;
    } else {
        scope->items[scope->count++] = *item;
        scope->ends += item->kind != HFI_ITEM_BYTES;
    }
    hfp_mutex_unlock(&scopes->lock);
    return status == HF_E_SCOPE ? hfi_scope_refuse(scope, function, nowhere) : status;
}

static hf_status begin(hf_thread *thread, hf_scope *scope, const void *thing, const char *function)
{
    HFI_ENTRY_AS(thread, function);
    hf_status status = hfi_scope_check(thread, scope, function, nowhere);
    return status == HF_OK && !thing ? HF_E_NULL : status;
}

static hf_status refuse_thing(hf_thread *thread, const char *function, const char *argument)
{
    return hfi_misuse(thread->parts->reporter, HF_E_MISUSE, function, argument, nowhere,
                      "give a scope what is alive and in no scope",
                      "the %s has ended, or a scope has it already", argument);
}

/* ---- who has what ---- */

/* Marks what a scope is to have, or takes its number; false if it has ended, or a scope has it. */
static bool claim(hfi_parts *parts, const hf_scope *scope, hfi_item *item)
{
    switch (item->kind) {
    case HFI_ITEM_PIN:
        item->serial = hfi_pin_give_to(parts->fences, item->thing, scope);
        return item->serial != 0;
    case HFI_ITEM_PINSET:
        item->serial = hfi_pinset_give_to(parts->fences, item->thing, scope);
        return item->serial != 0;
    case HFI_ITEM_GLOBAL:
        return hfi_global_set_scoped(parts->roots, item->thing, true);
    case HFI_ITEM_CALLBACK:
        return hfi_callback_set_scoped(parts, item->thing, true);
    case HFI_ITEM_TOKEN:
        return hfi_token_give_to(parts->async, item->thing, scope);
    default:
        return true;
    }
}

static void set_free(hfi_parts *parts, const hfi_item *item)
{
    switch (item->kind) {
    case HFI_ITEM_BYTES:
        hfi_object_flag(item->slot.word_, HFI_FLAG_SCOPED | HFI_FLAG_LEAVING, false);
        break;
    case HFI_ITEM_RESOURCE:
        hfi_object_flag(item->slot.word_, HFI_FLAG_LEAVING, false);
        break;
    case HFI_ITEM_PIN:
        hfi_pin_take_from(item->thing, item->serial);
        break;
    case HFI_ITEM_PINSET:
        hfi_pinset_take_from(item->thing, item->serial);
        break;
    case HFI_ITEM_GLOBAL:
        (void)hfi_global_set_scoped(parts->roots, item->thing, false);
        break;
    case HFI_ITEM_CALLBACK:
        (void)hfi_callback_set_scoped(parts, item->thing, false);
        break;
    case HFI_ITEM_TOKEN:
        hfi_token_take_from(item->thing);
        break;
    case HFI_ITEM_HANDLE:
    case HFI_ITEM_CLEANUP:
    case HFI_ITEM_NONE:
        break;
    }
}

/* ---- putting in ---- */

static hf_status add(hf_thread *thread, hf_scope *scope, hfi_item item, const char *what,
                     const char *function)
{
    hf_status status = begin(thread, scope, item.thing, function);
    if (status != HF_OK) {
        return status;
    }
    if (!claim(thread->parts, scope, &item)) {
        return refuse_thing(thread, function, what);
    }
    status = put(scope, &item, function);
    if (status != HF_OK) {
        set_free(thread->parts, &item);
    }
    return status;
}

hf_status hf_scope_bytes_at(hf_thread *thread, hf_scope *scope, size_t size, hf_ref out,
                            hf_site site)
{
    HFI_ENTRY_AS(thread, "hf_scope_bytes");
    if (!out) {
        return HF_E_SLOTS;
    }
    hf_status status = hfi_scope_check(thread, scope, "hf_scope_bytes", site);
    if (status != HF_OK) {
        return status;
    }
    status = hf_bytes_create_at(thread, size, out, site);
    if (status != HF_OK) {
        return status;
    }
    hfi_object_flag(out->word_, HFI_FLAG_SCOPED, true);
    hfi_item item = { .kind = HFI_ITEM_BYTES, .slot = { out->word_ } };
    status = put(scope, &item, "hf_scope_bytes");
    if (status != HF_OK) {
        out->word_ = 0;
    }
    return status;
}

hf_status hf_scope_add_pin(hf_thread *thread, hf_scope *scope, hf_pin *pin)
{
    return add(thread, scope, (hfi_item){ .kind = HFI_ITEM_PIN, .thing = pin }, "pin", __func__);
}

hf_status hf_scope_add_pinset(hf_thread *thread, hf_scope *scope, hf_pinset *set)
{
    return add(thread, scope, (hfi_item){ .kind = HFI_ITEM_PINSET, .thing = set }, "pin set",
               __func__);
}

hf_status hf_scope_add_global(hf_thread *thread, hf_scope *scope, hf_global *global)
{
    return add(thread, scope, (hfi_item){ .kind = HFI_ITEM_GLOBAL, .thing = global }, "global",
               __func__);
}

hf_status hf_scope_add_callback(hf_thread *thread, hf_scope *scope, hf_callback *callback)
{
    return add(thread, scope, (hfi_item){ .kind = HFI_ITEM_CALLBACK, .thing = callback },
               "callback", __func__);
}

hf_status hf_scope_add_token(hf_thread *thread, hf_scope *scope, hf_token *token)
{
    return add(thread, scope, (hfi_item){ .kind = HFI_ITEM_TOKEN, .thing = token }, "token",
               __func__);
}

hf_status hf_scope_add_handle(hf_thread *thread, hf_scope *scope, void *word)
{
    hf_status status = begin(thread, scope, word, __func__);
    if (status != HF_OK) {
        return status;
    }
    char message[192];
    const char *remedy = NULL;
    status =
        hfi_handle_check(thread->parts->handles, (uintptr_t)word, message, sizeof message, &remedy);
    if (status != HF_OK) {
        return hfi_misuse(thread->parts->reporter, status, __func__, "word", nowhere, remedy, "%s",
                          message);
    }
    hfi_item item = { .kind = HFI_ITEM_HANDLE, .thing = word };
    return put(scope, &item, __func__);
}

hf_status hf_scope_add_resource(hf_thread *thread, hf_scope *scope, const hf_slot *resource)
{
    HFI_ENTRY(thread);
    uintptr_t object;
    hf_status status = hfi_slot_object(thread, resource, __func__, "resource", &object);
    if (status == HF_OK) {
        status = hfi_scope_check(thread, scope, __func__, nowhere);
    }
    if (status != HF_OK) {
        return status;
    }
    if (hfi_object_type_id(object) != HFI_TYPE_RESOURCE) {
        return HF_E_TYPE;
    }
    hfi_item item = { .kind = HFI_ITEM_RESOURCE, .slot = { object } };
    return put(scope, &item, __func__);
}

hf_status hf_scope_add_cleanup(hf_thread *thread, hf_scope *scope, hf_scope_fn cleanup, void *user)
{
    HFI_ENTRY(thread);
    hf_status status = hfi_scope_check(thread, scope, __func__, nowhere);
    if (status == HF_OK && !cleanup) {
        status = HF_E_NULL;
    }
    if (status != HF_OK) {
        return status;
    }
    hfi_item item = { .kind = HFI_ITEM_CLEANUP, .thing = user, .cleanup = cleanup };
    return put(scope, &item, __func__);
}

/* ---- taking out ---- */

static bool is_thing(const hfi_item *item, const hfi_item *wanted)
{
    if (wanted->cleanup) {
        return item->kind == HFI_ITEM_CLEANUP && item->cleanup == wanted->cleanup &&
               item->thing == wanted->thing;
    }
    if (wanted->slot.word_ != 0) {
        return item->slot.word_ == wanted->slot.word_;
    }
    return item->kind != HFI_ITEM_NONE && item->kind != HFI_ITEM_CLEANUP &&
           item->thing == wanted->thing;
}

/* The newest item like `wanted`; what was at its place moves up. */
static hf_status take_out(hf_scope *scope, const hfi_item *wanted, hfi_item *item_out,
                          const char *function)
{
    hfi_scopes *scopes = scope->scopes;
    hf_status status = HF_E_NOT_FOUND;
    hfp_mutex_lock(&scopes->lock);
    if (scope->sig != HFI_SCOPE_ALIVE || scope->is_closing) {
        status = HF_E_SCOPE;
    }
    for (size_t i = scope->count; i > 0 && status == HF_E_NOT_FOUND; i--) {
        if (is_thing(&scope->items[i - 1], wanted)) {
            *item_out = scope->items[i - 1];
            for (size_t k = i; k < scope->count; k++) {
                scope->items[k - 1] = scope->items[k];
            }
            scope->count--;
            scope->ends -= item_out->kind != HFI_ITEM_BYTES;
            status = HF_OK;
        }
    }
    hfp_mutex_unlock(&scopes->lock);
    return status == HF_E_SCOPE ? hfi_scope_refuse(scope, function, nowhere) : status;
}

hf_status hf_scope_release(hf_thread *thread, hf_scope *scope, const void *thing)
{
    hf_status status = begin(thread, scope, thing, __func__);
    if (status != HF_OK) {
        return status;
    }
    union {
        const void *constant;
        void *plain;
    } same = { thing };
    const hfi_item wanted = { .thing = same.plain };
    hfi_item item;
    status = take_out(scope, &wanted, &item, __func__);
    if (status == HF_OK) {
        set_free(thread->parts, &item);
    }
    return status;
}

hf_status hf_scope_release_ref(hf_thread *thread, hf_scope *scope, const hf_slot *ref)
{
    HFI_ENTRY(thread);
    hfi_item wanted = { 0 };
    hf_status status = hfi_slot_object(thread, ref, __func__, "ref", &wanted.slot.word_);
    if (status == HF_OK) {
        status = hfi_scope_check(thread, scope, __func__, nowhere);
    }
    hfi_item item;
    if (status == HF_OK) {
        status = take_out(scope, &wanted, &item, __func__);
    }
    if (status == HF_OK) {
        set_free(thread->parts, &item);
    }
    return status;
}

hf_status hf_scope_release_cleanup(hf_thread *thread, hf_scope *scope, hf_scope_fn cleanup,
                                   const void *user)
{
    HFI_ENTRY(thread);
    hf_status status = hfi_scope_check(thread, scope, __func__, nowhere);
    if (status != HF_OK || !cleanup) {
        return status != HF_OK ? status : HF_E_NULL;
    }
    union {
        const void *constant;
        void *plain;
    } same = { user };
    const hfi_item wanted = { .cleanup = cleanup, .thing = same.plain };
    hfi_item item;
    return take_out(scope, &wanted, &item, __func__);
}

/* ---- ending ---- */

static void end_handle(hf_thread *thread, void *word, hf_site site)
{
    char message[192];
    const char *remedy;
    if (hfi_handle_check(thread->parts->handles, (uintptr_t)word, message, sizeof message,
                         &remedy) == HF_OK) {
        (void)hf_handle_destroy_at(thread, word, site);
    }
}

static void run_cleanup(hf_thread *thread, const hfi_item *item, hf_site site)
{
    hf_frame frame;
    (void)hf_frame_begin(thread, &frame, site);
    item->cleanup(thread, item->thing);
    hf_frame_end(&frame);
}

hf_status hfi_item_end(hf_thread *thread, hfi_item *item, hfi_item_kind kind, hf_site site)
{
    switch (kind) {
    case HFI_ITEM_PIN:
        hfi_pin_end_if(item->thing, item->serial);
        break;
    case HFI_ITEM_PINSET:
        hfi_pinset_end_if(item->thing, item->serial, site);
        break;
    case HFI_ITEM_HANDLE:
        end_handle(thread, item->thing, site);
        break;
    case HFI_ITEM_GLOBAL:
        (void)hfi_global_set_scoped(thread->parts->roots, item->thing, false);
        hf_global_destroy(thread, item->thing);
        break;
    case HFI_ITEM_CALLBACK:
        (void)hfi_callback_set_scoped(thread->parts, item->thing, false);
        (void)hf_callback_destroy_at(item->thing, site);
        break;
    case HFI_ITEM_RESOURCE:
        return hf_resource_is_open(&item->slot) ? hf_resource_dispose_at(thread, &item->slot, site)
                                                : HF_OK;
    case HFI_ITEM_TOKEN:
        return hfi_token_end_if(thread, item->thing, site) == HF_OK ? HF_OK : HF_E_RELEASE;
    case HFI_ITEM_CLEANUP:
        run_cleanup(thread, item, site);
        break;
    case HFI_ITEM_BYTES:
    case HFI_ITEM_NONE:
        break;
    }
    return HF_OK;
}
