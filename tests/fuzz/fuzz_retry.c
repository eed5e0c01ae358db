/* SPDX-License-Identifier: MIT */

/*
 * Random scenarios for the growing loop: twelve bytes make one, and a text holds several.
 *
 * The oracle of tests/hostile says what each has to come to.  A text counts as understood when
 * its first scenario makes sense in its dialect.
 */

#include "fuzz.h"

#include "hostile.h"

#include <stdlib.h>
#include <string.h>

#define SCENARIO 12u
#define MOST     8u

/* Letters are bytes like others; the second is the way, and `h` an honest one. */
const char *const fuzz_corpus[] = {
    "ahaaaaaaaaaa", "bhcdefghijkl", "chbbbbbbbbbbdccccccccccc",
    "qhertyuiopas", "zhcvbnmasdfg", "mhbvcxzlkjhgpoiuytrewqas",
    NULL,
};

const char *const fuzz_pieces[] = {
    "\x01", "\x02", "\x1f", "\x7f", "\x80", "\xff", "\xff\xff", "\x10\x27", "aaaaaaaaaaaa", NULL,
};

static hostile_bench *bench;

static void close_bench(void)
{
    const char *left = hostile_bench_close(bench);
    if (left) {
        fuzz_fail(left, (const uint8_t *)"", 0);
    }
}

static uint32_t two(const uint8_t *data)
{
    return data[0] | (uint32_t)data[1] << 8;
}

static hostile_scenario make(const uint8_t *data)
{
    static const uint32_t tries[] = { 40, 24, 3, 2, 1, 40, 40, 30 };
    uint8_t flags = data[11];
    return (hostile_scenario){
        .dialect = data[0] % hostile_dialect_count,
        .way = data[1] == 'h' ? HOSTILE_HONEST : (hostile_way)(data[1] % HOSTILE_SLOW),
        .size = two(data + 2) % (flags & 8 ? 20000 : 300),
        .first_bytes = 1 + two(data + 4) % (flags & 16 ? 5000 : 80),
        .bytes_max = 8 + two(data + 6) % (flags & 32 ? 60000 : 1000),
        .tries_max = tries[data[8] % 8],
        .seed = two(data + 9),
        .for_ever = flags % 8 == 1,
        .collects = flags % 64 == 2,
    };
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!bench) {
        bench = hostile_bench_open(0);
        if (!bench || atexit(close_bench) != 0) {
            fuzz_fail("no runtime", data, size);
        }
    }
    for (size_t i = 0; i < MOST && (i + 1) * SCENARIO <= size; i++) {
        hostile_scenario scenario = make(data + i * SCENARIO);
        bool makes_sense = hostile_makes_sense(&scenario);
        fuzz_understood += i == 0 && makes_sense;
        const char *wrong = makes_sense ? hostile_run(bench, &scenario) : NULL;
        if (wrong) {
            fuzz_fail(wrong, data, size);
        }
    }
    return 0;
}
