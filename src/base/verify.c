/* SPDX-License-Identifier: MIT */

/*
 * The end of a broken Holdfast.  Nothing above floor 0 may be used here: the
 * state that the claim was about is not to be trusted any more.
 */

#include "base/verify.h"

#include <stdio.h>
#include <stdlib.h>

void hfi_verify_failed(const char *claim, const char *file, int line)
{
    fprintf(stderr, "holdfast: internal error: %s is not true (%s:%d)\n", claim, file, line);
    fflush(stderr);
    abort();
}
