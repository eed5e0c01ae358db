/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_EXAMPLES_PROPERTIES_WINDOWS_H
#define HOLDFAST_EXAMPLES_PROPERTIES_WINDOWS_H

#include "table.h"

/** Every device of this machine with every property that it has. */
void properties_show(table *t);

#endif
