/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_TESTS_PROCESS_H
#define HOLDFAST_TESTS_PROCESS_H

/* What this process has of its system. */

#include <stdint.h>

/** Threads, open descriptors or handles, and bytes of memory in use; 0 each where the system does
 * not say. */
void hf_process_figures(uint64_t *threads_out, uint64_t *open_out, uint64_t *bytes_out);

#endif
