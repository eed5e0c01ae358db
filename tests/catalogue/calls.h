/* SPDX-License-Identifier: MIT */
/* The parts of the walk: a file each, calls_<system>_<part>.c. */
#ifndef HOLDFAST_TESTS_CALLS_H
#define HOLDFAST_TESTS_CALLS_H

#include "walk.h"

#include <stdlib.h>
#include <string.h>

/* A part's calls; the build makes the list of parts from the names of the files. */
#define WALK_PART(part) extern const walk_call walk_calls_##part[]

#endif
