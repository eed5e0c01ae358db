/* SPDX-License-Identifier: MIT */

/* The parts of the catalogue for this kind of system, and the types that its rows name. */

#include "natives.h"

const hfp_native *const hfp_catalogue[] = { hfp_natives_paths,
                                            hfp_natives_devices,
                                            hfp_natives_services,
                                            hfp_natives_security,
                                            hfp_natives_names,
                                            hfp_natives_printing,
                                            hfp_natives_events,
                                            hfp_natives_storage,
                                            hfp_natives_capi,
                                            hfp_natives_wininet,
                                            NULL };

const hfp_native_type hfp_catalogue_types[] = {
    { NULL, 0, 0 },
};
