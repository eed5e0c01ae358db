/* SPDX-License-Identifier: MIT */

/*
 * UTF-16 that came as bytes, because only its type said that it is text.
 *
 * A text ends at its first NUL or with its bytes, a list at its first empty text or with its bytes:
 * of what is stored somewhere nobody promises the NULs.  Half a unit at the end and a surrogate
 * alone are errors that say where.
 *
 * Threads: the owner, managed.  Addresses hold between hf_raw_begin() and hf_raw_end().
 */

#include "native/front.h"

#include "diag/report.h"
#include "heap/heap.h"
#include "thread/thread.h"

#include <holdfast/utf.h>

#include <string.h>

static hf_status refuse(hf_thread *thread, const char *function, size_t unit)
{
    return hfi_misuse(thread->parts->reporter, HF_E_UTF, function, "value", (hf_site){ NULL, 0 },
                      "read it as bytes", "the text is not well-formed at unit %zu", unit);
}

/* Units of a text, up to its NUL. */
static size_t text_units(const uint16_t *units, size_t count)
{
    size_t length = 0;
    while (length < count && units[length] != 0) {
        length++;
    }
    return length;
}

/* Units of a list without the NUL that ends it; each of its texts has its own, but perhaps the
 * last. */
static size_t list_units(const uint16_t *units, size_t count)
{
    size_t length = 0;
    while (length < count && units[length] != 0) {
        length += text_units(units + length, count - length);
        length += length < count;
    }
    return length;
}

/* How many units count, and how many bytes they become. */
static hf_status measure(hf_thread *thread, const hf_slot *bytes, bool is_list, size_t *units_out,
                         hf_utf_result *result)
{
    size_t count = hf_bytes_size(bytes) / 2;
    (void)hf_raw_begin(thread);
    const uint16_t *units = hf_raw_address(bytes);
    *units_out = is_list ? list_units(units, count) : text_units(units, count);
    hf_status status = hf_utf16_measure(units, *units_out, HF_UTF_STRICT, result);
    (void)hf_raw_end(thread);
    return status;
}

static hf_status convert(hf_thread *thread, const hf_slot *bytes, const char *function,
                         bool is_list, hf_ref text_out)
{
    HF_FRAME(thread);
    hf_ref text = hf_local(thread);
    hf_utf_result found;
    size_t units = 0;
    if (!text) {
        return HF_E_SLOTS;
    }
    hf_status status = measure(thread, bytes, is_list, &units, &found);
    bool is_odd = hf_bytes_size(bytes) % 2 != 0;
    if (status == HF_E_UTF || (is_odd && units == hf_bytes_size(bytes) / 2)) {
        return refuse(thread, function, status == HF_E_UTF ? found.first_bad : units);
    }
    size_t size = found.needed;
    if (status == HF_OK) {
        status = hf_bytes_create(thread, size + 1, text);
    }
    if (status != HF_OK) {
        return status;
    }
    (void)hf_raw_begin(thread);
    status = hf_utf16_to_utf8(hf_raw_address(bytes), units, HF_UTF_STRICT, hf_raw_address(text),
                              size, &found);
    (void)hf_raw_end(thread);
    hfi_bytes_shorten(text->word_, size); /* the NUL stays behind it */
    hf_copy(text_out, text);
    return status;
}

hf_status hfi_front_wide(hf_thread *thread, const hf_slot *bytes, const char *function,
                         hf_ref string_out)
{
    return convert(thread, bytes, function, false, string_out);
}

hf_status hfi_front_wide_list(hf_thread *thread, const hf_slot *bytes, const char *function,
                              hf_ref array_out)
{
    HF_FRAME(thread);
    hf_ref list = hf_local(thread);
    hf_status status = list ? convert(thread, bytes, function, true, list) : HF_E_SLOTS;
    return status == HF_OK ? hfi_texts_split(thread, list, array_out) : status;
}

/* A copy of some of the bytes. */
static hf_status cut(hf_thread *thread, const hf_slot *bytes, size_t offset, size_t size,
                     hf_ref part)
{
    hf_status status = part ? hf_bytes_create(thread, size, part) : HF_E_SLOTS;
    if (status == HF_OK && size != 0) {
        (void)hf_raw_begin(thread);
        status = hf_bytes_read(bytes, offset, hf_raw_address(part), size);
        (void)hf_raw_end(thread);
    }
    return status;
}

hf_status hfi_front_wide_part(hf_thread *thread, const hf_slot *bytes, size_t offset, size_t size,
                              const char *function, hf_ref string_out)
{
    HF_FRAME(thread);
    hf_ref part = hf_local(thread);
    hf_status status = cut(thread, bytes, offset, size, part);
    return status == HF_OK ? hfi_front_wide(thread, part, function, string_out) : status;
}

hf_status hfi_front_wide_list_part(hf_thread *thread, const hf_slot *bytes, size_t offset,
                                   size_t size, const char *function, hf_ref array_out)
{
    HF_FRAME(thread);
    hf_ref part = hf_local(thread);
    hf_status status = cut(thread, bytes, offset, size, part);
    return status == HF_OK ? hfi_front_wide_list(thread, part, function, array_out) : status;
}

hf_status hfi_front_widen(hf_thread *thread, const char *text, const char *function,
                          hf_ref units_out)
{
    size_t length = strlen(text);
    hf_utf_result found;
    hf_status status = hf_utf8_measure(text, length, HF_UTF_STRICT, &found);
    if (status == HF_E_UTF) {
        return hfi_misuse(thread->parts->reporter, HF_E_UTF, function, "text", (hf_site){ NULL, 0 },
                          "pass UTF-8", "the text is not well-formed at byte %zu",
                          (size_t)found.first_bad);
    }
    size_t units = found.needed;
    if (status == HF_OK) {
        status = hf_bytes_create(thread, 2 * (units + 1), units_out);
    }
    if (status == HF_OK) {
        (void)hf_raw_begin(thread);
        status =
            hf_utf8_to_utf16(text, length, HF_UTF_STRICT, hf_raw_address(units_out), units, &found);
        (void)hf_raw_end(thread);
    }
    return status;
}
