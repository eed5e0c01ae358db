/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_HEAP_SPACE_H
#define HOLDFAST_HEAP_SPACE_H

/*
 * Where objects live; private to heap/.
 *
 * One range of address space is reserved per heap.  Small objects (up to 8 KiB)
 * live in blocks that fill it from below, large ones in page runs that fill it
 * from above:
 *
 *   base                                                            end
 *   | chunk 0 | chunk 1 | ... small_end      large_low | run | run | |
 *
 * A chunk is 4 MiB, aligned to its size, committed as a whole.  Its first 32 KiB
 * block holds the records and line marks of the other 127.  A block has 128 lines
 * of 256 bytes; the collector keeps a pinned object by marking its lines, and the
 * lines between may be allocated from at once.
 *
 * Every other object moves in every collection.  So that this cannot fail half
 * way, `free` blocks for the worst case are committed *before* a block is given
 * to a mutator (the copy reserve): running out of memory is a status of an
 * allocation, never a fault of a collection.
 */

#include "heap/heap.h"

#define HFI_CHUNK_SIZE       ((size_t)4 << 20)
#define HFI_BLOCK_SIZE       ((size_t)32 << 10)
#define HFI_LINE_SIZE        ((size_t)256)
#define HFI_BLOCKS_PER_CHUNK (HFI_CHUNK_SIZE / HFI_BLOCK_SIZE)
#define HFI_LINES_PER_BLOCK  (HFI_BLOCK_SIZE / HFI_LINE_SIZE)
#define HFI_SMALL_MAX        ((size_t)8 << 10) /* largest object in a block, header included */
#define HFI_STRIDE           ((size_t)4 << 10) /* how far ahead of allocation memory is zeroed */

#define HFI_POISON 0xdb /* what stress leaves at an address that no longer holds its object */

typedef enum hfi_block_state {
    HFI_BLOCK_META,       /* first of its chunk */
    HFI_BLOCK_FREE,       /* on the free list */
    HFI_BLOCK_USED,       /* has objects; owned by a thread or full */
    HFI_BLOCK_RECYCLABLE, /* on the recyclable list: only its marked lines have objects */
    HFI_BLOCK_FROM,       /* being emptied by the running collection */
    HFI_BLOCK_TO,         /* being filled by it */
    HFI_BLOCK_STILL,      /* has objects that never move; heap/still.c */
    HFI_BLOCK_QUARANTINE  /* emptied under stress and inaccessible for a while */
} hfi_block_state;

typedef struct hfi_block {
    uint32_t next;  /* in a list: index of the next block, 0: none */
    uint16_t state; /* hfi_block_state */
    uint16_t marked_lines;
    uintptr_t scan;      /* TO: first object whose references are not traced yet */
    uintptr_t fill;      /* TO: where the next object goes */
    uint64_t retired_at; /* QUARANTINE: number of the collection */
} hfi_block;

/** A page run: used by one large object, free, or in quarantine. Kept in address order. */
typedef enum hfi_run_state { HFI_RUN_FREE, HFI_RUN_USED, HFI_RUN_QUARANTINE } hfi_run_state;

typedef struct hfi_run {
    struct hfi_run *below, *above; /* neighbours by address */
    struct hfi_run *gray_next;     /* marked, references not traced yet */
    uintptr_t start;
    size_t size;      /* bytes, whole pages */
    uintptr_t object; /* USED: its header */
    uint64_t retired_at;
    uint8_t state; /* hfi_run_state */
    bool immovable;
    bool is_dirty; /* FREE: still committed, contents arbitrary */
} hfi_run;

typedef struct hfi_block_list {
    uint32_t head; /* 0: empty */
    uint32_t count;
} hfi_block_list;

/** Where small immovable objects are born. */
typedef struct hfi_still {
    uint32_t block;       /* 0: none */
    uintptr_t next, end;  /* the hole of it that is filled */
    hfi_block_list holed; /* others that the last collection found holes in */
} hfi_still;

/** Memory that native code has, or had until a moment ago; read by the fault watcher. */
typedef struct hfi_loan {
    uintptr_t start, end;
    unsigned argument;
    bool is_guard; /* an inaccessible page behind a buffer that is lent now */
    char function[48];
} hfi_loan;

#define HFI_LOANS 64u

struct hfi_heap {
    hfi_parts *parts;
    hfi_participant *participants;
    struct hfi_births *births; /* heap/birth.c; checked mode, else NULL */
    uintptr_t base, end;       /* the reserved range */
    _Atomic(uint32_t) turns;   /* hfi_heap_is_turn() */
    uint32_t loan_next;        /* lock: lock; the watcher reads both without it */
    hfi_loan loan[HFI_LOANS];
    bool is_watched; /* heap/stale.c; before the first attach and after the last detach */
    size_t page_size;
    unsigned page_shift;

    hfp_mutex lock;      /* everything below, while the world runs */
    uintptr_t small_end; /* chunks are committed from base to here */
    uintptr_t large_low; /* runs lie from here to end */
    hfi_block_list free; /* committed, empty */
    hfi_block_list recyclable;
    hfi_block_list quarantine; /* oldest at the head */
    uint32_t quarantine_tail;
    hfi_still still;
    uint32_t used_blocks;     /* USED, RECYCLABLE and STILL */
    hfi_run *runs;            /* lowest first */
    hfi_run *spare_runs;      /* records for reuse */
    uintptr_t *run_of_page;   /* by page of the range: address of its run record, 0: none; committed
                                 from above */
    size_t run_map_low;       /* run_of_page is committed from this byte on */
    size_t large_bytes;       /* of USED runs */
    size_t quarantined_bytes; /* of QUARANTINE runs */
    size_t committed_bytes;
    uint64_t small_live_bytes;  /* of small objects, found live by the last collection */
    uint64_t small_since_bytes; /* of holes given to threads since */
    uint64_t since_bytes;       /* allocated (holes and runs) since the last collection */
    uint64_t trigger_bytes;     /* collect when since_bytes reaches this */

    /* The running collection; the collector's alone. */
    uint8_t epoch;        /* mark value of this cycle, 1..15 */
    uint64_t collections; /* atomic reads are not needed: read under lock or while stopped */
    uint64_t objects_moved, bytes_moved, objects_live, bytes_live;
    uint32_t pinned;
};

/* ---- blocks (heap/block.c) ---- */

static inline uintptr_t hfi_block_address(const hfi_heap *heap, uint32_t index)
{
    return heap->base + (uintptr_t)index * HFI_BLOCK_SIZE;
}

static inline uint32_t hfi_block_index(const hfi_heap *heap, uintptr_t address)
{
    return (uint32_t)((address - heap->base) / HFI_BLOCK_SIZE);
}

/** Record of a block; the records of a chunk follow the line marks at its start. */
static inline hfi_block *hfi_block_at(const hfi_heap *heap, uint32_t index)
{
    uintptr_t chunk = heap->base + (uintptr_t)(index / HFI_BLOCKS_PER_CHUNK) * HFI_CHUNK_SIZE;
    hfi_block *records = (hfi_block *)(chunk + HFI_BLOCKS_PER_CHUNK * HFI_LINES_PER_BLOCK);
    return &records[index % HFI_BLOCKS_PER_CHUNK];
}

/** The 128 line marks of a block: 1 for a line that has (part of) an object that stays. */
static inline uint8_t *hfi_block_lines(const hfi_heap *heap, uint32_t index)
{
    uintptr_t chunk = heap->base + (uintptr_t)(index / HFI_BLOCKS_PER_CHUNK) * HFI_CHUNK_SIZE;
    return (uint8_t *)(chunk + (index % HFI_BLOCKS_PER_CHUNK) * HFI_LINES_PER_BLOCK);
}

static inline bool hfi_is_large(const hfi_heap *heap, uintptr_t object)
{
    return object >= heap->large_low;
}

void hfi_list_push(hfi_heap *heap, hfi_block_list *list, uint32_t index);
uint32_t hfi_list_pop(hfi_heap *heap, hfi_block_list *list); /* 0: empty */

/**
 * A block for a mutator: recyclable or free, or 0.  Grows the heap by a chunk where the copy
 * reserve asks for it.  HF_E_LIMIT or HF_E_NOMEM in *why_out when 0.  lock: heap->lock
 */
uint32_t hfi_block_take(hfi_heap *heap, hf_status *why_out);

/** An empty block for objects that never move, or 0.  As above. */
uint32_t hfi_block_take_still(hfi_heap *heap, hf_status *why_out);

/** Sees to it that a collection can copy all that may be live.  HF_E_NOMEM, HF_E_LIMIT.  World
 * stopped. */
HF_MUST_CHECK hf_status hfi_block_prepare_copy(hfi_heap *heap);

/** A block for the collector: never fails after hfi_block_prepare_copy(). */
uint32_t hfi_block_take_to_space(hfi_heap *heap);

/** Gives blocks out of quarantine that were there long enough.  World stopped. */
void hfi_block_end_quarantine(hfi_heap *heap, uint64_t older_than);

/** Puts an emptied block where it can be used again, or under stress into quarantine.  World
 * stopped. */
void hfi_block_retire(hfi_heap *heap, uint32_t index, bool quarantine);

/* ---- large objects (heap/large.c) ---- */

/** A zeroed run with room for header and payload, payload aligned.  lock: heap->lock, or world
 * stopped. */
HF_MUST_CHECK hf_status hfi_large_take(hfi_heap *heap, const hfi_request *request,
                                       hfi_run **run_out);

/** An empty run of the same shape, for the object to move to.  World stopped. */
HF_MUST_CHECK hf_status hfi_large_clone(hfi_heap *heap, const hfi_run *run, hfi_run **run_out);

/** Frees a run; under stress it becomes inaccessible for a while.  World stopped, or a run never
 * published. */
void hfi_large_retire(hfi_heap *heap, hfi_run *run, bool quarantine);

/** Ends the quarantine of runs that were there long enough. */
void hfi_large_end_quarantine(hfi_heap *heap, uint64_t older_than);

/** The run, used or in quarantine, around an address from large_low on; NULL: none. */
hfi_run *hfi_large_at(const hfi_heap *heap, uintptr_t address);

/** The run of a large object. */
hfi_run *hfi_large_find(const hfi_heap *heap, uintptr_t object);

/** Gives all records back, at the end of the heap. */
void hfi_large_finish(hfi_heap *heap);

/* ---- small objects that never move (heap/still.c) ---- */

/** Zeroed room for one, with its header.  HF_E_NOMEM, HF_E_LIMIT.  lock: heap->lock */
HF_MUST_CHECK hf_status hfi_still_take(hfi_heap *heap, size_t size, uintptr_t *place_out);

/** The last of them that begins at or below an address below small_end; 0: none there.
 * lock: heap->lock, or world stopped. */
uintptr_t hfi_still_find(const hfi_heap *heap, uintptr_t address);

/** Forgets who lives in such a block.  World stopped. */
void hfi_still_begin_cycle(hfi_heap *heap, uint32_t index);

/** Makes holes of what is dead in a block where somebody lives.  World stopped. */
void hfi_still_sweep(hfi_heap *heap, uint32_t index);

/* ---- the trace (heap/trace.c) ---- */

typedef enum hfi_phase {
    HFI_PHASE_PINS,
    HFI_PHASE_PIN_FIELDS,
    HFI_PHASE_TRACE,
    HFI_PHASE_CHECK
} hfi_phase;

struct hfi_tracer {
    hfi_heap *heap;
    hfi_phase phase;
    bool stress;        /* move large objects too */
    uint32_t to_small;  /* block that small survivors are copied to, 0: none yet */
    uint32_t to_medium; /* the same for those larger than a line */
    uint32_t
        gray_blocks; /* filled to-space blocks whose objects are not all traced, linked by next */
    hfi_run *gray_runs;
    struct hfi_looker *looker; /* HFI_PHASE_CHECK */
};

/** What a walk that only looks does with what it is shown; see heap/walk.h. */
typedef struct hfi_looker {
    void (*slot)(struct hfi_looker *self, hf_slot *slot); /* never null; a pin comes as a copy */
    bool (*is_known)(struct hfi_looker *self, uintptr_t object);
} hfi_looker;

/** Makes the tracer of a new cycle. */
void hfi_trace_begin(hfi_tracer *tracer, hfi_heap *heap, bool stress);

/** Asks each participant for what is pinned, or for its roots. */
void hfi_visit_pins(hfi_tracer *tracer);
void hfi_visit_roots(hfi_tracer *tracer);

/** Asks each participant: pins, then roots. */
void hfi_visit_all_roots(hfi_tracer *tracer);

/** Collects, unless some other thread has done so since `unless_after` collections were counted
 * (UINT64_MAX: in any case). */
hf_status hfi_heap_collect_if(hf_thread *thread, bool stress, uint64_t unless_after);

/** Adds a loan to the ring, or ends that of a guard. */
void hfi_loan_add(hfi_heap *heap, const hfi_loan *loan, const char *function);
void hfi_loan_end(hfi_heap *heap, uintptr_t start);

/** Under stress: lets accesses to addresses in quarantine be explained (heap/stale.c). */
void hfi_stale_watch(hfi_heap *heap);
void hfi_stale_unwatch(hfi_heap *heap);

/** Forgets where the threads allocate; their blocks are being emptied.  World stopped. */
void hfi_heap_reset_threads(hfi_heap *heap);

#endif
