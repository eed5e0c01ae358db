/* SPDX-License-Identifier: MIT */
/* hf-example: windows timeout=180 */

/*
 * The demonstration on Windows: names and registry values here, devices in demo/devices_windows.c.
 * Each call starts with a buffer far too small and is checked against the plain C call.
 */

#include "demo/devices_windows.h"

#include <stdio.h>
#include <wchar.h>

#define PLAIN_UNITS  8192
#define VALUE_BYTES  4000
#define KEY_NAME     L"Software\\Holdfast-demo"
#define VARIABLE     L"HOLDFAST_DEMO"
#define VARIABLE_LEN 3000

static WCHAR plain[PLAIN_UNITS]; /* what plain C got */

/* ---- between Holdfast and the system ---- */

static DWORD WINAPI watched_module(HMODULE module, LPWSTR name, DWORD size)
{
    demo_watch_out(name, size * sizeof *name);
    return GetModuleFileNameW(module, name, size);
}

static DWORD WINAPI watched_variable(LPCWSTR name, LPWSTR value, DWORD size)
{
    demo_watch_out(value, size * sizeof *value);
    return GetEnvironmentVariableW(name, value, size);
}

static LSTATUS WINAPI watched_query(HKEY key, LPCWSTR name, LPDWORD reserved, LPDWORD type,
                                    LPBYTE data, LPDWORD size)
{
    demo_watch_out(data, *size);
    return RegQueryValueExW(key, name, reserved, type, data, size);
}

/* ---- names ---- */

static void show_module(demo *d, hf_library *kernel32)
{
    demo_pair pair = demo_bind_pair(
        d, kernel32,
        "DWORD WINAPI GetModuleFileNameW(HMODULE module, LPWSTR name {out, text},"
        "                                DWORD size {capacity(name)})"
        " {fail(result == 0), error(last_error), grow_ok(result >= size), length(name, result)}",
        2, (void *)watched_module);
    DWORD length = GetModuleFileNameW(NULL, plain, PLAIN_UNITS);
    demo_row row = { HF_ARGS(HF_NULL), 0, plain, length * sizeof *plain, true, NULL, NULL };
    demo_check(d, &pair, &row);
}

static void show_variable(demo *d, hf_library *kernel32)
{
    demo_pair pair = demo_bind_pair(
        d, kernel32,
        "DWORD WINAPI GetEnvironmentVariableW(LPCWSTR name, LPWSTR value {out, text},"
        "                                     DWORD size {capacity(value)})"
        " {fail(result == 0 && error != 0), error(last_error), grow_ok(result >= size),"
        "  needed(value, result), length(value, result)}",
        2, (void *)watched_variable);
    for (DWORD i = 0; i < VARIABLE_LEN; i++) {
        plain[i] = (WCHAR)(L'\u03b1' + i % 25);
    }
    plain[VARIABLE_LEN] = 0;
    SetEnvironmentVariableW(VARIABLE, plain);
    DWORD length = GetEnvironmentVariableW(VARIABLE, plain, PLAIN_UNITS);
    demo_row row = {
        HF_ARGS(HF_CSTR("HOLDFAST_DEMO")), 0, plain, length * sizeof *plain, true, NULL, NULL
    };
    demo_check(d, &pair, &row);
    /* Empty is not missing: both return 0. */
    SetEnvironmentVariableW(VARIABLE, L"");
    row.size = 0;
    row.shown = "(empty)";
    demo_check(d, &pair, &row);
    SetEnvironmentVariableW(VARIABLE, NULL);
    HF_FRAME(d->thread);
    hf_result result = HF_RESULT_INIT;
    if (!pair.direct || demo_call(d, pair.direct, &result, row.arguments) != HF_E_NATIVE ||
        result.error != ERROR_ENVVAR_NOT_FOUND) {
        demo_fail(d, "a missing variable is not told from an empty one");
    }
}

/* ---- the registry ---- */

static hf_status close_key(uintptr_t value, void *user)
{
    (void)user;
    return RegCloseKey((HKEY)value) == ERROR_SUCCESS ? HF_OK : HF_E_SYSTEM;
}

static const hf_resource_class key_class = {
    .struct_size = sizeof(hf_resource_class),
    .name = "HKEY",
    .invalid = 0,
    .release = close_key,
};

static hf_status create_key(demo *d, hf_library *advapi32, hf_ref key)
{
    HF_FRAME(d->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *create = demo_bind(
        d, advapi32,
        "LSTATUS WINAPI RegCreateKeyExW(HKEY key, LPCWSTR name, DWORD reserved, LPWSTR class {raw},"
        " DWORD options, REGSAM access, SECURITY_ATTRIBUTES *security {raw}, HKEY *opened {out},"
        " LPDWORD disposition {out}) {fail(result != 0), error(result)}",
        0, NULL);
    hf_status status = HF_E_SYMBOL;
    if (create) {
        status = demo_call(d, create, &result,
                           HF_ARGS(HF_POINTER(HKEY_CURRENT_USER),
                                   HF_CSTR("Software\\Holdfast-demo"), HF_UINT(0), HF_NULL,
                                   HF_UINT(REG_OPTION_VOLATILE), HF_UINT(KEY_ALL_ACCESS), HF_NULL));
    }
    if (status == HF_OK) {
        uintptr_t opened = (uintptr_t)hf_result_scalar(&result, 0);
        status = hf_resource_create(d->thread, &key_class, opened, key);
        if (status != HF_OK) {
            RegCloseKey((HKEY)opened);
        }
    }
    return status;
}

static hf_status set_value(demo *d, hf_library *advapi32, hf_ref key)
{
    HF_FRAME(d->thread);
    hf_ref data = hf_local(d->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *set =
        demo_bind(d, advapi32,
                  "LSTATUS WINAPI RegSetValueExW(HKEY key {resource}, LPCWSTR name, DWORD reserved,"
                  " DWORD type, const BYTE *data, DWORD size {capacity(data, bytes)})"
                  " {fail(result != 0), error(result)}",
                  0, NULL);
    for (DWORD i = 0; i < VALUE_BYTES / 2; i++) {
        plain[i] = (WCHAR)(L'A' + i % 26);
    }
    hf_status status = hf_bytes_create(d->thread, VALUE_BYTES, data);
    status = status == HF_OK ? hf_bytes_write(data, 0, plain, VALUE_BYTES) : status;
    if (status == HF_OK && set) {
        status = demo_call(d, set, &result,
                           HF_ARGS(HF_RESOURCE(key), HF_CSTR("value"), HF_UINT(0),
                                   HF_UINT(REG_BINARY), HF_BUFFER(data, 0, HF_WHOLE)));
    }
    return status;
}

static void show_registry(demo *d, hf_library *advapi32)
{
    HF_FRAME(d->thread);
    hf_ref key = hf_local(d->thread);
    hf_status status = create_key(d, advapi32, key);
    status = status == HF_OK ? set_value(d, advapi32, key) : status;
    if (status == HF_OK) {
        demo_pair pair =
            demo_bind_pair(d, advapi32,
                           "LSTATUS WINAPI RegQueryValueExW(HKEY key {resource}, LPCWSTR name,"
                           " LPDWORD reserved {raw}, LPDWORD type {out}, LPBYTE data {out},"
                           " LPDWORD size {inout, capacity(data), needed(data), length(data)})"
                           " {fail(result != 0), error(result), grow(error == 234)}",
                           1, (void *)watched_query);
        DWORD size = sizeof plain;
        if (RegGetValueW(HKEY_CURRENT_USER, KEY_NAME, L"value", RRF_RT_ANY, NULL, plain, &size) !=
            ERROR_SUCCESS) {
            demo_fail(d, "RegGetValueW: no value");
        }
        demo_row row = {
            HF_ARGS(HF_RESOURCE(key), HF_CSTR("value"), HF_NULL), 0, plain, size, true, NULL, NULL
        };
        demo_check(d, &pair, &row);
    } else {
        demo_fail(d, "no registry key: %s", hf_status_text(status));
    }
    if (!hf_is_null(key) && hf_resource_dispose(d->thread, key) != HF_OK) {
        demo_fail(d, "the key was not closed");
    }
    RegDeleteKeyW(HKEY_CURRENT_USER, KEY_NAME);
}

int main(void)
{
    static demo d;
    d.types = device_types;
    d.type_count = device_type_count;
    SetConsoleOutputCP(CP_UTF8);
    if (!demo_begin(&d)) {
        return 1;
    }
    demo_print_head("Windows: everything unpinned moves at each crossing, and a thread collects");
    hf_library *kernel32 = demo_library(&d, "kernel32.dll");
    hf_library *advapi32 = demo_library(&d, "advapi32.dll");
    hf_library *setupapi = demo_library(&d, "setupapi.dll");
    if (kernel32 && advapi32 && setupapi) {
        show_module(&d, kernel32);
        show_variable(&d, kernel32);
        show_registry(&d, advapi32);
        devices_show_present(&d, setupapi);
        devices_show_own(&d, setupapi);
    }
    return demo_end(&d);
}
