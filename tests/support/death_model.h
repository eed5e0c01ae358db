/* SPDX-License-Identifier: MIT */
/*
 * The phases of death, done by brute force over small arrays: what a test of the real ones compares
 * them with.  Reachability is going round until nothing changes; nothing here knows the library's
 * heap, and nothing is clever.
 */
#ifndef HOLDFAST_TESTS_DEATH_MODEL_H
#define HOLDFAST_TESTS_DEATH_MODEL_H

#include <holdfast.h>

enum {
    NODES = 24,
    LINKS = 2,
    ENTRIES = 120,
    CLEANUPS = 3000,
    ARMINGS = 3000,
    RESOURCES = 3000,
    RUNS = 8000,
    STEPS = 1500,
    NONE = -1
};

enum { REVIVE = 1, REARM = 2 }; /* what a run does */

typedef enum kind { ARRAY, TABLE, BUFFER, RESOURCE } kind;

typedef struct node {
    bool is_used, is_rooted, is_live; /* is_live: in a collection */
    kind kind;
    int link[LINKS];
    hf_weak *long_one, *short_one; /* every node has both */
    bool short_gives;
    int armed;    /* number of an arming, or NONE */
    int resource; /* number of its value */
    hf_pin *pin;
} node;

typedef struct entry {
    int table, key, value; /* table NONE: unused */
} entry;

typedef struct arming {
    int node, plan;
    bool is_queued;
} arming;

typedef struct cleanup {
    int object, argument;
    hf_cleanup handle;
    bool is_armed, is_queued;
} cleanup;

/* Runs: armings from 0 on, cleanups behind them. */
typedef struct history {
    int run[RUNS];
    unsigned count;
} history;

typedef struct death_model {
    node nodes[NODES];
    entry entries[ENTRIES];
    arming armings[ARMINGS];
    cleanup cleanups[CLEANUPS];
    int arming_count, cleanup_count, resource_count;
    unsigned char is_to_release[RESOURCES];
    history expected;                /* all that is to have run once the queue is empty */
    unsigned waits, cleaned, leaked; /* how often: put off by another that is dead, and so on */
} death_model;

/** One collection: who is live then is marked so, and `expected` grows by what it queues. */
void death_model_collect(death_model *model);

#endif
