/* SPDX-License-Identifier: MIT */

/*
 * Resources: creating, holding, disposing, closing.
 *
 * A resource is a managed object of one word, the address of its cell.  The cell
 * has the native value and a word of state: references, DISPOSED, CLOSED.
 *
 * Why there is exactly one release, after the last use, whoever races:
 *  - The object itself is one reference.  It is dropped together with setting
 *    DISPOSED, in one exchange, and only by the one who finds DISPOSED clear.
 *  - A hold adds a reference only while DISPOSED is clear, in one exchange.  So
 *    after DISPOSED the count only falls, and it reaches zero once.
 *  - Who brings it to zero, disposer or holder, sets CLOSED and releases.  Each
 *    drop is a release and the last one an acquire: all uses come before it.
 *  - A value that was released is lent to nobody: holding it fails for ever.
 *
 * The life of a cell.  It is freed when both are true: `is_finished`, what closing
 * meant has been done; and `object` is 0, the collector has found the object dead.
 * The first is written in managed state, the second with the world stopped, so
 * exactly one of the two comes second and sees the other; that one frees it.
 *
 * Threads: any managed thread.  hold and let go take no lock; the rest takes
 * resources->lock for the list and the sites.  Release functions run in native state
 * without a lock.
 */

#include "base/alloc.h"
#include "diag/report.h"
#include "resource/inside.h"
#include "resource/lent.h"
#include "thread/activation.h"

#define CELL_SIG 0x4c4c4543u /* "CELL" */

/* ---- from object to cell ---- */

static hfi_cell *cell_of(uintptr_t object)
{
    if (hfi_object_type_id(object) != HFI_TYPE_RESOURCE) {
        return NULL;
    }
    hfi_cell *cell = *(hfi_cell **)hfi_payload_8(object);
    HF_VERIFY(cell && cell->sig == CELL_SIG);
    return cell;
}

static hf_status find_cell(hf_thread *thread, const hf_slot *resource, const char *function,
                           hfi_cell **cell_out)
{
    uintptr_t object;
    hf_status status = hfi_slot_object(thread, resource, function, "resource", &object);
    if (status != HF_OK) {
        return status;
    }
    *cell_out = cell_of(object);
    return *cell_out ? HF_OK : HF_E_TYPE;
}

/* ---- the word ---- */

static bool word_hold(hfi_cell *cell)
{
    uint32_t word = atomic_load_explicit(&cell->word, memory_order_relaxed);
    do {
        if (word & HFI_CELL_DISPOSED) {
            return false;
        }
        HF_VERIFY(word <= UINT32_MAX - HFI_CELL_ONE);
    } while (!atomic_compare_exchange_weak_explicit(&cell->word, &word, word + HFI_CELL_ONE,
                                                    memory_order_acquire, memory_order_relaxed));
    return true;
}

/** Drops a reference; true if it was the last: then the value is the caller's to release. */
static bool word_drop(hfi_cell *cell, uint32_t flags)
{
    uint32_t before =
        atomic_fetch_sub_explicit(&cell->word, HFI_CELL_ONE - flags, memory_order_acq_rel);
    HF_VERIFY(before >= HFI_CELL_ONE);
    if (before >= 2 * HFI_CELL_ONE) {
        return false;
    }
    /* The count is zero and stays so: nobody else writes the word any more. */
    atomic_fetch_or_explicit(&cell->word, HFI_CELL_CLOSED, memory_order_relaxed);
    return true;
}

bool hfi_cell_dispose(hfi_resources *resources, hfi_cell *cell, hf_site site, bool *closed_out)
{
    *closed_out = false;
    hfp_mutex_lock(&resources->lock);
    /* Only here is DISPOSED set, so under the lock it cannot appear between look and drop. */
    uint32_t word = atomic_load_explicit(&cell->word, memory_order_relaxed);
    bool is_first = !(word & HFI_CELL_DISPOSED);
    if (is_first) {
        cell->disposed = site;
        *closed_out = word_drop(cell, HFI_CELL_DISPOSED);
    }
    hfp_mutex_unlock(&resources->lock);
    return is_first;
}

/* ---- closing ---- */

void hfi_cell_unlink(hfi_resources *resources, hfi_cell *cell)
{
    *(cell->newer ? &cell->newer->older : &resources->newest) = cell->older;
    if (cell->older) {
        cell->older->newer = cell->newer;
    }
}

static void report_release(hfi_parts *parts, const hfi_cell *cell, hf_status failure)
{
    char message[160];
    hfi_text text = hfi_text_begin(message, sizeof message);
    hfi_text_format(&text, "the release function failed: %s", hf_status_text(failure));
    hfi_text_end(&text);
    hfi_cell_report(parts, cell, HF_E_RELEASE, message,
                    "see to it that the value is closed by nobody else");
}

hf_status hfi_cell_release(hfi_parts *parts, hf_thread *thread, hfi_cell *cell)
{
    const hf_resource_class *class_of = cell->class_of;
    if (cell->is_kept || cell->value == class_of->invalid) {
        return HF_OK;
    }
    hfp_native_error saved = hfp_native_error_save();
    hfi_lent_released(parts->resources, cell);
    if (thread) {
        hfi_enter(thread);
    }
    hf_status status = class_of->release(cell->value, class_of->user);
    if (thread) {
        hfi_leave_unheard(thread, "the release function");
    }
    hfp_native_error_restore(saved);
    if (status == HF_OK) {
        return HF_OK;
    }
    report_release(parts, cell, status);
    return HF_E_RELEASE;
}

hf_status hfi_cell_close(hf_thread *thread, hfi_cell *cell)
{
    hfi_resources *resources = thread->parts->resources;
    hf_status status = hfi_cell_release(thread->parts, thread, cell);

    hfp_mutex_lock(&resources->lock);
    cell->is_finished = true;
    bool is_dead = cell->object == 0;
    if (is_dead) {
        hfi_cell_unlink(resources, cell);
    }
    hfp_mutex_unlock(&resources->lock);
    if (is_dead) {
        hfi_free(cell);
    }
    return status;
}

/* ---- for fences and calls ---- */

hf_status hfi_resource_hold(hf_thread *thread, uintptr_t object, uintptr_t *value_out,
                            void **cell_out)
{
    (void)thread;
    hfi_cell *cell = cell_of(object);
    if (!cell) {
        return HF_E_TYPE;
    }
    if (!word_hold(cell)) {
        return HF_E_CLOSED;
    }
    *value_out = cell->value;
    *cell_out = cell;
    return HF_OK;
}

bool hfi_resource_is_disposed(const void *held, const char **class_name_out)
{
    const hfi_cell *cell = held;
    *class_name_out = cell->class_of->name;
    return atomic_load_explicit(&cell->word, memory_order_relaxed) & HFI_CELL_DISPOSED;
}

hf_status hfi_resource_let_go(hf_thread *thread, void *held)
{
    hfi_cell *cell = held;
    return word_drop(cell, 0) ? hfi_cell_close(thread, cell) : HF_OK;
}

void hfi_resource_adopt(hf_thread *thread, uintptr_t object, uintptr_t value)
{
    hfi_cell *cell = cell_of(object);
    HF_VERIFY(cell && cell->value == cell->class_of->invalid);
    cell->value = value;
    hfi_lent_issued(thread->parts->resources, value);
}

/* ---- creating ---- */

static hf_status check_class(const hf_resource_class *class_of)
{
    if (!class_of) {
        return HF_E_NULL;
    }
    if (class_of->struct_size != sizeof *class_of ||
        (uint32_t)class_of->on_leak > (uint32_t)HF_LEAK_FATAL) {
        return HF_E_OPTIONS;
    }
    return class_of->release ? HF_OK : HF_E_NULL;
}

static hfi_cell *make_cell(const hf_resource_class *class_of, uintptr_t value, hf_site site)
{
    hfp_native_error saved = hfp_native_error_save();
    hfi_cell *cell = hfi_alloc(sizeof *cell);
    hfp_native_error_restore(saved);
    if (cell) {
        cell->sig = CELL_SIG;
        cell->value = value;
        cell->class_of = class_of;
        cell->work.kind = &hfi_leak_kind;
        cell->work.site = site;
        atomic_init(&cell->word, HFI_CELL_ONE);
    }
    return cell;
}

/** Ties cell and object together.  No safepoint lies between the object's birth and here. */
static void link_cell(hfi_resources *resources, hfi_cell *cell, uintptr_t object)
{
    *(hfi_cell **)hfi_payload_8(object) = cell;
    cell->object = object;
    hfp_mutex_lock(&resources->lock);
    cell->older = resources->newest;
    if (cell->older) {
        cell->older->newer = cell;
    }
    resources->newest = cell;
    hfp_mutex_unlock(&resources->lock);
}

hf_status hf_resource_create_at(hf_thread *thread, const hf_resource_class *class_of,
                                uintptr_t value, hf_ref out, hf_site site)
{
    HFI_ENTRY(thread);
    if (!out) {
        return HF_E_SLOTS;
    }
    hf_status status = check_class(class_of);
    if (status != HF_OK) {
        return status;
    }
    if (atomic_load_explicit(&thread->parts->is_stopping, memory_order_relaxed)) {
        return HF_E_SHUTDOWN;
    }
    hfi_resources *resources = thread->parts->resources;
    status = hfi_runner_need(thread->parts->runner, thread);
    if (status != HF_OK) {
        return status;
    }
    hfi_cell *cell = make_cell(class_of, value, site);
    if (!cell) {
        return HF_E_NOMEM;
    }
    hfi_request request = {
        .type = hfi_type_find(HFI_TYPE_RESOURCE),
        .payload = sizeof(uintptr_t),
        .site = site,
    };
    uintptr_t object;
    status = hfi_heap_allocate(thread, &request, &object);
    if (status != HF_OK) {
        hfi_free(cell);
        return status;
    }
    link_cell(resources, cell, object);
    hfi_lent_issued(resources, value);
    out->word_ = object;
    return HF_OK;
}

/* ---- using ---- */

static hf_status report_disposed_twice(hf_thread *thread, const hfi_cell *cell, hf_site site)
{
    /* DISPOSED was seen under the lock, so the site is there and does not change any more. */
    char message[160];
    hfi_text text = hfi_text_begin(message, sizeof message);
    hfi_text_format(&text, "the resource was disposed before, at %s:%d",
                    hfi_site_file(cell->disposed), cell->disposed.line);
    hfi_text_end(&text);

    hf_report report = HF_REPORT_INIT;
    report.kind = HF_REPORT_MISUSE;
    report.status = HF_E_CLOSED;
    report.function = "hf_resource_dispose";
    report.argument = "resource";
    report.object = cell->class_of->name;
    report.site = site;
    report.other_site = cell->work.site;
    report.message = message;
    report.remedy = "dispose a resource once, where its owner is done with it";
    return hfi_report(thread->parts->reporter, &report);
}

hf_status hf_resource_dispose_at(hf_thread *thread, hf_ref resource, hf_site site)
{
    HFI_ENTRY(thread);
    hfi_cell *cell;
    hf_status status = find_cell(thread, resource, __func__, &cell);
    if (status != HF_OK) {
        return status;
    }
    hfi_crossing(thread);
    bool is_closed;
    if (!hfi_cell_dispose(thread->parts->resources, cell, site, &is_closed)) {
        return report_disposed_twice(thread, cell, site);
    }
    return is_closed ? hfi_cell_close(thread, cell) : HF_OK;
}

hf_status hf_resource_value_at(hf_thread *thread, const hf_slot *resource, uintptr_t *value_out,
                               const char *what, hf_site site)
{
    if (value_out) {
        *value_out = 0;
    }
    HFI_ENTRY_AS(thread, "hf_resource_value");
    hfi_cell *cell;
    hf_status status = find_cell(thread, resource, "hf_resource_value", &cell);
    if (status != HF_OK) {
        return status;
    }
    if (!value_out) {
        return HF_E_NULL;
    }
    if (atomic_load_explicit(&cell->word, memory_order_relaxed) & HFI_CELL_DISPOSED) {
        return HF_E_CLOSED;
    }
    *value_out = cell->value;
    hfi_lent_note(thread->parts->resources, cell, what, site);
    return HF_OK;
}

bool hf_resource_is_open(const hf_slot *resource)
{
    hfi_cell *cell;
    return find_cell(NULL, resource, __func__, &cell) == HF_OK &&
           cell->value != cell->class_of->invalid &&
           !(atomic_load_explicit(&cell->word, memory_order_relaxed) & HFI_CELL_DISPOSED);
}
