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
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
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

/* In pieces to the end, which is far behind the largest of them. */
static hf_status stream_to_its_end(walk *w)
{
    static unsigned char expected[300001];
    for (size_t i = 0; i < sizeof expected; i++) {
        expected[i] = (unsigned char)(i * 31 >> 3);
    }
    FILE *stream = tmpfile();
    assert_non_null(stream);
    assert_int_equal(fwrite(expected, 1, sizeof expected, stream), sizeof expected);
    assert_int_equal(fflush(stream), 0);
    int file = fileno(stream);
    assert_int_equal(lseek(file, 0, SEEK_SET), 0);
    hf_status status = walk_do(w, HF_ARGS(HF_INT(file)));
    fclose(stream);
    size_t size;
    void *copy = walk_copy(w, 0, &size);
    assert_int_equal(size, sizeof expected);
    assert_memory_equal(copy, expected, size);
    free(copy);
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

/* ---- mounts ---- */

/* As struct mnt_id_req is, in every header there is of it. */
typedef struct mount_request {
    uint32_t size, spare;
    uint64_t id, what;
} mount_request;

#define STATMOUNT 457 /* on all machines alike */
#define LISTMOUNT 458

/* Older systems have neither, and containers may forbid them: then the code has to be the same. */
static hf_status same_code(walk *w, hf_status status, int error)
{
    assert_int_equal(status, HF_E_NATIVE);
    assert_int_equal(w->result.error, error);
    return HF_OK;
}

static hf_status mounts(walk *w)
{
    static uint64_t expected[4096];
    mount_request root = { .size = sizeof root, .id = UINT64_MAX };
    long count = syscall(LISTMOUNT, &root, expected, 4096, 0);
    int error = errno;
    hf_status status = walk_do(w, HF_ARGS(HF_LONG(LISTMOUNT), HF_POINTER(&root), HF_UINT(0)));
    if (count < 0) {
        return same_code(w, status, error);
    }
    size_t size;
    void *list = walk_copy(w, 0, &size);
    assert_int_equal(size, (size_t)count * 8);
    assert_memory_equal(list, expected, size);
    free(list);
    return status;
}

static hf_status one_mount(walk *w)
{
    mount_request root = { .size = sizeof root, .id = UINT64_MAX };
    uint64_t first = 0;
    syscall(LISTMOUNT, &root, &first, 1, 0);
    static char expected[65536];
    mount_request one = { .size = sizeof one, .id = first, .what = 0x3f };
    long done = syscall(STATMOUNT, &one, expected, sizeof expected, 0);
    int error = errno;
    hf_status status = walk_do(w, HF_ARGS(HF_LONG(STATMOUNT), HF_POINTER(&one), HF_UINT(0)));
    if (done < 0) {
        return same_code(w, status, error);
    }
    uint32_t expected_size;
    memcpy(&expected_size, expected, sizeof expected_size);
    assert_int_equal(hf_bytes_size(hf_result_out(&w->result, 0)), expected_size);
    return status;
}

/* ---- directories, handles, extents ---- */

/* Two hundred names, which are more than one room holds. */
static hf_status entries_of_a_directory(walk *w)
{
    char directory[] = "/tmp/hf_walkXXXXXX";
    char path[64];
    assert_non_null(mkdtemp(directory));
    for (unsigned i = 0; i < 200; i++) {
        snprintf(path, sizeof path, "%s/entry_%u", directory, i);
        close(open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    }
    int file = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    hf_status status = walk_do(w, HF_ARGS(HF_INT(file)));
    close(file);
    for (unsigned i = 0; i < 200; i++) {
        snprintf(path, sizeof path, "%s/entry_%u", directory, i);
        unlink(path);
    }
    rmdir(directory);
    size_t size;
    unsigned count = 0;
    char *entries = walk_copy(w, 0, &size);
    for (size_t at = 0; at < size; count++) {
        unsigned short length; /* behind inode and offset, of 8 bytes each */
        memcpy(&length, entries + at + 16, sizeof length);
        at += length;
    }
    free(entries);
    walk_note(w, &count, sizeof count);
    assert_int_equal(count, 202); /* and the two directories */
    return status;
}

/* Some file systems have no handles; then the code has to be the same. */
static hf_status handle_of_a_file(walk *w)
{
    struct {
        struct file_handle head;
        unsigned char bytes[128];
    } expected = { .head = { .handle_bytes = 128 } };
    int mount;
    int direct = name_to_handle_at(AT_FDCWD, "/tmp", &expected.head, &mount, 0);
    int error = errno;
    hf_status status = walk_do(w, HF_ARGS(HF_INT(AT_FDCWD), HF_CSTR("/tmp"), HF_INT(0)));
    if (direct < 0) {
        assert_int_equal(status, HF_E_NATIVE);
        assert_int_equal(w->result.error, error);
        return HF_OK;
    }
    size_t size;
    void *handle = walk_copy(w, 0, &size);
    assert_int_equal(size, 8 + 128);
    assert_memory_equal(handle, &expected, 8 + expected.head.handle_bytes);
    free(handle);
    assert_int_equal(hf_result_scalar(&w->result, 0), mount);
    return status;
}

/* Holes make extents.  Not every file system says where a file lies, so that the code may have to
 * be the same. */
static hf_status extents_of_a_file(walk *w)
{
    char path[] = "/var/tmp/hf_walkXXXXXX";
    struct fiemap counted = { .fm_length = FIEMAP_MAX_OFFSET };
    int file = mkstemp(path);
    assert_true(file >= 0);
    unlink(path);
    for (int i = 0; i < 40; i++) {
        assert_int_equal(pwrite(file, path, sizeof path, i * 65536), sizeof path);
    }
    fsync(file);
    int direct = ioctl(file, FS_IOC_FIEMAP, &counted);
    int error = errno;
    hf_status status = walk_do(
        w, HF_ARGS(HF_INT(file), HF_UINT(FS_IOC_FIEMAP), HF_UINT(0), HF_UINT(FIEMAP_MAX_OFFSET)));
    close(file);
    if (direct < 0) {
        assert_int_equal(status, HF_E_NATIVE);
        assert_int_equal(w->result.error, error);
        return HF_OK;
    }
    assert_true(counted.fm_mapped_extents > 0);
    assert_int_equal(hf_bytes_size(hf_result_out(&w->result, 0)),
                     32 + 56 * counted.fm_mapped_extents);
    return status;
}
#endif

WALK_PART(files);
const walk_call walk_calls_files[] = {
    { "getcwd", current_directory, WALK_SAME },
    { "readlink", link_of_the_program, WALK_SAME },
    { "readlinkat", long_link_at_a_directory, WALK_SAME },
    { "pread", whole_file_of_proc, WALK_SAME },
    { "read", stream_to_its_end, WALK_SAME },
#if defined(__linux__)
    { "getcwd:kernel", current_directory_of_the_kernel, WALK_SAME },
    { "getxattr", attribute_of_a_path, WALK_SAME },
    { "lgetxattr", attribute_of_a_path, WALK_SAME },
    { "fgetxattr", attribute_of_a_file, WALK_SAME },
    { "listxattr", names_of_a_path, WALK_SAME },
    { "llistxattr", names_of_a_path, WALK_SAME },
    { "flistxattr", names_of_a_file, WALK_SAME },
    { "getdents64", entries_of_a_directory, WALK_NOTED },
    { "listmount", mounts, WALK_SAME },
    { "statmount", one_mount, WALK_SAME },
    { "name_to_handle_at", handle_of_a_file, WALK_SAME },
    { "ioctl:FS_IOC_FIEMAP", extents_of_a_file, WALK_NOTED },
#endif
    { NULL, NULL, WALK_SAME },
};
