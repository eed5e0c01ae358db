/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_NATIVE_PORTABLE_H
#define HOLDFAST_NATIVE_PORTABLE_H

/* The catalogue's rows of libraries that are the same on all systems. */

#include "platform/catalogue.h"

extern const hfp_native hfi_natives_portable[]; /* ended by one without a name */

#endif
