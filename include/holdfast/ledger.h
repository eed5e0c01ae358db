/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_LEDGER_H
#define HOLDFAST_LEDGER_H

/*
 * The ledger: who pins what, where, and for how long.
 *
 *     static void show(const hf_pin_entry *entry, void *user)
 *     {
 *         char line[256];
 *         hf_pin_entry_format(entry, line, sizeof line);
 *         puts(line);
 *     }
 *     hf_pin_filter old = HF_PIN_FILTER_INIT;
 *     old.older_than_collections = 10;
 *     status = hf_pins_visit(thread, &old, show, NULL);
 *
 * Nothing is written down for it: calls and fences are read from the stacks of their threads while
 * these stand still, and an owning pin has carried its place and its collection from the start.
 */

#include "export.h"
#include "ref.h"
#include "status.h"

#include <stddef.h>
#include <stdint.h>

HF_BEGIN_DECLS

typedef enum hf_pin_kind {
    HF_PIN_CALL,   /* hf_call(): as long as the native function runs */
    HF_PIN_FENCE,  /* HF_FENCE and HF_WRAP */
    HF_PIN_OWNING, /* hf_pin_create() */
    HF_PIN_SET     /* hf_pinset_pin() */
} hf_pin_kind;

/** Bits of hf_pin_filter.kinds. */
#define HF_PIN_KIND_BIT(kind) (UINT32_C(1) << (uint32_t)(kind))

typedef struct hf_pin_filter {
    uint32_t struct_size;            /* HF_PIN_FILTER_INIT sets it */
    uint32_t kinds;                  /* HF_PIN_KIND_BIT() of those that are wanted; 0: all */
    uint64_t older_than_collections; /* only what has stood for more of them; 0: all */
} hf_pin_filter;

#define HF_PIN_FILTER_INIT                                                                         \
    {                                                                                              \
        (uint32_t)sizeof(hf_pin_filter), 0, 0                                                      \
    }

/** One pin of one object. */
typedef struct hf_pin_entry {
    uint32_t struct_size;
    hf_pin_kind kind;
    const char *what;     /* name of the function, fence or set; NULL: it has none */
    const char *type;     /* of the object */
    uint64_t size;        /* of its payload, in bytes */
    hf_site site;         /* where it was pinned; file NULL for a call, which is named by `what` */
    hf_site birth;        /* where the object was made; known in checked mode */
    uint64_t thread;      /* that pinned it, as the system numbers it */
    uint64_t collections; /* since then */
} hf_pin_entry;

/** Receives an entry, borrowed for the call. */
typedef void (*hf_pin_visit_fn)(const hf_pin_entry *entry, void *user);

/**
 * Shows every pin that stands, as of one moment.
 *
 * @param filter  NULL: all.
 * @param visit   runs when the world runs again: it may call whatever it likes.
 * @return HF_OK; HF_E_NULL; HF_E_OPTIONS; HF_E_NOMEM, and nothing was shown; HF_E_DETACHED.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     The owner, in managed state; stops the others for a moment.
 * @par GC          A safepoint; moves nothing itself.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_pins_visit(hf_thread *thread, const hf_pin_filter *filter,
                               hf_pin_visit_fn visit, void *user) HF_MAY_GC;

/**
 * Writes an entry as one line: "fence \"body\" of bytes, 64 bytes, at send.c:31 by thread 7021".
 *
 * @return length of the whole text without the terminator, also when it does not fit; 0 for NULL.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     Any, attached or not.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API size_t hf_pin_entry_format(const hf_pin_entry *entry, char *buffer, size_t size);

HF_END_DECLS

#endif
