/* SPDX-License-Identifier: MIT */

/*
 * Changes texts at random and gives them to LLVMFuzzerTestOneInput().
 *
 *     fuzz_NAME [ROUNDS [SEED]]     the same numbers give the same inputs, on every machine
 *     fuzz_NAME FILE...             each file once: to look at an input again
 *
 * An input that was understood joins the texts that later ones are made of, so
 * the changes add up; the store is a ring, its first places are the corpus's.
 * HF_TEST_EFFORT multiplies the rounds.  With libFuzzer this file is left out.
 */

#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX  8192u
#define STORE_MAX 256u

unsigned long fuzz_understood;

typedef struct text {
    size_t size;
    uint8_t byte[TEXT_MAX];
} text;

static text store[STORE_MAX];
static size_t corpus_count, store_count, store_next;
static uint64_t seed;

_Noreturn void fuzz_fail(const char *what, const uint8_t *data, size_t size)
{
    fprintf(stderr, "fuzz: %s\n--- %lu bytes\n", what, (unsigned long)size);
    fwrite(data, 1, size, stderr);
    fputs("\n---\n", stderr);
    abort();
}

static size_t below(size_t bound)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (size_t)((seed >> 16) % bound);
}

static void keep(const text *t)
{
    store[store_next] = *t;
    store_count += store_next == store_count;
    store_next = store_next + 1 < STORE_MAX ? store_next + 1 : corpus_count;
}

/* Puts `size` bytes in place of `removed` ones at `at`. */
static void splice(text *t, size_t at, size_t removed, const void *bytes, size_t size)
{
    if (t->size - removed + size > TEXT_MAX) {
        return;
    }
    memmove(t->byte + at + size, t->byte + at + removed, t->size - at - removed);
    if (size != 0) {
        memcpy(t->byte + at, bytes, size);
    }
    t->size = t->size - removed + size;
}

static void mutate(text *t, size_t piece_count)
{
    uint8_t copy[64];
    size_t at = below(t->size + 1);
    size_t stretch = below(sizeof(copy));
    stretch = stretch > t->size - at ? t->size - at : stretch;
    const text *other = &store[below(store_count)];
    size_t from = below(other->size + 1);
    size_t length = other->size - from < sizeof(copy) ? other->size - from : sizeof(copy);
    const char *piece = fuzz_pieces[below(piece_count)];
    uint8_t byte = (uint8_t)below(256);
    memcpy(copy, t->byte + at, stretch);
    switch (below(6)) {
    case 0:
        splice(t, at, stretch, "", 0);
        break;
    case 1:
        splice(t, at, 0, copy, stretch);
        break;
    case 2:
        splice(t, at, at < t->size, &byte, 1);
        break;
    case 3:
        splice(t, at, stretch % 8, other->byte + from, length);
        break;
    default:
        splice(t, at, stretch < 8 ? stretch : 0, piece, strlen(piece));
        break;
    }
}

static void run_rounds(unsigned long rounds)
{
    size_t piece_count = 0;
    while (fuzz_pieces[piece_count]) {
        piece_count++;
    }
    for (unsigned long i = 0; i < rounds; i++) {
        text t = store[below(store_count)];
        unsigned long before = fuzz_understood;
        for (size_t k = 1 + below(4); k > 0; k--) {
            mutate(&t, piece_count);
        }
        LLVMFuzzerTestOneInput(t.byte, t.size);
        if (fuzz_understood != before && below(4) == 0) {
            keep(&t);
        }
    }
}

static int run_file(const char *path)
{
    static text t;
    FILE *file = fopen(path, "rb");
    if (!file) {
        return 1;
    }
    t.size = fread(t.byte, 1, sizeof(t.byte), file);
    fclose(file);
    LLVMFuzzerTestOneInput(t.byte, t.size);
    return 0;
}

static unsigned long effort(void)
{
    const char *value = getenv("HF_TEST_EFFORT");
    unsigned long number = value ? strtoul(value, NULL, 10) : 1;
    return number == 0 ? 1 : number > 1000 ? 1000 : number;
}

int main(int count, char **argument)
{
    char *end = NULL;
    unsigned long rounds = count > 1 ? strtoul(argument[1], &end, 10) : 20000;
    if (end && *end != '\0') {
        int failed = 0;
        for (int i = 1; i < count; i++) {
            failed |= run_file(argument[i]);
        }
        return failed;
    }
    seed = count > 2 ? strtoull(argument[2], NULL, 10) : UINT64_C(0x484f4c4446415354);
    seed += seed == 0;
    for (size_t i = 0; fuzz_corpus[i] && i + 1 < STORE_MAX; i++) {
        text t = { .size = strlen(fuzz_corpus[i]) };
        t.size = t.size > TEXT_MAX ? TEXT_MAX : t.size;
        memcpy(t.byte, fuzz_corpus[i], t.size);
        unsigned long before = fuzz_understood;
        LLVMFuzzerTestOneInput(t.byte, t.size);
        if (fuzz_understood == before) {
            fuzz_fail("a text of the corpus is not understood", t.byte, t.size);
        }
        corpus_count++;
        keep(&t);
    }
    rounds *= effort();
    fuzz_understood = 0;
    run_rounds(rounds);
    printf("%lu of %lu understood\n", fuzz_understood, rounds);
    /* What is never understood, or always, has not been tried. */
    return rounds < 1000 || (fuzz_understood > rounds / 100 && fuzz_understood < rounds) ? 0 : 1;
}
