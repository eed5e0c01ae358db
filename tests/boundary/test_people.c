/* SPDX-License-Identifier: MIT */
/* hf-test: posix */

/* Users and groups against the plain C calls, and nobody of that name. */

#define _GNU_SOURCE 1

#include "runtime.h"

#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

static void assert_text(hf_test_runtime *t, hf_ref record, uint32_t field, const char *expected)
{
    HF_FRAME(t->thread);
    hf_ref text = hf_local(t->thread);
    char seen[1024] = { 0 };
    assert_int_equal(hf_load(record, field, text), HF_OK);
    assert_int_equal(hf_is_null(text), expected == NULL);
    if (expected) {
        assert_true(hf_bytes_size(text) < sizeof seen);
        assert_int_equal(hf_bytes_read(text, 0, seen, hf_bytes_size(text)), HF_OK);
        assert_string_equal(seen, expected);
    }
}

static void assert_user(hf_test_runtime *t, hf_ref user, const struct passwd *expected)
{
    uint32_t id = 1, group = 1;
    assert_text(t, user, HF_USER_NAME, expected->pw_name);
    assert_text(t, user, HF_USER_FULL_NAME, expected->pw_gecos);
    assert_text(t, user, HF_USER_HOME, expected->pw_dir);
    assert_text(t, user, HF_USER_SHELL, expected->pw_shell);
    assert_int_equal(hf_get(user, HF_USER_ID, &id, sizeof id), HF_OK);
    assert_int_equal(hf_get(user, HF_USER_GROUP, &group, sizeof group), HF_OK);
    assert_int_equal(id, expected->pw_uid);
    assert_int_equal(group, expected->pw_gid);
}

static void users_are_found_by_name_and_number(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref user = hf_local(t->thread);
    unsigned count = 0;
    setpwent();
    for (struct passwd *one; (one = getpwent()) != NULL && count < 5; count++) {
        assert_int_equal(hf_user_find(t->thread, one->pw_name, user, NULL), HF_OK);
        assert_user(t, user, one);
        assert_int_equal(hf_user_by_id(t->thread, one->pw_uid, user, NULL), HF_OK);
        assert_user(t, user, one);
        assert_int_equal(hf_collect(t->thread), HF_OK); /* nothing of it is the system's memory */
        assert_user(t, user, one);
    }
    endpwent();
    assert_true(count > 0);
}

static void groups_are_found_by_name_and_number(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref group = hf_local(t->thread);
    hf_ref members = hf_local(t->thread);
    hf_ref member = hf_local(t->thread);
    const struct group *expected = getgrgid(0);
    assert_non_null(expected);
    for (int by_name = 0; by_name < 2; by_name++) {
        uint32_t id = 7;
        assert_int_equal(by_name ? hf_group_find(t->thread, expected->gr_name, group, NULL)
                                 : hf_group_by_id(t->thread, 0, group, NULL),
                         HF_OK);
        assert_text(t, group, HF_GROUP_NAME, expected->gr_name);
        assert_int_equal(hf_get(group, HF_GROUP_ID, &id, sizeof id), HF_OK);
        assert_int_equal(id, 0);
        assert_int_equal(hf_load(group, HF_GROUP_MEMBERS, members), HF_OK);
        size_t count = 0;
        for (; expected->gr_mem[count]; count++) {
            char seen[256] = { 0 };
            assert_int_equal(hf_load_at(members, count, member), HF_OK);
            assert_int_equal(hf_bytes_read(member, 0, seen, hf_bytes_size(member)), HF_OK);
            assert_string_equal(seen, expected->gr_mem[count]);
        }
        assert_int_equal(hf_array_length(members), count);
    }
}

static void nobody_of_that_name_is_not_found(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref record = hf_local(t->thread);
    assert_int_equal(hf_user_find(t->thread, "nobody of that name", record, NULL), HF_E_NOT_FOUND);
    assert_true(hf_is_null(record));
    assert_int_equal(hf_user_by_id(t->thread, 3999999999u, record, NULL), HF_E_NOT_FOUND);
    assert_int_equal(hf_group_find(t->thread, "no group of that name", record, NULL),
                     HF_E_NOT_FOUND);
    assert_int_equal(hf_group_by_id(t->thread, 3999999999u, record, NULL), HF_E_NOT_FOUND);
    assert_int_equal(hf_user_find(t->thread, NULL, record, NULL), HF_E_NULL);
    assert_int_equal(hf_group_find(t->thread, NULL, record, NULL), HF_E_NULL);
    assert_int_equal(hf_user_groups(t->thread, NULL, 0, record, NULL), HF_E_NULL);
    assert_int_equal(hf_user_by_id(t->thread, 0, NULL, NULL), HF_E_SLOTS);
}

static void groups_of_a_user_and_of_the_process_are_numbers(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref ids = hf_local(t->thread);
    const struct passwd *me = getpwuid(getuid());
    gid_t expected[256], seen[256];
    int count = 256;
    assert_non_null(me);
    assert_true(getgrouplist(me->pw_name, me->pw_gid, expected, &count) >= 0);
    assert_int_equal(hf_user_groups(t->thread, me->pw_name, me->pw_gid, ids, NULL), HF_OK);
    assert_int_equal(hf_bytes_size(ids), (size_t)count * sizeof(gid_t));
    assert_int_equal(hf_bytes_read(ids, 0, seen, hf_bytes_size(ids)), HF_OK);
    assert_memory_equal(seen, expected, (size_t)count * sizeof(gid_t));

    count = getgroups(256, expected);
    assert_true(count >= 0);
    assert_int_equal(hf_process_groups(t->thread, ids, NULL), HF_OK);
    assert_int_equal(hf_bytes_size(ids), (size_t)count * sizeof(gid_t));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(users_are_found_by_name_and_number),
        TEST(groups_are_found_by_name_and_number),
        TEST(nobody_of_that_name_is_not_found),
        TEST(groups_of_a_user_and_of_the_process_are_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
