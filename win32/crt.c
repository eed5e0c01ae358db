/* SPDX-License-Identifier: MIT */

/*
 * Which C runtime does a module use?
 *
 * Calls: GetModuleHandleExW (Windows XP), and the module's own import table,
 * which the loader keeps mapped.
 *
 * A Windows process may hold several C runtimes, each with an errno of its
 * own, and a DLL sets that of the runtime it was linked to.  The import table
 * says which one that is.  A module that imports two of them has two errnos, so
 * there is no answer for it; the api-ms-win-crt-* names are all ucrtbase.dll.
 * A statically linked runtime shows no import, and is none to us either.
 */

#include "win.h"

#include <string.h>

#define NAME_MAX_BYTES 64

HMODULE hfp_win_own_module(void)
{
    HMODULE own = NULL;
    const DWORD flags =
        GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT;
    (void)GetModuleHandleExW(flags, (const wchar_t *)(void *)&hfp_win_own_module, &own);
    return own;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Lower-case copy; false when the name is longer than any runtime's. */
static bool copy_lower(const char *name, char *copy)
{
    for (size_t i = 0; i < NAME_MAX_BYTES; i++) {
        copy[i] = lower(name[i]);
        if (name[i] == '\0') {
            return true;
        }
    }
    return false;
}

static bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* The DLL whose errno a module sets that imports `name`; NULL when `name` is no C runtime. */
static const char *runtime_behind(const char *name)
{
    if (starts_with(name, "api-ms-win-crt-")) {
        return "ucrtbase.dll";
    }
    const bool is_numbered = starts_with(name, "msvcr") && name[5] >= '0' && name[5] <= '9';
    const bool is_runtime = is_numbered || strcmp(name, "msvcrt.dll") == 0 ||
                            strcmp(name, "ucrtbase.dll") == 0 ||
                            strcmp(name, "ucrtbased.dll") == 0 || strcmp(name, "crtdll.dll") == 0;
    return is_runtime ? name : NULL;
}

/* The import directory, NULL when there is none or the headers are not of this process's kind. */
static const IMAGE_IMPORT_DESCRIPTOR *imports_of(const char *image)
{
    const IMAGE_DOS_HEADER *dos = (const void *)image;
    if (dos->e_magic != IMAGE_DOS_SIGNATURE) {
        return NULL;
    }
    const IMAGE_NT_HEADERS *headers = (const void *)(image + dos->e_lfanew);
    if (headers->Signature != IMAGE_NT_SIGNATURE ||
        headers->OptionalHeader.Magic != IMAGE_NT_OPTIONAL_HDR_MAGIC) {
        return NULL;
    }
    const IMAGE_DATA_DIRECTORY *directory =
        &headers->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_IMPORT];
    return directory->Size == 0 ? NULL : (const void *)(image + directory->VirtualAddress);
}

HMODULE hfp_win_crt_of(HMODULE module)
{
    const char *image = (const void *)module;
    const IMAGE_IMPORT_DESCRIPTOR *import = imports_of(image);
    HMODULE found = NULL;
    for (; import && import->Name != 0; import++) {
        char name[NAME_MAX_BYTES];
        if (!copy_lower(image + import->Name, name)) {
            continue;
        }
        const char *dll = runtime_behind(name);
        HMODULE runtime = dll ? GetModuleHandleA(dll) : NULL;
        if (runtime && found && runtime != found) {
            return NULL;
        }
        found = runtime ? runtime : found;
    }
    return found;
}
