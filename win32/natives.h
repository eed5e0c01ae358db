/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_WIN32_NATIVES_H
#define HOLDFAST_WIN32_NATIVES_H

/* The parts of the catalogue; private to win32/. */

#include "platform/catalogue.h"

extern const hfp_native hfp_natives_paths[]; /* directories and names of files */

#endif
