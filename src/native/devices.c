/* SPDX-License-Identifier: MIT */

/*
 * Sets of devices, and the devices in them.
 *
 * A device is the system's structure in a managed buffer: nothing in it is an address, so it may
 * move, be kept and be copied; what it says is looked up in its set at each call.  A set is held
 * open while a call uses it.
 *
 * Threads: the owner, managed.
 */

#include "native/front.h"

#include "thread/thread.h"

#include <holdfast/devices.h>

static hfi_closer end_set = { "setupapi.dll", "SetupDiDestroyDeviceInfoList", false };
static const hf_resource_class set_class = HFI_FRONT_CLASS("device set", UINTPTR_MAX, end_set);

/* ---- sets ---- */

static hf_status adopt_set(hf_thread *thread, const char *row, const hf_arg *arguments,
                           hf_ref set_out, int64_t *error_out)
{
    HF_FRAME(thread);
    const hf_function *function;
    hf_result result = HF_RESULT_INIT;
    hf_status status = hf_native_get(thread, row, &function);
    if (status == HF_OK) {
        status = hf_call_adopting(thread, function, &result, arguments, &set_class, HF_ADOPT_RESULT,
                                  set_out);
    }
    if (error_out) {
        *error_out = result.error;
    }
    return status;
}

hf_status hf_devices_open(hf_thread *thread, const hf_guid *class_guid, const char *enumerator,
                          uint32_t flags, const char *machine, hf_ref set_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (!set_out) {
        return HF_E_SLOTS;
    }
    return adopt_set(thread, "SetupDiGetClassDevsExW",
                     HF_ARGS(HF_POINTER(class_guid), hfi_front_text(enumerator), HF_NULL,
                             HF_UINT(flags), HF_NULL, hfi_front_text(machine), HF_NULL),
                     set_out, error_out);
}

hf_status hf_devices_create(hf_thread *thread, const hf_guid *class_guid, const char *machine,
                            hf_ref set_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (!set_out) {
        return HF_E_SLOTS;
    }
    return adopt_set(thread, "SetupDiCreateDeviceInfoListExW",
                     HF_ARGS(HF_POINTER(class_guid), HF_NULL, hfi_front_text(machine), HF_NULL),
                     set_out, error_out);
}

/* ---- devices ---- */

hf_status hf_devices_at(hf_thread *thread, const hf_slot *set, uint32_t index, hf_ref device_out,
                        int64_t *error_out)
{
    HFI_ENTRY(thread);
    return hfi_front_fill(thread, "SetupDiEnumDeviceInfo",
                          HF_ARGS(HF_RESOURCE(set), HF_UINT(index)), device_out, error_out);
}

static hf_status device_at(hf_thread *thread, const void *set, uint32_t index, hf_ref item,
                           int64_t *error)
{
    return hf_devices_at(thread, set, index, item, error);
}

hf_status hf_devices_list(hf_thread *thread, const hf_slot *set, hf_ref devices_out,
                          int64_t *error_out)
{
    HFI_ENTRY(thread);
    return devices_out ? hfi_front_collect(thread, device_at, set, devices_out, error_out)
                       : HF_E_SLOTS;
}

hf_status hf_device_create(hf_thread *thread, const hf_slot *set, const char *name,
                           const hf_guid *class_guid, const char *description, uint32_t flags,
                           hf_ref device_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (!name || !class_guid) {
        return HF_E_NULL;
    }
    return hfi_front_fill(thread, "SetupDiCreateDeviceInfoW",
                          HF_ARGS(HF_RESOURCE(set), HF_CSTR(name), HF_POINTER(class_guid),
                                  hfi_front_text(description), HF_NULL, HF_UINT(flags)),
                          device_out, error_out);
}

hf_status hf_device_id(hf_thread *thread, const hf_slot *set, const hf_slot *device, hf_ref id_out,
                       int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (!device) {
        return HF_E_NULL;
    }
    return hf_native_text(thread, "SetupDiGetDeviceInstanceIdW",
                          HF_ARGS(HF_RESOURCE(set), HF_BUFFER(device, 0, HF_WHOLE)), id_out,
                          error_out);
}

hf_status hf_device_delete(hf_thread *thread, const hf_slot *set, const hf_slot *device,
                           int64_t *error_out)
{
    HFI_ENTRY(thread);
    return device
               ? hfi_front_do(thread, "SetupDiDeleteDeviceInfo",
                              HF_ARGS(HF_RESOURCE(set), HF_BUFFER(device, 0, HF_WHOLE)), error_out)
               : HF_E_NULL;
}

/* ---- interfaces ---- */

typedef struct interfaces {
    const hf_slot *set, *device;
    const hf_guid *class_guid;
} interfaces;

static hf_status interface_at(hf_thread *thread, const void *of, uint32_t index, hf_ref item,
                              int64_t *error)
{
    const interfaces *all = of;
    return hfi_front_fill(thread, "SetupDiEnumDeviceInterfaces",
                          HF_ARGS(HF_RESOURCE(all->set), hfi_front_bytes(all->device),
                                  HF_POINTER(all->class_guid), HF_UINT(index)),
                          item, error);
}

hf_status hf_device_interfaces(hf_thread *thread, const hf_slot *set, const hf_slot *device,
                               const hf_guid *class_guid, hf_ref interfaces_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (!class_guid || !interfaces_out) {
        return class_guid ? HF_E_SLOTS : HF_E_NULL;
    }
    interfaces all = { set, device, class_guid };
    return hfi_front_collect(thread, interface_at, &all, interfaces_out, error_out);
}

hf_status hf_device_interface_create(hf_thread *thread, const hf_slot *set, const hf_slot *device,
                                     const hf_guid *class_guid, const char *reference,
                                     hf_ref interface_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (!class_guid || !device) {
        return HF_E_NULL;
    }
    return hfi_front_fill(thread, "SetupDiCreateDeviceInterfaceW",
                          HF_ARGS(HF_RESOURCE(set), HF_BUFFER(device, 0, HF_WHOLE),
                                  HF_POINTER(class_guid), hfi_front_text(reference), HF_UINT(0)),
                          interface_out, error_out);
}

hf_status hf_device_interface_remove(hf_thread *thread, const hf_slot *set,
                                     const hf_slot *interface_of, int64_t *error_out)
{
    HFI_ENTRY(thread);
    return interface_of
               ? hfi_front_do(thread, "SetupDiRemoveDeviceInterface",
                              HF_ARGS(HF_RESOURCE(set), HF_BUFFER(interface_of, 0, HF_WHOLE)),
                              error_out)
               : HF_E_NULL;
}

hf_status hf_device_interface_path(hf_thread *thread, const hf_slot *set,
                                   const hf_slot *interface_of, hf_ref path_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (!interface_of || !path_out) {
        return interface_of ? HF_E_SLOTS : HF_E_NULL;
    }
    HF_FRAME(thread);
    hf_ref detail = hf_local(thread);
    hf_ref path = hf_local(thread);
    if (!detail || !path) {
        return HF_E_SLOTS;
    }
    hf_status status =
        hfi_front_fill(thread, "SetupDiGetDeviceInterfaceDetailW",
                       HF_ARGS(HF_RESOURCE(set), HF_BUFFER(interface_of, 0, HF_WHOLE), HF_NULL),
                       detail, error_out);
    const size_t at = sizeof(uint32_t); /* behind the structure's size, packed or not */
    if (status == HF_OK) {
        size_t size = hf_bytes_size(detail);
        status = hfi_front_wide_part(thread, detail, at, size > at ? size - at : 0, __func__, path);
    }
    hf_copy(path_out, status == HF_OK ? path : NULL);
    return status;
}
