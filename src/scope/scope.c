/* SPDX-License-Identifier: MIT */

/*
 * Scopes: their list, their tree, and what the collector finds in them.
 *
 * A scope's items are an array in the order of adding.  Buffers and resources in it are roots: a
 * scope owns what it holds.  A scope that was closed rests before its memory is another's, so that
 * a use of it is told with the place of the close.
 *
 * Threads: managed threads change a scope under the lock, held for a few stores and across no
 * safepoint; so with the world stopped nobody is inside, and the collector walks without it.  What
 * a close decides it decides with the world stopped (close.c), and so against all of them at once.
 */

#include "scope/inside.h"

#include "base/alloc.h"
#include "diag/report.h"
#include "diag/text.h"

#define LEFT_MAX 100u

/* ---- the module ---- */

static void visit_roots(void *self, hfi_tracer *tracer)
{
    hfi_scopes *scopes = self;
    for (hf_scope *scope = scopes->first; scope; scope = scope->next) {
        for (size_t i = 0; i < scope->count; i++) {
            if (scope->items[i].slot.word_ != 0) {
                hfi_trace_slot(tracer, &scope->items[i].slot);
            }
        }
    }
}

static bool has_slot(const hf_scope *scope, const hf_slot *slot)
{
    for (size_t i = 0; i < scope->count; i++) {
        if (slot == &scope->items[i].slot) {
            return true;
        }
    }
    return false;
}

static void tell_root(void *self, const hf_slot *slot, uintptr_t object, hfi_text *text)
{
    (void)object;
    const hfi_scopes *scopes = self;
    const hf_scope *scope = scopes->first;
    while (scope && !has_slot(scope, slot)) {
        scope = scope->next;
    }
    if (scope) {
        hfi_text_format(text, "scope \"%s\" begun at %s:%d", scope->name ? scope->name : "",
                        hfi_site_file(scope->site), scope->site.line);
    }
}

hf_status hfi_scopes_create(hfi_parts *parts, hfi_scopes **scopes_out)
{
    hfi_scopes *scopes = hfi_alloc(sizeof *scopes);
    if (!scopes) {
        return HF_E_NOMEM;
    }
    scopes->parts = parts;
    hfp_mutex_init(&scopes->lock);
    scopes->participant = (hfi_participant){
        .name = "scope", .self = scopes, .visit_roots = visit_roots, .tell_root = tell_root
    };
    hfi_heap_add_participant(parts->heap, &scopes->participant);
    *scopes_out = scopes;
    return HF_OK;
}

static void report_left(const hfi_scopes *scopes, const hf_scope *scope)
{
    hf_report report = HF_REPORT_INIT;
    report.kind = HF_REPORT_LEAK;
    report.status = HF_E_BUSY;
    report.function = "hf_runtime_destroy";
    report.argument = "scope";
    report.object = scope->name;
    report.site = scope->site;
    report.message = scope->is_closing
                         ? "the close of the scope was never finished: its buffers were held"
                         : "the scope was never closed; its cleanup functions do not run";
    report.remedy = "hf_scope_close(), or HF_SCOPE, which does it at the end of the block";
    (void)hfi_report(scopes->parts->reporter, &report);
}

static void drop(hf_scope *scope)
{
    hfi_free(scope->items);
    hfi_free(scope);
}

uint64_t hfi_scopes_destroy(hfi_scopes *scopes, bool keep)
{
    uint64_t left = 0;
    for (const hf_scope *one = scopes->first; one; one = one->next) {
        report_left(scopes, one);
        left++;
    }
    if (keep) {
        return left;
    }
    hf_scope *scope;
    while ((scope = scopes->first)) {
        scopes->first = scope->next;
        drop(scope);
    }
    while ((scope = hfi_spare_take(&scopes->spare, 0))) {
        drop(scope);
    }
    hfp_mutex_finish(&scopes->lock);
    hfi_free(scopes);
    return left;
}

void hfi_scopes_lock(hfi_scopes *scopes)
{
    hfp_mutex_lock(&scopes->lock);
}

void hfi_scopes_unlock(hfi_scopes *scopes)
{
    hfp_mutex_unlock(&scopes->lock);
}

/* A close that waited had marked what it waits for; the one that forked does not wait now. */
void hfi_scopes_fork_child(hfi_scopes *scopes, const hf_thread *self)
{
    for (hf_scope *scope = scopes->first; scope; scope = scope->next) {
        if (scope->closer != self) {
            scope->closer = NULL;
        }
        for (size_t i = 0; i < scope->count; i++) {
            if (scope->items[i].slot.word_ != 0) {
                hfi_object_flag(scope->items[i].slot.word_, HFI_FLAG_LEAVING, false);
            }
        }
    }
}

/* The scope with the highest number below `serial`, which is the newest of them. */
static uint64_t find_left(hfi_scopes *scopes, uint64_t serial, hfi_left *left_out)
{
    uint64_t found = 0;
    hfp_mutex_lock(&scopes->lock);
    for (const hf_scope *scope = scopes->first; scope && found == 0; scope = scope->next) {
        if (scope->serial < serial) {
            found = scope->serial;
            *left_out = (hfi_left){ .kind = "scope",
                                    .site = scope->site,
                                    .why = scope->is_closing ? "its close was never finished"
                                                             : "hf_scope_close() was not called" };
            hfi_text text = hfi_text_begin(left_out->object, sizeof left_out->object);
            hfi_text_format(&text, "\"%s\", with %zu things in it", scope->name, scope->count);
            hfi_text_end(&text);
        }
    }
    hfp_mutex_unlock(&scopes->lock);
    return found;
}

void hfi_scopes_each_left(hfi_scopes *scopes, hfi_left_fn fn, void *user)
{
    hfi_left left;
    uint64_t serial = UINT64_MAX;
    for (unsigned told = 0; told < LEFT_MAX; told++) {
        serial = find_left(scopes, serial, &left);
        if (serial == 0) {
            return;
        }
        fn(&left, user);
    }
}

/* ---- refusals ---- */

hf_status hfi_scope_refuse(hf_scope *scope, const char *function, hf_site site)
{
    hfi_scopes *scopes = scope->scopes;
    hfp_mutex_lock(&scopes->lock);
    bool is_closed = scope->sig != HFI_SCOPE_ALIVE;
    hf_site closed = scope->closed;
    hf_site born = scope->site;
    const char *name = scope->name;
    hfp_mutex_unlock(&scopes->lock);
    char line[192];
    hfi_text message = hfi_text_begin(line, sizeof line);
    hfi_text_format(&message,
                    is_closed ? "the scope was closed, at %s:%d" : "the scope closes, since %s:%d",
                    hfi_site_file(closed), closed.line);
    hfi_text_end(&message);
    hf_report report = HF_REPORT_INIT;
    report.kind = HF_REPORT_MISUSE;
    report.status = is_closed ? HF_E_CLOSED : HF_E_SCOPE;
    report.function = function;
    report.argument = "scope";
    report.object = name;
    report.site = site;
    report.other_site = born;
    report.message = line;
    report.remedy = "close a scope once, when nobody uses it any more";
    return hfi_report(scopes->parts->reporter, &report);
}

hf_status hfi_scope_check(hf_thread *thread, hf_scope *scope, const char *function, hf_site site)
{
    if (!scope) {
        return HF_E_NULL;
    }
    if (scope->scopes != thread->parts->scopes) {
        return hfi_misuse(thread->parts->reporter, HF_E_MISUSE, function, "scope", site,
                          "use a scope with threads of its own runtime",
                          "the scope belongs to another runtime");
    }
    /* Written with the world stopped, or by a thread whose misuse this then is. */
    return scope->sig == HFI_SCOPE_ALIVE ? HF_OK : hfi_scope_refuse(scope, function, site);
}

/* ---- making and retiring ---- */

static hf_scope *take(hfi_scopes *scopes)
{
    hfp_mutex_lock(&scopes->lock);
    hf_scope *scope = hfi_spare_take(&scopes->spare, HFI_SPARE_KEPT);
    hfp_mutex_unlock(&scopes->lock);
    return scope ? scope : hfi_alloc(sizeof *scope);
}

/* lock */
static void link_scope(hfi_scopes *scopes, hf_scope *scope)
{
    scope->next = scopes->first;
    scope->link = &scopes->first;
    if (scope->next) {
        scope->next->link = &scope->next;
    }
    scopes->first = scope;
    if (scope->parent) {
        scope->older_child = scope->parent->newest_child;
        scope->parent->newest_child = scope;
    }
}

/* lock */
static void put_spare(hfi_scopes *scopes, hf_scope *scope)
{
    scope->sig = HFI_SCOPE_ENDED;
    hfi_spare_put(&scopes->spare, scope);
}

static void leave_parent(hf_scope *scope)
{
    hf_scope **at = &scope->parent->newest_child;
    while (*at != scope) {
        at = &(*at)->older_child;
    }
    *at = scope->older_child;
}

hfi_item *hfi_scope_retire(hf_scope *scope)
{
    HF_ASSERT(!scope->newest_child);
    hfi_item *items = scope->items;
    if (scope->parent) {
        leave_parent(scope);
    }
    *scope->link = scope->next;
    if (scope->next) {
        scope->next->link = scope->link;
    }
    scope->items = NULL;
    scope->count = scope->room = scope->ends = 0;
    scope->parent = NULL;
    scope->closer = NULL;
    put_spare(scope->scopes, scope);
    return items;
}

static hf_status create(hf_thread *thread, hf_scope *parent, const char *name, hf_scope **scope_out,
                        hf_site site)
{
    hfi_scopes *scopes = thread->parts->scopes;
    hf_scope *scope = take(scopes);
    if (!scope) {
        return HF_E_NOMEM;
    }
    hfp_mutex_lock(&scopes->lock);
    bool is_late = parent && (parent->sig != HFI_SCOPE_ALIVE || parent->is_closing);
    *scope = (hf_scope){ .sig = HFI_SCOPE_ALIVE,
                         .scopes = scopes,
                         .name = name ? name : "without a name",
                         .site = site,
                         .serial = ++scopes->serial,
                         .parent = is_late ? NULL : parent };
    if (is_late) {
        put_spare(scopes, scope);
    } else {
        link_scope(scopes, scope);
    }
    hfp_mutex_unlock(&scopes->lock);
    if (is_late) {
        return hfi_scope_refuse(parent, "hf_scope_create_inside", site);
    }
    *scope_out = scope;
    return HF_OK;
}

hf_status hf_scope_create_at(hf_thread *thread, const char *name, hf_scope **scope_out,
                             hf_site site)
{
    if (!scope_out) {
        return HF_E_NULL;
    }
    *scope_out = NULL;
    HFI_ENTRY_AS(thread, "hf_scope_create");
    if (atomic_load_explicit(&thread->parts->is_stopping, memory_order_relaxed)) {
        return HF_E_SHUTDOWN;
    }
    return create(thread, NULL, name, scope_out, site);
}

hf_status hf_scope_create_inside_at(hf_thread *thread, hf_scope *parent, const char *name,
                                    hf_scope **scope_out, hf_site site)
{
    if (!scope_out) {
        return HF_E_NULL;
    }
    *scope_out = NULL;
    HFI_ENTRY_AS(thread, "hf_scope_create_inside");
    if (atomic_load_explicit(&thread->parts->is_stopping, memory_order_relaxed)) {
        return HF_E_SHUTDOWN;
    }
    hf_status status = hfi_scope_check(thread, parent, "hf_scope_create_inside", site);
    return status == HF_OK ? create(thread, parent, name, scope_out, site) : status;
}

/* ---- with a block ---- */

hf_scope_block hf_scope_enter(hf_thread *thread, const char *name, hf_scope **scope_out,
                              hf_site site)
{
    hf_scope_block block = { thread, NULL, 0 };
    if (scope_out && hf_scope_create_at(thread, name, scope_out, site) == HF_OK && *scope_out) {
        block.scope_ = *scope_out;
        block.serial_ = block.scope_->serial;
    }
    return block;
}

void hf_scope_leave(const hf_scope_block *block)
{
    if (!block || !block->scope_) {
        return;
    }
    hf_scope *scope = block->scope_;
    hfp_mutex_lock(&scope->scopes->lock);
    bool is_open = scope->sig == HFI_SCOPE_ALIVE && scope->serial == block->serial_;
    hf_site site = scope->site;
    hfp_mutex_unlock(&scope->scopes->lock);
    if (is_open) {
        /* What goes wrong has been reported. */
        hf_status status = hf_scope_close_at(block->thread_, scope, HF_SCOPE_WAIT_NS, site);
        (void)status;
    }
}
