/* SPDX-License-Identifier: MIT */
/* hf-test: threaded timeout=60 */

/*
 * Tokens in a scope: ended by its close, and what is lent through them until then.
 */

#include "managed.h"

#include "base/alloc.h"

#include <stdatomic.h>
#include <string.h>

static const hf_site here = { "test_scope_token.c", 4711 };

/* What native code does when it is asked to stop. */
typedef struct device {
    bool obeys;
    _Atomic(int) cancels;
    size_t size_seen; /* of the buffer, while the operation was under way */
    hf_ref buffer;
} device;

static hf_status cancel(hf_token *token, void *user)
{
    device *d = user;
    atomic_fetch_add(&d->cancels, 1);
    d->size_seen = d->buffer ? hf_bytes_size(d->buffer) : 0;
    return d->obeys ? hf_token_complete(token, -1, 0) : HF_E_NATIVE;
}

static hf_scope *make_scope(managed *m)
{
    hf_scope *scope = NULL;
    assert_int_equal(hf_scope_create_at(m->thread, "request", &scope, here), HF_OK);
    return scope;
}

static hf_token *make_token(managed *m, device *d)
{
    hf_token_options options = HF_TOKEN_OPTIONS_INIT;
    options.name = "read";
    options.user = d;
    options.cancel = cancel;
    options.cancel_timeout_ns = 5000000;
    hf_token *token = NULL;
    assert_int_equal(hf_token_create(m->thread, &options, &token), HF_OK);
    return token;
}

static void scope_cancels_its_tokens_before_it_empties_what_they_lend(void **state)
{
    (void)state;
    managed m;
    device d = { .obeys = true };
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread), later = hf_local(m.thread);
        hf_scope *scope = make_scope(&m);
        hf_token *token = make_token(&m, &d);
        hf_span span;
        d.buffer = ref;
        assert_int_equal(hf_scope_bytes(m.thread, scope, 64, ref), HF_OK);
        assert_int_equal(hf_scope_bytes(m.thread, scope, 64, later), HF_OK);
        assert_int_equal(hf_token_lend(m.thread, token, ref, 0, 64, &span), HF_OK);
        assert_int_equal(hf_scope_add_token(m.thread, scope, token), HF_OK);
        assert_int_equal(hf_token_lend(m.thread, token, later, 0, 64, &span), HF_OK);
        assert_int_equal(hf_token_submit(token), HF_OK);
        assert_int_equal(atomic_load(&d.cancels), 0);
        assert_int_equal(hf_scope_close(m.thread, scope, 0), HF_OK);
        assert_int_equal(atomic_load(&d.cancels), 1);
        assert_int_equal(d.size_seen, 64);
        assert_int_equal(hf_bytes_size(ref), 0);
        assert_int_equal(hf_bytes_size(later), 0);
        assert_int_equal(hf_token_state_get(token), HF_TOKEN_NONE);
        assert_int_equal(hf_token_complete(token, 0, 0), HF_E_HANDLE);
        managed_expect(&m, "hf_token_complete", "ended");
    }
    managed_end(&m);
}

static void scope_is_held_by_a_token_that_is_not_its_own(void **state)
{
    (void)state;
    managed m;
    device d = { .obeys = true };
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        hf_scope *scope = make_scope(&m);
        hf_token *token = make_token(&m, &d);
        assert_int_equal(hf_scope_bytes(m.thread, scope, 64, ref), HF_OK);
        assert_int_equal(hf_token_lend(m.thread, token, ref, 0, 64, NULL), HF_OK);
        assert_int_equal(hf_scope_close(m.thread, scope, 0), HF_E_BUSY);
        managed_expect(&m, "hf_scope_close", "an owning pin");
        /* In the scope and out again it is as it was. */
        assert_int_equal(hf_scope_add_token(m.thread, scope, token), HF_OK);
        assert_int_equal(hf_scope_release(m.thread, scope, token), HF_OK);
        assert_int_equal(hf_scope_release(m.thread, scope, token), HF_E_NOT_FOUND);
        assert_int_equal(hf_scope_close(m.thread, scope, 0), HF_E_BUSY);
        managed_expect(&m, "hf_scope_close", "an owning pin");
        assert_int_equal(hf_bytes_size(ref), 64);
        assert_int_equal(hf_token_submit(token), HF_OK);
        assert_int_equal(hf_token_complete(token, 64, 0), HF_OK);
        assert_int_equal(hf_scope_close(m.thread, scope, 0), HF_OK);
        assert_int_equal(hf_token_destroy(m.thread, token), HF_OK);
        assert_int_equal(atomic_load(&d.cancels), 0);
    }
    managed_end(&m);
}

static void scope_keeps_the_buffers_of_a_token_that_does_not_end(void **state)
{
    (void)state;
    managed m;
    device d = { .obeys = false };
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        hf_scope *scope = make_scope(&m);
        hf_token *token = make_token(&m, &d);
        hf_span span;
        assert_int_equal(hf_scope_bytes(m.thread, scope, 64, ref), HF_OK);
        assert_int_equal(hf_token_lend(m.thread, token, ref, 0, 64, &span), HF_OK);
        assert_int_equal(hf_scope_add_token(m.thread, scope, token), HF_OK);
        assert_int_equal(hf_token_submit(token), HF_OK);
        assert_int_equal(hf_scope_close(m.thread, scope, 0), HF_E_BUSY);
        managed_report report = managed_expect(&m, "hf_token_destroy", "has not completed it");
        assert_int_equal(report.kind, HF_REPORT_LEAK);
        managed_expect(&m, "hf_scope_close", "an owning pin");
        assert_int_equal(atomic_load(&d.cancels), 1);
        assert_int_equal(hf_bytes_size(ref), 64);
        assert_int_equal(hf_collect(m.thread), HF_OK);
        memset(span.data, 7, span.size); /* as native code may still do */
        assert_int_equal(hf_scope_close(m.thread, scope, 0), HF_E_BUSY);
        managed_expect(&m, "hf_scope_close", "an owning pin");
        assert_int_equal(hf_token_complete(token, 64, 0), HF_OK);
        assert_int_equal(hf_scope_close(m.thread, scope, 0), HF_OK);
        assert_int_equal(atomic_load(&d.cancels), 1);
        assert_int_equal(hf_bytes_size(ref), 0);
    }
    managed_end(&m);
}

static void scope_with_a_token_given_up_closes_and_says_so(void **state)
{
    (void)state;
    managed m;
    device d = { .obeys = false };
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref foreign = hf_local(m.thread);
        hf_scope *scope = make_scope(&m);
        hf_token *token = make_token(&m, &d);
        assert_int_equal(hf_bytes_create(m.thread, 64, foreign), HF_OK);
        assert_int_equal(hf_token_lend(m.thread, token, foreign, 0, 64, NULL), HF_OK);
        assert_int_equal(hf_scope_add_token(m.thread, scope, token), HF_OK);
        assert_int_equal(hf_token_submit(token), HF_OK);
        assert_int_equal(hf_scope_close(m.thread, scope, 0), HF_E_RELEASE);
        managed_expect(&m, "hf_token_destroy", "has not completed it");
        assert_int_equal(hf_scope_close(m.thread, scope, 0), HF_E_CLOSED);
        managed_expect(&m, "hf_scope_close", "closed, at");
        assert_int_equal(hf_token_complete(token, 64, 0), HF_OK);
    }
    managed_end(&m);
}

static void scope_lets_a_token_end_before_it_and_refuses_what_ended(void **state)
{
    (void)state;
    managed m, other;
    device d = { .obeys = true };
    managed_begin(&m, NULL);
    hf_scope *scope = make_scope(&m), *second = make_scope(&m);
    hf_token *token = make_token(&m, &d);
    assert_int_equal(hf_scope_add_token(m.thread, scope, NULL), HF_E_NULL);
    assert_int_equal(hf_scope_add_token(m.thread, scope, token), HF_OK);
    assert_int_equal(hf_scope_add_token(m.thread, second, token), HF_E_MISUSE);
    managed_expect(&m, "hf_scope_add_token", "a scope has it already");
    assert_int_equal(hf_token_destroy(m.thread, token), HF_OK);
    assert_int_equal(hf_scope_add_token(m.thread, second, token), HF_E_MISUSE);
    managed_expect(&m, "hf_scope_add_token", "has ended");
    assert_int_equal(hf_scope_close(m.thread, scope, 0), HF_OK);
    assert_int_equal(hf_scope_close(m.thread, second, 0), HF_OK);
    managed_end(&m);

    managed_begin(&m, NULL);
    managed_begin(&other, NULL);
    token = make_token(&m, &d);
    scope = make_scope(&other);
    assert_int_equal(hf_scope_add_token(other.thread, scope, token), HF_E_MISUSE);
    managed_expect(&other, "hf_scope_add_token", "has ended");
    assert_int_equal(hf_scope_close(other.thread, scope, 0), HF_OK);
    managed_end(&other);
    assert_int_equal(hf_token_destroy(m.thread, token), HF_OK);
    managed_end(&m);
}

static void scope_without_memory_for_a_token_leaves_it_as_it_was(void **state)
{
    (void)state;
    managed m;
    device d = { .obeys = true };
    managed_begin(&m, NULL);
    hf_scope *scope = make_scope(&m);
    hf_token *token = make_token(&m, &d);
    hfi_fault_arm(1, 1);
    hf_status status = hf_scope_add_token(m.thread, scope, token);
    hfi_fault_disarm();
    assert_int_equal(status, HF_E_NOMEM);
    assert_int_equal(hf_scope_add_token(m.thread, scope, token), HF_OK);
    assert_int_equal(hf_scope_close(m.thread, scope, 0), HF_OK);
    assert_int_equal(hf_token_state_get(token), HF_TOKEN_NONE);
    managed_end(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scope_cancels_its_tokens_before_it_empties_what_they_lend),
        cmocka_unit_test(scope_is_held_by_a_token_that_is_not_its_own),
        cmocka_unit_test(scope_keeps_the_buffers_of_a_token_that_does_not_end),
        cmocka_unit_test(scope_with_a_token_given_up_closes_and_says_so),
        cmocka_unit_test(scope_lets_a_token_end_before_it_and_refuses_what_ended),
        cmocka_unit_test(scope_without_memory_for_a_token_leaves_it_as_it_was),
    };
    return cmocka_run_group_tests_name("scope_token", tests, NULL, NULL);
}
