/* SPDX-License-Identifier: MIT */

/*
 * The catalogue: printers.
 *
 * Arrays of structures whose texts lie in the tail of the same buffer, so it never moves.
 */

#include "natives.h"

#define BY_122 " {fail(result == 0), error(last_error), grow(error == 122)}"
#define FILLED(buffer)                                                                             \
    "BYTE *" buffer " {out, points_into(" buffer ")}, DWORD size {capacity(" buffer ")},"          \
    " DWORD *needed {out, needed(" buffer "), length(" buffer ")}"
#define COUNTED ", DWORD *count {out})" BY_122

const hfp_native hfp_natives_printing[] = {
    { "EnumPrintersW", "winspool.drv",
      "BOOL WINAPI EnumPrintersW(DWORD flags, LPCWSTR name, DWORD level, " FILLED("list") COUNTED,
      "EnumPrinters, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetPrinterW", "winspool.drv",
      "BOOL WINAPI GetPrinterW(HANDLE printer, DWORD level, " FILLED("info") ")" BY_122,
      "GetPrinter, learn.microsoft.com", HFP_DOCUMENTED },
    { "EnumJobsW", "winspool.drv",
      "BOOL WINAPI EnumJobsW(HANDLE printer, DWORD first, DWORD most, DWORD level, " FILLED("list")
          COUNTED,
      "EnumJobs, learn.microsoft.com", HFP_DOCUMENTED },
    { "GetJobW", "winspool.drv",
      "BOOL WINAPI GetJobW(HANDLE printer, DWORD job, DWORD level, " FILLED("info") ")" BY_122,
      "GetJob, learn.microsoft.com", HFP_DOCUMENTED },
    { "EnumFormsW", "winspool.drv",
      "BOOL WINAPI EnumFormsW(HANDLE printer, DWORD level, " FILLED("list") COUNTED,
      "EnumForms, learn.microsoft.com", HFP_DOCUMENTED },
    { "GetFormW", "winspool.drv",
      "BOOL WINAPI GetFormW(HANDLE printer, LPCWSTR form, DWORD level, " FILLED("info") ")" BY_122,
      "GetForm, learn.microsoft.com", HFP_DOCUMENTED },
    { "EnumPrinterDriversW", "winspool.drv",
      "BOOL WINAPI EnumPrinterDriversW(LPCWSTR server, LPCWSTR environment, DWORD level, " FILLED(
          "list") COUNTED,
      "EnumPrinterDrivers, learn.microsoft.com", HFP_DOCUMENTED },
    { "GetPrinterDriverW", "winspool.drv",
      "BOOL WINAPI GetPrinterDriverW(HANDLE printer, LPCWSTR environment, DWORD level, " FILLED(
          "info") ")" BY_122,
      "GetPrinterDriver, learn.microsoft.com", HFP_DOCUMENTED },
    { "EnumMonitorsW", "winspool.drv",
      "BOOL WINAPI EnumMonitorsW(LPCWSTR server, DWORD level, " FILLED("list") COUNTED,
      "EnumMonitors, learn.microsoft.com", HFP_DOCUMENTED },
    { "EnumPortsW", "winspool.drv",
      "BOOL WINAPI EnumPortsW(LPCWSTR server, DWORD level, " FILLED("list") COUNTED,
      "EnumPorts, learn.microsoft.com", HFP_DOCUMENTED },
    { "EnumPrintProcessorsW", "winspool.drv",
      "BOOL WINAPI EnumPrintProcessorsW(LPCWSTR server, LPCWSTR environment, DWORD level, " FILLED(
          "list") COUNTED,
      "EnumPrintProcessors, learn.microsoft.com", HFP_DOCUMENTED },
    { "EnumPrintProcessorDatatypesW", "winspool.drv",
      "BOOL WINAPI EnumPrintProcessorDatatypesW(LPCWSTR server, LPCWSTR processor, DWORD "
      "level, " FILLED("list") COUNTED,
      "EnumPrintProcessorDatatypes, learn.microsoft.com", HFP_DOCUMENTED },
    /* Text, but counted in bytes. */
    { "GetPrinterDriverDirectoryW", "winspool.drv",
      "BOOL WINAPI GetPrinterDriverDirectoryW(LPCWSTR server, LPCWSTR environment, DWORD level,"
      " WCHAR *path {out, text}, DWORD size {capacity(path, bytes)},"
      " DWORD *needed {out, needed(path, bytes), length(path, bytes)})" BY_122,
      "GetPrinterDriverDirectory, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "GetPrintProcessorDirectoryW", "winspool.drv",
      "BOOL WINAPI GetPrintProcessorDirectoryW(LPCWSTR server, LPCWSTR environment, DWORD level,"
      " WCHAR *path {out, text}, DWORD size {capacity(path, bytes)},"
      " DWORD *needed {out, needed(path, bytes), length(path, bytes)})" BY_122,
      "GetPrintProcessorDirectory, learn.microsoft.com", HFP_DOCUMENTED },
    { "GetDefaultPrinterW", "winspool.drv",
      "BOOL WINAPI GetDefaultPrinterW(LPWSTR name {out, text},"
      " DWORD *size {inout, capacity(name), needed(name), length(name)})" BY_122,
      "GetDefaultPrinter, learn.microsoft.com", HFP_DOCUMENTED },
    { NULL, NULL, NULL, NULL, 0 },
};
