/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_BASE_GIVEN_H
#define HOLDFAST_BASE_GIVEN_H

/*
 * Option structs that grow.
 *
 * Each begins with its size as the caller's header has it.  A smaller one is an older caller's: the
 * rest is default.  A larger one may only have zeros behind what is known here, or it asks for
 * something that would not be done.
 */

#include <stdbool.h>
#include <stddef.h>

/**
 * Copies `given`, whose first member is a uint32_t struct_size, over the `size` bytes of defaults
 * in `to`; NULL leaves them.  False, and `to` untouched, when the size is not to be believed or a
 * field that is not known here is set.
 */
bool hfi_given_read(const void *given, void *to, size_t size);

#endif
