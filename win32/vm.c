/* SPDX-License-Identifier: MIT */

/*
 * Address space.
 *
 * Calls: VirtualAlloc, VirtualFree, VirtualProtect (Windows 2000).
 *
 * A part of a reservation cannot be given back, so alignment above the system's
 * granularity is found in two steps: reserve more, see where an aligned range
 * lies in it, give all back and reserve that range alone.  Another thread may
 * take the place in between; then it starts again.
 */

#include "win.h"

#include "base/alloc.h"
#include "base/size.h"

#define RESERVE_TRIES_MAX 100

static bool is_page_range(const void *address, size_t size)
{
    const size_t page = hfp_features_get()->page_size;
    return size != 0 && size % page == 0 && (uintptr_t)address % page == 0;
}

static void *reserve_at(void *address, size_t size)
{
    return VirtualAlloc(address, size, MEM_RESERVE, PAGE_NOACCESS);
}

static void release(void *base)
{
    const BOOL released = VirtualFree(base, 0, MEM_RELEASE);
    HF_VERIFY(released);
    (void)released;
}

static void *reserve_aligned(size_t size, size_t align, size_t wider)
{
    for (int i = 0; i < RESERVE_TRIES_MAX; i++) {
        char *probe = reserve_at(NULL, wider);
        if (!probe) {
            return NULL;
        }
        const size_t head = hfi_align_up((uintptr_t)probe, align) - (uintptr_t)probe;
        release(probe);
        void *base = reserve_at(probe + head, size);
        if (base) {
            return base;
        }
    }
    return NULL;
}

hf_status hfp_vm_reserve(size_t size, size_t align, void **base_out)
{
    HFP_KEEP_LAST_ERROR;
    if (hfi_fault_hit("vm reserve")) {
        return HF_E_NOMEM;
    }
    const size_t granularity = hfp_features_get()->reserve_granularity;
    HF_VERIFY(hfi_is_power_of_two(align) && align >= granularity && is_page_range(NULL, size));

    void *base;
    size_t wider;
    if (align == granularity) {
        base = reserve_at(NULL, size);
    } else if (hfi_size_add(size, align - granularity, &wider)) {
        base = reserve_aligned(size, align, wider);
    } else {
        return HF_E_NOMEM;
    }
    if (!base) {
        return HF_E_NOMEM; /* Windows has several names for a size that is nowhere free */
    }
    *base_out = base;
    return HF_OK;
}

void hfp_vm_release(void *base, size_t size)
{
    HFP_KEEP_LAST_ERROR;
    HF_VERIFY(is_page_range(base, size));
    release(base);
}

hf_status hfp_vm_commit(void *address, size_t size)
{
    HFP_KEEP_LAST_ERROR;
    if (hfi_fault_hit("vm commit")) {
        return HF_E_NOMEM;
    }
    HF_VERIFY(is_page_range(address, size));
    void *committed = VirtualAlloc(address, size, MEM_COMMIT, PAGE_READWRITE);
    return committed ? HF_OK : hfp_win_status(GetLastError());
}

hf_status hfp_vm_decommit(void *address, size_t size)
{
    HFP_KEEP_LAST_ERROR;
    if (hfi_fault_hit("vm decommit")) {
        return HF_E_NOMEM;
    }
    HF_VERIFY(is_page_range(address, size));
    return VirtualFree(address, size, MEM_DECOMMIT) ? HF_OK : hfp_win_status(GetLastError());
}

static DWORD access_bits(hfp_access access)
{
    switch (access) {
    case HFP_READ:
        return PAGE_READONLY;
    case HFP_READ_WRITE:
        return PAGE_READWRITE;
    case HFP_NO_ACCESS:
        break;
    }
    return PAGE_NOACCESS;
}

hf_status hfp_vm_protect(void *address, size_t size, hfp_access access)
{
    HFP_KEEP_LAST_ERROR;
    if (hfi_fault_hit("vm protect")) {
        return HF_E_NOMEM;
    }
    HF_VERIFY(is_page_range(address, size));
    DWORD before;
    return VirtualProtect(address, size, access_bits(access), &before)
               ? HF_OK
               : hfp_win_status(GetLastError());
}
