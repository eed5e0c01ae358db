/* SPDX-License-Identifier: MIT */

/* The catalogue: processors, threads, keys, logs, events. */

#include "natives.h"

#include <errno.h>

const hfp_native hfp_natives_kernel[] = {
    /* A size that is no multiple of a long is refused as if it were too small. */
    { "sched_getaffinity", "c",
      "int sched_getaffinity(pid_t process, size_t size {capacity(mask, bytes)},"
      " unsigned long *mask {out, room(first 16)})"
      " {" HFP_FAILS_BELOW_0 ", " HFP_GROWS(EINVAL) "}",
      "Linux sched_setaffinity(2)", HFP_MEASURED | HFP_PUBLISHED },
    /* number: SYS_sched_getaffinity. */
    { "sched_getaffinity:kernel", "c",
      "long sched_getaffinity(long number, pid_t process, size_t size {capacity(mask, bytes)},"
      " unsigned long *mask {out, room(first 16)})"
      " {symbol(\"syscall\"), " HFP_FAILS_BELOW_0
      ", " HFP_GROWS(EINVAL) ", length(mask, result, bytes)}",
      "Linux sched_setaffinity(2)", HFP_MEASURED | HFP_PUBLISHED },
    { "pthread_getaffinity_np", "c",
      "int pthread_getaffinity_np(unsigned long thread, size_t size {capacity(mask, bytes)},"
      " unsigned long *mask {out, room(first 16)})"
      " {" HFP_FAILS_BY_CODE ", " HFP_GROWS(EINVAL) "}",
      "Linux pthread_setaffinity_np(3)", HFP_MEASURED },
    { "pthread_getname_np", "c",
      "int pthread_getname_np(unsigned long thread, char *name {out, text, room(first 16)},"
      " size_t size {capacity(name)}) {" HFP_FAILS_BY_CODE ", " HFP_GROWS(ERANGE) "}",
      "Linux pthread_setname_np(3)", HFP_MEASURED },

    /* No more than 256 bytes at once, which is EIO. */
    { "getentropy", "c",
      "int getentropy(void *bytes {out, size(size)}, size_t size) {" HFP_FAILS_BELOW_0 "}",
      "Linux getentropy(3)", HFP_MEASURED },

    /* number: SYS_keyctl; operation: KEYCTL_READ, KEYCTL_GET_SECURITY.  When it is short nothing is
       copied, and that is a success. */
    { "keyctl", "c",
      "long keyctl(long number, int operation, int key, char *value {out},"
      " size_t size {capacity(value)})"
      " {symbol(\"syscall\"), " HFP_FAILS_BELOW_0
      ", grow_ok(result > size), needed(value, result), length(value, result)}",
      "Linux keyctl_read(3)", HFP_MEASURED | HFP_PUBLISHED },
    /* operation: KEYCTL_DESCRIBE, which counts the NUL. */
    { "keyctl:describe", "c",
      "long keyctl(long number, int operation, int key, char *text {out, text},"
      " size_t size {capacity(text)})"
      " {symbol(\"syscall\"), " HFP_FAILS_BELOW_0
      ", grow_ok(result > size), needed(text, result), length(text, result - (result > 0))}",
      "Linux keyctl_describe(3)", HFP_MEASURED | HFP_PUBLISHED },

    /* what: SYSLOG_ACTION_READ_ALL.  The newest whole records are given, and a record has no more
       than 4096 bytes: where so much is left, nothing was left out. */
    { "klogctl", "c",
      "int klogctl(int what, char *text {out, room(first 65536)}, int size {capacity(text)})"
      " {" HFP_FAILS_BELOW_0 ", " HFP_GROWS(EINVAL) ", grow_ok(size - result < 4096),"
                                                    " length(text, result)}",
      "Linux syslog(2)", HFP_MEASURED },

    /* What has no room comes with the next call, so the room is the caller's. */
    { "epoll_wait", "c",
      "int epoll_wait(int poll, struct epoll_event *events {out, given},"
      " int count {capacity(events)}, int timeout)"
      " {" HFP_FAILS_BELOW_0 ", length(events, result)}",
      "Linux epoll_wait(2)", HFP_MEASURED },

    { "backtrace", "c",
      "int backtrace(void **frames {out}, int count {capacity(frames)})"
      " {fail(0), grow_ok(result == count), length(frames, result)}",
      "Linux backtrace(3)", HFP_MEASURED },

#if defined(__x86_64__) || defined(__i386__) /* processors with a CPUID */
    /* The count stands inside; the last argument, of which the function knows nothing, is the room.
       Too many processors are ENOMEM, so the room has a bound. */
    { "ioctl:KVM_GET_SUPPORTED_CPUID", "c",
      "int ioctl(int kvm, unsigned long request, void *list {out, room(first 4008, least 48,"
      " most 10248), set(u64, 0, (size - 8) / 40)}, size_t size {capacity(list)})"
      " {" HFP_FAILS_BELOW_0 ", " HFP_GROWS(E2BIG) ", length(list, 8 + 40 * u32(list, 0))}",
      "Linux kernel documentation, KVM 4.46", HFP_MEASURED | HFP_DOCUMENTED },
    { "ioctl:KVM_GET_MSR_INDEX_LIST", "c",
      "int ioctl(int kvm, unsigned long request, void *list {out, room(first 1028, least 4),"
      " set(u32, 0, (size - 4) / 4)}, size_t size {capacity(list)})"
      " {" HFP_FAILS_BELOW_0 ", " HFP_GROWS(E2BIG) ", needed(list, 4 + 4 * u32(list, 0)),"
                                                   " length(list, 4 + 4 * u32(list, 0))}",
      "Linux kernel documentation, KVM 4.3", HFP_MEASURED | HFP_DOCUMENTED },
#endif
    { NULL, NULL, NULL, NULL, 0 },
};
