/* SPDX-License-Identifier: MIT */

/* The catalogue: directories and names of files. */

#include "natives.h"

const hfp_native hfp_natives_paths[] = {
    { "GetCurrentDirectoryW", "kernel32.dll",
      "DWORD WINAPI GetCurrentDirectoryW(DWORD size {capacity(path)}, WCHAR *path {out, text})"
      " {fail(result == 0), error(last_error), grow_ok(result >= size),"
      " needed(path, result), length(path, result)}",
      "GetCurrentDirectory, learn.microsoft.com", HFP_MEASURED | HFP_PUBLISHED },
    { NULL, NULL, NULL, NULL, 0 },
};
