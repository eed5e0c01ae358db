/* SPDX-License-Identifier: MIT */

/*
 * Contents of files and directories.
 *
 * The descriptor belongs to a resource from the call on that opens it, and is closed here on every
 * way out; if this thread ends before, the resource is still there for the runtime to close.  Both
 * rows that read are streams: they go on until there is no more.
 *
 * Threads: the owner, managed.  Addresses hold between hf_raw_begin() and hf_raw_end().
 */

#include "native/front.h"

#include "diag/report.h"
#include "platform/platform.h"
#include "thread/thread.h"

#include <holdfast/files.h>
#include <holdfast/utf.h>

#include <stdatomic.h>
#include <string.h>

#define FILLED 0 /* output of the rows that read */

/* Found before anything is opened, because no memory may be needed to close; the C library stays as
 * long as the process. */
static _Atomic(void *) close_address;

static hf_status find_close(void)
{
    if (atomic_load_explicit(&close_address, memory_order_acquire)) {
        return HF_OK;
    }
    void *module, *address;
    uint32_t native_error;
    hf_status status = hfp_module_open("c", HFP_MODULE_SYSTEM, &module, &native_error);
    if (status != HF_OK) {
        return status;
    }
    status = hfp_module_symbol(module, "close", &address);
    if (status == HF_OK) {
        atomic_store_explicit(&close_address, address, memory_order_release);
    }
    hfp_module_close(module);
    return status;
}

static hf_status close_file(uintptr_t file, void *user)
{
    (void)user;
    void *address = atomic_load_explicit(&close_address, memory_order_acquire);
    return hfp_module_call(address, file) == 0 ? HF_OK : HF_E_RELEASE;
}

static const hf_resource_class file_class = { .struct_size = sizeof(hf_resource_class),
                                              .name = "file",
                                              .invalid = (uintptr_t)-1,
                                              .release = close_file,
                                              .on_leak = HF_LEAK_REPORT_AND_RELEASE };

static hf_status open_file(hf_thread *thread, const char *path, int64_t flags, hf_ref file,
                           int64_t *error_out)
{
    HF_FRAME(thread);
    const hf_function *function;
    hf_result result = HF_RESULT_INIT;
    hf_status status = hf_native_get(thread, "open", &function);
    if (status == HF_OK) {
        status = find_close();
    }
    if (status == HF_OK) {
        flags |= hfi_front_constant("O_RDONLY") | hfi_front_constant("O_CLOEXEC");
        status = hf_call_adopting(thread, function, &result, HF_ARGS(HF_CSTR(path), HF_INT(flags)),
                                  &file_class, HF_ADOPT_RESULT, file);
    }
    if (error_out) {
        *error_out = result.error;
    }
    return status;
}

static hf_status close_behind(hf_thread *thread, hf_ref file, hf_status status)
{
    hf_status closed = hf_resource_dispose(thread, file);
    return status == HF_OK ? closed : status;
}

/* ---- files ---- */

/* The row as it is, or with the caller's bound: one byte more, to see that there is more. */
static hf_status read_all(hf_thread *thread, const hf_slot *file, uint64_t bytes_max,
                          hf_result *result)
{
    const hf_function *function = NULL;
    hf_function *own = NULL;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.bytes_max = bytes_max < SIZE_MAX ? bytes_max + 1 : bytes_max;
    hf_status status = bytes_max ? hf_native_with(thread, "read", &options, &own)
                                 : hf_native_get(thread, "read", &function);
    if (status == HF_OK) {
        status = hf_call(thread, own ? own : function, result, HF_ARGS(HF_RESOURCE(file)));
    }
    if (own) {
        hf_function_destroy(own);
    }
    if (status == HF_OK && bytes_max && hf_bytes_size(hf_result_out(result, FILLED)) > bytes_max) {
        return HF_E_GROW_LIMIT;
    }
    return status;
}

hf_status hf_file_bytes(hf_thread *thread, const char *path, uint64_t bytes_max, hf_ref bytes_out,
                        int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (!path || !bytes_out) {
        return path ? HF_E_SLOTS : HF_E_NULL;
    }
    HF_FRAME(thread);
    hf_ref file = hf_local(thread);
    hf_result result = HF_RESULT_INIT;
    hf_status status = file ? open_file(thread, path, 0, file, error_out) : HF_E_SLOTS;
    if (status == HF_OK) {
        status = read_all(thread, file, bytes_max, &result);
        if (error_out) {
            *error_out = result.error;
        }
        status = close_behind(thread, file, status);
    }
    hf_copy(bytes_out, status == HF_OK ? hf_result_out(&result, FILLED) : NULL);
    return status;
}

/* ---- text ---- */

static hf_status refuse(hf_thread *thread, hf_status status, const char *what, uint64_t at)
{
    return hfi_misuse(thread->parts->reporter, status, "hf_file_text", "path", (hf_site){ NULL, 0 },
                      "read it with hf_file_bytes()", "the file is no text: %s at byte %zu", what,
                      (size_t)at);
}

static hf_status check_text(hf_thread *thread, const hf_slot *bytes)
{
    size_t size = hf_bytes_size(bytes);
    hf_utf_result found;
    (void)hf_raw_begin(thread);
    const char *text = hf_raw_address(bytes);
    const char *nul = size ? memchr(text, 0, size) : NULL;
    size_t nul_at = nul ? (size_t)(nul - text) : 0;
    hf_status status = hf_utf8_measure(text, size, HF_UTF_STRICT, &found);
    (void)hf_raw_end(thread);
    if (status == HF_E_UTF) {
        return refuse(thread, HF_E_UTF, "it is not well-formed UTF-8", found.first_bad);
    }
    return nul ? refuse(thread, HF_E_EMBEDDED_NUL, "there is a NUL", nul_at) : status;
}

hf_status hf_file_text(hf_thread *thread, const char *path, uint64_t bytes_max, hf_ref text_out,
                       int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (!path || !text_out) {
        return path ? HF_E_SLOTS : HF_E_NULL;
    }
    HF_FRAME(thread);
    hf_ref bytes = hf_local(thread);
    hf_ref text = hf_local(thread);
    hf_status status =
        bytes && text ? hf_file_bytes(thread, path, bytes_max, bytes, error_out) : HF_E_SLOTS;
    if (status == HF_OK) {
        status = check_text(thread, bytes);
    }
    if (status == HF_OK) {
        status = hfi_text_cut(thread, bytes, 0, hf_bytes_size(bytes), text);
    }
    hf_copy(text_out, status == HF_OK ? text : NULL);
    return status;
}

/* ---- directories ---- */

static const char entry_type[] = "struct dirent64"; /* of the system */

typedef struct entry_record {
    hf_slot name;
    uint64_t inode;
    uint32_t type;
} entry_record;

static const hf_field entry_fields[] = {
    { "name", HF_FIELD_REF, offsetof(entry_record, name), sizeof(hf_slot) },
    { "inode", HF_FIELD_WORD, offsetof(entry_record, inode), sizeof(uint64_t) },
    { "type", HF_FIELD_WORD, offsetof(entry_record, type), sizeof(uint32_t) },
};

static const hf_type_descriptor entry_descriptor = { sizeof(hf_type_descriptor), "directory entry",
                                                     sizeof(entry_record), entry_fields, 3 };

/* Bytes of the entry at `at`; 0: there is none, or it does not end in these bytes. */
static size_t entry_size(const hf_slot *bytes, size_t at)
{
    size_t left = hf_bytes_size(bytes) - at;
    size_t head = hfi_front_offset(entry_type, "d_name");
    uint64_t size = left > head ? hfi_front_number(bytes, at, entry_type, "d_reclen") : 0;
    return size > head && size <= left ? (size_t)size : 0;
}

static size_t name_length(hf_thread *thread, const hf_slot *bytes, size_t from, size_t room)
{
    (void)hf_raw_begin(thread);
    const char *name = (const char *)hf_raw_address(bytes) + from;
    const char *end = memchr(name, 0, room);
    size_t length = end ? (size_t)(end - name) : room;
    (void)hf_raw_end(thread);
    return length;
}

/* "." and "..", which are in every directory. */
static bool is_dots(const hf_slot *bytes, size_t from, size_t length)
{
    char name[2] = { 0, 0 };
    if (length > sizeof name || hf_bytes_read(bytes, from, name, length) != HF_OK) {
        return false;
    }
    return name[0] == '.' && (length == 1 || name[1] == '.');
}

/* Makes a record of an entry; null for one that is left out. */
static hf_status make_entry(hf_thread *thread, const hf_slot *bytes, size_t at, size_t size,
                            hf_ref entry)
{
    HF_FRAME(thread);
    hf_ref name = hf_local(thread);
    size_t head = hfi_front_offset(entry_type, "d_name");
    size_t length = name_length(thread, bytes, at + head, size - head);
    hf_copy(entry, NULL);
    if (is_dots(bytes, at + head, length)) {
        return HF_OK;
    }
    hf_status status = name ? hfi_text_cut(thread, bytes, at + head, length, name) : HF_E_SLOTS;
    if (status == HF_OK) {
        status = hfi_native_record(thread, &entry_descriptor, entry);
    }
    if (status == HF_OK) {
        uint64_t inode = hfi_front_number(bytes, at, entry_type, "d_ino");
        uint32_t type = (uint32_t)hfi_front_number(bytes, at, entry_type, "d_type");
        (void)hf_set(entry, HF_ENTRY_INODE, &inode, sizeof inode);
        (void)hf_set(entry, HF_ENTRY_TYPE, &type, sizeof type);
        status = hf_store(thread, entry, HF_ENTRY_NAME, name);
    }
    return status;
}

/* How many entries there are to be records. */
static size_t count_entries(hf_thread *thread, const hf_slot *bytes)
{
    size_t count = 0, head = hfi_front_offset(entry_type, "d_name");
    for (size_t at = 0, size; (size = entry_size(bytes, at)) != 0; at += size) {
        size_t length = name_length(thread, bytes, at + head, size - head);
        count += !is_dots(bytes, at + head, length);
    }
    return count;
}

static hf_status make_entries(hf_thread *thread, const hf_slot *bytes, hf_ref entries_out)
{
    HF_FRAME(thread);
    hf_ref entries = hf_local(thread);
    hf_ref entry = hf_local(thread);
    if (!entries || !entry) {
        return HF_E_SLOTS;
    }
    size_t count = 0;
    hf_status status = hf_array_create(thread, count_entries(thread, bytes), entries);
    for (size_t at = 0, size; status == HF_OK && (size = entry_size(bytes, at)) != 0; at += size) {
        status = make_entry(thread, bytes, at, size, entry);
        if (status == HF_OK && !hf_is_null(entry)) {
            status = hf_store_at(thread, entries, count++, entry);
        }
    }
    hf_copy(entries_out, status == HF_OK ? entries : NULL);
    return status;
}

hf_status hf_directory_entries(hf_thread *thread, const char *path, hf_ref entries_out,
                               int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (!path || !entries_out) {
        return path ? HF_E_SLOTS : HF_E_NULL;
    }
    HF_FRAME(thread);
    hf_ref file = hf_local(thread);
    hf_result result = HF_RESULT_INIT;
    hf_copy(entries_out, NULL);
    hf_status status =
        file ? open_file(thread, path, hfi_front_constant("O_DIRECTORY"), file, error_out)
             : HF_E_SLOTS;
    if (status != HF_OK) {
        return status;
    }
    status = hfi_front_call(thread, "getdents64", &result, HF_ARGS(HF_RESOURCE(file)), error_out);
    if (status == HF_OK) {
        status = make_entries(thread, hf_result_out(&result, FILLED), entries_out);
    }
    status = close_behind(thread, file, status);
    if (status != HF_OK) {
        hf_copy(entries_out, NULL);
    }
    return status;
}
