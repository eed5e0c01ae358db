/* SPDX-License-Identifier: MIT */

/*
 * Options from the environment.
 *
 * They are for the people who look for a fault in a program that they cannot
 * rebuild, so nothing is refused: a number that cannot be read leaves the default.
 * Letters may be of either case.
 *
 * Threads: any, as far as the environment allows; the runtime reads its options
 * once, when it is created.
 */

#include "diag/env.h"

#include "base/size.h"
#include "base/verify.h"
#include "platform/platform.h"

#include <string.h>

#define VALUE_MAX 64

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_word(const char *text, const char *word)
{
    while (*text && lower(*text) == *word) {
        text++;
        word++;
    }
    return *text == *word;
}

bool hfi_parse_flag(const char *text)
{
    static const char *const refusals[] = { "", "0", "no", "off", "false" };
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        if (is_word(text, refusals[i])) {
            return false;
        }
    }
    return true;
}

/** The digit's value, 16 for what is none. */
static unsigned digit_value(char c)
{
    c = lower(c);
    if (c >= '0' && c <= '9') {
        return (unsigned)(c - '0');
    }
    return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

/** The factor of the last letter, 0 if it is none. */
static uint64_t unit_value(const char *text)
{
    static const char units[] = "kmg";
    if (*text == '\0') {
        return 1;
    }
    const char *unit = strchr(units, lower(*text));
    return unit && text[1] == '\0' ? UINT64_C(1) << (10 * (unit - units + 1)) : 0;
}

bool hfi_parse_u64(const char *text, uint64_t *number_out)
{
    unsigned base = text[0] == '0' && lower(text[1]) == 'x' ? 16 : 10;
    text += base == 16 ? 2 : 0;
    if (digit_value(*text) >= base) {
        return false;
    }
    uint64_t number = 0;
    for (; digit_value(*text) < base; text++) {
        if (!hfi_u64_mul(number, base, &number) ||
            !hfi_u64_add(number, digit_value(*text), &number)) {
            return false;
        }
    }
    uint64_t unit = unit_value(text);
    return unit != 0 && hfi_u64_mul(number, unit, number_out);
}

bool hfi_env_flag_or(const char *name, bool otherwise)
{
    char value[VALUE_MAX];
    HF_ASSERT(strncmp(name, "HOLDFAST_", 9) == 0);
    hf_status status = hfp_env_get(name, value, sizeof value);
    /* What is too long to be read is set, and is none of the short refusals. */
    return status == HF_OK ? hfi_parse_flag(value) : status == HF_E_RANGE || otherwise;
}

bool hfi_env_flag(const char *name)
{
    return hfi_env_flag_or(name, false);
}

uint64_t hfi_env_u64(const char *name, uint64_t otherwise)
{
    char value[VALUE_MAX];
    uint64_t number;
    HF_ASSERT(strncmp(name, "HOLDFAST_", 9) == 0);
    if (hfp_env_get(name, value, sizeof value) != HF_OK || !hfi_parse_u64(value, &number)) {
        return otherwise;
    }
    return number;
}
