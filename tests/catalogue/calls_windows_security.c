/* SPDX-License-Identifier: MIT */

/* The walk: tokens, descriptors, accounts. */

#include "calls_native.h"

#include <sddl.h>

#define OWNER_AND_ACCESS (OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION)

static HANDLE own_token(void)
{
    HANDLE token;
    assert_true(
        OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY | TOKEN_ADJUST_PRIVILEGES, &token));
    return token;
}

/* The user that runs this, in a buffer to be freed. */
static TOKEN_USER *own_user(void)
{
    HANDLE token = own_token();
    DWORD size;
    TOKEN_USER *user = calloc(1, 256);
    assert_non_null(user);
    assert_true(GetTokenInformation(token, TokenUser, user, 256, &size));
    CloseHandle(token);
    return user;
}

/* ---- tokens ---- */

static hf_status token_user(walk *w)
{
    HANDLE token = own_token();
    hf_status status = walk_well(w, HF_ARGS(HF_POINTER(token), HF_INT(TokenUser)));
    size_t size;
    TOKEN_USER *got = walk_copy(w, 0, &size), *plain = own_user();
    assert_true(EqualSid(got->User.Sid, plain->User.Sid));
    walk_note(w, &size, sizeof size);
    walk_note(w, got->User.Sid, GetLengthSid(got->User.Sid));
    free(got);
    free(plain);
    status = walk_well(w, HF_ARGS(HF_POINTER(token), HF_INT(TokenGroups)));
    TOKEN_GROUPS *groups = walk_copy(w, 0, &size);
    assert_true(groups->GroupCount > 0);
    walk_note(w, &size, sizeof size);
    for (DWORD i = 0; i < groups->GroupCount; i++) {
        walk_note(w, groups->Groups[i].Sid, GetLengthSid(groups->Groups[i].Sid));
    }
    free(groups);
    CloseHandle(token);
    return status;
}

static hf_status token_statistics(walk *w)
{
    HANDLE token = own_token();
    DWORD size;
    TOKEN_STATISTICS plain;
    assert_true(GetTokenInformation(token, TokenStatistics, &plain, sizeof plain, &size));
    hf_status status = walk_well(w, HF_ARGS(HF_POINTER(token), HF_INT(TokenStatistics)));
    expect_bytes(w, 0, &plain, sizeof plain);
    TOKEN_ELEVATION elevation;
    assert_true(GetTokenInformation(token, TokenElevation, &elevation, sizeof elevation, &size));
    status = walk_well(w, HF_ARGS(HF_POINTER(token), HF_INT(TokenElevation)));
    expect_bytes(w, 0, &elevation, sizeof elevation);
    CloseHandle(token);
    return status;
}

static hf_status privileges(walk *w)
{
    HANDLE token = own_token();
    TOKEN_PRIVILEGES wanted = { 1, { { { 0, 0 }, 0 } } };
    assert_true(
        LookupPrivilegeValueW(NULL, L"SeChangeNotifyPrivilege", &wanted.Privileges[0].Luid));
    wanted.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
    hf_status status = walk_well(w, HF_ARGS(HF_POINTER(token), HF_INT(0), HF_POINTER(&wanted)));
    CloseHandle(token);
    return status;
}

/* ---- descriptors ---- */

/* The result is the descriptor that a plain call gives. */
static void note_descriptor(walk *w)
{
    size_t size;
    void *got = walk_copy(w, 0, &size);
    assert_true(size > 0 && IsValidSecurityDescriptor(got));
    size_t length = GetSecurityDescriptorLength(got);
    assert_true(length <= size);
    walk_note(w, &length, sizeof length);
    walk_note(w, got, length);
    free(got);
}

static hf_status of_file(walk *w)
{
    WCHAR directory[MAX_PATH];
    GetTempPathW(MAX_PATH, directory);
    hf_status status =
        walk_well(w, HF_ARGS(HF_UTF16(directory, wcslen(directory)), HF_UINT(OWNER_AND_ACCESS)));
    note_descriptor(w);
    return status;
}

static hf_status of_kernel_object(walk *w)
{
    hf_status status =
        walk_well(w, HF_ARGS(HF_POINTER(GetCurrentProcess()), HF_UINT(OWNER_AND_ACCESS)));
    note_descriptor(w);
    return status;
}

static hf_status of_user_object(walk *w)
{
    SECURITY_INFORMATION what = OWNER_AND_ACCESS;
    hf_status status =
        walk_well(w, HF_ARGS(HF_POINTER(GetProcessWindowStation()), HF_POINTER(&what)));
    note_descriptor(w);
    return status;
}

static hf_status of_private_object(walk *w)
{
    PSECURITY_DESCRIPTOR made;
    ULONG size;
    assert_true(ConvertStringSecurityDescriptorToSecurityDescriptorW(
        L"O:BAG:BAD:(A;;GA;;;BA)(A;;GR;;;WD)", SDDL_REVISION_1, &made, &size));
    hf_status status = walk_well(w, HF_ARGS(HF_POINTER(made), HF_UINT(OWNER_AND_ACCESS)));
    note_descriptor(w);
    LocalFree(made);
    return status;
}

static hf_status of_key(walk *w)
{
    HKEY key;
    assert_int_equal(RegCreateKeyExW(HKEY_CURRENT_USER, L"Software\\HoldfastWalk\\Security", 0,
                                     NULL, 0, KEY_ALL_ACCESS, NULL, &key, NULL),
                     0);
    hf_status status = walk_well(w, HF_ARGS(HF_POINTER(key), HF_UINT(OWNER_AND_ACCESS)));
    note_descriptor(w);
    RegCloseKey(key);
    RegDeleteKeyW(HKEY_CURRENT_USER, L"Software\\HoldfastWalk\\Security");
    RegDeleteKeyW(HKEY_CURRENT_USER, L"Software\\HoldfastWalk");
    return status;
}

static hf_status object_name(walk *w)
{
    WCHAR plain[256];
    DWORD size;
    HWINSTA station = GetProcessWindowStation();
    assert_true(GetUserObjectInformationW(station, UOI_NAME, plain, sizeof plain, &size));
    hf_status status = walk_well(w, HF_ARGS(HF_POINTER(station), HF_INT(UOI_NAME)));
    expect_bytes(w, 0, plain, size);
    return status;
}

static hf_status relative(walk *w)
{
    SECURITY_DESCRIPTOR absolute;
    TOKEN_USER *user = own_user();
    assert_true(InitializeSecurityDescriptor(&absolute, SECURITY_DESCRIPTOR_REVISION));
    assert_true(SetSecurityDescriptorOwner(&absolute, user->User.Sid, FALSE));
    hf_status status = walk_well(w, HF_ARGS(HF_POINTER(&absolute)));
    note_descriptor(w);
    free(user);
    return status;
}

static hf_status absolute(walk *w)
{
    PSECURITY_DESCRIPTOR made;
    ULONG size;
    assert_true(ConvertStringSecurityDescriptorToSecurityDescriptorW(
        L"O:BAG:SYD:(A;;GA;;;BA)(A;;GR;;;WD)S:(AU;SA;GA;;;WD)", SDDL_REVISION_1, &made, &size));
    hf_status status = walk_well(w, HF_ARGS(HF_POINTER(made)));
    for (unsigned i = 1; i < 5; i++) { /* two lists, two identifiers: each knows its length */
        size_t got;
        BYTE *copy = walk_copy(w, i, &got);
        walk_note(w, copy, i < 3 ? ((ACL *)(void *)copy)->AclSize : GetLengthSid(copy));
        free(copy);
    }
    PSID owner;
    BOOL is_default;
    assert_true(GetSecurityDescriptorOwner(made, &owner, &is_default));
    expect_start(w, 3, owner, GetLengthSid(owner));
    LocalFree(made);
    return status;
}

/* ---- accounts ---- */

static hf_status known_sid(walk *w)
{
    BYTE plain[SECURITY_MAX_SID_SIZE];
    DWORD size = sizeof plain;
    assert_true(CreateWellKnownSid(WinBuiltinAdministratorsSid, NULL, plain, &size));
    hf_status status = walk_well(w, HF_ARGS(HF_INT(WinBuiltinAdministratorsSid), HF_NULL));
    expect_bytes(w, 0, plain, size);
    return status;
}

typedef struct account {
    WCHAR name[256], domain[256];
    SID_NAME_USE use;
} account;

static account account_of(PSID sid)
{
    account a;
    DWORD name = 256, domain = 256;
    assert_true(LookupAccountSidW(NULL, sid, a.name, &name, a.domain, &domain, &a.use));
    return a;
}

static hf_status account_name(walk *w)
{
    TOKEN_USER *user = own_user();
    account plain = account_of(user->User.Sid);
    hf_status status = walk_well(w, HF_ARGS(HF_NULL, HF_POINTER(user->User.Sid)));
    expect_wide(w, 0, plain.name);
    expect_wide(w, 1, plain.domain);
    assert_int_equal(hf_result_scalar(&w->result, w->result.scalar_count - 1), plain.use);
    free(user);
    return status;
}

static hf_status account_name_narrow(walk *w)
{
    TOKEN_USER *user = own_user();
    account plain = account_of(user->User.Sid);
    hf_status status = walk_well(w, HF_ARGS(HF_NULL, HF_POINTER(user->User.Sid)));
    size_t size;
    free(walk_copy(w, 0, &size));
    assert_true(size >= wcslen(plain.name));
    free(user);
    return status;
}

static hf_status account_sid(walk *w)
{
    TOKEN_USER *user = own_user();
    account plain = account_of(user->User.Sid);
    hf_status status = walk_well(w, HF_ARGS(HF_NULL, HF_UTF16(plain.name, wcslen(plain.name))));
    expect_bytes(w, 0, user->User.Sid, GetLengthSid(user->User.Sid));
    expect_wide(w, 1, plain.domain);
    free(user);
    return status;
}

static hf_status everybody_sid(walk *w)
{
    BYTE plain[SECURITY_MAX_SID_SIZE];
    DWORD size = sizeof plain;
    assert_true(CreateWellKnownSid(WinWorldSid, NULL, plain, &size));
    hf_status status = walk_well(w, HF_ARGS(HF_NULL, HF_CSTR("Everyone")));
    expect_bytes(w, 0, plain, size);
    return status;
}

static hf_status privilege_name(walk *w)
{
    LUID privilege;
    assert_true(LookupPrivilegeValueW(NULL, L"SeShutdownPrivilege", &privilege));
    hf_status status = walk_well(w, HF_ARGS(HF_NULL, HF_POINTER(&privilege)));
    expect_wide(w, 0, L"SeShutdownPrivilege");
    return status;
}

WALK_PART(security);
const walk_call walk_calls_security[] = {
    { "GetTokenInformation", token_user, WALK_NOTED },
    { "GetTokenInformation:fixed", token_statistics, WALK_SAME },
    { "AdjustTokenPrivileges", privileges, WALK_SAME },
    { "GetFileSecurityW", of_file, WALK_SAME },
    { "GetKernelObjectSecurity", of_kernel_object, WALK_SAME },
    { "GetUserObjectSecurity", of_user_object, WALK_SAME },
    { "GetPrivateObjectSecurity", of_private_object, WALK_NOTED },
    { "RegGetKeySecurity", of_key, WALK_NOTED },
    { "GetUserObjectInformationW", object_name, WALK_SAME },
    { "MakeSelfRelativeSD", relative, WALK_NOTED },
    { "MakeAbsoluteSD", absolute, WALK_NOTED },
    { "CreateWellKnownSid", known_sid, WALK_SAME },
    { "LookupAccountSidW", account_name, WALK_SAME },
    { "LookupAccountSidA", account_name_narrow, WALK_SAME },
    { "LookupAccountNameW", account_sid, WALK_SAME },
    { "LookupAccountNameA", everybody_sid, WALK_SAME },
    { "LookupPrivilegeNameW", privilege_name, WALK_SAME },
    { NULL, NULL, WALK_SAME },
};
