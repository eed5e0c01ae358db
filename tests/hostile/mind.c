/* SPDX-License-Identifier: MIT */

/*
 * What a callee does in a try, whatever its dialect.
 *
 * It fills, lets happen what is to happen meanwhile, looks whether what it wrote is
 * still where it wrote it, and answers in the dialect's numbers.  Everything goes
 * into the entry of the try, for the oracle.
 *
 * Threads: that of the call.
 */

#include "hostile.h"

#include "base/alloc.h"

#include <string.h>

const char *const hostile_way_name[HOSTILE_WAYS] = {
    "honest",           "need same",      "need smaller",  "need zero",         "need 2^32-1",
    "need all ones",    "need unsaid",    "need one more", "need low",          "need high",
    "says more",        "says 2^32-1",    "says all ones", "says nothing",      "says odd bytes",
    "short as success", "full but short", "stale code",    "behind on success", "behind when short",
    "no end",           "old address",    "other error",   "changes",           "grows",
    "shrinks",          "storm",          "signal",        "no memory",         "slow",
};

unsigned hostile_element(unsigned try_index, uint64_t index)
{
    return 33 + (unsigned)((index * 7 + try_index * 13) % 89);
}

static uint64_t next_random(hostile *it)
{
    it->random ^= it->random << 13;
    it->random ^= it->random >> 7;
    it->random ^= it->random << 17;
    return it->random;
}

uint64_t hostile_size(const hostile *it, unsigned try_index, unsigned side, uint64_t capacity)
{
    uint64_t size = it->scenario.size;
    if (side) {
        size = size / 3 + 2;
    }
    switch (it->scenario.way) {
    case HOSTILE_CHANGES:
        return try_index % 3 == 1 ? size / 2 : size + try_index % 3;
    case HOSTILE_GROWS:
        return try_index < 9 && capacity >= size ? capacity + 1 : size;
    case HOSTILE_SHRINKS:
        return size > try_index ? size - try_index : 0;
    default:
        return size;
    }
}

static void put(void *buffer, size_t unit, uint64_t index, unsigned value)
{
    uint8_t wide[8];
    uint16_t two = (uint16_t)value;
    uint32_t four = value;
    uint64_t eight = value;
    wide[0] = (uint8_t)value;
    if (unit == 2) {
        memcpy(wide, &two, 2);
    } else if (unit == 4) {
        memcpy(wide, &four, 4);
    } else if (unit == 8) {
        memcpy(wide, &eight, 8);
    }
    memcpy((uint8_t *)buffer + index * unit, wide, unit);
}

static bool is_at(const void *buffer, size_t unit, uint64_t index, unsigned value)
{
    uint8_t there[8] = { 0 };
    put(there, unit, 0, value);
    return memcmp((const uint8_t *)buffer + index * unit, there, unit) == 0;
}

static void fill(hostile *it, void *buffer, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        put(buffer, it->dialect->unit, i, hostile_element(it->tries - 1, i));
    }
}

static void look(hostile *it, const void *buffer, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        if (!is_at(buffer, it->dialect->unit, i, hostile_element(it->tries - 1, i))) {
            it->broken = "the buffer was moved or written to during the try";
            return;
        }
    }
}

static uint64_t find_end(const hostile *it, const void *buffer, uint64_t capacity)
{
    bool is_list = it->dialect->traits & HOSTILE_IS_LIST;
    bool was_end = true;
    for (uint64_t at = 0; at < capacity; at++) {
        bool is_end = is_at(buffer, it->dialect->unit, at, 0);
        if (is_end && (was_end || !is_list)) {
            return at;
        }
        was_end = is_end;
    }
    return capacity;
}

/* Elements as a number of the dialect. */
static uint64_t say(const hostile *it, hostile_number number, uint64_t elements)
{
    if (number.unit == 0) {
        return 0;
    }
    uint64_t units = elements * it->dialect->unit / number.unit - (uint64_t)(int64_t)number.bias;
    return it->dialect->bits == 64 ? units : units & ((UINT64_C(1) << it->dialect->bits) - 1);
}

static uint64_t say_need(hostile *it, hostile_side *side, uint64_t total)
{
    uint64_t ones = it->dialect->bits == 64 ? UINT64_MAX : (UINT64_C(1) << it->dialect->bits) - 1;
    switch (it->scenario.way) {
    case HOSTILE_NEED_SAME:
        return say(it, it->dialect->need, side->capacity);
    case HOSTILE_NEED_SMALLER:
        return say(it, it->dialect->need, side->capacity / 2 + side->capacity % 2);
    case HOSTILE_NEED_ONE_MORE:
        return say(it, it->dialect->need, side->capacity + 1);
    case HOSTILE_NEED_LOW:
        return say(it, it->dialect->need, total / 2);
    case HOSTILE_NEED_HIGH:
        return say(it, it->dialect->need, total * 2 + 8);
    case HOSTILE_NEED_ZERO:
        return 0;
    case HOSTILE_NEED_32_ONES:
        return UINT32_MAX & ones;
    case HOSTILE_NEED_ALL_ONES:
        return ones;
    case HOSTILE_NEED_UNSAID:
        side->is_said = false;
        return it->dialect->traits & HOSTILE_IN_OUT
                   ? side->capacity * it->dialect->unit / it->dialect->counted
                   : 0;
    default:
        return say(it, it->dialect->need, total);
    }
}

static uint64_t say_length(const hostile *it, const hostile_side *side, uint64_t size)
{
    uint64_t ones = it->dialect->bits == 64 ? UINT64_MAX : (UINT64_C(1) << it->dialect->bits) - 1;
    switch (it->scenario.way) {
    case HOSTILE_SAYS_MORE:
        return say(it, it->dialect->got, side->capacity + 1);
    case HOSTILE_SAYS_32_ONES:
        return UINT32_MAX & ones;
    case HOSTILE_SAYS_ALL_ONES:
        return ones;
    case HOSTILE_SAYS_NOTHING:
        return say(it, it->dialect->got, 0);
    case HOSTILE_SAYS_ODD_BYTES:
        return say(it, it->dialect->got, size) - (size != 0);
    default:
        return say(it, it->dialect->got, size);
    }
}

/* Too small, as the dialect says it; how many elements it leaves in the buffer. */
static uint64_t come_short(hostile *it, hostile_side *side, uint64_t total, unsigned *code)
{
    const hostile_dialect *d = it->dialect;
    if (it->scenario.way == HOSTILE_SHORT_AS_SUCCESS) {
        side->number = say(it, d->got, total - d->nuls);
        return side->capacity;
    }
    if (d->traits & HOSTILE_BY_CODE) {
        *code = HOSTILE_SHORT;
        side->number = say_need(it, side, total);
        return next_random(it) % (side->capacity + 1); /* scratch */
    }
    if (d->traits & HOSTILE_BY_FULL) {
        uint64_t cut = side->capacity > d->rest ? side->capacity - d->rest : 0;
        side->number = say(it, d->got, cut);
        return cut;
    }
    if (d->traits & (HOSTILE_BY_ABOVE | HOSTILE_BY_REACHED)) {
        side->number = say_need(it, side, total);
    }
    return side->capacity;
}

/* One buffer of a try; how many elements lie in it. */
static uint64_t serve(hostile *it, unsigned index, void *buffer, uint64_t counted, unsigned *code)
{
    const hostile_dialect *d = it->dialect;
    hostile_side *side = &it->entry[it->tries - 1].side[index];
    *side = (hostile_side){ buffer, counted * d->counted / d->unit, 0, true, 0, false };
    uint64_t size = hostile_size(it, it->tries - 1, index, side->capacity);
    uint64_t total = size + d->nuls;
    uint64_t multiple = d->multiple ? d->multiple : 1;
    bool is_short = it->scenario.for_ever || side->capacity < total ||
                    side->capacity % multiple != 0 ||
                    ((d->traits & HOSTILE_IS_EXACT) && side->capacity != total);
    uint64_t filled;
    if (is_short) {
        filled = come_short(it, side, total, code);
        fill(it, buffer, filled);
        if ((d->traits & HOSTILE_BY_FULL) && d->nuls && filled < side->capacity) {
            put(buffer, d->unit, filled, 0);
        }
    } else {
        filled = it->scenario.way == HOSTILE_SAYS_NOTHING ? 0 : size;
        fill(it, buffer, filled);
        unsigned ends = it->scenario.way == HOSTILE_NO_END ? 0 : d->nuls + d->reserve;
        for (unsigned i = 0; i < ends; i++) {
            put(buffer, d->unit, filled + i, 0);
        }
        side->number = say_length(it, side, size);
        if (it->scenario.way == HOSTILE_FULL_BUT_SHORT && !it->has_lied) {
            it->has_lied = true;
            *code = HOSTILE_SHORT;
            side->number = say(it, d->need, total);
        }
    }
    hostile_way behind = is_short ? HOSTILE_BEHIND_WHEN_SHORT : HOSTILE_BEHIND_ON_SUCCESS;
    if (it->scenario.way == behind) {
        side->is_behind = true;
        memset((uint8_t *)buffer + (side->capacity + d->reserve) * d->unit, 1, 1);
    }
    return filled;
}

/* What a try comes to besides, once for all its buffers. */
static unsigned come_to(const hostile *it, unsigned code)
{
    unsigned calls = it->tries;
    switch (it->scenario.way) {
    case HOSTILE_OTHER_ERROR:
        return calls == 2 ? HOSTILE_OTHER : code;
    case HOSTILE_STORM:
        return it->scenario.for_ever || calls % 3 != 0 ? HOSTILE_LATER : code;
    case HOSTILE_NO_MEMORY:
        if (calls == 1 + it->scenario.seed % 3) {
            hfi_fault_arm(1 + it->scenario.seed / 3 % 3, 1000);
        }
        return code;
    default:
        return code;
    }
}

hostile_answer hostile_try(hostile *it, void *const buffer[], const uint64_t capacity[])
{
    hostile_answer answer = { HOSTILE_FINE, { 0, 0 }, true };
    if (it->tries >= HOSTILE_TRIES) {
        it->broken = "it is called again and again";
        answer.code = HOSTILE_OTHER;
        return answer;
    }
    hostile_entry *entry = &it->entry[it->tries++];
    entry->is_asked = false;
    uint64_t filled[HOSTILE_BUFFERS] = { 0, 0 };
    for (unsigned i = 0; i < it->dialect->buffers; i++) {
        filled[i] = serve(it, i, buffer[i], capacity[i], &answer.code);
    }
    if (it->meanwhile) {
        it->meanwhile(it);
    }
    for (unsigned i = 0; i < it->dialect->buffers; i++) {
        look(it, buffer[i], filled[i]);
    }
    answer.code = come_to(it, answer.code);
    for (unsigned i = 0; i < it->dialect->buffers; i++) {
        hostile_side *side = &entry->side[i];
        side->ended = find_end(it, buffer[i], side->capacity);
        answer.number[i] = side->number;
        answer.is_said &= side->is_said;
    }
    entry->code = answer.code;
    return answer;
}

uint64_t hostile_ask(hostile *it)
{
    if (it->tries == 0 || it->entry[it->tries - 1].is_asked) {
        it->broken = "it is asked without need";
        return 0;
    }
    it->questions++;
    it->entry[it->tries - 1].is_asked = true;
    return it->entry[it->tries - 1].side[0].number;
}
