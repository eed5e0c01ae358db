/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_NETWORK_H
#define HOLDFAST_NETWORK_H

/*
 * The network adapters and connections of a Windows machine, as records of managed strings.
 *
 *     status = hf_adapters(thread, HF_ADAPTERS_ALL, 0, adapters, NULL);
 *     status = hf_load_at(adapters, 0, adapter);
 *     status = hf_load(adapter, HF_ADAPTER_ADDRESSES, addresses);      "192.0.2.7", "fe80::1%3"
 *
 * Elsewhere it gives HF_E_NOT_FOUND, with a report that names the native function.
 */

#include "export.h"
#include "ref.h"
#include "status.h"

#include <stddef.h>
#include <stdint.h>

HF_BEGIN_DECLS

/** Which addresses are wanted. */
typedef enum hf_adapters_family {
    HF_ADAPTERS_ALL = 0,
    HF_ADAPTERS_V4 = 2,
    HF_ADAPTERS_V6 = 23
} hf_adapters_family;

/** Fields of an adapter's record. */
typedef enum hf_adapter_field {
    HF_ADAPTER_NAME = 0, /* the system's own: a GUID, as a rule */
    HF_ADAPTER_DESCRIPTION = 1,
    HF_ADAPTER_FRIENDLY_NAME = 2,
    HF_ADAPTER_PHYSICAL = 3,  /* bytes of its hardware's address; none for some */
    HF_ADAPTER_ADDRESSES = 4, /* an array of strings */
    HF_ADAPTER_INDEX = 5,     /* uint32_t */
    HF_ADAPTER_KIND = 6,      /* uint32_t: IF_TYPE_; 6: Ethernet, 24: loopback, 71: wireless */
    HF_ADAPTER_STATE = 7,     /* uint32_t: 1: up, 2: down */
    HF_ADAPTER_MTU = 8        /* uint32_t */
} hf_adapter_field;

/**
 * All adapters, with their addresses.
 *
 * @param flags         GAA_FLAG_.
 * @param adapters_out  receives an array of records; null on failure.
 * @param error_out     receives the system's code, 0 if there was no error; may be NULL.
 * @return HF_OK; HF_E_NATIVE; HF_E_UTF, reported; HF_E_CONTRACT, reported, for an address outside
 *         of what the system gave; HF_E_SLOTS; HF_E_NOMEM; HF_E_LIMIT; HF_E_GROW_LIMIT;
 *         HF_E_NOT_FOUND, reported: this is no Windows; HF_E_SHUTDOWN; HF_E_DETACHED.
 *
 * @par Ownership   The slot holds the array.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_adapters(hf_thread *thread, hf_adapters_family family,
                                           uint32_t flags, hf_ref adapters_out,
                                           int64_t *error_out) HF_MAY_GC;

/** Fields of a connection's record. */
typedef enum hf_connection_field {
    HF_CONNECTION_HERE = 0,       /* address on this side: "192.0.2.7" */
    HF_CONNECTION_THERE = 1,      /* address on the other side; of a listener all zeros */
    HF_CONNECTION_HERE_PORT = 2,  /* uint32_t */
    HF_CONNECTION_THERE_PORT = 3, /* uint32_t; of a listener it means nothing */
    HF_CONNECTION_STATE = 4,      /* uint32_t: MIB_TCP_STATE_; 2: listens, 5: established */
    HF_CONNECTION_PROCESS = 5     /* uint32_t */
} hf_connection_field;

/**
 * All TCP connections and listeners of a family, with the processes that have them.
 *
 * @param family           HF_ADAPTERS_V4 or HF_ADAPTERS_V6.
 * @param connections_out  receives an array of records; null on failure.
 * @param error_out        receives the system's code, 0 if there was no error; may be NULL.
 * @return those of hf_adapters(); HF_E_ARGUMENT for another family.
 *
 * @par Ownership   The slot holds the array.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_connections(hf_thread *thread, hf_adapters_family family,
                                              hf_ref connections_out, int64_t *error_out) HF_MAY_GC;

HF_END_DECLS

#endif
