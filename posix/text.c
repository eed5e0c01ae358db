/* SPDX-License-Identifier: MIT */

/*
 * The encoding of narrow text: POSIX promises none for names, and what is in use
 * is UTF-8, so text is passed as it is.
 *
 * Threads: any.
 */

#include "posix.h"

#include <string.h>

bool hfp_text_is_utf8(void)
{
    return true;
}

static hf_status copy(const char *text, size_t length, char *to, size_t room, size_t *needed_out,
                      size_t *bad_out)
{
    *needed_out = length;
    *bad_out = length;
    if (to && room < length) {
        return HF_E_RANGE;
    }
    if (to && length) {
        memcpy(to, text, length);
    }
    return HF_OK;
}

hf_status hfp_text_to_system(const char *text, size_t length, char *to, size_t room,
                             size_t *needed_out, size_t *bad_out)
{
    return copy(text, length, to, room, needed_out, bad_out);
}

hf_status hfp_text_from_system(const char *text, size_t length, char *to, size_t room,
                               size_t *needed_out, size_t *bad_out)
{
    return copy(text, length, to, room, needed_out, bad_out);
}
