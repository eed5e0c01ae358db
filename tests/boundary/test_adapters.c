/* SPDX-License-Identifier: MIT */
/* hf-test: windows */

/* Network adapters against the plain calls. */

#include "property_samples.h"

#include <winsock2.h>
#include <windows.h>
#include <ws2tcpip.h>

#include <iphlpapi.h>
#include <stdio.h>
#include <stdlib.h>

typedef ULONG(WINAPI *list_fn)(ULONG, ULONG, PVOID, PIP_ADAPTER_ADDRESSES, PULONG);
typedef const char *(WINAPI *write_fn)(int, const void *, char *, size_t);
typedef int(WINAPI *startup_fn)(WORD, WSADATA *);

static uintptr_t address_of(const char *library, const char *name)
{
    FARPROC found = GetProcAddress(LoadLibraryA(library), name);
    assert_non_null(found);
    return (uintptr_t)found;
}

static void assert_field(hf_test_runtime *t, hf_ref record, uint32_t field, const char *expected)
{
    HF_FRAME(t->thread);
    hf_ref text = hf_local(t->thread);
    char seen[512];
    assert_int_equal(hf_load(record, field, text), HF_OK);
    sample_read(text, seen, sizeof seen);
    assert_string_equal(seen, expected);
}

static void assert_number(hf_ref record, uint32_t field, uint32_t expected)
{
    uint32_t number = ~expected;
    assert_int_equal(hf_get(record, field, &number, sizeof number), HF_OK);
    assert_int_equal(number, expected);
}

/* As the system writes an address, with the scope behind it. */
static void write_plain(const SOCKET_ADDRESS *address, char *text, size_t room)
{
    write_fn write = (write_fn)address_of("ws2_32.dll", "inet_ntop");
    const struct sockaddr_in *v4 = (const void *)address->lpSockaddr;
    const struct sockaddr_in6 *v6 = (const void *)address->lpSockaddr;
    bool is_v6 = v4->sin_family == AF_INET6;
    const void *bytes = is_v6 ? (const void *)&v6->sin6_addr : (const void *)&v4->sin_addr;
    assert_non_null(write(v4->sin_family, bytes, text, room));
    if (is_v6 && v6->sin6_scope_id != 0) {
        size_t length = strlen(text);
        snprintf(text + length, room - length, "%%%lu", v6->sin6_scope_id);
    }
}

static void assert_addresses(hf_test_runtime *t, hf_ref adapter, PIP_ADAPTER_ADDRESSES expected)
{
    HF_FRAME(t->thread);
    hf_ref all = hf_local(t->thread);
    hf_ref one = hf_local(t->thread);
    size_t count = 0;
    assert_int_equal(hf_load(adapter, HF_ADAPTER_ADDRESSES, all), HF_OK);
    for (PIP_ADAPTER_UNICAST_ADDRESS at = expected->FirstUnicastAddress; at; at = at->Next) {
        char text[128], seen[128];
        write_plain(&at->Address, text, sizeof text);
        assert_int_equal(hf_load_at(all, count++, one), HF_OK);
        sample_read(one, seen, sizeof seen);
        assert_string_equal(seen, text);
    }
    assert_int_equal(hf_array_length(all), count);
}

static void assert_adapter(hf_test_runtime *t, hf_ref adapter, PIP_ADAPTER_ADDRESSES expected)
{
    HF_FRAME(t->thread);
    hf_ref bytes = hf_local(t->thread);
    unsigned char physical[64];
    char text[512];
    assert_field(t, adapter, HF_ADAPTER_NAME, expected->AdapterName);
    WideCharToMultiByte(CP_UTF8, 0, expected->Description, -1, text, sizeof text, NULL, NULL);
    assert_field(t, adapter, HF_ADAPTER_DESCRIPTION, text);
    WideCharToMultiByte(CP_UTF8, 0, expected->FriendlyName, -1, text, sizeof text, NULL, NULL);
    assert_field(t, adapter, HF_ADAPTER_FRIENDLY_NAME, text);
    assert_number(adapter, HF_ADAPTER_INDEX, expected->IfIndex);
    assert_number(adapter, HF_ADAPTER_KIND, expected->IfType);
    assert_number(adapter, HF_ADAPTER_STATE, expected->OperStatus);
    assert_number(adapter, HF_ADAPTER_MTU, expected->Mtu);
    assert_int_equal(hf_load(adapter, HF_ADAPTER_PHYSICAL, bytes), HF_OK);
    assert_int_equal(hf_bytes_size(bytes), expected->PhysicalAddressLength);
    if (expected->PhysicalAddressLength != 0) {
        assert_int_equal(hf_bytes_read(bytes, 0, physical, expected->PhysicalAddressLength), HF_OK);
        assert_memory_equal(physical, expected->PhysicalAddress, expected->PhysicalAddressLength);
    }
    assert_addresses(t, adapter, expected);
}

static void adapters_are_what_the_system_lists(void **state)
{
    hf_test_runtime *t = *state;
    static const hf_adapters_family families[] = { HF_ADAPTERS_ALL, HF_ADAPTERS_V4,
                                                   HF_ADAPTERS_V6 };
    list_fn list = (list_fn)address_of("iphlpapi.dll", "GetAdaptersAddresses");
    startup_fn startup = (startup_fn)address_of("ws2_32.dll", "WSAStartup");
    WSADATA data;
    assert_int_equal(startup(0x202, &data), 0);
    for (unsigned i = 0; i < 3; i++) {
        HF_FRAME(t->thread);
        hf_ref all = hf_local(t->thread);
        hf_ref adapter = hf_local(t->thread);
        ULONG size = 256 * 1024;
        PIP_ADAPTER_ADDRESSES plain = calloc(1, size);
        assert_non_null(plain);
        size_t count = 0;
        int64_t error = -1;
        ULONG code = list(families[i], 0, NULL, plain, &size); /* wine may refuse a family */
        hf_status status = hf_adapters(t->thread, families[i], 0, all, &error);
        assert_int_equal(status, code == 0 ? HF_OK : HF_E_NATIVE);
        assert_int_equal(error, code);
        assert_int_equal(hf_is_null(all), code != 0);
        if (code != 0) {
            assert_true(families[i] != HF_ADAPTERS_ALL);
            free(plain);
            continue;
        }
        assert_int_equal(hf_collect(t->thread), HF_OK);
        for (PIP_ADAPTER_ADDRESSES at = plain; at; at = at->Next) {
            assert_int_equal(hf_load_at(all, count++, adapter), HF_OK);
            assert_adapter(t, adapter, at);
        }
        assert_int_equal(hf_array_length(all), count);
        free(plain);
    }
}

static void adapters_need_a_place_to_go_to(void **state)
{
    hf_test_runtime *t = *state;
    assert_int_equal(hf_adapters(t->thread, HF_ADAPTERS_ALL, 0, NULL, NULL), HF_E_SLOTS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(adapters_are_what_the_system_lists),
        TEST(adapters_need_a_place_to_go_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
