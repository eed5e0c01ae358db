/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_ACCOUNTS_H
#define HOLDFAST_ACCOUNTS_H

/*
 * Accounts of Windows, and what the token of a process says about its own.
 *
 *     status = hf_token_open(thread, HF_TOKEN_QUERY, token, NULL);
 *     status = hf_token_user(thread, token, account, NULL);
 *     status = hf_load(account, HF_ACCOUNT_NAME, name);         a string
 *
 * An identifier (SID) is a buffer of its bytes.  Elsewhere each of these but hf_sid_text() gives
 * HF_E_NOT_FOUND, with a report that names the native function.
 */

#include "export.h"
#include "ref.h"
#include "status.h"

#include <stddef.h>
#include <stdint.h>

HF_BEGIN_DECLS

/** Fields of an account's record. */
typedef enum hf_account_field {
    HF_ACCOUNT_NAME = 0,      /* null for an identifier that nobody has */
    HF_ACCOUNT_DOMAIN = 1,    /* as above */
    HF_ACCOUNT_SID = 2,       /* bytes */
    HF_ACCOUNT_SID_TEXT = 3,  /* "S-1-5-18" */
    HF_ACCOUNT_KIND = 4,      /* uint32_t: SID_NAME_USE; 0 for one that nobody has */
    HF_ACCOUNT_ATTRIBUTES = 5 /* uint32_t: of a group in a token; else 0 */
} hf_account_field;

/** Fields of a privilege's record. */
typedef enum hf_privilege_field {
    HF_PRIVILEGE_NAME = 0,
    HF_PRIVILEGE_ID = 1,        /* uint64_t: LUID */
    HF_PRIVILEGE_ATTRIBUTES = 2 /* uint32_t: 2: enabled */
} hf_privilege_field;

/** What is to be done with a token. */
typedef enum hf_token_access { HF_TOKEN_QUERY = 8, HF_TOKEN_ADJUST = 32 } hf_token_access;

/**
 * Opens the token of this process.
 *
 * @param access     of hf_token_access.
 * @param token_out  receives the resource; null on failure.
 * @param error_out  receives the system's code, 0 if there was no error; may be NULL.
 *
 * @return HF_OK; HF_E_NATIVE; HF_E_SLOTS; HF_E_NOMEM; HF_E_LIMIT; HF_E_NOT_FOUND, reported: this is
 *         no Windows; HF_E_SHUTDOWN; HF_E_DETACHED.
 *
 * @par Ownership   The slot holds the resource, which closes the token when it is disposed.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_token_open(hf_thread *thread, uint32_t access, hf_ref token_out,
                                             int64_t *error_out) HF_MAY_GC;

/**
 * Whose token it is, as the record of an account.
 *
 * @return those of hf_token_open(); HF_E_CLOSED, HF_E_TYPE, HF_E_NULL of the token, reported;
 *         HF_E_GROW_LIMIT; HF_E_CONTRACT, reported, for an identifier outside of what came.
 *
 * @par Ownership   The slot holds it.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_token_user(hf_thread *thread, const hf_slot *token,
                                             hf_ref account_out, int64_t *error_out) HF_MAY_GC;

/**
 * The groups in a token, as an array of records of accounts.
 *
 * @return those of hf_token_open(); HF_E_CLOSED, HF_E_TYPE, HF_E_NULL of the token, reported;
 *         HF_E_GROW_LIMIT; HF_E_CONTRACT, reported, for an identifier outside of what came.
 *
 * @par Ownership   The slot holds it.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_token_groups(hf_thread *thread, const hf_slot *token,
                                               hf_ref accounts_out, int64_t *error_out) HF_MAY_GC;

/**
 * The privileges in a token, as an array of records.
 *
 * @return those of hf_token_open(); HF_E_CLOSED, HF_E_TYPE, HF_E_NULL of the token, reported;
 *         HF_E_GROW_LIMIT; HF_E_CONTRACT, reported, for an identifier outside of what came.
 *
 * @par Ownership   The slot holds it.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_token_privileges(hf_thread *thread, const hf_slot *token,
                                                   hf_ref privileges_out,
                                                   int64_t *error_out) HF_MAY_GC;

/**
 * Looks an account up by its identifier.
 *
 * @return those of hf_token_open().  HF_E_NATIVE with 1332: nobody has it; HF_E_TYPE,
 *         HF_E_NULL of what is no identifier.
 *
 * @par Ownership   The slot holds it.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_account_by_sid(hf_thread *thread, const hf_slot *sid,
                                                 hf_ref account_out, int64_t *error_out) HF_MAY_GC;

/**
 * Looks an account up by its name.
 *
 * @param name  UTF-8: "NAME" or "DOMAIN\\NAME".
 *
 * @return those of hf_token_open().  HF_E_NATIVE with 1332: there is none; HF_E_NULL; HF_E_UTF,
 *         reported.
 *
 * @par Ownership   The slot holds it.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_account_find(hf_thread *thread, const char *name,
                                               hf_ref account_out, int64_t *error_out) HF_MAY_GC;

/**
 * The way that people write an identifier: "S-1-5-18".  On every system.
 *
 * @return HF_OK; HF_E_TYPE if the bytes are no identifier; HF_E_NULL; HF_E_SLOTS; HF_E_NOMEM;
 * HF_E_LIMIT; HF_E_DETACHED.
 *
 * @par Ownership   The slot holds it.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_sid_text(hf_thread *thread, const hf_slot *sid,
                                           hf_ref text_out) HF_MAY_GC;

HF_END_DECLS

#endif
