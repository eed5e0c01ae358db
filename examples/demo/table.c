/* SPDX-License-Identifier: MIT */
/* hf-example: all */

/*
 * The table of functions of the catalogue; see table.h.
 */

#include "table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define VALUE_COLUMNS 40

/* ---- begin ---- */

static void remember_report(const hf_report *report, void *user)
{
    table *t = user;
    snprintf(t->reported, sizeof t->reported, "%s", report->message ? report->message : "");
}

bool table_begin(table *t, const char *title)
{
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    memset(t, 0, sizeof *t);
    options.report = remember_report;
    options.report_user = t;
    hf_status status = hf_runtime_create(&options, &t->runtime);
    status = status == HF_OK ? hf_thread_attach(t->runtime, &t->thread) : status;
    if (status != HF_OK) {
        fprintf(stderr, "no runtime: %s\n", hf_status_text(status));
        hf_runtime_destroy(t->runtime, NULL);
        return false;
    }
    printf("\n%s: %lu rows in the catalogue\n\n", title, (unsigned long)hf_native_count());
    printf("%-36s %5s %5s %7s %8s %5s  %s\n", "function", "first", "tries", "bytes", "us", "usual",
           "value");
    return true;
}

void table_fail(table *t, const char *name, const char *why)
{
    t->failures++;
    fflush(stdout);
    fprintf(stderr, "FAILED: %s: %s; %s\n", name, why, t->reported);
}

hf_ref table_bytes(table *t, const void *bytes, size_t size)
{
    hf_ref buffer = hf_local(t->thread);
    if (hf_bytes_create(t->thread, size, buffer) != HF_OK ||
        hf_bytes_write(buffer, 0, bytes, size) != HF_OK) {
        table_fail(t, "a buffer", "no memory");
    }
    return buffer;
}

const hf_function *table_function(table *t, const char *name)
{
    const hf_function *function = hf_native(t->thread, name);
    if (!function) {
        table_fail(t, name, "is not there");
    }
    return function;
}

/* ---- values ---- */

static int print_character(uint32_t c)
{
    if (c < 0x20 || c == 0x7f) {
        putchar('.'); /* a NUL between two names, say */
    } else if (c < 0x80) {
        putchar((int)c);
    } else if (c < 0x800) {
        printf("%c%c", (int)(0xc0 | c >> 6), (int)(0x80 | (c & 0x3f)));
    } else if (c < 0x10000 && (c & 0xf800) != 0xd800) {
        printf("%c%c%c", (int)(0xe0 | c >> 12), (int)(0x80 | (c >> 6 & 0x3f)),
               (int)(0x80 | (c & 0x3f)));
    } else {
        putchar('?');
    }
    return 1;
}

static void print_numbers(const unsigned char *bytes, size_t size, int columns)
{
    for (size_t at = 0; at + 4 <= size && columns >= 11; at += 4) {
        uint32_t number;
        memcpy(&number, bytes + at, sizeof number);
        columns -= printf("%lu ", (unsigned long)number);
    }
}

static unsigned count_bits(const unsigned char *bytes, size_t size)
{
    unsigned count = 0;
    for (size_t i = 0; i < size; i++) {
        for (unsigned bits = bytes[i]; bits; bits >>= 1) {
            count += bits & 1;
        }
    }
    return count;
}

/* What is behind the last text of an entry is whatever was there. */
static void print_text(table_shape shape, const unsigned char *bytes, size_t size, int columns)
{
    for (size_t i = 0; i < size && i < (size_t)columns; i++) {
        bool is_end = bytes[i] == 0 && i + 1 < size && bytes[i + 1] == 0;
        if (shape == TABLE_ENTRY && is_end) {
            return;
        }
        putchar(bytes[i] < 0x20 || bytes[i] == 0x7f ? '.' : bytes[i]);
    }
}

void table_print_value(table_shape shape, const void *value, size_t size, int columns)
{
    const unsigned char *bytes = value;
    if (size == 0) {
        printf("(empty)");
    } else if (shape == TABLE_TEXT || shape == TABLE_ENTRY) {
        print_text(shape, bytes, size, columns);
    } else if (shape == TABLE_WIDE) {
        for (size_t at = 0; at + sizeof(wchar_t) <= size && columns > 0; at += sizeof(wchar_t)) {
            wchar_t c;
            memcpy(&c, bytes + at, sizeof c);
            columns -= print_character((uint32_t)c);
        }
    } else if (shape == TABLE_NUMBERS) {
        print_numbers(bytes, size, columns);
    } else if (shape == TABLE_BITS) {
        printf("%u of a set", count_bits(bytes, size));
    } else {
        for (size_t i = 0; i < size && columns >= 3; i++, columns -= 3) {
            printf("%02x ", bytes[i]);
        }
    }
}

static void *copy_of(const hf_slot *buffer, size_t *size_out)
{
    *size_out = hf_bytes_size(buffer);
    void *copy = calloc(1, *size_out + 1);
    if (!copy || hf_bytes_read(buffer, 0, copy, *size_out) != HF_OK) {
        free(copy);
        return NULL;
    }
    return copy;
}

/* ---- one line ---- */

/* A call and what came of it. */
typedef struct outcome {
    hf_status status;
    uint32_t attempts;
    uint64_t first;
    uint64_t took_ns;
    int64_t error;
    void *bytes; /* to be freed */
    size_t size;
} outcome;

static void call_line(table *t, const table_line *line, const hf_function *function, outcome *o)
{
    HF_FRAME(t->thread);
    hf_result result = HF_RESULT_INIT;
    memset(o, 0, sizeof *o);
    if (line->prepare) {
        line->prepare();
    }
    uint64_t begun = demo_clock_ns();
    o->status = hf_call(t->thread, function, &result, line->arguments);
    o->took_ns = demo_clock_ns() - begun;
    o->attempts = result.attempts;
    o->first = result.tries[0].capacity; /* of the oldest try that is remembered */
    o->error = result.error;
    if (o->status == HF_OK && line->out < result.out_count) {
        o->bytes = copy_of(hf_result_out(&result, line->out), &o->size);
    }
}

/* The least room that the function is ever called with, which a long trace no longer has. */
static uint64_t find_first(table *t, const table_line *line, hf_function_options options)
{
    hf_function *once;
    outcome o = { 0 };
    options.tries_max = 1;
    if (hf_native_with(t->thread, line->name, &options, &once) == HF_OK) {
        call_line(t, line, once, &o);
        free(o.bytes);
        hf_function_destroy(once);
    }
    return o.first;
}

static bool is_same(const table_line *line, const outcome *a, const outcome *b)
{
    if (line->shape == TABLE_CHANGES) {
        return true;
    }
    if (line->shape == TABLE_ENTRY) {
        return strcmp(a->bytes, b->bytes) == 0; /* each has a NUL behind its end */
    }
    if (line->shape == TABLE_BITS) {
        return count_bits(a->bytes, a->size) == count_bits(b->bytes, b->size);
    }
    return a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

static void print_line(table *t, const table_line *line, uint64_t first, const outcome *little,
                       const outcome *usual)
{
    if (little->status == HF_E_NATIVE && usual->status == HF_E_NATIVE &&
        little->error == usual->error) {
        printf("%-36s left out: the system says %lld\n", line->name, (long long)little->error);
        t->left_out++;
        return;
    }
    if (little->status != HF_OK || usual->status != HF_OK || !little->bytes || !usual->bytes) {
        table_fail(t, line->name,
                   hf_status_text(little->status != HF_OK ? little->status : usual->status));
        return;
    }
    if (!is_same(line, little, usual)) {
        table_fail(t, line->name, "from little room comes something else than from much");
        return;
    }
    t->shown++;
    printf("%-36s %5llu %5u %7lu %8.1f %5u  ", line->name, (unsigned long long)first,
           (unsigned)little->attempts, (unsigned long)little->size,
           (double)little->took_ns / 1000.0, (unsigned)usual->attempts);
    table_print_value(line->shape, little->bytes, little->size, VALUE_COLUMNS);
    putchar('\n');
}

void table_show(table *t, const table_line *line)
{
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    hf_function *careful = NULL;
    outcome little = { 0 }, usual = { 0 };
    options.first_bytes = 1;
    options.tries_max = 64;
    const hf_function *function = NULL;
    hf_status status = hf_native_get(t->thread, line->name, &function);
    if (status == HF_E_LIBRARY || status == HF_E_SYMBOL) {
        printf("%-36s left out: %.80s\n", line->name, t->reported);
        t->left_out++;
        return;
    }
    status = status == HF_OK ? hf_native_with(t->thread, line->name, &options, &careful) : status;
    if (status != HF_OK) {
        table_fail(t, line->name, hf_status_text(status));
        return;
    }
    call_line(t, line, careful, &little);
    call_line(t, line, function, &usual);
    uint64_t first =
        little.attempts > HF_RESULT_TRIES ? find_first(t, line, options) : little.first;
    print_line(t, line, first, &little, &usual);
    free(little.bytes);
    free(usual.bytes);
    hf_function_destroy(careful);
}

void table_show_all(table *t, const table_line *lines)
{
    for (; lines->name; lines++) {
        table_show(t, lines);
    }
}

/* ---- end ---- */

int table_end(table *t, unsigned least)
{
    const hf_runtime_leaks none = HF_RUNTIME_LEAKS_INIT;
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    (void)hf_thread_detach(t->thread);
    hf_runtime_destroy(t->runtime, &leaks);
    if (memcmp(&leaks, &none, sizeof leaks) != 0) {
        table_fail(t, "the end", "something was not given back");
    }
    printf("\n%u functions, %u left out, %u failures\n", t->shown, t->left_out, t->failures);
    if (t->shown < least) {
        fprintf(stderr, "FAILED: %u functions are less than %u\n", t->shown, least);
    }
    return t->failures == 0 && t->shown >= least ? 0 : 1;
}
