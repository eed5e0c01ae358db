/* SPDX-License-Identifier: MIT */

/*
 * What a call has to come to, told from what its tries were.
 *
 * The loop is known from its rules, not from its code: after each try one of a few
 * verdicts holds, and the verdict of a try says what the next one may look like.
 *
 *   done      the end, with a length
 *   again     more room: half as much more at least, and the need if one was said;
 *             never above the bound, never the same
 *   as is     the same room once more
 *   failed    the end, with the callee's error
 *   overrun   the end
 *   lying     the end
 *   odd       the end: text of half a unit
 *
 * Threads: any.
 */

#include "hostile.h"

#include <stddef.h>

#define REPEATS_MAX 16u /* the default of the function's options */
#define GROWTH      150u

typedef enum kind { DONE, AGAIN, AS_IS, FAILED, OVERRUN, LYING, ODD } kind;

/* A number of the callee as the prototype reads it: elements, rounded up; negative: a lie. */
static int64_t read_back(const hostile_dialect *d, hostile_number number, uint64_t said,
                         unsigned round_up, uint64_t *bytes_out)
{
    /* Above that nothing is a size, and a bias must not wrap it. */
    if (said > (uint64_t)INT64_MAX - INT32_MAX) {
        return -1;
    }
    int64_t units = (int64_t)said + number.bias;
    if (units <= 0) {
        *bytes_out = 0;
        return units;
    }
    uint64_t bytes = (uint64_t)units > UINT64_MAX / number.unit ? UINT64_MAX - d->unit
                                                                : (uint64_t)units * number.unit;
    *bytes_out = bytes;
    return (int64_t)((bytes / d->unit + (round_up && bytes % d->unit != 0)) & INT64_MAX);
}

static int64_t need_of(const hostile_dialect *d, const hostile_entry *entry, unsigned index)
{
    const hostile_side *side = &entry->side[index];
    uint64_t bytes = 0;
    bool is_unasked = (d->traits & HOSTILE_IS_ASKED) && !entry->is_asked;
    if (d->need.unit == 0 || side->number == 0 || is_unasked) {
        return 0; /* 0 is nothing said, also where a terminator is added to it */
    }
    return read_back(d, d->need, side->number, 1, &bytes);
}

static bool is_short(const hostile_dialect *d, const hostile_entry *entry, unsigned index)
{
    const hostile_side *side = &entry->side[index];
    uint64_t counted = side->capacity * d->unit / d->counted;
    unsigned traits = d->traits;
    if (entry->code != HOSTILE_FINE) {
        return (traits & HOSTILE_BY_CODE) && entry->code == HOSTILE_SHORT;
    }
    uint64_t rest = counted > d->rest ? d->rest : counted;
    return ((traits & HOSTILE_BY_ABOVE) && side->number > counted) ||
           ((traits & HOSTILE_BY_REACHED) && side->number >= counted) ||
           ((traits & HOSTILE_BY_FULL) && side->number >= counted - rest) ||
           ((traits & HOSTILE_BY_UNENDED) && side->ended == side->capacity);
}

/* Bytes of a result; false for a length that is none. */
static bool length_of(const hostile_dialect *d, const hostile_side *side, uint64_t *length_out)
{
    uint64_t room = side->capacity * d->unit;
    uint64_t length = room;
    if (d->got.unit) {
        if (read_back(d, d->got, side->number, 0, &length) < 0) {
            /* A length without its terminator may be 0 where the one with it is. */
            if (side->number > (uint64_t)INT64_MAX - INT32_MAX) {
                return false;
            }
            length = 0;
        }
        if (length > room) {
            return false;
        }
    }
    if (d->traits & HOSTILE_IS_TEXT) {
        uint64_t ended = side->ended * d->unit;
        length = ended < length ? ended : length;
    }
    *length_out = length;
    return true;
}

static bool is_odd(const hostile_dialect *d, const hostile_entry *entry)
{
    bool is = false;
    for (unsigned i = 0; i < d->buffers; i++) {
        uint64_t bytes = 0;
        bool is_said = d->got.unit && (d->traits & HOSTILE_IS_TEXT);
        if (is_said && read_back(d, d->got, entry->side[i].number, 0, &bytes) >= 0) {
            is |= bytes % d->unit != 0;
        }
    }
    return is;
}

static kind judge_try(const hostile *it, const hostile_entry *entry, unsigned repeats,
                      uint64_t *length)
{
    const hostile_dialect *d = it->dialect;
    bool any_short = false;
    bool is_lying = false;
    bool is_zero = entry->side[0].number == 0 && (d->traits & HOSTILE_ZERO_FAILS);
    for (unsigned i = 0; i < d->buffers; i++) {
        if (entry->side[i].is_behind) {
            return OVERRUN;
        }
        any_short |= is_short(d, entry, i);
        is_lying |= entry->code == HOSTILE_FINE && !length_of(d, &entry->side[i], &length[i]);
    }
    if (entry->code == HOSTILE_LATER && (d->traits & HOSTILE_IS_PATIENT) && repeats < REPEATS_MAX) {
        return AS_IS;
    }
    if (any_short) {
        return AGAIN;
    }
    if (entry->code != HOSTILE_FINE || is_zero) {
        return FAILED;
    }
    return is_lying ? LYING : is_odd(d, entry) ? ODD : DONE;
}

/* Elements of the largest buffer. */
static uint64_t capacity_max(const hostile *it)
{
    const hostile_dialect *d = it->dialect;
    uint64_t max = it->scenario.bytes_max / d->unit;
    max = d->capacity_max && d->capacity_max < max ? d->capacity_max : max;
    uint64_t multiple = d->multiple ? d->multiple : 1;
    return max - max % multiple;
}

/* A capacity that grows blindly: by its percentage at least, and by one more. */
static uint64_t grown(const hostile *it, uint64_t had)
{
    uint64_t percent = it->scenario.growth ? it->scenario.growth : GROWTH;
    return had + (had * (percent - 100) + 99) / 100 + 1;
}

/* From a try that was too small to the next one. */
static const char *compare(const hostile *it, const hostile_entry *one, const hostile_entry *next)
{
    const hostile_dialect *d = it->dialect;
    uint64_t max = capacity_max(it);
    bool has_grown = false;
    for (unsigned i = 0; i < d->buffers; i++) {
        uint64_t had = one->side[i].capacity;
        uint64_t has = next->side[i].capacity;
        int64_t need = need_of(d, one, i);
        uint64_t step = grown(it, had);
        need += need > 0 ? (int64_t)(it->scenario.slack_bytes / d->unit) : 0;
        uint64_t least = need > 0 && (uint64_t)need > step ? (uint64_t)need : step;
        least = least < max ? least : max;
        if (has > max) {
            return "a capacity above the bound";
        }
        if (d->multiple && has % d->multiple) {
            return "a capacity that is no multiple";
        }
        if (d->traits & HOSTILE_IS_EXACT) {
            has_grown |= has != had;
            if (need > 0 && (uint64_t)need <= max && has != (uint64_t)need) {
                return "another capacity than the only one that will do";
            }
            continue;
        }
        if (has < had) {
            return "a capacity that shrinks";
        }
        has_grown |= has > had;
        if (has > had && has < least) {
            return "a capacity that grows too little";
        }
        if (has > least + least / 2 + 4096 / d->unit + (d->multiple ? d->multiple : 1)) {
            return "a capacity that nobody asked for";
        }
    }
    return has_grown ? NULL : "another try with the same room";
}

static const char *walk(const hostile *it, unsigned *repeats)
{
    uint64_t length[HOSTILE_BUFFERS];
    uint64_t max = capacity_max(it);
    *repeats = 0;
    for (unsigned i = 0; i < it->dialect->buffers; i++) {
        if (it->entry[0].side[i].capacity > (max ? max : 1)) {
            return "a first capacity above the bound";
        }
    }
    for (unsigned i = 0; i + 1 < it->tries; i++) {
        const hostile_entry *one = &it->entry[i];
        const char *broken = NULL;
        switch (judge_try(it, one, *repeats, length)) {
        case AGAIN:
            broken = it->dialect->traits & HOSTILE_IS_ONCE ? "a second try of what is lost"
                                                           : compare(it, one, one + 1);
            break;
        case AS_IS:
            ++*repeats;
            broken = one->side[0].capacity == one[1].side[0].capacity
                         ? NULL
                         : "a repeated try with another room";
            break;
        default:
            broken = "another try behind the last";
            break;
        }
        if (broken) {
            return broken;
        }
    }
    return NULL;
}

/* The end of a call whose last try was too small. */
static hf_status judge_end(const hostile *it, unsigned repeats, const char **broken)
{
    const hostile_dialect *d = it->dialect;
    const hostile_entry *last = &it->entry[it->tries - 1];
    if (d->traits & HOSTILE_IS_ONCE) {
        return HF_E_LOST;
    }
    uint64_t max = capacity_max(it);
    bool is_lying = false;
    bool is_full = false;
    for (unsigned i = 0; i < d->buffers; i++) {
        int64_t need = need_of(d, last, i);
        is_lying |= need > 0 && (uint64_t)need <= last->side[i].capacity;
        is_full |= last->side[i].capacity >= max || (d->traits & HOSTILE_IS_EXACT);
    }
    /* A question is not asked where no try could follow it. */
    if (!is_full && it->tries + it->questions - repeats < it->scenario.tries_max) {
        *broken = "it gave up below both bounds";
    }
    if (is_lying && d->buffers > 1) {
        return HF_OK; /* which of the two is the one that lies, nobody knows: either will do */
    }
    return is_lying ? HF_E_NO_PROGRESS : HF_E_GROW_LIMIT;
}

hostile_verdict hostile_judge(const hostile *it)
{
    hostile_verdict verdict = { HF_OK, false, { 0, 0 }, NULL };
    unsigned repeats;
    if (it->tries == 0) {
        verdict.broken = "it was not called";
        return verdict;
    }
    verdict.broken = walk(it, &repeats);
    if (it->tries + it->questions - repeats > it->scenario.tries_max) {
        verdict.broken = "more tries than the bound";
    }
    switch (judge_try(it, &it->entry[it->tries - 1], repeats, verdict.length)) {
    case DONE:
        break;
    case AGAIN:
        verdict.status = judge_end(it, repeats, &verdict.broken);
        verdict.is_either = verdict.status == HF_OK;
        break;
    case OVERRUN:
        verdict.status = HF_E_OVERRUN;
        break;
    case ODD:
        verdict.status = HF_E_UTF;
        break;
    case LYING:
        verdict.status = HF_E_LYING_SIZE;
        break;
    default:
        verdict.status = HF_E_NATIVE;
        break;
    }
    return verdict;
}

static bool needs_a_need(hostile_way way)
{
    return way >= HOSTILE_NEED_SAME && way <= HOSTILE_NEED_HIGH;
}

static bool needs_a_length(hostile_way way)
{
    return (way >= HOSTILE_SAYS_MORE && way <= HOSTILE_SAYS_ODD_BYTES) ||
           way == HOSTILE_SHORT_AS_SUCCESS;
}

bool hostile_makes_sense(const hostile_scenario *scenario)
{
    const hostile_dialect *d = &hostile_dialects[scenario->dialect];
    hostile_way way = scenario->way;
    bool is_wide_text = d->unit > 1 && (d->traits & HOSTILE_IS_TEXT);
    if ((scenario->slack_bytes && (d->traits & HOSTILE_IS_EXACT)) ||
        (scenario->as_utf8 && !is_wide_text)) {
        return false;
    }
    if ((needs_a_need(way) && !d->need.unit) || (needs_a_length(way) && !d->got.unit)) {
        return false;
    }
    switch (way) {
    case HOSTILE_SAYS_ODD_BYTES:
        return d->got.unit < d->unit;
    case HOSTILE_FULL_BUT_SHORT:
        return d->traits & HOSTILE_BY_CODE;
    case HOSTILE_STALE_CODE: /* 0 without an error is a success of nothing */
        return scenario->size != 0;
    case HOSTILE_NO_END:
        return d->nuls != 0;
    case HOSTILE_OLD_ADDRESS:
        return d->traits & HOSTILE_POINTS;
    case HOSTILE_STORM:
        return d->code[HOSTILE_LATER] != 0;
    case HOSTILE_CHANGES:
        return !(d->traits & HOSTILE_IS_EXACT) || !scenario->for_ever;
    default:
        return true;
    }
}

bool hostile_must_succeed(const hostile_scenario *scenario)
{
    const hostile_dialect *d = &hostile_dialects[scenario->dialect];
    bool is_slow = scenario->growth && scenario->growth < GROWTH;
    if (is_slow || scenario->for_ever || d->traits & (HOSTILE_IS_ONCE | HOSTILE_IS_EXACT)) {
        return false;
    }
    uint64_t room = scenario->bytes_max / d->unit;
    room = d->capacity_max && d->capacity_max < room ? d->capacity_max : room;
    if (scenario->size + 8u + d->multiple > room || scenario->tries_max < 24) {
        return false;
    }
    switch (scenario->way) {
    case HOSTILE_HONEST:
    case HOSTILE_NEED_SAME:
    case HOSTILE_NEED_SMALLER:
    case HOSTILE_NEED_ZERO:
    case HOSTILE_NEED_UNSAID:
    case HOSTILE_NEED_ONE_MORE:
    case HOSTILE_NEED_LOW:
    case HOSTILE_NEED_HIGH:
    case HOSTILE_STALE_CODE:
    case HOSTILE_SHRINKS:
    case HOSTILE_SIGNAL:
        return (d->traits & (HOSTILE_BY_CODE | HOSTILE_BY_FULL | HOSTILE_BY_UNENDED)) ||
               scenario->way == HOSTILE_HONEST || scenario->way == HOSTILE_STALE_CODE;
    default:
        return false;
    }
}
