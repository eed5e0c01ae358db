/* SPDX-License-Identifier: MIT */
/* hf-test: windows threaded timeout=120 */

/*
 * Sizes that another thread changes while they are asked for, with real calls of Windows: the
 * environment, the working directory, the processes, the adapters.
 */

#include "crew.h"
#include "runtime.h"

#include <string.h>
#include <wchar.h>

#include <winsock2.h>
#include <windows.h>
#include <iphlpapi.h>

enum { LETTERS = 26, LONGEST = 2909, TRIES = 15 };

static size_t length_of(unsigned letter)
{
    return letter == 25 ? LONGEST : 10 + (size_t)(letter * 1109u) % 2899;
}

static hf_function *bind_system(hf_test_runtime *t, const char *library, const char *prototype)
{
    hf_library *system = NULL;
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.first_bytes = 32;
    options.tries_max = 40;
    assert_int_equal(hf_library_open(t->thread, library, &system), HF_OK);
    assert_true(t->function_count < HF_TEST_FUNCTIONS);
    hf_function *function = NULL;
    assert_int_equal(hf_function_bind_with(t->thread, system, prototype, &options, &function),
                     HF_OK);
    t->function[t->function_count++] = function;
    hf_library_close(system);
    return function;
}

/* ---- the environment ---- */

static void set_variable(unsigned letter)
{
    static wchar_t value[LONGEST + 1]; /* of one thread at a time */
    size_t length = length_of(letter);
    for (size_t i = 0; i < length; i++) {
        value[i] = (wchar_t)(L'a' + letter);
    }
    value[length] = 0;
    (void)SetEnvironmentVariableW(L"HF_RACE", value);
}

static void change_variable(hf_crew_member *me)
{
    for (unsigned i = 0; !hf_crew_is_over(me); i++) {
        set_variable(i % LETTERS);
    }
}

static bool is_of_one_generation(hf_ref text)
{
    wchar_t value[LONGEST];
    size_t size = hf_bytes_size(text);
    if (size == 0 || size > sizeof value || hf_bytes_read(text, 0, value, size) != HF_OK) {
        return false;
    }
    for (size_t i = 1; i < size / sizeof(wchar_t); i++) {
        if (value[i] != value[0]) {
            return false;
        }
    }
    return size / sizeof(wchar_t) == length_of((unsigned)(value[0] - L'a'));
}

static void a_variable_that_changes_is_read_whole(void **state)
{
    hf_test_runtime *t = *state;
    hf_crew crew = { 0 };
    bool is_whole = true;
    uint32_t most = 0;
    unsigned grown = 0;
    hf_function *function =
        bind_system(t, "kernel32.dll",
                    "DWORD GetEnvironmentVariableW(LPCWSTR name, LPWSTR buffer {out, text}, DWORD"
                    " size {capacity(buffer)}) {fail(result == 0 && error != 0),"
                    " error(last_error, clear), grow_ok(result >= size), needed(buffer, result),"
                    " length(buffer, result)}");
    set_variable(0);
    hf_crew_start(&crew, 1, change_variable, NULL);
    uint64_t last = hfp_clock_ns() + 10 * UINT64_C(1000000000);
    for (uint64_t i = 0; i < hf_test_effort(2000) || (grown < 10 && hfp_clock_ns() < last); i++) {
        HF_FRAME(t->thread);
        hf_result result = HF_RESULT_INIT;
        hf_status status = hf_call(t->thread, function, &result, HF_ARGS(HF_CSTR("HF_RACE")));
        is_whole &= status == HF_OK && is_of_one_generation(hf_result_out(&result, 0));
        most = result.attempts > most ? result.attempts : most;
        grown += result.attempts > 2;
    }
    hf_crew_end(&crew);
    assert_true(is_whole);
    assert_true(most <= TRIES);
}

/* ---- the working directory ---- */

static const wchar_t *const places[] = { L"C:\\", L"C:\\windows", L"C:\\windows\\system32",
                                         L"C:\\windows\\system32\\drivers\\etc" };
#define PLACES (sizeof(places) / sizeof(places[0]))

static void change_directory(hf_crew_member *me)
{
    for (unsigned i = 0; !hf_crew_is_over(me); i++) {
        (void)SetCurrentDirectoryW(places[i % PLACES]);
    }
}

static bool is_a_place(hf_ref text)
{
    wchar_t found[MAX_PATH] = L"";
    bool is_one = false;
    size_t size = hf_bytes_size(text);
    if (size < sizeof found && hf_bytes_read(text, 0, found, size) == HF_OK) {
        for (size_t i = 0; i < PLACES; i++) {
            is_one |= _wcsicmp(places[i], found) == 0;
        }
    }
    return is_one;
}

static void a_directory_that_changes_is_one_of_those_it_was(void **state)
{
    hf_test_runtime *t = *state;
    hf_crew crew = { 0 };
    wchar_t before[MAX_PATH];
    bool is_place = true;
    hf_function *function =
        bind_system(t, "kernel32.dll",
                    "DWORD GetCurrentDirectoryW(DWORD size {capacity(buffer)}, LPWSTR buffer {out,"
                    " text}) {fail(result == 0), error(last_error), grow_ok(result >= size),"
                    " needed(buffer, result), length(buffer, result)}");
    assert_true(GetCurrentDirectoryW(MAX_PATH, before) != 0);
    assert_true(SetCurrentDirectoryW(places[0]));
    hf_crew_start(&crew, 1, change_directory, NULL);
    for (uint64_t i = hf_test_effort(2000); i > 0; i--) {
        HF_FRAME(t->thread);
        hf_result result = HF_RESULT_INIT;
        hf_status status = hf_call(t->thread, function, &result, HF_NO_ARGS);
        is_place &= status == HF_OK && is_a_place(hf_result_out(&result, 0));
    }
    hf_crew_end(&crew);
    assert_true(SetCurrentDirectoryW(before));
    assert_true(is_place);
}

/* ---- processes ---- */

static void start_processes(hf_crew_member *me)
{
    while (!hf_crew_is_over(me)) {
        wchar_t command[] = L"C:\\windows\\system32\\cmd.exe /c exit";
        STARTUPINFOW how = { .cb = sizeof how };
        PROCESS_INFORMATION made;
        if (!CreateProcessW(NULL, command, NULL, NULL, FALSE, 0, NULL, NULL, &how, &made)) {
            return;
        }
        (void)WaitForSingleObject(made.hProcess, 10000);
        CloseHandle(made.hThread);
        CloseHandle(made.hProcess);
        me->work++;
    }
}

static bool has_this_process(hf_ref list)
{
    bool has = false;
    DWORD id;
    for (size_t at = 0; at < hf_bytes_size(list); at += sizeof id) {
        has |= hf_bytes_read(list, at, &id, sizeof id) == HF_OK && id == GetCurrentProcessId();
    }
    return has;
}

static void processes_that_come_and_go_are_all_there(void **state)
{
    hf_test_runtime *t = *state;
    hf_crew crew = { 0 };
    bool has_all = true;
    hf_function *function =
        bind_system(t, "kernel32.dll",
                    "BOOL K32EnumProcesses(DWORD *ids {out}, DWORD size {capacity(ids, bytes)},"
                    " DWORD *used {out, length(ids, bytes)}) {fail(result == 0),"
                    " error(last_error), grow_ok(size - used < 4)}");
    hf_crew_start(&crew, 1, start_processes, NULL);
    for (uint64_t i = hf_test_effort(300); i > 0; i--) {
        HF_FRAME(t->thread);
        hf_result result = HF_RESULT_INIT;
        hf_status status = hf_call(t->thread, function, &result, HF_NO_ARGS);
        has_all &= status == HF_OK && has_this_process(hf_result_out(&result, 0));
    }
    hf_crew_end(&crew);
    assert_true(has_all);
}

/* ---- adapters ---- */

typedef struct asker {
    hf_runtime *runtime;
    const hf_function *function;
} asker;

/* Every link of the list leads into the buffer that came back. */
static bool is_whole(hf_thread *thread, hf_ref list)
{
    hf_span span;
    HF_FENCE(thread, fence, list, &span);
    const char *start = (const char *)span.data;
    const char *end = start + span.size;
    const IP_ADAPTER_ADDRESSES *at = (const void *)start;
    unsigned count = 0;
    while (at && (const char *)at >= start && (const char *)(at + 1) <= end && count < 1000) {
        count++;
        at = at->Next;
    }
    hf_fence_end(&fence);
    return !at && count > 0;
}

static void ask_adapters(hf_crew_member *me)
{
    const asker *a = me->user;
    hf_thread *thread = NULL;
    HF_CREW_CHECK(me, hf_thread_attach(a->runtime, &thread) == HF_OK);
    for (uint64_t i = hf_test_effort(30); i > 0; i--) {
        HF_FRAME(thread);
        hf_result result = HF_RESULT_INIT;
        hf_status status =
            hf_call(thread, a->function, &result, HF_ARGS(HF_UINT(0), HF_UINT(0), HF_NULL));
        HF_CREW_CHECK(me, status == HF_OK || (status == HF_E_NATIVE && result.error == 232));
        HF_CREW_CHECK(me, status != HF_OK || is_whole(thread, hf_result_out(&result, 0)));
        HF_CREW_CHECK(me, hf_collect(thread) == HF_OK);
    }
    HF_CREW_CHECK(me, hf_thread_detach(thread) == HF_OK);
}

static void adapters_asked_by_two_threads_lie_in_their_own_buffers(void **state)
{
    hf_test_runtime *t = *state;
    hf_crew crew = { 0 };
    asker a = { t->runtime,
                bind_system(t, "iphlpapi.dll",
                            "ULONG GetAdaptersAddresses(ULONG family, ULONG flags, PVOID reserved"
                            " {raw}, uint64_t *list {out, points_into(list)}, PULONG size {inout,"
                            " capacity(list, bytes), needed(list, bytes)}) {fail(result != 0),"
                            " error(result), grow(error == 111)}") };
    hf_crew_start(&crew, 2, ask_adapters, &a);
    assert_int_equal(hf_native_begin(t->thread), HF_OK);
    hf_crew_join(&crew);
    assert_int_equal(hf_native_end(t->thread, NULL), HF_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_variable_that_changes_is_read_whole),
        TEST(a_directory_that_changes_is_one_of_those_it_was),
        TEST(processes_that_come_and_go_are_all_there),
        TEST(adapters_asked_by_two_threads_lie_in_their_own_buffers),
    };
    return cmocka_run_group_tests_name("retry race", tests, NULL, NULL);
}
