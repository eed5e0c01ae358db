/* SPDX-License-Identifier: MIT */
/* hf-test: windows */

/* Devices of our own, made in memory and never registered: what is written is read back. */

#include "property_samples.h"

#include <windows.h>

#include <setupapi.h>
#include <stdio.h>

/* Classes that this test alone knows, and "Ports", which every system has. */
static const hf_guid our_class = {
    0x6a55b5b4, 0x3f65, 0x11db, { 0xb7, 0x04, 0x00, 0x11, 0x95, 0x5c, 0x2b, 0xdb }
};
static const hf_guid our_interface = {
    0x6a55b5b5, 0x3f65, 0x11db, { 0xb7, 0x04, 0x00, 0x11, 0x95, 0x5c, 0x2b, 0xdb }
};
static const hf_guid ports = {
    0x4d36e978, 0xe325, 0x11ce, { 0xbf, 0xc1, 0x08, 0x00, 0x2b, 0xe1, 0x03, 0x18 }
};

#define NO_SUCH_PROPERTY 1168
#define NO_MORE          259

/* A set and a device in it, in slots of the caller's frame. */
static void make_device(hf_test_runtime *t, hf_ref set, hf_ref device)
{
    int64_t error = -1;
    assert_int_equal(hf_devices_create(t->thread, &our_class, NULL, set, &error), HF_OK);
    assert_int_equal(error, 0);
    assert_int_equal(hf_device_create(t->thread, set, "HoldfastFront", &our_class, "A device", 1,
                                      device, &error),
                     HF_OK);
}

static void assert_string(hf_test_runtime *t, hf_ref text, const char *expected)
{
    char seen[512];
    (void)t;
    sample_read(text, seen, sizeof seen);
    assert_string_equal(seen, expected);
}

/* ---- sets and devices ---- */

static void devices_of_a_set_are_listed(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref set = hf_local(t->thread);
    hf_ref device = hf_local(t->thread);
    hf_ref all = hf_local(t->thread);
    hf_ref text = hf_local(t->thread);
    int64_t error = -1;
    make_device(t, set, device);
    for (unsigned i = 0; i < 40; i++) { /* more than the array begins with */
        assert_int_equal(hf_device_create(t->thread, set, "HoldfastFront", &our_class, NULL,
                                          HF_DEVICE_GENERATE_ID, device, NULL),
                         HF_OK);
    }
    assert_int_equal(hf_devices_list(t->thread, set, all, &error), HF_OK);
    assert_int_equal(error, 0);
    assert_int_equal(hf_array_length(all), 41);
    for (unsigned i = 0; i < 41; i++) {
        char expected[64], seen[64];
        snprintf(expected, sizeof expected, "ROOT\\HOLDFASTFRONT\\%04u", i);
        assert_int_equal(hf_load_at(all, i, device), HF_OK);
        assert_int_equal(hf_device_id(t->thread, set, device, text, NULL), HF_OK);
        sample_read(text, seen, sizeof seen);
        assert_int_equal(_stricmp(seen, expected), 0);
    }
    assert_int_equal(hf_devices_at(t->thread, set, 41, device, &error), HF_E_NATIVE);
    assert_int_equal(error, NO_MORE);
    assert_true(hf_is_null(device));
    assert_int_equal(hf_load_at(all, 3, device), HF_OK);
    assert_int_equal(hf_device_delete(t->thread, set, device, NULL), HF_OK);
    assert_int_equal(hf_devices_list(t->thread, set, all, NULL), HF_OK);
    assert_int_equal(hf_array_length(all), 40);
    assert_int_equal(hf_resource_dispose(t->thread, set), HF_OK);
}

static void sets_of_the_machine_are_opened(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref set = hf_local(t->thread);
    hf_ref all = hf_local(t->thread);
    hf_ref device = hf_local(t->thread);
    hf_ref id = hf_local(t->thread);
    assert_int_equal(
        hf_devices_open(t->thread, NULL, NULL, HF_DEVICES_ALL_CLASSES, NULL, set, NULL), HF_OK);
    assert_int_equal(hf_devices_list(t->thread, set, all, NULL), HF_OK);
    for (size_t i = 0; i < hf_array_length(all); i++) {
        assert_int_equal(hf_load_at(all, i, device), HF_OK);
        assert_int_equal(hf_device_id(t->thread, set, device, id, NULL), HF_OK);
        assert_true(hf_bytes_size(id) > 0);
    }
    assert_int_equal(hf_resource_dispose(t->thread, set), HF_OK);
    assert_int_equal(hf_devices_list(t->thread, set, all, NULL), HF_E_CLOSED);
    hf_test_expect_report(t, HF_E_CLOSED, "SetupDiEnumDeviceInfo", "1 (set)");
    assert_true(hf_is_null(all));

    int64_t error = 0; /* neither a class nor all of them */
    assert_int_equal(hf_devices_open(t->thread, NULL, NULL, 0, NULL, set, &error), HF_E_NATIVE);
    assert_int_equal(error, ERROR_INVALID_PARAMETER);
    assert_true(hf_is_null(set));
}

/* ---- properties ---- */

/* The function that the system would be, with one sample after the other to give. */
static struct {
    const property_sample *now; /* given when there is room */
    uint32_t type_before;       /* while there is none */
    unsigned calls;
} fake;

static BOOL WINAPI fake_property(HDEVINFO set, SP_DEVINFO_DATA *info, const void *key, ULONG *type,
                                 BYTE *value, DWORD size, DWORD *needed, DWORD flags)
{
    (void)set, (void)info, (void)key, (void)flags;
    fake.calls++;
    *needed = (DWORD)fake.now->size;
    if (size < fake.now->size) {
        *type = fake.type_before;
        SetLastError(ERROR_INSUFFICIENT_BUFFER);
        return FALSE;
    }
    *type = fake.now->type;
    if (fake.now->size != 0) {
        memcpy(value, fake.now->bytes, fake.now->size);
    }
    return TRUE;
}

static void read_fake(hf_test_runtime *t, const property_sample *sample, hf_ref property)
{
    HF_FRAME(t->thread);
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.address = (void *)(uintptr_t)fake_property;
    options.first_bytes = 1;
    hf_function *function;
    hf_result result = HF_RESULT_INIT;
    SP_DEVINFO_DATA info = { .cbSize = sizeof info };
    fake.now = sample;
    fake.type_before = HF_PROPERTY_IS_UINT64;
    fake.calls = 0;
    assert_int_equal(hf_native_with(t->thread, "SetupDiGetDevicePropertyW", &options, &function),
                     HF_OK);
    assert_int_equal(
        hf_call(t->thread, function, &result,
                HF_ARGS(HF_POINTER(NULL), HF_POINTER(&info), HF_POINTER(&sample_key), HF_UINT(0))),
        HF_OK);
    assert_int_equal(fake.calls, sample->size > 1 ? 2 : 1);
    assert_int_equal(hf_property_decode(t->thread, (uint32_t)hf_result_scalar(&result, 0),
                                        hf_result_out(&result, 0), property),
                     HF_OK);
    hf_function_destroy(function);
}

/* What wine keeps of it: nothing. */
static bool is_nothing(const property_sample *sample)
{
    return sample->type == HF_PROPERTY_IS_EMPTY || sample->type == HF_PROPERTY_IS_NULL;
}

static void each_type_is_read_as_it_was_written(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref set = hf_local(t->thread);
    hf_ref device = hf_local(t->thread);
    hf_ref property = hf_local(t->thread);
    unsigned kept = 0;
    make_device(t, set, device);
    for (size_t i = 0; i < PROPERTY_SAMPLES; i++) {
        const property_sample *sample = &property_samples[i];
        hf_property_key key = sample_key;
        int64_t error = -1;
        key.id = (uint32_t)(100 + i);
        hf_status status = hf_device_set_property(t->thread, set, device, &key, sample->type,
                                                  sample->bytes, sample->size, &error);
        if (status == HF_OK && !is_nothing(sample)) {
            assert_int_equal(hf_device_property(t->thread, set, device, &key, property, &error),
                             HF_OK);
            assert_property(t, property, sample);
            kept++;
        } else if (status != HF_OK) { /* nothing to delete, or a type that this system refuses */
            assert_int_equal(status, HF_E_NATIVE);
            assert_true(is_nothing(sample) ? error == NO_SUCH_PROPERTY
                                           : error == ERROR_INVALID_DATA);
        }
        read_fake(t, sample, property);
        assert_property(t, property, sample);
    }
    assert_true(kept >= 30);
    assert_int_equal(hf_resource_dispose(t->thread, set), HF_OK);
}

static void the_type_is_that_of_the_try_that_succeeded(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref property = hf_local(t->thread);
    property_sample number = { HF_PROPERTY_IS_UINT32, "\7\0\0\0", 4, 1, 7, 7.0, NULL };
    property_sample text = { HF_PROPERTY_IS_STRING, u"seven", 12, 1, 0, 0.0, "seven" };
    read_fake(t, &number, property); /* which calls itself a UINT64 as long as it does not fit */
    assert_property(t, property, &number);
    read_fake(t, &text, property);
    assert_property(t, property, &text);
}

static void properties_are_written_over_deleted_and_missed(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref set = hf_local(t->thread);
    hf_ref device = hf_local(t->thread);
    hf_ref property = hf_local(t->thread);
    int64_t error = -1;
    make_device(t, set, device);
    assert_int_equal(hf_device_property(t->thread, set, device, &sample_key, property, &error),
                     HF_E_NATIVE);
    assert_int_equal(error, NO_SUCH_PROPERTY);
    assert_true(hf_is_null(property));

    assert_int_equal(
        hf_device_set_text(t->thread, set, device, &sample_key, "Stra\xc3\x9f\x65", NULL), HF_OK);
    property_sample text = { HF_PROPERTY_IS_STRING, u"Stra\u00dfe", 14, 1, 0, 0.0,
                             "Stra\xc3\x9f\x65" };
    assert_int_equal(hf_device_property(t->thread, set, device, &sample_key, property, &error),
                     HF_OK);
    assert_int_equal(error, 0);
    assert_property(t, property, &text);

    const uint32_t seven = 7;
    property_sample number = { HF_PROPERTY_IS_UINT32, &seven, 4, 1, 7, 7.0, NULL };
    assert_int_equal(hf_device_set_property(t->thread, set, device, &sample_key, number.type,
                                            &seven, sizeof seven, NULL),
                     HF_OK);
    assert_int_equal(hf_device_property(t->thread, set, device, &sample_key, property, NULL),
                     HF_OK);
    assert_property(t, property, &number);

    assert_int_equal(hf_device_set_property(t->thread, set, device, &sample_key, 0, NULL, 0, NULL),
                     HF_OK);
    assert_int_equal(hf_device_property(t->thread, set, device, &sample_key, property, &error),
                     HF_E_NATIVE);
    assert_int_equal(error, NO_SUCH_PROPERTY);
    assert_int_equal(hf_device_set_text(t->thread, set, device, &sample_key, "\xff", NULL),
                     HF_E_UTF);
    hf_test_expect_report(t, HF_E_UTF, "hf_device_set_text", "text");
    assert_int_equal(hf_resource_dispose(t->thread, set), HF_OK);
}

static void registry_properties_are_read_by_their_type(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref set = hf_local(t->thread);
    hf_ref device = hf_local(t->thread);
    hf_ref property = hf_local(t->thread);
    hf_ref part = hf_local(t->thread);
    static const WCHAR ids[] = L"ROOT\\One\0ROOT\\Two\0";
    char seen[64];
    int64_t error = 0;
    make_device(t, set, device);
    assert_int_equal(hf_device_set_registry_property(t->thread, set, device, SPDRP_HARDWAREID, ids,
                                                     sizeof ids, NULL),
                     HF_OK);
    assert_int_equal(
        hf_device_registry_property(t->thread, set, device, SPDRP_HARDWAREID, property, NULL),
        HF_OK);
    assert_int_equal(hf_load(property, HF_PROPERTY_VALUE, part), HF_OK);
    sample_join(t, part, seen, sizeof seen);
    assert_string_equal(seen, "ROOT\\One|ROOT\\Two|");
    assert_int_equal(
        hf_device_registry_property(t->thread, set, device, SPDRP_DEVICEDESC, property, NULL),
        HF_OK);
    assert_int_equal(hf_load(property, HF_PROPERTY_VALUE, part), HF_OK);
    assert_string(t, part, "A device");
    assert_int_equal(
        hf_device_registry_property(t->thread, set, device, SPDRP_DRIVER, property, &error),
        HF_E_NATIVE);
    assert_int_equal(error, ERROR_INVALID_DATA);
    assert_int_equal(hf_resource_dispose(t->thread, set), HF_OK);
}

static void what_this_system_lacks_is_said_by_name(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref set = hf_local(t->thread);
    hf_ref device = hf_local(t->thread);
    hf_ref out = hf_local(t->thread);
    make_device(t, set, device);
    hf_status status = hf_device_property_keys(t->thread, set, device, out, NULL);
    if (status == HF_E_SYMBOL) {
        hf_test_expect_report(t, HF_E_SYMBOL, "hf_function_bind", "SetupDiGetDevicePropertyKeys");
    } else {
        assert_int_equal(status, HF_OK);
        assert_int_equal(hf_bytes_size(out) % sizeof(hf_property_key), 0);
    }
    status = hf_device_class_property(t->thread, &ports, &sample_key, 1, out, NULL);
    if (status == HF_E_SYMBOL) {
        hf_test_expect_report(t, HF_E_SYMBOL, "hf_function_bind", "SetupDiGetClassPropertyW");
    } else {
        assert_int_equal(status, HF_E_NATIVE);
    }
    assert_true(hf_is_null(out));
    assert_int_equal(hf_resource_dispose(t->thread, set), HF_OK);
}

/* ---- interfaces and classes ---- */

static void interfaces_have_a_path(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref set = hf_local(t->thread);
    hf_ref device = hf_local(t->thread);
    hf_ref all = hf_local(t->thread);
    hf_ref one = hf_local(t->thread);
    hf_ref path = hf_local(t->thread);
    static const char begin[] = "\\\\?\\ROOT#HOLDFASTFRONT#0000#{6a55b5b5-";
    char seen[256];
    make_device(t, set, device);
    assert_int_equal(hf_device_interfaces(t->thread, set, device, &our_interface, all, NULL),
                     HF_OK);
    assert_int_equal(hf_array_length(all), 0);
    assert_int_equal(
        hf_device_interface_create(t->thread, set, device, &our_interface, "here", one, NULL),
        HF_OK);
    assert_int_equal(hf_device_interfaces(t->thread, set, NULL, &our_interface, all, NULL), HF_OK);
    assert_int_equal(hf_array_length(all), 1);
    assert_int_equal(hf_load_at(all, 0, one), HF_OK);
    assert_int_equal(hf_device_interface_path(t->thread, set, one, path, NULL), HF_OK);
    sample_read(path, seen, sizeof seen);
    assert_int_equal(_strnicmp(seen, begin, strlen(begin)), 0);
    assert_string_equal(seen + strlen(seen) - 5, "\\here");
    assert_int_equal(hf_device_interface_remove(t->thread, set, one, NULL), HF_OK);
    assert_int_equal(hf_device_delete(t->thread, set, device, NULL), HF_OK);
    assert_int_equal(hf_resource_dispose(t->thread, set), HF_OK);
}

static void classes_have_names_and_guids(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref out = hf_local(t->thread);
    hf_guid seen;
    assert_int_equal(hf_device_class_name(t->thread, &ports, NULL, out, NULL), HF_OK);
    assert_string(t, out, "Ports");
    assert_int_equal(hf_device_class_description(t->thread, &ports, NULL, out, NULL), HF_OK);
    assert_true(hf_bytes_size(out) > 5);
    assert_int_equal(hf_device_class_guids(t->thread, "Ports", NULL, out, NULL), HF_OK);
    assert_int_equal(hf_bytes_size(out), sizeof seen);
    assert_int_equal(hf_bytes_read(out, 0, &seen, sizeof seen), HF_OK);
    assert_memory_equal(&seen, &ports, sizeof seen);
    assert_int_equal(hf_device_class_guids(t->thread, "No class of that name", NULL, out, NULL),
                     HF_OK);
    assert_int_equal(hf_bytes_size(out), 0);
    assert_int_equal(hf_device_class_name(t->thread, &our_class, NULL, out, NULL), HF_E_NATIVE);
    assert_true(hf_is_null(out));
}

/* ---- what is refused ---- */

static void what_is_missing_is_refused(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref set = hf_local(t->thread);
    hf_ref device = hf_local(t->thread);
    hf_ref small = hf_local(t->thread);
    hf_ref out = hf_local(t->thread);
    hf_thread *th = t->thread;
    make_device(t, set, device);
    assert_int_equal(hf_devices_create(th, NULL, NULL, NULL, NULL), HF_E_SLOTS);
    assert_int_equal(hf_device_create(th, set, NULL, &our_class, NULL, 1, out, NULL), HF_E_NULL);
    assert_int_equal(hf_device_create(th, set, "x", NULL, NULL, 1, out, NULL), HF_E_NULL);
    assert_int_equal(hf_device_id(th, set, NULL, out, NULL), HF_E_NULL);
    assert_int_equal(hf_device_id(th, set, device, NULL, NULL), HF_E_SLOTS);
    assert_int_equal(hf_device_property(th, set, device, NULL, out, NULL), HF_E_NULL);
    assert_int_equal(hf_device_property(th, set, device, &sample_key, NULL, NULL), HF_E_SLOTS);
    assert_int_equal(hf_device_set_property(th, set, device, &sample_key, 3, NULL, 1, NULL),
                     HF_E_NULL);
    assert_int_equal(hf_device_class_name(th, NULL, NULL, out, NULL), HF_E_NULL);
    assert_int_equal(hf_bytes_create(th, 20, small), HF_OK);
    assert_int_equal(hf_device_id(th, set, small, out, NULL), HF_E_RANGE);
    hf_test_expect_report(t, HF_E_RANGE, "SetupDiGetDeviceInstanceIdW", "2 (info)");
    assert_int_equal(hf_device_id(th, device, device, out, NULL), HF_E_TYPE);
    hf_test_expect_report(t, HF_E_TYPE, "SetupDiGetDeviceInstanceIdW", "1 (set)");
    assert_int_equal(hf_resource_dispose(th, set), HF_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(devices_of_a_set_are_listed),
        TEST(sets_of_the_machine_are_opened),
        TEST(each_type_is_read_as_it_was_written),
        TEST(the_type_is_that_of_the_try_that_succeeded),
        TEST(properties_are_written_over_deleted_and_missed),
        TEST(registry_properties_are_read_by_their_type),
        TEST(what_this_system_lacks_is_said_by_name),
        TEST(interfaces_have_a_path),
        TEST(classes_have_names_and_guids),
        TEST(what_is_missing_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
