/* SPDX-License-Identifier: MIT */

/*
 * Address space.
 *
 * Calls: mmap, munmap, mprotect (POSIX.1-2008), MAP_ANONYMOUS (everywhere in
 * practice), madvise MADV_DONTNEED (Linux 2.6).
 *
 * A reservation is a PROT_NONE mapping without swap behind it.  Committing is a
 * change of access, because the kernel gives zero pages at first touch.  Both
 * ways of decommitting leave pages that are zero when they are committed next
 * and that trap until then; neither leaves a hole into which somebody else's
 * mapping could slip, also when it fails half-way.
 */

#include "posix.h"

#include "base/alloc.h"
#include "base/size.h"
#include "base/verify.h"

#include <sys/mman.h>

#ifndef MAP_NORESERVE
#define MAP_NORESERVE 0
#endif
#ifndef MAP_ANONYMOUS
#define MAP_ANONYMOUS MAP_ANON
#endif

static void *map_nothing(size_t size)
{
    return mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

static bool is_page_range(const void *address, size_t size)
{
    const size_t page = hfp_features_get()->page_size;
    return size != 0 && size % page == 0 && (uintptr_t)address % page == 0;
}

hf_status hfp_vm_reserve(size_t size, size_t align, void **base_out)
{
    HFP_KEEP_ERRNO;
    if (hfi_fault_hit("vm reserve")) {
        return HF_E_NOMEM;
    }
    const size_t page = hfp_features_get()->page_size;
    HF_VERIFY(hfi_is_power_of_two(align) && align >= page && is_page_range(NULL, size));

    size_t mapped;
    if (!hfi_size_add(size, align - page, &mapped)) {
        return HF_E_NOMEM;
    }
    char *start = map_nothing(mapped);
    if (start == MAP_FAILED) {
        return hfp_posix_status(errno);
    }

    /* The mapping is page-aligned, so the aligned part begins at most align - page bytes in. */
    const size_t head = hfi_align_up((uintptr_t)start, align) - (uintptr_t)start;
    const size_t tail = mapped - head - size;
    if (head != 0) {
        hfp_posix_must(munmap(start, head));
    }
    if (tail != 0) {
        hfp_posix_must(munmap(start + head + size, tail));
    }
    *base_out = start + head;
    return HF_OK;
}

void hfp_vm_release(void *base, size_t size)
{
    HFP_KEEP_ERRNO;
    HF_VERIFY(is_page_range(base, size));
    hfp_posix_must(munmap(base, size));
}

hf_status hfp_vm_commit(void *address, size_t size)
{
    HFP_KEEP_ERRNO;
    if (hfi_fault_hit("vm commit")) {
        return HF_E_NOMEM;
    }
    HF_VERIFY(is_page_range(address, size));
    return mprotect(address, size, PROT_READ | PROT_WRITE) == 0 ? HF_OK : hfp_posix_status(errno);
}

#if defined(__linux__)

/* Access goes first: if that fails, the contents are still there. */
static int drop_pages(void *address, size_t size)
{
    if (mprotect(address, size, PROT_NONE) != 0) {
        return -1;
    }
    return madvise(address, size, MADV_DONTNEED);
}

#else

/* Elsewhere madvise may keep the contents; a new mapping in the same place never does. */
static int drop_pages(void *address, size_t size)
{
    void *fresh = mmap(address, size, PROT_NONE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    return fresh == MAP_FAILED ? -1 : 0;
}

#endif

hf_status hfp_vm_decommit(void *address, size_t size)
{
    HFP_KEEP_ERRNO;
    if (hfi_fault_hit("vm decommit")) {
        return HF_E_NOMEM;
    }
    HF_VERIFY(is_page_range(address, size));
    return drop_pages(address, size) == 0 ? HF_OK : hfp_posix_status(errno);
}

static int access_bits(hfp_access access)
{
    switch (access) {
    case HFP_READ:
        return PROT_READ;
    case HFP_READ_WRITE:
        return PROT_READ | PROT_WRITE;
    case HFP_NO_ACCESS:
        break;
    }
    return PROT_NONE;
}

hf_status hfp_vm_protect(void *address, size_t size, hfp_access access)
{
    HFP_KEEP_ERRNO;
    if (hfi_fault_hit("vm protect")) {
        return HF_E_NOMEM;
    }
    HF_VERIFY(is_page_range(address, size));
    return mprotect(address, size, access_bits(access)) == 0 ? HF_OK : hfp_posix_status(errno);
}
