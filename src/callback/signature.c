/* SPDX-License-Identifier: MIT */

/*
 * Signatures: one for each shape of function that is ever called back.
 *
 * libffi reads a closure's cif at every call, also at one that comes after the
 * callback, its prototype and its runtime are gone.  So what a closure points to is
 * kept for ever, and shared: a process has as many signatures as its callbacks have
 * different shapes, whatever the number of callbacks.  Nothing in one points into a
 * prototype; the descriptions of structs are copied.
 *
 * Threads: constant once made; the table is under the lock of all callbacks.
 */

#include "callback/signature.h"

#include "callback/inside.h"

#include "base/alloc.h"

#include <string.h>

#define TABLE_SIZE 64u /* a power of two */

static hfi_signature *table[TABLE_SIZE]; /* lock: hfi_callbacks_lock() */

static unsigned hash(const hfi_prototype *prototype)
{
    unsigned sum = (unsigned)prototype->convention * 31u + (unsigned)prototype->result;
    for (unsigned i = 0; i < prototype->param_count; i++) {
        sum = sum * 31u + (unsigned)prototype->param[i].type;
    }
    return sum % TABLE_SIZE;
}

static bool has_kinds(const hfi_signature *signature, const hfi_prototype *prototype)
{
    if (signature->convention != prototype->convention || signature->result != prototype->result ||
        signature->count != prototype->param_count) {
        return false;
    }
    for (unsigned i = 0; i < signature->count; i++) {
        if (signature->kind[i] != prototype->param[i].type) {
            return false;
        }
    }
    return true;
}

/* ---- libffi's types ---- */

static bool is_compound(const ffi_type *type)
{
    return type->type == FFI_TYPE_STRUCT && type->elements;
}

static bool is_same_type(const ffi_type *a, const ffi_type *b)
{
    if (a == b) {
        return true;
    }
    if (a->type != b->type || a->size != b->size || a->alignment != b->alignment ||
        is_compound(a) != is_compound(b)) {
        return false;
    }
    if (!is_compound(a)) {
        return true;
    }
    unsigned i = 0;
    while (a->elements[i] && b->elements[i]) {
        if (!is_same_type(a->elements[i], b->elements[i])) {
            return false;
        }
        i++;
    }
    return !a->elements[i] && !b->elements[i];
}

/* Scalars are libffi's own and static; structs are copied with all their members. */
static ffi_type *copy_type(ffi_type *type)
{
    if (!is_compound(type)) {
        return type;
    }
    size_t count = 0;
    while (type->elements[count]) {
        count++;
    }
    ffi_type *copy = hfi_alloc_for_ever(sizeof *copy + (count + 1) * sizeof(ffi_type *));
    if (!copy) {
        return NULL;
    }
    copy->type = type->type;
    copy->size = type->size;
    copy->alignment = type->alignment;
    copy->elements = (ffi_type **)(void *)(copy + 1);
    for (size_t i = 0; i < count; i++) {
        copy->elements[i] = copy_type(type->elements[i]);
        if (!copy->elements[i]) {
            return NULL;
        }
    }
    return copy;
}

/* ---- making one ---- */

static void note_range(hfi_signature *signature)
{
    hfi_ctype kind = signature->result;
    if (hfi_ctype_is_integer(kind)) {
        unsigned bits = (unsigned)hfi_ctype_size(kind) * 8;
        signature->result_span = UINT64_MAX >> (64 - bits);
        signature->result_least =
            hfi_ctype_is_signed(kind) ? ~UINT64_C(0) << (bits - 1) : UINT64_C(0);
        signature->is_integer = bits <= 8 * sizeof(ffi_arg);
    }
}

static bool is_word(hfi_ctype kind)
{
    return kind == HFI_C_F64 || ((hfi_ctype_is_integer(kind) || kind == HFI_C_POINTER) &&
                                 hfi_ctype_size(kind) == sizeof(uint64_t));
}

static bool is_same_cif(const hfi_signature *signature, const ffi_cif *cif)
{
    if (signature->cif.abi != cif->abi || !is_same_type(signature->cif.rtype, cif->rtype)) {
        return false;
    }
    for (unsigned i = 0; i < signature->count; i++) {
        if (!is_same_type(signature->type[i], cif->arg_types[i])) {
            return false;
        }
    }
    return true;
}

static hf_status make(const hfi_prototype *prototype, const ffi_cif *cif,
                      hfi_signature **signature_out)
{
    hfi_signature *made = hfi_alloc_for_ever(sizeof *made);
    ffi_type *result = made ? copy_type(cif->rtype) : NULL;
    if (!result) {
        return HF_E_NOMEM;
    }
    made->convention = prototype->convention;
    made->count = prototype->param_count;
    made->result = prototype->result;
    made->has_aggregates = hfi_kind_is_memory(prototype->result);
    made->result_size = result->size;
    made->is_words = true;
    for (unsigned i = 0; i < made->count; i++) {
        made->kind[i] = prototype->param[i].type;
        made->is_words = made->is_words && is_word(made->kind[i]);
        made->has_aggregates |= hfi_kind_is_memory(made->kind[i]);
        made->type[i] = copy_type(cif->arg_types[i]);
        if (!made->type[i]) {
            return HF_E_NOMEM;
        }
    }
    note_range(made);
    if (ffi_prep_cif(&made->cif, cif->abi, made->count, result, made->type) != FFI_OK) {
        return HF_E_UNSUPPORTED;
    }
    *signature_out = made;
    return HF_OK;
}

static hf_status find_or_make(const hfi_prototype *prototype, const ffi_cif *cif,
                              const hfi_signature **signature_out)
{
    hfi_signature **head = &table[hash(prototype)];
    for (hfi_signature *at = *head; at; at = at->next) {
        if (has_kinds(at, prototype) && (!at->has_aggregates || is_same_cif(at, cif))) {
            *signature_out = at;
            return HF_OK;
        }
    }
    hfi_signature *made;
    hf_status status = make(prototype, cif, &made);
    if (status == HF_OK) {
        made->next = *head;
        *head = made;
        *signature_out = made;
    }
    return status;
}

/* Without asking libffi: one whose kinds say all. */
static const hfi_signature *find_plain(const hfi_prototype *prototype)
{
    hfi_callbacks_lock();
    const hfi_signature *at = table[hash(prototype)];
    while (at && (at->has_aggregates || !has_kinds(at, prototype))) {
        at = at->next;
    }
    hfi_callbacks_unlock();
    return at;
}

hf_status hfi_signature_of(const hfi_prototype *prototype, const hfi_signature **signature_out)
{
    if (prototype->is_variadic) {
        return HF_E_UNSUPPORTED;
    }
    *signature_out = find_plain(prototype);
    if (*signature_out) {
        return HF_OK;
    }
    hfi_cif cif;
    hf_status status = hfi_cif_prepare(&cif, prototype);
    if (status == HF_OK) {
        hfi_callbacks_lock();
        status = find_or_make(prototype, &cif.cif, signature_out);
        hfi_callbacks_unlock();
    }
    hfi_cif_finish(&cif);
    return status;
}

hf_status hfi_signature_fits(const hfi_signature *signature, const hfi_prototype *prototype)
{
    if (HF_LIKELY(!signature->has_aggregates && !prototype->is_variadic &&
                  has_kinds(signature, prototype))) {
        return HF_OK;
    }
    const hfi_signature *other;
    hf_status status = hfi_signature_of(prototype, &other);
    if (status == HF_E_NOMEM) {
        return status;
    }
    /* Conventions of several names may be one on this machine. */
    if (status != HF_OK || other->count != signature->count || other->result != signature->result ||
        !is_same_cif(signature, &other->cif)) {
        return HF_E_TYPE;
    }
    return memcmp(other->kind, signature->kind, other->count * sizeof other->kind[0]) == 0
               ? HF_OK
               : HF_E_TYPE;
}
