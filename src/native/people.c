/* SPDX-License-Identifier: MIT */

/*
 * Users and groups.
 *
 * The entry that a look fills has addresses inside its buffer; both stay in the result's slots
 * until all strings are made.  Nobody of that name is no failure for the system: the code is 0
 * and what was found is NULL.
 *
 * Threads: the owner, managed.
 */

#include "native/front.h"

#include "thread/thread.h"

#include <holdfast/people.h>

#include <string.h>

/* Outputs of the rows that look somebody up. */
enum { ENTRY = 0, FOUND = 0 };

typedef struct user_record {
    hf_slot name, full_name, home, shell;
    uint32_t id, group;
} user_record;

static const hf_field user_fields[] = {
    { "name", HF_FIELD_REF, offsetof(user_record, name), sizeof(hf_slot) },
    { "full_name", HF_FIELD_REF, offsetof(user_record, full_name), sizeof(hf_slot) },
    { "home", HF_FIELD_REF, offsetof(user_record, home), sizeof(hf_slot) },
    { "shell", HF_FIELD_REF, offsetof(user_record, shell), sizeof(hf_slot) },
    { "id", HF_FIELD_WORD, offsetof(user_record, id), sizeof(uint32_t) },
    { "group", HF_FIELD_WORD, offsetof(user_record, group), sizeof(uint32_t) },
};

static const hf_type_descriptor user_type = { sizeof(hf_type_descriptor), "user",
                                              sizeof(user_record), user_fields, 6 };

typedef struct group_record {
    hf_slot name, members;
    uint32_t id;
} group_record;

static const hf_field group_fields[] = {
    { "name", HF_FIELD_REF, offsetof(group_record, name), sizeof(hf_slot) },
    { "members", HF_FIELD_REF, offsetof(group_record, members), sizeof(hf_slot) },
    { "id", HF_FIELD_WORD, offsetof(group_record, id), sizeof(uint32_t) },
};

static const hf_type_descriptor group_type = { sizeof(hf_type_descriptor), "group",
                                               sizeof(group_record), group_fields, 3 };

/* Calls a row that looks somebody up; the entry is output ENTRY. */
static hf_status look_up(hf_thread *thread, const char *row, const hf_arg *arguments,
                         hf_result *result, int64_t *error_out)
{
    hf_status status = hfi_front_call(thread, row, result, arguments, error_out);
    if (status == HF_OK && hf_result_scalar(result, FOUND) == 0) {
        return HF_E_NOT_FOUND;
    }
    return status;
}

/* ---- users ---- */

static hf_status set_text(hf_thread *thread, const hf_slot *entry, const char *field, hf_ref record,
                          uint32_t at)
{
    HF_FRAME(thread);
    hf_ref text = hf_local(thread);
    hf_status status =
        text ? hfi_front_member(thread, entry, 0, "struct passwd", field, text) : HF_E_SLOTS;
    return status == HF_OK ? hf_store(thread, record, at, text) : status;
}

static hf_status make_user(hf_thread *thread, const hf_slot *entry, hf_ref user)
{
    static const char *const texts[] = { "pw_name", "pw_gecos", "pw_dir", "pw_shell" };
    hf_status status = hfi_native_record(thread, &user_type, user);
    for (uint32_t i = 0; i < 4 && status == HF_OK; i++) {
        status = set_text(thread, entry, texts[i], user, HF_USER_NAME + i);
    }
    if (status == HF_OK) {
        uint32_t id = (uint32_t)hfi_front_number(entry, 0, "struct passwd", "pw_uid");
        uint32_t group = (uint32_t)hfi_front_number(entry, 0, "struct passwd", "pw_gid");
        (void)hf_set(user, HF_USER_ID, &id, sizeof id);
        (void)hf_set(user, HF_USER_GROUP, &group, sizeof group);
    }
    return status;
}

static hf_status find_user(hf_thread *thread, const char *row, const hf_arg *arguments,
                           hf_ref user_out, int64_t *error_out)
{
    HF_FRAME(thread);
    hf_ref user = hf_local(thread);
    hf_result result = HF_RESULT_INIT;
    hf_status status = user ? look_up(thread, row, arguments, &result, error_out) : HF_E_SLOTS;
    if (status == HF_OK) {
        status = make_user(thread, hf_result_out(&result, ENTRY), user);
    }
    hf_copy(user_out, status == HF_OK ? user : NULL);
    return status;
}

hf_status hf_user_find(hf_thread *thread, const char *name, hf_ref user_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (!name || !user_out) {
        return name ? HF_E_SLOTS : HF_E_NULL;
    }
    return find_user(thread, "getpwnam_r", HF_ARGS(HF_CSTR(name)), user_out, error_out);
}

hf_status hf_user_by_id(hf_thread *thread, uint32_t id, hf_ref user_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    return user_out ? find_user(thread, "getpwuid_r", HF_ARGS(HF_UINT(id)), user_out, error_out)
                    : HF_E_SLOTS;
}

/* ---- groups ---- */

static hf_status make_group(hf_thread *thread, const hf_slot *entry, hf_ref group)
{
    HF_FRAME(thread);
    hf_ref value = hf_local(thread);
    hf_status status = value ? hfi_native_record(thread, &group_type, group) : HF_E_SLOTS;
    if (status == HF_OK) {
        status = hfi_front_member(thread, entry, 0, "struct group", "gr_name", value);
    }
    if (status == HF_OK) {
        status = hf_store(thread, group, HF_GROUP_NAME, value);
    }
    if (status == HF_OK) {
        status = hfi_front_strings(thread, hfi_front_pointer(entry, 0, "struct group", "gr_mem"),
                                   HF_WHOLE, value);
    }
    if (status == HF_OK) {
        status = hf_store(thread, group, HF_GROUP_MEMBERS, value);
    }
    uint32_t id = (uint32_t)hfi_front_number(entry, 0, "struct group", "gr_gid");
    return status == HF_OK ? hf_set(group, HF_GROUP_ID, &id, sizeof id) : status;
}

static hf_status find_group(hf_thread *thread, const char *row, const hf_arg *arguments,
                            hf_ref group_out, int64_t *error_out)
{
    HF_FRAME(thread);
    hf_ref group = hf_local(thread);
    hf_result result = HF_RESULT_INIT;
    hf_status status = group ? look_up(thread, row, arguments, &result, error_out) : HF_E_SLOTS;
    if (status == HF_OK) {
        status = make_group(thread, hf_result_out(&result, ENTRY), group);
    }
    hf_copy(group_out, status == HF_OK ? group : NULL);
    return status;
}

hf_status hf_group_find(hf_thread *thread, const char *name, hf_ref group_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (!name || !group_out) {
        return name ? HF_E_SLOTS : HF_E_NULL;
    }
    return find_group(thread, "getgrnam_r", HF_ARGS(HF_CSTR(name)), group_out, error_out);
}

hf_status hf_group_by_id(hf_thread *thread, uint32_t id, hf_ref group_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    return group_out ? find_group(thread, "getgrgid_r", HF_ARGS(HF_UINT(id)), group_out, error_out)
                     : HF_E_SLOTS;
}

/* ---- who is in which ---- */

static hf_status list_groups(hf_thread *thread, const char *row, const hf_arg *arguments,
                             hf_ref ids_out, int64_t *error_out)
{
    HF_FRAME(thread);
    hf_result result = HF_RESULT_INIT;
    hf_status status = hfi_front_call(thread, row, &result, arguments, error_out);
    hf_copy(ids_out, status == HF_OK ? hf_result_out(&result, 0) : NULL);
    return status;
}

hf_status hf_user_groups(hf_thread *thread, const char *name, uint32_t first, hf_ref ids_out,
                         int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (!name || !ids_out) {
        return name ? HF_E_SLOTS : HF_E_NULL;
    }
    return list_groups(thread, "getgrouplist", HF_ARGS(HF_CSTR(name), HF_UINT(first)), ids_out,
                       error_out);
}

hf_status hf_process_groups(hf_thread *thread, hf_ref ids_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    return ids_out ? list_groups(thread, "getgroups", HF_NO_ARGS, ids_out, error_out) : HF_E_SLOTS;
}
