/* SPDX-License-Identifier: MIT */

/* The parts of the catalogue for this kind of system, and the types that its rows name. */

#include "natives.h"

#include <windows.h>

const hfp_native *const hfp_catalogue[] = {
    hfp_natives_paths,
    hfp_natives_environment,
    hfp_natives_modules,
    hfp_natives_windows,
    hfp_natives_profile,
    hfp_natives_volumes,
    hfp_natives_keys,
    hfp_natives_texts,
    hfp_natives_hosts,
    hfp_natives_crt,
    hfp_natives_hardware,
    NULL,
};

const hfp_native_type hfp_catalogue_types[] = {
    { "struct DISPLAYCONFIG_PATH_INFO", sizeof(DISPLAYCONFIG_PATH_INFO),
      _Alignof(DISPLAYCONFIG_PATH_INFO) },
    { "struct DISPLAYCONFIG_MODE_INFO", sizeof(DISPLAYCONFIG_MODE_INFO),
      _Alignof(DISPLAYCONFIG_MODE_INFO) },
    { NULL, 0, 0 },
};
