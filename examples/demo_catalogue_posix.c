/* SPDX-License-Identifier: MIT */
/* hf-example: posix timeout=120 */

/*
 * The catalogue on POSIX: functions that know no size beforehand, by name.
 *
 * Each line of the table is a name, the arguments and where the value is; no prototype and no loop
 * is in this file.  What a machine does not have is left out and said; fifty others are there.
 */

#define _GNU_SOURCE 1

#include "demo/table.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pwd.h>
#include <pthread.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/syscall.h>
#include <sys/xattr.h>
#endif

#define LEAST 40u

/* ---- what needs no preparation ---- */

static const struct tm moment = { .tm_year = 126, .tm_mon = 10, .tm_mday = 22, .tm_hour = 16 };

static const table_line texts[] = {
    { "getcwd", HF_NO_ARGS, 0, TABLE_TEXT, NULL },
    { "gethostname", HF_NO_ARGS, 0, TABLE_TEXT, NULL },
    { "getdomainname", HF_NO_ARGS, 0, TABLE_TEXT, NULL },
    { "confstr", HF_ARGS(HF_INT(_CS_PATH)), 0, TABLE_TEXT, NULL },
    { "snprintf",
      HF_ARGS(HF_CSTR("%d words and %s, %g"), HF_INT32(7), HF_CSTR("more of them"), HF_DOUBLE(1.5)),
      0, TABLE_TEXT, NULL },
    { "swprintf", HF_ARGS(HF_CSTR("%d and %d"), HF_INT32(1234567), HF_INT32(7654321)), 0,
      TABLE_WIDE, NULL },
    { "strfmon", HF_ARGS(HF_CSTR("[%!.2n]"), HF_DOUBLE(1234.5)), 0, TABLE_TEXT, NULL },
    { "strftime", HF_ARGS(HF_CSTR("%Y-%m-%d %H:%M."), HF_POINTER(&moment)), 0, TABLE_TEXT, NULL },
    { "wcsftime", HF_ARGS(HF_CSTR("%Y-%m-%d %H:%M."), HF_POINTER(&moment)), 0, TABLE_WIDE, NULL },
    { "strxfrm", HF_ARGS(HF_CSTR("a text to be sorted")), 0, TABLE_TEXT, NULL },
    { "wcsxfrm", HF_ARGS(HF_CSTR("a text to be sorted")), 0, TABLE_WIDE, NULL },
    { "mbstowcs", HF_ARGS(HF_CSTR("from narrow to wide")), 0, TABLE_WIDE, NULL },
    { "wcstombs", HF_ARGS(HF_CSTR("from wide to narrow")), 0, TABLE_TEXT, NULL },
    { "regerror", HF_ARGS(HF_INT(REG_EBRACK), HF_NULL), 0, TABLE_TEXT, NULL },
    { "strerror_r", HF_ARGS(HF_INT(2)), 0, TABLE_TEXT, NULL },
    { NULL, NULL, 0, TABLE_TEXT, NULL },
};

static const table_line people[] = {
    { "getpwuid_r", HF_ARGS(HF_UINT(0)), 1, TABLE_ENTRY, NULL },
    { "getpwnam_r", HF_ARGS(HF_CSTR("root")), 1, TABLE_ENTRY, NULL },
    { "getgrgid_r", HF_ARGS(HF_UINT(0)), 1, TABLE_ENTRY, NULL },
    { "getgrnam_r", HF_ARGS(HF_CSTR("tty")), 1, TABLE_ENTRY, NULL },
    { "getgroups", HF_NO_ARGS, 0, TABLE_NUMBERS, NULL },
    { "getgrouplist", HF_ARGS(HF_CSTR("root"), HF_UINT(0)), 0, TABLE_NUMBERS, NULL },
    { NULL, NULL, 0, TABLE_TEXT, NULL },
};

#if defined(__linux__)
static const table_line of_linux[] = {
    { "getcwd:kernel", HF_ARGS(HF_LONG(SYS_getcwd)), 0, TABLE_TEXT, NULL },
    { "readlink", HF_ARGS(HF_CSTR("/proc/self/exe")), 0, TABLE_TEXT, NULL },
    { "listxattr", HF_ARGS(HF_CSTR(".")), 0, TABLE_TEXT, NULL },
    { "llistxattr", HF_ARGS(HF_CSTR(".")), 0, TABLE_TEXT, NULL },
    { "strfromd", HF_ARGS(HF_CSTR("%.6f"), HF_DOUBLE(1234.5)), 0, TABLE_TEXT, NULL },
    { "getpwent_r", HF_NO_ARGS, 1, TABLE_ENTRY, setpwent },
    { "getgrent_r", HF_NO_ARGS, 1, TABLE_ENTRY, setgrent },
    { "getprotobyname_r", HF_ARGS(HF_CSTR("tcp")), 1, TABLE_ENTRY, NULL },
    { "getprotobynumber_r", HF_ARGS(HF_INT(17)), 1, TABLE_ENTRY, NULL },
    { "getservbyname_r", HF_ARGS(HF_CSTR("ssh"), HF_CSTR("tcp")), 1, TABLE_ENTRY, NULL },
    { "getnetbyname_r", HF_ARGS(HF_CSTR("loopback")), 1, TABLE_ENTRY, NULL },
    { "gethostbyname_r", HF_ARGS(HF_CSTR("127.0.0.1")), 1, TABLE_CHANGES, NULL },
    { "gethostbyname2_r", HF_ARGS(HF_CSTR("::1"), HF_INT(AF_INET6)), 1, TABLE_CHANGES, NULL },
    { "sched_getaffinity", HF_ARGS(HF_INT(0)), 0, TABLE_BITS, NULL },
    { "sched_getaffinity:kernel", HF_ARGS(HF_LONG(SYS_sched_getaffinity), HF_INT(0)), 0, TABLE_BITS,
      NULL },
    { "getentropy", HF_ARGS(HF_SIZE(64)), 0, TABLE_CHANGES, NULL },
    { "backtrace", HF_NO_ARGS, 0, TABLE_CHANGES, NULL },
    { NULL, NULL, 0, TABLE_TEXT, NULL },
};
#endif

/* ---- addresses ---- */

static void show_addresses(table *t)
{
    HF_FRAME(t->thread);
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(8080) };
    struct in6_addr sixth;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    (void)inet_pton(AF_INET6, "2001:db8:1234:5678:9abc:def0:1234:5678", &sixth);
    hf_ref lent = table_bytes(t, &address, sizeof address);
    const table_line lines[] = {
        { "inet_ntop", HF_ARGS(HF_INT(AF_INET6), HF_POINTER(&sixth)), 0, TABLE_TEXT, NULL },
#if defined(__linux__)
        { "getservbyport_r", HF_ARGS(HF_INT(htons(53)), HF_NULL), 1, TABLE_ENTRY, NULL },
#endif
        { "getnameinfo",
          HF_ARGS(HF_BUFFER(lent, 0, HF_WHOLE), HF_INT(NI_NUMERICHOST | NI_NUMERICSERV)), 0,
          TABLE_TEXT, NULL },
        { NULL, NULL, 0, TABLE_TEXT, NULL },
    };
    table_show_all(t, lines);
}

/* ---- files ---- */

#define VALUE_SIZE 700

static char folder[] = "/tmp/holdfast-table-XXXXXX";
static char path[64];

static void show_link(table *t)
{
    char target[301];
    memset(target, '/', sizeof target - 1);
    memcpy(target, "/a/long/way/to", 14);
    target[sizeof target - 1] = 0;
    snprintf(path, sizeof path, "%s/link", folder);
    if (symlink(target, path) == 0) {
        int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        const table_line line = { "readlinkat", HF_ARGS(HF_INT(file), HF_CSTR("link")), 0,
                                  TABLE_TEXT, NULL };
        table_show(t, &line);
        (void)close(file);
        (void)unlink(path);
    }
}

/* A file whose size nobody knows: the system says 0. */
static void show_file(table *t)
{
    int file = open("/proc/filesystems", O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return;
    }
    const table_line line = { "pread", HF_ARGS(HF_INT(file), HF_INT(0)), 0, TABLE_TEXT, NULL };
    table_show(t, &line);
    (void)close(file);
}

#if defined(__linux__)
/* Some file systems take attributes of users, some those of the system's own alone, some none. */
static void show_attributes(table *t)
{
    static const char *const names[] = { "user.holdfast", "trusted.holdfast", "security.holdfast" };
    static char value[VALUE_SIZE];
    memset(value, 'v', sizeof value);
    snprintf(path, sizeof path, "%s/attributed", folder);
    int file = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    const char *name = NULL;
    for (size_t i = 0; i < 3 && !name; i++) {
        name = fsetxattr(file, names[i], value, sizeof value, 0) == 0 ? names[i] : NULL;
    }
    if (name) {
        const table_line lines[] = {
            { "getxattr", HF_ARGS(HF_CSTR(path), HF_CSTR(name)), 0, TABLE_TEXT, NULL },
            { "lgetxattr", HF_ARGS(HF_CSTR(path), HF_CSTR(name)), 0, TABLE_TEXT, NULL },
            { "fgetxattr", HF_ARGS(HF_INT(file), HF_CSTR(name)), 0, TABLE_TEXT, NULL },
            { "flistxattr", HF_ARGS(HF_INT(file)), 0, TABLE_TEXT, NULL },
            { NULL, NULL, 0, TABLE_TEXT, NULL },
        };
        table_show_all(t, lines);
    } else {
        printf("%-36s left out: no file system here takes attributes\n", "getxattr");
    }
    (void)close(file);
    (void)unlink(path);
}

/* ---- terminals and threads ---- */

static void show_terminal(table *t)
{
    char name[128];
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0 ||
        ptsname_r(master, name, sizeof name) != 0) {
        return;
    }
    int terminal = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    const table_line lines[] = {
        { "ptsname_r", HF_ARGS(HF_INT(master)), 0, TABLE_TEXT, NULL },
        { "ttyname_r", HF_ARGS(HF_INT(terminal)), 0, TABLE_TEXT, NULL },
        { NULL, NULL, 0, TABLE_TEXT, NULL },
    };
    table_show_all(t, lines);
    (void)close(terminal);
    (void)close(master);
}

static void show_thread(table *t)
{
    const table_line lines[] = {
        { "pthread_getname_np", HF_ARGS(HF_UINT(pthread_self())), 0, TABLE_TEXT, NULL },
        { "pthread_getaffinity_np", HF_ARGS(HF_UINT(pthread_self())), 0, TABLE_BITS, NULL },
        { NULL, NULL, 0, TABLE_TEXT, NULL },
    };
    table_show_all(t, lines);
}
#endif

int main(void)
{
    static table t;
    if (!table_begin(&t, "POSIX, by name")) {
        return 1;
    }
    table_show_all(&t, texts);
    table_show_all(&t, people);
    show_addresses(&t);
    if (mkdtemp(folder)) {
        show_link(&t);
        show_file(&t);
#if defined(__linux__)
        show_attributes(&t);
#endif
        (void)rmdir(folder);
    }
#if defined(__linux__)
    table_show_all(&t, of_linux);
    show_terminal(&t);
    show_thread(&t);
#endif
    return table_end(&t, LEAST);
}
