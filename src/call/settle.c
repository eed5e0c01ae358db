/* SPDX-License-Identifier: MIT */

/*
 * Outputs of a call that succeeded.
 *
 * A buffer comes back with exactly the length that the callee said, in the right
 * unit, and never with more than it was given room for.  Where a little is left
 * over the buffer is shortened in place, where much is it is copied, so that a
 * result does not hold on to the room of the largest try.  A buffer that something
 * points into is neither moved nor copied.
 *
 * Text ends at its first NUL; what is behind it is the callee's scratch.  The NUL
 * is not counted, but stands behind the text's last byte in the object's memory, so
 * that fenced text is a C string.  A list of texts ends at its first empty one, and
 * has two NULs there, so that one whose last text was not ended can be walked too.
 *
 * Threads: the owner of the call, managed.  The objects are still pinned.
 */

#include "call/guard.h"

#include <holdfast/utf.h>

#include <string.h>

/* Left-over bytes that are not worth a copy. */
#define SLACK_MAX 64u

/* Sizes that a compiler knows: a comparison by a call takes longer than the native function. */
static size_t find_nul_16(const unsigned char *text, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint16_t unit;
        memcpy(&unit, text + i * sizeof unit, sizeof unit);
        if (unit == 0) {
            return i;
        }
    }
    return count;
}

static size_t find_nul_32(const unsigned char *text, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t unit;
        memcpy(&unit, text + i * sizeof unit, sizeof unit);
        if (unit == 0) {
            return i;
        }
    }
    return count;
}

static size_t find_nul(const unsigned char *text, size_t count, size_t unit)
{
    if (unit == 1) {
        const unsigned char *found = memchr(text, 0, count);
        return found ? (size_t)(found - text) : count;
    }
    HF_ASSERT(unit == sizeof(uint16_t) || unit == sizeof(uint32_t));
    return unit == sizeof(uint16_t) ? find_nul_16(text, count) : find_nul_32(text, count);
}

/* Where a list of texts has a NUL of its own: an empty text, behind the NULs of all others. */
static size_t find_list_end(const unsigned char *text, size_t count, size_t unit)
{
    size_t start = 0;
    while (start < count) {
        size_t length = find_nul(text + start * unit, count - start, unit);
        if (length == 0) {
            return start;
        }
        start += length + 1;
    }
    return count;
}

/* Units before the NUL that ends what stands there; `count` where there is none. */
static size_t find_end(const hfi_step *step, const unsigned char *text, size_t count)
{
    return step->is_multi ? find_list_end(text, count, step->element)
                          : find_nul(text, count, step->element);
}

bool hfi_call_has_length(const hfi_call *call, unsigned parameter)
{
    return call->function->step[parameter].length_by >= 0 ||
           call->function->prototype.param[parameter].rules.length.count;
}

bool hfi_call_is_cut(const hfi_call *call, unsigned parameter)
{
    const hfi_step *step = &call->function->step[parameter];
    if (!step->is_text || hfi_call_has_length(call, parameter)) {
        return false;
    }
    const hfi_argument *argument = &call->argument[parameter];
    size_t count = (size_t)argument->capacity;
    count = step->element == 1 ? count : count / step->element;
    return find_end(step, argument->value.pointer, count) == count;
}

static hf_status complain_of_length(const hfi_call *call, unsigned index, int64_t said,
                                    uint64_t unit)
{
    return hfi_call_complain(
        call, (int)index, HF_E_LYING_SIZE,
        "check unit and bias of length(), and what the callee counts",
        "the callee says %lld units of %llu bytes, but had room for %llu bytes", (long long)said,
        (unsigned long long)unit, (unsigned long long)call->argument[index].capacity);
}

hf_status hfi_call_length(const hfi_call *call, unsigned index, size_t *length_out)
{
    const hf_function *function = call->function;
    const hfi_step *step = &function->step[index];
    const hfi_buffer_rules *rules = &function->prototype.param[index].rules;
    uint64_t capacity = call->argument[index].capacity;
    *length_out = (size_t)capacity;
    if (!hfi_call_has_length(call, index)) {
        return HF_OK;
    }
    int64_t said;
    hfi_unit counted;
    int32_t bias = 0;
    if (step->length_by >= 0) {
        const hfi_size_role *role = &function->prototype.param[step->length_by].length;
        said = call->seen[step->length_by];
        counted = role->unit;
        bias = role->bias;
    } else {
        said = hfi_call_evaluate(call, &rules->length);
        counted = rules->length_unit;
    }
    uint64_t unit = counted == HFI_UNIT_BYTES ? 1 : step->element;
    if (said < 0 || said > INT64_MAX - INT32_MAX) {
        return complain_of_length(call, index, said, unit);
    }
    /* A length that does not count its terminator may be 0 where the one that does is. */
    int64_t units = said + bias < 0 ? 0 : said + bias;
    /* A division by one takes longer than all the rest. */
    if ((uint64_t)units > (HF_LIKELY(unit == 1) ? capacity : capacity / unit)) {
        return complain_of_length(call, index, said, unit);
    }
    *length_out = (size_t)((uint64_t)units * unit);
    return HF_OK;
}

static bool is_scalar_value(uint32_t point)
{
    return point < 0xd800 || (point >= 0xe000 && point <= 0x10ffff);
}

/* Narrow text is bytes: POSIX promises no encoding for names. */
static hf_status check_text(const hfi_call *call, unsigned index, const unsigned char *text,
                            size_t length)
{
    size_t unit = call->function->step[index].element;
    size_t count = length / unit;
    size_t bad = count;
    hf_status status = HF_OK;
    if (unit == 2) {
        status =
            hf_utf16_validate((const uint16_t *)(const void *)text, count, HF_UTF_STRICT, &bad);
    } else if (unit == 4) {
        for (bad = 0; bad < count; bad++) {
            uint32_t point;
            memcpy(&point, text + 4 * bad, 4);
            if (!is_scalar_value(point)) {
                status = HF_E_UTF;
                break;
            }
        }
    }
    if (status == HF_OK) {
        return HF_OK;
    }
    return hfi_call_complain(call, (int)index, HF_E_UTF,
                             "leave the role text out to get the units as they are",
                             "the callee's text is not well-formed at unit %zu", bad);
}

static hf_status complain_of_half(const hfi_call *call, unsigned index, size_t length)
{
    size_t unit = call->function->step[index].element;
    return hfi_call_complain(
        call, (int)index, HF_E_UTF, "leave the role text out to get the bytes as they are",
        "the callee's text ends at byte %zu, inside a unit of %zu", length, unit);
}

/* Makes the object of an output have exactly `length` bytes; text has its NUL behind them. */
static hf_status fit(hfi_call *call, unsigned index, size_t length)
{
    const hfi_argument *argument = &call->argument[index];
    const hfi_step *step = &call->function->step[index];
    size_t end = !step->is_text ? 0 : step->is_multi ? 2 * step->element : step->element;
    uintptr_t object = call->slots[argument->object].word_;
    size_t size = argument->native ? SIZE_MAX : (size_t)*hfi_object_length(object);
    HF_ASSERT(length + HFI_CANARY_SIZE <= size && end <= HFI_CANARY_SIZE);
    if (step->is_immovable || size - length <= SLACK_MAX) {
        memset((char *)argument->value.pointer + length, 0, HFI_CANARY_SIZE);
    } else {
        uintptr_t copy;
        hf_status status = hfi_bytes_allocate(call->thread, length + end, false, &copy);
        if (status != HF_OK) {
            return status;
        }
        memcpy(hfi_payload_16(copy), argument->value.pointer, length);
        call->slots[argument->object].word_ = copy;
        object = copy;
    }
    hfi_bytes_shorten(object, length);
    return HF_OK;
}

/* Text of the system's encoding comes back as UTF-8, in a buffer of its own. */
static hf_status recode(hfi_call *call, unsigned index, size_t length)
{
    const hfi_argument *argument = &call->argument[index];
    const char *text = argument->value.pointer;
    size_t needed;
    size_t bad;
    hf_status status = hfp_text_from_system(text, length, NULL, 0, &needed, &bad);
    if (status == HF_E_UTF) {
        return hfi_call_complain(
            call, (int)index, status, "leave the role text out to get the bytes as they are",
            "the callee's text is not in the system's encoding at byte %zu", bad);
    }
    uintptr_t copy;
    if (status == HF_OK) {
        status = hfi_bytes_allocate(call->thread, needed + 2, false, &copy);
    }
    if (status == HF_OK) {
        status = hfp_text_from_system(text, length, hfi_payload_16(copy), needed, &needed, &bad);
    }
    if (status == HF_OK) {
        hfi_bytes_shorten(copy, needed);
        call->slots[argument->object].word_ = copy;
    }
    return status;
}

/* Of a stream all pieces together, which were looked at as they came. */
static hf_status valid_length(const hfi_call *call, unsigned index, size_t *length_out)
{
    const hfi_prototype *prototype = &call->function->prototype;
    if (prototype->append.count && prototype->append_to == index) {
        *length_out = call->argument[index].settled;
        return HF_OK;
    }
    hf_status status = hfi_call_length(call, index, length_out);
    if (status == HF_OK && HF_UNLIKELY(call->guards & HFI_GUARD_MEMORY)) {
        status = hfi_guard_claim(call, index, *length_out);
    }
    return status;
}

static hf_status settle_buffer(hfi_call *call, unsigned index)
{
    const hfi_step *step = &call->function->step[index];
    const unsigned char *text = call->argument[index].value.pointer;
    size_t length;
    hf_status status = valid_length(call, index, &length);
    if (status == HF_OK && step->is_text && step->element == 1) {
        length = find_end(step, text, length);
    } else if (status == HF_OK && step->is_text) {
        if (length % step->element != 0) {
            return complain_of_half(call, index, length);
        }
        length = find_end(step, text, length / step->element) * step->element;
        status = check_text(call, index, text, length);
    }
    if (status == HF_OK && step->is_text && step->is_system) {
        return recode(call, index, length);
    }
    if (status == HF_OK && step->is_text && call->function->makes_utf8 && step->element > 1) {
        return hfi_call_settle_utf8(call, index, length);
    }
    return status == HF_OK ? fit(call, index, length) : status;
}

static void settle_scalar(hfi_call *call, unsigned index)
{
    const hfi_step *step = &call->function->step[index];
    int64_t *to = &call->result->scalars_[step->scalar];
    if (step->target == HFI_C_F32 || step->target == HFI_C_F64) {
        double number = hfi_value_floating(&call->argument[index].content, step->target);
        memcpy(to, &number, sizeof(number));
    } else {
        *to = call->seen[index];
    }
}

hf_status hfi_call_settle(hfi_call *call)
{
    const hf_function *function = call->function;
    unsigned count = function->prototype.param_count;
    if (HF_UNLIKELY(function->has_leads)) {
        hf_status status = hfi_call_check_leads(call);
        if (status != HF_OK) {
            return status;
        }
    }
    for (unsigned i = 0; i < count; i++) {
        if (function->step[i].kind == HFI_P_OUT_BUFFER) {
            hf_status status = settle_buffer(call, i);
            if (status != HF_OK) {
                return status;
            }
        }
    }
    /* Nothing fails from here on: the result gets all outputs or none. */
    if (function->result_bytes) {
        call->result->slots_[0].word_ = call->slots[call->returned_object].word_;
    }
    for (unsigned i = 0; i < count; i++) {
        const hfi_step *step = &function->step[i];
        if (step->scalar >= 0) {
            settle_scalar(call, i);
        } else if (step->out >= 0 && !call->argument[i].is_null) {
            call->result->slots_[step->out].word_ = call->slots[call->argument[i].object].word_;
        }
    }
    return HF_OK;
}
