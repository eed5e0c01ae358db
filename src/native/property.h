/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_NATIVE_PROPERTY_H
#define HOLDFAST_NATIVE_PROPERTY_H

/* One value of a property, out of its bytes; for property.c. */

#include <holdfast/property.h>

#include <stdbool.h>

#define HFI_PROPERTY_VALUE_MAX   20u /* bytes of the longest value that is no text */
#define HFI_PROPERTY_WRITTEN_MAX 64u

/** Reads a value of a type of hf_property_type without repetition, that is no text. */
void hfi_property_item(uint32_t type, bool is_turned, const unsigned char *bytes,
                       hf_property_item *item_out);

/** The way people write a DECIMAL, a GUID or a KEY; gives its length, 0 for all other types. */
size_t hfi_property_write(uint32_t type, const unsigned char *bytes, const hf_property_item *item,
                          char text[HFI_PROPERTY_WRITTEN_MAX]);

#endif
