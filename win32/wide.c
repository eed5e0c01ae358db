/* SPDX-License-Identifier: MIT */

/*
 * UTF-8 in, UTF-16 out, for names that go to Windows.
 *
 * Calls: MultiByteToWideChar, HeapAlloc (Windows 2000).
 *
 * Strict: a name that is not UTF-8 is refused, never turned into a similar one
 * that might name another file.  The memory is the process heap's and not
 * base/alloc.h's, so that leak counts above stay about what is above.
 */

#include "win.h"

hf_status hfp_win_status(DWORD code)
{
    switch (code) {
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_OUTOFMEMORY:
    case ERROR_COMMITMENT_LIMIT:
    case ERROR_NO_SYSTEM_RESOURCES:
        return HF_E_NOMEM;
    default:
        return HF_E_SYSTEM;
    }
}

hf_status hfp_win_wide(const char *text, wchar_t **wide_out)
{
    const int units = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, NULL, 0);
    if (units <= 0) {
        return HF_E_UTF;
    }
    wchar_t *wide = HeapAlloc(GetProcessHeap(), 0, (size_t)units * sizeof(*wide));
    if (!wide) {
        return HF_E_NOMEM;
    }
    if (MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, wide, units) != units) {
        hfp_win_wide_free(wide);
        return HF_E_UTF;
    }
    *wide_out = wide;
    return HF_OK;
}

void hfp_win_wide_free(wchar_t *wide)
{
    (void)HeapFree(GetProcessHeap(), 0, wide);
}
