/* SPDX-License-Identifier: MIT */

/*
 * A prototype's parser under pressure: every allocation refused in turn, texts
 * cut at every byte, and texts changed at random (from a seed, so that a failure
 * comes again).
 *
 * HF_TEST_EFFORT multiplies the number of random texts; 1 when it is not set.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "prototype/prototype.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const corpus[] = {
    "ssize_t readlink(const char *path, char *buffer {out, text}, size_t size {capacity(buffer)})"
    " {fail(result < 0), error(errno), grow_ok(result == size), length(buffer, result)}",
    "LSTATUS RegEnumValueW(HKEY key, DWORD index, LPWSTR name {out, text},"
    " LPDWORD name_size {inout, capacity(name), length(name)}, LPDWORD reserved {raw},"
    " LPDWORD type {out}, LPBYTE data {out}, LPDWORD data_size {inout, capacity(data, bytes),"
    " needed(data, bytes + 2), length(data, bytes)}) {fail(result != 0), error(result),"
    " grow(name: error == 234), grow(data: error == 234 && data_size >= 0)}",
    "NTSTATUS NTAPI NtQuerySystemInformation(int what, PVOID info {out, points_into(info)},"
    " ULONG size {capacity(info)}, PULONG need {out, needed(info), length(info, - 1)})"
    " {error(ntstatus), grow(error == 0xC0000004)};",
    "DWORD f(const wchar_t *, int (*call)(void *, int), FILE *stream {resource}, int e[2] {out},"
    " char *b {out}, unsigned long int n {capacity(b)}, void **p {out, points_into(b)})"
    " {fail(!(result == 0) || -n * 2 > 1), error(none), grow_ok(b: 1), needed(b, n + 1, bytes),"
    " length(b, result, elements), leaf, nocallback, noretain}",
    "void *find(const void *key {size(width)}, const void *base {size(count * width - sizeof(int) "
    "/ 4)},"
    " size_t count, size_t width, char *row {out, text, size(count / 8)}, int *n {inout})",
    "BOOL list(int n, char *x {out, text(system, multi), room(least 8), set(u32, 0, sizeof(int) * "
    "n),"
    " set(u16, 4, size + 1)}, DWORD size {capacity(x)}, int *status {inout}, char *y {out},"
    " int k {capacity(y)}) {fail(error > 0 && u32(x, 4) != 1), error(status, when u8(x, 0)),"
    " grow(error == 15), query(x, result - u64(y, 2 * 8), bytes), needed(y, u16(x, 2) * 24 + 8)}",
    "extern double /* c */ g(_Bool, long double x, const struct s t[3][4], ...);",
};

#define CORPUS_COUNT (sizeof(corpus) / sizeof(corpus[0]))

/* Parses what may be anything; true if it was understood.  What is refused has a reason and a
 * place. */
static bool survive(const char *text)
{
    hfi_prototype prototype;
    hfi_prototype_error error;
    int64_t live = hfi_alloc_live();
    hf_status status = hfi_prototype_parse(text, NULL, &prototype, &error);
    if (status == HF_OK) {
        assert_string_equal(prototype.text, text);
    } else {
        assert_int_equal(status, HF_E_PROTOTYPE);
        assert_true(error.position <= strlen(text));
        assert_true(error.found[0] != '\0' && error.expected[0] != '\0');
    }
    hfi_prototype_finish(&prototype);
    assert_int_equal(hfi_alloc_live(), live);
    return status == HF_OK;
}

static void prototype_gives_everything_back_when_memory_runs_out(void **state)
{
    (void)state;
    for (size_t i = 0; i + 1 < CORPUS_COUNT; i++) {
        hfi_prototype prototype;
        hfi_prototype_error error;
        hf_status status = HF_E_NOMEM;
        int64_t live = hfi_alloc_live();
        uint64_t nth = 0;
        while (status != HF_OK) {
            hfi_fault_arm(++nth, 1);
            status = hfi_prototype_parse(corpus[i], NULL, &prototype, &error);
            hfi_fault_disarm();
            assert_true(status == HF_OK || status == HF_E_NOMEM);
            hfi_prototype_finish(&prototype);
            assert_int_equal(hfi_alloc_live(), live);
        }
        assert_true(nth > 8);
    }
}

static void prototype_survives_being_cut_at_every_byte(void **state)
{
    (void)state;
    char text[1024];
    for (size_t i = 0; i < CORPUS_COUNT; i++) {
        for (size_t length = 0; length < strlen(corpus[i]); length++) {
            memcpy(text, corpus[i], length);
            text[length] = '\0';
            survive(text);
        }
    }
}

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static size_t random_below(uint64_t *seed, size_t bound)
{
    return (size_t)(next_random(seed) >> 16) % bound;
}

static const char *const pieces[] = {
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ",",
    ";",
    ":",
    "*",
    "/*",
    "*/",
    "//",
    "...",
    "==",
    "-",
    "!",
    "&&",
    "0x",
    "0",
    "4294967296",
    "9223372036854775807",
    "\xff",
    "\n",
    "$",
    " const ",
    " in ",
    " out ",
    " inout ",
    " raw ",
    " text ",
    " given ",
    " b ",
    " capacity(b) ",
    " n ",
    " result ",
    " error ",
    " size(4) ",
    " size(n * 4) ",
    " sizeof(int) ",
    "/ 2",
    " needed(b) ",
    " void ",
    " long ",
    " struct ",
    " fail(0) ",
    " grow(1) ",
    "{out}",
    "{in}",
    "((((((((((",
    "!!!!!!!!!!",
    "**********",
};

/* Removes, doubles or replaces a stretch of the text, or puts a piece of the language into it. */
static void mutate(char *text, size_t size, uint64_t *seed)
{
    size_t length = strlen(text);
    size_t at = random_below(seed, length + 1);
    size_t stretch = random_below(seed, 12);
    if (stretch > length - at) {
        stretch = length - at;
    }
    const char *piece = pieces[random_below(seed, sizeof(pieces) / sizeof(pieces[0]))];
    char byte[2] = { (char)(1 + random_below(seed, 255)), '\0' };
    char copy[16] = "";
    memcpy(copy, text + at, stretch);
    size_t choice = random_below(seed, 5);
    const char *insert = choice == 0 ? "" : choice == 1 ? copy : choice == 2 ? byte : piece;
    size_t removed = choice == 0 || choice == 4 ? stretch : 0;
    size_t added = strlen(insert);
    if (length - removed + added >= size) {
        return;
    }
    memmove(text + at + added, text + at + removed, length - at - removed + 1);
    memcpy(text + at, insert, added);
}

static unsigned effort(void)
{
    const char *value = getenv("HF_TEST_EFFORT");
    unsigned long number = value ? strtoul(value, NULL, 10) : 1;
    return number == 0 ? 1 : number > 1000 ? 1000 : (unsigned)number;
}

static void prototype_survives_random_changes(void **state)
{
    (void)state;
    uint64_t seed = 0x484f4c44;
    unsigned rounds = 4000 * effort();
    unsigned understood = 0;
    for (unsigned i = 0; i < rounds; i++) {
        char text[2048];
        snprintf(text, sizeof(text), "%s", corpus[random_below(&seed, CORPUS_COUNT)]);
        size_t changes = 1 + random_below(&seed, 8) % 4 * random_below(&seed, 2);
        for (size_t k = 0; k < changes; k++) {
            mutate(text, sizeof(text), &seed);
        }
        understood += survive(text);
    }
    /* A fuzz that is only ever refused, or never, has seen nothing of the parser. */
    print_message("%u of %u understood\n", understood, rounds);
    assert_true(understood > rounds / 50 && understood < rounds - rounds / 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prototype_gives_everything_back_when_memory_runs_out),
        cmocka_unit_test(prototype_survives_being_cut_at_every_byte),
        cmocka_unit_test(prototype_survives_random_changes),
    };
    return cmocka_run_group_tests_name("prototype_robust", tests, NULL, NULL);
}
