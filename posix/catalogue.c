/* SPDX-License-Identifier: MIT */

/* The parts of the catalogue for this kind of system, and the types that its rows name. */

#include "natives.h"

#include <dirent.h>
#include <grp.h>
#include <netdb.h>
#include <pwd.h>
#include <stdint.h>
#include <time.h>
#include <wchar.h>

#if defined(__linux__)
#include <shadow.h>
#include <sys/epoll.h>
#include <sys/statfs.h>
#elif !defined(__NetBSD__)
#include <sys/mount.h>
#include <sys/param.h>
#endif

const hfp_native *const hfp_catalogue[] = {
    hfp_natives_files,  hfp_natives_people,  hfp_natives_names,
    hfp_natives_text,   hfp_natives_sockets, hfp_natives_elsewhere,
    hfp_natives_kernel, hfp_natives_plain,   NULL,
};

/* clang-format off */
#define TYPE(name) { #name, sizeof(name), _Alignof(name) }
/* clang-format on */

const hfp_native_type hfp_catalogue_types[] = {
    TYPE(struct passwd), TYPE(struct group),       TYPE(struct servent), TYPE(struct protoent),
    TYPE(struct netent), TYPE(struct hostent),     TYPE(struct tm),      TYPE(mbstate_t),
#if !defined(__NetBSD__)
    TYPE(struct statfs),
#endif
#if defined(__linux__)
    TYPE(struct spwd),   TYPE(struct epoll_event),
#endif
    { NULL, 0, 0 },
};

/* clang-format off */
#define FIELD(type, name) { #type, #name, offsetof(type, name), sizeof(((type *)0)->name) }
/* clang-format on */

const hfp_native_field hfp_catalogue_fields[] = {
    FIELD(struct passwd, pw_name),  FIELD(struct passwd, pw_gecos),
    FIELD(struct passwd, pw_dir),   FIELD(struct passwd, pw_shell),
    FIELD(struct passwd, pw_uid),   FIELD(struct passwd, pw_gid),
    FIELD(struct group, gr_name),   FIELD(struct group, gr_gid),
    FIELD(struct group, gr_mem),
#if defined(__linux__)
    FIELD(struct dirent64, d_ino),  FIELD(struct dirent64, d_reclen),
    FIELD(struct dirent64, d_type), FIELD(struct dirent64, d_name),
#endif
    { NULL, NULL, 0, 0 },
};
