/* SPDX-License-Identifier: MIT */

/*
 * Ephemeron tables.
 *
 * A table is a managed object of one word, which leads to its native half.  An entry
 * hangs on the record of its key and on its table, and is neither's root: its value
 * lives while both do (weak/death.c).  So a value may refer to its key, to its table and to
 * the table's owner, and keeps none of them.
 *
 * All that a collection does with an entry is to take it out of two lists; the memory that
 * marking needs, a link in each record, is there since the entry was made.
 *
 * Looking a key up goes through the entries of the key, of which there are as many as
 * tables that have it.
 *
 * Threads: managed ones, under weaks->lock, which is held across no safepoint.
 */

#include "diag/report.h"
#include "heap/birth.h"
#include "weak/inside.h"

#include <string.h>

/* ---- lists ---- */

static void link_entry(hfi_entry *entry, hfi_known *key, hfi_ephemerons *table)
{
    entry->key = key;
    entry->table = table;
    entry->link_of_key = &key->entries;
    entry->next_of_key = key->entries;
    if (key->entries) {
        key->entries->link_of_key = &entry->next_of_key;
    }
    key->entries = entry;
    entry->link_of_table = &table->entries;
    entry->next_of_table = table->entries;
    if (table->entries) {
        table->entries->link_of_table = &entry->next_of_table;
    }
    table->entries = entry;
    table->count++;
}

void hfi_entry_drop(hfi_weaks *weaks, hfi_entry *entry)
{
    *entry->link_of_key = entry->next_of_key;
    if (entry->next_of_key) {
        entry->next_of_key->link_of_key = entry->link_of_key;
    }
    *entry->link_of_table = entry->next_of_table;
    if (entry->next_of_table) {
        entry->next_of_table->link_of_table = entry->link_of_table;
    }
    entry->table->count--;
    hfi_pool_give(&weaks->entries, entry);
}

void hfi_ephemerons_end(hfi_weaks *weaks, hfi_ephemerons *table)
{
    while (table->entries) {
        hfi_entry_drop(weaks, table->entries);
    }
    table->self->table = NULL;
    hfi_pool_give(&weaks->tables, table);
}

/* ---- the table in a slot ---- */

static hfi_ephemerons *native_half(uintptr_t object)
{
    hfi_ephemerons *table;
    memcpy(&table, hfi_payload_8(object), sizeof(hfi_ephemerons *));
    return table;
}

static void set_native_half(uintptr_t object, hfi_ephemerons *table)
{
    memcpy(hfi_payload_8(object), &table, sizeof(hfi_ephemerons *));
}

static hf_status find_object(hf_thread *thread, const hf_slot *slot, const char *function,
                             uintptr_t *object_out)
{
    hf_status status = hfi_slot_object(thread, slot, function, "table", object_out);
    if (status != HF_OK || hfi_object_type_id(*object_out) == HFI_TYPE_EPHEMERONS) {
        return status;
    }
    char what[96];
    hfi_object_describe(*object_out, what, sizeof what);
    return hfi_misuse(thread->parts->reporter, HF_E_TYPE, function, "table", HF_SITE,
                      "give what hf_ephemerons_create() made", "the object is no table: %s", what);
}

static hf_status report_ended(hf_thread *thread, const char *function)
{
    return hfi_misuse(thread->parts->reporter, HF_E_CLOSED, function, "table", HF_SITE,
                      "destroy a table when nobody uses it any more, or leave it to the collector",
                      "the table was destroyed before");
}

/* The entry of a key in a table.  lock */
static hfi_entry *find_entry(hfi_weaks *weaks, const hfi_ephemerons *table, uintptr_t key)
{
    const hfi_known *known = hfi_known_find(weaks, key);
    hfi_entry *entry = known ? known->entries : NULL;
    while (entry && entry->table != table) {
        entry = entry->next_of_key;
    }
    return entry;
}

/* ---- public ---- */

/* lock */
static hf_status attach_native_half(hfi_weaks *weaks, uintptr_t object)
{
    hfi_known *known = hfi_known_make(weaks, object);
    hfi_ephemerons *table = known ? hfi_pool_take(&weaks->tables) : NULL;
    if (!table) {
        return HF_E_NOMEM;
    }
    table->self = known;
    known->table = table;
    set_native_half(object, table);
    hfi_known_set_key(weaks, known, true);
    return HF_OK;
}

hf_status hf_ephemerons_create_at(hf_thread *thread, hf_ref out, hf_site site)
{
    HFI_ENTRY_AS(thread, "hf_ephemerons_create");
    if (!out) {
        return HF_E_SLOTS;
    }
    hfi_request request = {
        .type = hfi_type_find(HFI_TYPE_EPHEMERONS),
        .payload = sizeof(uint64_t),
        .site = site,
    };
    uintptr_t object;
    hf_status status = hfi_heap_allocate(thread, &request, &object);
    if (status != HF_OK) {
        return status;
    }
    hfi_weaks *weaks = thread->parts->weaks;
    hfp_native_error saved = hfp_native_error_save();
    hfp_mutex_lock(&weaks->lock);
    status = attach_native_half(weaks, object);
    hfp_mutex_unlock(&weaks->lock);
    hfp_native_error_restore(saved);
    if (status == HF_OK) {
        out->word_ = object;
    }
    return status;
}

hf_status hf_ephemerons_destroy(hf_thread *thread, hf_ref table)
{
    HFI_ENTRY(thread);
    uintptr_t object;
    hf_status status = find_object(thread, table, __func__, &object);
    if (status != HF_OK) {
        return status;
    }
    hfi_weaks *weaks = thread->parts->weaks;
    hfp_mutex_lock(&weaks->lock);
    hfi_ephemerons *native = native_half(object);
    if (native) {
        set_native_half(object, NULL);
        hfi_ephemerons_end(weaks, native);
    }
    hfp_mutex_unlock(&weaks->lock);
    return native ? HF_OK : report_ended(thread, __func__);
}

/* lock */
static hf_status set_entry(hfi_weaks *weaks, hfi_ephemerons *table, uintptr_t key, uintptr_t value)
{
    hfi_entry *entry = find_entry(weaks, table, key);
    if (!entry) {
        hfi_known *known = hfi_known_make(weaks, key);
        entry = known ? hfi_pool_take(&weaks->entries) : NULL;
        if (!entry) {
            return HF_E_NOMEM;
        }
        link_entry(entry, known, table);
        hfi_known_set_key(weaks, known, true);
    }
    entry->value.word_ = value;
    return HF_OK;
}

hf_status hf_ephemeron_set(hf_thread *thread, hf_ref table, const hf_slot *key,
                           const hf_slot *value)
{
    HFI_ENTRY(thread);
    uintptr_t table_object, key_object, value_object;
    hf_status status = find_object(thread, table, __func__, &table_object);
    if (status == HF_OK) {
        status = hfi_slot_object(thread, key, __func__, "key", &key_object);
    }
    if (status == HF_OK) {
        status = hfi_slot_value(thread, value, __func__, &value_object);
    }
    if (status != HF_OK) {
        return status;
    }
    hfi_weaks *weaks = thread->parts->weaks;
    hfp_native_error saved = hfp_native_error_save();
    hfp_mutex_lock(&weaks->lock);
    hfi_ephemerons *native = native_half(table_object);
    if (native) {
        status = set_entry(weaks, native, key_object, value_object);
    }
    hfp_mutex_unlock(&weaks->lock);
    hfp_native_error_restore(saved);
    return native ? status : report_ended(thread, __func__);
}

/* Looks a key up, and takes its entry out if `remove`. */
static hf_status look_up(hf_thread *thread, const hf_slot *table, const hf_slot *key,
                         const char *function, bool remove, uintptr_t *value_out)
{
    uintptr_t table_object, key_object;
    hf_status status = find_object(thread, table, function, &table_object);
    if (status == HF_OK) {
        status = hfi_slot_object(thread, key, function, "key", &key_object);
    }
    if (status != HF_OK) {
        return status;
    }
    hfi_weaks *weaks = thread->parts->weaks;
    hfp_mutex_lock(&weaks->lock);
    hfi_ephemerons *native = native_half(table_object);
    hfi_entry *entry = native ? find_entry(weaks, native, key_object) : NULL;
    *value_out = entry ? entry->value.word_ : 0;
    if (entry && remove) {
        hfi_entry_drop(weaks, entry);
    }
    hfp_mutex_unlock(&weaks->lock);
    if (!native) {
        return report_ended(thread, function);
    }
    return entry ? HF_OK : HF_E_NOT_FOUND;
}

hf_status hf_ephemeron_get(hf_thread *thread, const hf_slot *table, const hf_slot *key, hf_ref out)
{
    HFI_ENTRY(thread);
    if (!out) {
        return HF_E_SLOTS;
    }
    uintptr_t value;
    hf_status status = look_up(thread, table, key, __func__, false, &value);
    if (status == HF_OK || status == HF_E_NOT_FOUND) {
        out->word_ = value;
    }
    return status;
}

hf_status hf_ephemeron_remove(hf_thread *thread, hf_ref table, const hf_slot *key)
{
    HFI_ENTRY(thread);
    uintptr_t value;
    return look_up(thread, table, key, __func__, true, &value);
}

hf_status hf_ephemeron_count(hf_thread *thread, const hf_slot *table, size_t *count_out)
{
    HFI_ENTRY(thread);
    if (!count_out) {
        return HF_E_NULL;
    }
    *count_out = 0;
    uintptr_t object;
    hf_status status = find_object(thread, table, __func__, &object);
    if (status != HF_OK) {
        return status;
    }
    hfi_weaks *weaks = thread->parts->weaks;
    hfp_mutex_lock(&weaks->lock);
    const hfi_ephemerons *native = native_half(object);
    *count_out = native ? native->count : 0;
    hfp_mutex_unlock(&weaks->lock);
    return native ? HF_OK : report_ended(thread, __func__);
}
