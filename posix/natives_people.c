/* SPDX-License-Identifier: MIT */

/*
 * The catalogue: users, groups, who is logged in.
 *
 * Somebody who is not there is no failure: the code is 0 and what was found is NULL.  Other
 * people's entries are read into the same room on the way, so it may be too small for somebody
 * missing.
 */

#include "natives.h"

#include <errno.h>

/* An entry, the room for its texts, and what was found: the entry or nothing. */
#define LOOKED_UP(type)                                                                            \
    type " *entry {out, points_into(buffer)}, char *buffer {out, room(first 1024)},"               \
         " size_t size {capacity(buffer)}, " type " **found {out, points_into(entry)})"            \
         " {" HFP_FAILS_BY_CODE                                                                    \
         ", transient(error == " HFP_NUMBER(EINTR) "), " HFP_GROWS(ERANGE) "}"

#define FROM (HFP_MEASURED | HFP_PUBLISHED)

const hfp_native hfp_natives_people[] = {
    { "getpwuid_r", "c", "int getpwuid_r(uid_t user, " LOOKED_UP("struct passwd"),
      "POSIX.1-2017 getpwuid", FROM },
    { "getpwnam_r", "c", "int getpwnam_r(const char *name, " LOOKED_UP("struct passwd"),
      "POSIX.1-2017 getpwnam", FROM },
    { "getgrgid_r", "c", "int getgrgid_r(gid_t group, " LOOKED_UP("struct group"),
      "POSIX.1-2017 getgrgid", FROM },
    { "getgrnam_r", "c", "int getgrnam_r(const char *name, " LOOKED_UP("struct group"),
      "POSIX.1-2017 getgrnam", FROM },
    { "getpwent_r", "c", "int getpwent_r(" LOOKED_UP("struct passwd"), "Linux getpwent_r(3)",
      FROM },
    { "getgrent_r", "c", "int getgrent_r(" LOOKED_UP("struct group"), "Linux getgrent_r(3)", FROM },
#if defined(__linux__)
    { "getspnam_r", "c", "int getspnam_r(const char *name, " LOOKED_UP("struct spwd"),
      "Linux getspnam(3)", HFP_MEASURED },
    { "getspent_r", "c", "int getspent_r(" LOOKED_UP("struct spwd"), "Linux getspnam(3)",
      HFP_MEASURED },
#endif

    { "getgroups", "c",
      "int getgroups(int count {capacity(groups)}, gid_t *groups {out})"
      " {" HFP_FAILS_BELOW_0 ", " HFP_GROWS(EINVAL) ", length(groups, result)}",
      "POSIX.1-2017 getgroups", FROM },

    /* Linux says how many there are; macOS leaves the slot as it was. */
    { "getgrouplist", "c",
      "int getgrouplist(const char *user, gid_t group, gid_t *groups {out},"
      " int *count {inout, capacity(groups), needed(groups), length(groups)})"
      " {fail(result < 0), grow(result < 0)}",
      "Linux getgrouplist(3)", FROM },

    /* Without a terminal the code is ENXIO or ENOTTY, and that is an answer. */
    { "getlogin_r", "c",
      "int getlogin_r(char *name {out, text}, size_t size {capacity(name)})"
      " {" HFP_FAILS_BY_CODE ", " HFP_GROWS(ERANGE) "}",
      "POSIX.1-2017 getlogin", FROM },
    { NULL, NULL, NULL, NULL, 0 },
};
