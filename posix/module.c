/* SPDX-License-Identifier: MIT */

/*
 * Shared libraries.
 *
 * Calls: dlopen, dlsym, dlclose, dlerror (POSIX.1-2008); the names of glibc's
 * own libraries from <gnu/lib-names.h>.
 *
 * How a name is looked up, in this order:
 *  1. "c" is the process itself, so that a symbol is what the program's own
 *     code would get, with every interposed function in its place;
 *  2. the name as it is given;
 *  3. a name with neither "/" nor ".so" in it: lib<name>.so;
 *  4. such a name of one of glibc's libraries ("m", "dl", …): the versioned
 *     name that belongs to the C library in use.
 * There is no other guessing of versions: the number in "libfoo.so.3" is the
 * ABI that a prototype was written for, and only its writer knows it.
 *
 * dlerror() text that a failed attempt left behind is taken away again, so
 * that a program which looks for its own does not find ours.
 */

#include "posix.h"

#include "base/alloc.h"
#include "base/verify.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#if defined(__GLIBC__)
#include <gnu/lib-names.h>
#endif

#define OPEN_FLAGS (RTLD_NOW | RTLD_LOCAL)
#define NAME_SIZE  256

typedef struct known_library {
    const char *name;
    const char *soname;
} known_library;

/* libc.so.6 is "c"; the row keeps the table from being empty elsewhere. */
static const known_library known_libraries[] = {
#if defined(__GLIBC__)
    { "m", LIBM_SO },   { "dl", LIBDL_SO },         { "pthread", LIBPTHREAD_SO },
    { "rt", LIBRT_SO }, { "resolv", LIBRESOLV_SO }, { "util", LIBUTIL_SO },
#endif
    { NULL, NULL },
};

static void *open_known(const char *name)
{
    for (const known_library *known = known_libraries; known->name; known++) {
        if (strcmp(known->name, name) == 0) {
            return dlopen(known->soname, OPEN_FLAGS);
        }
    }
    return NULL;
}

static void *open_by_name(const char *name)
{
    if (strcmp(name, "c") == 0) {
        return dlopen(NULL, OPEN_FLAGS);
    }
    void *module = dlopen(name, OPEN_FLAGS);
    if (module || strchr(name, '/') || strstr(name, ".so")) {
        return module;
    }
    char file[NAME_SIZE];
    const int length = snprintf(file, sizeof(file), "lib%s.so", name);
    if (length < 0 || (size_t)length >= sizeof(file)) {
        return NULL;
    }
    module = dlopen(file, OPEN_FLAGS);
    return module ? module : open_known(name);
}

hf_status hfp_module_open_why(const char *name, hfp_module_search search, void **module_out,
                              uint32_t *native_error_out, char *why, size_t size)
{
    HFP_KEEP_ERRNO;
    (void)search; /* the loader's own rules are the safe ones here */
    why[0] = '\0';
    if (hfi_fault_hit("module open")) {
        *native_error_out = ENOMEM;
        return HF_E_NOMEM;
    }
    /* An empty name would be the process itself, by accident. */
    errno = 0;
    void *module = name[0] == '\0' ? NULL : open_by_name(name);
    if (!module) {
        *native_error_out = errno != 0 ? (uint32_t)errno : ENOENT;
        const char *text = name[0] == '\0' ? "the name is empty" : dlerror();
        (void)snprintf(why, size, "%s", text ? text : strerror((int)*native_error_out));
        (void)dlerror();
        return HF_E_LIBRARY;
    }
    *native_error_out = 0;
    *module_out = module;
    return HF_OK;
}

hf_status hfp_module_open(const char *name, hfp_module_search search, void **module_out,
                          uint32_t *native_error_out)
{
    char why[1];
    return hfp_module_open_why(name, search, module_out, native_error_out, why, sizeof(why));
}

hf_status hfp_module_symbol(void *module, const char *symbol, void **address_out)
{
    HFP_KEEP_ERRNO;
    if (hfi_fault_hit("module symbol")) {
        return HF_E_SYMBOL;
    }
    void *address = dlsym(module, symbol);
    if (!address) {
        (void)dlerror();
        return HF_E_SYMBOL;
    }
    *address_out = address;
    return HF_OK;
}

hf_status hfp_module_ordinal(void *module, uint16_t ordinal, void **address_out)
{
    (void)module;
    (void)ordinal;
    (void)address_out;
    return HF_E_UNSUPPORTED;
}

void hfp_module_close(void *module)
{
    HFP_KEEP_ERRNO;
    hfp_posix_must(dlclose(module));
}

uint32_t hfp_module_call(void *address, uintptr_t value)
{
    uint32_t (*function)(uintptr_t);
    memcpy(&function, &address, sizeof function);
    return function(value);
}
