/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_POSIX_NATIVES_H
#define HOLDFAST_POSIX_NATIVES_H

/* The parts of the catalogue; private to posix/. */

#include "platform/catalogue.h"

/* A number that the system's headers define, as text in a prototype: "grow(error == "
 * HFP_NUMBER(ERANGE) ")". */
#define HFP_NUMBER(macro)   HFP_NUMBER_2(macro)
#define HFP_NUMBER_2(value) #value

extern const hfp_native hfp_natives_files[]; /* directories, links, attributes */

#endif
