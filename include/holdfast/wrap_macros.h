/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_WRAP_MACROS_H
#define HOLDFAST_WRAP_MACROS_H

/*
 * How wrap.h makes functions: the preprocessor's part.
 *
 * A parameter is a tuple (KIND, type, name).  A wrapper goes through the list of them once for each
 * *stage*: its parameters, what is declared in it, what is opened, what is passed on and what is
 * closed.  HF_W_EACH_(STAGE, callee, parameters...) gives STAGE(callee, parameter) for each, and
 * each of those the macro HF_W_<stage><kind>(callee, type, name).
 */

#include <stdint.h>

/* ---- lists: the callee, then up to 8 parameters ---- */

#define HF_W_NINTH_(callee, a, b, c, d, e, f, g, h, suffix, ...) suffix
#define HF_W_COUNT_(...)                                                                           \
    HF_W_NINTH_(__VA_ARGS__, 8_, 7_, 6_, 5_, 4_, 3_, 2_, 1_, 0_, too_many_parameters_)
#define HF_W_JOIN_(a, b)  a##b
#define HF_W_JOIN2_(a, b) HF_W_JOIN_(a, b)

#define HF_W_EACH_(stage, ...) HF_W_JOIN2_(HF_W_EACH_, HF_W_COUNT_(__VA_ARGS__))(stage, __VA_ARGS__)
#define HF_W_BACK_(stage, ...) HF_W_JOIN2_(HF_W_BACK_, HF_W_COUNT_(__VA_ARGS__))(stage, __VA_ARGS__)
#define HF_W_CALL_(...)        HF_W_JOIN2_(HF_W_CALL_, HF_W_COUNT_(__VA_ARGS__))(__VA_ARGS__)

#define HF_W_EACH_0_(stage, callee)
#define HF_W_EACH_1_(stage, callee, a)       stage(callee, a)
#define HF_W_EACH_2_(stage, callee, a, b)    stage(callee, a) stage(callee, b)
#define HF_W_EACH_3_(stage, callee, a, b, c) stage(callee, a) stage(callee, b) stage(callee, c)
#define HF_W_EACH_4_(stage, callee, a, b, c, d)                                                    \
    stage(callee, a) stage(callee, b) stage(callee, c) stage(callee, d)
#define HF_W_EACH_5_(stage, callee, a, b, c, d, e)                                                 \
    stage(callee, a) stage(callee, b) stage(callee, c) stage(callee, d) stage(callee, e)
#define HF_W_EACH_6_(stage, callee, a, b, c, d, e, f)                                              \
    stage(callee, a) stage(callee, b) stage(callee, c) stage(callee, d) stage(callee, e)           \
        stage(callee, f)
#define HF_W_EACH_7_(stage, callee, a, b, c, d, e, f, g)                                           \
    stage(callee, a) stage(callee, b) stage(callee, c) stage(callee, d) stage(callee, e)           \
        stage(callee, f) stage(callee, g)
#define HF_W_EACH_8_(stage, callee, a, b, c, d, e, f, g, h)                                        \
    stage(callee, a) stage(callee, b) stage(callee, c) stage(callee, d) stage(callee, e)           \
        stage(callee, f) stage(callee, g) stage(callee, h)

/* The same, last first: what was opened last is closed first. */
#define HF_W_BACK_0_(stage, callee)
#define HF_W_BACK_1_(stage, callee, a)       stage(callee, a)
#define HF_W_BACK_2_(stage, callee, a, b)    stage(callee, b) stage(callee, a)
#define HF_W_BACK_3_(stage, callee, a, b, c) stage(callee, c) stage(callee, b) stage(callee, a)
#define HF_W_BACK_4_(stage, callee, a, b, c, d)                                                    \
    stage(callee, d) stage(callee, c) stage(callee, b) stage(callee, a)
#define HF_W_BACK_5_(stage, callee, a, b, c, d, e)                                                 \
    stage(callee, e) stage(callee, d) stage(callee, c) stage(callee, b) stage(callee, a)
#define HF_W_BACK_6_(stage, callee, a, b, c, d, e, f)                                              \
    stage(callee, f) stage(callee, e) stage(callee, d) stage(callee, c) stage(callee, b)           \
        stage(callee, a)
#define HF_W_BACK_7_(stage, callee, a, b, c, d, e, f, g)                                           \
    stage(callee, g) stage(callee, f) stage(callee, e) stage(callee, d) stage(callee, c)           \
        stage(callee, b) stage(callee, a)
#define HF_W_BACK_8_(stage, callee, a, b, c, d, e, f, g, h)                                        \
    stage(callee, h) stage(callee, g) stage(callee, f) stage(callee, e) stage(callee, d)           \
        stage(callee, c) stage(callee, b) stage(callee, a)

#define HF_W_CALL_0_(callee)       callee()
#define HF_W_CALL_1_(callee, a)    callee(HF_W_STAGE_PASS_(callee, a))
#define HF_W_CALL_2_(callee, a, b) callee(HF_W_STAGE_PASS_(callee, a), HF_W_STAGE_PASS_(callee, b))
#define HF_W_CALL_3_(callee, a, b, c)                                                              \
    callee(HF_W_STAGE_PASS_(callee, a), HF_W_STAGE_PASS_(callee, b), HF_W_STAGE_PASS_(callee, c))
#define HF_W_CALL_4_(callee, a, b, c, d)                                                           \
    callee(HF_W_STAGE_PASS_(callee, a), HF_W_STAGE_PASS_(callee, b), HF_W_STAGE_PASS_(callee, c),  \
           HF_W_STAGE_PASS_(callee, d))
#define HF_W_CALL_5_(callee, a, b, c, d, e)                                                        \
    callee(HF_W_STAGE_PASS_(callee, a), HF_W_STAGE_PASS_(callee, b), HF_W_STAGE_PASS_(callee, c),  \
           HF_W_STAGE_PASS_(callee, d), HF_W_STAGE_PASS_(callee, e))
#define HF_W_CALL_6_(callee, a, b, c, d, e, f)                                                     \
    callee(HF_W_STAGE_PASS_(callee, a), HF_W_STAGE_PASS_(callee, b), HF_W_STAGE_PASS_(callee, c),  \
           HF_W_STAGE_PASS_(callee, d), HF_W_STAGE_PASS_(callee, e), HF_W_STAGE_PASS_(callee, f))
#define HF_W_CALL_7_(callee, a, b, c, d, e, f, g)                                                  \
    callee(HF_W_STAGE_PASS_(callee, a), HF_W_STAGE_PASS_(callee, b), HF_W_STAGE_PASS_(callee, c),  \
           HF_W_STAGE_PASS_(callee, d), HF_W_STAGE_PASS_(callee, e), HF_W_STAGE_PASS_(callee, f),  \
           HF_W_STAGE_PASS_(callee, g))
#define HF_W_CALL_8_(callee, a, b, c, d, e, f, g, h)                                               \
    callee(HF_W_STAGE_PASS_(callee, a), HF_W_STAGE_PASS_(callee, b), HF_W_STAGE_PASS_(callee, c),  \
           HF_W_STAGE_PASS_(callee, d), HF_W_STAGE_PASS_(callee, e), HF_W_STAGE_PASS_(callee, f),  \
           HF_W_STAGE_PASS_(callee, g), HF_W_STAGE_PASS_(callee, h))

/* ---- stages ---- */

#define HF_W_UNPACK_(...)                          __VA_ARGS__
#define HF_W_GO_(stage, callee, ...)               HF_W_GO2_(stage, callee, __VA_ARGS__)
#define HF_W_GO2_(stage, callee, kind, type, name) HF_W_##stage##kind(callee, type, name)
#define HF_W_STAGE_PARAM_(callee, spec)            HF_W_GO_(PARAM_, callee, HF_W_UNPACK_ spec)
#define HF_W_STAGE_DECLARE_(callee, spec)          HF_W_GO_(DECLARE_, callee, HF_W_UNPACK_ spec)
#define HF_W_STAGE_OPEN_(callee, spec)             HF_W_GO_(OPEN_, callee, HF_W_UNPACK_ spec)
#define HF_W_STAGE_PASS_(callee, spec)             HF_W_GO_(PASS_, callee, HF_W_UNPACK_ spec)
#define HF_W_STAGE_CLOSE_(callee, spec)            HF_W_GO_(CLOSE_, callee, HF_W_UNPACK_ spec)

/* Lets the declaration end with a semicolon. */
#define HF_W_SEMICOLON_(name) struct name##_takes_a_semicolon_

/* ---- what several kinds do alike ---- */

#define HF_W_PLACE_(callee, name)                                                                  \
    static const hf_wrap_place name##_place_ = { #callee, #name, { __FILE__, __LINE__ } };

#define HF_W_FENCE_(callee, name)                                                                  \
    HF_W_PLACE_(callee, name)                                                                      \
    hf_fence name##_fence_;                                                                        \
    hf_wrap_prepare_(&name##_fence_);

#define HF_W_LEND_(name, range_from, range_count, max, nullable)                                   \
    &&(wrap_status_ = hf_wrap_lend_(thread, &name##_fence_, &name##_place_, name,                  \
                                    (hf_wrap_range){ range_from, range_count, max, nullable },     \
                                    &name##_address_)) == HF_OK

/* The greatest value of an integer type, without a comparison that compilers warn of. */
#define HF_W_MAX_(type) (UINT64_MAX >> (64 - 8 * sizeof(type) + ((type)-1 < (type)1)))

#define HF_W_CLOSE_FENCE_(name) hf_wrap_end_(&name##_fence_, &wrap_status_);

/* ---- VALUE: as it is ---- */

#define HF_W_PARAM_VALUE_(callee, type, name) , type name
#define HF_W_DECLARE_VALUE_(callee, type, name)
#define HF_W_OPEN_VALUE_(callee, type, name)
#define HF_W_PASS_VALUE_(callee, type, name) name
#define HF_W_CLOSE_VALUE_(callee, type, name)

/* ---- POINTER, TEXT: checked ---- */

#define HF_W_PARAM_POINTER_(callee, type, name)   , type name
#define HF_W_DECLARE_POINTER_(callee, type, name) HF_W_PLACE_(callee, name)
#define HF_W_OPEN_POINTER_(callee, type, name)                                                     \
    &&(wrap_status_ = hf_wrap_pointer(thread, &name##_place_, name, true)) == HF_OK
#define HF_W_PASS_POINTER_(callee, type, name) name
#define HF_W_CLOSE_POINTER_(callee, type, name)

#define HF_W_PARAM_TEXT_(callee, nullable, name)   , const char *name
#define HF_W_DECLARE_TEXT_(callee, nullable, name) HF_W_PLACE_(callee, name)
#define HF_W_OPEN_TEXT_(callee, nullable, name)                                                    \
    &&(wrap_status_ = hf_wrap_pointer(thread, &name##_place_, name, nullable)) == HF_OK
#define HF_W_PASS_TEXT_(callee, nullable, name) name
#define HF_W_CLOSE_TEXT_(callee, nullable, name)

/* ---- IN, OUT: a range of a buffer and its length ---- */

#define HF_W_PARAM_RANGE_(name) , const hf_slot *name, size_t name##_from, size_t name##_count
#define HF_W_DECLARE_RANGE_(callee, type, name)                                                    \
    _Static_assert((type)1.5 == 1, "the length of " #name " has an integer type");                 \
    void *name##_address_ = NULL;                                                                  \
    HF_W_FENCE_(callee, name)
#define HF_W_OPEN_RANGE_(type, name, nullable)                                                     \
    HF_W_LEND_(name, name##_from, name##_count, HF_W_MAX_(type), nullable)

#define HF_W_PARAM_IN_(callee, type, name)   HF_W_PARAM_RANGE_(name)
#define HF_W_DECLARE_IN_(callee, type, name) HF_W_DECLARE_RANGE_(callee, type, name)
#define HF_W_OPEN_IN_(callee, type, name)    HF_W_OPEN_RANGE_(type, name, false)
#define HF_W_PASS_IN_(callee, type, name)    (const void *)name##_address_, (type)name##_count
#define HF_W_CLOSE_IN_(callee, type, name)   HF_W_CLOSE_FENCE_(name)

#define HF_W_PARAM_OUT_(callee, type, name)   HF_W_PARAM_RANGE_(name)
#define HF_W_DECLARE_OUT_(callee, type, name) HF_W_DECLARE_RANGE_(callee, type, name)
#define HF_W_OPEN_OUT_(callee, type, name)    HF_W_OPEN_RANGE_(type, name, false)
#define HF_W_PASS_OUT_(callee, type, name)    name##_address_, (type)name##_count
#define HF_W_CLOSE_OUT_(callee, type, name)   HF_W_CLOSE_FENCE_(name)

#define HF_W_PARAM_IN_NULL_                    HF_W_PARAM_IN_
#define HF_W_DECLARE_IN_NULL_                  HF_W_DECLARE_IN_
#define HF_W_OPEN_IN_NULL_(callee, type, name) HF_W_OPEN_RANGE_(type, name, true)
#define HF_W_PASS_IN_NULL_                     HF_W_PASS_IN_
#define HF_W_CLOSE_IN_NULL_                    HF_W_CLOSE_IN_

#define HF_W_PARAM_OUT_NULL_                    HF_W_PARAM_OUT_
#define HF_W_DECLARE_OUT_NULL_                  HF_W_DECLARE_OUT_
#define HF_W_OPEN_OUT_NULL_(callee, type, name) HF_W_OPEN_RANGE_(type, name, true)
#define HF_W_PASS_OUT_NULL_                     HF_W_PASS_OUT_
#define HF_W_CLOSE_OUT_NULL_                    HF_W_CLOSE_OUT_

/* ---- IN_AS, OUT_AS: one object of a C type ---- */

#define HF_W_DECLARE_AS_(callee, name)                                                             \
    void *name##_address_ = NULL;                                                                  \
    HF_W_FENCE_(callee, name)

#define HF_W_PARAM_IN_AS_(callee, type, name)   , const hf_slot *name
#define HF_W_DECLARE_IN_AS_(callee, type, name) HF_W_DECLARE_AS_(callee, name)
#define HF_W_OPEN_IN_AS_(callee, type, name)    HF_W_LEND_(name, 0, sizeof(type), SIZE_MAX, false)
#define HF_W_PASS_IN_AS_(callee, type, name)    (const type *)name##_address_
#define HF_W_CLOSE_IN_AS_(callee, type, name)   HF_W_CLOSE_FENCE_(name)

#define HF_W_PARAM_OUT_AS_                    HF_W_PARAM_IN_AS_
#define HF_W_DECLARE_OUT_AS_                  HF_W_DECLARE_IN_AS_
#define HF_W_OPEN_OUT_AS_                     HF_W_OPEN_IN_AS_
#define HF_W_PASS_OUT_AS_(callee, type, name) (type *)name##_address_
#define HF_W_CLOSE_OUT_AS_                    HF_W_CLOSE_IN_AS_

/* ---- RESOURCE: held open ---- */

#define HF_W_PARAM_RESOURCE_(callee, type, name) , const hf_slot *name
#define HF_W_DECLARE_RESOURCE_(callee, type, name)                                                 \
    _Static_assert(sizeof(type) <= sizeof(uintptr_t), "the handle " #name " fits into a word");    \
    uintptr_t name##_value_ = 0;                                                                   \
    HF_W_FENCE_(callee, name)
#define HF_W_OPEN_RESOURCE_(callee, type, name)                                                    \
    &&(wrap_status_ =                                                                              \
           hf_wrap_hold(thread, &name##_fence_, &name##_place_, name, &name##_value_)) == HF_OK
#define HF_W_PASS_RESOURCE_(callee, type, name)  (type) name##_value_
#define HF_W_CLOSE_RESOURCE_(callee, type, name) HF_W_CLOSE_FENCE_(name)

#endif
