/* SPDX-License-Identifier: MIT */

/*
 * What reaches what it must not: a cleanup's argument its object.
 *
 * Threads: the owner, managed.
 */

#include "diag/report.h"
#include "final/inside.h"

static hf_status report_path(const hfi_asker *asker, uintptr_t object, const char *path)
{
    char message[320];
    hfi_text text = hfi_text_begin(message, sizeof message);
    hfi_text_format(&text, "the cleanup can never run: %s", path);
    hfi_text_end(&text);
    return hfi_subject_refuse(asker, HF_E_ARGUMENT, object, message,
                              "give the cleanup what it needs, not what leads to the object");
}

hf_status hfi_reach_check(const hfi_asker *asker, const hf_slot *argument, const hf_slot *object)
{
    if (argument->word_ == object->word_) {
        return report_path(asker, object->word_, "the argument is the object itself");
    }
    return HF_OK;
}
