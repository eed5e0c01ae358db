/* SPDX-License-Identifier: MIT */

/* The numbers that the typed fronts pass to functions of these systems. */

#include "natives.h"

#include <fcntl.h>
#include <netdb.h>
#include <sys/socket.h>

/* clang-format off */
#define NUMBER(name) { #name, name }
/* clang-format on */

const hfp_native_number hfp_catalogue_numbers[] = {
    NUMBER(O_RDONLY),       NUMBER(O_CLOEXEC),   NUMBER(O_DIRECTORY), NUMBER(NI_NUMERICHOST),
    NUMBER(NI_NUMERICSERV), NUMBER(NI_NAMEREQD), NUMBER(NI_DGRAM),    { NULL, 0 },
};
