/* SPDX-License-Identifier: MIT */
/* hf-test: threaded timeout=60 */

/*
 * While a close waits, what is in its scope is lent to nobody more, by whatever way: and those who
 * have it go on, and when the waiting is over without success all is as before.
 */

#include "runtime.h"
#include "testlib.h"

#include "call/plain.h"
#include "heap/object.h"

#include <stdatomic.h>
#include <string.h>

#define LONG_NS  UINT64_C(20000000000)
#define SHORT_NS UINT64_C(50000000)

static uint32_t sum(const uint8_t *data, size_t size)
{
    return size > 0 ? data[0] : 0;
}

static int handle_value(int handle)
{
    return handle;
}

HF_WRAP(uint32_t, wrap_sum, sum, HF_W_IN(data, uint8_t));
HF_WRAP(int, wrap_handle, handle_value, HF_W_RESOURCE(int, file));

static _Atomic(unsigned) released;

static hf_status release_value(uintptr_t value, void *user)
{
    (void)value;
    (void)user;
    atomic_fetch_add(&released, 1);
    return HF_OK;
}

static const hf_resource_class number_class = { .struct_size = sizeof(hf_resource_class),
                                                .name = "number",
                                                .invalid = 0,
                                                .release = release_value };

typedef struct stage {
    hf_test_runtime *t;
    hf_scope *scope;
    hf_ref buffer, resource;
    hf_pinset *set;
    hf_token *token;
    hf_function *sum, *value;
    hfp_thread closer;
    uint64_t timeout_ns;
    hf_status closed;
} stage;

/* ---- ways to use a buffer, and a resource ---- */

typedef hf_status way_fn(stage *s);

static hf_status by_inline_fence(stage *s)
{
    hf_fence fence;
    hf_status status = hf_fence_begin(s->t->thread, &fence, s->buffer, NULL, "more", HF_SITE);
    (void)hf_fence_end(&fence);
    return status;
}

static hf_status by_fence(stage *s)
{
    hf_fence fence;
    hf_status status = (hf_fence_begin)(s->t->thread, &fence, s->buffer, NULL, "more", HF_SITE);
    (void)(hf_fence_end)(&fence);
    return status;
}

static hf_status by_hold(stage *s)
{
    hf_fence fence;
    uintptr_t value;
    hf_status status = hf_fence_hold(&fence, s->t->thread, s->resource, &value);
    (void)hf_fence_end(&fence);
    return status;
}

static hf_status by_pin(stage *s)
{
    hf_pin *pin;
    hf_status status = hf_pin_create(s->t->thread, s->buffer, &pin);
    hf_pin_destroy(pin);
    return status;
}

static hf_status by_pinset(stage *s)
{
    hf_status status = hf_pinset_pin(s->t->thread, s->set, s->buffer, NULL);
    return status == HF_OK ? hf_pinset_unpin(s->set, s->buffer) : status;
}

static hf_status by_token_lend(stage *s)
{
    return hf_token_lend(s->t->thread, s->token, s->buffer, 0, 1, NULL);
}

static hf_status by_token_hold(stage *s)
{
    uintptr_t value;
    return hf_token_hold(s->t->thread, s->token, s->resource, &value);
}

static hf_status by_wrap(stage *s)
{
    uint32_t total;
    return wrap_sum(s->t->thread, &total, NULL, s->buffer, 0, 1);
}

static hf_status by_wrapped_resource(stage *s)
{
    int value;
    return wrap_handle(s->t->thread, &value, NULL, s->resource);
}

/* 0: the short way; 1: the general way without libffi; 2: the general way. */
static hf_status call_by(stage *s, hf_function *function, int way, hf_arg argument)
{
    hf_result result = HF_RESULT_INIT;
    const hfi_direct direct = function->cif.direct;
    bool is_plain = way == 0 && function->plain; /* also where a mode would watch the call */
    function->entry = is_plain ? function->plain : function->parts->call_generally;
    function->cif.direct = way < 2 ? direct : HFI_DIRECT_NONE;
    hf_status status =
        hf_call(s->t->thread, function, &result, (const hf_arg[]){ argument, HF_ARGS_END });
    function->cif.direct = direct;
    return status;
}

static hf_status by_short_call(stage *s)
{
    return call_by(s, s->sum, 0, (hf_arg)HF_BUFFER(s->buffer, 0, 1));
}

static hf_status by_direct_call(stage *s)
{
    return call_by(s, s->sum, 1, (hf_arg)HF_BUFFER(s->buffer, 0, 1));
}

static hf_status by_general_call(stage *s)
{
    return call_by(s, s->sum, 2, (hf_arg)HF_BUFFER(s->buffer, 0, 1));
}

static hf_status by_short_call_of_resource(stage *s)
{
    return call_by(s, s->value, 0, (hf_arg)HF_RESOURCE(s->resource));
}

static hf_status by_general_call_of_resource(stage *s)
{
    return call_by(s, s->value, 2, (hf_arg)HF_RESOURCE(s->resource));
}

static const struct way {
    const char *name;
    way_fn *use;
} ways[] = {
    { "inline fence", by_inline_fence },
    { "fence", by_fence },
    { "hold", by_hold },
    { "owning pin", by_pin },
    { "pin of a set", by_pinset },
    { "lend of a token", by_token_lend },
    { "hold of a token", by_token_hold },
    { "wrap", by_wrap },
    { "wrap of a resource", by_wrapped_resource },
    { "short call", by_short_call },
    { "direct call", by_direct_call },
    { "general call", by_general_call },
    { "short call of a resource", by_short_call_of_resource },
    { "general call of a resource", by_general_call_of_resource },
};

#define WAYS (sizeof ways / sizeof ways[0])

/* Each way gives the status; a refusal is reported once, a success not at all. */
static void expect_each(stage *s, hf_status expected)
{
    for (size_t i = 0; i < WAYS; i++) {
        unsigned before = s->t->report_count;
        hf_status status = ways[i].use(s);
        unsigned reported = s->t->report_count - before;
        if (status != expected || reported != (expected == HF_OK ? 0u : 1u) ||
            (reported == 1 && s->t->report[before].status != expected)) {
            fail_msg("%s: %s, %u reports", ways[i].name, hf_status_name(status), reported);
        }
        hf_test_forget_reports(s->t);
    }
}

/* ---- the close ---- */

static void close_scope(void *user)
{
    stage *s = user;
    hf_thread *thread;
    s->closed = hf_thread_attach(s->t->runtime, &thread);
    if (s->closed == HF_OK) {
        s->closed = hf_scope_close(thread, s->scope, s->timeout_ns);
        (void)hf_thread_detach(thread);
    }
}

static void begin(stage *s, hf_test_runtime *t)
{
    *s = (stage){ .t = t };
    atomic_store(&released, 0);
    s->buffer = hf_local(t->thread);
    s->resource = hf_local(t->thread);
    s->sum = hf_test_bind(t, "uint32_t hfn_sum(const uint8_t *data, size_t size {capacity(data)})");
    s->value = hf_test_bind(t, "int hfn_i32(int fd {resource})");
    assert_non_null(s->sum->plain);
    assert_int_equal(hf_pinset_create(t->thread, "set", &s->set), HF_OK);
    assert_int_equal(hf_token_create(t->thread, NULL, &s->token), HF_OK);
    assert_int_equal(hf_scope_create(t->thread, "request", &s->scope), HF_OK);
    assert_int_equal(hf_scope_bytes(t->thread, s->scope, 64, s->buffer), HF_OK);
    assert_int_equal(hf_resource_create(t->thread, &number_class, 7, s->resource), HF_OK);
    assert_int_equal(hf_scope_add_resource(t->thread, s->scope, s->resource), HF_OK);
    expect_each(s, HF_OK);
    assert_int_equal(hf_token_destroy(t->thread, s->token), HF_OK); /* and what it was lent */
    assert_int_equal(hf_token_create(t->thread, NULL, &s->token), HF_OK);
}

static void start(stage *s, uint64_t timeout_ns)
{
    s->timeout_ns = timeout_ns;
    assert_int_equal(hfp_thread_start(&s->closer, "closer", close_scope, s), HF_OK);
    while (!(hfi_object_word(s->buffer->word_) & HFI_FLAG_LEAVING)) {
        assert_int_equal(HF_NATIVE_CALL_VOID(s->t->thread, NULL, hfp_sleep_ns(100000)), HF_OK);
    }
}

static void join(stage *s)
{
    assert_int_equal(HF_NATIVE_CALL_VOID(s->t->thread, NULL, hfp_thread_join(&s->closer)), HF_OK);
}

static void end(stage *s)
{
    hf_pinset_destroy(s->set);
    assert_int_equal(hf_token_destroy(s->t->thread, s->token), HF_OK);
}

static void scope_that_waits_is_lent_to_nobody_more_by_any_way(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    stage s;
    begin(&s, t);
    hf_span span;
    HF_FENCE(t->thread, body, s.buffer, &span);
    start(&s, LONG_NS);
    expect_each(&s, HF_E_SCOPE);
    memset(span.data, 5, span.size); /* who has it goes on */
    assert_int_equal(hf_bytes_size(s.buffer), 64);
    assert_int_equal(atomic_load(&released), 0);
    assert_int_equal(hf_fence_end(&body), HF_OK);
    join(&s);
    assert_int_equal(s.closed, HF_OK);
    assert_int_equal(hf_bytes_size(s.buffer), 0);
    assert_int_equal(atomic_load(&released), 1);
    end(&s);
}

static void scope_that_waited_in_vain_is_lent_as_before(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    stage s;
    begin(&s, t);
    hf_span span;
    HF_FENCE(t->thread, body, s.buffer, &span);
    start(&s, SHORT_NS);
    join(&s);
    assert_int_equal(s.closed, HF_E_TIMEOUT);
    hf_test_expect_report(t, HF_E_TIMEOUT, "hf_scope_close", "scope");
    expect_each(&s, HF_OK);
    assert_int_equal(hf_token_destroy(t->thread, s.token), HF_OK);
    assert_int_equal(hf_token_create(t->thread, NULL, &s.token), HF_OK);
    assert_int_equal(hf_fence_end(&body), HF_OK);
    assert_int_equal(hf_scope_close(t->thread, s.scope, 0), HF_OK);
    assert_int_equal(atomic_load(&released), 1);
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(scope_that_waits_is_lent_to_nobody_more_by_any_way,
                                        hf_test_setup, hf_test_teardown),
        cmocka_unit_test_setup_teardown(scope_that_waited_in_vain_is_lent_as_before, hf_test_setup,
                                        hf_test_teardown),
    };
    return cmocka_run_group_tests_name("scope_leaving", tests, NULL, NULL);
}
