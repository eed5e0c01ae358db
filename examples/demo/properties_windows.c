/* SPDX-License-Identifier: MIT */
/* hf-example: windows */

/*
 * Devices and all their properties, through the catalogue.
 *
 * A device has an instance id, properties by number (SPDRP_...), and properties by key, whose keys
 * it can be asked for.  wine lists no keys and has none that are built in, so a device of our own,
 * which is never registered, is given one property of each shape that is read back.
 */

#include "properties_windows.h"

#include <windows.h>

#include <setupapi.h>

#include <stdio.h>
#include <string.h>

#ifndef SPDRP_MAXIMUM_PROPERTY
#define SPDRP_MAXIMUM_PROPERTY 0x25
#endif

#define DEVICES_MAX   8
#define VALUE_COLUMNS 60

typedef struct property_key {
    GUID category;
    ULONG number;
} property_key;

/* In setupapi.dll, but not in every setupapi.h. */
typedef BOOL(WINAPI *set_property_fn)(HDEVINFO, SP_DEVINFO_DATA *, const property_key *, ULONG,
                                      const BYTE *, DWORD, DWORD);

typedef struct device {
    table *t;
    HDEVINFO set;
    SP_DEVINFO_DATA info;
    const hf_function *by_number, *by_key, *keys;
    unsigned properties;
} device;

/* ---- one property ---- */

static table_shape shape_of_registry(DWORD type)
{
    return type == REG_SZ || type == REG_MULTI_SZ || type == REG_EXPAND_SZ ? TABLE_WIDE
           : type == REG_DWORD                                             ? TABLE_NUMBERS
                                                                           : TABLE_BYTES;
}

/* DEVPROP_TYPE_UINT32, ..._STRING, ..._STRING_LIST. */
static table_shape shape_of_property(DWORD type)
{
    return type == 0x12 || type == 0x2012 ? TABLE_WIDE : type == 7 ? TABLE_NUMBERS : TABLE_BYTES;
}

static void print_property(device *d, const char *name, unsigned number, table_shape shape,
                           const hf_result *result)
{
    static unsigned char value[65536];
    hf_ref out = hf_result_out(result, 0);
    size_t size = hf_bytes_size(out);
    size = size < sizeof value ? size : sizeof value;
    if (hf_bytes_read(out, 0, value, size) != HF_OK) {
        table_fail(d->t, name, "cannot be read");
        return;
    }
    d->properties++;
    printf("    %s %2u, type 0x%04x, %5lu bytes, %u tries: ", name, number,
           (unsigned)hf_result_scalar(result, 0), (unsigned long)size, (unsigned)result->attempts);
    table_print_value(shape, value, size, VALUE_COLUMNS);
    putchar('\n');
}

static void show_numbered(device *d)
{
    for (DWORD number = 0; number < SPDRP_MAXIMUM_PROPERTY; number++) {
        HF_FRAME(d->t->thread);
        hf_result result = HF_RESULT_INIT;
        hf_status status =
            hf_call(d->t->thread, d->by_number, &result,
                    HF_ARGS(HF_POINTER(d->set), HF_POINTER(&d->info), HF_UINT(number)));
        if (status == HF_OK) {
            print_property(d, "number", number,
                           shape_of_registry((DWORD)hf_result_scalar(&result, 0)), &result);
        } else if (status != HF_E_NATIVE) {
            table_fail(d->t, "SetupDiGetDeviceRegistryPropertyW", hf_status_text(status));
        }
    }
}

static void show_key(device *d, const property_key *key)
{
    HF_FRAME(d->t->thread);
    hf_result result = HF_RESULT_INIT;
    hf_status status =
        hf_call(d->t->thread, d->by_key, &result,
                HF_ARGS(HF_POINTER(d->set), HF_POINTER(&d->info), HF_POINTER(key), HF_UINT(0)));
    if (status == HF_OK) {
        print_property(d, "key", (unsigned)key->number,
                       shape_of_property((DWORD)hf_result_scalar(&result, 0)), &result);
    } else {
        table_fail(d->t, "SetupDiGetDevicePropertyW", hf_status_text(status));
    }
}

static void show_keyed(device *d)
{
    static property_key keys[512];
    size_t size = 0;
    HF_FRAME(d->t->thread);
    hf_result result = HF_RESULT_INIT;
    if (d->keys &&
        hf_call(d->t->thread, d->keys, &result,
                HF_ARGS(HF_POINTER(d->set), HF_POINTER(&d->info), HF_UINT(0))) == HF_OK) {
        size = hf_bytes_size(hf_result_out(&result, 0));
        size = size < sizeof keys ? size : sizeof keys;
        (void)hf_bytes_read(hf_result_out(&result, 0), 0, keys, size);
    }
    for (size_t i = 0; i < size / sizeof keys[0]; i++) {
        show_key(d, &keys[i]);
    }
}

/* ---- a device ---- */

static void show_device(device *d)
{
    table_line line = { "SetupDiGetDeviceInstanceIdW",
                        HF_ARGS(HF_POINTER(d->set), HF_POINTER(&d->info)), 0, TABLE_WIDE, NULL };
    table_show(d->t, &line);
    show_numbered(d);
    show_keyed(d);
}

static void show_present(device *d)
{
    DWORD index = 0;
    d->set = SetupDiGetClassDevsW(NULL, NULL, NULL, DIGCF_ALLCLASSES);
    if (d->set == INVALID_HANDLE_VALUE) {
        table_fail(d->t, "SetupDiGetClassDevsW", "no set");
        return;
    }
    d->info.cbSize = sizeof d->info;
    while (SetupDiEnumDeviceInfo(d->set, index, &d->info)) {
        if (index++ < DEVICES_MAX) {
            show_device(d);
        }
    }
    printf("%lu devices, %u properties of the first %u\n\n", (unsigned long)index, d->properties,
           index < DEVICES_MAX ? (unsigned)index : DEVICES_MAX);
    SetupDiDestroyDeviceInfoList(d->set);
}

/* ---- a device of our own ---- */

typedef struct own_property {
    ULONG type;
    const void *value;
    DWORD size;
} own_property;

static void show_own_properties(device *d, set_property_fn set)
{
    static const WCHAR text[] = L"a text of its own";
    static const WCHAR list[] = L"one\0two\0three\0";
    static const BYTE bytes[300] = { 1, 2, 3 };
    static const uint32_t number = 4711;
    static const GUID id = { 1, 2, 3, { 4 } };
    static const uint64_t large = UINT64_C(0x123456789a);
    static const own_property all[] = {
        { 0x0012, text, sizeof text },      /* DEVPROP_TYPE_STRING */
        { 0x2012, list, sizeof list },      /* DEVPROP_TYPE_STRING_LIST */
        { 0x1003, bytes, sizeof bytes },    /* DEVPROP_TYPE_BINARY */
        { 0x0007, &number, sizeof number }, /* DEVPROP_TYPE_UINT32 */
        { 0x0009, &large, sizeof large },   /* DEVPROP_TYPE_UINT64 */
        { 0x000d, &id, sizeof id },
    };
    for (ULONG i = 0; i < sizeof all / sizeof all[0]; i++) {
        const property_key key = { { 0x51c2a9e4, 0x0c3b, 0x4d9b, { 0xa1, 0x66, 0x2e } }, i + 2 };
        if (set(d->set, &d->info, &key, all[i].type, all[i].value, all[i].size, 0)) {
            show_key(d, &key);
        } else {
            printf("    key %2lu, type 0x%04lx: the system takes no such property (error %lu)\n",
                   (unsigned long)key.number, (unsigned long)all[i].type,
                   (unsigned long)GetLastError());
        }
    }
}

static void show_own(device *d)
{
    static const GUID kind = { 0x8a3f2c51, 0x6b0d, 0x4e6e, { 0x9d, 0x41, 0x70, 0x0f } };
    set_property_fn set_property = NULL;
    FARPROC symbol = GetProcAddress(GetModuleHandleW(L"setupapi.dll"), "SetupDiSetDevicePropertyW");
    memcpy(&set_property, &symbol, sizeof symbol);
    d->set = SetupDiCreateDeviceInfoList(&kind, NULL);
    d->info.cbSize = sizeof d->info;
    if (set_property && d->set != INVALID_HANDLE_VALUE &&
        SetupDiCreateDeviceInfoW(d->set, L"ROOT\\HOLDFAST_TABLE\\0000", &kind, NULL, NULL, 0,
                                 &d->info) &&
        SetupDiRegisterDeviceInfo(d->set, &d->info, 0, NULL, NULL, NULL)) {
        d->properties = 0;
        show_device(d);
        show_own_properties(d, set_property);
        SetupDiRemoveDevice(d->set, &d->info);
        printf("a device of our own, %u properties\n", d->properties);
    } else {
        printf("a device of our own: left out, error %lu\n", (unsigned long)GetLastError());
    }
    SetupDiDestroyDeviceInfoList(d->set);
}

void properties_show(table *t)
{
    device d = { .t = t };
    const hf_function *keys = NULL;
    d.by_number = table_function(t, "SetupDiGetDeviceRegistryPropertyW");
    d.by_key = table_function(t, "SetupDiGetDevicePropertyW");
    d.keys = hf_native_get(t->thread, "SetupDiGetDevicePropertyKeys", &keys) == HF_OK ? keys : NULL;
    printf("\n");
    if (d.by_number && d.by_key) {
        show_present(&d);
        show_own(&d);
    }
}
