/* SPDX-License-Identifier: MIT */

/*
 * Properties of devices, interfaces and classes; names of classes.
 *
 * The type comes back beside the bytes, both from the try that succeeded, so that a property that
 * changes between two tries is never read as what it was.
 *
 * Threads: the owner, managed.
 */

#include "native/front.h"

#include "thread/thread.h"

#include <holdfast/devices.h>

/* Outputs of the rows that read a property. */
enum { VALUE = 0, TYPE = 0 };

typedef hf_status (*decoder)(hf_thread *thread, uint32_t type, const hf_slot *bytes, hf_ref out);

static hf_status read_property(hf_thread *thread, const char *row, const hf_arg *arguments,
                               decoder decode, hf_ref property_out, int64_t *error_out)
{
    if (!property_out) {
        return HF_E_SLOTS;
    }
    HF_FRAME(thread);
    hf_ref property = hf_local(thread);
    hf_result result = HF_RESULT_INIT;
    hf_status status =
        property ? hfi_front_call(thread, row, &result, arguments, error_out) : HF_E_SLOTS;
    if (status == HF_OK) {
        status = decode(thread, (uint32_t)hf_result_scalar(&result, TYPE),
                        hf_result_out(&result, VALUE), property);
    }
    hf_copy(property_out, status == HF_OK ? property : NULL);
    return status;
}

/* ---- of devices ---- */

hf_status hf_device_property(hf_thread *thread, const hf_slot *set, const hf_slot *device,
                             const hf_property_key *key, hf_ref property_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (!device || !key) {
        return HF_E_NULL;
    }
    return read_property(
        thread, "SetupDiGetDevicePropertyW",
        HF_ARGS(HF_RESOURCE(set), HF_BUFFER(device, 0, HF_WHOLE), HF_POINTER(key), HF_UINT(0)),
        hf_property_decode, property_out, error_out);
}

hf_status hf_device_property_keys(hf_thread *thread, const hf_slot *set, const hf_slot *device,
                                  hf_ref keys_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    return device ? hfi_front_fill(
                        thread, "SetupDiGetDevicePropertyKeys",
                        HF_ARGS(HF_RESOURCE(set), HF_BUFFER(device, 0, HF_WHOLE), HF_UINT(0)),
                        keys_out, error_out)
                  : HF_E_NULL;
}

/* What there is to be written, before anybody is asked to. */
static hf_status check_data(const hf_slot *device, const void *data, size_t size)
{
    if (!device || (!data && size != 0)) {
        return HF_E_NULL;
    }
    return size > UINT32_MAX ? HF_E_OVERFLOW : HF_OK;
}

hf_status hf_device_set_property(hf_thread *thread, const hf_slot *set, const hf_slot *device,
                                 const hf_property_key *key, uint32_t type, const void *data,
                                 size_t size, int64_t *error_out)
{
    HFI_ENTRY(thread);
    hf_status status = key ? check_data(device, data, size) : HF_E_NULL;
    if (status != HF_OK) {
        return status;
    }
    return hfi_front_do(thread, "SetupDiSetDevicePropertyW",
                        HF_ARGS(HF_RESOURCE(set), HF_BUFFER(device, 0, HF_WHOLE), HF_POINTER(key),
                                HF_UINT(type), HF_POINTER(data), HF_UINT(size), HF_UINT(0)),
                        error_out);
}

hf_status hf_device_set_text(hf_thread *thread, const hf_slot *set, const hf_slot *device,
                             const hf_property_key *key, const char *text, int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (!device || !key || !text) {
        return HF_E_NULL;
    }
    HF_FRAME(thread);
    hf_ref wide = hf_local(thread);
    hf_status status = wide ? hfi_front_widen(thread, text, __func__, wide) : HF_E_SLOTS;
    if (status != HF_OK) {
        return status;
    }
    return hfi_front_do(thread, "SetupDiSetDevicePropertyW",
                        HF_ARGS(HF_RESOURCE(set), HF_BUFFER(device, 0, HF_WHOLE), HF_POINTER(key),
                                HF_UINT(HF_PROPERTY_IS_STRING), HF_BUFFER(wide, 0, HF_WHOLE),
                                HF_UINT(hf_bytes_size(wide)), HF_UINT(0)),
                        error_out);
}

hf_status hf_device_registry_property(hf_thread *thread, const hf_slot *set, const hf_slot *device,
                                      uint32_t property, hf_ref property_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (!device) {
        return HF_E_NULL;
    }
    return read_property(
        thread, "SetupDiGetDeviceRegistryPropertyW",
        HF_ARGS(HF_RESOURCE(set), HF_BUFFER(device, 0, HF_WHOLE), HF_UINT(property)),
        hf_property_decode_value, property_out, error_out);
}

hf_status hf_device_set_registry_property(hf_thread *thread, const hf_slot *set,
                                          const hf_slot *device, uint32_t property,
                                          const void *data, size_t size, int64_t *error_out)
{
    HFI_ENTRY(thread);
    hf_status status = check_data(device, data, size);
    if (status != HF_OK) {
        return status;
    }
    return hfi_front_do(thread, "SetupDiSetDeviceRegistryPropertyW",
                        HF_ARGS(HF_RESOURCE(set), HF_BUFFER(device, 0, HF_WHOLE), HF_UINT(property),
                                HF_POINTER(data), HF_UINT(size)),
                        error_out);
}

/* ---- of interfaces and classes ---- */

hf_status hf_device_interface_property(hf_thread *thread, const hf_slot *set,
                                       const hf_slot *interface_of, const hf_property_key *key,
                                       hf_ref property_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (!interface_of || !key) {
        return HF_E_NULL;
    }
    return read_property(thread, "SetupDiGetDeviceInterfacePropertyW",
                         HF_ARGS(HF_RESOURCE(set), HF_BUFFER(interface_of, 0, HF_WHOLE),
                                 HF_POINTER(key), HF_UINT(0)),
                         hf_property_decode, property_out, error_out);
}

hf_status hf_device_class_property(hf_thread *thread, const hf_guid *class_guid,
                                   const hf_property_key *key, uint32_t flags, hf_ref property_out,
                                   int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (!class_guid || !key) {
        return HF_E_NULL;
    }
    return read_property(thread, "SetupDiGetClassPropertyW",
                         HF_ARGS(HF_POINTER(class_guid), HF_POINTER(key), HF_UINT(flags)),
                         hf_property_decode, property_out, error_out);
}

static hf_status class_text(hf_thread *thread, const char *row, const hf_guid *class_guid,
                            const char *machine, hf_ref text_out, int64_t *error_out)
{
    return class_guid
               ? hf_native_text(thread, row,
                                HF_ARGS(HF_POINTER(class_guid), hfi_front_text(machine), HF_NULL),
                                text_out, error_out)
               : HF_E_NULL;
}

hf_status hf_device_class_name(hf_thread *thread, const hf_guid *class_guid, const char *machine,
                               hf_ref name_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    return class_text(thread, "SetupDiClassNameFromGuidExW", class_guid, machine, name_out,
                      error_out);
}

hf_status hf_device_class_description(hf_thread *thread, const hf_guid *class_guid,
                                      const char *machine, hf_ref description_out,
                                      int64_t *error_out)
{
    HFI_ENTRY(thread);
    return class_text(thread, "SetupDiGetClassDescriptionExW", class_guid, machine, description_out,
                      error_out);
}

hf_status hf_device_class_guids(hf_thread *thread, const char *name, const char *machine,
                                hf_ref guids_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    return name ? hfi_front_fill(thread, "SetupDiClassGuidsFromNameExW",
                                 HF_ARGS(HF_CSTR(name), hfi_front_text(machine), HF_NULL),
                                 guids_out, error_out)
                : HF_E_NULL;
}
