/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_ROOT_HANDLE_CELL_H
#define HOLDFAST_ROOT_HANDLE_CELL_H

/* The inside of the table of handles: shared by handle.c and handle_fate.c. */

#include "platform/latch.h"
#include "root/handle.h"

#include <stdatomic.h>

/* Chunk k has 64 << k cells; a chunk is never moved and never freed before the table. */
#define HFI_CHUNK_FIRST_BITS 6u
#define HFI_CHUNKS_MAX       19u

/* One number's cell.  It remembers the end of its last handle until the number is used again. */
typedef struct hfi_handle_cell {
    _Atomic(uintptr_t) word;   /* of the handle that is alive; 0: none.  written under the lock */
    hf_slot slot;              /* atomic; the object, 0 when none */
    _Atomic(const char *) tag; /* written under the lock */
    _Atomic(uint32_t) uses;    /* left; 0: for ever.  written under the lock */
    uintptr_t last_word;       /* lock: of the last handle; 0: there was none */
    uint32_t generation;       /* lock: the same one's */
    hf_site born;              /* lock */
    hf_site ended;             /* lock */
    uint64_t ended_by;         /* lock: the thread, as the system numbers it */
    bool is_used_up;           /* lock: it ended with its last use */
    struct hfi_handle_cell *next_free; /* lock */
} hfi_handle_cell;

struct hfi_handles {
    hfi_parts *parts;
    hfi_participant participant;
    const hfi_word_form *form; /* constant from the first handle on */
    uintptr_t cell_mask;       /* of a word >> 1 */
    uint32_t runtime;          /* this table's number in words */
    uint32_t generation_max;   /* of the form */
    hfi_latch lock;
    _Atomic(uint32_t) count;                /* cells; written under the lock, after the chunk */
    hfi_handle_cell *first_free;            /* lock: the one that is free for longest */
    hfi_handle_cell *last_free;             /* lock */
    uint32_t free_count;                    /* lock */
    uint64_t live;                          /* lock */
    hfi_handle_cell *chunk[HFI_CHUNKS_MAX]; /* written once, before `count` reaches it */
};

static inline hfi_handle_cell *hfi_handle_cell_at(hfi_handles *handles, uint32_t number)
{
    uint32_t place = number + (1u << HFI_CHUNK_FIRST_BITS);
    unsigned bits = 31u - (unsigned)__builtin_clz(place);
    return &handles->chunk[bits - HFI_CHUNK_FIRST_BITS][place - (1u << bits)];
}

/* What a word is that is not, or not by this tag, a handle. */
typedef enum hfi_fate {
    HFI_FATE_ALIVE,
    HFI_FATE_NO_WORD,       /* bits that no handle has */
    HFI_FATE_OTHER_RUNTIME, /* a handle's word, but not of this table */
    HFI_FATE_NEVER,         /* of this table by its number, but not given out yet */
    HFI_FATE_ENDED,         /* and the cell still knows where */
    HFI_FATE_FORGOTTEN,     /* and the cell has had another handle since */
    HFI_FATE_WRONG_TAG
} hfi_fate;

/* The facts for a report, copied so that the lock need not be held for it. */
typedef struct hfi_handle_facts {
    hfi_fate fate;
    hfi_word parts;
    uintptr_t word;
    const char *tag;
    hf_site born;
    hf_site ended;
    uint64_t ended_by;
    bool is_used_up;
} hfi_handle_facts;

/** Looks a word up.  `tag` NULL: any.  lock: handles->lock.  Gives the cell of a handle that is
 * alive, NULL otherwise. */
hfi_handle_cell *hfi_handle_examine(hfi_handles *handles, uintptr_t word, const char *tag,
                                    hfi_handle_facts *facts_out);

/** Reports what is wrong with a word that was examined; gives the status.  Without the lock. */
hf_status hfi_handle_refuse(hfi_handles *handles, const hfi_handle_facts *facts,
                            const char *function, const char *tag, hf_site site);

/** Reports a handle that is left at the end of the runtime. */
void hfi_handle_left(hfi_handles *handles, const hfi_handle_cell *cell);

#endif
