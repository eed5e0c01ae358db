/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_CALLBACK_INSIDE_H
#define HOLDFAST_CALLBACK_INSIDE_H

/* What the files of this module share. */

#include "call/callbacks.h"
#include "callback/callback.h"
#include "callback/signature.h"
#include "diag/report.h"
#include "root/root.h"
#include "thread/activation.h"

#include <stdatomic.h>

typedef enum hfi_callback_state {
    HFI_CALLBACK_NEW,
    HFI_CALLBACK_LIVE,
    HFI_CALLBACK_ENDING, /* destroyed, but a run is under way */
    HFI_CALLBACK_ENDED,  /* destroyed: a tombstone */
    HFI_CALLBACK_IDLE,   /* a transient one between two calls */
    HFI_CALLBACK_ORPHAN  /* its runtime has ended: a tombstone without anybody to report to */
} hfi_callback_state;

/*
 * The cell behind a closure.  Native code may call the closure whenever it likes, so
 * neither is ever given back.  What a tombstone has to say is all in here.
 */
struct hf_callback {
    /* What a run needs, on two cache lines. */
    _Atomic(uint32_t) state;      /* hfi_callback_state; written with the lock held */
    _Atomic(uint32_t) owner_runs; /* written by the owner alone */
    _Atomic(uint32_t) other_runs; /* of all other threads */
    bool exchange;                /* settings.fence_mode == EXCHANGE */
    bool is_transient;
    bool was_late;                 /* called as an idle transient: native code has kept it */
    _Atomic(uint64_t) owner_stack; /* of the thread that made or lends it, which counts without a
                                      lock prefix; hfi_stack_word() */
    hf_thread *owner; /* its record; a hint, checked before use; written by the owner */
    const hfi_signature *signature;
    hf_callback_fn handler;
    void *user;
    hfi_parts *parts; /* not to be looked at in state ORPHAN */
    int64_t safe;
    hf_site born;
    /* The rest is cold. */
    hf_site died;
    void *code;
    ffi_closure *closure;
    hf_callback *next; /* lock: the lists of cells.c */
    hf_callback **link;
    bool is_scoped; /* lock: a scope destroys it */
    char name[48];
};

/** Idle transients of one signature, oldest first. */
typedef struct hfi_pool {
    struct hfi_pool *next;
    const hfi_signature *signature;
    hf_callback *first;
    hf_callback **last;
    uint32_t count;
} hfi_pool;

struct hfi_callbacks {
    hfi_parts *parts;
    hf_callback *live; /* lock: registered ones, and transients that are lent */
    hfi_pool *pools;   /* lock */
    bool is_busy;      /* from hfi_callbacks_stop() */
};

/* A stack in one word, so that it is read and written at once: the page at which it begins, and
 * behind it the number of its pages; 0: unknown, or a visitor's, which owns nothing. */
#define HFI_STACK_PAGE  12
#define HFI_STACK_COUNT 19

static inline uint64_t hfi_stack_word(const hf_thread *thread)
{
    const uint64_t most = (UINT64_C(1) << HFI_STACK_COUNT) - 1;
    if (thread->stack_size == UINTPTR_MAX || thread->is_visitor) {
        return 0;
    }
    uint64_t end = ((uint64_t)thread->stack_low + thread->stack_size) >> HFI_STACK_PAGE;
    uint64_t pages = end - (thread->stack_low >> HFI_STACK_PAGE);
    pages = pages < most ? pages : most;
    return (end - pages) << HFI_STACK_COUNT | pages;
}

static inline bool hfi_is_on_stack(uint64_t word, uintptr_t here)
{
    const uint64_t most = (UINT64_C(1) << HFI_STACK_COUNT) - 1;
    return (here >> HFI_STACK_PAGE) - (word >> HFI_STACK_COUNT) < (word & most);
}

/** One run on a thread.  Off the stack, so that a jump over it leaves it whole. */
typedef struct hfi_run {
    hfi_activation base;   /* first */
    struct hfi_run *inner; /* made before; used by a callback inside this one */
    hf_callback *callback;
    bool is_owner;
    hf_frame frame;
    struct hfi_parked *parked_outside; /* hf_thread.parked when it began */
    hfi_parked parked_inside;          /* what callbacks called by this run leave for it */
    hfi_parked delivered;              /* the last of those that a call took; depth 0: none */
} hfi_run;

#define HFI_RUNS_IN_BLOCK 8

/** Runs of one thread: a list of blocks, freed with its record. */
typedef struct hfi_run_block {
    struct hfi_run_block *next;
    hfi_parked parked; /* of callbacks that no other is around; of the first block */
    hfi_run run[HFI_RUNS_IN_BLOCK];
} hfi_run_block;

/* ---- cells.c: with the lock of all callbacks held ---- */

/** A cell of that signature with a code address of its own, in no list.  HF_E_NOMEM,
 * HF_E_UNSUPPORTED. */
HF_MUST_CHECK hf_status hfi_callback_cell_take(const hfi_signature *signature,
                                               hf_callback **cell_out);

/** Puts a cell in the list of its runtime's live ones, or takes it out. */
void hfi_callback_cell_link(hfi_callbacks *callbacks, hf_callback *cell);
void hfi_callback_cell_unlink(hf_callback *cell);

/** Makes a tombstone of a cell that is in no list. */
void hfi_callback_cell_bury(hf_callback *cell, hfi_callback_state state);

/** Runs under way. */
uint32_t hfi_callback_cell_runs(hf_callback *cell);

/** Turns all tombstones of a runtime into orphans. */
void hfi_callback_cells_orphan(const hfi_parts *parts);

/** Runs under way in the tombstones of a runtime that has ended. */
uint32_t hfi_callback_cells_orphan_runs(const hfi_parts *parts);

/* ---- enter.c ---- */

/** Where every closure leads. */
void hfi_callback_enter(ffi_cif *cif, void *result, void **arguments, void *user);

/** A run ended and found its callback destroyed: buries it behind the last one. */
void hfi_callback_left(hf_callback *callback);

/** One run less. */
void hfi_run_uncount(hf_callback *callback, bool is_owner);

/* ---- runs.c ---- */

/** The next run of a thread, made if it must be; NULL: no memory. */
hfi_run *hfi_run_make(hf_thread *thread);

/** Frees a thread's runs.  A hook of the world. */
void hfi_runs_free(void *self, hf_thread *thread);

/** Ends runs that were jumped over.  A hook of the world. */
void hfi_runs_jumped(void *self, hf_thread *thread, uintptr_t here, const char *where);

/** Forgets the calls around runs that were all jumped over.  A hook of the world. */
void hfi_runs_landed(void *self, hf_thread *thread);

/** An error of the run that has just ended waits for the call around it, or is reported. */
void hfi_run_park(hf_thread *thread, const hf_callback *callback, hf_status status);

/** Reports the parked error, which no call is there to hear.  A hook of the world. */
void hfi_parked_unheard(void *self, hf_thread *thread);

void hfi_take_parked(hf_thread *thread, hfi_parked *parked_out);

/* ---- refuse.c: a call that cannot run ---- */

/** Reports why; the run is counted. */
void hfi_refuse_state(hf_callback *callback, uint32_t state);
void hfi_refuse_thread(hf_callback *callback, const hf_thread *thread);
void hfi_refuse_status(hf_callback *callback, hf_status status);

/** Reports a handler that broke its contract. */
void hfi_refuse_result(hf_callback *callback, const hf_value *value, hf_status status);
void hfi_refuse_leftover(hf_callback *callback, uint32_t state);

/* ---- lend.c: the hooks for calls ---- */

extern const hfi_callback_hooks hfi_callback_hooks_table;

#endif
