/* SPDX-License-Identifier: MIT */

/*
 * Addresses, processors, options of sockets, settings of the kernel.
 *
 * Threads: the owner, managed.  Addresses hold between hf_raw_begin() and hf_raw_end().
 */

#include "native/front.h"

#include "thread/thread.h"

#include <holdfast/host.h>

#include <limits.h>
#include <string.h>

/* Outputs of the rows. */
enum { HOST = 0, SERVICE = 1, FILLED = 0 };

/* ---- addresses ---- */

static const struct {
    uint32_t flag;
    const char *name;
} address_flags[] = {
    { HF_ADDRESS_NUMERIC_HOST, "NI_NUMERICHOST" },
    { HF_ADDRESS_NUMERIC_SERVICE, "NI_NUMERICSERV" },
    { HF_ADDRESS_NAME_REQUIRED, "NI_NAMEREQD" },
    { HF_ADDRESS_DATAGRAM, "NI_DGRAM" },
};

static int64_t native_flags(uint32_t flags)
{
    int64_t native = 0;
    for (unsigned i = 0; i < sizeof address_flags / sizeof address_flags[0]; i++) {
        native |= flags & address_flags[i].flag ? hfi_front_constant(address_flags[i].name) : 0;
    }
    return native;
}

/* On Windows the size is the caller's to pass. */
static hf_status call_for_names(hf_thread *thread, const hf_slot *bytes, int64_t flags,
                                hf_result *result, int64_t *error_out)
{
    static const char windows[] = "GetNameInfoW";
    const char *row = hfi_front_either(thread, windows, "getnameinfo");
    return strcmp(row, windows) == 0
               ? hfi_front_call(thread, row, result,
                                HF_ARGS(HF_BUFFER(bytes, 0, HF_WHOLE), HF_INT(hf_bytes_size(bytes)),
                                        HF_INT(flags)),
                                error_out)
               : hfi_front_call(thread, row, result,
                                HF_ARGS(HF_BUFFER(bytes, 0, HF_WHOLE), HF_INT(flags)), error_out);
}

hf_status hf_address_name(hf_thread *thread, const void *address, size_t size, uint32_t flags,
                          hf_ref host_out, hf_ref service_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (!address) {
        return HF_E_NULL;
    }
    if (flags > (2u * HF_ADDRESS_DATAGRAM - 1)) {
        return HF_E_ARGUMENT;
    }
    if (size > INT_MAX) {
        return HF_E_OVERFLOW;
    }
    HF_FRAME(thread);
    hf_ref bytes = hf_local(thread);
    hf_result result = HF_RESULT_INIT;
    hf_status status = bytes ? hf_bytes_create(thread, size, bytes) : HF_E_SLOTS;
    if (status == HF_OK && size != 0) {
        status = hf_bytes_write(bytes, 0, address, size);
    }
    if (status == HF_OK) {
        status = call_for_names(thread, bytes, native_flags(flags), &result, error_out);
    }
    if (host_out) {
        hf_copy(host_out, status == HF_OK ? hf_result_out(&result, HOST) : NULL);
    }
    if (service_out) {
        hf_copy(service_out, status == HF_OK ? hf_result_out(&result, SERVICE) : NULL);
    }
    return status;
}

/* ---- processors ---- */

#define WORD_BITS (sizeof(unsigned long) * CHAR_BIT)

/* Puts the numbers of the bits that are set into the buffer, if there is one; gives their count. */
static size_t list_bits(const hf_slot *mask, hf_ref numbers)
{
    size_t count = 0;
    for (size_t at = 0; at + sizeof(unsigned long) <= hf_bytes_size(mask);
         at += sizeof(unsigned long)) {
        unsigned long word = 0;
        (void)hf_bytes_read(mask, at, &word, sizeof word);
        for (unsigned bit = 0; bit < WORD_BITS; bit++) {
            if ((word >> bit & 1) == 0) {
                continue;
            }
            uint32_t number = (uint32_t)(at * CHAR_BIT + bit);
            if (numbers) {
                (void)hf_bytes_write(numbers, count * sizeof number, &number, sizeof number);
            }
            count++;
        }
    }
    return count;
}

hf_status hf_processors(hf_thread *thread, int32_t process, hf_ref numbers_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (!numbers_out) {
        return HF_E_SLOTS;
    }
    HF_FRAME(thread);
    hf_ref numbers = hf_local(thread);
    hf_result result = HF_RESULT_INIT;
    hf_status status = numbers ? hfi_front_call(thread, "sched_getaffinity", &result,
                                                HF_ARGS(HF_INT(process)), error_out)
                               : HF_E_SLOTS;
    if (status == HF_OK) {
        const hf_slot *mask = hf_result_out(&result, FILLED);
        status = hf_bytes_create(thread, list_bits(mask, NULL) * sizeof(uint32_t), numbers);
        if (status == HF_OK) {
            (void)list_bits(mask, numbers);
        }
    }
    hf_copy(numbers_out, status == HF_OK ? numbers : NULL);
    return status;
}

/* ---- options and settings ---- */

/* What a row fills, as it is or as text up to its first NUL. */
static hf_status ask(hf_thread *thread, const char *row, const hf_arg *arguments, bool is_text,
                     hf_ref out, int64_t *error_out)
{
    HF_FRAME(thread);
    hf_ref text = hf_local(thread);
    hf_result result = HF_RESULT_INIT;
    hf_status status =
        text ? hfi_front_call(thread, row, &result, arguments, error_out) : HF_E_SLOTS;
    hf_slot *filled = status == HF_OK ? hf_result_out(&result, FILLED) : NULL;
    if (status == HF_OK && is_text) {
        size_t length = hf_bytes_size(filled);
        (void)hf_raw_begin(thread);
        const char *bytes = hf_raw_address(filled);
        const char *end = length ? memchr(bytes, 0, length) : NULL;
        length = end ? (size_t)(end - bytes) : length;
        (void)hf_raw_end(thread);
        status = hfi_text_cut(thread, filled, 0, length, text);
        filled = text;
    }
    hf_copy(out, status == HF_OK ? filled : NULL);
    return status;
}

static hf_status socket_option(hf_thread *thread, const hf_arg *socket, int level, int option,
                               bool is_text, hf_ref out, int64_t *error_out)
{
    if (!socket || !out) {
        return socket ? HF_E_SLOTS : HF_E_NULL;
    }
    const hf_arg arguments[] = { *socket, HF_INT(level), HF_INT(option), HF_ARGS_END };
    return ask(thread, "getsockopt", arguments, is_text, out, error_out);
}

hf_status hf_socket_option(hf_thread *thread, const hf_arg *socket, int level, int option,
                           hf_ref bytes_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    return socket_option(thread, socket, level, option, false, bytes_out, error_out);
}

hf_status hf_socket_option_text(hf_thread *thread, const hf_arg *socket, int level, int option,
                                hf_ref text_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    return socket_option(thread, socket, level, option, true, text_out, error_out);
}

static hf_status read_setting(hf_thread *thread, const char *name, bool is_text, hf_ref out,
                              int64_t *error_out)
{
    if (!name || !out) {
        return name ? HF_E_SLOTS : HF_E_NULL;
    }
    return ask(thread, "sysctlbyname", HF_ARGS(HF_CSTR(name), HF_NULL, HF_UINT(0)), is_text, out,
               error_out);
}

hf_status hf_sysctl(hf_thread *thread, const char *name, hf_ref bytes_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    return read_setting(thread, name, false, bytes_out, error_out);
}

hf_status hf_sysctl_text(hf_thread *thread, const char *name, hf_ref text_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    return read_setting(thread, name, true, text_out, error_out);
}
