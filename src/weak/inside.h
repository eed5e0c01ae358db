/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_WEAK_INSIDE_H
#define HOLDFAST_WEAK_INSIDE_H

/*
 * What the files of this module share.
 *
 * Everything hangs on one kind of record, hfi_known: there is one for each object that
 * somebody knows weakly, and none for any other.
 *
 *   hf_weak --> hfi_known <-- hfi_entry --> hfi_ephemerons --> hfi_known of the table
 *                   |  object (weak)  |
 *                   v                 v value
 *
 * The lock is held for short stretches without a safepoint.  What the collector looks at
 * is touched by managed threads alone, under the lock; while the world is stopped nobody
 * of those is inside, so the collector goes without it.  A thread that is not managed takes
 * the lock only to give a weak reference back: `count`, `is_returned` and the list of the
 * returned, which the collector does not look at.
 */

#include "platform/platform.h"
#include "base/pool.h"
#include "weak/weak.h"

#include <stdatomic.h>

typedef struct hfi_known hfi_known;
typedef struct hfi_entry hfi_entry;
typedef struct hfi_ephemerons hfi_ephemerons;

/** One for each object, kind and offset: so equal ones are the same. */
struct hf_weak {
    hf_weak *next; /* first: of the object's; free ones */
    uint32_t sig;  /* 0: free */
    uint32_t kind; /* hf_weak_kind */
    size_t offset;
    hfi_known *known;        /* lock; NULL: dead.  read by managed threads without */
    hfi_weaks *owner;        /* stays when it is free */
    _Atomic(uint64_t) count; /* lock; handles given out and not destroyed; 0: in `returned` */
    bool is_returned;        /* lock */
    hf_weak *next_returned;  /* lock */
};

/** A value of a table.  In two lists: of its key and of its table. */
struct hfi_entry {
    hfi_entry *next_of_key; /* first */
    hfi_entry **link_of_key;
    hfi_entry *next_of_table;
    hfi_entry **link_of_table;
    hfi_known *key;
    hfi_ephemerons *table;
    hf_slot value; /* a root while both key and table live */
};

/** The native half of a table: the word in its object leads here, and is null once it ended. */
struct hfi_ephemerons {
    hfi_known *self; /* first: the record of its object */
    hfi_entry *entries;
    size_t count;
};

struct hfi_known {
    hfi_known *next; /* first: of `awake`; free ones */
    hfi_known
        *next_fading; /* one that is fading may be found live, and awake, before that is done */
    uintptr_t object;
    hf_weak *references;
    hfi_entry *entries;    /* of which it is the key */
    hfi_ephemerons *table; /* if it is one */
    uint64_t identity;     /* 0: nobody asked */
    size_t place;          /* in `all` */
    uint64_t awake_in;     /* the collection that found it live; keys alone */
};

struct hfi_weaks {
    hfi_parts *parts;
    hfi_participant participant;
    hfp_mutex lock;
    hfi_known **all; /* the keys first: those with entries, and tables */
    size_t known_count, key_count;
    uint64_t last_identity;
    hfi_known **index; /* by object; open addressing, at most half full; in one block with `all` */
    unsigned index_bits; /* log2 of its size; 0: there is none */
    bool is_index_fresh; /* false: objects moved or died, or it is new and empty */

    uint64_t handed_out;         /* lock; references made and not destroyed */
    _Atomic(hf_weak *) returned; /* lock to write; count fell to 0 once */
    hfi_pool references, entries, tables, knowns;

    /* In a collection. */
    hfi_known *awake;  /* keys found live after the first look at all of them, to be looked at */
    hfi_known *fading; /* dead when short references ended, or of nothing left to say */
    bool is_listening; /* the first look has been */
    uint64_t cycle;    /* number of this collection, from 1 */
    uint64_t looks;    /* at entries, by all collections */
};

/* ---- known.c; lock, or world stopped ---- */

/** The record of a live object, or NULL: one flag test where there is none. */
hfi_known *hfi_known_find(hfi_weaks *weaks, uintptr_t object);

/** The same in a collection, by the address that the object had before it. */
hfi_known *hfi_known_find_old(hfi_weaks *weaks, uintptr_t object);

/** The record of an object, made if there is none; NULL: no memory. */
hfi_known *hfi_known_make(hfi_weaks *weaks, uintptr_t object);

/** Puts it among the keys, or takes it out, and says so in its object's header. */
void hfi_known_set_key(hfi_weaks *weaks, hfi_known *known, bool is_key);

/** Takes it out of all and gives it back.  World stopped. */
void hfi_known_drop(hfi_weaks *weaks, hfi_known *known);

static inline bool hfi_known_is_key(const hfi_weaks *weaks, const hfi_known *known)
{
    return known->place < weaks->key_count;
}

/* ---- reference.c ---- */

/** Lets references of the object be dead: all, or the short ones.  World stopped. */
void hfi_references_end(hfi_known *known, bool also_long);

/** Takes those back that nobody has any more.  Managed, lock. */
void hfi_references_recycle(hfi_weaks *weaks);

/* ---- ephemeron.c; lock, or world stopped ---- */

/** Takes an entry out of both its lists and gives it back. */
void hfi_entry_drop(hfi_weaks *weaks, hfi_entry *entry);

/** Drops what a table has, and gives its native half back. */
void hfi_ephemerons_end(hfi_weaks *weaks, hfi_ephemerons *table);

/* ---- death.c; world stopped ---- */

void hfi_weaks_key_marked(void *self, hfi_tracer *tracer, uintptr_t object);
bool hfi_weaks_mark_more(void *self, hfi_tracer *tracer);
void hfi_weaks_visit_values(void *self, hfi_tracer *tracer, uintptr_t object);
void hfi_weaks_clear_short(void *self, hfi_tracer *tracer);
void hfi_weaks_clear_dead(void *self, hfi_tracer *tracer);

#endif
