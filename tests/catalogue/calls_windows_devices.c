/* SPDX-License-Identifier: MIT */

/* The walk: devices, their classes, and an INF file of our own.  The device is made in memory
   and never registered, so nothing of it is left. */

#include "calls_native.h"

#include <setupapi.h>
#include <stdio.h>

#define SETUP(function) NATIVE("setupapi.dll", function)

typedef struct property_key {
    GUID format;
    ULONG id;
} property_key;

static const GUID our_class = {
    0x6a55b5a4, 0x3f65, 0x11db, { 0xb7, 0x04, 0x00, 0x11, 0x95, 0x5c, 0x2b, 0xdb }
};
static const GUID our_interface = {
    0x6a55b5a5, 0x3f65, 0x11db, { 0xb7, 0x04, 0x00, 0x11, 0x95, 0x5c, 0x2b, 0xdb }
};
/* "Ports", which every system has. */
static GUID ports = {
    0x4d36e978, 0xe325, 0x11ce, { 0xbf, 0xc1, 0x08, 0x00, 0x2b, 0xe1, 0x03, 0x18 }
};
static property_key our_key = {
    { 0x6a55b5a6, 0x3f65, 0x11db, { 0xb7, 0x04, 0x00, 0x11, 0x95, 0x5c, 0x2b, 0xdb } }, 7
};

/* ---- a device ---- */

typedef struct device {
    HDEVINFO set;
    SP_DEVINFO_DATA info;
} device;

static device device_begin(void)
{
    device d = { SETUP(SetupDiCreateDeviceInfoList)(&our_class, NULL), { 0 } };
    assert_ptr_not_equal(d.set, INVALID_HANDLE_VALUE);
    d.info.cbSize = sizeof d.info;
    assert_true(SETUP(SetupDiCreateDeviceInfoW)(d.set, L"HoldfastWalk", &our_class, NULL, NULL,
                                                DICD_GENERATE_ID, &d.info));
    return d;
}

static void device_end(device *d)
{
    SETUP(SetupDiDestroyDeviceInfoList)(d->set);
}

static hf_status device_property(walk *w)
{
    static const WCHAR value[] = L"a property of ours";
    device d = device_begin();
    BOOL(WINAPI * put)
    (HDEVINFO, SP_DEVINFO_DATA *, const void *, ULONG, const BYTE *, DWORD, DWORD) =
        native_address("setupapi.dll", "SetupDiSetDevicePropertyW");
    assert_true(put(d.set, &d.info, &our_key, 18, (const BYTE *)value, sizeof value, 0));
    hf_status status = walk_well(
        w, HF_ARGS(HF_POINTER(d.set), HF_POINTER(&d.info), HF_POINTER(&our_key), HF_UINT(0)));
    expect_bytes(w, 0, value, sizeof value);
    assert_int_equal(hf_result_scalar(&w->result, 0), 18); /* DEVPROP_TYPE_STRING */
    device_end(&d);
    return status;
}

static hf_status registry_property(walk *w)
{
    static const WCHAR ids[] = L"ROOT\\HoldfastWalk\0ROOT\\Other\0";
    device d = device_begin();
    assert_true(SETUP(SetupDiSetDeviceRegistryPropertyW)(d.set, &d.info, SPDRP_HARDWAREID,
                                                         (const BYTE *)ids, sizeof ids));
    hf_status status =
        walk_well(w, HF_ARGS(HF_POINTER(d.set), HF_POINTER(&d.info), HF_UINT(SPDRP_HARDWAREID)));
    expect_bytes(w, 0, ids, sizeof ids);
    assert_int_equal(hf_result_scalar(&w->result, 0), REG_MULTI_SZ);
    device_end(&d);
    return status;
}

static hf_status instance_id(walk *w)
{
    device d = device_begin();
    hf_status status = walk_well(w, HF_ARGS(HF_POINTER(d.set), HF_POINTER(&d.info)));
    WCHAR id[256] = { 0 };
    assert_true(SETUP(SetupDiGetDeviceInstanceIdW)(d.set, &d.info, id, 256, NULL));
    expect_wide(w, 0, id);
    device_end(&d);
    return status;
}

static hf_status interface_detail(walk *w)
{
    device d = device_begin();
    SP_DEVICE_INTERFACE_DATA entry = { .cbSize = sizeof entry };
    assert_true(
        SETUP(SetupDiCreateDeviceInterfaceW)(d.set, &d.info, &our_interface, L"here", 0, &entry));
    union {
        SP_DEVICE_INTERFACE_DETAIL_DATA_W detail;
        BYTE bytes[1024];
    } plain = { { sizeof(SP_DEVICE_INTERFACE_DETAIL_DATA_W), { 0 } } };
    DWORD size;
    SP_DEVINFO_DATA of = { .cbSize = sizeof of };
    assert_true(SETUP(SetupDiGetDeviceInterfaceDetailW)(d.set, &entry, &plain.detail, sizeof plain,
                                                        &size, NULL));
    hf_status status =
        walk_well(w, HF_ARGS(HF_POINTER(d.set), HF_POINTER(&entry), HF_POINTER(&of)));
    expect_bytes(w, 0, &plain, size);
    assert_int_equal(of.DevInst, d.info.DevInst);
    assert_true(SETUP(SetupDiRemoveDeviceInterface)(d.set, &entry));
    device_end(&d);
    return status;
}

/* ---- classes ---- */

static hf_status class_description(walk *w)
{
    hf_status status = walk_well(w, HF_ARGS(HF_POINTER(&ports)));
    walk_expect_text(w, 0, "Ports (COM");
    return status;
}

static hf_status class_description_ex(walk *w)
{
    hf_status status = walk_well(w, HF_ARGS(HF_POINTER(&ports), HF_NULL, HF_NULL));
    walk_expect_text(w, 0, "Ports (COM");
    return status;
}

static hf_status class_name(walk *w)
{
    hf_status status = walk_well(w, HF_ARGS(HF_POINTER(&ports)));
    expect_wide(w, 0, L"Ports");
    return status;
}

static hf_status class_name_ex(walk *w)
{
    hf_status status = walk_well(w, HF_ARGS(HF_POINTER(&ports), HF_NULL, HF_NULL));
    expect_wide(w, 0, L"Ports");
    return status;
}

static hf_status class_guids(walk *w)
{
    hf_status status = walk_well(w, HF_ARGS(HF_CSTR("Ports")));
    expect_bytes(w, 0, &ports, sizeof ports);
    if (status == HF_OK) { /* none is an answer too */
        status = walk_well(w, HF_ARGS(HF_CSTR("NoSuchClassAnywhere")));
        expect_bytes(w, 0, "", 0);
    }
    return status;
}

static hf_status class_guids_ex(walk *w)
{
    hf_status status = walk_well(w, HF_ARGS(HF_CSTR("Ports"), HF_NULL, HF_NULL));
    expect_bytes(w, 0, &ports, sizeof ports);
    return status;
}

static hf_status class_list(walk *w)
{
    hf_status status = walk_well(w, HF_ARGS(HF_UINT(0)));
    GUID plain[256];
    DWORD count;
    assert_true(SETUP(SetupDiBuildClassInfoList)(0, plain, 256, &count));
    expect_bytes(w, 0, plain, count * sizeof *plain);
    return status;
}

/* ---- an INF file ---- */

static const char inf_text[] =
    "[Version]\r\nSignature=\"$CHICAGO$\"\r\nClass=HoldfastWalk\r\n"
    "ClassGuid={6a55b5a4-3f65-11db-b704-0011955c2bdb}\r\nDriverVer=01/02/2003,4.5.6.7\r\n"
    "Provider=\"Holdfast\"\r\n"
    "[Manufacturer]\r\nHoldfast=Models,NTamd64,NTx86\r\n"
    "[Models]\r\n\"A device\"=Install,ROOT\\HoldfastWalk\r\n"
    "[Models.NTamd64]\r\n\"A device\"=Install,ROOT\\HoldfastWalk\r\n"
    "[Models.NTx86]\r\n\"A device\"=Install,ROOT\\HoldfastWalk\r\n"
    "[Install]\r\nCopyFiles=Files\r\n[Install.NT]\r\nCopyFiles=Files\r\n"
    "[SourceDisksNames]\r\n1=\"A disk\",\"tag.file\",,\"\\sub\"\r\n"
    "[SourceDisksFiles]\r\nwalk.sys=1,\\deep\r\n"
    "[DestinationDirs]\r\nFiles=10,holdfast\r\n"
    "[Files]\r\nwalk.sys\r\n"
    "[Values]\r\ntext=\"the first field\",second\r\nmany=x,one,two,three\r\nbytes=12,34,ab,cd\r\n";

typedef struct inf {
    WCHAR path[MAX_PATH];
    HINF handle;
} inf;

static inf inf_begin(void)
{
    inf i;
    WCHAR directory[MAX_PATH];
    assert_true(GetTempPathW(MAX_PATH, directory) > 0);
    swprintf(i.path, MAX_PATH, L"%lshfw%lu.inf", directory, GetCurrentProcessId());
    FILE *file = _wfopen(i.path, L"wb");
    assert_non_null(file);
    assert_int_equal(fwrite(inf_text, 1, sizeof inf_text - 1, file), sizeof inf_text - 1);
    fclose(file);
    UINT line;
    i.handle = SETUP(SetupOpenInfFileW)(i.path, NULL, INF_STYLE_WIN4, &line);
    assert_ptr_not_equal(i.handle, INVALID_HANDLE_VALUE);
    return i;
}

static void inf_end(inf *i)
{
    SETUP(SetupCloseInfFile)(i->handle);
    DeleteFileW(i->path);
}

static INFCONTEXT inf_line(const inf *i, const WCHAR *section, const WCHAR *key)
{
    INFCONTEXT line;
    assert_true(SETUP(SetupFindFirstLineW)(i->handle, section, key, &line));
    return line;
}

static hf_status string_field(walk *w)
{
    inf i = inf_begin();
    INFCONTEXT line = inf_line(&i, L"Values", L"text");
    hf_status status = walk_well(w, HF_ARGS(HF_POINTER(&line), HF_UINT(1)));
    expect_wide(w, 0, L"the first field");
    inf_end(&i);
    return status;
}

static hf_status line_text(walk *w)
{
    inf i = inf_begin();
    hf_status status =
        walk_well(w, HF_ARGS(HF_NULL, HF_POINTER(i.handle), HF_CSTR("Values"), HF_CSTR("many")));
    expect_wide(w, 0, L"x,one,two,three");
    inf_end(&i);
    return status;
}

static hf_status multi_field(walk *w)
{
    inf i = inf_begin();
    INFCONTEXT line = inf_line(&i, L"Values", L"many");
    hf_status status = walk_well(w, HF_ARGS(HF_POINTER(&line), HF_UINT(2)));
    EXPECT_LIST(w, 0, L"one\0two\0three\0");
    inf_end(&i);
    return status;
}

static hf_status binary_field(walk *w)
{
    inf i = inf_begin();
    INFCONTEXT line = inf_line(&i, L"Values", L"bytes");
    hf_status status = walk_well(w, HF_ARGS(HF_POINTER(&line), HF_UINT(1)));
    expect_bytes(w, 0, "\x12\x34\xab\xcd", 4);
    inf_end(&i);
    return status;
}

static hf_status section_name(walk *w)
{
    inf i = inf_begin();
    hf_status status = walk_well(w, HF_ARGS(HF_POINTER(i.handle), HF_UINT(5)));
    walk_note(w, "", 1);
    inf_end(&i);
    return status;
}

static hf_status inf_information(walk *w)
{
    inf i = inf_begin();
    hf_status status =
        walk_well(w, HF_ARGS(HF_POINTER(i.handle), HF_UINT(INFINFO_INF_SPEC_IS_HINF)));
    SP_INF_INFORMATION style;
    size_t size;
    void *copy = walk_copy(w, 0, &size);
    assert_true(size >= sizeof style);
    memcpy(&style, copy, sizeof style);
    free(copy);
    assert_int_equal(style.InfStyle, INF_STYLE_WIN4);
    assert_int_equal(style.InfCount, 1);
    inf_end(&i);
    return status;
}

/* What SetupGetInfInformationW() tells, for those that ask about it. */
static void *inf_information_of(inf *i)
{
    DWORD size;
    assert_true(
        SETUP(SetupGetInfInformationW)(i->handle, INFINFO_INF_SPEC_IS_HINF, NULL, 0, &size));
    void *info = calloc(1, size);
    assert_non_null(info);
    assert_true(
        SETUP(SetupGetInfInformationW)(i->handle, INFINFO_INF_SPEC_IS_HINF, info, size, &size));
    return info;
}

static hf_status inf_file(walk *w)
{
    inf i = inf_begin();
    void *info = inf_information_of(&i);
    hf_status status = walk_well(w, HF_ARGS(HF_POINTER(info), HF_UINT(0)));
    WCHAR plain[MAX_PATH];
    assert_true(SETUP(SetupQueryInfFileInformationW)(info, 0, plain, MAX_PATH, NULL));
    expect_wide(w, 0, plain);
    free(info);
    inf_end(&i);
    return status;
}

static hf_status inf_list(walk *w)
{
    inf i = inf_begin();
    WCHAR directory[MAX_PATH], plain[8192];
    DWORD count;
    wcscpy(directory, i.path);
    *wcsrchr(directory, L'\\') = 0;
    assert_true(SETUP(SetupGetInfFileListW)(directory, INF_STYLE_WIN4, plain, 8192, &count));
    hf_status status = walk_well(
        w, HF_ARGS(HF_UTF16((void *)directory, wcslen(directory)), HF_UINT(INF_STYLE_WIN4)));
    expect_bytes(w, 0, plain, (count - 1) * sizeof(WCHAR));
    inf_end(&i);
    return status;
}

static hf_status source_location(walk *w)
{
    inf i = inf_begin();
    WCHAR plain[MAX_PATH];
    UINT source;
    assert_true(SETUP(SetupGetSourceFileLocationW)(i.handle, NULL, L"walk.sys", &source, plain,
                                                   MAX_PATH, NULL));
    hf_status status = walk_well(w, HF_ARGS(HF_POINTER(i.handle), HF_NULL, HF_CSTR("walk.sys")));
    expect_wide(w, 0, plain);
    assert_int_equal(hf_result_scalar(&w->result, 0), 1);
    inf_end(&i);
    return status;
}

static hf_status source_information(walk *w)
{
    inf i = inf_begin();
    WCHAR plain[MAX_PATH];
    DWORD n = 77;
    assert_true(SETUP(SetupGetSourceInfoW)(i.handle, 1, SRCINFO_DESCRIPTION, plain, MAX_PATH, &n));
    hf_status status =
        walk_well(w, HF_ARGS(HF_POINTER(i.handle), HF_UINT(1), HF_UINT(SRCINFO_DESCRIPTION)));
    expect_wide(w, 0, plain);
    inf_end(&i);
    return status;
}

static hf_status target_path(walk *w)
{
    inf i = inf_begin();
    WCHAR expected[MAX_PATH];
    GetWindowsDirectoryW(expected, MAX_PATH);
    wcscat(expected, L"\\holdfast");
    hf_status status = walk_well(w, HF_ARGS(HF_POINTER(i.handle), HF_NULL, HF_CSTR("Files")));
    expect_wide(w, 0, expected);
    inf_end(&i);
    return status;
}

static hf_status actual_section(walk *w)
{
    inf i = inf_begin();
    hf_status status = walk_well(w, HF_ARGS(HF_POINTER(i.handle), HF_CSTR("Install")));
    if (status == HF_OK) {
        expect_wide(w, 0, L"Install.NT");
        size_t size;
        free(walk_copy(w, 0, &size));
        walk_note(w, &size, sizeof size);
    }
    inf_end(&i);
    return status;
}

/* The driver that the file would give to the device. */
static void driver_of(const device *d, const inf *i, SP_DRVINFO_DATA_W *driver)
{
    static const WCHAR ids[] = L"ROOT\\HoldfastWalk\0";
    SP_DEVINSTALL_PARAMS_W parameters = { .cbSize = sizeof parameters };
    SP_DEVINFO_DATA info = d->info;
    assert_true(SETUP(SetupDiSetDeviceRegistryPropertyW)(d->set, &info, SPDRP_HARDWAREID,
                                                         (const BYTE *)ids, sizeof ids));
    assert_true(SETUP(SetupDiGetDeviceInstallParamsW)(d->set, &info, &parameters));
    parameters.Flags |= DI_ENUMSINGLEINF;
    wcscpy(parameters.DriverPath, i->path);
    assert_true(SETUP(SetupDiSetDeviceInstallParamsW)(d->set, &info, &parameters));
    assert_true(SETUP(SetupDiBuildDriverInfoList)(d->set, &info, SPDIT_COMPATDRIVER));
    driver->cbSize = sizeof *driver;
    assert_true(SETUP(SetupDiEnumDriverInfoW)(d->set, &info, SPDIT_COMPATDRIVER, 0, driver));
}

static hf_status driver_detail(walk *w)
{
    inf i = inf_begin();
    device d = device_begin();
    SP_DRVINFO_DATA_W driver = { 0 };
    driver_of(&d, &i, &driver);
    hf_status status =
        walk_well(w, HF_ARGS(HF_POINTER(d.set), HF_POINTER(&d.info), HF_POINTER(&driver)));
    if (status == HF_OK) {
        size_t size;
        SP_DRVINFO_DETAIL_DATA_W *detail = walk_copy(w, 0, &size);
        assert_true(size >= sizeof *detail);
        assert_memory_equal(detail->SectionName, L"Install", 8 * sizeof(WCHAR));
        assert_memory_equal(detail->HardwareID, L"ROOT\\HoldfastWalk", 17 * sizeof(WCHAR));
        free(detail);
    }
    device_end(&d);
    inf_end(&i);
    return status;
}

WALK_PART(devices);
const walk_call walk_calls_devices[] = {
    { "SetupDiGetDevicePropertyW", device_property, WALK_SAME },
    { "SetupDiGetDeviceRegistryPropertyW", registry_property, WALK_SAME },
    { "SetupDiGetDeviceInstanceIdW", instance_id, WALK_SAME },
    { "SetupDiGetDeviceInterfaceDetailW", interface_detail, WALK_SAME },
    { "SetupDiGetClassDescriptionW", class_description, WALK_SAME },
    { "SetupDiGetClassDescriptionExW", class_description_ex, WALK_SAME },
    { "SetupDiClassNameFromGuidW", class_name, WALK_SAME },
    { "SetupDiClassNameFromGuidExW", class_name_ex, WALK_SAME },
    { "SetupDiClassGuidsFromNameW", class_guids, WALK_SAME },
    { "SetupDiClassGuidsFromNameExW", class_guids_ex, WALK_SAME },
    { "SetupDiBuildClassInfoList", class_list, WALK_SAME },
    { "SetupGetStringFieldW", string_field, WALK_SAME },
    { "SetupGetLineTextW", line_text, WALK_SAME },
    { "SetupGetMultiSzFieldW", multi_field, WALK_SAME },
    { "SetupGetBinaryField", binary_field, WALK_SAME },
    { "SetupEnumInfSectionsW", section_name, WALK_SAME },
    { "SetupGetInfInformationW", inf_information, WALK_SAME },
    { "SetupQueryInfFileInformationW", inf_file, WALK_SAME },
    { "SetupGetInfFileListW", inf_list, WALK_SAME },
    { "SetupGetSourceFileLocationW", source_location, WALK_SAME },
    { "SetupGetSourceInfoW", source_information, WALK_SAME },
    { "SetupGetTargetPathW", target_path, WALK_SAME },
    { "SetupDiGetActualSectionToInstallW", actual_section, WALK_NOTED },
    { "SetupDiGetDriverInfoDetailW", driver_detail, WALK_SIZES },
    { NULL, NULL, WALK_SAME },
};
