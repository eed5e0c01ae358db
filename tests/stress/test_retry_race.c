/* SPDX-License-Identifier: MIT */
/* hf-test: posix threaded timeout=120 */

/*
 * Sizes that another thread changes while they are asked for, with real system calls.
 *
 * Each value is of one generation: a letter, and the length that belongs to it.  A value that was
 * put together from two of them, or cut, shows at once.  The writer is a plain thread.
 */

#define _GNU_SOURCE 1

#include "crew.h"
#include "runtime.h"

#include <errno.h>
#include <grp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/xattr.h>
#endif

enum {
    LETTERS = 26,
    FIRST = 16,
    LONGEST = 2909,
    TRIES = 15,           /* 2 + log 1.5 of 2909 / 16 */
    ASKED = 2 * TRIES - 1 /* with a question between each two; seen are five to eight tries */
};

static char directory[] = "/tmp/hf_race_XXXXXX";

/* 10 to 2909, in no order that a doubling would like. */
static size_t length_of(unsigned letter)
{
    return letter == 25 ? LONGEST : 10 + (size_t)(letter * 1109u) % 2899;
}

static size_t fill(char *value, unsigned letter)
{
    size_t length = length_of(letter);
    memset(value, 'a' + (int)letter, length);
    value[length] = 0;
    return length;
}

static bool is_of_one_generation(hf_ref bytes)
{
    char value[LONGEST + 1];
    size_t size = hf_bytes_size(bytes);
    if (size == 0 || size > LONGEST || hf_bytes_read(bytes, 0, value, size) != HF_OK) {
        return false;
    }
    unsigned letter = (unsigned)(value[0] - 'a');
    for (size_t i = 1; i < size; i++) {
        if (value[i] != value[0]) {
            return false;
        }
    }
    return letter < LETTERS && size == length_of(letter);
}

static hf_function *bind_libc(hf_test_runtime *t, const char *prototype, void (*address)(void))
{
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.first_bytes = FIRST;
    options.tries_max = 40;
    memcpy(&options.address, &address, sizeof address);
    return hf_test_bind_with(t, prototype, &options);
}

/* Reads while another thread writes; how many reads took more than one try. */
static unsigned race(hf_test_runtime *t, const hf_function *function, const char *path,
                     const char *name, hf_crew_fn writer, uint32_t bound)
{
    hf_crew crew = { 0 };
    unsigned grown = 0;
    bool is_whole = true;
    uint32_t most = 0;
    hf_crew_start(&crew, 1, writer, (void *)(uintptr_t)path);
    uint64_t least = hf_test_effort(HF_UNDER_TSAN ? 300 : 3000);
    uint64_t last = hfp_clock_ns() + 10 * UINT64_C(1000000000);
    /* The writer may be late. */
    for (uint64_t i = 0; i < least || (grown < 10 && hfp_clock_ns() < last); i++) {
        HF_FRAME(t->thread);
        hf_result result = HF_RESULT_INIT;
        hf_status status =
            !path  ? hf_call(t->thread, function, &result, HF_NO_ARGS)
            : name ? hf_call(t->thread, function, &result, HF_ARGS(HF_CSTR(path), HF_CSTR(name)))
                   : hf_call(t->thread, function, &result, HF_ARGS(HF_CSTR(path)));
        is_whole &= status == HF_OK && is_of_one_generation(hf_result_out(&result, 0));
        most = result.attempts > most ? result.attempts : most;
        grown += result.attempts > 1;
    }
    hf_crew_end(&crew);
    assert_true(is_whole);
    assert_true(most <= bound);
    return grown;
}

/* ---- a link ---- */

static void rename_link(hf_crew_member *me)
{
    const char *path = me->user;
    char next[64];
    char value[LONGEST + 1];
    (void)snprintf(next, sizeof next, "%s.next", path);
    for (unsigned i = 0; !hf_crew_is_over(me); i++) {
        (void)fill(value, i % LETTERS);
        HF_CREW_CHECK(me, symlink(value, next) == 0 && rename(next, path) == 0);
    }
}

static void a_link_that_is_renamed_is_read_whole(void **state)
{
    hf_test_runtime *t = *state;
    char path[64];
    char value[LONGEST + 1];
    (void)snprintf(path, sizeof path, "%s/link", directory);
    (void)fill(value, 0);
    assert_int_equal(symlink(value, path), 0);
    hf_function *function =
        bind_libc(t,
                  "ssize_t readlink(const char *path, char *buffer {out, text}, size_t size"
                  " {capacity(buffer)}) {fail(result < 0), error(errno), grow_ok(result == size),"
                  " length(buffer, result)}",
                  (void (*)(void))readlink);
    assert_true(race(t, function, path, NULL, rename_link, TRIES) > 0);
    assert_int_equal(unlink(path), 0);
}

/* ---- an attribute ---- */

#ifdef __linux__
static void write_attribute(hf_crew_member *me)
{
    char value[LONGEST + 1];
    for (unsigned i = 0; !hf_crew_is_over(me); i++) {
        size_t length = fill(value, i % LETTERS);
        HF_CREW_CHECK(me, setxattr(me->user, "user.race", value, length, 0) == 0);
    }
}

static bool make_attribute(char *path, size_t size)
{
    char value[LONGEST + 1];
    size_t length = fill(value, 0);
    (void)snprintf(path, size, "%s/file", directory);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
    return setxattr(path, "user.race", value, length, 0) == 0;
}

static void an_attribute_that_is_written_is_read_whole(void **state)
{
    hf_test_runtime *t = *state;
    char path[64];
    if (!make_attribute(path, sizeof path)) {
        print_message("no attributes in /tmp\n");
        assert_int_equal(unlink(path), 0);
        return;
    }
    hf_function *function =
        bind_libc(t,
                  "ssize_t getxattr(const char *path, const char *name, char *value {out}, size_t"
                  " size {capacity(value)}) {fail(result < 0), error(errno), grow(error == 34),"
                  " length(value, result), query(value, result)}",
                  (void (*)(void))getxattr);
    assert_true(race(t, function, path, "user.race", write_attribute, ASKED) > 0);
    assert_int_equal(unlink(path), 0);
}

static void change_names(hf_crew_member *me)
{
    char name[64];
    for (unsigned i = 0; !hf_crew_is_over(me); i++) {
        (void)snprintf(name, sizeof name, "user.%0*u", 10 + (int)(i % 8), i % 8);
        if (i / 8 % 2 == 0) {
            HF_CREW_CHECK(me, setxattr(me->user, name, "x", 1, 0) == 0);
        } else {
            (void)removexattr(me->user, name);
        }
    }
}

/* Names that end, each of them one that was written. */
static bool is_a_list(hf_ref bytes)
{
    char list[1024];
    size_t size = hf_bytes_size(bytes);
    if (size > sizeof list || hf_bytes_read(bytes, 0, list, size) != HF_OK ||
        (size != 0 && list[size - 1] != 0)) {
        return false;
    }
    for (size_t at = 0; at < size; at += strlen(list + at) + 1) {
        size_t length = strlen(list + at);
        bool is_ours = strncmp(list + at, "user.0", 6) == 0 && length >= 15 && length <= 22;
        if (!is_ours && strcmp(list + at, "user.race") != 0 &&
            strncmp(list + at, "security.", 9) != 0) {
            return false;
        }
    }
    return true;
}

static void names_of_attributes_that_come_and_go_are_whole_ones(void **state)
{
    hf_test_runtime *t = *state;
    char path[64];
    bool is_list = true;
    hf_crew crew = { 0 };
    if (!make_attribute(path, sizeof path)) {
        assert_int_equal(unlink(path), 0);
        return;
    }
    hf_function *function =
        bind_libc(t,
                  "ssize_t listxattr(const char *path, char *list {out}, size_t size"
                  " {capacity(list)}) {fail(result < 0), error(errno), grow(error == 34),"
                  " length(list, result)}",
                  (void (*)(void))listxattr);
    hf_crew_start(&crew, 1, change_names, path);
    for (uint64_t i = hf_test_effort(1000); i > 0; i--) {
        HF_FRAME(t->thread);
        hf_result result = HF_RESULT_INIT;
        hf_status status = hf_call(t->thread, function, &result, HF_ARGS(HF_CSTR(path)));
        is_list &= status == HF_OK && is_a_list(hf_result_out(&result, 0));
    }
    hf_crew_end(&crew);
    assert_true(is_list);
    assert_int_equal(unlink(path), 0);
}
#endif

/* ---- the environment ---- */

/* getenv() must not be called beside setenv(): a program that changes its environment gives it out
   by a function with a lock, like this one. */
static struct {
    pthread_mutex_t lock;
    char value[LONGEST + 1];
} environment = { PTHREAD_MUTEX_INITIALIZER, "" };

static int getenv_locked(char *buffer, size_t size)
{
    (void)pthread_mutex_lock(&environment.lock);
    size_t length = strlen(environment.value);
    int code = length < size ? 0 : ERANGE;
    if (code == 0) {
        memcpy(buffer, environment.value, length + 1);
    }
    (void)pthread_mutex_unlock(&environment.lock);
    return code;
}

static void change_environment(hf_crew_member *me)
{
    for (unsigned i = 0; !hf_crew_is_over(me); i++) {
        (void)pthread_mutex_lock(&environment.lock);
        (void)fill(environment.value, i % LETTERS);
        (void)pthread_mutex_unlock(&environment.lock);
    }
}

static void a_variable_that_changes_is_read_whole(void **state)
{
    hf_test_runtime *t = *state;
    (void)fill(environment.value, 0);
    hf_function *function =
        bind_libc(t,
                  "int getenv_locked(char *buffer {out, text}, size_t size {capacity(buffer)})"
                  " {fail(result != 0), error(result), grow(error == 34)}",
                  (void (*)(void))getenv_locked);
    assert_true(race(t, function, NULL, NULL, change_environment, TRIES) > 0);
}

/* ---- the working directory ---- */

enum { PLACES = 6 };

static void place(char *path, size_t size, unsigned index)
{
    char name[200];
    memset(name, 'd', sizeof name);
    name[2 + index * 37] = 0;
    (void)snprintf(path, size, "%s/%s", directory, name);
}

static void change_directory(hf_crew_member *me)
{
    char path[256];
    for (unsigned i = 0; !hf_crew_is_over(me); i++) {
        place(path, sizeof path, i * 5 % PLACES);
        HF_CREW_CHECK(me, chdir(path) == 0);
    }
}

static bool is_a_place(hf_ref bytes)
{
    char found[256] = "";
    char path[256];
    size_t size = hf_bytes_size(bytes);
    bool is_one = false;
    if (size < sizeof found && hf_bytes_read(bytes, 0, found, size) == HF_OK) {
        for (unsigned i = 0; i < PLACES; i++) {
            place(path, sizeof path, i);
            is_one |= strcmp(path, found) == 0;
        }
    }
    return is_one;
}

static void a_directory_that_changes_is_one_of_those_it_was(void **state)
{
    hf_test_runtime *t = *state;
    hf_crew crew = { 0 };
    char path[256];
    char before[1024];
    bool is_place = true;
    assert_non_null(getcwd(before, sizeof before));
    for (unsigned i = 0; i < PLACES; i++) {
        place(path, sizeof path, i);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    assert_int_equal(chdir(path), 0);
    hf_function *function =
        bind_libc(t,
                  "char *getcwd(char *buffer {out, text}, size_t size {capacity(buffer)})"
                  " {fail(result == 0), error(errno), grow(error == 34)}",
                  (void (*)(void))getcwd);
    hf_crew_start(&crew, 1, change_directory, NULL);
    for (uint64_t i = hf_test_effort(3000); i > 0; i--) {
        HF_FRAME(t->thread);
        hf_result result = HF_RESULT_INIT;
        hf_status status = hf_call(t->thread, function, &result, HF_NO_ARGS);
        is_place &= status == HF_OK && is_a_place(hf_result_out(&result, 0));
    }
    hf_crew_end(&crew);
    assert_int_equal(chdir(before), 0);
    for (unsigned i = 0; i < PLACES; i++) {
        place(path, sizeof path, i);
        assert_int_equal(rmdir(path), 0);
    }
    assert_true(is_place);
}

/* ---- groups ---- */

#ifdef __linux__
static gid_t before_groups[256];
static int before_count;

static void change_groups(hf_crew_member *me)
{
    gid_t groups[64];
    for (unsigned i = 1; !hf_crew_is_over(me); i++) {
        unsigned count = 1 + i * 11 % 64;
        for (unsigned k = 0; k < count; k++) {
            groups[k] = 1000 * count + k;
        }
        HF_CREW_CHECK(me, setgroups(count, groups) == 0);
        (void)usleep(50);
    }
}

static bool is_a_set(hf_ref bytes)
{
    gid_t found[64];
    size_t size = hf_bytes_size(bytes);
    size_t count = size / sizeof(gid_t);
    if (size > sizeof found || count == 0 || hf_bytes_read(bytes, 0, found, size) != HF_OK) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (found[i] != 1000 * count + i) {
            return false;
        }
    }
    return true;
}

static void groups_that_change_are_those_of_one_moment(void **state)
{
    hf_test_runtime *t = *state;
    hf_crew crew = { 0 };
    gid_t one = 1000;
    bool is_set = true;
    uint32_t most = 0;
    before_count = getgroups(256, before_groups);
    if (HF_UNDER_TSAN || before_count < 0 || setgroups(1, &one) != 0) {
        print_message("groups cannot be set here\n");
        return;
    }
    hf_function *function =
        bind_libc(t,
                  "int getgroups(int size {capacity(list)}, gid_t *list {out, room(least 1)})"
                  " {fail(result < 0), error(errno), grow(error == 22), length(list, result)}",
                  (void (*)(void))getgroups);
    hf_crew_start(&crew, 1, change_groups, NULL);
    for (uint64_t i = hf_test_effort(2000); i > 0; i--) {
        HF_FRAME(t->thread);
        hf_result result = HF_RESULT_INIT;
        hf_status status = hf_call(t->thread, function, &result, HF_NO_ARGS);
        is_set &= status == HF_OK && is_a_set(hf_result_out(&result, 0));
        most = result.attempts > most ? result.attempts : most;
    }
    hf_crew_end(&crew);
    assert_int_equal(setgroups((size_t)before_count, before_groups), 0);
    assert_true(is_set);
    assert_true(most <= 9); /* 4 elements, and half as many more each time, to 64 */
}
#endif

static int make_directory(void **state)
{
    (void)state;
    return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
    (void)state;
    return rmdir(directory);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_link_that_is_renamed_is_read_whole),
#ifdef __linux__
        TEST(an_attribute_that_is_written_is_read_whole),
        TEST(names_of_attributes_that_come_and_go_are_whole_ones),
        TEST(groups_that_change_are_those_of_one_moment),
#endif
        TEST(a_variable_that_changes_is_read_whole),
        TEST(a_directory_that_changes_is_one_of_those_it_was),
    };
    return cmocka_run_group_tests_name("retry race", tests, make_directory, remove_directory);
}
