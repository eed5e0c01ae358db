/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_SERVICES_H
#define HOLDFAST_SERVICES_H

/*
 * Services of Windows, as records of managed strings.
 *
 *     status = hf_services_list(thread, services, NULL);
 *     status = hf_load_at(services, 0, service);
 *     status = hf_load(service, HF_SERVICE_NAME, name);
 *     status = hf_service_config(thread, "Spooler", config, NULL);
 *
 * Elsewhere each of these gives HF_E_NOT_FOUND, with a report that names the native function.
 */

#include "export.h"
#include "ref.h"
#include "status.h"

#include <stddef.h>
#include <stdint.h>

HF_BEGIN_DECLS

/** Fields of a service in the list. */
typedef enum hf_service_field {
    HF_SERVICE_NAME = 0,
    HF_SERVICE_DISPLAY_NAME = 1,
    HF_SERVICE_KIND = 2,   /* uint32_t: SERVICE_WIN32_OWN_PROCESS 0x10, ... */
    HF_SERVICE_STATE = 3,  /* uint32_t: stopped 1, starts 2, stops 3, runs 4, ... */
    HF_SERVICE_PROCESS = 4 /* uint32_t: number of its process; 0: none */
} hf_service_field;

/** Fields of a service's configuration. */
typedef enum hf_service_config_field {
    HF_SERVICE_CONFIG_PATH = 0,    /* its program, as it is started */
    HF_SERVICE_CONFIG_GROUP = 1,   /* with which it is loaded; may be empty or null */
    HF_SERVICE_CONFIG_ACCOUNT = 2, /* under which it runs */
    HF_SERVICE_CONFIG_DISPLAY_NAME = 3,
    HF_SERVICE_CONFIG_DESCRIPTION = 4, /* null: it has none */
    HF_SERVICE_CONFIG_KIND = 5,        /* uint32_t */
    HF_SERVICE_CONFIG_START = 6 /* uint32_t: boot 0, system 1, by itself 2, on demand 3, never 4 */
} hf_service_config_field;

/**
 * Lists the services that are no drivers, whatever their state.
 *
 * @param services_out  receives an array of records.
 * @param error_out     receives the system's code, 0 if there was no error; may be NULL.
 * @return HF_OK; HF_E_NATIVE: it is not allowed (5), or another code; HF_E_UTF, reported, for a
 *         name that is not well-formed; HF_E_CONTRACT, reported, if what the system gave leads out
 *         of itself; HF_E_SLOTS; HF_E_NOMEM; HF_E_LIMIT; HF_E_GROW_LIMIT; HF_E_NOT_FOUND, reported:
 *         this is no Windows; HF_E_SHUTDOWN; HF_E_DETACHED.
 *
 * @par Ownership   The slot holds the array.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_services_list(hf_thread *thread, hf_ref services_out,
                                                int64_t *error_out) HF_MAY_GC;

/**
 * Reads how a service is set up.
 *
 * @param name        of the service, not the one it is shown by; UTF-8.
 * @param config_out  receives the record; null on failure.
 * @return those of hf_services_list(); HF_E_NATIVE also: there is none of that name (1060);
 *         HF_E_NULL.
 *
 * @par Ownership   The slot holds the record.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_service_config(hf_thread *thread, const char *name,
                                                 hf_ref config_out, int64_t *error_out) HF_MAY_GC;

HF_END_DECLS

#endif
