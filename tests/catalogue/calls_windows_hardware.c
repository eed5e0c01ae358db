/* SPDX-License-Identifier: MIT */

/* The walk: firmware, devices, displays. */

#include "wide.h"

#include <setupapi.h>

#define SMBIOS 0x52534d42u /* "RSMB" */

static hf_status firmware_table(walk *w)
{
    static BYTE plain[65536];
    hf_status status = walk_do(w, HF_ARGS(HF_UINT(SMBIOS), HF_UINT(0)));
    UINT size = GetSystemFirmwareTable(SMBIOS, 0, plain, sizeof(plain));
    assert_true(size != 0 && size <= sizeof(plain));
    expect_bytes(w, 0, plain, size);
    return status;
}

static hf_status firmware_tables(walk *w)
{
    return walk_do(w, HF_ARGS(HF_UINT(SMBIOS)));
}

static hf_status device_id(walk *w)
{
    static const GUID kind = {
        0x4d36e97d, 0xe325, 0x11ce, { 0xbf, 0xc1, 8, 0, 0x2b, 0xe1, 3, 0x18 }
    };
    HDEVINFO(WINAPI * create_list)(const GUID *, HWND);
    BOOL(WINAPI * create)
    (HDEVINFO, const WCHAR *, const GUID *, const WCHAR *, HWND, DWORD, SP_DEVINFO_DATA *);
    BOOL(WINAPI * destroy_list)(HDEVINFO);
    DWORD(WINAPI * get)(DWORD, WCHAR *, ULONG, ULONG);
    PLAIN_FUNCTION(create_list, "setupapi.dll", "SetupDiCreateDeviceInfoList");
    PLAIN_FUNCTION(create, "setupapi.dll", "SetupDiCreateDeviceInfoW");
    PLAIN_FUNCTION(destroy_list, "setupapi.dll", "SetupDiDestroyDeviceInfoList");
    PLAIN_FUNCTION(get, "cfgmgr32.dll", "CM_Get_Device_IDW");
    HDEVINFO list = create_list(&kind, NULL);
    assert_ptr_not_equal(list, INVALID_HANDLE_VALUE);
    SP_DEVINFO_DATA device = { .cbSize = sizeof(device) };
    assert_true(create(list, L"HOLDFASTWALK", &kind, NULL, NULL, DICD_GENERATE_ID, &device));
    hf_status status = walk_do(w, HF_ARGS(HF_UINT(device.DevInst), HF_UINT(0)));
    WCHAR plain[256];
    assert_int_equal(get(device.DevInst, plain, 256, 0), 0);
    expect_wide(w, 0, plain);
    walk_expect_text(w, 0, "ROOT\\HOLDFASTWALK\\"); /* each round gets another number */
    destroy_list(list);
    return status;
}

static hf_status displays(walk *w)
{
    return walk_do(w, HF_ARGS(HF_UINT(QDC_ONLY_ACTIVE_PATHS), HF_NULL));
}

static hf_status device_ids(walk *w)
{
    return walk_do(w, HF_ARGS(HF_NULL, HF_UINT(0)));
}

/* What the library says is asked of itself: the file's version, out of the bytes that came. */
static void expect_version(walk *w, const WCHAR *file)
{
    static BYTE plain[65536];
    BOOL(WINAPI * get)(const WCHAR *, DWORD, DWORD, void *);
    BOOL(WINAPI * query)(const void *, const WCHAR *, void **, UINT *);
    PLAIN_FUNCTION(get, "version.dll", "GetFileVersionInfoW");
    PLAIN_FUNCTION(query, "version.dll", "VerQueryValueW");
    assert_true(get(file, 0, sizeof(plain), plain));
    size_t size;
    BYTE *info = walk_copy(w, 0, &size);
    void *said, *expected;
    UINT said_size, expected_size;
    assert_true(query(info, L"\\", &said, &said_size));
    assert_true(query(plain, L"\\", &expected, &expected_size));
    assert_int_equal(said_size, expected_size);
    assert_true(said_size >= 52); /* VS_FIXEDFILEINFO */
    assert_memory_equal(said, expected, said_size);
    assert_memory_equal(info, plain, size);
    free(info);
}

static hf_status file_version(walk *w)
{
    hf_status status =
        walk_do(w, HF_ARGS(HF_CSTR("C:\\windows\\system32\\user32.dll"), HF_UINT(0)));
    expect_version(w, L"C:\\windows\\system32\\user32.dll");
    return status;
}

static hf_status file_version_by_flags(walk *w)
{
    hf_status status =
        walk_do(w, HF_ARGS(HF_UINT(0), HF_CSTR("C:\\windows\\system32\\user32.dll"), HF_UINT(0)));
    expect_version(w, L"C:\\windows\\system32\\user32.dll");
    return status;
}

WALK_PART(hardware);
const walk_call walk_calls_hardware[] = {
    { "GetSystemFirmwareTable", firmware_table, WALK_SAME },
    { "EnumSystemFirmwareTables", firmware_tables, WALK_SAME },
    { "CM_Get_Device_IDW", device_id, WALK_SIZES },
    { "QueryDisplayConfig", displays, WALK_SAME },
    { "CM_Get_Device_ID_ListW", device_ids, WALK_SAME },
    { "GetFileVersionInfoW", file_version, WALK_SAME },
    { "GetFileVersionInfoExW", file_version_by_flags, WALK_SAME },
    { NULL, NULL, WALK_SAME },
};
