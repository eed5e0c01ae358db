/* SPDX-License-Identifier: MIT */

/*
 * Names of the Windows headers that one word cannot say: function types and the
 * small structs that prototypes take and give everywhere.
 *
 * Each is C text, read into the scope of the declaration that first uses the
 * name.  A text that declares the name itself is taken at its word.
 *
 * Threads: constant data.
 */

#include "prototype/ctype.h"

#include <string.h>

typedef struct type_text {
    const char *names; /* with a blank between them */
    const char *text;
} type_text;

static const type_text type_texts[] = {
    { "sighandler_t", "typedef void (*sighandler_t)(int);" },
    { "WNDPROC", "typedef LRESULT (CALLBACK *WNDPROC)(HWND window, UINT message, WPARAM wparam,"
                 " LPARAM lparam);" },
    { "DLGPROC", "typedef INT_PTR (CALLBACK *DLGPROC)(HWND window, UINT message, WPARAM wparam,"
                 " LPARAM lparam);" },
    { "WNDENUMPROC", "typedef BOOL (CALLBACK *WNDENUMPROC)(HWND window, LPARAM lparam);" },
    { "TIMERPROC", "typedef void (CALLBACK *TIMERPROC)(HWND window, UINT message, UINT_PTR id,"
                   " DWORD time);" },
    { "HOOKPROC", "typedef LRESULT (CALLBACK *HOOKPROC)(int code, WPARAM wparam, LPARAM lparam);" },
    { "LPTHREAD_START_ROUTINE PTHREAD_START_ROUTINE",
      "typedef DWORD (WINAPI *PTHREAD_START_ROUTINE)(LPVOID parameter), "
      "(WINAPI *LPTHREAD_START_ROUTINE)(LPVOID parameter);" },
    { "PHANDLER_ROUTINE", "typedef BOOL (WINAPI *PHANDLER_ROUTINE)(DWORD type);" },
    { "PAPCFUNC", "typedef void (NTAPI *PAPCFUNC)(ULONG_PTR parameter);" },
    { "WAITORTIMERCALLBACK",
      "typedef void (NTAPI *WAITORTIMERCALLBACK)(PVOID parameter, BOOLEAN timed_out);" },
    { "MONITORENUMPROC", "typedef BOOL (CALLBACK *MONITORENUMPROC)(HMONITOR monitor, HDC context,"
                         " LPRECT bounds, LPARAM lparam);" },
    { "DESKTOPENUMPROCW",
      "typedef BOOL (CALLBACK *DESKTOPENUMPROCW)(LPWSTR name, LPARAM lparam);" },
    { "WINSTAENUMPROCW", "typedef BOOL (CALLBACK *WINSTAENUMPROCW)(LPWSTR name, LPARAM lparam);" },
    { "LOCALE_ENUMPROCW", "typedef BOOL (CALLBACK *LOCALE_ENUMPROCW)(LPWSTR name);" },
    { "LPOVERLAPPED_COMPLETION_ROUTINE",
      "typedef void (WINAPI *LPOVERLAPPED_COMPLETION_ROUTINE)(DWORD error, DWORD bytes,"
      " LPOVERLAPPED overlapped);" },
    { "POINT PPOINT LPPOINT", "typedef struct { LONG x; LONG y; } POINT, *PPOINT, *LPPOINT;" },
    { "SIZE PSIZE LPSIZE", "typedef struct { LONG cx; LONG cy; } SIZE, *PSIZE, *LPSIZE;" },
    { "RECT PRECT LPRECT",
      "typedef struct { LONG left; LONG top; LONG right; LONG bottom; } RECT, *PRECT, *LPRECT;" },
    { "LPCRECT", "typedef const RECT *LPCRECT;" },
    { "FILETIME PFILETIME LPFILETIME",
      "typedef struct { DWORD dwLowDateTime; DWORD dwHighDateTime; }"
      " FILETIME, *PFILETIME, *LPFILETIME;" },
    { "SYSTEMTIME PSYSTEMTIME LPSYSTEMTIME",
      "typedef struct { WORD wYear; WORD wMonth; WORD wDayOfWeek; WORD wDay; WORD wHour;"
      " WORD wMinute; WORD wSecond; WORD wMilliseconds; }"
      " SYSTEMTIME, *PSYSTEMTIME, *LPSYSTEMTIME;" },
    { "GUID IID CLSID LPGUID",
      "typedef struct { DWORD Data1; WORD Data2; WORD Data3; BYTE Data4[8]; }"
      " GUID, IID, CLSID, *LPGUID;" },
    { "LARGE_INTEGER PLARGE_INTEGER",
      "typedef union { struct { DWORD LowPart; LONG HighPart; };"
      " struct { DWORD LowPart; LONG HighPart; } u; LONGLONG QuadPart; }"
      " LARGE_INTEGER, *PLARGE_INTEGER;" },
    { "ULARGE_INTEGER PULARGE_INTEGER",
      "typedef union { struct { DWORD LowPart; DWORD HighPart; };"
      " struct { DWORD LowPart; DWORD HighPart; } u; ULONGLONG QuadPart; }"
      " ULARGE_INTEGER, *PULARGE_INTEGER;" },
    { "MSG PMSG LPMSG",
      "typedef struct { HWND hwnd; UINT message; WPARAM wParam; LPARAM lParam; DWORD time;"
      " POINT pt; } MSG, *PMSG, *LPMSG;" },
    { "OVERLAPPED LPOVERLAPPED",
      "typedef struct { ULONG_PTR Internal; ULONG_PTR InternalHigh;"
      " union { struct { DWORD Offset; DWORD OffsetHigh; }; PVOID Pointer; }; HANDLE hEvent; }"
      " OVERLAPPED, *LPOVERLAPPED;" },
};

const char *hfi_type_text_find(const hfi_token *name)
{
    for (size_t i = 0; i < sizeof(type_texts) / sizeof(type_texts[0]); i++) {
        const char *at = type_texts[i].names;
        while (*at) {
            size_t length = strcspn(at, " ");
            if (length == name->length && memcmp(at, name->start, length) == 0) {
                return type_texts[i].text;
            }
            at += length + (at[length] == ' ');
        }
    }
    return NULL;
}
