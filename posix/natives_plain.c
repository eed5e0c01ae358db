/* SPDX-License-Identifier: MIT */

/* The catalogue: functions in which nothing grows, which the typed fronts need beside the others.
 */

#include "natives.h"

#include <errno.h>

#define TRANSIENT "transient(error == " HFP_NUMBER(EINTR) ")"

const hfp_native hfp_natives_plain[] = {
    /* A new file's mode would stand behind the flags: nothing is created by this. */
    { "open", "c",
      "int open(const char *path, int flags, ...) {" HFP_FAILS_BELOW_0 ", " TRANSIENT "}",
      "POSIX.1-2017 open", HFP_MEASURED },
    /* To the end, in pieces: the size that a file is said to have is not asked for, since that of
       /proc is 0, and a read of it may be cut where a record ends. */
    { "read", "c",
      "ssize_t read(int file, void *bytes {out}, size_t size {capacity(bytes)})"
      " {" HFP_FAILS_BELOW_0 ", " TRANSIENT ", length(bytes, result), append(bytes, result > 0)}",
      "POSIX.1-2017 read; Linux proc(5)", HFP_MEASURED },

    { "setxattr", "c",
      "int setxattr(const char *path, const char *name, const void *value,"
      " size_t size {capacity(value)}, int flags) {" HFP_FAILS_BELOW_0 "}",
      "Linux setxattr(2)", HFP_MEASURED },
    { "removexattr", "c",
      "int removexattr(const char *path, const char *name) {" HFP_FAILS_BELOW_0 "}",
      "Linux removexattr(2)", HFP_MEASURED },

    /* The environment is the process's: what is found is good until somebody changes it. */
    { "getenv", "c", "char *getenv(const char *name) {nocallback}", "POSIX.1-2017 getenv",
      HFP_MEASURED },
    { NULL, NULL, NULL, NULL, 0 },
};
