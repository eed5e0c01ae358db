/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_EXAMPLES_DEVICES_WINDOWS_H
#define HOLDFAST_EXAMPLES_DEVICES_WINDOWS_H

#include "demo.h"

#include <windows.h>

/** The structs of setupapi that prototypes name. */
extern const hf_type_size device_types[];
extern const size_t device_type_count;

/** Lists the devices of this machine with their hardware ids. */
void devices_show_present(demo *d, hf_library *setupapi);

/** Makes a device, gives it properties of many lengths, reads them back, and removes it. */
void devices_show_own(demo *d, hf_library *setupapi);

#endif
