/* SPDX-License-Identifier: MIT */

/* The catalogue: names of windows, keys, atoms and fonts. */

#include "natives.h"

const hfp_native hfp_natives_windows[] = {
    { "GetClipboardFormatNameW", "user32.dll",
      "int WINAPI GetClipboardFormatNameW(UINT format,"
      " WCHAR *name {out, text, room(least 2)}, int size {capacity(name)})"
      " {fail(result == 0), error(last_error, clear), grow(error == 122 || error == 234),"
      " grow_ok(result >= size - 1), length(name, result)}",
      "GetClipboardFormatNameW, learn.microsoft.com", HFP_MEASURED },
    { "GetClipboardFormatNameA", "user32.dll",
      "int WINAPI GetClipboardFormatNameA(UINT format,"
      " char *name {out, text(system), room(least 2)}, int size {capacity(name)})"
      " {fail(result == 0), error(last_error, clear), grow(error == 122 || error == 234),"
      " grow_ok(result >= size - 1), length(name, result)}",
      "GetClipboardFormatNameA, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetClassNameW", "user32.dll",
      "int WINAPI GetClassNameW(HWND window, WCHAR *name {out, text, room(least 2)},"
      " int size {capacity(name)})"
      " {fail(result == 0), error(last_error, clear), grow(error == 122 || error == 234),"
      " grow_ok(result >= size - 1), length(name, result)}",
      "GetClassNameW, learn.microsoft.com", HFP_MEASURED },
    { "GetClassNameA", "user32.dll",
      "int WINAPI GetClassNameA(HWND window, char *name {out, text(system), room(least 2)},"
      " int size {capacity(name)})"
      " {fail(result == 0), error(last_error, clear), grow(error == 122 || error == 234),"
      " grow_ok(result >= size - 1), length(name, result)}",
      "GetClassNameA, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "RealGetWindowClassW", "user32.dll",
      "UINT WINAPI RealGetWindowClassW(HWND window, WCHAR *name {out, text, room(least 2)},"
      " UINT size {capacity(name)})"
      " {fail(result == 0), error(last_error, clear), grow(error == 122 || error == 234),"
      " grow_ok(result >= size - 1), length(name, result)}",
      "RealGetWindowClassW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetKeyNameTextW", "user32.dll",
      "int WINAPI GetKeyNameTextW(LONG key, WCHAR *name {out, text, room(least 2)},"
      " int size {capacity(name)})"
      " {fail(result == 0), error(last_error, clear), grow(error == 122 || error == 234),"
      " grow_ok(result >= size - 1), length(name, result)}",
      "GetKeyNameTextW, learn.microsoft.com", HFP_MEASURED },
    { "GetWindowTextW", "user32.dll",
      "int WINAPI GetWindowTextW(HWND window, WCHAR *name {out, text, room(least 2)},"
      " int size {capacity(name)})"
      " {fail(result == 0 && error != 0), error(last_error, clear),"
      " grow_ok(result >= size - 1), length(name, result)}",
      "GetWindowTextW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "InternalGetWindowText", "user32.dll",
      "int WINAPI InternalGetWindowText(HWND window, WCHAR *name {out, text, room(least 2)},"
      " int size {capacity(name)})"
      " {fail(result == 0 && error != 0), error(last_error, clear),"
      " grow_ok(result >= size - 1), length(name, result)}",
      "InternalGetWindowText, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "LoadStringW", "user32.dll",
      "int WINAPI LoadStringW(HINSTANCE module, UINT id, WCHAR *name {out, text, room(least 2)},"
      " int size {capacity(name)})"
      " {fail(result == 0 && error != 0), error(last_error, clear),"
      " grow_ok(result >= size - 1), length(name, result)}",
      "LoadStringW, learn.microsoft.com", HFP_MEASURED },
    { "GlobalGetAtomNameW", "kernel32.dll",
      "UINT WINAPI GlobalGetAtomNameW(ATOM atom, WCHAR *name {out, text, room(least 2, most 257)},"
      " int size {capacity(name)})"
      " {fail(result == 0), error(last_error, clear), grow(error == 122 || error == 234),"
      " grow_ok(result >= size - 1), length(name, result)}",
      "GlobalGetAtomNameW, learn.microsoft.com", HFP_MEASURED },
    { "GetAtomNameW", "kernel32.dll",
      "UINT WINAPI GetAtomNameW(ATOM atom, WCHAR *name {out, text, room(least 2, most 257)},"
      " int size {capacity(name)})"
      " {fail(result == 0), error(last_error, clear), grow(error == 122 || error == 234),"
      " grow_ok(result >= size - 1), length(name, result)}",
      "GetAtomNameW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetTextFaceW", "gdi32.dll",
      "int WINAPI GetTextFaceW(HDC context, int size {capacity(name)}, WCHAR *name {out, text})"
      " {fail(result == 0), error(last_error), grow_ok(result >= size)}",
      "GetTextFaceW, learn.microsoft.com", HFP_MEASURED },
    { "GetConsoleTitleW", "kernel32.dll",
      "DWORD WINAPI GetConsoleTitleW(WCHAR *name {out, text, room(least 4096, most 32767)},"
      " DWORD size {capacity(name)})"
      " {fail(result == 0 && error != 0), error(last_error, clear), grow(error == 122),"
      " grow_ok(result >= size - 1)}",
      "GetConsoleTitle, learn.microsoft.com: what too little room gives differs by version, and "
      "may be "
      "nothing at all, so there is never little",
      HFP_DOCUMENTED },
    { "GetKeyboardLayoutList", "user32.dll",
      "int WINAPI GetKeyboardLayoutList(int size {capacity(list)}, HKL *list {out})"
      " {fail(result == 0), error(last_error), grow_ok(result >= size), length(list, result)}",
      "GetKeyboardLayoutList, learn.microsoft.com", HFP_MEASURED },
    { NULL, NULL, NULL, NULL, 0 },
};
