/* SPDX-License-Identifier: MIT */
/* hf-test: threaded */

/*
 * Reports, their text, their delivery, and options from the environment.
 *
 * Whole texts are compared, because people and tools rely on them.  What goes to
 * standard error, and the end of the process after a misuse, are seen from
 * outside: the program starts itself again with the name of a scene.
 */

#define _XOPEN_SOURCE 700 /* setenv */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "diag/env.h"
#include "diag/report.h"
#include "diag/text.h"
#include "platform/platform.h"

#include <holdfast/diag.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *program; /* argv[0] */

/* ---- a hook that remembers ---- */

typedef struct heard {
    hfi_reporter *reporter;
    unsigned calls;
    unsigned raise_again; /* calls in which the hook raises or defers one of its own */
    uint32_t struct_size;
    hf_report_kind kind;
    hf_status status;
    char first[1024];
    char text[1024]; /* of the last one */
} heard;

static void listen(const hf_report *report, void *user)
{
    heard *h = user;
    h->struct_size = report->struct_size;
    h->kind = report->kind;
    h->status = report->status;
    hf_report_format(report, h->text, sizeof h->text);
    if (h->calls++ == 0) {
        memcpy(h->first, h->text, sizeof h->first);
    }
    hfp_native_error_restore((hfp_native_error){ .errno_value = 33, .last_error = 44 });
    if (h->calls <= h->raise_again) {
        hf_report again = HF_REPORT_INIT;
        again.kind = HF_REPORT_WARNING;
        again.message = "from the hook";
        hfi_report_defer(h->reporter, &again);
        hfi_report_flush(h->reporter);
    }
}

static hf_report full_report(void)
{
    hf_report report = HF_REPORT_INIT;
    report.kind = HF_REPORT_MISUSE;
    report.status = HF_E_MISUSE;
    report.function = "hf_fence_end";
    report.argument = "fence";
    report.object = "bytes, 64 bytes";
    report.site = (hf_site){ "demo.c", 31 };
    report.other_site = (hf_site){ "demo.c", 12 };
    report.message = "the fence has ended already";
    report.remedy = "end a fence once";
    return report;
}

static const char full_text[] =
    "holdfast: misuse in hf_fence_end: the fence has ended already (HF_E_MISUSE)\n"
    "  argument: fence\n"
    "  object: bytes, 64 bytes\n"
    "  at: demo.c:31\n"
    "  made at: demo.c:12\n"
    "  remedy: end a fence once\n";

/* ---- the text of a report ---- */

static void report_text_has_a_line_for_each_fact(void **state)
{
    (void)state;
    hf_report report = full_report();
    char text[1024];

    assert_int_equal(hf_report_format(&report, text, sizeof text), strlen(full_text));
    assert_string_equal(text, full_text);
}

static void report_text_leaves_out_what_is_not_known(void **state)
{
    (void)state;
    char text[256];
    hf_report report = HF_REPORT_INIT;
    report.kind = HF_REPORT_LEAK;
    hf_report_format(&report, text, sizeof text);
    assert_string_equal(text, "holdfast: leak: success\n");

    report.kind = HF_REPORT_WARNING;
    report.status = HF_E_CLOSED;
    report.site.line = 5; /* a line without a file is no site */
    hf_report_format(&report, text, sizeof text);
    assert_string_equal(text, "holdfast: warning: the resource is disposed (HF_E_CLOSED)\n");

    report.kind = (hf_report_kind)9;
    hf_report_format(&report, text, sizeof text);
    assert_string_equal(text, "holdfast: report: the resource is disposed (HF_E_CLOSED)\n");
}

static void report_text_stays_on_its_lines_whatever_the_names_are(void **state)
{
    (void)state;
    char text[256];
    hf_report report = HF_REPORT_INIT;
    report.kind = HF_REPORT_LEAK;
    report.message = "not\nclosed\x7F";
    report.object = "\tfile \"a\r\nb\" \xC3\xA9";
    hf_report_format(&report, text, sizeof text);
    assert_string_equal(text, "holdfast: leak: not closed \n"
                              "  object:  file \"a  b\" \xC3\xA9\n");
}

static void report_text_fits_every_buffer_and_tells_the_whole_length(void **state)
{
    (void)state;
    hf_report report = full_report();
    assert_int_equal(hf_report_format(&report, NULL, 0), strlen(full_text));
    for (size_t size = 1; size <= sizeof full_text + 1; size++) {
        char text[sizeof full_text + 8];
        memset(text, '#', sizeof text);

        assert_int_equal(hf_report_format(&report, text, size), strlen(full_text));

        size_t length = size <= strlen(full_text) ? size - 1 : strlen(full_text);
        assert_int_equal(strlen(text), length);
        assert_memory_equal(text, full_text, length);
        assert_int_equal(text[size], '#');
    }
}

static void report_text_is_never_cut_inside_a_character(void **state)
{
    (void)state;
    const char *begin = "holdfast: leak: ";
    const size_t before = strlen(begin);
    hf_report report = HF_REPORT_INIT;
    report.kind = HF_REPORT_LEAK;
    report.message = "\xE2\x82\xAC\xF0\x9F\x98\x80";
    static const size_t kept[] = { 0, 0, 0, 3, 3, 3, 3, 7 };
    for (size_t room = 0; room < sizeof kept / sizeof kept[0]; room++) {
        char text[64];
        hf_report_format(&report, text, before + room + 1);
        assert_int_equal(strlen(text), before + kept[room]);
    }
}

static void report_text_reads_no_field_that_the_report_lacks(void **state)
{
    (void)state;
    char text[256];
    hf_report report = full_report();
    report.struct_size = (uint32_t)offsetof(hf_report, argument);
    hf_report_format(&report, text, sizeof text);
    assert_string_equal(text, "holdfast: misuse in hf_fence_end: "
                              "the caller broke the contract of the function (HF_E_MISUSE)\n");

    report.struct_size = 4;
    assert_int_equal(hf_report_format(&report, text, sizeof text), 0);
    assert_string_equal(text, "");
    assert_int_equal(hf_report_format(NULL, text, sizeof text), 0);
    assert_int_equal(hf_report_format(NULL, NULL, 0), 0);
}

static void report_text_accepts_a_report_of_a_later_version(void **state)
{
    (void)state;
    struct {
        hf_report report;
        const char *later;
    } longer = { full_report(), "unknown" };
    char text[1024];
    longer.report.struct_size = (uint32_t)sizeof longer;
    hf_report_format(&longer.report, text, sizeof text);
    assert_string_equal(text, full_text);
}

/* ---- formatting ---- */

static void check_format(const char *want, const char *format, ...) HFI_FORMAT(2, 3);

static void check_format(const char *want, const char *format, ...)
{
    char got[128];
    hfi_text text = hfi_text_begin(got, sizeof got);
    va_list args;
    va_start(args, format);
    hfi_text_vformat(&text, format, args);
    va_end(args);
    assert_int_equal(hfi_text_end(&text), strlen(want));
    assert_string_equal(got, want);
}

static void format_writes_numbers_of_every_size(void **state)
{
    (void)state;
    check_format("0 -1 42", "%d %i %u", 0, -1, 42u);
    check_format("-2147483648", "%d", INT32_MIN);
    check_format("-9223372036854775808", "%lld", (long long)INT64_MIN);
    check_format("18446744073709551615", "%llu", (unsigned long long)UINT64_MAX);
    check_format("ffffffffffffffff FF", "%llx %X", (unsigned long long)UINT64_MAX, 255u);
    check_format("7 -7 9", "%lu %ld %hhu", 7ul, -7l, (unsigned char)9);
    check_format("12 -3 5", "%zu %td %ju", (size_t)12, (ptrdiff_t)-3, (uintmax_t)5);
    check_format(sizeof(size_t) == 8 ? "18446744073709551615" : "4294967295", "%zu", SIZE_MAX);
    check_format("0x0 0x1f", "%p %p", (void *)0, (void *)(uintptr_t)0x1F);
}

static void format_pads_and_cuts(void **state)
{
    (void)state;
    check_format("[   42][00042][-0042][  -42]", "[%5d][%05d][%05d][%5d]", 42, 42, -42, -42);
    check_format("[  ab][ab][a]", "[%4s][%.9s][%.*s]", "ab", "ab", 1, "abc");
    check_format("c%x", "%c%%%s", 'c', "x");
}

static void format_writes_a_null_text_as_such(void **state)
{
    (void)state;
    const char *volatile none = NULL;
    char got[32];
    hfi_text text = hfi_text_begin(got, sizeof got);
    hfi_text_format(&text, "%s", none);
    hfi_text_add(&text, NULL);
    hfi_text_add_line(&text, NULL);
    hfi_text_end(&text);
    assert_string_equal(got, "(null)");
}

/* The same function under a type that no compiler checks the format of. */
static void (*const format_unchecked)(hfi_text *, const char *, ...) = hfi_text_format;

static void format_copies_from_the_first_thing_it_does_not_know(void **state)
{
    (void)state;
    char got[64];
    hfi_text text = hfi_text_begin(got, sizeof got);
    format_unchecked(&text, "%d %f %s", 1, 2.0, "x");
    hfi_text_end(&text);
    assert_string_equal(got, "1 %f %s");

    text = hfi_text_begin(got, sizeof got);
    format_unchecked(&text, "end%");
    hfi_text_end(&text);
    assert_string_equal(got, "end%");
}

/* ---- delivery ---- */

static hfi_reporter reporter;

static void report_reaches_the_hook_and_gives_its_status_back(void **state)
{
    (void)state;
    heard h = { 0 };
    hfi_reporter_init(&reporter, listen, &h, false);
    hf_report report = full_report();
    report.struct_size = 0; /* the reporter sets it */

    assert_int_equal(hfi_report(&reporter, &report), HF_E_MISUSE);

    assert_int_equal(h.calls, 1);
    assert_int_equal(h.struct_size, sizeof(hf_report));
    assert_string_equal(h.text, full_text);
    assert_true(hfi_report_count(&reporter, HF_REPORT_MISUSE) == 1);
    assert_true(hfi_report_count(&reporter, HF_REPORT_LEAK) == 0);
    hfi_reporter_finish(&reporter);
}

static void report_of_a_misuse_is_made_of_its_parts(void **state)
{
    (void)state;
    heard h = { 0 };
    hfi_reporter_init(&reporter, listen, &h, false);

    hf_status status = hfi_misuse(&reporter, HF_E_RANGE, "hf_load", "index", (hf_site){ "a.c", 3 },
                                  "ask for its length first", "index %zu of %u", (size_t)9, 4u);

    assert_int_equal(status, HF_E_RANGE);
    assert_int_equal(h.kind, HF_REPORT_MISUSE);
    assert_string_equal(h.text, "holdfast: misuse in hf_load: index 9 of 4 (HF_E_RANGE)\n"
                                "  argument: index\n"
                                "  at: a.c:3\n"
                                "  remedy: ask for its length first\n");
    hfi_reporter_finish(&reporter);
}

static bool same_error(hfp_native_error a, hfp_native_error b)
{
    return a.errno_value == b.errno_value && a.last_error == b.last_error;
}

static void report_keeps_the_native_error_values_whatever_the_hook_does(void **state)
{
    (void)state;
    heard h = { 0 };
    hf_report report = full_report();
    hfi_reporter_init(&reporter, listen, &h, false);

    hfp_native_error_restore((hfp_native_error){ .errno_value = 7, .last_error = 1234 });
    hfp_native_error before = hfp_native_error_save();
    hfi_report(&reporter, &report);
    hfp_native_error after_report = hfp_native_error_save();
    hfi_report_defer(&reporter, &report);
    hfp_native_error after_defer = hfp_native_error_save();
    hfi_report_flush(&reporter);
    hfp_native_error after_flush = hfp_native_error_save();

    assert_int_equal(h.calls, 2);
    assert_int_equal(before.errno_value, 7);
    assert_true(same_error(before, after_report));
    assert_true(same_error(before, after_defer));
    assert_true(same_error(before, after_flush));
    hfi_reporter_finish(&reporter);
}

static void report_that_is_deferred_waits_for_the_flush(void **state)
{
    (void)state;
    heard h = { 0 };
    hfi_reporter_init(&reporter, listen, &h, false);
    char name[] = "bytes, 64 bytes"; /* the copy must not depend on it */
    hf_report report = full_report();
    report.object = name;

    hfi_report_defer(&reporter, &report);
    memset(name, '#', sizeof name - 1);
    assert_int_equal(h.calls, 0);
    assert_true(hfi_report_count(&reporter, HF_REPORT_MISUSE) == 1);
    hfi_report_flush(&reporter);

    assert_int_equal(h.calls, 1);
    assert_string_equal(h.text, full_text);
    hfi_report_flush(&reporter);
    assert_int_equal(h.calls, 1);
    assert_true(hfi_report_count(&reporter, HF_REPORT_MISUSE) == 1);
    hfi_reporter_finish(&reporter);
}

static void report_that_is_deferred_without_texts_has_none_later(void **state)
{
    (void)state;
    heard h = { 0 };
    hfi_reporter_init(&reporter, listen, &h, false);
    hf_report report = HF_REPORT_INIT;
    report.kind = HF_REPORT_LEAK;
    hfi_report_defer(&reporter, &report);
    hfi_report_flush(&reporter);
    assert_string_equal(h.text, "holdfast: leak: success\n");
    hfi_reporter_finish(&reporter);
}

static void report_that_is_deferred_is_cut_between_characters(void **state)
{
    (void)state;
    heard h = { 0 };
    hfi_reporter_init(&reporter, listen, &h, false);
    char text[400];
    for (size_t i = 0; i + 2 < sizeof text; i += 2) {
        memcpy(text + i, "\xC3\xA9", 3);
    }
    hf_report report = HF_REPORT_INIT;
    report.kind = HF_REPORT_LEAK;
    report.message = text;

    hfi_report_defer(&reporter, &report);
    hfi_report_flush(&reporter);

    size_t begin = strlen("holdfast: leak: ");
    size_t length = strlen(h.text) - begin - 1;
    assert_int_equal(length, 190); /* 191 fit beside the terminator */
    assert_memory_equal(h.text + begin, text, length);
    hfi_reporter_finish(&reporter);
}

static void defer_numbered(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        char message[32];
        snprintf(message, sizeof message, "number %u", i);
        hf_report report = HF_REPORT_INIT;
        report.kind = HF_REPORT_LEAK;
        report.message = message;
        hfi_report_defer(&reporter, &report);
    }
}

static void report_queue_keeps_the_first_and_counts_the_lost(void **state)
{
    (void)state;
    heard h = { 0 };
    hfi_reporter_init(&reporter, listen, &h, false);

    defer_numbered(HFI_DEFERRED_MAX + 5);
    assert_true(hfi_report_count(&reporter, HF_REPORT_LEAK) == HFI_DEFERRED_MAX + 5);
    hfi_report_flush(&reporter);

    assert_int_equal(h.calls, HFI_DEFERRED_MAX + 1);
    assert_string_equal(h.first, "holdfast: leak: number 0\n");
    assert_string_equal(h.text,
                        "holdfast: warning: 5 more reports came while the world was stopped and "
                        "were lost\n  remedy: repair what the reports before this one say\n");
    h.calls = 0;
    defer_numbered(HFI_DEFERRED_MAX);
    hfi_report_flush(&reporter);
    assert_int_equal(h.calls, HFI_DEFERRED_MAX);
    assert_string_equal(h.text, "holdfast: leak: number 15\n");
    hfi_reporter_finish(&reporter);
}

static void report_queue_goes_round_its_ring(void **state)
{
    (void)state;
    heard h = { 0 };
    hfi_reporter_init(&reporter, listen, &h, false);
    for (unsigned round = 0; round < 10; round++) {
        h.calls = 0;
        defer_numbered(7);
        hfi_report_flush(&reporter);
        assert_int_equal(h.calls, 7);
        assert_string_equal(h.first, "holdfast: leak: number 0\n");
        assert_string_equal(h.text, "holdfast: leak: number 6\n");
    }
    hfi_reporter_finish(&reporter);
}

static void report_queue_is_delivered_at_the_end_of_the_reporter(void **state)
{
    (void)state;
    heard h = { 0 };
    hfi_reporter_init(&reporter, listen, &h, false);
    defer_numbered(3);
    hfi_reporter_finish(&reporter);
    assert_int_equal(h.calls, 3);
}

static void report_hook_may_raise_and_flush_itself(void **state)
{
    (void)state;
    heard h = { .reporter = &reporter, .raise_again = 3 };
    hfi_reporter_init(&reporter, listen, &h, false);
    hf_report report = full_report();
    hfi_report(&reporter, &report);
    assert_int_equal(h.calls, 4);
    assert_true(hfi_report_count(&reporter, HF_REPORT_WARNING) == 3);
    hfi_reporter_finish(&reporter);
}

static void defer_without_end(const hf_report *report, void *user)
{
    heard *h = user;
    h->calls++;
    hfi_report_defer(h->reporter, report);
}

static void report_flush_ends_though_the_hook_defers_for_ever(void **state)
{
    (void)state;
    heard h = { .reporter = &reporter };
    hfi_reporter_init(&reporter, defer_without_end, &h, false);
    defer_numbered(1);
    hfi_report_flush(&reporter);
    assert_int_equal(h.calls, HFI_DEFERRED_MAX);
    reporter.hook = listen;
    hfi_reporter_finish(&reporter);
    assert_int_equal(h.calls, HFI_DEFERRED_MAX + 1);
}

static void reporter_lock_holds_deferring_off(void **state)
{
    (void)state;
    heard h = { 0 };
    hfi_reporter_init(&reporter, listen, &h, false);
    hfi_reporter_lock(&reporter);
    bool taken = hfp_mutex_try_lock(&reporter.lock);
    hfi_reporter_unlock(&reporter);
    assert_false(taken);
    defer_numbered(1);
    hfi_reporter_finish(&reporter);
    assert_int_equal(h.calls, 1);
}

/* ---- several threads ---- */

#define CREW         4
#define CREW_REPORTS 500

static _Atomic(unsigned) crew_leaks;
static _Atomic(unsigned) crew_lost;

static void count_for_crew(const hf_report *report, void *user)
{
    (void)user;
    if (report->kind == HF_REPORT_LEAK) {
        atomic_fetch_add(&crew_leaks, 1);
    } else {
        atomic_fetch_add(&crew_lost, (unsigned)strtoul(report->message, NULL, 10));
    }
}

static void defer_and_flush(void *user)
{
    (void)user;
    for (unsigned i = 0; i < CREW_REPORTS; i += 5) {
        defer_numbered(5);
        hfi_report_flush(&reporter);
    }
}

static void report_from_several_threads_comes_once_or_is_counted_as_lost(void **state)
{
    (void)state;
    hfp_thread crew[CREW];
    hfi_reporter_init(&reporter, count_for_crew, NULL, false);
    for (size_t i = 0; i < CREW; i++) {
        assert_int_equal(hfp_thread_start(&crew[i], "crew", defer_and_flush, NULL), HF_OK);
    }
    for (size_t i = 0; i < CREW; i++) {
        hfp_thread_join(&crew[i]);
    }
    assert_true(hfi_report_count(&reporter, HF_REPORT_LEAK) == CREW * CREW_REPORTS);
    hfi_reporter_finish(&reporter);
    assert_int_equal(crew_leaks + crew_lost, CREW * CREW_REPORTS);
}

/* ---- seen from outside ---- */

/* Not through stdio, whose buffer would mix up the order. */
static void say(const char *text)
{
    hfp_write_stderr(text, strlen(text));
}

static int play_scene(const char *scene)
{
    hf_report report = full_report();
    if (strcmp(scene, "plain") == 0) {
        hfi_reporter_init(&reporter, NULL, NULL, false);
        hfi_report(&reporter, &report);
        report.kind = HF_REPORT_LEAK;
        hfi_report(NULL, &report);
        hfi_report_defer(NULL, &report);
        hfi_report_flush(NULL);
        hfi_reporter_finish(&reporter);
    } else if (strcmp(scene, "long") == 0) {
        static char object[5000];
        memset(object, 'o', sizeof object - 1);
        report.object = object;
        hfi_report(NULL, &report);
    } else {
        hfi_reporter_init(&reporter, NULL, NULL, true);
        report.kind = HF_REPORT_LEAK;
        hfi_report(&reporter, &report);
        report.kind = HF_REPORT_MISUSE;
        if (strcmp(scene, "abort") == 0) {
            hfi_report(&reporter, &report);
        } else {
            hfi_report_defer(&reporter, &report);
            say("deferred\n");
            hfi_report_flush(&reporter);
        }
    }
    say("survived\n");
    return 0;
}

/** What a scene writes to standard error; true if the scene ended well. */
static bool watch_scene(const char *scene, char *heard_text, size_t size)
{
    char command[1024];
    char file[64];
    if (strpbrk(program, " \"'&<>")) {
        skip(); /* the two systems quote such a path differently */
    }
    snprintf(file, sizeof file, "test_diag_%s.txt", scene);
    snprintf(command, sizeof command, "%s %s 2>%s", program, scene, file);
    int result = system(command);
    FILE *stream = fopen(file, "rb");
    assert_non_null(stream);
    size_t length = fread(heard_text, 1, size - 1, stream);
    heard_text[length] = '\0';
    fclose(stream);
    remove(file);
    return result == 0;
}

static const char leak_text[] =
    "holdfast: leak in hf_fence_end: the fence has ended already (HF_E_MISUSE)\n"
    "  argument: fence\n"
    "  object: bytes, 64 bytes\n"
    "  at: demo.c:31\n"
    "  made at: demo.c:12\n"
    "  remedy: end a fence once\n";

static void check_heard(const char *got, const char *first, const char *second, const char *third)
{
    char want[2048];
    snprintf(want, sizeof want, "%s%s%s", first, second, third);
    assert_memory_equal(got, want, strlen(want));
}

static void report_goes_to_standard_error_without_a_hook(void **state)
{
    (void)state;
    char text[4096];
    assert_true(watch_scene("plain", text, sizeof text));
    check_heard(text, full_text, leak_text, leak_text);
    assert_non_null(strstr(text, "survived\n"));
}

static void report_too_long_for_standard_error_still_ends_its_line(void **state)
{
    (void)state;
    char text[4096];
    assert_true(watch_scene("long", text, sizeof text));
    const char *end = strstr(text, "o\nsurvived\n");
    assert_non_null(end);
    assert_int_equal(end + 2 - text, 2047);
}

static void report_of_a_misuse_ends_the_process_when_so_configured(void **state)
{
    (void)state;
    char text[4096];
    assert_false(watch_scene("abort", text, sizeof text));
    check_heard(text, leak_text, full_text, "");
    assert_null(strstr(text, "survived"));
}

static void report_of_a_misuse_ends_the_process_only_at_the_flush_when_deferred(void **state)
{
    (void)state;
    char text[4096];
    assert_false(watch_scene("defer", text, sizeof text));
    check_heard(text, leak_text, "deferred\n", full_text);
    assert_null(strstr(text, "survived"));
}

/* ---- the environment ---- */

static void set_variable(const char *name, const char *value)
{
#ifdef _WIN32
    char pair[256];
    snprintf(pair, sizeof pair, "%s=%s", name, value ? value : "");
    assert_int_equal(_putenv(pair), 0);
#else
    assert_int_equal(value ? setenv(name, value, 1) : unsetenv(name), 0);
#endif
}

static void env_reads_a_number_and_its_unit(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t number;
    } cases[] = {
        { "0", 0 },
        { "42", 42 },
        { "0x1F", 31 },
        { "0Xff", 255 },
        { "64k", 65536 },
        { "3M", 3145728 },
        { "2g", UINT64_C(2147483648) },
        { "0x10k", 16384 },
        { "18446744073709551615", UINT64_MAX },
        { "0xFFFFFFFFFFFFFFFF", UINT64_MAX },
        { "17179869183g", UINT64_C(17179869183) << 30 },
        { "000012", 12 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t number = 1;
        assert_true(hfi_parse_u64(cases[i].text, &number));
        assert_true(number == cases[i].number);
    }
}

static void env_refuses_what_is_no_number(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        " 1",
        "1 ",
        "-1",
        "+1",
        "x",
        "0x",
        "1kk",
        "1kb",
        "0x1G1",
        "1.5",
        "k",
        "f",
        "18446744073709551616",
        "17179869184g",
        "99999999999999999999999",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        uint64_t number = 77;
        if (hfi_parse_u64(texts[i], &number)) {
            fail_msg("\"%s\" was read", texts[i]);
        }
    }
}

static void env_knows_the_words_that_switch_off(void **state)
{
    (void)state;
    static const char *const off[] = { "", "0", "no", "No", "off", "OFF", "false", "False" };
    static const char *const on[] = { "1", "yes", "on", "true", "n", "offf", "00", "2" };
    for (size_t i = 0; i < sizeof off / sizeof off[0]; i++) {
        assert_false(hfi_parse_flag(off[i]));
    }
    for (size_t i = 0; i < sizeof on / sizeof on[0]; i++) {
        assert_true(hfi_parse_flag(on[i]));
    }
}

static void env_asks_the_environment_and_has_an_answer_without_it(void **state)
{
    (void)state;
    const char *name = "HOLDFAST_TEST_DIAG";
    char too_long[201];
    memset(too_long, '1', sizeof too_long - 1);
    too_long[sizeof too_long - 1] = '\0';

    set_variable(name, NULL);
    assert_false(hfi_env_flag(name));
    assert_true(hfi_env_u64(name, 5) == 5);
    set_variable(name, "64k");
    assert_true(hfi_env_flag(name));
    assert_true(hfi_env_u64(name, 5) == 65536);
    set_variable(name, "off");
    assert_false(hfi_env_flag(name));
    assert_true(hfi_env_u64(name, 5) == 5);
    set_variable(name, too_long);
    assert_true(hfi_env_flag(name));
    assert_true(hfi_env_u64(name, 5) == 5);
    set_variable(name, NULL);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(report_text_has_a_line_for_each_fact),
    cmocka_unit_test(report_text_leaves_out_what_is_not_known),
    cmocka_unit_test(report_text_stays_on_its_lines_whatever_the_names_are),
    cmocka_unit_test(report_text_fits_every_buffer_and_tells_the_whole_length),
    cmocka_unit_test(report_text_is_never_cut_inside_a_character),
    cmocka_unit_test(report_text_reads_no_field_that_the_report_lacks),
    cmocka_unit_test(report_text_accepts_a_report_of_a_later_version),
    cmocka_unit_test(format_writes_numbers_of_every_size),
    cmocka_unit_test(format_pads_and_cuts),
    cmocka_unit_test(format_writes_a_null_text_as_such),
    cmocka_unit_test(format_copies_from_the_first_thing_it_does_not_know),
    cmocka_unit_test(report_reaches_the_hook_and_gives_its_status_back),
    cmocka_unit_test(report_of_a_misuse_is_made_of_its_parts),
    cmocka_unit_test(report_keeps_the_native_error_values_whatever_the_hook_does),
    cmocka_unit_test(report_that_is_deferred_waits_for_the_flush),
    cmocka_unit_test(report_that_is_deferred_without_texts_has_none_later),
    cmocka_unit_test(report_that_is_deferred_is_cut_between_characters),
    cmocka_unit_test(report_queue_keeps_the_first_and_counts_the_lost),
    cmocka_unit_test(report_queue_goes_round_its_ring),
    cmocka_unit_test(report_queue_is_delivered_at_the_end_of_the_reporter),
    cmocka_unit_test(report_hook_may_raise_and_flush_itself),
    cmocka_unit_test(report_flush_ends_though_the_hook_defers_for_ever),
    cmocka_unit_test(reporter_lock_holds_deferring_off),
    cmocka_unit_test(report_from_several_threads_comes_once_or_is_counted_as_lost),
    cmocka_unit_test(report_goes_to_standard_error_without_a_hook),
    cmocka_unit_test(report_too_long_for_standard_error_still_ends_its_line),
    cmocka_unit_test(report_of_a_misuse_ends_the_process_when_so_configured),
    cmocka_unit_test(report_of_a_misuse_ends_the_process_only_at_the_flush_when_deferred),
    cmocka_unit_test(env_reads_a_number_and_its_unit),
    cmocka_unit_test(env_refuses_what_is_no_number),
    cmocka_unit_test(env_knows_the_words_that_switch_off),
    cmocka_unit_test(env_asks_the_environment_and_has_an_answer_without_it),
};

int main(int argc, char **argv)
{
    program = argv[0];
    if (argc == 2) {
        return play_scene(argv[1]);
    }
    return cmocka_run_group_tests_name("diag", tests, NULL, NULL);
}
