/* SPDX-License-Identifier: MIT */

/*
 * The walk: processors, threads, keys, logs, events.
 *
 * Some of it is forbidden in containers.  Then it has to be forbidden with the same code as without
 * the library.
 */

#define _GNU_SOURCE 1

#include "calls.h"

#if defined(__linux__)
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <pthread.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A set of processors is as large as its room, so that what counts is who is in it. */
static void note_processors(walk *w)
{
    cpu_set_t expected;
    size_t size;
    assert_int_equal(sched_getaffinity(0, sizeof expected, &expected), 0);
    cpu_set_t *set = walk_copy(w, 0, &size);
    for (size_t i = 0; i < 8 * size && i < CPU_SETSIZE; i++) {
        assert_int_equal(CPU_ISSET_S(i, size, set) != 0, CPU_ISSET(i, &expected) != 0);
    }
    int count = CPU_COUNT_S(size, set);
    assert_int_equal(count, CPU_COUNT(&expected));
    walk_note(w, &count, sizeof count);
    free(set);
}

static hf_status processors(walk *w)
{
    hf_status status = walk_do(w, HF_ARGS(HF_INT(0)));
    note_processors(w);
    return status;
}

static hf_status processors_of_the_kernel(walk *w)
{
    hf_status status = walk_do(w, HF_ARGS(HF_LONG(SYS_sched_getaffinity), HF_INT(0)));
    note_processors(w);
    return status;
}

static hf_status processors_of_a_thread(walk *w)
{
    hf_status status = walk_do(w, HF_ARGS(HF_UINT(pthread_self())));
    note_processors(w);
    return status;
}

static hf_status name_of_a_thread(walk *w)
{
    char expected[16];
    assert_int_equal(pthread_getname_np(pthread_self(), expected, sizeof expected), 0);
    hf_status status = walk_do(w, HF_ARGS(HF_UINT(pthread_self())));
    walk_expect_text(w, 0, expected);
    return status;
}

static hf_status chance(walk *w)
{
    hf_status status = walk_do(w, HF_ARGS(HF_SIZE(256)));
    assert_int_equal(hf_bytes_size(hf_result_out(&w->result, 0)), 256);
    assert_int_equal(walk_do(w, HF_ARGS(HF_SIZE(257))), HF_E_NATIVE);
    assert_int_equal(w->result.error, EIO);
    return status;
}

/* ---- keys ---- */

#define KEY_DESCRIBE 6 /* KEYCTL_DESCRIBE, KEYCTL_READ, KEY_SPEC_PROCESS_KEYRING */
#define KEY_READ     11
#define KEY_RING     (-2)

static long make_key(walk *w)
{
    static const char value[] = "the value of a key";
    long key = syscall(SYS_add_key, "user", "holdfast-walk", value, sizeof value - 1, KEY_RING);
    if (key < 0) {
        int error = errno;
        assert_int_equal(walk_do(w, HF_ARGS(HF_LONG(SYS_keyctl), HF_INT(KEY_READ), HF_INT(-2))),
                         HF_E_NATIVE);
        assert_true(w->result.error == error || error == EDQUOT || error == ENOMEM);
    }
    return key;
}

static hf_status value_of_a_key(walk *w)
{
    long key = make_key(w);
    if (key < 0) {
        return HF_OK;
    }
    hf_status status = walk_do(w, HF_ARGS(HF_LONG(SYS_keyctl), HF_INT(KEY_READ), HF_INT(key)));
    walk_expect_text(w, 0, "the value of a key");
    return status;
}

static hf_status description_of_a_key(walk *w)
{
    long key = make_key(w);
    if (key < 0) {
        return HF_OK;
    }
    hf_status status = walk_do(w, HF_ARGS(HF_LONG(SYS_keyctl), HF_INT(KEY_DESCRIBE), HF_INT(key)));
    walk_expect_text(w, 0, "user;");
    return status;
}

/* ---- logs, events, frames ---- */

static hf_status log_of_the_kernel(walk *w)
{
    static char expected[1];
    int direct = klogctl(3, expected, sizeof expected);
    int error = errno;
    hf_status status = walk_do(w, HF_ARGS(HF_INT(3)));
    if (direct < 0) {
        assert_int_equal(status, HF_E_NATIVE);
        assert_int_equal(w->result.error, error);
        return HF_OK;
    }
    return status;
}

static hf_status events(walk *w)
{
    int poll = epoll_create1(EPOLL_CLOEXEC);
    int source = eventfd(1, EFD_CLOEXEC);
    struct epoll_event event = { .events = EPOLLIN, .data = { .u64 = 77 } };
    assert_int_equal(epoll_ctl(poll, EPOLL_CTL_ADD, source, &event), 0);
    hf_ref room = hf_local(w->thread);
    assert_int_equal(hf_bytes_create(w->thread, 4 * sizeof event, room), HF_OK);
    hf_status status =
        walk_do(w, HF_ARGS(HF_INT(poll), HF_BUFFER(room, 0, 4 * sizeof event), HF_INT(1000)));
    assert_int_equal(w->result.value.i, 1);
    assert_int_equal(hf_bytes_read(room, 0, &event, sizeof event), HF_OK);
    assert_int_equal(event.data.u64, 77);
    close(source);
    close(poll);
    return status;
}

static hf_status frames(walk *w)
{
    void *plain[256];
    int count = backtrace(plain, 256);
    hf_status status = walk_do(w, HF_NO_ARGS);
    assert_true(hf_bytes_size(hf_result_out(&w->result, 0)) > (size_t)count * sizeof(void *));
    return status;
}

/* What the processor lets virtual machines have.  Where there are none, there is no file, and the
   request fails as it does without the library. */
#if defined(__x86_64__) || defined(__i386__)
static hf_status ask_kvm(walk *w, unsigned long request, void *plain)
{
    int file = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    errno = 0;
    int direct = ioctl(file, request, plain);
    int code = direct < 0 ? errno : 0;
    hf_status status = walk_do(w, HF_ARGS(HF_INT(file), HF_UINT(request)));
    if (code != 0) {
        assert_int_equal(status, HF_E_NATIVE);
        assert_int_equal(w->result.error, code);
        status = HF_OK;
    }
    close(file);
    return status;
}

static void expect_count(walk *w, uint32_t count, size_t head, size_t each)
{
    size_t size;
    uint32_t *list = walk_copy(w, 0, &size);
    assert_int_equal(list[0], count);
    assert_int_equal(size, head + count * each);
    free(list);
}

static hf_status features_for_machines(walk *w)
{
    struct kvm_cpuid2 *plain = calloc(1, sizeof *plain + 256 * sizeof plain->entries[0]);
    assert_non_null(plain);
    plain->nent = 256;
    hf_status status = ask_kvm(w, KVM_GET_SUPPORTED_CPUID, plain);
    if (!hf_is_null(hf_result_out(&w->result, 0))) {
        expect_count(w, plain->nent, sizeof *plain, sizeof plain->entries[0]);
    }
    free(plain);
    return status;
}

static hf_status registers_for_machines(walk *w)
{
    struct kvm_msr_list *plain = calloc(1, sizeof *plain + 4096 * sizeof plain->indices[0]);
    assert_non_null(plain);
    plain->nmsrs = 4096;
    hf_status status = ask_kvm(w, KVM_GET_MSR_INDEX_LIST, plain);
    if (!hf_is_null(hf_result_out(&w->result, 0))) {
        expect_count(w, plain->nmsrs, sizeof *plain, sizeof plain->indices[0]);
    }
    free(plain);
    return status;
}
#endif

WALK_PART(kernel);
const walk_call walk_calls_kernel[] = {
    { "sched_getaffinity", processors, WALK_NOTED },
    { "sched_getaffinity:kernel", processors_of_the_kernel, WALK_NOTED },
    { "pthread_getaffinity_np", processors_of_a_thread, WALK_NOTED },
    { "pthread_getname_np", name_of_a_thread, WALK_SAME },
    { "getentropy", chance, WALK_SIZES },
    { "keyctl", value_of_a_key, WALK_SAME },
    { "keyctl:describe", description_of_a_key, WALK_SIZES },
    { "klogctl", log_of_the_kernel, WALK_CHANGES },
    { "epoll_wait", events, WALK_SAME },
#if defined(__x86_64__) || defined(__i386__)
    { "ioctl:KVM_GET_SUPPORTED_CPUID", features_for_machines, WALK_SIZES },
    { "ioctl:KVM_GET_MSR_INDEX_LIST", registers_for_machines, WALK_SAME },
#endif
    { "backtrace", frames, WALK_CHANGES }, /* there are as many as the way of the call has */
    { NULL, NULL, WALK_SAME },
};
#else
WALK_PART(kernel);
const walk_call walk_calls_kernel[] = { { NULL, NULL, WALK_SAME } };
#endif
