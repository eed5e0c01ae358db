/* SPDX-License-Identifier: MIT */

/*
 * The catalogue: addresses of the web, and who opens what.
 *
 * E_POINTER (0x80004003) means "too small" in shlwapi.  The need counts the NUL, the length does
 * not.
 */

#include "natives.h"

const hfp_native hfp_natives_urls[] = {
    { "UrlCanonicalizeW", "shlwapi.dll",
      "HRESULT WINAPI UrlCanonicalizeW(LPCWSTR url, LPWSTR to {out, text},"
      " LPDWORD size {inout, capacity(to), needed(to), length(to)}, DWORD flags)"
      " {error(hresult), grow(error == 0x80004003)}",
      "UrlCanonicalizeW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "UrlCombineW", "shlwapi.dll",
      "HRESULT WINAPI UrlCombineW(LPCWSTR base, LPCWSTR relative, LPWSTR to {out, text},"
      " LPDWORD size {inout, capacity(to), needed(to), length(to)}, DWORD flags)"
      " {error(hresult), grow(error == 0x80004003)}",
      "UrlCombineW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "UrlEscapeW", "shlwapi.dll",
      "HRESULT WINAPI UrlEscapeW(LPCWSTR url, LPWSTR to {out, text},"
      " LPDWORD size {inout, capacity(to), needed(to), length(to)}, DWORD flags)"
      " {error(hresult), grow(error == 0x80004003)}",
      "UrlEscapeW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "UrlUnescapeW", "shlwapi.dll",
      "HRESULT WINAPI UrlUnescapeW(LPWSTR url {in, text}, LPWSTR to {out, text},"
      " LPDWORD size {inout, capacity(to), needed(to), length(to)}, DWORD flags)"
      " {error(hresult), grow(error == 0x80004003)}",
      "UrlUnescapeW, learn.microsoft.com: without URL_UNESCAPE_INPLACE among the flags",
      HFP_MEASURED | HFP_DOCUMENTED },
    { "UrlGetPartW", "shlwapi.dll",
      "HRESULT WINAPI UrlGetPartW(LPCWSTR url, LPWSTR to {out, text},"
      " LPDWORD size {inout, capacity(to), needed(to), length(to)}, DWORD part, DWORD flags)"
      " {fail(result != 0), error(hresult), grow(error == 0x80004003)}",
      "UrlGetPartW, learn.microsoft.com: S_FALSE where there is no such part",
      HFP_MEASURED | HFP_DOCUMENTED },
    { "UrlApplySchemeW", "shlwapi.dll",
      "HRESULT WINAPI UrlApplySchemeW(LPCWSTR url, LPWSTR to {out, text},"
      " LPDWORD size {inout, capacity(to), needed(to), length(to)}, DWORD flags)"
      " {fail(result != 0), error(hresult), grow(error == 0x80004003)}",
      "UrlApplySchemeW, learn.microsoft.com: S_FALSE where nothing was applied or written",
      HFP_MEASURED | HFP_DOCUMENTED },
    { "UrlCreateFromPathW", "shlwapi.dll",
      "HRESULT WINAPI UrlCreateFromPathW(LPCWSTR path, LPWSTR to {out, text},"
      " LPDWORD size {inout, capacity(to), needed(to), length(to)}, DWORD reserved)"
      " {error(hresult), grow(error == 0x80004003)}",
      "UrlCreateFromPathW, learn.microsoft.com: S_FALSE for what was a URL already",
      HFP_MEASURED | HFP_DOCUMENTED },
    { "PathCreateFromUrlW", "shlwapi.dll",
      "HRESULT WINAPI PathCreateFromUrlW(LPCWSTR url, LPWSTR to {out, text},"
      " LPDWORD size {inout, capacity(to), needed(to), length(to)}, DWORD flags)"
      " {error(hresult), grow(error == 0x80004003)}",
      "PathCreateFromUrlW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "AssocQueryStringW", "shlwapi.dll",
      "HRESULT WINAPI AssocQueryStringW(DWORD flags, int what, LPCWSTR of, LPCWSTR extra,"
      " LPWSTR to {out, text}, LPDWORD size {inout, capacity(to), needed(to)})"
      " {fail(result != 0), error(hresult), grow(error == 0x8007007A || error == 0x80004003)}",
      "AssocQueryStringW, learn.microsoft.com: with ASSOCF_NOTRUNCATE among the flags",
      HFP_MEASURED | HFP_DOCUMENTED },
    { NULL, NULL, NULL, NULL, 0 },
};
