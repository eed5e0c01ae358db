/* SPDX-License-Identifier: MIT */

/*
 * libffi on trial, once a process.
 *
 * A struct passed in the wrong registers is not an error that anybody sees: the
 * callee computes with other numbers.  So before the first function is bound, a few
 * functions of this file are called through libffi with values that a compiler would
 * get right, along the very way that bound functions take.  What fails is a bit, and
 * signatures that would need it are refused when they are bound.
 *
 * The callees compare what they see with what was sent, so a wrong argument and a
 * wrong result are told apart by nobody: both make the shape unusable.
 *
 * Threads: any.  Two that come first at once both run the test and find the same.
 */

#include "call/selftest.h"

#include "call/ffi_glue.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <string.h>

static _Atomic(uint32_t) found; /* 0: not run yet */

#define SHAPE_MAX 8

/* One argument or the result. */
typedef struct value {
    hfi_ctype type;
    const hfi_layout *layout;
} value;

typedef struct shape {
    value result;
    unsigned count;    /* parameters */
    unsigned variable; /* of them behind the dots */
    value param[SHAPE_MAX];
} shape;

#define PLAIN(type)                                                                                \
    {                                                                                              \
        type, NULL                                                                                 \
    }
#define VALUE(layout)                                                                              \
    {                                                                                              \
        HFI_C_AGGREGATE, &(layout)                                                                 \
    }

/* clang-format off */
#define MEMBER(of, name, ctype, elements) \
    { #name, ctype, NULL, HFI_C_VOID, false, false, offsetof(of, name), \
      sizeof(((of *)0)->name) / (elements), elements }
#define LAYOUT(of, is_union, members) \
    { #of, is_union, true, false, sizeof(of), _Alignof(of), NULL, \
      sizeof(members) / sizeof((members)[0]), members }
/* clang-format on */

/* Calls `function`.  False: it was not called, because of `*status`. */
static bool call(const shape *as, uint32_t faults, void (*function)(void), void *result,
                 void *const *arguments, hf_status *status)
{
    hfi_param param[SHAPE_MAX];
    ffi_type *extra[SHAPE_MAX];
    ffi_type *types[HFI_PARAMS_MAX + 1];
    hfi_prototype prototype = { .result = as->result.type,
                                .result_layout = as->result.layout,
                                .is_variadic = as->variable != 0,
                                .param_count = (uint8_t)(as->count - as->variable),
                                .param = param };
    memset(param, 0, sizeof(param));
    for (unsigned i = 0; i < as->count; i++) {
        param[i].type = as->param[i].type;
        param[i].layout = as->param[i].layout;
    }
    hfi_cif cif;
    ffi_cif own;
    hf_status made = hfi_cif_prepare_with(&cif, &prototype, faults);
    if (made == HF_OK && as->variable) {
        for (unsigned i = 0; i < as->variable; i++) {
            extra[i] = as->param[prototype.param_count + i].type == HFI_C_F64 ? &ffi_type_double
                                                                              : &ffi_type_sint64;
        }
        made = hfi_cif_extend(&cif, prototype.param_count, extra, as->variable, &own, types);
    }
    if (made == HF_OK) {
        union {
            void (*code)(void);
            void *address;
        } at = { function };
        hfi_cif_call_values(&cif, as->variable ? &own : &cif.cif, at.address, result, arguments);
    }
    hfi_cif_finish(&cif);
    *status = *status == HF_OK && made == HF_E_NOMEM ? made : *status;
    return made == HF_OK;
}

/* A shape that cannot be made is refused by name when somebody needs it, and no fault here. */
#define TRY(as, faults, function, result, arguments, status, is_right)                             \
    (!call(as, faults, (void (*)(void))(function), result, arguments, status) || (is_right))

/* ---- libffi#848: a word and a floating number ---- */

typedef struct word_float {
    uint64_t word;
    float number;
} word_float;

static const hfi_member word_float_members[] = {
    MEMBER(word_float, word, HFI_C_U64, 1),
    MEMBER(word_float, number, HFI_C_F32, 1),
};
static const hfi_layout word_float_layout = LAYOUT(word_float, false, word_float_members);

static int six_word_floats(word_float a, word_float b, word_float c, word_float d, word_float e,
                           word_float f)
{
    return a.number == 1 && b.number == 2 && c.number == 3 && d.number == 4 && e.number == 5 &&
           f.number == 6 && a.word == 11 && b.word == 12 && c.word == 13 && d.word == 14 &&
           e.word == 15 && f.word == 16;
}

static bool passes_last_word(uint32_t faults, hf_status *status)
{
    static const shape as = { PLAIN(HFI_C_I32),
                              6,
                              0,
                              { VALUE(word_float_layout), VALUE(word_float_layout),
                                VALUE(word_float_layout), VALUE(word_float_layout),
                                VALUE(word_float_layout), VALUE(word_float_layout) } };
    word_float sent[6];
    void *arguments[6];
    ffi_arg same = 0;
    memset(sent, 0x55, sizeof(sent));
    for (unsigned i = 0; i < 6; i++) {
        sent[i].word = 11 + i;
        sent[i].number = (float)(1 + i);
        arguments[i] = &sent[i];
    }
    return TRY(&as, faults, six_word_floats, &same, arguments, status, (int)same == 1);
}

/* ---- structs ---- */

typedef struct three_floats {
    float part[3];
} three_floats;

typedef struct double_word {
    double number;
    int32_t word;
} double_word;

typedef struct five_bytes {
    unsigned char part[5];
} five_bytes;

typedef struct large {
    uint64_t word[3];
    double number;
} large;

static const hfi_member three_floats_members[] = { MEMBER(three_floats, part, HFI_C_F32, 3) };
static const hfi_member five_bytes_members[] = { MEMBER(five_bytes, part, HFI_C_U8, 5) };
static const hfi_member double_word_members[] = {
    MEMBER(double_word, number, HFI_C_F64, 1),
    MEMBER(double_word, word, HFI_C_I32, 1),
};
static const hfi_member large_members[] = {
    MEMBER(large, word, HFI_C_U64, 3),
    MEMBER(large, number, HFI_C_F64, 1),
};
static const hfi_layout three_floats_layout = LAYOUT(three_floats, false, three_floats_members);
static const hfi_layout five_bytes_layout = LAYOUT(five_bytes, false, five_bytes_members);
static const hfi_layout double_word_layout = LAYOUT(double_word, false, double_word_members);
static const hfi_layout large_layout = LAYOUT(large, false, large_members);

static three_floats give_floats(double_word a, five_bytes b, large c)
{
    bool right = a.number == 2.5 && a.word == -3 && b.part[0] == 5 && b.part[4] == 9 &&
                 c.word[0] == 1 && c.word[2] == 3 && c.number == 4.5;
    return (three_floats){ { 1, right ? 2 : 0, 3 } };
}

static double_word give_double_word(three_floats a, double b)
{
    return (double_word){ (double)a.part[0] + b, (int32_t)a.part[2] };
}

static five_bytes give_bytes(word_float a)
{
    unsigned char first = (unsigned char)a.word;
    return (five_bytes){ { first, 2, 3, 4, (unsigned char)a.number } };
}

static large give_large(five_bytes a, double_word b)
{
    return (large){ { a.part[0], 7, (uint64_t)b.word }, b.number };
}

static bool passes_floats(uint32_t faults, hf_status *status)
{
    static const shape as = { VALUE(three_floats_layout),
                              3,
                              0,
                              { VALUE(double_word_layout), VALUE(five_bytes_layout),
                                VALUE(large_layout) } };
    double_word a = { 2.5, -3 };
    five_bytes b = { { 5, 6, 7, 8, 9 } };
    large c = { { 1, 2, 3 }, 4.5 };
    three_floats got = { { 0, 0, 0 } };
    return TRY(&as, faults, give_floats, &got, ((void *[]){ &a, &b, &c }), status,
               got.part[0] == 1 && got.part[1] == 2 && got.part[2] == 3);
}

static bool passes_double_word(uint32_t faults, hf_status *status)
{
    static const shape as = {
        VALUE(double_word_layout), 2, 0, { VALUE(three_floats_layout), PLAIN(HFI_C_F64) }
    };
    three_floats a = { { 1, 2, 3 } };
    double b = 0.5;
    double_word got = { 0, 0 };
    return TRY(&as, faults, give_double_word, &got, ((void *[]){ &a, &b }), status,
               got.number == 1.5 && got.word == 3);
}

static bool passes_bytes(uint32_t faults, hf_status *status)
{
    static const shape as = { VALUE(five_bytes_layout), 1, 0, { VALUE(word_float_layout) } };
    word_float a = { 77, 9 };
    five_bytes got[2] = { { { 0 } }, { { 1, 1, 1, 1, 1 } } }; /* the second is to stay */
    return TRY(&as, faults, give_bytes, &got[0], ((void *[]){ &a }), status,
               got[0].part[0] == 77 && got[0].part[4] == 9 && got[1].part[0] == 1);
}

static bool passes_large(uint32_t faults, hf_status *status)
{
    static const shape as = {
        VALUE(large_layout), 2, 0, { VALUE(five_bytes_layout), VALUE(double_word_layout) }
    };
    five_bytes a = { { 3 } };
    double_word b = { 8.5, 21 };
    large got = { { 0 }, 0 };
    return TRY(&as, faults, give_large, &got, ((void *[]){ &a, &b }), status,
               got.word[0] == 3 && got.word[1] == 7 && got.word[2] == 21 && got.number == 8.5);
}

/* ---- unions ---- */

typedef union number_or_words {
    double number[2];
    uint32_t word[3];
} number_or_words;

static const hfi_member number_or_words_members[] = {
    MEMBER(number_or_words, number, HFI_C_F64, 2),
    MEMBER(number_or_words, word, HFI_C_U32, 3),
};
static const hfi_layout number_or_words_layout =
    LAYOUT(number_or_words, true, number_or_words_members);

static number_or_words give_union(double before, number_or_words a)
{
    return (number_or_words){ .number = { a.number[1], before } };
}

static bool passes_unions(uint32_t faults, hf_status *status)
{
    static const shape as = {
        VALUE(number_or_words_layout), 2, 0, { PLAIN(HFI_C_F64), VALUE(number_or_words_layout) }
    };
    double before = 0.25;
    number_or_words a = { .number = { 1.5, 2.5 } };
    number_or_words got = { .number = { 0, 0 } };
    return TRY(&as, faults, give_union, &got, ((void *[]){ &before, &a }), status,
               got.number[0] == 2.5 && got.number[1] == 0.25);
}

/* ---- numbers that are more than a register ---- */

/* `part` is what the number consists of: once, or twice when it is complex. */
#define DEFINE_NUMBER(name, c_type, part, ctype)                                                   \
    static c_type give_##name(int32_t before, c_type a, double between, c_type b)                  \
    {                                                                                              \
        return before == 7 && between == 0.5 ? a + 2 * b : 0;                                      \
    }                                                                                              \
    static bool passes_##name(uint32_t faults, hf_status *status)                                  \
    {                                                                                              \
        static const shape as = {                                                                  \
            PLAIN(ctype), 4, 0, { PLAIN(HFI_C_I32), PLAIN(ctype), PLAIN(HFI_C_F64), PLAIN(ctype) } \
        };                                                                                         \
        static const part parts[] = { (part)1.25, (part)6.5, (part)-3.5 };                         \
        int32_t before = 7;                                                                        \
        double between = 0.5;                                                                      \
        c_type a, b, got = 0;                                                                      \
        memcpy(&a, &parts[0], sizeof(a));                                                          \
        memcpy(&b, &parts[1], sizeof(b));                                                          \
        c_type wanted = give_##name(before, a, between, b);                                        \
        return TRY(&as, faults, give_##name, &got, ((void *[]){ &before, &a, &between, &b }),      \
                   status, got == wanted);                                                         \
    }

DEFINE_NUMBER(long_double, long double, long double, HFI_C_LONG_DOUBLE)
DEFINE_NUMBER(complex_f32, float _Complex, float, HFI_C_COMPLEX_F32)
DEFINE_NUMBER(complex_f64, double _Complex, double, HFI_C_COMPLEX_F64)
DEFINE_NUMBER(complex_long_double, long double _Complex, long double, HFI_C_COMPLEX_LONG_DOUBLE)

/* ---- variable arguments ---- */

static double sum_up(int32_t count, ...)
{
    double sum = 0;
    va_list list;
    va_start(list, count);
    for (int32_t i = 0; i < count; i++) {
        double number = va_arg(list, double);
        int64_t word = va_arg(list, int64_t);
        sum = 10 * sum + number + (double)word;
    }
    va_end(list);
    return sum;
}

static bool passes_variable(uint32_t faults, hf_status *status)
{
    static const shape as = { PLAIN(HFI_C_F64),
                              7,
                              6,
                              { PLAIN(HFI_C_I32), PLAIN(HFI_C_F64), PLAIN(HFI_C_I64),
                                PLAIN(HFI_C_F64), PLAIN(HFI_C_I64), PLAIN(HFI_C_F64),
                                PLAIN(HFI_C_I64) } };
    int32_t count = 3;
    double number[3] = { 0.5, 1.5, 2.5 };
    int64_t word[3] = { 1, 2, 3 };
    double got = 0;
    return TRY(
        &as, faults, sum_up, &got,
        ((void *[]){ &count, &number[0], &word[0], &number[1], &word[1], &number[2], &word[2] }),
        status, got == 190.5);
}

/* ---- all of it ---- */

typedef struct trial {
    uint32_t fault;  /* when it fails */
    uint32_t faults; /* believed while it runs */
    bool (*passes)(uint32_t faults, hf_status *status);
} trial;

static const trial trials[] = {
    { HFI_FAULT_STRUCTS, 0, passes_floats },
    { HFI_FAULT_STRUCTS, 0, passes_double_word },
    { HFI_FAULT_STRUCTS, 0, passes_bytes },
    { HFI_FAULT_STRUCTS, 0, passes_large },
    { HFI_FAULT_UNIONS, 0, passes_unions },
    { HFI_FAULT_LONG_DOUBLE, 0, passes_long_double },
    { HFI_FAULT_COMPLEX_F32, 0, passes_complex_f32 },
    { HFI_FAULT_COMPLEX_F64, 0, passes_complex_f64 },
    { HFI_FAULT_COMPLEX_LONG_DOUBLE, 0, passes_complex_long_double },
    { HFI_FAULT_VARIADIC, 0, passes_variable },
    { HFI_FAULT_LAST_WORD, 0, passes_last_word },
    { HFI_FAULT_HALVES, HFI_FAULT_LAST_WORD, passes_last_word },
};

hf_status hfi_selftest_faults(uint32_t *faults_out)
{
    uint32_t faults = atomic_load_explicit(&found, memory_order_relaxed);
    hf_status status = HF_OK;
    if (!faults) {
        faults = HFI_FAULTS_KNOWN;
        for (size_t i = 0; i < sizeof(trials) / sizeof(trials[0]); i++) {
            const trial *one = &trials[i];
            faults |= one->passes(one->faults, &status) ? 0 : one->fault;
        }
        if (status == HF_OK) {
            atomic_store_explicit(&found, faults, memory_order_relaxed);
        }
    }
    *faults_out = faults;
    return status;
}

void hfi_selftest_pretend(uint32_t faults)
{
    atomic_store_explicit(&found, faults, memory_order_relaxed);
}

/* A union in it, at any depth; `depth` only keeps a broken layout from going on for ever. */
static bool has_union(const hfi_layout *layout, unsigned depth)
{
    bool has = layout->is_union;
    for (unsigned i = 0; i < layout->member_count && !has && depth; i++) {
        has = layout->member[i].type == HFI_C_AGGREGATE &&
              has_union(layout->member[i].layout, depth - 1);
    }
    return has;
}

const char *hfi_selftest_why(uint32_t faults, hfi_ctype type, const hfi_layout *layout)
{
    static const struct {
        uint32_t fault;
        const char *why;
    } whys[] = {
        { HFI_FAULT_STRUCTS, "libffi's self-test failed for structs by value" },
        { HFI_FAULT_UNIONS, "libffi's self-test failed for unions by value" },
        { HFI_FAULT_LONG_DOUBLE, "libffi's self-test failed for long double" },
        { HFI_FAULT_COMPLEX_F32, "libffi's self-test failed for float _Complex" },
        { HFI_FAULT_COMPLEX_F64, "libffi's self-test failed for double _Complex" },
        { HFI_FAULT_COMPLEX_LONG_DOUBLE, "libffi's self-test failed for long double _Complex" },
    };
    uint32_t needed = 0;
    switch (type) {
    case HFI_C_AGGREGATE:
        needed = HFI_FAULT_STRUCTS | (has_union(layout, 16) ? HFI_FAULT_UNIONS : 0);
        break;
    case HFI_C_LONG_DOUBLE:
        needed = HFI_FAULT_LONG_DOUBLE;
        break;
    case HFI_C_COMPLEX_F32:
        needed = HFI_FAULT_COMPLEX_F32;
        break;
    case HFI_C_COMPLEX_F64:
        needed = HFI_FAULT_COMPLEX_F64;
        break;
    case HFI_C_COMPLEX_LONG_DOUBLE:
        needed = HFI_FAULT_COMPLEX_LONG_DOUBLE;
        break;
    default:
        break;
    }
    for (size_t i = 0; i < sizeof(whys) / sizeof(whys[0]); i++) {
        if (faults & needed & whys[i].fault) {
            return whys[i].why;
        }
    }
    return NULL;
}
