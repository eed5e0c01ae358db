/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_CALL_MARSHAL_LINK_H
#define HOLDFAST_CALL_MARSHAL_LINK_H

/* Places in native memory that hold addresses of managed buffers while a call is under way. */

#include "call/call.h"

/** Step (b) for links: pins their buffers and writes the addresses. */
void hfi_links_resolve(hfi_call *call);

#endif
