/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_EXAMPLES_TABLE_H
#define HOLDFAST_EXAMPLES_TABLE_H

/*
 * A table of functions of the catalogue: each is called twice, as hf_native() gives it and as
 * hf_native_with() gives it to a caller who begins with one byte.  Both have to come to the same.
 *
 *     static const table_line lines[] = {
 *         { "getcwd", HF_NO_ARGS, 0, TABLE_TEXT, NULL },
 *         { NULL, NULL, 0, TABLE_TEXT, NULL },
 *     };
 *     ...
 *     table_show_all(&t, lines);
 */

#include "demo.h"

typedef enum table_shape {
    TABLE_TEXT,    /* bytes, a byte a character */
    TABLE_WIDE,    /* wchar_t: 16 bits on Windows, 32 elsewhere */
    TABLE_NUMBERS, /* uint32_t */
    TABLE_BYTES,   /* shown in hexadecimal */
    TABLE_ENTRY,   /* texts one behind the other in as much room as there was; the first counts */
    TABLE_BITS,    /* a set: as large as its room, so its members are compared */
    TABLE_CHANGES, /* bytes that may be others at the next call, also in size */
} table_shape;

typedef struct table_line {
    const char *name; /* of the row */
    const hf_arg *arguments;
    uint32_t out; /* the output that is shown */
    table_shape shape;
    void (*prepare)(void); /* before each call; may be NULL */
} table_line;

typedef struct table {
    hf_runtime *runtime;
    hf_thread *thread;
    unsigned shown;    /* lines that came to the same from little and as usual */
    unsigned left_out; /* what this machine does not have */
    unsigned failures;
    char reported[200]; /* the last report's message */
} table;

/** Makes a runtime and prints the head.  False, and nothing is left, if that fails. */
bool table_begin(table *t, const char *title);

/** Calls and prints one. */
void table_show(table *t, const table_line *line);

/** Each up to the one without a name. */
void table_show_all(table *t, const table_line *lines);

/** A managed buffer with these bytes, in the innermost frame; null if there is no memory. */
hf_ref table_bytes(table *t, const void *bytes, size_t size);

/** A function of the catalogue for what a line needs beforehand; failures are counted. */
const hf_function *table_function(table *t, const char *name);

/** Counts and prints something that is not as it should be. */
void table_fail(table *t, const char *name, const char *why);

/** Prints an output in so many columns. */
void table_print_value(table_shape shape, const void *bytes, size_t size, int columns);

/** Ends all, prints the sums, and gives the exit code: 1 also when less than `least` were shown. */
int table_end(table *t, unsigned least);

#endif
