/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_WIN32_WIN_H
#define HOLDFAST_WIN32_WIN_H

/*
 * Comes first in every source of win32/.
 *
 * The floor is Windows 8 (GetCurrentThreadStackLimits); what is newer is looked
 * up at run time.  Text is UTF-8 above and UTF-16 below this folder.
 */

#undef _WIN32_WINNT
#define _WIN32_WINNT 0x0602
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN 1
#endif
#ifndef UNICODE
#define UNICODE 1
#endif

#include <windows.h>

#include "platform/platform.h"

#include "base/verify.h"

#include <holdfast/export.h>

#include <errno.h>

static inline void hfp_win_put_back(const DWORD *saved)
{
    SetLastError(*saved);
}

static inline void hfp_win_put_back_both(const hfp_native_error *saved)
{
    hfp_native_error_restore(*saved);
}

/* The last-error is at the end of the block what it is here, whichever way the block is left. */
#define HFP_KEEP_LAST_ERROR                                                                        \
    const DWORD kept_error_ HF_CLEANUP(hfp_win_put_back) __attribute__((unused)) = GetLastError()

/* The same for errno too: where the C runtime is called, or code that may call it. */
#define HFP_KEEP_BOTH_ERRORS                                                                       \
    const hfp_native_error kept_errors_ HF_CLEANUP(hfp_win_put_back_both)                          \
        __attribute__((unused)) = hfp_native_error_save()

/** The status of a failed call that left `code` as last-error. */
hf_status hfp_win_status(DWORD code);

/* ---- wide.c ---- */

/** Strict UTF-8 to UTF-16 on the process heap; HeapFree gives it back.  HF_E_UTF, HF_E_NOMEM. */
HF_MUST_CHECK hf_status hfp_win_wide(const char *text, wchar_t **wide_out);

/** Gives back what hfp_win_wide() gave. */
void hfp_win_wide_free(wchar_t *wide);

/* ---- crt.c ---- */

/** A module handle of the C runtime that `module` uses, not counted; NULL when it uses none, or
 * several. */
HMODULE hfp_win_crt_of(HMODULE module);

/** The module that this code is in: the program, or Holdfast's own DLL. */
HMODULE hfp_win_own_module(void);

#endif
