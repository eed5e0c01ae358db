/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_H
#define HOLDFAST_H

/*
 * Holdfast: a safe boundary between managed memory and native code.
 * This includes all public headers and nothing else.
 */

#include "holdfast/accounts.h"
#include "holdfast/argument.h"
#include "holdfast/binding.h"
#include "holdfast/call.h"
#include "holdfast/callback.h"
#include "holdfast/catalogue.h"
#include "holdfast/check.h"
#include "holdfast/cleanup.h"
#include "holdfast/devices.h"
#include "holdfast/diag.h"
#include "holdfast/drivers.h"
#include "holdfast/export.h"
#include "holdfast/fence.h"
#include "holdfast/files.h"
#include "holdfast/final.h"
#include "holdfast/finder.h"
#include "holdfast/handle.h"
#include "holdfast/heap.h"
#include "holdfast/host.h"
#include "holdfast/inspect.h"
#include "holdfast/ledger.h"
#include "holdfast/library.h"
#include "holdfast/native.h"
#include "holdfast/network.h"
#include "holdfast/people.h"
#include "holdfast/pinset.h"
#include "holdfast/prefix.h"
#include "holdfast/property.h"
#include "holdfast/ref.h"
#include "holdfast/registry.h"
#include "holdfast/resource.h"
#include "holdfast/root.h"
#include "holdfast/runner.h"
#include "holdfast/runtime.h"
#include "holdfast/scope.h"
#include "holdfast/services.h"
#include "holdfast/status.h"
#include "holdfast/thread.h"
#include "holdfast/token.h"
#include "holdfast/type.h"
#include "holdfast/utf.h"
#include "holdfast/version.h"
#include "holdfast/weak.h"
#include "holdfast/wrap.h"
#include "holdfast/wrap_macros.h"

#endif
