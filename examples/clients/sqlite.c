/* SPDX-License-Identifier: MIT */
/* hf-example: posix */

/*
 * SQLite: blobs bound from managed buffers, SQL functions and collations in managed code.
 *
 * Nothing of SQLite's headers is needed: each function is a prototype.  A blob is bound as
 * "static", so SQLite keeps its address until the statement is reset: the fence around stands for
 * that.  What a handler fails with comes out of the hf_call() that ran the statement.
 */

#include "client.h"

#include <stdio.h>
#include <string.h>

#define UTF8 1
#define ROW  100

enum {
    OPEN,
    CLOSE,
    PREPARE,
    BIND_TEXT,
    BIND_BLOB,
    STEP,
    RESET,
    FINALIZE,
    COLUMN_INT,
    COLUMN_TEXT,
    ADD_FUNCTION,
    ADD_COLLATION,
    VALUE_INT,
    RESULT_INT,
    FUNCTIONS
};

static const char *const prototypes[FUNCTIONS] = {
    [OPEN] =
        "int sqlite3_open(const char *path, void **db {out}) {fail(result != 0), error(result)}",
    [CLOSE] = "int sqlite3_close(void *db {raw}) {fail(result != 0), error(result)}",
    [PREPARE] =
        "int sqlite3_prepare_v2(void *db {raw}, const char *sql, int size, void **made {out},"
        " void *tail {raw}) {fail(result != 0), error(result)}",
    [BIND_TEXT] =
        "int sqlite3_bind_text(void *statement {raw}, int index, const char *text, int size,"
        " void *release {raw}) {fail(result != 0), error(result)}",
    [BIND_BLOB] = "int sqlite3_bind_blob(void *statement {raw}, int index, const void *data {raw},"
                  " int size, void *release {raw}) {fail(result != 0), error(result)}",
    [STEP] = "int sqlite3_step(void *statement {raw}) {fail(result < 100), error(result)}",
    [RESET] = "int sqlite3_reset(void *statement {raw})",
    [FINALIZE] = "int sqlite3_finalize(void *statement {raw})",
    [COLUMN_INT] = "int sqlite3_column_int(void *statement {raw}, int column)",
    [COLUMN_TEXT] = "const char *sqlite3_column_text(void *statement {raw}, int column)",
    [ADD_FUNCTION] = "int sqlite3_create_function(void *db {raw}, const char *name, int arguments,"
                     " int encoding, void *user {raw}, void *run {raw}, void *step {raw},"
                     " void *last {raw}) {fail(result != 0), error(result)}",
    [ADD_COLLATION] = "int sqlite3_create_collation(void *db {raw}, const char *name, int encoding,"
                      " void *user {raw}, void *compare {raw}) {fail(result != 0), error(result)}",
    [VALUE_INT] = "int sqlite3_value_int(void *value {raw})",
    [RESULT_INT] = "void sqlite3_result_int(void *context {raw}, int value)",
};

typedef struct client {
    hf_library *library;
    hf_function *function[FUNCTIONS];
    hf_callback *twice;
    hf_callback *backwards;
    void *db;
} client;

/* A call whose number is all that counts. */
static hf_status call(hf_thread *thread, const client *c, int which, int64_t *value_out,
                      const hf_arg *arguments)
{
    hf_result result = HF_RESULT_INIT;
    hf_status status = hf_call(thread, c->function[which], &result, arguments);
    if (value_out) {
        *value_out = result.scalar_count ? hf_result_scalar(&result, 0) : result.value.i;
    }
    return status;
}

/* ---- what SQLite calls ---- */

/* void twice(sqlite3_context *context, int count, sqlite3_value **values) */
static hf_status twice(hf_thread *thread, const hf_value *arguments, hf_value *result, void *user)
{
    const client *c = user;
    void *first;
    int64_t value = 0;
    (void)result;
    memcpy(&first, arguments[2].pointer, sizeof first);
    hf_status status = call(thread, c, VALUE_INT, &value, HF_ARGS(HF_POINTER(first)));
    if (status == HF_OK && value > 100) {
        return HF_E_LIMIT; /* for the hf_call() that runs the statement */
    }
    return status == HF_OK ? call(thread, c, RESULT_INT, NULL,
                                  HF_ARGS(HF_POINTER(arguments[0].pointer), HF_INT(2 * value)))
                           : status;
}

/* Longer texts first.  It collects as well: SQLite does not mind. */
static hf_status backwards(hf_thread *thread, const hf_value *arguments, hf_value *result,
                           void *user)
{
    (void)user;
    int64_t a = arguments[1].i, b = arguments[3].i;
    result->i = (a < b) - (a > b);
    return hf_collect(thread);
}

/* ---- what it is asked ---- */

static hf_status prepare(hf_thread *thread, const client *c, const char *sql, void **statement_out)
{
    int64_t made = 0;
    hf_status status = call(thread, c, PREPARE, &made,
                            HF_ARGS(HF_POINTER(c->db), HF_CSTR(sql), HF_INT(-1), HF_NULL));
    *statement_out = (void *)(intptr_t)made;
    return status;
}

/* Runs a statement to its end; prints text and number of each row. */
static hf_status run_all(hf_thread *thread, const client *c, const char *sql)
{
    void *statement = NULL;
    int64_t state = ROW, number = 0, text = 0;
    hf_status status = prepare(thread, c, sql, &statement);
    while (status == HF_OK && state == ROW) {
        status = call(thread, c, STEP, &state, HF_ARGS(HF_POINTER(statement)));
        if (status == HF_OK && state == ROW) {
            status = call(thread, c, COLUMN_TEXT, &text, HF_ARGS(HF_POINTER(statement), HF_INT(0)));
        }
        if (status == HF_OK && state == ROW) {
            status =
                call(thread, c, COLUMN_INT, &number, HF_ARGS(HF_POINTER(statement), HF_INT(1)));
            printf("%s: %d\n", (const char *)(intptr_t)text, (int)number);
        }
    }
    (void)call(thread, c, FINALIZE, NULL, HF_ARGS(HF_POINTER(statement)));
    return status;
}

static hf_status insert(hf_thread *thread, const client *c, void *statement, const char *name,
                        size_t size)
{
    HF_FRAME(thread);
    hf_ref blob = hf_local(thread);
    hf_span span;
    hf_status status = hf_bytes_create(thread, size, blob);
    if (status != HF_OK) {
        return status;
    }
    HF_FENCE(thread, fence, blob, &span); /* from the binding to the reset */
    status = call(thread, c, BIND_BLOB, NULL,
                  HF_ARGS(HF_POINTER(statement), HF_INT(2), HF_POINTER(span.data),
                          HF_INT(span.size), HF_NULL));
    if (status == HF_OK) {
        status =
            call(thread, c, BIND_TEXT, NULL,
                 HF_ARGS(HF_POINTER(statement), HF_INT(1), HF_CSTR(name), HF_INT(-1), HF_NULL));
    }
    if (status == HF_OK) {
        status = call(thread, c, STEP, NULL, HF_ARGS(HF_POINTER(statement)));
    }
    (void)call(thread, c, RESET, NULL, HF_ARGS(HF_POINTER(statement)));
    hf_fence_end(&fence);
    return status;
}

static hf_status fill(hf_thread *thread, const client *c)
{
    static const char *const names[] = { "pin", "fence", "holdfast" };
    void *statement = NULL;
    hf_status status = run_all(thread, c, "create table words(name text, data blob)");
    if (status == HF_OK) {
        status = prepare(thread, c, "insert into words values (?1, ?2)", &statement);
    }
    for (size_t i = 0; i < 3 && status == HF_OK; i++) {
        status = insert(thread, c, statement, names[i], 10 * (i + 1));
    }
    (void)call(thread, c, FINALIZE, NULL, HF_ARGS(HF_POINTER(statement)));
    return status;
}

static hf_status add_handlers(hf_thread *thread, client *c)
{
    hf_status status = hf_callback_create(
        thread, "void twice(void *context {raw}, int count, void **values {raw})", twice, c,
        &c->twice);
    if (status == HF_OK) {
        status = hf_callback_create(
            thread,
            "int backwards(void *user {raw}, int a_size, const void *a, int b_size, const void *b)",
            backwards, NULL, &c->backwards);
    }
    if (status == HF_OK) {
        status = call(thread, c, ADD_FUNCTION, NULL,
                      HF_ARGS(HF_POINTER(c->db), HF_CSTR("twice"), HF_INT(1), HF_INT(UTF8), HF_NULL,
                              HF_POINTER(hf_callback_address(c->twice)), HF_NULL, HF_NULL));
    }
    if (status == HF_OK) {
        status = call(thread, c, ADD_COLLATION, NULL,
                      HF_ARGS(HF_POINTER(c->db), HF_CSTR("backwards"), HF_INT(UTF8), HF_NULL,
                              HF_POINTER(hf_callback_address(c->backwards))));
    }
    return status;
}

static hf_status use(hf_thread *thread, client *c)
{
    int64_t db = 0;
    hf_status status = call(thread, c, OPEN, &db, HF_ARGS(HF_CSTR(":memory:")));
    c->db = (void *)(intptr_t)db;
    if (status == HF_OK) {
        status = add_handlers(thread, c);
    }
    if (status == HF_OK) {
        status = fill(thread, c);
    }
    if (status == HF_OK) {
        status = run_all(thread, c,
                         "select name, twice(length(data)) from words"
                         " order by name collate backwards");
    }
    if (status == HF_OK) {
        hf_status failed = run_all(thread, c, "select name, twice(1000) from words");
        printf("a function that fails: %s\n", hf_status_text(failed));
        status = failed == HF_E_CALLBACK ? HF_OK : HF_E_MISUSE;
    }
    hf_status closed = call(thread, c, CLOSE, NULL, HF_ARGS(HF_POINTER(c->db)));
    return status != HF_OK ? status : closed;
}

static hf_status run(hf_thread *thread)
{
    client c = { 0 };
    hf_status status = client_library(thread, "libsqlite3.so.0", &c.library);
    for (unsigned i = 0; i < FUNCTIONS && status == HF_OK; i++) {
        status = hf_function_bind(thread, c.library, prototypes[i], &c.function[i]);
    }
    if (status == HF_OK) {
        status = use(thread, &c);
    }
    (void)hf_callback_destroy(c.twice);
    (void)hf_callback_destroy(c.backwards);
    for (unsigned i = 0; i < FUNCTIONS; i++) {
        hf_function_destroy(c.function[i]);
    }
    hf_library_close(c.library);
    return status;
}

int main(void)
{
    return client_main(run);
}
