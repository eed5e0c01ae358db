/* SPDX-License-Identifier: MIT */

/* The walk: directories, links, attributes, files whose size nobody knows. */

#define _GNU_SOURCE 1

#include "calls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/syscall.h>
#include <sys/xattr.h>
#endif

static hf_status current_directory(walk *w)
{
    char expected[4096];
    assert_non_null(getcwd(expected, sizeof expected));
    hf_status status = walk_do(w, HF_NO_ARGS);
    walk_expect_text(w, 0, expected);
    return status;
}

static hf_status link_of_the_program(walk *w)
{
    return walk_do(w, HF_ARGS(HF_CSTR("/proc/self/exe")));
}

/* A link of 300 characters, which is more than the first room. */
static hf_status long_link_at_a_directory(walk *w)
{
    char directory[] = "/tmp/hf_walkXXXXXX";
    char path[64], target[301];
    memset(target, 'x', 300);
    target[300] = 0;
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/link", directory);
    assert_int_equal(symlink(target, path), 0);
    int file = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(file >= 0);
    hf_status status = walk_do(w, HF_ARGS(HF_INT(file), HF_CSTR("link")));
    walk_expect_text(w, 0, target);
    close(file);
    unlink(path);
    rmdir(directory);
    return status;
}

static hf_status whole_file_of_proc(walk *w)
{
    static char expected[65536];
    FILE *stream = fopen("/proc/filesystems", "r");
    assert_non_null(stream);
    size_t size = fread(expected, 1, sizeof expected - 1, stream);
    fclose(stream);
    expected[size] = 0;
    int file = open("/proc/filesystems", O_RDONLY | O_CLOEXEC);
    hf_status status = walk_do(w, HF_ARGS(HF_INT(file), HF_INT(0)));
    close(file);
    assert_int_equal(hf_bytes_size(hf_result_out(&w->result, 0)), size);
    walk_expect_text(w, 0, expected);
    return status;
}

#if defined(__linux__)
static hf_status current_directory_of_the_kernel(walk *w)
{
    char expected[4096];
    assert_non_null(getcwd(expected, sizeof expected));
    hf_status status = walk_do(w, HF_ARGS(HF_LONG(SYS_getcwd)));
    walk_expect_text(w, 0, expected);
    assert_int_equal(hf_bytes_size(hf_result_out(&w->result, 0)), strlen(expected));
    return status;
}

/* ---- attributes ---- */

#define VALUE_SIZE 700u

/* A file with an attribute: where file systems have none for everybody, there are others. */
typedef struct attributed {
    char path[64];
    const char *name;
    unsigned char value[VALUE_SIZE];
} attributed;

static void make_attributed(attributed *a)
{
    static const char *const places[] = { "/tmp", "/var/tmp", "/dev/shm", "." };
    static const char *const names[] = { "user.walk", "trusted.walk", "security.walk" };
    for (unsigned i = 0; i < VALUE_SIZE; i++) {
        a->value[i] = (unsigned char)(i * 7);
    }
    for (unsigned i = 0; i < sizeof places / sizeof places[0]; i++) {
        snprintf(a->path, sizeof a->path, "%s/hf_walkXXXXXX", places[i]);
        int file = mkstemp(a->path);
        if (file < 0) {
            continue;
        }
        close(file);
        for (unsigned n = 0; n < sizeof names / sizeof names[0]; n++) {
            a->name = names[n];
            if (setxattr(a->path, a->name, a->value, VALUE_SIZE, 0) == 0) {
                return;
            }
        }
        unlink(a->path);
    }
    fail_msg("no file system here has attributes");
}

static void expect_attribute(walk *w, const attributed *a)
{
    size_t size;
    void *copy = walk_copy(w, 0, &size);
    assert_int_equal(size, VALUE_SIZE);
    assert_memory_equal(copy, a->value, size);
    free(copy);
}

static void expect_attribute_name(walk *w, const attributed *a)
{
    size_t size;
    char *names = walk_copy(w, 0, &size);
    bool is_there = false;
    for (size_t at = 0; at < size; at += strlen(names + at) + 1) {
        is_there |= strcmp(names + at, a->name) == 0;
    }
    assert_true(is_there);
    free(names);
}

static hf_status attribute_of_a_path(walk *w)
{
    attributed a;
    make_attributed(&a);
    hf_status status = walk_do(w, HF_ARGS(HF_CSTR(a.path), HF_CSTR(a.name)));
    unlink(a.path);
    expect_attribute(w, &a);
    return status;
}

static hf_status attribute_of_a_file(walk *w)
{
    attributed a;
    make_attributed(&a);
    int file = open(a.path, O_RDONLY | O_CLOEXEC);
    hf_status status = walk_do(w, HF_ARGS(HF_INT(file), HF_CSTR(a.name)));
    close(file);
    unlink(a.path);
    expect_attribute(w, &a);
    return status;
}

static hf_status names_of_a_path(walk *w)
{
    attributed a;
    make_attributed(&a);
    hf_status status = walk_do(w, HF_ARGS(HF_CSTR(a.path)));
    unlink(a.path);
    expect_attribute_name(w, &a);
    return status;
}

static hf_status names_of_a_file(walk *w)
{
    attributed a;
    make_attributed(&a);
    int file = open(a.path, O_RDONLY | O_CLOEXEC);
    hf_status status = walk_do(w, HF_ARGS(HF_INT(file)));
    close(file);
    unlink(a.path);
    expect_attribute_name(w, &a);
    return status;
}
#endif

WALK_PART(files);
const walk_call walk_calls_files[] = {
    { "getcwd", current_directory, WALK_SAME },
    { "readlink", link_of_the_program, WALK_SAME },
    { "readlinkat", long_link_at_a_directory, WALK_SAME },
    { "pread", whole_file_of_proc, WALK_SAME },
#if defined(__linux__)
    { "getcwd:kernel", current_directory_of_the_kernel, WALK_SAME },
    { "getxattr", attribute_of_a_path, WALK_SAME },
    { "lgetxattr", attribute_of_a_path, WALK_SAME },
    { "fgetxattr", attribute_of_a_file, WALK_SAME },
    { "listxattr", names_of_a_path, WALK_SAME },
    { "llistxattr", names_of_a_path, WALK_SAME },
    { "flistxattr", names_of_a_file, WALK_SAME },
#endif
    { NULL, NULL, WALK_SAME },
};
