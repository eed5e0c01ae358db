/* SPDX-License-Identifier: MIT */

/*
 * The integer types whose width POSIX leaves to the system.  The compiler says
 * what they are here; nothing is written down twice.
 */

/* Some of these names belong to the X/Open part of POSIX.  First, for it rules all headers. */
#ifndef _XOPEN_SOURCE
#define _XOPEN_SOURCE 700
#endif

#include "platform/platform.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/ipc.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/types.h>
#include <termios.h>
#include <time.h>
#include <wchar.h>

/* clang-format off */
#define CTYPE(type) { #type, (uint8_t)sizeof(type), !((type)-1 > (type)0) }
/* clang-format on */

static const hfp_ctype types[] = {
    CTYPE(blkcnt_t),    CTYPE(blksize_t), CTYPE(cc_t),       CTYPE(clock_t),     CTYPE(clockid_t),
    CTYPE(dev_t),       CTYPE(gid_t),     CTYPE(fsblkcnt_t), CTYPE(fsfilcnt_t),  CTYPE(id_t),
    CTYPE(in_addr_t),   CTYPE(in_port_t), CTYPE(ino_t),      CTYPE(key_t),       CTYPE(mode_t),
    CTYPE(nfds_t),      CTYPE(nlink_t),   CTYPE(off_t),      CTYPE(pid_t),       CTYPE(rlim_t),
    CTYPE(sa_family_t), CTYPE(socklen_t), CTYPE(speed_t),    CTYPE(suseconds_t), CTYPE(tcflag_t),
    CTYPE(time_t),      CTYPE(uid_t),     CTYPE(wint_t),
};

const hfp_ctype *hfp_ctypes(size_t *count_out)
{
    *count_out = sizeof(types) / sizeof(types[0]);
    return types;
}
