/* SPDX-License-Identifier: MIT */

/*
 * Each phase is a function, in the order in which they come.
 */

#include "death_model.h"

static bool reach(death_model *m, int number)
{
    if (number == NONE || m->nodes[number].is_live) {
        return false;
    }
    m->nodes[number].is_live = true;
    return true;
}

static bool reach_links(death_model *m, int number)
{
    bool found = false;
    for (int k = 0; k < LINKS; k++) {
        found |= reach(m, m->nodes[number].link[k]);
    }
    return found;
}

/* All that the live reach, with or without the values of entries. */
static void go_round(death_model *m, bool with_values)
{
    bool has_changed = true;
    while (has_changed) {
        has_changed = false;
        for (int i = 0; i < NODES; i++) {
            has_changed |= m->nodes[i].is_live && reach_links(m, i);
        }
        for (int i = 0; with_values && i < ENTRIES; i++) {
            const entry *e = &m->entries[i];
            if (e->table != NONE && m->nodes[e->table].is_live && m->nodes[e->key].is_live) {
                has_changed |= reach(m, e->value);
            }
        }
    }
}

/* Phase 1. */
static void mark(death_model *m)
{
    for (int i = 0; i < NODES; i++) {
        m->nodes[i].is_live = m->nodes[i].is_used && (m->nodes[i].is_rooted || m->nodes[i].pin);
    }
    for (int i = 0; i < m->arming_count; i++) {
        (void)(m->armings[i].is_queued && reach(m, m->armings[i].node));
    }
    for (int i = 0; i < m->cleanup_count; i++) {
        (void)((m->cleanups[i].is_armed || m->cleanups[i].is_queued) &&
               reach(m, m->cleanups[i].argument));
    }
    go_round(m, true);
}

/* Phases 2 and 3: the short references, and whose finalizer comes. */
static void queue_finalizers(death_model *m)
{
    bool is_dead[NODES];
    for (int i = 0; i < NODES; i++) {
        is_dead[i] = m->nodes[i].is_used && m->nodes[i].armed != NONE && !m->nodes[i].is_live;
        m->nodes[i].short_gives &= m->nodes[i].is_live;
    }
    for (int i = 0; i < NODES; i++) {
        (void)(is_dead[i] && reach_links(m, i));
    }
    go_round(m, false);
    /* In the order of arming, which is that of the numbers. */
    for (int number = 0; number < m->arming_count; number++) {
        node *n = &m->nodes[m->armings[number].node];
        if (n->armed != number || !is_dead[m->armings[number].node]) {
            continue;
        }
        if (n->is_live) {
            m->waits++;
            continue;
        }
        n->armed = NONE;
        m->armings[number].is_queued = true;
        m->expected.run[m->expected.count++] = number;
    }
    for (int i = 0; i < m->arming_count; i++) {
        (void)(m->armings[i].is_queued && reach(m, m->armings[i].node));
    }
    go_round(m, true);
}

/* Phases 4 and 5, but for the m->nodes themselves, which compare_nodes() forgets. */
static void queue_cleanups(death_model *m)
{
    for (int i = 0; i < ENTRIES; i++) {
        entry *e = &m->entries[i];
        if (e->table != NONE && !(m->nodes[e->table].is_live && m->nodes[e->key].is_live)) {
            e->table = NONE;
        }
    }
    for (int i = 0; i < m->cleanup_count; i++) {
        cleanup *c = &m->cleanups[i];
        if (c->is_armed && !m->nodes[c->object].is_live) {
            c->is_armed = false;
            c->is_queued = true;
            m->cleaned++;
            m->expected.run[m->expected.count++] = ARMINGS + i;
        }
    }
    for (int i = 0; i < NODES; i++) {
        const node *n = &m->nodes[i];
        if (n->is_used && !n->is_live && n->kind == RESOURCE && !m->is_to_release[n->resource]) {
            m->is_to_release[n->resource] = 1;
            m->leaked++;
        }
    }
}

void death_model_collect(death_model *m)
{
    mark(m);
    queue_finalizers(m);
    queue_cleanups(m);
}
