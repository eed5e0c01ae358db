/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_FINDER_FINDER_H
#define HOLDFAST_FINDER_FINDER_H

/*
 * The finder of missing fences, as the runtime sees it.
 */

#include "heap/heap.h"
#include "thread/watch.h"

#include <holdfast/finder.h>

/**
 * Lets the finder watch a runtime that is being made; before its heap and world have threads.
 * `finder` NULL: the one of the environment, if it asks for one.  HF_E_BUSY: another runtime is
 * watched; HF_E_NOMEM.
 */
HF_MUST_CHECK hf_status hfi_finder_choose(hfi_parts *parts, hf_finder *finder);

/** Joins world and heap, which are made by now. */
void hfi_finder_begin(hfi_parts *parts);

/** All threads are gone, or kept for ever: reports how the run went (`is_run`: there was one), and
 * watches no longer.  Does nothing in a runtime without a finder. */
void hfi_finder_end(hfi_parts *parts, bool is_run);

#endif
