/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_ARGUMENT_H
#define HOLDFAST_ARGUMENT_H

/*
 * Arguments by their C types.
 *
 *     status = HF_CALL(thread, write_fn, &result, fd, buffer);
 *     status = HF_CALL(thread, open_fn, &result, "name", O_RDONLY);
 *     status = HF_CALL(thread, send_fn, &result, fd, HF_AS(HF_BUFFER(buffer, 16, 64)), 0);
 *
 * Each argument is evaluated once and keeps its width, so it goes to `...` too:
 *
 *     integers, bool, enums    HF_INT or HF_UINT of that type
 *     float, double            HF_DOUBLE
 *     char *                   HF_CSTR
 *     uint16_t *               HF_UTF16 up to its NUL; wchar_t * where that is 16 bits wide
 *     char **, char *const *   HF_TEXTS up to its NULL
 *     void *                   HF_POINTER; NULL: HF_NULL
 *     hf_ref                   HF_BUFFER, the whole
 *     hf_linked *              HF_LINKED
 *     hf_callback *            HF_CALLBACK
 *     hf_transient *           HF_FUNCTION
 *     hf_arg                   itself: HF_AS(HF_RESOURCE(file))
 *
 * Anything else does not compile: a pointer to a number may be an output, an array
 * or one value, so it has to say that nothing is known of it, by a cast to void *.
 * C alone; C++ fills an array of hf_arg.
 */

#include "call.h"

#ifndef __cplusplus

struct hf_callback; /* callback.h */
struct hf_transient;

/* What the macros below are made of: constants fold into the stores of one hf_arg. */

static inline hf_arg hf_arg_signed_(int64_t value, uint32_t width)
{
    hf_arg arg = { HF_ARG_SIGNED, width, { .i = value }, 0, 0 };
    return arg;
}

static inline hf_arg hf_arg_unsigned_(uint64_t value, uint32_t width)
{
    hf_arg arg = { HF_ARG_UNSIGNED, width, { .u = value }, 0, 0 };
    return arg;
}

static inline hf_arg hf_arg_int_(int value)
{
    return hf_arg_signed_(value, sizeof(value));
}

static inline hf_arg hf_arg_uint_(unsigned value)
{
    return hf_arg_unsigned_(value, sizeof(value));
}

static inline hf_arg hf_arg_long_(long value)
{
    return hf_arg_signed_(value, sizeof(value));
}

static inline hf_arg hf_arg_ulong_(unsigned long value)
{
    return hf_arg_unsigned_(value, sizeof(value));
}

static inline hf_arg hf_arg_llong_(long long value)
{
    return hf_arg_signed_(value, sizeof(value));
}

static inline hf_arg hf_arg_ullong_(unsigned long long value)
{
    return hf_arg_unsigned_(value, sizeof(value));
}

static inline hf_arg hf_arg_floating_(double value)
{
    hf_arg arg = HF_DOUBLE(value);
    return arg;
}

static inline hf_arg hf_arg_address_(hf_arg_kind kind, const void *address, size_t length)
{
    hf_arg arg = { kind, 0, { .pointer = address }, 0, length };
    return arg;
}

static inline hf_arg hf_arg_text_(const char *value)
{
    return hf_arg_address_(HF_ARG_CSTR, value, 0);
}

static inline hf_arg hf_arg_utf16_(const uint16_t *value)
{
    return hf_arg_address_(HF_ARG_UTF16, value, HF_WHOLE);
}

static inline hf_arg hf_arg_texts_(const void *value)
{
    return hf_arg_address_(HF_ARG_TEXTS, value, HF_WHOLE);
}

static inline hf_arg hf_arg_pointer_(const void *value)
{
    return hf_arg_address_(value ? HF_ARG_POINTER : HF_ARG_NULL, value, 0);
}

static inline hf_arg hf_arg_linked_(const hf_linked *value)
{
    return hf_arg_address_(HF_ARG_LINKED, value, 0);
}

static inline hf_arg hf_arg_callback_(const struct hf_callback *value)
{
    return hf_arg_address_(HF_ARG_CALLBACK, value, 0);
}

static inline hf_arg hf_arg_function_(const struct hf_transient *value)
{
    return hf_arg_address_(HF_ARG_FUNCTION, value, 0);
}

static inline hf_arg hf_arg_buffer_(const hf_slot *value)
{
    hf_arg arg = HF_BUFFER(value, 0, HF_WHOLE);
    return arg;
}

static inline hf_arg hf_arg_itself_(hf_arg value)
{
    return value;
}

/* Never defined: what the compiler names when an argument has a type that is not in the list. */
struct hf_type_that_is_no_argument_ {
    int unused;
};
hf_arg hf_this_type_needs_HF_POINTER_or_HF_STRUCT_(struct hf_type_that_is_no_argument_ value);

/** One argument by its type. */
/* clang-format off */
#define HF_ARG(value)                                                                              \
    (_Generic((value),                                                                             \
        bool: hf_arg_uint_, char: hf_arg_int_, signed char: hf_arg_int_,                           \
        unsigned char: hf_arg_uint_, short: hf_arg_int_, unsigned short: hf_arg_uint_,             \
        int: hf_arg_int_, unsigned: hf_arg_uint_, long: hf_arg_long_,                              \
        unsigned long: hf_arg_ulong_, long long: hf_arg_llong_,                                    \
        unsigned long long: hf_arg_ullong_,                                                        \
        float: hf_arg_floating_, double: hf_arg_floating_,                                         \
        char *: hf_arg_text_, const char *: hf_arg_text_,                                          \
        uint16_t *: hf_arg_utf16_, const uint16_t *: hf_arg_utf16_,                                \
        char **: hf_arg_texts_, char *const *: hf_arg_texts_,                                      \
        const char **: hf_arg_texts_, const char *const *: hf_arg_texts_,                          \
        void *: hf_arg_pointer_, const void *: hf_arg_pointer_,                                    \
        hf_slot *: hf_arg_buffer_, const hf_slot *: hf_arg_buffer_,                                \
        hf_linked *: hf_arg_linked_, const hf_linked *: hf_arg_linked_,                            \
        struct hf_callback *: hf_arg_callback_, const struct hf_callback *: hf_arg_callback_,      \
        struct hf_transient *: hf_arg_function_, const struct hf_transient *: hf_arg_function_,    \
        hf_arg: hf_arg_itself_,                                                                    \
        default: hf_this_type_needs_HF_POINTER_or_HF_STRUCT_)(value))

/** One argument by its macro, where HF_CALL() would take another: HF_AS(HF_RESOURCE(file)). */
#define HF_AS(...) ((hf_arg)__VA_ARGS__)

#define HF_EACH_1_(a)       HF_ARG(a)
#define HF_EACH_2_(a, ...)  HF_ARG(a), HF_EACH_1_(__VA_ARGS__)
#define HF_EACH_3_(a, ...)  HF_ARG(a), HF_EACH_2_(__VA_ARGS__)
#define HF_EACH_4_(a, ...)  HF_ARG(a), HF_EACH_3_(__VA_ARGS__)
#define HF_EACH_5_(a, ...)  HF_ARG(a), HF_EACH_4_(__VA_ARGS__)
#define HF_EACH_6_(a, ...)  HF_ARG(a), HF_EACH_5_(__VA_ARGS__)
#define HF_EACH_7_(a, ...)  HF_ARG(a), HF_EACH_6_(__VA_ARGS__)
#define HF_EACH_8_(a, ...)  HF_ARG(a), HF_EACH_7_(__VA_ARGS__)
#define HF_EACH_9_(a, ...)  HF_ARG(a), HF_EACH_8_(__VA_ARGS__)
#define HF_EACH_10_(a, ...) HF_ARG(a), HF_EACH_9_(__VA_ARGS__)
#define HF_EACH_11_(a, ...) HF_ARG(a), HF_EACH_10_(__VA_ARGS__)
#define HF_EACH_12_(a, ...) HF_ARG(a), HF_EACH_11_(__VA_ARGS__)
#define HF_EACH_13_(a, ...) HF_ARG(a), HF_EACH_12_(__VA_ARGS__)
#define HF_EACH_14_(a, ...) HF_ARG(a), HF_EACH_13_(__VA_ARGS__)
#define HF_EACH_15_(a, ...) HF_ARG(a), HF_EACH_14_(__VA_ARGS__)
#define HF_EACH_16_(a, ...) HF_ARG(a), HF_EACH_15_(__VA_ARGS__)

#define HF_WITH_0_(f, r)      (f), (r), HF_NO_ARGS
#define HF_WITH_1_(f, r, ...) (f), (r), HF_ARGS(HF_EACH_1_(__VA_ARGS__))
#define HF_WITH_2_(f, r, ...) (f), (r), HF_ARGS(HF_EACH_2_(__VA_ARGS__))
#define HF_WITH_3_(f, r, ...) (f), (r), HF_ARGS(HF_EACH_3_(__VA_ARGS__))
#define HF_WITH_4_(f, r, ...) (f), (r), HF_ARGS(HF_EACH_4_(__VA_ARGS__))
#define HF_WITH_5_(f, r, ...) (f), (r), HF_ARGS(HF_EACH_5_(__VA_ARGS__))
#define HF_WITH_6_(f, r, ...) (f), (r), HF_ARGS(HF_EACH_6_(__VA_ARGS__))
#define HF_WITH_7_(f, r, ...) (f), (r), HF_ARGS(HF_EACH_7_(__VA_ARGS__))
#define HF_WITH_8_(f, r, ...) (f), (r), HF_ARGS(HF_EACH_8_(__VA_ARGS__))
#define HF_WITH_9_(f, r, ...) (f), (r), HF_ARGS(HF_EACH_9_(__VA_ARGS__))
#define HF_WITH_10_(f, r, ...)(f), (r), HF_ARGS(HF_EACH_10_(__VA_ARGS__))
#define HF_WITH_11_(f, r, ...)(f), (r), HF_ARGS(HF_EACH_11_(__VA_ARGS__))
#define HF_WITH_12_(f, r, ...)(f), (r), HF_ARGS(HF_EACH_12_(__VA_ARGS__))
#define HF_WITH_13_(f, r, ...)(f), (r), HF_ARGS(HF_EACH_13_(__VA_ARGS__))
#define HF_WITH_14_(f, r, ...)(f), (r), HF_ARGS(HF_EACH_14_(__VA_ARGS__))
#define HF_WITH_15_(f, r, ...)(f), (r), HF_ARGS(HF_EACH_15_(__VA_ARGS__))
#define HF_WITH_16_(f, r, ...)(f), (r), HF_ARGS(HF_EACH_16_(__VA_ARGS__))

#define HF_PICK_(f, r, a, b, c, d, e, g, h, i, j, k, l, m, n, o, p, q, with, ...) with

/** hf_call(thread, function, result, ...) with up to 16 arguments of the types above. */
#define HF_CALL(thread, ...)                                                                       \
    hf_call((thread),                                                                              \
            HF_PICK_(__VA_ARGS__, HF_WITH_16_, HF_WITH_15_, HF_WITH_14_, HF_WITH_13_, HF_WITH_12_, \
                     HF_WITH_11_, HF_WITH_10_, HF_WITH_9_, HF_WITH_8_, HF_WITH_7_, HF_WITH_6_,     \
                     HF_WITH_5_, HF_WITH_4_, HF_WITH_3_, HF_WITH_2_, HF_WITH_1_, HF_WITH_0_,       \
                     0)(__VA_ARGS__))
/* clang-format on */

#endif

#endif
