/* SPDX-License-Identifier: MIT */

/* The walk: what ntdll tells of the system, of processes, objects and keys. */

#include "lend.h"

#include <winternl.h>

#define WALK_KEY L"Software\\HoldfastWalkNt"

/* Classes that the headers leave out. */
enum {
    SYSTEM_BASIC = 0,
    SYSTEM_PROCESSES = 5,
    SYSTEM_MODULES = 11,
    SYSTEM_HANDLES = 64,
    PROCESS_BASIC = 0,
    PROCESS_IMAGE_NAME = 27,
    THREAD_NAME = 38,
    OBJECT_NAME = 1,
    OBJECT_TYPE = 2,
    OBJECT_TYPES = 3,
    FILE_NAME = 9,
    FILE_NAMES = 12,
    KEY_FULL_NAME = 3,
    KEY_PARTIAL_VALUE = 2
};

/* ---- the system ---- */

static hf_status system_lists(walk *w)
{
    size_t size;
    hf_status status = walk_do(w, HF_ARGS(HF_INT(SYSTEM_PROCESSES)));
    if (status == HF_OK) {
        const SYSTEM_PROCESS_INFORMATION *list = walk_copy(w, 0, &size);
        assert_true(size >= sizeof *list && list->NextEntryOffset < size);
        free((void *)(uintptr_t)list);
        status = walk_do(w, HF_ARGS(HF_INT(SYSTEM_MODULES)));
    }
    if (status == HF_OK) {
        ULONG *list = walk_copy(w, 0, &size);
        assert_true(list[0] >= 1);
        free(list);
        status = walk_do(w, HF_ARGS(HF_INT(SYSTEM_HANDLES)));
    }
    if (status == HF_OK) { /* the number of entries, then the entries */
        ULONG_PTR *list = walk_copy(w, 0, &size);
        assert_true(list[0] >= 1 && size / sizeof *list >= list[0]);
        free(list);
    }
    return status;
}

static hf_status system_basic(walk *w)
{
    SYSTEM_BASIC_INFORMATION info;
    ULONG size;
    hf_status status = walk_do(w, HF_ARGS(HF_INT(SYSTEM_BASIC)));
    if (status == HF_OK) {
        assert_int_equal(WALK_NATIVE("ntdll.dll", NtQuerySystemInformation)(
                             SystemBasicInformation, &info, sizeof info, &size),
                         0);
        size_t has;
        SYSTEM_BASIC_INFORMATION *got = walk_copy(w, 0, &has);
        assert_int_equal(has, sizeof info);
        assert_int_equal(got->NumberOfProcessors, info.NumberOfProcessors);
        free(got);
    }
    return status;
}

/* ---- objects, processes, threads, tokens ---- */

/* The characters of the UNICODE_STRING that an output begins with; they lie in the output itself,
 * which does not move. */
static void expect_counted(walk *w, const wchar_t *ends_with)
{
    size_t size, count = wcslen(ends_with);
    UNICODE_STRING *string = walk_copy(w, 0, &size);
    assert_true(size >= sizeof *string && string->Length / sizeof(wchar_t) >= count);
    assert_memory_equal(string->Buffer + string->Length / sizeof(wchar_t) - count, ends_with,
                        count * sizeof(wchar_t));
    walk_note(w, string->Buffer, string->Length);
    free(string);
}

static hf_status object_name(walk *w)
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, L"HoldfastWalkEvent");
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(event), HF_INT(OBJECT_NAME)));
    if (status == HF_OK) {
        expect_counted(w, L"\\HoldfastWalkEvent");
        status = walk_do(w, HF_ARGS(HF_POINTER(event), HF_INT(OBJECT_TYPE)));
    }
    if (status == HF_OK) {
        expect_counted(w, L"Event");
    }
    CloseHandle(event);
    return status;
}

/* OBJECT_TYPES_INFORMATION: how many, then as many types. */
static hf_status object_types(walk *w)
{
    hf_status status = walk_do(w, HF_ARGS(HF_NULL, HF_INT(OBJECT_TYPES)));
    if (status == HF_OK) {
        size_t size;
        ULONG *types = walk_copy(w, 0, &size);
        assert_true(types[0] > 1 && size > types[0] * sizeof(UNICODE_STRING));
        walk_note(w, types, sizeof types[0]);
        free(types);
    }
    return status;
}

static hf_status process_name(walk *w)
{
    hf_status status =
        walk_do(w, HF_ARGS(HF_POINTER(GetCurrentProcess()), HF_INT(PROCESS_IMAGE_NAME)));
    if (status == HF_OK) {
        expect_counted(w, L"\\hf_catalogue.exe");
    }
    return status;
}

static hf_status process_basic(walk *w)
{
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(GetCurrentProcess()), HF_INT(PROCESS_BASIC)));
    if (status == HF_OK) {
        size_t size;
        PROCESS_BASIC_INFORMATION *info = walk_copy(w, 0, &size);
        assert_int_equal(size, sizeof *info);
        assert_int_equal(info->UniqueProcessId, GetCurrentProcessId());
        free(info);
    }
    return status;
}

static hf_status thread_name(walk *w)
{
    wchar_t name[] = L"a walker";
    UNICODE_STRING string = { sizeof name - sizeof name[0], sizeof name, name };
    HANDLE thread = GetCurrentThread();
    typedef NTSTATUS(NTAPI * set_information)(HANDLE, int, void *, ULONG);
    set_information set = (set_information)walk_address("ntdll.dll", "NtSetInformationThread");
    assert_int_equal(set(thread, THREAD_NAME, &string, sizeof string), 0);
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(thread), HF_INT(THREAD_NAME)));
    if (status == HF_OK) {
        expect_counted(w, name);
    }
    return status;
}

static hf_status token_user(walk *w)
{
    HANDLE token;
    assert_true(OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token));
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(token), HF_INT(TokenUser)));
    if (status == HF_OK) {
        size_t size;
        TOKEN_USER *user = walk_copy(w, 0, &size);
        assert_true(size > sizeof *user && IsValidSid(user->User.Sid));
        walk_note(w, user->User.Sid, GetLengthSid(user->User.Sid));
        free(user);
    }
    CloseHandle(token);
    return status;
}

/* ---- files ---- */

static hf_status file_name(walk *w)
{
    wchar_t path[MAX_PATH];
    assert_true(GetModuleFileNameW(NULL, path, MAX_PATH) != 0);
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    assert_true(file != INVALID_HANDLE_VALUE);
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(file), HF_INT(FILE_NAME)));
    if (status == HF_OK) {
        size_t size, units = wcslen(path) - 2; /* without the drive */
        DWORD *info = walk_copy(w, 1, &size);
        assert_int_equal(info[0], units * sizeof path[0]);
        assert_int_equal(size, sizeof info[0] + info[0]);
        assert_memory_equal(&info[1], path + 2, info[0]);
        walk_note(w, info, size);
        free(info);
    }
    CloseHandle(file);
    return status;
}

static hf_status directory_entry(walk *w)
{
    wchar_t path[MAX_PATH], pattern[] = L"hf_catalogue.exe";
    UNICODE_STRING string = { sizeof pattern - sizeof pattern[0], sizeof pattern, pattern };
    assert_true(GetModuleFileNameW(NULL, path, MAX_PATH) != 0);
    *wcsrchr(path, L'\\') = 0;
    HANDLE directory = CreateFileW(path, FILE_LIST_DIRECTORY, FILE_SHARE_READ | FILE_SHARE_WRITE,
                                   NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    assert_true(directory != INVALID_HANDLE_VALUE);
    hf_status status =
        walk_do(w, HF_ARGS(HF_POINTER(directory), HF_NULL, HF_NULL, HF_NULL, HF_INT(FILE_NAMES),
                           HF_INT(1), HF_POINTER(&string), HF_INT(1)));
    if (status == HF_OK) { /* offset of the next, index, bytes of the name, name */
        size_t size;
        DWORD *entry = walk_copy(w, 1, &size);
        assert_int_equal(size, 3 * sizeof *entry + string.Length);
        assert_int_equal(entry[2], string.Length);
        assert_memory_equal(&entry[3], pattern, string.Length);
        walk_note(w, &entry[2], size - 2 * sizeof *entry);
        free(entry);
    }
    CloseHandle(directory);
    return status;
}

/* ---- keys ---- */

static HKEY make_key(void)
{
    HKEY key, child;
    RegDeleteTreeW(HKEY_CURRENT_USER, WALK_KEY);
    assert_int_equal(RegCreateKeyW(HKEY_CURRENT_USER, WALK_KEY, &key), 0);
    assert_int_equal(RegCreateKeyW(key, L"a child", &child), 0);
    RegCloseKey(child);
    assert_int_equal(RegSetValueExW(key, L"a value", 0, REG_BINARY, (const BYTE *)"content", 7), 0);
    return key;
}

static void drop_key(HKEY key)
{
    RegCloseKey(key);
    RegDeleteTreeW(HKEY_CURRENT_USER, WALK_KEY);
}

/* KEY_VALUE_PARTIAL_INFORMATION: index, type, bytes, data. */
static void expect_partial(walk *w)
{
    size_t size;
    DWORD *value = walk_copy(w, 0, &size);
    assert_int_equal(size, 3 * sizeof *value + 7);
    assert_int_equal(value[1], REG_BINARY);
    assert_int_equal(value[2], 7);
    assert_memory_equal(&value[3], "content", 7);
    free(value);
}

static hf_status value_of_key(walk *w)
{
    wchar_t name[] = L"a value";
    UNICODE_STRING string = { sizeof name - sizeof name[0], sizeof name, name };
    HKEY key = make_key();
    hf_status status =
        walk_do(w, HF_ARGS(HF_POINTER(key), HF_POINTER(&string), HF_INT(KEY_PARTIAL_VALUE)));
    if (status == HF_OK) {
        expect_partial(w);
    }
    drop_key(key);
    return status;
}

static hf_status first_value_of_key(walk *w)
{
    HKEY key = make_key();
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(key), HF_UINT(0), HF_INT(KEY_PARTIAL_VALUE)));
    if (status == HF_OK) {
        expect_partial(w);
    }
    drop_key(key);
    return status;
}

/* Bytes of a name, and the name, behind `words` numbers. */
static void expect_name(walk *w, size_t words, const wchar_t *ends_with)
{
    size_t size, count = wcslen(ends_with) * sizeof(wchar_t);
    DWORD *info = walk_copy(w, 0, &size);
    assert_int_equal(size, (words + 1) * sizeof *info + info[words]);
    assert_true(info[words] >= count);
    assert_memory_equal((char *)&info[words + 1] + info[words] - count, ends_with, count);
    walk_note(w, &info[words], size - words * sizeof *info);
    free(info);
}

static hf_status name_of_key(walk *w)
{
    HKEY key = make_key();
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(key), HF_INT(KEY_FULL_NAME)));
    if (status == HF_OK) {
        expect_name(w, 0, WALK_KEY);
    }
    drop_key(key);
    return status;
}

static hf_status child_of_key(walk *w)
{
    HKEY key = make_key();
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(key), HF_UINT(0), HF_INT(0)));
    if (status == HF_OK) { /* KEY_BASIC_INFORMATION: a time, an index, the name */
        expect_name(w, 3, L"a child");
    }
    drop_key(key);
    return status;
}

static hf_status security(walk *w)
{
    HKEY key = make_key();
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(key), HF_UINT(OWNER_SECURITY_INFORMATION |
                                                                   GROUP_SECURITY_INFORMATION)));
    if (status == HF_OK) {
        size_t size;
        void *descriptor = walk_copy(w, 0, &size);
        assert_true(IsValidSecurityDescriptor(descriptor));
        assert_int_equal(GetSecurityDescriptorLength(descriptor), size);
        free(descriptor);
    }
    drop_key(key);
    return status;
}

static hf_status license(walk *w)
{
    wchar_t name[] = L"Kernel-MUI-Language-Allowed";
    UNICODE_STRING string = { sizeof name - sizeof name[0], sizeof name, name };
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(&string)));
    if (status == HF_OK) {
        assert_int_equal(hf_result_scalar(&w->result, 0), REG_SZ);
        walk_expect(w, 0, L"EMPTY", sizeof L"EMPTY");
    }
    return status;
}

static hf_status variable(walk *w)
{
    assert_true(SetEnvironmentVariableW(L"HOLDFAST_WALK_NT", L"a value of some length"));
    hf_ref name = walk_lend_text(w, L"HOLDFAST_WALK_NT");
    hf_status status = walk_do(w, HF_ARGS(HF_NULL, HF_BUFFER(name, 0, HF_WHOLE)));
    if (status == HF_OK) {
        walk_expect_wide(w, 0, L"a value of some length");
    }
    return status;
}

static hf_status object_in_directory(walk *w)
{
    typedef NTSTATUS(NTAPI * open_directory)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *);
    wchar_t name[] = L"\\";
    UNICODE_STRING string = { sizeof name - sizeof name[0], sizeof name, name };
    OBJECT_ATTRIBUTES attributes = { .Length = sizeof attributes, .ObjectName = &string };
    open_directory open = (open_directory)walk_address("ntdll.dll", "NtOpenDirectoryObject");
    HANDLE directory;
    assert_int_equal(open(&directory, 1, &attributes), 0);
    hf_status status = walk_do(w, HF_ARGS(HF_POINTER(directory), HF_INT(1), HF_INT(1), HF_UINT(0)));
    if (status == HF_OK) {
        assert_int_equal(hf_result_scalar(&w->result, 0), 1); /* the context: the next one */
        expect_counted(w, L"");
    }
    CloseHandle(directory);
    return status;
}

WALK_PART(nt);
const walk_call walk_calls_nt[] = {
    { "NtQuerySystemInformation", system_lists, WALK_CHANGES },
    { "NtQuerySystemInformation:fixed", system_basic, WALK_SAME },
    { "NtQueryObject", object_name, WALK_NOTED },
    { "NtQueryObject:types", object_types, WALK_NOTED },
    { "NtQueryInformationProcess", process_name, WALK_NOTED },
    { "NtQueryInformationProcess:fixed", process_basic, WALK_CHANGES },
    { "NtQueryInformationThread:name", thread_name, WALK_NOTED },
    { "NtQueryInformationToken", token_user, WALK_NOTED },
    { "NtQueryInformationFile:name", file_name, WALK_NOTED },
    { "NtQueryDirectoryFile", directory_entry, WALK_NOTED },
    { "NtQueryValueKey", value_of_key, WALK_SAME },
    { "NtEnumerateValueKey", first_value_of_key, WALK_SAME },
    { "NtQueryKey", name_of_key, WALK_NOTED },
    { "NtEnumerateKey", child_of_key, WALK_NOTED },
    { "NtQuerySecurityObject", security, WALK_SAME },
    { "NtQueryLicenseValue", license, WALK_SAME },
    { "RtlQueryEnvironmentVariable", variable, WALK_SAME },
    { "NtQueryDirectoryObject", object_in_directory, WALK_NOTED },
    { NULL, NULL, WALK_SAME },
};
