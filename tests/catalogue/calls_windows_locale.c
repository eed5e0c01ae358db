/* SPDX-License-Identifier: MIT */

/* The walk: words and numbers of a locale, and conversions of text. */

#include "lend.h"

#define ENGLISH MAKELCID(MAKELANGID(LANG_ENGLISH, SUBLANG_ENGLISH_US), SORT_DEFAULT)

static hf_status expect(walk *w, hf_status status, const wchar_t *text)
{
    if (status == HF_OK) {
        walk_expect_wide(w, 0, text);
    }
    return status;
}

static hf_status locale_info(walk *w)
{
    return expect(w, walk_do(w, HF_ARGS(HF_UINT(ENGLISH), HF_UINT(LOCALE_SENGLANGUAGE))),
                  L"English");
}

static hf_status locale_info_by_name(walk *w)
{
    return expect(w, walk_do(w, HF_ARGS(HF_CSTR("de-DE"), HF_UINT(LOCALE_SENGCOUNTRY))),
                  L"Germany");
}

static hf_status calendar_info(walk *w)
{
    return expect(w,
                  walk_do(w, HF_ARGS(HF_UINT(ENGLISH), HF_UINT(CAL_GREGORIAN),
                                     HF_UINT(CAL_SMONTHNAME2), HF_NULL)),
                  L"February");
}

static hf_ref lend_time(walk *w)
{
    SYSTEMTIME time = { .wYear = 2024,
                        .wMonth = 2,
                        .wDay = 29,
                        .wDayOfWeek = 4,
                        .wHour = 13,
                        .wMinute = 14,
                        .wSecond = 15 };
    return walk_lend(w, &time, sizeof time);
}

static hf_status date(walk *w)
{
    return expect(
        w,
        walk_do(w, HF_ARGS(HF_UINT(ENGLISH), HF_UINT(0), HF_BUFFER(lend_time(w), 0, HF_WHOLE),
                           HF_CSTR("dddd d MMMM yyyy"))),
        L"Thursday 29 February 2024");
}

static hf_status time_of_day(walk *w)
{
    return expect(
        w,
        walk_do(w, HF_ARGS(HF_UINT(ENGLISH), HF_UINT(0), HF_BUFFER(lend_time(w), 0, HF_WHOLE),
                           HF_CSTR("HH':'mm':'ss"))),
        L"13:14:15");
}

static hf_status number(walk *w)
{
    wchar_t text[64];
    assert_true(GetNumberFormatW(ENGLISH, LOCALE_NOUSEROVERRIDE, L"1234567.891", NULL, text, 64));
    return expect(w,
                  walk_do(w, HF_ARGS(HF_UINT(ENGLISH), HF_UINT(LOCALE_NOUSEROVERRIDE),
                                     HF_CSTR("1234567.891"), HF_NULL)),
                  text);
}

static hf_status currency(walk *w)
{
    wchar_t text[64];
    assert_true(GetCurrencyFormatW(ENGLISH, LOCALE_NOUSEROVERRIDE, L"1234567.891", NULL, text, 64));
    return expect(w,
                  walk_do(w, HF_ARGS(HF_UINT(ENGLISH), HF_UINT(LOCALE_NOUSEROVERRIDE),
                                     HF_CSTR("1234567.891"), HF_NULL)),
                  text);
}

static hf_status calendar_info_by_name(walk *w)
{
    return expect(w,
                  walk_do(w, HF_ARGS(HF_CSTR("en-US"), HF_UINT(CAL_GREGORIAN), HF_NULL,
                                     HF_UINT(CAL_SDAYNAME1), HF_NULL)),
                  L"Monday");
}

static hf_status date_by_name(walk *w)
{
    return expect(
        w,
        walk_do(w, HF_ARGS(HF_CSTR("en-US"), HF_UINT(0), HF_BUFFER(lend_time(w), 0, HF_WHOLE),
                           HF_CSTR("d MMMM yyyy"), HF_NULL)),
        L"29 February 2024");
}

static hf_status time_by_name(walk *w)
{
    return expect(w,
                  walk_do(w, HF_ARGS(HF_CSTR("en-US"), HF_UINT(0),
                                     HF_BUFFER(lend_time(w), 0, HF_WHOLE), HF_CSTR("h':'mm tt"))),
                  L"1:14 PM");
}

static hf_status number_by_name(walk *w)
{
    wchar_t text[64];
    assert_true(GetNumberFormatEx(L"de-DE", 0, L"1234567.891", NULL, text, 64));
    return expect(
        w, walk_do(w, HF_ARGS(HF_CSTR("de-DE"), HF_UINT(0), HF_CSTR("1234567.891"), HF_NULL)),
        text);
}

static hf_status currency_by_name(walk *w)
{
    wchar_t text[64];
    assert_true(GetCurrencyFormatEx(L"de-DE", 0, L"1234567.891", NULL, text, 64));
    return expect(
        w, walk_do(w, HF_ARGS(HF_CSTR("de-DE"), HF_UINT(0), HF_CSTR("1234567.891"), HF_NULL)),
        text);
}

static hf_status place(walk *w)
{
    return expect(w, walk_do(w, HF_ARGS(HF_INT(94), HF_UINT(GEO_ISO3), HF_UINT(0))), L"DEU");
}

static hf_status user_locale(walk *w)
{
    wchar_t name[LOCALE_NAME_MAX_LENGTH];
    assert_true(GetUserDefaultLocaleName(name, LOCALE_NAME_MAX_LENGTH));
    return expect(w, walk_do(w, HF_NO_ARGS), name);
}

static hf_status system_locale(walk *w)
{
    wchar_t name[LOCALE_NAME_MAX_LENGTH];
    assert_true(GetSystemDefaultLocaleName(name, LOCALE_NAME_MAX_LENGTH));
    return expect(w, walk_do(w, HF_NO_ARGS), name);
}

static hf_status locale_of_number(walk *w)
{
    return expect(w, walk_do(w, HF_ARGS(HF_UINT(ENGLISH), HF_UINT(0))), L"en-US");
}

static hf_status resolve(walk *w)
{
    return expect(w, walk_do(w, HF_ARGS(HF_CSTR("de"))), L"de-DE");
}

/* ---- conversions: the text without a NUL ---- */

static hf_status upper_case(walk *w)
{
    hf_ref text = walk_lend_text(w, L"small letters");
    return expect(w,
                  walk_do(w, HF_ARGS(HF_UINT(ENGLISH), HF_UINT(LCMAP_UPPERCASE),
                                     HF_BUFFER(text, 0, HF_WHOLE))),
                  L"SMALL LETTERS");
}

static hf_status lower_case(walk *w)
{
    hf_ref text = walk_lend_text(w, L"LARGE LETTERS");
    return expect(w,
                  walk_do(w, HF_ARGS(HF_CSTR("en-US"), HF_UINT(LCMAP_LOWERCASE),
                                     HF_BUFFER(text, 0, HF_WHOLE), HF_NULL, HF_NULL, HF_INT(0))),
                  L"large letters");
}

static hf_status sort_key(walk *w)
{
    unsigned char key[256];
    hf_ref text = walk_lend_text(w, L"small letters");
    hf_status status =
        walk_do(w, HF_ARGS(HF_UINT(ENGLISH), HF_UINT(LCMAP_SORTKEY), HF_BUFFER(text, 0, HF_WHOLE)));
    if (status == HF_OK) {
        int size = LCMapStringW(ENGLISH, LCMAP_SORTKEY, L"small letters", 13,
                                (wchar_t *)(void *)key, sizeof key);
        assert_true(size > 13);
        walk_expect(w, 0, key, (size_t)size);
    }
    return status;
}

static hf_status fold(walk *w)
{
    hf_ref text = walk_lend_text(w, L"\x0661\x0662\x0663 arabic digits");
    return expect(w, walk_do(w, HF_ARGS(HF_UINT(MAP_FOLDDIGITS), HF_BUFFER(text, 0, HF_WHOLE))),
                  L"123 arabic digits");
}

static hf_status to_wide(walk *w)
{
    static const char text[] = "gr\xc3\xbc\xc3\x9f Gott";
    hf_ref lent = walk_lend(w, text, sizeof text - 1);
    return expect(w,
                  walk_do(w, HF_ARGS(HF_UINT(CP_UTF8), HF_UINT(0), HF_BUFFER(lent, 0, HF_WHOLE))),
                  L"gr\x00fc\x00df Gott");
}

static hf_status to_narrow(walk *w)
{
    static const char text[] = "gr\xc3\xbc\xc3\x9f Gott";
    hf_ref lent = walk_lend_text(w, L"gr\x00fc\x00df Gott");
    hf_status status = walk_do(
        w, HF_ARGS(HF_UINT(CP_UTF8), HF_UINT(0), HF_BUFFER(lent, 0, HF_WHOLE), HF_NULL, HF_NULL));
    if (status == HF_OK) {
        walk_expect(w, 0, text, sizeof text - 1);
    }
    return status;
}

static hf_status normalize(walk *w)
{
    hf_ref lent = walk_lend_text(w, L"u\x0308 and A\x030a");
    hf_status status = walk_do(w, HF_ARGS(HF_INT(1), HF_BUFFER(lent, 0, HF_WHOLE)));
    return expect(w, status, L"\x00fc and \x00c5");
}

static hf_status to_ascii(walk *w)
{
    hf_ref lent = walk_lend_text(w, L"b\x00fc"
                                    L"cher.example");
    return expect(w, walk_do(w, HF_ARGS(HF_UINT(0), HF_BUFFER(lent, 0, HF_WHOLE))),
                  L"xn--bcher-kva.example");
}

static hf_status to_unicode(walk *w)
{
    hf_ref lent = walk_lend_text(w, L"xn--bcher-kva.example");
    return expect(w, walk_do(w, HF_ARGS(HF_UINT(0), HF_BUFFER(lent, 0, HF_WHOLE))),
                  L"b\x00fc"
                  L"cher.example");
}

WALK_PART(locale);
const walk_call walk_calls_locale[] = {
    { "GetLocaleInfoW", locale_info, WALK_SAME },
    { "GetLocaleInfoEx", locale_info_by_name, WALK_SAME },
    { "GetCalendarInfoW", calendar_info, WALK_SAME },
    { "GetDateFormatW", date, WALK_SAME },
    { "GetTimeFormatW", time_of_day, WALK_SAME },
    { "GetNumberFormatW", number, WALK_SAME },
    { "GetCurrencyFormatW", currency, WALK_SAME },
    { "GetCalendarInfoEx", calendar_info_by_name, WALK_SAME },
    { "GetDateFormatEx", date_by_name, WALK_SAME },
    { "GetTimeFormatEx", time_by_name, WALK_SAME },
    { "GetNumberFormatEx", number_by_name, WALK_SAME },
    { "GetCurrencyFormatEx", currency_by_name, WALK_SAME },
    { "GetGeoInfoW", place, WALK_SAME },
    { "LCMapStringEx", lower_case, WALK_SAME },
    { "GetUserDefaultLocaleName", user_locale, WALK_SAME },
    { "GetSystemDefaultLocaleName", system_locale, WALK_SAME },
    { "LCIDToLocaleName", locale_of_number, WALK_SAME },
    { "ResolveLocaleName", resolve, WALK_SAME },
    { "LCMapStringW", upper_case, WALK_SAME },
    { "LCMapStringW:sort_key", sort_key, WALK_SAME },
    { "FoldStringW", fold, WALK_SAME },
    { "MultiByteToWideChar", to_wide, WALK_SAME },
    { "WideCharToMultiByte", to_narrow, WALK_SAME },
    { "NormalizeString", normalize, WALK_SAME },
    { "IdnToAscii", to_ascii, WALK_SAME },
    { "IdnToUnicode", to_unicode, WALK_SAME },
    { NULL, NULL, WALK_SAME },
};
