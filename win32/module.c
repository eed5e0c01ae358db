/* SPDX-License-Identifier: MIT */

/*
 * Shared libraries.
 *
 * Calls: LoadLibraryExW, GetProcAddress, FreeLibrary, GetSystemDirectoryW
 * (Windows 2000), GetModuleHandleExW (XP), SetThreadErrorMode (7); the
 * LOAD_LIBRARY_SEARCH_* flags (8, or 7 with KB2533623).
 *
 * HFP_MODULE_SYSTEM is there so that a DLL planted in the current or the
 * program's directory is not what gets loaded.  A bare name is looked for in
 * the system directory alone; an absolute path is taken, with what it needs
 * from its own directory and the system's; anything else is relative to a
 * directory that changes under us, and refused.  Where the flags are unknown
 * the same is done with absolute paths.  kernel32 and its like are in every
 * process before any code of ours, and are found there.
 *
 * A loaded DLL runs code of its own, which may change errno as well.
 */

#include "win.h"

#include "base/alloc.h"

#include <string.h>
#include <wchar.h>

#define SAFE_SEARCH (LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_SYSTEM32)

/* C:\… or \\server\…; "C:x" and "\x" depend on a current directory or drive. */
static bool is_absolute(const wchar_t *path)
{
    const bool is_letter =
        (path[0] >= L'A' && path[0] <= L'Z') || (path[0] >= L'a' && path[0] <= L'z');
    return (is_letter && path[1] == L':' && path[2] == L'\\') ||
           (path[0] == L'\\' && path[1] == L'\\');
}

/* LoadLibrary does not take '/' everywhere. */
static void use_backslashes(wchar_t *path)
{
    for (; *path; path++) {
        if (*path == L'/') {
            *path = L'\\';
        }
    }
}

static HMODULE load_absolute(const wchar_t *path)
{
    HMODULE module = LoadLibraryExW(path, NULL, SAFE_SEARCH);
    if (!module && GetLastError() == ERROR_INVALID_PARAMETER) {
        module = LoadLibraryExW(path, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
    }
    return module;
}

static HMODULE load_from_system_directory(const wchar_t *name)
{
    wchar_t path[MAX_PATH];
    const UINT length = GetSystemDirectoryW(path, MAX_PATH);
    if (length == 0 || length + 1 + wcslen(name) + 1 > MAX_PATH) {
        SetLastError(ERROR_FILENAME_EXCED_RANGE);
        return NULL;
    }
    path[length] = L'\\';
    memcpy(path + length + 1, name, (wcslen(name) + 1) * sizeof(*name));
    return LoadLibraryExW(path, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
}

/* These are in every process, from the system's list of known libraries. */
static bool is_always_loaded(const wchar_t *name)
{
    static const wchar_t *const names[] = { L"kernel32", L"ntdll", L"kernelbase" };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const size_t length = wcslen(names[i]);
        if (_wcsnicmp(name, names[i], length) == 0 &&
            (name[length] == L'\0' || _wcsicmp(name + length, L".dll") == 0)) {
            return true;
        }
    }
    return false;
}

static HMODULE load_bare(const wchar_t *name)
{
    HMODULE module = NULL;
    if (is_always_loaded(name) && GetModuleHandleExW(0, name, &module)) {
        return module;
    }
    module = LoadLibraryExW(name, NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
    if (!module && GetLastError() == ERROR_INVALID_PARAMETER) {
        module = load_from_system_directory(name);
    }
    return module;
}

static HMODULE load(const wchar_t *name, hfp_module_search search)
{
    if (is_absolute(name)) {
        return load_absolute(name);
    }
    if (search == HFP_MODULE_ANY) {
        return LoadLibraryExW(name, NULL, 0);
    }
    if (wcspbrk(name, L"\\:")) {
        SetLastError(ERROR_BAD_PATHNAME);
        return NULL;
    }
    return load_bare(name);
}

/* One more reference to the C runtime that this code was linked to. */
static HMODULE own_runtime(void)
{
    HMODULE runtime = hfp_win_crt_of(hfp_win_own_module());
    HMODULE counted = NULL;
    if (!runtime) {
        SetLastError(ERROR_MOD_NOT_FOUND);
        return NULL;
    }
    return GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                              (const wchar_t *)(void *)runtime, &counted)
               ? counted
               : NULL;
}

/* The library, or NULL with the last-error; no box on the screen about a missing disk or DLL. */
static HMODULE load_quietly(wchar_t *name, hfp_module_search search)
{
    DWORD mode = 0;
    const BOOL is_quiet =
        SetThreadErrorMode(SEM_FAILCRITICALERRORS | SEM_NOOPENFILEERRORBOX, &mode);
    use_backslashes(name);
    HMODULE module = load(name, search);
    const DWORD error = GetLastError();
    if (is_quiet) {
        (void)SetThreadErrorMode(mode, NULL);
    }
    SetLastError(error);
    return module;
}

static hf_status open_named(const char *name, hfp_module_search search, HMODULE *module_out)
{
    wchar_t *wide;
    const hf_status status = hfp_win_wide(name, &wide);
    if (status != HF_OK) {
        SetLastError(status == HF_E_UTF ? ERROR_NO_UNICODE_TRANSLATION : ERROR_NOT_ENOUGH_MEMORY);
        return status;
    }
    *module_out = load_quietly(wide, search);
    const DWORD error = GetLastError();
    hfp_win_wide_free(wide);
    SetLastError(error);
    return *module_out ? HF_OK : HF_E_LIBRARY;
}

hf_status hfp_module_open_why(const char *name, hfp_module_search search, void **module_out,
                              uint32_t *native_error_out, char *why, size_t size)
{
    HFP_KEEP_BOTH_ERRORS;
    why[0] = '\0';
    *native_error_out = ERROR_NOT_ENOUGH_MEMORY;
    if (hfi_fault_hit("module open")) {
        return HF_E_NOMEM;
    }
    HMODULE module = NULL;
    hf_status status;
    if (strcmp(name, "c") == 0) {
        module = own_runtime();
        status = module ? HF_OK : HF_E_LIBRARY;
    } else {
        status = open_named(name, search, &module);
    }
    *native_error_out = status == HF_OK ? 0 : GetLastError();
    if (status != HF_OK) {
        hfp_native_error_text(*native_error_out, false, why, size);
        return status;
    }
    *module_out = module;
    return HF_OK;
}

hf_status hfp_module_open(const char *name, hfp_module_search search, void **module_out,
                          uint32_t *native_error_out)
{
    char why[1];
    return hfp_module_open_why(name, search, module_out, native_error_out, why, sizeof(why));
}

hf_status hfp_module_symbol(void *module, const char *symbol, void **address_out)
{
    HFP_KEEP_LAST_ERROR;
    if (hfi_fault_hit("module symbol")) {
        return HF_E_SYMBOL;
    }
    FARPROC found = GetProcAddress(module, symbol);
    if (!found) {
        return HF_E_SYMBOL;
    }
    memcpy(address_out, &found, sizeof(found));
    return HF_OK;
}

hf_status hfp_module_ordinal(void *module, uint16_t ordinal, void **address_out)
{
    HFP_KEEP_LAST_ERROR;
    if (hfi_fault_hit("module symbol")) {
        return HF_E_SYMBOL;
    }
    FARPROC found = ordinal ? GetProcAddress(module, MAKEINTRESOURCEA(ordinal)) : NULL;
    if (!found) {
        return HF_E_SYMBOL;
    }
    memcpy(address_out, &found, sizeof(found));
    return HF_OK;
}

void hfp_module_close(void *module)
{
    HFP_KEEP_BOTH_ERRORS;
    const BOOL freed = FreeLibrary(module);
    HF_VERIFY(freed);
    (void)freed;
}

uint32_t hfp_module_call(void *address, uintptr_t value)
{
    DWORD(WINAPI * function)(uintptr_t);
    memcpy(&function, &address, sizeof function);
    return function(value);
}
