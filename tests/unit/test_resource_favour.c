/* SPDX-License-Identifier: MIT */
/* hf-test: threaded timeout=120 */

/*
 * What the maker of a resource holds counts, whoever ends the resource: the maker or another
 * thread, while the maker is managed or in native code.
 */

#include "hf_test.h"

#include "lifetimes.h"
#include "resource/inside.h"

static hf_status release(uintptr_t value, void *user)
{
    (void)user;
    lifetimes_note(&world, value);
    return HF_OK;
}

static const hf_resource_class lamp = {
    .struct_size = sizeof(hf_resource_class),
    .name = "lamp",
    .invalid = UINTPTR_MAX,
    .release = release,
    .on_leak = HF_LEAK_RELEASE,
};

typedef enum ending { DISPOSE, DISPOSE_TREE, SET_INVALID, ENDINGS } ending;

typedef struct helper {
    hfp_thread handle;
    hf_global *shared;
    ending how;
    hf_status status;
    unsigned holds; /* of its own, while it ends the resource */
} helper;

static hf_status end_resource(hf_thread *thread, hf_ref resource, ending how)
{
    return how == DISPOSE        ? hf_resource_dispose(thread, resource)
           : how == DISPOSE_TREE ? hf_resource_dispose_tree(thread, resource)
                                 : hf_resource_set_invalid(thread, resource);
}

static void end_on_a_thread(void *user)
{
    helper *self = user;
    hf_thread *thread;
    self->status = hf_thread_attach(world.runtime, &thread);
    if (self->status != HF_OK) {
        return;
    }
    {
        HF_FRAME(thread);
        hf_ref resource = hf_local(thread);
        (void)hf_global_load(self->shared, resource);
        uintptr_t value;
        void *cell = NULL;
        hf_status held = HF_E_CLOSED;
        if (self->holds) {
            held = hfi_resource_hold(thread, resource->word_, &value, &cell);
        }
        self->status = end_resource(thread, resource, self->how);
        if (held == HF_OK) {
            held = hfi_resource_let_go(thread, cell);
            self->status = self->status == HF_OK ? held : self->status;
        }
    }
    (void)hf_thread_detach(thread);
}

static void end_by_helper(helper *self)
{
    assert_int_equal(hf_native_begin(world.thread), HF_OK);
    assert_int_equal(hfp_thread_start(&self->handle, "helper", end_on_a_thread, self), HF_OK);
    hfp_thread_join(&self->handle);
    assert_int_equal(hf_native_end(world.thread, NULL), HF_OK);
    assert_int_equal(self->status, HF_OK);
}

static const hf_thread *favoured(hf_ref resource)
{
    return atomic_load(&hfi_cell_of(resource->word_)->favoured);
}

static void resource_counts_what_its_maker_holds(void **state)
{
    (void)state;
    for (ending how = DISPOSE; how < ENDINGS; how++) {
        for (unsigned holds = 0; holds < 3; holds++) {
            for (unsigned way = 0; way < 3; way++) { /* the maker; another; another that holds */
                lifetimes_begin(&world);
                {
                    HF_FRAME(world.thread);
                    hf_ref resource = hf_local(world.thread);
                    hf_global *shared;
                    void *cell[3];
                    uintptr_t value;
                    assert_int_equal(hf_resource_create(world.thread, &lamp, 5, resource), HF_OK);
                    assert_ptr_equal(favoured(resource), world.thread);
                    assert_int_equal(hf_global_create(world.thread, resource, &shared), HF_OK);
                    for (unsigned i = 0; i < holds; i++) {
                        assert_int_equal(
                            hfi_resource_hold(world.thread, resource->word_, &value, &cell[i]),
                            HF_OK);
                    }
                    if (way == 0) {
                        assert_int_equal(end_resource(world.thread, resource, how), HF_OK);
                    } else {
                        helper other = { .shared = shared, .how = how, .holds = way - 1 };
                        end_by_helper(&other);
                    }
                    assert_null(favoured(resource));
                    assert_int_equal(lifetimes_events(&world), holds == 0 && how != SET_INVALID);
                    assert_int_equal(
                        hfi_resource_hold(world.thread, resource->word_, &value, &cell[2]),
                        HF_E_CLOSED);
                    for (unsigned i = holds; i-- > 0;) {
                        assert_int_equal(hfi_resource_let_go(world.thread, cell[i]), HF_OK);
                        assert_int_equal(lifetimes_events(&world), i == 0 && how != SET_INVALID);
                    }
                    hf_global_destroy(world.thread, shared);
                }
                lifetimes_end(&world);
                assert_int_equal(world.event_count, how != SET_INVALID);
                assert_int_equal(world.report_count, 0);
            }
        }
    }
}

static void resource_favours_nobody_where_others_dispose(void **state)
{
    (void)state;
    lifetimes_begin(&world);
    {
        HF_FRAME(world.thread);
        hf_ref resource = hf_local(world.thread);
        hf_global *shared;
        assert_int_equal(hf_global_create(world.thread, NULL, &shared), HF_OK);
        unsigned refused = 0;
        for (unsigned i = 0; i < 40; i++) {
            assert_int_equal(hf_resource_create(world.thread, &lamp, i, resource), HF_OK);
            assert_int_equal(hf_global_store(world.thread, shared, resource), HF_OK);
            refused += favoured(resource) == NULL;
            helper other = { .shared = shared, .how = DISPOSE };
            end_by_helper(&other);
            assert_int_equal(lifetimes_events(&world), i + 1);
        }
        assert_in_range(refused, 20, 39);
        hf_global_destroy(world.thread, shared);
    }
    lifetimes_end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resource_counts_what_its_maker_holds),
        cmocka_unit_test(resource_favours_nobody_where_others_dispose),
    };
    return cmocka_run_group_tests_name("resource_favour", tests, NULL, NULL);
}
