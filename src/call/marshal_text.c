/* SPDX-License-Identifier: MIT */

/*
 * Texts that a callee reads up to a NUL.
 *
 * A C string, or UTF-16 for a wide parameter, is passed as it is; text of another
 * encoding than the parameter's is converted.  A managed buffer that has its NUL
 * is lent in place; one that ends without is copied and terminated, because that
 * is the callee's contract, not the buffer's: the text that one call gave back has
 * exactly its own length and may go into the next.  Text behind a NUL would be
 * lost without a word, so it is refused, and so is what the callee's encoding
 * cannot say: a name that means another file is worse than none.
 *
 * A buffer holds what the parameter takes: UTF-8 for narrow ones, also where the
 * system has another encoding, and units for wide ones.
 *
 * Threads: the owner of the call, managed.
 */

#include "call/marshal.h"

#include "base/size.h"

#include <holdfast/utf.h>

#include <string.h>

static hf_status refuse_text(const hfi_call *call, unsigned index, const hfi_source *from,
                             size_t bad)
{
    char name[32] = "the text";
    if (from->item >= 0) {
        hfi_text text = hfi_text_begin(name, sizeof(name));
        hfi_text_format(&text, "text [%d]", from->item);
        hfi_text_end(&text);
    }
    return hfi_call_refuse(call, (int)index, HF_E_UTF,
                           from->is_16 ? "pass well-formed UTF-16" : "pass well-formed UTF-8",
                           from->is_16 ? "%s has an unpaired surrogate at unit %zu"
                                       : "%s is not UTF-8 at byte %zu",
                           name, bad);
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

/* Room for `count` units and a NUL. */
static hf_status make_room(hfi_call *call, size_t count, size_t unit, unsigned char **room_out)
{
    size_t size;
    if (!hfi_size_mul(count, unit, &size) || !hfi_size_add(size, unit, &size)) {
        return HF_E_OVERFLOW;
    }
    *room_out = hfi_call_room(call, size);
    return *room_out ? HF_OK : HF_E_NOMEM;
}

static hf_status convert_to_wide(hfi_call *call, unsigned index, size_t unit,
                                 const hfi_source *from, const void **text_out)
{
    hf_utf_result found = { .needed = from->length };
    hf_status status =
        from->is_16 ? hf_utf16_validate(from->text, from->length, HF_UTF_STRICT, &found.first_bad)
                    : hf_utf8_measure(from->text, from->length, HF_UTF_STRICT, &found);
    if (status != HF_OK) {
        return refuse_text(call, index, from, found.first_bad);
    }
    unsigned char *room;
    status = make_room(call, found.needed, unit, &room);
    if (status != HF_OK) {
        return status;
    }
    /* UTF-32 never has more units than UTF-16, so the one is made inside the other's room. */
    size_t offset = unit == 2 ? 0 : 2 * found.needed;
    size_t count = found.needed;
    if (from->is_16) {
        memcpy(room + offset, from->text, 2 * count);
    } else {
        uint16_t *units = (uint16_t *)(void *)(room + offset);
        status = hf_utf8_to_utf16(from->text, from->length, HF_UTF_STRICT, units, count, &found);
        HF_VERIFY(status == HF_OK);
    }
    if (unit != 2) {
        count = widen_in_place(room, offset, count);
    }
    memset(room + count * unit, 0, unit);
    *text_out = room;
    return HF_OK;
}

static hf_status convert_to_utf8(hfi_call *call, unsigned index, const hfi_source *from,
                                 const void **text_out)
{
    hf_utf_result found = { .needed = from->length };
    if (from->is_16 && hf_utf16_measure(from->text, from->length, HF_UTF_STRICT, &found) != HF_OK) {
        return refuse_text(call, index, from, found.first_bad);
    }
    unsigned char *room;
    hf_status status = make_room(call, found.needed, 1, &room);
    if (status != HF_OK) {
        return status;
    }
    size_t length = found.needed;
    if (from->is_16) {
        status =
            hf_utf16_to_utf8(from->text, from->length, HF_UTF_STRICT, (char *)room, length, &found);
        HF_VERIFY(status == HF_OK);
    } else if (length) {
        memcpy(room, from->text, length);
    }
    room[length] = 0;
    *text_out = room;
    return HF_OK;
}

static hf_status convert_to_system(hfi_call *call, unsigned index, const hfi_source *from,
                                   const void **text_out)
{
    hfi_source text = *from;
    if (from->is_16) {
        hf_status status = convert_to_utf8(call, index, from, &text.text);
        if (status != HF_OK) {
            return status;
        }
        text.length = strlen(text.text);
        text.is_16 = false;
    }
    size_t needed;
    size_t bad;
    hf_status status = hfp_text_to_system(text.text, text.length, NULL, 0, &needed, &bad);
    if (status == HF_E_UTF &&
        hf_utf8_validate(text.text, text.length, HF_UTF_STRICT, NULL) == HF_OK) {
        return hfi_call_refuse(call, (int)index, status,
                               "call the function's variant for wide text",
                               "the system's encoding has no character for the one at byte %zu of "
                               "the text",
                               bad);
    }
    if (status == HF_E_UTF) {
        return refuse_text(call, index, &text, bad);
    }
    unsigned char *room = NULL;
    status = status == HF_OK ? make_room(call, needed, 1, &room) : status;
    if (status == HF_OK) {
        status = hfp_text_to_system(text.text, text.length, (char *)room, needed, &needed, &bad);
    }
    if (status == HF_OK) {
        room[needed] = 0;
        *text_out = room;
    }
    return status;
}

hf_status hfi_marshal_convert(hfi_call *call, unsigned index, size_t unit, const hfi_source *from,
                              const void **text_out)
{
    if (unit != 1) {
        return convert_to_wide(call, index, unit, from, text_out);
    }
    if (call->function->step[index].is_system) {
        return convert_to_system(call, index, from, text_out);
    }
    return convert_to_utf8(call, index, from, text_out);
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

/* Length of what ends with a NUL: the caller's promise. */
static size_t ended_length(const unsigned char *text, size_t unit)
{
    return unit == 1 ? strlen((const char *)text) : find_unit(text, 0, SIZE_MAX, unit, true);
}

/* HF_CSTR, HF_TEXT, HF_UTF16. */
static hf_status marshal_text(hfi_call *call, unsigned index, const hf_arg *arg)
{
    const hfi_step *step = &call->function->step[index];
    hfi_source from = { arg->as.pointer, arg->length, arg->kind == HF_ARG_UTF16, -1 };
    size_t unit = from.is_16 ? 2 : 1;
    bool is_ended = arg->kind == HF_ARG_CSTR || arg->length == HF_WHOLE;
    if (!from.text) {
        return hfi_call_refuse(call, (int)index, HF_E_NULL, "pass HF_NULL for a null pointer",
                               "the text is NULL");
    }
    if ((uintptr_t)from.text % unit) {
        return hfi_call_refuse(call, (int)index, HF_E_RANGE, "pass an array of 16-bit units",
                               "the text does not begin at a whole unit");
    }
    if (is_ended && unit == step->element && !step->is_system) {
        hfi_value_set_pointer(&call->argument[index].value, from.text);
        return hfi_marshal_pointer(call, index, from.text);
    }
    if (is_ended) {
        from.length = ended_length(from.text, unit);
    } else {
        size_t nul = find_unit(from.text, 0, from.length, unit, true);
        if (nul < from.length) {
            return hfi_call_refuse(call, (int)index, HF_E_EMBEDDED_NUL,
                                   "end the text before the NUL and do not count it, or declare "
                                   "the parameter as bytes",
                                   from.is_16 ? "there is a NUL at unit %zu of %zu, where the "
                                                "callee would stop"
                                              : "there is a NUL at byte %zu of %zu, where the "
                                                "callee would stop",
                                   nul, from.length);
        }
    }
    if (from.is_16 && step->element == 2) { /* units as they are: Windows asks for no more */
        unsigned char *copy;
        hf_status status = make_room(call, from.length, 2, &copy);
        if (status == HF_OK) {
            memcpy(copy, from.text, 2 * from.length);
            memset(copy + 2 * from.length, 0, 2);
            hfi_value_set_pointer(&call->argument[index].value, copy);
        }
        return status;
    }
    const void *text = NULL;
    hf_status status = hfi_marshal_convert(call, index, step->element, &from, &text);
    if (status == HF_OK) {
        hfi_value_set_pointer(&call->argument[index].value, text);
    }
    return status;
}

/* A part of a managed buffer as text: `count` units up to its NUL or its end. */
static hf_status pass_units(hfi_call *call, unsigned index, const hfi_lent *lent, size_t count,
                            bool is_ended)
{
    const hfi_step *step = &call->function->step[index];
    hfi_argument *argument = &call->argument[index];
    const unsigned char *text = (const unsigned char *)hfi_payload_16(lent->object) + lent->offset;
    if (step->is_system) {
        const hfi_source from = { text, count, false, -1 };
        const void *converted = NULL;
        hf_status status = hfi_marshal_convert(call, index, 1, &from, &converted);
        if (status == HF_OK) {
            hfi_value_set_pointer(&argument->value, converted);
        }
        return status;
    }
    if (is_ended) {
        (void)hfi_call_keep(call, lent->object, (int)index);
        argument->offset = lent->offset;
        return HF_OK;
    }
    unsigned char *copy;
    hf_status status = make_room(call, count, step->element, &copy);
    if (status == HF_OK) {
        memcpy(copy, text, count * step->element);
        memset(copy + count * step->element, 0, step->element);
        hfi_value_set_pointer(&argument->value, copy);
    }
    return status;
}

static hf_status lend_text(hfi_call *call, unsigned index, const hf_arg *arg)
{
    size_t unit = call->function->step[index].element;
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
    return pass_units(call, index, &lent, nul, nul < count);
}

hf_status hfi_marshal_text(hfi_call *call, unsigned index, const hf_arg *arg)
{
    switch (arg->kind) {
    case HF_ARG_CSTR:
    case HF_ARG_TEXT:
    case HF_ARG_UTF16:
        return marshal_text(call, index, arg);
    case HF_ARG_BUFFER:
        return lend_text(call, index, arg);
    case HF_ARG_POINTER:
    case HF_ARG_NULL:
        return hfi_marshal_scalar(call, index, arg, HFI_C_POINTER, &call->argument[index].value);
    default:
        return hfi_marshal_wrong_kind(call, index, arg,
                                      "HF_CSTR, HF_TEXT, HF_UTF16, HF_BUFFER, HF_POINTER or "
                                      "HF_NULL");
    }
}
