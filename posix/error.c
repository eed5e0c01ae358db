/* SPDX-License-Identifier: MIT */

/*
 * The error a native call leaves behind: errno, and nothing else.
 *
 * Calls: strerror_r (POSIX.1-2008; glibc has a different one under the same
 * name when _GNU_SOURCE is set).
 */

#include "posix.h"

#include "base/alloc.h"
#include "base/verify.h"

#include <stdio.h>
#include <string.h>

hfp_native_error hfp_native_error_save(void)
{
    return (hfp_native_error){ .errno_value = errno };
}

void hfp_native_error_take(int32_t *errno_out, uint32_t *last_error_out, uint32_t *wsa_error_out)
{
    *errno_out = errno;
    *last_error_out = 0;
    *wsa_error_out = 0;
}

int *hfp_errno_address(void)
{
    return &errno;
}

const uint32_t *hfp_last_error_address(void)
{
    static const uint32_t none = 0;
    return &none;
}

void hfp_native_error_restore(hfp_native_error saved)
{
    errno = saved.errno_value;
}

hf_status hfp_errno_locator(void *module, hfp_errno_fn *locate_out)
{
    (void)module; /* one process, one libc, one errno */
    if (hfi_fault_hit("errno locator")) {
        return HF_E_UNSUPPORTED;
    }
    *locate_out = NULL;
    return HF_OK;
}

static const char *errno_text(int code, char *scratch, size_t size)
{
#if defined(__GLIBC__) && defined(_GNU_SOURCE)
    return strerror_r(code, scratch, size);
#else
    return strerror_r(code, scratch, size) == 0 ? scratch : NULL;
#endif
}

void hfp_native_error_text(uint32_t code, bool is_errno, char *buffer, size_t size)
{
    HFP_KEEP_ERRNO;
    HF_VERIFY(size != 0);
    char scratch[256];
    const char *text = is_errno ? errno_text((int)code, scratch, sizeof(scratch)) : NULL;
    if (text) {
        (void)snprintf(buffer, size, "%s", text);
    } else {
        (void)snprintf(buffer, size, "error %lu", (unsigned long)code);
    }
}
