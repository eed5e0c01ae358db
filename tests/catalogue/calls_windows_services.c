/* SPDX-License-Identifier: MIT */

/* The walk: services.  A service of our own is made and deleted again; none is started. */

#include "calls_native.h"

#include <winsvc.h>

#define OUR_SERVICE L"HoldfastWalk"
#define OUR_NAME    L"Holdfast walks here"

typedef struct service {
    SC_HANDLE manager, service;
} service;

static SC_HANDLE make(SC_HANDLE manager, const WCHAR *name, const WCHAR *shown,
                      const WCHAR *depends_on)
{
    return CreateServiceW(manager, name, shown, SERVICE_ALL_ACCESS, SERVICE_WIN32_OWN_PROCESS,
                          SERVICE_DEMAND_START, SERVICE_ERROR_NORMAL, L"C:\\holdfast\\walk.exe",
                          NULL, NULL, depends_on, NULL, NULL);
}

/* A walk that failed left it behind. */
static void remove_old(SC_HANDLE manager, const WCHAR *name)
{
    SC_HANDLE old = OpenServiceW(manager, name, SERVICE_ALL_ACCESS);
    if (old) {
        DeleteService(old);
        CloseServiceHandle(old);
    }
}

static service service_begin(void)
{
    service s = { OpenSCManagerW(NULL, NULL, SC_MANAGER_ALL_ACCESS), NULL };
    assert_non_null(s.manager);
    remove_old(s.manager, OUR_SERVICE);
    remove_old(s.manager, OUR_SERVICE L"2");
    s.service = make(s.manager, OUR_SERVICE, OUR_NAME, NULL);
    assert_non_null(s.service);
    return s;
}

static void service_end(service *s)
{
    DeleteService(s->service);
    CloseServiceHandle(s->service);
    CloseServiceHandle(s->manager);
}

/* A text that a structure in the result leads to. */
static void note_text(walk *w, const WCHAR *text)
{
    walk_note(w, text, (wcslen(text) + 1) * sizeof *text);
}

static hf_status config(walk *w)
{
    service s = service_begin();
    hf_status status = walk_well(w, HF_ARGS(HF_POINTER(s.service)));
    size_t size;
    QUERY_SERVICE_CONFIGW *got = walk_copy(w, 0, &size);
    assert_true(size >= sizeof *got);
    assert_int_equal(got->dwStartType, SERVICE_DEMAND_START);
    note_text(w, got->lpDisplayName);
    note_text(w, got->lpBinaryPathName);
    assert_memory_equal(got->lpDisplayName, OUR_NAME, sizeof OUR_NAME);
    free(got);
    service_end(&s);
    return status;
}

static hf_status description(walk *w)
{
    service s = service_begin();
    WCHAR text[] = L"what the walk says of itself";
    SERVICE_DESCRIPTIONW description = { text };
    assert_true(ChangeServiceConfig2W(s.service, SERVICE_CONFIG_DESCRIPTION, &description));
    hf_status status =
        walk_well(w, HF_ARGS(HF_POINTER(s.service), HF_UINT(SERVICE_CONFIG_DESCRIPTION)));
    size_t size;
    SERVICE_DESCRIPTIONW *got = walk_copy(w, 0, &size);
    assert_true(size >= sizeof *got);
    note_text(w, got->lpDescription);
    assert_memory_equal(got->lpDescription, text, sizeof text);
    free(got);
    service_end(&s);
    return status;
}

static hf_status state(walk *w)
{
    service s = service_begin();
    hf_status status = walk_well(w, HF_ARGS(HF_POINTER(s.service), HF_INT(SC_STATUS_PROCESS_INFO)));
    SERVICE_STATUS_PROCESS plain;
    DWORD size;
    assert_true(QueryServiceStatusEx(s.service, SC_STATUS_PROCESS_INFO, (BYTE *)&plain,
                                     sizeof plain, &size));
    expect_bytes(w, 0, &plain, sizeof plain);
    walk_note(w, &plain, sizeof plain);
    service_end(&s);
    return status;
}

static hf_status security(walk *w)
{
    service s = service_begin();
    hf_status status = walk_well(w, HF_ARGS(HF_POINTER(s.service), HF_UINT(4)));
    size_t size;
    void *got = walk_copy(w, 0, &size);
    assert_true(IsValidSecurityDescriptor(got));
    walk_note(w, got, GetSecurityDescriptorLength(got));
    free(got);
    service_end(&s);
    return status;
}

/* Other programs' services may come and go; ours has to be among them. */
/* Services that there are now, as the plain call has it with more room than they need. */
static DWORD count_services(SC_HANDLE manager)
{
    static union {
        ENUM_SERVICE_STATUSW entry;
        BYTE bytes[256 * 1024];
    } all;
    DWORD left = 0, count = 0, resume = 0;
    assert_true(EnumServicesStatusW(manager, SERVICE_WIN32, SERVICE_STATE_ALL, &all.entry,
                                    sizeof all, &left, &count, &resume));
    return count;
}

/* The system installs and removes some by itself meanwhile. */
static void expect_count(const walk *w, SC_HANDLE manager, DWORD before)
{
    DWORD after = count_services(manager);
    int64_t count = hf_result_scalar(&w->result, 1);
    assert_true(count >= (before < after ? before : after));
    assert_true(count <= (before < after ? after : before));
}

static void expect_ours(const WCHAR *name, bool *found)
{
    *found |= wcscmp(name, OUR_SERVICE) == 0;
}

static hf_status list_ex(walk *w)
{
    service s = service_begin();
    DWORD before = count_services(s.manager);
    hf_status status = walk_well(w, HF_ARGS(HF_POINTER(s.manager), HF_INT(SC_ENUM_PROCESS_INFO),
                                            HF_UINT(SERVICE_WIN32), HF_UINT(SERVICE_STATE_ALL),
                                            HF_UINT(0), HF_NULL));
    expect_count(w, s.manager, before);
    size_t size;
    bool found = false;
    ENUM_SERVICE_STATUS_PROCESSW *got = walk_copy(w, 0, &size);
    for (int64_t i = 0; i < hf_result_scalar(&w->result, 1); i++) {
        expect_ours(got[i].lpServiceName, &found);
    }
    assert_true(found);
    free(got);
    service_end(&s);
    return status;
}

static hf_status list(walk *w)
{
    service s = service_begin();
    DWORD before = count_services(s.manager);
    hf_status status = walk_well(w, HF_ARGS(HF_POINTER(s.manager), HF_UINT(SERVICE_WIN32),
                                            HF_UINT(SERVICE_STATE_ALL), HF_UINT(0)));
    expect_count(w, s.manager, before);
    size_t size;
    bool found = false;
    ENUM_SERVICE_STATUSW *got = walk_copy(w, 0, &size);
    for (int64_t i = 0; i < hf_result_scalar(&w->result, 1); i++) {
        expect_ours(got[i].lpServiceName, &found);
    }
    assert_true(found);
    free(got);
    service_end(&s);
    return status;
}

static hf_status dependents(walk *w)
{
    service s = service_begin();
    SC_HANDLE second = make(s.manager, OUR_SERVICE L"2", OUR_NAME L" too", OUR_SERVICE L"\0");
    assert_non_null(second);
    hf_status status = walk_well(w, HF_ARGS(HF_POINTER(s.service), HF_UINT(SERVICE_STATE_ALL)));
    size_t size;
    ENUM_SERVICE_STATUSW *got = walk_copy(w, 0, &size);
    int64_t count = hf_result_scalar(&w->result, 1);
    walk_note(w, &count, sizeof count);
    for (int64_t i = 0; i < count; i++) {
        note_text(w, got[i].lpServiceName);
    }
    free(got);
    DeleteService(second);
    CloseServiceHandle(second);
    service_end(&s);
    return status;
}

static hf_status display_name(walk *w)
{
    service s = service_begin();
    hf_status status = walk_well(w, HF_ARGS(HF_POINTER(s.manager), HF_CSTR("HoldfastWalk")));
    expect_wide(w, 0, OUR_NAME);
    service_end(&s);
    return status;
}

static hf_status display_name_narrow(walk *w)
{
    service s = service_begin();
    hf_status status = walk_well(w, HF_ARGS(HF_POINTER(s.manager), HF_CSTR("HoldfastWalk")));
    expect_bytes(w, 0, "Holdfast walks here", 19);
    service_end(&s);
    return status;
}

static hf_status key_name(walk *w)
{
    service s = service_begin();
    hf_status status = walk_well(w, HF_ARGS(HF_POINTER(s.manager), HF_CSTR("Holdfast walks here")));
    expect_wide(w, 0, OUR_SERVICE);
    service_end(&s);
    return status;
}

WALK_PART(services);
const walk_call walk_calls_services[] = {
    { "QueryServiceConfigW", config, WALK_NOTED },
    { "QueryServiceConfig2W", description, WALK_NOTED },
    { "QueryServiceStatusEx", state, WALK_NOTED },
    { "QueryServiceObjectSecurity", security, WALK_NOTED },
    { "EnumServicesStatusExW", list_ex, WALK_CHANGES },
    { "EnumServicesStatusW", list, WALK_CHANGES },
    { "EnumDependentServicesW", dependents, WALK_NOTED },
    { "GetServiceDisplayNameW", display_name, WALK_SAME },
    { "GetServiceDisplayNameA", display_name_narrow, WALK_SAME },
    { "GetServiceKeyNameW", key_name, WALK_SAME },
    { NULL, NULL, WALK_SAME },
};
