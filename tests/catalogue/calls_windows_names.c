/* SPDX-License-Identifier: MIT */

/* The walk: users, computers, profiles, languages, processors. */

#include "calls_native.h"

#define SECURITY_WIN32
#include <security.h>
#include <userenv.h>

/* ---- names ---- */

static hf_status user_name(walk *w)
{
    WCHAR plain[257];
    DWORD size = 257;
    assert_true(GetUserNameW(plain, &size));
    hf_status status = walk_well(w, HF_NO_ARGS);
    expect_wide(w, 0, plain);
    return status;
}

static hf_status user_name_narrow(walk *w)
{
    char plain[1024];
    DWORD size = sizeof plain;
    assert_true(GetUserNameA(plain, &size));
    hf_status status = walk_well(w, HF_NO_ARGS);
    walk_expect_text(w, 0, plain);
    return status;
}

static hf_status user_name_of_domain(walk *w)
{
    WCHAR plain[512];
    ULONG size = 512;
    assert_true(NATIVE("secur32.dll", GetUserNameExW)(NameSamCompatible, plain, &size));
    hf_status status = walk_well(w, HF_ARGS(HF_INT(NameSamCompatible)));
    expect_wide(w, 0, plain);
    return status;
}

static hf_status user_name_of_domain_narrow(walk *w)
{
    char plain[512];
    ULONG size = 512;
    assert_true(NATIVE("secur32.dll", GetUserNameExA)(NameSamCompatible, plain, &size));
    hf_status status = walk_well(w, HF_ARGS(HF_INT(NameSamCompatible)));
    walk_expect_text(w, 0, plain);
    return status;
}

static hf_status computer_name(walk *w)
{
    WCHAR plain[256];
    DWORD size = 256;
    assert_true(GetComputerNameW(plain, &size));
    hf_status status = walk_well(w, HF_NO_ARGS);
    expect_wide(w, 0, plain);
    return status;
}

static hf_status computer_name_narrow(walk *w)
{
    char plain[256];
    DWORD size = 256;
    assert_true(GetComputerNameA(plain, &size));
    hf_status status = walk_well(w, HF_NO_ARGS);
    walk_expect_text(w, 0, plain);
    return status;
}

static hf_status computer_name_by_format(walk *w)
{
    hf_status status = HF_OK;
    for (int format = ComputerNameNetBIOS; status == HF_OK && format < ComputerNameMax; format++) {
        WCHAR plain[1024];
        DWORD size = 1024;
        assert_true(GetComputerNameExW((COMPUTER_NAME_FORMAT)format, plain, &size));
        status = walk_well(w, HF_ARGS(HF_INT(format)));
        expect_wide(w, 0, plain);
    }
    return status;
}

static hf_status computer_name_by_format_narrow(walk *w)
{
    char plain[1024];
    DWORD size = 1024;
    assert_true(GetComputerNameExA(ComputerNameDnsHostname, plain, &size));
    hf_status status = walk_well(w, HF_ARGS(HF_INT(ComputerNameDnsHostname)));
    walk_expect_text(w, 0, plain);
    return status;
}

/* ---- profiles ---- */

static HANDLE own_token(void)
{
    HANDLE token;
    assert_true(OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token));
    return token;
}

static hf_status profile(walk *w)
{
    HANDLE token = own_token();
    WCHAR plain[MAX_PATH];
    DWORD size = MAX_PATH;
    assert_true(NATIVE("userenv.dll", GetUserProfileDirectoryW)(token, plain, &size));
    hf_status status = walk_well(w, HF_ARGS(HF_POINTER(token)));
    expect_wide(w, 0, plain);
    CloseHandle(token);
    return status;
}

static hf_status profile_narrow(walk *w)
{
    HANDLE token = own_token();
    hf_status status = walk_well(w, HF_ARGS(HF_POINTER(token)));
    walk_expect_text(w, 0, "C:\\");
    CloseHandle(token);
    return status;
}

static hf_status profiles(walk *w)
{
    WCHAR plain[MAX_PATH];
    DWORD size = MAX_PATH;
    assert_true(NATIVE("userenv.dll", GetProfilesDirectoryW)(plain, &size));
    hf_status status = walk_well(w, HF_NO_ARGS);
    expect_wide(w, 0, plain);
    return status;
}

/* ---- languages ---- */

static hf_status languages(walk *w, const char *name)
{
    BOOL(WINAPI * list)(DWORD, ULONG *, WCHAR *, ULONG *) = native_address("kernel32.dll", name);
    WCHAR plain[512];
    ULONG count, size = 512;
    assert_true(list(MUI_LANGUAGE_NAME, &count, plain, &size));
    hf_status status = walk_well(w, HF_ARGS(HF_UINT(MUI_LANGUAGE_NAME)));
    expect_bytes(w, 0, plain, count ? (size - 1) * sizeof *plain : 0);
    assert_int_equal(hf_result_scalar(&w->result, 0), count);
    return status;
}

static hf_status languages_of_user(walk *w)
{
    return languages(w, "GetUserPreferredUILanguages");
}

static hf_status languages_of_system(walk *w)
{
    return languages(w, "GetSystemPreferredUILanguages");
}

static hf_status languages_of_process(walk *w)
{
    return languages(w, "GetProcessPreferredUILanguages");
}

static hf_status languages_of_thread(walk *w)
{
    return languages(w, "GetThreadPreferredUILanguages");
}

/* ---- processors ---- */

static hf_status processors(walk *w)
{
    SYSTEM_LOGICAL_PROCESSOR_INFORMATION plain[256];
    DWORD size = sizeof plain;
    memset(plain, 0, sizeof plain);
    assert_true(GetLogicalProcessorInformation(plain, &size));
    hf_status status = walk_well(w, HF_NO_ARGS);
    expect_bytes(w, 0, plain, size);
    return status;
}

static hf_status processors_ex(walk *w)
{
    static union {
        SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX first;
        BYTE bytes[65536];
    } plain;
    DWORD size = sizeof plain;
    assert_true(GetLogicalProcessorInformationEx(RelationAll, &plain.first, &size));
    hf_status status = walk_well(w, HF_ARGS(HF_INT(RelationAll)));
    expect_bytes(w, 0, &plain, size);
    return status;
}

static hf_status cpu_sets(walk *w)
{
    hf_status status = walk_well(w, HF_ARGS(HF_NULL, HF_UINT(0)));
    size_t size;
    free(walk_copy(w, 0, &size));
    assert_true(size >= 32);
    return status;
}

/* ProcessorInformation: six numbers each, of which the speed changes. */
static hf_status power(walk *w)
{
    SYSTEM_INFO system;
    GetSystemInfo(&system);
    hf_status status = walk_well(w, HF_ARGS(HF_INT(11), HF_NULL));
    size_t size;
    DWORD(*got)[6] = walk_copy(w, 0, &size);
    assert_true(size >= system.dwNumberOfProcessors * sizeof *got);
    for (DWORD i = 0; i < system.dwNumberOfProcessors; i++) {
        walk_note(w, &got[i][0], sizeof(DWORD));
        assert_true(got[i][1] > 0);
    }
    free(got);
    return status;
}

static hf_status attributes(walk *w)
{
    hf_status status = walk_well(w, HF_ARGS(HF_UINT(3), HF_UINT(0)));
    SIZE_T size = 0;
    InitializeProcThreadAttributeList(NULL, 3, 0, &size);
    size_t got;
    free(walk_copy(w, 0, &got));
    assert_true(got >= size);
    return status;
}

WALK_PART(names);
const walk_call walk_calls_names[] = {
    { "GetUserNameW", user_name, WALK_SAME },
    { "GetUserNameA", user_name_narrow, WALK_SAME },
    { "GetUserNameExW", user_name_of_domain, WALK_SAME },
    { "GetUserNameExA", user_name_of_domain_narrow, WALK_SAME },
    { "GetComputerNameW", computer_name, WALK_SAME },
    { "GetComputerNameA", computer_name_narrow, WALK_SAME },
    { "GetComputerNameExW", computer_name_by_format, WALK_SAME },
    { "GetComputerNameExA", computer_name_by_format_narrow, WALK_SAME },
    { "GetUserProfileDirectoryW", profile, WALK_SAME },
    { "GetUserProfileDirectoryA", profile_narrow, WALK_SAME },
    { "GetProfilesDirectoryW", profiles, WALK_SAME },
    { "GetUserPreferredUILanguages", languages_of_user, WALK_SAME },
    { "GetSystemPreferredUILanguages", languages_of_system, WALK_SAME },
    { "GetProcessPreferredUILanguages", languages_of_process, WALK_SAME },
    { "GetThreadPreferredUILanguages", languages_of_thread, WALK_SAME },
    { "GetLogicalProcessorInformation", processors, WALK_SAME },
    { "GetLogicalProcessorInformationEx", processors_ex, WALK_SAME },
    { "GetSystemCpuSetInformation", cpu_sets, WALK_SAME },
    { "CallNtPowerInformation", power, WALK_NOTED },
    { "InitializeProcThreadAttributeList", attributes, WALK_CHANGES },
    { NULL, NULL, WALK_SAME },
};
