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
    PLAIN_FUNCTION(create_list, "setupapi.dll", "SetupDiCreateDeviceInfoList");
    PLAIN_FUNCTION(create, "setupapi.dll", "SetupDiCreateDeviceInfoW");
    PLAIN_FUNCTION(destroy_list, "setupapi.dll", "SetupDiDestroyDeviceInfoList");
    HDEVINFO list = create_list(&kind, NULL);
    assert_ptr_not_equal(list, INVALID_HANDLE_VALUE);
    SP_DEVINFO_DATA device = { .cbSize = sizeof(device) };
    assert_true(create(list, L"HOLDFASTWALK", &kind, NULL, NULL, DICD_GENERATE_ID, &device));
    hf_status status = walk_do(w, HF_ARGS(HF_UINT(device.DevInst), HF_UINT(0)));
    expect_wide(w, 0, L"ROOT\\HOLDFASTWALK\\0000");
    destroy_list(list);
    return status;
}

static hf_status displays(walk *w)
{
    return walk_do(w, HF_ARGS(HF_UINT(QDC_ONLY_ACTIVE_PATHS), HF_NULL));
}

WALK_PART(hardware);
const walk_call walk_calls_hardware[] = {
    { "GetSystemFirmwareTable", firmware_table, WALK_SAME },
    { "EnumSystemFirmwareTables", firmware_tables, WALK_SAME },
    { "CM_Get_Device_IDW", device_id, WALK_SAME },
    { "QueryDisplayConfig", displays, WALK_SAME },
    { NULL, NULL, WALK_SAME },
};
