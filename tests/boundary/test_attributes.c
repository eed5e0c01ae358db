/* SPDX-License-Identifier: MIT */
/* hf-test: posix threaded timeout=120 */

/* Extended attributes against the plain C calls, and read while somebody writes them. */

#define _GNU_SOURCE 1

#include "runtime.h"

#if defined(__linux__)

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

/* A file that may have attributes: not every file system has them for everybody. */
static char path[64];
static const char *name;

static bool make_file(void)
{
    static const char *const places[] = { "/tmp", "/var/tmp", "/dev/shm", "." };
    static const char *const names[] = { "user.hf", "trusted.hf", "security.hf" };
    for (unsigned i = 0; i < sizeof places / sizeof places[0]; i++) {
        snprintf(path, sizeof path, "%s/hf_attributesXXXXXX", places[i]);
        int file = mkstemp(path);
        if (file < 0) {
            continue;
        }
        close(file);
        for (unsigned n = 0; n < sizeof names / sizeof names[0]; n++) {
            name = names[n];
            if (setxattr(path, name, "x", 1, 0) == 0) {
                return removexattr(path, name) == 0;
            }
        }
        unlink(path);
    }
    return false;
}

static int begin(void **state)
{
    return make_file() ? hf_test_setup(state) : -1;
}

static int end(void **state)
{
    unlink(path);
    return hf_test_teardown(state);
}

static void attributes_come_back_as_they_were_set(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref value = hf_local(t->thread);
    static const size_t sizes[] = { 0, 1, 255, 256, 257, 1000 };
    unsigned char expected[1000], seen[1000], plain[1000];
    for (size_t i = 0; i < sizeof expected; i++) {
        expected[i] = (unsigned char)(i * 7);
    }
    for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        int64_t error = 1;
        assert_int_equal(hf_attribute_set(t->thread, path, name, sizes[i] ? expected : NULL,
                                          sizes[i], HF_ATTRIBUTE_ANY, &error),
                         HF_OK);
        assert_int_equal(error, 0);
        assert_int_equal(getxattr(path, name, plain, sizeof plain), sizes[i]);
        assert_memory_equal(plain, expected, sizes[i]);
        assert_int_equal(hf_attribute_get(t->thread, path, name, value, &error), HF_OK);
        assert_int_equal(hf_bytes_size(value), sizes[i]);
        assert_int_equal(sizes[i] ? hf_bytes_read(value, 0, seen, sizes[i]) : HF_OK, HF_OK);
        assert_memory_equal(seen, expected, sizes[i]);
    }
}

static void attributes_are_made_and_replaced_only_as_wanted(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref value = hf_local(t->thread);
    int64_t error = 0;
    assert_int_equal(hf_attribute_set(t->thread, path, name, "a", 1, HF_ATTRIBUTE_REPLACE, &error),
                     HF_E_NATIVE);
    assert_int_equal(error, ENODATA);
    assert_int_equal(hf_attribute_set(t->thread, path, name, "a", 1, HF_ATTRIBUTE_CREATE, &error),
                     HF_OK);
    assert_int_equal(hf_attribute_set(t->thread, path, name, "a", 1, HF_ATTRIBUTE_CREATE, &error),
                     HF_E_NATIVE);
    assert_int_equal(error, EEXIST);
    assert_int_equal(hf_attribute_remove(t->thread, path, name, &error), HF_OK);
    assert_int_equal(hf_attribute_remove(t->thread, path, name, &error), HF_E_NATIVE);
    assert_int_equal(error, ENODATA);
    assert_int_equal(hf_attribute_get(t->thread, path, name, value, &error), HF_E_NATIVE);
    assert_int_equal(error, ENODATA);
    assert_true(hf_is_null(value));
}

static void attributes_refuse_what_is_missing(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref value = hf_local(t->thread);
    assert_int_equal(hf_attribute_set(t->thread, path, name, "a", 1, (hf_attribute_mode)3, NULL),
                     HF_E_ARGUMENT);
    assert_int_equal(hf_attribute_set(t->thread, path, name, NULL, 1, HF_ATTRIBUTE_ANY, NULL),
                     HF_E_NULL);
    assert_int_equal(hf_attribute_get(t->thread, path, NULL, value, NULL), HF_E_NULL);
    assert_int_equal(hf_attribute_get(t->thread, path, name, NULL, NULL), HF_E_SLOTS);
    assert_int_equal(hf_attribute_names(t->thread, NULL, value, NULL), HF_E_NULL);
    assert_int_equal(hf_attribute_names(t->thread, path, NULL, NULL), HF_E_SLOTS);
    assert_int_equal(hf_attribute_remove(t->thread, path, NULL, NULL), HF_E_NULL);
}

static bool is_in(hf_test_runtime *t, hf_ref names, const char *wanted)
{
    HF_FRAME(t->thread);
    hf_ref one = hf_local(t->thread);
    for (size_t i = 0; i < hf_array_length(names); i++) {
        char seen[256] = { 0 };
        assert_int_equal(hf_load_at(names, i, one), HF_OK);
        assert_int_equal(hf_bytes_read(one, 0, seen, hf_bytes_size(one)), HF_OK);
        if (strcmp(seen, wanted) == 0) {
            return true;
        }
    }
    return false;
}

static void attributes_are_listed_by_name(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref names = hf_local(t->thread);
    char one[256];
    assert_int_equal(hf_attribute_names(t->thread, path, names, NULL), HF_OK);
    size_t before = hf_array_length(names);
    for (unsigned i = 0; i < 20; i++) { /* more than the first room */
        snprintf(one, sizeof one, "%s.of_a_name_that_is_long.%02u", name, i);
        assert_int_equal(setxattr(path, one, "", 0, 0), 0);
    }
    assert_int_equal(hf_attribute_names(t->thread, path, names, NULL), HF_OK);
    assert_int_equal(hf_array_length(names), before + 20);
    for (unsigned i = 0; i < 20; i++) {
        snprintf(one, sizeof one, "%s.of_a_name_that_is_long.%02u", name, i);
        assert_true(is_in(t, names, one));
    }
}

/* ---- a value that changes under the read ---- */

static _Atomic bool is_done;

static void *write_values(void *unused)
{
    unsigned char value[900];
    for (unsigned i = 0; !atomic_load(&is_done); i++) {
        size_t size = i % 2 ? 900 : 100 + i % 700;
        memset(value, (int)(size % 251), size);
        (void)setxattr(path, name, value, size, 0);
    }
    return unused;
}

static void attributes_are_one_value_while_somebody_writes(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref value = hf_local(t->thread);
    unsigned char seen[900];
    unsigned torn = 0, failed = 0;
    pthread_t writer;
    assert_int_equal(setxattr(path, name, "\1", 1, 0), 0);
    atomic_store(&is_done, false);
    assert_int_equal(pthread_create(&writer, NULL, write_values, NULL), 0);
    for (unsigned i = 0; i < 2000; i++) {
        if (hf_attribute_get(t->thread, path, name, value, NULL) != HF_OK) {
            failed++;
            continue;
        }
        size_t size = hf_bytes_size(value);
        (void)hf_bytes_read(value, 0, seen, size);
        for (size_t at = 0; at < size; at++) {
            torn += seen[at] != size % 251;
        }
    }
    atomic_store(&is_done, true);
    pthread_join(writer, NULL);
    assert_int_equal(failed, 0);
    assert_int_equal(torn, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    if (!make_file()) {
        return 77; /* no file system here has attributes */
    }
    unlink(path);
    const struct CMUnitTest tests[] = {
        TEST(attributes_come_back_as_they_were_set),
        TEST(attributes_are_made_and_replaced_only_as_wanted),
        TEST(attributes_refuse_what_is_missing),
        TEST(attributes_are_listed_by_name),
        TEST(attributes_are_one_value_while_somebody_writes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
    return 77;
}

#endif
