/* SPDX-License-Identifier: MIT */

/* The walk: performance counters. */

#include "lend.h"

#include <pdh.h>
#include <winperf.h>

#define PDH(function) WALK_NATIVE("pdh.dll", function)

static hf_status counter_path(walk *w)
{
    wchar_t object[] = L"System", counter[] = L"System Up Time";
    PDH_COUNTER_PATH_ELEMENTS_W elements = { .szObjectName = object, .szCounterName = counter };
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(&elements), HF_UINT(0)));
    if (status == HF_OK) {
        walk_expect_wide(w, 0, L"\\System\\System Up Time");
    }
    return status;
}

static hf_status counter_info(walk *w)
{
    PDH_HQUERY query;
    PDH_HCOUNTER counter;
    assert_int_equal(PDH(PdhOpenQueryW)(NULL, 0, &query), 0);
    assert_int_equal(PDH(PdhAddCounterW)(query, L"\\System\\System Up Time", 0, &counter), 0);
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(counter), HF_INT(0)));
    if (status == HF_OK) {
        size_t size;
        PDH_COUNTER_INFO_W *info = walk_copy(w, 0, &size);
        assert_true(size >= sizeof *info);
        assert_int_equal(info->dwType, PERF_ELAPSED_TIME);
        walk_note(w, &info->dwType, sizeof info->dwType);
        free(info);
    }
    PDH(PdhCloseQuery)(query);
    return status;
}

static hf_status counter_name(walk *w)
{
    hf_status status = walk_do(w, HF_ARGS(HF_NULL, HF_UINT(674)));
    if (status == HF_OK) {
        walk_expect_wide(w, 0, L"System Up Time");
    }
    return status;
}

WALK_PART(counters);
const walk_call walk_calls_counters[] = {
    { "PdhMakeCounterPathW", counter_path, WALK_SAME },
    { "PdhGetCounterInfoW", counter_info, WALK_NOTED },
    { "PdhLookupPerfNameByIndexW", counter_name, WALK_SAME },
    { NULL, NULL, WALK_SAME },
};
