/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_EXAMPLES_COLLECTOR_H
#define HOLDFAST_EXAMPLES_COLLECTOR_H

#include "demo.h"

/** Makes the objects whose moves are counted. */
hf_status collector_make_neighbours(demo *d);

/** The collector's thread; `user` is the demo. */
void collector_run(void *user);

/** Before a watched call. */
void watch_begin(demo *d);

/** After it: true if in every try the lent bytes stayed while neighbours moved. */
bool watch_end(uint64_t *moves_out);

#endif
