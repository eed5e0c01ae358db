/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_PEOPLE_H
#define HOLDFAST_PEOPLE_H

/*
 * Users and groups of a POSIX system, as records of managed strings.
 *
 *     status = hf_user_find(thread, "daemon", user, NULL);
 *     status = hf_load(user, HF_USER_HOME, home);         a string: UTF-8, a NUL behind it
 *     status = hf_get(user, HF_USER_ID, &id, sizeof id);
 *
 * Elsewhere each of these gives HF_E_NOT_FOUND, with a report that names the native function.
 */

#include "export.h"
#include "ref.h"
#include "status.h"

#include <stddef.h>
#include <stdint.h>

HF_BEGIN_DECLS

/** Fields of a user's record. */
typedef enum hf_user_field {
    HF_USER_NAME = 0,
    HF_USER_FULL_NAME = 1, /* and what else stands with it; may be null */
    HF_USER_HOME = 2,
    HF_USER_SHELL = 3,
    HF_USER_ID = 4,   /* uint32_t */
    HF_USER_GROUP = 5 /* uint32_t: number of the first group */
} hf_user_field;

/** Fields of a group's record. */
typedef enum hf_group_field {
    HF_GROUP_NAME = 0,
    HF_GROUP_MEMBERS = 1, /* an array of strings: those whose first group is another one */
    HF_GROUP_ID = 2       /* uint32_t */
} hf_group_field;

/**
 * Looks a user up by name.
 *
 * @param user_out   receives the record; null when there is none.
 * @param error_out  receives the system's code, 0 if there was no error; may be NULL.
 * @return HF_OK; HF_E_NOT_FOUND if there is nobody of that name, or this system has no such users
 *         (then reported); HF_E_NATIVE if the look failed;
 *         HF_E_NULL; HF_E_SLOTS; HF_E_NOMEM; HF_E_LIMIT; HF_E_GROW_LIMIT; HF_E_SHUTDOWN;
 *         HF_E_DETACHED.
 *
 * @par Ownership   The slot holds the record.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_user_find(hf_thread *thread, const char *name, hf_ref user_out,
                                            int64_t *error_out) HF_MAY_GC;

/**
 * Looks a user up by number.
 *
 * @return those of hf_user_find().
 *
 * @par Ownership   The slot holds the record.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_user_by_id(hf_thread *thread, uint32_t id, hf_ref user_out,
                                             int64_t *error_out) HF_MAY_GC;

/**
 * Looks a group up by name.
 *
 * @return those of hf_user_find().
 *
 * @par Ownership   The slot holds the record.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_group_find(hf_thread *thread, const char *name, hf_ref group_out,
                                             int64_t *error_out) HF_MAY_GC;

/**
 * Looks a group up by number.
 *
 * @return those of hf_user_find().
 *
 * @par Ownership   The slot holds the record.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_group_by_id(hf_thread *thread, uint32_t id, hf_ref group_out,
                                              int64_t *error_out) HF_MAY_GC;

/**
 * The numbers of all groups that a user is in.
 *
 * @param first    number of the first group: HF_USER_GROUP.
 * @param ids_out  receives a buffer of uint32_t.
 * @return those of hf_user_find(), but for HF_E_NOT_FOUND: somebody unknown is in `first` alone.
 *
 * @par Ownership   The slot holds the buffer.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_user_groups(hf_thread *thread, const char *name, uint32_t first,
                                              hf_ref ids_out, int64_t *error_out) HF_MAY_GC;

/**
 * The numbers of the groups that this process has now.
 *
 * @param ids_out  receives a buffer of uint32_t.
 * @return those of hf_user_find().
 *
 * @par Ownership   The slot holds the buffer.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_process_groups(hf_thread *thread, hf_ref ids_out,
                                                 int64_t *error_out) HF_MAY_GC;

HF_END_DECLS

#endif
