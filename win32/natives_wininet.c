/* SPDX-License-Identifier: MIT */

/*
 * The catalogue: WinINet and WinHTTP.
 *
 * Texts are asked for in bytes and may be counted in units when they came, so where a text
 * ends is seen from its NUL.
 */

#include "natives.h"

const hfp_native hfp_natives_wininet[] = {
    { "InternetCanonicalizeUrlW", "wininet.dll",
      "BOOL WINAPI InternetCanonicalizeUrlW(LPCWSTR url, LPWSTR canonical {out, text},"
      " DWORD *size {inout, capacity(canonical), needed(canonical), length(canonical)},"
      " DWORD flags)"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "InternetCanonicalizeUrlW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    /* Some systems leave no code for what is too small. */
    { "InternetCombineUrlW", "wininet.dll",
      "BOOL WINAPI InternetCombineUrlW(LPCWSTR base, LPCWSTR relative, LPWSTR url {out, text},"
      " DWORD *size {inout, capacity(url), needed(url), length(url)}, DWORD flags)"
      " {fail(result == 0), error(last_error, clear), grow(error == 122 || error == 0)}",
      "InternetCombineUrlW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "InternetCreateUrlW", "wininet.dll",
      "BOOL WINAPI InternetCreateUrlW(URL_COMPONENTSW *parts {in}, DWORD flags,"
      " LPWSTR url {out, text, room(reserve 1)}, DWORD *size {inout, capacity(url), needed(url), "
      "length(url)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "InternetCreateUrlW, learn.microsoft.com; wine 8 writes a NUL behind the room",
      HFP_MEASURED | HFP_DOCUMENTED },
    { "InternetQueryOptionW", "wininet.dll",
      "BOOL WINAPI InternetQueryOptionW(HINTERNET of, DWORD option,"
      " void *value {out, points_into(value)},"
      " DWORD *size {inout, capacity(value), needed(value), length(value)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "InternetQueryOptionW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "InternetQueryOptionW:text", "wininet.dll",
      "BOOL WINAPI InternetQueryOptionW(HINTERNET of, DWORD option, WCHAR *value {out, text},"
      " DWORD *size {inout, capacity(value, bytes), needed(value, bytes)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "InternetQueryOptionW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "HttpQueryInfoW", "wininet.dll",
      "BOOL WINAPI HttpQueryInfoW(HINTERNET request, DWORD what, WCHAR *value {out, text},"
      " DWORD *size {inout, capacity(value, bytes), needed(value, bytes)},"
      " DWORD *index {inout})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "HttpQueryInfoW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "HttpQueryInfoW:number", "wininet.dll",
      "BOOL WINAPI HttpQueryInfoW(HINTERNET request, DWORD what,"
      " void *value {out, room(least 16)},"
      " DWORD *size {inout, capacity(value), needed(value), length(value)},"
      " DWORD *index {inout})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "HttpQueryInfoW, learn.microsoft.com", HFP_DOCUMENTED },
    /* Counts units, or bytes, by system; neither is relied on beyond calling again. */
    { "InternetGetCookieW", "wininet.dll",
      "BOOL WINAPI InternetGetCookieW(LPCWSTR url, LPCWSTR name, LPWSTR cookie {out, text},"
      " DWORD *size {inout, capacity(cookie), needed(cookie)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "InternetGetCookieW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetUrlCacheEntryInfoW", "wininet.dll",
      "BOOL WINAPI GetUrlCacheEntryInfoW(LPCWSTR url, void *entry {out, points_into(entry)},"
      " DWORD *size {inout, capacity(entry), needed(entry), length(entry)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "GetUrlCacheEntryInfoW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "WinHttpQueryHeaders", "winhttp.dll",
      "BOOL WINAPI WinHttpQueryHeaders(HINTERNET request, DWORD what, LPCWSTR name,"
      " WCHAR *value {out, text},"
      " DWORD *size {inout, capacity(value, bytes), needed(value, bytes)},"
      " DWORD *index {inout})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "WinHttpQueryHeaders, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "WinHttpQueryOption", "winhttp.dll",
      "BOOL WINAPI WinHttpQueryOption(HINTERNET of, DWORD option, void *value {out},"
      " DWORD *size {inout, capacity(value), needed(value), length(value)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "WinHttpQueryOption, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "WinHttpQueryOption:text", "winhttp.dll",
      "BOOL WINAPI WinHttpQueryOption(HINTERNET of, DWORD option, WCHAR *value {out, text},"
      " DWORD *size {inout, capacity(value, bytes), needed(value, bytes)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "WinHttpQueryOption, learn.microsoft.com", HFP_DOCUMENTED },
    { "WinHttpCreateUrl", "winhttp.dll",
      "BOOL WINAPI WinHttpCreateUrl(URL_COMPONENTS *parts {in}, DWORD flags,"
      " LPWSTR url {out, text, room(reserve 1)}, DWORD *size {inout, capacity(url), needed(url), "
      "length(url)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "WinHttpCreateUrl, learn.microsoft.com; wine 8 writes a NUL behind the room",
      HFP_MEASURED | HFP_DOCUMENTED },
    { NULL, NULL, NULL, NULL, 0 },
};
