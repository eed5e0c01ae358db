/* SPDX-License-Identifier: MIT */

/*
 * The current directory, and where links lead.
 *
 * A chain is collected in an array that is as long as it may be at most and then cut: the bound is
 * small, and it is what ends a circle.  Where a path ends is asked of the system alone, link by
 * link: what is no link is EINVAL, and behind a link nothing at all (ENOENT) is an end too.
 *
 * Threads: the owner, managed.
 */

#include "native/front.h"

#include "base/alloc.h"
#include "thread/thread.h"

#include <holdfast/files.h>

#include <string.h>

/* The same everywhere. */
enum { NOTHING_THERE = 2, NO_LINK = 22 };

#define LINKS_DEFAULT 40u
#define LINKS_MOST    4096u

hf_status hf_current_directory(hf_thread *thread, hf_ref path_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    return hf_native_text(thread, hfi_front_either(thread, "getcwd", "GetCurrentDirectoryW"),
                          HF_NO_ARGS, path_out, error_out);
}

hf_status hf_link_target(hf_thread *thread, const char *path, hf_ref target_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (!path) {
        return HF_E_NULL;
    }
    return hf_native_text(thread, "readlink", HF_ARGS(HF_CSTR(path)), target_out, error_out);
}

/* ---- the chain ---- */

/* Bytes of the path up to its last slash, with it, where `target` begins at the link's directory.
 */
static size_t directory_length(const char *path, const hf_slot *target)
{
    char first = 0;
    if (hf_bytes_size(target) > 0) {
        (void)hf_bytes_read(target, 0, &first, 1);
    }
    const char *slash = first == '/' ? NULL : strrchr(path, '/');
    return slash ? (size_t)(slash - path) + 1 : 0;
}

/* The path that `target` in the link `path` means, in native memory: hfi_free(). */
static hf_status resolve(const char *path, const hf_slot *target, char **path_out)
{
    size_t directory = directory_length(path, target);
    size_t length = hf_bytes_size(target);
    if (length >= SIZE_MAX - directory) {
        return HF_E_OVERFLOW;
    }
    char *next = hfi_alloc(directory + length + 1);
    if (!next) {
        return HF_E_NOMEM;
    }
    memcpy(next, path, directory);
    if (length != 0) {
        (void)hf_bytes_read(target, 0, next + directory, length);
    }
    next[directory + length] = 0;
    *path_out = next;
    return HF_OK;
}

/* Puts the path behind the others, and gives the next one; NULL: it is the last. */
static hf_status step(hf_thread *thread, const char *path, hf_ref paths, uint32_t at,
                      char **next_out, int64_t *error)
{
    HF_FRAME(thread);
    hf_ref text = hf_local(thread);
    if (!text) {
        return HF_E_SLOTS;
    }
    hf_status status = hfi_front_string(thread, path, strlen(path), text);
    if (status == HF_OK) {
        status = hf_store_at(thread, paths, at, text);
    }
    if (status == HF_OK) {
        status = hf_link_target(thread, path, text, error);
    }
    if (status == HF_E_NATIVE && (*error == NO_LINK || (*error == NOTHING_THERE && at > 0))) {
        *error = 0;
        return HF_OK;
    }
    return status == HF_OK ? resolve(path, text, next_out) : status;
}

/* The first `count` elements of an array as one of that length. */
static hf_status cut(hf_thread *thread, const hf_slot *array, size_t count, hf_ref array_out)
{
    HF_FRAME(thread);
    hf_ref shorter = hf_local(thread);
    hf_ref element = hf_local(thread);
    hf_status status = shorter && element ? hf_array_create(thread, count, shorter) : HF_E_SLOTS;
    for (size_t i = 0; i < count && status == HF_OK; i++) {
        status = hf_load_at(array, i, element);
        if (status == HF_OK) {
            status = hf_store_at(thread, shorter, i, element);
        }
    }
    if (status == HF_OK) {
        hf_copy(array_out, shorter);
    }
    return status;
}

static hf_status follow(hf_thread *thread, const char *path, uint32_t links_max, hf_ref paths,
                        int64_t *error)
{
    uint32_t count = 0;
    char *current = NULL;
    hf_status status = hf_array_create(thread, (size_t)links_max + 1, paths);
    while (status == HF_OK && count <= links_max) {
        char *next = NULL;
        status = step(thread, current ? current : path, paths, count, &next, error);
        hfi_free(current);
        current = next;
        count++;
        if (!current) {
            break;
        }
    }
    if (current) { /* one link more than it may be */
        hfi_free(current);
        return HF_E_LIMIT;
    }
    return status == HF_OK ? cut(thread, paths, count, paths) : status;
}

hf_status hf_link_chain(hf_thread *thread, const char *path, uint32_t links_max, hf_ref paths_out,
                        int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (!path || !paths_out) {
        return path ? HF_E_SLOTS : HF_E_NULL;
    }
    HF_FRAME(thread);
    hf_ref paths = hf_local(thread);
    int64_t error = 0;
    links_max = links_max == 0 ? LINKS_DEFAULT : links_max;
    links_max = links_max > LINKS_MOST ? LINKS_MOST : links_max;
    hf_status status = paths ? follow(thread, path, links_max, paths, &error) : HF_E_SLOTS;
    if (error_out) {
        *error_out = error;
    }
    hf_copy(paths_out, status == HF_OK ? paths : NULL);
    return status;
}
