/* SPDX-License-Identifier: MIT */
/* hf-test: posix timeout=120 */

/*
 * Out of native memory at each place where a typed front needs some, from the first call in a
 * runtime on: the status says so, nothing is given, no file stays open, nothing leaks, and the same
 * works once there is memory again.
 */

#define _GNU_SOURCE 1

#include "runtime.h"

#include "base/alloc.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char place[64];

typedef hf_status (*action)(hf_thread *thread, hf_ref out);

static hf_status current_directory(hf_thread *thread, hf_ref out)
{
    return hf_current_directory(thread, out, NULL);
}

static hf_status chain(hf_thread *thread, hf_ref out)
{
    char path[128];
    snprintf(path, sizeof path, "%s/one", place);
    return hf_link_chain(thread, path, 0, out, NULL);
}

static hf_status bytes_within_a_bound(hf_thread *thread, hf_ref out)
{
    return hf_file_bytes(thread, "/etc/passwd", 1 << 20, out, NULL);
}

static hf_status text_of_a_file(hf_thread *thread, hf_ref out)
{
    return hf_file_text(thread, "/etc/passwd", 0, out, NULL);
}

static hf_status variable(hf_thread *thread, hf_ref out)
{
    return hf_environment_get(thread, "PATH", out, NULL);
}

static hf_status host(hf_thread *thread, hf_ref out)
{
    return hf_host_name(thread, out, NULL);
}

static hf_status address(hf_thread *thread, hf_ref out)
{
    struct sockaddr_in four = { .sin_family = AF_INET };
    return hf_address_name(thread, &four, sizeof four,
                           HF_ADDRESS_NUMERIC_HOST | HF_ADDRESS_NUMERIC_SERVICE, out, NULL, NULL);
}

static hf_status option_as_text(hf_thread *thread, hf_ref out)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) {
        return HF_E_NATIVE;
    }
    hf_status status =
        hf_socket_option_text(thread, HF_ARGS(HF_INT(pair[0])), SOL_SOCKET, SO_TYPE, out, NULL);
    close(pair[0]);
    close(pair[1]);
    return status;
}

#if defined(__linux__)
static hf_status entries(hf_thread *thread, hf_ref out)
{
    return hf_directory_entries(thread, place, out, NULL);
}

static hf_status processors(hf_thread *thread, hf_ref out)
{
    return hf_processors(thread, 0, out, NULL);
}
#endif

static int next_descriptor(void)
{
    int next = dup(0);
    close(next);
    return next;
}

/* The n-th fault point of a first call in a runtime fails; gives how many there are. */
static uint64_t fail_one(action act, uint64_t nth, bool *has_failed)
{
    static hf_test_runtime t;
    hf_test_begin(&t, NULL);
    int expected = next_descriptor();
    {
        HF_FRAME(t.thread);
        hf_ref out = hf_local(t.thread);
        hfi_fault_arm(nth, 1);
        hf_status status = act(t.thread, out);
        uint64_t passed = hfi_fault_disarm();
        *has_failed |= status != HF_OK;
        assert_int_equal(hf_is_null(out), status != HF_OK);
        assert_int_equal(next_descriptor(), expected);
        t.report_count = 0; /* some say where it was */
        assert_int_equal(act(t.thread, out), HF_OK);
        assert_false(hf_is_null(out));
        nth = passed;
    }
    hf_test_end(&t);
    return nth;
}

/* Up to the call that passes fewer points than the one that was to fail. */
static void sweep(action act)
{
    bool has_failed = false;
    uint64_t nth = 1;
    while (fail_one(act, nth, &has_failed) >= nth) {
        nth++;
    }
    assert_true(has_failed);
}

static int begin(void **state)
{
    (void)state;
    char path[128];
    strcpy(place, "/tmp/hf_frontsXXXXXX");
    if (!mkdtemp(place)) {
        return -1;
    }
    snprintf(path, sizeof path, "%s/one", place);
    return symlink("two", path) == 0 ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    char path[128];
    snprintf(path, sizeof path, "%s/one", place);
    unlink(path);
    rmdir(place);
    return 0;
}

#define SWEEP(sentence, act)                                                                       \
    static void sentence(void **state)                                                             \
    {                                                                                              \
        (void)state;                                                                               \
        sweep(act);                                                                                \
    }

SWEEP(current_directory_gives_back_what_it_took, current_directory)
SWEEP(chain_of_links_gives_back_what_it_took, chain)
SWEEP(bytes_of_a_file_give_back_what_they_took, bytes_within_a_bound)
SWEEP(text_of_a_file_gives_back_what_it_took, text_of_a_file)
SWEEP(variable_gives_back_what_it_took, variable)
SWEEP(host_name_gives_back_what_it_took, host)
SWEEP(address_gives_back_what_it_took, address)
SWEEP(option_gives_back_what_it_took, option_as_text)
#if defined(__linux__)
SWEEP(entries_give_back_what_they_took, entries)
SWEEP(processors_give_back_what_they_took, processors)
#endif

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(current_directory_gives_back_what_it_took),
        TEST(chain_of_links_gives_back_what_it_took),
        TEST(bytes_of_a_file_give_back_what_they_took),
        TEST(text_of_a_file_gives_back_what_it_took),
        TEST(variable_gives_back_what_it_took),
        TEST(host_name_gives_back_what_it_took),
        TEST(address_gives_back_what_it_took),
        TEST(option_gives_back_what_it_took),
#if defined(__linux__)
        TEST(entries_give_back_what_they_took),
        TEST(processors_give_back_what_they_took),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
