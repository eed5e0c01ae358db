/* SPDX-License-Identifier: MIT */
/* hf-test: threaded */

/*
 * Tokens: each state and operation, words that are none, memory, resources, and how the end of an
 * operation reaches who waits for it.
 */

#include "managed.h"

#include "base/alloc.h"

#include <stdatomic.h>
#include <string.h>

#define NS_PER_MS UINT64_C(1000000)

static const hf_site here = { "test_token.c", 4711 };

static hf_token *make(managed *m, const hf_token_options *options)
{
    hf_token *token = NULL;
    assert_int_equal(hf_token_create_at(m->thread, options, &token, here), HF_OK);
    assert_non_null(token);
    return token;
}

/* A buffer of 100 bytes, lent to the token. */
static hf_span lend(managed *m, hf_token *token, hf_ref buffer)
{
    hf_span span;
    assert_int_equal(hf_bytes_create(m->thread, 100, buffer), HF_OK);
    assert_int_equal(hf_token_lend(m->thread, token, buffer, 0, 100, &span), HF_OK);
    return span;
}

static bool moves(managed *m, const hf_slot *buffer)
{
    uintptr_t before = managed_address(buffer);
    assert_int_equal(hf_collect(m->thread), HF_OK);
    return managed_address(buffer) != before;
}

/* ---- loans ---- */

static void token_pins_what_it_lends_until_the_completion(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref buffer = hf_local(m.thread), beside = hf_local(m.thread);
        hf_token *token = make(&m, NULL);
        hf_span span = lend(&m, token, buffer);
        assert_int_equal(hf_bytes_create(m.thread, 100, beside), HF_OK);
        assert_int_equal(span.size, 100);
        assert_ptr_equal(span.data, (void *)(managed_address(buffer) + 16));
        assert_false(moves(&m, buffer));
        assert_true(moves(&m, beside)); /* as the buffer would without a token */
        assert_int_equal(hf_token_submit(token), HF_OK);
        assert_false(moves(&m, buffer));
        memset(span.data, 7, span.size);
        assert_int_equal(hf_token_complete(token, 100, 5), HF_OK);
        assert_true(moves(&m, buffer));

        char byte = 0;
        int64_t result = 0;
        uint32_t error = 0;
        assert_int_equal(hf_bytes_read(buffer, 99, &byte, 1), HF_OK);
        assert_int_equal(byte, 7);
        assert_int_equal(hf_token_result(token, &result, &error), HF_OK);
        assert_int_equal(result, 100);
        assert_int_equal(error, 5);
        assert_int_equal(hf_token_result(token, NULL, NULL), HF_OK);
        assert_int_equal(hf_token_destroy(m.thread, token), HF_OK);
    }
    managed_end(&m);
}

static void token_keeps_a_buffer_that_nothing_else_reaches(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    hf_token *token = make(&m, NULL);
    hf_span span;
    {
        HF_FRAME(m.thread);
        span = lend(&m, token, hf_local(m.thread));
    }
    assert_int_equal(hf_token_submit(token), HF_OK);
    assert_int_equal(hf_collect(m.thread), HF_OK);
    memset(span.data, 1, span.size);
    assert_int_equal(managed_statistics(&m).objects_live, 1);
    assert_int_equal(hf_token_complete(token, 0, 0), HF_OK);
    assert_int_equal(hf_collect(m.thread), HF_OK);
    assert_int_equal(managed_statistics(&m).objects_live, 0);
    assert_int_equal(hf_token_destroy(m.thread, token), HF_OK);
    managed_end(&m);
}

static void token_lends_a_part_of_a_buffer(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref buffer = hf_local(m.thread), none = hf_local(m.thread);
        hf_token *token = make(&m, NULL);
        hf_span whole = lend(&m, token, buffer), part;
        assert_int_equal(hf_token_lend(m.thread, token, buffer, 10, 90, &part), HF_OK);
        assert_ptr_equal(part.data, (char *)whole.data + 10);
        assert_int_equal(part.size, 90);
        assert_int_equal(hf_token_lend(m.thread, token, buffer, 100, 0, NULL), HF_OK);
        assert_int_equal(hf_token_lend(m.thread, token, buffer, 10, 91, &part), HF_E_RANGE);
        assert_null(part.data);
        assert_int_equal(hf_token_lend(m.thread, token, buffer, 101, 0, &part), HF_E_RANGE);
        assert_int_equal(hf_token_lend(m.thread, token, buffer, SIZE_MAX, 2, &part), HF_E_RANGE);
        assert_int_equal(hf_token_lend(m.thread, token, none, 0, 0, &part), HF_E_NULL);
        managed_expect(&m, "hf_pin_create", "");
        assert_int_equal(hf_token_lend(m.thread, token, NULL, 0, 0, &part), HF_E_SLOTS);
        managed_expect(&m, "hf_pin_create", "");
        assert_int_equal(hf_token_destroy(m.thread, token), HF_OK);
        assert_true(moves(&m, buffer));
    }
    managed_end(&m);
}

/* ---- states ---- */

typedef enum operation { LEND, MEMORY, SUBMIT, ABORT, COMPLETE, CANCEL, WAIT, RESULT } operation;

static hf_status apply(managed *m, hf_token *token, hf_ref buffer, operation what)
{
    switch (what) {
    case LEND:
        return hf_token_lend(m->thread, token, buffer, 0, 1, NULL);
    case MEMORY:
        return hf_token_memory(token, 8, 0) ? HF_OK : HF_E_MISUSE;
    case SUBMIT:
        return hf_token_submit(token);
    case ABORT:
        return hf_token_abort_submit(token);
    case COMPLETE:
        return hf_token_complete(token, 0, 0);
    case CANCEL:
        return hf_token_cancel(m->thread, token);
    case WAIT:
        return hf_token_wait(m->thread, token, 0);
    default:
        return hf_token_result(token, NULL, NULL);
    }
}

static hf_status cancel_later(hf_token *token, void *user)
{
    (void)token;
    (*(int *)user)++;
    return HF_OK;
}

/* A token in a state; the buffer is lent to it. */
static hf_token *make_in(managed *m, hf_token_state state, hf_ref buffer, int *cancels)
{
    hf_token_options options = HF_TOKEN_OPTIONS_INIT;
    options.name = "row";
    options.cancel = cancel_later;
    options.user = cancels;
    hf_token *token = make(m, &options);
    (void)lend(m, token, buffer);
    if (state >= HF_TOKEN_SUBMITTED) {
        assert_int_equal(hf_token_submit(token), HF_OK);
    }
    if (state == HF_TOKEN_CANCELLING) {
        assert_int_equal(hf_token_cancel(m->thread, token), HF_OK);
    }
    if (state == HF_TOKEN_COMPLETE) {
        assert_int_equal(hf_token_complete(token, 0, 0), HF_OK);
    }
    assert_int_equal(hf_token_state_get(token), state);
    return token;
}

typedef struct row {
    hf_token_state state;
    operation what;
    hf_status status;
    const char *report; /* NULL: none */
    hf_token_state after;
} row;

static const row rows[] = {
    { HF_TOKEN_NEW, LEND, HF_OK, NULL, HF_TOKEN_NEW },
    { HF_TOKEN_NEW, MEMORY, HF_OK, NULL, HF_TOKEN_NEW },
    { HF_TOKEN_NEW, SUBMIT, HF_OK, NULL, HF_TOKEN_SUBMITTED },
    { HF_TOKEN_NEW, ABORT, HF_E_MISUSE, "not submitted", HF_TOKEN_NEW },
    { HF_TOKEN_NEW, COMPLETE, HF_E_MISUSE, "not submitted", HF_TOKEN_NEW },
    { HF_TOKEN_NEW, CANCEL, HF_E_MISUSE, "not submitted", HF_TOKEN_NEW },
    { HF_TOKEN_NEW, WAIT, HF_E_MISUSE, "not submitted", HF_TOKEN_NEW },
    { HF_TOKEN_NEW, RESULT, HF_E_BUSY, NULL, HF_TOKEN_NEW },
    { HF_TOKEN_SUBMITTED, LEND, HF_E_MISUSE, "was submitted", HF_TOKEN_SUBMITTED },
    { HF_TOKEN_SUBMITTED, MEMORY, HF_E_MISUSE, "was submitted", HF_TOKEN_SUBMITTED },
    { HF_TOKEN_SUBMITTED, SUBMIT, HF_E_MISUSE, "submitted before", HF_TOKEN_SUBMITTED },
    { HF_TOKEN_SUBMITTED, ABORT, HF_OK, NULL, HF_TOKEN_NEW },
    { HF_TOKEN_SUBMITTED, COMPLETE, HF_OK, NULL, HF_TOKEN_COMPLETE },
    { HF_TOKEN_SUBMITTED, CANCEL, HF_OK, NULL, HF_TOKEN_CANCELLING },
    { HF_TOKEN_SUBMITTED, WAIT, HF_E_TIMEOUT, NULL, HF_TOKEN_SUBMITTED },
    { HF_TOKEN_SUBMITTED, RESULT, HF_E_BUSY, NULL, HF_TOKEN_SUBMITTED },
    { HF_TOKEN_CANCELLING, LEND, HF_E_MISUSE, "was submitted", HF_TOKEN_CANCELLING },
    { HF_TOKEN_CANCELLING, MEMORY, HF_E_MISUSE, "was submitted", HF_TOKEN_CANCELLING },
    { HF_TOKEN_CANCELLING, SUBMIT, HF_E_MISUSE, "submitted before", HF_TOKEN_CANCELLING },
    { HF_TOKEN_CANCELLING, ABORT, HF_OK, NULL, HF_TOKEN_NEW },
    { HF_TOKEN_CANCELLING, COMPLETE, HF_OK, NULL, HF_TOKEN_COMPLETE },
    { HF_TOKEN_CANCELLING, CANCEL, HF_OK, NULL, HF_TOKEN_CANCELLING },
    { HF_TOKEN_CANCELLING, WAIT, HF_E_TIMEOUT, NULL, HF_TOKEN_CANCELLING },
    { HF_TOKEN_CANCELLING, RESULT, HF_E_BUSY, NULL, HF_TOKEN_CANCELLING },
    { HF_TOKEN_COMPLETE, LEND, HF_E_MISUSE, "was submitted", HF_TOKEN_COMPLETE },
    { HF_TOKEN_COMPLETE, MEMORY, HF_E_MISUSE, "was submitted", HF_TOKEN_COMPLETE },
    { HF_TOKEN_COMPLETE, SUBMIT, HF_E_MISUSE, "submitted before", HF_TOKEN_COMPLETE },
    { HF_TOKEN_COMPLETE, ABORT, HF_E_MISUSE, "complete", HF_TOKEN_COMPLETE },
    { HF_TOKEN_COMPLETE, COMPLETE, HF_E_MISUSE, "completed before, at", HF_TOKEN_COMPLETE },
    { HF_TOKEN_COMPLETE, CANCEL, HF_OK, NULL, HF_TOKEN_COMPLETE },
    { HF_TOKEN_COMPLETE, WAIT, HF_OK, NULL, HF_TOKEN_COMPLETE },
    { HF_TOKEN_COMPLETE, RESULT, HF_OK, NULL, HF_TOKEN_COMPLETE },
};

static const char *const functions[] = {
    "hf_token_lend",     "hf_token_memory", "hf_token_submit", "hf_token_abort_submit",
    "hf_token_complete", "hf_token_cancel", "hf_token_wait",   "hf_token_result",
};

static void check_row(const row *r)
{
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref buffer = hf_local(m.thread);
        int cancels = 0;
        hf_token *token = make_in(&m, r->state, buffer, &cancels);
        assert_int_equal(apply(&m, token, buffer, r->what), r->status);
        assert_int_equal(hf_token_state_get(token), r->after);
        if (r->report) {
            managed_report report = managed_expect(&m, functions[r->what], r->report);
            assert_int_equal(report.kind, HF_REPORT_MISUSE);
            assert_int_equal(report.born_line, 4711);
            assert_non_null(strstr(report.object, "token row"));
        }
        assert_int_equal(cancels,
                         r->after == HF_TOKEN_CANCELLING || r->state == HF_TOKEN_CANCELLING);
        /* Let go by the completion alone. */
        assert_int_equal(moves(&m, buffer), r->after == HF_TOKEN_COMPLETE);
        if (r->after == HF_TOKEN_SUBMITTED || r->after == HF_TOKEN_CANCELLING) {
            assert_int_equal(hf_token_complete(token, 0, 0), HF_OK);
        }
        assert_int_equal(hf_token_destroy(m.thread, token), HF_OK);
        assert_true(moves(&m, buffer));
    }
    managed_end(&m);
}

static void token_answers_each_operation_in_each_state(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        check_row(&rows[i]);
    }
}

/* ---- words ---- */

static void token_that_has_ended_is_refused_by_every_function(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref buffer = hf_local(m.thread);
        hf_token *old = make(&m, NULL);
        (void)lend(&m, old, buffer);
        assert_int_equal(hf_token_destroy(m.thread, old), HF_OK);
        hf_token *fresh = make(&m, NULL);
        assert_ptr_not_equal(old, fresh);
        for (int what = LEND; what <= RESULT; what++) {
            if (what != MEMORY) {
                assert_int_equal(apply(&m, old, buffer, (operation)what), HF_E_HANDLE);
            } else {
                assert_null(hf_token_memory(old, 8, 0));
            }
            managed_expect(&m, functions[what], "has ended");
        }
        assert_int_equal(hf_token_destroy(m.thread, old), HF_E_HANDLE);
        managed_expect(&m, "hf_token_destroy", "has ended");
        assert_int_equal(hf_token_state_get(old), HF_TOKEN_NONE);
        assert_int_equal(hf_token_state_get(fresh), HF_TOKEN_NEW);
        assert_int_equal(hf_token_destroy(m.thread, fresh), HF_OK);
    }
    managed_end(&m);
}

static void token_word_is_no_address_and_null_is_no_token(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    hf_token *token = make(&m, NULL);
    assert_int_equal((uintptr_t)token & 1, 1);
    assert_int_equal(hf_token_complete(NULL, 0, 0), HF_E_NULL);
    assert_int_equal(hf_token_submit(NULL), HF_E_NULL);
    assert_int_equal(hf_token_destroy(m.thread, NULL), HF_OK);
    assert_int_equal(hf_token_state_get(NULL), HF_TOKEN_NONE);
    assert_int_equal(hf_token_state_get((hf_token *)(void *)&m), HF_TOKEN_NONE);
    assert_null(hf_token_memory(NULL, 8, 0));
    assert_null(hf_token_from_memory(NULL));
    assert_int_equal(hf_token_create(m.thread, NULL, NULL), HF_E_NULL);
    assert_int_equal(hf_token_destroy(m.thread, token), HF_OK);
    managed_end(&m);
}

static void token_options_of_another_size_are_refused(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    hf_token_options options = HF_TOKEN_OPTIONS_INIT;
    hf_token *token;
    options.struct_size = 2;
    assert_int_equal(hf_token_create(m.thread, &options, &token), HF_E_OPTIONS);
    assert_null(token);
    managed_end(&m);
}

/* ---- memory ---- */

static void token_memory_lives_with_the_token_and_leads_back_to_it(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    hf_token *token = make(&m, NULL);
    for (size_t alignment = 1; alignment <= 4096; alignment *= 2) {
        unsigned char *memory = hf_token_memory(token, 33, alignment);
        assert_non_null(memory);
        assert_int_equal((uintptr_t)memory % alignment, 0);
        assert_int_equal(memory[0] | memory[32], 0);
        memset(memory, 0xff, 33);
        assert_ptr_equal(hf_token_from_memory(memory), token);
    }
    assert_null(hf_token_memory(token, 0, 0));
    assert_null(hf_token_memory(token, 8, 3));
    assert_null(hf_token_memory(token, 8, 8192));
    assert_null(hf_token_memory(token, SIZE_MAX - 8, 0));
    assert_int_equal(hf_token_destroy(m.thread, token), HF_OK);
    managed_end(&m);
}

/* ---- resources ---- */

static _Atomic(int) released;
static _Atomic(uint64_t) released_by;

static hf_status release(uintptr_t value, void *user)
{
    (void)user;
    assert_true(value == 5);
    atomic_store(&released_by, hfp_thread_self());
    atomic_fetch_add(&released, 1);
    return HF_OK;
}

static const hf_resource_class files = { .struct_size = sizeof(hf_resource_class),
                                         .name = "file",
                                         .release = release };

static void complete_it(void *token)
{
    (void)hf_token_complete(token, 1, 0);
}

static void complete_on_another_thread(hf_token *token)
{
    hfp_thread thread;
    assert_int_equal(hfp_thread_start(&thread, "completer", complete_it, token), HF_OK);
    hfp_thread_join(&thread);
}

static void token_holds_a_resource_open_and_the_runner_closes_it(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref file = hf_local(m.thread);
        hf_token *token = make(&m, NULL), *late = make(&m, NULL);
        uintptr_t value = 0;
        atomic_store(&released, 0);
        assert_int_equal(hf_resource_create(m.thread, &files, 5, file), HF_OK);
        assert_int_equal(hf_token_hold(m.thread, token, file, &value), HF_OK);
        assert_int_equal(value, 5);
        assert_int_equal(hf_token_submit(token), HF_OK);
        assert_int_equal(hf_resource_dispose(m.thread, file), HF_OK);
        assert_int_equal(hf_token_hold(m.thread, late, file, &value), HF_E_CLOSED);
        assert_int_equal(value, 0);
        assert_int_equal(hf_runner_drain(m.thread, UINT64_MAX), HF_OK);
        assert_int_equal(atomic_load(&released), 0);
        complete_on_another_thread(token);
        assert_int_equal(hf_runner_drain(m.thread, UINT64_MAX), HF_OK);
        assert_int_equal(atomic_load(&released), 1);
        assert_true(atomic_load(&released_by) != hfp_thread_self());
        assert_int_equal(hf_token_destroy(m.thread, token), HF_OK);
        assert_int_equal(hf_token_destroy(m.thread, late), HF_OK);
    }
    managed_end(&m);
    assert_int_equal(atomic_load(&released), 1);
}

static void token_that_is_complete_leaves_an_open_resource_open(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref file = hf_local(m.thread), bytes = hf_local(m.thread);
        hf_token *token = make(&m, NULL);
        uintptr_t value = 0;
        atomic_store(&released, 0);
        assert_int_equal(hf_bytes_create(m.thread, 1, bytes), HF_OK);
        assert_int_equal(hf_token_hold(m.thread, token, bytes, &value), HF_E_TYPE);
        assert_int_equal(hf_token_hold(m.thread, token, bytes, NULL), HF_E_NULL);
        assert_int_equal(hf_resource_create(m.thread, &files, 5, file), HF_OK);
        assert_int_equal(hf_token_hold(m.thread, token, file, &value), HF_OK);
        assert_int_equal(hf_token_submit(token), HF_OK);
        assert_int_equal(hf_token_complete(token, 0, 0), HF_OK);
        assert_int_equal(hf_runner_drain(m.thread, UINT64_MAX), HF_OK);
        assert_int_equal(atomic_load(&released), 0);
        assert_true(hf_resource_is_open(file));
        assert_int_equal(hf_resource_dispose(m.thread, file), HF_OK);
        assert_int_equal(atomic_load(&released), 1);
        assert_int_equal(hf_token_destroy(m.thread, token), HF_OK);
    }
    managed_end(&m);
}

/* ---- without memory ---- */

/* Builds a whole token; the status of the first step that failed. */
static hf_status build(managed *m, hf_ref buffer, hf_ref file, hf_token **token_out)
{
    uintptr_t value;
    hf_status status = hf_token_create(m->thread, NULL, token_out);
    if (status == HF_OK) {
        status = hf_token_lend(m->thread, *token_out, buffer, 0, 100, NULL);
    }
    if (status == HF_OK) {
        status = hf_token_hold(m->thread, *token_out, file, &value);
    }
    if (status == HF_OK) {
        status = hf_token_memory(*token_out, 100, 0) ? HF_OK : HF_E_NOMEM;
    }
    return status;
}

static void token_without_memory_is_a_status_and_leaves_nothing(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref buffer = hf_local(m.thread), file = hf_local(m.thread);
        assert_int_equal(hf_bytes_create(m.thread, 100, buffer), HF_OK);
        assert_int_equal(hf_resource_create(m.thread, &files, 5, file), HF_OK);
        unsigned failed = 0;
        hf_status status = HF_E_NOMEM;
        for (uint64_t at = 1; status != HF_OK; at++) {
            hf_token *token = NULL;
            hfi_fault_arm(at, 1);
            status = build(&m, buffer, file, &token);
            hfi_fault_disarm();
            assert_true(status == HF_OK || status == HF_E_NOMEM);
            failed += status != HF_OK;
            assert_int_equal(hf_token_destroy(m.thread, token), HF_OK);
            assert_true(moves(&m, buffer));
            assert_true(hf_resource_is_open(file));
        }
        assert_true(failed >= 4);
        assert_int_equal(hf_resource_dispose(m.thread, file), HF_OK);
    }
    managed_end(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(token_pins_what_it_lends_until_the_completion),
        cmocka_unit_test(token_keeps_a_buffer_that_nothing_else_reaches),
        cmocka_unit_test(token_lends_a_part_of_a_buffer),
        cmocka_unit_test(token_answers_each_operation_in_each_state),
        cmocka_unit_test(token_that_has_ended_is_refused_by_every_function),
        cmocka_unit_test(token_word_is_no_address_and_null_is_no_token),
        cmocka_unit_test(token_options_of_another_size_are_refused),
        cmocka_unit_test(token_memory_lives_with_the_token_and_leads_back_to_it),
        cmocka_unit_test(token_holds_a_resource_open_and_the_runner_closes_it),
        cmocka_unit_test(token_that_is_complete_leaves_an_open_resource_open),
        cmocka_unit_test(token_without_memory_is_a_status_and_leaves_nothing),
    };
    return cmocka_run_group_tests_name("token", tests, NULL, NULL);
}
