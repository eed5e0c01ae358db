/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_REGISTRY_H
#define HOLDFAST_REGISTRY_H

/*
 * The registry of Windows: keys as resources, values as what they mean.
 *
 *     status = hf_key_open(thread, HF_KEY_CURRENT_USER, "Environment", HF_KEY_READ, key, NULL);
 *     status = hf_key_text(thread, key, "PATH", path, NULL);        UTF-8, a NUL behind it
 *
 * A key that was opened in another one is its child: it is closed before that one is, whoever
 * closes them.  Each function gives the code of the system in `error_out`, which may be NULL.
 *
 * Elsewhere each of these gives HF_E_NOT_FOUND, with a report that names the native function.
 */

#include "export.h"
#include "ref.h"
#include "status.h"

#include <stddef.h>
#include <stdint.h>

HF_BEGIN_DECLS

/** Where a path begins. */
typedef enum hf_key_root {
    HF_KEY_CLASSES_ROOT = 0,
    HF_KEY_CURRENT_USER = 1,
    HF_KEY_LOCAL_MACHINE = 2,
    HF_KEY_USERS = 3,
    HF_KEY_CURRENT_CONFIG = 5
} hf_key_root;

/** What is to be done with a key. */
typedef enum hf_key_access {
    HF_KEY_READ = 0x20019,
    HF_KEY_WRITE = 0x20006,
    HF_KEY_ALL = 0xf003f,
    HF_KEY_64 = 0x100, /* added: the view of 64-bit programs, whoever asks */
    HF_KEY_32 = 0x200
} hf_key_access;

/** What a value is. */
typedef enum hf_value_type {
    HF_VALUE_NONE = 0,
    HF_VALUE_TEXT = 1,
    HF_VALUE_EXPANDABLE = 2, /* text with %NAME% in it */
    HF_VALUE_BYTES = 3,
    HF_VALUE_NUMBER = 4,            /* 32 bits */
    HF_VALUE_NUMBER_BIG_ENDIAN = 5, /* 32 bits */
    HF_VALUE_LINK = 6,              /* text */
    HF_VALUE_TEXTS = 7,
    HF_VALUE_NUMBER_64 = 11
} hf_value_type;

/**
 * Opens a key.
 *
 * @param path       UTF-8, parts with a backslash between them; "" is the root itself.
 * @param access     of hf_key_access.
 * @param key_out    receives the resource; null on failure.
 * @param error_out  receives the system's code, 0 if there was no error; may be NULL.
 * @return HF_OK; HF_E_NATIVE: there is none (2), it is not allowed (5), or another code;
 *         HF_E_NULL; HF_E_UTF, HF_E_EMBEDDED_NUL of the path, reported; HF_E_SLOTS; HF_E_NOMEM;
 *         HF_E_LIMIT; HF_E_NOT_FOUND, reported: this is no Windows; HF_E_SHUTDOWN; HF_E_DETACHED.
 *
 * @par Ownership   The slot holds the resource, which closes the key when it is disposed.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_key_open(hf_thread *thread, hf_key_root root, const char *path,
                                           uint32_t access, hf_ref key_out,
                                           int64_t *error_out) HF_MAY_GC;

/**
 * Opens a key inside another one, whose child it is.
 *
 * @param parent  a slot that holds a key, and not `key_out`.
 * @return those of hf_key_open(); HF_E_CLOSED, HF_E_TYPE, reported, of the parent; HF_E_ARGUMENT if
 *         `parent` is `key_out`.
 *
 * @par Ownership   The slot holds the resource, which closes the key when it is disposed.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_key_open_in(hf_thread *thread, const hf_slot *parent,
                                              const char *path, uint32_t access, hf_ref key_out,
                                              int64_t *error_out) HF_MAY_GC;

/**
 * Opens a key, and makes it and those above it where they are not there.
 *
 * @return those of hf_key_open().
 *
 * @par Ownership   The slot holds the resource, which closes the key when it is disposed.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_key_create(hf_thread *thread, hf_key_root root, const char *path,
                                             uint32_t access, hf_ref key_out,
                                             int64_t *error_out) HF_MAY_GC;

/**
 * Reads a value as what it is: text as a string, texts as an array of strings, all others as the
 * bytes that are there.  Text need not have its NUL in the registry, and ends at its first one.
 *
 * @param name      NULL or "": the key's own value.
 * @param type_out  receives one of hf_value_type, or a type that it does not name; may be NULL.
 * @return HF_OK; HF_E_NATIVE: there is none (2), or another code; HF_E_UTF, reported, for text that
 *         is not well-formed or has half a unit at its end; HF_E_CLOSED, HF_E_TYPE, HF_E_NULL of
 *         the key, reported; HF_E_SLOTS; HF_E_NOMEM; HF_E_LIMIT; HF_E_GROW_LIMIT; HF_E_NOT_FOUND,
 *         reported: this is no Windows; HF_E_SHUTDOWN; HF_E_DETACHED.
 *
 * @par Ownership   The slot holds what was read.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_key_value(hf_thread *thread, const hf_slot *key, const char *name,
                                            uint32_t *type_out, hf_ref value_out,
                                            int64_t *error_out) HF_MAY_GC;

/**
 * Reads text; %NAME% in it stays as it is: hf_expand() puts the values there.
 *
 * @return those of hf_key_value(); HF_E_TYPE if it is no text, with the type as the error.
 *
 * @par Ownership   The slot holds the string.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_key_text(hf_thread *thread, const hf_slot *key, const char *name,
                                           hf_ref text_out, int64_t *error_out) HF_MAY_GC;

/**
 * Reads a number of any of the three kinds.
 *
 * @return those of hf_key_value(); HF_E_TYPE if it is no number, with the type as the error, or has
 *         not as many bytes as its type.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_key_number(hf_thread *thread, const hf_slot *key,
                                             const char *name, uint64_t *number_out,
                                             int64_t *error_out) HF_MAY_GC;

/**
 * Writes text, as HF_VALUE_TEXT or HF_VALUE_EXPANDABLE.
 *
 * @param text  UTF-8.
 * @return those of hf_key_value(); HF_E_ARGUMENT for another type; HF_E_UTF of the text.
 *
 * @par Ownership   Borrowed for the call.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_key_set_text(hf_thread *thread, const hf_slot *key,
                                               const char *name, hf_value_type type,
                                               const char *text, int64_t *error_out) HF_MAY_GC;

/**
 * Writes bytes as any type.
 *
 * @param data  NULL with a size of 0.
 * @return those of hf_key_value(); HF_E_OVERFLOW for more than 4 GiB.
 *
 * @par Ownership   Borrowed for the call.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_key_set_bytes(hf_thread *thread, const hf_slot *key,
                                                const char *name, uint32_t type, const void *data,
                                                size_t size, int64_t *error_out) HF_MAY_GC;

/**
 * Deletes a value.
 *
 * @return those of hf_key_value(), but for HF_E_UTF of what is read.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_key_delete_value(hf_thread *thread, const hf_slot *key,
                                                   const char *name, int64_t *error_out) HF_MAY_GC;

/**
 * Deletes a key that has no keys in it.
 *
 * @param path  from `parent` on.
 * @return those of hf_key_delete_value().
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_key_delete(hf_thread *thread, const hf_slot *parent,
                                             const char *path, int64_t *error_out) HF_MAY_GC;

/**
 * The names of the keys in a key.
 *
 * Others may add and delete keys meanwhile: then one may be there twice, or not at all.
 *
 * @param names_out  receives an array of strings.
 * @return those of hf_key_value().
 *
 * @par Ownership   The slot holds the array.
 * @par Threads     The owner, in managed state: the system wants all of it of one thread.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_key_names(hf_thread *thread, const hf_slot *key, hf_ref names_out,
                                            int64_t *error_out) HF_MAY_GC;

/**
 * The names of the values in a key.
 *
 * @return those of hf_key_names().
 *
 * @par Ownership   The slot holds the array.
 * @par Threads     The owner, in managed state: the system wants all of it of one thread.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_key_value_names(hf_thread *thread, const hf_slot *key,
                                                  hf_ref names_out, int64_t *error_out) HF_MAY_GC;

/**
 * Text with the values of variables in the place of %NAME%.
 *
 * @return those of hf_native_text().
 *
 * @par Ownership   The slot holds the string.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_expand(hf_thread *thread, const char *text, hf_ref text_out,
                                         int64_t *error_out) HF_MAY_GC;

HF_END_DECLS

#endif
