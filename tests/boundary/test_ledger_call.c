/* SPDX-License-Identifier: MIT */

/*
 * The ledger while a call is under way: it is told by its function's name, and since how many
 * collections it holds its buffer; also by a close that it keeps from its scope.
 */

#include "runtime.h"
#include "testlib.h"

#include <stdlib.h>
#include <string.h>

typedef struct seen {
    hf_test_runtime *t;
    hf_scope *scope;
    unsigned runs, calls, others;
    hf_pin_entry entry;
    char text[256];
    uint64_t age[2]; /* before the collection in the callback, and behind it */
    hf_status closed;
} seen;

static void note(const hf_pin_entry *entry, void *user)
{
    seen *s = user;
    if (entry->kind != HF_PIN_CALL) {
        s->others++;
        return;
    }
    s->calls++;
    s->entry = *entry;
    (void)hf_pin_entry_format(entry, s->text, sizeof s->text);
}

static hf_status compare(hf_thread *thread, const hf_value *arguments, hf_value *result, void *user)
{
    seen *s = user;
    int a, b;
    memcpy(&a, arguments[0].pointer, sizeof a);
    memcpy(&b, arguments[1].pointer, sizeof b);
    result->i = (a > b) - (a < b);
    if (s->runs++ != 0) {
        return HF_OK;
    }
    hf_status status = hf_pins_visit(thread, NULL, note, s);
    s->age[0] = s->entry.collections;
    status = status == HF_OK ? hf_collect(thread) : status;
    status = status == HF_OK ? hf_pins_visit(thread, NULL, note, s) : status;
    s->age[1] = s->entry.collections;
    s->closed = hf_scope_close(thread, s->scope, UINT64_MAX);
    return status;
}

static void ledger_tells_a_call_and_since_when_it_stands(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    static const int numbers[] = { 3, 1, 2 };
    seen s = { .t = t };
    hf_ref buffer = hf_local(t->thread);
    assert_int_equal(hf_scope_create(t->thread, "request", &s.scope), HF_OK);
    assert_int_equal(hf_scope_bytes(t->thread, s.scope, sizeof numbers, buffer), HF_OK);
    assert_int_equal(hf_bytes_write(buffer, 0, numbers, sizeof numbers), HF_OK);
    hf_function *sort =
        hf_test_bind(t, "void hfn_sort(void *base {inout, size(count * size)}, size_t count, "
                        "size_t size, int (*compare)(const void *, const void *))");
    hf_transient handler = { .handler = compare, .user = &s };
    hf_result result = HF_RESULT_INIT;
    assert_int_equal(hf_call(t->thread, sort, &result,
                             HF_ARGS(HF_BUFFER(buffer, 0, HF_WHOLE), HF_UINT(3),
                                     HF_UINT(sizeof(int)), HF_FUNCTION(&handler))),
                     HF_OK);
    assert_true(s.runs >= 2);
    assert_int_equal(s.calls, 2);
    assert_int_equal(s.others, 0);
    assert_int_equal(s.entry.size, sizeof numbers);
    assert_non_null(strstr(s.text, "call \"hfn_sort\" of bytes, 12 bytes"));
    assert_int_equal(s.age[1] > s.age[0], true);
    assert_true(s.age[0] == 0 || getenv("HOLDFAST_STRESS"));
    /* The thread that closes is in that call itself, so it would wait for ever. */
    assert_int_equal(s.closed, HF_E_BUSY);
    hf_test_expect_report(t, HF_E_BUSY, "hf_scope_close", "scope");
    int first;
    assert_int_equal(hf_bytes_read(buffer, 0, &first, sizeof first), HF_OK);
    assert_int_equal(first, 1);
    assert_int_equal(hf_pins_visit(t->thread, NULL, note, &s), HF_OK);
    assert_int_equal(s.calls, 2);
    assert_int_equal(hf_scope_close(t->thread, s.scope, 0), HF_OK);
    assert_int_equal(hf_bytes_size(buffer), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(ledger_tells_a_call_and_since_when_it_stands, hf_test_setup,
                                        hf_test_teardown),
    };
    return cmocka_run_group_tests_name("ledger_call", tests, NULL, NULL);
}
