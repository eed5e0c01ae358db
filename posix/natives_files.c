/* SPDX-License-Identifier: MIT */

/* The catalogue: directories, links, attributes, files whose size nobody knows. */

#include "natives.h"

#include <errno.h>

#define GROWS_AT_ERANGE HFP_FAILS_BELOW_0 ", " HFP_GROWS(ERANGE)

/* The kernel says the size of an attribute when it is asked with no room at all. */
#define ATTRIBUTE "{" GROWS_AT_ERANGE ", length(value, result)}"
#define NAMES     "{" GROWS_AT_ERANGE ", length(names, result)}"

const hfp_native hfp_natives_files[] = {
    { "getcwd", "c",
      "char *getcwd(char *path {out, text}, size_t size {capacity(path)})"
      " {fail(result == 0), error(errno), " HFP_GROWS(ERANGE) "}",
      "POSIX.1-2017 getcwd", HFP_MEASURED | HFP_PUBLISHED },

    /* number: SYS_getcwd.  A path that cannot be reached begins with "(unreachable)". */
    { "getcwd:kernel", "c",
      "long getcwd(long number, char *path {out, text}, size_t size {capacity(path)})"
      " {symbol(\"syscall\"), " GROWS_AT_ERANGE ", length(path, result - 1)}",
      "Linux getcwd(2)", HFP_MEASURED },

    { "readlink", "c",
      "ssize_t readlink(const char *link, char *target {out, text}, size_t size {capacity(target)})"
      " {" GROWS_AT_ERANGE ", grow_ok(result == size), length(target, result)}",
      "POSIX.1-2017 readlink; ERANGE: AIX, HP-UX", HFP_MEASURED | HFP_PUBLISHED },
    { "readlinkat", "c",
      "ssize_t readlinkat(int directory, const char *link, char *target {out, text},"
      " size_t size {capacity(target)})"
      " {" GROWS_AT_ERANGE ", grow_ok(result == size), length(target, result)}",
      "POSIX.1-2017 readlinkat", HFP_MEASURED | HFP_PUBLISHED },

    { "getxattr", "c",
      "ssize_t getxattr(const char *path, const char *name, void *value {out},"
      " size_t size {capacity(value)}) " ATTRIBUTE,
      "Linux getxattr(2)", HFP_MEASURED | HFP_PUBLISHED },
    { "lgetxattr", "c",
      "ssize_t lgetxattr(const char *path, const char *name, void *value {out},"
      " size_t size {capacity(value)}) " ATTRIBUTE,
      "Linux getxattr(2)", HFP_MEASURED | HFP_PUBLISHED },
    { "fgetxattr", "c",
      "ssize_t fgetxattr(int file, const char *name, void *value {out},"
      " size_t size {capacity(value)}) " ATTRIBUTE,
      "Linux getxattr(2)", HFP_MEASURED | HFP_PUBLISHED },
    { "listxattr", "c",
      "ssize_t listxattr(const char *path, char *names {out}, size_t size "
      "{capacity(names)}) " NAMES,
      "Linux listxattr(2)", HFP_MEASURED | HFP_PUBLISHED },
    { "llistxattr", "c",
      "ssize_t llistxattr(const char *path, char *names {out}, size_t size {capacity(names)})"
      " " NAMES,
      "Linux listxattr(2)", HFP_MEASURED | HFP_PUBLISHED },
    { "flistxattr", "c",
      "ssize_t flistxattr(int file, char *names {out}, size_t size {capacity(names)}) " NAMES,
      "Linux listxattr(2)", HFP_MEASURED | HFP_PUBLISHED },

    /* Offset 0: files of /proc are made anew by each read, and their size is said to be 0. */
    { "pread", "c",
      "ssize_t pread(int file, void *bytes {out, room(first 4096)}, size_t size {capacity(bytes)},"
      " off_t offset)"
      " {" HFP_FAILS_BELOW_0 ", transient(error == " HFP_NUMBER(
          EINTR) "), grow_ok(result == size), length(bytes, result)}",
      "Linux proc(5)", HFP_MEASURED },

    /* number: SYS_listmount, SYS_statmount; request: struct mnt_id_req. */
    { "listmount", "c",
      "long listmount(long number, const struct mnt_id_req *request, uint64_t *mounts {out},"
      " size_t count {capacity(mounts)}, unsigned int flags)"
      " {symbol(\"syscall\"), " HFP_FAILS_BELOW_0
      ", grow_ok(result == count), length(mounts, result)}",
      "Linux listmount(2)", HFP_MEASURED | HFP_DOCUMENTED },
    { "statmount", "c",
      "long statmount(long number, const struct mnt_id_req *request, void *mount {out,"
      " room(first 1024)}, size_t size {capacity(mount)}, unsigned int flags)"
      " {symbol(\"syscall\"), " HFP_FAILS_BELOW_0 ", " HFP_GROWS(EOVERFLOW) "}",
      "Linux statmount(2)", HFP_MEASURED | HFP_DOCUMENTED },
    { NULL, NULL, NULL, NULL, 0 },
};
