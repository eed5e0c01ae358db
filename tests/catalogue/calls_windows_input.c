/* SPDX-License-Identifier: MIT */

/* The walk: input devices, regions and fonts. */

#include "lend.h"

#define GDI(function) WALK_NATIVE("gdi32.dll", function)

static hf_status input_devices(walk *w)
{
    UINT count = 0;
    hf_status status = walk_do(w, HF_ARGS(HF_UINT(sizeof(RAWINPUTDEVICELIST))));
    if (status == HF_OK) {
        size_t size;
        assert_int_equal(WALK_NATIVE("user32.dll", GetRawInputDeviceList)(
                             NULL, &count, sizeof(RAWINPUTDEVICELIST)),
                         0);
        RAWINPUTDEVICELIST *list = walk_copy(w, 0, &size);
        assert_int_equal(size, count * sizeof *list);
        free(list);
    }
    return status;
}

static RAWINPUTDEVICELIST some_device(void)
{
    RAWINPUTDEVICELIST list[64];
    UINT count = 64;
    UINT got = WALK_NATIVE("user32.dll", GetRawInputDeviceList)(list, &count, sizeof list[0]);
    assert_in_range(got, 1, 64);
    return list[0];
}

static hf_status device_name(walk *w)
{
    HANDLE device = some_device().hDevice;
    wchar_t name[512];
    UINT size = 512;
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(device), HF_UINT(RIDI_DEVICENAME)));
    if (status == HF_OK) {
        assert_true(WALK_NATIVE("user32.dll", GetRawInputDeviceInfoW)(device, RIDI_DEVICENAME, name,
                                                                      &size) > 0);
        walk_expect_wide(w, 0, name);
    }
    return status;
}

static hf_status device_info(walk *w)
{
    RAWINPUTDEVICELIST device = some_device();
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(device.hDevice), HF_UINT(RIDI_DEVICEINFO)));
    if (status == HF_OK) {
        size_t size;
        RID_DEVICE_INFO *info = walk_copy(w, 0, &size);
        assert_int_equal(size, sizeof *info);
        assert_int_equal(info->cbSize, sizeof *info);
        assert_int_equal(info->dwType, device.dwType);
        free(info);
    }
    return status;
}

static hf_status region(walk *w)
{
    HRGN both = GDI(CreateRectRgn)(0, 0, 10, 10);
    HRGN other = GDI(CreateRectRgn)(20, 20, 30, 30);
    GDI(CombineRgn)(both, both, other, RGN_OR);
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(both)));
    if (status == HF_OK) {
        size_t size;
        RGNDATA *data = walk_copy(w, 0, &size);
        assert_int_equal(data->rdh.nCount, 2);
        assert_int_equal(size, sizeof data->rdh + 2 * sizeof(RECT));
        assert_int_equal(((const RECT *)(const void *)data->Buffer)[1].right, 30);
        free(data);
    }
    GDI(DeleteObject)(both);
    GDI(DeleteObject)(other);
    return status;
}

static HDC context_with_font(void)
{
    HDC context = GDI(CreateCompatibleDC)(NULL);
    LOGFONTW font = { .lfHeight = -20, .lfFaceName = L"Tahoma" };
    assert_non_null(context);
    GDI(SelectObject)(context, GDI(CreateFontIndirectW)(&font));
    return context;
}

static void drop_context(HDC context)
{
    GDI(DeleteObject)(GDI(SelectObject)(context, GDI(GetStockObject)(SYSTEM_FONT)));
    GDI(DeleteDC)(context);
}

static hf_status text_metrics(walk *w)
{
    HDC context = context_with_font();
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(context)));
    if (status == HF_OK) {
        size_t size;
        OUTLINETEXTMETRICW *metrics = walk_copy(w, 0, &size);
        assert_true(size > sizeof *metrics); /* names behind it */
        assert_int_equal(size, metrics->otmSize);
        assert_int_equal(size, GDI(GetOutlineTextMetricsW)(context, 0, NULL));
        walk_note(w, &metrics->otmAscent, sizeof metrics->otmAscent);
        free(metrics);
    }
    drop_context(context);
    return status;
}

static hf_status font_table(walk *w)
{
    HDC context = context_with_font();
    DWORD head;
    memcpy(&head, "head", 4);
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(context), HF_UINT(head), HF_UINT(0)));
    if (status == HF_OK) {
        unsigned char table[256];
        DWORD size = GDI(GetFontData)(context, head, 0, table, sizeof table);
        assert_in_range(size, 1, sizeof table);
        walk_expect(w, 0, table, size);
    }
    drop_context(context);
    return status;
}

WALK_PART(input);
const walk_call walk_calls_input[] = {
    { "GetRawInputDeviceList", input_devices, WALK_SIZES },
    { "GetRawInputDeviceInfoW:name", device_name, WALK_SAME },
    { "GetRawInputDeviceInfoW:info", device_info, WALK_SIZES },
    { "GetRegionData", region, WALK_SAME },
    { "GetOutlineTextMetricsW", text_metrics, WALK_NOTED },
    { "GetFontData", font_table, WALK_SAME },
    { NULL, NULL, WALK_SAME },
};
