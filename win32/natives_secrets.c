/* SPDX-License-Identifier: MIT */

/* The catalogue: keys and their providers, smart cards, the platform's own chip. */

#include "natives.h"

const hfp_native hfp_natives_secrets[] = {
    { "BCryptGetProperty", "bcrypt.dll",
      "NTSTATUS WINAPI BCryptGetProperty(HANDLE object, LPCWSTR name, PUCHAR data {out},"
      " ULONG size {capacity(data)}, PULONG used {out, needed(data), length(data)}, ULONG flags)"
      " {error(ntstatus), grow(error == 0xC0000023)}",
      "BCryptGetProperty, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "BCryptExportKey", "bcrypt.dll",
      "NTSTATUS WINAPI BCryptExportKey(HANDLE key, HANDLE with, LPCWSTR kind, PUCHAR data {out},"
      " ULONG size {capacity(data)}, PULONG used {out, needed(data), length(data)}, ULONG flags)"
      " {error(ntstatus), grow(error == 0xC0000023)}",
      "BCryptExportKey, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "NCryptGetProperty", "ncrypt.dll",
      "LONG WINAPI NCryptGetProperty(ULONG_PTR object, LPCWSTR name, PBYTE data {out},"
      " DWORD size {capacity(data)}, DWORD *used {out, needed(data), length(data)}, DWORD flags)"
      " {error(hresult), fail(result != 0), grow(error == 0x80090028)}",
      "NCryptGetProperty, learn.microsoft.com", HFP_DOCUMENTED | HFP_MEASURED },
    { "NCryptExportKey", "ncrypt.dll",
      "LONG WINAPI NCryptExportKey(ULONG_PTR key, ULONG_PTR with, LPCWSTR kind,"
      " void *parameters {raw}, PBYTE data {out}, DWORD size {capacity(data)},"
      " DWORD *used {out, needed(data), length(data)}, DWORD flags)"
      " {error(hresult), fail(result != 0), grow(error == 0x80090028), grow_ok(used > size)}",
      "NCryptExportKey, learn.microsoft.com; wine 8 succeeds with less than it needs",
      HFP_DOCUMENTED | HFP_MEASURED },
    { "SCardListReadersW", "winscard.dll",
      "LONG WINAPI SCardListReadersW(ULONG_PTR context, const WCHAR *groups {raw},"
      " LPWSTR readers {out, text(multi)},"
      " LPDWORD size {inout, capacity(readers), needed(readers), length(readers)})"
      " {error(hresult), fail(result != 0), grow(error == 0x80100008)}",
      "SCardListReadersW, learn.microsoft.com", HFP_DOCUMENTED },
    { "SCardStatusW", "winscard.dll",
      "LONG WINAPI SCardStatusW(ULONG_PTR card, LPWSTR names {out, text(multi)},"
      " LPDWORD size {inout, capacity(names), needed(names), length(names)},"
      " LPDWORD state {out}, LPDWORD protocol {out}, BYTE *atr {out, room(first 36)},"
      " LPDWORD atr_size {inout, capacity(atr), needed(atr), length(atr)})"
      " {error(hresult), fail(result != 0), grow(error == 0x80100008)}",
      "SCardStatusW, learn.microsoft.com", HFP_DOCUMENTED },
    { "SCardTransmit", "winscard.dll",
      "LONG WINAPI SCardTransmit(ULONG_PTR card, const void *protocol {raw},"
      " const BYTE *command {in}, DWORD length {capacity(command)}, void *answered {raw},"
      " BYTE *answer {out, room(least 65538)}, LPDWORD size {inout, capacity(answer),"
      " length(answer)})"
      " {error(hresult), fail(result != 0), grow(error == 0x80100008), once}",
      "SCardTransmit, learn.microsoft.com: the command has run; no answer is longer than 65538",
      HFP_DOCUMENTED },
    { "Tbsip_Submit_Command", "tbs.dll",
      "UINT32 WINAPI Tbsip_Submit_Command(void *context {raw}, UINT32 locality, UINT32 priority,"
      " const BYTE *command {in}, UINT32 length {capacity(command)},"
      " BYTE *answer {out, room(least 4096)}, UINT32 *size {inout, capacity(answer),"
      " length(answer)})"
      " {fail(result != 0), error(result), grow(error == 0x80284005), once}",
      "Tbsip_Submit_Command, learn.microsoft.com: the command has run; no answer is longer than "
      "4096",
      HFP_DOCUMENTED },
    { NULL, NULL, NULL, NULL, 0 },
};
