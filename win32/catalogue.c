/* SPDX-License-Identifier: MIT */

/* The parts of the catalogue for this kind of system, and the types that its rows name. */

#include "natives.h"

const hfp_native *const hfp_catalogue[] = {
    hfp_natives_paths,
    /* accounts, devices, services */
    hfp_natives_devices, hfp_natives_services, hfp_natives_security, hfp_natives_names,
    hfp_natives_printing, hfp_natives_events, hfp_natives_storage, hfp_natives_capi,
    hfp_natives_wininet,
    /* the registry, networks, languages, the kernel */
    hfp_natives_values, hfp_natives_network, hfp_natives_urls, hfp_natives_locale, hfp_natives_nt,
    hfp_natives_secrets, hfp_natives_counters, hfp_natives_installer, hfp_natives_input,
    hfp_natives_streams, NULL
};

const hfp_native_type hfp_catalogue_types[] = {
    { NULL, 0, 0 },
};

const hfp_native_field hfp_catalogue_fields[] = {
    { NULL, NULL, 0, 0 },
};
