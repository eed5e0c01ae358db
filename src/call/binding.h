/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_CALL_BINDING_H
#define HOLDFAST_CALL_BINDING_H

/* Bindings, as the rest of the library sees them. */

#include "prototype/prototype.h"

#include <holdfast/binding.h>

/** The types that a binding declares; NULL for NULL. */
hfi_scope *hfi_binding_scope(const hf_binding *binding);

/** Gives up what a function of it holds. */
void hfi_binding_release(hf_binding *binding);

#endif
