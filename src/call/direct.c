/* SPDX-License-Identifier: MIT */

/*
 * Which way a signature goes (call/direct.h), and the calls by slots.
 *
 * By slots there is a prototype for each choice of words and doubles among four;
 * a signature with fewer parameters takes the one whose other slots are words.
 *
 * A signature is refused here, and left to ffi_call(), unless each part of it is known:
 * a type that this file has not heard of is none that fits a register.
 *
 * Everything here is pure; any thread.
 */

#include "call/direct.h"

#include "base/verify.h"

#include <string.h>

static bool is_floating(hfi_ctype type)
{
    return type == HFI_C_F32 || type == HFI_C_F64;
}

static bool fits_register(hfi_ctype type)
{
    return hfi_ctype_is_integer(type) || type == HFI_C_POINTER || is_floating(type);
}

/* What the prototype's calling convention is here. */
typedef enum convention { NATIVE, SLOTS, FOREIGN } convention;

static convention convention_of(const hfi_prototype *prototype)
{
    switch (prototype->convention) {
    case HFI_CONVENTION_DEFAULT:
    case HFI_CONVENTION_CDECL:
    case HFI_CONVENTION_STDCALL: /* these three are all one on 64 bits */
    case HFI_CONVENTION_FASTCALL:
    case HFI_CONVENTION_THISCALL:
        return NATIVE;
    case HFI_CONVENTION_MS_ABI:
#if defined(X86_WIN64)
        return NATIVE;
#elif defined(HFI_DIRECT_HAS_SLOTS)
        return SLOTS;
#else
        return FOREIGN;
#endif
    case HFI_CONVENTION_SYSV_ABI:
#if defined(HFI_DIRECT_HAS_MIXED) && defined(__x86_64__)
        return NATIVE;
#else
        return FOREIGN;
#endif
    }
    return FOREIGN;
}

typedef struct tally {
    unsigned words;
    unsigned floatings;
    unsigned mask; /* of the slots that are floating */
    bool is_known; /* all of it fits registers one by one */
} tally;

static tally count(const hfi_prototype *prototype)
{
    tally all = { .is_known = !prototype->is_variadic && (prototype->result == HFI_C_VOID ||
                                                          fits_register(prototype->result)) };
    for (unsigned i = 0; i < prototype->param_count; i++) {
        hfi_ctype type = prototype->param[i].type;
        all.is_known = all.is_known && fits_register(type);
        all.mask |= is_floating(type) ? 1u << (i % 32) : 0;
        all.floatings += is_floating(type);
        all.words += !is_floating(type);
    }
    return all;
}

static void choose_words(hfi_cif *cif)
{
    cif->direct = HFI_DIRECT_WORDS;
    cif->loads_words = cif->words > 6 ? 8 : cif->words;
}

static void choose_slots(hfi_cif *cif, const tally *all)
{
    cif->direct = HFI_DIRECT_SLOTS;
    cif->shape = (uint8_t)all->mask;
    cif->loads_words = HFI_SLOTS_MAX;
    cif->loads_floatings = HFI_SLOTS_MAX;
}

#if defined(HFI_DIRECT_HAS_MIXED) && defined(__x86_64__)
static void choose_mixed(hfi_cif *cif, const tally *all)
{
    unsigned step = all->floatings > 4 ? 3 : all->floatings > 2 ? 2 : all->floatings > 1 ? 1 : 0;
    cif->direct = HFI_DIRECT_MIXED;
    cif->shape = (uint8_t)((all->words + 1) / 2 * 4 + step);
    cif->loads_words = (uint8_t)((all->words + 1) / 2 * 2);
    cif->loads_floatings = (uint8_t)(1u << step);
}
#elif defined(HFI_DIRECT_HAS_MIXED)
static void choose_mixed(hfi_cif *cif, const tally *all)
{
    (void)all; /* they are all loaded */
    cif->direct = HFI_DIRECT_MIXED;
    cif->loads_words = HFI_DIRECT_WORDS_MAX;
    cif->loads_floatings = HFI_DIRECT_FLOATING_MAX;
}
#endif

void hfi_direct_choose(hfi_cif *cif, const hfi_prototype *prototype)
{
    const tally all = count(prototype);
    const convention by = convention_of(prototype);
    bool has_floating = all.floatings || is_floating(prototype->result);
    cif->direct = HFI_DIRECT_NONE;
    cif->returns_floating = is_floating(prototype->result);
    cif->words = (uint8_t)all.words;
    if (!all.is_known || by == FOREIGN || HFI_DIRECT_WORDS_MAX == 0) {
        return;
    }
    if (by == NATIVE && !has_floating && all.words <= HFI_DIRECT_WORDS_MAX) {
        choose_words(cif);
        return;
    }
#if defined(HFI_DIRECT_HAS_MIXED)
    if (by == NATIVE) {
        if (all.words <= HFI_DIRECT_WORDS_MAX && all.floatings <= HFI_DIRECT_FLOATING_MAX) {
            choose_mixed(cif, &all);
        }
        return;
    }
#endif
    if (prototype->param_count <= HFI_SLOTS_MAX) {
        choose_slots(cif, &all);
    }
}

/* Always the whole double, because a later load of all of it would wait for parts. */
static void load_floating(double *to, const void *from, hfi_ctype type)
{
    uint64_t bits;
    if (type == HFI_C_F32) {
        uint32_t low;
        memcpy(&low, from, sizeof(low));
        bits = low;
    } else {
        memcpy(&bits, from, sizeof(bits));
    }
    memcpy(to, &bits, sizeof(*to));
}

void hfi_direct_load(const hfi_cif *cif, const hfi_prototype *prototype, void *const *arguments,
                     hfi_registers *registers_out)
{
    unsigned words = 0;
    unsigned floatings = 0;
    *registers_out = (hfi_registers){ .cell = { 0 } };
    for (unsigned i = 0; i < prototype->param_count; i++) {
        hfi_ctype type = prototype->param[i].type;
        bool by_slot = cif->direct == HFI_DIRECT_SLOTS;
        if (is_floating(type)) {
            load_floating(&registers_out->floating[by_slot ? i : floatings++], arguments[i], type);
        } else {
            /* hfi_value_set() and its like wrote the whole word, extended by its type. */
            uint64_t word = ((const hfi_value *)arguments[i])->u64;
            registers_out->word[by_slot ? i : words++] = word;
        }
    }
}

/* ---- HFI_DIRECT_SLOTS ---- */

#if defined(HFI_DIRECT_HAS_SLOTS)
#define SLOT_W         uint64_t
#define SLOT_F         double
#define SLOT_LOAD_W(i) r->word[i]
#define SLOT_LOAD_F(i) r->floating[i]
#define SLOTS_CASE(mask, result, a, b, c, d)                                                       \
    case mask:                                                                                     \
        return ((result __attribute__((ms_abi)) (*)(SLOT_##a, SLOT_##b, SLOT_##c, SLOT_##d))f)(    \
            SLOT_LOAD_##a(0), SLOT_LOAD_##b(1), SLOT_LOAD_##c(2), SLOT_LOAD_##d(3));
#define SLOTS_CALL(result)                                                                         \
    void (*f)(void) = FFI_FN(function);                                                            \
    switch (cif->shape) {                                                                          \
        SLOTS_CASE(0, result, W, W, W, W)                                                          \
        SLOTS_CASE(1, result, F, W, W, W)                                                          \
        SLOTS_CASE(2, result, W, F, W, W)                                                          \
        SLOTS_CASE(3, result, F, F, W, W)                                                          \
        SLOTS_CASE(4, result, W, W, F, W)                                                          \
        SLOTS_CASE(5, result, F, W, F, W)                                                          \
        SLOTS_CASE(6, result, W, F, F, W)                                                          \
        SLOTS_CASE(7, result, F, F, F, W)                                                          \
        SLOTS_CASE(8, result, W, W, W, F)                                                          \
        SLOTS_CASE(9, result, F, W, W, F)                                                          \
        SLOTS_CASE(10, result, W, F, W, F)                                                         \
        SLOTS_CASE(11, result, F, F, W, F)                                                         \
        SLOTS_CASE(12, result, W, W, F, F)                                                         \
        SLOTS_CASE(13, result, F, W, F, F)                                                         \
        SLOTS_CASE(14, result, W, F, F, F)                                                         \
    default:                                                                                       \
        SLOTS_CASE(15, result, F, F, F, F)                                                         \
    }

uint64_t hfi_direct_slots(const hfi_cif *cif, void *function, const hfi_registers *r)
{
    SLOTS_CALL(uint64_t)
}

double hfi_direct_slots_floating(const hfi_cif *cif, void *function,
                                 const hfi_registers *r){ SLOTS_CALL(double) }
#else
uint64_t hfi_direct_slots(const hfi_cif *cif, void *function, const hfi_registers *r)
{
    (void)function;
    (void)r;
    HF_ASSERT(cif->direct == HFI_DIRECT_SLOTS); /* which nothing is here */
    return cif->shape;
}

double hfi_direct_slots_floating(const hfi_cif *cif, void *function, const hfi_registers *r)
{
    return (double)hfi_direct_slots(cif, function, r);
}
#endif
