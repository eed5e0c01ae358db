/* SPDX-License-Identifier: MIT */

/* Names and texts of the status codes, from the same list as the enum. */

#include <holdfast/status.h>

const char *hf_status_text(hf_status status)
{
    switch (status) {
#define TEXT_CASE(name, number, text)                                                              \
    case name:                                                                                     \
        return text;
        HF_STATUS_LIST(TEXT_CASE)
#undef TEXT_CASE
    }
    return "unknown status";
}

const char *hf_status_name(hf_status status)
{
    switch (status) {
#define NAME_CASE(name, number, text)                                                              \
    case name:                                                                                     \
        return #name;
        HF_STATUS_LIST(NAME_CASE)
#undef NAME_CASE
    }
    return "?";
}
