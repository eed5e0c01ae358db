/* SPDX-License-Identifier: MIT */

/*
 * Services.
 *
 * What the system fills has its texts behind its structs, in the same buffer, which does not move.
 * Each address is made an offset first, so that nothing outside the buffer is ever read.  The
 * manager is open as long as one function runs, and a service is its child.
 *
 * Threads: the owner, managed.
 */

#include "native/front.h"

#include "diag/report.h"
#include "thread/thread.h"

#include <holdfast/services.h>

#define ALL_STATES  3u    /* SERVICE_STATE_ALL */
#define NO_DRIVERS  0x30u /* SERVICE_WIN32 */
#define MAY_LIST    4u    /* SC_MANAGER_ENUMERATE_SERVICE */
#define MAY_CONNECT 1u    /* SC_MANAGER_CONNECT */
#define MAY_READ    1u    /* SERVICE_QUERY_CONFIG */
#define DESCRIPTION 1u    /* SERVICE_CONFIG_DESCRIPTION */

static const char entry_struct[] = "ENUM_SERVICE_STATUS_PROCESSW";
static const char config_struct[] = "QUERY_SERVICE_CONFIGW";

static hfi_closer close_handle = { "advapi32.dll", "CloseServiceHandle", false };
static const hf_resource_class manager_class = HFI_FRONT_CLASS("service manager", 0, close_handle);
static const hf_resource_class service_class = HFI_FRONT_CLASS("service", 0, close_handle);

typedef struct service_record {
    hf_slot name, display_name;
    uint32_t kind, state, process;
} service_record;

static const hf_field service_fields[] = {
    { "name", HF_FIELD_REF, offsetof(service_record, name), sizeof(hf_slot) },
    { "display_name", HF_FIELD_REF, offsetof(service_record, display_name), sizeof(hf_slot) },
    { "kind", HF_FIELD_WORD, offsetof(service_record, kind), sizeof(uint32_t) },
    { "state", HF_FIELD_WORD, offsetof(service_record, state), sizeof(uint32_t) },
    { "process", HF_FIELD_WORD, offsetof(service_record, process), sizeof(uint32_t) },
};

static const hf_type_descriptor service_type = { sizeof(hf_type_descriptor), "service",
                                                 sizeof(service_record), service_fields, 5 };

typedef struct config_record {
    hf_slot path, group, account, display_name, description;
    uint32_t kind, start;
} config_record;

static const hf_field config_fields[] = {
    { "path", HF_FIELD_REF, offsetof(config_record, path), sizeof(hf_slot) },
    { "group", HF_FIELD_REF, offsetof(config_record, group), sizeof(hf_slot) },
    { "account", HF_FIELD_REF, offsetof(config_record, account), sizeof(hf_slot) },
    { "display_name", HF_FIELD_REF, offsetof(config_record, display_name), sizeof(hf_slot) },
    { "description", HF_FIELD_REF, offsetof(config_record, description), sizeof(hf_slot) },
    { "kind", HF_FIELD_WORD, offsetof(config_record, kind), sizeof(uint32_t) },
    { "start", HF_FIELD_WORD, offsetof(config_record, start), sizeof(uint32_t) },
};

static const hf_type_descriptor config_type = { sizeof(hf_type_descriptor), "service config",
                                                sizeof(config_record), config_fields, 7 };

/* ---- what a struct leads to ---- */

static hf_status refuse(hf_thread *thread)
{
    return hfi_misuse(thread->parts->reporter, HF_E_CONTRACT, "hf_services_list", "text",
                      (hf_site){ NULL, 0 }, "read it with hf_call()",
                      "what the system gave leads out of itself");
}

/* Stores the text that a member leads to; null for NULL. */
static hf_status store_text(hf_thread *thread, const hf_slot *bytes, size_t base, const char *type,
                            const char *member, hf_ref record, uint32_t field)
{
    HF_FRAME(thread);
    hf_ref text = hf_local(thread);
    uintptr_t to = (uintptr_t)hfi_front_pointer(bytes, base, type, member);
    if (!text) {
        return HF_E_SLOTS;
    }
    if (to == 0) {
        return HF_OK;
    }
    (void)hf_raw_begin(thread);
    uintptr_t start = (uintptr_t)hf_raw_address(bytes);
    (void)hf_raw_end(thread);
    size_t size = hf_bytes_size(bytes);
    if (to < start || to - start >= size) {
        return refuse(thread);
    }
    hf_status status =
        hfi_front_wide_part(thread, bytes, (size_t)(to - start),
                            (size - (size_t)(to - start)) / 2 * 2, "hf_services_list", text);
    return status == HF_OK ? hf_store(thread, record, field, text) : status;
}

static void store_number(const hf_slot *bytes, size_t base, const char *type, const char *member,
                         hf_ref record, uint32_t field)
{
    uint32_t number = (uint32_t)hfi_front_number(bytes, base, type, member);
    (void)hf_set(record, field, &number, sizeof number);
}

/* ---- the list ---- */

static hf_status make_service(hf_thread *thread, const hf_slot *list, size_t base, hf_ref service)
{
    hf_status status = hfi_native_record(thread, &service_type, service);
    if (status == HF_OK) {
        status =
            store_text(thread, list, base, entry_struct, "lpServiceName", service, HF_SERVICE_NAME);
    }
    if (status == HF_OK) {
        status = store_text(thread, list, base, entry_struct, "lpDisplayName", service,
                            HF_SERVICE_DISPLAY_NAME);
    }
    if (status == HF_OK) {
        store_number(list, base, entry_struct, "ServiceStatusProcess.dwServiceType", service,
                     HF_SERVICE_KIND);
        store_number(list, base, entry_struct, "ServiceStatusProcess.dwCurrentState", service,
                     HF_SERVICE_STATE);
        store_number(list, base, entry_struct, "ServiceStatusProcess.dwProcessId", service,
                     HF_SERVICE_PROCESS);
    }
    return status;
}

static hf_status make_services(hf_thread *thread, const hf_slot *list, size_t count, hf_ref array)
{
    HF_FRAME(thread);
    hf_ref service = hf_local(thread);
    size_t stride = hfi_front_size(entry_struct);
    if (stride == 0 || count > hf_bytes_size(list) / stride) {
        return refuse(thread);
    }
    hf_status status = service ? hf_array_create(thread, count, array) : HF_E_SLOTS;
    for (size_t i = 0; i < count && status == HF_OK; i++) {
        status = make_service(thread, list, i * stride, service);
        if (status == HF_OK) {
            status = hf_store_at(thread, array, i, service);
        }
    }
    return status;
}

static hf_status open_manager(hf_thread *thread, uint32_t access, hf_ref manager,
                              int64_t *error_out)
{
    HF_FRAME(thread);
    const hf_function *function;
    hf_result result = HF_RESULT_INIT;
    hf_status status = hf_native_get(thread, "OpenSCManagerW", &function);
    if (status == HF_OK) {
        status =
            hf_call_adopting(thread, function, &result, HF_ARGS(HF_NULL, HF_NULL, HF_UINT(access)),
                             &manager_class, HF_ADOPT_RESULT, manager);
    }
    *error_out = result.error;
    return status;
}

static hf_status list_services(hf_thread *thread, hf_ref array, int64_t *error_out)
{
    HF_FRAME(thread);
    hf_ref manager = hf_local(thread);
    hf_result result = HF_RESULT_INIT;
    hf_status status = manager ? open_manager(thread, MAY_LIST, manager, error_out) : HF_E_SLOTS;
    if (status != HF_OK) {
        return status;
    }
    status = hfi_front_call(thread, "EnumServicesStatusExW", &result,
                            HF_ARGS(HF_RESOURCE(manager), HF_INT(0), HF_UINT(NO_DRIVERS),
                                    HF_UINT(ALL_STATES), HF_UINT(0), HF_NULL),
                            error_out);
    if (status == HF_OK) {
        status = make_services(thread, hf_result_out(&result, 0),
                               (size_t)hf_result_scalar(&result, 1), array);
    }
    (void)hf_resource_dispose(thread, manager);
    return status;
}

hf_status hf_services_list(hf_thread *thread, hf_ref services_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (!services_out) {
        return HF_E_SLOTS;
    }
    HF_FRAME(thread);
    hf_ref array = hf_local(thread);
    int64_t error = 0;
    hf_status status = array ? list_services(thread, array, &error) : HF_E_SLOTS;
    if (error_out) {
        *error_out = error;
    }
    hf_copy(services_out, status == HF_OK ? array : NULL);
    return status;
}

/* ---- how one is set up ---- */

static hf_status open_service(hf_thread *thread, const hf_slot *manager, const char *name,
                              hf_ref service, int64_t *error_out)
{
    HF_FRAME(thread);
    const hf_function *function;
    hf_result result = HF_RESULT_INIT;
    hf_status status = hf_native_get(thread, "OpenServiceW", &function);
    if (status == HF_OK) {
        status =
            hf_call_adopting_child(thread, function, &result,
                                   HF_ARGS(HF_RESOURCE(manager), HF_CSTR(name), HF_UINT(MAY_READ)),
                                   &service_class, HF_ADOPT_RESULT, manager, service);
    }
    *error_out = result.error;
    return status;
}

static hf_status read_config(hf_thread *thread, const hf_slot *service, hf_ref config,
                             int64_t *error_out)
{
    static const char *const texts[] = { "lpBinaryPathName", "lpLoadOrderGroup",
                                         "lpServiceStartName", "lpDisplayName" };
    HF_FRAME(thread);
    hf_result result = HF_RESULT_INIT;
    hf_status status = hfi_front_call(thread, "QueryServiceConfigW", &result,
                                      HF_ARGS(HF_RESOURCE(service)), error_out);
    if (status == HF_OK) {
        status = hfi_native_record(thread, &config_type, config);
    }
    const hf_slot *bytes = status == HF_OK ? hf_result_out(&result, 0) : NULL;
    for (uint32_t i = 0; i < 4 && status == HF_OK; i++) {
        status = store_text(thread, bytes, 0, config_struct, texts[i], config,
                            HF_SERVICE_CONFIG_PATH + i);
    }
    if (status == HF_OK) {
        store_number(bytes, 0, config_struct, "dwServiceType", config, HF_SERVICE_CONFIG_KIND);
        store_number(bytes, 0, config_struct, "dwStartType", config, HF_SERVICE_CONFIG_START);
    }
    return status;
}

static hf_status read_description(hf_thread *thread, const hf_slot *service, hf_ref config,
                                  int64_t *error_out)
{
    HF_FRAME(thread);
    hf_result result = HF_RESULT_INIT;
    hf_status status =
        hfi_front_call(thread, "QueryServiceConfig2W", &result,
                       HF_ARGS(HF_RESOURCE(service), HF_UINT(DESCRIPTION)), error_out);
    return status == HF_OK
               ? store_text(thread, hf_result_out(&result, 0), 0, "SERVICE_DESCRIPTIONW",
                            "lpDescription", config, HF_SERVICE_CONFIG_DESCRIPTION)
               : status;
}

static hf_status find_config(hf_thread *thread, const char *name, hf_ref config, int64_t *error_out)
{
    HF_FRAME(thread);
    hf_ref manager = hf_local(thread);
    hf_ref service = hf_local(thread);
    hf_status status =
        manager && service ? open_manager(thread, MAY_CONNECT, manager, error_out) : HF_E_SLOTS;
    if (status != HF_OK) {
        return status;
    }
    status = open_service(thread, manager, name, service, error_out);
    if (status == HF_OK) {
        status = read_config(thread, service, config, error_out);
        if (status == HF_OK) {
            status = read_description(thread, service, config, error_out);
        }
        (void)hf_resource_dispose(thread, service);
    }
    (void)hf_resource_dispose(thread, manager);
    return status;
}

hf_status hf_service_config(hf_thread *thread, const char *name, hf_ref config_out,
                            int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (!name || !config_out) {
        return name ? HF_E_SLOTS : HF_E_NULL;
    }
    HF_FRAME(thread);
    hf_ref config = hf_local(thread);
    int64_t error = 0;
    hf_status status = config ? find_config(thread, name, config, &error) : HF_E_SLOTS;
    if (error_out) {
        *error_out = error;
    }
    hf_copy(config_out, status == HF_OK ? config : NULL);
    return status;
}
