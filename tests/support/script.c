/* SPDX-License-Identifier: MIT */

/*
 * The scripted callee.  A line of nothing at all behind the script is not one of it: the last real
 * line is played again.
 *
 * Threads: one.
 */

#include "script.h"

#include <errno.h>
#include <string.h>

script_state script_that;

static script_line play(void *buffer, uint32_t size)
{
    unsigned at = script_that.calls < SCRIPT_LINES ? script_that.calls : SCRIPT_LINES - 1;
    while (at > 0 && script_that.script[at].fill == 0 && script_that.script[at].result == 0 &&
           script_that.script[at].slot == 0 && script_that.script[at].code == 0) {
        at--;
    }
    script_line l = script_that.script[at];
    if (script_that.calls < SCRIPT_OFFERS) {
        script_that.offer[script_that.calls] = size;
    }
    script_that.calls++;
    memset(buffer, 'a' + (int)(script_that.calls % 20),
           (size_t)(l.fill == SCRIPT_ALL ? size : l.fill) * script_that.unit);
    if (l.code) {
        errno = l.code;
    }
    return l;
}

int32_t say(void *buffer, uint32_t size, uint32_t *slot)
{
    script_line l = play(buffer, size);
    *slot = l.slot;
    return l.result;
}

int32_t say_narrow(void *buffer, uint16_t size, uint32_t *slot)
{
    return say(buffer, size, slot);
}

int32_t say_resuming(void *buffer, uint32_t size, uint32_t *slot, uint32_t *resume)
{
    if (script_that.calls < SCRIPT_OFFERS) {
        script_that.resume[script_that.calls] = *resume;
    }
    *resume += 1000;
    return say(buffer, size, slot);
}

/* The second buffer is the one that is short, until it has 100. */
int32_t say_two(void *first, uint32_t *first_size, void *second, uint32_t *second_size)
{
    if (script_that.calls < SCRIPT_OFFERS) {
        script_that.second_offer[script_that.calls] = *second_size;
    }
    (void)play(first, *first_size);
    memset(second, 'z', *second_size < 100 ? *second_size : 100);
    *first_size = 4;
    if (*second_size >= 100) {
        *second_size = 100;
        return 0;
    }
    *second_size = 100;
    return 122;
}

hf_function *script_bind(hf_test_runtime *t, const char *prototype, void (*function)(void),
                         uint64_t first, uint64_t most)
{
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.first_bytes = first;
    options.bytes_max = most;
    options.tries_max = 40;
    memcpy(&options.address, &function, sizeof function);
    return hf_test_bind_with(t, prototype, &options);
}

void script_begin(unsigned unit, const script_line *lines, size_t count)
{
    memset(&script_that, 0, sizeof script_that);
    script_that.unit = unit;
    memcpy(script_that.script, lines, count * sizeof *lines);
}

hf_status script_call(hf_test_runtime *t, const hf_function *function, hf_result *result)
{
    return hf_call(t->thread, function, result, HF_NO_ARGS);
}
