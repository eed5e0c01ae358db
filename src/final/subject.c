/* SPDX-License-Identifier: MIT */

/*
 * Which objects can be watched.
 *
 * Purpose: a slot of the embedder, or one filled with what was never an object, may
 * hold any word.  Taken for an object it would be remembered, and the collector
 * would fall over it much later, far from the mistake.  So the word is looked at
 * first: its range, its alignment, and whether a header stands there that fits its
 * own object.  In checked mode all births are known, and the answer is exact.  The
 * walk over the heap that finds the object around an address is for what is about
 * to be refused.
 *
 * Threads: the owner, managed.
 */

#include "final/subject.h"

#include "diag/report.h"
#include "heap/birth.h"

hf_status hfi_subject_refuse(const hfi_asker *asker, hf_status status, uintptr_t object,
                             const char *message, const char *remedy)
{
    char name[96];
    hf_report report = HF_REPORT_INIT;
    report.kind = HF_REPORT_MISUSE;
    report.status = status;
    report.function = asker->function;
    report.argument = asker->argument;
    report.site = asker->site;
    report.message = message;
    report.remedy = remedy;
    if (object != 0) {
        hfi_heap_tell(asker->thread->parts->heap, object, &report, name, sizeof name);
    }
    return hfi_report(asker->thread->parts->reporter, &report);
}

static hf_status refuse_foreign(const hfi_asker *asker)
{
    return hfi_subject_refuse(asker, HF_E_NOT_MANAGED, 0,
                              "the slot holds the address of memory that is no managed object",
                              "static and native memory does not die; use an object of this "
                              "runtime that owns it");
}

/* The header is one that an object of its type and length can have. */
static bool is_header(uintptr_t address)
{
    uint64_t word = hfi_object_word(address);
    const hf_type *type = hfi_type_find(hfi_word_type(word));
    if ((word & HFI_FORWARDED) || !type) {
        return false;
    }
    size_t size = hfi_word_size(word);
    if (size == 0) {
        return true; /* a large one */
    }
    return address % HFI_GRANULE == 0 && type->header_size <= size &&
           hfi_object_payload_size(address) <= size - type->header_size;
}

/** Nothing is wrong with the word, as far as can be told at once. */
static bool is_fine(const hf_thread *thread, uintptr_t address)
{
    hfi_birth birth;
    if (thread->parts->settings.checked) {
        return hfi_heap_birth(thread->parts->heap, address, &birth);
    }
    return address % 8 == 0 && is_header(address);
}

static hf_status refuse_interior(const hfi_asker *asker, uintptr_t object, uintptr_t address)
{
    char message[128];
    hfi_text text = hfi_text_begin(message, sizeof message);
    hfi_text_format(&text, "not at the beginning of the block: base 0x%llx, offset %llu",
                    (unsigned long long)object, (unsigned long long)(address - object));
    hfi_text_end(&text);
    return hfi_subject_refuse(asker, HF_E_INTERIOR, object, message,
                              "give the slot that holds the object itself");
}

/** By a walk: the object at the word, the one around it, or none. */
static hf_status look_closer(const hfi_asker *asker, uintptr_t address)
{
    hfi_found found;
    hf_status status = hfi_heap_find(asker->thread, address, &found);
    if (status != HF_OK) {
        return status;
    }
    if (found.object == 0) {
        return refuse_foreign(asker);
    }
    uintptr_t payload = (uintptr_t)hfi_object_payload(found.object);
    bool is_inside = address - found.object < payload - found.object ||
                     address - payload < hfi_object_payload_size(found.object);
    if (address != found.object && is_inside) {
        return refuse_interior(asker, found.object, address);
    }
    return HF_OK; /* the object whose birth found no memory, right behind another */
}

hf_status hfi_subject(const hfi_asker *asker, const hf_slot *slot, uintptr_t *object_out)
{
    hf_status status =
        hfi_slot_object(asker->thread, slot, asker->function, asker->argument, object_out);
    if (status != HF_OK) {
        return status;
    }
    if (HF_UNLIKELY(!hfi_heap_contains(asker->thread->parts->heap, *object_out))) {
        return refuse_foreign(asker);
    }
    if (HF_UNLIKELY(!is_fine(asker->thread, *object_out))) {
        status = look_closer(asker, *object_out);
        *object_out = slot->word_;
    }
    return status;
}

hf_status hfi_subject_alone(const hfi_asker *asker, const hf_slot *slot, uintptr_t *object_out)
{
    hf_status status = hfi_subject(asker, slot, object_out);
    if (status == HF_OK && HF_UNLIKELY(hfi_object_word(*object_out) & HFI_FLAG_SCOPED)) {
        status = hfi_subject_refuse(asker, HF_E_SCOPE, *object_out,
                                    "the object belongs to a scope, which ends it",
                                    "let the scope close what the object owns");
    }
    return status;
}
