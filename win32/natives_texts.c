/* SPDX-License-Identifier: MIT */

/* The catalogue: messages, identifiers, names in certificates. */

#include "natives.h"

const hfp_native hfp_natives_texts[] = {
    { "FormatMessageW", "kernel32.dll",
      "DWORD WINAPI FormatMessageW(DWORD flags, void *module {raw}, DWORD id, DWORD language,"
      " WCHAR *text {out, text, room(most 32767)}, DWORD size {capacity(text)},"
      " void *arguments {raw})"
      " {fail(result == 0 && error != 0), error(last_error, clear), grow(error == 122),"
      " length(text, result)}",
      "FormatMessageW, learn.microsoft.com: from the system or a module", HFP_MEASURED },
    { "FormatMessageW:string", "kernel32.dll",
      "DWORD WINAPI FormatMessageW(DWORD flags, LPCWSTR format, DWORD id, DWORD language,"
      " WCHAR *text {out, text, room(most 32767)}, DWORD size {capacity(text)},"
      " void *arguments {raw})"
      " {fail(result == 0 && error != 0), error(last_error, clear), grow(error == 122),"
      " length(text, result)}",
      "FormatMessageW, learn.microsoft.com: from a text", HFP_MEASURED },
    { "StringFromGUID2", "ole32.dll",
      "int WINAPI StringFromGUID2(const GUID *id, WCHAR *text {out, text, room(first 39)},"
      " int size {capacity(text)})"
      " {fail(result == 0), error(none), grow(result == 0), length(text, result - 1)}",
      "StringFromGUID2, learn.microsoft.com", HFP_MEASURED },
    { "CertGetNameStringW", "crypt32.dll",
      "DWORD WINAPI CertGetNameStringW(const void *certificate {raw}, DWORD type, DWORD flags,"
      " void *parameter {raw}, WCHAR *name {out, text, room(least 2)}, DWORD size {capacity(name)})"
      " {fail(0), grow_ok(result >= size), length(name, result - 1)}",
      "CertGetNameStringW, learn.microsoft.com", HFP_DOCUMENTED },
    { NULL, NULL, NULL, NULL, 0 },
};
