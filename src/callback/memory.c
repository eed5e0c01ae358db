/* SPDX-License-Identifier: MIT */

/*
 * Where closures' code lies, found out by looking.
 *
 * libffi gives a closure two addresses: where it is written, and where it is called.
 * One address: the page is writable and executable.  Two addresses, and two closures
 * as far from each other at the one as at the other: the same memory, mapped twice.
 * Else the code is one of libffi's static trampolines, which are mapped from its own
 * file and read what they call from a page of data beside them.
 *
 * Threads: any; two may find it out at once, with one answer.
 */

#include "callback/inside.h"

#include "base/alloc.h"

static hf_code_memory look(void)
{
    void *code[2];
    char *closure[2] = { NULL, NULL };
    hf_code_memory memory = HF_CODE_UNKNOWN;
    for (unsigned i = 0; i < 2 && !hfi_fault_hit("closure"); i++) {
        closure[i] = ffi_closure_alloc(sizeof(ffi_closure), &code[i]);
    }
    if (closure[0] && closure[1]) {
        uintptr_t written = (uintptr_t)closure[1] - (uintptr_t)closure[0];
        uintptr_t called = (uintptr_t)code[1] - (uintptr_t)code[0];
        memory = written == called ? HF_CODE_WRITABLE : HF_CODE_STATIC;
    }
    for (unsigned i = 0; i < 2; i++) {
        if (closure[i]) {
            ffi_closure_free(closure[i]);
        }
    }
    return memory;
}

hf_code_memory hf_callback_memory(void)
{
    static _Atomic(hf_code_memory) known;
    hf_code_memory memory = atomic_load_explicit(&known, memory_order_relaxed);
    if (memory == HF_CODE_UNKNOWN) {
        hfp_native_error error = hfp_native_error_save();
        hfi_callbacks_lock();
        memory = look();
        hfi_callbacks_unlock();
        atomic_store_explicit(&known, memory, memory_order_relaxed);
        hfp_native_error_restore(error);
    }
    return memory;
}
