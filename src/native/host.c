/* SPDX-License-Identifier: MIT */

/*
 * What the host, its user, the program and its variables are called.
 *
 * Where one function serves two kinds of systems, the row that the catalogue has decides, and with
 * it what is passed.
 *
 * Threads: the owner, managed.
 */

#include "native/front.h"

#include "thread/thread.h"

#include <holdfast/host.h>

#include <string.h>

/* COMPUTER_NAME_FORMAT, and ERROR_ENVVAR_NOT_FOUND. */
enum { DNS_HOST = 1, DNS_DOMAIN = 2, NO_VARIABLE = 203 };

/* ---- the host ---- */

static hf_status computer_name(hf_thread *thread, int format, const char *elsewhere,
                               hf_ref name_out, int64_t *error_out)
{
    static const char windows[] = "GetComputerNameExW";
    const char *row = hfi_front_either(thread, windows, elsewhere);
    return strcmp(row, windows) == 0
               ? hf_native_text(thread, row, HF_ARGS(HF_INT(format)), name_out, error_out)
               : hf_native_text(thread, row, HF_NO_ARGS, name_out, error_out);
}

hf_status hf_host_name(hf_thread *thread, hf_ref name_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    return computer_name(thread, DNS_HOST, "gethostname", name_out, error_out);
}

hf_status hf_domain_name(hf_thread *thread, hf_ref name_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    return computer_name(thread, DNS_DOMAIN, "getdomainname", name_out, error_out);
}

hf_status hf_login_name(hf_thread *thread, hf_ref name_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    return hf_native_text(thread, hfi_front_either(thread, "getlogin_r", "GetUserNameW"),
                          HF_NO_ARGS, name_out, error_out);
}

/* ---- the program ---- */

/* A link where the system has one, which only a look can tell. */
hf_status hf_program_path(hf_thread *thread, hf_ref path_out, int64_t *error_out)
{
    static const char *const links[] = { "/proc/self/exe", "/proc/curproc/file",
                                         "/proc/curproc/exe" };
    HFI_ENTRY(thread);
    if (strcmp(hfi_front_either(thread, "readlink", "GetModuleFileNameW"), "readlink") != 0) {
        return hf_native_text(thread, "GetModuleFileNameW", HF_ARGS(HF_NULL), path_out, error_out);
    }
    hf_status status = HF_E_NATIVE;
    for (unsigned i = 0; i < 3 && status == HF_E_NATIVE; i++) {
        status =
            hf_native_text(thread, "readlink", HF_ARGS(HF_CSTR(links[i])), path_out, error_out);
    }
    return status == HF_E_NATIVE
               ? hf_native_text(thread, "_NSGetExecutablePath", HF_NO_ARGS, path_out, error_out)
               : status;
}

/* ---- variables ---- */

/* The address is good until somebody changes the environment: the copy is the next thing done. */
static hf_status get_variable(hf_thread *thread, const char *name, hf_ref value_out,
                              int64_t *error_out)
{
    HF_FRAME(thread);
    hf_ref value = hf_local(thread);
    hf_result result = HF_RESULT_INIT;
    hf_status status =
        value ? hfi_front_call(thread, "getenv", &result, HF_ARGS(HF_CSTR(name)), error_out)
              : HF_E_SLOTS;
    const char *found = status == HF_OK ? result.value.pointer : NULL;
    if (status == HF_OK) {
        status = found ? hfi_front_string(thread, found, strlen(found), value) : HF_E_NOT_FOUND;
    }
    hf_copy(value_out, status == HF_OK ? value : NULL);
    return status;
}

hf_status hf_environment_get(hf_thread *thread, const char *name, hf_ref value_out,
                             int64_t *error_out)
{
    static const char windows[] = "GetEnvironmentVariableW";
    HFI_ENTRY(thread);
    if (!name || !value_out) {
        return name ? HF_E_SLOTS : HF_E_NULL;
    }
    if (strcmp(hfi_front_either(thread, windows, "getenv"), windows) != 0) {
        return get_variable(thread, name, value_out, error_out);
    }
    int64_t error = 0;
    hf_status status = hf_native_text(thread, windows, HF_ARGS(HF_CSTR(name)), value_out, &error);
    bool is_missing = status == HF_E_NATIVE && error == NO_VARIABLE;
    if (error_out) {
        *error_out = is_missing ? 0 : error;
    }
    return is_missing ? HF_E_NOT_FOUND : status;
}

/* ---- terminals ---- */

static hf_status name_of(hf_thread *thread, const char *row, const hf_arg *terminal,
                         hf_ref name_out, int64_t *error_out)
{
    if (!terminal) {
        return HF_E_NULL;
    }
    const hf_arg arguments[] = { *terminal, HF_ARGS_END };
    return hf_native_text(thread, row, arguments, name_out, error_out);
}

hf_status hf_terminal_name(hf_thread *thread, const hf_arg *terminal, hf_ref name_out,
                           int64_t *error_out)
{
    HFI_ENTRY(thread);
    return name_of(thread, "ttyname_r", terminal, name_out, error_out);
}

hf_status hf_pseudo_terminal_name(hf_thread *thread, const hf_arg *terminal, hf_ref name_out,
                                  int64_t *error_out)
{
    HFI_ENTRY(thread);
    return name_of(thread, "ptsname_r", terminal, name_out, error_out);
}
