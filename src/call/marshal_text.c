/* SPDX-License-Identifier: MIT */

/*
 * Texts that a callee reads up to a NUL.
 *
 * A C string is passed as it is, or converted from UTF-8 for a wide parameter.  A
 * managed buffer that has its NUL is lent in place; one that ends without is
 * copied and terminated, because that is the callee's contract, not the buffer's:
 * the text that one call gave back has exactly its own length and may go into the
 * next.  Text behind a NUL would be lost without a word, so it is refused.
 *
 * Converted text lives in the call's scratch or, when it is long, in native memory
 * that hfi_call_end() frees.  Threads: the owner of the call, managed.
 */

#include "call/marshal.h"

#include "base/alloc.h"
#include "base/size.h"

#include <holdfast/utf.h>

#include <string.h>

/* Room for `size` bytes until the end of the call. */
static void *text_room(hfi_call *call, size_t size)
{
    size_t begin = hfi_align_up(call->scratch_used, 8);
    if (size <= HFI_CALL_SCRATCH && begin <= HFI_CALL_SCRATCH - size) {
        call->scratch_used = begin + size;
        return call->scratch + begin;
    }
    void *block = hfi_alloc(size);
    if (block) {
        call->blocks[call->block_count++] = block;
    }
    return block;
}

/* Turns `count` units of UTF-16 at the end of `room` into UTF-32 at its begin. */
static size_t widen_in_place(unsigned char *room, size_t offset, size_t count)
{
    size_t written = 0;
    for (size_t i = 0; i < count; i++) {
        uint16_t unit;
        memcpy(&unit, room + offset + 2 * i, 2);
        uint32_t point = unit;
        if (unit >= 0xd800 && unit < 0xdc00) {
            uint16_t low;
            i++;
            memcpy(&low, room + offset + 2 * i, 2);
            point = 0x10000u + ((uint32_t)(unit - 0xd800u) << 10) + (low - 0xdc00u);
        }
        memcpy(room + 4 * written, &point, 4);
        written++;
    }
    return written;
}

static hf_status convert(hfi_call *call, unsigned index, const char *text)
{
    size_t unit = call->function->step[index].element;
    size_t length = strlen(text);
    hf_utf_result found;
    hf_status status = hf_utf8_measure(text, length, HF_UTF_STRICT, &found);
    if (status != HF_OK) {
        return hfi_call_refuse(call, (int)index, status, "pass well-formed UTF-8",
                               "the text is not UTF-8 at byte %zu", found.first_bad);
    }
    size_t size;
    if (!hfi_size_mul(found.needed, unit, &size) || !hfi_size_add(size, unit, &size)) {
        return HF_E_OVERFLOW;
    }
    unsigned char *room = text_room(call, size);
    if (!room) {
        return HF_E_NOMEM;
    }
    /* UTF-32 never has more units than UTF-16, so the one is made inside the other's room. */
    size_t offset = unit == 2 ? 0 : 2 * found.needed;
    uint16_t *units = (uint16_t *)(void *)(room + offset);
    status = hf_utf8_to_utf16(text, length, HF_UTF_STRICT, units, found.needed, &found);
    HF_VERIFY(status == HF_OK);
    size_t count = unit == 2 ? found.written : widen_in_place(room, offset, found.written);
    memset(room + count * unit, 0, unit);
    hfi_value_set_pointer(&call->argument[index].value, room);
    return HF_OK;
}

static hf_status marshal_cstr(hfi_call *call, unsigned index, const hf_arg *arg)
{
    const char *text = arg->as.pointer;
    if (!text) {
        return hfi_call_refuse(call, (int)index, HF_E_NULL, "pass HF_NULL for a null pointer",
                               "the text is NULL");
    }
    if (call->function->step[index].kind == HFI_P_WTEXT) {
        return convert(call, index, text);
    }
    hfi_value_set(&call->argument[index].value, HFI_C_POINTER, (uintptr_t)text);
    return hfi_marshal_pointer(call, index, text);
}

/* Index of the first unit that is zero (or, `zero` false, that is not), from `begin` on; `count` if
 * none is. */
static size_t find_unit(const unsigned char *text, size_t begin, size_t count, size_t unit,
                        bool zero)
{
    static const unsigned char nul[8];
    for (size_t i = begin; i < count; i++) {
        if ((memcmp(text + i * unit, nul, unit) == 0) == zero) {
            return i;
        }
    }
    return count;
}

static hf_status lend_text(hfi_call *call, unsigned index, const hf_arg *arg)
{
    size_t unit = call->function->step[index].element;
    hfi_argument *argument = &call->argument[index];
    hfi_lent lent;
    hf_status status = hfi_marshal_lend(call, index, arg, &lent);
    if (status != HF_OK) {
        return status;
    }
    if (lent.length % unit || lent.offset % unit) {
        return hfi_call_refuse(call, (int)index, HF_E_RANGE, "lend whole units of the wide text",
                               "offset %zu and length %zu are not whole units of %zu bytes",
                               lent.offset, lent.length, unit);
    }
    size_t count = lent.length / unit;
    const unsigned char *text = (const unsigned char *)hfi_payload_16(lent.object) + lent.offset;
    size_t nul = find_unit(text, 0, count, unit, true);
    size_t behind = find_unit(text, nul, count, unit, false);
    if (behind < count) {
        return hfi_call_refuse(call, (int)index, HF_E_EMBEDDED_NUL,
                               "lend the part up to the NUL, or declare the parameter as bytes",
                               "there is text behind the NUL at byte %zu, which the callee would "
                               "not see",
                               nul * unit);
    }
    if (nul < count) {
        (void)hfi_call_keep(call, lent.object, (int)index);
        argument->offset = lent.offset;
        return HF_OK;
    }
    unsigned char *copy = text_room(call, lent.length + unit);
    if (!copy) {
        return HF_E_NOMEM;
    }
    memcpy(copy, text, lent.length);
    memset(copy + lent.length, 0, unit);
    argument->value.pointer = copy;
    return HF_OK;
}

hf_status hfi_marshal_text(hfi_call *call, unsigned index, const hf_arg *arg)
{
    switch (arg->kind) {
    case HF_ARG_CSTR:
        return marshal_cstr(call, index, arg);
    case HF_ARG_BUFFER:
        return lend_text(call, index, arg);
    case HF_ARG_POINTER:
    case HF_ARG_NULL:
        return hfi_marshal_scalar(call, index, arg, HFI_C_POINTER, &call->argument[index].value);
    default:
        return hfi_marshal_wrong_kind(call, index, arg,
                                      "HF_CSTR, HF_BUFFER, HF_POINTER or HF_NULL");
    }
}
