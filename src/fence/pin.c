/* SPDX-License-Identifier: MIT */

/*
 * Owning pins: cells in a list, ended by any thread.
 *
 * A pin may be ended by a thread that is not attached or is in native state while
 * a collection runs, so the collector takes the lock too.  Nobody waits with it:
 * managed threads hold it for a few stores and pass no safepoint inside.
 */

#include "fence/fences.h"

#include "base/alloc.h"
#include "diag/report.h"
#include "heap/birth.h"

void hfi_pins_visit(hfi_fences *fences, hfi_tracer *tracer)
{
    hfp_mutex_lock(&fences->lock);
    for (hf_pin *pin = fences->pins; pin; pin = pin->next) {
        hfi_trace_pin(tracer, pin->object);
    }
    hfp_mutex_unlock(&fences->lock);
}

void hfi_pins_tell(hfi_fences *fences, uintptr_t object, hfi_text *text)
{
    hfp_mutex_lock(&fences->lock);
    const hf_pin *pin = fences->pins;
    while (pin && pin->object != object) {
        pin = pin->next;
    }
    if (pin && pin->set) {
        hfi_text_format(text, "pinned by pin set \"%s\" at %s:%d", pin->set->name,
                        hfi_site_file(pin->site), pin->site.line);
    } else if (pin) {
        hfi_text_format(text, "pinned by a pin made at %s:%d", hfi_site_file(pin->site),
                        pin->site.line);
    }
    hfp_mutex_unlock(&fences->lock);
}

bool hfi_pins_hold(hfi_fences *fences, uintptr_t address)
{
    bool holds = false;
    hfp_mutex_lock(&fences->lock);
    for (const hf_pin *pin = fences->pins; pin && !holds; pin = pin->next) {
        holds = hfi_object_holds(pin->object, address);
    }
    hfp_mutex_unlock(&fences->lock);
    return holds;
}

hf_pin *hfi_pin_take(hfi_fences *fences)
{
    hfp_mutex_lock(&fences->lock);
    hf_pin *pin = hfi_spare_take(&fences->spare, HFI_SPARE_KEPT);
    hfp_mutex_unlock(&fences->lock);
    return pin ? pin : hfi_alloc(sizeof *pin);
}

static void put_spare(hfi_fences *fences, hf_pin *pin)
{
    pin->sig = HFI_PIN_ENDED;
    pin->fences = fences;
    hfi_spare_put(&fences->spare, pin);
}

void hfi_pin_give(hfi_fences *fences, hf_pin *pin)
{
    hfp_mutex_lock(&fences->lock);
    put_spare(fences, pin);
    hfp_mutex_unlock(&fences->lock);
}

void hfi_pin_begin_locked(const hf_thread *thread, hf_pin *pin, uintptr_t object, hf_site site)
{
    hfi_fences *fences = thread->parts->fences;
    *pin = (hf_pin){ .sig = HFI_PIN_OPEN,
                     .object = object,
                     .birth = hfi_heap_birth_number(thread->parts->heap, object),
                     .site = site,
                     .fences = fences,
                     .serial = ++fences->serial,
                     .thread = thread->os_thread,
                     .collections = fences->collections };
    pin->next = fences->pins;
    pin->link = &fences->pins;
    if (pin->next) {
        pin->next->link = &pin->next;
    }
    fences->pins = pin;
    fences->pin_count++;
}

void hfi_pin_end_locked(hfi_fences *fences, hf_pin *pin, const char *what)
{
    if (fences->parts->settings.checked) {
        hfi_unpin_note_locked(fences, pin->object, pin->birth, what, pin->site);
    }
    *pin->link = pin->next;
    if (pin->next) {
        pin->next->link = pin->link;
    }
    fences->pin_count--;
    put_spare(fences, pin);
}

hf_status hfi_pin_refuse(const hfi_parts *parts, hf_status status, const hf_slot *buffer,
                         const char *function, hf_site site)
{
    char text[96];
    hf_report report = { .struct_size = (uint32_t)sizeof report,
                         .kind = HF_REPORT_MISUSE,
                         .status = status,
                         .function = function,
                         .argument = "buffer",
                         .site = site,
                         .message = hf_status_text(status),
                         .remedy = "pin a buffer made by hf_bytes_create()" };
    hfi_heap_tell_slot(parts->heap, buffer, &report, text, sizeof text);
    return hfi_report(parts->reporter, &report);
}

hf_status hf_pin_create_at(hf_thread *thread, const hf_slot *buffer, hf_pin **pin_out, hf_site site)
{
    if (!pin_out) {
        return HF_E_NULL;
    }
    *pin_out = NULL;
    HFI_ENTRY(thread);
    hfi_parts *parts = thread->parts;
    if (atomic_load_explicit(&parts->is_stopping, memory_order_relaxed)) {
        return HF_E_SHUTDOWN;
    }
    uintptr_t object;
    hf_status status = hfi_lendable(thread, buffer, "hf_pin_create", &object);
    if (status == HF_E_MISUSE) {
        return status; /* reported where it was found */
    }
    if (status != HF_OK) {
        return hfi_pin_refuse(parts, status, buffer, "hf_pin_create", site);
    }
    hf_pin *pin = hfi_pin_take(parts->fences);
    if (!pin) {
        return HF_E_NOMEM;
    }
    hfp_mutex_lock(&parts->fences->lock);
    hfi_pin_begin_locked(thread, pin, object, site);
    hfp_mutex_unlock(&parts->fences->lock);
    *pin_out = pin;
    return HF_OK;
}

hf_span hf_pin_span(const hf_pin *pin)
{
    if (!pin || pin->sig != HFI_PIN_OPEN) {
        return (hf_span){ NULL, 0 };
    }
    return (hf_span){ hfi_payload_16(pin->object), (size_t)*hfi_object_length(pin->object) };
}

hf_status hf_pin_ref(const hf_pin *pin, hf_ref out)
{
    if (!out) {
        return HF_E_SLOTS;
    }
    if (!pin || pin->sig != HFI_PIN_OPEN) {
        return HF_E_NULL;
    }
    out->word_ = pin->object;
    return HF_OK;
}

void hf_pin_destroy(hf_pin *pin)
{
    if (!pin) {
        return;
    }
    hfi_fences *fences = pin->fences;
    hfp_mutex_lock(&fences->lock);
    bool is_open = pin->sig == HFI_PIN_OPEN;
    if (is_open) {
        hfi_pin_end_locked(fences, pin, "hf_pin_create");
    }
    hfp_mutex_unlock(&fences->lock);
    if (!is_open) {
        (void)hfi_misuse(fences->parts->reporter, HF_E_MISUSE, __func__, "pin", pin->site,
                         "destroy a pin once", "the pin has ended already");
    }
}

/* ---- for scopes ---- */

uint64_t hfi_pin_give_to(hfi_fences *fences, hf_pin *pin, const void *scope)
{
    hfp_mutex_lock(&fences->lock);
    bool is_free = pin->fences == fences && pin->sig == HFI_PIN_OPEN && !pin->set && !pin->scope;
    if (is_free) {
        pin->scope = scope;
    }
    uint64_t serial = is_free ? pin->serial : 0;
    hfp_mutex_unlock(&fences->lock);
    return serial;
}

void hfi_pin_take_from(hf_pin *pin, uint64_t serial)
{
    hfp_mutex_lock(&pin->fences->lock);
    if (pin->serial == serial) {
        pin->scope = NULL;
    }
    hfp_mutex_unlock(&pin->fences->lock);
}

void hfi_pin_set_scope(hf_pin *pin, const void *scope)
{
    hfp_mutex_lock(&pin->fences->lock);
    pin->scope = scope;
    hfp_mutex_unlock(&pin->fences->lock);
}

void hfi_pin_end_if(hf_pin *pin, uint64_t serial)
{
    hfi_fences *fences = pin->fences;
    hfp_mutex_lock(&fences->lock);
    if (pin->sig == HFI_PIN_OPEN && pin->serial == serial) {
        hfi_pin_end_locked(fences, pin, "hf_pin_create");
    }
    hfp_mutex_unlock(&fences->lock);
}

/* ---- the list ---- */

void hfi_pins_init(hfi_fences *fences)
{
    hfp_mutex_init(&fences->lock);
}

static void report_standing(hfi_fences *fences, const hf_pin *pin)
{
    char text[96];
    char line[192];
    hfi_text message = hfi_text_begin(line, sizeof line);
    if (pin->set) {
        hfi_text_format(&message, "a pin of the set \"%s\"", pin->set->name ? pin->set->name : "?");
    } else {
        hfi_text_add(&message, "a pin");
    }
    hfi_text_format(&message, " made here was never %s; its memory is kept",
                    pin->set ? "ended" : "destroyed");
    hfi_text_end(&message);
    hf_report report = { .struct_size = (uint32_t)sizeof report,
                         .kind = HF_REPORT_LEAK,
                         .status = HF_E_BUSY,
                         .function = "hf_runtime_destroy",
                         .argument = pin->set ? "pin set" : "pin",
                         .site = pin->site,
                         .message = line,
                         .remedy = pin->set ? "hf_pinset_unpin(), hf_pinset_unpin_all() or "
                                              "hf_pinset_close() when native code is done"
                                            : "hf_pin_destroy() when native code is done with "
                                              "the buffer" };
    hfi_heap_tell(fences->parts->heap, pin->object, &report, text, sizeof text);
    hfi_report(fences->parts->reporter, &report);
}

void hfi_pins_report(hfi_fences *fences)
{
    for (const hf_pin *pin = fences->pins; pin; pin = pin->next) {
        report_standing(fences, pin);
    }
}

void hfi_pins_drop_spare(hfi_fences *fences)
{
    hf_pin *pin;
    while ((pin = hfi_spare_take(&fences->spare, 0))) {
        hfi_free(pin);
    }
}
