/* SPDX-License-Identifier: MIT */

/* The walk: directories, links, attributes. */

#include "calls.h"

#include <unistd.h>

static hf_status current_directory(walk *w)
{
    char expected[4096];
    assert_non_null(getcwd(expected, sizeof expected));
    hf_status status = walk_do(w, HF_NO_ARGS);
    walk_expect_text(w, 0, expected);
    return status;
}

static hf_status link_of_the_program(walk *w)
{
    return walk_do(w, HF_ARGS(HF_CSTR("/proc/self/exe")));
}

WALK_PART(files);
const walk_call walk_calls_files[] = {
    { "getcwd", current_directory, WALK_SAME },
    { "readlink", link_of_the_program, WALK_SAME },
    { NULL, NULL, WALK_SAME },
};
