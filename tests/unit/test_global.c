/* SPDX-License-Identifier: MIT */

/*
 * Globals: slots of the whole runtime.
 */

#include "managed.h"

#include "base/alloc.h"

static void global_keeps_and_follows_its_object(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    hf_global *globals[3];
    for (uint32_t i = 0; i < 3; i++) {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        assert_int_equal(hf_bytes_create(m.thread, 64, ref), HF_OK);
        assert_int_equal(hf_bytes_write(ref, 0, &i, sizeof i), HF_OK);
        assert_int_equal(hf_global_create(m.thread, i == 1 ? NULL : ref, &globals[i]), HF_OK);
        assert_int_equal(hf_global_store(m.thread, globals[i], ref), HF_OK);
    }
    assert_int_equal(hf_collect(m.thread), HF_OK);
    hf_global_destroy(m.thread, globals[1]);
    hf_global_destroy(m.thread, NULL);
    assert_int_equal(hf_collect(m.thread), HF_OK);
    assert_int_equal(managed_statistics(&m).objects_live, 2);
    for (uint32_t i = 0; i < 3; i += 2) {
        HF_FRAME(m.thread);
        hf_ref ref = hf_local(m.thread);
        uint32_t number;
        assert_int_equal(hf_global_load(globals[i], ref), HF_OK);
        assert_int_equal(hf_bytes_read(ref, 0, &number, sizeof number), HF_OK);
        assert_int_equal(number, i);
        assert_int_equal(hf_global_load(globals[i], NULL), HF_E_SLOTS);
        assert_int_equal(hf_global_load(NULL, ref), HF_E_NULL);
        assert_int_equal(hf_global_store(m.thread, NULL, ref), HF_E_NULL);
        assert_int_equal(hf_global_create(m.thread, ref, NULL), HF_E_NULL);
    }
    hf_global_destroy(m.thread, globals[2]);
    hf_global_destroy(m.thread, globals[0]);
    managed_end(&m);
}

static void global_never_destroyed_is_counted_at_the_end(void **state)
{
    (void)state;
    managed m;
    managed_begin(&m, NULL);
    hf_global *global;
    assert_int_equal(hf_global_create(m.thread, NULL, &global), HF_OK);
    managed_close(&m);
    assert_int_equal(m.leaks.globals, 1);
    assert_int_equal(hfi_alloc_live(), m.live_at_start);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(global_keeps_and_follows_its_object),
        cmocka_unit_test(global_never_destroyed_is_counted_at_the_end),
    };
    return cmocka_run_group_tests_name("global", tests, NULL, NULL);
}
