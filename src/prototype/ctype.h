/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_PROTOTYPE_CTYPE_H
#define HOLDFAST_PROTOTYPE_CTYPE_H

/* Type names that are one word: what C's headers, Windows and the system call their types. */

#include "prototype/lex.h"
#include "prototype/prototype.h"

/** What a name stands for: `base` behind `depth` stars. */
typedef struct hfi_type_name {
    hfi_ctype base;
    uint8_t depth;
    bool is_const; /* the base is: LPCSTR */
    bool is_char;  /* plain char: text when const */
    bool is_wide;  /* wchar_t, WCHAR, char16_t */
} hfi_type_name;

/** Finds a typedef name; false when it is none that Holdfast knows by itself. */
bool hfi_type_name_find(const hfi_token *name, hfi_type_name *found_out);

/** The C text that declares a name Holdfast knows to be more than one word can say, such as a
 * function pointer; NULL. */
const char *hfi_type_text_find(const hfi_token *name);

#endif
