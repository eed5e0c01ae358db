/* SPDX-License-Identifier: MIT */
/* hf-example: posix */

#define _POSIX_C_SOURCE 200809L

#include "demo.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct demo_thread {
    pthread_t id;
    void (*run)(void *user);
    void *user;
};

static void *enter(void *argument)
{
    demo_thread *thread = argument;
    thread->run(thread->user);
    return NULL;
}

demo_thread *demo_thread_start(void (*run)(void *user), void *user)
{
    demo_thread *thread = malloc(sizeof *thread);
    if (thread) {
        thread->run = run;
        thread->user = user;
        if (pthread_create(&thread->id, NULL, enter, thread) != 0) {
            free(thread);
            thread = NULL;
        }
    }
    return thread;
}

void demo_thread_join(demo_thread *thread)
{
    (void)pthread_join(thread->id, NULL);
    free(thread);
}

void demo_pause(void)
{
    const struct timespec moment = { 0, 100000 };
    (void)nanosleep(&moment, NULL);
}

uint64_t demo_clock_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
