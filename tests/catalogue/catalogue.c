/* SPDX-License-Identifier: MIT */

/*
 * The catalogue, walked.
 *
 *     hf_catalogue PART     calls the rows of a part
 *     hf_catalogue rows     binds every row to an address, so that its prototype is read and
 * checked hf_catalogue covered  compares the rows with what is called and what is left out, and why
 */

#include "walk.h"

#include "native/portable.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 1024u

/* The large capacity, bytes. */
#define MUCH 65536u

/* ---- the rows ---- */

static const hfp_native *rows[ROWS_MAX];
static unsigned row_count;

static void collect_part(const hfp_native *part)
{
    for (const hfp_native *row = part; row->name; row++) {
        if (row_count == ROWS_MAX) {
            fprintf(stderr, "more than %u rows: make room for them here\n", ROWS_MAX);
            exit(2);
        }
        rows[row_count++] = row;
    }
}

static void collect_rows(void)
{
    for (unsigned part = 0; hfp_catalogue[part]; part++) {
        collect_part(hfp_catalogue[part]);
    }
    collect_part(hfi_natives_portable);
    collect_part(hfi_natives_graphics);
}

static const hfp_native *row_of(const char *name)
{
    for (unsigned i = 0; i < row_count; i++) {
        if (strcmp(rows[i]->name, name) == 0) {
            return rows[i];
        }
    }
    return NULL;
}

static hf_function_options options_of(uint64_t first_bytes, hf_type_size *types)
{
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    for (const hfp_native_type *type = hfp_catalogue_types; type->name; type++) {
        types[options.type_count++] = (hf_type_size){ type->name, type->size, type->alignment };
    }
    options.types = types;
    options.first_bytes = first_bytes;
    options.tries_max = 64;
    return options;
}

/* ---- a part ---- */

static hf_function *bind_row(hf_test_runtime *t, const hfp_native *row, uint64_t first_bytes)
{
    hf_type_size types[64];
    hf_function_options options = options_of(first_bytes, types);
    hf_library *library;
    hf_function *function = NULL;
    if (hf_library_open(t->thread, row->library, &library) != HF_OK ||
        hf_function_bind_with(t->thread, library, row->prototype, &options, &function) != HF_OK) {
        fail_msg("%s: %s", row->name, t->report_count ? t->report[0].message : "not bound");
    }
    hf_library_close(library);
    return function;
}

static void run_round(walk *w, const walk_call *call, const hfp_native *row, uint64_t first_bytes)
{
    hf_test_runtime t;
    hf_test_begin(&t, NULL);
    w->t = &t;
    w->thread = t.thread;
    w->how = call->how;
    w->result = (hf_result)HF_RESULT_INIT;
    hf_function *function = bind_row(&t, row, first_bytes);
    w->function = function;
    {
        HF_FRAME(t.thread);
        hf_status status = call->run(w);
        if (status != HF_OK) {
            fail_msg("%s from %u bytes: %s, error %lld; %s", row->name, (unsigned)first_bytes,
                     hf_status_name(status), (long long)w->result.error,
                     t.report_count ? t.report[0].message : "no report");
        }
    }
    hf_function_destroy(function);
    hf_test_end(&t);
}

static bool has_same_notes(const walk *one, const walk *other)
{
    return one->noted_size == other->noted_size &&
           (one->noted_size == 0 || memcmp(one->noted, other->noted, one->noted_size) == 0);
}

static void compare(const walk_call *call, const walk *one, const walk *other, unsigned from)
{
    if (call->how != WALK_CHANGES && !has_same_notes(one, other)) {
        fail_msg("%s from %u bytes gives something else than from %u", call->name, from, MUCH);
    }
}

/* Too little by one unit, or just enough, is where a callee that says nothing is misread and one
 * that writes too far is seen: with more effort, each size that a small result may have. */
static void run_between(const walk_call *call, const hfp_native *row, const walk *much)
{
    unsigned end = hf_test_effort(1) > 1 ? 128 : 0;
    for (unsigned from = 2; from < end; from++) {
        walk some = { 0 };
        run_round(&some, call, row, from);
        compare(call, &some, much, from);
        free(some.noted);
    }
}

static void gives_the_same_from_little_and_from_much(void **state)
{
    const walk_call *call = *state;
    const hfp_native *row = row_of(call->name);
    assert_non_null(row);
    walk little = { 0 }, much = { 0 };
    run_round(&little, call, row, 1);
    run_round(&much, call, row, MUCH);
    compare(call, &little, &much, 1);
    run_between(call, row, &much);
    free(little.noted);
    free(much.noted);
}

static int walk_part(const walk_call *calls)
{
    static struct CMUnitTest tests[ROWS_MAX];
    size_t count = 0;
    for (; calls[count].name && count < ROWS_MAX; count++) {
        tests[count] =
            (struct CMUnitTest){ calls[count].name, gives_the_same_from_little_and_from_much, NULL,
                                 NULL, (void *)(uintptr_t)&calls[count] };
    }
    return _cmocka_run_group_tests("catalogue", tests, count, NULL, NULL);
}

/* ---- all of them ---- */

static void stand_in(void)
{
}

static void every_row_can_be_read(void **state)
{
    hf_test_runtime *t = *state;
    hf_type_size types[64];
    for (unsigned i = 0; i < row_count; i++) {
        hf_function_options options = options_of(0, types);
        hf_prototype_error error = { 0, "", "" };
        hf_function *function;
        void (*address)(void) = stand_in;
        memcpy(&options.address, &address, sizeof address);
        options.error_out = &error;
        if (hf_function_bind_with(t->thread, NULL, rows[i]->prototype, &options, &function) !=
            HF_OK) {
            fail_msg("%s at %u: found \"%s\", expected %s; %s", rows[i]->name, error.position,
                     error.found, error.expected,
                     t->report_count ? t->report[0].message : "no report");
        }
        hf_function_destroy(function);
    }
}

static void every_row_says_where_it_is_from(void **state)
{
    (void)state;
    for (unsigned i = 0; i < row_count; i++) {
        const hfp_native *row = rows[i];
        assert_non_null(row->library);
        assert_non_null(row->source);
        assert_true(row->source[0] != 0 && row->evidence != 0);
        assert_ptr_equal(row_of(row->name), row); /* each name once */
        size_t length = strcspn(row->name, ":");
        const char *found = strstr(row->prototype, row->name);
        char name[96];
        snprintf(name, sizeof name, "%.*s(", (int)length, row->name);
        found = found ? found : strstr(row->prototype, name);
        if (!found) {
            fail_msg("%s does not declare what it is called", row->name);
        }
    }
}

static int check_rows(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_row_can_be_read, hf_test_setup, hf_test_teardown),
        cmocka_unit_test(every_row_says_where_it_is_from),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* ---- what is called and what is not ---- */

static unsigned times_called(const char *name, unsigned *all_out)
{
    unsigned found = 0;
    *all_out = 0;
    for (unsigned part = 0; walk_parts[part]; part++) {
        for (const walk_call *call = walk_parts[part]; call->name; call++) {
            found += strcmp(call->name, name) == 0;
            *all_out += 1;
        }
    }
    return found;
}

/* The next "name: reason" of the list; false at its end. */
static bool next_left_out(FILE *list, char *name, size_t size)
{
    char line[512];
    while (fgets(line, sizeof line, list)) {
        char *reason = strstr(line, ": ");
        if (line[0] == '#' || line[0] == '\n') {
            continue;
        }
        assert_non_null(reason);
        assert_true(strlen(reason) > 10); /* words, not a dash */
        *reason = 0;
        snprintf(name, size, "%.*s", (int)size - 1, line);
        return true;
    }
    return false;
}

/* Marks what the list names. */
static void read_left_out(const char *path, bool *is_left_out)
{
    char name[128];
    FILE *list = fopen(path, "r");
    assert_non_null(list);
    while (next_left_out(list, name, sizeof name)) {
        const hfp_native *row = row_of(name);
        if (!row) {
            fail_msg("%s is left out, and no row", name);
        }
        for (unsigned i = 0; i < row_count; i++) {
            is_left_out[i] |= rows[i] == row;
        }
    }
    fclose(list);
}

static void every_row_is_called_or_left_out_for_a_reason(void **state)
{
    (void)state;
    static bool is_left_out[ROWS_MAX];
    read_left_out(HF_WALK_LISTS "/left_out_" HF_WALK_SYSTEM ".txt", is_left_out);
    read_left_out(HF_WALK_LISTS "/left_out_portable.txt", is_left_out);
    unsigned calls = 0;
    for (unsigned i = 0; i < row_count; i++) {
        unsigned times = times_called(rows[i]->name, &calls);
        if ((times != 0) == is_left_out[i]) {
            fail_msg("%s: called %u times, left out: %d", rows[i]->name, times, is_left_out[i]);
        }
    }
    print_message("%u rows, %u calls\n", row_count, calls);
    assert_true(calls >= HF_WALK_LEAST);
}

static int check_covered(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_called_or_left_out_for_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int count, char **arguments)
{
    const char *what = count > 1 ? arguments[1] : "rows";
    collect_rows();
    if (strcmp(what, "rows") == 0) {
        return check_rows();
    }
    if (strcmp(what, "covered") == 0) {
        return check_covered();
    }
    for (unsigned part = 0; walk_parts[part]; part++) {
        if (strcmp(walk_part_names[part], what) == 0) {
            return walk_part(walk_parts[part]);
        }
    }
    fprintf(stderr, "no part %s\n", what);
    return 2;
}
