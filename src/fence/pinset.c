/* SPDX-License-Identifier: MIT */

/*
 * Pin sets: owning pins that have a common end.
 *
 * A set is a list of the same cells that hf_pin_create() makes, newest first, so the collector
 * and the reports know nothing of sets.  A buffer that was pinned twice has two cells: that is
 * the count, and each has its own place.
 *
 * Pin against close: the look at `is_closed` and the link of the cell are one stretch under the
 * lock, and so are the mark and the unlinking in close.  A pin is in the set before the close,
 * which then ends it, or finds the mark; it is never left over.
 *
 * A destroyed set rests, as an ended pin does, before its memory is another set's, so that a use
 * of it is told.  Taking one pin out looks through the set from the newest on: sets are small, or
 * are ended as a whole.
 *
 * Threads: all under the module's lock, which is held across no safepoint and in no report.
 */

#include "fence/fences.h"

#include "base/alloc.h"
#include "diag/report.h"

#define SET_ALIVE 0x53455453u /* "SETS" */
#define SET_ENDED 0x73657473u /* "sets" */

/* ---- the list of sets ---- */

static hf_pinset *take(hfi_fences *fences)
{
    hfp_mutex_lock(&fences->lock);
    hf_pinset *set = hfi_spare_take(&fences->spare_sets, HFI_SPARE_KEPT);
    hfp_mutex_unlock(&fences->lock);
    if (!set && (set = hfi_alloc(sizeof *set))) {
        set->fences = fences; /* for ever: who still has an older set reads it without the lock */
    }
    return set;
}

static void link_set(hfi_fences *fences, hf_pinset *set)
{
    set->next = fences->sets;
    set->link = &fences->sets;
    if (set->next) {
        set->next->link = &set->next;
    }
    fences->sets = set;
}

/* lock */
static void retire(hfi_fences *fences, hf_pinset *set)
{
    *set->link = set->next;
    if (set->next) {
        set->next->link = set->link;
    }
    set->sig = SET_ENDED;
    hfi_spare_put(&fences->spare_sets, set);
}

/* ---- the pins of a set; lock ---- */

static void unlink_pin(hf_pinset *set, hf_pin *pin)
{
    *pin->set_link = pin->set_next;
    if (pin->set_next) {
        pin->set_next->set_link = pin->set_link;
    }
    set->count--;
    hfi_pin_end_locked(set->fences, pin, set->name ? set->name : "hf_pinset_pin");
}

static void unlink_all(hf_pinset *set)
{
    while (set->newest) {
        unlink_pin(set, set->newest);
    }
}

static void close_set(hf_pinset *set, hf_site site)
{
    if (!set->is_closed) {
        set->is_closed = true;
        set->closed = site;
        unlink_all(set);
    }
}

/* lock */
static void end_set(hf_pinset *set, hf_site site)
{
    close_set(set, site);
    set->closed = site; /* where it was destroyed, if it was closed before */
    retire(set->fences, set);
}

/* ---- refusals ---- */

/* What a report says, copied under the lock: the set may be another's a moment later. */
typedef struct facts {
    const char *name;
    hf_site site, closed;
} facts;

static facts facts_of(const hf_pinset *set)
{
    hfp_mutex_lock(&set->fences->lock);
    facts f = { set->name, set->site, set->closed };
    hfp_mutex_unlock(&set->fences->lock);
    return f;
}

static hf_status refuse_destroyed(const hf_pinset *set, const char *function, hf_site site)
{
    facts f = facts_of(set);
    return hfi_misuse(set->fences->parts->reporter, HF_E_MISUSE, function, "set", site,
                      "destroy a set when nobody uses it any more",
                      "the set was destroyed, at %s:%d; it was made at %s:%d",
                      hfi_site_file(f.closed), f.closed.line, hfi_site_file(f.site), f.site.line);
}

static hf_status refuse_closed(const hf_pinset *set, hf_site site)
{
    facts f = facts_of(set);
    char line[192];
    hfi_text message = hfi_text_begin(line, sizeof line);
    hfi_text_format(&message, "the set was closed, at %s:%d", hfi_site_file(f.closed),
                    f.closed.line);
    hfi_text_end(&message);
    hf_report report = HF_REPORT_INIT;
    report.kind = HF_REPORT_MISUSE;
    report.status = HF_E_CLOSED;
    report.function = "hf_pinset_pin";
    report.argument = "set";
    report.object = f.name;
    report.site = site;
    report.other_site = f.site;
    report.message = line;
    report.remedy = "see to it that nobody pins any more before the set is closed";
    return hfi_report(set->fences->parts->reporter, &report);
}

static hf_status refuse_not_found(const hf_pinset *set, const char *function, const char *argument,
                                  hf_site site)
{
    facts f = facts_of(set);
    hf_report report = HF_REPORT_INIT;
    report.kind = HF_REPORT_MISUSE;
    report.status = HF_E_NOT_FOUND;
    report.function = function;
    report.argument = argument;
    report.object = f.name;
    report.site = site;
    report.other_site = f.site;
    report.message = "this set does not pin the buffer, or not any more";
    report.remedy = "unpin in the set that pinned, as many times as it did";
    return hfi_report(set->fences->parts->reporter, &report);
}

/* ---- public ---- */

hf_status hf_pinset_create_at(hf_thread *thread, const char *name, hf_pinset **set_out,
                              hf_site site)
{
    if (!set_out) {
        return HF_E_NULL;
    }
    *set_out = NULL;
    HFI_ENTRY(thread);
    if (atomic_load_explicit(&thread->parts->is_stopping, memory_order_relaxed)) {
        return HF_E_SHUTDOWN;
    }
    hfi_fences *fences = thread->parts->fences;
    hf_pinset *set = take(fences);
    if (!set) {
        return HF_E_NOMEM;
    }
    hfp_mutex_lock(&fences->lock);
    set->sig = SET_ALIVE;
    set->is_closed = false;
    set->name = name;
    set->site = site;
    set->closed = (hf_site){ NULL, 0 };
    set->newest = NULL;
    set->count = 0;
    set->serial = ++fences->serial;
    set->thread = thread->os_thread;
    set->scope = NULL;
    link_set(fences, set);
    hfp_mutex_unlock(&fences->lock);
    *set_out = set;
    return HF_OK;
}

static hf_status add_pin(hf_thread *thread, hf_pinset *set, uintptr_t object, hf_site site)
{
    hfi_fences *fences = set->fences;
    hf_pin *pin = hfi_pin_take(fences);
    if (!pin) {
        return HF_E_NOMEM;
    }
    hfp_mutex_lock(&fences->lock);
    hf_status status = set->sig != SET_ALIVE ? HF_E_MISUSE : HF_OK;
    if (status == HF_OK && set->is_closed) {
        status = HF_E_CLOSED;
    }
    if (status == HF_OK) {
        hfi_pin_begin_locked(thread, pin, object, site);
        pin->set = set;
        pin->set_next = set->newest;
        pin->set_link = &set->newest;
        if (pin->set_next) {
            pin->set_next->set_link = &pin->set_next;
        }
        set->newest = pin;
        set->count++;
    }
    hfp_mutex_unlock(&fences->lock);
    if (status == HF_OK) {
        return HF_OK;
    }
    hfi_pin_give(fences, pin);
    return status == HF_E_CLOSED ? refuse_closed(set, site)
                                 : refuse_destroyed(set, "hf_pinset_pin", site);
}

/* The part from `from` on, of `count` bytes; SIZE_MAX: all that is there. */
typedef struct part {
    size_t from, count;
} part;

static hf_status pin_part(hf_thread *thread, hf_pinset *set, const hf_slot *buffer, part wanted,
                          hf_span *span, hf_site site, const char *function)
{
    HFI_ENTRY_AS(thread, function);
    hfi_parts *parts = thread->parts;
    if (!set || set->fences != parts->fences) {
        return set ? hfi_misuse(parts->reporter, HF_E_MISUSE, function, "set", site,
                                "pin in a set of the thread's runtime",
                                "the set belongs to another runtime")
                   : HF_E_NULL;
    }
    if (atomic_load_explicit(&parts->is_stopping, memory_order_relaxed)) {
        return HF_E_SHUTDOWN;
    }
    uintptr_t object;
    hf_status status = hfi_lendable(thread, buffer, function, &object);
    if (status != HF_OK) {
        return status == HF_E_MISUSE ? status /* reported where it was found */
                                     : hfi_pin_refuse(parts, status, buffer, function, site);
    }
    size_t size = (size_t)*hfi_object_length(object);
    if (wanted.count == SIZE_MAX) {
        wanted.count = size;
    }
    if (wanted.from > size || wanted.count > size - wanted.from) {
        return hfi_misuse(parts->reporter, HF_E_RANGE, function, "offset", site,
                          "keep offset + size within the buffer's length",
                          "%zu bytes from %zu are not within %zu bytes", wanted.count, wanted.from,
                          size);
    }
    status = add_pin(thread, set, object, site);
    if (status == HF_OK && span) {
        span->data = (char *)hfi_payload_16(object) + wanted.from;
        span->size = wanted.count;
    }
    return status;
}

hf_status hf_pinset_pin_at(hf_thread *thread, hf_pinset *set, const hf_slot *buffer, hf_span *span,
                           hf_site site)
{
    if (span) {
        *span = (hf_span){ NULL, 0 };
    }
    return pin_part(thread, set, buffer, (part){ 0, SIZE_MAX }, span, site, "hf_pinset_pin");
}

hf_status hf_pinset_pin_range_at(hf_thread *thread, hf_pinset *set, const hf_slot *buffer,
                                 size_t offset, size_t size, hf_span *span, hf_site site)
{
    if (span) {
        *span = (hf_span){ NULL, 0 };
    }
    if (size == SIZE_MAX) {
        size--; /* which is no more within a buffer than that */
    }
    return pin_part(thread, set, buffer, (part){ offset, size }, span, site, "hf_pinset_pin_range");
}

/* Ends the newest pin of the object at, or around, `address`. */
static hf_status unpin(hf_pinset *set, uintptr_t address, bool is_exact, const char *function,
                       hf_site site)
{
    hfi_fences *fences = set->fences;
    hfp_mutex_lock(&fences->lock);
    bool is_alive = set->sig == SET_ALIVE;
    hf_pin *pin = is_alive ? set->newest : NULL;
    while (pin && !(is_exact ? pin->object == address : hfi_object_holds(pin->object, address))) {
        pin = pin->set_next;
    }
    if (pin) {
        unlink_pin(set, pin);
    }
    hfp_mutex_unlock(&fences->lock);
    if (!is_alive) {
        return refuse_destroyed(set, function, site);
    }
    return pin ? HF_OK : refuse_not_found(set, function, is_exact ? "buffer" : "address", site);
}

hf_status hf_pinset_unpin_at(hf_pinset *set, const hf_slot *buffer, hf_site site)
{
    if (!set) {
        return HF_E_NULL;
    }
    uintptr_t object;
    hf_status status = hfi_slot_object(NULL, buffer, "hf_pinset_unpin", "buffer", &object);
    if (status != HF_OK) {
        return status == HF_E_MISUSE
                   ? status
                   : hfi_pin_refuse(set->fences->parts, status, buffer, "hf_pinset_unpin", site);
    }
    return unpin(set, object, true, "hf_pinset_unpin", site);
}

hf_status hf_pinset_unpin_address_at(hf_pinset *set, const void *address, hf_site site)
{
    if (!set || !address) {
        return HF_E_NULL;
    }
    return unpin(set, (uintptr_t)address, false, "hf_pinset_unpin_address", site);
}

hf_status hf_pinset_unpin_all(hf_pinset *set)
{
    if (!set) {
        return HF_E_NULL;
    }
    hfp_mutex_lock(&set->fences->lock);
    bool is_alive = set->sig == SET_ALIVE;
    if (is_alive) {
        unlink_all(set);
    }
    hfp_mutex_unlock(&set->fences->lock);
    return is_alive ? HF_OK : refuse_destroyed(set, __func__, (hf_site){ NULL, 0 });
}

hf_status hf_pinset_close_at(hf_pinset *set, hf_site site)
{
    if (!set) {
        return HF_E_NULL;
    }
    hfp_mutex_lock(&set->fences->lock);
    bool is_alive = set->sig == SET_ALIVE;
    if (is_alive) {
        close_set(set, site);
    }
    hfp_mutex_unlock(&set->fences->lock);
    return is_alive ? HF_OK : refuse_destroyed(set, "hf_pinset_close", site);
}

void hf_pinset_destroy_at(hf_pinset *set, hf_site site)
{
    if (!set) {
        return;
    }
    hfi_fences *fences = set->fences;
    hfp_mutex_lock(&fences->lock);
    bool is_alive = set->sig == SET_ALIVE;
    if (is_alive) {
        end_set(set, site);
    }
    hfp_mutex_unlock(&fences->lock);
    if (!is_alive) {
        (void)refuse_destroyed(set, "hf_pinset_destroy", site);
    }
}

uint64_t hf_pinset_count(const hf_pinset *set)
{
    if (!set) {
        return 0;
    }
    hfp_mutex_lock(&set->fences->lock);
    uint64_t count = set->sig == SET_ALIVE ? set->count : 0;
    hfp_mutex_unlock(&set->fences->lock);
    return count;
}

/* ---- for scopes ---- */

uint64_t hfi_pinset_give_to(hfi_fences *fences, hf_pinset *set, const void *scope)
{
    hfp_mutex_lock(&fences->lock);
    bool is_free = set->fences == fences && set->sig == SET_ALIVE && !set->scope;
    if (is_free) {
        set->scope = scope;
    }
    uint64_t serial = is_free ? set->serial : 0;
    hfp_mutex_unlock(&fences->lock);
    return serial;
}

void hfi_pinset_take_from(hf_pinset *set, uint64_t serial)
{
    hfp_mutex_lock(&set->fences->lock);
    if (set->serial == serial) {
        set->scope = NULL;
    }
    hfp_mutex_unlock(&set->fences->lock);
}

void hfi_pinset_end_if(hf_pinset *set, uint64_t serial, hf_site site)
{
    hfi_fences *fences = set->fences;
    hfp_mutex_lock(&fences->lock);
    if (set->sig == SET_ALIVE && set->serial == serial) {
        end_set(set, site);
    }
    hfp_mutex_unlock(&fences->lock);
}

/* ---- the end of the runtime ---- */

void hfi_pinsets_report(hfi_fences *fences)
{
    for (const hf_pinset *set = fences->sets; set; set = set->next) {
        if (set->count != 0) {
            continue; /* its pins speak for it */
        }
        hf_report report = HF_REPORT_INIT;
        report.kind = HF_REPORT_LEAK;
        report.status = HF_E_BUSY;
        report.function = "hf_runtime_destroy";
        report.argument = "pin set";
        report.object = set->name;
        report.site = set->site;
        report.message = "a pin set made here was never destroyed";
        report.remedy = "hf_pinset_destroy() when nobody pins in it any more";
        (void)hfi_report(fences->parts->reporter, &report);
    }
}

void hfi_pinsets_drop(hfi_fences *fences)
{
    hf_pinset *set;
    while (fences->sets) {
        retire(fences, fences->sets);
    }
    while ((set = hfi_spare_take(&fences->spare_sets, 0))) {
        hfi_free(set);
    }
}
