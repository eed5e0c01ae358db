/* SPDX-License-Identifier: MIT */

/*
 * Scopes: the names that a text declares, and what they stand for.
 *
 * A scope is filled by one parser and never changed after it is sealed; from
 * then on any thread reads it and only its count of references moves.  All that
 * it holds is carved from chunks that end with it, so nothing inside has an end
 * of its own; signatures, which own memory by themselves, hang on a list.
 *
 * A scope keeps the one around it alive; nothing inside a scope refers to the
 * scope itself, so there are no circles.
 *
 * Tags and other names are two spaces, as in C.
 *
 * Threads: see above.
 */

#include "prototype/scope.h"

#include "base/alloc.h"
#include "base/size.h"
#include "base/verify.h"

#include <stdatomic.h>
#include <string.h>

#define CHUNK_FIRST 512u
#define CHUNK_MAX   (16u * 1024u)

typedef struct chunk {
    struct chunk *next;
    size_t size;
    size_t used;
} chunk;

typedef struct signature_node {
    struct signature_node *next;
    hfi_prototype prototype;
} signature_node;

typedef struct layout_node {
    struct layout_node *next;
    hfi_layout layout;
    hfi_member *member; /* those of the layout, which are constant to its readers */
} layout_node;

struct hfi_scope {
    atomic_uint references;
    hfi_scope *parent;
    chunk *chunks; /* the one in use first */
    signature_node *signatures;
    layout_node *layouts;
    hfi_scope_entry **bucket;
    size_t bucket_count; /* a power of two, or 0 */
    size_t entry_count;
};

#define HEADER hfi_align_up(sizeof(chunk), _Alignof(max_align_t))

hfi_scope *hfi_scope_create(hfi_scope *parent)
{
    hfi_scope *scope = hfi_alloc(sizeof(*scope));
    if (scope) {
        atomic_init(&scope->references, 1);
        scope->parent = hfi_scope_acquire(parent);
    }
    return scope;
}

hfi_scope *hfi_scope_acquire(hfi_scope *scope)
{
    if (scope) {
        atomic_fetch_add_explicit(&scope->references, 1, memory_order_relaxed);
    }
    return scope;
}

static void destroy(hfi_scope *scope)
{
    for (signature_node *node = scope->signatures; node;) {
        signature_node *next = node->next;
        hfi_prototype_finish(&node->prototype);
        hfi_free(node);
        node = next;
    }
    for (chunk *c = scope->chunks; c;) {
        chunk *next = c->next;
        hfi_free(c);
        c = next;
    }
    hfi_free(scope->bucket);
    hfi_free(scope);
}

void hfi_scope_release(hfi_scope *scope)
{
    while (scope && atomic_fetch_sub_explicit(&scope->references, 1, memory_order_acq_rel) == 1) {
        hfi_scope *parent = scope->parent;
        destroy(scope);
        scope = parent;
    }
}

static bool add_chunk(hfi_scope *scope, size_t size)
{
    size_t room = scope->chunks ? 2 * scope->chunks->size : CHUNK_FIRST;
    room = room > CHUNK_MAX ? CHUNK_MAX : room;
    room = room < size ? size : room;
    if (room > SIZE_MAX - HEADER) {
        return false;
    }
    chunk *c = hfi_alloc(HEADER + room);
    if (!c) {
        return false;
    }
    c->size = room;
    c->next = scope->chunks;
    scope->chunks = c;
    return true;
}

void *hfi_scope_alloc(hfi_scope *scope, size_t size)
{
    if (size > PTRDIFF_MAX) {
        return NULL;
    }
    size = hfi_align_up(size, _Alignof(max_align_t));
    if ((!scope->chunks || scope->chunks->size - scope->chunks->used < size) &&
        !add_chunk(scope, size)) {
        return NULL;
    }
    char *block = (char *)scope->chunks + HEADER + scope->chunks->used;
    scope->chunks->used += size;
    return block;
}

hfi_layout *hfi_scope_add_layout(hfi_scope *scope, const char *name, bool is_union)
{
    layout_node *node = hfi_scope_alloc(scope, sizeof(*node));
    if (!node) {
        return NULL;
    }
    node->next = scope->layouts;
    scope->layouts = node;
    node->layout.name = name;
    node->layout.is_union = is_union;
    return &node->layout;
}

hfi_member *hfi_scope_add_members(hfi_scope *scope, hfi_layout *layout, unsigned count)
{
    layout_node *node = HF_CONTAINER(layout, layout_node, layout);
    node->member = hfi_scope_alloc(scope, count * sizeof(*node->member));
    layout->member = node->member;
    return node->member;
}

char *hfi_scope_text(hfi_scope *scope, const char *start, size_t length)
{
    char *copy = hfi_scope_alloc(scope, length + 1);
    if (copy) {
        memcpy(copy, start, length);
    }
    return copy;
}

hfi_prototype *hfi_scope_add_signature(hfi_scope *scope)
{
    signature_node *node = hfi_alloc(sizeof(*node));
    if (!node) {
        return NULL;
    }
    node->next = scope->signatures;
    scope->signatures = node;
    return &node->prototype;
}

/* FNV-1a; tags are hashed apart from other names. */
static uint32_t hash_name(bool is_tag, const hfi_token *name)
{
    uint32_t hash = is_tag ? UINT32_C(0x811c9dc4) : UINT32_C(0x811c9dc5);
    for (uint32_t i = 0; i < name->length; i++) {
        hash = (hash ^ (unsigned char)name->start[i]) * UINT32_C(0x01000193);
    }
    return hash;
}

hfi_scope_entry *hfi_scope_find_own(const hfi_scope *scope, bool is_tag, const hfi_token *name)
{
    if (!scope || scope->bucket_count == 0) {
        return NULL;
    }
    uint32_t hash = hash_name(is_tag, name);
    hfi_scope_entry *entry = scope->bucket[hash & (scope->bucket_count - 1)];
    for (; entry; entry = entry->next) {
        if (entry->hash == hash && (entry->kind == HFI_NAME_TAG) == is_tag &&
            strlen(entry->name) == name->length &&
            memcmp(entry->name, name->start, name->length) == 0) {
            return entry;
        }
    }
    return NULL;
}

const hfi_scope_entry *hfi_scope_find(const hfi_scope *scope, bool is_tag, const hfi_token *name)
{
    const hfi_scope_entry *found = NULL;
    for (; scope && !found; scope = scope->parent) {
        found = hfi_scope_find_own(scope, is_tag, name);
    }
    return found;
}

static bool grow_buckets(hfi_scope *scope)
{
    size_t count = scope->bucket_count ? 2 * scope->bucket_count : 8;
    hfi_scope_entry **bucket = hfi_alloc_array(count, sizeof(hfi_scope_entry *));
    if (!bucket) {
        return false;
    }
    for (size_t i = 0; i < scope->bucket_count; i++) {
        for (hfi_scope_entry *entry = scope->bucket[i]; entry;) {
            hfi_scope_entry *next = entry->next;
            hfi_scope_entry **first = &bucket[entry->hash & (count - 1)];
            entry->next = *first;
            *first = entry;
            entry = next;
        }
    }
    hfi_free(scope->bucket);
    scope->bucket = bucket;
    scope->bucket_count = count;
    return true;
}

hfi_scope_entry *hfi_scope_add(hfi_scope *scope, hfi_name_kind kind, const hfi_token *name)
{
    if (scope->entry_count >= scope->bucket_count && !grow_buckets(scope)) {
        return NULL;
    }
    hfi_scope_entry *entry = hfi_scope_alloc(scope, sizeof(*entry));
    char *copy = entry ? hfi_scope_text(scope, name->start, name->length) : NULL;
    if (!copy) {
        return NULL;
    }
    entry->name = copy;
    entry->kind = kind;
    entry->hash = hash_name(kind == HFI_NAME_TAG, name);
    hfi_scope_entry **first = &scope->bucket[entry->hash & (scope->bucket_count - 1)];
    entry->next = *first;
    *first = entry;
    scope->entry_count++;
    return entry;
}

void hfi_scope_seal(hfi_scope *scope)
{
    for (layout_node *node = scope ? scope->layouts : NULL; node; node = node->next) {
        hfi_member *member = node->member;
        for (unsigned i = 0; i < node->layout.member_count; i++) {
            if (member[i].target == HFI_C_OPAQUE && member[i].layout &&
                member[i].layout->is_complete) {
                member[i].target = HFI_C_AGGREGATE;
            }
        }
    }
}

static hfi_token word_token(const char *text, size_t length)
{
    return (hfi_token){ .kind = HFI_T_NAME, .length = (uint32_t)length, .start = text };
}

const hfi_layout *hfi_scope_layout(const hfi_scope *scope, const char *name)
{
    bool is_union = strncmp(name, "union ", 6) == 0;
    bool has_word = is_union || strncmp(name, "struct ", 7) == 0;
    const char *rest = name + (is_union ? 6 : has_word ? 7 : 0);
    hfi_token word = word_token(rest, strlen(rest));
    if (!has_word) {
        const hfi_scope_entry *type = hfi_scope_find(scope, false, &word);
        if (type) {
            bool is_layout = type->kind == HFI_NAME_TYPE && type->type->depth == 0 &&
                             !type->type->is_array && !type->type->function;
            return is_layout ? type->type->layout : NULL;
        }
    }
    const hfi_scope_entry *tag = hfi_scope_find(scope, true, &word);
    const hfi_layout *layout = tag ? tag->layout : NULL;
    return layout && (!has_word || layout->is_union == is_union) ? layout : NULL;
}

bool hfi_scope_constant(const hfi_scope *scope, const char *name, int64_t *value_out)
{
    hfi_token word = word_token(name, strlen(name));
    const hfi_scope_entry *entry = hfi_scope_find(scope, false, &word);
    if (!entry || entry->kind != HFI_NAME_CONSTANT) {
        return false;
    }
    *value_out = entry->value;
    return true;
}
