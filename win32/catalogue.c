/* SPDX-License-Identifier: MIT */

/* The parts of the catalogue for this kind of system, and the types that its rows name. */

#include "natives.h"

const hfp_native *const hfp_catalogue[] = {
    hfp_natives_paths,     hfp_natives_values, hfp_natives_network, hfp_natives_urls,
    hfp_natives_locale,    hfp_natives_nt,     hfp_natives_secrets, hfp_natives_counters,
    hfp_natives_installer, hfp_natives_input,  hfp_natives_streams, NULL,
};

const hfp_native_type hfp_catalogue_types[] = {
    { NULL, 0, 0 },
};
