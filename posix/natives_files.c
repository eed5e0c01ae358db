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

    /* A handle has no more than MAX_HANDLE_SZ bytes behind its head, so that "too small" has other
       reasons: no handles on this file system. */
    { "name_to_handle_at", "c",
      "int name_to_handle_at(int directory, const char *path, void *handle {out, size(8 + 128),"
      " set(u32, 0, 128)}, int *mount {out}, int flags)"
      " {" HFP_FAILS_BELOW_0 "}",
      "Linux name_to_handle_at(2)", HFP_MEASURED | HFP_PUBLISHED },

    /* As many entries as there is room for, then the next ones; none is the end. */
    { "getdents64", "c",
      "ssize_t getdents64(int directory, void *entries {out, room(first 4096)},"
      " size_t size {capacity(entries)})"
      " {" HFP_FAILS_BELOW_0
      ", " HFP_GROWS(EINVAL) ", length(entries, result), append(entries, result > 0)}",
      "Linux getdents(2)", HFP_MEASURED },

    /* What these requests take has its count inside.  The arguments behind it, of which the
       function knows nothing, carry the room and what else stands in front. */
    { "ioctl:FS_IOC_FIEMAP", "c",
      "int ioctl(int file, unsigned long request, void *map {out, room(first 592, least 88),"
      " set(u64, 0, start), set(u64, 8, length), set(u64, 16, 0), set(u32, 24, (size - 32) / 56)},"
      " size_t size {capacity(map)}, uint64_t start, uint64_t length)"
      " {" HFP_FAILS_BELOW_0 ", grow_ok(u32(map, 20) == u32(map, 24)),"
      " length(map, 32 + 56 * u32(map, 20))}",
      "Linux kernel documentation, fiemap", HFP_MEASURED | HFP_DOCUMENTED },
    { NULL, NULL, NULL, NULL, 0 },
};
