/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_HEAP_H
#define HOLDFAST_HEAP_H

/*
 * Managed objects: making them, looking into them, collecting them.
 *
 * Objects move.  They are named by slots (ref.h), read and written by the
 * functions below, and lent to native code by fences, pins and calls.
 *
 *     hf_ref list = hf_local(thread);
 *     status = hf_array_create(thread, 10, list);
 *     hf_ref name = hf_local(thread);
 *     status = hf_bytes_create(thread, 64, name);
 *     status = hf_store_at(thread, list, 0, name);
 *
 * Every function that takes a slot returns HF_E_SLOTS for a NULL `ref`: that is
 * what hf_local() gives when the thread's slots are used up.
 */

#include "export.h"
#include "ref.h"
#include "status.h"
#include "type.h"

#include <stddef.h>
#include <stdint.h>

HF_BEGIN_DECLS

/*
 * ---- making objects ----
 *
 * Each by a macro that adds where it stands: in checked mode every object knows
 * where it was made, and the reports about it say so.
 */

typedef enum hf_bytes_flags {
    HF_BYTES_IMMOVABLE = 1 /* stays at its birth address for life, also in stress mode */
} hf_bytes_flags;

typedef struct hf_bytes_options {
    uint32_t struct_size; /* HF_BYTES_OPTIONS_INIT sets it */
    uint32_t flags;       /* hf_bytes_flags */
    uint64_t alignment;   /* of the payload: a power of two up to 4096; 0: 16 */
} hf_bytes_options;

#define HF_BYTES_OPTIONS_INIT                                                                      \
    {                                                                                              \
        (uint32_t)sizeof(hf_bytes_options), 0, 0                                                   \
    }

/**
 * Makes a buffer: pointer-free, zeroed, exactly `size` bytes, aligned to 16.
 *
 * @param size  bytes; 0 is legal and gives an object of its own.
 * @param site  what reports about the object name as its birth, in checked mode.
 * @return HF_OK; HF_E_SLOTS; HF_E_NOMEM or HF_E_LIMIT when a collection did not help;
 * HF_E_OVERFLOW; HF_E_DETACHED.  On failure the slot is untouched.
 *
 * @par Ownership   The slot holds the object; the collector frees it when nothing does.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_bytes_create_at(hf_thread *thread, size_t size, hf_ref out,
                                                  hf_site site) HF_MAY_GC;

/** hf_bytes_create_at() with the place of the call. */
#define hf_bytes_create(thread, size, out) hf_bytes_create_at((thread), (size), (out), HF_SITE)

/**
 * The same with options.
 *
 * @return as hf_bytes_create(); HF_E_OPTIONS; HF_E_ARGUMENT for a wrong alignment.
 *
 * @par Ownership   The slot holds the object.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_bytes_create_with_at(hf_thread *thread, size_t size,
                                                       const hf_bytes_options *options, hf_ref out,
                                                       hf_site site) HF_MAY_GC;

/** hf_bytes_create_with_at() with the place of the call. */
#define hf_bytes_create_with(thread, size, options, out)                                           \
    hf_bytes_create_with_at((thread), (size), (options), (out), HF_SITE)

/**
 * Makes a record of a registered type, all zero.
 *
 * @return HF_OK; HF_E_SLOTS; HF_E_NULL without a type; HF_E_TYPE for one of another runtime;
 * HF_E_NOMEM; HF_E_LIMIT; HF_E_DETACHED.
 *
 * @par Ownership   The slot holds the object.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_record_create_at(hf_thread *thread, const hf_type *type,
                                                   hf_ref out, hf_site site) HF_MAY_GC;

/** hf_record_create_at() with the place of the call. */
#define hf_record_create(thread, type, out) hf_record_create_at((thread), (type), (out), HF_SITE)

/**
 * Makes an array of `length` references, all null.
 *
 * @return HF_OK; HF_E_SLOTS; HF_E_NOMEM; HF_E_LIMIT; HF_E_OVERFLOW; HF_E_DETACHED.
 *
 * @par Ownership   The slot holds the object.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_array_create_at(hf_thread *thread, size_t length, hf_ref out,
                                                  hf_site site) HF_MAY_GC;

/** hf_array_create_at() with the place of the call. */
#define hf_array_create(thread, length, out) hf_array_create_at((thread), (length), (out), HF_SITE)

/* ---- references inside objects ---- */

/**
 * Reads field number `field` of a record into a slot (acquire: what was stored
 * before the reference is visible).
 *
 * @return HF_OK; HF_E_SLOTS; HF_E_NULL; HF_E_TYPE if it is no record; HF_E_FIELD if the field is no
 * reference.
 *
 * @par Ownership   The slot holds the object too.
 * @par Threads     The owner of the slots, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_load(const hf_slot *record, uint32_t field, hf_ref out);

/**
 * Writes the reference in `value` (NULL: null) to a field (release).
 *
 * Never fails for want of memory.  May run a safepoint, but only before the store.
 *
 * @return HF_OK; HF_E_NULL; HF_E_SLOTS; HF_E_TYPE; HF_E_FIELD; HF_E_DETACHED: the caller's mistakes
 * alone.
 *
 * @par Ownership   The record keeps the value reachable.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect before the store.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_store(hf_thread *thread, hf_ref record, uint32_t field,
                          const hf_slot *value) HF_MAY_GC;

/**
 * Stores `value` if the field is null and then loads it: of several threads that
 * race, all get the one object that won.
 *
 * @return as hf_store().
 *
 * @par Ownership   `out` holds the winner.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect before the store.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_once_store(hf_thread *thread, hf_ref record, uint32_t field,
                               const hf_slot *value, hf_ref out) HF_MAY_GC;

/**
 * hf_load() for element `index` of an array.
 *
 * @return HF_OK; HF_E_SLOTS; HF_E_NULL; HF_E_TYPE; HF_E_RANGE.
 *
 * @par Ownership   The slot holds the object too.
 * @par Threads     The owner of the slots, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_load_at(const hf_slot *array, size_t index, hf_ref out);

/**
 * hf_store() for element `index` of an array.
 *
 * @return HF_OK; HF_E_NULL; HF_E_SLOTS; HF_E_TYPE; HF_E_RANGE; HF_E_DETACHED.
 *
 * @par Ownership   The array keeps the value reachable.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect before the store.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_store_at(hf_thread *thread, hf_ref array, size_t index,
                             const hf_slot *value) HF_MAY_GC;

/* ---- plain data inside objects ---- */

/**
 * Copies a field that is no reference out of a record.
 *
 * @param size  of `*value`, which must be the field's.
 * @return HF_OK; HF_E_SLOTS; HF_E_NULL; HF_E_TYPE; HF_E_FIELD (no such field, a reference, or
 * another size).
 *
 * @par Ownership   Copies.
 * @par Threads     The owner of the slot, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_get(const hf_slot *record, uint32_t field, void *value, size_t size);

/**
 * Copies a value into a field that is no reference.
 *
 * @return as hf_get().
 *
 * @par Ownership   Copies.
 * @par Threads     The owner of the slot, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_set(hf_ref record, uint32_t field, const void *value, size_t size);

/**
 * Copies bytes out of a buffer.
 *
 * @return HF_OK; HF_E_SLOTS; HF_E_NULL; HF_E_TYPE; HF_E_RANGE, and then nothing is copied.
 *
 * @par Ownership   Copies.
 * @par Threads     The owner of the slot, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_bytes_read(const hf_slot *bytes, size_t offset, void *to, size_t size);

/**
 * Copies bytes into a buffer.
 *
 * @return as hf_bytes_read().
 *
 * @par Ownership   Copies.
 * @par Threads     The owner of the slot, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_bytes_write(hf_ref bytes, size_t offset, const void *from, size_t size);

/**
 * Size of a buffer in bytes; 0 for null and for what is no buffer.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     The owner of the slot, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API size_t hf_bytes_size(const hf_slot *bytes);

/**
 * Number of elements of an array; 0 for null and for what is no array.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     The owner of the slot, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API size_t hf_array_length(const hf_slot *array);

/**
 * Name of the type of the object in a slot, "null" for null.
 *
 * @par Ownership   Borrowed; lives as long as the runtime.
 * @par Threads     The owner, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API const char *hf_object_type_name(hf_thread *thread, const hf_slot *object);

/* ---- raw access: an address without a pin, for stretches without a safepoint ---- */

/**
 * Opens a stretch in which payload addresses hold because nothing may collect.
 * Until hf_raw_end() the thread calls nothing that takes an `hf_thread *`;
 * checked builds report it, clang warns at compile time.
 *
 * @return HF_OK; HF_E_NULL; HF_E_DETACHED; HF_E_MISUSE when one is open already.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     The owner, in managed state.
 * @par GC          None until hf_raw_end().
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_raw_begin(hf_thread *thread) HF_RAW_ACQUIRE;

/**
 * Address of an object's payload; NULL for null.  Dies at hf_raw_end().
 *
 * @par Ownership   Borrowed.
 * @par Threads     The owner, between hf_raw_begin() and hf_raw_end().
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API void *hf_raw_address(const hf_slot *object) HF_RAW_NEEDED;

/**
 * Closes the stretch.
 *
 * @return HF_OK; HF_E_NULL; HF_E_MISUSE when none is open.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     The owner, in managed state.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_raw_end(hf_thread *thread) HF_RAW_RELEASE;

/* ---- collecting ---- */

/**
 * Collects now: everything unreachable is freed or queued for its finalizer,
 * everything unpinned moves.
 *
 * @return HF_OK; HF_E_NULL; HF_E_DETACHED; HF_E_NOMEM or HF_E_LIMIT when there is no memory to move
 * objects to, and then nothing was collected.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     The owner, in managed state.
 * @par GC          Collects.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_collect(hf_thread *thread) HF_MAY_GC;

typedef struct hf_heap_statistics {
    uint32_t struct_size; /* HF_HEAP_STATISTICS_INIT sets it */
    uint32_t pinned_last; /* objects found pinned by the last collection */
    uint64_t collections;
    uint64_t objects_moved;   /* since the start */
    uint64_t bytes_moved;     /* since the start */
    uint64_t objects_live;    /* found by the last collection */
    uint64_t bytes_live;      /* found by the last collection */
    uint64_t bytes_in_use;    /* blocks and large objects now */
    uint64_t bytes_committed; /* memory taken from the system now, metadata included */
    uint64_t stop_ns_total;   /* time in which the world stood still */
    uint64_t stop_ns_max;
} hf_heap_statistics;

#define HF_HEAP_STATISTICS_INIT                                                                    \
    {                                                                                              \
        (uint32_t)sizeof(hf_heap_statistics), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0                         \
    }

/**
 * Fills the figures.
 *
 * @return HF_OK; HF_E_NULL; HF_E_OPTIONS.
 *
 * @par Ownership   Copies.
 * @par Threads     Any; a snapshot.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API hf_status hf_heap_statistics_get(hf_runtime *runtime, hf_heap_statistics *statistics);

/**
 * Walks everything reachable and verifies it: headers, types, lengths, block
 * states.  For tests and for hunting a wild write.
 *
 * @return HF_OK; HF_E_MISUSE with a report of the first thing that is broken; HF_E_NOMEM;
 * HF_E_DETACHED.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     The owner, in managed state.
 * @par GC          Stops the world; frees and moves nothing.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_heap_check(hf_thread *thread) HF_MAY_GC;

HF_END_DECLS

#endif
