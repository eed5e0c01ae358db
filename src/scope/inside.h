/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_SCOPE_INSIDE_H
#define HOLDFAST_SCOPE_INSIDE_H

/* What the files of this module share. */

#include "base/spare.h"
#include "fence/fence.h"
#include "heap/heap.h"
#include "scope/scope.h"

#define HFI_SCOPE_ALIVE 0x45504353u /* "SCPE" */
#define HFI_SCOPE_ENDED 0x65706373u /* "scpe" */

typedef enum hfi_item_kind {
    HFI_ITEM_NONE, /* it was taken out */
    HFI_ITEM_BYTES,
    HFI_ITEM_PIN,
    HFI_ITEM_PINSET,
    HFI_ITEM_HANDLE,
    HFI_ITEM_GLOBAL,
    HFI_ITEM_CALLBACK,
    HFI_ITEM_RESOURCE,
    HFI_ITEM_TOKEN,
    HFI_ITEM_CLEANUP
} hfi_item_kind;

typedef struct hfi_item {
    hfi_item_kind kind;
    hf_slot slot;        /* buffer, resource: a root; 0 */
    void *thing;         /* what the others are, or the `user` of a cleanup */
    uint64_t serial;     /* of a pin or set */
    hf_scope_fn cleanup; /* of a cleanup */
} hfi_item;

/*
 * Written under the lock of scopes by managed threads.  The list, the tree, `state` and `closer`
 * are written with the world stopped too, by who closes.
 */
struct hf_scope {
    hf_scope *next, **link; /* first, for the spare ones */
    uint32_t sig;
    bool is_closing; /* nothing can be added any more */
    hfi_scopes *scopes;
    const char *name;
    hf_site site;
    hf_site closed;          /* where the close began that goes on, or is over */
    uint64_t serial;         /* tells it from others that had this memory */
    const hf_thread *closer; /* in a close of it, or of one around it, now; NULL */
    hf_scope *parent;
    hf_scope *newest_child;
    hf_scope *older_child; /* of the same parent */
    hfi_item *items;
    size_t count, room;
    size_t ends; /* items that do something when they end: all but buffers */
};

struct hfi_scopes {
    hfi_parts *parts;
    hfi_participant participant;
    hfp_mutex lock;  /* of all below, and of all scopes */
    hf_scope *first; /* newest first */
    hfi_spare spare; /* closed ones */
    uint64_t serial; /* of the last scope */
};

/** HF_OK if the scope can be used by the thread; else the status, reported but for HF_E_NULL. */
HF_MUST_CHECK hf_status hfi_scope_check(hf_thread *thread, hf_scope *scope, const char *function,
                                        hf_site site);

/** Reports that the scope closes, or is closed by now.  Without the lock. */
hf_status hfi_scope_refuse(hf_scope *scope, const char *function, hf_site site);

/** Unlinks a closed scope and keeps its memory back; gives its items, for hfi_free().  lock */
hfi_item *hfi_scope_retire(hf_scope *scope);

/** True if `scope` is `root` or inside it. */
static inline bool hfi_scope_is_inside(const hf_scope *scope, const hf_scope *root)
{
    while (scope && scope != root) {
        scope = scope->parent;
    }
    return scope != NULL;
}

/** Ends what is behind an item, which was of that kind and is of none by now.  HF_E_RELEASE
 * also for a token that native code does not let go. */
hf_status hfi_item_end(hf_thread *thread, hfi_item *item, hfi_item_kind kind, hf_site site);

/* ---- who holds it (scope/holder.c) ---- */

/** Somebody who must let go before a scope can close. */
typedef struct hfi_holder {
    bool is_there;
    bool is_self; /* the thread that closes: waiting would be for ever */
    hf_site site;
    char text[160]; /* fence "body" of thread 17 holds bytes, 64 bytes */
} hfi_holder;

/**
 * Looks for one who holds something of `scope` and, with `inside`, of those inside it; pins of
 * scopes inside `root` do not count, they end with it.  `bytes_only`: what ends otherwise is not
 * looked at.  With the world stopped.
 */
typedef struct hfi_search {
    const hf_thread *thread; /* that closes */
    const hf_scope *root;
    const hf_scope *scope;
    bool inside;
    bool bytes_only;
} hfi_search;

void hfi_holder_find(const hfi_search *search, hfi_holder *holder_out);

#endif
