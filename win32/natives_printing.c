/* SPDX-License-Identifier: MIT */

/*
 * The catalogue: printers.
 *
 * Arrays of structures whose texts lie in the same buffer, so it never moves.  Windows puts them at
 * the end of the whole capacity, not behind the structures: what is needed is no length then, and
 * the result is the whole room.  `count` says how many structures there are.
 */

#include "natives.h"

const hfp_native hfp_natives_printing[] = {
    { "EnumPrintersW", "winspool.drv",
      "BOOL WINAPI EnumPrintersW(DWORD flags, LPCWSTR name, DWORD level,"
      " BYTE *list {out, points_into(list)}, DWORD size {capacity(list)},"
      " DWORD *needed {out, needed(list)}, DWORD *count {out})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "EnumPrinters, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetPrinterW", "winspool.drv",
      "BOOL WINAPI GetPrinterW(HANDLE printer, DWORD level,"
      " BYTE *info {out, points_into(info)}, DWORD size {capacity(info)},"
      " DWORD *needed {out, needed(info)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "GetPrinter, learn.microsoft.com", HFP_DOCUMENTED },
    { "EnumJobsW", "winspool.drv",
      "BOOL WINAPI EnumJobsW(HANDLE printer, DWORD first, DWORD most, DWORD level,"
      " BYTE *list {out, points_into(list)}, DWORD size {capacity(list)},"
      " DWORD *needed {out, needed(list)}, DWORD *count {out})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "EnumJobs, learn.microsoft.com", HFP_DOCUMENTED },
    { "GetJobW", "winspool.drv",
      "BOOL WINAPI GetJobW(HANDLE printer, DWORD job, DWORD level,"
      " BYTE *info {out, points_into(info)}, DWORD size {capacity(info)},"
      " DWORD *needed {out, needed(info)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "GetJob, learn.microsoft.com", HFP_DOCUMENTED },
    { "EnumFormsW", "winspool.drv",
      "BOOL WINAPI EnumFormsW(HANDLE printer, DWORD level, BYTE *list {out, points_into(list)},"
      " DWORD size {capacity(list)}, DWORD *needed {out, needed(list)},"
      " DWORD *count {out})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "EnumForms, learn.microsoft.com", HFP_DOCUMENTED },
    { "GetFormW", "winspool.drv",
      "BOOL WINAPI GetFormW(HANDLE printer, LPCWSTR form, DWORD level,"
      " BYTE *info {out, points_into(info)}, DWORD size {capacity(info)},"
      " DWORD *needed {out, needed(info)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "GetForm, learn.microsoft.com", HFP_DOCUMENTED },
    { "EnumPrinterDriversW", "winspool.drv",
      "BOOL WINAPI EnumPrinterDriversW(LPCWSTR server, LPCWSTR environment, DWORD level,"
      " BYTE *list {out, points_into(list)}, DWORD size {capacity(list)},"
      " DWORD *needed {out, needed(list)}, DWORD *count {out})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "EnumPrinterDrivers, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetPrinterDriverW", "winspool.drv",
      "BOOL WINAPI GetPrinterDriverW(HANDLE printer, LPCWSTR environment, DWORD level,"
      " BYTE *info {out, points_into(info)}, DWORD size {capacity(info)},"
      " DWORD *needed {out, needed(info)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "GetPrinterDriver, learn.microsoft.com", HFP_DOCUMENTED },
    { "EnumMonitorsW", "winspool.drv",
      "BOOL WINAPI EnumMonitorsW(LPCWSTR server, DWORD level,"
      " BYTE *list {out, points_into(list)}, DWORD size {capacity(list)},"
      " DWORD *needed {out, needed(list)}, DWORD *count {out})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "EnumMonitors, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "EnumPortsW", "winspool.drv",
      "BOOL WINAPI EnumPortsW(LPCWSTR server, DWORD level, BYTE *list {out, points_into(list)},"
      " DWORD size {capacity(list)}, DWORD *needed {out, needed(list)},"
      " DWORD *count {out})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "EnumPorts, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "EnumPrintProcessorsW", "winspool.drv",
      "BOOL WINAPI EnumPrintProcessorsW(LPCWSTR server, LPCWSTR environment, DWORD level,"
      " BYTE *list {out, points_into(list)}, DWORD size {capacity(list)},"
      " DWORD *needed {out, needed(list)}, DWORD *count {out})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "EnumPrintProcessors, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "EnumPrintProcessorDatatypesW", "winspool.drv",
      "BOOL WINAPI EnumPrintProcessorDatatypesW(LPCWSTR server, LPCWSTR processor, DWORD level,"
      " BYTE *list {out, points_into(list)}, DWORD size {capacity(list)},"
      " DWORD *needed {out, needed(list)}, DWORD *count {out})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "EnumPrintProcessorDatatypes, learn.microsoft.com", HFP_DOCUMENTED },
    /* Text, but counted in bytes. */
    { "GetPrinterDriverDirectoryW", "winspool.drv",
      "BOOL WINAPI GetPrinterDriverDirectoryW(LPCWSTR server, LPCWSTR environment, DWORD level,"
      " WCHAR *path {out, text}, DWORD size {capacity(path, bytes)},"
      " DWORD *needed {out, needed(path, bytes), length(path, bytes)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "GetPrinterDriverDirectory, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetPrintProcessorDirectoryW", "winspool.drv",
      "BOOL WINAPI GetPrintProcessorDirectoryW(LPCWSTR server, LPCWSTR environment,"
      " DWORD level, WCHAR *path {out, text}, DWORD size {capacity(path, bytes)},"
      " DWORD *needed {out, needed(path, bytes), length(path, bytes)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "GetPrintProcessorDirectory, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetDefaultPrinterW", "winspool.drv",
      "BOOL WINAPI GetDefaultPrinterW(LPWSTR name {out, text},"
      " DWORD *size {inout, capacity(name), needed(name), length(name)})"
      " {fail(result == 0), error(last_error), grow(error == 122)}",
      "GetDefaultPrinter, learn.microsoft.com", HFP_DOCUMENTED },
    { NULL, NULL, NULL, NULL, 0 },
};
