/* SPDX-License-Identifier: MIT */

/*
 * The catalogue: words and numbers of a locale, and conversions of text.
 *
 * The call that was too small says nothing of the need.  Lengths count the NUL where there is one:
 * readings without `text` give exactly the units that were made, and no NUL was asked for.
 */

#include "natives.h"

const hfp_native hfp_natives_locale[] = {
    { "GetLocaleInfoW", "kernel32.dll",
      "int WINAPI GetLocaleInfoW(LCID locale, LCTYPE what, LPWSTR data {out, text},"
      " int size {capacity(data)})"
      " {fail(result == 0), error(last_error), grow(error == 122), length(data, result)}",
      "GetLocaleInfoW, learn.microsoft.com: without LOCALE_RETURN_NUMBER",
      HFP_MEASURED | HFP_DOCUMENTED },
    { "GetLocaleInfoEx", "kernel32.dll",
      "int WINAPI GetLocaleInfoEx(LPCWSTR locale, LCTYPE what, LPWSTR data {out, text},"
      " int size {capacity(data)})"
      " {fail(result == 0), error(last_error), grow(error == 122), length(data, result)}",
      "GetLocaleInfoEx, learn.microsoft.com: without LOCALE_RETURN_NUMBER",
      HFP_MEASURED | HFP_DOCUMENTED },
    { "GetCalendarInfoW", "kernel32.dll",
      "int WINAPI GetCalendarInfoW(LCID locale, DWORD calendar, DWORD what,"
      " LPWSTR data {out, text}, int size {capacity(data)}, LPDWORD number {raw})"
      " {fail(result == 0), error(last_error), grow(error == 122), length(data, result)}",
      "GetCalendarInfoW, learn.microsoft.com: without CAL_RETURN_NUMBER, and NULL for the number",
      HFP_MEASURED | HFP_DOCUMENTED },
    { "GetDateFormatW", "kernel32.dll",
      "int WINAPI GetDateFormatW(LCID locale, DWORD flags, const SYSTEMTIME *date {in},"
      " LPCWSTR format, LPWSTR data {out, text}, int size {capacity(data)})"
      " {fail(result == 0), error(last_error), grow(error == 122), length(data, result)}",
      "GetDateFormatW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetTimeFormatW", "kernel32.dll",
      "int WINAPI GetTimeFormatW(LCID locale, DWORD flags, const SYSTEMTIME *time {in},"
      " LPCWSTR format, LPWSTR data {out, text}, int size {capacity(data)})"
      " {fail(result == 0), error(last_error), grow(error == 122), length(data, result)}",
      "GetTimeFormatW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetNumberFormatW", "kernel32.dll",
      "int WINAPI GetNumberFormatW(LCID locale, DWORD flags, LPCWSTR number,"
      " const void *format {raw}, LPWSTR data {out, text}, int size {capacity(data)})"
      " {fail(result == 0), error(last_error), grow(error == 122), length(data, result)}",
      "GetNumberFormatW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetCurrencyFormatW", "kernel32.dll",
      "int WINAPI GetCurrencyFormatW(LCID locale, DWORD flags, LPCWSTR number,"
      " const void *format {raw}, LPWSTR data {out, text}, int size {capacity(data)})"
      " {fail(result == 0), error(last_error), grow(error == 122), length(data, result)}",
      "GetCurrencyFormatW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetCalendarInfoEx", "kernel32.dll",
      "int WINAPI GetCalendarInfoEx(LPCWSTR locale, DWORD calendar, LPCWSTR reserved, DWORD what,"
      " LPWSTR data {out, text}, int size {capacity(data)}, LPDWORD number {raw})"
      " {fail(result == 0), error(last_error), grow(error == 122), length(data, result)}",
      "GetCalendarInfoEx, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetDateFormatEx", "kernel32.dll",
      "int WINAPI GetDateFormatEx(LPCWSTR locale, DWORD flags, const SYSTEMTIME *date {in},"
      " LPCWSTR format, LPWSTR data {out, text}, int size {capacity(data)}, LPCWSTR calendar)"
      " {fail(result == 0), error(last_error), grow(error == 122), length(data, result)}",
      "GetDateFormatEx, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetTimeFormatEx", "kernel32.dll",
      "int WINAPI GetTimeFormatEx(LPCWSTR locale, DWORD flags, const SYSTEMTIME *time {in},"
      " LPCWSTR format, LPWSTR data {out, text}, int size {capacity(data)})"
      " {fail(result == 0), error(last_error), grow(error == 122), length(data, result)}",
      "GetTimeFormatEx, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetNumberFormatEx", "kernel32.dll",
      "int WINAPI GetNumberFormatEx(LPCWSTR locale, DWORD flags, LPCWSTR number,"
      " const void *format {raw}, LPWSTR data {out, text}, int size {capacity(data)})"
      " {fail(result == 0), error(last_error), grow(error == 122), length(data, result)}",
      "GetNumberFormatEx, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetCurrencyFormatEx", "kernel32.dll",
      "int WINAPI GetCurrencyFormatEx(LPCWSTR locale, DWORD flags, LPCWSTR number,"
      " const void *format {raw}, LPWSTR data {out, text}, int size {capacity(data)})"
      " {fail(result == 0), error(last_error), grow(error == 122), length(data, result)}",
      "GetCurrencyFormatEx, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetGeoInfoW", "kernel32.dll",
      "int WINAPI GetGeoInfoW(LONG place, DWORD what, LPWSTR data {out, text},"
      " int size {capacity(data)}, LANGID language)"
      " {fail(result == 0), error(last_error), grow(error == 122), length(data, result)}",
      "GetGeoInfoW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetUserDefaultLocaleName", "kernel32.dll",
      "int WINAPI GetUserDefaultLocaleName(LPWSTR name {out, text, room(first 85, most 85)},"
      " int size {capacity(name)})"
      " {fail(result == 0), error(last_error), grow(error == 122), length(name, result)}",
      "GetUserDefaultLocaleName, learn.microsoft.com: LOCALE_NAME_MAX_LENGTH is 85",
      HFP_MEASURED | HFP_DOCUMENTED },
    { "GetSystemDefaultLocaleName", "kernel32.dll",
      "int WINAPI GetSystemDefaultLocaleName(LPWSTR name {out, text, room(first 85, most 85)},"
      " int size {capacity(name)})"
      " {fail(result == 0), error(last_error), grow(error == 122), length(name, result)}",
      "GetSystemDefaultLocaleName, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "LCIDToLocaleName", "kernel32.dll",
      "int WINAPI LCIDToLocaleName(LCID locale, LPWSTR name {out, text, room(first 85, most 85)},"
      " int size {capacity(name)}, DWORD flags)"
      " {fail(result == 0), error(last_error), grow(error == 122), length(name, result)}",
      "LCIDToLocaleName, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "ResolveLocaleName", "kernel32.dll",
      "int WINAPI ResolveLocaleName(LPCWSTR of, LPWSTR name {out, text, room(first 85, most 85)},"
      " int size {capacity(name)})"
      " {fail(result == 0), error(last_error), grow(error == 122), length(name, result)}",
      "ResolveLocaleName, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "LCMapStringW", "kernel32.dll",
      "int WINAPI LCMapStringW(LCID locale, DWORD flags, const WCHAR *from {in},"
      " int count {capacity(from)}, LPWSTR to {out}, int size {capacity(to)})"
      " {fail(result == 0), error(last_error), grow(error == 122), query(to, result), length(to, "
      "result)}",
      "LCMapStringW, learn.microsoft.com: without LCMAP_SORTKEY", HFP_MEASURED | HFP_DOCUMENTED },
    { "LCMapStringW:sort_key", "kernel32.dll",
      "int WINAPI LCMapStringW(LCID locale, DWORD flags, const WCHAR *from {in},"
      " int count {capacity(from)}, BYTE *key {out}, int size {capacity(key)})"
      " {fail(result == 0), error(last_error), grow(error == 122), query(key, result), length(key, "
      "result)}",
      "LCMapStringW, learn.microsoft.com: with LCMAP_SORTKEY it makes bytes, and counts them",
      HFP_MEASURED | HFP_DOCUMENTED },
    { "LCMapStringEx", "kernel32.dll",
      "int WINAPI LCMapStringEx(LPCWSTR locale, DWORD flags, const WCHAR *from {in},"
      " int count {capacity(from)}, LPWSTR to {out}, int size {capacity(to)},"
      " void *version {raw}, void *reserved {raw}, LPARAM handle)"
      " {fail(result == 0), error(last_error), grow(error == 122), query(to, result),"
      " length(to, result)}",
      "LCMapStringEx, learn.microsoft.com: without LCMAP_SORTKEY", HFP_MEASURED | HFP_DOCUMENTED },
    { "FoldStringW", "kernel32.dll",
      "int WINAPI FoldStringW(DWORD flags, const WCHAR *from {in}, int count {capacity(from)},"
      " LPWSTR to {out}, int size {capacity(to)})"
      " {fail(result == 0), error(last_error), grow(error == 122), grow_ok(result > size),"
      " needed(to, result), length(to, result)}",
      "FoldStringW, learn.microsoft.com; wine 8 gives the need where Windows gives 0",
      HFP_MEASURED | HFP_DOCUMENTED },
    { "MultiByteToWideChar", "kernel32.dll",
      "int WINAPI MultiByteToWideChar(UINT page, DWORD flags, const char *from {in},"
      " int count {capacity(from)}, LPWSTR to {out}, int size {capacity(to)})"
      " {fail(result == 0), error(last_error), grow(error == 122), query(to, result), length(to, "
      "result)}",
      "MultiByteToWideChar, learn.microsoft.com: 1113 is bad text, not too little room",
      HFP_MEASURED | HFP_DOCUMENTED },
    { "WideCharToMultiByte", "kernel32.dll",
      "int WINAPI WideCharToMultiByte(UINT page, DWORD flags, const WCHAR *from {in},"
      " int count {capacity(from)}, char *to {out}, int size {capacity(to)},"
      " const char *instead {raw}, BOOL *used {raw})"
      " {fail(result == 0), error(last_error), grow(error == 122), query(to, result), length(to, "
      "result)}",
      "WideCharToMultiByte, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "NormalizeString", "kernel32.dll",
      "int WINAPI NormalizeString(int form, const WCHAR *from {in}, int count {capacity(from)},"
      " LPWSTR to {out}, int size {capacity(to)})"
      " {fail(result < 0 || result == 0 && error != 0), error(last_error, clear),"
      " grow(error == 122), needed(to, 0 - result), length(to, result)}",
      "NormalizeString, learn.microsoft.com: the need is negative, and a guess",
      HFP_MEASURED | HFP_DOCUMENTED },
    { "IdnToAscii", "kernel32.dll",
      "int WINAPI IdnToAscii(DWORD flags, const WCHAR *from {in}, int count {capacity(from)},"
      " LPWSTR to {out}, int size {capacity(to)})"
      " {fail(result <= 0), error(last_error), grow(error == 122), query(to, result), length(to, "
      "result)}",
      "IdnToAscii, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "IdnToUnicode", "kernel32.dll",
      "int WINAPI IdnToUnicode(DWORD flags, const WCHAR *from {in}, int count {capacity(from)},"
      " LPWSTR to {out}, int size {capacity(to)})"
      " {fail(result <= 0), error(last_error), grow(error == 122), query(to, result), length(to, "
      "result)}",
      "IdnToUnicode, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { NULL, NULL, NULL, NULL, 0 },
};
