/* SPDX-License-Identifier: MIT */

/*
 * Threads and per-thread words.
 *
 * Calls: _beginthreadex (C runtime), WaitForSingleObject, SwitchToThread,
 * GetCurrentThreadId (Windows 2000), FlsAlloc and kin (Vista),
 * GetCurrentThreadStackLimits (Windows 8), SetThreadDescription (Windows 10
 * 1607, looked up).
 *
 * A per-thread word is fiber-local storage, because that alone has an exit
 * function.  Windows calls that function also when the index is freed, with
 * another calling convention on 32 bits, and without saying which index it is
 * about.  So what is stored is a cell that names its key: at_exit runs only if
 * the key is not being deleted, and freeing the index frees the cells of all
 * threads.
 *
 * FlsGetValue sets the last-error to 0 when it succeeds.
 */

#include "win.h"

#include "base/alloc.h"

#include <process.h>

#define NAME_UNITS 64

/* ---- start and join ---- */

typedef struct start_block {
    hfp_thread_fn run;
    void *user;
    wchar_t name[NAME_UNITS];
} start_block;

typedef HRESULT(WINAPI *set_description_fn)(HANDLE thread, const wchar_t *description);

static void name_this_thread(const wchar_t *name)
{
    HMODULE kernel = GetModuleHandleW(L"kernel32.dll");
    FARPROC found = kernel ? GetProcAddress(kernel, "SetThreadDescription") : NULL;
    if (found) {
        set_description_fn set_description = (set_description_fn)(void (*)(void))found;
        (void)set_description(GetCurrentThread(), name);
    }
}

static unsigned __stdcall run_thread(void *argument)
{
    const start_block block = *(start_block *)argument;
    (void)HeapFree(GetProcessHeap(), 0, argument);
    name_this_thread(block.name);
    SetLastError(0); /* a new thread starts without the traces of its naming */
    block.run(block.user);
    return 0;
}

hf_status hfp_thread_start(hfp_thread *thread_out, const char *name, hfp_thread_fn run, void *user)
{
    HFP_KEEP_BOTH_ERRORS;
    if (hfi_fault_hit("thread start")) {
        return HF_E_NOMEM;
    }
    start_block *block = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof(*block));
    if (!block) {
        return HF_E_NOMEM;
    }
    block->run = run;
    block->user = user;
    /* A name that does not fit or is no UTF-8 is left out: it is for debuggers. */
    if (MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, name, -1, block->name, NAME_UNITS) ==
        0) {
        block->name[0] = L'\0';
    }
    const uintptr_t handle = _beginthreadex(NULL, 0, run_thread, block, 0, NULL);
    if (handle == 0) {
        const int error = errno;
        (void)HeapFree(GetProcessHeap(), 0, block);
        return error == EAGAIN || error == ENOMEM || error == EACCES ? HF_E_NOMEM : HF_E_SYSTEM;
    }
    thread_out->handle_ = (void *)handle;
    return HF_OK;
}

void hfp_thread_join(hfp_thread *thread)
{
    HFP_KEEP_LAST_ERROR;
    const DWORD result = WaitForSingleObject(thread->handle_, INFINITE);
    HF_VERIFY(result == WAIT_OBJECT_0);
    (void)result;
    (void)CloseHandle(thread->handle_);
}

/* Long for a thread that only has to be scheduled once more, short for one that waits for us. */
#define SOON_MS 500

void hfp_thread_join_soon(hfp_thread *thread)
{
    HFP_KEEP_LAST_ERROR;
    (void)WaitForSingleObject(thread->handle_, SOON_MS);
    (void)CloseHandle(thread->handle_);
}

void hfp_thread_let_go(hfp_thread *thread)
{
    HFP_KEEP_LAST_ERROR;
    (void)CloseHandle(thread->handle_);
}

uint64_t hfp_thread_self(void)
{
    return GetCurrentThreadId();
}

void hfp_thread_yield(void)
{
    HFP_KEEP_LAST_ERROR;
    (void)SwitchToThread();
}

hf_status hfp_thread_stack(uintptr_t *low_out, uintptr_t *high_out)
{
    HFP_KEEP_LAST_ERROR;
    if (hfi_fault_hit("thread stack")) {
        return HF_E_SYSTEM;
    }
    ULONG_PTR low = 0;
    ULONG_PTR high = 0;
    GetCurrentThreadStackLimits(&low, &high);
    *low_out = low;
    *high_out = high;
    return HF_OK;
}

/* ---- per-thread words ---- */

typedef struct key_cell {
    hfp_key *key;
    void *value;
} key_cell;

static void WINAPI end_cell(void *data)
{
    HFP_KEEP_BOTH_ERRORS;
    key_cell *cell = data;
    if (!cell) {
        return;
    }
    hfp_key *key = cell->key;
    void *value = cell->value;
    (void)HeapFree(GetProcessHeap(), 0, cell);
    if (value && key->at_exit_ && !key->is_closing_) {
        key->at_exit_(value);
    }
}

hf_status hfp_key_create(hfp_key *key_out, hfp_key_fn at_exit)
{
    HFP_KEEP_LAST_ERROR;
    if (hfi_fault_hit("key create")) {
        return HF_E_NOMEM;
    }
    const DWORD index = FlsAlloc(end_cell);
    if (index == FLS_OUT_OF_INDEXES) {
        return HF_E_NOMEM;
    }
    *key_out = (hfp_key){ .index_ = index, .at_exit_ = at_exit };
    return HF_OK;
}

void hfp_key_delete(hfp_key *key)
{
    HFP_KEEP_BOTH_ERRORS;
    key->is_closing_ = true;
    const BOOL freed = FlsFree(key->index_);
    HF_VERIFY(freed);
    (void)freed;
}

void *hfp_key_get(hfp_key *key)
{
    HFP_KEEP_LAST_ERROR;
    const key_cell *cell = FlsGetValue(key->index_);
    return cell ? cell->value : NULL;
}

hf_status hfp_key_set(hfp_key *key, void *value)
{
    HFP_KEEP_LAST_ERROR;
    if (hfi_fault_hit("key set")) {
        return HF_E_NOMEM;
    }
    key_cell *cell = FlsGetValue(key->index_);
    if (cell) {
        cell->value = value;
        return HF_OK;
    }
    if (!value) {
        return HF_OK;
    }
    cell = HeapAlloc(GetProcessHeap(), 0, sizeof(*cell));
    if (!cell) {
        return HF_E_NOMEM;
    }
    *cell = (key_cell){ .key = key, .value = value };
    if (!FlsSetValue(key->index_, cell)) {
        (void)HeapFree(GetProcessHeap(), 0, cell);
        return HF_E_NOMEM;
    }
    return HF_OK;
}
