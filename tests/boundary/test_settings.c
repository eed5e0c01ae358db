/* SPDX-License-Identifier: MIT */
/* hf-test: posix */

/* Addresses, processors, options of sockets and settings of the kernel against the plain calls. */

#define _GNU_SOURCE 1

#include "runtime.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void assert_text(hf_ref text, const char *expected)
{
    char seen[1100] = { 0 };
    assert_false(hf_is_null(text));
    assert_true(hf_bytes_size(text) < sizeof seen);
    assert_int_equal(hf_bytes_read(text, 0, seen, hf_bytes_size(text)), HF_OK);
    assert_string_equal(seen, expected);
}

static void addresses_have_names_for_host_and_service(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref host = hf_local(t->thread);
    hf_ref service = hf_local(t->thread);
    const uint32_t numeric = HF_ADDRESS_NUMERIC_HOST | HF_ADDRESS_NUMERIC_SERVICE;
    struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(8080) };
    struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(443) };
    int64_t error = 1;
    assert_int_equal(inet_pton(AF_INET, "192.0.2.7", &four.sin_addr), 1);
    assert_int_equal(inet_pton(AF_INET6, "2001:db8::5", &six.sin6_addr), 1);
    assert_int_equal(hf_address_name(t->thread, &four, sizeof four, numeric, host, service, &error),
                     HF_OK);
    assert_text(host, "192.0.2.7");
    assert_text(service, "8080");
    assert_int_equal(error, 0);
    assert_int_equal(hf_address_name(t->thread, &six, sizeof six, numeric, host, NULL, NULL),
                     HF_OK);
    assert_text(host, "2001:db8::5");
    assert_int_equal(hf_address_name(t->thread, &six, sizeof six, numeric, NULL, service, NULL),
                     HF_OK);
    assert_text(service, "443");
}

static void addresses_that_have_no_name_say_why(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref host = hf_local(t->thread);
    struct sockaddr_in wrong = { .sin_family = 250 };
    int64_t error = 0;
    assert_int_equal(hf_address_name(t->thread, &wrong, sizeof wrong, HF_ADDRESS_NUMERIC_HOST, host,
                                     NULL, &error),
                     HF_E_NATIVE);
    assert_int_equal(error, EAI_FAMILY);
    assert_true(hf_is_null(host));
    assert_int_equal(hf_address_name(t->thread, NULL, 0, 0, host, NULL, NULL), HF_E_NULL);
    assert_int_equal(hf_address_name(t->thread, &wrong, 4, 16, host, NULL, NULL), HF_E_ARGUMENT);
    assert_int_equal(hf_address_name(t->thread, &wrong, SIZE_MAX, 0, host, NULL, NULL),
                     HF_E_OVERFLOW);
}

#if defined(__linux__)
static void processors_are_those_of_the_mask(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref numbers = hf_local(t->thread);
    cpu_set_t expected;
    uint32_t number, before = 0;
    int64_t error = 1;
    assert_int_equal(sched_getaffinity(0, sizeof expected, &expected), 0);
    assert_int_equal(hf_processors(t->thread, 0, numbers, &error), HF_OK);
    assert_int_equal(error, 0);
    assert_int_equal(hf_bytes_size(numbers), (size_t)CPU_COUNT(&expected) * sizeof number);
    for (size_t at = 0; at < hf_bytes_size(numbers); at += sizeof number) {
        assert_int_equal(hf_bytes_read(numbers, at, &number, sizeof number), HF_OK);
        assert_true(CPU_ISSET(number, &expected));
        assert_true(at == 0 || number > before);
        before = number;
    }
    assert_int_equal(hf_processors(t->thread, 0, NULL, NULL), HF_E_SLOTS);
}

static void options_of_sockets_are_bytes_or_text(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref value = hf_local(t->thread);
    char expected[64] = { 0 };
    socklen_t size = sizeof expected - 1;
    int type = 0;
    int64_t error = 1;
    int socket_number = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(socket_number >= 0);
    const hf_arg *of = HF_ARGS(HF_INT(socket_number));
    assert_int_equal(hf_socket_option(t->thread, of, SOL_SOCKET, SO_TYPE, value, &error), HF_OK);
    assert_int_equal(error, 0);
    assert_int_equal(hf_bytes_size(value), sizeof type);
    assert_int_equal(hf_bytes_read(value, 0, &type, sizeof type), HF_OK);
    assert_int_equal(type, SOCK_STREAM);
    if (getsockopt(socket_number, IPPROTO_TCP, TCP_CONGESTION, expected, &size) == 0) {
        assert_int_equal(
            hf_socket_option_text(t->thread, of, IPPROTO_TCP, TCP_CONGESTION, value, NULL), HF_OK);
        assert_text(value, expected);
        assert_int_equal(hf_bytes_size(value), strlen(expected));
    }
    assert_int_equal(hf_socket_option(t->thread, of, SOL_SOCKET, 9999, value, &error), HF_E_NATIVE);
    assert_int_equal(error, ENOPROTOOPT);
    assert_true(hf_is_null(value));
    close(socket_number);
    assert_int_equal(hf_socket_option(t->thread, NULL, 0, 0, value, NULL), HF_E_NULL);
    assert_int_equal(hf_socket_option(t->thread, of, 0, 0, NULL, NULL), HF_E_SLOTS);
}

static void settings_by_name_are_said_to_be_missing_here(void **state)
{
    hf_test_runtime *t = *state;
    HF_FRAME(t->thread);
    hf_ref value = hf_local(t->thread);
    assert_int_equal(hf_sysctl(t->thread, "kern.ostype", value, NULL), HF_E_SYMBOL);
    assert_non_null(strstr(t->report[0].message, "sysctlbyname"));
    t->report_count = 0;
    assert_int_equal(hf_sysctl_text(t->thread, "kern.ostype", value, NULL), HF_E_SYMBOL);
    t->report_count = 0;
    assert_true(hf_is_null(value));
    assert_int_equal(hf_sysctl(t->thread, NULL, value, NULL), HF_E_NULL);
    assert_int_equal(hf_sysctl_text(t->thread, "kern.ostype", NULL, NULL), HF_E_SLOTS);
}
#endif

#define TEST(name) cmocka_unit_test_setup_teardown(name, hf_test_setup, hf_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(addresses_have_names_for_host_and_service),
        TEST(addresses_that_have_no_name_say_why),
#if defined(__linux__)
        TEST(processors_are_those_of_the_mask),
        TEST(options_of_sockets_are_bytes_or_text),
        TEST(settings_by_name_are_said_to_be_missing_here),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
