/* SPDX-License-Identifier: MIT */

/*
 * Signatures and values for libffi.
 *
 * An argument is read in its own width from the address it is given, a result
 * narrower than a register is written as a whole ffi_arg.  Both are kept apart
 * (hfi_value_load here, hfi_value_integer for results), because on a big-endian
 * machine the two are at different places.
 *
 * Two faults of libffi 3.4.4 are gone round here, by saying the same call in another way.
 * libffi#848: on SysV x86-64 it copies the rest of a struct, and not the eight bytes alone, into
 * the register image.  Where a struct's integer half takes the sixth and last integer register, its
 * other half thus falls upon the first floating register, which an earlier argument may have
 * filled.  Such a struct travels in exactly the registers that its two halves would take as
 * arguments of their own, so that is how libffi is told of it.  Only one parameter of a signature
 * can be the sixth.  On ARM64 it counts the stack for large structs without the padding between
 * their copies, and writes behind it; as the convention passes them by address, they are passed as
 * addresses from here.
 *
 * Everything here is pure but for memory; any thread.
 */

#include "call/ffi_glue.h"

#include "call/direct.h"
#include "call/selftest.h"

#include "base/alloc.h"
#include "base/verify.h"

#include <float.h>
#include <string.h>

_Static_assert(sizeof(hfi_value) >= 16, "libffi may write a result of two registers");

/* ---- conventions ---- */

/* libffi names its target by macros; what a convention is there and by which rules it passes
 * values.  NULL in *why_out: it has it. */
static ffi_abi abi_of(const hfi_prototype *prototype, hfi_abi *rules_out, const char **why_out)
{
    ffi_abi abi = FFI_DEFAULT_ABI;
    *rules_out = HFI_ABI_OTHER;
    *why_out = NULL;
#if defined(X86_WIN64)
    *rules_out = HFI_ABI_WIN64;
    if (prototype->convention == HFI_CONVENTION_SYSV_ABI) {
        *why_out = "libffi's build for Windows has no sysv_abi";
    }
#elif defined(X86_64) && UINTPTR_MAX > UINT32_MAX
    *rules_out = HFI_ABI_SYSV64;
    if (prototype->convention == HFI_CONVENTION_MS_ABI) {
        *rules_out = HFI_ABI_WIN64;
        abi = FFI_GNUW64;
    }
#else
#if defined(X86) || defined(X86_WIN32)
    *rules_out = HFI_ABI_X86;
    if (prototype->convention == HFI_CONVENTION_FASTCALL && !prototype->is_variadic) {
        abi = FFI_FASTCALL;
    } else if (prototype->convention == HFI_CONVENTION_THISCALL && !prototype->is_variadic) {
        abi = FFI_THISCALL;
    }
#endif
#if defined(X86_WIN32)
    /* Elsewhere WINAPI is a word of the headers and nothing else; variable arguments are the
       caller's to take away, as compilers know too. */
    if (prototype->convention == HFI_CONVENTION_STDCALL && !prototype->is_variadic) {
        abi = FFI_STDCALL;
    }
#endif
#if defined(__aarch64__)
    *rules_out = HFI_ABI_AAPCS64;
#endif
    if (prototype->convention == HFI_CONVENTION_MS_ABI ||
        prototype->convention == HFI_CONVENTION_SYSV_ABI) {
        *why_out = "ms_abi and sysv_abi are conventions of x86-64";
    }
#endif
    return abi;
}

/* ---- preparing ---- */

static bool is_value(hfi_ctype type)
{
    return type >= HFI_C_LONG_DOUBLE && type <= HFI_C_AGGREGATE;
}

static hf_status refuse(hfi_cif *cif, int param, const char *type, const char *why)
{
    cif->why = why;
    cif->why_type = type;
    cif->why_param = param;
    return HF_E_UNSUPPORTED;
}

static hf_status make_type(hfi_cif *cif, hfi_abi rules, int param, hfi_ctype type,
                           const hfi_layout *layout, uint32_t faults, ffi_type **type_out)
{
    const char *name = type == HFI_C_AGGREGATE ? layout->name : hfi_ctype_name(type);
    const char *why = hfi_selftest_why(faults, type, layout);
    if (why) {
        return refuse(cif, param, name, why);
    }
    hf_status status = hfi_ffi_type_make(&cif->made, rules, type, layout, type_out, &why);
    return status == HF_E_UNSUPPORTED ? refuse(cif, param, name, why) : status;
}

static unsigned count_class(const hfi_class class[2], hfi_class one)
{
    return (class[0] == one ? 1u : 0u) + (class[1] == one ? 1u : 0u);
}

/* The parameter whose integer half takes the last integer register behind other floating numbers;
 * -1. */
static int find_last_word(const hfi_prototype *prototype)
{
    hfi_class class[2] = { HFI_CLASS_NONE, HFI_CLASS_NONE };
    unsigned words = 0;
    unsigned floating = 0;
    if (prototype->result == HFI_C_AGGREGATE) {
        hfi_sysv64_classify(prototype->result, prototype->result_layout, class);
        words = class[0] == HFI_CLASS_MEMORY; /* its address */
    }
    for (int i = 0; i < prototype->param_count; i++) {
        const hfi_param *param = &prototype->param[i];
        hfi_sysv64_classify(param->type, param->layout, class);
        unsigned need = count_class(class, HFI_CLASS_INTEGER);
        unsigned need_floating = count_class(class, HFI_CLASS_SSE);
        if (words + need > 6 || floating + need_floating > 8) {
            continue; /* on the stack, as what is in memory or x87, which needs no register here */
        }
        if (class[0] == HFI_CLASS_INTEGER && class[1] == HFI_CLASS_SSE && words == 5 && floating) {
            return i;
        }
        words += need;
        floating += need_floating;
    }
    return -1;
}

/* One type for each parameter, or two for one. */
static void detour_types(const hfi_cif *cif, unsigned count, hfi_detour *detour)
{
    for (unsigned i = 0, to = 0; i < count; i++) {
        if ((int)i == detour->halved) {
            detour->types[to++] = cif->types[i]->elements[0];
            detour->types[to++] = cif->types[i]->elements[1];
        } else if (detour->by_address >> i & 1) {
            detour->types[to++] = &ffi_type_pointer;
        } else {
            detour->types[to++] = cif->types[i];
        }
    }
}

static hf_status take_detour(hfi_cif *cif, unsigned count, int halved, uint32_t by_address)
{
    hfi_detour *detour = hfi_alloc(sizeof(*detour));
    if (!detour) {
        return HF_E_NOMEM;
    }
    cif->detour = detour;
    detour->halved = halved;
    detour->by_address = by_address;
    detour_types(cif, count, detour);
    ffi_status status = ffi_prep_cif(&detour->cif, cif->cif.abi, count + (halved >= 0 ? 1u : 0u),
                                     cif->cif.rtype, detour->types);
    return status == FFI_OK ? HF_OK : refuse(cif, -1, NULL, "libffi refuses the signature");
}

/* Goes round libffi#848, or refuses where that is not possible either. */
static hf_status avoid_last_word(hfi_cif *cif, const hfi_prototype *prototype, uint32_t faults)
{
    int at = faults & HFI_FAULT_LAST_WORD ? find_last_word(prototype) : -1;
    if (at < 0) {
        return HF_OK;
    }
    if (faults & HFI_FAULT_HALVES) {
        return refuse(cif, at, prototype->param[at].layout->name,
                      "libffi would overwrite an earlier floating argument (libffi#848)");
    }
    return take_detour(cif, prototype->param_count, at, 0);
}

static hf_status pass_by_address(hfi_cif *cif, const hfi_prototype *prototype)
{
    uint32_t by_address = 0;
    for (unsigned i = 0; i < prototype->param_count; i++) {
        const hfi_param *param = &prototype->param[i];
        if (param->type == HFI_C_AGGREGATE && hfi_aapcs64_by_address(param->layout)) {
            by_address |= UINT32_C(1) << i;
        }
    }
    return by_address ? take_detour(cif, prototype->param_count, -1, by_address) : HF_OK;
}

static hf_status make_types(hfi_cif *cif, const hfi_prototype *prototype, hfi_abi rules,
                            uint32_t faults, ffi_type **result_out)
{
    hf_status status =
        make_type(cif, rules, -1, prototype->result, prototype->result_layout, faults, result_out);
    cif->has_values = prototype->is_variadic || is_value(prototype->result);
    for (unsigned i = 0; i < prototype->param_count && status == HF_OK; i++) {
        const hfi_param *param = &prototype->param[i];
        HF_VERIFY(param->type > HFI_C_VOID && param->type < HFI_C_OPAQUE);
        cif->has_values |= is_value(param->type);
        status = make_type(cif, rules, (int)i, param->type, param->layout, faults, &cif->types[i]);
    }
    return status;
}

hf_status hfi_cif_prepare_with(hfi_cif *cif, const hfi_prototype *prototype, uint32_t faults)
{
    hfi_abi rules;
    ffi_type *result = NULL;
    memset(cif, 0, sizeof(*cif));
    cif->why_param = -1;
    HF_VERIFY(prototype->result < HFI_C_OPAQUE);
    ffi_abi abi = abi_of(prototype, &rules, &cif->why);
    if (!cif->why && prototype->is_variadic && (faults & HFI_FAULT_VARIADIC)) {
        cif->why = "libffi's self-test failed for variable arguments";
    }
    if (cif->why) {
        return HF_E_UNSUPPORTED;
    }
    hf_status status = make_types(cif, prototype, rules, faults, &result);
    if (status != HF_OK) {
        return status;
    }
    if (ffi_prep_cif(&cif->cif, abi, prototype->param_count, result, cif->types) != FFI_OK) {
        return refuse(cif, -1, NULL, "libffi refuses the signature");
    }
    if (!cif->has_values) {
        hfi_direct_choose(cif, prototype);
    }
    switch (rules) {
    case HFI_ABI_SYSV64:
        return avoid_last_word(cif, prototype, faults);
    case HFI_ABI_AAPCS64:
        return pass_by_address(cif, prototype);
    default:
        return HF_OK;
    }
}

hf_status hfi_cif_prepare(hfi_cif *cif, const hfi_prototype *prototype)
{
    uint32_t faults;
    memset(cif, 0, sizeof(*cif));
    hf_status status = hfi_selftest_faults(&faults);
    return status == HF_OK ? hfi_cif_prepare_with(cif, prototype, faults) : status;
}

void hfi_cif_finish(hfi_cif *cif)
{
    hfi_ffi_types_free(&cif->made);
    hfi_free(cif->detour);
    cif->detour = NULL;
}

/* ---- calling ---- */

hf_status hfi_cif_extend(const hfi_cif *cif, unsigned fixed, ffi_type *const *extra, unsigned count,
                         ffi_cif *cif_out, ffi_type **types)
{
    const hfi_detour *detour = cif->detour;
    unsigned said = fixed + (detour && detour->halved >= 0 ? 1u : 0u);
    HF_VERIFY(fixed + count <= HFI_PARAMS_MAX);
    memcpy(types, detour ? detour->types : cif->types, said * sizeof(ffi_type *));
    for (unsigned i = 0; i < count; i++) {
        types[said + i] = extra[i];
    }
    ffi_status status =
        ffi_prep_cif_var(cif_out, cif->cif.abi, said, said + count, cif->cif.rtype, types);
    return status == FFI_OK ? HF_OK : HF_E_UNSUPPORTED;
}

/* The arguments as the detour says them; `address` is room for those that go by address. */
static void list_detour(const hfi_detour *detour, unsigned count, void *const *arguments,
                        void **passed, void **address)
{
    for (unsigned i = 0, from = 0; i < count; i++, from++) {
        passed[i] = arguments[from];
        if ((int)from == detour->halved) {
            passed[++i] = (char *)arguments[from] + 8;
        } else if (from < HFI_PARAMS_MAX && (detour->by_address >> from & 1)) {
            address[from] = arguments[from];
            passed[i] = &address[from];
        }
    }
}

void hfi_cif_call_values(const hfi_cif *of, const ffi_cif *cif, void *function, void *result,
                         void *const *arguments)
{
    const hfi_detour *detour = of->detour;
    union {
        const ffi_cif *constant;
        ffi_cif *plain;
    } to = { detour && cif == &of->cif ? &detour->cif : cif };
    void *passed[HFI_PARAMS_MAX + 1];
    void *address[HFI_PARAMS_MAX];
    if (detour) {
        list_detour(detour, to.constant->nargs, arguments, passed, address);
    } else if (to.constant->nargs) {
        memcpy(passed, arguments, to.constant->nargs * sizeof(passed[0]));
    }
    ffi_call(to.plain, FFI_FN(function), result, passed);
}

/* ---- values ---- */

static bool is_little_endian(void)
{
    const union {
        uint16_t word;
        uint8_t byte[2];
    } order = { 1 };
    return order.byte[0] == 1;
}

unsigned hfi_value_shift(hfi_ctype type)
{
    return is_little_endian() ? 0 : (unsigned)(64 - 8 * hfi_ctype_size(type));
}

/* What most are is told first: each try of a growing call reads some. */
int64_t hfi_value_load(const void *from, hfi_ctype type)
{
    uint8_t u8;
    uint16_t u16;
    uint32_t u32;
    uint64_t u64;
    if (type == HFI_C_U32) {
        memcpy(&u32, from, sizeof u32);
        return (int64_t)u32;
    }
    if (type == HFI_C_I32) {
        int32_t i32;
        memcpy(&i32, from, sizeof i32);
        return i32;
    }
    if (type == HFI_C_U64 || type == HFI_C_I64) {
        memcpy(&u64, from, sizeof u64);
        return (int64_t)u64;
    }
    switch (hfi_ctype_size(type)) {
    case 1:
        memcpy(&u8, from, 1);
        return hfi_ctype_widen(type, u8);
    case 2:
        memcpy(&u16, from, 2);
        return hfi_ctype_widen(type, u16);
    case 4:
        memcpy(&u32, from, 4);
        return hfi_ctype_widen(type, u32);
    default:
        memcpy(&u64, from, 8);
        return hfi_ctype_widen(type, u64);
    }
}

double hfi_value_floating(const void *from, hfi_ctype type)
{
    float f32;
    double f64;
    if (type == HFI_C_F32) {
        memcpy(&f32, from, sizeof(f32));
        return (double)f32;
    }
    memcpy(&f64, from, sizeof(f64));
    return f64;
}

bool hfi_value_store_floating(void *to, hfi_ctype type, double number)
{
    if (type == HFI_C_F64) {
        memcpy(to, &number, sizeof(number));
        return true;
    }
    /* Infinities and what is no number are the same in both. */
    if ((number > (double)FLT_MAX && number <= DBL_MAX) ||
        (number < -(double)FLT_MAX && number >= -DBL_MAX)) {
        return false;
    }
    float narrow = (float)number;
    memcpy(to, &narrow, sizeof(narrow));
    return true;
}
