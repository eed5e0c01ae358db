/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_CALL_BIND_H
#define HOLDFAST_CALL_BIND_H

/* What the binding of one function and of a whole header share. */

#include "call/function.h"

/** Reads options, with defaults in the place of zeros; false if they cannot be known. */
bool hfi_options_read(const hf_function_options *given, hf_function_options *options_out);

/** Reports options that hfi_options_read() refused, or that lack the types they count; HF_OK when
 * there is nothing to report. */
hf_status hfi_options_check(hfi_parts *parts, const char *where, bool is_read,
                            const hf_function_options *options);

/** The types that options name, for the parser; `*info_out` is freed with hfi_free(). */
HF_MUST_CHECK hf_status hfi_options_types(const hf_function_options *options,
                                          hfi_ctype_info **info_out, hfi_ctype_list *known_out);

/** Hands a parser's error on to `error_out`, which may be NULL, and reports it; gives `status`
 * back. */
hf_status hfi_report_unparsed(hfi_parts *parts, const char *where, const char *argument,
                              hf_site site, hf_prototype_error *error_out, hf_status status,
                              const hfi_prototype_error *error);

/**
 * Makes a function of a prototype, which stays the caller's: with `binding` for good, else until it
 * is a function, whose it is then.
 */
HF_MUST_CHECK hf_status hfi_function_make(hfi_parts *parts, hf_library *library,
                                          hf_binding *binding, const hfi_prototype *prototype,
                                          const hf_function_options *options,
                                          hf_function **function_out);

#endif
