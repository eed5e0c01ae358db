/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_ROOT_H
#define HOLDFAST_ROOT_H

/*
 * Slots: places in C that the collector knows.
 *
 *     void greet(hf_thread *thread)
 *     {
 *         HF_FRAME(thread);                   slots below live to the end of this block
 *         hf_ref name = hf_local(thread);
 *         ...
 *     }                                       left by return, break, continue or goto alike
 *
 * HF_FRAME needs gcc or clang.  Elsewhere, and in C++, call hf_frame_begin() and
 * hf_frame_end(); a frame that was left without its end is found at the next
 * push or at the end of the frame around it, and reported by file and line.
 *
 * Not supported: longjmp, exceptions, thread cancellation and fiber switches
 * across an open frame.
 */

#include "export.h"
#include "ref.h"
#include "status.h"

#include <stddef.h>
#include <stdint.h>

HF_BEGIN_DECLS

/* Links that live on the C stack; the fields are the library's. */
struct hf_record_;

/** A stretch of slots of one block of code. */
typedef struct hf_frame {
    hf_thread *thread_;
    struct hf_frame *outer_;
    uint32_t base_;              /* first slot */
    uint32_t cookie_;            /* tells an open frame from what overwrote it */
    struct hf_record_ *records_; /* fences and calls open at the start */
    hf_ref escape_;              /* slot kept for hf_frame_escape(); NULL: none, or used */
    hf_site site_;
} hf_frame;

/**
 * Opens a frame.  Prefer HF_FRAME.
 *
 * @param frame  in the caller's stack frame.
 * @return HF_OK; HF_E_NULL; HF_E_DETACHED; HF_E_SLOTS; HF_E_NOMEM.  On failure hf_frame_end() is
 * still fine.
 *
 * @par Ownership   The caller's memory, linked until hf_frame_end().
 * @par Threads     The owner, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_frame_begin(hf_thread *thread, hf_frame *frame, hf_site site);

/**
 * Closes it.  Fences, calls and frames that lie deeper are ended and reported.
 * Ending twice does nothing.
 *
 * @par Ownership   The slots of the frame end.
 * @par Threads     The owner, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API void hf_frame_end(hf_frame *frame);

#ifdef HF_CLEANUP
/** Opens a frame that ends with the block. */
#define HF_FRAME(thread)                                                                           \
    hf_frame HF_PASTE(hf_frame_, __LINE__) HF_CLEANUP(hf_frame_end);                               \
    (void)hf_frame_begin((thread), &HF_PASTE(hf_frame_, __LINE__), HF_SITE)
#endif

/**
 * Makes a slot, null, in the innermost frame.
 *
 * @return the slot; NULL when the thread's slots are used up or no frame is open, which is
 *         reported, and which every function that takes the slot answers with HF_E_SLOTS.
 *
 * @par Ownership   The slot ends with its frame.
 * @par Threads     The owner, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_ref hf_local(hf_thread *thread);

/**
 * The same with a status: HF_OK, HF_E_SLOTS, HF_E_NULL, HF_E_DETACHED, HF_E_NOMEM.
 *
 * @par Ownership   The slot ends with its frame.
 * @par Threads     The owner, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_local_create(hf_thread *thread, hf_ref *ref_out);

/**
 * Gives the innermost frame's parent a slot that holds the object of `ref`, so
 * that it outlives the frame.  Once per frame.
 *
 * @return HF_OK; HF_E_SLOTS for a NULL `ref` and when the frame has let one escape already;
 * HF_E_NULL; HF_E_DETACHED; HF_E_MISUSE if there is no parent frame.
 *
 * @par Ownership   The new slot ends with the parent frame.
 * @par Threads     The owner, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_frame_escape(hf_thread *thread, const hf_slot *ref,
                                               hf_ref *parent_out);

/* ---- globals: slots of the whole runtime ---- */

typedef struct hf_global hf_global;

/**
 * Makes a global slot that holds what `ref` holds (NULL: null).
 *
 * @param site  where, for what is said about it.
 * @return HF_OK; HF_E_NULL; HF_E_NOMEM; HF_E_DETACHED.
 *
 * @par Ownership   The caller owns it: hf_global_destroy().
 * @par Threads     The owner, in managed state; the global may be used by any attached thread.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_global_create_at(hf_thread *thread, const hf_slot *ref,
                                                   hf_global **global_out, hf_site site);

/** hf_global_create_at() with the place of the call. */
#define hf_global_create(thread, ref, global_out)                                                  \
    hf_global_create_at((thread), (ref), (global_out), HF_SITE)

/**
 * Gives a global a name, for what is said about it: "global subscribers".
 *
 * @param global  NULL is fine.
 * @param name    static text; NULL takes the name away.
 *
 * @par Ownership   The text is borrowed as long as the global lives.
 * @par Threads     Any.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API void hf_global_set_name(hf_global *global, const char *name);

/**
 * Gives a global back.
 *
 * @param global  NULL is fine.  One that is in a scope stays, and that is reported.
 *
 * @par Ownership   Takes it.
 * @par Threads     Any attached thread, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API void hf_global_destroy(hf_thread *thread, hf_global *global);

/**
 * Reads a global into a slot (acquire).
 *
 * @return HF_OK; HF_E_NULL; HF_E_SLOTS; HF_E_MISUSE, reported, if it was destroyed.
 *
 * @par Ownership   The slot holds the object too.
 * @par Threads     Any attached thread, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_global_load(const hf_global *global, hf_ref out);

/**
 * Writes a global (release).
 *
 * @return HF_OK; HF_E_NULL; HF_E_DETACHED; HF_E_MISUSE, reported, if it was destroyed.
 *
 * @par Ownership   The global keeps the value reachable.
 * @par Threads     Any attached thread, in managed state.
 * @par GC          May collect before the store.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_global_store(hf_thread *thread, hf_global *global,
                                 const hf_slot *value) HF_MAY_GC;

HF_END_DECLS

#endif
