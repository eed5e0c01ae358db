/* SPDX-License-Identifier: MIT */

/* The numbers that the typed fronts pass to functions of this system. */

#include "natives.h"

#include <winsock2.h>
#include <ws2tcpip.h>

/* clang-format off */
#define NUMBER(name) { #name, name }
/* clang-format on */

const hfp_native_number hfp_catalogue_numbers[] = {
    NUMBER(NI_NUMERICHOST),
    NUMBER(NI_NUMERICSERV),
    NUMBER(NI_NAMEREQD),
    NUMBER(NI_DGRAM),
    { NULL, 0 },
};
