/* SPDX-License-Identifier: MIT */

/*
 * "Why is this alive?" as programs ask it: a path from a root that is not the slot
 * that was given, put into words (heap/path.c).
 *
 * Threads: the owner; what is told was copied before the world ran on.
 */

#include "heap/path.h"

#include <holdfast/inspect.h>

#define STEP_TEXT_MAX 256u

static hfi_path_query query_of(const hf_thread *thread, const hf_slot *ref, uint32_t flags)
{
    hfi_path_query query = { .to_slot = ref, .skip = ref };
    query.skip_frames = (flags & HF_WHY_SKIP_FRAMES) != 0;
    if ((flags & HF_WHY_SKIP_FRAME) && thread->frames) {
        query.skip_low = thread->slots + thread->frames->base_;
        query.skip_end = thread->slots + thread->slot_top;
    }
    return query;
}

static hf_status find(hf_thread *thread, const hf_slot *ref, uint32_t flags, const char *function,
                      hfi_path *path_out)
{
    uintptr_t object;
    *path_out = (hfi_path){ .is_found = false };
    hf_status status = hfi_slot_object(thread, ref, function, "ref", &object);
    if (status != HF_OK) {
        return status;
    }
    if (flags & ~(uint32_t)(HF_WHY_SKIP_FRAME | HF_WHY_SKIP_FRAMES)) {
        return HF_E_ARGUMENT;
    }
    hfp_native_error error = hfp_native_error_save();
    hfi_path_query query = query_of(thread, ref, flags);
    status = hfi_path_find(thread, &query, path_out);
    hfp_native_error_restore(error);
    return status == HF_OK && !path_out->is_found ? HF_E_NOT_FOUND : status;
}

static void tell_only(const hfi_path *path, hfi_text *text)
{
    hfi_text_add(text, "only by ");
    hfi_text_add_line(text, path->root[0] ? path->root : "the slot");
}

static void tell_object(const hfi_path *path, hfi_text *text)
{
    static const struct {
        uint64_t flag;
        const char *words;
    } facts[] = { { HFI_FLAG_IMMOVABLE, ", immovable" },
                  { HFI_FLAG_FINALIZER, ", has a finalizer" },
                  { HFI_FLAG_CLEANUP, ", has cleanups" },
                  { HFI_FLAG_KNOWN, ", known weakly" } };
    hfi_text_add(text, path->is_pinned ? ", pinned" : "");
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        hfi_text_add(text, path->flags & facts[i].flag ? facts[i].words : "");
    }
}

hf_status hf_why_alive(hf_thread *thread, const hf_slot *ref, uint32_t flags, char *text,
                       size_t size)
{
    HFI_ENTRY(thread);
    hfi_path path;
    hf_status status = find(thread, ref, flags, __func__, &path);
    hfi_text out = hfi_text_begin(text, size);
    if (status == HF_OK) {
        hfi_path_tell(&path, &out);
        tell_object(&path, &out);
    } else if (status == HF_E_NOT_FOUND) {
        tell_only(&path, &out);
    }
    hfi_text_end(&out);
    hfi_path_finish(&path);
    return status;
}

static bool show_root(const hfi_path *path, hf_path_fn visit, void *user)
{
    char buffer[STEP_TEXT_MAX];
    hfi_text text = hfi_text_begin(buffer, sizeof buffer);
    if (path->is_found) {
        hfi_text_add_line(&text, path->root);
    } else {
        tell_only(path, &text);
    }
    hfi_text_end(&text);
    hf_path_step step = { .struct_size = (uint32_t)sizeof step, .text = buffer };
    return visit(&step, user);
}

static bool show_step(const hfi_path *path, size_t number, hf_path_fn visit, void *user)
{
    char buffer[STEP_TEXT_MAX];
    hfi_text text = hfi_text_begin(buffer, sizeof buffer);
    hfi_path_tell_step(path, number, &text);
    hfi_text_end(&text);
    const hfi_path_step *from = &path->step[number];
    hf_path_step step = { .struct_size = (uint32_t)sizeof step,
                          .number = (uint32_t)number + 1,
                          .text = buffer,
                          .type = from->type->name,
                          .field = from->field,
                          .at = from->at,
                          .site = from->born };
    return visit(&step, user);
}

hf_status hf_why_alive_each(hf_thread *thread, const hf_slot *ref, uint32_t flags, hf_path_fn visit,
                            void *user)
{
    HFI_ENTRY(thread);
    if (!visit) {
        return HF_E_NULL;
    }
    hfi_path path;
    hf_status status = find(thread, ref, flags, __func__, &path);
    if (status == HF_OK || status == HF_E_NOT_FOUND) {
        bool goes_on = show_root(&path, visit, user);
        for (size_t i = 0; i < path.count && goes_on; i++) {
            goes_on = show_step(&path, i, visit, user);
        }
    }
    hfi_path_finish(&path);
    return status;
}
