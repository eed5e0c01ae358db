/* SPDX-License-Identifier: MIT */
/* hf-example: windows */

/*
 * Devices and their properties.
 *
 * A device set is a resource, a SP_DEVINFO_DATA is a managed buffer that goes from one call to the
 * next.  What plain C gets comes from the same set, through the value of the resource that a fence
 * holds open.  wine knows no built-in property keys (error 1168), so a device of our own is made
 * whose properties have every length that is interesting.
 */

#include "devices_windows.h"

#include <setupapi.h>

#include <devpropdef.h>
#include <stdio.h>
#include <string.h>

#ifndef DEVPROP_TYPE_STRING
#define DEVPROP_TYPE_STRING 0x12
#endif

#define UNITS_MAX 5000
#define OUR_NAME  "ROOT\\HOLDFAST_DEMO\\0000"

/* In setupapi.dll, but not in every setupapi.h. */
typedef BOOL(WINAPI *get_property_fn)(HDEVINFO, PSP_DEVINFO_DATA, const DEVPROPKEY *, ULONG *,
                                      PBYTE, DWORD, PDWORD, DWORD);

const hf_type_size device_types[] = {
    { "SP_DEVINFO_DATA", sizeof(SP_DEVINFO_DATA), _Alignof(SP_DEVINFO_DATA) },
    { "DEVPROPKEY", sizeof(DEVPROPKEY), _Alignof(DEVPROPKEY) },
    { "GUID", sizeof(GUID), _Alignof(GUID) },
};
const size_t device_type_count = sizeof device_types / sizeof device_types[0];

static const GUID our_class = {
    0x8a3f2c51, 0x6b0d, 0x4e6e, { 0x9d, 0x41, 0x70, 0x0f, 0x1c, 0x52, 0xee, 0x07 }
};
static const DEVPROPKEY our_key = {
    { 0x51c2a9e4, 0x0c3b, 0x4d9a, { 0xa1, 0x66, 0x2e, 0x90, 0x3d, 0x7f, 0x84, 0x1b } }, 2
};

static BYTE plain[2 * (UNITS_MAX + 2)]; /* what plain C got */
static get_property_fn get_property;    /* the real one, for plain C and the watched one */

/* ---- between Holdfast and the system ---- */

static BOOL WINAPI watched_property(HDEVINFO set, PSP_DEVINFO_DATA info, const DEVPROPKEY *key,
                                    ULONG *type, PBYTE buffer, DWORD size, PDWORD needed,
                                    DWORD flags)
{
    demo_watch_out(buffer, size);
    return get_property(set, info, key, type, buffer, size, needed, flags);
}

static BOOL WINAPI watched_registry(HDEVINFO set, PSP_DEVINFO_DATA info, DWORD property,
                                    PDWORD type, PBYTE buffer, DWORD size, PDWORD needed)
{
    demo_watch_out(buffer, size);
    return SetupDiGetDeviceRegistryPropertyW(set, info, property, type, buffer, size, needed);
}

/* ---- sets ---- */

static hf_status destroy_set(uintptr_t value, void *user)
{
    (void)user;
    return SetupDiDestroyDeviceInfoList((HDEVINFO)value) ? HF_OK : HF_E_SYSTEM;
}

static const hf_resource_class set_class = {
    .struct_size = sizeof(hf_resource_class),
    .name = "HDEVINFO",
    .invalid = (uintptr_t)-1,
    .release = destroy_set,
};

/* Calls what returns a set, and makes a resource of it. */
static hf_status open_set(demo *d, const hf_function *function, const hf_arg *arguments, hf_ref set)
{
    hf_result result = HF_RESULT_INIT;
    hf_status status = HF_E_SYMBOL;
    if (function) {
        status = demo_call(d, function, &result, arguments);
    }
    if (status == HF_OK) {
        status = hf_resource_create(d->thread, &set_class, (uintptr_t)result.value.pointer, set);
        if (status != HF_OK) {
            SetupDiDestroyDeviceInfoList(result.value.pointer);
        }
    }
    return status;
}

static void close_set(demo *d, hf_ref set)
{
    if (!hf_is_null(set) && hf_resource_dispose(d->thread, set) != HF_OK) {
        demo_fail(d, "a device set was not destroyed");
    }
}

/* ---- present devices ---- */

static DWORD plain_registry(demo *d, hf_ref set, hf_ref info, DWORD property)
{
    DWORD needed = 0;
    SP_DEVINFO_DATA copy;
    uintptr_t value;
    hf_fence fence;
    BOOL got = FALSE;
    if (hf_bytes_read(info, 0, &copy, sizeof copy) == HF_OK &&
        hf_fence_hold(&fence, d->thread, set, &value) == HF_OK) {
        got = SetupDiGetDeviceRegistryPropertyW((HDEVINFO)value, &copy, property, NULL, plain,
                                                sizeof plain, &needed);
        hf_fence_end(&fence);
    }
    return got ? needed : 0;
}

void devices_show_present(demo *d, hf_library *setupapi)
{
    HF_FRAME(d->thread);
    hf_ref set = hf_local(d->thread);
    hf_result found = HF_RESULT_INIT;
    const SP_DEVINFO_DATA start = { .cbSize = sizeof start };
    hf_function *open = demo_bind(d, setupapi,
                                  "HDEVINFO WINAPI SetupDiGetClassDevsW(const GUID *kind,"
                                  " LPCWSTR enumerator, HWND parent, DWORD flags)"
                                  " {fail(result == -1), error(last_error)}",
                                  0, NULL);
    hf_function *next = demo_bind(d, setupapi,
                                  "BOOL WINAPI SetupDiEnumDeviceInfo(HDEVINFO set {resource},"
                                  " DWORD index, SP_DEVINFO_DATA *info {inout})"
                                  " {fail(result == 0), error(last_error)}",
                                  0, NULL);
    demo_pair pair = demo_bind_pair(
        d, setupapi,
        "BOOL WINAPI SetupDiGetDeviceRegistryPropertyW(HDEVINFO set {resource},"
        " const SP_DEVINFO_DATA *info, DWORD property, DWORD *type {out}, BYTE *buffer {out},"
        " DWORD size {capacity(buffer, bytes)},"
        " DWORD *needed {out, needed(buffer, bytes), length(buffer, bytes)})"
        " {fail(result == 0), error(last_error), grow(error == 122)}",
        4, (void *)watched_registry);
    const hf_arg *all = HF_ARGS(HF_NULL, HF_NULL, HF_NULL, HF_UINT(DIGCF_ALLCLASSES));
    if (!next || open_set(d, open, all, set) != HF_OK) {
        demo_fail(d, "no device set");
        return;
    }
    uint64_t count = 0;
    while (demo_call(d, next, &found,
                     HF_ARGS(HF_RESOURCE(set), HF_UINT(count), HF_POINTER(&start))) == HF_OK) {
        hf_ref info = hf_result_out(&found, 0);
        DWORD size = plain_registry(d, set, info, SPDRP_HARDWAREID);
        if (size > 0 && count < 10) {
            demo_row row = { HF_ARGS(HF_RESOURCE(set), HF_BUFFER(info, 0, HF_WHOLE),
                                     HF_UINT(SPDRP_HARDWAREID)),
                             0,
                             plain,
                             size,
                             true,
                             NULL,
                             NULL };
            demo_check(d, &pair, &row);
        }
        count++;
    }
    if (found.error != ERROR_NO_MORE_ITEMS) {
        demo_fail(d, "the list of devices ended with error %lld", (long long)found.error);
    }
    printf("%llu devices\n", (unsigned long long)count);
    close_set(d, set);
}

/* ---- a device of our own ---- */

typedef struct own_device {
    hf_ref set;
    hf_ref info;
    hf_function *set_property;
    demo_pair get[3]; /* from several first sizes */
} own_device;

/* Text of so many units, with letters of one, two and three UTF-8 bytes, and pairs of surrogates.
 */
static void make_text(uint16_t *units, size_t count)
{
    static const uint16_t pattern[] = { 'h', 'o', 0x00e9, 'd', 0x6f22, 0xd83d, 0xdd12, 0x03c9 };
    for (size_t i = 0; i < count; i++) {
        units[i] = pattern[i % 8];
    }
    if (count > 0 && units[count - 1] == 0xd83d) {
        units[count - 1] = '.'; /* no half of a pair */
    }
    units[count] = 0;
}

static DWORD plain_property(demo *d, const own_device *own)
{
    DWORD needed = 0;
    ULONG type = 0;
    SP_DEVINFO_DATA copy;
    uintptr_t value;
    hf_fence fence;
    BOOL got = FALSE;
    if (hf_bytes_read(own->info, 0, &copy, sizeof copy) == HF_OK &&
        hf_fence_hold(&fence, d->thread, own->set, &value) == HF_OK) {
        got =
            get_property((HDEVINFO)value, &copy, &our_key, &type, plain, sizeof plain, &needed, 0);
        hf_fence_end(&fence);
    }
    return got && type == DEVPROP_TYPE_STRING ? needed : 0;
}

/* Sets the property to `count` units and reads it back from every first size. */
static void show_length(demo *d, const own_device *own, size_t count)
{
    static uint16_t units[UNITS_MAX + 1];
    size_t size = (count + 1) * sizeof units[0];
    HF_FRAME(d->thread);
    hf_ref data = hf_local(d->thread);
    hf_result result = HF_RESULT_INIT;
    make_text(units, count);
    hf_status status = hf_bytes_create(d->thread, size, data);
    status = status == HF_OK ? hf_bytes_write(data, 0, units, size) : status;
    if (status == HF_OK) {
        status = demo_call(d, own->set_property, &result,
                           HF_ARGS(HF_RESOURCE(own->set), HF_BUFFER(own->info, 0, HF_WHOLE),
                                   HF_POINTER(&our_key), HF_UINT(DEVPROP_TYPE_STRING),
                                   HF_BUFFER(data, 0, HF_WHOLE), HF_UINT(0)));
    }
    if (status != HF_OK || plain_property(d, own) != size || memcmp(plain, units, size) != 0) {
        demo_fail(d, "a property of %lu units was not set: %s, error %lld", (unsigned long)count,
                  hf_status_text(status), (long long)result.error);
        return;
    }
    for (size_t i = 0; i < 3; i++) {
        demo_row row = { HF_ARGS(HF_RESOURCE(own->set), HF_BUFFER(own->info, 0, HF_WHOLE),
                                 HF_POINTER(&our_key), HF_UINT(0)),
                         0,
                         units,
                         size,
                         true,
                         NULL,
                         NULL };
        demo_check(d, &own->get[i], &row);
    }
}

/* A run that was cut short may have left it: then that one is taken over, and removed at the end.
 */
static hf_status take_over(demo *d, hf_library *setupapi, hf_ref set, hf_result *created)
{
    const SP_DEVINFO_DATA start = { .cbSize = sizeof start };
    hf_function *open = demo_bind(
        d, setupapi,
        "BOOL WINAPI SetupDiOpenDeviceInfoW(HDEVINFO set {resource}, LPCWSTR name, HWND parent,"
        " DWORD flags, SP_DEVINFO_DATA *info {inout}) {fail(result == 0), error(last_error)}",
        0, NULL);
    return open ? demo_call(d, open, created,
                            HF_ARGS(HF_RESOURCE(set), HF_CSTR(OUR_NAME), HF_NULL, HF_UINT(0),
                                    HF_POINTER(&start)))
                : HF_E_SYMBOL;
}

/* No frame here: the slots of `created` are for the caller. */
static hf_status make_device(demo *d, hf_library *setupapi, hf_ref set, hf_result *created)
{
    hf_result registered = HF_RESULT_INIT;
    const SP_DEVINFO_DATA start = { .cbSize = sizeof start };
    hf_function *create_list =
        demo_bind(d, setupapi,
                  "HDEVINFO WINAPI SetupDiCreateDeviceInfoList(const GUID *kind, HWND parent)"
                  " {fail(result == -1), error(last_error)}",
                  0, NULL);
    hf_function *create =
        demo_bind(d, setupapi,
                  "BOOL WINAPI SetupDiCreateDeviceInfoW(HDEVINFO set {resource}, LPCWSTR name,"
                  " const GUID *kind, LPCWSTR description, HWND parent, DWORD flags,"
                  " SP_DEVINFO_DATA *info {inout}) {fail(result == 0), error(last_error)}",
                  0, NULL);
    hf_function *enter = demo_bind(
        d, setupapi,
        "BOOL WINAPI SetupDiRegisterDeviceInfo(HDEVINFO set {resource},"
        " SP_DEVINFO_DATA *info {inout}, DWORD flags, void *compare {raw}, void *context {raw},"
        " SP_DEVINFO_DATA *twin {raw}) {fail(result == 0), error(last_error)}",
        0, NULL);
    if (!create || !enter) {
        return HF_E_SYMBOL;
    }
    hf_status status = open_set(d, create_list, HF_ARGS(HF_POINTER(&our_class), HF_NULL), set);
    if (status == HF_OK) {
        status = demo_call(d, create, created,
                           HF_ARGS(HF_RESOURCE(set), HF_CSTR(OUR_NAME), HF_POINTER(&our_class),
                                   HF_NULL, HF_NULL, HF_UINT(0), HF_POINTER(&start)));
    }
    if (status == HF_E_NATIVE && created->last_error == ERROR_DEVINST_ALREADY_EXISTS) {
        return take_over(d, setupapi, set, created);
    }
    if (status == HF_OK) {
        status =
            demo_call(d, enter, &registered,
                      HF_ARGS(HF_RESOURCE(set), HF_BUFFER(hf_result_out(created, 0), 0, HF_WHOLE),
                              HF_UINT(0), HF_NULL, HF_NULL, HF_NULL));
    }
    return status;
}

/* Runs also when something failed: a registered device would stay on the machine. */
static void remove_device(demo *d, hf_library *setupapi, const own_device *own)
{
    HF_FRAME(d->thread);
    hf_result result = HF_RESULT_INIT;
    hf_function *function = demo_bind(d, setupapi,
                                      "BOOL WINAPI SetupDiRemoveDevice(HDEVINFO set {resource},"
                                      " SP_DEVINFO_DATA *info {inout})"
                                      " {fail(result == 0), error(last_error)}",
                                      0, NULL);
    if (!function ||
        demo_call(d, function, &result,
                  HF_ARGS(HF_RESOURCE(own->set), HF_BUFFER(own->info, 0, HF_WHOLE))) != HF_OK) {
        demo_fail(d, "the device was not removed: error %lld", (long long)result.error);
    }
}

static bool bind_properties(demo *d, hf_library *setupapi, own_device *own)
{
    static const size_t first_bytes[3] = { 1, 64, 4096 };
    bool is_bound = true;
    own->set_property =
        demo_bind(d, setupapi,
                  "BOOL WINAPI SetupDiSetDevicePropertyW(HDEVINFO set {resource},"
                  " const SP_DEVINFO_DATA *info, const DEVPROPKEY *key, DEVPROPTYPE type,"
                  " const BYTE *data, DWORD size {capacity(data, bytes)}, DWORD flags)"
                  " {fail(result == 0), error(last_error)}",
                  0, NULL);
    for (size_t i = 0; i < 3; i++) {
        own->get[i] = demo_bind_pair(
            d, setupapi,
            "BOOL WINAPI SetupDiGetDevicePropertyW(HDEVINFO set {resource},"
            " const SP_DEVINFO_DATA *info, const DEVPROPKEY *key, DEVPROPTYPE *type {out},"
            " BYTE *buffer {out}, DWORD size {capacity(buffer, bytes)},"
            " DWORD *needed {out, needed(buffer, bytes), length(buffer, bytes)}, DWORD flags)"
            " {fail(result == 0), error(last_error), grow(error == 122)}",
            first_bytes[i], (void *)watched_property);
        is_bound = is_bound && own->get[i].direct && own->get[i].watched;
    }
    return is_bound && own->set_property;
}

void devices_show_own(demo *d, hf_library *setupapi)
{
    static const size_t lengths[] = { 1, 2, 31, 32, 255, 256, 1000, 2048, UNITS_MAX };
    HF_FRAME(d->thread);
    own_device own = { .set = hf_local(d->thread) };
    hf_result created = HF_RESULT_INIT;
    FARPROC symbol = GetProcAddress(GetModuleHandleW(L"setupapi.dll"), "SetupDiGetDevicePropertyW");
    memcpy(&get_property, &symbol, sizeof symbol);
    if (get_property && bind_properties(d, setupapi, &own)) {
        hf_status status = make_device(d, setupapi, own.set, &created);
        own.info = hf_result_out(&created, 0);
        for (size_t i = 0; status == HF_OK && i < sizeof lengths / sizeof lengths[0]; i++) {
            show_length(d, &own, lengths[i]);
        }
        if (status != HF_OK) {
            demo_fail(d, "no device: %s", hf_status_text(status));
        }
        if (!hf_is_null(own.info)) {
            remove_device(d, setupapi, &own);
        }
    } else {
        demo_fail(d, "setupapi lacks a function");
    }
    close_set(d, own.set);
}
