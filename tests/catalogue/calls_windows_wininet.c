/* SPDX-License-Identifier: MIT */

/* The walk: WinINet and WinHTTP.  Nothing goes over a network: requests are made and asked for
   what was put into them, and never sent. */

#include "calls_native.h"

#include <wininet.h>

#define INET(function) NATIVE("wininet.dll", function)

static hf_status canonical(walk *w)
{
    hf_status status = walk_well(w, HF_ARGS(HF_CSTR("http://example.org/a b/../c"), HF_UINT(0)));
    WCHAR plain[256];
    DWORD size = 256;
    assert_true(INET(InternetCanonicalizeUrlW)(L"http://example.org/a b/../c", plain, &size, 0));
    expect_wide(w, 0, plain);
    return status;
}

static hf_status combined(walk *w)
{
    hf_status status =
        walk_well(w, HF_ARGS(HF_CSTR("http://example.org/a/b"), HF_CSTR("../c"), HF_UINT(0)));
    expect_wide(w, 0, L"http://example.org/c");
    return status;
}

static hf_status create(walk *w, int http)
{
    WCHAR scheme[] = L"http", host[] = L"example.org", path[] = L"/here";
    URL_COMPONENTSW parts;
    memset(&parts, 0, sizeof parts);
    parts.dwStructSize = sizeof parts;
    parts.lpszScheme = scheme;
    parts.dwSchemeLength = 4;
    parts.nScheme = (INTERNET_SCHEME)http;
    parts.nPort = 80;
    parts.lpszHostName = host;
    parts.dwHostNameLength = 11;
    parts.lpszUrlPath = path;
    parts.dwUrlPathLength = 5;
    hf_status status = walk_well(w, HF_ARGS(HF_POINTER(&parts), HF_UINT(0)));
    expect_wide(w, 0, L"http://example.org/here");
    return status;
}

static hf_status created(walk *w)
{
    return create(w, INTERNET_SCHEME_HTTP);
}

/* ---- a request that is not sent ---- */

typedef struct request {
    HINTERNET session, connection, request;
} request;

static request request_begin(void)
{
    static const WCHAR header[] = L"X-Walk: step by step\r\nContent-Length: 12345\r\n";
    request r;
    r.session = INET(InternetOpenW)(L"a walker", INTERNET_OPEN_TYPE_DIRECT, NULL, NULL, 0);
    assert_non_null(r.session);
    r.connection =
        INET(InternetConnectW)(r.session, L"127.0.0.1", 9, NULL, NULL, INTERNET_SERVICE_HTTP, 0, 0);
    assert_non_null(r.connection);
    r.request = INET(HttpOpenRequestW)(r.connection, L"GET", L"/", NULL, NULL, NULL, 0, 0);
    assert_non_null(r.request);
    assert_true(INET(HttpAddRequestHeadersW)(r.request, header, (DWORD)-1, HTTP_ADDREQ_FLAG_ADD));
    return r;
}

static void request_end(request *r)
{
    INET(InternetCloseHandle)(r->request);
    INET(InternetCloseHandle)(r->connection);
    INET(InternetCloseHandle)(r->session);
}

static hf_status agent(walk *w)
{
    request r = request_begin();
    hf_status status =
        walk_well(w, HF_ARGS(HF_POINTER(r.session), HF_UINT(INTERNET_OPTION_USER_AGENT)));
    expect_wide(w, 0, L"a walker");
    request_end(&r);
    return status;
}

static hf_status handle_type(walk *w)
{
    request r = request_begin();
    hf_status status =
        walk_well(w, HF_ARGS(HF_POINTER(r.session), HF_UINT(INTERNET_OPTION_HANDLE_TYPE)));
    DWORD type = INTERNET_HANDLE_TYPE_INTERNET;
    expect_bytes(w, 0, &type, sizeof type);
    request_end(&r);
    return status;
}

static hf_status header(walk *w)
{
    request r = request_begin();
    hf_status status =
        walk_well(w, HF_ARGS(HF_POINTER(r.request),
                             HF_UINT(HTTP_QUERY_CONTENT_LENGTH | HTTP_QUERY_FLAG_REQUEST_HEADERS),
                             HF_UINT(0)));
    expect_wide(w, 0, L"12345");
    status =
        walk_well(w, HF_ARGS(HF_POINTER(r.request),
                             HF_UINT(HTTP_QUERY_RAW_HEADERS_CRLF | HTTP_QUERY_FLAG_REQUEST_HEADERS),
                             HF_UINT(0)));
    walk_expect_text(w, 0, "GET /");
    request_end(&r);
    return status;
}

static hf_status cookie(walk *w)
{
    assert_true(INET(InternetSetCookieW)(L"http://walk.example.org/", L"step", L"by step"));
    hf_status status = walk_well(w, HF_ARGS(HF_CSTR("http://walk.example.org/"), HF_NULL));
    expect_wide(w, 0, L"step=by step");
    return status;
}

static hf_status cache_entry(walk *w)
{
    static const WCHAR url[] = L"http://walk.example.org/kept";
    WCHAR path[MAX_PATH];
    FILETIME none = { 0, 0 };
    assert_true(INET(CreateUrlCacheEntryW)(url, 0, L"txt", path, 0));
    HANDLE file = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    assert_ptr_not_equal(file, INVALID_HANDLE_VALUE);
    CloseHandle(file);
    assert_true(
        INET(CommitUrlCacheEntryW)(url, path, none, none, NORMAL_CACHE_ENTRY, NULL, 0, NULL, NULL));
    hf_status status = walk_well(w, HF_ARGS(HF_UTF16(url, wcslen(url))));
    size_t size;
    INTERNET_CACHE_ENTRY_INFOW *got = walk_copy(w, 0, &size);
    assert_true(size >= sizeof *got);
    walk_note(w, got->lpszSourceUrlName, sizeof url);
    assert_memory_equal(got->lpszSourceUrlName, url, sizeof url);
    free(got);
    assert_true(INET(DeleteUrlCacheEntryW)(url));
    return status;
}

/* ---- WinHTTP: its header and WinINet's do not go together, so by name ---- */

#define HTTP(type, name, ...) ((type(WINAPI *)(__VA_ARGS__))native_address("winhttp.dll", name))

static request http_begin(void)
{
    request r;
    r.session = HTTP(HINTERNET, "WinHttpOpen", const WCHAR *, DWORD, const WCHAR *, const WCHAR *,
                     DWORD)(L"a walker", 1, NULL, NULL, 0);
    assert_non_null(r.session);
    r.connection = HTTP(HINTERNET, "WinHttpConnect", HINTERNET, const WCHAR *, WORD,
                        DWORD)(r.session, L"127.0.0.1", 9, 0);
    assert_non_null(r.connection);
    r.request = HTTP(HINTERNET, "WinHttpOpenRequest", HINTERNET, const WCHAR *, const WCHAR *,
                     const WCHAR *, const WCHAR *, const WCHAR **,
                     DWORD)(r.connection, L"GET", L"/", NULL, NULL, NULL, 0);
    assert_non_null(r.request);
    assert_true(HTTP(BOOL, "WinHttpAddRequestHeaders", HINTERNET, const WCHAR *, DWORD,
                     DWORD)(r.request, L"X-Walk: step by step\r\n", (DWORD)-1, 0x20000000));
    return r;
}

static void http_end(request *r)
{
    HTTP(BOOL, "WinHttpCloseHandle", HINTERNET)(r->request);
    HTTP(BOOL, "WinHttpCloseHandle", HINTERNET)(r->connection);
    HTTP(BOOL, "WinHttpCloseHandle", HINTERNET)(r->session);
}

static hf_status http_header(walk *w)
{
    request r = http_begin();
    hf_status status = /* WINHTTP_QUERY_CUSTOM, of what is asked, not of what is answered */
        walk_well(
            w, HF_ARGS(HF_POINTER(r.request), HF_UINT(0x8000ffff), HF_CSTR("X-Walk"), HF_UINT(0)));
    expect_wide(w, 0, L"step by step");
    http_end(&r);
    return status;
}

static hf_status http_timeout(walk *w)
{
    request r = http_begin();
    hf_status status = walk_well(w, HF_ARGS(HF_POINTER(r.request), HF_UINT(3)));
    size_t size;
    free(walk_copy(w, 0, &size));
    assert_int_equal(size, sizeof(DWORD));
    http_end(&r);
    return status;
}

static hf_status http_created(walk *w)
{
    return create(w, 1); /* the structures are alike, but for this number */
}

WALK_PART(wininet);
const walk_call walk_calls_wininet[] = {
    { "InternetCanonicalizeUrlW", canonical, WALK_SAME },
    { "InternetCombineUrlW", combined, WALK_SAME },
    { "InternetCreateUrlW", created, WALK_SAME },
    { "InternetQueryOptionW:text", agent, WALK_SAME },
    { "InternetQueryOptionW", handle_type, WALK_SAME },
    { "HttpQueryInfoW", header, WALK_SAME },
    { "InternetGetCookieW", cookie, WALK_SAME },
    { "GetUrlCacheEntryInfoW", cache_entry, WALK_NOTED },
    { "WinHttpQueryHeaders", http_header, WALK_SAME },
    { "WinHttpQueryOption", http_timeout, WALK_SAME },
    { "WinHttpCreateUrl", http_created, WALK_SAME },
    { NULL, NULL, WALK_SAME },
};
