/* SPDX-License-Identifier: MIT */
/* hf-test: timeout=120 */

/*
 * Calls of all shapes, made by libffi as the library prepares it and by the compiler.
 * They agree on what arrives and on what comes back.
 */

#include "hf_test.h"

#include "callees/callees.h"

#include "call/ffi_glue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef union room {
    long double aligned;
    ffi_arg word;
    char bytes[HFD_VALUE_MAX];
} room;

/* ---- types as the parser would give them ---- */

static hfi_ctype integer_of(size_t size, bool is_signed)
{
    switch (size) {
    case 1:
        return is_signed ? HFI_C_I8 : HFI_C_U8;
    case 2:
        return is_signed ? HFI_C_I16 : HFI_C_U16;
    case 4:
        return is_signed ? HFI_C_I32 : HFI_C_U32;
    default:
        return is_signed ? HFI_C_I64 : HFI_C_U64;
    }
}

static hfi_ctype ctype_of(const hfd_type *type)
{
    switch (type->kind) {
    case HFD_SIGNED:
        return integer_of(type->size, true);
    case HFD_UNSIGNED:
    case HFD_BOOL:
        return integer_of(type->size, false);
    case HFD_POINTER:
        return HFI_C_POINTER;
    case HFD_F32:
        return HFI_C_F32;
    case HFD_F64:
        return HFI_C_F64;
    case HFD_LONG_DOUBLE:
        return HFI_C_LONG_DOUBLE;
    case HFD_COMPLEX:
        return type->size == 2 * sizeof(float)    ? HFI_C_COMPLEX_F32
               : type->size == 2 * sizeof(double) ? HFI_C_COMPLEX_F64
                                                  : HFI_C_COMPLEX_LONG_DOUBLE;
    case HFD_AGGREGATE:
        return HFI_C_AGGREGATE;
    case HFD_VOID:
        break;
    }
    return HFI_C_VOID;
}

typedef struct layouts {
    hfi_layout *layout;
    hfi_member *member;
} layouts;

/* One layout for each type, in the same order; members come before those that hold them. */
static layouts make_layouts(void)
{
    size_t members = 0;
    for (unsigned i = 0; i < hfd_type_count; i++) {
        members += hfd_types[i].member_count;
    }
    layouts all = { calloc(hfd_type_count, sizeof(hfi_layout)),
                    calloc(members, sizeof(hfi_member)) };
    assert_non_null(all.layout);
    assert_non_null(all.member);
    hfi_member *next = all.member;
    for (unsigned i = 0; i < hfd_type_count; i++) {
        const hfd_type *type = &hfd_types[i];
        all.layout[i] = (hfi_layout){ .name = type->name,
                                      .is_union = type->is_union,
                                      .is_complete = true,
                                      .size = type->size,
                                      .alignment = type->alignment,
                                      .member_count = type->member_count,
                                      .member = next };
        for (unsigned k = 0; k < type->member_count; k++) {
            const hfd_member *from = &type->member[k];
            *next++ = (hfi_member){ .type = ctype_of(&hfd_types[from->type]),
                                    .layout = &all.layout[from->type],
                                    .offset = from->offset,
                                    .size = hfd_types[from->type].size,
                                    .count = from->count };
        }
    }
    return all;
}

static void free_layouts(layouts *all)
{
    free(all->layout);
    free(all->member);
}

static hfi_convention convention_of(const hfd_case *one)
{
    if (one->convention == HFD_MS_ABI && strstr(one->text, "ms_abi")) {
        return HFI_CONVENTION_MS_ABI; /* elsewhere it is no word of the compiler */
    }
    if (one->convention != HFD_OF_X86) {
        return HFI_CONVENTION_DEFAULT;
    }
    return strstr(one->text, "__fast")   ? HFI_CONVENTION_FASTCALL
           : strstr(one->text, "__this") ? HFI_CONVENTION_THISCALL
                                         : HFI_CONVENTION_STDCALL;
}

/* ---- one call, both ways ---- */

typedef struct bound {
    hfi_prototype prototype;
    hfi_param param[HFD_PARAMS];
    hfi_cif cif;
    ffi_cif variadic;
    ffi_type *types[HFI_PARAMS_MAX + 1];
} bound;

static ffi_type *variable_type(const hfd_type *type)
{
    if (type->kind == HFD_F64) {
        return &ffi_type_double;
    }
    if (type->kind == HFD_POINTER) {
        return &ffi_type_pointer;
    }
    if (type->size == 4) {
        return type->kind == HFD_SIGNED ? &ffi_type_sint32 : &ffi_type_uint32;
    }
    return type->kind == HFD_SIGNED ? &ffi_type_sint64 : &ffi_type_uint64;
}

static hf_status bind_case(bound *b, const hfd_case *one, const layouts *all)
{
    memset(b, 0, sizeof(*b));
    b->prototype = (hfi_prototype){ .result = ctype_of(&hfd_types[one->result]),
                                    .result_layout = &all->layout[one->result],
                                    .convention = convention_of(one),
                                    .is_variadic = one->is_variadic,
                                    .param_count = one->fixed,
                                    .param = b->param };
    for (unsigned i = 0; i < one->fixed; i++) {
        b->param[i].type = ctype_of(&hfd_types[one->param[i]]);
        b->param[i].layout = &all->layout[one->param[i]];
    }
    hf_status status = hfi_cif_prepare(&b->cif, &b->prototype);
    if (status == HF_OK && one->is_variadic) {
        ffi_type *extra[HFD_PARAMS];
        for (unsigned i = one->fixed; i < one->count; i++) {
            extra[i - one->fixed] = variable_type(&hfd_types[one->param[i]]);
        }
        status = hfi_cif_extend(&b->cif, one->fixed, extra, (unsigned)(one->count - one->fixed),
                                &b->variadic, b->types);
    }
    return status;
}

/* A result narrower than a word is widened by libffi. */
static void narrow_result(room *result, const hfd_type *type)
{
    if (type->size < sizeof(ffi_arg) &&
        (type->kind == HFD_SIGNED || type->kind == HFD_UNSIGNED || type->kind == HFD_BOOL)) {
        hfi_value wide;
        memcpy(&wide, result, sizeof(wide));
        uint64_t bits = (uint64_t)wide.widened << hfi_value_shift(ctype_of(type));
        memcpy(result, &bits, sizeof(bits));
    }
}

static void call_by_libffi(const bound *b, const hfd_case *one, room *result, void **arguments)
{
    union {
        void (*code)(void);
        void *address;
    } at = { one->function };
    if (b->cif.has_values) {
        hfi_cif_call_values(&b->cif, one->is_variadic ? &b->variadic : &b->cif.cif, at.address,
                            result, arguments);
    } else {
        hfi_value returned;
        memset(&returned, 0, sizeof(returned));
        hfi_cif_call(&b->cif, at.address, &returned, arguments);
        memcpy(result, &returned, sizeof(returned));
    }
    narrow_result(result, &hfd_types[one->result]);
}

static void compare_case(const hfd_case *one, const layouts *all, unsigned *refused)
{
    bound b;
    hf_status status = bind_case(&b, one, all);
    if (status == HF_E_UNSUPPORTED) {
        assert_non_null(b.cif.why);
        ++*refused;
    } else {
        assert_int_equal(status, HF_OK);
        for (uint64_t round = 0; round < 3; round++) {
            room value[HFD_PARAMS];
            void *arguments[HFD_PARAMS];
            room wanted, got;
            memset(&wanted, 0, sizeof(wanted));
            memset(&got, 0, sizeof(got));
            for (unsigned i = 0; i < one->count; i++) {
                arguments[i] = &value[i];
                hfd_fill(&value[i], &hfd_types[one->param[i]], round * 977 + i);
            }
            one->direct(one->function, arguments, &wanted);
            uint64_t wanted_sum = hfd_seen();
            hfd_see(0);
            call_by_libffi(&b, one, &got, arguments);
            if (hfd_seen() != wanted_sum || !hfd_same(&wanted, &got, &hfd_types[one->result])) {
                print_message("differs: %s\n", one->text);
                fail();
            }
        }
    }
    hfi_cif_finish(&b.cif);
}

static bool is_for_this_compiler(const hfd_case *one)
{
#if defined(__clang__) && !defined(_WIN32)
    /* clang on other systems passes these in ms_abi functions as nobody else does. */
    return !(one->is_odd && one->convention == HFD_MS_ABI);
#else
    (void)one;
    return true;
#endif
}

static void libffi_and_the_compiler_agree_on_every_shape(void **state)
{
    (void)state;
    layouts all = make_layouts();
    unsigned refused = 0;
    for (unsigned i = 0; i < hfd_case_count; i++) {
        if (is_for_this_compiler(&hfd_cases[i])) {
            compare_case(&hfd_cases[i], &all, &refused);
        }
    }
    print_message("%u shapes, %u refused\n", hfd_case_count, refused);
    assert_true(refused * 50 <= hfd_case_count);
    free_layouts(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(libffi_and_the_compiler_agree_on_every_shape),
    };
    return cmocka_run_group_tests_name("differential", tests, NULL, NULL);
}
