/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_STATUS_H
#define HOLDFAST_STATUS_H

/*
 * What a Holdfast function says about its own outcome.
 *
 * A native function's error is never one of these: it is data in hf_result.
 * Numbers are for ever; each function lists the codes that it returns.
 */

#include "export.h"

/* X(name, number, text): the one list behind the enum and the texts. */
#define HF_STATUS_LIST(X)                                                                          \
    X(HF_OK, 0, "success")                                                                         \
    X(HF_E_MISUSE, -1, "the caller broke the contract of the function")                            \
    X(HF_E_NULL, -2, "null where an object is needed")                                             \
    X(HF_E_ARGUMENT, -3, "an argument is out of its range")                                        \
    X(HF_E_OPTIONS, -4, "the option struct has an unknown size or a field this version lacks")     \
    X(HF_E_NOMEM, -5, "the system gives no more memory")                                           \
    X(HF_E_LIMIT, -6, "a limit set by the program is reached")                                     \
    X(HF_E_OVERFLOW, -7, "a size does not fit")                                                    \
    X(HF_E_SLOTS, -8, "the thread's slots are used up; open an inner frame")                       \
    X(HF_E_TYPE, -9, "the object has another type")                                                \
    X(HF_E_RANGE, -10, "offset or index outside the object")                                       \
    X(HF_E_FIELD, -11, "the type has no such field, or it has another kind")                       \
    X(HF_E_DETACHED, -12, "the thread record is detached, foreign or not in managed state")        \
    X(HF_E_SHUTDOWN, -13, "the runtime is stopping or stopped")                                    \
    X(HF_E_FORKED, -14, "the process was forked from the one the runtime belongs to")              \
    X(HF_E_UNSUPPORTED, -15, "this system or build lacks the feature")                             \
    X(HF_E_SYSTEM, -16, "a system call failed unexpectedly")                                       \
    X(HF_E_TIMEOUT, -17, "the deadline passed first")                                              \
    X(HF_E_UTF, -18, "the text is not valid in its encoding")                                      \
    X(HF_E_EMBEDDED_NUL, -19, "the text has a NUL inside but the callee stops there")              \
    X(HF_E_LIBRARY, -20, "the library cannot be loaded")                                           \
    X(HF_E_SYMBOL, -21, "the library has no such symbol")                                          \
    X(HF_E_PROTOTYPE, -22, "the prototype cannot be understood")                                   \
    X(HF_E_ARGUMENT_COUNT, -23, "the call has too few or too many arguments")                      \
    X(HF_E_ARGUMENT_KIND, -24, "an argument is of another kind than its parameter")                \
    X(HF_E_CLOSED, -25, "the resource is disposed")                                                \
    X(HF_E_NATIVE, -26, "the native function failed; see the result's error values")               \
    X(HF_E_GROW_LIMIT, -27, "the function still asks for more at the bound of tries or bytes")     \
    X(HF_E_NO_PROGRESS, -28, "the function says too small but asks for no more than it had")       \
    X(HF_E_OVERRUN, -29, "the callee wrote behind the capacity it was told")                       \
    X(HF_E_LYING_SIZE, -30, "the callee reports more than fits the buffer it was given")           \
    X(HF_E_NOT_MANAGED, -31, "the address is not in the managed heap")                             \
    X(HF_E_INTERIOR, -32, "the reference is to the inside of an object")                           \
    X(HF_E_ALREADY_SET, -33, "the object already has a finalizer; clear it first")                 \
    X(HF_E_NOT_LENDABLE, -34, "the object holds references; only buffers can be lent")             \
    X(HF_E_SCOPE, -35, "the object belongs to a scope that closes")                                \
    X(HF_E_BUSY, -36, "something still uses it")                                                   \
    X(HF_E_RELEASE, -37, "the resource's release function failed")                                 \
    X(HF_E_NOT_FOUND, -38, "there is no such thing")                                               \
    X(HF_E_CALLBACK, -39, "a callback that the native function called has failed")                 \
    X(HF_E_POINTER, -40, "native code would reach managed memory that is not pinned")              \
    X(HF_E_CONTRACT, -41, "the callee broke what its prototype promises")                          \
    X(HF_E_LAYOUT, -42, "the layout of a type is not what the compiler makes of it")               \
    X(HF_E_HANDLE, -43, "the handle word was never given out, or its handle is destroyed")         \
    X(HF_E_JUMPED, -44, "something jumped over the boundary between managed and native code")      \
    X(HF_E_LOST, -45, "what did not fit is lost: the function cannot be asked a second time")

typedef enum hf_status {
#define HF_STATUS_ENUM(name, number, text) name = number,
    HF_STATUS_LIST(HF_STATUS_ENUM)
#undef HF_STATUS_ENUM
} hf_status;

HF_BEGIN_DECLS

/**
 * Gives the one-sentence text of a status.
 *
 * @return never NULL; "unknown status" for a number that is not in the list.
 *
 * @par Ownership   The text is static.
 * @par Threads     Any, attached or not.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API const char *hf_status_text(hf_status status);

/**
 * Gives the name of a status as it is written in C, such as "HF_E_NULL".
 *
 * @return never NULL; "?" for a number that is not in the list.
 *
 * @par Ownership   The text is static.
 * @par Threads     Any, attached or not.
 * @par GC          None.
 * @par Last-error  Preserved.
 */
HF_API const char *hf_status_name(hf_status status);

HF_END_DECLS

#endif
