/* SPDX-License-Identifier: MIT */
/* hf-test: posix */

/* Directories, links, attributes and contents against the plain C calls. */

#define _GNU_SOURCE 1

#include "runtime.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char place[64];

static void at_place(char *path, size_t size, const char *name)
{
    snprintf(path, size, "%s/%s", place, name);
}

static void write_file(const char *name, const void *bytes, size_t size)
{
    char path[512];
    at_place(path, sizeof path, name);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

static void link_at_place(const char *target, const char *name)
{
    char path[512];
    at_place(path, sizeof path, name);
    assert_int_equal(symlink(target, path), 0);
}

static int begin(void **state)
{
    strcpy(place, "/tmp/hf_filesXXXXXX");
    return mkdtemp(place) ? hf_test_setup(state) : -1;
}

static int end(void **state)
{
    DIR *directory = opendir(place);
    for (struct dirent *one; directory && (one = readdir(directory)) != NULL;) {
        char path[512];
        at_place(path, sizeof path, one->d_name);
        (void)(unlink(path) == 0 || rmdir(path) == 0);
    }
    closedir(directory);
    rmdir(place);
    return hf_test_teardown(state);
}

static void assert_text(hf_ref text, const char *expected)
{
    char seen[4096] = { 0 };
    assert_false(hf_is_null(text));
    assert_int_equal(hf_bytes_size(text), strlen(expected));
    assert_int_equal(hf_bytes_read(text, 0, seen, hf_bytes_size(text)), HF_OK);
    assert_string_equal(seen, expected);
}

/* ---- the current directory, links ---- */

static void files_give_the_current_directory(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref path = hf_local(t->thread);
    char expected[4096];
    int64_t error = 1;
    assert_non_null(getcwd(expected, sizeof expected));
    assert_int_equal(hf_current_directory(t->thread, path, &error), HF_OK);
    assert_text(path, expected);
    assert_int_equal(error, 0);
    assert_int_equal(hf_current_directory(t->thread, NULL, NULL), HF_E_SLOTS);
}

static void files_give_a_links_target(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref target = hf_local(t->thread);
    char path[128], expected[1001];
    int64_t error = 1;
    memset(expected, 'x', 1000);
    expected[1000] = 0;
    link_at_place(expected, "long");
    at_place(path, sizeof path, "long");
    assert_int_equal(hf_link_target(t->thread, path, target, &error), HF_OK);
    assert_text(target, expected);
    assert_int_equal(error, 0);
    assert_int_equal(hf_link_target(t->thread, place, target, &error), HF_E_NATIVE);
    assert_int_equal(error, EINVAL);
    assert_true(hf_is_null(target));
    assert_int_equal(hf_link_target(t->thread, NULL, target, NULL), HF_E_NULL);
}

static void assert_chain(hf_test_runtime *t, const char *name, const char *const *expected)
{
    HF_FRAME(t->thread);
    hf_ref paths = hf_local(t->thread);
    hf_ref path = hf_local(t->thread);
    char from[128], wanted[256];
    int64_t error = 1;
    at_place(from, sizeof from, name);
    assert_int_equal(hf_link_chain(t->thread, from, 0, paths, &error), HF_OK);
    assert_int_equal(error, 0);
    size_t count = 0;
    for (; expected[count]; count++) {
        assert_true(count < hf_array_length(paths));
        at_place(wanted, sizeof wanted, expected[count]);
        assert_int_equal(hf_load_at(paths, count, path), HF_OK);
        assert_text(path, expected[count][0] == '/' ? expected[count] : wanted);
    }
    assert_int_equal(hf_array_length(paths), count);
}

static void files_follow_a_chain_of_links_to_its_end(void **state)
{
    char path[128];
    at_place(path, sizeof path, "inner");
    assert_int_equal(mkdir(path, 0700), 0);
    write_file("inner/file", "x", 1);
    at_place(path, sizeof path, "second");
    link_at_place(path, "first");           /* from the root on */
    link_at_place("inner/third", "second"); /* from the link's directory on */
    link_at_place("../inner/file", "inner/third");
    link_at_place("nowhere", "dangling");
    link_at_place("/dev/null", "away");
    assert_chain(
        *state, "first",
        (const char *const[]){ "first", "second", "inner/third", "inner/../inner/file", NULL });
    assert_chain(*state, "dangling", (const char *const[]){ "dangling", "nowhere", NULL });
    assert_chain(*state, "away", (const char *const[]){ "away", "/dev/null", NULL });
    assert_chain(*state, "inner/file", (const char *const[]){ "inner/file", NULL });
    at_place(path, sizeof path, "inner/third");
    unlink(path);
    at_place(path, sizeof path, "inner/file");
    unlink(path);
}

static void files_end_a_circle_of_links_at_the_limit(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref paths = hf_local(t->thread);
    char path[128];
    int64_t error = 1;
    link_at_place("two", "one");
    link_at_place("one", "two");
    link_at_place("/", "three");
    link_at_place("three", "four");
    at_place(path, sizeof path, "one");
    assert_int_equal(hf_link_chain(t->thread, path, 0, paths, &error), HF_E_LIMIT);
    assert_true(hf_is_null(paths));
    at_place(path, sizeof path, "four");
    assert_int_equal(hf_link_chain(t->thread, path, 1, paths, &error), HF_E_LIMIT);
    assert_int_equal(hf_link_chain(t->thread, path, 2, paths, &error), HF_OK);
    assert_int_equal(hf_array_length(paths), 3);
    at_place(path, sizeof path, "nothing");
    assert_int_equal(hf_link_chain(t->thread, path, 0, paths, &error), HF_E_NATIVE);
    assert_int_equal(error, ENOENT);
    assert_int_equal(hf_link_chain(t->thread, NULL, 0, paths, NULL), HF_E_NULL);
    assert_int_equal(hf_link_chain(t->thread, path, 0, NULL, NULL), HF_E_SLOTS);
}

/* ---- contents ---- */

static void files_are_read_to_their_end_whatever_size_they_say(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref bytes = hf_local(t->thread);
    static const size_t sizes[] = { 0, 1, 4096, 65536, 300001 };
    unsigned char *expected = malloc(300001), *seen = malloc(300001);
    assert_true(expected && seen);
    for (size_t i = 0; i < 300001; i++) {
        expected[i] = (unsigned char)(i * 31 >> 3);
    }
    for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        char path[128];
        int64_t error = 1;
        at_place(path, sizeof path, "file");
        write_file("file", expected, sizes[i]);
        /* its own size is bound enough, and one byte less is not */
        for (unsigned bound = 0; bound < 2; bound++) {
            assert_int_equal(hf_file_bytes(t->thread, path, bound * sizes[i], bytes, &error),
                             HF_OK);
            assert_int_equal(error, 0);
            assert_int_equal(hf_bytes_size(bytes), sizes[i]);
            assert_int_equal(hf_bytes_read(bytes, 0, seen, sizes[i]), HF_OK);
            assert_memory_equal(seen, expected, sizes[i]);
        }
        if (sizes[i] > 1) {
            assert_int_equal(hf_file_bytes(t->thread, path, sizes[i] - 1, bytes, NULL),
                             HF_E_GROW_LIMIT);
            assert_true(hf_is_null(bytes));
            t->report_count = 0; /* the loop says it where it was it that saw it */
        }
    }
    free(expected);
    free(seen);
}

static void files_that_cannot_be_read_say_why_and_stay_closed(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref bytes = hf_local(t->thread);
    int64_t error = 0;
    int before = dup(0);
    close(before);
    assert_int_equal(hf_file_bytes(t->thread, place, 0, bytes, &error), HF_E_NATIVE);
    assert_int_equal(error, EISDIR);
    assert_int_equal(hf_file_bytes(t->thread, "/nothing/here", 0, bytes, &error), HF_E_NATIVE);
    assert_int_equal(error, ENOENT);
    assert_int_equal(hf_file_bytes(t->thread, NULL, 0, bytes, NULL), HF_E_NULL);
    assert_int_equal(hf_file_bytes(t->thread, place, 0, NULL, NULL), HF_E_SLOTS);
    int behind = dup(0);
    close(behind);
    assert_int_equal(behind, before);
}

static void files_are_text_only_if_they_are(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref text = hf_local(t->thread);
    char path[128];
    at_place(path, sizeof path, "text");
    write_file("text", "w\xc3\xb6rd\n", 6);
    assert_int_equal(hf_file_text(t->thread, path, 0, text, NULL), HF_OK);
    assert_text(text, "w\xc3\xb6rd\n");
    write_file("text", "", 0);
    assert_int_equal(hf_file_text(t->thread, path, 0, text, NULL), HF_OK);
    assert_text(text, "");
    write_file("text", "ab\xff", 3);
    assert_int_equal(hf_file_text(t->thread, path, 0, text, NULL), HF_E_UTF);
    assert_non_null(strstr(t->report[0].message, "at byte 2"));
    hf_test_expect_report(t, HF_E_UTF, "hf_file_text", "path");
    assert_true(hf_is_null(text));
    write_file("text", "abc\0d", 5);
    assert_int_equal(hf_file_text(t->thread, path, 0, text, NULL), HF_E_EMBEDDED_NUL);
    assert_non_null(strstr(t->report[0].message, "at byte 3"));
    hf_test_expect_report(t, HF_E_EMBEDDED_NUL, "hf_file_text", "path");
    assert_int_equal(hf_file_text(t->thread, NULL, 0, text, NULL), HF_E_NULL);
}

#if defined(__linux__)
static void files_of_proc_are_as_a_plain_loop_reads_them(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref bytes = hf_local(t->thread);
    static const char *const paths[] = { "/proc/filesystems", "/proc/cpuinfo",
                                         "/proc/self/cmdline" };
    static char expected[1 << 20], seen[1 << 20];
    for (unsigned i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        FILE *file = fopen(paths[i], "re");
        assert_non_null(file);
        size_t size = fread(expected, 1, sizeof expected, file);
        fclose(file);
        assert_int_equal(hf_file_bytes(t->thread, paths[i], 0, bytes, NULL), HF_OK);
        assert_true(size > 0);
        if (i != 1) { /* which has the frequency of this moment in it */
            assert_int_equal(hf_bytes_size(bytes), size);
            assert_int_equal(hf_bytes_read(bytes, 0, seen, size), HF_OK);
            assert_memory_equal(seen, expected, size);
        }
    }
    /* more than the system gives at once */
    assert_int_equal(hf_file_text(t->thread, "/proc/self/maps", 0, bytes, NULL), HF_OK);
    assert_true(hf_bytes_size(bytes) > 0);
    char last = 0;
    assert_int_equal(hf_bytes_read(bytes, hf_bytes_size(bytes) - 1, &last, 1), HF_OK);
    assert_int_equal(last, '\n');
}

/* ---- directories ---- */

static void assert_entry(hf_test_runtime *t, hf_ref entry, unsigned *found)
{
    HF_FRAME(t->thread);
    hf_ref name = hf_local(t->thread);
    char seen[300] = { 0 }, path[512];
    uint64_t inode = 0;
    uint32_t type = 99;
    struct stat expected;
    assert_int_equal(hf_load(entry, HF_ENTRY_NAME, name), HF_OK);
    assert_true(hf_bytes_size(name) < sizeof seen);
    assert_int_equal(hf_bytes_read(name, 0, seen, hf_bytes_size(name)), HF_OK);
    assert_int_equal(hf_get(entry, HF_ENTRY_INODE, &inode, sizeof inode), HF_OK);
    assert_int_equal(hf_get(entry, HF_ENTRY_TYPE, &type, sizeof type), HF_OK);
    at_place(path, sizeof path, seen);
    assert_int_equal(lstat(path, &expected), 0);
    assert_int_equal(inode, expected.st_ino);
    assert_true(type == HF_ENTRY_UNKNOWN || type == IFTODT(expected.st_mode));
    *found += 1;
}

static void directory_entries_are_all_there(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref entries = hf_local(t->thread);
    hf_ref entry = hf_local(t->thread);
    char name[300];
    for (unsigned i = 0; i < 300; i++) { /* more than the first piece has room for */
        snprintf(name, sizeof name, "..%u_%0*u", i, (int)(i % 200) + 1, 7u);
        write_file(name, "", 0);
    }
    link_at_place("nowhere", "a link");
    int64_t error = 1;
    unsigned found = 0;
    assert_int_equal(hf_directory_entries(t->thread, place, entries, &error), HF_OK);
    assert_int_equal(error, 0);
    assert_int_equal(hf_array_length(entries), 301);
    for (size_t i = 0; i < 301; i++) {
        assert_int_equal(hf_load_at(entries, i, entry), HF_OK);
        assert_entry(t, entry, &found);
    }
    assert_int_equal(found, 301);
}

static void directory_entries_of_none_say_why(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref entries = hf_local(t->thread);
    int64_t error = 0;
    assert_int_equal(hf_directory_entries(t->thread, place, entries, NULL), HF_OK);
    assert_int_equal(hf_array_length(entries), 0);
    assert_int_equal(hf_directory_entries(t->thread, "/dev/null", entries, &error), HF_E_NATIVE);
    assert_int_equal(error, ENOTDIR);
    assert_true(hf_is_null(entries));
    assert_int_equal(hf_directory_entries(t->thread, NULL, entries, NULL), HF_E_NULL);
    assert_int_equal(hf_directory_entries(t->thread, place, NULL, NULL), HF_E_SLOTS);
}
#endif

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(files_give_the_current_directory),
        TEST(files_give_a_links_target),
        TEST(files_follow_a_chain_of_links_to_its_end),
        TEST(files_end_a_circle_of_links_at_the_limit),
        TEST(files_are_read_to_their_end_whatever_size_they_say),
        TEST(files_that_cannot_be_read_say_why_and_stay_closed),
        TEST(files_are_text_only_if_they_are),
#if defined(__linux__)
        TEST(files_of_proc_are_as_a_plain_loop_reads_them),
        TEST(directory_entries_are_all_there),
        TEST(directory_entries_of_none_say_why),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
