/* SPDX-License-Identifier: MIT */

/*
 * Begin, table and end of a demonstration; see demo.h.
 */

#include "collector.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define VALUE_COLUMNS 30

void demo_fail(demo *d, const char *format, ...)
{
    va_list arguments;
    d->failures++;
    fflush(stdout);
    fputs("FAILED: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

/* ---- begin ---- */

bool demo_begin(demo *d)
{
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.stress_every = 1; /* every safepoint and crossing moves everything unpinned */
    hf_status status = hf_runtime_create(&options, &d->runtime);
    status = status == HF_OK ? hf_thread_attach(d->runtime, &d->thread) : status;
    status = status == HF_OK ? collector_make_neighbours(d) : status;
    if (status == HF_OK) {
        d->collector = demo_thread_start(collector_run, d);
        status = d->collector ? HF_OK : HF_E_SYSTEM;
    }
    if (status != HF_OK) {
        demo_fail(d, "no runtime: %s", hf_status_text(status));
        (void)demo_end(d);
    }
    return status == HF_OK;
}

hf_library *demo_library(demo *d, const char *name)
{
    hf_library *library = NULL;
    hf_status status = HF_E_LIMIT;
    if (d->library_count < DEMO_LIBRARIES) {
        status = hf_library_open(d->thread, name, &library);
    }
    if (status != HF_OK) {
        demo_fail(d, "library %s: %s", name, hf_status_text(status));
        return NULL;
    }
    d->library[d->library_count++] = library;
    return library;
}

hf_function *demo_bind(demo *d, hf_library *library, const char *prototype, size_t first_bytes,
                       void *address)
{
    hf_function *function = NULL;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.first_bytes = first_bytes;
    options.types = d->types;
    options.type_count = d->type_count;
    options.address = address;
    hf_status status = HF_E_LIMIT;
    if (d->function_count < DEMO_FUNCTIONS) {
        status = hf_function_bind_with(d->thread, library, prototype, &options, &function);
    }
    if (status != HF_OK) {
        demo_fail(d, "%.60s ...: %s", prototype, hf_status_text(status));
        return NULL;
    }
    d->function[d->function_count++] = function;
    return function;
}

demo_pair demo_bind_pair(demo *d, hf_library *library, const char *prototype, size_t first_bytes,
                         void *watched)
{
    demo_pair pair = { demo_bind(d, library, prototype, first_bytes, NULL),
                       demo_bind(d, library, prototype, first_bytes, watched), first_bytes };
    return pair;
}

/* ---- calls ---- */

hf_status demo_call(demo *d, const hf_function *function, hf_result *result,
                    const hf_arg *arguments)
{
    hf_status status = hf_call(d->thread, function, result, arguments);
    d->calls++;
    d->tries += result->attempts;
    if (status != HF_OK && status != HF_E_NATIVE) {
        demo_fail(d, "%s: %s", hf_function_name(function), hf_status_text(status));
    }
    return status;
}

bool demo_has_bytes(hf_thread *thread, const hf_slot *buffer, const void *bytes, size_t size)
{
    hf_span span;
    HF_FENCE(thread, fence, buffer, &span);
    bool is_equal = hf_fence_status(&fence) == HF_OK && span.size == size &&
                    memcmp(span.data, bytes, size) == 0;
    hf_fence_end(&fence);
    return is_equal;
}

static bool call_and_compare(demo *d, const hf_function *function, hf_result *result,
                             const demo_row *row)
{
    if (!function) {
        return false; /* counted when it was bound */
    }
    hf_status status = demo_call(d, function, result, row->arguments);
    if (status == HF_E_NATIVE) {
        demo_fail(d, "%s failed with error %lld", hf_function_name(function),
                  (long long)result->error);
    }
    if (status != HF_OK) {
        return false;
    }
    bool is_same = row->is_same ? row->is_same(d->thread, result, row->expected)
                                : demo_has_bytes(d->thread, hf_result_out(result, row->out),
                                                 row->expected, row->size);
    if (!is_same) {
        demo_fail(d, "%s: not what plain C got", hf_function_name(function));
        return false;
    }
    return true;
}

/* ---- the table ---- */

void demo_print_head(const char *title)
{
    printf("\n%s\n\n%-34s %5s %5s %6s  %-*s %6s %s\n", title, "function", "first", "tries", "bytes",
           VALUE_COLUMNS, "value", "moved", "= C");
}

/* Prints in exactly VALUE_COLUMNS columns; a long text is cut between characters. */
static void print_value(const char *text, size_t size)
{
    int columns = 0;
    size_t end = 0;
    while (end < size && columns < VALUE_COLUMNS) {
        columns++;
        end++;
        while (end < size && ((unsigned char)text[end] & 0xc0) == 0x80) {
            end++;
        }
    }
    for (size_t i = 0; i < end; i++) {
        unsigned char c = (unsigned char)text[i];
        putchar(c < 0x20 || c == 0x7f ? '.' : c); /* a NUL between two names, say */
    }
    printf("%*s", VALUE_COLUMNS - columns, "");
}

static void print_wide_value(demo *d, const demo_row *row)
{
    static char text[3 * 8192];
    hf_utf_result found;
    hf_status status =
        hf_utf16_to_utf8(row->expected, row->size / 2, HF_UTF_STRICT, text, sizeof text, &found);
    if (status != HF_OK) {
        demo_fail(d, "the text is no UTF-16 at unit %lu", (unsigned long)found.first_bad);
        return;
    }
    print_value(text, found.written);
}

void demo_check(demo *d, const demo_pair *pair, const demo_row *row)
{
    HF_FRAME(d->thread);
    hf_result direct = HF_RESULT_INIT;
    hf_result watched = HF_RESULT_INIT;
    uint64_t moves = 0;
    bool is_right = call_and_compare(d, pair->direct, &direct, row);
    watch_begin(d);
    is_right = call_and_compare(d, pair->watched, &watched, row) && is_right;
    if (is_right && !watch_end(&moves)) {
        demo_fail(d, "%s: its buffer did not stay while others moved",
                  hf_function_name(pair->direct));
        is_right = false;
    }
    printf("%-34s %5zu %5u %6zu  ", pair->direct ? hf_function_name(pair->direct) : "(not bound)",
           pair->first_bytes, (unsigned)direct.attempts,
           hf_bytes_size(hf_result_out(&direct, row->out)));
    if (row->shown) {
        print_value(row->shown, strlen(row->shown));
    } else if (row->is_wide) {
        print_wide_value(d, row);
    } else {
        print_value(row->expected, row->size);
    }
    printf(" %6llu %s\n", (unsigned long long)moves, is_right ? "yes" : "NO");
}

/* ---- end ---- */

static void end_thread(demo *d, hf_heap_statistics *figures)
{
    if (d->collector) {
        atomic_store(&d->is_over, true);
        /* It may want to stop the world once more: waiting is for native state. */
        (void)HF_NATIVE_CALL_VOID(d->thread, NULL, demo_thread_join(d->collector));
    }
    if (hf_collect(d->thread) != HF_OK || hf_heap_check(d->thread) != HF_OK) {
        demo_fail(d, "the heap is not in order");
    }
    (void)hf_heap_statistics_get(d->runtime, figures);
    hf_global_destroy(d->thread, d->neighbours);
    for (unsigned i = 0; i < d->function_count; i++) {
        hf_function_destroy(d->function[i]);
    }
    for (unsigned i = 0; i < d->library_count; i++) {
        hf_library_close(d->library[i]);
    }
    (void)hf_thread_detach(d->thread);
}

int demo_end(demo *d)
{
    hf_heap_statistics figures = HF_HEAP_STATISTICS_INIT;
    const hf_runtime_leaks none = HF_RUNTIME_LEAKS_INIT;
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    if (d->thread) {
        end_thread(d, &figures);
    }
    hf_runtime_destroy(d->runtime, &leaks);
    uint64_t left = leaks.threads + leaks.fences + leaks.resources + leaks.finalizers +
                    leaks.globals + leaks.functions;
    uint64_t pins = leaks.pins + figures.pinned_last;
    if (pins != 0 || memcmp(&leaks, &none, sizeof leaks) != 0) {
        demo_fail(d, "something was not given back");
    }
    printf("\npins left %llu, leaks %llu, failures %llu\n", (unsigned long long)pins,
           (unsigned long long)left, (unsigned long long)d->failures);
    printf("%llu calls, %llu tries, %llu collections, %llu objects moved\n",
           (unsigned long long)d->calls, (unsigned long long)d->tries,
           (unsigned long long)figures.collections, (unsigned long long)figures.objects_moved);
    return d->failures == 0 ? 0 : 1;
}
