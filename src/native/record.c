/* SPDX-License-Identifier: MIT */

/*
 * The types of the records that this module gives, registered once in each runtime that gives one.
 *
 * They stand in a list that is only pushed to.  Of two threads that register the same one at the
 * same time the first wins; the other's type is the runtime's, unused, until that ends.
 *
 * Threads: any attached one.
 */

#include "native/inside.h"

#include "base/alloc.h"
#include "thread/thread.h"

#include <holdfast/heap.h>

/* Between two places of the list; NULL: none of that descriptor. */
static const hf_type *find(const hfi_native_type *from, const hfi_native_type *end,
                           const hf_type_descriptor *descriptor)
{
    for (; from != end; from = from->next) {
        if (from->descriptor == descriptor) {
            return from->type;
        }
    }
    return NULL;
}

static hf_status add(hfi_natives *natives, const hf_type_descriptor *descriptor,
                     hfi_native_type *seen, const hf_type **type_out)
{
    hfi_native_type *fresh = hfi_alloc(sizeof *fresh);
    if (!fresh) {
        return HF_E_NOMEM;
    }
    fresh->descriptor = descriptor;
    hf_status status =
        hf_type_register((hf_runtime *)(void *)natives->parts, descriptor, &fresh->type);
    if (status != HF_OK) {
        hfi_free(fresh);
        return status;
    }
    hfi_native_type *end = seen;
    *type_out = NULL;
    do { /* release: whoever finds it finds it whole */
        *type_out = find(seen, end, descriptor);
        end = seen;
        fresh->next = seen;
    } while (!*type_out &&
             !atomic_compare_exchange_weak_explicit(&natives->types, &seen, fresh,
                                                    memory_order_release, memory_order_acquire));
    if (*type_out) {
        hfi_free(fresh);
    } else {
        *type_out = fresh->type;
    }
    return HF_OK;
}

hf_status hfi_native_record(hf_thread *thread, const hf_type_descriptor *descriptor, hf_ref out)
{
    hfi_natives *natives = thread->parts->natives;
    hfi_native_type *seen = atomic_load_explicit(&natives->types, memory_order_acquire);
    const hf_type *type = find(seen, NULL, descriptor);
    hf_status status = type ? HF_OK : add(natives, descriptor, seen, &type);
    return status == HF_OK ? hf_record_create(thread, type, out) : status;
}

void hfi_native_types_drop(hfi_natives *natives)
{
    hfi_native_type *type = atomic_load_explicit(&natives->types, memory_order_acquire);
    while (type) {
        hfi_native_type *next = type->next;
        hfi_free(type);
        type = next;
    }
    atomic_store_explicit(&natives->types, NULL, memory_order_relaxed);
}
