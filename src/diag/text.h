/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_DIAG_TEXT_H
#define HOLDFAST_DIAG_TEXT_H

/* Text put together in a buffer that may be too small: never overruns, always counts. */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The formats are those of C11, checked as such also where the C runtime has its
 * own idea of them.  clang knows only the name of the runtime's.
 */
#if defined(__clang__)
#define HFI_FORMAT(string, first) __attribute__((format(printf, string, first)))
#elif defined(__GNUC__)
#define HFI_FORMAT(string, first) __attribute__((format(gnu_printf, string, first)))
#else
#define HFI_FORMAT(string, first)
#endif

typedef struct hfi_text {
    char *buffer;  /* caller's memory; NULL only if size is 0 */
    size_t size;   /* room there */
    size_t length; /* of the whole text, also of what did not fit */
} hfi_text;

/** An empty text in the caller's memory. */
hfi_text hfi_text_begin(char *buffer, size_t size);

/** Appends the text as it is; NULL appends nothing. */
void hfi_text_add(hfi_text *text, const char *part);

/** Appends the text with control characters as spaces; NULL appends nothing. */
void hfi_text_add_line(hfi_text *text, const char *part);

/**
 * Appends as printf would: d i u x X c s p %, with 0, a width, a precision for s, and the sizes
 * hh h l ll z t j.  From the first thing that it does not know it copies the format.
 */
void hfi_text_format(hfi_text *text, const char *format, ...) HFI_FORMAT(2, 3);
void hfi_text_vformat(hfi_text *text, const char *format, va_list args) HFI_FORMAT(2, 0);

/** Terminates the text, without a character cut in two at the end.  Gives the whole length. */
size_t hfi_text_end(hfi_text *text);

#endif
