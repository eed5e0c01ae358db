/* SPDX-License-Identifier: MIT */

/* The catalogue: text functions of the C runtime. */

#include "natives.h"

const hfp_native hfp_natives_crt[] = {
    { "_wgetcwd", "msvcrt.dll",
      "wchar_t *_wgetcwd(wchar_t *path {out, text}, int size {capacity(path)})"
      " {fail(result == 0), error(errno), grow(error == 34)}",
      "_wgetcwd, learn.microsoft.com", HFP_MEASURED },
    { "_getcwd", "msvcrt.dll",
      "char *_getcwd(char *path {out, text(system)}, int size {capacity(path)})"
      " {fail(result == 0), error(errno), grow(error == 34)}",
      "_getcwd, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "_wfullpath", "msvcrt.dll",
      "wchar_t *_wfullpath(wchar_t *path {out, text}, const wchar_t *name,"
      " size_t size {capacity(path)})"
      " {fail(result == 0), error(errno), grow(error == 34)}",
      "_wfullpath, learn.microsoft.com", HFP_MEASURED },
    { "_snwprintf", "msvcrt.dll",
      "int _snwprintf(wchar_t *text {out, text}, size_t size {capacity(text)},"
      " const wchar_t *format, ...)"
      " {fail(result < 0), error(none), grow(result < 0), grow_ok(result >= size),"
      " length(text, result)}",
      "_snwprintf, learn.microsoft.com", HFP_MEASURED | HFP_PUBLISHED },
    { "_snprintf", "msvcrt.dll",
      "int _snprintf(char *text {out, text}, size_t size {capacity(text)}, const char *format, ...)"
      " {fail(result < 0), error(none), grow(result < 0), grow_ok(result >= size),"
      " length(text, result)}",
      "_snprintf, learn.microsoft.com", HFP_MEASURED | HFP_PUBLISHED },
    { "wcsftime", "msvcrt.dll",
      "size_t wcsftime(wchar_t *text {out, text}, size_t size {capacity(text)},"
      " const wchar_t *format, const int *time {in, size(36)})"
      " {fail(result == 0 && error != 0), error(errno, clear), grow(error == 34),"
      " grow_ok(result >= size), length(text, result)}",
      "wcsftime, learn.microsoft.com; wine 8 fills the whole and leaves the NUL out",
      HFP_MEASURED },
    { "strftime", "msvcrt.dll",
      "size_t strftime(char *text {out, text(system)}, size_t size {capacity(text)},"
      " const char *format {text(system)}, const int *time {in, size(36)})"
      " {fail(result == 0 && error != 0), error(errno, clear), grow(error == 34),"
      " grow_ok(result >= size), length(text, result)}",
      "strftime, learn.microsoft.com; wine 8 fills the whole and leaves the NUL out",
      HFP_MEASURED },
    { "_wgetenv_s", "msvcrt.dll",
      "int _wgetenv_s(size_t *needed {out, needed(value)},"
      " wchar_t *value {out, text}, size_t size {capacity(value)}, const wchar_t *name)"
      " {fail(result != 0), error(result), grow(error == 34),"
      " length(value, needed - (needed > 0))}",
      "_wgetenv_s, learn.microsoft.com: a variable that is not there is empty, and needs 0",
      HFP_MEASURED | HFP_DOCUMENTED },
    { "getenv_s", "msvcrt.dll",
      "int getenv_s(size_t *needed {out, needed(value)},"
      " char *value {out, text(system)}, size_t size {capacity(value)}, const char *name "
      "{text(system)})"
      " {fail(result != 0), error(result), grow(error == 34),"
      " length(value, needed - (needed > 0))}",
      "getenv_s, learn.microsoft.com: a variable that is not there is empty, and needs 0",
      HFP_MEASURED | HFP_DOCUMENTED },
    { NULL, NULL, NULL, NULL, 0 },
};
