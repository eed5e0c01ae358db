/* SPDX-License-Identifier: MIT */

/*
 * Calls that grow, against the loop that people write: ffi_call with everything
 * prepared, malloc, realloc when it was too small, and a copy of the right size.
 *
 * Callees of the system are those that are there: rows for what this system does not
 * have are left out.  Each is there twice: with a first capacity that is enough, and
 * with one that is not.
 */

#include "bench.h"
#include "world.h"

#include "platform/platform.h"

#include <ffi.h>

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 6u

/* One function of the system, as Holdfast and libffi know it. */
typedef struct systems {
    bench_world world;
    hf_library *library;
    void *module;
    void *address;
    hf_function *function;
    hf_result result;
    ffi_cif cif;
    size_t first;     /* bytes */
    char path[48];    /* of a file with an attribute */
    const char *name; /* of that attribute */
    void *key;        /* an open one of the registry */
} systems;

/* ---- readlink: a result as large as the room may be cut off ---- */

static const char link_path[] = "/proc/self/exe";

static void guarded_link(void *user, uint64_t turns)
{
    systems *s = user;
    bool bad = false;
    for (uint64_t i = 0; i < turns; i++) {
        bad |=
            hf_call(s->world.thread, s->function, &s->result, HF_ARGS(HF_CSTR(link_path))) != HF_OK;
    }
    bench_require(!bad && hf_bytes_size(hf_result_out(&s->result, 0)) > 0, "a link is read");
}

static void bare_link(void *user, uint64_t turns)
{
    systems *s = user;
    for (uint64_t i = 0; i < turns; i++) {
        size_t size = s->first;
        const char *path = link_path;
        char *buffer = malloc(size);
        void *values[] = { &path, &buffer, &size };
        ffi_arg result = 0;
        while (buffer) {
            ffi_call(&s->cif, FFI_FN(s->address), &result, values);
            if ((ffi_sarg)result < 0 || (size_t)result < size) {
                break;
            }
            size *= 2;
            char *larger = realloc(buffer, size);
            if (!larger) {
                free(buffer);
            }
            buffer = larger;
        }
        bench_require(buffer && (int64_t)result > 0, "the loop by hand reads a link");
        buffer[(size_t)result] = 0;
        char *exact = realloc(buffer, (size_t)result + 1);
        bench_use(exact);
        free(exact ? exact : buffer);
    }
}

/* ---- getpwuid_r: a code that says "too small", and a result that points into itself ---- */

static void guarded_user(void *user, uint64_t turns)
{
    systems *s = user;
    bool bad = false;
    for (uint64_t i = 0; i < turns; i++) {
        bad |= hf_call(s->world.thread, s->function, &s->result, HF_ARGS(HF_UINT(0))) != HF_OK;
    }
    bench_require(!bad && hf_result_scalar(&s->result, 0) != 0, "a user is found");
}

static void bare_user(void *user, uint64_t turns)
{
    systems *s = user;
    for (uint64_t i = 0; i < turns; i++) {
        size_t size = s->first;
        uint32_t id = 0;
        _Alignas(16) char entry[64];
        char *entry_at = entry;
        void *found = NULL;
        void **found_at = &found;
        char *buffer = malloc(size);
        void *values[] = { &id, &entry_at, &buffer, &size, &found_at };
        ffi_arg result = 0;
        while (buffer) {
            ffi_call(&s->cif, FFI_FN(s->address), &result, values);
            if ((int)result != 34) {
                break;
            }
            size *= 2;
            char *larger = realloc(buffer, size);
            if (!larger) {
                free(buffer);
            }
            buffer = larger;
        }
        bench_require(buffer && (int)result == 0 && found, "the loop by hand finds a user");
        free(buffer);
    }
}

/* ---- getxattr: a code that says "too small", and a size for who asks ---- */

#define ATTRIBUTE_SIZE 120

static hf_status call_once(systems *s, const char *prototype, const hf_arg *arguments)
{
    hf_function *function;
    hf_status status = hf_function_bind(s->world.thread, s->library, prototype, &function);
    if (status == HF_OK) {
        status = hf_call(s->world.thread, function, &s->result, arguments);
        hf_function_destroy(function);
    }
    return status;
}

/* False where no file system takes an attribute. */
static bool begin_attribute(systems *s)
{
    static const char *const places[] = { "/tmp", "/var/tmp", "/dev/shm", "." };
    static const char *const names[] = { "user.bench", "trusted.bench" };
    static char value[ATTRIBUTE_SIZE];
    for (unsigned i = 0; i < sizeof places / sizeof places[0]; i++) {
        (void)snprintf(s->path, sizeof s->path, "%s/hf_bench_attribute", places[i]);
        FILE *file = fopen(s->path, "wb");
        for (unsigned n = 0; file && n < sizeof names / sizeof names[0]; n++) {
            s->name = names[n];
            if (call_once(
                    s,
                    "int setxattr(const char *path, const char *name, const void *value {raw},"
                    " size_t size, int flags) {fail(result != 0), error(errno)}",
                    HF_ARGS(HF_CSTR(s->path), HF_CSTR(s->name), HF_POINTER(value),
                            HF_UINT(ATTRIBUTE_SIZE), HF_INT(0))) == HF_OK) {
                (void)fclose(file);
                return true;
            }
        }
        if (file) {
            (void)fclose(file);
            (void)remove(s->path);
        }
    }
    return false;
}

static void end_attribute(systems *s)
{
    (void)remove(s->path);
}

static void guarded_attribute(void *user, uint64_t turns)
{
    systems *s = user;
    bool bad = false;
    for (uint64_t i = 0; i < turns; i++) {
        bad |= hf_call(s->world.thread, s->function, &s->result,
                       HF_ARGS(HF_CSTR(s->path), HF_CSTR(s->name))) != HF_OK;
    }
    bench_require(!bad && hf_bytes_size(hf_result_out(&s->result, 0)) == ATTRIBUTE_SIZE,
                  "an attribute is read");
}

static void bare_attribute(void *user, uint64_t turns)
{
    systems *s = user;
    for (uint64_t i = 0; i < turns; i++) {
        size_t size = s->first, none = 0;
        const char *path = s->path;
        void *null = NULL;
        char *buffer = malloc(size);
        void *values[] = { &path, &s->name, &buffer, &size };
        void *asking[] = { &path, &s->name, &null, &none };
        ffi_arg result = 0;
        while (buffer) {
            ffi_call(&s->cif, FFI_FN(s->address), &result, values);
            if ((ptrdiff_t)result >= 0 || errno != ERANGE) {
                break;
            }
            ffi_call(&s->cif, FFI_FN(s->address), &result, asking);
            size = (size_t)result;
            char *larger = realloc(buffer, size);
            if (!larger) {
                free(buffer);
            }
            buffer = larger;
        }
        bench_require(buffer && result == ATTRIBUTE_SIZE, "the loop by hand reads an attribute");
        char *exact = realloc(buffer, (size_t)result);
        bench_use(exact);
        free(exact ? exact : buffer);
    }
}

/* ---- RegQueryValueExW: one number that is capacity, need and length ---- */

static const uint16_t value_name[] = u"ProductName";

static bool begin_value(systems *s)
{
    void *machine = (void *)(intptr_t)INT32_C(-2147483646); /* HKEY_LOCAL_MACHINE */
    if (call_once(s,
                  "LONG __stdcall RegOpenKeyExW(HKEY key, LPCWSTR name, DWORD options,"
                  " DWORD access, HKEY *opened {out}) {fail(result != 0), error(result)}",
                  HF_ARGS(HF_POINTER(machine),
                          HF_CSTR("Software\\Microsoft\\Windows NT\\CurrentVersion"), HF_UINT(0),
                          HF_UINT(1))) != HF_OK) {
        return false;
    }
    s->key = (void *)(intptr_t)hf_result_scalar(&s->result, 0);
    return true;
}

static void end_value(systems *s)
{
    bench_require(
        call_once(s, "LONG __stdcall RegCloseKey(HKEY key)", HF_ARGS(HF_POINTER(s->key))) == HF_OK,
        "a key closes");
}

static void guarded_value(void *user, uint64_t turns)
{
    systems *s = user;
    bool bad = false;
    for (uint64_t i = 0; i < turns; i++) {
        bad |= hf_call(s->world.thread, s->function, &s->result,
                       HF_ARGS(HF_POINTER(s->key), HF_CSTR("ProductName"), HF_NULL)) != HF_OK;
    }
    bench_require(!bad && hf_bytes_size(hf_result_out(&s->result, 0)) > 0, "a value is read");
}

static void bare_value(void *user, uint64_t turns)
{
    systems *s = user;
    for (uint64_t i = 0; i < turns; i++) {
        uint32_t size = (uint32_t)s->first, type = 0, room = size;
        uint32_t *size_at = &size, *type_at = &type;
        const uint16_t *name = value_name;
        void *none = NULL;
        char *buffer = malloc(room);
        void *values[] = { &s->key, &name, &none, &type_at, &buffer, &size_at };
        ffi_arg result = 0;
        while (buffer) {
            ffi_call(&s->cif, FFI_FN(s->address), &result, values);
            if ((uint32_t)result != 234) {
                break;
            }
            room = size;
            char *larger = realloc(buffer, room);
            if (!larger) {
                free(buffer);
            }
            buffer = larger;
        }
        bench_require(buffer && (uint32_t)result == 0, "the loop by hand reads a value");
        char *exact = realloc(buffer, size);
        bench_use(exact);
        free(exact ? exact : buffer);
    }
}

/* ---- GetModuleFileNameW ---- */

static void guarded_module(void *user, uint64_t turns)
{
    systems *s = user;
    bool bad = false;
    for (uint64_t i = 0; i < turns; i++) {
        bad |= hf_call(s->world.thread, s->function, &s->result, HF_ARGS(HF_NULL)) != HF_OK;
    }
    bench_require(!bad && hf_bytes_size(hf_result_out(&s->result, 0)) > 0, "a module has a name");
}

static void bare_module(void *user, uint64_t turns)
{
    systems *s = user;
    for (uint64_t i = 0; i < turns; i++) {
        uint32_t size = (uint32_t)s->first / 2;
        void *module = NULL;
        uint16_t *buffer = malloc(2 * (size_t)size);
        void *values[] = { &module, &buffer, &size };
        ffi_arg result = 0;
        while (buffer) {
            ffi_call(&s->cif, FFI_FN(s->address), &result, values);
            if ((uint32_t)result < size) {
                break;
            }
            size *= 2;
            uint16_t *larger = realloc(buffer, 2 * (size_t)size);
            if (!larger) {
                free(buffer);
            }
            buffer = larger;
        }
        bench_require(buffer && (uint32_t)result > 0, "the loop by hand names a module");
        uint16_t *exact = realloc(buffer, 2 * ((size_t)(uint32_t)result + 1));
        bench_use(exact);
        free(exact ? exact : buffer);
    }
}

/* ---- the rows ---- */

static ffi_type *const link_types[] = { &ffi_type_pointer, &ffi_type_pointer, &ffi_type_pointer };
static ffi_type *const user_types[] = { &ffi_type_uint32, &ffi_type_pointer, &ffi_type_pointer,
                                        &ffi_type_pointer, &ffi_type_pointer };
static ffi_type *const attribute_types[] = { &ffi_type_pointer, &ffi_type_pointer,
                                             &ffi_type_pointer, &ffi_type_pointer };
static ffi_type *const value_types[] = { &ffi_type_pointer, &ffi_type_pointer, &ffi_type_pointer,
                                         &ffi_type_pointer, &ffi_type_pointer, &ffi_type_pointer };
static ffi_type *const module_types[] = { &ffi_type_pointer, &ffi_type_pointer, &ffi_type_uint32 };

typedef struct row {
    const char *library, *symbol, *prototype;
    ffi_type *const *types;
    unsigned count;
    ffi_type *result;
    size_t enough, small;
    const char *name_enough, *name_small;
    bench_fn run, base;
    bool (*begin)(systems *s); /* false: not here */
    void (*end)(systems *s);
} row;

static const row rows[] = {
    { "libc.so.6", "readlink",
      "ssize_t readlink(const char *path, char *buffer {out, text}, size_t size {capacity(buffer)})"
      " {fail(result < 0), error(errno), grow_ok(result == size), length(buffer, result)}",
      link_types, 3, &ffi_type_slong, 512, 16, "retry, readlink at once", "retry, readlink growing",
      guarded_link, bare_link, NULL, NULL },
    { "libc.so.6", "getpwuid_r",
      "int getpwuid_r(uint32_t id, void *entry {out, size(64), points_into(buffer)},"
      " char *buffer {out}, size_t size {capacity(buffer)}, void **found {out, points_into(entry)})"
      " {fail(result != 0), error(result), grow(error == 34)}",
      user_types, 5, &ffi_type_sint, 1024, 16, "retry, getpwuid_r at once",
      "retry, getpwuid_r growing", guarded_user, bare_user, NULL, NULL },
    { "libc.so.6", "getxattr",
      "ssize_t getxattr(const char *path, const char *name, void *value {out},"
      " size_t size {capacity(value)}) {fail(result < 0), error(errno), grow(error == 34),"
      " length(value, result), query(value, result)}",
      attribute_types, 4, &ffi_type_slong, 256, 16, "retry, getxattr at once",
      "retry, getxattr growing", guarded_attribute, bare_attribute, begin_attribute,
      end_attribute },
    { "advapi32.dll", "RegQueryValueExW",
      "LONG __stdcall RegQueryValueExW(HKEY key, LPCWSTR name, LPDWORD reserved {raw},"
      " LPDWORD type {out}, LPBYTE data {out, room(reserve 4)},"
      " LPDWORD size {inout, capacity(data), needed(data), length(data)})"
      " {fail(result != 0), error(result), grow(error == 234)}",
      value_types, 6, &ffi_type_sint, 256, 4, "retry, RegQueryValueExW at once",
      "retry, RegQueryValueExW growing", guarded_value, bare_value, begin_value, end_value },
    { "kernel32.dll", "GetModuleFileNameW",
      "DWORD GetModuleFileNameW(HMODULE module, LPWSTR name {out, text}, DWORD size"
      " {capacity(name)}) {fail(result == 0), error(last_error), grow_ok(result >= size),"
      " length(name, result)}",
      module_types, 3, &ffi_type_uint32, 1024, 16, "retry, GetModuleFileNameW at once",
      "retry, GetModuleFileNameW growing", guarded_module, bare_module, NULL, NULL },
};

static void prepare(systems *s, const row *of)
{
    ffi_type *types[WORDS_MAX];
    for (unsigned i = 0; i < of->count; i++) {
        types[i] = of->types[i];
    }
    static ffi_type *kept[sizeof rows / sizeof rows[0]][WORDS_MAX];
    memcpy(kept[of - rows], types, sizeof types);
    bench_require(ffi_prep_cif(&s->cif, FFI_DEFAULT_ABI, of->count, of->result, kept[of - rows]) ==
                      FFI_OK,
                  "libffi knows the signature");
}

static void run_row(bench *b, systems *s, const row *of, size_t first, const char *name)
{
    const bench_case one = { name, of->run, "ffi_call, malloc", of->base, BENCH_RATIO, 1.05, 0 };
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.first_bytes = first;
    options.growth = 200; /* as the loops by hand, so that both take as many tries */
    s->first = first;
    bench_require(hf_function_bind_with(s->world.thread, s->library, of->prototype, &options,
                                        &s->function) == HF_OK,
                  "a function of the system is bound");
    bench_run(b, &one, NULL, s);
    hf_function_destroy(s->function);
}

void bench_retries(bench *b)
{
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const row *of = &rows[i];
        systems s = { .result = HF_RESULT_INIT };
        uint32_t error;
        if (hfp_module_open(of->library, HFP_MODULE_SYSTEM, &s.module, &error) != HF_OK) {
            continue;
        }
        bench_require(bench_world_begin(&s.world, HF_FENCE_AUTO), "a runtime can be made");
        bench_require(hfp_module_symbol(s.module, of->symbol, &s.address) == HF_OK &&
                          hf_library_open(s.world.thread, of->library, &s.library) == HF_OK,
                      "a library of the system opens");
        prepare(&s, of);
        if (!of->begin || of->begin(&s)) {
            run_row(b, &s, of, of->enough, of->name_enough);
            run_row(b, &s, of, of->small, of->name_small);
            if (of->end) {
                of->end(&s);
            }
        }
        hf_library_close(s.library);
        bench_world_end(&s.world);
        hfp_module_close(s.module);
    }
}
