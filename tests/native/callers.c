/* SPDX-License-Identifier: MIT */

/* Functions that call back, and one that jumps over whatever called back. */

#include "testlib.h"

#include <errno.h>
#include <string.h>

int64_t hfn_repeat(int64_t (*function)(int64_t), int64_t argument, unsigned times)
{
    int64_t sum = 0;
    for (unsigned i = 0; i < times; i++) {
        sum += function(argument);
    }
    return sum;
}

int hfn_errno_around(int64_t (*function)(int64_t), int code)
{
    errno = code;
    (void)function(code);
    int seen = errno;
    errno = code;
    return seen;
}

static int64_t (*kept)(int64_t);

void hfn_keep(int64_t (*function)(int64_t))
{
    kept = function;
}

int64_t hfn_call_kept(int64_t argument)
{
    return kept(argument);
}

static void swap(unsigned char *a, unsigned char *b, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = a[i];
        a[i] = b[i];
        b[i] = byte;
    }
}

void hfn_sort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *))
{
    unsigned char *at = base;
    for (size_t i = 1; i < count; i++) {
        for (size_t j = i; j > 0; j--) {
            if (compare(at + (j - 1) * size, at + j * size) <= 0) {
                break;
            }
            swap(at + (j - 1) * size, at + j * size, size);
        }
    }
}

/* The builtins: what setjmp() of some C runtimes does besides (unwinding) is not wanted here. */
#define CATCHES_MAX 16
static void *catches[CATCHES_MAX][5];
static int open_catches;

int hfn_catch(int64_t (*function)(int64_t))
{
    volatile int mine = open_catches++;
    if (__builtin_setjmp(catches[mine]) != 0) {
        open_catches = mine;
        return 7;
    }
    (void)function(mine);
    open_catches = mine;
    return 0;
}

int64_t hfn_catch_then_call(int64_t (*function)(int64_t), int64_t argument)
{
    return hfn_catch(function) == 7 ? function(argument) : -1;
}

void hfn_escape(void)
{
    __builtin_longjmp(catches[open_catches - 1], 1);
}
