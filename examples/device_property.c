/* SPDX-License-Identifier: MIT */
/* hf-example: windows */

/*
 * The hardware id of every device, however long it is.
 *
 * The registry property is text here although the header says bytes: what is behind the first NUL
 * is then left out, and what is no UTF-16 is refused.
 */

#include <holdfast.h>

#include <windows.h>

#include <setupapi.h>

#include <stdio.h>
#include <string.h>

static const char get_classes[] =
    "HDEVINFO WINAPI SetupDiGetClassDevsW(const GUID *kind, LPCWSTR enumerator, HWND parent,"
    " DWORD flags) {fail(result == -1), error(last_error)}";

static const char get_property[] =
    "BOOL WINAPI SetupDiGetDeviceRegistryPropertyW(HDEVINFO set {resource},"
    " const SP_DEVINFO_DATA *info, DWORD property, DWORD *type {out},"
    " WCHAR *buffer {out, text}, DWORD size {capacity(buffer, bytes)},"
    " DWORD *needed {out, needed(buffer, bytes), length(buffer, bytes)})"
    " {fail(result == 0), error(last_error), grow(error == 122)}";

static hf_status destroy_set(uintptr_t value, void *user)
{
    (void)user;
    return SetupDiDestroyDeviceInfoList((HDEVINFO)value) ? HF_OK : HF_E_SYSTEM;
}

static const hf_resource_class set_class = {
    .struct_size = sizeof(hf_resource_class),
    .name = "HDEVINFO",
    .invalid = (uintptr_t)-1,
    .release = destroy_set,
};

static hf_status print_id(hf_thread *thread, const hf_function *get, hf_ref set, DWORD index)
{
    HF_FRAME(thread);
    hf_result result = HF_RESULT_INIT;
    SP_DEVINFO_DATA info = { .cbSize = sizeof info };
    uintptr_t value;
    hf_fence fence;
    hf_status status = hf_fence_hold(&fence, thread, set, &value); /* the set stays open ... */
    BOOL found = status == HF_OK && SetupDiEnumDeviceInfo((HDEVINFO)value, index, &info);
    hf_fence_end(&fence); /* ... to here */
    if (!found) {
        return status == HF_OK ? HF_E_NOT_FOUND : status;
    }
    status = hf_call(thread, get, &result,
                     HF_ARGS(HF_RESOURCE(set), HF_POINTER(&info), HF_UINT(SPDRP_HARDWAREID)));
    if (status == HF_E_NATIVE && result.error == ERROR_INVALID_DATA) {
        return HF_OK; /* this device has none */
    }
    char id[3 * 400];
    hf_span units;
    hf_utf_result read;
    HF_FENCE(thread, text, hf_result_out(&result, 0), &units);
    if (status == HF_OK) {
        status = hf_utf16_to_utf8(units.data, units.size / 2, HF_UTF_STRICT, id, sizeof id, &read);
    }
    hf_fence_end(&text);
    if (status == HF_OK) {
        printf("%2u: %.*s (%u tries)\n", (unsigned)index, (int)read.written, id,
               (unsigned)result.attempts);
    }
    return status;
}

static hf_status print_all(hf_thread *thread, const hf_function *open, const hf_function *get)
{
    HF_FRAME(thread);
    hf_result result = HF_RESULT_INIT;
    hf_ref set = hf_local(thread);
    hf_status status = hf_call(thread, open, &result,
                               HF_ARGS(HF_NULL, HF_NULL, HF_NULL, HF_UINT(DIGCF_ALLCLASSES)));
    if (status == HF_OK) {
        status = hf_resource_create(thread, &set_class, (uintptr_t)result.value.pointer, set);
    }
    if (status != HF_OK) {
        return status;
    }
    for (DWORD index = 0; status == HF_OK; index++) {
        status = print_id(thread, get, set, index);
    }
    hf_status closed = hf_resource_dispose(thread, set);
    return status == HF_E_NOT_FOUND ? closed : status; /* no more devices */
}

static hf_status run(hf_thread *thread)
{
    const hf_type_size types[] = {
        { "SP_DEVINFO_DATA", sizeof(SP_DEVINFO_DATA), _Alignof(SP_DEVINFO_DATA) },
        { "GUID", sizeof(GUID), _Alignof(GUID) },
    };
    hf_library *setupapi = NULL;
    hf_function *open = NULL;
    hf_function *get = NULL;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.first_bytes = 4; /* far too little, so that it has to grow */
    options.types = types;
    options.type_count = 2;
    hf_status status = hf_library_open(thread, "setupapi.dll", &setupapi);
    if (status == HF_OK) {
        status = hf_function_bind_with(thread, setupapi, get_classes, &options, &open);
    }
    if (status == HF_OK) {
        status = hf_function_bind_with(thread, setupapi, get_property, &options, &get);
    }
    if (status == HF_OK) {
        status = print_all(thread, open, get);
    }
    hf_function_destroy(get);
    hf_function_destroy(open);
    hf_library_close(setupapi);
    return status;
}

int main(void)
{
    hf_runtime *runtime = NULL;
    hf_thread *thread = NULL;
    hf_status status = hf_runtime_create(NULL, &runtime);
    if (status == HF_OK) {
        status = hf_thread_attach(runtime, &thread);
    }
    if (status == HF_OK) {
        status = run(thread);
        hf_thread_detach(thread);
    }
    const hf_runtime_leaks none = HF_RUNTIME_LEAKS_INIT;
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    hf_runtime_destroy(runtime, &leaks);
    bool is_clean = memcmp(&leaks, &none, sizeof leaks) == 0;
    printf("%s, %s\n", hf_status_text(status), is_clean ? "nothing left behind" : "a leak");
    return status == HF_OK && is_clean ? 0 : 1;
}
