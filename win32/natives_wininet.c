/* SPDX-License-Identifier: MIT */

/*
 * The catalogue: WinINet and WinHTTP.
 *
 * Texts are asked for in bytes and may be counted in units when they came, so where a text
 * ends is seen from its NUL.
 */

#include "natives.h"

#define BY_122 " {fail(result == 0), error(last_error), grow(error == 122)}"
#define SLOT(buffer)                                                                               \
    "DWORD *size {inout, capacity(" buffer "), needed(" buffer "), length(" buffer ")}"
#define TEXT_BY_BYTES(buffer)                                                                      \
    "WCHAR *" buffer " {out, text},"                                                               \
    " DWORD *size {inout, capacity(" buffer ", bytes), needed(" buffer ", bytes)}"

const hfp_native hfp_natives_wininet[] = {
    { "InternetCanonicalizeUrlW", "wininet.dll",
      "BOOL WINAPI InternetCanonicalizeUrlW(LPCWSTR url, LPWSTR canonical {out, text}, " SLOT(
          "canonical") ", DWORD flags)" BY_122,
      "InternetCanonicalizeUrlW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    /* Some systems leave no code for what is too small. */
    { "InternetCombineUrlW", "wininet.dll",
      "BOOL WINAPI InternetCombineUrlW(LPCWSTR base, LPCWSTR relative, LPWSTR url {out, "
      "text}, " SLOT(
          "url") ", DWORD flags)"
                 " {fail(result == 0), error(last_error, clear), grow(error == 122 || error == 0)}",
      "InternetCombineUrlW, learn.microsoft.com", HFP_DOCUMENTED },
    { "InternetCreateUrlW", "wininet.dll",
      "BOOL WINAPI InternetCreateUrlW(URL_COMPONENTSW *parts {in}, DWORD flags,"
      " LPWSTR url {out, text}, " SLOT("url") ")" BY_122,
      "InternetCreateUrlW, learn.microsoft.com", HFP_DOCUMENTED },
    { "InternetQueryOptionW", "wininet.dll",
      "BOOL WINAPI InternetQueryOptionW(HINTERNET of, DWORD option, void *value {out}, " SLOT(
          "value") ")" BY_122,
      "InternetQueryOptionW, learn.microsoft.com", HFP_DOCUMENTED },
    { "InternetQueryOptionW:text", "wininet.dll",
      "BOOL WINAPI InternetQueryOptionW(HINTERNET of, DWORD option, " TEXT_BY_BYTES(
          "value") ")" BY_122,
      "InternetQueryOptionW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "HttpQueryInfoW", "wininet.dll",
      "BOOL WINAPI HttpQueryInfoW(HINTERNET request, DWORD what, " TEXT_BY_BYTES(
          "value") ", DWORD *index {inout})" BY_122,
      "HttpQueryInfoW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "HttpQueryInfoW:number", "wininet.dll",
      "BOOL WINAPI HttpQueryInfoW(HINTERNET request, DWORD what, void *value {out, room(least "
      "16)}, " SLOT("value") ", DWORD *index {inout})" BY_122,
      "HttpQueryInfoW, learn.microsoft.com", HFP_DOCUMENTED },
    /* Counts units, or bytes, by system; neither is relied on beyond calling again. */
    { "InternetGetCookieW", "wininet.dll",
      "BOOL WINAPI InternetGetCookieW(LPCWSTR url, LPCWSTR name, LPWSTR cookie {out, text},"
      " DWORD *size {inout, capacity(cookie), needed(cookie)})" BY_122,
      "InternetGetCookieW, learn.microsoft.com", HFP_DOCUMENTED },
    { "GetUrlCacheEntryInfoW", "wininet.dll",
      "BOOL WINAPI GetUrlCacheEntryInfoW(LPCWSTR url, void *entry {out, points_into(entry)}, " SLOT(
          "entry") ")" BY_122,
      "GetUrlCacheEntryInfoW, learn.microsoft.com", HFP_DOCUMENTED },
    { "WinHttpQueryHeaders", "winhttp.dll",
      "BOOL WINAPI WinHttpQueryHeaders(HINTERNET request, DWORD what, LPCWSTR name, " TEXT_BY_BYTES(
          "value") ", DWORD *index {inout})" BY_122,
      "WinHttpQueryHeaders, learn.microsoft.com", HFP_DOCUMENTED },
    { "WinHttpQueryOption", "winhttp.dll",
      "BOOL WINAPI WinHttpQueryOption(HINTERNET of, DWORD option, void *value {out}, " SLOT(
          "value") ")" BY_122,
      "WinHttpQueryOption, learn.microsoft.com", HFP_DOCUMENTED },
    { "WinHttpQueryOption:text", "winhttp.dll",
      "BOOL WINAPI WinHttpQueryOption(HINTERNET of, DWORD option, " TEXT_BY_BYTES(
          "value") ")" BY_122,
      "WinHttpQueryOption, learn.microsoft.com", HFP_DOCUMENTED },
    { "WinHttpCreateUrl", "winhttp.dll",
      "BOOL WINAPI WinHttpCreateUrl(URL_COMPONENTS *parts {in}, DWORD flags,"
      " LPWSTR url {out, text}, " SLOT("url") ")" BY_122,
      "WinHttpCreateUrl, learn.microsoft.com", HFP_DOCUMENTED },
    { NULL, NULL, NULL, NULL, 0 },
};
