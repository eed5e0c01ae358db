/* SPDX-License-Identifier: MIT */
/*
 * Real native handles (descriptors, HANDLEs), whose numbers the system gives again at once.
 *
 * A handle of a numbered file can be recognised: the file's length is its number plus one.
 */
#ifndef HOLDFAST_TESTS_OSHANDLE_H
#define HOLDFAST_TESTS_OSHANDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OSHANDLE_FILES = 16 };

/** The value that is no handle. */
#define OSHANDLE_NONE UINTPTR_MAX

/** Makes the files; false where that does not work.  And removes them. */
bool oshandle_begin(void);
void oshandle_end(void);

/** Opens a numbered file; OSHANDLE_NONE on failure. */
uintptr_t oshandle_open(unsigned number);

/** The number of the file behind a handle, -1 if it is none. */
int oshandle_number(uintptr_t handle);

/** False if it was no handle. */
bool oshandle_close(uintptr_t handle);

/** A pipe; reading blocks until there is something, and gives the bytes read, -1 on failure. */
bool oshandle_pipe(uintptr_t *read_out, uintptr_t *write_out);
int oshandle_read(uintptr_t handle, void *buffer, size_t size);
bool oshandle_write(uintptr_t handle, const void *data, size_t size);

#endif
