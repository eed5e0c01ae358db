/* SPDX-License-Identifier: MIT */

/*
 * The walk: the installer, over a package that is made here.
 *
 * The package has one property and one folder, and is never installed.
 */

#include "lend.h"

#include <msi.h>
#include <msiquery.h>

#define MSI(function) WALK_NATIVE("msi.dll", function)
#define PRODUCT       L"{12345678-1234-1234-1234-567890129012}"
/* The same, turned round as the installer keeps it. */
#define PRODUCT_KEY   L"Software\\Microsoft\\Installer\\Products\\87654321432143212143658709210921"

static hf_status expect(walk *w, hf_status status, const wchar_t *text)
{
    if (status == HF_OK) {
        walk_expect_wide(w, 0, text);
    }
    return status;
}

/* ---- records ---- */

static MSIHANDLE make_record(void)
{
    MSIHANDLE record = MSI(MsiCreateRecord)(1);
    assert_true(record != 0);
    assert_int_equal(MSI(MsiRecordSetStringW)(record, 0, L"say: [1], and [1]"), 0);
    assert_int_equal(MSI(MsiRecordSetStringW)(record, 1, L"the first field"), 0);
    return record;
}

static hf_status record_field(walk *w)
{
    MSIHANDLE record = make_record();
    hf_status status = walk_do(w, HF_ARGS(HF_UINT(record), HF_UINT(1)));
    MSI(MsiCloseHandle)(record);
    return expect(w, status, L"the first field");
}

static hf_status record_as_text(walk *w)
{
    MSIHANDLE record = make_record();
    hf_status status = walk_do(w, HF_ARGS(HF_UINT(0), HF_UINT(record)));
    MSI(MsiCloseHandle)(record);
    return expect(w, status, L"say: the first field, and the first field");
}

/* ---- the package ---- */

static const wchar_t *const tables[] = {
    L"CREATE TABLE `Property` (`Property` CHAR(72) NOT NULL, `Value` CHAR(255) "
    L"PRIMARY KEY `Property`)",
    L"CREATE TABLE `Directory` (`Directory` CHAR(72) NOT NULL, `Directory_Parent` CHAR(72), "
    L"`DefaultDir` CHAR(255) NOT NULL PRIMARY KEY `Directory`)",
    L"CREATE TABLE `Feature` (`Feature` CHAR(38) NOT NULL, `Feature_Parent` CHAR(38), "
    L"`Title` CHAR(64), `Description` CHAR(255), `Display` SHORT, `Level` SHORT NOT NULL, "
    L"`Directory_` CHAR(72), `Attributes` SHORT NOT NULL PRIMARY KEY `Feature`)",
    L"CREATE TABLE `Component` (`Component` CHAR(72) NOT NULL, `ComponentId` CHAR(38), "
    L"`Directory_` CHAR(72) NOT NULL, `Attributes` SHORT NOT NULL, `Condition` CHAR(255), "
    L"`KeyPath` CHAR(72) PRIMARY KEY `Component`)",
    L"CREATE TABLE `FeatureComponents` (`Feature_` CHAR(38) NOT NULL, "
    L"`Component_` CHAR(72) NOT NULL PRIMARY KEY `Feature_`, `Component_`)",
    L"CREATE TABLE `File` (`File` CHAR(72) NOT NULL, `Component_` CHAR(72) NOT NULL, "
    L"`FileName` CHAR(255) NOT NULL, `FileSize` LONG NOT NULL, `Version` CHAR(72), "
    L"`Language` CHAR(20), `Attributes` SHORT, `Sequence` SHORT NOT NULL PRIMARY KEY `File`)",
    L"INSERT INTO `Property` (`Property`, `Value`) VALUES ('ProductCode', '" PRODUCT L"')",
    L"INSERT INTO `Property` (`Property`, `Value`) VALUES ('HoldfastWalk', 'some value of it')",
    L"INSERT INTO `Directory` (`Directory`, `Directory_Parent`, `DefaultDir`) "
    L"VALUES ('TARGETDIR', '', 'SourceDir')",
};

typedef struct package {
    wchar_t path[MAX_PATH + 32];
    MSIHANDLE database, summary, session;
} package;

static void set_summary(MSIHANDLE summary)
{
    assert_int_equal(
        MSI(MsiSummaryInfoSetPropertyW)(summary, 2, VT_LPSTR, 0, NULL, L"a title of some length"),
        0);
    assert_int_equal(MSI(MsiSummaryInfoSetPropertyW)(summary, 7, VT_LPSTR, 0, NULL, L";1033"), 0);
    assert_int_equal(MSI(MsiSummaryInfoSetPropertyW)(summary, 9, VT_LPSTR, 0, NULL, PRODUCT), 0);
    assert_int_equal(MSI(MsiSummaryInfoSetPropertyW)(summary, 14, VT_I4, 100, NULL, NULL), 0);
    assert_int_equal(MSI(MsiSummaryInfoSetPropertyW)(summary, 15, VT_I4, 0, NULL, NULL), 0);
}

static void make_package(package *p)
{
    wchar_t name[32];
    assert_in_range(GetTempPathW(MAX_PATH, p->path), 1, MAX_PATH);
    wcscat(p->path, L"holdfast_walk.msi");
    DeleteFileW(p->path);
    MSI(MsiSetInternalUI)(INSTALLUILEVEL_NONE, NULL);
    assert_int_equal(
        MSI(MsiOpenDatabaseW)(p->path, (LPCWSTR)(uintptr_t)MSIDBOPEN_CREATE, &p->database), 0);
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        MSIHANDLE view;
        assert_int_equal(MSI(MsiDatabaseOpenViewW)(p->database, tables[i], &view), 0);
        assert_int_equal(MSI(MsiViewExecute)(view, 0), 0);
        MSI(MsiCloseHandle)(view);
    }
    assert_int_equal(MSI(MsiGetSummaryInformationW)(p->database, NULL, 8, &p->summary), 0);
    set_summary(p->summary);
    assert_int_equal(MSI(MsiSummaryInfoPersist)(p->summary), 0);
    assert_int_equal(MSI(MsiDatabaseCommit)(p->database), 0);
    swprintf(name, 32, L"#%lu", p->database);
    assert_int_equal(MSI(MsiOpenPackageW)(name, &p->session), 0);
}

static void drop_package(package *p)
{
    MSI(MsiCloseHandle)(p->session);
    MSI(MsiCloseHandle)(p->summary);
    MSI(MsiCloseHandle)(p->database);
    DeleteFileW(p->path);
}

static hf_status title(walk *w)
{
    package p;
    make_package(&p);
    hf_status status = walk_do(w, HF_ARGS(HF_UINT(p.summary), HF_UINT(2)));
    drop_package(&p);
    if (status == HF_OK) { /* behind the time that it could have been */
        walk_expect(w, 1, L"a title of some length", 22 * sizeof(wchar_t));
    }
    return status;
}

static hf_status property(walk *w)
{
    package p;
    make_package(&p);
    hf_status status = walk_do(w, HF_ARGS(HF_UINT(p.session), HF_CSTR("HoldfastWalk")));
    drop_package(&p);
    return expect(w, status, L"some value of it");
}

static hf_status folder(walk *w)
{
    package p;
    wchar_t path[MAX_PATH];
    DWORD size = MAX_PATH;
    make_package(&p);
    assert_int_equal(MSI(MsiDoActionW)(p.session, L"CostInitialize"), 0);
    assert_int_equal(MSI(MsiDoActionW)(p.session, L"FileCost"), 0);
    assert_int_equal(MSI(MsiDoActionW)(p.session, L"CostFinalize"), 0);
    assert_int_equal(MSI(MsiGetTargetPathW)(p.session, L"TARGETDIR", path, &size), 0);
    hf_status status = walk_do(w, HF_ARGS(HF_UINT(p.session), HF_CSTR("TARGETDIR")));
    drop_package(&p);
    return expect(w, status, path);
}

static hf_status product(walk *w)
{
    static const wchar_t name[] = L"a product that is not there";
    HKEY key;
    assert_int_equal(RegCreateKeyW(HKEY_CURRENT_USER, PRODUCT_KEY, &key), 0);
    assert_int_equal(
        RegSetValueExW(key, L"ProductName", 0, REG_SZ, (const BYTE *)name, sizeof name), 0);
    RegCloseKey(key);
    hf_status status = walk_do(w, HF_ARGS(HF_UTF16(PRODUCT, HF_WHOLE), HF_CSTR("ProductName")));
    RegDeleteTreeW(HKEY_CURRENT_USER, PRODUCT_KEY);
    return expect(w, status, name);
}

WALK_PART(installer);
const walk_call walk_calls_installer[] = {
    { "MsiRecordGetStringW", record_field, WALK_SAME },
    { "MsiFormatRecordW", record_as_text, WALK_SAME },
    { "MsiSummaryInfoGetPropertyW", title, WALK_SIZES },
    { "MsiGetPropertyW", property, WALK_SAME },
    { "MsiGetTargetPathW", folder, WALK_SAME },
    { "MsiGetProductInfoW", product, WALK_SAME },
    { NULL, NULL, WALK_SAME },
};
