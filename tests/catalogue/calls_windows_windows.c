/* SPDX-License-Identifier: MIT */

/* The walk: names of windows, keys, atoms and fonts. */

#include "wide.h"

#define CLASS L"Holdfast walk"
#define TITLE L"A window that nobody sees"

static HWND open_window(void)
{
    WNDCLASSW class = { .lpfnWndProc = DefWindowProcW,
                        .hInstance = GetModuleHandleW(NULL),
                        .lpszClassName = CLASS };
    assert_true(RegisterClassW(&class) != 0);
    HWND window =
        CreateWindowExW(0, CLASS, TITLE, 0, 0, 0, 0, 0, HWND_MESSAGE, NULL, class.hInstance, NULL);
    assert_non_null(window);
    return window;
}

static void close_window(HWND window)
{
    assert_true(DestroyWindow(window));
    assert_true(UnregisterClassW(CLASS, GetModuleHandleW(NULL)));
}

static hf_status class_name(walk *w)
{
    HWND window = open_window();
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(window)));
    expect_wide(w, 0, CLASS);
    close_window(window);
    return status;
}

static hf_status class_name_narrow(walk *w)
{
    HWND window = open_window();
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(window)));
    expect_narrow(w, 0, "Holdfast walk");
    close_window(window);
    return status;
}

static hf_status window_text(walk *w)
{
    HWND window = open_window();
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(window)));
    expect_wide(w, 0, TITLE);
    assert_true(SetWindowTextW(window, L""));
    status = status == HF_OK ? walk_do(w, HF_ARGS(HF_POINTER(window))) : status;
    expect_wide(w, 0, L"");
    close_window(window);
    return status;
}

static hf_status clipboard_format(walk *w)
{
    UINT format = RegisterClipboardFormatW(L"Holdfast format");
    assert_true(format != 0);
    hf_status status = walk_do(w, HF_ARGS(HF_UINT(format)));
    expect_wide(w, 0, L"Holdfast format");
    return status;
}

static hf_status clipboard_format_narrow(walk *w)
{
    UINT format = RegisterClipboardFormatW(L"Holdfast format");
    assert_true(format != 0);
    hf_status status = walk_do(w, HF_ARGS(HF_UINT(format)));
    expect_narrow(w, 0, "Holdfast format");
    return status;
}

static hf_status key_name(walk *w)
{
    WCHAR plain[64];
    LONG key = 0x1c << 16; /* Enter */
    hf_status status = walk_do(w, HF_ARGS(HF_INT(key)));
    assert_true(GetKeyNameTextW(key, plain, 64) > 0);
    expect_wide(w, 0, plain);
    return status;
}

static hf_status global_atom(walk *w)
{
    ATOM atom = GlobalAddAtomW(L"Holdfast atom");
    hf_status status = walk_do(w, HF_ARGS(HF_UINT(atom)));
    expect_wide(w, 0, L"Holdfast atom");
    GlobalDeleteAtom(atom);
    return status;
}

static hf_status local_atom(walk *w)
{
    ATOM atom = AddAtomW(L"Holdfast atom");
    hf_status status = walk_do(w, HF_ARGS(HF_UINT(atom)));
    expect_wide(w, 0, L"Holdfast atom");
    DeleteAtom(atom);
    return status;
}

static hf_status resource_text(walk *w)
{
    WCHAR plain[1024];
    HMODULE module = LoadLibraryW(L"shell32.dll");
    assert_non_null(module);
    UINT id = 1;
    while (id < 5000 && LoadStringW(module, id, plain, 1024) < 12) {
        id++;
    }
    assert_true(id < 5000);
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(module), HF_UINT(id)));
    expect_wide(w, 0, plain);
    FreeLibrary(module);
    return status;
}

static hf_status face(walk *w)
{
    WCHAR plain[256];
    HDC context = CreateCompatibleDC(NULL);
    assert_non_null(context);
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(context)));
    assert_true(GetTextFaceW(context, 256, plain) > 0);
    expect_wide(w, 0, plain);
    DeleteDC(context);
    return status;
}

static hf_status keyboard_layouts(walk *w)
{
    HKL plain[64];
    hf_status status = walk_do(w, HF_NO_ARGS);
    int count = GetKeyboardLayoutList(64, plain);
    assert_true(count > 0);
    expect_bytes(w, 0, plain, (size_t)count * sizeof(HKL));
    return status;
}

WALK_PART(windows);
const walk_call walk_calls_windows[] = {
    { "GetClipboardFormatNameW", clipboard_format, WALK_SAME },
    { "GetClipboardFormatNameA", clipboard_format_narrow, WALK_SAME },
    { "GetClassNameW", class_name, WALK_SAME },
    { "GetClassNameA", class_name_narrow, WALK_SAME },
    { "RealGetWindowClassW", class_name, WALK_SAME },
    { "GetKeyNameTextW", key_name, WALK_SAME },
    { "GetWindowTextW", window_text, WALK_SAME },
    { "InternalGetWindowText", window_text, WALK_SAME },
    { "LoadStringW", resource_text, WALK_SAME },
    { "GlobalGetAtomNameW", global_atom, WALK_SAME },
    { "GetAtomNameW", local_atom, WALK_SAME },
    { "GetTextFaceW", face, WALK_SAME },
    { "GetKeyboardLayoutList", keyboard_layouts, WALK_SAME },
    { NULL, NULL, WALK_SAME },
};
