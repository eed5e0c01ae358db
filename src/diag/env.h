/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_DIAG_ENV_H
#define HOLDFAST_DIAG_ENV_H

/* Options from the environment, all of them named HOLDFAST_something. */

#include <stdbool.h>
#include <stdint.h>

/** True if the variable is set to anything but an empty text, 0, no, off or false. */
bool hfi_env_flag(const char *name);

/** The same, but `otherwise` if it is not set. */
bool hfi_env_flag_or(const char *name, bool otherwise);

/** The variable's number, or `otherwise` if it is not set or is no number. */
uint64_t hfi_env_u64(const char *name, uint64_t otherwise);

/** Reads a whole text as a number: decimal or 0x…, then k, m or g for the powers of 1024. */
bool hfi_parse_u64(const char *text, uint64_t *number_out);

/** What hfi_env_flag() says about a text. */
bool hfi_parse_flag(const char *text);

#endif
