/* SPDX-License-Identifier: MIT */
/* hf-test: windows */

/* Services through the typed front, against one that the test has made. */

#include "runtime.h"

#include <windows.h>

#include <string.h>

#define NAME L"HoldfastServices"

static SC_HANDLE manager, service;

static int begin(void **state)
{
    SERVICE_DESCRIPTIONW description = { (LPWSTR)(uintptr_t)L"does n\u00f6thing" };
    manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_ALL_ACCESS);
    service = OpenServiceW(manager, NAME, SERVICE_ALL_ACCESS); /* of a run that was stopped */
    if (service) {
        DeleteService(service);
        CloseServiceHandle(service);
    }
    service = CreateServiceW(manager, NAME, L"Holdfast \u00e4 service", SERVICE_ALL_ACCESS,
                             SERVICE_WIN32_OWN_PROCESS, SERVICE_DEMAND_START, SERVICE_ERROR_IGNORE,
                             L"C:\\no\\such.exe -x", NULL, NULL, NULL, NULL, NULL);
    if (!service || !ChangeServiceConfig2W(service, SERVICE_CONFIG_DESCRIPTION, &description)) {
        return -1;
    }
    return hf_test_setup(state);
}

static int end(void **state)
{
    DeleteService(service);
    CloseServiceHandle(service);
    CloseServiceHandle(manager);
    return hf_test_teardown(state);
}

static void read_text(hf_test_runtime *t, hf_ref record, uint32_t field, char *text, size_t size)
{
    HF_FRAME(t->thread);
    hf_ref string = hf_local(t->thread);
    memset(text, 0, size);
    assert_int_equal(hf_load(record, field, string), HF_OK);
    assert_true(hf_bytes_size(string) < size);
    if (hf_bytes_size(string) != 0) {
        assert_int_equal(hf_bytes_read(string, 0, text, hf_bytes_size(string)), HF_OK);
    }
}

static void assert_text(hf_test_runtime *t, hf_ref record, uint32_t field, const char *expected)
{
    char text[512];
    read_text(t, record, field, text, sizeof text);
    assert_string_equal(text, expected);
}

static uint32_t number_of(hf_ref record, uint32_t field)
{
    uint32_t number = 77;
    assert_int_equal(hf_get(record, field, &number, sizeof number), HF_OK);
    return number;
}

static void services_are_listed_with_names_and_states(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref list = hf_local(t->thread);
    hf_ref one = hf_local(t->thread);
    unsigned ours = 0;
    int64_t error = 5;
    assert_int_equal(hf_services_list(t->thread, list, &error), HF_OK);
    assert_int_equal(error, 0);
    assert_int_equal(hf_collect(t->thread), HF_OK); /* nothing of it is the system's memory */
    for (size_t i = 0; i < hf_array_length(list); i++) {
        char name[512];
        assert_int_equal(hf_load_at(list, i, one), HF_OK);
        read_text(t, one, HF_SERVICE_NAME, name, sizeof name);
        assert_true(name[0] != 0);
        if (strcmp(name, "HoldfastServices") == 0) {
            ours++;
            assert_text(t, one, HF_SERVICE_DISPLAY_NAME, "Holdfast \xc3\xa4 service");
            assert_int_equal(number_of(one, HF_SERVICE_KIND), SERVICE_WIN32_OWN_PROCESS);
            assert_int_equal(number_of(one, HF_SERVICE_STATE), SERVICE_STOPPED);
            assert_int_equal(number_of(one, HF_SERVICE_PROCESS), 0);
        }
    }
    assert_int_equal(ours, 1);
}

static void service_says_how_it_is_set_up(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref config = hf_local(t->thread);
    assert_int_equal(hf_service_config(t->thread, "HoldfastServices", config, NULL), HF_OK);
    assert_text(t, config, HF_SERVICE_CONFIG_PATH, "C:\\no\\such.exe -x");
    assert_text(t, config, HF_SERVICE_CONFIG_DISPLAY_NAME, "Holdfast \xc3\xa4 service");
    assert_text(t, config, HF_SERVICE_CONFIG_DESCRIPTION, "does n\xc3\xb6thing");
    assert_text(t, config, HF_SERVICE_CONFIG_ACCOUNT, "LocalSystem");
    assert_int_equal(number_of(config, HF_SERVICE_CONFIG_KIND), SERVICE_WIN32_OWN_PROCESS);
    assert_int_equal(number_of(config, HF_SERVICE_CONFIG_START), SERVICE_DEMAND_START);
}

static void service_that_is_not_there_has_the_systems_code(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref config = hf_local(t->thread);
    int64_t error = 0;
    assert_int_equal(hf_service_config(t->thread, "NoSuchService", config, &error), HF_E_NATIVE);
    assert_int_equal(error, ERROR_SERVICE_DOES_NOT_EXIST);
    assert_true(hf_is_null(config));
    assert_int_equal(hf_service_config(t->thread, NULL, config, NULL), HF_E_NULL);
    assert_int_equal(hf_service_config(t->thread, "x", NULL, NULL), HF_E_SLOTS);
    assert_int_equal(hf_services_list(t->thread, NULL, NULL), HF_E_SLOTS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(services_are_listed_with_names_and_states),
        TEST(service_says_how_it_is_set_up),
        TEST(service_that_is_not_there_has_the_systems_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
