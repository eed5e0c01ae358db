/* SPDX-License-Identifier: MIT */

/*
 * A census: how many objects of each type, and of each place where they were made,
 * are reachable.
 *
 * A walk counts into rows, which an index finds by type and place; the world stands
 * still for that.  Then the rows are put in order, and those that differ only in which
 * of two equal texts or types they point to become one: a census may be compared with
 * one of another runtime, or of one that is gone.
 *
 * Invariant of a finished census: its rows are sorted by order_of_rows(), no two equal.
 *
 * Threads: a census does not change once it was taken.
 */

#include "base/alloc.h"
#include "diag/text.h"
#include "heap/birth.h"
#include "heap/walk.h"

#include <holdfast/inspect.h>

#include <stdlib.h>
#include <string.h>

#define ROOM_MIN 64u

struct hf_census {
    size_t count;
    hf_census_row *row; /* with `before` all zero */
};

typedef struct hfi_counter {
    hfi_walk walk; /* first */
    size_t count, room;
    hf_census_row *row;
    uint32_t *type_id; /* of each row */
    uint32_t *index;   /* number of a row + 1, 0: empty; twice the room, linear probing */
} hfi_counter;

/* ---- counting ---- */

static size_t index_place(const hfi_counter *counter, uint32_t type_id, hf_site site)
{
    uint64_t key = (uint64_t)(uintptr_t)site.file ^ (uint64_t)(unsigned)site.line << 40 ^
                   (uint64_t)type_id << 16;
    size_t mask = counter->room * 2 - 1;
    size_t at = (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 24) & mask;
    for (; counter->index[at] != 0; at = (at + 1) & mask) {
        size_t number = counter->index[at] - 1;
        const hf_census_row *row = &counter->row[number];
        if (counter->type_id[number] == type_id && row->site.file == site.file &&
            row->site.line == site.line) {
            break;
        }
    }
    return at;
}

static bool grow(hfi_counter *counter)
{
    size_t room = counter->room ? counter->room * 2 : ROOM_MIN;
    hf_census_row *row = hfi_realloc(counter->row, room * sizeof *row);
    counter->row = row ? row : counter->row;
    uint32_t *type_id = hfi_realloc(counter->type_id, room * sizeof *type_id);
    counter->type_id = type_id ? type_id : counter->type_id;
    uint32_t *index = hfi_alloc_array(room * 2, sizeof *index);
    if (!row || !type_id || !index) {
        hfi_free(index);
        return false;
    }
    hfi_free(counter->index);
    counter->index = index;
    counter->room = room;
    for (size_t i = 0; i < counter->count; i++) {
        index[index_place(counter, type_id[i], row[i].site)] = (uint32_t)i + 1;
    }
    return true;
}

/* The row of a type and a place; NULL: no memory. */
static hf_census_row *row_of(hfi_counter *counter, uint32_t type_id, hf_site site)
{
    if (counter->count == counter->room && !grow(counter)) {
        return NULL;
    }
    size_t at = index_place(counter, type_id, site);
    if (counter->index[at] == 0) {
        counter->row[counter->count] =
            (hf_census_row){ .struct_size = (uint32_t)sizeof(hf_census_row),
                             .type = hfi_type_find(type_id)->name,
                             .site = site };
        counter->type_id[counter->count] = type_id;
        counter->index[at] = (uint32_t)++counter->count;
    }
    return &counter->row[counter->index[at] - 1];
}

static void count_object(hfi_looker *self, hf_slot *slot)
{
    hfi_counter *counter = (hfi_counter *)(void *)self;
    uintptr_t object = slot->word_;
    if (!hfi_walk_add(&counter->walk, object)) {
        return;
    }
    hfi_heap *heap = counter->walk.tracer.heap;
    hfi_birth birth = { .site = { NULL, 0 } };
    (void)hfi_heap_birth(heap, object, &birth);
    hf_census_row *row = row_of(counter, hfi_object_type_id(object), birth.site);
    if (!row) {
        counter->walk.status = HF_E_NOMEM;
        return;
    }
    row->objects_after++;
    row->bytes_after += hfi_object_size(heap, object);
}

/* ---- order ---- */

static int order_of_texts(const char *a, const char *b)
{
    if (a == b || !a || !b) {
        return (a != NULL) - (b != NULL);
    }
    return strcmp(a, b);
}

static int order_of_rows(const void *left, const void *right)
{
    const hf_census_row *a = left, *b = right;
    int order = order_of_texts(a->type, b->type);
    if (order == 0) {
        order = order_of_texts(a->site.file, b->site.file);
    }
    return order ? order : (a->site.line > b->site.line) - (a->site.line < b->site.line);
}

static int order_of_growth(uint64_t before_a, uint64_t after_a, uint64_t before_b, uint64_t after_b)
{
    int64_t a = (int64_t)(after_a - before_a), b = (int64_t)(after_b - before_b);
    return (a < b) - (a > b);
}

/* What grew most is first. */
static int order_of_changes(const void *left, const void *right)
{
    const hf_census_row *a = left, *b = right;
    int order = order_of_growth(a->bytes_before, a->bytes_after, b->bytes_before, b->bytes_after);
    if (order == 0) {
        order = order_of_growth(a->objects_before, a->objects_after, b->objects_before,
                                b->objects_after);
    }
    return order ? order : order_of_rows(left, right);
}

static void merge_equal(hf_census *census)
{
    size_t kept = 0;
    for (size_t i = 0; i < census->count; i++) {
        hf_census_row *last = &census->row[kept - (kept != 0)];
        if (kept != 0 && order_of_rows(last, &census->row[i]) == 0) {
            last->objects_after += census->row[i].objects_after;
            last->bytes_after += census->row[i].bytes_after;
        } else {
            census->row[kept++] = census->row[i];
        }
    }
    census->count = kept;
}

/* ---- taking ---- */

static void count_all(hf_thread *thread, hfi_counter *counter)
{
    hfi_walk_begin(&counter->walk, thread->parts->heap, count_object, false);
    hfi_walk_stop(&counter->walk, thread);
    hfi_walk_roots(&counter->walk);
    hfi_walk_pins(&counter->walk);
    hfi_walk_follow(&counter->walk);
    hfi_walk_resume(&counter->walk, thread);
    hfi_walk_finish(&counter->walk);
    hfi_free(counter->type_id);
    hfi_free(counter->index);
}

hf_status hf_census_take(hf_thread *thread, hf_census **census_out)
{
    if (!census_out) {
        return HF_E_NULL;
    }
    *census_out = NULL;
    HFI_ENTRY(thread);
    hfp_native_error error = hfp_native_error_save();
    hf_census *census = hfi_alloc(sizeof *census);
    hfi_counter counter = { .count = 0 };
    if (census) {
        count_all(thread, &counter);
    }
    hf_status status = census ? counter.walk.status : HF_E_NOMEM;
    if (status == HF_OK) {
        *census = (hf_census){ counter.count, counter.row };
        if (census->count != 0) {
            qsort(census->row, census->count, sizeof *census->row, order_of_rows);
        }
        merge_equal(census);
        *census_out = census;
    } else {
        hfi_free(counter.row);
        hfi_free(census);
    }
    hfp_native_error_restore(error);
    return status;
}

void hf_census_destroy(hf_census *census)
{
    if (census) {
        hfi_free(census->row);
        hfi_free(census);
    }
}

/* ---- comparing ---- */

/* The next row of the two, in their order; false: there is none. */
static bool next_row(const hf_census *before, const hf_census *after, size_t at[2],
                     hf_census_row *row_out)
{
    const hf_census_row *old = at[0] < before->count ? &before->row[at[0]] : NULL;
    const hf_census_row *new = at[1] < after->count ? &after->row[at[1]] : NULL;
    if (!old && !new) {
        return false;
    }
    int order = !old ? 1 : !new ? -1 : order_of_rows(old, new);
    *row_out = order < 0 ? *old : *new;
    row_out->objects_before = order <= 0 ? old->objects_after : 0;
    row_out->bytes_before = order <= 0 ? old->bytes_after : 0;
    row_out->objects_after = order >= 0 ? new->objects_after : 0;
    row_out->bytes_after = order >= 0 ? new->bytes_after : 0;
    at[0] += order <= 0;
    at[1] += order >= 0;
    return true;
}

static bool has_changed(const hf_census_row *row)
{
    return row->objects_before != row->objects_after || row->bytes_before != row->bytes_after;
}

/* The rows that differ, in order; `room` is for all. */
static size_t fill_changes(const hf_census *before, const hf_census *after, hf_census_row *row)
{
    size_t at[2] = { 0, 0 }, count = 0;
    while (next_row(before, after, at, &row[count])) {
        count += has_changed(&row[count]);
    }
    qsort(row, count, sizeof *row, order_of_changes);
    return count;
}

hf_status hf_census_compare(const hf_census *before, const hf_census *after, hf_census_fn visit,
                            void *user)
{
    static const hf_census nothing = { 0, NULL };
    if (!after || !visit) {
        return HF_E_NULL;
    }
    before = before ? before : &nothing;
    hfp_native_error error = hfp_native_error_save();
    hf_census_row *row = hfi_alloc_array(before->count + after->count + 1, sizeof *row);
    size_t count = row ? fill_changes(before, after, row) : 0;
    hfp_native_error_restore(error);
    for (size_t i = 0; i < count && visit(&row[i], user); i++) {
    }
    hfi_free(row);
    return row ? HF_OK : HF_E_NOMEM;
}

/* ---- as text ---- */

typedef struct census_text {
    hfi_text text;
    bool is_difference;
} census_text;

static void tell_change(hfi_text *text, uint64_t before, uint64_t after, const char *what)
{
    bool grew = after >= before;
    hfi_text_format(text, "%llu -> %llu %s (%c%llu)", (unsigned long long)before,
                    (unsigned long long)after, what, grew ? '+' : '-',
                    (unsigned long long)(grew ? after - before : before - after));
}

static bool tell_row(const hf_census_row *row, void *user)
{
    census_text *out = user;
    hfi_text *text = &out->text;
    hfi_text_add_line(text, row->type);
    hfi_text_add(text, ": ");
    if (out->is_difference) {
        tell_change(text, row->objects_before, row->objects_after, "objects");
        hfi_text_add(text, ", ");
        tell_change(text, row->bytes_before, row->bytes_after, "bytes");
    } else {
        hfi_text_format(text, "%llu objects, %llu bytes", (unsigned long long)row->objects_after,
                        (unsigned long long)row->bytes_after);
    }
    if (row->site.file) {
        hfi_text_format(text, ", made at %s:%d", row->site.file, row->site.line);
    }
    hfi_text_add(text, "\n");
    return true;
}

hf_status hf_census_text(const hf_census *before, const hf_census *after, char *text, size_t size,
                         size_t *length_out)
{
    census_text out = { .text = hfi_text_begin(text, size), .is_difference = before != NULL };
    hf_status status = hf_census_compare(before, after, tell_row, &out);
    size_t length = hfi_text_end(&out.text);
    if (length_out) {
        *length_out = length;
    }
    return status;
}
