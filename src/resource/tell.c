/* SPDX-License-Identifier: MIT */

/*
 * What is said of a resource: who ended it, who holds it, what is left of them all.
 *
 * Nothing here is on the way of a call that goes well, so it may look long: at all
 * cells for another that has the same value now, at the records of all threads,
 * with the world stopped, for the one that holds a resource.
 *
 * Threads: see each function; reports are raised without a lock.
 */

#include "diag/report.h"
#include "heap/path.h"
#include "resource/word.h"
#include "thread/record.h"

void hfi_cell_tell(const hfi_cell *cell, char *buffer, size_t size)
{
    hfi_text text = hfi_text_begin(buffer, size);
    hfi_text_format(&text, "resource %s, value 0x%jx",
                    cell->class_of->name ? cell->class_of->name : "without a name",
                    (uintmax_t)cell->value);
    hfi_text_end(&text);
}

void hfi_cell_report_leak(hfi_resources *resources, const hfi_cell *cell, hf_status status,
                          const char *message, const char *remedy)
{
    char object[96];
    hfi_cell_tell(cell, object, sizeof object);
    hf_report report = HF_REPORT_INIT;
    report.kind = HF_REPORT_LEAK;
    report.status = status;
    report.object = object;
    report.site = cell->end.site;
    report.other_site = cell->work.site;
    report.message = message;
    report.remedy = remedy;
    hfi_report(resources->parts->reporter, &report);
}

/* ---- closed ---- */

/** Another resource of the class that is open with the same value: the system gave it again. */
static const hfi_cell *find_heir(const hfi_resources *resources, const hfi_cell *closed)
{
    for (const hfi_cell *cell = resources->newest; cell; cell = cell->older) {
        if (cell != closed && cell->value == closed->value && cell->class_of == closed->class_of &&
            !(hfi_word_load(cell) & HFI_CELL_DISPOSED)) {
            return cell;
        }
    }
    return NULL;
}

static void tell_closed(hf_thread *thread, const hfi_cell *cell, char *buffer, size_t size)
{
    hfi_resources *resources = thread->parts->resources;
    hfi_text text = hfi_text_begin(buffer, size);
    hfp_mutex_lock(&resources->lock);
    const hfi_cell_end *end = &cell->end;
    hfi_text_add(&text, end->is_invalid ? "it was set invalid" : "it was disposed");
    if (end->site.file) {
        hfi_text_format(&text, " at %s:%d", end->site.file, end->site.line);
    }
    hfi_text_format(&text, " by %s %jx", end->is_runner ? "the runner, thread" : "thread",
                    (uintmax_t)end->thread);
    const hfi_cell *heir = thread->checked ? find_heir(resources, cell) : NULL;
    if (heir) {
        hfi_text_format(&text, "; the value now belongs to the one made at %s:%d",
                        hfi_site_file(heir->work.site), heir->work.site.line);
    }
    hfp_mutex_unlock(&resources->lock);
    hfi_text_end(&text);
}

void hfi_resource_tell_closed(hf_thread *thread, uintptr_t object, hf_report *report, char *buffer,
                              size_t size)
{
    const hfi_cell *cell = hfi_cell_of(object);
    HF_VERIFY(cell);
    tell_closed(thread, cell, buffer, size);
    report->message = buffer;
    report->object = cell->class_of->name;
    report->other_site = cell->work.site;
}

hf_status hfi_cell_report_closed(hf_thread *thread, const hfi_cell *cell, const char *function,
                                 const char *argument, hf_site site, const char *remedy)
{
    char message[HFI_RESOURCE_TEXT];
    tell_closed(thread, cell, message, sizeof message);
    hf_report report = HF_REPORT_INIT;
    report.kind = HF_REPORT_MISUSE;
    report.status = HF_E_CLOSED;
    report.function = function;
    report.argument = argument;
    report.object = cell->class_of->name;
    report.site = site;
    report.other_site = cell->work.site;
    report.message = message;
    report.remedy = remedy;
    return hfi_report(thread->parts->reporter, &report);
}

/* ---- holders ---- */

/** The call or fence that keeps the object, innermost first; false if this thread has none. */
static bool find_record(hf_thread *thread, uintptr_t object, hfi_resource_holder *holder_out)
{
    hf_record_ copy;
    const hf_record_ *next = thread->records;
    while (hfi_record_next(thread, next, &copy)) {
        next = copy.outer;
        for (uint16_t i = 0; i < copy.keeps; i++) {
            if (copy.slots[i].word_ == object) {
                *holder_out = (hfi_resource_holder){ copy.what, copy.site, thread->os_thread };
                return true;
            }
        }
    }
    return false;
}

/** World stopped, or nobody in it. */
static bool find_holder(hfi_resources *resources, const hfi_cell *cell,
                        hfi_resource_holder *holder_out)
{
    *holder_out = (hfi_resource_holder){ 0 };
    if (cell->object == 0) {
        return false;
    }
    hf_thread *thread = hfi_world_threads(resources->parts->world);
    while (thread && !find_record(thread, cell->object, holder_out)) {
        thread = thread->next;
    }
    return thread != NULL;
}

/** The way to the resource from a root that is not the runner's own; false: there is none. */
static bool tell_path(hf_thread *runner, const hf_slot *resource, hfi_text *text)
{
    const hfi_path_query query = {
        .to_slot = resource,
        .skip_low = runner->slots + runner->run_slots,
        .skip_end = runner->slots + runner->slot_top,
    };
    hfi_path path;
    if (hfi_path_find(runner, &query, &path) != HF_OK) {
        hfi_text_add(text, "another object or root may lead to it"); /* no memory to look */
        return true;
    }
    bool is_found = path.is_found;
    if (is_found) {
        hfi_path_tell(&path, text);
        hfi_text_add(text, " leads to it");
    }
    hfi_path_finish(&path);
    return is_found;
}

bool hfi_cell_find_user(hf_thread *runner, const hf_slot *resource, hfi_text *text)
{
    const hfi_cell *cell = hfi_cell_of(resource->word_);
    hfi_resource_holder holder;
    hfi_world_stop(runner->parts->world, runner);
    bool is_found = find_holder(runner->parts->resources, cell, &holder);
    bool is_parent = cell->children != NULL;
    hf_site child = is_parent ? cell->children->work.site : (hf_site){ NULL, 0 };
    hfi_world_resume(runner->parts->world, runner);
    if (is_found) {
        hfi_text_format(text, "\"%s\" begun at %s:%d by thread %jx holds it",
                        holder.what ? holder.what : "?", hfi_site_file(holder.site),
                        holder.site.line, (uintmax_t)holder.thread);
    } else if (is_parent) {
        hfi_text_format(text, "its child made at %s:%d is open", hfi_site_file(child), child.line);
    } else if (!tell_path(runner, resource, text)) {
        hfi_text_add(text, "another object or root led to it");
        return false;
    }
    return true;
}

void hfi_cell_report_shared(hf_thread *runner, const hfi_shared *shared, bool is_put_off)
{
    char message[HFI_RESOURCE_TEXT];
    hfi_text text = hfi_text_begin(message, sizeof message);
    hfi_text_format(&text, "a finalizer disposes it, but %s", shared->user);
    hfi_text_end(&text);
    hf_report report = HF_REPORT_INIT;
    report.kind = HF_REPORT_WARNING;
    report.status = is_put_off ? HF_E_BUSY : HF_OK;
    report.function = shared->function;
    report.argument = "resource";
    report.object = shared->object;
    report.site = shared->site;
    report.other_site = shared->born;
    report.message = message;
    report.remedy = is_put_off ? "let one object own it; it is released when nothing leads to it"
                               : "let its owner live as long; it is released when it is let go";
    (void)hfi_report(runner->parts->reporter, &report);
}

/* ---- what is left ---- */

uint64_t hfi_resources_each_left(hfi_resources *resources, hfi_resource_visit_fn *visit, void *user)
{
    uint64_t count = 0;
    hfp_mutex_lock(&resources->lock);
    for (const hfi_cell *cell = resources->newest; cell; cell = cell->older) {
        uint32_t word = hfi_word_load(cell);
        uint32_t users = hfi_word_users(word) + cell->own_holds;
        if (cell->is_finished || cell->value == cell->class_of->invalid ||
            (word & HFI_CELL_FOREIGN && users == 0)) {
            continue;
        }
        hfi_resource_left left = {
            .class_name = cell->class_of->name,
            .policy = cell->class_of->on_leak,
            .value = cell->value,
            .born = cell->work.site,
            .disposed = cell->end.site,
            .is_disposed = (word & HFI_CELL_DISPOSED) != 0,
            .users = users,
            .parent_name = cell->parent ? cell->parent->class_of->name : NULL,
            .parent_born = cell->parent ? cell->parent->work.site : (hf_site){ NULL, 0 },
        };
        for (const hfi_cell *child = cell->children; child; child = child->next_sibling) {
            left.children++;
        }
        left.users -= left.children < left.users ? left.children : left.users;
        left.is_held = left.users != 0 && find_holder(resources, cell, &left.holder);
        visit(user, &left);
        count++;
    }
    hfp_mutex_unlock(&resources->lock);
    return count;
}
