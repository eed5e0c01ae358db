/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_ROOT_HANDLE_WORD_H
#define HOLDFAST_ROOT_HANDLE_WORD_H

/*
 * What a handle's word is made of: the number of its cell, the generation of that
 * cell, and the number of its runtime, between bits that no address has.
 *
 *   64 bits   1 0 . . . . . . 1 . . . .  ...  . . . . 1
 *             |             |                       `-- odd: nothing aligned lies there
 *             |             `-- bit 55: with ignored top bytes (AArch64) still the kernel's half
 *             `-- bits 63 and 62 differ: not canonical with 48 nor with 57 bits (x86-64)
 *
 *   32 bits   . . . .  ...  . . . . 1        odd is all there is
 *
 * The other bits are the payload, from the low end: cell, generation, runtime.
 * Both forms are data, so that the one which this machine does not use is tested too.
 */

#include <stdbool.h>
#include <stdint.h>

typedef struct hfi_word_form {
    uint8_t cell_bits;
    uint8_t generation_bits;
    uint8_t runtime_bits;
    uint8_t low_bits;   /* of the payload, from bit 1 on */
    uint8_t high_shift; /* where the rest of it begins */
    uint64_t fixed;     /* ones that every word has */
    uint64_t zero;      /* zeros that every word has */
} hfi_word_form;

static const hfi_word_form hfi_word_form_64 = {
    24, 24, 12, 54, 56, UINT64_C(1) << 63 | UINT64_C(1) << 55 | 1, UINT64_C(1) << 62,
};
static const hfi_word_form hfi_word_form_32 = {
    16, 11, 4, 31, 0, 1, UINT64_C(0xffffffff) << 32,
};

#define HFI_WORD_FORM (sizeof(uintptr_t) >= 8 ? &hfi_word_form_64 : &hfi_word_form_32)

typedef struct hfi_word {
    uint32_t cell;
    uint32_t generation;
    uint32_t runtime;
} hfi_word;

static inline uint32_t hfi_bits_max(uint8_t bits)
{
    return (UINT32_C(1) << bits) - 1;
}

static inline uint64_t hfi_word_pack(const hfi_word_form *form, hfi_word parts)
{
    uint64_t payload = (uint64_t)parts.runtime << form->generation_bits | parts.generation;
    payload = payload << form->cell_bits | parts.cell;
    uint64_t low = payload & ((UINT64_C(1) << form->low_bits) - 1);
    uint64_t high = payload >> form->low_bits;
    return form->fixed | low << 1 | high << form->high_shift;
}

/** False for what no runtime could have given out. */
static inline bool hfi_word_unpack(const hfi_word_form *form, uint64_t word, hfi_word *parts_out)
{
    if ((word & form->fixed) != form->fixed || (word & form->zero) != 0) {
        return false;
    }
    unsigned bits = (unsigned)form->cell_bits + form->generation_bits + form->runtime_bits;
    unsigned rest = bits - form->low_bits;
    uint64_t payload = word >> 1 & ((UINT64_C(1) << form->low_bits) - 1);
    payload |= (word >> form->high_shift & ((UINT64_C(1) << rest) - 1)) << form->low_bits;
    parts_out->cell = (uint32_t)payload & hfi_bits_max(form->cell_bits);
    payload >>= form->cell_bits;
    parts_out->generation = (uint32_t)payload & hfi_bits_max(form->generation_bits);
    parts_out->runtime = (uint32_t)(payload >> form->generation_bits);
    return true;
}

#endif
