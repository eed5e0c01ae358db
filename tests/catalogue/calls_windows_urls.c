/* SPDX-License-Identifier: MIT */

/* The walk: addresses of the web, and who opens what. */

#include "lend.h"

#include <shlwapi.h>

static hf_status expect(walk *w, hf_status status, const wchar_t *text)
{
    if (status == HF_OK) {
        walk_expect_wide(w, 0, text);
    }
    return status;
}

static hf_status canonicalize(walk *w)
{
    return expect(
        w,
        walk_do(w, HF_ARGS(HF_CSTR("http://example.org/a/b/../c d"), HF_UINT(URL_ESCAPE_UNSAFE))),
        L"http://example.org/a/c%20d");
}

static hf_status combine(walk *w)
{
    return expect(
        w, walk_do(w, HF_ARGS(HF_CSTR("http://example.org/a/b"), HF_CSTR("c/d"), HF_UINT(0))),
        L"http://example.org/a/c/d");
}

static hf_status escape(walk *w)
{
    return expect(w, walk_do(w, HF_ARGS(HF_CSTR("http://example.org/a b c"), HF_UINT(0))),
                  L"http://example.org/a%20b%20c");
}

static hf_status unescape(walk *w)
{
    return expect(w, walk_do(w, HF_ARGS(HF_CSTR("http://example.org/a%20b%20c"), HF_UINT(0))),
                  L"http://example.org/a b c");
}

static hf_status part(walk *w)
{
    return expect(w,
                  walk_do(w, HF_ARGS(HF_CSTR("http://example.org/a/b"), HF_UINT(URL_PART_HOSTNAME),
                                     HF_UINT(0))),
                  L"example.org");
}

static hf_status apply_scheme(walk *w)
{
    return expect(w,
                  walk_do(w, HF_ARGS(HF_CSTR("www.example.org/a"),
                                     HF_UINT(URL_APPLY_FORCEAPPLY | URL_APPLY_DEFAULT))),
                  L"http://www.example.org/a");
}

static hf_status from_path(walk *w)
{
    return expect(w, walk_do(w, HF_ARGS(HF_CSTR("C:\\some where\\file.txt"), HF_UINT(0))),
                  L"file:///C:/some%20where/file.txt");
}

static hf_status to_path(walk *w)
{
    return expect(w, walk_do(w, HF_ARGS(HF_CSTR("file:///C:/some%20where/file.txt"), HF_UINT(0))),
                  L"C:\\some where\\file.txt");
}

static void set_class(const wchar_t *key, const wchar_t *value)
{
    assert_int_equal(RegSetValueW(HKEY_CLASSES_ROOT, key, REG_SZ, value, 0), 0);
}

static void drop_classes(void)
{
    RegDeleteTreeW(HKEY_CLASSES_ROOT, L".holdfastwalk");
    RegDeleteTreeW(HKEY_CLASSES_ROOT, L"HoldfastWalk");
}

static hf_status association(walk *w)
{
    static const wchar_t command[] = L"C:\\some where\\walker.exe \"%1\"";
    set_class(L".holdfastwalk", L"HoldfastWalk");
    set_class(L"HoldfastWalk\\shell\\open\\command", command);
    hf_status status = walk_do(w, HF_ARGS(HF_UINT(ASSOCF_NOTRUNCATE), HF_INT(ASSOCSTR_COMMAND),
                                          HF_CSTR(".holdfastwalk"), HF_CSTR("open")));
    drop_classes();
    return expect(w, status, command);
}

WALK_PART(urls);
const walk_call walk_calls_urls[] = {
    { "UrlCanonicalizeW", canonicalize, WALK_SAME },
    { "UrlCombineW", combine, WALK_SAME },
    { "UrlEscapeW", escape, WALK_SAME },
    { "UrlUnescapeW", unescape, WALK_SAME },
    { "UrlGetPartW", part, WALK_SAME },
    { "UrlApplySchemeW", apply_scheme, WALK_SAME },
    { "UrlCreateFromPathW", from_path, WALK_SAME },
    { "PathCreateFromUrlW", to_path, WALK_SAME },
    { "AssocQueryStringW", association, WALK_SAME },
    { NULL, NULL, WALK_SAME },
};
