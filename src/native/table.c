/* SPDX-License-Identifier: MIT */

/*
 * Rows by name.
 *
 * A runtime's table is made when a name is first asked for, with all rows that come
 * with the library.  Who adds rows makes a larger table of the same cells and puts it
 * in place of the one that it began with, or begins again if another one was
 * faster.  Old tables are kept: somebody may be looking into one, and there are as many
 * as a program has calls of hf_native_add().
 *
 * So there is no lock here, none that a fork would have to take, and a look is one
 * load, a hash and a comparison or two.
 *
 * Threads: any.  A table and a set are constant once they can be seen; cells get
 * their functions by compare-and-exchange.
 */

#include "native/inside.h"

#include "base/alloc.h"
#include "base/given.h"
#include "thread/thread.h"
#include "diag/report.h"

#include <string.h>

static const char add_name[] = "hf_native_add";

/* ---- the rows that come with the library ---- */

const hf_native_row *hfi_native_part(size_t part)
{
    return hfp_catalogue[part];
}

static size_t count_part(const hf_native_row *rows)
{
    size_t count = 0;
    while (rows[count].name) {
        count++;
    }
    return count;
}

size_t hf_native_count(void)
{
    size_t count = 0;
    for (size_t part = 0; hfi_native_part(part); part++) {
        count += count_part(hfi_native_part(part));
    }
    return count;
}

static const hf_native_row *row_at(size_t index)
{
    for (size_t part = 0; hfi_native_part(part); part++) {
        size_t count = count_part(hfi_native_part(part));
        if (index < count) {
            return &hfi_native_part(part)[index];
        }
        index -= count;
    }
    return NULL;
}

hf_status hf_native_at(size_t index, hf_native_info *info_out)
{
    if (!info_out) {
        return HF_E_NULL;
    }
    uint32_t size = info_out->struct_size;
    if (size < sizeof *info_out) {
        return HF_E_OPTIONS;
    }
    const hf_native_row *row = row_at(index);
    hf_native_info info = HF_NATIVE_INFO_INIT;
    if (row) {
        info.evidence = row->evidence;
        info.name = row->name;
        info.library = row->library;
        info.prototype = row->prototype;
        info.source = row->source;
    }
    info.struct_size = size; /* a later caller's has more, which stays as it is */
    *info_out = info;
    return row ? HF_OK : HF_E_RANGE;
}

/* ---- cells ---- */

/* FNV-1a: names are short, and all different in their last characters. */
static uint32_t hash_of(const char *name)
{
    uint32_t hash = 2166136261u;
    for (const unsigned char *at = (const unsigned char *)name; *at; at++) {
        hash = (hash ^ *at) * 16777619u;
    }
    return hash;
}

static hfi_native_cell *find(const hfi_native_table *table, const char *name, uint32_t hash)
{
    for (uint32_t at = hash & table->mask; table->slot[at]; at = (at + 1) & table->mask) {
        hfi_native_cell *cell = table->slot[at];
        if (cell->hash == hash && strcmp(cell->row->name, name) == 0) {
            return cell;
        }
    }
    return NULL;
}

hfi_native_cell *hfi_native_table_find(const hfi_native_table *table, const char *name)
{
    return find(table, name, hash_of(name));
}

static void put(hfi_native_table *table, hfi_native_cell *cell)
{
    uint32_t at = cell->hash & table->mask;
    while (table->slot[at]) {
        at = (at + 1) & table->mask;
    }
    table->slot[at] = cell;
    table->count++;
}

/* ---- making a table ---- */

static void set_cell(hfi_native_set *set, const hf_native_row *row)
{
    hfi_native_cell *cell = &set->cell[set->count++];
    cell->row = row;
    cell->set = set;
    cell->hash = hash_of(row->name);
}

static hfi_native_set *make_set(size_t count)
{
    if (count > (SIZE_MAX - sizeof(hfi_native_set)) / sizeof(hfi_native_cell)) {
        return NULL;
    }
    return hfi_alloc(sizeof(hfi_native_set) + count * sizeof(hfi_native_cell));
}

/* An empty one with room for `count`, and the cells of `older`, which may be NULL. */
static hfi_native_table *make_table(hfi_native_table *older, size_t count)
{
    size_t slots = 64;
    while (slots < 2 * count && slots <= UINT32_MAX / 4) {
        slots *= 2;
    }
    if (slots < 2 * count || slots > SIZE_MAX / 2 / sizeof(void *)) {
        return NULL;
    }
    hfi_native_table *table =
        hfi_alloc(sizeof(hfi_native_table) + slots * sizeof(hfi_native_cell *));
    if (!table) {
        return NULL;
    }
    table->mask = (uint32_t)(slots - 1);
    table->older = older;
    for (size_t i = 0; older && i <= older->mask; i++) {
        if (older->slot[i]) {
            put(table, older->slot[i]);
        }
    }
    return table;
}

/* Puts it in the place of the one that it was made from; false: another one is there by now. */
static bool publish(hfi_natives *natives, hfi_native_table *table)
{
    hfi_native_table *older = table->older;
    /* Release: whoever finds it finds it whole. */
    return atomic_compare_exchange_strong_explicit(&natives->table, &older, table,
                                                   memory_order_acq_rel, memory_order_acquire);
}

static hfi_native_set *make_first_set(void)
{
    hfi_native_set *set = make_set(hf_native_count());
    if (!set) {
        return NULL;
    }
    set->types = hfp_catalogue_types;
    while (set->types[set->type_count].name) {
        set->type_count++;
    }
    for (size_t part = 0; hfi_native_part(part); part++) {
        for (const hf_native_row *row = hfi_native_part(part); row->name; row++) {
            set_cell(set, row);
        }
    }
    return set;
}

static hf_status make_first(hfi_natives *natives)
{
    hfi_native_set *set = make_first_set();
    hfi_native_table *table = set ? make_table(NULL, set->count) : NULL;
    if (!table) {
        hfi_free(set);
        return HF_E_NOMEM;
    }
    table->newest = set;
    for (size_t i = 0; i < set->count; i++) {
        put(table, &set->cell[i]);
    }
    if (!publish(natives, table)) { /* another thread's is as good */
        hfi_free(table);
        hfi_free(set);
    }
    return HF_OK;
}

hf_status hfi_native_table_get(hfi_natives *natives, hfi_native_table **table_out)
{
    /* pairs with the release in publish() */
    *table_out = atomic_load_explicit(&natives->table, memory_order_acquire);
    if (HF_LIKELY(*table_out)) {
        return HF_OK;
    }
    hf_status status = make_first(natives);
    *table_out = atomic_load_explicit(&natives->table, memory_order_acquire);
    return status;
}

/* ---- rows of the program's own ---- */

static hf_status refuse(hfi_parts *parts, hf_status status, const char *argument,
                        const char *message, const char *remedy)
{
    return hfi_misuse(parts->reporter, status, add_name, argument, (hf_site){ NULL, 0 }, remedy,
                      "%s", message);
}

static hf_status check_rows(hfi_parts *parts, const hf_native_row *rows, size_t count,
                            const hf_native_add_options *options)
{
    if (!rows && count != 0) {
        return refuse(parts, HF_E_NULL, "rows", "the rows are NULL", "give the array");
    }
    if (options->type_count != 0 && !options->types) {
        return refuse(parts, HF_E_NULL, "options->types", "type_count has no types",
                      "give the array, or a count of 0");
    }
    for (size_t i = 0; i < count; i++) {
        if (!rows[i].name || !rows[i].library || !rows[i].prototype) {
            return hfi_misuse(parts->reporter, HF_E_NULL, add_name, "rows", (hf_site){ NULL, 0 },
                              "give each row a name, a library and a prototype",
                              "row %zu has no %s", i,
                              !rows[i].name      ? "name"
                              : !rows[i].library ? "library"
                                                 : "prototype");
        }
    }
    return HF_OK;
}

/* The name that is there twice; NULL: all were put in. */
static const char *put_new(hfi_native_table *table, hfi_native_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        if (find(table, set->cell[i].row->name, set->cell[i].hash)) {
            return set->cell[i].row->name;
        }
        put(table, &set->cell[i]);
    }
    return NULL;
}

static hf_status report_twice(hfi_parts *parts, const char *name)
{
    return hfi_misuse(parts->reporter, HF_E_ALREADY_SET, add_name, "rows", (hf_site){ NULL, 0 },
                      "give the row another name, or a reading of its own: \"name:reading\"",
                      "there is a row of the name \"%s\" already", name);
}

/* Against the table that is there now, until it is the one that it was made from. */
static hf_status add_set(hfi_natives *natives, hfi_native_set *set)
{
    for (;;) { /* another turn means that another thread has added rows */
        hfi_native_table *older;
        hf_status status = hfi_native_table_get(natives, &older);
        if (status != HF_OK) {
            return status;
        }
        hfi_native_table *table = make_table(older, older->count + set->count);
        if (!table) {
            return HF_E_NOMEM;
        }
        const char *twice = put_new(table, set);
        if (twice) {
            hfi_free(table);
            return report_twice(natives->parts, twice);
        }
        set->older = older->newest;
        table->newest = set;
        if (publish(natives, table)) {
            return HF_OK;
        }
        hfi_free(table);
    }
}

hf_status hf_native_add(hf_thread *thread, const hf_native_row *rows, size_t row_count,
                        const hf_native_add_options *options)
{
    HFI_ENTRY(thread);
    hfi_parts *parts = thread->parts;
    hf_native_add_options all = HF_NATIVE_ADD_OPTIONS_INIT;
    if (!hfi_given_read(options, &all, sizeof all) || all.search > HF_SEARCH_ANY) {
        return refuse(parts, HF_E_OPTIONS, "options",
                      "the options have a size or a field that this version does not know",
                      "begin with HF_NATIVE_ADD_OPTIONS_INIT");
    }
    if (atomic_load_explicit(&parts->is_stopping, memory_order_relaxed) && !thread->is_runner) {
        return HF_E_SHUTDOWN;
    }
    hf_status status = check_rows(parts, rows, row_count, &all);
    if (status != HF_OK || row_count == 0) {
        return status;
    }
    hfi_native_set *set = make_set(row_count);
    if (!set) {
        return HF_E_NOMEM;
    }
    set->types = all.types;
    set->type_count = all.type_count;
    set->search = all.search;
    for (size_t i = 0; i < row_count; i++) {
        set_cell(set, &rows[i]);
    }
    status = add_set(parts->natives, set);
    if (status != HF_OK) {
        hfi_free(set);
    }
    return status;
}
