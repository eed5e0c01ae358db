/* SPDX-License-Identifier: MIT */

/*
 * Fences in other places than a healthy stack: in a struct of the program's own, and further out
 * than one whose memory was overwritten before it ended.  What they lend must not move.
 */

#include "managed.h"

#include <string.h>

/* A field and not a local: no compiler may lay the two out the other way round. */
typedef struct pair {
    hf_fence inner; /* at the lower address, as if begun by a function called later */
    hf_fence outer;
} pair;

static hf_fence fence_of_the_program;

static void make_buffer(managed *m, hf_ref out)
{
    static const unsigned char text[8] = { 'h', 'o', 'l', 'd', 'f', 'a', 's', 't' };
    assert_int_equal(hf_bytes_create(m->thread, sizeof text, out), HF_OK);
    assert_int_equal(hf_bytes_write(out, 0, text, sizeof text), HF_OK);
}

static void assert_stays(managed *m, const hf_slot *buffer, const hf_span *lent)
{
    hf_pin *pin;
    assert_int_equal(hf_collect(m->thread), HF_OK);
    assert_int_equal(hf_pin_create(m->thread, buffer, &pin), HF_OK);
    assert_ptr_equal(hf_pin_span(pin).data, lent->data);
    hf_pin_destroy(pin);
    assert_memory_equal(lent->data, "holdfast", 8);
}

static void fence_pins_when_it_is_not_on_the_stack(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref buffer = hf_local(m.thread);
        hf_span span;
        make_buffer(&m, buffer);
        assert_int_equal(
            hf_fence_begin(m.thread, &fence_of_the_program, buffer, &span, "own", HF_SITE), HF_OK);

        assert_stays(&m, buffer, &span);

        assert_int_equal(hf_fence_end(&fence_of_the_program), HF_OK);
    }
    managed_end(&m);
}

static void fence_pins_on_the_stack_around_one_that_is_not(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref first = hf_local(m.thread), second = hf_local(m.thread);
        hf_span outer_span, inner_span;
        make_buffer(&m, first);
        make_buffer(&m, second);
        HF_FENCE(m.thread, outer, first, &outer_span);
        hf_fence *inner = &fence_of_the_program;
        assert_int_equal(hf_fence_begin(m.thread, inner, second, &inner_span, "own", HF_SITE),
                         HF_OK);

        assert_stays(&m, first, &outer_span);
        assert_stays(&m, second, &inner_span);

        assert_int_equal(hf_fence_end(inner), HF_OK);
        assert_int_equal(hf_fence_end(&outer), HF_OK);
    }
    managed_end(&m);
}

static void begin_both(managed *m, pair *both, hf_ref buffer, hf_span *span)
{
    make_buffer(m, buffer);
    assert_int_equal(hf_fence_begin(m->thread, &both->outer, buffer, span, "outer", HF_SITE),
                     HF_OK);
    assert_int_equal(hf_fence_begin(m->thread, &both->inner, buffer, NULL, "inner", HF_SITE),
                     HF_OK);
}

static void fence_pins_when_one_inside_it_is_overwritten(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    for (int fill = 0; fill < 256; fill += 85) {
        HF_FRAME(m.thread);
        hf_ref buffer = hf_local(m.thread);
        hf_span span;
        pair both;
        begin_both(&m, &both, buffer, &span);

        memset(&both.inner, fill, sizeof both.inner);
        assert_stays(&m, buffer, &span);

        assert_int_equal(hf_fence_end(&both.outer), HF_E_MISUSE);
        managed_expect(&m, "hf_fence_end", "overwritten");
    }
    managed_end(&m);
}

/* Programs have the usual path compiled into them; another compiler's call the functions. */
static void fence_begun_inline_ends_by_the_function_and_the_other_way_round(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref buffer = hf_local(m.thread);
        make_buffer(&m, buffer);
        for (int turn = 0; turn < 4; turn++) {
            bool is_plain_begin = turn & 1;
            bool is_plain_end = turn & 2;
            hf_fence outer;
            hf_span span;
            assert_int_equal(
                is_plain_begin ? (hf_fence_begin)(m.thread, &outer, buffer, &span, "outer", HF_SITE)
                               : hf_fence_begin(m.thread, &outer, buffer, &span, "outer", HF_SITE),
                HF_OK);
            assert_int_equal(span.size, 8);
            assert_stays(&m, buffer, &span);
            assert_int_equal(is_plain_end ? (hf_fence_end)(&outer) : hf_fence_end(&outer), HF_OK);

            assert_int_equal(is_plain_end ? hf_fence_end(&outer) : (hf_fence_end)(&outer),
                             HF_E_MISUSE);
            managed_expect(&m, "hf_fence_end", "ended already");
        }
    }
    managed_end(&m);
}

static void fence_is_no_copy_of_one(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    {
        HF_FRAME(m.thread);
        hf_ref buffer = hf_local(m.thread);
        hf_span span;
        struct {
            pair both;
            hf_fence copy;
        } all;
        begin_both(&m, &all.both, buffer, &span);
        memcpy(&all.copy, &all.both.inner, sizeof all.copy);
        assert_int_equal(hf_fence_end(&all.both.inner), HF_OK);
        assert_int_equal(hf_fence_begin(m.thread, &all.both.inner, buffer, NULL, "i", HF_SITE),
                         HF_OK);
        memcpy(&all.both.outer, &all.copy, sizeof all.copy); /* overwritten, by what looks open */

        assert_int_equal(hf_collect(m.thread), HF_OK);

        assert_int_equal(hf_fence_end(&all.both.inner), HF_OK);
    }
    managed_expect(&m, "hf_frame_end", "overwritten");
    managed_end(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fence_pins_when_it_is_not_on_the_stack),
        cmocka_unit_test(fence_pins_on_the_stack_around_one_that_is_not),
        cmocka_unit_test(fence_pins_when_one_inside_it_is_overwritten),
        cmocka_unit_test(fence_begun_inline_ends_by_the_function_and_the_other_way_round),
        cmocka_unit_test(fence_is_no_copy_of_one),
    };
    return cmocka_run_group_tests_name("unit_fence_places", tests, NULL, NULL);
}
