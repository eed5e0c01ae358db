/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_WIN32_NATIVES_H
#define HOLDFAST_WIN32_NATIVES_H

/* The parts of the catalogue; private to win32/. */

#include "platform/catalogue.h"

extern const hfp_native hfp_natives_paths[];       /* directories and names of files */
extern const hfp_native hfp_natives_environment[]; /* the environment */
extern const hfp_native hfp_natives_modules[];     /* modules and processes */
extern const hfp_native hfp_natives_windows[];     /* names of windows, keys, atoms and fonts */
extern const hfp_native hfp_natives_profile[];     /* profile files */
extern const hfp_native hfp_natives_volumes[];     /* drives and volumes */
extern const hfp_native hfp_natives_keys[];        /* names of registry keys and values, in turn */
extern const hfp_native hfp_natives_texts[];       /* messages, identifiers, names in certificates */
extern const hfp_native hfp_natives_hosts[];       /* names and addresses of hosts and sockets */
extern const hfp_native hfp_natives_crt[];         /* text functions of the C runtime */
extern const hfp_native hfp_natives_hardware[];    /* firmware, devices, displays */

#endif
