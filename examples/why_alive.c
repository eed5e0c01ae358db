/* SPDX-License-Identifier: MIT */
/* hf-example: all */

/*
 * "Why is this alive?": windows that subscribe to an event and are never taken off its list.
 *
 * A census before and one after a day's work name the type that grows; the path from a root to one
 * of the windows names the place that keeps them. Nothing was prepared for that: both look at what
 * is reachable when they are asked. What this prints is in why_alive.txt.
 */

#include <holdfast.h>

#include <stdio.h>
#include <string.h>

#define SUBSCRIBERS_MAX 200

struct event {
    hf_slot listeners;
};
struct window {
    hf_slot title;
};

static const hf_field event_fields[] = {
    { "listeners", HF_FIELD_REF, offsetof(struct event, listeners), sizeof(hf_slot) },
};
static const hf_field window_fields[] = {
    { "title", HF_FIELD_REF, offsetof(struct window, title), sizeof(hf_slot) },
};
static const hf_type_descriptor event_descriptor = { sizeof(hf_type_descriptor), "event",
                                                     sizeof(struct event), event_fields, 1 };
static const hf_type_descriptor window_descriptor = { sizeof(hf_type_descriptor), "window",
                                                      sizeof(struct window), window_fields, 1 };

typedef struct program {
    hf_thread *thread;
    hf_type *event_type, *window_type;
    hf_global *resized; /* the event: lives as long as the program, and so does what it knows */
    size_t subscribers;
} program;

static hf_status make_event(program *p)
{
    HF_FRAME(p->thread);
    hf_ref event = hf_local(p->thread), listeners = hf_local(p->thread);
    hf_status status = hf_record_create(p->thread, p->event_type, event);
    if (status == HF_OK) {
        status = hf_array_create(p->thread, SUBSCRIBERS_MAX, listeners);
    }
    if (status == HF_OK) {
        status = hf_store(p->thread, event, 0, listeners);
    }
    if (status == HF_OK) {
        status = hf_global_create(p->thread, event, &p->resized);
    }
    hf_global_set_name(p->resized, "resized");
    return status;
}

/* Puts a window (NULL: nothing) at a place of the event's list. */
static hf_status subscribe(program *p, size_t place, const hf_slot *window)
{
    HF_FRAME(p->thread);
    hf_ref event = hf_local(p->thread), listeners = hf_local(p->thread);
    hf_status status = hf_global_load(p->resized, event);
    if (status == HF_OK) {
        status = hf_load(event, 0, listeners);
    }
    return status == HF_OK ? hf_store_at(p->thread, listeners, place, window) : status;
}

/* Opens a window and closes it again; its author forgot that it had subscribed. */
static hf_status open_and_close(program *p, hf_weak **weak_out)
{
    HF_FRAME(p->thread);
    hf_ref window = hf_local(p->thread);
    hf_status status = hf_record_create(p->thread, p->window_type, window);
    if (status == HF_OK) {
        status = subscribe(p, p->subscribers++, window);
    }
    return status == HF_OK && weak_out ? hf_weak_create(p->thread, window, HF_WEAK_SHORT, weak_out)
                                       : status;
}

static bool print_row(const hf_census_row *row, void *user)
{
    (void)user;
    printf("grew: %s, %u -> %u objects\n", row->type, (unsigned)row->objects_before,
           (unsigned)row->objects_after);
    return true;
}

static hf_status work_for_a_day(program *p)
{
    hf_census *before = NULL, *after = NULL;
    hf_status status = hf_census_take(p->thread, &before);
    for (int i = 0; i < 100 && status == HF_OK; i++) {
        status = open_and_close(p, NULL);
    }
    if (status == HF_OK) {
        status = hf_census_take(p->thread, &after);
    }
    if (status == HF_OK) {
        status = hf_census_compare(before, after, print_row, NULL);
    }
    hf_census_destroy(before);
    hf_census_destroy(after);
    return status;
}

/* The weak reference finds the window without being a reason for it to live. */
static hf_status ask(program *p, const hf_weak *weak)
{
    char why[256] = "it is gone";
    HF_FRAME(p->thread);
    hf_ref window = hf_local(p->thread);
    hf_status status = hf_collect(p->thread);
    if (status == HF_OK) {
        status = hf_weak_load(p->thread, weak, window);
    }
    if (status == HF_OK && !hf_is_null(window)) {
        status = hf_why_alive(p->thread, window, HF_WHY_SKIP_FRAME, why, sizeof why);
    }
    printf("%s\n", why);
    return status;
}

static hf_status run(program *p)
{
    hf_weak *weak = NULL;
    hf_status status = make_event(p);
    if (status == HF_OK) {
        status = open_and_close(p, &weak);
    }
    if (status == HF_OK) {
        status = work_for_a_day(p);
    }
    if (status == HF_OK) {
        status = ask(p, weak);
    }
    if (status == HF_OK) { /* the repair: closing a window takes it off the list */
        status = subscribe(p, 0, NULL);
    }
    if (status == HF_OK) {
        status = ask(p, weak);
    }
    (void)hf_weak_destroy(weak);
    hf_global_destroy(p->thread, p->resized);
    return status;
}

int main(void)
{
    program p = { NULL, NULL, NULL, NULL, 0 };
    hf_runtime *runtime = NULL;
    hf_status status = hf_runtime_create(NULL, &runtime);
    if (status == HF_OK) {
        status = hf_type_register(runtime, &event_descriptor, &p.event_type);
    }
    if (status == HF_OK) {
        status = hf_type_register(runtime, &window_descriptor, &p.window_type);
    }
    if (status == HF_OK) {
        status = hf_thread_attach(runtime, &p.thread);
    }
    if (status == HF_OK) {
        status = run(&p);
        (void)hf_thread_detach(p.thread);
    }
    const hf_runtime_leaks none = HF_RUNTIME_LEAKS_INIT;
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    hf_runtime_destroy(runtime, &leaks);
    bool is_clean = memcmp(&leaks, &none, sizeof leaks) == 0;
    printf("%s, %s\n", hf_status_text(status), is_clean ? "nothing left behind" : "a leak");
    return status == HF_OK && is_clean ? 0 : 1;
}
