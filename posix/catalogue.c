/* SPDX-License-Identifier: MIT */

/* The parts of the catalogue for this kind of system, and the types that its rows name. */

#include "natives.h"

#include <pwd.h>

const hfp_native *const hfp_catalogue[] = { hfp_natives_files, NULL };

#define TYPE(name)                                                                                 \
    {                                                                                              \
#name, sizeof(name), _Alignof(name)                                                        \
    }

const hfp_native_type hfp_catalogue_types[] = {
    TYPE(struct passwd),
    { NULL, 0, 0 },
};
