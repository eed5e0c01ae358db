/* SPDX-License-Identifier: MIT */
/* hf-example: all */

/*
 * A tracker: which of the registered objects are still alive, and since when.
 *
 * Each registered object has a weak reference and a line of text, in plain C memory. Nothing runs
 * when an object dies: no finalizer, so no order, no thread, and nothing that could keep or bring
 * back the object. The tracker finds out when it is asked, and gives back what it knew of the dead.
 * What this prints is in tracker.txt.
 */

#include <holdfast.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct tracked {
    struct tracked *next;
    hf_weak *object; /* short: ends before a finalizer could see the object again */
    int since;
    char what[32];
} tracked;

typedef struct tracker {
    hf_thread *thread;
    tracked *all; /* the youngest first */
    int now;
} tracker;

static hf_status track(tracker *t, const hf_slot *object, const char *what)
{
    tracked *entry = calloc(1, sizeof *entry);
    if (!entry) {
        return HF_E_NOMEM;
    }
    hf_status status = hf_weak_create(t->thread, object, HF_WEAK_SHORT, &entry->object);
    if (status != HF_OK) {
        free(entry);
        return status;
    }
    entry->since = t->now;
    (void)snprintf(entry->what, sizeof entry->what, "%s", what);
    entry->next = t->all;
    t->all = entry;
    return HF_OK;
}

static void forget(tracked **link)
{
    tracked *entry = *link;
    *link = entry->next;
    (void)hf_weak_destroy(entry->object);
    free(entry);
}

/* Prints who is alive, and drops who is not. */
static hf_status list(tracker *t)
{
    HF_FRAME(t->thread);
    hf_ref object = hf_local(t->thread);
    tracked **link = &t->all;
    printf("at %d:", t->now);
    while (*link) {
        hf_status status = hf_weak_load(t->thread, (*link)->object, object);
        if (status != HF_OK) {
            return status;
        }
        if (hf_is_null(object)) {
            forget(link);
            continue;
        }
        printf(" %s since %d;", (*link)->what, (*link)->since);
        link = &(*link)->next;
    }
    printf("\n");
    return HF_OK;
}

static hf_status open_session(tracker *t, const char *user, hf_ref session)
{
    hf_status status = hf_bytes_create(t->thread, 256, session);
    return status == HF_OK ? track(t, session, user) : status;
}

static hf_status tick(tracker *t)
{
    hf_status status = hf_collect(t->thread);
    t->now++;
    return status == HF_OK ? list(t) : status;
}

static hf_status run(tracker *t)
{
    HF_FRAME(t->thread);
    hf_ref ada = hf_local(t->thread), grace = hf_local(t->thread);
    hf_status status = open_session(t, "ada", ada);
    if (status == HF_OK) {
        status = tick(t);
    }
    if (status == HF_OK) {
        status = open_session(t, "grace", grace);
    }
    if (status == HF_OK) {
        status = tick(t);
    }
    hf_clear(ada); /* nobody tells the tracker */
    if (status == HF_OK) {
        status = tick(t);
    }
    hf_clear(grace);
    return status == HF_OK ? tick(t) : status;
}

int main(void)
{
    tracker t = { NULL, NULL, 0 };
    hf_runtime *runtime = NULL;
    hf_status status = hf_runtime_create(NULL, &runtime);
    if (status == HF_OK) {
        status = hf_thread_attach(runtime, &t.thread);
    }
    if (status == HF_OK) {
        status = run(&t);
        bool knows_nothing = t.all == NULL;
        while (t.all) {
            forget(&t.all);
        }
        (void)hf_thread_detach(t.thread);
        printf("the tracker knows %s\n", knows_nothing ? "of nothing more" : "what is not there");
    }
    const hf_runtime_leaks none = HF_RUNTIME_LEAKS_INIT;
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    hf_runtime_destroy(runtime, &leaks);
    bool is_clean = memcmp(&leaks, &none, sizeof leaks) == 0;
    printf("%s, %s\n", hf_status_text(status), is_clean ? "nothing left behind" : "a leak");
    return status == HF_OK && is_clean ? 0 : 1;
}
