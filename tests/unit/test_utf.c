/* SPDX-License-Identifier: MIT */

/*
 * UTF-8 and UTF-16 against a slow reference that shares nothing with src/utf:
 * it matches bytes with the rows of table 3-7 of the Unicode Standard and
 * computes with division instead of shifts.
 *
 * Inputs are copied to heap blocks of their exact size, so that a sanitizer sees
 * any read behind the end; outputs stand between canaries.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <holdfast/utf.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX    512
#define CANARY_BYTE 0xA5
#define CANARY_UNIT 0xA5A5

/* ---- the reference ---- */

typedef struct table_row {
    uint8_t low[4];
    uint8_t high[4];
    size_t size;
} table_row;

static const table_row table_3_7[] = {
    { { 0x00 }, { 0x7F }, 1 },
    { { 0xC2, 0x80 }, { 0xDF, 0xBF }, 2 },
    { { 0xE0, 0xA0, 0x80 }, { 0xE0, 0xBF, 0xBF }, 3 },
    { { 0xE1, 0x80, 0x80 }, { 0xEC, 0xBF, 0xBF }, 3 },
    { { 0xED, 0x80, 0x80 }, { 0xED, 0x9F, 0xBF }, 3 },
    { { 0xEE, 0x80, 0x80 }, { 0xEF, 0xBF, 0xBF }, 3 },
    { { 0xF0, 0x90, 0x80, 0x80 }, { 0xF0, 0xBF, 0xBF, 0xBF }, 4 },
    { { 0xF1, 0x80, 0x80, 0x80 }, { 0xF3, 0xBF, 0xBF, 0xBF }, 4 },
    { { 0xF4, 0x80, 0x80, 0x80 }, { 0xF4, 0x8F, 0xBF, 0xBF }, 4 },
};

#define ROW_COUNT (sizeof table_3_7 / sizeof table_3_7[0])

/** Bytes of `row` that stand at `at`: row->size for a character, fewer for its begin, 0 if none. */
static size_t match_row(const table_row *row, const uint8_t *at, size_t left, bool *cut_out)
{
    size_t count = 0;
    while (count < row->size && count < left && at[count] >= row->low[count] &&
           at[count] <= row->high[count]) {
        count++;
    }
    *cut_out = count > 0 && count == left && count < row->size;
    return count;
}

static uint32_t value_of(const uint8_t *at, size_t size)
{
    static const uint32_t base[5] = { 0, 0, 0xC0, 0xE0, 0xF0 };
    uint32_t code = at[0] - base[size];
    for (size_t i = 1; i < size; i++) {
        code = code * 64 + (at[i] - 0x80u);
    }
    return code;
}

typedef struct expected {
    uint32_t codes[TEXT_MAX]; /* the characters before the bad place */
    size_t ends[TEXT_MAX];    /* where each ends in the input */
    size_t count;
    size_t first_bad;
    bool truncated;
} expected;

static void expect_utf8(const uint8_t *text, size_t length, expected *e)
{
    size_t at = 0;
    e->count = 0;
    e->truncated = false;
    while (at < length) {
        size_t size = 0;
        bool cut = false;
        for (size_t i = 0; i < ROW_COUNT && size == 0; i++) {
            bool row_cut;
            if (match_row(&table_3_7[i], text + at, length - at, &row_cut) == table_3_7[i].size) {
                size = table_3_7[i].size;
            }
            cut = cut || row_cut;
        }
        if (size == 0) {
            e->truncated = cut;
            break;
        }
        e->codes[e->count] = value_of(text + at, size);
        at += size;
        e->ends[e->count++] = at;
    }
    e->first_bad = at;
}

static void expect_utf16(const uint16_t *text, size_t length, expected *e)
{
    size_t at = 0;
    e->count = 0;
    e->truncated = false;
    while (at < length) {
        uint32_t unit = text[at];
        bool high = unit >= 0xD800 && unit <= 0xDBFF;
        bool low = unit >= 0xDC00 && unit <= 0xDFFF;
        bool pair = high && at + 1 < length && text[at + 1] >= 0xDC00 && text[at + 1] <= 0xDFFF;
        if (low || (high && !pair)) {
            e->truncated = high && at + 1 == length;
            break;
        }
        e->codes[e->count] =
            pair ? 0x10000 + (unit - 0xD800) * 0x400 + (text[at + 1] - 0xDC00u) : unit;
        at += pair ? 2 : 1;
        e->ends[e->count++] = at;
    }
    e->first_bad = at;
}

static size_t put_utf8(uint32_t code, uint8_t *to)
{
    static const uint8_t lead[5] = { 0, 0x00, 0xC0, 0xE0, 0xF0 };
    size_t size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = size; i-- > 1; code /= 64) {
        to[i] = (uint8_t)(0x80 + code % 64);
    }
    to[0] = (uint8_t)(lead[size] + code);
    return size;
}

static size_t put_utf16(uint32_t code, uint16_t *to)
{
    if (code < 0x10000) {
        to[0] = (uint16_t)code;
        return 1;
    }
    to[0] = (uint16_t)(0xD800 + (code - 0x10000) / 0x400);
    to[1] = (uint16_t)(0xDC00 + (code - 0x10000) % 0x400);
    return 2;
}

/* ---- comparing with it ---- */

static void *exact_copy(const void *text, size_t size)
{
    void *copy = malloc(size ? size : 1);
    assert_non_null(copy);
    if (size) {
        memcpy(copy, text, size);
    }
    return copy;
}

static hf_status status_for(const expected *e, size_t length, size_t needed, size_t capacity)
{
    if (e->first_bad != length) {
        return HF_E_UTF;
    }
    return needed > capacity ? HF_E_RANGE : HF_OK;
}

static void check_result(const hf_utf_result *r, const expected *e, size_t needed)
{
    assert_int_equal(r->needed, needed);
    assert_int_equal(r->first_bad, e->first_bad);
    assert_int_equal(r->truncated, e->truncated);
}

/** Converts with `capacity` and compares all of the answer and the memory around it. */
static void check_utf8_room(const uint8_t *text, size_t length, const expected *e, size_t capacity)
{
    uint16_t want[2 * TEXT_MAX];
    uint16_t got[2 * TEXT_MAX + 2];
    size_t needed = 0;
    size_t written = 0;
    size_t read = 0;
    bool fits = true;
    for (size_t i = 0; i < e->count; i++) {
        needed += put_utf16(e->codes[i], want + needed);
        fits = fits && needed <= capacity;
        if (fits) {
            written = needed;
            read = e->ends[i];
        }
    }
    memset(got, CANARY_BYTE, sizeof got);

    hf_utf_result r;
    hf_status status =
        hf_utf8_to_utf16((const char *)text, length, HF_UTF_STRICT, got + 1, capacity, &r);

    assert_int_equal(status, status_for(e, length, needed, capacity));
    check_result(&r, e, needed);
    assert_int_equal(r.written, written);
    assert_int_equal(r.read, read);
    assert_memory_equal(got + 1, want, written * sizeof *got);
    assert_int_equal(got[0], CANARY_UNIT);
    assert_int_equal(got[1 + written], CANARY_UNIT);
}

static void check_utf16_room(const uint16_t *text, size_t length, const expected *e,
                             size_t capacity)
{
    uint8_t want[4 * TEXT_MAX];
    uint8_t got[4 * TEXT_MAX + 2];
    size_t needed = 0;
    size_t written = 0;
    size_t read = 0;
    bool fits = true;
    for (size_t i = 0; i < e->count; i++) {
        needed += put_utf8(e->codes[i], want + needed);
        fits = fits && needed <= capacity;
        if (fits) {
            written = needed;
            read = e->ends[i];
        }
    }
    memset(got, CANARY_BYTE, sizeof got);

    hf_utf_result r;
    hf_status status = hf_utf16_to_utf8(text, length, HF_UTF_STRICT, (char *)got + 1, capacity, &r);

    assert_int_equal(status, status_for(e, length, needed, capacity));
    check_result(&r, e, needed);
    assert_int_equal(r.written, written);
    assert_int_equal(r.read, read);
    assert_memory_equal(got + 1, want, written);
    assert_int_equal(got[0], CANARY_BYTE);
    assert_int_equal(got[1 + written], CANARY_BYTE);
}

/** Measures, validates and converts, with room for all. */
static void check_utf8(const uint8_t *text, size_t length)
{
    expected e;
    expect_utf8(text, length, &e);
    uint8_t *copy = exact_copy(text, length);
    size_t needed = 0;
    uint16_t pair[2];
    for (size_t i = 0; i < e.count; i++) {
        needed += put_utf16(e.codes[i], pair);
    }
    hf_status verdict = e.first_bad == length ? HF_OK : HF_E_UTF;
    hf_utf_result r;
    size_t first_bad;

    assert_int_equal(hf_utf8_measure((char *)copy, length, HF_UTF_STRICT, &r), verdict);
    check_result(&r, &e, needed);
    assert_int_equal(hf_utf8_validate((char *)copy, length, HF_UTF_STRICT, &first_bad), verdict);
    assert_int_equal(first_bad, e.first_bad);
    check_utf8_room(copy, length, &e, 2 * TEXT_MAX);
    free(copy);
}

static void check_utf16(const uint16_t *text, size_t length)
{
    expected e;
    expect_utf16(text, length, &e);
    uint16_t *copy = exact_copy(text, length * sizeof *text);
    size_t needed = 0;
    uint8_t bytes[4];
    for (size_t i = 0; i < e.count; i++) {
        needed += put_utf8(e.codes[i], bytes);
    }
    hf_status verdict = e.first_bad == length ? HF_OK : HF_E_UTF;
    hf_utf_result r;
    size_t first_bad;

    assert_int_equal(hf_utf16_measure(copy, length, HF_UTF_STRICT, &r), verdict);
    check_result(&r, &e, needed);
    assert_int_equal(hf_utf16_validate(copy, length, HF_UTF_STRICT, &first_bad), verdict);
    assert_int_equal(first_bad, e.first_bad);
    check_utf16_room(copy, length, &e, 4 * TEXT_MAX);
    free(copy);
}

/* ---- random texts, the same in every run unless HOLDFAST_SEED says otherwise ---- */

static uint64_t random_state;

static void seed_random(void)
{
    const char *seed = getenv("HOLDFAST_SEED");
    random_state = seed ? strtoull(seed, NULL, 10) : 20260101;
    random_state |= 1;
    print_message("seed %llu\n", (unsigned long long)random_state);
}

static uint32_t random_below(uint32_t bound)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)(random_state >> 33) % bound;
}

static uint32_t random_code(void)
{
    static const uint32_t edges[] = { 0,      0x7F,   0x80,   0x7FF,   0x800,   0xD7FF,
                                      0xE000, 0xFFFD, 0xFFFF, 0x10000, 0x10FFFF };
    switch (random_below(4)) {
    case 0:
        return edges[random_below(sizeof edges / sizeof edges[0])];
    case 1:
        return 0x80 + random_below(0x780);
    case 2:
        return 0xE000 + random_below(0x102000);
    default:
        return 0x800 + random_below(0xD000);
    }
}

/** Runs of ASCII of every length around a word, with other characters between them. */
static size_t random_codes(uint32_t *codes, size_t count)
{
    size_t at = 0;
    while (at < count) {
        for (uint32_t run = random_below(40); run > 0 && at < count; run--) {
            codes[at++] = random_below(0x80);
        }
        for (uint32_t run = random_below(5); run > 0 && at < count; run--) {
            codes[at++] = random_code();
        }
    }
    return count;
}

/* ---- tests ---- */

static void utf_converts_every_code_point_both_ways(void **state)
{
    (void)state;
    for (uint32_t code = 0; code <= 0x10FFFF; code++) {
        uint8_t bytes[4];
        uint16_t units[2];
        char got_bytes[4];
        uint16_t got_units[2];
        hf_utf_result r;
        size_t size = put_utf8(code, bytes);
        size_t count = put_utf16(code, units);
        bool is_surrogate = code >= 0xD800 && code <= 0xDFFF;
        hf_status want = is_surrogate ? HF_E_UTF : HF_OK;

        hf_status status = hf_utf8_to_utf16((char *)bytes, size, HF_UTF_STRICT, got_units, 2, &r);
        bool good = status == want && (is_surrogate ? r.first_bad == 0 && r.written == 0
                                                    : r.written == count && r.read == size &&
                                                          memcmp(got_units, units, 2 * count) == 0);
        status = hf_utf16_to_utf8(units, count, HF_UTF_STRICT, got_bytes, 4, &r);
        good = good && status == want &&
               (is_surrogate
                    ? r.first_bad == 0 && r.written == 0
                    : r.written == size && r.read == count && memcmp(got_bytes, bytes, size) == 0);
        if (!good) {
            fail_msg("U+%04X", (unsigned)code);
        }
    }
}

static void utf_refuses_what_table_3_7_leaves_out(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t length;
        size_t first_bad;
        bool truncated;
    } cases[] = {
        { "\x80", 1, 0, false },             /* a trail byte alone */
        { "\xBF", 1, 0, false },             /* the highest of them */
        { "\xC0\x80", 2, 0, false },         /* overlong NUL */
        { "\xC1\xBF", 2, 0, false },         /* overlong 7F */
        { "\xC0", 1, 0, false },             /* nothing can follow it */
        { "\xC2", 1, 0, true },              /* cut */
        { "\xC2\x7F", 2, 0, false },         /* below the trail bytes */
        { "\xC2\xC0", 2, 0, false },         /* above them */
        { "\xDF\xBF\xDF", 3, 2, true },      /* cut after a good one */
        { "\xE0\x9F\xBF", 3, 0, false },     /* overlong 7FF */
        { "\xE0\x9F", 2, 0, false },         /* is bad before it is cut */
        { "\xE0", 1, 0, true },              /* cut */
        { "\xE0\xA0", 2, 0, true },          /* cut */
        { "\xED\xA0\x80", 3, 0, false },     /* D800 */
        { "\xED\xBF\xBF", 3, 0, false },     /* DFFF */
        { "\xED\xA0", 2, 0, false },         /* is a surrogate before it is cut */
        { "\xED\x9F", 2, 0, true },          /* cut */
        { "\xEF\xBF", 2, 0, true },          /* cut */
        { "\xEF\xBF\x41", 3, 0, false },     /* the third byte is bad */
        { "\xF0\x8F\xBF\xBF", 4, 0, false }, /* overlong FFFF */
        { "\xF0\x8F", 2, 0, false },         /* is bad before it is cut */
        { "\xF0\x90\x80", 3, 0, true },      /* cut */
        { "\xF4\x90\x80\x80", 4, 0, false }, /* 110000 */
        { "\xF4\x8F\xBF", 3, 0, true },      /* cut */
        { "\xF4\x90", 2, 0, false },         /* is too high before it is cut */
        { "\xF5\x80\x80\x80", 4, 0, false }, /* no such lead */
        { "\xF8\x88\x80\x80\x80", 5, 0, false },
        { "\xFE", 1, 0, false },
        { "\xFF", 1, 0, false },
        { "abcdefgh\xE2\x82", 10, 8, true },
        { "abcdefghi\x80jklmnopq", 18, 9, false },
        { "a\0b\xC3", 4, 3, true }, /* a NUL is a character */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        hf_utf_result r;
        assert_int_equal(hf_utf8_measure(cases[i].text, cases[i].length, HF_UTF_STRICT, &r),
                         HF_E_UTF);
        if (r.first_bad != cases[i].first_bad || r.truncated != cases[i].truncated) {
            fail_msg("case %u", (unsigned)i);
        }
        check_utf8((const uint8_t *)cases[i].text, cases[i].length);
    }
}

static bool same_as_reference(const uint8_t *text, size_t length)
{
    expected e;
    expect_utf8(text, length, &e);
    hf_utf_result r;
    hf_status status = hf_utf8_measure((const char *)text, length, HF_UTF_STRICT, &r);
    return status == (e.first_bad == length ? HF_OK : HF_E_UTF) && r.first_bad == e.first_bad &&
           r.truncated == e.truncated;
}

static void utf_agrees_with_the_table_on_all_pairs_of_bytes(void **state)
{
    (void)state;
    for (unsigned both = 0; both < 0x10000; both++) {
        uint8_t text[2] = { (uint8_t)(both >> 8), (uint8_t)both };
        if (!same_as_reference(text, 2)) {
            fail_msg("%02X %02X", text[0], text[1]);
        }
    }
}

static void utf_agrees_with_the_table_where_its_rows_begin_and_end(void **state)
{
    (void)state;
    static const uint8_t edges[] = { 0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0,
                                     0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF,
                                     0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF7, 0xF8, 0xFF };
    const size_t count = sizeof edges;
    for (size_t i = 0; i < count * count * count * count; i++) {
        uint8_t text[4] = { edges[i / count / count / count], edges[i / count / count % count],
                            edges[i / count % count], edges[i % count] };
        if (!same_as_reference(text, 4) || !same_as_reference(text, 3)) {
            fail_msg("%02X %02X %02X %02X", text[0], text[1], text[2], text[3]);
        }
    }
}

static void utf_refuses_lone_surrogates_of_every_kind(void **state)
{
    (void)state;
    static const struct {
        uint16_t text[6];
        size_t length;
        size_t first_bad;
        bool truncated;
    } cases[] = {
        { { 0xD800 }, 1, 0, true },
        { { 0xDBFF }, 1, 0, true },
        { { 0xDC00 }, 1, 0, false },
        { { 0xDFFF }, 1, 0, false },
        { { 0xD800, 0x41 }, 2, 0, false },
        { { 0xD800, 0xD800 }, 2, 0, false },
        { { 0xDC00, 0xD800 }, 2, 0, false },
        { { 0xDBFF, 0xDBFF, 0xDFFF }, 3, 0, false },
        { { 0x41, 0xDBFF, 0xE000 }, 3, 1, false },
        { { 0xD83D, 0xDE00, 0xDE00 }, 3, 2, false },
        { { 0x41, 0x42, 0x43, 0x44, 0x45, 0xD83D }, 6, 5, true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        hf_utf_result r;
        assert_int_equal(hf_utf16_measure(cases[i].text, cases[i].length, HF_UTF_STRICT, &r),
                         HF_E_UTF);
        assert_int_equal(r.first_bad, cases[i].first_bad);
        assert_int_equal(r.truncated, cases[i].truncated);
        check_utf16(cases[i].text, cases[i].length);
    }
}

static const uint32_t mixed_codes[] = { 'H',    0xE9,     0x20AC, 0x1F600, 'a', 'b', 'c',    'd',
                                        'e',    'f',      'g',    'h',     'i', 'j', 'k',    0x7FF,
                                        0xFFFF, 0x10FFFF, 0,      0xE000,  'z', '1', '2',    '3',
                                        '4',    '5',      '6',    '7',     '8', '9', 0x10000 };
#define MIXED_COUNT (sizeof mixed_codes / sizeof mixed_codes[0])

static void utf_finds_the_cut_at_every_split_point(void **state)
{
    (void)state;
    uint8_t bytes[4 * MIXED_COUNT];
    uint16_t units[2 * MIXED_COUNT];
    size_t size = 0;
    size_t count = 0;
    for (size_t i = 0; i < MIXED_COUNT; i++) {
        size += put_utf8(mixed_codes[i], bytes + size);
        count += put_utf16(mixed_codes[i], units + count);
    }

    for (size_t split = 0; split <= size; split++) {
        size_t first_bad;
        hf_utf_result r;
        check_utf8(bytes, split);
        check_utf8(bytes + split, size - split);
        /* What is before the cut and what comes after it are the whole text again. */
        (void)!hf_utf8_validate((char *)bytes, split, HF_UTF_STRICT, &first_bad);
        assert_int_equal(
            hf_utf8_measure((char *)bytes + first_bad, size - first_bad, HF_UTF_STRICT, &r), HF_OK);
        assert_in_range(split - first_bad, 0, 3);
    }
    for (size_t split = 0; split <= count; split++) {
        check_utf16(units, split);
        check_utf16(units + split, count - split);
    }
}

static void utf_writes_whole_characters_when_the_room_is_short(void **state)
{
    (void)state;
    uint8_t bytes[4 * MIXED_COUNT];
    uint16_t units[2 * MIXED_COUNT];
    size_t size = 0;
    size_t count = 0;
    for (size_t i = 0; i < MIXED_COUNT; i++) {
        size += put_utf8(mixed_codes[i], bytes + size);
        count += put_utf16(mixed_codes[i], units + count);
    }
    expected e8;
    expected e16;
    expect_utf8(bytes, size, &e8);
    expect_utf16(units, count, &e16);

    for (size_t capacity = 0; capacity <= count + 1; capacity++) {
        check_utf8_room(bytes, size, &e8, capacity);
    }
    for (size_t capacity = 0; capacity <= size + 1; capacity++) {
        check_utf16_room(units, count, &e16, capacity);
    }
}

static void utf_says_bad_text_before_it_says_short_room(void **state)
{
    (void)state;
    hf_utf_result r;
    uint16_t unit;
    uint16_t lone[] = { 'a', 'b', 0xDC00 };
    char byte;

    assert_int_equal(hf_utf8_to_utf16("ab\xFF", 3, HF_UTF_STRICT, &unit, 1, &r), HF_E_UTF);
    assert_int_equal(r.written, 1);
    assert_int_equal(r.needed, 2);
    assert_int_equal(r.first_bad, 2);
    assert_int_equal(hf_utf16_to_utf8(lone, 3, HF_UTF_STRICT, &byte, 1, &r), HF_E_UTF);
    assert_int_equal(r.written, 1);
    assert_int_equal(r.needed, 2);
    assert_int_equal(r.first_bad, 2);
}

static void utf_round_trips_random_texts_at_every_alignment(void **state)
{
    (void)state;
    seed_random();
    for (int round = 0; round < 400; round++) {
        uint32_t codes[TEXT_MAX / 4];
        uint8_t bytes[TEXT_MAX + 8];
        uint16_t units[TEXT_MAX / 2 + 4];
        size_t count = random_codes(codes, random_below(TEXT_MAX / 4 + 1));
        size_t shift = random_below(8);
        size_t size = 0;
        size_t unit_count = 0;
        for (size_t i = 0; i < count; i++) {
            size += put_utf8(codes[i], bytes + shift + size);
            unit_count += put_utf16(codes[i], units + shift / 2 + unit_count);
        }
        check_utf8(bytes + shift, size);
        check_utf16(units + shift / 2, unit_count);

        char back[TEXT_MAX];
        hf_utf_result r;
        assert_int_equal(
            hf_utf16_to_utf8(units + shift / 2, unit_count, HF_UTF_STRICT, back, sizeof back, &r),
            HF_OK);
        assert_int_equal(r.written, size);
        assert_memory_equal(back, bytes + shift, size);
    }
}

static void utf_agrees_with_the_reference_on_damaged_texts(void **state)
{
    (void)state;
    seed_random();
    for (int round = 0; round < 2000; round++) {
        uint32_t codes[24];
        uint8_t bytes[4 * 24];
        uint16_t units[2 * 24];
        size_t count = random_codes(codes, 24);
        size_t size = 0;
        size_t unit_count = 0;
        for (size_t i = 0; i < count; i++) {
            size += put_utf8(codes[i], bytes + size);
            unit_count += put_utf16(codes[i], units + unit_count);
        }
        for (uint32_t damage = random_below(3); damage > 0; damage--) {
            bytes[random_below((uint32_t)size)] = (uint8_t)random_below(256);
            units[random_below((uint32_t)unit_count)] = (uint16_t)(0xD700 + random_below(0xA00));
        }
        check_utf8(bytes, size - random_below(4));
        check_utf16(units, unit_count - random_below(2));
    }
}

static void utf_accepts_the_empty_text_without_an_address(void **state)
{
    (void)state;
    hf_utf_result r = { 1, 1, 1, 1, true };

    assert_int_equal(hf_utf8_to_utf16(NULL, 0, HF_UTF_STRICT, NULL, 0, &r), HF_OK);
    assert_int_equal(r.needed + r.written + r.read + r.first_bad + r.truncated, 0);
    r = (hf_utf_result){ 1, 1, 1, 1, true };
    assert_int_equal(hf_utf16_to_utf8(NULL, 0, HF_UTF_STRICT, NULL, 0, &r), HF_OK);
    assert_int_equal(r.needed + r.written + r.read + r.first_bad + r.truncated, 0);
    assert_int_equal(hf_utf8_validate("", 0, HF_UTF_STRICT, NULL), HF_OK);
    assert_int_equal(hf_utf16_validate(NULL, 0, HF_UTF_STRICT, NULL), HF_OK);
}

static void utf_refuses_arguments_that_cannot_be(void **state)
{
    (void)state;
    const hf_utf_policy unknown = (hf_utf_policy)7;
    const uint16_t unit = 'a';
    uint16_t to_unit;
    char to_byte;
    hf_utf_result r = { 1, 1, 1, 1, true };

    assert_int_equal(hf_utf8_to_utf16(NULL, 1, HF_UTF_STRICT, &to_unit, 1, &r), HF_E_ARGUMENT);
    assert_int_equal(r.needed + r.written + r.read + r.first_bad + r.truncated, 0);
    assert_int_equal(hf_utf8_to_utf16("a", 1, HF_UTF_STRICT, NULL, 1, &r), HF_E_ARGUMENT);
    assert_int_equal(hf_utf8_to_utf16("a", 1, unknown, &to_unit, 1, NULL), HF_E_ARGUMENT);
    assert_int_equal(hf_utf8_measure("a", SIZE_MAX, HF_UTF_STRICT, &r), HF_E_ARGUMENT);
    assert_int_equal(hf_utf16_to_utf8(NULL, 1, HF_UTF_STRICT, &to_byte, 1, &r), HF_E_ARGUMENT);
    assert_int_equal(hf_utf16_to_utf8(&unit, 1, HF_UTF_STRICT, NULL, 1, &r), HF_E_ARGUMENT);
    assert_int_equal(hf_utf16_to_utf8(&unit, 1, unknown, &to_byte, 1, NULL), HF_E_ARGUMENT);
    assert_int_equal(hf_utf16_measure(&unit, (size_t)PTRDIFF_MAX, HF_UTF_STRICT, &r),
                     HF_E_ARGUMENT);
    assert_int_equal(hf_utf16_validate(&unit, SIZE_MAX, HF_UTF_STRICT, NULL), HF_E_ARGUMENT);
}

static void utf_takes_a_boundless_capacity_at_its_word(void **state)
{
    (void)state;
    uint16_t units[3] = { 0 };
    char bytes[3] = { 0 };
    const uint16_t euro = 0x20AC;
    hf_utf_result r;

    assert_int_equal(hf_utf8_to_utf16("abc", 3, HF_UTF_STRICT, units, SIZE_MAX, &r), HF_OK);
    assert_int_equal(r.written, 3);
    assert_int_equal(hf_utf16_to_utf8(&euro, 1, HF_UTF_STRICT, bytes, SIZE_MAX, &r), HF_OK);
    assert_memory_equal(bytes, "\xE2\x82\xAC", 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf_converts_every_code_point_both_ways),
        cmocka_unit_test(utf_refuses_what_table_3_7_leaves_out),
        cmocka_unit_test(utf_agrees_with_the_table_on_all_pairs_of_bytes),
        cmocka_unit_test(utf_agrees_with_the_table_where_its_rows_begin_and_end),
        cmocka_unit_test(utf_refuses_lone_surrogates_of_every_kind),
        cmocka_unit_test(utf_finds_the_cut_at_every_split_point),
        cmocka_unit_test(utf_writes_whole_characters_when_the_room_is_short),
        cmocka_unit_test(utf_says_bad_text_before_it_says_short_room),
        cmocka_unit_test(utf_round_trips_random_texts_at_every_alignment),
        cmocka_unit_test(utf_agrees_with_the_reference_on_damaged_texts),
        cmocka_unit_test(utf_accepts_the_empty_text_without_an_address),
        cmocka_unit_test(utf_refuses_arguments_that_cannot_be),
        cmocka_unit_test(utf_takes_a_boundless_capacity_at_its_word),
    };
    return cmocka_run_group_tests_name("utf", tests, NULL, NULL);
}
