/* SPDX-License-Identifier: MIT */

/*
 * The catalogue: what Linux does not have.
 *
 * These rows are data on every system, so that their prototypes are checked everywhere; where the
 * function is missing, whoever asks for it is told so by name.  Codes that differ among the systems
 * are written as numbers, with the system in a comment; ENOMEM and ERANGE are the same everywhere.
 */

#include "natives.h"

#include <errno.h>

/* The value grows while it is read, so that the estimate gets an eighth on top. */
#define SYSCTL_VALUE                                                                               \
    "void *value {out}, size_t *size {inout, capacity(value), length(value)},"                     \
    " const void *new_value {raw}, size_t new_size)"                                               \
    " {" HFP_FAILS_BELOW_0 ", " HFP_GROWS(ENOMEM) "}"

/* FreeBSD cuts a list of names without a word. */
#define EXTATTR(what)                                                                              \
    "void *" what " {out}, size_t size {capacity(" what ")})"                                      \
    " {" HFP_FAILS_BELOW_0 ", grow_ok(result == size), length(" what ", result)}"

/* options: with FSOPT_REPORT_FULLSIZE (4), without which a list that was cut does not say so. */
#define ATTRIBUTES                                                                                 \
    "const struct attrlist *wanted, void *list {out, room(least 4)}, size_t size"                  \
    " {capacity(list)}, unsigned long options"
#define ATTRIBUTES_ROLES                                                                           \
    " {" HFP_FAILS_BELOW_0 ", grow_ok(u32(list, 0) > size), needed(list, u32(list, 0)),"           \
    " length(list, u32(list, 0))}"

#define DARWIN_ATTRIBUTE " {" HFP_FAILS_BELOW_0 ", " HFP_GROWS(ERANGE) ", length(value, result)}"

const hfp_native hfp_natives_elsewhere[] = {
    /* ---- BSD and macOS ---- */
    { "sysctl", "c",
      "int sysctl(const int *name, unsigned int name_count {capacity(name)}, " SYSCTL_VALUE,
      "FreeBSD sysctl(3), macOS sysctl(3)", HFP_PUBLISHED },
    { "sysctlbyname", "c", "int sysctlbyname(const char *name, " SYSCTL_VALUE,
      "FreeBSD sysctl(3), macOS sysctl(3)", HFP_PUBLISHED },
    { "sysctlnametomib", "c",
      "int sysctlnametomib(const char *name, int *numbers {out}, size_t *count {inout,"
      " capacity(numbers), length(numbers)}) {" HFP_FAILS_BELOW_0 ", " HFP_GROWS(ENOMEM) "}",
      "FreeBSD sysctl(3), macOS sysctl(3)", HFP_DOCUMENTED },
    { "getfsstat", "c",
      "int getfsstat(struct statfs *list {out}, long size {capacity(list, bytes)}, int mode)"
      " {" HFP_FAILS_BELOW_0 ", grow_ok((result + 1) * sizeof(struct statfs) > size),"
      " length(list, result)}",
      "FreeBSD getfsstat(2), macOS getfsstat(2)", HFP_DOCUMENTED },

    /* ---- FreeBSD ---- */
    { "extattr_get_file", "c",
      "ssize_t extattr_get_file(const char *path, int space, const char *name, " EXTATTR("value"),
      "FreeBSD extattr_get_file(2)", HFP_DOCUMENTED },
    { "extattr_get_link", "c",
      "ssize_t extattr_get_link(const char *path, int space, const char *name, " EXTATTR("value"),
      "FreeBSD extattr_get_file(2)", HFP_DOCUMENTED },
    { "extattr_get_fd", "c",
      "ssize_t extattr_get_fd(int file, int space, const char *name, " EXTATTR("value"),
      "FreeBSD extattr_get_file(2)", HFP_DOCUMENTED },
    { "extattr_list_file", "c",
      "ssize_t extattr_list_file(const char *path, int space, " EXTATTR("names"),
      "FreeBSD extattr_get_file(2)", HFP_PUBLISHED },
    { "extattr_list_link", "c",
      "ssize_t extattr_list_link(const char *path, int space, " EXTATTR("names"),
      "FreeBSD extattr_get_file(2)", HFP_PUBLISHED },
    { "extattr_list_fd", "c", "ssize_t extattr_list_fd(int file, int space, " EXTATTR("names"),
      "FreeBSD extattr_get_file(2)", HFP_PUBLISHED },
    /* ERANGE also where it is larger than any set can be: CPU_MAXSIZE is 1024. */
    { "cpuset_getaffinity", "c",
      "int cpuset_getaffinity(int level, int which, int64_t id, size_t size {capacity(mask, "
      "bytes)},"
      " unsigned long *mask {out, room(first 4, most 16)})"
      " {" HFP_FAILS_BELOW_0 ", " HFP_GROWS(ERANGE) "}",
      "FreeBSD cpuset_getaffinity(2)", HFP_DOCUMENTED },
    { "getloginclass", "c",
      "int getloginclass(char *name {out, text}, size_t size {capacity(name)})"
      " {" HFP_FAILS_BELOW_0 ", grow(error == 63)}", /* ENAMETOOLONG of FreeBSD */
      "FreeBSD getloginclass(2)", HFP_DOCUMENTED },

    /* ---- macOS ---- */
    /* The slot says what is needed when it is too small, and stays as it was when it is not. */
    { "_NSGetExecutablePath", "c",
      "int _NSGetExecutablePath(char *path {out, text},"
      " uint32_t *size {inout, capacity(path), needed(path)}) {fail(result != 0), grow(result != "
      "0)}",
      "macOS dyld(3)", HFP_PUBLISHED },
    { "proc_listpids", "c",
      "int proc_listpids(uint32_t kind, uint32_t which, int *processes {out},"
      " int size {capacity(processes, bytes)})"
      " {fail(result <= 0), error(errno), grow_ok(size - result < 4),"
      " length(processes, result, bytes)}",
      "macOS libproc.h", HFP_DOCUMENTED },
    { "proc_listallpids", "c",
      "int proc_listallpids(int *processes {out}, int size {capacity(processes, bytes)})"
      " {fail(result <= 0), error(errno), grow_ok(size - 4 * result < 4),"
      " length(processes, result)}",
      "macOS libproc.h", HFP_DOCUMENTED },
    /* flavor: a list, as PROC_PIDLISTFDS, whose elements have 8 bytes. */
    { "proc_pidinfo", "c",
      "int proc_pidinfo(int process, int flavor, uint64_t argument, void *list {out},"
      " int size {capacity(list)})"
      " {fail(result <= 0), error(errno), grow(error == " HFP_NUMBER(
          ENOMEM) "), grow_ok(size - result < 8), length(list, result)}",
      "macOS libproc.h", HFP_DOCUMENTED },
    /* No more than PROC_PIDPATHINFO_MAXSIZE, which is EOVERFLOW. */
    { "proc_pidpath", "c",
      "int proc_pidpath(int process, char *path {out, text, room(first 1024, most 4096)},"
      " uint32_t size {capacity(path)})"
      " {fail(result <= 0), error(errno), " HFP_GROWS(ENOMEM) ", length(path, result)}",
      "macOS libproc.h", HFP_DOCUMENTED },
    { "getattrlist", "c", "int getattrlist(const char *path, " ATTRIBUTES ")" ATTRIBUTES_ROLES,
      "macOS getattrlist(2)", HFP_DOCUMENTED },
    { "fgetattrlist", "c", "int fgetattrlist(int file, " ATTRIBUTES ")" ATTRIBUTES_ROLES,
      "macOS getattrlist(2)", HFP_DOCUMENTED },
    { "getxattr:macos", "c",
      "ssize_t getxattr(const char *path, const char *name, void *value {out},"
      " size_t size {capacity(value)}, uint32_t position, int options)" DARWIN_ATTRIBUTE,
      "macOS getxattr(2)", HFP_DOCUMENTED },
    { "fgetxattr:macos", "c",
      "ssize_t fgetxattr(int file, const char *name, void *value {out},"
      " size_t size {capacity(value)}, uint32_t position, int options)" DARWIN_ATTRIBUTE,
      "macOS getxattr(2)", HFP_DOCUMENTED },
    { "listxattr:macos", "c",
      "ssize_t listxattr(const char *path, char *value {out}, size_t size {capacity(value)},"
      " int options)" DARWIN_ATTRIBUTE,
      "macOS listxattr(2)", HFP_DOCUMENTED },
    { "flistxattr:macos", "c",
      "ssize_t flistxattr(int file, char *value {out}, size_t size {capacity(value)}, int "
      "options)" DARWIN_ATTRIBUTE,
      "macOS listxattr(2)", HFP_DOCUMENTED },
    { NULL, NULL, NULL, NULL, 0 },
};
