/* SPDX-License-Identifier: MIT */
/* hf-example: posix threaded timeout=120 */

/*
 * The demonstration on POSIX: system functions whose results have no known size, each started with
 * a buffer far too small and checked against the plain C call.
 */

#if defined(__linux__)
#define _GNU_SOURCE /* a superset of the next line: sys/xattr.h */
#endif
#ifndef _XOPEN_SOURCE
#define _XOPEN_SOURCE 700
#endif

#include "demo/demo.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/xattr.h>
#define HAS_XATTR 1
#else
#define HAS_XATTR 0
#endif

#define NUMBER_(value) #value
#define NUMBER(value)  NUMBER_(value) /* ERANGE as a digit string: prototypes know no macros */

#define PLAIN_MAX  65536
#define VALUE_SIZE 3000

static char plain[PLAIN_MAX]; /* what plain C got */

static const hf_type_size types[] = {
    { "struct passwd", sizeof(struct passwd), _Alignof(struct passwd) },
};

/* ---- between Holdfast and the C library ---- */

static ssize_t watched_readlink(const char *path, char *buffer, size_t size)
{
    demo_watch_out(buffer, size);
    return readlink(path, buffer, size);
}

static char *watched_getcwd(char *buffer, size_t size)
{
    demo_watch_out(buffer, size);
    return getcwd(buffer, size);
}

static int watched_gethostname(char *name, size_t size)
{
    demo_watch_out(name, size);
    return gethostname(name, size);
}

static int watched_getpwuid_r(uid_t uid, struct passwd *entry, char *buffer, size_t size,
                              struct passwd **found)
{
    demo_watch_out(buffer, size);
    return getpwuid_r(uid, entry, buffer, size, found);
}

/* ---- names ---- */

static void show_readlink(demo *d, hf_library *libc, const char *folder)
{
    char target[301];
    char path[200];
    memset(target, 'x', sizeof target - 1);
    memcpy(target, "/a/long/way/to/", 15);
    target[sizeof target - 1] = '\0';
    snprintf(path, sizeof path, "%s/link", folder);
    if (symlink(target, path) != 0) {
        demo_fail(d, "symlink %s: %s", path, strerror(errno));
        return;
    }
    demo_pair pair = demo_bind_pair(
        d, libc,
        "ssize_t readlink(const char *path, char *buffer {out, text},"
        "                 size_t size {capacity(buffer)})"
        " {fail(result < 0), error(errno), grow_ok(result == size), length(buffer, result)}",
        1, (void *)watched_readlink);
    ssize_t size = readlink(path, plain, sizeof plain);
    demo_row row = {
        HF_ARGS(HF_CSTR(path)), 0, plain, size > 0 ? (size_t)size : 0, false, NULL, NULL
    };
    demo_check(d, &pair, &row);
    (void)unlink(path);
}

static void show_getcwd(demo *d, hf_library *libc)
{
    demo_pair pair =
        demo_bind_pair(d, libc,
                       "char *getcwd(char *buffer {out, text}, size_t size {capacity(buffer)})"
                       " {fail(result == 0), error(errno), grow(error == " NUMBER(ERANGE) ")}",
                       1, (void *)watched_getcwd);
    if (!getcwd(plain, sizeof plain)) {
        demo_fail(d, "getcwd: %s", strerror(errno));
        return;
    }
    demo_row row = { HF_NO_ARGS, 0, plain, strlen(plain), false, NULL, NULL };
    demo_check(d, &pair, &row);
}

static void show_gethostname(demo *d, hf_library *libc)
{
    demo_pair pair =
        demo_bind_pair(d, libc,
                       "int gethostname(char *name {out, text}, size_t size {capacity(name)})"
                       " {fail(result != 0), error(errno),"
                       "  grow(error == " NUMBER(ENAMETOOLONG) " || error == " NUMBER(EINVAL) ")}",
                       1, (void *)watched_gethostname);
    if (gethostname(plain, sizeof plain) != 0) {
        demo_fail(d, "gethostname: %s", strerror(errno));
        return;
    }
    demo_row row = { HF_NO_ARGS, 0, plain, strlen(plain), false, NULL, NULL };
    demo_check(d, &pair, &row);
}

/* ---- a result that points into its buffer ---- */

/* Follows the entry's own pointers, which must lead into the buffer that came with it. */
static bool is_entry_same(hf_thread *thread, const hf_result *result, const void *expected)
{
    const struct passwd *wanted = expected;
    hf_span entry_span;
    hf_span text;
    HF_FENCE(thread, first, hf_result_out(result, 0), &entry_span);
    HF_FENCE(thread, second, hf_result_out(result, 1), &text);
    const struct passwd *entry = entry_span.data;
    bool is_same = false;
    if (entry && text.data) {
        uintptr_t name = (uintptr_t)entry->pw_name - (uintptr_t)text.data;
        uintptr_t home = (uintptr_t)entry->pw_dir - (uintptr_t)text.data;
        is_same = name < text.size && home < text.size && entry->pw_uid == wanted->pw_uid &&
                  strcmp(entry->pw_name, wanted->pw_name) == 0 &&
                  strcmp(entry->pw_dir, wanted->pw_dir) == 0 &&
                  (uintptr_t)hf_result_scalar(result, 0) == (uintptr_t)entry;
    }
    hf_fence_end(&second);
    hf_fence_end(&first);
    return is_same;
}

static void show_getpwuid(demo *d, hf_library *libc)
{
    demo_pair pair =
        demo_bind_pair(d, libc,
                       "int getpwuid_r(uid_t uid, struct passwd *entry {out, points_into(buffer)},"
                       "               char *buffer {out}, size_t size {capacity(buffer)},"
                       "               struct passwd **found {out, points_into(entry)})"
                       " {fail(result != 0), error(result), grow(error == " NUMBER(ERANGE) ")}",
                       1, (void *)watched_getpwuid_r);
    char shown[200];
    struct passwd expected;
    struct passwd *found = NULL;
    uid_t uid = getuid();
    if (getpwuid_r(uid, &expected, plain, sizeof plain, &found) != 0 || !found) {
        uid = 0; /* some containers run as a user without an entry */
    }
    if (getpwuid_r(uid, &expected, plain, sizeof plain, &found) != 0 || !found) {
        printf("%-34s left out: there is no entry for this user or the superuser\n", "getpwuid_r");
        return;
    }
    snprintf(shown, sizeof shown, "%s in %s", expected.pw_name, expected.pw_dir);
    demo_row row = { HF_ARGS(HF_UINT(uid)), 1, &expected, 0, false, shown, is_entry_same };
    demo_check(d, &pair, &row);
}

/* ---- extended attributes ---- */

#if HAS_XATTR

static ssize_t watched_listxattr(const char *path, char *list, size_t size)
{
    demo_watch_out(list, size);
    return listxattr(path, list, size);
}

static ssize_t watched_getxattr(const char *path, const char *name, void *value, size_t size)
{
    demo_watch_out(value, size);
    return getxattr(path, name, value, size);
}

/* Makes a file with an attribute, here or there: not every file system takes them. */
static const char *make_attribute(const char *folder, char *path, size_t path_size)
{
    static const char *const names[] = { "user.holdfast-demo", "security.holdfast-demo" };
    const char *const folders[] = { folder, "." };
    static char value[VALUE_SIZE];
    for (size_t i = 0; i < sizeof value; i++) {
        value[i] = (char)('a' + i % 26);
    }
    for (size_t i = 0; i < 4; i++) {
        snprintf(path, path_size, "%s/holdfast-demo-%ld", folders[i % 2], (long)getpid());
        int file = open(path, O_CREAT | O_WRONLY, 0600);
        if (file >= 0) {
            int status = fsetxattr(file, names[i / 2], value, sizeof value, 0);
            (void)close(file);
            if (status == 0) {
                return names[i / 2];
            }
            (void)unlink(path);
        }
    }
    return NULL;
}

static void show_attributes(demo *d, hf_library *libc, const char *folder)
{
    char path[200];
    const char *name = make_attribute(folder, path, sizeof path);
    if (!name) {
        printf("%-34s left out: no file system here takes attributes (%s)\n", "listxattr, getxattr",
               strerror(errno));
        return;
    }
    demo_pair list = demo_bind_pair(
        d, libc,
        "ssize_t listxattr(const char *path, char *list {out}, size_t size {capacity(list)})"
        " {fail(result < 0), error(errno), grow(error == " NUMBER(ERANGE) "),"
                                                                          "  length(list, result)}",
        1, (void *)watched_listxattr);
    ssize_t size = listxattr(path, plain, sizeof plain);
    demo_row row = {
        HF_ARGS(HF_CSTR(path)), 0, plain, size > 0 ? (size_t)size : 0, false, NULL, NULL
    };
    demo_check(d, &list, &row);

    demo_pair get =
        demo_bind_pair(d, libc,
                       "ssize_t getxattr(const char *path, const char *name, void *value {out},"
                       "                 size_t size {capacity(value)})"
                       " {fail(result < 0), error(errno), grow(error == " NUMBER(
                           ERANGE) "),"
                                   "  length(value, result)}",
                       1, (void *)watched_getxattr);
    size = getxattr(path, name, plain, sizeof plain);
    row.arguments = HF_ARGS(HF_CSTR(path), HF_CSTR(name));
    row.size = size > 0 ? (size_t)size : 0;
    demo_check(d, &get, &row);
    (void)unlink(path);
}

#else

static void show_attributes(demo *d, hf_library *libc, const char *folder)
{
    (void)d;
    (void)libc;
    (void)folder;
    printf("%-34s left out: this system has other functions for them\n", "listxattr, getxattr");
}

#endif

int main(void)
{
    static demo d;
    char folder[] = "/tmp/holdfast-demo-XXXXXX";
    if (!mkdtemp(folder)) {
        perror(folder);
        return 1;
    }
    d.types = types;
    d.type_count = sizeof types / sizeof types[0];
    if (!demo_begin(&d)) {
        (void)rmdir(folder);
        return 1;
    }
    demo_print_head("POSIX: everything unpinned moves at each crossing, and a thread collects");
    hf_library *libc = demo_library(&d, "c");
    if (libc) {
        show_readlink(&d, libc, folder);
        show_getcwd(&d, libc);
        show_gethostname(&d, libc);
        show_getpwuid(&d, libc);
        show_attributes(&d, libc, folder);
    }
    (void)rmdir(folder);
    return demo_end(&d);
}
