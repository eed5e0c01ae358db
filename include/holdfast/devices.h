/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_DEVICES_H
#define HOLDFAST_DEVICES_H

/*
 * Devices of Windows: sets of them, their properties, interfaces and classes.
 *
 *     status = hf_devices_open(thread, NULL, NULL, HF_DEVICES_PRESENT | HF_DEVICES_ALL_CLASSES,
 *                              NULL, set, NULL);
 *     for (uint32_t i = 0; hf_devices_at(thread, set, i, device, NULL) == HF_OK; i++) {
 *         status = hf_device_id(thread, set, device, id, NULL);         a string
 *     }
 *
 * A set is a resource; a device is a buffer that holds the system's own words about it, and is of
 * use as long as its set is.  Each function gives the code of the system in `error_out`, which
 * may be NULL.  What a property means: property.h.
 *
 * Elsewhere each of these gives HF_E_NOT_FOUND, with a report that names the native function.
 */

#include "export.h"
#include "property.h"
#include "ref.h"
#include "status.h"

#include <stddef.h>
#include <stdint.h>

HF_BEGIN_DECLS

/** Which devices are in a set. */
typedef enum hf_devices_flags {
    HF_DEVICES_DEFAULT = 1, /* with HF_DEVICES_WITH_INTERFACE: the default one alone */
    HF_DEVICES_PRESENT = 2,
    HF_DEVICES_ALL_CLASSES = 4,
    HF_DEVICES_PROFILE = 8,
    HF_DEVICES_WITH_INTERFACE = 16 /* the GUID is that of a class of interfaces */
} hf_devices_flags;

/** How a device is made. */
typedef enum hf_device_flags {
    HF_DEVICE_GENERATE_ID = 1, /* the name is the first part of an id */
    HF_DEVICE_INHERIT_CLASS = 2
} hf_device_flags;

/* ---- sets ---- */

/**
 * Opens the set of those devices of a machine that are of a class.
 *
 * @param class_guid  NULL with HF_DEVICES_ALL_CLASSES.
 * @param enumerator  NULL for all; "PCI", "USB", or an id of a device.
 * @param flags       of hf_devices_flags.
 * @param machine     NULL for this one.
 * @param set_out     receives the resource; null on failure.
 * @param error_out   receives the system's code, 0 if there was no error; may be NULL.
 * @return HF_OK; HF_E_NATIVE; HF_E_UTF, HF_E_EMBEDDED_NUL of a text, reported; HF_E_SLOTS;
 * HF_E_NOMEM; HF_E_LIMIT; HF_E_NOT_FOUND, reported: this is no Windows; HF_E_LIBRARY, HF_E_SYMBOL,
 *         reported: this Windows does not have it; HF_E_SHUTDOWN; HF_E_DETACHED.
 *
 * @par Ownership   The slot holds the resource, which ends the set when it is disposed.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_devices_open(hf_thread *thread, const hf_guid *class_guid,
                                               const char *enumerator, uint32_t flags,
                                               const char *machine, hf_ref set_out,
                                               int64_t *error_out) HF_MAY_GC;

/**
 * Makes an empty set.
 *
 * @param class_guid  of all devices that come into it; NULL: any.
 * @param machine     NULL for this one.
 * @return those of hf_devices_open().
 *
 * @par Ownership   The slot holds the resource, which ends the set when it is disposed.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_devices_create(hf_thread *thread, const hf_guid *class_guid,
                                                 const char *machine, hf_ref set_out,
                                                 int64_t *error_out) HF_MAY_GC;

/**
 * The device of that number in a set.
 *
 * @param device_out  receives the device; null on failure.
 * @return those of hf_devices_open(); HF_E_NATIVE with 259: there are no more; HF_E_CLOSED,
 * HF_E_TYPE, HF_E_NULL of the set, reported.
 *
 * @par Ownership   The slot holds it.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_devices_at(hf_thread *thread, const hf_slot *set, uint32_t index,
                                             hf_ref device_out, int64_t *error_out) HF_MAY_GC;

/**
 * All devices of a set, as an array.
 * @return those of hf_devices_at(), but for the code 259.
 *
 * @par Ownership   The slot holds it.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_devices_list(hf_thread *thread, const hf_slot *set,
                                               hf_ref devices_out, int64_t *error_out) HF_MAY_GC;

/* ---- devices ---- */

/**
 * Puts a new device into a set.  The system keeps it only if it is registered or installed.
 *
 * @param name         its id; with HF_DEVICE_GENERATE_ID the first part of one.
 * @param description  may be NULL.
 * @param flags        of hf_device_flags.
 * @param device_out   receives the device; null on failure.
 * @return those of hf_devices_at(); HF_E_NULL without a name or a class.
 *
 * @par Ownership   The slot holds it.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_device_create(hf_thread *thread, const hf_slot *set,
                                                const char *name, const hf_guid *class_guid,
                                                const char *description, uint32_t flags,
                                                hf_ref device_out, int64_t *error_out) HF_MAY_GC;

/**
 * The id of a device, as a string.
 *
 * @param device  of this set.
 * @return those of hf_devices_at(); HF_E_RANGE, reported, for a buffer that is too small for a
 * device; HF_E_NULL; HF_E_GROW_LIMIT.
 *
 * @par Ownership   The slot holds it.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_device_id(hf_thread *thread, const hf_slot *set,
                                            const hf_slot *device, hf_ref id_out,
                                            int64_t *error_out) HF_MAY_GC;

/**
 * Takes a device out of a set.  The system keeps it.
 * @return those of hf_device_id().
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_device_delete(hf_thread *thread, const hf_slot *set,
                                                const hf_slot *device,
                                                int64_t *error_out) HF_MAY_GC;

/* ---- properties ---- */

/**
 * Reads a property.
 *
 * @param property_out  receives the record of hf_property_decode(); null on failure.
 * @return those of hf_device_id(); HF_E_NATIVE with 1168: there is none; HF_E_TYPE, HF_E_UTF,
 * reported, for a value that is not what its type says.
 *
 * @par Ownership   The slot holds it.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_device_property(hf_thread *thread, const hf_slot *set,
                                                  const hf_slot *device, const hf_property_key *key,
                                                  hf_ref property_out,
                                                  int64_t *error_out) HF_MAY_GC;

/**
 * The names of all properties that a device has.
 *
 * @param keys_out  receives a buffer of hf_property_key.
 * @return those of hf_device_id().
 *
 * @par Ownership   The slot holds it.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_device_property_keys(hf_thread *thread, const hf_slot *set,
                                                       const hf_slot *device, hf_ref keys_out,
                                                       int64_t *error_out) HF_MAY_GC;

/**
 * Writes a property.
 *
 * @param type  of hf_property_type; HF_PROPERTY_IS_EMPTY without data deletes it.
 * @param data  native memory, or NULL with a size of 0; text is UTF-16 with its NUL.
 * @return those of hf_device_id(); HF_E_OVERFLOW for more than 4 GiB.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_device_set_property(hf_thread *thread, const hf_slot *set,
                                                      const hf_slot *device,
                                                      const hf_property_key *key, uint32_t type,
                                                      const void *data, size_t size,
                                                      int64_t *error_out) HF_MAY_GC;

/**
 * Writes a property that is text.  `text` is UTF-8.
 * @return those of hf_device_set_property(); HF_E_UTF of the text, reported.
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_device_set_text(hf_thread *thread, const hf_slot *set,
                                                  const hf_slot *device, const hf_property_key *key,
                                                  const char *text, int64_t *error_out) HF_MAY_GC;

/**
 * Reads a property by its number in the registry: SPDRP_.
 *
 * @param property_out  receives the record of hf_property_decode_value(); null on failure.
 * @return those of hf_device_property(); HF_E_NATIVE with 13: there is none.
 *
 * @par Ownership   The slot holds it.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_device_registry_property(hf_thread *thread, const hf_slot *set,
                                                           const hf_slot *device, uint32_t property,
                                                           hf_ref property_out,
                                                           int64_t *error_out) HF_MAY_GC;

/**
 * Writes a property by its number in the registry.
 * @return those of hf_device_set_property().
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_device_set_registry_property(
    hf_thread *thread, const hf_slot *set, const hf_slot *device, uint32_t property,
    const void *data, size_t size, int64_t *error_out) HF_MAY_GC;

/* ---- interfaces ---- */

/**
 * The interfaces of a class that a device has, or that all of a set have, as an array of buffers.
 *
 * @param device  NULL: of all.
 * @return those of hf_device_id().  HF_E_NULL without a class.
 *
 * @par Ownership   The slot holds it.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_device_interfaces(hf_thread *thread, const hf_slot *set,
                                                    const hf_slot *device,
                                                    const hf_guid *class_guid,
                                                    hf_ref interfaces_out,
                                                    int64_t *error_out) HF_MAY_GC;

/**
 * Registers an interface of a device.
 *
 * @param reference  its name; may be NULL.
 * @return those of hf_device_id().  HF_E_NULL without a class.
 *
 * @par Ownership   The slot holds it.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_device_interface_create(
    hf_thread *thread, const hf_slot *set, const hf_slot *device, const hf_guid *class_guid,
    const char *reference, hf_ref interface_out, int64_t *error_out) HF_MAY_GC;

/**
 * Removes an interface.
 * @return those of hf_device_id().
 *
 * @par Ownership   Nothing changes hands.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_device_interface_remove(hf_thread *thread, const hf_slot *set,
                                                          const hf_slot *interface_of,
                                                          int64_t *error_out) HF_MAY_GC;

/**
 * The path of an interface, by which it is opened, as a string.
 * @return those of hf_device_id(); HF_E_UTF, reported.
 *
 * @par Ownership   The slot holds it.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_device_interface_path(hf_thread *thread, const hf_slot *set,
                                                        const hf_slot *interface_of,
                                                        hf_ref path_out,
                                                        int64_t *error_out) HF_MAY_GC;

/**
 * Reads a property of an interface.
 * @return those of hf_device_property().
 *
 * @par Ownership   The slot holds it.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_device_interface_property(hf_thread *thread, const hf_slot *set,
                                                            const hf_slot *interface_of,
                                                            const hf_property_key *key,
                                                            hf_ref property_out,
                                                            int64_t *error_out) HF_MAY_GC;

/* ---- classes ---- */

/**
 * The name of a class, as a string.
 *
 * @param machine  NULL for this one.
 * @return those of hf_devices_open(); HF_E_NULL without a class.
 *
 * @par Ownership   The slot holds it.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_device_class_name(hf_thread *thread, const hf_guid *class_guid,
                                                    const char *machine, hf_ref name_out,
                                                    int64_t *error_out) HF_MAY_GC;

/**
 * What people are shown of a class, as a string.
 * @return those of hf_device_class_name().
 *
 * @par Ownership   The slot holds it.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_device_class_description(hf_thread *thread,
                                                           const hf_guid *class_guid,
                                                           const char *machine,
                                                           hf_ref description_out,
                                                           int64_t *error_out) HF_MAY_GC;

/**
 * The classes of a name; there may be none, or several.
 *
 * @param guids_out  receives a buffer of hf_guid.
 * @return those of hf_devices_open(); HF_E_NULL without a name.
 *
 * @par Ownership   The slot holds it.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_device_class_guids(hf_thread *thread, const char *name,
                                                     const char *machine, hf_ref guids_out,
                                                     int64_t *error_out) HF_MAY_GC;

/**
 * Reads a property of a class.
 *
 * @param flags  1: a class of devices, 2: of interfaces.
 * @return those of hf_device_property().
 *
 * @par Ownership   The slot holds it.
 * @par Threads     The owner, in managed state.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_device_class_property(hf_thread *thread,
                                                        const hf_guid *class_guid,
                                                        const hf_property_key *key, uint32_t flags,
                                                        hf_ref property_out,
                                                        int64_t *error_out) HF_MAY_GC;

HF_END_DECLS

#endif
