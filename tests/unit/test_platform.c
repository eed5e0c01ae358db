/* SPDX-License-Identifier: MIT */
/* hf-test: threaded timeout=120 */

/*
 * The contract of platform.h for memory, libraries, the process, time and
 * access faults, the same on every system.  Threads and locks are in
 * test_platform_threads.c, what is kept of error values and forced failures in
 * test_platform_errors.c.
 */

#include "hf_test.h"

#include "platform/platform.h"

#include <stdatomic.h>
#include <string.h>

#define NS_PER_MS UINT64_C(1000000)

/* ---- a page that opens itself when it is touched ---- */

typedef struct trap {
    char *page;
    size_t size;
    bool is_committed;
    _Atomic(unsigned) hits;
    _Atomic(uintptr_t) last;
} trap;

static bool open_trapped_page(uintptr_t address, void *user)
{
    trap *opened = user;
    const uintptr_t start = (uintptr_t)opened->page;
    if (address < start || address >= start + opened->size) {
        return false;
    }
    atomic_fetch_add(&opened->hits, 1);
    atomic_store(&opened->last, address);
    const hf_status status = opened->is_committed
                                 ? hfp_vm_protect(opened->page, opened->size, HFP_READ_WRITE)
                                 : hfp_vm_commit(opened->page, opened->size);
    return status == HF_OK;
}

static char read_byte(const char *address)
{
    return *(const volatile char *)address;
}

static void write_byte(char *address, char value)
{
    *(volatile char *)address = value;
}

/* Reads (or writes) one byte and tells how often that trapped. */
static unsigned count_traps(char *page, bool is_committed, char *address, bool writes)
{
    trap watched = { .page = page,
                     .size = hfp_features_get()->page_size,
                     .is_committed = is_committed };
    assert_int_equal(hfp_fault_watch(open_trapped_page, &watched), HF_OK);
    if (writes) {
        write_byte(address, 1);
    } else {
        (void)read_byte(address);
    }
    hfp_fault_unwatch(open_trapped_page, &watched);
    if (atomic_load(&watched.hits) != 0) {
        assert_true(atomic_load(&watched.last) == (uintptr_t)address);
    }
    return atomic_load(&watched.hits);
}

static char *reserve(size_t size)
{
    void *base = NULL;
    assert_int_equal(hfp_vm_reserve(size, hfp_features_get()->reserve_granularity, &base), HF_OK);
    return base;
}

/* ---- features ---- */

static void platform_features_are_plausible_and_stay(void **state)
{
    (void)state;
    const hfp_features *features = hfp_features_get();

    assert_ptr_equal(features, hfp_features_get());
    assert_true(features->page_size >= 4096);
    assert_int_equal(features->page_size & (features->page_size - 1), 0);
    assert_int_equal(features->reserve_granularity % features->page_size, 0);
    assert_true(features->cpu_count >= 1);
    assert_true(strcmp(features->system, "posix") == 0 || strcmp(features->system, "windows") == 0);
    if (features->is_wine) {
        assert_string_equal(features->system, "windows");
        assert_false(features->has_process_barrier);
    }
}

/* ---- vm ---- */

static void vm_reserve_gives_the_alignment_that_was_asked_for(void **state)
{
    (void)state;
    const size_t granularity = hfp_features_get()->reserve_granularity;
    void *bases[8];
    size_t count = 0;

    for (size_t align = granularity; align <= ((size_t)64 << 20); align *= 4) {
        assert_true(count < 8);
        assert_int_equal(hfp_vm_reserve(granularity, align, &bases[count]), HF_OK);
        assert_int_equal((uintptr_t)bases[count] % align, 0);
        count++;
    }

    while (count > 0) {
        hfp_vm_release(bases[--count], granularity);
    }
}

static void vm_reserve_says_no_memory_when_no_place_is_large_enough(void **state)
{
    (void)state;
    const size_t granularity = hfp_features_get()->reserve_granularity;
    const size_t most = SIZE_MAX - granularity + 1;
    void *base = &base;

    assert_int_equal(hfp_vm_reserve(most, granularity, &base), HF_E_NOMEM);
    assert_int_equal(hfp_vm_reserve(most, granularity * 64, &base), HF_E_NOMEM);
    assert_int_equal(hfp_vm_reserve(SIZE_MAX / 2 + 1, granularity * 64, &base), HF_E_NOMEM);
    assert_ptr_equal(base, &base);
}

static void vm_committed_pages_are_zero_and_writable(void **state)
{
    (void)state;
    const size_t page = hfp_features_get()->page_size;
    const size_t size = hfp_features_get()->reserve_granularity * 16;
    char *base = reserve(size);

    assert_int_equal(hfp_vm_commit(base + page, page), HF_OK);
    for (size_t i = 0; i < page; i++) {
        assert_int_equal(base[page + i], 0);
    }
    memset(base + page, 0x5a, page);
    assert_int_equal(base[2 * page - 1], 0x5a);

    hfp_vm_release(base, size);
}

static void vm_reserved_pages_trap_until_they_are_committed(void **state)
{
    (void)state;
    const size_t page = hfp_features_get()->page_size;
    const size_t size = page * 16;
    char *base = reserve(size);

    assert_int_equal(count_traps(base, false, base + 17, false), 1);
    assert_int_equal(count_traps(base, false, base + page - 1, true), 0);

    hfp_vm_release(base, size);
}

static void vm_decommit_drops_the_contents_and_makes_the_addresses_trap(void **state)
{
    (void)state;
    const size_t page = hfp_features_get()->page_size;
    const size_t size = page * 16;
    char *base = reserve(size);
    assert_int_equal(hfp_vm_commit(base, 3 * page), HF_OK);
    memset(base, 0x77, 3 * page);

    assert_int_equal(hfp_vm_decommit(base + page, page), HF_OK);

    assert_int_equal(count_traps(base + page, false, base + page + 5, false), 1);
    for (size_t i = 0; i < page; i++) {
        assert_int_equal(base[page + i], 0);
    }
    assert_int_equal(base[page - 1], 0x77);
    assert_int_equal(base[2 * page], 0x77);
    hfp_vm_release(base, size);
}

static void vm_protect_changes_the_access_and_keeps_the_contents(void **state)
{
    (void)state;
    const size_t page = hfp_features_get()->page_size;
    char *base = reserve(page * 16);
    assert_int_equal(hfp_vm_commit(base, page), HF_OK);
    memset(base, 0x33, page);

    assert_int_equal(hfp_vm_protect(base, page, HFP_READ), HF_OK);
    assert_int_equal(count_traps(base, true, base + 3, false), 0);
    assert_int_equal(count_traps(base, true, base + 3, true), 1);
    assert_int_equal(hfp_vm_protect(base, page, HFP_NO_ACCESS), HF_OK);
    assert_int_equal(count_traps(base, true, base + 9, false), 1);

    assert_int_equal(base[3], 1);
    assert_int_equal(base[9], 0x33);
    hfp_vm_release(base, page * 16);
}

/* ---- faults ---- */

typedef struct refusal {
    _Atomic(unsigned) asked;
} refusal;

static bool refuse(uintptr_t address, void *user)
{
    (void)address;
    refusal *refused = user;
    atomic_fetch_add(&refused->asked, 1);
    return false;
}

static void fault_watchers_are_asked_until_one_takes_it(void **state)
{
    (void)state;
    const size_t page = hfp_features_get()->page_size;
    char *base = reserve(page * 16);
    refusal first = { 0 };
    trap second = { .page = base, .size = page };
    refusal third = { 0 };
    assert_int_equal(hfp_fault_watch(refuse, &first), HF_OK);
    assert_int_equal(hfp_fault_watch(open_trapped_page, &second), HF_OK);
    assert_int_equal(hfp_fault_watch(refuse, &third), HF_OK);

    (void)read_byte(base);

    hfp_fault_unwatch(refuse, &first);
    hfp_fault_unwatch(open_trapped_page, &second);
    hfp_fault_unwatch(refuse, &third);
    assert_int_equal(atomic_load(&first.asked), 1);
    assert_int_equal(atomic_load(&second.hits), 1);
    assert_int_equal(atomic_load(&third.asked), 0);
    hfp_vm_release(base, page * 16);
}

static void fault_watcher_is_not_asked_after_unwatch(void **state)
{
    (void)state;
    const size_t page = hfp_features_get()->page_size;
    char *base = reserve(page * 16);
    refusal gone = { 0 };
    assert_int_equal(hfp_fault_watch(refuse, &gone), HF_OK);
    hfp_fault_unwatch(refuse, &gone);

    assert_int_equal(count_traps(base, false, base, false), 1);

    assert_int_equal(atomic_load(&gone.asked), 0);
    hfp_vm_release(base, page * 16);
}

static void fault_watch_says_limit_at_the_ninth_watcher(void **state)
{
    (void)state;
    refusal refusals[9] = { 0 };
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(hfp_fault_watch(refuse, &refusals[i]), HF_OK);
    }

    assert_int_equal(hfp_fault_watch(refuse, &refusals[8]), HF_E_LIMIT);
    hfp_fault_unwatch(refuse, &refusals[3]);
    assert_int_equal(hfp_fault_watch(refuse, &refusals[8]), HF_OK);

    for (size_t i = 0; i < 9; i++) {
        hfp_fault_unwatch(refuse, &refusals[i]);
    }
}

/* ---- modules ---- */

static void module_c_is_the_c_library_on_every_system(void **state)
{
    (void)state;
    void *module = NULL;
    void *address = NULL;
    uint32_t error = 1;
    assert_int_equal(hfp_module_open("c", HFP_MODULE_SYSTEM, &module, &error), HF_OK);
    assert_int_equal(error, 0);
    assert_int_equal(hfp_module_symbol(module, "atoi", &address), HF_OK);

    int (*to_number)(const char *) = NULL;
    memcpy(&to_number, &address, sizeof(to_number));
    assert_int_equal(to_number("4711"), 4711);

    hfp_module_close(module);
}

static void module_open_says_library_when_there_is_none(void **state)
{
    (void)state;
    static const char *const names[] = { "hf-no-such-library", "", "/no/such/dir/lib.so" };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        for (int search = HFP_MODULE_SYSTEM; search <= HFP_MODULE_ANY; search++) {
            void *module = &module;
            uint32_t error = 0;
            assert_int_equal(hfp_module_open(names[i], (hfp_module_search)search, &module, &error),
                             HF_E_LIBRARY);
            assert_ptr_equal(module, &module);
            assert_int_not_equal(error, 0);
        }
    }
}

static void module_open_takes_the_longest_names(void **state)
{
    (void)state;
    static char name[40000];
    memset(name, 'n', sizeof(name) - 1);
    void *module = NULL;
    uint32_t error = 0;

    assert_int_equal(hfp_module_open(name, HFP_MODULE_SYSTEM, &module, &error), HF_E_LIBRARY);
    assert_int_equal(hfp_module_open(name, HFP_MODULE_ANY, &module, &error), HF_E_LIBRARY);
}

static void module_symbol_says_symbol_when_there_is_none(void **state)
{
    (void)state;
    void *module = NULL;
    void *address = &address;
    uint32_t error = 0;
    assert_int_equal(hfp_module_open("c", HFP_MODULE_ANY, &module, &error), HF_OK);

    assert_int_equal(hfp_module_symbol(module, "hf_no_such_symbol", &address), HF_E_SYMBOL);

    assert_ptr_equal(address, &address);
    hfp_module_close(module);
}

/* ---- errors ---- */

static void native_error_restore_puts_back_what_save_reads(void **state)
{
    (void)state;
    const bool is_windows = strcmp(hfp_features_get()->system, "windows") == 0;
    const hfp_native_error before = hfp_native_error_save();
    const hfp_native_error odd = { .errno_value = 77, .last_error = 4242, .wsa_error = 4242 };

    hfp_native_error_restore(odd);
    const hfp_native_error seen = hfp_native_error_save();
    hfp_native_error_restore(before);

    assert_int_equal(seen.errno_value, 77);
    assert_int_equal(seen.last_error, is_windows ? 4242 : 0);
    assert_int_equal(seen.wsa_error, is_windows ? 4242 : 0);
}

static void errno_locator_of_our_own_c_library_is_plain_errno(void **state)
{
    (void)state;
    void *module = NULL;
    uint32_t error = 0;
    hfp_errno_fn locate = (hfp_errno_fn)(void (*)(void))platform_features_are_plausible_and_stay;
    assert_int_equal(hfp_module_open("c", HFP_MODULE_ANY, &module, &error), HF_OK);

    assert_int_equal(hfp_errno_locator(module, &locate), HF_OK);

    assert_null(locate);
    hfp_module_close(module);
}

static void native_error_text_is_one_terminated_line_of_any_size(void **state)
{
    (void)state;
    char whole[256];
    for (int is_errno = 0; is_errno <= 1; is_errno++) {
        hfp_native_error_text(2, is_errno, whole, sizeof(whole));
        assert_true(strlen(whole) > 3);
        assert_null(strpbrk(whole, "\r\n"));

        char cut[5];
        for (size_t size = 1; size <= 4; size++) {
            memset(cut, '#', sizeof(cut));
            hfp_native_error_text(2, is_errno, cut, size);
            assert_true(strlen(cut) < size);
            assert_int_equal(strncmp(cut, whole, strlen(cut)), 0);
            assert_int_equal(cut[size], '#');
        }
    }
    hfp_native_error_text(0x7ffffff1, false, whole, sizeof(whole));
    assert_true(strlen(whole) > 0);
}

/* ---- process ---- */

/* setenv is not on every system; the C library's own putenv is, under one of two names. */
static void put_environment(char *assignment)
{
    void *module = NULL;
    void *address = NULL;
    uint32_t error = 0;
    assert_int_equal(hfp_module_open("c", HFP_MODULE_ANY, &module, &error), HF_OK);
    if (hfp_module_symbol(module, "_putenv", &address) != HF_OK) {
        assert_int_equal(hfp_module_symbol(module, "putenv", &address), HF_OK);
    }
    int (*put)(char *) = NULL;
    memcpy(&put, &address, sizeof(put));
    assert_int_equal(put(assignment), 0);
    hfp_module_close(module);
}

static void env_get_copies_a_value_that_fits(void **state)
{
    (void)state;
    static char assignment[] = "HF_PLATFORM_TEST=seven77";
    put_environment(assignment);
    char buffer[9] = "########";

    assert_int_equal(hfp_env_get("HF_PLATFORM_TEST", buffer, 7), HF_E_RANGE);
    assert_string_equal(buffer, "########");
    assert_int_equal(hfp_env_get("HF_PLATFORM_TEST", buffer, 8), HF_OK);
    assert_string_equal(buffer, "seven77");
}

static void env_get_says_not_found(void **state)
{
    (void)state;
    char buffer[4] = "###";

    assert_int_equal(hfp_env_get("HF_NO_SUCH_VARIABLE", buffer, sizeof(buffer)), HF_E_NOT_FOUND);

    assert_string_equal(buffer, "###");
}

static void process_id_is_one_number(void **state)
{
    (void)state;
    assert_true(hfp_process_id() != 0);
    assert_true(hfp_process_id() == hfp_process_id());
}

/* ---- time ---- */

static void clock_never_goes_back(void **state)
{
    (void)state;
    uint64_t last = hfp_clock_ns();
    for (int i = 0; i < 100000; i++) {
        const uint64_t now = hfp_clock_ns();
        assert_true(now >= last);
        last = now;
    }
}

static void sleep_lasts_at_least_as_long_as_it_was_told(void **state)
{
    (void)state;
    static const uint64_t sleeps_ns[] = { 0, 1, 5000, 50000, 999999, 1000001, 30 * NS_PER_MS };
    for (size_t i = 0; i < sizeof(sleeps_ns) / sizeof(sleeps_ns[0]); i++) {
        const uint64_t before = hfp_clock_ns();
        hfp_sleep_ns(sleeps_ns[i]);
        const uint64_t lasted = hfp_clock_ns() - before;
        assert_true(lasted >= sleeps_ns[i]);
        assert_true(lasted < sleeps_ns[i] + 5000 * NS_PER_MS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(platform_features_are_plausible_and_stay),
        cmocka_unit_test(vm_reserve_gives_the_alignment_that_was_asked_for),
        cmocka_unit_test(vm_reserve_says_no_memory_when_no_place_is_large_enough),
        cmocka_unit_test(vm_committed_pages_are_zero_and_writable),
        cmocka_unit_test(vm_reserved_pages_trap_until_they_are_committed),
        cmocka_unit_test(vm_decommit_drops_the_contents_and_makes_the_addresses_trap),
        cmocka_unit_test(vm_protect_changes_the_access_and_keeps_the_contents),
        cmocka_unit_test(fault_watchers_are_asked_until_one_takes_it),
        cmocka_unit_test(fault_watcher_is_not_asked_after_unwatch),
        cmocka_unit_test(fault_watch_says_limit_at_the_ninth_watcher),
        cmocka_unit_test(module_c_is_the_c_library_on_every_system),
        cmocka_unit_test(module_open_says_library_when_there_is_none),
        cmocka_unit_test(module_open_takes_the_longest_names),
        cmocka_unit_test(module_symbol_says_symbol_when_there_is_none),
        cmocka_unit_test(native_error_restore_puts_back_what_save_reads),
        cmocka_unit_test(errno_locator_of_our_own_c_library_is_plain_errno),
        cmocka_unit_test(native_error_text_is_one_terminated_line_of_any_size),
        cmocka_unit_test(env_get_copies_a_value_that_fits),
        cmocka_unit_test(env_get_says_not_found),
        cmocka_unit_test(process_id_is_one_number),
        cmocka_unit_test(clock_never_goes_back),
        cmocka_unit_test(sleep_lasts_at_least_as_long_as_it_was_told),
    };
    return cmocka_run_group_tests_name("platform", tests, NULL, NULL);
}
