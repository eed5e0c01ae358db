/* SPDX-License-Identifier: MIT */

/*
 * Drivers that a device may have, and what is done to install them.
 *
 * A driver and the parameters of an installation are the system's structures in managed buffers;
 * their members are found through the platform's table.
 *
 * Threads: the owner, managed.
 */

#include "native/front.h"

#include "thread/thread.h"

#include <holdfast/drivers.h>

static const char driver_struct[] = "SP_DRVINFO_DATA_V2_W";
static const char detail_struct[] = "SP_DRVINFO_DETAIL_DATA_W";
static const char parameter_struct[] = "SP_DEVINSTALL_PARAMS_W";

/* ---- records ---- */

typedef struct driver_record {
    hf_slot description, maker, provider, data;
    uint32_t type;
    uint64_t date, version;
} driver_record;

static const hf_field driver_fields[] = {
    { "description", HF_FIELD_REF, offsetof(driver_record, description), sizeof(hf_slot) },
    { "maker", HF_FIELD_REF, offsetof(driver_record, maker), sizeof(hf_slot) },
    { "provider", HF_FIELD_REF, offsetof(driver_record, provider), sizeof(hf_slot) },
    { "data", HF_FIELD_REF, offsetof(driver_record, data), sizeof(hf_slot) },
    { "type", HF_FIELD_WORD, offsetof(driver_record, type), sizeof(uint32_t) },
    { "date", HF_FIELD_WORD, offsetof(driver_record, date), sizeof(uint64_t) },
    { "version", HF_FIELD_WORD, offsetof(driver_record, version), sizeof(uint64_t) },
};

static const hf_type_descriptor driver_type = { sizeof(hf_type_descriptor), "driver",
                                                sizeof(driver_record), driver_fields, 7 };

typedef struct detail_record {
    hf_slot section, file, description, hardware_id, compatible_ids;
    uint64_t date;
} detail_record;

static const hf_field detail_fields[] = {
    { "section", HF_FIELD_REF, offsetof(detail_record, section), sizeof(hf_slot) },
    { "file", HF_FIELD_REF, offsetof(detail_record, file), sizeof(hf_slot) },
    { "description", HF_FIELD_REF, offsetof(detail_record, description), sizeof(hf_slot) },
    { "hardware_id", HF_FIELD_REF, offsetof(detail_record, hardware_id), sizeof(hf_slot) },
    { "compatible_ids", HF_FIELD_REF, offsetof(detail_record, compatible_ids), sizeof(hf_slot) },
    { "date", HF_FIELD_WORD, offsetof(detail_record, date), sizeof(uint64_t) },
};

static const hf_type_descriptor detail_type = { sizeof(hf_type_descriptor), "driver detail",
                                                sizeof(detail_record), detail_fields, 6 };

typedef struct parameter_record {
    hf_slot path;
    uint32_t flags, flags_ex;
} parameter_record;

static const hf_field parameter_fields[] = {
    { "path", HF_FIELD_REF, offsetof(parameter_record, path), sizeof(hf_slot) },
    { "flags", HF_FIELD_WORD, offsetof(parameter_record, flags), sizeof(uint32_t) },
    { "flags_ex", HF_FIELD_WORD, offsetof(parameter_record, flags_ex), sizeof(uint32_t) },
};

static const hf_type_descriptor parameter_type = { sizeof(hf_type_descriptor), "install parameters",
                                                   sizeof(parameter_record), parameter_fields, 3 };

/* Where a record keeps the text of a member of fixed room. */
typedef struct placed_text {
    const char *member;
    uint32_t field;
} placed_text;

static hf_status set_texts(hf_thread *thread, const hf_slot *bytes, const char *type,
                           const placed_text *texts, size_t count, hf_ref record)
{
    HF_FRAME(thread);
    hf_ref text = hf_local(thread);
    hf_status status = text ? HF_OK : HF_E_SLOTS;
    for (size_t i = 0; i < count && status == HF_OK; i++) {
        size_t offset = 0, size = 0;
        hfi_front_place(type, texts[i].member, &offset, &size);
        status = hfi_front_wide_part(thread, bytes, offset, size, "hf_driver", text);
        if (status == HF_OK) {
            status = hf_store(thread, record, texts[i].field, text);
        }
    }
    return status;
}

/* ---- drivers ---- */

static hf_status make_driver(hf_thread *thread, const hf_slot *bytes, hf_ref driver)
{
    static const placed_text texts[] = { { "Description", HF_DRIVER_DESCRIPTION },
                                         { "MfgName", HF_DRIVER_MAKER },
                                         { "ProviderName", HF_DRIVER_PROVIDER } };
    hf_status status = hfi_native_record(thread, &driver_type, driver);
    if (status == HF_OK) {
        status = set_texts(thread, bytes, driver_struct, texts, 3, driver);
    }
    if (status == HF_OK) {
        status = hf_store(thread, driver, HF_DRIVER_DATA, bytes);
    }
    if (status == HF_OK) {
        uint32_t type = (uint32_t)hfi_front_number(bytes, 0, driver_struct, "DriverType");
        uint64_t date = hfi_front_number(bytes, 0, driver_struct, "DriverDate");
        uint64_t version = hfi_front_number(bytes, 0, driver_struct, "DriverVersion");
        (void)hf_set(driver, HF_DRIVER_TYPE, &type, sizeof type);
        (void)hf_set(driver, HF_DRIVER_DATE, &date, sizeof date);
        (void)hf_set(driver, HF_DRIVER_VERSION, &version, sizeof version);
    }
    return status;
}

static hf_status get_driver(hf_thread *thread, const char *row, const hf_arg *arguments,
                            hf_ref driver_out, int64_t *error_out)
{
    HF_FRAME(thread);
    hf_ref bytes = hf_local(thread);
    hf_ref driver = hf_local(thread);
    hf_status status =
        driver ? hfi_front_fill(thread, row, arguments, bytes, error_out) : HF_E_SLOTS;
    if (status == HF_OK) {
        status = make_driver(thread, bytes, driver);
    }
    hf_copy(driver_out, status == HF_OK ? driver : NULL);
    return status;
}

hf_status hf_drivers_build(hf_thread *thread, const hf_slot *set, const hf_slot *device,
                           hf_drivers_type type, int64_t *error_out)
{
    HFI_ENTRY(thread);
    return hfi_front_do(thread, "SetupDiBuildDriverInfoList",
                        HF_ARGS(HF_RESOURCE(set), hfi_front_bytes(device), HF_UINT(type)),
                        error_out);
}

hf_status hf_drivers_end(hf_thread *thread, const hf_slot *set, const hf_slot *device,
                         hf_drivers_type type, int64_t *error_out)
{
    HFI_ENTRY(thread);
    return hfi_front_do(thread, "SetupDiDestroyDriverInfoList",
                        HF_ARGS(HF_RESOURCE(set), hfi_front_bytes(device), HF_UINT(type)),
                        error_out);
}

typedef struct drivers {
    const hf_slot *set, *device;
    hf_drivers_type type;
} drivers;

static hf_status driver_at(hf_thread *thread, const void *of, uint32_t index, hf_ref item,
                           int64_t *error)
{
    const drivers *all = of;
    return get_driver(thread, "SetupDiEnumDriverInfoW",
                      HF_ARGS(HF_RESOURCE(all->set), hfi_front_bytes(all->device),
                              HF_UINT(all->type), HF_UINT(index)),
                      item, error);
}

hf_status hf_drivers_list(hf_thread *thread, const hf_slot *set, const hf_slot *device,
                          hf_drivers_type type, hf_ref drivers_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    drivers all = { set, device, type };
    return drivers_out ? hfi_front_collect(thread, driver_at, &all, drivers_out, error_out)
                       : HF_E_SLOTS;
}

hf_status hf_driver_selected(hf_thread *thread, const hf_slot *set, const hf_slot *device,
                             hf_ref driver_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    return driver_out ? get_driver(thread, "SetupDiGetSelectedDriverW",
                                   HF_ARGS(HF_RESOURCE(set), hfi_front_bytes(device)), driver_out,
                                   error_out)
                      : HF_E_SLOTS;
}

/* The system's structure of a driver's record; null of NULL. */
static hf_status load_data(const hf_slot *driver, hf_ref data)
{
    return driver ? hf_load(driver, HF_DRIVER_DATA, data) : HF_OK;
}

hf_status hf_driver_select(hf_thread *thread, const hf_slot *set, const hf_slot *device,
                           const hf_slot *driver, int64_t *error_out)
{
    HFI_ENTRY(thread);
    HF_FRAME(thread);
    hf_ref data = hf_local(thread);
    hf_status status = data ? load_data(driver, data) : HF_E_SLOTS;
    if (status != HF_OK) {
        return status;
    }
    return hfi_front_do(
        thread, "SetupDiSetSelectedDriverW",
        HF_ARGS(HF_RESOURCE(set), hfi_front_bytes(device), hfi_front_bytes(driver ? data : NULL)),
        error_out);
}

/* ---- details ---- */

/* The ids that stand behind each other at the end: one of the hardware, and a list. */
static hf_status set_ids(hf_thread *thread, const hf_slot *bytes, hf_ref record)
{
    HF_FRAME(thread);
    hf_ref value = hf_local(thread);
    size_t start = 0, unit = 0, size = hf_bytes_size(bytes);
    hfi_front_place(detail_struct, "HardwareID", &start, &unit);
    size_t offset = (size_t)hfi_front_number(bytes, 0, detail_struct, "CompatIDsOffset");
    size_t length = (size_t)hfi_front_number(bytes, 0, detail_struct, "CompatIDsLength");
    if (!value) {
        return HF_E_SLOTS;
    }
    size_t room = size > start ? size - start : 0;
    size_t from = offset < room / 2 ? start + 2 * offset : size;
    size_t count = length < (size - from) / 2 ? 2 * length : size - from;
    /* An offset of 0 says that there are only compatible ones, above 1 that one is before them. */
    hf_status status =
        hfi_front_wide_part(thread, bytes, start < size ? start : size,
                            offset == 0 && length != 0 ? 0 : room, "hf_driver", value);
    if (status == HF_OK) {
        status = hf_store(thread, record, HF_DRIVER_DETAIL_HARDWARE_ID, value);
    }
    if (status == HF_OK) {
        status = hfi_front_wide_list_part(thread, bytes, from, count, "hf_driver", value);
    }
    return status == HF_OK ? hf_store(thread, record, HF_DRIVER_DETAIL_COMPATIBLE_IDS, value)
                           : status;
}

static hf_status make_detail(hf_thread *thread, const hf_slot *bytes, hf_ref detail)
{
    static const placed_text texts[] = { { "SectionName", HF_DRIVER_DETAIL_SECTION },
                                         { "InfFileName", HF_DRIVER_DETAIL_FILE },
                                         { "DrvDescription", HF_DRIVER_DETAIL_DESCRIPTION } };
    hf_status status = hfi_native_record(thread, &detail_type, detail);
    if (status == HF_OK) {
        status = set_texts(thread, bytes, detail_struct, texts, 3, detail);
    }
    if (status == HF_OK) {
        status = set_ids(thread, bytes, detail);
    }
    uint64_t date = hfi_front_number(bytes, 0, detail_struct, "InfDate");
    return status == HF_OK ? hf_set(detail, HF_DRIVER_DETAIL_DATE, &date, sizeof date) : status;
}

hf_status hf_driver_detail(hf_thread *thread, const hf_slot *set, const hf_slot *device,
                           const hf_slot *driver, hf_ref detail_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (!driver || !detail_out) {
        return driver ? HF_E_SLOTS : HF_E_NULL;
    }
    HF_FRAME(thread);
    hf_ref bytes = hf_local(thread);
    hf_ref detail = hf_local(thread);
    hf_status status = detail ? load_data(driver, bytes) : HF_E_SLOTS;
    if (status == HF_OK) {
        status = hfi_front_fill(
            thread, "SetupDiGetDriverInfoDetailW",
            HF_ARGS(HF_RESOURCE(set), hfi_front_bytes(device), HF_BUFFER(bytes, 0, HF_WHOLE)),
            bytes, error_out);
    }
    if (status == HF_OK) {
        status = make_detail(thread, bytes, detail);
    }
    hf_copy(detail_out, status == HF_OK ? detail : NULL);
    return status;
}

/* ---- installing ---- */

static hf_status get_parameters(hf_thread *thread, const hf_slot *set, const hf_slot *device,
                                hf_ref bytes, int64_t *error_out)
{
    return hfi_front_fill(thread, "SetupDiGetDeviceInstallParamsW",
                          HF_ARGS(HF_RESOURCE(set), hfi_front_bytes(device)), bytes, error_out);
}

static hf_status make_parameters(hf_thread *thread, const hf_slot *bytes, hf_ref record)
{
    static const placed_text path = { "DriverPath", HF_INSTALL_PATH };
    hf_status status = hfi_native_record(thread, &parameter_type, record);
    if (status == HF_OK) {
        status = set_texts(thread, bytes, parameter_struct, &path, 1, record);
    }
    if (status == HF_OK) {
        uint32_t flags = (uint32_t)hfi_front_number(bytes, 0, parameter_struct, "Flags");
        uint32_t more = (uint32_t)hfi_front_number(bytes, 0, parameter_struct, "FlagsEx");
        (void)hf_set(record, HF_INSTALL_FLAGS, &flags, sizeof flags);
        (void)hf_set(record, HF_INSTALL_FLAGS_EX, &more, sizeof more);
    }
    return status;
}

hf_status hf_install_parameters(hf_thread *thread, const hf_slot *set, const hf_slot *device,
                                hf_ref parameters_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (!parameters_out) {
        return HF_E_SLOTS;
    }
    HF_FRAME(thread);
    hf_ref bytes = hf_local(thread);
    hf_ref record = hf_local(thread);
    hf_status status = record ? get_parameters(thread, set, device, bytes, error_out) : HF_E_SLOTS;
    if (status == HF_OK) {
        status = make_parameters(thread, bytes, record);
    }
    hf_copy(parameters_out, status == HF_OK ? record : NULL);
    return status;
}

static hf_status write_member(hf_ref bytes, const char *member, const void *from, size_t size)
{
    size_t offset = 0, room = 0;
    hfi_front_place(parameter_struct, member, &offset, &room);
    return size <= room ? hf_bytes_write(bytes, offset, from, size) : HF_E_OVERFLOW;
}

static hf_status write_path(hf_thread *thread, hf_ref bytes, const char *path)
{
    HF_FRAME(thread);
    hf_ref wide = hf_local(thread);
    hf_status status =
        wide ? hfi_front_widen(thread, path, "hf_install_parameters_set", wide) : HF_E_SLOTS;
    if (status == HF_OK) {
        (void)hf_raw_begin(thread);
        status = write_member(bytes, "DriverPath", hf_raw_address(wide), hf_bytes_size(wide));
        (void)hf_raw_end(thread);
    }
    return status;
}

hf_status hf_install_parameters_set(hf_thread *thread, const hf_slot *set, const hf_slot *device,
                                    uint32_t flags, uint32_t flags_ex, const char *path,
                                    int64_t *error_out)
{
    HFI_ENTRY(thread);
    HF_FRAME(thread);
    hf_ref bytes = hf_local(thread);
    hf_status status = bytes ? get_parameters(thread, set, device, bytes, error_out) : HF_E_SLOTS;
    if (status == HF_OK) {
        status = write_member(bytes, "Flags", &flags, sizeof flags);
    }
    if (status == HF_OK) {
        status = write_member(bytes, "FlagsEx", &flags_ex, sizeof flags_ex);
    }
    if (status == HF_OK && path) {
        status = write_path(thread, bytes, path);
    }
    if (status != HF_OK) {
        return status;
    }
    return hfi_front_do(
        thread, "SetupDiSetDeviceInstallParamsW",
        HF_ARGS(HF_RESOURCE(set), hfi_front_bytes(device), HF_BUFFER(bytes, 0, HF_WHOLE)),
        error_out);
}

hf_status hf_device_call_installer(hf_thread *thread, const hf_slot *set, const hf_slot *device,
                                   uint32_t what, int64_t *error_out)
{
    HFI_ENTRY(thread);
    return hfi_front_do(thread, "SetupDiCallClassInstaller",
                        HF_ARGS(HF_UINT(what), HF_RESOURCE(set), hfi_front_bytes(device)),
                        error_out);
}

hf_status hf_device_remove(hf_thread *thread, const hf_slot *set, const hf_slot *device,
                           int64_t *error_out)
{
    HFI_ENTRY(thread);
    return device
               ? hfi_front_do(thread, "SetupDiRemoveDevice",
                              HF_ARGS(HF_RESOURCE(set), HF_BUFFER(device, 0, HF_WHOLE)), error_out)
               : HF_E_NULL;
}
