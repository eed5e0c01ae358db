/* SPDX-License-Identifier: MIT */

/*
 * What types are on this machine.
 *
 * Three sources: C's own typedefs, whose width the compiler tells; the names
 * of the Windows headers, which mean the same everywhere (a LONG has 32 bits
 * on Linux too), so that one prototype text has one meaning; and the names
 * whose width the system decides, a table of the platform.
 *
 * Handles are plain pointers, SOCKET too: its INVALID_SOCKET is then -1 at
 * every pointer width, see hfi_ctype_widen().
 *
 * Threads: constant data.
 */

#include "prototype/ctype.h"

#include "platform/platform.h"

#include <stddef.h>

/* Signed and unsigned variants by width; constant expressions, for the table below. */
#define SIGNED_OF(size)                                                                            \
    ((size) == 1 ? HFI_C_I8 : (size) == 2 ? HFI_C_I16 : (size) == 4 ? HFI_C_I32 : HFI_C_I64)
#define UNSIGNED_OF(size)                                                                          \
    ((size) == 1 ? HFI_C_U8 : (size) == 2 ? HFI_C_U16 : (size) == 4 ? HFI_C_U32 : HFI_C_U64)
#define INTEGER_OF(type) ((type)-1 > (type)0 ? UNSIGNED_OF(sizeof(type)) : SIGNED_OF(sizeof(type)))

/* clang-format off */
#define SCALAR(name, base) { name, { base, 0, false, false, false } }
#define CHARACTER(name, base, is_char, is_wide) { name, { base, 0, false, is_char, is_wide } }
#define TO(name, base) { name, { base, 1, false, false, false } }
#define TEXT(name, base, is_const, is_wide) { name, { base, 1, is_const, !(is_wide), is_wide } }
/* clang-format on */
#define HANDLE(name) SCALAR(name, HFI_C_POINTER)

typedef struct named_type {
    const char *name;
    hfi_type_name type;
} named_type;

static const named_type c_types[] = {
    SCALAR("int8_t", HFI_C_I8),
    SCALAR("uint8_t", HFI_C_U8),
    SCALAR("int16_t", HFI_C_I16),
    SCALAR("uint16_t", HFI_C_U16),
    SCALAR("int32_t", HFI_C_I32),
    SCALAR("uint32_t", HFI_C_U32),
    SCALAR("int64_t", HFI_C_I64),
    SCALAR("uint64_t", HFI_C_U64),
    SCALAR("intmax_t", INTEGER_OF(intmax_t)),
    SCALAR("uintmax_t", INTEGER_OF(uintmax_t)),
    SCALAR("intptr_t", INTEGER_OF(intptr_t)),
    SCALAR("uintptr_t", INTEGER_OF(uintptr_t)),
    SCALAR("ptrdiff_t", INTEGER_OF(ptrdiff_t)),
    SCALAR("size_t", INTEGER_OF(size_t)),
    SCALAR("rsize_t", INTEGER_OF(size_t)),
    SCALAR("ssize_t", SIGNED_OF(sizeof(size_t))),
    CHARACTER("wchar_t", INTEGER_OF(wchar_t), false, true),
    CHARACTER("char16_t", HFI_C_U16, false, true),
    SCALAR("char32_t", HFI_C_U32),
};

static const named_type windows_scalars[] = {
    SCALAR("VOID", HFI_C_VOID),
    SCALAR("BOOL", HFI_C_I32),
    SCALAR("BOOLEAN", HFI_C_U8),
    SCALAR("BYTE", HFI_C_U8),
    CHARACTER("CHAR", INTEGER_OF(char), true, false),
    SCALAR("UCHAR", HFI_C_U8),
    CHARACTER("WCHAR", HFI_C_U16, false, true),
    CHARACTER("OLECHAR", HFI_C_U16, false, true),
    SCALAR("WORD", HFI_C_U16),
    SCALAR("ATOM", HFI_C_U16),
    SCALAR("LANGID", HFI_C_U16),
    SCALAR("DWORD", HFI_C_U32),
    SCALAR("LCID", HFI_C_U32),
    SCALAR("SHORT", HFI_C_I16),
    SCALAR("USHORT", HFI_C_U16),
    SCALAR("INT", HFI_C_I32),
    SCALAR("UINT", HFI_C_U32),
    SCALAR("LONG", HFI_C_I32),
    SCALAR("ULONG", HFI_C_U32),
    SCALAR("LONGLONG", HFI_C_I64),
    SCALAR("ULONGLONG", HFI_C_U64),
    SCALAR("DWORDLONG", HFI_C_U64),
    SCALAR("FLOAT", HFI_C_F32),
    SCALAR("DOUBLE", HFI_C_F64),
    SCALAR("INT8", HFI_C_I8),
    SCALAR("UINT8", HFI_C_U8),
    SCALAR("INT16", HFI_C_I16),
    SCALAR("UINT16", HFI_C_U16),
    SCALAR("INT32", HFI_C_I32),
    SCALAR("UINT32", HFI_C_U32),
    SCALAR("LONG32", HFI_C_I32),
    SCALAR("ULONG32", HFI_C_U32),
    SCALAR("DWORD32", HFI_C_U32),
    SCALAR("INT64", HFI_C_I64),
    SCALAR("UINT64", HFI_C_U64),
    SCALAR("LONG64", HFI_C_I64),
    SCALAR("ULONG64", HFI_C_U64),
    SCALAR("DWORD64", HFI_C_U64),
    SCALAR("INT_PTR", INTEGER_OF(intptr_t)),
    SCALAR("UINT_PTR", INTEGER_OF(uintptr_t)),
    SCALAR("LONG_PTR", INTEGER_OF(intptr_t)),
    SCALAR("ULONG_PTR", INTEGER_OF(uintptr_t)),
    SCALAR("DWORD_PTR", INTEGER_OF(uintptr_t)),
    SCALAR("SIZE_T", INTEGER_OF(uintptr_t)),
    SCALAR("SSIZE_T", INTEGER_OF(intptr_t)),
    SCALAR("WPARAM", INTEGER_OF(uintptr_t)),
    SCALAR("LPARAM", INTEGER_OF(intptr_t)),
    SCALAR("LRESULT", INTEGER_OF(intptr_t)),
    SCALAR("HRESULT", HFI_C_I32),
    SCALAR("NTSTATUS", HFI_C_I32),
    SCALAR("LSTATUS", HFI_C_I32),
    SCALAR("NET_API_STATUS", HFI_C_U32),
    SCALAR("RPC_STATUS", HFI_C_I32),
    SCALAR("REGSAM", HFI_C_U32),
    SCALAR("ACCESS_MASK", HFI_C_U32),
    SCALAR("SECURITY_INFORMATION", HFI_C_U32),
    SCALAR("COLORREF", HFI_C_U32),
    SCALAR("DEVPROPTYPE", HFI_C_U32),
    SCALAR("DEVINST", HFI_C_U32),
    SCALAR("DEVNODE", HFI_C_U32),
    SCALAR("CONFIGRET", HFI_C_U32),
    SCALAR("SCODE", HFI_C_I32),
    SCALAR("HFILE", HFI_C_I32),
    SCALAR("LCTYPE", HFI_C_U32),
    SCALAR("LGRPID", HFI_C_U32),
    SCALAR("VARTYPE", HFI_C_U16),
    SCALAR("UHALF_PTR", sizeof(void *) == 8 ? HFI_C_U32 : HFI_C_U16),
    SCALAR("HALF_PTR", sizeof(void *) == 8 ? HFI_C_I32 : HFI_C_I16),
};

static const named_type windows_handles[] = {
    HANDLE("HANDLE"),    HANDLE("HMODULE"),      HANDLE("HINSTANCE"),  HANDLE("HKEY"),
    HANDLE("HDEVINFO"),  HANDLE("SOCKET"),       HANDLE("HWND"),       HANDLE("HDC"),
    HANDLE("HGLOBAL"),   HANDLE("HLOCAL"),       HANDLE("HMENU"),      HANDLE("HICON"),
    HANDLE("HCURSOR"),   HANDLE("HBITMAP"),      HANDLE("HBRUSH"),     HANDLE("HPEN"),
    HANDLE("HFONT"),     HANDLE("HRGN"),         HANDLE("HPALETTE"),   HANDLE("HGDIOBJ"),
    HANDLE("HHOOK"),     HANDLE("HDESK"),        HANDLE("HWINSTA"),    HANDLE("HMONITOR"),
    HANDLE("HRSRC"),     HANDLE("HINTERNET"),    HANDLE("HCRYPTPROV"), HANDLE("HCERTSTORE"),
    HANDLE("SC_HANDLE"), HANDLE("HKL"),          HANDLE("HDEVNOTIFY"), HANDLE("HPOWERNOTIFY"),
    HANDLE("HDROP"),     HANDLE("HMACHINE"),     HANDLE("HSWDEVICE"),  HANDLE("HTRANSACTION"),
    HANDLE("FARPROC"),   HANDLE("PROC"),         HANDLE("NEARPROC"),   HANDLE("HCMNOTIFICATION"),
    HANDLE("HACCEL"),    HANDLE("HENHMETAFILE"), HANDLE("HGLRC"),      HANDLE("HIMAGELIST"),
};

static const named_type windows_pointers[] = {
    TO("PVOID", HFI_C_VOID),
    TO("LPVOID", HFI_C_VOID),
    { "LPCVOID", { HFI_C_VOID, 1, true, false, false } },
    { "PCVOID", { HFI_C_VOID, 1, true, false, false } },
    TO("PSID", HFI_C_VOID),
    TO("PSECURITY_DESCRIPTOR", HFI_C_VOID),
    TEXT("PSTR", INTEGER_OF(char), false, false),
    TEXT("LPSTR", INTEGER_OF(char), false, false),
    TEXT("PCHAR", INTEGER_OF(char), false, false),
    TEXT("LPCH", INTEGER_OF(char), false, false),
    TEXT("PCSTR", INTEGER_OF(char), true, false),
    TEXT("LPCSTR", INTEGER_OF(char), true, false),
    TEXT("PWSTR", HFI_C_U16, false, true),
    TEXT("LPWSTR", HFI_C_U16, false, true),
    TEXT("PWCHAR", HFI_C_U16, false, true),
    TEXT("LPWCH", HFI_C_U16, false, true),
    TEXT("PCWSTR", HFI_C_U16, true, true),
    TEXT("LPCWSTR", HFI_C_U16, true, true),
    TEXT("PCWCH", HFI_C_U16, true, true),
    TO("PBYTE", HFI_C_U8),
    TO("LPBYTE", HFI_C_U8),
    TO("PUCHAR", HFI_C_U8),
    TO("PBOOLEAN", HFI_C_U8),
    TO("PBOOL", HFI_C_I32),
    TO("LPBOOL", HFI_C_I32),
    TO("PWORD", HFI_C_U16),
    TO("LPWORD", HFI_C_U16),
    TO("PSHORT", HFI_C_I16),
    TO("PUSHORT", HFI_C_U16),
    TO("PINT", HFI_C_I32),
    TO("LPINT", HFI_C_I32),
    TO("PUINT", HFI_C_U32),
    TO("PLONG", HFI_C_I32),
    TO("LPLONG", HFI_C_I32),
    TO("PULONG", HFI_C_U32),
    TO("PDWORD", HFI_C_U32),
    TO("LPDWORD", HFI_C_U32),
    TO("PULONGLONG", HFI_C_U64),
    TO("PLONGLONG", HFI_C_I64),
    TO("PULONG64", HFI_C_U64),
    TO("PDWORD64", HFI_C_U64),
    TO("PULONG_PTR", INTEGER_OF(uintptr_t)),
    TO("PLONG_PTR", INTEGER_OF(intptr_t)),
    TO("PDWORD_PTR", INTEGER_OF(uintptr_t)),
    TO("PSIZE_T", INTEGER_OF(uintptr_t)),
    TO("PREGSAM", HFI_C_U32),
    TO("PACCESS_MASK", HFI_C_U32),
    TO("PDEVINST", HFI_C_U32),
    TO("PHANDLE", HFI_C_POINTER),
    TO("LPHANDLE", HFI_C_POINTER),
    TO("PHKEY", HFI_C_POINTER),
    TO("PINT64", HFI_C_I64),
    TO("PUINT64", HFI_C_U64),
    TO("PFLOAT", HFI_C_F32),
    TO("PUINT_PTR", INTEGER_OF(uintptr_t)),
    TO("PINT_PTR", INTEGER_OF(intptr_t)),
};

typedef struct type_list {
    const named_type *type;
    size_t count;
} type_list;

/* clang-format off */
#define LIST(array) { array, sizeof(array) / sizeof(array[0]) }
/* clang-format on */

static const type_list built_in[] = { LIST(c_types), LIST(windows_scalars), LIST(windows_handles),
                                      LIST(windows_pointers) };

static bool find_in_list(const type_list *list, const hfi_token *name, hfi_type_name *found_out)
{
    for (size_t i = 0; i < list->count; i++) {
        if (hfi_token_is(name, list->type[i].name)) {
            *found_out = list->type[i].type;
            return true;
        }
    }
    return false;
}

static bool find_in_platform(const hfi_token *name, hfi_type_name *found_out)
{
    size_t count;
    const hfp_ctype *type = hfp_ctypes(&count);
    for (size_t i = 0; i < count; i++) {
        if (hfi_token_is(name, type[i].name)) {
            size_t size = type[i].size;
            *found_out =
                (hfi_type_name){ .base = type[i].is_signed ? SIGNED_OF(size) : UNSIGNED_OF(size) };
            return true;
        }
    }
    return false;
}

bool hfi_type_name_find(const hfi_token *name, hfi_type_name *found_out)
{
    for (size_t i = 0; i < sizeof(built_in) / sizeof(built_in[0]); i++) {
        if (find_in_list(&built_in[i], name, found_out)) {
            return true;
        }
    }
    return find_in_platform(name, found_out);
}

size_t hfi_ctype_size(hfi_ctype type)
{
    switch (type) {
    case HFI_C_I8:
    case HFI_C_U8:
        return 1;
    case HFI_C_I16:
    case HFI_C_U16:
        return 2;
    case HFI_C_I32:
    case HFI_C_U32:
    case HFI_C_F32:
        return 4;
    case HFI_C_I64:
    case HFI_C_U64:
    case HFI_C_F64:
        return 8;
    case HFI_C_POINTER:
        return sizeof(void *);
    case HFI_C_LONG_DOUBLE:
        return sizeof(long double);
    case HFI_C_COMPLEX_F32:
        return 2 * sizeof(float);
    case HFI_C_COMPLEX_F64:
        return 2 * sizeof(double);
    case HFI_C_COMPLEX_LONG_DOUBLE:
        return 2 * sizeof(long double);
    case HFI_C_VOID:
    case HFI_C_AGGREGATE:
    case HFI_C_OPAQUE:
        break;
    }
    return 0;
}

/* In a struct, which is less than outside of one on some systems of 32 bits. */
#define ALIGNMENT_OF(type)                                                                         \
    offsetof(                                                                                      \
        struct {                                                                                   \
            char before;                                                                           \
            type value;                                                                            \
        },                                                                                         \
        value)

size_t hfi_ctype_alignment(hfi_ctype type)
{
    switch (type) {
    case HFI_C_I64:
    case HFI_C_U64:
        return ALIGNMENT_OF(int64_t);
    case HFI_C_F64:
    case HFI_C_COMPLEX_F64:
        return ALIGNMENT_OF(double);
    case HFI_C_COMPLEX_F32:
        return ALIGNMENT_OF(float);
    case HFI_C_LONG_DOUBLE:
    case HFI_C_COMPLEX_LONG_DOUBLE:
        return ALIGNMENT_OF(long double);
    default:
        return hfi_ctype_size(type);
    }
}

bool hfi_ctype_is_integer(hfi_ctype type)
{
    return type >= HFI_C_I8 && type <= HFI_C_U64;
}

bool hfi_ctype_is_signed(hfi_ctype type)
{
    return type == HFI_C_I8 || type == HFI_C_I16 || type == HFI_C_I32 || type == HFI_C_I64;
}

const char *hfi_ctype_name(hfi_ctype type)
{
    static const char *const name[] = {
        [HFI_C_VOID] = "void",
        [HFI_C_I8] = "int8",
        [HFI_C_U8] = "uint8",
        [HFI_C_I16] = "int16",
        [HFI_C_U16] = "uint16",
        [HFI_C_I32] = "int32",
        [HFI_C_U32] = "uint32",
        [HFI_C_I64] = "int64",
        [HFI_C_U64] = "uint64",
        [HFI_C_F32] = "float",
        [HFI_C_F64] = "double",
        [HFI_C_POINTER] = "pointer",
        [HFI_C_LONG_DOUBLE] = "long double",
        [HFI_C_COMPLEX_F32] = "float complex",
        [HFI_C_COMPLEX_F64] = "double complex",
        [HFI_C_COMPLEX_LONG_DOUBLE] = "long double complex",
        [HFI_C_AGGREGATE] = "aggregate",
        [HFI_C_OPAQUE] = "opaque",
    };
    return (size_t)type < sizeof(name) / sizeof(name[0]) ? name[type] : "?";
}

int64_t hfi_ctype_widen(hfi_ctype type, uint64_t bits)
{
    size_t width = 8 * hfi_ctype_size(type);
    if (width == 0 || width == 64) {
        return (int64_t)bits;
    }
    uint64_t mask = ((uint64_t)1 << width) - 1;
    uint64_t sign = (uint64_t)1 << (width - 1);
    bits &= mask;
    if ((hfi_ctype_is_signed(type) || type == HFI_C_POINTER) && (bits & sign) != 0) {
        bits |= ~mask;
    }
    return (int64_t)bits;
}
