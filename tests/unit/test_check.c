/* SPDX-License-Identifier: MIT */

/*
 * The rules of what native code may reach, as a table: each row at all three levels.  What is
 * allowed passes at every one; what is not is refused from the level on that the row says.
 */

#include "managed.h"

#include "check/check.h"

#include <stddef.h>
#include <string.h>

/* ---- the layouts: what a grammar would have made of these structs ---- */

typedef struct vec {
    void *base;
    size_t length;
} vec;

typedef struct header {
    uint32_t kind;
    vec part[2];
    uintptr_t number;
} header;

typedef union either {
    uint64_t number;
    void *pointer;
} either;

typedef struct flexible {
    size_t count;
    void *item[];
} flexible;

#define MEMBER(record, name, ctype, of, elements)                                                  \
    {                                                                                              \
#name, (ctype), (of), HFI_C_VOID, false, false, offsetof(record, name),                    \
            sizeof(((record *)0)->name) / ((elements) ? (elements) : 1), (elements)                \
    }

static const hfi_member vec_members[] = { MEMBER(vec, base, HFI_C_POINTER, NULL, 1),
                                          MEMBER(vec, length, HFI_C_U64, NULL, 1) };
static const hfi_layout vec_layout = { "struct vec",  false, true, true,       sizeof(vec),
                                       _Alignof(vec), NULL,  2,    vec_members };
static const hfi_member header_members[] = { MEMBER(header, kind, HFI_C_U32, NULL, 1),
                                             MEMBER(header, part, HFI_C_AGGREGATE, &vec_layout, 2),
                                             MEMBER(header, number, HFI_C_U64, NULL, 1) };
static const hfi_layout header_layout = {
    "struct header", false, true, true, sizeof(header), _Alignof(header), NULL, 3, header_members
};
static const hfi_member either_members[] = { MEMBER(either, number, HFI_C_U64, NULL, 1),
                                             MEMBER(either, pointer, HFI_C_POINTER, NULL, 1) };
static const hfi_layout either_layout = {
    "union either", true, true, true, sizeof(either), _Alignof(either), NULL, 2, either_members
};
static const hfi_member flexible_members[] = {
    MEMBER(flexible, count, HFI_C_U64, NULL, 1),
    { "item", HFI_C_POINTER, NULL, HFI_C_VOID, false, false, offsetof(flexible, item),
      sizeof(void *), 0 },
};
static const hfi_layout flexible_layout = {
    "struct flexible", false, true, true, sizeof(flexible), _Alignof(flexible), NULL, 2,
    flexible_members
};

/* ---- the fixture: one object of each state of being held ---- */

typedef struct node {
    hf_slot next;
    hf_slot other;
    void *raw;
    uintptr_t word;
} node;

enum { NEXT, OTHER, RAW, WORD, FIELDS };

static const hf_field node_fields[] = {
    [NEXT] = { "next", HF_FIELD_REF, offsetof(node, next), sizeof(hf_slot) },
    [OTHER] = { "other", HF_FIELD_REF, offsetof(node, other), sizeof(hf_slot) },
    [RAW] = { "raw", HF_FIELD_POINTER, offsetof(node, raw), sizeof(void *) },
    [WORD] = { "word", HF_FIELD_WORD, offsetof(node, word), sizeof(uintptr_t) },
};
static const hf_type_descriptor node_type = { sizeof(hf_type_descriptor), "node", sizeof(node),
                                              node_fields, FIELDS };

/* Whose address is stored. */
enum whose {
    NOBODY,     /* null */
    NATIVE,     /* native memory */
    FENCED,     /* a buffer with a fence around it */
    OWNED,      /* one with an owning pin */
    IMMOVABLE,  /* one that never moves */
    FENCED_END, /* right behind the fenced one */
    LOOSE,      /* a live buffer that nothing pins */
    LOOSE_MID,  /* the middle of it */
    LOOSE_BIG,  /* a large one */
    RECORD,     /* a record that nothing pins */
    GONE        /* the heap's range, where nothing was ever made */
};

enum where {
    BARE,        /* an array of four pointers, the third */
    VEC,         /* one struct, its pointer */
    VEC_NUMBER,  /* one struct, its integer */
    VECS,        /* an array of three structs, the last one's pointer */
    VECS_NUMBER, /* ... its integer */
    NESTED,      /* a struct in an array in a struct */
    NESTED_NUMBER,
    UNION,
    FLEXIBLE, /* the last of an array at the end of a struct */
    TAIL,     /* behind the last whole element: no element */
    OPAQUE,   /* memory whose layout is not known */
    FIELD_REF,
    FIELD_OTHER, /* a field that is not the lent one */
    FIELD_RAW,
    FIELD_WORD,
    WHOLE_REF,
    WHOLE_RAW,
    WHOLE_WORD,
    ELEMENT, /* of an array of references */
    RESULT   /* of a callback */
};

struct row {
    enum where where;
    enum whose whose;
    unsigned refused_from; /* the level; 3: allowed at every one */
    const char *path;
};

#define ALLOWED 3u

static const struct row rows[] = {
    { BARE, NOBODY, ALLOWED, NULL },
    { BARE, NATIVE, ALLOWED, NULL },
    { BARE, FENCED, ALLOWED, NULL },
    { BARE, OWNED, ALLOWED, NULL },
    { BARE, IMMOVABLE, ALLOWED, NULL },
    { BARE, FENCED_END, ALLOWED, NULL },
    { BARE, LOOSE, 1, "[2]" },
    { BARE, LOOSE_MID, 1, "[2]" },
    { BARE, LOOSE_BIG, 1, "[2]" },
    { BARE, RECORD, 1, "[2]" },
    { BARE, GONE, 2, "[2]" },
    { VEC, NOBODY, ALLOWED, NULL },
    { VEC, NATIVE, ALLOWED, NULL },
    { VEC, FENCED, ALLOWED, NULL },
    { VEC, OWNED, ALLOWED, NULL },
    { VEC, IMMOVABLE, ALLOWED, NULL },
    { VEC, FENCED_END, ALLOWED, NULL },
    { VEC, LOOSE, 1, "->base" },
    { VEC, LOOSE_MID, 1, "->base" },
    { VEC, LOOSE_BIG, 1, "->base" },
    { VEC, GONE, 2, "->base" },
    { VEC_NUMBER, LOOSE, ALLOWED, NULL },
    { VEC_NUMBER, GONE, ALLOWED, NULL },
    { VECS, NATIVE, ALLOWED, NULL },
    { VECS, FENCED, ALLOWED, NULL },
    { VECS, LOOSE, 1, "[2].base" },
    { VECS, LOOSE_BIG, 1, "[2].base" },
    { VECS, RECORD, 1, "[2].base" },
    { VECS_NUMBER, LOOSE, ALLOWED, NULL },
    { NESTED, FENCED, ALLOWED, NULL },
    { NESTED, OWNED, ALLOWED, NULL },
    { NESTED, LOOSE, 1, "->part[1].base" },
    { NESTED, LOOSE_MID, 1, "->part[1].base" },
    { NESTED, GONE, 2, "->part[1].base" },
    { NESTED_NUMBER, LOOSE, ALLOWED, NULL },
    { UNION, NOBODY, ALLOWED, NULL },
    { UNION, FENCED, ALLOWED, NULL },
    { UNION, LOOSE, 1, "->pointer" },
    { UNION, LOOSE_MID, 1, "->pointer" },
    { UNION, GONE, ALLOWED, NULL }, /* an integer by chance */
    { FLEXIBLE, NATIVE, ALLOWED, NULL },
    { FLEXIBLE, OWNED, ALLOWED, NULL },
    { FLEXIBLE, LOOSE, 1, "->item[4]" },
    { TAIL, LOOSE, ALLOWED, NULL },
    { OPAQUE, LOOSE, ALLOWED, NULL },
    { FIELD_REF, NOBODY, ALLOWED, NULL },
    { FIELD_REF, FENCED, ALLOWED, NULL },
    { FIELD_REF, OWNED, ALLOWED, NULL },
    { FIELD_REF, IMMOVABLE, ALLOWED, NULL },
    { FIELD_REF, LOOSE, 1, "->next" },
    { FIELD_REF, RECORD, 1, "->next" },
    { FIELD_OTHER, LOOSE, ALLOWED, NULL },
    { FIELD_RAW, NATIVE, ALLOWED, NULL },
    { FIELD_RAW, FENCED, ALLOWED, NULL },
    { FIELD_RAW, LOOSE, 1, "->raw" },
    { FIELD_WORD, LOOSE, ALLOWED, NULL },
    { WHOLE_REF, NOBODY, ALLOWED, NULL },
    { WHOLE_REF, OWNED, ALLOWED, NULL },
    { WHOLE_REF, LOOSE, 1, "->next" },
    { WHOLE_RAW, FENCED, ALLOWED, NULL },
    { WHOLE_RAW, LOOSE_MID, 1, "->raw" },
    { WHOLE_WORD, LOOSE, ALLOWED, NULL },
    { ELEMENT, NOBODY, ALLOWED, NULL },
    { ELEMENT, FENCED, ALLOWED, NULL },
    { ELEMENT, LOOSE, 1, "[2]" },
    { ELEMENT, RECORD, 1, "[2]" },
    { RESULT, NOBODY, ALLOWED, NULL },
    { RESULT, NATIVE, ALLOWED, NULL },
    { RESULT, OWNED, ALLOWED, NULL },
    { RESULT, LOOSE, 1, "" },
};

typedef struct fixture {
    managed m;
    hf_frame frame;
    hf_ref fenced, owned, immovable, loose, big, record, lent_record, lent_array;
    hf_fence fence, record_fence;
    hf_pin *pin;
    char native[64];
} fixture;

static void begin(fixture *f, hf_pointer_checks level)
{
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.pointer_checks = (uint32_t)level;
    managed_begin(&f->m, &options);
    hf_thread *thread = f->m.thread;
    assert_int_equal(hf_frame_begin(thread, &f->frame, HF_SITE), HF_OK);
    hf_ref *slot[] = { &f->fenced, &f->owned,  &f->immovable,   &f->loose,
                       &f->big,    &f->record, &f->lent_record, &f->lent_array };
    for (size_t i = 0; i < sizeof(slot) / sizeof(slot[0]); i++) {
        *slot[i] = hf_local(thread);
    }
    hf_type *type;
    hf_bytes_options still = HF_BYTES_OPTIONS_INIT;
    still.flags = HF_BYTES_IMMOVABLE;
    assert_int_equal(hf_type_register(f->m.runtime, &node_type, &type), HF_OK);
    assert_int_equal(hf_bytes_create(thread, 64, f->fenced), HF_OK);
    assert_int_equal(hf_bytes_create(thread, 64, f->loose),
                     HF_OK); /* right behind the fenced one */
    assert_int_equal(hf_bytes_create(thread, 64, f->owned), HF_OK);
    assert_int_equal(hf_bytes_create_with(thread, 64, &still, f->immovable), HF_OK);
    assert_int_equal(hf_bytes_create(thread, 100000, f->big), HF_OK);
    assert_int_equal(hf_record_create(thread, type, f->record), HF_OK);
    assert_int_equal(hf_record_create(thread, type, f->lent_record), HF_OK);
    assert_int_equal(hf_array_create(thread, 4, f->lent_array), HF_OK);
    assert_int_equal(hf_fence_begin(thread, &f->fence, f->fenced, NULL, "fence", HF_SITE), HF_OK);
    assert_int_equal(hf_pin_create(thread, f->owned, &f->pin), HF_OK);
}

static void end(fixture *f)
{
    hf_pin_destroy(f->pin);
    assert_int_equal(hf_fence_end(&f->fence), HF_OK);
    hf_frame_end(&f->frame);
    managed_end(&f->m);
}

static uintptr_t payload(const hf_slot *slot)
{
    return (uintptr_t)hfi_object_payload(slot->word_);
}

static hf_ref slot_of(fixture *f, enum whose whose)
{
    return whose == FENCED      ? f->fenced
           : whose == OWNED     ? f->owned
           : whose == IMMOVABLE ? f->immovable
           : whose == LOOSE     ? f->loose
           : whose == RECORD    ? f->record
                                : NULL;
}

static uintptr_t address_of(fixture *f, enum whose whose)
{
    switch (whose) {
    case NOBODY:
        return 0;
    case NATIVE:
        return (uintptr_t)f->native;
    case FENCED_END:
        return payload(f->fenced) + 64;
    case LOOSE_MID:
        return payload(f->loose) + 30;
    case LOOSE_BIG:
        return payload(f->big) + 50000;
    case GONE:
        return payload(f->big) - (uintptr_t)(16 << 20);
    default:
        return payload(slot_of(f, whose));
    }
}

static const hfi_shape vec_shape = { &vec_layout, HFI_C_AGGREGATE, sizeof(vec) };
static const hfi_shape bare_shape = { NULL, HFI_C_POINTER, sizeof(void *) };

static hf_status check_memory(fixture *f, enum where where, uintptr_t address, hfi_fault *fault)
{
    hf_thread *thread = f->m.thread;
    void *pointer = (void *)address;
    void *bare[4] = { NULL, f->native, pointer, NULL };
    vec vecs[3] = { { f->native, 8 }, { NULL, 0 }, { pointer, 8 } };
    vec numbers[3] = { { NULL, 0 }, { NULL, 0 }, { NULL, address } };
    header nested = { 1, { { NULL, 0 }, { pointer, 1 } }, 0 };
    header numbered = { 1, { { NULL, 0 }, { NULL, address } }, address };
    either one = { .number = 0 };
    one.pointer = pointer;
    uintptr_t flexible_memory[6] = { 5, 0, 0, 0, 0, address };
    const hfi_shape header_shape = { &header_layout, HFI_C_AGGREGATE, sizeof(header) };
    const hfi_shape either_shape = { &either_layout, HFI_C_AGGREGATE, sizeof(either) };
    const hfi_shape flexible_shape = { &flexible_layout, HFI_C_AGGREGATE, sizeof(flexible) };
    const hfi_shape opaque_shape = { NULL, HFI_C_OPAQUE, 0 };
    switch (where) {
    case BARE:
        return hfi_check_memory(thread, bare, sizeof(bare), &bare_shape, fault);
    case VEC:
        return hfi_check_memory(thread, &vecs[2], sizeof(vec), &vec_shape, fault);
    case VEC_NUMBER:
        return hfi_check_memory(thread, &numbers[2], sizeof(vec), &vec_shape, fault);
    case VECS:
        return hfi_check_memory(thread, vecs, sizeof(vecs), &vec_shape, fault);
    case VECS_NUMBER:
        return hfi_check_memory(thread, numbers, sizeof(numbers), &vec_shape, fault);
    case NESTED:
        return hfi_check_memory(thread, &nested, sizeof(nested), &header_shape, fault);
    case NESTED_NUMBER:
        return hfi_check_memory(thread, &numbered, sizeof(numbered), &header_shape, fault);
    case UNION:
        return hfi_check_memory(thread, &one, sizeof(one), &either_shape, fault);
    case FLEXIBLE:
        return hfi_check_memory(thread, flexible_memory, sizeof(flexible_memory), &flexible_shape,
                                fault);
    case TAIL:
        return hfi_check_memory(thread, &vecs[1], sizeof(vec) + sizeof(void *), &vec_shape, fault);
    default:
        return hfi_check_memory(thread, bare, sizeof(bare), &opaque_shape, fault);
    }
}

static void fill_record(fixture *f, enum where where, enum whose whose)
{
    uint32_t field = where == FIELD_REF || where == WHOLE_REF   ? NEXT
                     : where == FIELD_OTHER                     ? OTHER
                     : where == FIELD_RAW || where == WHOLE_RAW ? RAW
                                                                : WORD;
    if (field == NEXT || field == OTHER) {
        assert_int_equal(hf_store(f->m.thread, f->lent_record, field, slot_of(f, whose)), HF_OK);
    } else {
        uintptr_t address = address_of(f, whose);
        assert_int_equal(hf_set(f->lent_record, field, &address, sizeof(address)), HF_OK);
    }
}

static hf_status check_object(fixture *f, const struct row *row, hfi_fault *fault)
{
    uint32_t field = row->where == FIELD_REF || row->where == FIELD_OTHER ? NEXT
                     : row->where == FIELD_RAW                            ? RAW
                     : row->where == FIELD_WORD                           ? WORD
                                                                          : HFI_CHECK_ALL;
    if (row->where == ELEMENT) {
        assert_int_equal(hf_store_at(f->m.thread, f->lent_array, 2, slot_of(f, row->whose)), HF_OK);
        return hfi_check_object(f->m.thread, f->lent_array->word_, HFI_CHECK_ALL, fault);
    }
    fill_record(f, row->where, row->whose);
    return hfi_check_object(f->m.thread, f->lent_record->word_, field, fault);
}

/* As a call does it: nothing is asked below level 1. */
static hf_status check_row(fixture *f, const struct row *row, hfi_fault *fault)
{
    if (row->where == RESULT) {
        void *result = (void *)address_of(f, row->whose);
        return hfi_check_callback_result(f->m.thread, "handler", result, NULL);
    }
    if (!hfi_checks_at_calls(f->m.thread->parts)) {
        return HF_OK;
    }
    return row->where >= FIELD_REF ? check_object(f, row, fault)
                                   : check_memory(f, row->where, address_of(f, row->whose), fault);
}

/* The options' level in the middle is the default, which the environment can change. */
static unsigned level_of(const fixture *f)
{
    const hfi_parts *parts = f->m.thread->parts;
    return hfi_checks_at_stores(parts) ? 2 : hfi_checks_at_calls(parts) ? 1 : 0;
}

static void run_rows(hf_pointer_checks checks)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        fixture f;
        begin(&f, checks);
        hfi_fault fault = { 0, 0, "" };
        unsigned level = level_of(&f);
        bool refused = level >= rows[i].refused_from;

        hf_status status = check_row(&f, &rows[i], &fault);

        if (status != (refused ? HF_E_POINTER : HF_OK)) {
            fail_msg("row %u at level %u: %s", (unsigned)i, level, hf_status_name(status));
        }
        if (refused && rows[i].where == RESULT) {
            managed_expect(&f.m, "handler", "the result leads into a managed object");
        } else if (refused) {
            assert_string_equal(fault.path, rows[i].path);
            assert_int_equal(fault.object == 0, rows[i].whose == GONE);
        }
        end(&f);
    }
}

static void check_allows_everything_at_level_0(void **state)
{
    (void)state;
    run_rows(HF_POINTER_CHECKS_OFF);
}

static void check_keeps_the_rules_at_level_1(void **state)
{
    (void)state;
    run_rows(HF_POINTER_CHECKS_AT_CALLS);
}

static void check_keeps_the_rules_at_level_2(void **state)
{
    (void)state;
    run_rows(HF_POINTER_CHECKS_AT_STORES);
}

/* ---- stores into foreign memory ---- */

static void check_stores_an_address_at_any_level_while_it_is_pinned(void **state)
{
    (void)state;
    for (unsigned checks = 0; checks < 3; checks++) {
        fixture f;
        begin(&f, (hf_pointer_checks)checks);
        char memory[1 + sizeof(void *)];
        void *stored;

        assert_int_equal(hf_pointer_store(f.m.thread, memory + 1, f.fenced, 7), HF_OK);
        memcpy(&stored, memory + 1, sizeof(stored));
        assert_ptr_equal(stored, (char *)payload(f.fenced) + 7);
        assert_int_equal(hf_pointer_store(f.m.thread, &stored, f.owned, 64), HF_OK);
        assert_int_equal(hf_pointers_check(f.m.thread, &stored, 1), HF_OK);
        end(&f);
    }
}

static void check_refuses_to_store_what_can_move_at_level_2(void **state)
{
    (void)state;
    fixture f;
    begin(&f, HF_POINTER_CHECKS_AT_STORES);
    void *place = f.native;

    assert_int_equal(hf_pointer_store(f.m.thread, &place, f.loose, 0), HF_E_POINTER);
    managed_expect(&f.m, "hf_pointer_store", "buffer leads into a managed object");
    assert_ptr_equal(place, f.native);
    assert_int_equal(hf_pointer_store(f.m.thread, (void *)payload(f.loose), f.fenced, 0),
                     HF_E_POINTER);
    managed_expect(&f.m, "hf_pointer_store", "place leads into a managed object");
    end(&f);
}

static void check_looks_at_no_store_below_level_2(void **state)
{
    (void)state;
    fixture f;
    begin(&f, HF_POINTER_CHECKS_AT_CALLS);
    void *place = NULL;
    if (level_of(&f) != 1) {
        end(&f);
        skip();
    }

    assert_int_equal(hf_pointer_store(f.m.thread, &place, f.loose, 3), HF_OK);
    assert_int_equal(hf_pointers_check(f.m.thread, &place, 1), HF_E_POINTER);
    managed_expect(&f.m, "hf_pointers_check", "pointers leads into a managed object");
    end(&f);
}

static void check_refuses_stores_that_make_no_sense(void **state)
{
    (void)state;
    fixture f;
    begin(&f, HF_POINTER_CHECKS_OFF);
    void *place;

    assert_int_equal(hf_pointer_store(f.m.thread, &place, NULL, 0), HF_E_SLOTS);
    managed_expect(&f.m, "hf_pointer_store", "");
    assert_int_equal(hf_pointer_store(f.m.thread, NULL, f.fenced, 0), HF_E_NULL);
    managed_expect(&f.m, "hf_pointer_store", "");
    assert_int_equal(hf_pointer_store(f.m.thread, &place, f.fenced, 65), HF_E_RANGE);
    managed_expect(&f.m, "hf_pointer_store", "");
    assert_int_equal(hf_pointer_store(f.m.thread, &place, f.record, 0), HF_E_NOT_LENDABLE);
    managed_expect(&f.m, "hf_pointer_store", "");
    assert_int_equal(hf_pointers_check(f.m.thread, NULL, 0), HF_OK);
    end(&f);
}

static void check_says_which_loan_of_the_object_was_the_last(void **state)
{
    (void)state;
    managed m;
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.checked = 1;
    options.pointer_checks = HF_POINTER_CHECKS_AT_STORES;
    managed_begin(&m, &options);
    {
        HF_FRAME(m.thread);
        hf_ref buffer = hf_local(m.thread);
        hf_fence fence;
        hf_span span;
        assert_int_equal(hf_bytes_create(m.thread, 32, buffer), HF_OK);
        assert_int_equal(hf_fence_begin(m.thread, &fence, buffer, &span, "window", HF_SITE), HF_OK);
        assert_int_equal(hf_fence_end(&fence), HF_OK);
        assert_int_equal(hf_collect(m.thread), HF_OK); /* the memory of it moves along */
        void *stored = (void *)payload(buffer);

        assert_int_equal(hf_pointers_check(m.thread, &stored, 1), HF_E_POINTER);

        managed_expect(&m, "hf_pointers_check", "not pinned; last unpinned: window of ");
    }
    managed_end(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check_allows_everything_at_level_0),
        cmocka_unit_test(check_keeps_the_rules_at_level_1),
        cmocka_unit_test(check_keeps_the_rules_at_level_2),
        cmocka_unit_test(check_stores_an_address_at_any_level_while_it_is_pinned),
        cmocka_unit_test(check_refuses_to_store_what_can_move_at_level_2),
        cmocka_unit_test(check_looks_at_no_store_below_level_2),
        cmocka_unit_test(check_refuses_stores_that_make_no_sense),
        cmocka_unit_test(check_says_which_loan_of_the_object_was_the_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
