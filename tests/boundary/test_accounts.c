/* SPDX-License-Identifier: MIT */

/* Identifiers on every system; accounts and the process's own token on Windows. */

#include "property_samples.h"

#ifdef _WIN32
#include <windows.h>

#include <sddl.h>
#include <stdlib.h>
#endif

static void make_sid(hf_test_runtime *t, const void *bytes, size_t size, hf_ref sid)
{
    assert_int_equal(hf_bytes_create(t->thread, size, sid), HF_OK);
    assert_int_equal(hf_bytes_write(sid, 0, bytes, size), HF_OK);
}

static void identifiers_are_written_as_text(void **state)
{
    hf_test_runtime *t = *state;
    static const uint32_t parts[] = { 32, 544 };
    unsigned char bytes[16] = { 1, 2, 0, 0, 0, 0, 0, 5 };
    memcpy(bytes + 8, parts, sizeof parts);
    HF_FRAME(t->thread);
    hf_ref sid = hf_local(t->thread);
    hf_ref text = hf_local(t->thread);
    char seen[256];
    make_sid(t, bytes, 16, sid);
    assert_int_equal(hf_sid_text(t->thread, sid, text), HF_OK);
    sample_read(text, seen, sizeof seen);
    assert_string_equal(seen, "S-1-5-32-544");
    make_sid(t, "\1\0\0\1\0\0\0\2", 8, sid);
    assert_int_equal(hf_sid_text(t->thread, sid, text), HF_OK);
    sample_read(text, seen, sizeof seen);
    assert_string_equal(seen, "S-1-0x000100000002");
    unsigned char longest[68] = { 255, 15 };
    memset(longest + 2, 0xff, 66);
    make_sid(t, longest, 68, sid);
    assert_int_equal(hf_sid_text(t->thread, sid, text), HF_OK);
    sample_read(text, seen, sizeof seen);
    assert_int_equal(strlen(seen), strlen("S-255-0xffffffffffff") + 15 * strlen("-4294967295"));
}

static void what_is_no_identifier_is_refused(void **state)
{
    hf_test_runtime *t = *state;
    static const unsigned char zeros[80] = { 1, 16 };
    static const size_t sizes[] = { 0, 7, 12, 72, 80 };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        HF_FRAME(t->thread);
        hf_ref sid = hf_local(t->thread);
        hf_ref text = hf_local(t->thread);
        make_sid(t, zeros, sizes[i], sid);
        assert_int_equal(hf_sid_text(t->thread, sid, text), HF_E_TYPE);
        assert_int_equal(hf_sid_text(t->thread, sid, NULL), HF_E_SLOTS);
    }
}

#ifdef _WIN32

/* The text of an account's identifier is what the system says. */
static void assert_system_agrees(hf_test_runtime *t, hf_ref account)
{
    HF_FRAME(t->thread);
    hf_ref part = hf_local(t->thread);
    unsigned char bytes[68];
    char seen[256], *expected;
    assert_int_equal(hf_load(account, HF_ACCOUNT_SID, part), HF_OK);
    assert_int_equal(hf_bytes_read(part, 0, bytes, hf_bytes_size(part)), HF_OK);
    assert_true(IsValidSid(bytes));
    assert_int_equal(GetLengthSid(bytes), hf_bytes_size(part));
    assert_true(ConvertSidToStringSidA(bytes, &expected));
    assert_int_equal(hf_load(account, HF_ACCOUNT_SID_TEXT, part), HF_OK);
    sample_read(part, seen, sizeof seen);
    assert_string_equal(seen, expected);
    LocalFree(expected);
}

static void the_user_of_a_token_is_found_again_by_name_and_identifier(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref token = hf_local(t->thread);
    hf_ref account = hf_local(t->thread);
    hf_ref again = hf_local(t->thread);
    hf_ref part = hf_local(t->thread);
    char name[256], seen[256], expected[256];
    DWORD size = sizeof expected;
    assert_int_equal(hf_token_open(t->thread, HF_TOKEN_QUERY, token, NULL), HF_OK);
    assert_int_equal(hf_token_user(t->thread, token, account, NULL), HF_OK);
    assert_system_agrees(t, account);
    assert_true(GetUserNameA(expected, &size));
    assert_int_equal(hf_load(account, HF_ACCOUNT_NAME, part), HF_OK);
    sample_read(part, name, sizeof name);
    assert_string_equal(name, expected);

    assert_int_equal(hf_load(account, HF_ACCOUNT_SID, part), HF_OK);
    assert_int_equal(hf_account_by_sid(t->thread, part, again, NULL), HF_OK);
    assert_int_equal(hf_load(again, HF_ACCOUNT_NAME, part), HF_OK);
    sample_read(part, seen, sizeof seen);
    assert_string_equal(seen, name);
    uint32_t kind = 0;
    assert_int_equal(hf_get(again, HF_ACCOUNT_KIND, &kind, sizeof kind), HF_OK);
    assert_int_equal(kind, SidTypeUser);

    assert_int_equal(hf_account_find(t->thread, name, again, NULL), HF_OK);
    assert_system_agrees(t, again);
    assert_int_equal(hf_resource_dispose(t->thread, token), HF_OK);
}

static void groups_and_privileges_of_a_token_are_records(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref token = hf_local(t->thread);
    hf_ref all = hf_local(t->thread);
    hf_ref one = hf_local(t->thread);
    hf_ref part = hf_local(t->thread);
    char seen[256];
    assert_int_equal(hf_token_open(t->thread, HF_TOKEN_QUERY, token, NULL), HF_OK);
    assert_int_equal(hf_token_groups(t->thread, token, all, NULL), HF_OK);
    assert_true(hf_array_length(all) > 0);
    for (size_t i = 0; i < hf_array_length(all); i++) {
        assert_int_equal(hf_load_at(all, i, one), HF_OK);
        assert_system_agrees(t, one);
    }
    assert_int_equal(hf_token_privileges(t->thread, token, all, NULL), HF_OK);
    assert_true(hf_array_length(all) > 0);
    for (size_t i = 0; i < hf_array_length(all); i++) {
        uint64_t id = 0;
        LUID luid;
        assert_int_equal(hf_load_at(all, i, one), HF_OK);
        assert_int_equal(hf_load(one, HF_PRIVILEGE_NAME, part), HF_OK);
        sample_read(part, seen, sizeof seen);
        assert_true(LookupPrivilegeValueA(NULL, seen, &luid));
        assert_int_equal(hf_get(one, HF_PRIVILEGE_ID, &id, sizeof id), HF_OK);
        assert_memory_equal(&id, &luid, sizeof id);
    }
    assert_int_equal(hf_resource_dispose(t->thread, token), HF_OK);
    assert_int_equal(hf_token_groups(t->thread, token, all, NULL), HF_E_CLOSED);
    hf_test_expect_report(t, HF_E_CLOSED, "GetTokenInformation", "1 (token)");
}

static void nobody_of_that_name_or_identifier(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref sid = hf_local(t->thread);
    hf_ref account = hf_local(t->thread);
    int64_t error = 0;
    assert_int_equal(hf_account_find(t->thread, "nobody of that name", account, &error),
                     HF_E_NATIVE);
    assert_int_equal(error, ERROR_NONE_MAPPED);
    make_sid(t, "\1\1\0\0\0\0\0\11\1\2\3\4", 12, sid);
    assert_int_equal(hf_account_by_sid(t->thread, sid, account, &error), HF_E_NATIVE);
    assert_int_equal(error, ERROR_NONE_MAPPED);
    assert_true(hf_is_null(account));
    assert_int_equal(hf_account_find(t->thread, NULL, account, NULL), HF_E_NULL);
}

#endif

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(identifiers_are_written_as_text),
        TEST(what_is_no_identifier_is_refused),
#ifdef _WIN32
        TEST(the_user_of_a_token_is_found_again_by_name_and_identifier),
        TEST(groups_and_privileges_of_a_token_are_records),
        TEST(nobody_of_that_name_or_identifier),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
