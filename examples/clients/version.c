/* SPDX-License-Identifier: MIT */
/* hf-example: windows */

/*
 * Asks Windows how old it is: VerSetConditionMask() makes a 64-bit number of conditions,
 * VerifyVersionInfoW() compares a struct with the system by it, and wsprintfA(), which takes
 * variable arguments, writes what came out into a managed buffer.
 *
 * No header of Windows is included: the prototypes say what counts of it.
 */

#include "client.h"

#include <stdio.h>
#include <string.h>

#define VER_MINORVERSION      1u
#define VER_MAJORVERSION      2u
#define VER_GREATER_EQUAL     3u
#define ERROR_OLD_WIN_VERSION 1150

/* wsprintfA() writes up to 1024 bytes, whatever it is told to write. */
#define TEXT_SIZE 1024

enum { MASK, VERIFY, PRINT, FUNCTIONS };

static const struct {
    const char *library, *prototype;
} functions[FUNCTIONS] = {
    [MASK] = { "kernel32", "ULONGLONG VerSetConditionMask(ULONGLONG mask, DWORD what, BYTE how)" },
    [VERIFY] = { "kernel32", "typedef struct {"
                             " DWORD size, major, minor, build, platform; WCHAR service_pack[128];"
                             " WORD service_major, service_minor, suite; BYTE product, reserved;"
                             "} version;"
                             "_Static_assert(sizeof(version) == 284, \"as the headers have it\");"
                             "BOOL VerifyVersionInfoW(version *least {in}, DWORD what,"
                             " ULONGLONG mask) {fail(result == 0), error(last_error)}" },
    [PRINT] = { "user32",
                "int WINAPIV wsprintfA(char *to {out, given, size(1024)}, const char *format, ...)"
                " {fail(result < 0)}" },
};

typedef struct client {
    hf_library *library[FUNCTIONS];
    hf_function *function[FUNCTIONS];
} client;

static hf_status bind_all(hf_thread *thread, client *c)
{
    hf_status status = HF_OK;
    for (unsigned i = 0; i < FUNCTIONS && status == HF_OK; i++) {
        status = client_library(thread, functions[i].library, &c->library[i]);
        if (status == HF_OK) {
            status =
                hf_function_bind(thread, c->library[i], functions[i].prototype, &c->function[i]);
        }
    }
    return status;
}

/* One condition after the other goes into the mask. */
static hf_status make_mask(hf_thread *thread, const client *c, uint64_t *mask_out)
{
    static const unsigned what[] = { VER_MAJORVERSION, VER_MINORVERSION };
    hf_result result = HF_RESULT_INIT;
    hf_status status = HF_OK;
    *mask_out = 0;
    for (unsigned i = 0; i < 2 && status == HF_OK; i++) {
        status = HF_CALL(thread, c->function[MASK], &result, *mask_out, what[i], VER_GREATER_EQUAL);
        *mask_out = result.value.u;
    }
    return status;
}

static hf_status print(hf_thread *thread, const client *c, uint32_t major, bool is_new,
                       uint64_t mask)
{
    HF_FRAME(thread);
    hf_ref text = hf_local(thread);
    hf_result result = HF_RESULT_INIT;
    char line[TEXT_SIZE] = "";
    hf_status status = hf_bytes_create(thread, TEXT_SIZE, text);
    if (status == HF_OK) {
        status = HF_CALL(thread, c->function[PRINT], &result, text,
                         "Windows %u or newer: %s, by conditions 0x%I64x", major,
                         is_new ? "yes" : "no", mask & 0xff);
    }
    if (status == HF_OK) {
        status = hf_bytes_read(text, 0, line, (size_t)result.value.i);
        printf("%s\n", line);
    }
    return status;
}

static hf_status compare(hf_thread *thread, const client *c, uint32_t major)
{
    HF_FRAME(thread);
    const uint32_t start[] = { 284, major, 0 };
    hf_ref least = hf_local(thread);
    hf_result result = HF_RESULT_INIT;
    uint64_t mask = 0;
    hf_status status = hf_bytes_create(thread, 284, least);
    if (status == HF_OK) {
        status = hf_bytes_write(least, 0, start, sizeof start);
    }
    if (status == HF_OK) {
        status = make_mask(thread, c, &mask);
    }
    if (status == HF_OK) {
        status = HF_CALL(thread, c->function[VERIFY], &result, least,
                         VER_MAJORVERSION | VER_MINORVERSION, mask);
    }
    bool is_old = status == HF_E_NATIVE && result.error == ERROR_OLD_WIN_VERSION;
    return status == HF_OK || is_old ? print(thread, c, major, !is_old, mask) : status;
}

static hf_status run(hf_thread *thread)
{
    client c = { { NULL, NULL, NULL }, { NULL, NULL, NULL } };
    hf_status status = bind_all(thread, &c);
    if (status == HF_OK) {
        status = compare(thread, &c, 5);
    }
    if (status == HF_OK) {
        status = compare(thread, &c, 99);
    }
    for (unsigned i = 0; i < FUNCTIONS; i++) {
        hf_function_destroy(c.function[i]);
        hf_library_close(c.library[i]);
    }
    return status;
}

int main(void)
{
    return client_main(run);
}
