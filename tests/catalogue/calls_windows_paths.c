/* SPDX-License-Identifier: MIT */

/* The walk: directories and names of files. */

#include "calls.h"

static hf_status current_directory(walk *w)
{
    hf_status status = walk_do(w, HF_NO_ARGS);
    size_t size;
    free(walk_copy(w, 0, &size));
    assert_true(size >= 6);
    return status;
}

WALK_PART(paths);
const walk_call walk_calls_paths[] = {
    { "GetCurrentDirectoryW", current_directory, WALK_SAME },
    { NULL, NULL, WALK_SAME },
};
