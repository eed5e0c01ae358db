/* SPDX-License-Identifier: MIT */

/*
 * What differs among systems, and a front must not ask the compiler for: which of two functions
 * there is, and the numbers of the system's headers.
 *
 * Threads: any that is attached, managed.
 */

#include "native/front.h"

#include "thread/thread.h"

#include <string.h>

const char *hfi_front_either(hf_thread *thread, const char *first, const char *second)
{
    hfi_native_table *table;
    if (!thread || hfi_native_table_get(thread->parts->natives, &table) != HF_OK) {
        return first; /* the call that follows says what is wrong */
    }
    bool is_second =
        !hfi_native_table_find(table, first) && hfi_native_table_find(table, second) != NULL;
    return is_second ? second : first;
}

int64_t hfi_front_constant(const char *name)
{
    for (const hfp_native_number *number = hfp_catalogue_numbers; number->name; number++) {
        if (strcmp(number->name, name) == 0) {
            return number->value;
        }
    }
    return 0;
}
