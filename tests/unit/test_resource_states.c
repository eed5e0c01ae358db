/* SPDX-License-Identifier: MIT */
/* hf-test: finalizers threaded timeout=180 */

/*
 * Each state of a resource and each operation.  Every cell of the table has a resource of its own;
 * it says what the operation answers, how often the value was released behind it, and how often
 * when all that is held is let go and the object is dead.
 */

#include "hf_test.h"

#include "lifetimes.h"
#include "resource/resource.h"

#include <stdio.h>
#include <string.h>

#define NONE  999u /* the invalid value of these classes */
#define VALUE 5u
#define CHILD 6u

typedef enum state {
    OPEN,
    HELD,
    DISPOSED_HELD,
    CLOSED,
    WITHOUT_VALUE,
    BORROWED,
    BORROWED_HELD,
    INVALID, /* hf_resource_set_invalid() */
    INVALID_HELD,
    PARENT,          /* a child is open */
    DISPOSED_PARENT, /* and it waits for it */
    STATES
} state;

typedef enum operation {
    IS_OPEN,
    LEND,
    HOLD,
    DISPOSE,
    DISPOSE_TREE,
    SET_INVALID,
    MAKE_CHILD,
    ADOPT,
    DIE,
    OPERATIONS
} operation;

typedef struct cell {
    hf_status answer;
    unsigned now;     /* releases behind the operation */
    unsigned total;   /* and in the end */
    unsigned reports; /* in the end */
} cell;

/* clang-format off */
#define Y(now, total, reports) { HF_OK, now, total, reports }
#define N(now, total, reports) { HF_E_CLOSED, now, total, reports }
#define NEVER                  { HF_E_UNSUPPORTED, 0, 0, 0 }

static const cell table[STATES][OPERATIONS] = {
    /*  is open  lend     hold     dispose  tree     invalid  child    adopt    die */
    [OPEN] = {
        Y(0,1,1), Y(0,1,1), Y(0,1,1), Y(1,1,0), Y(1,1,0), Y(0,0,0), Y(0,1,1), NEVER,    Y(1,1,1),
    },
    [HELD] = {
        Y(0,1,1), Y(0,1,1), Y(0,1,1), Y(0,1,0), Y(0,1,0), Y(0,0,0), Y(0,1,1), NEVER,    Y(0,1,1),
    },
    [DISPOSED_HELD] = {
        N(0,1,0), N(0,1,0), N(0,1,0), N(0,1,1), N(0,1,1), Y(0,0,0), N(0,1,1), NEVER,    Y(0,1,0),
    },
    [CLOSED] = {
        N(1,1,0), N(1,1,0), N(1,1,0), N(1,1,1), N(1,1,1), N(1,1,1), N(1,1,1), NEVER,    Y(1,1,0),
    },
    [WITHOUT_VALUE] = {
        N(0,0,0), Y(0,0,0), Y(0,0,0), Y(0,0,0), Y(0,0,0), Y(0,0,0), Y(0,0,0), Y(0,1,1), Y(0,0,0),
    },
    [BORROWED] = {
        Y(0,0,0), Y(0,0,0), Y(0,0,0), Y(0,0,0), Y(0,0,0), Y(0,0,0), Y(0,0,0), NEVER,    Y(0,0,0),
    },
    [BORROWED_HELD] = {
        Y(0,0,0), Y(0,0,0), Y(0,0,0), Y(0,0,0), Y(0,0,0), Y(0,0,0), Y(0,0,0), NEVER,    Y(0,0,0),
    },
    [INVALID] = {
        N(0,0,0), N(0,0,0), N(0,0,0), N(0,0,1), N(0,0,1), N(0,0,1), N(0,0,1), NEVER,    Y(0,0,0),
    },
    [INVALID_HELD] = {
        N(0,0,0), N(0,0,0), N(0,0,0), N(0,0,1), N(0,0,1), Y(0,0,0), N(0,0,1), NEVER,    Y(0,0,0),
    },
    [PARENT] = {
        Y(0,1,1), Y(0,1,1), Y(0,1,1), Y(0,1,0), Y(1,1,0), Y(0,0,0), Y(0,1,1), NEVER,    Y(0,1,1),
    },
    [DISPOSED_PARENT] = {
        N(0,1,0), N(0,1,0), N(0,1,0), N(0,1,1), Y(1,1,0), Y(0,0,0), N(0,1,1), NEVER,    Y(0,1,0),
    },
};
/* clang-format on */

/** What is left when the runtime ends in a state: releases, and leaks counted. */
static const struct {
    unsigned released, leaks;
    const char *words; /* of a report; NULL: there is none */
} at_shutdown[STATES] = {
    [OPEN] = { 1, 1, "the runtime ended before it was disposed" },
    [HELD] = { 0, 1, "while a call or fence held it" },
    [DISPOSED_HELD] = { 0, 1, "while a call or fence held it" },
    [CLOSED] = { 1, 0, NULL },
    [WITHOUT_VALUE] = { 0, 0, NULL },
    [BORROWED] = { 0, 0, NULL },
    [BORROWED_HELD] = { 0, 1, "while a call or fence held it" },
    [INVALID] = { 0, 0, NULL },
    [INVALID_HELD] = { 0, 1, "while a call or fence held it" },
    [PARENT] = { 1, 2, "the runtime ended before it was disposed" }, /* the child leaks too */
    [DISPOSED_PARENT] = { 1, 1, "the runtime ended before it was disposed" },
};

extern void *kept_cells[STATES];
void *kept_cells[STATES]; /* for leak checkers: what is kept on purpose is no leak of the test */

static hf_status release(uintptr_t value, void *user)
{
    (void)user;
    lifetimes_note(&world, value);
    return HF_OK;
}

static const hf_resource_class lamp = {
    .struct_size = sizeof(hf_resource_class),
    .name = "lamp",
    .invalid = NONE,
    .release = release,
};

/** What keeps the resource of one test open. */
typedef struct holds {
    void *cell[2];
    unsigned count;
    hf_ref child;
} holds;

static hf_status hold(hf_ref resource, holds *held)
{
    uintptr_t value;
    hf_status status =
        hfi_resource_hold(world.thread, resource->word_, &value, &held->cell[held->count]);
    held->count += status == HF_OK;
    return status;
}

static bool is_held(state in)
{
    return in == HELD || in == DISPOSED_HELD || in == BORROWED_HELD || in == INVALID_HELD;
}

static void make_in(state in, hf_ref resource, holds *held)
{
    hf_thread *thread = world.thread;
    hf_status status =
        in == BORROWED || in == BORROWED_HELD
            ? hf_resource_borrow(thread, &lamp, VALUE, resource)
            : hf_resource_create(thread, &lamp, in == WITHOUT_VALUE ? NONE : VALUE, resource);
    assert_int_equal(status, HF_OK);
    if (is_held(in)) {
        assert_int_equal(hold(resource, held), HF_OK);
    }
    if (in == PARENT || in == DISPOSED_PARENT) {
        assert_int_equal(hf_resource_create_child(thread, &lamp, CHILD, resource, held->child),
                         HF_OK);
    }
    if (in == DISPOSED_HELD || in == CLOSED || in == DISPOSED_PARENT) {
        assert_int_equal(hf_resource_dispose(thread, resource), HF_OK);
    }
    if (in == INVALID || in == INVALID_HELD) {
        assert_int_equal(hf_resource_set_invalid(thread, resource), HF_OK);
    }
}

static hf_status lend(state in, hf_ref resource)
{
    uintptr_t value = 1;
    hf_status status = hf_resource_value(world.thread, resource, &value);
    assert_int_equal(value, status != HF_OK ? 0 : in == WITHOUT_VALUE ? NONE : VALUE);
    return status;
}

static hf_status operate(state in, operation what, hf_ref resource, holds *held)
{
    hf_thread *thread = world.thread;
    switch (what) {
    case IS_OPEN:
        return hf_resource_is_open(resource) ? HF_OK : HF_E_CLOSED;
    case LEND:
        return lend(in, resource);
    case HOLD:
        return hold(resource, held);
    case DISPOSE:
        return hf_resource_dispose(thread, resource);
    case DISPOSE_TREE:
        return hf_resource_dispose_tree(thread, resource);
    case SET_INVALID:
        return hf_resource_set_invalid(thread, resource);
    case MAKE_CHILD: {
        hf_ref child = hf_is_null(held->child) ? held->child : hf_local(thread);
        hf_status status = hf_resource_create_child(thread, &lamp, CHILD, resource, child);
        if (status == HF_OK && child != held->child) {
            assert_int_equal(hf_resource_dispose(thread, child), HF_OK);
        }
        return status;
    }
    case ADOPT:
        hfi_resource_adopt(thread, resource->word_, VALUE);
        return HF_OK;
    case DIE:
    default:
        hf_clear(resource);
        lifetimes_settle(&world);
        return HF_OK;
    }
}

/** Ends what the test holds, and the object with it. */
static void finish(hf_ref resource, holds *held)
{
    while (held->count) {
        held->count--;
        assert_int_equal(hfi_resource_let_go(world.thread, held->cell[held->count]), HF_OK);
    }
    if (hf_resource_is_open(held->child)) {
        assert_int_equal(hf_resource_dispose(world.thread, held->child), HF_OK);
    }
    hf_clear(resource);
    hf_clear(held->child);
    lifetimes_settle(&world);
    lifetimes_settle(&world);
}

static void play(state in, operation what)
{
    const cell *expected = &table[in][what];
    lifetimes_begin(&world);
    {
        HF_FRAME(world.thread);
        hf_ref resource = hf_local(world.thread);
        holds held = { .child = hf_local(world.thread) };
        make_in(in, resource, &held);
        assert_int_equal(lifetimes_events_of(&world, VALUE), in == CLOSED);
        assert_int_equal(lifetimes_reports(&world), 0);

        assert_int_equal(operate(in, what, resource, &held), expected->answer);
        assert_int_equal(lifetimes_events_of(&world, VALUE), expected->now);

        finish(resource, &held);
    }
    assert_int_equal(lifetimes_events_of(&world, VALUE), expected->total);
    assert_int_equal(lifetimes_events_of(&world, NONE), 0);
    assert_int_equal(lifetimes_reports(&world), expected->reports);
    if (lifetimes_events_of(&world, CHILD) != 0 && expected->now == 0 && expected->total == 1) {
        assert_int_equal(lifetimes_event(&world, lifetimes_events(&world) - 1), VALUE);
    }
    lifetimes_end(&world);
}

static void resource_answers_each_operation_in_each_state(void **test)
{
    (void)test;
    for (state in = OPEN; in < STATES; in++) {
        for (operation what = IS_OPEN; what < OPERATIONS; what++) {
            if (table[in][what].answer != HF_E_UNSUPPORTED) {
                print_message("state %d, operation %d\n", (int)in, (int)what);
                play(in, what);
            }
        }
    }
}

static void resource_in_each_state_meets_the_end_of_the_runtime(void **test)
{
    (void)test;
    if (lifetimes_is_stress()) {
        skip(); /* the detach collects, so it is found dead before the end: another story */
    }
    for (state in = OPEN; in < STATES; in++) {
        lifetimes_begin(&world);
        {
            HF_FRAME(world.thread);
            hf_ref resource = hf_local(world.thread);
            holds held = { .child = hf_local(world.thread) };
            make_in(in, resource, &held);
            kept_cells[in] = held.count ? held.cell[0] : NULL;
        }
        print_message("state %d\n", (int)in);
        lifetimes_end(&world);

        unsigned values = 0;
        bool is_found = false;
        for (unsigned i = 0; i < world.event_count; i++) {
            values += world.events[i] == VALUE;
            assert_true(world.events[i] != CHILD || values == 0); /* children first */
        }
        for (unsigned i = 0; i < world.report_count; i++) {
            is_found |= at_shutdown[in].words &&
                        strstr(world.reports[i].text, at_shutdown[in].words) != NULL;
        }
        assert_int_equal(values, at_shutdown[in].released);
        assert_int_equal(world.leaks.resources, at_shutdown[in].leaks);
        assert_int_equal(world.report_count, at_shutdown[in].leaks);
        assert_int_equal(is_found, at_shutdown[in].words != NULL);
    }
}

static void resource_that_died_while_it_was_held_closes_behind_the_hold(void **test)
{
    (void)test;
    for (state in = OPEN; in < STATES; in++) {
        if (!is_held(in)) {
            continue;
        }
        lifetimes_begin(&world);
        holds held = { 0 };
        {
            HF_FRAME(world.thread);
            hf_ref resource = hf_local(world.thread);
            make_in(in, resource, &held);
        }
        lifetimes_settle(&world);
        lifetimes_settle(&world);
        assert_int_equal(lifetimes_events(&world), 0);

        assert_int_equal(hfi_resource_let_go(world.thread, held.cell[0]), HF_OK);

        assert_int_equal(lifetimes_events(&world), table[in][DIE].total);
        lifetimes_end(&world);
        assert_int_equal(world.event_count, table[in][DIE].total);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resource_answers_each_operation_in_each_state),
        cmocka_unit_test(resource_in_each_state_meets_the_end_of_the_runtime),
        cmocka_unit_test(resource_that_died_while_it_was_held_closes_behind_the_hold),
    };
    return cmocka_run_group_tests_name("resource_states", tests, NULL, NULL);
}
