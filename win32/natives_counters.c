/* SPDX-License-Identifier: MIT */

/*
 * The catalogue: performance counters.
 *
 * PDH_MORE_DATA (0x800007D2) and PDH_INSUFFICIENT_BUFFER (0xC0000BC2) mean the same: the second
 * where the announced size was not 0.
 */

#include "natives.h"

#define TOO_SMALL                                                                                  \
    "fail(result != 0), error(hresult), grow(error == 0x800007D2 || error == 0xC0000BC2)"

const hfp_native hfp_natives_counters[] = {
    { "PdhMakeCounterPathW", "pdh.dll",
      "LONG WINAPI PdhMakeCounterPathW(void *elements {raw}, LPWSTR path {out, text},"
      " LPDWORD size {inout, capacity(path), needed(path)}, DWORD flags) {" TOO_SMALL "}",
      "PdhMakeCounterPathW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "PdhGetCounterInfoW", "pdh.dll",
      "LONG WINAPI PdhGetCounterInfoW(HANDLE counter, BOOLEAN explain,"
      " LPDWORD size {inout, capacity(info, bytes), needed(info, bytes)},"
      " PDH_COUNTER_INFO_W *info {out, points_into(info)}) {" TOO_SMALL "}",
      "PdhGetCounterInfoW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "PdhLookupPerfNameByIndexW", "pdh.dll",
      "LONG WINAPI PdhLookupPerfNameByIndexW(LPCWSTR machine, DWORD index,"
      " LPWSTR name {out, text}, LPDWORD size {inout, capacity(name), needed(name)})"
      " {" TOO_SMALL "}",
      "PdhLookupPerfNameByIndexW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "PdhExpandWildCardPathW", "pdh.dll",
      "LONG WINAPI PdhExpandWildCardPathW(LPCWSTR source, LPCWSTR pattern,"
      " LPWSTR paths {out, text(multi)}, LPDWORD size {inout, capacity(paths), needed(paths)},"
      " DWORD flags) {" TOO_SMALL "}",
      "PdhExpandWildCardPathW, learn.microsoft.com: some systems leave the first need unsaid",
      HFP_PUBLISHED },
    { "PdhEnumObjectItemsW", "pdh.dll",
      "LONG WINAPI PdhEnumObjectItemsW(LPCWSTR source, LPCWSTR machine, LPCWSTR object,"
      " LPWSTR counters {out, text(multi)},"
      " LPDWORD counters_size {inout, capacity(counters), needed(counters)},"
      " LPWSTR instances {out, text(multi)},"
      " LPDWORD instances_size {inout, capacity(instances), needed(instances)}, DWORD detail,"
      " DWORD flags) {" TOO_SMALL "}",
      "PdhEnumObjectItemsW, learn.microsoft.com: two sizes under one verdict", HFP_PUBLISHED },
    { "PdhGetFormattedCounterArrayW", "pdh.dll",
      "LONG WINAPI PdhGetFormattedCounterArrayW(HANDLE counter, DWORD format,"
      " LPDWORD size {inout, capacity(items, bytes), needed(items, bytes)}, LPDWORD count {out},"
      " PDH_FMT_COUNTERVALUE_ITEM_W *items {out, points_into(items)}) {" TOO_SMALL "}",
      "PdhGetFormattedCounterArrayW, learn.microsoft.com", HFP_DOCUMENTED },
    { NULL, NULL, NULL, NULL, 0 },
};
