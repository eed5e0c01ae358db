/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_EXAMPLES_CLIENT_H
#define HOLDFAST_EXAMPLES_CLIENT_H

/*
 * What every client has around it: a runtime, this thread attached, a frame, and at the end a look
 * at what was left behind.
 */

#include <holdfast.h>

/** Runs a client; what main() returns.  77, which tests take for "skipped", when `run` gives
 * HF_E_LIBRARY: the library is not on this machine. */
int client_main(hf_status (*run)(hf_thread *thread));

/** Opens a library, or says which one is not there. */
hf_status client_library(hf_thread *thread, const char *name, hf_library **library_out);

/** Makes a buffer of these bytes. */
hf_status client_bytes(hf_thread *thread, const void *bytes, size_t size, hf_ref out);

#endif
