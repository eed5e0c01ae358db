/* SPDX-License-Identifier: MIT */

/* The walk: printers.  There may be none, which is an answer too; directories and monitors
   there are always. */

#include "calls_native.h"

#include <winspool.h>

#define SPOOL(function) NATIVE("winspool.drv", function)

/* How many there are: the last of the scalars. */
static int64_t note_count(walk *w)
{
    int64_t count = hf_result_scalar(&w->result, w->result.scalar_count - 1);
    walk_note(w, &count, sizeof count);
    return count;
}

static hf_status printers(walk *w)
{
    hf_status status = walk_well(w, HF_ARGS(HF_UINT(PRINTER_ENUM_LOCAL), HF_NULL, HF_UINT(4)));
    size_t size;
    PRINTER_INFO_4W *got = walk_copy(w, 0, &size);
    int64_t count = note_count(w);
    for (int64_t i = 0; i < count; i++) {
        walk_note(w, got[i].pPrinterName, wcslen(got[i].pPrinterName) * sizeof(WCHAR));
    }
    free(got);
    return status;
}

static hf_status monitors(walk *w)
{
    hf_status status = walk_well(w, HF_ARGS(HF_NULL, HF_UINT(2)));
    size_t size;
    MONITOR_INFO_2W *got = walk_copy(w, 0, &size);
    int64_t count = note_count(w);
    assert_true(count > 0);
    for (int64_t i = 0; i < count; i++) {
        walk_note(w, got[i].pName, wcslen(got[i].pName) * sizeof(WCHAR));
        walk_note(w, got[i].pDLLName, wcslen(got[i].pDLLName) * sizeof(WCHAR));
    }
    free(got);
    return status;
}

static hf_status ports(walk *w)
{
    hf_status status = walk_well(w, HF_ARGS(HF_NULL, HF_UINT(1)));
    size_t size;
    PORT_INFO_1W *got = walk_copy(w, 0, &size);
    int64_t count = note_count(w);
    for (int64_t i = 0; i < count; i++) {
        walk_note(w, got[i].pName, wcslen(got[i].pName) * sizeof(WCHAR));
    }
    free(got);
    return status;
}

static hf_status drivers(walk *w)
{
    hf_status status = walk_well(w, HF_ARGS(HF_NULL, HF_NULL, HF_UINT(1)));
    size_t size;
    DRIVER_INFO_1W *got = walk_copy(w, 0, &size);
    int64_t count = note_count(w);
    for (int64_t i = 0; i < count; i++) {
        walk_note(w, got[i].pName, wcslen(got[i].pName) * sizeof(WCHAR));
    }
    free(got);
    return status;
}

static hf_status processors(walk *w)
{
    hf_status status = walk_well(w, HF_ARGS(HF_NULL, HF_NULL, HF_UINT(1)));
    size_t size;
    PRINTPROCESSOR_INFO_1W *got = walk_copy(w, 0, &size);
    int64_t count = note_count(w);
    assert_true(count > 0);
    for (int64_t i = 0; i < count; i++) {
        walk_note(w, got[i].pName, wcslen(got[i].pName) * sizeof(WCHAR));
    }
    free(got);
    return status;
}

static hf_status driver_directory(walk *w)
{
    WCHAR plain[MAX_PATH];
    DWORD size;
    assert_true(
        SPOOL(GetPrinterDriverDirectoryW)(NULL, NULL, 1, (BYTE *)plain, sizeof plain, &size));
    hf_status status = walk_well(w, HF_ARGS(HF_NULL, HF_NULL, HF_UINT(1)));
    expect_wide(w, 0, plain);
    return status;
}

static hf_status processor_directory(walk *w)
{
    WCHAR plain[MAX_PATH];
    DWORD size;
    assert_true(
        SPOOL(GetPrintProcessorDirectoryW)(NULL, NULL, 1, (BYTE *)plain, sizeof plain, &size));
    hf_status status = walk_well(w, HF_ARGS(HF_NULL, HF_NULL, HF_UINT(1)));
    expect_wide(w, 0, plain);
    return status;
}

WALK_PART(printing);
const walk_call walk_calls_printing[] = {
    { "EnumPrintersW", printers, WALK_NOTED },
    { "EnumMonitorsW", monitors, WALK_NOTED },
    { "EnumPortsW", ports, WALK_NOTED },
    { "EnumPrinterDriversW", drivers, WALK_NOTED },
    { "EnumPrintProcessorsW", processors, WALK_NOTED },
    { "GetPrinterDriverDirectoryW", driver_directory, WALK_SAME },
    { "GetPrintProcessorDirectoryW", processor_directory, WALK_SAME },
    { NULL, NULL, WALK_SAME },
};
