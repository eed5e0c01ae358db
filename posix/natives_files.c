/* SPDX-License-Identifier: MIT */

/* The catalogue: directories, links, attributes. */

#include "natives.h"

#include <errno.h>

const hfp_native hfp_natives_files[] = {
    { "getcwd", "c",
      "char *getcwd(char *path {out, text}, size_t size {capacity(path)})"
      " {fail(result == 0), error(errno), grow(error == " HFP_NUMBER(ERANGE) ")}",
      "POSIX.1-2017 getcwd", HFP_MEASURED | HFP_PUBLISHED },
    { "readlink", "c",
      "ssize_t readlink(const char *link, char *target {out, text}, size_t size {capacity(target)})"
      " {fail(result < 0), error(errno), grow(error == " HFP_NUMBER(
          ERANGE) "),"
                  " grow_ok(result == size), length(target, result)}",
      "POSIX.1-2017 readlink; ERANGE: AIX, HP-UX", HFP_MEASURED | HFP_PUBLISHED },
    { NULL, NULL, NULL, NULL, 0 },
};
