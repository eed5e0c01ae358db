/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_FILES_H
#define HOLDFAST_FILES_H

/*
 * Files: where links lead, attributes, contents of unknown size, directories.
 *
 *     status = hf_link_target(thread, "/proc/self/exe", path, NULL);   exactly as long as it is
 *     status = hf_file_text(thread, "/proc/self/status", 0, text, NULL);
 *
 * The current directory there is everywhere.  The others are of POSIX, attributes and directories
 * of Linux; elsewhere each gives HF_E_NOT_FOUND or HF_E_SYMBOL, with a report that names the native
 * function.  Paths are the bytes that the system has, which are UTF-8 where the program keeps to
 * it.
 */

#include "export.h"
#include "ref.h"
#include "status.h"

#include <stddef.h>
#include <stdint.h>

HF_BEGIN_DECLS

/**
 * The current directory.
 *
 * @param path_out   receives a string; null on failure.
 * @param error_out  receives the system's code, 0 if there was no error; may be NULL.
 * @return HF_OK; HF_E_NATIVE: it is no longer there, or cannot be reached; HF_E_UTF, reported, if
 *         it is not well-formed on a system whose paths are UTF-16; HF_E_SLOTS; HF_E_NOMEM;
 *         HF_E_LIMIT; HF_E_GROW_LIMIT; HF_E_SHUTDOWN; HF_E_DETACHED.
 *
 * @par Ownership   The slot holds the string.
 * @par Threads     The owner, in managed state, inside a frame.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_current_directory(hf_thread *thread, hf_ref path_out,
                                                    int64_t *error_out) HF_MAY_GC;

/* ---- links ---- */

/**
 * What a link says, as it stands there: a path from the link's own directory on, if it does not
 * begin with a slash.
 *
 * @return HF_OK; HF_E_NATIVE: there is nothing (ENOENT), it is no link (EINVAL), or another code;
 *         HF_E_NULL; HF_E_SLOTS; HF_E_NOMEM; HF_E_LIMIT; HF_E_GROW_LIMIT; HF_E_NOT_FOUND, reported:
 *         this system has no such function; HF_E_SHUTDOWN; HF_E_DETACHED.
 *
 * @par Ownership   The slot holds the string.
 * @par Threads     The owner, in managed state, inside a frame.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_link_target(hf_thread *thread, const char *path,
                                              hf_ref target_out, int64_t *error_out) HF_MAY_GC;

/**
 * All paths from a link to what it leads to in the end: `path` itself, what that leads to, and so
 * on.  A target that does not begin with a slash is taken from its link's own directory on, so that
 * every path can be opened; nothing else in it is changed.  What the last link leads to need not be
 * there.  Links in the middle of a path are the system's to follow.
 *
 * @param links_max  most links to follow, up to 4096; 0: 40, as many as Linux follows itself.
 * @param paths_out  receives an array of strings; one if `path` is no link.
 * @return those of hf_link_target(), but for EINVAL; HF_E_LIMIT also if there are more links, as
 *         there always are in a circle.
 *
 * @par Ownership   The slot holds the array.
 * @par Threads     The owner, in managed state, inside a frame.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_link_chain(hf_thread *thread, const char *path,
                                             uint32_t links_max, hf_ref paths_out,
                                             int64_t *error_out) HF_MAY_GC;

/* ---- extended attributes ---- */

/** What hf_attribute_set() wants to be there. */
typedef enum hf_attribute_mode {
    HF_ATTRIBUTE_ANY = 0,
    HF_ATTRIBUTE_CREATE = 1, /* it is not there yet: else EEXIST */
    HF_ATTRIBUTE_REPLACE = 2 /* it is there: else ENODATA */
} hf_attribute_mode;

/**
 * The value of an attribute.  If somebody writes another one meanwhile, it is one of the two as a
 * whole.
 *
 * @param path       of the file; a link is followed.
 * @param name       with its space: "user.comment".
 * @param value_out  receives a buffer.
 * @return HF_OK; HF_E_NATIVE: there is none (ENODATA), the file system has none (ENOTSUP), or
 *         another code; HF_E_NULL; HF_E_SLOTS; HF_E_NOMEM; HF_E_LIMIT; HF_E_GROW_LIMIT;
 *         HF_E_NOT_FOUND, HF_E_SYMBOL, reported: this system has no such function; HF_E_SHUTDOWN;
 *         HF_E_DETACHED.
 *
 * @par Ownership   The slot holds the buffer.
 * @par Threads     The owner, in managed state, inside a frame.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_attribute_get(hf_thread *thread, const char *path,
                                                const char *name, hf_ref value_out,
                                                int64_t *error_out) HF_MAY_GC;

/**
 * The names of all attributes, with their spaces.
 *
 * @param names_out  receives an array of strings.
 * @return those of hf_attribute_get().
 *
 * @par Ownership   The slot holds the array.
 * @par Threads     The owner, in managed state, inside a frame.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_attribute_names(hf_thread *thread, const char *path,
                                                  hf_ref names_out, int64_t *error_out) HF_MAY_GC;

/**
 * Writes an attribute as a whole.
 *
 * @param value  NULL with a size of 0.
 * @param mode   what has to be there already.
 * @return those of hf_attribute_get(); HF_E_ARGUMENT for a mode that is none of these.
 *
 * @par Ownership   Borrowed for the call.
 * @par Threads     The owner, in managed state, inside a frame.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_attribute_set(hf_thread *thread, const char *path,
                                                const char *name, const void *value, size_t size,
                                                hf_attribute_mode mode,
                                                int64_t *error_out) HF_MAY_GC;

/**
 * Removes an attribute.
 *
 * @return those of hf_attribute_get().
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     The owner, in managed state, inside a frame.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_attribute_remove(hf_thread *thread, const char *path,
                                                   const char *name, int64_t *error_out) HF_MAY_GC;

/* ---- contents ---- */

/**
 * All of a file, whatever size it is said to have: files of /proc, devices and pipes too.  It is
 * read in pieces up to its end, so that what a writer does meanwhile may be seen in a part of it.
 *
 * @param bytes_max  most bytes that it may have; 0: 16 MiB.
 * @param bytes_out  receives a buffer.
 * @return HF_OK; HF_E_NATIVE: there is none, it is a directory (EISDIR), or another code;
 * HF_E_NULL; HF_E_GROW_LIMIT if there is more; HF_E_SLOTS; HF_E_NOMEM; HF_E_LIMIT; HF_E_NOT_FOUND,
 *         reported: this system has no such function; HF_E_SHUTDOWN; HF_E_DETACHED.
 *
 * @par Ownership   The slot holds the buffer.  The file is closed again, also after a failure.
 * @par Threads     The owner, in managed state, inside a frame.
 * @par GC          May collect; not while the system reads.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_file_bytes(hf_thread *thread, const char *path,
                                             uint64_t bytes_max, hf_ref bytes_out,
                                             int64_t *error_out) HF_MAY_GC;

/**
 * The same as a string.
 *
 * @return those of hf_file_bytes(); HF_E_UTF, reported, if it is not well-formed UTF-8;
 *         HF_E_EMBEDDED_NUL, reported, if there is a NUL in it.
 *
 * @par Ownership   The slot holds the string.  The file is closed again, also after a failure.
 * @par Threads     The owner, in managed state, inside a frame.
 * @par GC          May collect; not while the system reads.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_file_text(hf_thread *thread, const char *path, uint64_t bytes_max,
                                            hf_ref text_out, int64_t *error_out) HF_MAY_GC;

/* ---- directories ---- */

/** Fields of a directory entry's record. */
typedef enum hf_entry_field {
    HF_ENTRY_NAME = 0,
    HF_ENTRY_INODE = 1, /* uint64_t */
    HF_ENTRY_TYPE = 2   /* uint32_t, of hf_entry_type */
} hf_entry_field;

/** What an entry is. */
typedef enum hf_entry_type {
    HF_ENTRY_UNKNOWN = 0, /* this file system does not say */
    HF_ENTRY_PIPE = 1,
    HF_ENTRY_CHARACTER_DEVICE = 2,
    HF_ENTRY_DIRECTORY = 4,
    HF_ENTRY_BLOCK_DEVICE = 6,
    HF_ENTRY_FILE = 8,
    HF_ENTRY_LINK = 10,
    HF_ENTRY_SOCKET = 12
} hf_entry_type;

/**
 * What is in a directory, without "." and "..", in the order of the file system.
 *
 * Others may add and remove entries meanwhile: each of those may be there or not.
 *
 * @param entries_out  receives an array of records.
 * @return those of hf_file_bytes(), with 16 MiB of entries at most; HF_E_SYMBOL, reported: this
 *         system has no such function.  What is no directory is HF_E_NATIVE (ENOTDIR).
 *
 * @par Ownership   The slot holds the array.  The directory is closed again, also after a failure.
 * @par Threads     The owner, in managed state, inside a frame.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_directory_entries(hf_thread *thread, const char *path,
                                                    hf_ref entries_out,
                                                    int64_t *error_out) HF_MAY_GC;

HF_END_DECLS

#endif
