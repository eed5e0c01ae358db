/* SPDX-License-Identifier: MIT */

/*
 * The catalogue: values of the registry.
 *
 * What a value is said to be and what it holds are two things: text may lack its NUL, have two of
 * them, or be of odd length.  The readings with `text` end it themselves.
 */

#include "natives.h"

const hfp_native hfp_natives_values[] = {
    { "RegQueryValueExW", "advapi32.dll",
      "LSTATUS WINAPI RegQueryValueExW(HKEY key, LPCWSTR name, LPDWORD reserved {raw},"
      " LPDWORD type {out}, LPBYTE data {out, room(reserve 4)},"
      " LPDWORD size {inout, capacity(data), needed(data), length(data)})"
      " {fail(result != 0), error(result), grow(error == 234)}",
      "RegQueryValueExW, learn.microsoft.com; two NULs may be written behind the size",
      HFP_MEASURED | HFP_TESTED | HFP_PUBLISHED },
    { "RegQueryValueExW:text", "advapi32.dll",
      "LSTATUS WINAPI RegQueryValueExW(HKEY key, LPCWSTR name, LPDWORD reserved {raw},"
      " LPDWORD type {out}, LPWSTR data {out, text, room(reserve 2)},"
      " LPDWORD size {inout, capacity(data, bytes), needed(data, bytes), length(data, bytes)})"
      " {fail(result != 0), error(result), grow(error == 234)}",
      "RegQueryValueExW, learn.microsoft.com: the NUL may be missing",
      HFP_MEASURED | HFP_TESTED | HFP_PUBLISHED },
    { "RegQueryValueExW:performance", "advapi32.dll",
      "LSTATUS WINAPI RegQueryValueExW(HKEY key, LPCWSTR name, LPDWORD reserved {raw},"
      " LPDWORD type {out}, LPBYTE data {out, room(first 65536)},"
      " LPDWORD size {inout, capacity(data), length(data)})"
      " {fail(result != 0), error(result), grow(error == 234)}",
      "RegQueryValueExW, learn.microsoft.com: under HKEY_PERFORMANCE_DATA the size that comes "
      "back with 234 means nothing",
      HFP_MEASURED | HFP_PUBLISHED },
    { "RegQueryValueExA", "advapi32.dll",
      "LSTATUS WINAPI RegQueryValueExA(HKEY key, const char *name {text(system)},"
      " LPDWORD reserved {raw}, LPDWORD type {out}, LPBYTE data {out, room(reserve 2)},"
      " LPDWORD size {inout, capacity(data), needed(data), length(data)})"
      " {fail(result != 0), error(result), grow(error == 234)}",
      "RegQueryValueExA, learn.microsoft.com", HFP_MEASURED | HFP_TESTED },
    { "RegGetValueW", "advapi32.dll",
      "LSTATUS WINAPI RegGetValueW(HKEY key, LPCWSTR subkey, LPCWSTR name, DWORD flags,"
      " LPDWORD type {out}, LPBYTE data {out, room(reserve 4096)},"
      " LPDWORD size {inout, capacity(data), needed(data), length(data)})"
      " {fail(result != 0), error(result), grow(error == 234)}",
      "RegGetValueW, learn.microsoft.com; wine 8 takes bytes for units when it expands variables "
      "and writes behind the room it was given",
      HFP_MEASURED | HFP_TESTED },
    { "RegGetValueW:text", "advapi32.dll",
      "LSTATUS WINAPI RegGetValueW(HKEY key, LPCWSTR subkey, LPCWSTR name, DWORD flags,"
      " LPDWORD type {out}, LPWSTR data {out, text, room(reserve 2048)},"
      " LPDWORD size {inout, capacity(data, bytes), needed(data, bytes), length(data, bytes)})"
      " {fail(result != 0), error(result), grow(error == 234)}",
      "RegGetValueW, learn.microsoft.com; wine 8 adds no NUL of its own",
      HFP_MEASURED | HFP_TESTED },
    { "RegQueryValueW", "advapi32.dll",
      "LSTATUS WINAPI RegQueryValueW(HKEY key, LPCWSTR subkey, LPWSTR data {out, text},"
      " PLONG size {inout, capacity(data, bytes), needed(data, bytes), length(data, bytes)})"
      " {fail(result != 0), error(result), grow(error == 234)}",
      "RegQueryValueW, learn.microsoft.com", HFP_MEASURED | HFP_PUBLISHED },
    { "RegQueryMultipleValuesW", "advapi32.dll",
      "LSTATUS WINAPI RegQueryMultipleValuesW(HKEY key, void *values {raw}, DWORD count,"
      " LPWSTR data {out, points_into(data)},"
      " LPDWORD size {inout, capacity(data, bytes), needed(data, bytes), length(data, bytes)})"
      " {fail(result != 0), error(result), grow(error == 234)}",
      "RegQueryMultipleValuesW, learn.microsoft.com: the caller's VALENTs lead into the data",
      HFP_DOCUMENTED | HFP_MEASURED },
    { "RegQueryInfoKeyW", "advapi32.dll",
      "LSTATUS WINAPI RegQueryInfoKeyW(HKEY key, LPWSTR name {out, text},"
      " LPDWORD size {inout, capacity(name), needed(name, + 1), length(name)},"
      " LPDWORD reserved {raw}, LPDWORD subkeys {out}, LPDWORD longest_subkey {out},"
      " LPDWORD longest_class {out}, LPDWORD values {out}, LPDWORD longest_name {out},"
      " LPDWORD longest_value {out}, LPDWORD security {out}, FILETIME *written {out})"
      " {fail(result != 0), error(result), grow(error == 234 || error == 122)}",
      "RegQueryInfoKeyW, learn.microsoft.com: the class, counted without its NUL both ways",
      HFP_MEASURED | HFP_DOCUMENTED },
    { "RegLoadMUIStringW", "advapi32.dll",
      "LSTATUS WINAPI RegLoadMUIStringW(HKEY key, LPCWSTR name, LPWSTR data {out, text},"
      " DWORD size {capacity(data, bytes)},"
      " LPDWORD used {out, needed(data, bytes), length(data, bytes)}, DWORD flags,"
      " LPCWSTR directory)"
      " {fail(result != 0), error(result), grow(error == 234)}",
      "RegLoadMUIStringW, learn.microsoft.com: both sizes are bytes",
      HFP_MEASURED | HFP_PUBLISHED },
    { NULL, NULL, NULL, NULL, 0 },
};
