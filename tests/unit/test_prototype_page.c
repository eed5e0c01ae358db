/* SPDX-License-Identifier: MIT */

/*
 * The page that teaches the grammar, example by example.
 *
 * What follows ``` says what an example is:
 *     c            prototypes, with an empty line between two
 *     c callback   declarations of callbacks, the same way
 *     c header     a header, whole
 *     c refused    texts that are refused; the comment behind each says why
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

static const hfi_ctype_info info[] = { { "SP_DEVINFO_DATA", 32, 8 },
                                       { "struct passwd", 48, 8 },
                                       { "gid_t", 4, 4 } };
static const hfi_ctype_list known = { info, 3, NULL };

static const char *page_name = "prototypes.md";

typedef void (*example_fn)(const char *text);

static char *read_page(void)
{
    const size_t room = 256 * 1024;
    char *page = calloc(1, room);
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", HF_DOCS_PATH, page_name);
    FILE *file = fopen(path, "rb");
    if (!file || !page) {
        fail_msg("%s cannot be read", path);
    }
    assert_true(fread(page, 1, room - 1, file) > 0);
    fclose(file);
    return page;
}

static void explain(const char *text, hf_status status, const hfi_prototype_error *error)
{
    if (status != HF_OK) {
        fail_msg("%s\nat %u found \"%s\" expected %s", text, (unsigned)error->position,
                 error->found, error->expected);
    }
}

static void run_prototype(const char *text)
{
    hfi_prototype prototype;
    hfi_prototype_error error;
    explain(text, hfi_prototype_parse(text, &known, &prototype, &error), &error);
    hfi_prototype_finish(&prototype);
}

static void run_callback(const char *text)
{
    hfi_prototype prototype;
    hfi_prototype_error error;
    explain(text, hfi_signature_parse(text, &known, &prototype, &error), &error);
    hfi_prototype_finish(&prototype);
}

static void run_header(const char *text)
{
    hfi_fragment fragment;
    hfi_prototype_error error;
    explain(text, hfi_fragment_parse(text, &known, &fragment, &error), &error);
    hfi_fragment_finish(&fragment);
}

/* text, then a comment: found "...", expected ... */
static void run_refused(const char *text)
{
    char reason[256];
    hfi_fragment fragment;
    hfi_prototype_error error;
    hf_status status = hfi_fragment_parse(text, &known, &fragment, &error);
    assert_int_equal(status, HF_E_PROTOTYPE);
    snprintf(reason, sizeof(reason), "/* found \"%s\", expected %s */", error.found,
             error.expected);
    if (!strstr(text, reason)) {
        fail_msg("%s\nis refused: %s", text, reason);
    }
}

/* The parts of an example that empty lines separate. */
static unsigned run_parts(char *block, example_fn run)
{
    unsigned count = 0;
    for (char *next; block; block = next) {
        next = strstr(block, "\n\n");
        if (next) {
            *next = '\0';
            next += 2;
        }
        run(block);
        count++;
    }
    return count;
}

/* Executes all examples that begin with this line; gives how many there were. */
static unsigned run_examples(const char *opening, example_fn run, bool in_parts)
{
    unsigned count = 0;
    char *page = read_page();
    int64_t live = hfi_alloc_live();
    for (char *at = strstr(page, opening); at;) {
        char *block = at + strlen(opening);
        char *end = strstr(block, "\n```\n");
        assert_non_null(end);
        *end = '\0';
        at = strstr(end + 1, opening);
        if (in_parts) {
            count += run_parts(block, run);
        } else {
            run(block);
            count++;
        }
    }
    assert_int_equal(hfi_alloc_live(), live);
    free(page);
    return count;
}

static void prototype_understands_every_example_of_its_page(void **state)
{
    (void)state;
    assert_true(run_examples("\n```c\n", run_prototype, true) >= 40);
    assert_true(run_examples("\n```c callback\n", run_callback, true) >= 2);
    assert_true(run_examples("\n```c header\n", run_header, false) >= 4);
}

static void prototype_understands_every_example_of_the_page_on_growing(void **state)
{
    (void)state;
    page_name = "retry.md";
    unsigned count = run_examples("\n```c\n", run_prototype, true);
    page_name = "prototypes.md";
    assert_true(count >= 13);
}

static void prototype_refuses_what_its_page_says_that_it_refuses(void **state)
{
    (void)state;
    assert_true(run_examples("\n```c refused\n", run_refused, true) >= 7);
}

/* A role that the page does not show would be one that nobody knows of. */
static void page_shows_every_role(void **state)
{
    (void)state;
    static const char *const roles[] = {
        "in",     "out",      "inout",   "raw",       "resource",   "text",        "texts",
        "given",  "capacity", "needed",  "length",    "size",       "points_into", "fail",
        "error",  "grow",     "grow_ok", "leaf",      "nocallback", "noretain",    "safe",
        "symbol", "ordinal",  "room",    "transient", "once",       "set",         "query",
    };
    char *page = read_page();
    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
        char entry[32];
        size_t length = (size_t)snprintf(entry, sizeof(entry), "**`%s", roles[i]);
        const char *at = strstr(page, entry);
        while (at && at[length] != '`' && at[length] != '(') {
            at = strstr(at + 1, entry);
        }
        if (!at) {
            fail_msg("the page does not say what %s is", roles[i]);
        }
    }
    free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prototype_understands_every_example_of_its_page),
        cmocka_unit_test(prototype_understands_every_example_of_the_page_on_growing),
        cmocka_unit_test(prototype_refuses_what_its_page_says_that_it_refuses),
        cmocka_unit_test(page_shows_every_role),
    };
    return cmocka_run_group_tests_name("prototype_page", tests, NULL, NULL);
}
