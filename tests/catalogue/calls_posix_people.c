/* SPDX-License-Identifier: MIT */

/*
 * The walk: users, groups.
 *
 * An entry holds addresses inside its room, so what is compared is the texts behind them: with each
 * other, and with what the function without _r gives.
 */

#define _GNU_SOURCE 1

#include "calls.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#if defined(__linux__)
#include <shadow.h>
#endif

static void read_entry(walk *w, void *entry, size_t size)
{
    assert_int_equal(hf_bytes_read(hf_result_out(&w->result, 0), 0, entry, size), HF_OK);
}

static void note_text(walk *w, const char *text, const char *expected)
{
    assert_string_equal(text, expected);
    walk_note(w, text, strlen(text));
}

/* ---- users ---- */

static hf_status note_user(walk *w, hf_status status, const struct passwd *expected)
{
    struct passwd entry;
    if (status == HF_OK) {
        assert_non_null(expected);
        assert_true(hf_result_scalar(&w->result, 0) != 0); /* found */
        read_entry(w, &entry, sizeof entry);
        note_text(w, entry.pw_name, expected->pw_name);
        note_text(w, entry.pw_dir, expected->pw_dir);
        note_text(w, entry.pw_shell, expected->pw_shell);
    }
    return status;
}

static hf_status user_by_number(walk *w)
{
    return note_user(w, walk_do(w, HF_ARGS(HF_UINT(0))), getpwuid(0));
}

static hf_status user_by_name(walk *w)
{
    hf_status status = walk_do(w, HF_ARGS(HF_CSTR("nobody_of_this_name")));
    assert_int_equal(status, HF_OK);
    assert_int_equal(hf_result_scalar(&w->result, 0), 0); /* not found, which is no failure */
    return note_user(w, walk_do(w, HF_ARGS(HF_CSTR("root"))), getpwnam("root"));
}

/* ---- groups ---- */

static hf_status note_group(walk *w, hf_status status, const struct group *expected)
{
    struct group entry;
    if (status == HF_OK) {
        assert_non_null(expected);
        assert_true(hf_result_scalar(&w->result, 0) != 0);
        read_entry(w, &entry, sizeof entry);
        note_text(w, entry.gr_name, expected->gr_name);
        assert_int_equal(entry.gr_gid, expected->gr_gid);
    }
    return status;
}

static hf_status group_by_number(walk *w)
{
    return note_group(w, walk_do(w, HF_ARGS(HF_UINT(0))), getgrgid(0));
}

static hf_status group_by_name(walk *w)
{
    const struct group *first = getgrgid(0);
    assert_non_null(first);
    char name[64];
    strncpy(name, first->gr_name, sizeof name - 1);
    name[sizeof name - 1] = 0;
    return note_group(w, walk_do(w, HF_ARGS(HF_CSTR(name))), getgrnam(name));
}

/* As many as the system lets us have, but those of before at the end. */
static hf_status groups_of_the_process(walk *w)
{
    static gid_t before[65536], during[65536], many[200];
    int count = getgroups(65536, before);
    assert_true(count >= 0);
    for (unsigned i = 0; i < 200; i++) {
        many[i] = 1000 + i;
    }
    bool is_set = setgroups(200, many) == 0;
    int expected = getgroups(65536, during);
    hf_status status = walk_do(w, HF_NO_ARGS);
    if (is_set) {
        assert_int_equal(expected, 200);
        assert_int_equal(setgroups((size_t)count, before), 0);
    }
    size_t size;
    void *groups = walk_copy(w, 0, &size);
    assert_int_equal(size, (size_t)expected * sizeof(gid_t));
    assert_memory_equal(groups, during, size);
    free(groups);
    return status;
}

static hf_status groups_of_a_user(walk *w)
{
    gid_t expected[1024];
    int count = 1024;
    assert_true(getgrouplist("root", 7, expected, &count) > 0);
    hf_status status = walk_do(w, HF_ARGS(HF_CSTR("root"), HF_UINT(7)));
    size_t size;
    void *groups = walk_copy(w, 0, &size);
    assert_int_equal(size, (size_t)count * sizeof(gid_t));
    assert_memory_equal(groups, expected, size);
    free(groups);
    return status;
}

#if defined(__linux__)
/* ---- one after the other ---- */

static hf_status first_user(walk *w)
{
    setpwent();
    struct passwd expected = *getpwent();
    setpwent();
    hf_status status = note_user(w, walk_do(w, HF_NO_ARGS), &expected);
    endpwent();
    return status;
}

static hf_status first_group(walk *w)
{
    setgrent();
    struct group expected = *getgrent();
    setgrent();
    hf_status status = note_group(w, walk_do(w, HF_NO_ARGS), &expected);
    endgrent();
    return status;
}

/* Passwords are for root; anybody else has to be told so. */
static hf_status note_password(walk *w, hf_status status, const char *expected)
{
    struct spwd entry;
    if (!expected) {
        assert_int_equal(status, HF_E_NATIVE);
        assert_int_equal(w->result.error, EACCES);
        return HF_OK;
    }
    if (status == HF_OK) {
        read_entry(w, &entry, sizeof entry);
        note_text(w, entry.sp_namp, expected);
    }
    return status;
}

static hf_status password_of_root(walk *w)
{
    return note_password(w, walk_do(w, HF_ARGS(HF_CSTR("root"))), getspnam("root") ? "root" : NULL);
}

static hf_status first_password(walk *w)
{
    setspent();
    const struct spwd *first = getspent();
    const char *name = first ? first->sp_namp : NULL;
    setspent();
    hf_status status = note_password(w, walk_do(w, HF_NO_ARGS), name);
    endspent();
    return status;
}
#endif

WALK_PART(people);
const walk_call walk_calls_people[] = {
    { "getpwuid_r", user_by_number, WALK_NOTED },
    { "getpwnam_r", user_by_name, WALK_NOTED },
    { "getgrgid_r", group_by_number, WALK_NOTED },
    { "getgrnam_r", group_by_name, WALK_NOTED },
    { "getgroups", groups_of_the_process, WALK_SAME },
    { "getgrouplist", groups_of_a_user, WALK_SAME },
#if defined(__linux__)
    { "getpwent_r", first_user, WALK_NOTED },
    { "getgrent_r", first_group, WALK_NOTED },
    { "getspnam_r", password_of_root, WALK_NOTED },
    { "getspent_r", first_password, WALK_NOTED },
#endif
    { NULL, NULL, WALK_NOTED },
};
