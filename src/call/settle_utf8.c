/* SPDX-License-Identifier: MIT */

/*
 * Wide text that comes back as UTF-8, where the function's options ask for it.
 *
 * The text has been checked before: it is well-formed, and its NUL is found.  A
 * list of texts keeps the NULs inside.  The result is made once, of exactly the
 * length that was measured, with NULs behind it that are not counted.
 *
 * Threads: the owner of the call, managed.  The callee's buffer is still pinned.
 */

#include "call/call.h"

#include <holdfast/utf.h>

#include <string.h>

#define ENDS 2u /* a list has a NUL of its own behind that of its last text */

static size_t encode(uint32_t point, char *to)
{
    if (point < 0x80) {
        to[0] = (char)point;
        return 1;
    }
    if (point < 0x800) {
        to[0] = (char)(0xc0 | point >> 6);
        to[1] = (char)(0x80 | (point & 0x3f));
        return 2;
    }
    if (point < 0x10000) {
        to[0] = (char)(0xe0 | point >> 12);
        to[1] = (char)(0x80 | (point >> 6 & 0x3f));
        to[2] = (char)(0x80 | (point & 0x3f));
        return 3;
    }
    to[0] = (char)(0xf0 | point >> 18);
    to[1] = (char)(0x80 | (point >> 12 & 0x3f));
    to[2] = (char)(0x80 | (point >> 6 & 0x3f));
    to[3] = (char)(0x80 | (point & 0x3f));
    return 4;
}

static uint32_t unit_at(const char *text, size_t index)
{
    uint32_t unit;
    memcpy(&unit, text + sizeof unit * index, sizeof unit);
    return unit;
}

/* No count of a buffer's elements overflows when it is multiplied by the 4 bytes of one. */
static size_t measure(const char *text, size_t count, size_t unit)
{
    if (unit == 2) {
        hf_utf_result found = { 0, 0, 0, 0, false };
        const uint16_t *units = (const uint16_t *)(const void *)text;
        (void)!hf_utf16_measure(units, count, HF_UTF_STRICT, &found);
        return found.needed;
    }
    char bytes[4];
    size_t needed = 0;
    for (size_t i = 0; i < count; i++) {
        needed += encode(unit_at(text, i), bytes);
    }
    return needed;
}

static void convert(const char *text, size_t count, size_t unit, char *to, size_t room)
{
    if (unit == 2) {
        const uint16_t *units = (const uint16_t *)(const void *)text;
        (void)!hf_utf16_to_utf8(units, count, HF_UTF_STRICT, to, room, NULL);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        to += encode(unit_at(text, i), to);
    }
}

hf_status hfi_call_settle_utf8(hfi_call *call, unsigned index, size_t length)
{
    const hfi_argument *argument = &call->argument[index];
    const char *text = argument->value.pointer;
    size_t unit = call->function->step[index].element;
    size_t needed = measure(text, length / unit, unit);
    uintptr_t copy;
    if (needed > SIZE_MAX - ENDS) {
        return HF_E_OVERFLOW;
    }
    hf_status status = hfi_bytes_allocate(call->thread, needed + ENDS,
                                          call->function->step[index].is_immovable, &copy);
    if (status == HF_OK) {
        convert(text, length / unit, unit, hfi_payload_16(copy), needed);
        if (call->function->has_leads) {
            hfi_call_move_leads(call, index, length, measure, hfi_payload_16(copy));
        }
        hfi_bytes_shorten(copy, needed);
        call->slots[argument->object].word_ = copy;
    }
    return status;
}
