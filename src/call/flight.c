/* SPDX-License-Identifier: MIT */

/*
 * Calls in flight, and the functions that end behind them.
 *
 * A call notes its function in its thread with one store and takes the note back
 * with another, beside what the crossing writes anyway.  Who destroys a function
 * looks at the notes of all threads.  A note says one function, so a call from
 * inside a callback, which overwrites it, first puts it on a small stack of its
 * thread; the stack is looked at only while there is a note.  A call that something
 * jumped over leaves its place there, which the next nested call finds by the note
 * that does not belong to it.
 *
 * A function that somebody is in is put aside and looked at again whenever a
 * function or library is opened, bound or given back, after each collection, and
 * at the end of the runtime.
 *
 * A look that misses nothing: note and stack change together between two
 * increments of a counter, and a look that such a change disturbs is repeated.
 *
 * Threads: notes are written by their threads alone; the list of threads and of
 * functions put aside are under a lock that is held for a few loads and stores, in
 * no call of foreign code, and across no safepoint.
 */

#include "call/flight.h"

#include "base/alloc.h"
#include "diag/report.h"
#include "heap/heap.h"

struct hfi_flights {
    hfi_parts *parts;
    hfi_participant participant;
    hfp_mutex lock;
    hf_thread *threads;        /* lock: attached, through next_caller */
    hf_function *waiting;      /* lock: through next_waiting */
    hfi_owned *owned;          /* lock: functions, libraries and bindings; the last one first */
    _Atomic(bool) has_waiting; /* written with the lock held; read without */
};

/* ---- the threads ---- */

static hf_status thread_attached(void *self, hf_thread *thread)
{
    hfi_flights *flights = self;
    hfp_mutex_lock(&flights->lock);
    thread->next_caller = flights->threads;
    flights->threads = thread;
    hfp_mutex_unlock(&flights->lock);
    return HF_OK;
}

static void thread_detached(void *self, hf_thread *thread)
{
    hfi_flights *flights = self;
    hfp_mutex_lock(&flights->lock);
    hf_thread **link = &flights->threads;
    while (*link && *link != thread) {
        link = &(*link)->next_caller;
    }
    if (*link) {
        *link = thread->next_caller;
    }
    hfp_mutex_unlock(&flights->lock);
}

static void after_resume(void *self, hf_thread *thread)
{
    (void)thread;
    hfi_flights_sweep(self);
}

/* ---- the module ---- */

hf_status hfi_flights_create(hfi_parts *parts, hfi_flights **flights_out)
{
    hfi_flights *flights = hfi_alloc(sizeof *flights);
    if (!flights) {
        return HF_E_NOMEM;
    }
    flights->parts = parts;
    hfp_mutex_init(&flights->lock);
    flights->participant =
        (hfi_participant){ .name = "flights", .self = flights, .after_resume = after_resume };
    hfi_heap_add_participant(parts->heap, &flights->participant);
    hfi_world_hooks hooks = { .self = flights,
                              .attached = thread_attached,
                              .detached = thread_detached };
    hfi_world_set_hooks(parts->world, 3, &hooks);
    *flights_out = flights;
    return HF_OK;
}

void hfi_flights_destroy(hfi_flights *flights)
{
    hfp_mutex_finish(&flights->lock);
    hfi_free(flights);
}

void hfi_flights_lock(hfi_flights *flights)
{
    hfp_mutex_lock(&flights->lock);
}

void hfi_flights_unlock(hfi_flights *flights)
{
    hfp_mutex_unlock(&flights->lock);
}

/* ---- what the program has of this module ---- */

void hfi_owned_add(hfi_parts *parts, hfi_owned *owned, const char *kind, const char *name)
{
    hfi_flights *flights = parts->flights;
    owned->kind = kind;
    owned->name = name;
    hfp_mutex_lock(&flights->lock);
    owned->next = flights->owned;
    owned->link = &flights->owned;
    if (owned->next) {
        owned->next->link = &owned->next;
    }
    flights->owned = owned;
    hfp_mutex_unlock(&flights->lock);
    atomic_fetch_add_explicit(&parts->functions, 1, memory_order_relaxed);
}

void hfi_owned_set_site(hfi_parts *parts, hfi_owned *owned, hf_site site)
{
    hfp_mutex_lock(&parts->flights->lock);
    owned->site = site;
    hfp_mutex_unlock(&parts->flights->lock);
}

void hfi_owned_remove(hfi_parts *parts, hfi_owned *owned)
{
    hfi_flights *flights = parts->flights;
    hfp_mutex_lock(&flights->lock);
    *owned->link = owned->next;
    if (owned->next) {
        owned->next->link = owned->link;
    }
    hfp_mutex_unlock(&flights->lock);
    atomic_fetch_sub_explicit(&parts->functions, 1, memory_order_relaxed);
}

static void tell_left(const char *kind, const char *name, hf_site site, const char *why,
                      hfi_left_fn fn, void *user)
{
    hfi_left left = { .kind = kind, .site = site, .why = why };
    hfi_text text = hfi_text_begin(left.object, sizeof left.object);
    hfi_text_add_line(&text, name);
    hfi_text_end(&text);
    fn(&left, user);
}

void hfi_owned_each_left(hfi_flights *flights, hfi_left_fn fn, void *user)
{
    hfp_mutex_lock(&flights->lock);
    for (const hfi_owned *owned = flights->owned; owned; owned = owned->next) {
        tell_left(owned->kind, owned->name, owned->site, "it was never given back", fn, user);
    }
    hfp_mutex_unlock(&flights->lock);
}

unsigned hfi_flights_count(hfi_flights *flights)
{
    unsigned count = 0;
    hfp_mutex_lock(&flights->lock);
    for (const hf_thread *thread = flights->threads; thread; thread = thread->next_caller) {
        count += !thread->is_lost && hfi_flight_is_nested(thread);
    }
    hfp_mutex_unlock(&flights->lock);
    return count;
}

/* A function whose note is seen with the lock is there until it is given: whoever destroys it asks
 * for its calls first, with this lock. */
void hfi_flights_each_left(hfi_flights *flights, hfi_left_fn fn, void *user)
{
    hfp_mutex_lock(&flights->lock);
    for (const hf_thread *thread = flights->threads; thread; thread = thread->next_caller) {
        const hf_function *function = atomic_load_explicit(&thread->calling, memory_order_acquire);
        if (function && !thread->is_lost) {
            tell_left("call", function->prototype.name, function->owned.site,
                      "it has not come back in time", fn, user);
        }
    }
    hfp_mutex_unlock(&flights->lock);
}

/* ---- nested calls ---- */

static void set_nest(hf_thread *thread, uint32_t depth, const hf_function *calling)
{
    uint32_t changes = atomic_load_explicit(&thread->nest_changes, memory_order_relaxed);
    atomic_store_explicit(&thread->nest_changes, changes + 1, memory_order_relaxed);
    atomic_thread_fence(memory_order_release); /* pairs with the one in is_in() */
    atomic_store_explicit(&thread->nest_depth, depth, memory_order_relaxed);
    atomic_store_explicit(&thread->calling, calling, memory_order_release);
    atomic_store_explicit(&thread->nest_changes, changes + 2, memory_order_release);
}

/* How many of the nested calls noted are still there: a jump may have left some behind, and the
 * note that is there now is then not the one of the innermost. */
static uint32_t depth_of(const hf_thread *thread, const hf_function *calling)
{
    uint32_t depth = atomic_load_explicit(&thread->nest_depth, memory_order_relaxed);
    while (depth > 0 && depth <= HFI_NEST_MAX && thread->nest[depth - 1].inner != calling) {
        depth--;
    }
    return depth;
}

uint32_t hfi_flight_begin_nested(hf_thread *thread, const hf_function *function)
{
    const hf_function *outer = atomic_load_explicit(&thread->calling, memory_order_relaxed);
    uint32_t depth = depth_of(thread, outer);
    if (depth < HFI_NEST_MAX) {
        thread->nest[depth].inner = function;
        atomic_store_explicit(&thread->nest[depth].outer, outer, memory_order_release);
    }
    set_nest(thread, depth + 1, function);
    return depth;
}

void hfi_flight_end_nested(hf_thread *thread, uint32_t depth)
{
    /* Without a place its outer one is not known; this one then stands for it, and the depth says
     * that anything may be in flight. */
    const hf_function *outer =
        depth < HFI_NEST_MAX
            ? atomic_load_explicit(&thread->nest[depth].outer, memory_order_relaxed)
            : thread->nest[HFI_NEST_MAX - 1].inner;
    set_nest(thread, depth, outer);
}

void hfi_flight_forget(hf_thread *thread)
{
    set_nest(thread, 0, NULL);
}

/* ---- the end of functions ---- */

/* How often a look is repeated that a nested call of the thread disturbs. */
#define LOOKS_MAX 64

static bool is_noted(const hf_thread *thread, const hf_function *function)
{
    const hf_function *calling = atomic_load_explicit(&thread->calling, memory_order_acquire);
    if (!calling || calling == function) {
        return calling != NULL;
    }
    uint32_t depth = atomic_load_explicit(&thread->nest_depth, memory_order_relaxed);
    for (uint32_t i = 0; i < depth && i < HFI_NEST_MAX; i++) {
        if (atomic_load_explicit(&thread->nest[i].outer, memory_order_acquire) == function) {
            return true;
        }
    }
    return depth > HFI_NEST_MAX;
}

static bool is_in(const hf_thread *thread, const hf_function *function)
{
    for (unsigned looks = 0; looks < LOOKS_MAX; looks++) {
        uint32_t before = atomic_load_explicit(&thread->nest_changes, memory_order_acquire);
        bool is_there = is_noted(thread, function);
        atomic_thread_fence(memory_order_acquire);
        uint32_t after = atomic_load_explicit(&thread->nest_changes, memory_order_relaxed);
        if (is_there || (before == after && before % 2 == 0)) {
            return is_there;
        }
    }
    return true; /* for now */
}

/* lock: flights->lock */
static unsigned count_in(const hfi_flights *flights, const hf_function *function)
{
    unsigned in = 0;
    for (const hf_thread *thread = flights->threads; thread; thread = thread->next_caller) {
        in += !thread->is_lost && is_in(thread, function);
    }
    return in;
}

unsigned hfi_flights_in(const hf_function *function)
{
    hfi_flights *flights = function->parts->flights;
    hfp_mutex_lock(&flights->lock);
    unsigned in = count_in(flights, function);
    hfp_mutex_unlock(&flights->lock);
    return in;
}

static void report_waiting(const hf_function *function, unsigned in)
{
    char line[256];
    hfi_text message = hfi_text_begin(line, sizeof line);
    hfi_text_format(&message, "destroyed with %u call%s in it: it%s ends behind the last of them",
                    in, in == 1 ? "" : "s",
                    function->library ? " and its hold on its library" : "");
    hfi_text_end(&message);
    hf_report report = HF_REPORT_INIT;
    report.kind = HF_REPORT_WARNING;
    report.status = HF_E_BUSY;
    report.function = "hf_function_destroy";
    report.argument = "function";
    report.object = function->prototype.name;
    report.message = line;
    report.remedy = "let the calls come back before the function is destroyed";
    (void)hfi_report(function->parts->reporter, &report);
}

void hfi_flights_end_function(hf_function *function)
{
    hfi_flights *flights = function->parts->flights;
    hfi_flights_sweep(flights);
    unsigned in = hfi_flights_in(function);
    if (in == 0) {
        hfi_function_dispose(function);
        return;
    }
    function->sig = HFI_FUNCTION_WAITING;
    function->entry = function->parts->call_generally; /* which refuses who calls it still */
    report_waiting(function, in);
    hfp_mutex_lock(&flights->lock);
    function->next_waiting = flights->waiting;
    flights->waiting = function;
    atomic_store_explicit(&flights->has_waiting, true, memory_order_relaxed);
    hfp_mutex_unlock(&flights->lock);
}

/* Takes those that are free out of the list.  lock: flights->lock */
static hf_function *take_free(hfi_flights *flights)
{
    hf_function *free = NULL;
    hf_function **link = &flights->waiting;
    while (*link) {
        hf_function *function = *link;
        if (count_in(flights, function) != 0) {
            link = &function->next_waiting;
            continue;
        }
        *link = function->next_waiting;
        function->next_waiting = free;
        free = function;
    }
    atomic_store_explicit(&flights->has_waiting, flights->waiting != NULL, memory_order_relaxed);
    return free;
}

void hfi_flights_sweep(hfi_flights *flights)
{
    if (HF_LIKELY(!atomic_load_explicit(&flights->has_waiting, memory_order_relaxed))) {
        return;
    }
    hfp_mutex_lock(&flights->lock);
    hf_function *free = take_free(flights);
    hfp_mutex_unlock(&flights->lock);
    while (free) {
        hf_function *next = free->next_waiting;
        hfi_function_dispose(free);
        free = next;
    }
}
