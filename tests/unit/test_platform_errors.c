/* SPDX-License-Identifier: MIT */
/* hf-test: threaded */

/*
 * Every primitive leaves errno and last-error as they were, whether it succeeds
 * or fails, and every one that can fail does so at its fault point with its
 * outputs untouched.
 *
 * One row a primitive, in an order in which each finds what it needs.  A row
 * calls its primitive once and nothing else of the platform floor.
 */

#include "hf_test.h"

#include "base/alloc.h"
#include "platform/platform.h"

#include <string.h>

/* What rows hand to each other. */
static struct {
    size_t page;
    size_t size;
    void *base;
    hfp_thread thread;
    hfp_key key;
    hfp_mutex mutex;
    hfp_cond cond;
    void *module;
    void *address;
    uint32_t error;
    hfp_errno_fn locate;
    uintptr_t low;
    uintptr_t high;
    char text[64];
} world;

/* A row of a primitive that cannot fail. */
#define DOES(name, call)                                                                           \
    static hf_status name(void)                                                                    \
    {                                                                                              \
        call;                                                                                      \
        return HF_OK;                                                                              \
    }

static hf_status features_get(void)
{
    return hfp_features_get()->page_size == world.page ? HF_OK : HF_E_SYSTEM;
}

static hf_status vm_reserve(void)
{
    return hfp_vm_reserve(world.size, world.size * 16, &world.base);
}

static hf_status vm_reserve_too_much(void)
{
    return hfp_vm_reserve(SIZE_MAX / 2 + 1, world.size, &world.base);
}

static hf_status vm_commit(void)
{
    return hfp_vm_commit(world.base, world.page * 2);
}

static hf_status vm_protect(void)
{
    return hfp_vm_protect(world.base, world.page, HFP_READ);
}

static hf_status vm_decommit(void)
{
    return hfp_vm_decommit(world.base, world.page);
}

DOES(vm_release, hfp_vm_release(world.base, world.size))

static void spoil_own_errors(void *user)
{
    (void)user;
    hfp_native_error_restore((hfp_native_error){ .errno_value = 1, .last_error = 1 });
}

static hf_status thread_start(void)
{
    return hfp_thread_start(&world.thread, "hf-errors", spoil_own_errors, NULL);
}

DOES(thread_join, hfp_thread_join(&world.thread))

static hf_status thread_self(void)
{
    return hfp_thread_self() != 0 ? HF_OK : HF_E_SYSTEM;
}

DOES(thread_yield, hfp_thread_yield())

static hf_status thread_stack(void)
{
    return hfp_thread_stack(&world.low, &world.high);
}

static void ignore_value(void *value)
{
    (void)value;
}

static hf_status key_create(void)
{
    return hfp_key_create(&world.key, ignore_value);
}

static hf_status key_get_nothing(void)
{
    return hfp_key_get(&world.key) == NULL ? HF_OK : HF_E_SYSTEM;
}

static hf_status key_set(void)
{
    return hfp_key_set(&world.key, &world);
}

static hf_status key_get(void)
{
    return hfp_key_get(&world.key) == &world ? HF_OK : HF_E_SYSTEM;
}

static hf_status key_set_null(void)
{
    return hfp_key_set(&world.key, NULL);
}

DOES(key_delete, hfp_key_delete(&world.key))

DOES(mutex_init, hfp_mutex_init(&world.mutex))

DOES(mutex_lock, hfp_mutex_lock(&world.mutex))

static hf_status mutex_try_lock_held(void)
{
    return hfp_mutex_try_lock(&world.mutex) ? HF_E_SYSTEM : HF_OK;
}

static hf_status mutex_try_lock_free(void)
{
    return hfp_mutex_try_lock(&world.mutex) ? HF_OK : HF_E_SYSTEM;
}

DOES(mutex_unlock, hfp_mutex_unlock(&world.mutex))

DOES(mutex_finish, hfp_mutex_finish(&world.mutex))

DOES(cond_init, hfp_cond_init(&world.cond))

static hf_status cond_wait_past(void)
{
    return hfp_cond_wait(&world.cond, &world.mutex, 1) ? HF_OK : HF_E_TIMEOUT;
}

DOES(cond_wake_one, hfp_cond_wake_one(&world.cond))

DOES(cond_wake_all, hfp_cond_wake_all(&world.cond))

DOES(cond_finish, hfp_cond_finish(&world.cond))

static hf_status barrier_process(void)
{
    const bool is_there = hfp_features_get()->has_process_barrier;
    const hf_status status = hfp_barrier_process();
    return status == (is_there ? HF_OK : HF_E_UNSUPPORTED) ? HF_OK : HF_E_SYSTEM;
}

static hf_status barrier_process_status(void)
{
    return hfp_barrier_process();
}

static hf_status clock_ns(void)
{
    return hfp_clock_ns() != 0 ? HF_OK : HF_E_SYSTEM;
}

DOES(sleep_none, hfp_sleep_ns(0))

DOES(sleep_short, hfp_sleep_ns(20000))

DOES(sleep_long, hfp_sleep_ns(3000000))

static hf_status module_open(void)
{
    return hfp_module_open("c", HFP_MODULE_SYSTEM, &world.module, &world.error);
}

static hf_status module_open_none(void)
{
    void *module;
    return hfp_module_open("hf-no-such-library", HFP_MODULE_SYSTEM, &module, &world.error);
}

static hf_status module_symbol(void)
{
    return hfp_module_symbol(world.module, "atoi", &world.address);
}

static hf_status module_symbol_none(void)
{
    return hfp_module_symbol(world.module, "hf_no_such_symbol", &world.address);
}

static hf_status errno_locator(void)
{
    return hfp_errno_locator(world.module, &world.locate);
}

DOES(module_close, hfp_module_close(world.module))

static hf_status last_error_address(void)
{
    return hfp_last_error_address() ? HF_OK : HF_E_SYSTEM;
}

DOES(error_text_of_errno, hfp_native_error_text(2, true, world.text, sizeof(world.text)))

DOES(error_text_unknown, hfp_native_error_text(0x7ffffff1, true, world.text, sizeof(world.text)))

DOES(error_text_of_system, hfp_native_error_text(0x7ffffff1, false, world.text, sizeof(world.text)))

static hf_status write_stderr(void)
{
    static const char line[] = "written by test_platform_errors\n";
    hfp_write_stderr(line, sizeof(line) - 1);
    return HF_OK;
}

static hf_status env_get(void)
{
    static char large[32768];
    return hfp_env_get("PATH", large, sizeof(large));
}

static hf_status env_get_none(void)
{
    return hfp_env_get("HF_NO_SUCH_VARIABLE", world.text, sizeof(world.text));
}

static hf_status env_get_small(void)
{
    return hfp_env_get("PATH", world.text, 1);
}

static hf_status process_id(void)
{
    return hfp_process_id() != 0 ? HF_OK : HF_E_SYSTEM;
}

/* Opens the page of the fault, and leaves other error values behind than it found. */
static bool open_page(uintptr_t address, void *user)
{
    (void)user;
    spoil_own_errors(NULL);
    const uintptr_t start = (uintptr_t)world.base;
    return address >= start && address < start + world.page &&
           hfp_vm_protect(world.base, world.page, HFP_READ_WRITE) == HF_OK;
}

static hf_status fault_watch(void)
{
    return hfp_fault_watch(open_page, NULL);
}

static hf_status fault_in_page(void)
{
    *(volatile char *)world.base = 1; /* the page is read-only until open_page() was here */
    return HF_OK;
}

DOES(fault_unwatch, hfp_fault_unwatch(open_page, NULL))

static hf_status fork_watch(void)
{
    static const hfp_fork_hooks none = { 0 };
    return hfp_fork_watch(&none);
}

typedef struct row {
    const char *what;
    hf_status (*run)(void);
    hf_status expected;
    const char *point; /* fault point, NULL where it cannot fail */
    hf_status forced;  /* what it says then */
} row;

static const row rows[] = {
    { "features_get", features_get, HF_OK, NULL, HF_OK },
    { "vm_reserve", vm_reserve, HF_OK, "vm reserve", HF_E_NOMEM },
    { "vm_reserve, too much", vm_reserve_too_much, HF_E_NOMEM, NULL, HF_OK },
    { "vm_commit", vm_commit, HF_OK, "vm commit", HF_E_NOMEM },
    { "vm_protect", vm_protect, HF_OK, "vm protect", HF_E_NOMEM },
    { "fault_watch", fault_watch, HF_OK, "fault watch", HF_E_SYSTEM },
    { "a fault", fault_in_page, HF_OK, NULL, HF_OK },
    { "fault_unwatch", fault_unwatch, HF_OK, NULL, HF_OK },
    { "vm_decommit", vm_decommit, HF_OK, "vm decommit", HF_E_NOMEM },
    { "vm_release", vm_release, HF_OK, NULL, HF_OK },
    { "thread_start", thread_start, HF_OK, "thread start", HF_E_NOMEM },
    { "thread_join", thread_join, HF_OK, NULL, HF_OK },
    { "thread_self", thread_self, HF_OK, NULL, HF_OK },
    { "thread_yield", thread_yield, HF_OK, NULL, HF_OK },
    { "thread_stack", thread_stack, HF_OK, "thread stack", HF_E_SYSTEM },
    { "key_create", key_create, HF_OK, "key create", HF_E_NOMEM },
    { "key_get, nothing", key_get_nothing, HF_OK, NULL, HF_OK },
    { "key_set", key_set, HF_OK, "key set", HF_E_NOMEM },
    { "key_get", key_get, HF_OK, NULL, HF_OK },
    { "key_set, null", key_set_null, HF_OK, NULL, HF_OK },
    { "key_delete", key_delete, HF_OK, NULL, HF_OK },
    { "mutex_init", mutex_init, HF_OK, NULL, HF_OK },
    { "mutex_lock", mutex_lock, HF_OK, NULL, HF_OK },
    { "mutex_try_lock, held", mutex_try_lock_held, HF_OK, NULL, HF_OK },
    { "cond_init", cond_init, HF_OK, NULL, HF_OK },
    { "cond_wait, too late", cond_wait_past, HF_E_TIMEOUT, NULL, HF_OK },
    { "cond_wake_one", cond_wake_one, HF_OK, NULL, HF_OK },
    { "cond_wake_all", cond_wake_all, HF_OK, NULL, HF_OK },
    { "cond_finish", cond_finish, HF_OK, NULL, HF_OK },
    { "mutex_unlock", mutex_unlock, HF_OK, NULL, HF_OK },
    { "mutex_try_lock, free", mutex_try_lock_free, HF_OK, NULL, HF_OK },
    { "mutex_unlock, again", mutex_unlock, HF_OK, NULL, HF_OK },
    { "mutex_finish", mutex_finish, HF_OK, NULL, HF_OK },
    { "barrier_process", barrier_process, HF_OK, NULL, HF_OK },
    { "clock_ns", clock_ns, HF_OK, NULL, HF_OK },
    { "sleep_ns, none", sleep_none, HF_OK, NULL, HF_OK },
    { "sleep_ns, short", sleep_short, HF_OK, NULL, HF_OK },
    { "sleep_ns, long", sleep_long, HF_OK, NULL, HF_OK },
    { "module_open", module_open, HF_OK, "module open", HF_E_NOMEM },
    { "module_open, none", module_open_none, HF_E_LIBRARY, "module open", HF_E_NOMEM },
    { "module_symbol", module_symbol, HF_OK, "module symbol", HF_E_SYMBOL },
    { "module_symbol, none", module_symbol_none, HF_E_SYMBOL, NULL, HF_OK },
    { "errno_locator", errno_locator, HF_OK, "errno locator", HF_E_UNSUPPORTED },
    { "module_close", module_close, HF_OK, NULL, HF_OK },
    { "last_error_address", last_error_address, HF_OK, NULL, HF_OK },
    { "native_error_text, errno", error_text_of_errno, HF_OK, NULL, HF_OK },
    { "native_error_text, unknown", error_text_unknown, HF_OK, NULL, HF_OK },
    { "native_error_text, system", error_text_of_system, HF_OK, NULL, HF_OK },
    { "write_stderr", write_stderr, HF_OK, NULL, HF_OK },
    { "env_get", env_get, HF_OK, "env get", HF_E_NOMEM },
    { "env_get, none", env_get_none, HF_E_NOT_FOUND, NULL, HF_OK },
    { "env_get, small", env_get_small, HF_E_RANGE, NULL, HF_OK },
    { "process_id", process_id, HF_OK, NULL, HF_OK },
    { "fork_watch", fork_watch, HF_OK, "fork watch", HF_E_NOMEM },
};
#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

/* Runs the row between two odd error values and tells whether they were kept. */
static hf_status run_between(const row *tested, bool *kept)
{
    const hfp_native_error before = hfp_native_error_save();
    hfp_native_error_restore(
        (hfp_native_error){ .errno_value = 7777, .last_error = 424242, .wsa_error = 424242 });
    const hfp_native_error odd = hfp_native_error_save();

    const hf_status status = tested->run();

    const hfp_native_error after = hfp_native_error_save();
    *kept = after.errno_value == odd.errno_value && after.last_error == odd.last_error &&
            after.wsa_error == odd.wsa_error;
    if (!*kept) {
        print_error("%s: errno %d, last-error %u afterwards\n", tested->what,
                    (int)after.errno_value, (unsigned)after.last_error);
    }
    hfp_native_error_restore(before);
    return status;
}

static void check_row(const row *tested, hf_status expected)
{
    bool kept = false;
    const hf_status status = run_between(tested, &kept);
    if (status != expected) {
        print_error("%s: %s, not %s\n", tested->what, hf_status_name(status),
                    hf_status_name(expected));
    }
    assert_int_equal(status, expected);
    assert_true(kept);
}

static void prepare_world(void)
{
    memset(&world, 0, sizeof(world));
    world.page = hfp_features_get()->page_size;
    world.size = world.page * 16; /* the granularity, where that is larger */
}

static void platform_keeps_errno_and_last_error_in_every_primitive(void **state)
{
    (void)state;
    prepare_world();
    for (size_t i = 0; i < ROW_COUNT; i++) {
        check_row(&rows[i], rows[i].expected);
    }
}

static void platform_fails_at_every_fault_point_with_the_outputs_untouched(void **state)
{
    (void)state;
    prepare_world();
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (rows[i].point) {
            const uint32_t no_error = 0;
            unsigned char before[sizeof(world)];
            world.error = no_error;
            memcpy(before, &world, sizeof(world));
            hfi_fault_arm(1, 1);
            check_row(&rows[i], rows[i].forced);
            assert_string_equal(hfi_fault_last(), rows[i].point);
            (void)hfi_fault_disarm();
            world.error = no_error; /* the one output that a failure writes */
            assert_memory_equal(before, &world, sizeof(world));
        }
        check_row(&rows[i], rows[i].expected);
    }
}

/* Its own case, because the feature it forces away may not be there to begin with. */
static void barrier_process_is_unsupported_at_its_fault_point(void **state)
{
    (void)state;
    const row barrier = { .what = "barrier_process", .run = barrier_process_status };
    hfi_fault_arm(1, 1);
    check_row(&barrier, HF_E_UNSUPPORTED);
    assert_string_equal(hfi_fault_last(), "barrier process");
    (void)hfi_fault_disarm();
}

static void error_values_are_where_the_platform_says(void **state)
{
    (void)state;
    int *errno_at = hfp_errno_address();
    const uint32_t *last_error_at = hfp_last_error_address();
    assert_non_null(errno_at);
    assert_non_null(last_error_at);
    for (int i = 1; i < 4; i++) {
        hfp_native_error_restore(
            (hfp_native_error){ .errno_value = 100 * i, .last_error = 7000u * (unsigned)i });
        hfp_native_error now = hfp_native_error_save();
        assert_int_equal(*errno_at, 100 * i);
        assert_int_equal(*last_error_at, now.last_error);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(platform_keeps_errno_and_last_error_in_every_primitive),
        cmocka_unit_test(platform_fails_at_every_fault_point_with_the_outputs_untouched),
        cmocka_unit_test(barrier_process_is_unsupported_at_its_fault_point),
        cmocka_unit_test(error_values_are_where_the_platform_says),
    };
    return cmocka_run_group_tests_name("platform_errors", tests, NULL, NULL);
}
