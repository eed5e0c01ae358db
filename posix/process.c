/* SPDX-License-Identifier: MIT */

/*
 * The process: its standard error, environment, number and end.
 *
 * Calls: write, getpid, sigaction, pthread_sigmask, abort (POSIX.1-2008, all
 * async-signal-safe), getenv.
 *
 * getenv() is as safe as the program makes it: nobody may change the
 * environment at the same time, which is why it is copied at once.
 */

#include "posix.h"

#include "base/alloc.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void hfp_write_stderr(const char *text, size_t size)
{
    HFP_KEEP_ERRNO;
    while (size > 0) {
        const ssize_t written = write(STDERR_FILENO, text, size);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return; /* closed, full or gone: there is nobody left to tell */
        }
        text += written;
        size -= (size_t)written;
    }
}

hf_status hfp_env_get(const char *name, char *buffer, size_t size)
{
    HFP_KEEP_ERRNO;
    if (hfi_fault_hit("env get")) {
        return HF_E_NOMEM;
    }
    const char *value = getenv(name);
    if (!value) {
        return HF_E_NOT_FOUND;
    }
    const size_t needed = strlen(value) + 1;
    if (needed > size) {
        return HF_E_RANGE;
    }
    memcpy(buffer, value, needed);
    return HF_OK;
}

bool hfp_process_is_ending(void)
{
    return false; /* exit handlers run with all threads alive */
}

uint64_t hfp_process_id(void)
{
    return (uint64_t)getpid();
}

/* abort() without the program's SIGABRT handler, which could jump out of it. */
_Noreturn void hfp_abort(void)
{
    struct sigaction action = { .sa_handler = SIG_DFL };
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGABRT);
    (void)sigaction(SIGABRT, &action, NULL);
    (void)pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    abort();
}
