/* SPDX-License-Identifier: MIT */

/* The catalogue: input devices, regions and fonts. */

#include "natives.h"

#define DEVICE "typedef struct { HANDLE device; DWORD kind; } RAWINPUTDEVICELIST; "

const hfp_native hfp_natives_input[] = {
    { "GetRawInputDeviceList", "user32.dll",
      DEVICE
      "UINT WINAPI GetRawInputDeviceList(RAWINPUTDEVICELIST *list {out},"
      " PUINT count {inout, capacity(list), needed(list)}, UINT size)"
      " {fail(result == 0xFFFFFFFF), error(last_error), grow(error == 122), length(list, result)}",
      "GetRawInputDeviceList, learn.microsoft.com: a device may come in between",
      HFP_MEASURED | HFP_DOCUMENTED },
    { "GetRawInputDeviceInfoW:name", "user32.dll",
      "UINT WINAPI GetRawInputDeviceInfoW(HANDLE device, UINT what, LPWSTR name {out, text},"
      " PUINT size {inout, capacity(name), needed(name)})"
      " {fail(result == 0xFFFFFFFF || result == 0), error(last_error), grow(error == 122)}",
      "GetRawInputDeviceInfoW, learn.microsoft.com: RIDI_DEVICENAME, which counts units",
      HFP_PUBLISHED },
    { "GetRawInputDeviceInfoW:info", "user32.dll",
      "UINT WINAPI GetRawInputDeviceInfoW(HANDLE device, UINT what, void *info {out,"
      " set(u32, 0, 32)}, PUINT size {inout, capacity(info), needed(info)})"
      " {fail(result == 0xFFFFFFFF || result == 0), error(last_error), grow(error == 122),"
      " length(info, result)}",
      "GetRawInputDeviceInfoW, learn.microsoft.com: RIDI_DEVICEINFO, which counts bytes",
      HFP_MEASURED | HFP_PUBLISHED },
    { "GetRawInputDeviceInfoW:preparsed", "user32.dll",
      "UINT WINAPI GetRawInputDeviceInfoW(HANDLE device, UINT what, void *data {out},"
      " PUINT size {inout, capacity(data), needed(data)})"
      " {fail(result == 0xFFFFFFFF || result == 0), error(last_error), grow(error == 122),"
      " length(data, result)}",
      "GetRawInputDeviceInfoW, learn.microsoft.com: RIDI_PREPARSEDDATA, which counts bytes",
      HFP_PUBLISHED },
    { "GetRawInputData", "user32.dll",
      "UINT WINAPI GetRawInputData(HANDLE input, UINT what, void *data {out},"
      " PUINT size {inout, capacity(data), needed(data)}, UINT header)"
      " {fail(result == 0xFFFFFFFF), error(last_error), grow(error == 122), length(data, result)}",
      "GetRawInputData, learn.microsoft.com", HFP_PUBLISHED },
    { "GetRegionData", "gdi32.dll",
      "DWORD WINAPI GetRegionData(HRGN region, DWORD size {capacity(data, bytes)},"
      " void *data {out, room(first 1024, least 32)})"
      " {fail(result == 0), grow(1), query(data, result), length(data, 32 + 16 * u32(data, 8))}",
      "GetRegionData, learn.microsoft.com: 0 is all it says when it fails; a header and RECTs",
      HFP_MEASURED | HFP_DOCUMENTED },
    { "GetOutlineTextMetricsW", "gdi32.dll",
      "UINT WINAPI GetOutlineTextMetricsW(HDC context, UINT size {capacity(metrics, bytes)},"
      " void *metrics {out, room(first 1024, least 4)})"
      " {fail(result == 0), grow_ok(u32(metrics, 0) > size), needed(metrics, u32(metrics, 0)),"
      " length(metrics, u32(metrics, 0))}",
      "GetOutlineTextMetricsW, learn.microsoft.com: it fills what there is room for, and its first "
      "member says how long it would be",
      HFP_MEASURED | HFP_DOCUMENTED },
    { "GetFontData", "gdi32.dll",
      "DWORD WINAPI GetFontData(HDC context, DWORD table, DWORD offset,"
      " void *data {out, room(first 4096)}, DWORD size {capacity(data)})"
      " {fail(result == 0xFFFFFFFF), error(none), grow_ok(result >= size), length(data, result)}",
      "GetFontData, learn.microsoft.com: it reads a part, so what is full may go on",
      HFP_MEASURED | HFP_DOCUMENTED },
    { NULL, NULL, NULL, NULL, 0 },
};
