/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_THREAD_THREAD_H
#define HOLDFAST_THREAD_THREAD_H

/*
 * Attached threads, their states, the crossing, and stopping the world.
 *
 *            attach                enter                  gate open
 *   (none) ---------> MANAGED -------------> NATIVE     <----------- PARKED
 *                     |  ^  \ <------------- leave                     ^
 *               detach|  |   \_________________________________________|
 *                     v  RAW   safepoint with the gate closed
 *                DETACHED                    FORKED: see thread/fork.c
 *
 * MANAGED and RAW are the states a collector waits for; in NATIVE, PARKED and
 * DETACHED the thread touches nothing that the collector touches.  RAW is
 * managed state in which hf_raw_begin() forbids safepoints; it is a state of
 * its own so that the entry check of every function stays one compare.
 *
 * The protocol and its memory orders: docs/design/thread.md and thread/stop.c.
 */

#include "base/verify.h"
#include "platform/platform.h"
#include "base/parts.h"

#include <holdfast/fence.h>
#include <holdfast/root.h>
#include <holdfast/thread.h>

#include <stdatomic.h>
#include <stddef.h>

typedef enum hfi_state {
    HFI_DETACHED = 0,
    HFI_MANAGED = 1,
    HFI_NATIVE = 2,
    HFI_PARKED = 3,
    HFI_RAW = 4,
    HFI_FORKED = 5 /* in the child of a fork, until hf_runtime_after_fork(); the dead for ever */
} hfi_state;

/* Bits of hf_thread.detours: any of them sends HF_NATIVE_CALL through the functions of entry.c. */
#define HFI_DETOUR_EXCHANGE HF_DETOUR_BACK_
#define HFI_DETOUR_STRESS   2u  /* a collection at each crossing */
#define HFI_DETOUR_CLOSED   4u  /* the runtime stops: nobody goes native any more */
#define HFI_DETOUR_ERRORS   8u  /* nobody knows where this thread's error values lie */
#define HFI_DETOUR_STOPPING 16u /* the runtime begins to stop: a call that returns says so */

/* Before a function whose use of raw access clang's analysis cannot follow: the doors themselves,
 * and tests that go through them the wrong way. */
#if defined(__clang__)
#define HFI_RAW_UNCHECKED __attribute__((no_thread_safety_analysis))
#else
#define HFI_RAW_UNCHECKED
#endif

/* alloc_limit while a stop is wanted; alloc_next and alloc_limit while the thread has no memory to
 * bump. */
#define HFI_LIMIT_STOP  ((uintptr_t)0)
#define HFI_LIMIT_EMPTY ((uintptr_t)1)

/* What the slots of an ended frame hold in checked mode: never an object's address, for it is odd.
 */
#define HFI_SLOT_POISON ((uintptr_t)-1 / 255 * 0xdb)

/* Calls inside callbacks inside each other that are told apart: see call/flight.c. */
#define HFI_NEST_MAX 16

struct hf_thread {
    /* The public prefix (hf_thread_prefix). */
    uintptr_t alloc_next;           /* owner; the collector while stopped */
    _Atomic(uintptr_t) alloc_limit; /* owner sets, collector zeroes */

    /* The crossing, on the same cache line. */
    _Atomic(uint32_t) state;   /* hfi_state; owner writes, collector reads */
    _Atomic(uint32_t) gate;    /* collector: 1 while a stop is wanted */
    _Atomic(uint32_t) detours; /* why the inline crossing is not for this thread: hfi_detour */
    bool exchange;             /* settings.fence_mode == EXCHANGE */
    bool stress;               /* settings.stress_every != 0 */
    bool checked;              /* settings.checked */
    hf_record_ *records;       /* fences and calls, innermost first; owner, read while stopped */
    uintptr_t stack_low;       /* of the owner's C stack */
    uintptr_t stack_size;
    int *errno_at;                 /* the owner's errno */
    const uint32_t *last_error_at; /* the owner's last-error, or a zero */
    struct hfi_parked *parked;     /* callback: an error that waits for the call around it; NULL */
    struct hfi_activation *activations; /* callback: those that run now, innermost first */
    /* Here the public prefix ends. */

    hfi_parts *parts;
    _Atomic(const struct hf_function *) calling; /* call: whose call is in flight; owner writes */
    struct hfi_activation *spare_activation;     /* callback: the next one; NULL: none is made */
    struct hfi_run_block *run_blocks; /* callback: the memory of them; the first one first */
    const char *no_callback;   /* call: the function that runs now and promised not to call back */
    uint32_t callback_entries; /* callback: how many were entered; for the calls around them */
    uint32_t contract_breaks;  /* callback: how many of them broke `no_callback` */

    /* floor 4, root: frames and slots. */
    struct hfi_watched *watched; /* finder: what it knows of this thread; NULL: nothing yet */
    hf_frame *frames;            /* innermost first */
    hf_frame *frame_last;        /* the frame that was begun last, open or not */
    hf_frame frame_copy;         /* of it: its own memory may be overwritten before that is found */
    hf_slot *slots;              /* reserved once, committed on demand, never relocated */
    uint32_t slot_top;           /* next free slot */
    uint32_t slot_floor;         /* end of the innermost frame's live slots; ≤ slot_top */
    uint32_t frame_serial;       /* tells frames apart that lie at one address */
    uint32_t slot_committed;
    uint32_t slot_max;

    /* floor 3, heap: where this thread allocates. */
    uintptr_t limit_saved; /* alloc_limit while a stop has zeroed it */
    uintptr_t hole_next;   /* first byte of the hole behind the zeroed window */
    uintptr_t hole_end;
    uint32_t hole_block;  /* index of the block around the hole, 0: none */
    uint32_t stress_left; /* safepoints until the next stress collection */

    /* floor 2 again. */
    uint64_t os_thread;       /* hfp_thread_self() of the owner */
    struct hf_thread *next;   /* lock: world->lock */
    uint32_t stopped_from;    /* the state to go back to when this thread resumes the world */
    bool in_collector;        /* this thread stopped the world and has not resumed it */
    bool is_lost;             /* its thread is not there in this child of a fork */
    bool is_stuck;            /* its thread's key could not be cleared: not for reuse */
    bool is_runner;           /* the runner's own record, or an embedder's in its place */
    uint32_t run_slots;       /* while is_runner: slots below are not those of what it runs */
    _Atomic(bool) is_visitor; /* attached by a callback, native between its runs */

    struct hf_thread *next_caller;  /* lock: call's, in flight.c */
    _Atomic(uint32_t) nest_changes; /* call: odd while the two below change; owner writes */
    _Atomic(uint32_t) nest_depth;   /* call: nested calls, also those without a place below */
    struct {
        _Atomic(const struct hf_function *) outer; /* around the nested call */
        const struct hf_function *inner;           /* owner: what it noted itself */
    } nest[HFI_NEST_MAX];
};

/* What is compiled into programs (holdfast/prefix.h) is this struct under other names.  Several of
 * its fields are pointers, so it is their size that is meant.
 * NOLINTBEGIN(bugprone-sizeof-expression) */
#define HFI_SAME_PLACE(private_name, public_name)                                                  \
    _Static_assert(offsetof(struct hf_thread, private_name) ==                                     \
                           offsetof(hf_thread_prefix, public_name) &&                              \
                       sizeof(((struct hf_thread *)0)->private_name) ==                            \
                           sizeof(((hf_thread_prefix *)0)->public_name),                           \
                   "the public prefix tells where " #private_name " is")
HFI_SAME_PLACE(alloc_next, alloc_next);
HFI_SAME_PLACE(alloc_limit, alloc_limit);
HFI_SAME_PLACE(state, state_);
HFI_SAME_PLACE(gate, gate_);
HFI_SAME_PLACE(detours, detours_);
HFI_SAME_PLACE(exchange, exchange_);
HFI_SAME_PLACE(stress, stress_);
HFI_SAME_PLACE(checked, checked_);
HFI_SAME_PLACE(records, records_);
HFI_SAME_PLACE(stack_low, stack_low_);
HFI_SAME_PLACE(stack_size, stack_size_);
HFI_SAME_PLACE(errno_at, errno_at_);
HFI_SAME_PLACE(last_error_at, last_error_at_);
HFI_SAME_PLACE(parked, parked_);
HFI_SAME_PLACE(activations, activations_);
/* NOLINTEND(bugprone-sizeof-expression) */
_Static_assert(HFI_MANAGED == HF_STATE_MANAGED_ && HFI_NATIVE == HF_STATE_NATIVE_,
               "the public prefix knows the states");

/* ---- the crossing: each a few instructions, inline ---- */

/** To native state.  What the collector may look at (records, slots) is written before: release. */
static inline void hfi_enter(hf_thread *thread)
{
    atomic_store_explicit(&thread->state, HFI_NATIVE, memory_order_release);
}

/** Waits until the gate is open, in PARKED state. */
void hfi_leave_slow(hf_thread *thread);

/** True if a crossing of this thread is not the inline one. */
static inline bool hfi_has_detours(const hf_thread *thread)
{
    return atomic_load_explicit(&thread->detours, memory_order_relaxed) != 0;
}

/**
 * hfi_leave() where nothing is in the way.  False: something is, be it a stop, a detour or what a
 * callback left; hfi_leave() follows before anything is touched.  That it is managed already does
 * no harm: a collector that sees it waits, one that does not is found at the gate.
 */
HF_MUST_CHECK static inline bool hfi_leave_quickly(hf_thread *thread)
{
    atomic_store_explicit(&thread->state, HFI_MANAGED, memory_order_relaxed);
    atomic_signal_fence(memory_order_seq_cst);
    uintptr_t gate = atomic_load_explicit(&thread->gate, memory_order_seq_cst);
    uintptr_t detours = atomic_load_explicit(&thread->detours, memory_order_relaxed);
    uintptr_t callbacks = (uintptr_t)thread->parked | (uintptr_t)thread->activations;
    return (gate | detours | callbacks) == 0;
}

/**
 * To managed state: state first, then the gate.  The store must not be passed by
 * the load; in barrier mode hfp_barrier_process() in stop.c sees to that.  False: the gate is
 * shut, and hfi_leave_slow() follows.
 */
HF_MUST_CHECK static inline bool hfi_leave_open(hf_thread *thread, bool exchange)
{
    if (exchange) {
        atomic_exchange_explicit(&thread->state, HFI_MANAGED, memory_order_seq_cst);
    } else {
        atomic_store_explicit(&thread->state, HFI_MANAGED, memory_order_relaxed);
        atomic_signal_fence(memory_order_seq_cst);
    }
    return HF_LIKELY(atomic_load_explicit(&thread->gate, memory_order_seq_cst) == 0);
}

/** The same, waiting where it must. */
static inline void hfi_leave(hf_thread *thread)
{
    if (!hfi_leave_open(thread, thread->exchange)) {
        hfi_leave_slow(thread);
    }
}

/* ---- entry checks ---- */

#if defined(__SANITIZE_ADDRESS__)
#define HFI_IS_SANITIZED 1
#elif defined(__has_feature)
#define HFI_IS_SANITIZED __has_feature(address_sanitizer)
#else
#define HFI_IS_SANITIZED 0
#endif

/** Reports why `thread` cannot be used by `function` here, and gives the status. */
hf_status hfi_entry_refuse(hf_thread *thread, const char *function);

/* Some address on the calling thread's stack.  A local variable is there already, the address of
 * the frame has to be made; but a sanitizer puts the variables elsewhere. */
static inline uintptr_t hfi_stack_here(void)
{
#if HFI_IS_SANITIZED
    return (uintptr_t)__builtin_frame_address(0);
#else
    char here;
    uintptr_t at = (uintptr_t)&here;
    __asm__ volatile("" : "+r"(at)); /* a number from here on, and no address that is returned */
    return at;
#endif
}

/** True if the calling function runs on the owner's stack. */
static inline bool hfi_is_owner(const hf_thread *thread)
{
    return hfi_stack_here() - thread->stack_low <= thread->stack_size;
}

/** True if the calling thread owns `thread` and is in managed state. */
static inline bool hfi_entry_ok(hf_thread *thread)
{
    return HF_LIKELY(thread != NULL) &&
           atomic_load_explicit(&thread->state, memory_order_relaxed) == HFI_MANAGED &&
           HF_LIKELY(hfi_is_owner(thread));
}

/** `return`s the refusal from the calling function, which returns hf_status. */
#define HFI_ENTRY(thread) HFI_ENTRY_AS(thread, __func__)

/** The same for what the program calls by another name. */
#define HFI_ENTRY_AS(thread, name)                                                                 \
    do {                                                                                           \
        if (HF_UNLIKELY(!hfi_entry_ok(thread))) {                                                  \
            return hfi_entry_refuse((thread), (name));                                             \
        }                                                                                          \
    } while (0)

/* ---- the world ---- */

typedef struct hfi_world hfi_world;

/** What upper floors want to be told. `self` first. */
typedef struct hfi_world_hooks {
    void *self;
    hf_status (*attached)(void *self, hf_thread *thread); /* before it is visible; may fail */
    void (*detaching)(void *self, hf_thread *thread);     /* managed, by the owner */
    void (*detached)(void *self, hf_thread *thread); /* no longer visible; world lock held; also for
                                                        threads that died attached */
    void (*stress)(void *self,
                   hf_thread *thread); /* collect and move everything; managed, by the owner */
    /* thread/activation.h; by the owner, managed or native */
    void (*jumped)(void *self, hf_thread *thread, uintptr_t here, const char *where);
    /* no call of the thread is under way: all of them were jumped over */
    void (*landed)(void *self, hf_thread *thread);
    /* reports thread->parked, which nobody is there to hear; managed, by the owner */
    void (*unheard)(void *self, hf_thread *thread);
} hfi_world_hooks;

HF_MUST_CHECK hf_status hfi_world_create(hfi_parts *parts, hfi_world **world_out);

/** Only when no thread can come any more.  Gives the number of threads still attached (their
 * records are kept for ever). */
uint32_t hfi_world_destroy(hfi_world *world);

/** One slot of hooks a floor: index 0 heap, 1 root, 2 fence, 3 call, 4 callback, 5 finder. Before
 * the first attach. */
#define HFI_HOOKS_MAX     6
#define HFI_HOOK_CALLBACK 4
#define HFI_HOOK_FINDER   5
void hfi_world_set_hooks(hfi_world *world, unsigned index, const hfi_world_hooks *hooks);

/**
 * Stops all other threads.  The caller is attached and managed (or, thread NULL, not attached at
 * all). Waits for another collector first, so look again whether the work is still wanted.
 */
void hfi_world_stop(hfi_world *world, hf_thread *thread);

/** The same, but gives up, and false, when a thread reaches no safepoint in that time. */
HF_MUST_CHECK bool hfi_world_stop_within(hfi_world *world, hf_thread *thread, uint64_t wait_ns);

/** Lets them go on. */
void hfi_world_resume(hfi_world *world, hf_thread *thread);

/** How many times the world was stopped; changes while a thread waits in hfi_world_stop(). */
uint64_t hfi_world_stops(const hfi_world *world);

/** Summed and longest time in which the world stood still. */
void hfi_world_stop_times(const hfi_world *world, uint64_t *total_ns_out, uint64_t *max_ns_out);

/** Attached threads, first to last; only while stopped or with no other thread about. */
hf_thread *hfi_world_threads(hfi_world *world);

/** Threads attached now. Not from managed state: it waits for who stops the world. */
uint32_t hfi_world_thread_count(hfi_world *world);

/** The same without the calling thread and the runner. */
uint32_t hfi_world_others_count(hfi_world *world);

/** True if all other threads are in native code now, so that nobody has to be waited for to stop
 * the world.  Not from managed state. */
bool hfi_world_others_are_native(hfi_world *world);

/**
 * Attaches the calling thread, which has no record yet, also to a world that is closed.  A runner
 * may go native there, too.  As hf_thread_attach().
 */
HF_MUST_CHECK hf_status hfi_world_attach(hfi_world *world, bool is_runner, hf_thread **thread_out);

/** True if the calling thread is the only one attached; the number of attaches so far tells whether
 * it was all the time.  Any state; waits for nobody. */
bool hfi_world_is_alone(const hfi_world *world, uint32_t *attaches_out);

/** The calling thread's record in this world, NULL if it is not attached. */
hf_thread *hfi_world_self(hfi_world *world);

/** Tells all threads, also those to come, that parts->is_stopping is set: calls that return say so.
 */
void hfi_world_begin_to_stop(hfi_world *world);

/** From here on nobody but the runner attaches or goes native: HF_E_SHUTDOWN. */
void hfi_world_close(hfi_world *world);

/* ---- fork: see thread/fork.c ---- */

/** Stops the world for a fork. */
void hfi_world_fork_prepare(hfi_world *world);

/** Takes and gives the module's other lock, once all worlds are stopped. */
void hfi_world_lock(hfi_world *world);
void hfi_world_unlock(hfi_world *world);

/** Lets the world go on, in the parent. */
void hfi_world_fork_parent(hfi_world *world);

/** The same in the child: what is left of the other threads are their slots and pins. */
void hfi_world_fork_child(hfi_world *world);

/** Lets the child use the world.  False if it was not forked.  Gives the calling thread's record in
 * managed state, or NULL. */
bool hfi_world_after_fork(hfi_world *world, hf_thread **self_out);

/** To native state from FORKED, in the child: the way back leads to FORKED again. */
void hfi_fork_enter(hf_thread *thread);

/** True if a callback has attached some. */
bool hfi_world_has_visitors(hfi_world *world);

/** Forgets the threads that a callback attached and that are in none now; at the end of the
 * runtime.  Their records are kept for ever: such a thread may just be ending. */
void hfi_world_drop_visitors(hfi_world *world);

/** Forgets the threads that a fork lost; at the end of the runtime. */
void hfi_world_drop_lost(hfi_world *world);

/**
 * The safepoint: parks if a stop is wanted; in stress mode counts down and collects.
 * Managed, by the owner.
 */
void hfi_safepoint(hf_thread *thread);

/** Tells a finder that a native function is about to be called; then as hfi_safepoint(). */
void hfi_safepoint_of_call(hf_thread *thread);

/** hfi_crossing() right before a native function. */
static inline void hfi_crossing_out(hf_thread *thread)
{
    if (HF_UNLIKELY(thread->stress)) {
        hfi_safepoint_of_call(thread);
    }
}

/** The crossing's safepoint in stress mode: what is published as pinned stays, the rest moves. */
static inline void hfi_crossing(hf_thread *thread)
{
    if (HF_UNLIKELY(thread->stress)) {
        hfi_safepoint(thread);
    }
}

#endif
