/* SPDX-License-Identifier: MIT */

/*
 * The catalogue: the installer and its databases.
 *
 * The slot counts without the NUL both ways, and ERROR_MORE_DATA (234) is the result.
 */

#include "natives.h"

#define TOO_SMALL "fail(result != 0), error(result), grow(error == 234)"
#define TEXT_AND_SIZE                                                                              \
    "LPWSTR data {out, text}, LPDWORD size {inout, capacity(data), needed(data, + 1), "            \
    "length(data)}"

const hfp_native hfp_natives_installer[] = {
    { "MsiRecordGetStringW", "msi.dll",
      "UINT WINAPI MsiRecordGetStringW(ULONG record, UINT field, " TEXT_AND_SIZE ") {" TOO_SMALL
      "}",
      "MsiRecordGetStringW, learn.microsoft.com", HFP_DOCUMENTED | HFP_MEASURED },
    { "MsiFormatRecordW", "msi.dll",
      "UINT WINAPI MsiFormatRecordW(ULONG install, ULONG record, " TEXT_AND_SIZE ") {" TOO_SMALL
      "}",
      "MsiFormatRecordW, learn.microsoft.com", HFP_DOCUMENTED | HFP_MEASURED },
    { "MsiSummaryInfoGetPropertyW", "msi.dll",
      "UINT WINAPI MsiSummaryInfoGetPropertyW(ULONG summary, UINT property, UINT *type {out},"
      " int *number {out}, FILETIME *time {out}, " TEXT_AND_SIZE ") {" TOO_SMALL "}",
      "MsiSummaryInfoGetPropertyW, learn.microsoft.com", HFP_DOCUMENTED | HFP_MEASURED },
    { "MsiGetPropertyW", "msi.dll",
      "UINT WINAPI MsiGetPropertyW(ULONG install, LPCWSTR name, " TEXT_AND_SIZE ") {" TOO_SMALL "}",
      "MsiGetPropertyW, learn.microsoft.com", HFP_DOCUMENTED | HFP_MEASURED },
    { "MsiGetTargetPathW", "msi.dll",
      "UINT WINAPI MsiGetTargetPathW(ULONG install, LPCWSTR folder, " TEXT_AND_SIZE ") {" TOO_SMALL
      "}",
      "MsiGetTargetPathW, learn.microsoft.com", HFP_DOCUMENTED | HFP_MEASURED },
    { "MsiGetProductInfoW", "msi.dll",
      "UINT WINAPI MsiGetProductInfoW(LPCWSTR product, LPCWSTR property, " TEXT_AND_SIZE
      ") {" TOO_SMALL "}",
      "MsiGetProductInfoW, learn.microsoft.com", HFP_DOCUMENTED | HFP_MEASURED },
    { NULL, NULL, NULL, NULL, 0 },
};
