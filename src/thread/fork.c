/* SPDX-License-Identifier: MIT */

/*
 * What a fork does to the threads of a runtime.
 *
 * A fork copies the memory page by page while the other threads run, so it takes
 * more than locks to give the child a whole heap: the world is stopped for it, as
 * for a collection.  The thread that forks becomes native first if it is managed.
 *
 * In the child all threads but one are gone.  Their records stay, FORKED for ever:
 * their slots keep what they kept, and what their fences and calls pinned stays
 * pinned.  But those fences lie on stacks that the next thread may be given, so
 * they are copied.  A copy that gets no memory is left out; no native call of
 * the child can be inside what it pinned.
 *
 * The surviving thread's own record becomes FORKED too, so that the entry check,
 * which knows one good state, refuses it without another compare.  If the fork came
 * from native state it is the way back, with a gate that was left closed, that
 * leads there (hfi_leave_slow).
 */

#include "thread/world.h"

#include "base/alloc.h"
#include "diag/report.h"
#include "thread/record.h"

void hfi_world_fork_prepare(hfi_world *world)
{
    hf_thread *self = hfi_world_self(world);
    HF_VERIFY(!self || !self->in_collector);
    uint32_t state = self ? atomic_load_explicit(&self->state, memory_order_relaxed) : HFI_NATIVE;
    if (state == HFI_NATIVE) {
        self = NULL;
    }
    hfi_world_stop(world, self);
    world->fork_self = self;
}

void hfi_world_lock(hfi_world *world)
{
    hfp_mutex_lock(&world->gate_lock);
}

void hfi_world_unlock(hfi_world *world)
{
    hfp_mutex_unlock(&world->gate_lock);
}

/* Opens every gate; one that is to lead back to FORKED is closed again. */
static void resume_after_fork(hfi_world *world)
{
    hfi_world_resume(world, world->fork_self);
    hf_thread *self = hfi_world_self(world);
    bool is_native = self && atomic_load_explicit(&self->state, memory_order_relaxed) == HFI_NATIVE;
    if (is_native && hfi_world_is_forked(world)) {
        hfi_gate_close(self);
    }
}

/* Which may be the child of a fork itself, and not yet let on. */
void hfi_world_fork_parent(hfi_world *world)
{
    resume_after_fork(world);
}

/* One block: the record, then the objects and slots that it names. */
static hf_record_ *copy_record(const hf_record_ *open)
{
    hf_record_ *copy =
        hfi_alloc(sizeof *copy + open->pins * sizeof(uintptr_t) + open->keeps * sizeof(hf_slot));
    if (copy) {
        *copy = *open;
        copy->outer = NULL;
        copy->abandon = NULL;
        copy->objects = (uintptr_t *)(void *)(copy + 1);
        copy->slots = (hf_slot *)(void *)(copy->objects + open->pins);
        for (uint16_t i = 0; i < open->pins; i++) {
            copy->objects[i] = open->objects[i];
        }
        for (uint16_t i = 0; i < open->keeps; i++) {
            copy->slots[i] = open->slots[i];
        }
    }
    return copy;
}

static void lose_thread(hf_thread *thread)
{
    hf_record_ open;
    hf_record_ **link = &thread->records;
    const hf_record_ *next = thread->records;
    while (hfi_record_next(thread, next, &open)) {
        next = open.outer;
        hf_record_ *copy = copy_record(&open);
        if (copy) {
            *link = copy;
            link = &copy->outer;
        }
    }
    *link = NULL;
    thread->frames = NULL;
    thread->activations = NULL;
    thread->is_lost = true;
    atomic_store_explicit(&thread->state, HFI_FORKED, memory_order_relaxed);
}

void hfi_world_fork_child(hfi_world *world)
{
    hf_thread *self = hfi_world_self(world);
    for (hf_thread *thread = world->threads; thread; thread = thread->next) {
        if (thread != self && !thread->is_lost) {
            lose_thread(thread);
        }
    }
    /* Made anew: the condition, and with it the lock, counts threads that are not there any more.
     */
    hfp_mutex_init(&world->gate_lock);
    hfp_cond_init(&world->gate_open);
    atomic_store_explicit(&world->parked, 0, memory_order_relaxed);
    atomic_store_explicit(&world->is_forked, true, memory_order_relaxed);
    atomic_store_explicit(&world->has_said_so, false, memory_order_relaxed);
    resume_after_fork(world);
    if (world->fork_self) {
        atomic_store_explicit(&self->state, HFI_FORKED, memory_order_relaxed);
    }
}

bool hfi_world_after_fork(hfi_world *world, hf_thread **self_out)
{
    *self_out = NULL;
    if (!hfi_world_is_forked(world)) {
        return false;
    }
    atomic_store_explicit(&world->is_forked, false, memory_order_relaxed);
    hf_thread *self = hfi_world_self(world);
    if (!self) {
        return true;
    }
    if (atomic_load_explicit(&self->state, memory_order_relaxed) == HFI_FORKED) {
        atomic_store_explicit(&self->state, HFI_MANAGED, memory_order_relaxed);
        *self_out = self;
    } else {
        hfi_gate_open(self);
    }
    return true;
}

/* Once: a program that does not look at its statuses would say it with each call. */
hf_status hfi_fork_refuse(hfi_world *world, const char *function)
{
    if (!atomic_exchange_explicit(&world->has_said_so, true, memory_order_relaxed)) {
        hf_report report = HF_REPORT_INIT;
        report.kind = HF_REPORT_WARNING;
        report.status = HF_E_FORKED;
        report.function = function;
        report.argument = "runtime";
        report.message =
            "the process was forked from the one the runtime belongs to: nothing of it "
            "is done here, now or later";
        report.remedy = "call hf_runtime_after_fork() first, or only exec() or _exit()";
        (void)hfi_report(world->parts->reporter, &report);
    }
    return HF_E_FORKED;
}

void hfi_fork_enter(hf_thread *thread)
{
    hfi_gate_close(thread);
    hfi_enter(thread);
}

void hfi_world_drop_lost(hfi_world *world)
{
    hf_thread *next;
    hfp_mutex_lock(&world->stop_lock);
    for (hf_thread *thread = world->threads; thread; thread = next) {
        next = thread->next;
        if (thread->is_lost) {
            while (thread->records) {
                hf_record_ *record = thread->records;
                thread->records = record->outer;
                hfi_free(record);
            }
            hfi_world_unlink(world, thread);
        }
    }
    hfp_mutex_unlock(&world->stop_lock);
}
