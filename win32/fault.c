/* SPDX-License-Identifier: MIT */

/*
 * Access faults: watchers are asked first, then the exception takes its course.
 *
 * Calls: AddVectoredExceptionHandler, RemoveVectoredExceptionHandler (Windows
 * XP), SRW locks (Vista).
 *
 * The handler takes no lock.  It counts itself in `running`, reads the watchers
 * with acquire loads, and calls them.  A watcher that is removed is first taken
 * out of its slot; then the remover waits until no handler runs.  So after
 * hfp_fault_unwatch() the watcher is not called any more, and a slot is not
 * filled anew while a handler may still hold half of its old pair.
 *
 * A vectored handler runs on the stack of the fault, so an overflowed stack is
 * left to the system.
 */

#include "win.h"

#include "base/alloc.h"

#include <stdatomic.h>

#define WATCHERS_MAX 8

typedef struct watcher_slot {
    _Atomic(hfp_fault_fn) watcher; /* NULL while free */
    void *user;                    /* written before `watcher` */
} watcher_slot;

static watcher_slot watchers[WATCHERS_MAX];
static _Atomic(uint32_t) running;

static SRWLOCK lock = SRWLOCK_INIT;
static size_t watcher_count; /* lock: lock */
static void *registration;   /* lock: lock; NULL while there is no watcher */

static bool ask_watchers(uintptr_t address)
{
    bool handled = false;
    atomic_fetch_add(&running, 1); /* seq_cst: pairs with the load in hfp_fault_unwatch */
    for (size_t i = 0; i < WATCHERS_MAX && !handled; i++) {
        hfp_fault_fn watcher = atomic_load(&watchers[i].watcher);
        handled = watcher && watcher(address, watchers[i].user);
    }
    atomic_fetch_sub(&running, 1);
    return handled;
}

static LONG WINAPI on_exception(EXCEPTION_POINTERS *pointers)
{
    HFP_KEEP_BOTH_ERRORS;
    const EXCEPTION_RECORD *record = pointers->ExceptionRecord;
    const bool is_access = record->ExceptionCode == EXCEPTION_ACCESS_VIOLATION ||
                           record->ExceptionCode == EXCEPTION_IN_PAGE_ERROR;
    if (is_access && record->NumberParameters >= 2 &&
        ask_watchers(record->ExceptionInformation[1])) {
        return EXCEPTION_CONTINUE_EXECUTION;
    }
    return EXCEPTION_CONTINUE_SEARCH;
}

static hf_status add_watcher(hfp_fault_fn watcher, void *user)
{
    if (!registration) {
        registration = AddVectoredExceptionHandler(1, on_exception);
        if (!registration) {
            return HF_E_NOMEM;
        }
    }
    for (size_t i = 0; i < WATCHERS_MAX; i++) {
        if (!atomic_load(&watchers[i].watcher)) {
            watchers[i].user = user;
            atomic_store(&watchers[i].watcher, watcher); /* publishes `user` */
            watcher_count++;
            return HF_OK;
        }
    }
    return HF_E_LIMIT;
}

hf_status hfp_fault_watch(hfp_fault_fn watcher, void *user)
{
    HFP_KEEP_LAST_ERROR;
    if (hfi_fault_hit("fault watch")) {
        return HF_E_SYSTEM;
    }
    AcquireSRWLockExclusive(&lock);
    const hf_status status = add_watcher(watcher, user);
    ReleaseSRWLockExclusive(&lock);
    return status;
}

void hfp_fault_unwatch(hfp_fault_fn watcher, void *user)
{
    HFP_KEEP_LAST_ERROR;
    AcquireSRWLockExclusive(&lock);
    for (size_t i = 0; i < WATCHERS_MAX; i++) {
        if (atomic_load(&watchers[i].watcher) == watcher && watchers[i].user == user) {
            atomic_store(&watchers[i].watcher, NULL);
            watcher_count--;
            break;
        }
    }
    /* Watchers are short and take no lock of ours: this ends. */
    while (atomic_load(&running) != 0) {
        (void)SwitchToThread();
    }
    if (watcher_count == 0 && registration) {
        (void)RemoveVectoredExceptionHandler(registration);
        registration = NULL;
    }
    ReleaseSRWLockExclusive(&lock);
}
