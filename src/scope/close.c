/* SPDX-License-Identifier: MIT */

/*
 * Closing a scope.
 *
 *   begin    stop: nobody holds anything of it or of those inside it?  mark all of them: nothing
 * can be added any more ends     innermost scope first, newest item first: all but buffers, with
 * the world running empty    stop: nobody holds a buffer of it?  all of them are empty, it is
 * closed
 *
 * Each of the two questions is asked and answered in one stop, so it stands between two calls and
 * never inside of one.  A "no" is reported, or asked again after a sleep in native state.  Where
 * there are buffers alone both are one stop.
 *
 * An item is taken off the array before it is ended, by the one thread that is the scope's
 * closer, so each ends once, also when a cleanup function tries to close the scope again.
 *
 * A buffer that was emptied keeps its memory as long as it is reachable: only its length is
 * zero.  So a reader that has checked the old length before a safepoint reads dead bytes, never
 * another object's.
 */

#include "scope/inside.h"

#include "base/alloc.h"
#include "diag/report.h"

#include <string.h>

#define SLEEP_FIRST_NS UINT64_C(20000)
#define SLEEP_MOST_NS  UINT64_C(2000000)

/* What the bytes of a closed scope's buffers become in checked mode. */
#define POISON 0xdb

typedef struct closing {
    hf_thread *thread;
    hf_scope *root;
    hf_scope *scope; /* the one to be emptied */
    hf_site site;
    uint64_t deadline_ns; /* 0: no waiting */
    hfi_holder holder;
    bool is_leaving; /* nothing of the tree is lent any more */
    bool is_other;   /* it is closed, or this thread closes it further out */
    hfi_item *items; /* of a scope that is closed now; to be freed */
} closing;

typedef void step_fn(closing *c);

/* ---- with the world stopped ---- */

/* Lends what is in the tree to nobody more, or to all again.  New users would keep a close waiting
 * for ever: between two fences there need not be a safepoint. */
static void set_leaving(closing *c, bool is_leaving)
{
    if (!is_leaving && !c->is_leaving) {
        return;
    }
    for (hf_scope *scope = c->root->scopes->first; scope; scope = scope->next) {
        if (!hfi_scope_is_inside(scope, c->root)) {
            continue;
        }
        for (size_t i = 0; i < scope->count; i++) {
            if (scope->items[i].slot.word_ != 0) {
                hfi_object_flag(scope->items[i].slot.word_, HFI_FLAG_LEAVING, is_leaving);
            }
        }
    }
    c->is_leaving = is_leaving;
}

static void empty(const hf_scope *scope, bool poison)
{
    for (size_t i = 0; i < scope->count; i++) {
        uintptr_t object = scope->items[i].slot.word_;
        if (scope->items[i].kind != HFI_ITEM_BYTES) {
            continue;
        }
        if (poison) {
            memset(hfi_payload_16(object), POISON, (size_t)*hfi_object_length(object));
        }
        *hfi_object_length(object) = 0;
    }
}

static void finish(closing *c, hf_scope *scope)
{
    hfi_scopes *scopes = scope->scopes;
    empty(scope, scopes->parts->settings.checked);
    hfp_mutex_lock(&scopes->lock);
    c->items = hfi_scope_retire(scope);
    hfp_mutex_unlock(&scopes->lock);
}

/* A close that is at work in the tree: another thread's is waited for, this one's never ends. */
static void find_closer(closing *c)
{
    for (const hf_scope *scope = c->root->scopes->first; scope; scope = scope->next) {
        if (!scope->closer || !hfi_scope_is_inside(scope, c->root)) {
            continue;
        }
        c->is_other = scope->closer == c->thread;
        c->holder.is_there = true;
        c->holder.is_self = false;
        c->holder.site = scope->closed;
        hfi_text text = hfi_text_begin(c->holder.text, sizeof c->holder.text);
        hfi_text_format(&text, "thread %ju closes the scope \"%s\"",
                        (uintmax_t)scope->closer->os_thread, scope->name);
        hfi_text_end(&text);
        return;
    }
}

static void mark(closing *c, const hf_thread *closer)
{
    hfi_scopes *scopes = c->thread->parts->scopes;
    hfp_mutex_lock(&scopes->lock);
    for (hf_scope *scope = scopes->first; scope; scope = scope->next) {
        if (hfi_scope_is_inside(scope, c->root)) {
            scope->is_closing = true;
            scope->closer = closer;
            scope->closed = c->site;
        }
    }
    hfp_mutex_unlock(&scopes->lock);
}

static void step_begin(closing *c)
{
    c->is_other = c->root->sig != HFI_SCOPE_ALIVE;
    if (!c->is_other) {
        find_closer(c);
    }
    if (c->is_other || c->holder.is_there) {
        return;
    }
    const hfi_search search = {
        .thread = c->thread, .root = c->root, .scope = c->root, .inside = true
    };
    hfi_holder_find(&search, &c->holder);
    if (c->holder.is_there) {
        return;
    }
    set_leaving(c, false);
    mark(c, c->thread);
    if (!c->root->newest_child && c->root->ends == 0) {
        finish(c, c->root);
        c->scope = NULL;
    }
}

static void step_empty(closing *c)
{
    const hfi_search search = {
        .thread = c->thread, .root = c->root, .scope = c->scope, .bytes_only = true
    };
    hfi_holder_find(&search, &c->holder);
    if (!c->holder.is_there) {
        set_leaving(c, false);
        finish(c, c->scope);
    }
}

/* ---- waiting ---- */

static hf_status refuse_held(const closing *c, hf_status status)
{
    char line[192];
    hfi_text message = hfi_text_begin(line, sizeof line);
    hfi_text_format(&message, "%s%s", c->holder.text,
                    c->holder.is_self ? ", which is the thread that closes" : "");
    hfi_text_end(&message);
    hf_report report = HF_REPORT_INIT;
    report.kind = HF_REPORT_WARNING;
    report.status = status;
    report.function = "hf_scope_close";
    report.argument = "scope";
    report.object = c->root->name;
    report.site = c->site;
    report.other_site = c->holder.site;
    report.message = line;
    report.remedy = "end that first, or give hf_scope_close() time to wait for it";
    return hfi_report(c->thread->parts->reporter, &report);
}

static void sleep_outside(hf_thread *thread, uint64_t ns)
{
    hfi_enter(thread);
    hfp_sleep_ns(ns);
    hfi_leave(thread);
}

/* Until the step finds nobody in its way. */
static hf_status take_step(closing *c, step_fn *step)
{
    hfi_world *world = c->thread->parts->world;
    uint64_t sleep_ns = SLEEP_FIRST_NS;
    for (;;) { /* ends with the deadline, which may be never */
        c->holder.is_there = false;
        hfi_world_stop(world, c->thread);
        bool is_late = c->deadline_ns == 0 || hfp_clock_ns() >= c->deadline_ns;
        step(c);
        if (c->holder.is_there) { /* also what was added since the last time */
            set_leaving(c, !c->holder.is_self && !c->is_other && !is_late);
        }
        hfi_world_resume(world, c->thread);
        if (c->is_other) {
            return HF_E_BUSY;
        }
        if (!c->holder.is_there) {
            hfi_free(c->items);
            c->items = NULL;
            return HF_OK;
        }
        if (c->holder.is_self || c->deadline_ns == 0) {
            return refuse_held(c, HF_E_BUSY);
        }
        if (is_late) {
            return refuse_held(c, HF_E_TIMEOUT);
        }
        sleep_outside(c->thread, sleep_ns);
        sleep_ns = 2 * sleep_ns < SLEEP_MOST_NS ? 2 * sleep_ns : SLEEP_MOST_NS;
    }
}

/* ---- with the world running ---- */

/* All but buffers, the newest first.  An item stays where it is until it has ended, because it is a
 * root; its kind says already before that nobody ends it again, not even the child of a fork. */
static hf_status end_items(hf_thread *thread, hf_scope *scope, hf_site site)
{
    hf_status worst = HF_OK;
    for (size_t i = scope->count; i > 0; i--) {
        hfi_item *item = &scope->items[i - 1];
        if (item->kind == HFI_ITEM_BYTES || item->kind == HFI_ITEM_NONE) {
            continue;
        }
        hfi_item_kind kind = item->kind;
        item->kind = HFI_ITEM_NONE;
        hf_status status = hfi_item_end(thread, item, kind, site);
        item->slot.word_ = 0;
        worst = status != HF_OK ? status : worst;
    }
    return worst;
}

static hf_scope *innermost(hf_scope *scope)
{
    while (scope->newest_child) {
        scope = scope->newest_child;
    }
    return scope;
}

static hf_status close_marked(closing *c)
{
    hf_status worst = HF_OK;
    bool is_last = c->scope == NULL; /* it was done in the first step */
    while (!is_last) {
        c->scope = innermost(c->root);
        is_last = c->scope == c->root;
        hf_status status = end_items(c->thread, c->scope, c->site);
        worst = status != HF_OK ? status : worst;
        status = take_step(c, step_empty);
        if (status != HF_OK) {
            mark(c, NULL); /* so that it can be tried again */
            return status;
        }
    }
    return worst;
}

static hf_status refuse_other(hf_thread *thread, hf_scope *scope, hf_site site)
{
    if (scope->sig != HFI_SCOPE_ALIVE) {
        return hfi_scope_refuse(scope, "hf_scope_close", site);
    }
    return hfi_misuse(thread->parts->reporter, HF_E_BUSY, "hf_scope_close", "scope", site,
                      "close a scope once, in one place",
                      "the scope, or one inside it, is being closed since %s:%d",
                      hfi_site_file(scope->closed), scope->closed.line);
}

hf_status hf_scope_close_at(hf_thread *thread, hf_scope *scope, uint64_t timeout_ns, hf_site site)
{
    HFI_ENTRY_AS(thread, "hf_scope_close");
    hf_status status = hfi_scope_check(thread, scope, "hf_scope_close", site);
    if (status != HF_OK) {
        return status;
    }
    closing c = { .thread = thread, .root = scope, .scope = scope, .site = site };
    if (timeout_ns != 0) {
        uint64_t now = hfp_clock_ns();
        c.deadline_ns = timeout_ns > UINT64_MAX - now ? UINT64_MAX : now + timeout_ns;
    }
    hfp_native_error error = hfp_native_error_save();
    status = take_step(&c, step_begin);
    if (c.is_other) {
        status = refuse_other(thread, scope, site);
    } else if (status == HF_OK) {
        status = close_marked(&c);
    }
    hfp_native_error_restore(error);
    return status;
}
