/* SPDX-License-Identifier: MIT */

/*
 * Accounts, and what a token says.
 *
 * What a token says has addresses inside its own buffer, which does not move; an identifier is
 * copied out of there before anything else is asked, and never read beyond the buffer.
 * An identifier that nobody has (1332) is an account without a name.
 *
 * Threads: the owner, managed.
 */

#include "native/front.h"

#include "diag/report.h"
#include "thread/thread.h"

#include <holdfast/accounts.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NOBODY 1332 /* ERROR_NONE_MAPPED */

/* An identifier: a revision, a count, six bytes of who gave it, and as many numbers. */
#define SID_HEAD  8u
#define SID_PARTS 15u
#define SID_MAX   (SID_HEAD + 4 * SID_PARTS)

/* What is asked of a token. */
enum { TOKEN_IS_USER = 1, TOKEN_HAS_GROUPS = 2, TOKEN_HAS_PRIVILEGES = 3 };

static hfi_closer close_token = { "kernel32.dll", "CloseHandle", false };
static const hf_resource_class token_class = HFI_FRONT_CLASS("token", 0, close_token);

/* ---- records ---- */

typedef struct account_record {
    hf_slot name, domain, sid, sid_text;
    uint32_t kind, attributes;
} account_record;

static const hf_field account_fields[] = {
    { "name", HF_FIELD_REF, offsetof(account_record, name), sizeof(hf_slot) },
    { "domain", HF_FIELD_REF, offsetof(account_record, domain), sizeof(hf_slot) },
    { "sid", HF_FIELD_REF, offsetof(account_record, sid), sizeof(hf_slot) },
    { "sid_text", HF_FIELD_REF, offsetof(account_record, sid_text), sizeof(hf_slot) },
    { "kind", HF_FIELD_WORD, offsetof(account_record, kind), sizeof(uint32_t) },
    { "attributes", HF_FIELD_WORD, offsetof(account_record, attributes), sizeof(uint32_t) },
};

static const hf_type_descriptor account_type = { sizeof(hf_type_descriptor), "account",
                                                 sizeof(account_record), account_fields, 6 };

typedef struct privilege_record {
    hf_slot name;
    uint64_t id;
    uint32_t attributes;
} privilege_record;

static const hf_field privilege_fields[] = {
    { "name", HF_FIELD_REF, offsetof(privilege_record, name), sizeof(hf_slot) },
    { "id", HF_FIELD_WORD, offsetof(privilege_record, id), sizeof(uint64_t) },
    { "attributes", HF_FIELD_WORD, offsetof(privilege_record, attributes), sizeof(uint32_t) },
};

static const hf_type_descriptor privilege_type = { sizeof(hf_type_descriptor), "privilege",
                                                   sizeof(privilege_record), privilege_fields, 3 };

/* ---- identifiers ---- */

/* Reads a whole identifier; HF_E_TYPE for what is none. */
static hf_status read_sid(const hf_slot *sid, unsigned char bytes[SID_MAX], size_t *size_out)
{
    char nothing;
    hf_status status = hf_bytes_read(sid, 0, &nothing, 0);
    size_t size = status == HF_OK ? hf_bytes_size(sid) : 0;
    if (status != HF_OK) {
        return status;
    }
    if (size < SID_HEAD || size > SID_MAX) {
        return HF_E_TYPE;
    }
    status = hf_bytes_read(sid, 0, bytes, size);
    *size_out = size;
    return status == HF_OK && size != SID_HEAD + 4u * bytes[1] ? HF_E_TYPE : status;
}

hf_status hf_sid_text(hf_thread *thread, const hf_slot *sid, hf_ref text_out)
{
    HFI_ENTRY(thread);
    unsigned char bytes[SID_MAX];
    char text[32 + 11 * SID_PARTS];
    size_t size = 0;
    if (!text_out) {
        return HF_E_SLOTS;
    }
    hf_status status = read_sid(sid, bytes, &size);
    if (status != HF_OK) {
        return status;
    }
    uint64_t giver = 0;
    for (unsigned i = 2; i < SID_HEAD; i++) {
        giver = giver << 8 | bytes[i];
    }
    size_t length = (size_t)snprintf(
        text, sizeof text, giver >> 32 ? "S-%u-0x%012" PRIx64 : "S-%u-%" PRIu64, bytes[0], giver);
    for (size_t at = SID_HEAD; at < size; at += 4) {
        uint32_t part;
        memcpy(&part, bytes + at, sizeof part);
        length += (size_t)snprintf(text + length, sizeof text - length, "-%u", (unsigned)part);
    }
    return hfi_front_string(thread, text, length, text_out);
}

/* Copies the identifier at an address inside `info`, which does not move. */
static hf_status copy_sid(hf_thread *thread, const hf_slot *info, const unsigned char *at,
                          hf_ref sid)
{
    (void)hf_raw_begin(thread);
    const unsigned char *start = hf_raw_address(info);
    (void)hf_raw_end(thread);
    size_t size = hf_bytes_size(info);
    size_t from = (size_t)((uintptr_t)at - (uintptr_t)start);
    bool is_inside = from < size && size - from >= SID_HEAD;
    size_t length = is_inside ? SID_HEAD + 4u * at[1] : 0;
    if (!is_inside || length > SID_MAX || size - from < length) {
        return hfi_misuse(thread->parts->reporter, HF_E_CONTRACT, "hf_token_user", "token",
                          (hf_site){ NULL, 0 }, "read what it says with hf_call()",
                          "an identifier is not inside of what the system gave");
    }
    hf_status status = hf_bytes_create(thread, length, sid);
    return status == HF_OK ? hf_bytes_write(sid, 0, at, length) : status;
}

/* ---- accounts ---- */

/* Outputs of the rows that look an account up. */
enum { BY_SID_NAME = 0, BY_SID_DOMAIN = 1, BY_NAME_SID = 0 };

static hf_status name_account(hf_thread *thread, const hf_slot *sid, hf_ref account, int64_t *error)
{
    HF_FRAME(thread);
    hf_result result = HF_RESULT_INIT;
    hf_status status = hfi_front_call(thread, "LookupAccountSidW", &result,
                                      HF_ARGS(HF_NULL, HF_BUFFER(sid, 0, HF_WHOLE)), error);
    if (status == HF_OK) {
        status = hf_store(thread, account, HF_ACCOUNT_NAME, hf_result_out(&result, BY_SID_NAME));
    }
    if (status == HF_OK) {
        status =
            hf_store(thread, account, HF_ACCOUNT_DOMAIN, hf_result_out(&result, BY_SID_DOMAIN));
    }
    if (status == HF_OK) { /* the last scalar, behind both sizes */
        uint32_t kind = (uint32_t)hf_result_scalar(&result, result.scalar_count - 1);
        status = hf_set(account, HF_ACCOUNT_KIND, &kind, sizeof kind);
    }
    return status;
}

/* The record of an identifier; without a name if nobody has it, and that is allowed. */
static hf_status make_account(hf_thread *thread, const hf_slot *sid, bool may_be_nobody,
                              hf_ref account, int64_t *error)
{
    HF_FRAME(thread);
    hf_ref text = hf_local(thread);
    hf_status status = text ? hf_sid_text(thread, sid, text) : HF_E_SLOTS;
    if (status == HF_OK) {
        status = hfi_native_record(thread, &account_type, account);
    }
    if (status == HF_OK) {
        status = hf_store(thread, account, HF_ACCOUNT_SID, sid);
    }
    if (status == HF_OK) {
        status = hf_store(thread, account, HF_ACCOUNT_SID_TEXT, text);
    }
    if (status == HF_OK) {
        status = name_account(thread, sid, account, error);
    }
    if (status == HF_E_NATIVE && *error == NOBODY && may_be_nobody) {
        *error = 0;
        return HF_OK;
    }
    return status;
}

static void tell(int64_t error, int64_t *error_out)
{
    if (error_out) {
        *error_out = error;
    }
}

hf_status hf_account_by_sid(hf_thread *thread, const hf_slot *sid, hf_ref account_out,
                            int64_t *error_out)
{
    HFI_ENTRY(thread);
    HF_FRAME(thread);
    hf_ref account = hf_local(thread);
    int64_t error = 0;
    if (!account || !account_out) {
        return HF_E_SLOTS;
    }
    hf_status status = make_account(thread, sid, false, account, &error);
    tell(error, error_out);
    hf_copy(account_out, status == HF_OK ? account : NULL);
    return status;
}

hf_status hf_account_find(hf_thread *thread, const char *name, hf_ref account_out,
                          int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (!name || !account_out) {
        return name ? HF_E_SLOTS : HF_E_NULL;
    }
    HF_FRAME(thread);
    hf_ref account = hf_local(thread);
    hf_result result = HF_RESULT_INIT;
    int64_t error = 0;
    hf_status status = account ? hfi_front_call(thread, "LookupAccountNameW", &result,
                                                HF_ARGS(HF_NULL, HF_CSTR(name)), &error)
                               : HF_E_SLOTS;
    if (status == HF_OK) {
        status = make_account(thread, hf_result_out(&result, BY_NAME_SID), false, account, &error);
    }
    tell(error, error_out);
    hf_copy(account_out, status == HF_OK ? account : NULL);
    return status;
}

/* ---- tokens ---- */

hf_status hf_token_open(hf_thread *thread, uint32_t access, hf_ref token_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (!token_out) {
        return HF_E_SLOTS;
    }
    HF_FRAME(thread);
    const hf_function *function;
    hf_result result = HF_RESULT_INIT;
    hf_status status = hf_native_get(thread, "OpenProcessToken", &function);
    if (status == HF_OK) { /* -1 is the process itself */
        status = hf_call_adopting(thread, function, &result,
                                  HF_ARGS(HF_POINTER((void *)UINTPTR_MAX), HF_UINT(access)),
                                  &token_class, 0, token_out);
    }
    tell(result.error, error_out);
    return status;
}

static hf_status ask_token(hf_thread *thread, const hf_slot *token, int what, hf_ref info,
                           int64_t *error)
{
    return hfi_front_fill(thread, "GetTokenInformation", HF_ARGS(HF_RESOURCE(token), HF_INT(what)),
                          info, error);
}

/* The account that the structure at `base` names. */
static hf_status account_at(hf_thread *thread, const hf_slot *info, size_t base, hf_ref account,
                            int64_t *error)
{
    HF_FRAME(thread);
    hf_ref sid = hf_local(thread);
    static const char type[] = "SID_AND_ATTRIBUTES";
    const void *at = hfi_front_pointer(info, base, type, "Sid");
    uint32_t attributes = (uint32_t)hfi_front_number(info, base, type, "Attributes");
    hf_status status = sid ? copy_sid(thread, info, at, sid) : HF_E_SLOTS;
    if (status == HF_OK) {
        status = make_account(thread, sid, true, account, error);
    }
    return status == HF_OK ? hf_set(account, HF_ACCOUNT_ATTRIBUTES, &attributes, sizeof attributes)
                           : status;
}

hf_status hf_token_user(hf_thread *thread, const hf_slot *token, hf_ref account_out,
                        int64_t *error_out)
{
    HFI_ENTRY(thread);
    HF_FRAME(thread);
    hf_ref info = hf_local(thread);
    hf_ref account = hf_local(thread);
    int64_t error = 0;
    if (!account || !account_out) {
        return HF_E_SLOTS;
    }
    hf_status status = ask_token(thread, token, TOKEN_IS_USER, info, &error);
    if (status == HF_OK) {
        status = account_at(thread, info, 0, account, &error);
    }
    tell(error, error_out);
    hf_copy(account_out, status == HF_OK ? account : NULL);
    return status;
}

static hf_status privilege_at(hf_thread *thread, const hf_slot *info, size_t base, hf_ref privilege,
                              int64_t *error)
{
    HF_FRAME(thread);
    static const char type[] = "LUID_AND_ATTRIBUTES";
    hf_ref name = hf_local(thread);
    uint64_t id = hfi_front_number(info, base, type, "Luid");
    uint32_t attributes = (uint32_t)hfi_front_number(info, base, type, "Attributes");
    hf_status status =
        name ? hf_native_text(thread, "LookupPrivilegeNameW",
                              HF_ARGS(HF_NULL, HF_BUFFER(info, base, sizeof id)), name, error)
             : HF_E_SLOTS;
    if (status == HF_OK) {
        status = hfi_native_record(thread, &privilege_type, privilege);
    }
    if (status == HF_OK) {
        status = hf_store(thread, privilege, HF_PRIVILEGE_NAME, name);
    }
    if (status == HF_OK) {
        (void)hf_set(privilege, HF_PRIVILEGE_ID, &id, sizeof id);
        (void)hf_set(privilege, HF_PRIVILEGE_ATTRIBUTES, &attributes, sizeof attributes);
    }
    return status;
}

/* A list in a token: a count, and behind it structures of one size. */
typedef struct token_list {
    int what;
    const char *type, *count, *first;
    hf_status (*at)(hf_thread *thread, const hf_slot *info, size_t base, hf_ref item,
                    int64_t *error);
} token_list;

static hf_status fill_list(hf_thread *thread, const token_list *list, const hf_slot *info,
                           hf_ref array, int64_t *error)
{
    HF_FRAME(thread);
    hf_ref item = hf_local(thread);
    size_t start = 0, each = 0;
    size_t count = (size_t)hfi_front_number(info, 0, list->type, list->count);
    hfi_front_place(list->type, list->first, &start, &each);
    hf_status status = item ? hf_array_create(thread, count, array) : HF_E_SLOTS;
    for (size_t i = 0; i < count && status == HF_OK; i++) {
        status = list->at(thread, info, start + i * each, item, error);
        if (status == HF_OK) {
            status = hf_store_at(thread, array, i, item);
        }
    }
    return status;
}

static hf_status give_list(hf_thread *thread, const token_list *list, const hf_slot *token,
                           hf_ref array_out, int64_t *error_out)
{
    HF_FRAME(thread);
    hf_ref info = hf_local(thread);
    hf_ref array = hf_local(thread);
    int64_t error = 0;
    if (!array || !array_out) {
        return HF_E_SLOTS;
    }
    hf_status status = ask_token(thread, token, list->what, info, &error);
    if (status == HF_OK) {
        status = fill_list(thread, list, info, array, &error);
    }
    tell(error, error_out);
    hf_copy(array_out, status == HF_OK ? array : NULL);
    return status;
}

hf_status hf_token_groups(hf_thread *thread, const hf_slot *token, hf_ref accounts_out,
                          int64_t *error_out)
{
    HFI_ENTRY(thread);
    static const token_list groups = { TOKEN_HAS_GROUPS, "TOKEN_GROUPS", "GroupCount", "Groups",
                                       account_at };
    return give_list(thread, &groups, token, accounts_out, error_out);
}

hf_status hf_token_privileges(hf_thread *thread, const hf_slot *token, hf_ref privileges_out,
                              int64_t *error_out)
{
    HFI_ENTRY(thread);
    static const token_list privileges = { TOKEN_HAS_PRIVILEGES, "TOKEN_PRIVILEGES",
                                           "PrivilegeCount", "Privileges", privilege_at };
    return give_list(thread, &privileges, token, privileges_out, error_out);
}
