/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_DRIVERS_H
#define HOLDFAST_DRIVERS_H

/*
 * Drivers that a device of Windows may have, and what is done to install them.
 *
 *     status = hf_drivers_build(thread, set, device, HF_DRIVERS_COMPATIBLE, NULL);
 *     status = hf_drivers_list(thread, set, device, HF_DRIVERS_COMPATIBLE, drivers, NULL);
 *
 * Sets and devices: devices.h.  Elsewhere each of these gives HF_E_NOT_FOUND, with a report that
 * names the native function.
 */

#include "export.h"
#include "ref.h"
#include "status.h"

#include <stddef.h>
#include <stdint.h>

HF_BEGIN_DECLS

/** Which drivers a list has. */
typedef enum hf_drivers_type { HF_DRIVERS_OF_CLASS = 1, HF_DRIVERS_COMPATIBLE = 2 } hf_drivers_type;

/** Fields of a driver's record. */
typedef enum hf_driver_field {
    HF_DRIVER_DESCRIPTION = 0,
    HF_DRIVER_MAKER = 1,
    HF_DRIVER_PROVIDER = 2,
    HF_DRIVER_DATA = 3,   /* the system's structure, as bytes */
    HF_DRIVER_TYPE = 4,   /* uint32_t: an hf_drivers_type */
    HF_DRIVER_DATE = 5,   /* uint64_t: 100 ns since 1 January 1601 */
    HF_DRIVER_VERSION = 6 /* uint64_t: four parts of 16 bits, the first one highest */
} hf_driver_field;

/** Fields of the record of a driver's details. */
typedef enum hf_driver_detail_field {
    HF_DRIVER_DETAIL_SECTION = 0,
    HF_DRIVER_DETAIL_FILE = 1, /* path of the INF file */
    HF_DRIVER_DETAIL_DESCRIPTION = 2,
    HF_DRIVER_DETAIL_HARDWARE_ID = 3,    /* may be empty */
    HF_DRIVER_DETAIL_COMPATIBLE_IDS = 4, /* an array of strings */
    HF_DRIVER_DETAIL_DATE = 5            /* uint64_t, as HF_DRIVER_DATE: of the INF file */
} hf_driver_detail_field;

/** Fields of the record of an installation's parameters. */
typedef enum hf_install_field {
    HF_INSTALL_PATH = 0,    /* of the INF file or its directory; may be empty */
    HF_INSTALL_FLAGS = 1,   /* uint32_t: DI_ */
    HF_INSTALL_FLAGS_EX = 2 /* uint32_t: DI_FLAGSEX_ */
} hf_install_field;

/**
 * Looks for the drivers of a device, and keeps the list of them with it.
 *
 * @param device     of this set; NULL: the drivers of the set's class.
 * @param error_out  receives the system's code, 0 if there was no error; may be NULL.
 *
 * @return HF_OK; HF_E_NATIVE; HF_E_CLOSED, HF_E_TYPE, HF_E_NULL of the set, HF_E_RANGE of the
 * device, reported; HF_E_SLOTS; HF_E_NOMEM; HF_E_LIMIT; HF_E_NOT_FOUND, reported: this is no
 *         Windows; HF_E_SYMBOL, reported: this Windows does not have it; HF_E_SHUTDOWN;
 *         HF_E_DETACHED.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_drivers_build(hf_thread *thread, const hf_slot *set,
                                                const hf_slot *device, hf_drivers_type type,
                                                int64_t *error_out) HF_MAY_GC;

/**
 * The drivers that were found, as an array of records.
 *
 * @return those of hf_drivers_build().  HF_E_UTF, reported.
 *
 * @par Ownership   The slot holds it.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_drivers_list(hf_thread *thread, const hf_slot *set,
                                               const hf_slot *device, hf_drivers_type type,
                                               hf_ref drivers_out, int64_t *error_out) HF_MAY_GC;

/**
 * Forgets the list.
 *
 * @return those of hf_drivers_build().
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_drivers_end(hf_thread *thread, const hf_slot *set,
                                              const hf_slot *device, hf_drivers_type type,
                                              int64_t *error_out) HF_MAY_GC;

/**
 * The driver that was selected for a device.
 *
 * @return those of hf_drivers_list(); HF_E_NATIVE with 0xE0000203: there is none.
 *
 * @par Ownership   The slot holds it.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_driver_selected(hf_thread *thread, const hf_slot *set,
                                                  const hf_slot *device, hf_ref driver_out,
                                                  int64_t *error_out) HF_MAY_GC;

/**
 * Selects one of the drivers that were found.
 *
 * @param driver  a record of hf_drivers_list(); NULL: none is selected any more.
 *
 * @return those of hf_drivers_build().
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_driver_select(hf_thread *thread, const hf_slot *set,
                                                const hf_slot *device, const hf_slot *driver,
                                                int64_t *error_out) HF_MAY_GC;

/**
 * What the INF file says of a driver.
 *
 * @param driver  a record of hf_drivers_list().
 *
 * @return those of hf_drivers_list(); HF_E_NULL without a driver.
 *
 * @par Ownership   The slot holds it.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_driver_detail(hf_thread *thread, const hf_slot *set,
                                                const hf_slot *device, const hf_slot *driver,
                                                hf_ref detail_out, int64_t *error_out) HF_MAY_GC;

/**
 * The parameters with which a device is installed, as a record.
 *
 * @param device  NULL: those of the set.
 *
 * @return those of hf_drivers_list().
 *
 * @par Ownership   The slot holds it.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_install_parameters(hf_thread *thread, const hf_slot *set,
                                                     const hf_slot *device, hf_ref parameters_out,
                                                     int64_t *error_out) HF_MAY_GC;

/**
 * Changes them.
 *
 * @param path  UTF-8; NULL: it stays.
 *
 * @return those of hf_drivers_list(); HF_E_OVERFLOW for a path of more than 259 units.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_install_parameters_set(hf_thread *thread, const hf_slot *set,
                                                         const hf_slot *device, uint32_t flags,
                                                         uint32_t flags_ex, const char *path,
                                                         int64_t *error_out) HF_MAY_GC;

/**
 * Has the installers of the class do something.
 *
 * @param device  NULL: with the set.
 * @param what    DIF_: 5 removes the device.
 *
 * @return those of hf_drivers_build().
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_device_call_installer(hf_thread *thread, const hf_slot *set,
                                                        const hf_slot *device, uint32_t what,
                                                        int64_t *error_out) HF_MAY_GC;

/**
 * Removes a device from the system, without asking its class.
 *
 * @return those of hf_drivers_build().  HF_E_NULL without a device.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_device_remove(hf_thread *thread, const hf_slot *set,
                                                const hf_slot *device,
                                                int64_t *error_out) HF_MAY_GC;

HF_END_DECLS

#endif
