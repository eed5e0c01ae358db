/* SPDX-License-Identifier: MIT */

/*
 * What this system has, found out once.
 *
 * Calls: GetSystemInfo, GetModuleHandleW, GetProcAddress (Windows 2000),
 * InitOnceExecuteOnce (Vista).
 *
 * wine 8.0 exports FlushProcessWriteBuffers as a function that fences nothing:
 * a litmus program saw the other thread's store too late over a million times.
 * So under wine the feature is off, and its absence is the safe side.
 */

#include "win.h"

static hfp_features features;
static INIT_ONCE features_once = INIT_ONCE_STATIC_INIT;

static bool runs_under_wine(void)
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    return ntdll && GetProcAddress(ntdll, "wine_get_version");
}

static BOOL CALLBACK find_features(INIT_ONCE *once, void *parameter, void **context)
{
    (void)once;
    (void)parameter;
    (void)context;
    SYSTEM_INFO info;
    GetSystemInfo(&info);

    features.page_size = info.dwPageSize;
    features.reserve_granularity = info.dwAllocationGranularity;
    features.cpu_count = info.dwNumberOfProcessors > 0 ? info.dwNumberOfProcessors : 1;
    features.is_wine = runs_under_wine();
    features.has_process_barrier = !features.is_wine;
    features.system = "windows";
    return TRUE;
}

const hfp_features *hfp_features_get(void)
{
    HFP_KEEP_LAST_ERROR;
    (void)InitOnceExecuteOnce(&features_once, find_features, NULL, NULL);
    return &features;
}
