/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_FINDER_INSIDE_H
#define HOLDFAST_FINDER_INSIDE_H

/*
 * What the files of this module share.
 *
 * A thread's *time* goes on by one with each use of a slot, and by HFI_FINDER_CALL with
 * each native call.  A *life* is one object in one slot, from the time when it is seen
 * there to its last use.  The lives of a thread are numbered in the order in which
 * they are seen, which is the same in each run of a program that does the same.
 */

#include "finder/finder.h"

/* More than the slots that any one function reads: none of them is over before it is. */
#define HFI_FINDER_CALL 16u

#define HFI_TRACKS_MAX 64u

typedef struct hfi_life {
    uint64_t seen;
    uint64_t last;
} hfi_life;

/** What one thread did in the recorded run. */
typedef struct hfi_track {
    hfi_life *life;
    uint32_t count;
    uint32_t room;
    uint64_t time; /* at its end */
} hfi_track;

/** What is known of the fences of one place in the program. */
typedef struct hfi_place {
    _Atomic(uint64_t) key; /* of the site; 0: free */
    _Atomic(uint32_t) ended;
    _Atomic(uint32_t) looked_at;
    _Atomic(uint32_t) needed;
    hf_site site; /* and what follows: written by the one who took the place */
    const char *what;
    const char *object;
} hfi_place;

#define HFI_PLACES_MAX 256u

/** What a slot held when its thread was looked at last. */
typedef struct hfi_glimpse {
    uintptr_t word;
    uint32_t life; /* its number + 1; 0: none */
} hfi_glimpse;

/** A thread in this run; its owner's, and the collector's while it is stopped. */
struct hfi_watched {
    hf_finder *finder;
    hfi_track *track; /* recorded, or followed */
    uint32_t ordinal;
    uint32_t lives; /* seen so far */
    uint64_t time;
    uint64_t collected_at; /* time of the last collection here */
    uint64_t points;       /* where there could have been one */
    hfi_glimpse *glimpse;  /* one a slot */
    uint32_t glimpses;
    uintptr_t leaving; /* the object of a fence that has just ended; 0: none, or it died */
    bool is_off;       /* it left the record, or there is no memory: nothing ends early any more */
    bool is_busy;      /* the finder itself is at work */
};

struct hf_finder {
    hfi_watch watch;
    hfi_participant participant;
    bool is_own;              /* of the environment: ends with its runtime */
    bool is_kept;             /* a thread that never detached may still lead here */
    bool is_replaying;        /* this run follows the record */
    _Atomic(bool) is_blocked; /* a finalizer kept a collection waiting: not waited for any more */
    uint64_t seed;
    uint32_t runs;
    uint32_t recorded; /* threads */
    uint32_t differences;
    _Atomic(bool) has_differed; /* in this run */
    _Atomic(uint32_t) threads;  /* of this run */
    _Atomic(uint64_t) collections;
    hfi_track track[HFI_TRACKS_MAX];
    hfi_place place[HFI_PLACES_MAX];
    uint32_t number;   /* of the runtime in the process, if it is the environment's */
    char save_to[256]; /* "": nowhere */
};

/** The calling thread's state, made when first asked for; NULL: it is not watched. */
struct hfi_watched *hfi_watched_of(hf_finder *finder, hf_thread *thread);

/** Looks what the slots hold now: begins lives, and notes from where an object was copied. */
void hfi_watched_look(struct hfi_watched *watched, hf_thread *thread);

/** A slot is read: its life goes on to now. */
void hfi_watched_use(struct hfi_watched *watched, hf_thread *thread, const hf_slot *slot);

/** The slots from `base` on are gone. */
void hfi_watched_drop(struct hfi_watched *watched, hf_thread *thread, uint32_t base);

/** True if the record says that the slot is not used any more.  Owner, or world stopped. */
bool hfi_watched_is_over(const struct hfi_watched *watched, uint32_t slot, uintptr_t word);

/** The thread ends: compares, and gives its state back. */
void hfi_watched_end(hf_thread *thread);

/** This thread does not do what the record says, or cannot be followed. */
void hfi_watched_leave(struct hfi_watched *watched);

/** Collects and waits for the runner, if the seed takes this point. */
bool hfi_finder_collect(struct hfi_watched *watched, hf_thread *thread);

/** A fence that held a resource has ended. */
void hfi_finder_fence_ended(void *self, hf_thread *thread, const hfi_ended_fence *ended);

/** Reports the fences that this process never needed. */
void hfi_finder_tell_fences(const hf_finder *finder, hfi_parts *parts);

/** Forgets what a track has. */
void hfi_track_clear(hfi_track *track);

/** A place for one more life, at its end; NULL: no memory. */
hfi_life *hfi_track_add(hfi_track *track);

/** Writes the record of the process's runtime number `run` to a file, or reads it; false: it cannot
 * be, or is none. */
HF_MUST_CHECK bool hfi_finder_save(const hf_finder *finder, const char *path, uint32_t run);
HF_MUST_CHECK bool hfi_finder_load(hf_finder *finder, const char *path, uint32_t run);

#endif
