/* SPDX-License-Identifier: MIT */

/*
 * The errors a native call leaves behind: the thread's last-error, which
 * Winsock shares, and the errno of a C runtime.
 *
 * Calls: GetLastError, SetLastError, FormatMessageW (Windows 2000); _errno and
 * strerror of the C runtime.
 *
 * Order matters: finding errno may change the last-error, so the last-error is
 * read first and written last.
 */

#include "win.h"

#include "base/alloc.h"

#include <stdio.h>
#include <string.h>

#define TEXT_UNITS 512

hfp_native_error hfp_native_error_save(void)
{
    const DWORD last_error = GetLastError();
    return (hfp_native_error){
        .errno_value = errno,
        .last_error = last_error,
        .wsa_error = last_error,
    };
}

void hfp_native_error_take(int32_t *errno_out, uint32_t *last_error_out, uint32_t *wsa_error_out)
{
    const DWORD last_error = GetLastError();
    *errno_out = errno;
    *last_error_out = last_error;
    *wsa_error_out = last_error;
}

int *hfp_errno_address(void)
{
    HFP_KEEP_LAST_ERROR;
    return &errno;
}

uint32_t hfp_last_error_call(void)
{
    return GetLastError();
}

/*
 * GetLastError() reads a word of the thread's environment block, at an offset that has been the
 * same since Windows NT 3.1 (debuggers rely on it) and in no documentation; so it is tried out.
 */
#define LAST_ERROR_OFFSET (sizeof(void *) == 8 ? 0x68 : 0x34)

/* What NtCurrentTeb() gives; as asm, because gcc takes the one of mingw-w64 for an access of NULL.
 */
static char *thread_block(void)
{
    char *block = NULL;
#if defined(__x86_64__)
    __asm__("movq %%gs:0x30, %0" : "=r"(block));
#elif defined(__i386__)
    __asm__("movl %%fs:0x18, %0" : "=r"(block));
#endif
    return block;
}

const uint32_t *hfp_last_error_address(void)
{
    static const DWORD probes[] = { 0x2f5a13c7, 0x50a5ec38 };
    const DWORD last_error = GetLastError();
    char *block = thread_block();
    volatile uint32_t *word = block ? (volatile uint32_t *)(block + LAST_ERROR_OFFSET) : NULL;
    bool is_there = word != NULL;
    for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]) && is_there; i++) {
        SetLastError(probes[i]);
        is_there = *word == probes[i];
    }
    SetLastError(last_error);
    return is_there ? (const uint32_t *)(block + LAST_ERROR_OFFSET) : NULL;
}

void hfp_native_error_restore(hfp_native_error saved)
{
    errno = saved.errno_value;
    SetLastError(saved.last_error);
}

hf_status hfp_errno_locator(void *module, hfp_errno_fn *locate_out)
{
    HFP_KEEP_LAST_ERROR;
    if (hfi_fault_hit("errno locator")) {
        return HF_E_UNSUPPORTED;
    }
    FARPROC locate = GetProcAddress(module, "_errno");
    HMODULE runtime = locate ? module : hfp_win_crt_of(module);
    if (!runtime) {
        return HF_E_UNSUPPORTED;
    }
    if (runtime == hfp_win_crt_of(hfp_win_own_module())) {
        *locate_out = NULL;
        return HF_OK;
    }
    locate = locate ? locate : GetProcAddress(runtime, "_errno");
    if (!locate) {
        return HF_E_UNSUPPORTED;
    }
    *locate_out = (hfp_errno_fn)(void (*)(void))locate;
    return HF_OK;
}

/* Cuts at the end of a character and takes trailing blanks away. */
static void copy_text(char *buffer, size_t size, const char *text)
{
    size_t length = strlen(text);
    if (length > size - 1) {
        length = size - 1;
        while (length > 0 && ((unsigned char)text[length] & 0xc0u) == 0x80u) {
            length--;
        }
    }
    while (length > 0 &&
           (text[length - 1] == ' ' || text[length - 1] == '\r' || text[length - 1] == '\n')) {
        length--;
    }
    memcpy(buffer, text, length);
    buffer[length] = '\0';
}

/* False where the system has no text for the code. */
static bool system_text(DWORD code, char *text, int size)
{
    wchar_t wide[TEXT_UNITS];
    const DWORD flags =
        FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS | FORMAT_MESSAGE_MAX_WIDTH_MASK;
    return FormatMessageW(flags, NULL, code, 0, wide, TEXT_UNITS, NULL) != 0 &&
           WideCharToMultiByte(CP_UTF8, 0, wide, -1, text, size, NULL, NULL) != 0;
}

void hfp_native_error_text(uint32_t code, bool is_errno, char *buffer, size_t size)
{
    HFP_KEEP_BOTH_ERRORS;
    HF_VERIFY(size != 0);
    char text[TEXT_UNITS * 3];
    const char *errno_text = is_errno ? strerror((int)code) : NULL;
    if (errno_text) {
        copy_text(buffer, size, errno_text);
        return;
    }
    if (is_errno || !system_text(code, text, (int)sizeof(text))) {
        (void)snprintf(text, sizeof(text), "error %lu", (unsigned long)code);
    }
    copy_text(buffer, size, text);
}
