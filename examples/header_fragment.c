/* SPDX-License-Identifier: MIT */
/* hf-example: all */

/*
 * A piece of a header, pasted: types, constants and functions of the C library, understood at once,
 * each function looked up when it is first used.
 *
 * What C cannot say is in braces; the rest is as <stdlib.h>, <math.h> and <time.h> have it.  A
 * struct by value (div_t) and one that the callee fills in (struct tm) need nothing more.
 */

#include <holdfast.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char header[] = "enum month { JANUARY, FEBRUARY, DECEMBER = 11 };\n"
                             "\n"
                             "typedef struct { int quot; int rem; } div_t;\n"
                             "div_t div(int numerator, int denominator);\n"
                             "int abs(int number);\n"
                             "long strtol(const char *text, char **end {raw}, int base);\n"
                             "\n"
                             "struct tm {\n"
                             "    int tm_sec, tm_min, tm_hour;\n"
                             "    int tm_mday, tm_mon, tm_year;\n"
                             "    int tm_wday, tm_yday, tm_isdst;\n"
                             "};\n"
                             "size_t strftime(char *text {out, text},\n"
                             "                size_t size {capacity(text)},\n"
                             "                const char *format,\n"
                             "                const struct tm *when {raw})\n"
                             "    {fail(result == 0), grow(result == 0)};\n"
                             "\n"
                             "long long hf_not_in_any_library(void);\n";

static void say(const char *what, hf_status status)
{
    (void)fprintf(stderr, "%s: %s\n", what, hf_status_text(status));
}

/* A struct that comes back by value is a buffer of exactly its size. */
static hf_status divide(hf_thread *thread, hf_binding *libc)
{
    HF_FRAME(thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *function;
    div_t parts;
    hf_status status = hf_binding_function(thread, libc, "div", &function);
    if (status == HF_OK) {
        status = hf_call(thread, function, &result, HF_ARGS(HF_INT(47), HF_INT(5)));
    }
    if (status == HF_OK) {
        status = hf_bytes_read(hf_result_out(&result, 0), 0, &parts, sizeof(parts));
    }
    if (status == HF_OK) {
        (void)printf("47 is %d times 5 and %d\n", parts.quot, parts.rem);
    }
    return status;
}

/* The last moment of a year, as text: the buffer is made and grown by the call. */
static hf_status write_date(hf_thread *thread, hf_binding *libc)
{
    HF_FRAME(thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *function;
    struct tm when;
    int64_t december;
    hf_type_layout mday;
    memset(&when, 0, sizeof(when));
    hf_status status = hf_binding_constant(libc, "DECEMBER", &december);
    if (status == HF_OK) {
        when = (struct tm){ .tm_mday = 31, .tm_mon = (int)december, .tm_year = 99 };
        status = hf_binding_layout(libc, "struct tm.tm_mday", &mday);
    }
    if (status == HF_OK && mday.offset != offsetof(struct tm, tm_mday)) {
        status = HF_E_LAYOUT;
    }
    if (status == HF_OK) {
        status = hf_binding_function(thread, libc, "strftime", &function);
    }
    if (status == HF_OK) {
        status = hf_call(thread, function, &result,
                         HF_ARGS(HF_CSTR("%Y-%m-%d %H:%M:%S"), HF_POINTER(&when)));
    }
    if (status == HF_OK) {
        char text[64] = "";
        hf_ref date = hf_result_out(&result, 0);
        size_t size = (size_t)hf_bytes_size(date);
        status = hf_bytes_read(date, 0, text, size < sizeof(text) ? size : sizeof(text) - 1);
        (void)printf("%s\n", text);
    }
    return status;
}

/* A header may declare what a library lacks; that is said when it is asked for, and not before. */
static hf_status look_for_what_is_not_there(hf_thread *thread, hf_binding *libc)
{
    hf_function *function;
    hf_status status = hf_binding_function(thread, libc, "hf_not_in_any_library", &function);
    (void)printf("hf_not_in_any_library: %s\n", hf_status_text(status));
    return status == HF_E_SYMBOL ? HF_OK : status;
}

static hf_status use_header(hf_thread *thread)
{
    hf_library *library;
    hf_binding *libc;
    hf_status status = hf_library_open(thread, "c", &library);
    if (status != HF_OK) {
        return status;
    }
    status = hf_binding_create(thread, library, header, NULL, &libc);
    hf_library_close(library); /* the binding keeps it */
    if (status != HF_OK) {
        return status;
    }
    status = divide(thread, libc);
    status = status == HF_OK ? write_date(thread, libc) : status;
    status = status == HF_OK ? look_for_what_is_not_there(thread, libc) : status;
    hf_binding_destroy(libc);
    return status;
}

int main(void)
{
    hf_runtime *runtime;
    hf_thread *thread;
    hf_status status = hf_runtime_create(NULL, &runtime);
    if (status != HF_OK) {
        say("runtime", status);
        return 1;
    }
    status = hf_thread_attach(runtime, &thread);
    if (status == HF_OK) {
        status = use_header(thread);
        (void)hf_thread_detach(thread);
    }
    if (status != HF_OK) {
        say("header", status);
    }
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    hf_runtime_destroy(runtime, &leaks);
    return status == HF_OK && leaks.functions == 0 ? 0 : 1;
}
