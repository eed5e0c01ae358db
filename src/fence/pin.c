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

#define PIN_OPEN  0x50494e53u /* "PINS" */
#define PIN_ENDED 0x70696e73u /* "pins" */

/* Ended pins that are kept back before the oldest is used again. */
#define SPARE_MIN 64

struct hf_pin {
    uint32_t sig;
    uintptr_t object; /* does not move while this stands */
    uint64_t birth;   /* of it; 0: not known */
    hf_site site;
    hfi_fences *fences;
    hf_pin *next, **link; /* lock: fences->lock */
};

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
    if (pin) {
        hfi_text_format(text, "pinned by a pin made at %s:%d", pin->site.file, pin->site.line);
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

static hf_pin *new_cell(hfi_fences *fences)
{
    hfp_mutex_lock(&fences->lock);
    hf_pin *pin = fences->spare_count > SPARE_MIN ? fences->spare : NULL;
    if (pin) {
        fences->spare = pin->next;
        fences->spare_count--;
    }
    hfp_mutex_unlock(&fences->lock);
    return pin ? pin : hfi_alloc(sizeof *pin);
}

static void link_pin(hfi_fences *fences, hf_pin *pin)
{
    hfp_mutex_lock(&fences->lock);
    pin->next = fences->pins;
    pin->link = &fences->pins;
    if (pin->next) {
        pin->next->link = &pin->next;
    }
    fences->pins = pin;
    fences->pin_count++;
    hfp_mutex_unlock(&fences->lock);
}

static hf_status refuse(const hfi_parts *parts, hf_status status, const hf_slot *buffer,
                        hf_site site)
{
    char text[96];
    hf_report report = { .struct_size = (uint32_t)sizeof report,
                         .kind = HF_REPORT_MISUSE,
                         .status = status,
                         .function = "hf_pin_create",
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
        return refuse(parts, status, buffer, site);
    }
    hf_pin *pin = new_cell(parts->fences);
    if (!pin) {
        return HF_E_NOMEM;
    }
    *pin = (hf_pin){ .sig = PIN_OPEN,
                     .object = object,
                     .birth = hfi_heap_birth_number(parts->heap, object),
                     .site = site,
                     .fences = parts->fences };
    link_pin(parts->fences, pin);
    *pin_out = pin;
    return HF_OK;
}

hf_span hf_pin_span(const hf_pin *pin)
{
    if (!pin || pin->sig != PIN_OPEN) {
        return (hf_span){ NULL, 0 };
    }
    return (hf_span){ hfi_payload_16(pin->object), (size_t)*hfi_object_length(pin->object) };
}

hf_status hf_pin_ref(const hf_pin *pin, hf_ref out)
{
    if (!out) {
        return HF_E_SLOTS;
    }
    if (!pin || pin->sig != PIN_OPEN) {
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
    bool is_open = pin->sig == PIN_OPEN;
    if (is_open) {
        if (fences->parts->settings.checked) {
            hfi_unpin_note_locked(fences, pin->object, pin->birth, "hf_pin_create", pin->site);
        }
        pin->sig = PIN_ENDED;
        *pin->link = pin->next;
        if (pin->next) {
            pin->next->link = pin->link;
        }
        pin->next = NULL;
        *fences->spare_last = pin;
        fences->spare_last = &pin->next;
        fences->spare_count++;
        fences->pin_count--;
    }
    hfp_mutex_unlock(&fences->lock);
    if (!is_open) {
        (void)hfi_misuse(fences->parts->reporter, HF_E_MISUSE, __func__, "pin", pin->site,
                         "destroy a pin once", "the pin has ended already");
    }
}

/* ---- the list ---- */

void hfi_pins_init(hfi_fences *fences)
{
    fences->spare_last = &fences->spare;
    hfp_mutex_init(&fences->lock);
}

static void report_standing(hfi_fences *fences, const hf_pin *pin)
{
    char text[96];
    hf_report report = { .struct_size = (uint32_t)sizeof report,
                         .kind = HF_REPORT_LEAK,
                         .status = HF_E_BUSY,
                         .function = "hf_runtime_destroy",
                         .argument = "pin",
                         .site = pin->site,
                         .message = "a pin made here was never destroyed; its memory is kept",
                         .remedy = "hf_pin_destroy() when native code is done with the buffer" };
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
    while (fences->spare) {
        hf_pin *pin = fences->spare;
        fences->spare = pin->next;
        hfi_free(pin);
    }
    fences->spare_last = &fences->spare;
    fences->spare_count = 0;
}
