/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_VERSION_H
#define HOLDFAST_VERSION_H

/*
 * The one place of the version; the build reads it from here.
 * Major: the ABI breaks.  Minor: something is added.  Patch: nothing but repairs.
 * While major is 0 every minor may break the ABI.
 */
#define HF_VERSION_MAJOR 0
#define HF_VERSION_MINOR 1
#define HF_VERSION_PATCH 0

#endif
