/* SPDX-License-Identifier: MIT */

/* The parts of the catalogue for this kind of system, and the types that its rows name. */

#include "natives.h"

const hfp_native *const hfp_catalogue[] = { hfp_natives_paths, NULL };

const hfp_native_type hfp_catalogue_types[] = {
    { NULL, 0, 0 },
};
