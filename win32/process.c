/* SPDX-License-Identifier: MIT */

/*
 * The process: its standard error, environment, number and end.
 *
 * Calls: WriteFile, GetStdHandle, GetEnvironmentVariableW, GetCurrentProcessId,
 * IsDebuggerPresent, TerminateProcess (Windows 2000), RtlDllShutdownInProgress
 * (ntdll, looked up).
 *
 * The environment is the system's, not the copy that a C runtime keeps of it.
 */

#include "win.h"

#include "base/alloc.h"

#define ABORT_CODE      3 /* what abort() ends with */
#define ENV_UNITS_MAX   32768
#define WRITE_BYTES_MAX 0x40000000u

void hfp_write_stderr(const char *text, size_t size)
{
    HFP_KEEP_LAST_ERROR;
    HANDLE file = GetStdHandle(STD_ERROR_HANDLE);
    while (size > 0) {
        const DWORD part = (DWORD)(size < WRITE_BYTES_MAX ? size : WRITE_BYTES_MAX);
        DWORD written = 0;
        if (!WriteFile(file, text, part, &written, NULL) || written == 0) {
            return; /* closed, full or not there: there is nobody left to tell */
        }
        text += written;
        size -= written;
    }
}

/* Reads the variable into `wide`, which has ENV_UNITS_MAX units: more than one can have. */
static hf_status read_variable(const wchar_t *name, wchar_t *wide, char *buffer, size_t size)
{
    SetLastError(ERROR_SUCCESS);
    const DWORD units = GetEnvironmentVariableW(name, wide, ENV_UNITS_MAX);
    if (units == 0 && GetLastError() == ERROR_ENVVAR_NOT_FOUND) {
        return HF_E_NOT_FOUND;
    }
    if (units >= ENV_UNITS_MAX || GetLastError() != ERROR_SUCCESS) {
        return HF_E_SYSTEM;
    }
    const int needed =
        WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, wide, -1, NULL, 0, NULL, NULL);
    if (needed <= 0) {
        return HF_E_UTF;
    }
    if ((size_t)needed > size) {
        return HF_E_RANGE;
    }
    (void)WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, wide, -1, buffer, needed, NULL, NULL);
    return HF_OK;
}

hf_status hfp_env_get(const char *name, char *buffer, size_t size)
{
    HFP_KEEP_LAST_ERROR;
    if (hfi_fault_hit("env get")) {
        return HF_E_NOMEM;
    }
    wchar_t *wide_name;
    hf_status status = hfp_win_wide(name, &wide_name);
    if (status != HF_OK) {
        return status;
    }
    wchar_t *wide = HeapAlloc(GetProcessHeap(), 0, ENV_UNITS_MAX * sizeof(*wide));
    status = wide ? read_variable(wide_name, wide, buffer, size) : HF_E_NOMEM;
    if (wide) {
        (void)HeapFree(GetProcessHeap(), 0, wide);
    }
    hfp_win_wide_free(wide_name);
    return status;
}

typedef BOOLEAN(NTAPI *is_ending_fn)(void);

bool hfp_process_is_ending(void)
{
    HFP_KEEP_LAST_ERROR;
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    FARPROC found = ntdll ? GetProcAddress(ntdll, "RtlDllShutdownInProgress") : NULL;
    return found && ((is_ending_fn)(void (*)(void))found)();
}

uint64_t hfp_process_id(void)
{
    return GetCurrentProcessId();
}

_Noreturn void hfp_abort(void)
{
    if (IsDebuggerPresent()) {
        DebugBreak();
    }
    (void)TerminateProcess(GetCurrentProcess(), ABORT_CODE);
    for (;;) { /* it may return before this thread is gone */
        Sleep(INFINITE);
    }
}
