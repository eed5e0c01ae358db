/* SPDX-License-Identifier: MIT */

/*
 * The integer types whose width this C runtime decides.  The compiler says
 * what they are here; nothing is written down twice.  Names that only Windows
 * has and that mean the same everywhere (DWORD, LONG_PTR) are not here but in
 * call/ctype.c.
 */

#include "platform/platform.h"

#include <winsock2.h>
#include <ws2tcpip.h>

#include <sys/types.h>
#include <time.h>
#include <wchar.h>

/* clang-format off */
#define CTYPE(type) { #type, (uint8_t)sizeof(type), !((type)-1 > (type)0) }
/* clang-format on */

static const hfp_ctype types[] = {
    CTYPE(__time32_t), CTYPE(__time64_t), CTYPE(clock_t), CTYPE(dev_t),   CTYPE(errno_t),
    CTYPE(ino_t),      CTYPE(mode_t),     CTYPE(off_t),   CTYPE(off64_t), CTYPE(pid_t),
    CTYPE(socklen_t),  CTYPE(time_t),     CTYPE(wint_t),  CTYPE(u_char),  CTYPE(u_short),
    CTYPE(u_int),      CTYPE(u_long),
};

const hfp_ctype *hfp_ctypes(size_t *count_out)
{
    *count_out = sizeof(types) / sizeof(types[0]);
    return types;
}
