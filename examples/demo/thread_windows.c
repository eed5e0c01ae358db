/* SPDX-License-Identifier: MIT */
/* hf-example: windows */

#include "demo.h"

#include <windows.h>

#include <process.h>
#include <stdlib.h>

struct demo_thread {
    HANDLE handle;
    void (*run)(void *user);
    void *user;
};

static unsigned __stdcall enter(void *argument)
{
    demo_thread *thread = argument;
    thread->run(thread->user);
    return 0;
}

demo_thread *demo_thread_start(void (*run)(void *user), void *user)
{
    demo_thread *thread = malloc(sizeof *thread);
    if (thread) {
        thread->run = run;
        thread->user = user;
        thread->handle = (HANDLE)_beginthreadex(NULL, 0, enter, thread, 0, NULL);
        if (!thread->handle) {
            free(thread);
            thread = NULL;
        }
    }
    return thread;
}

void demo_thread_join(demo_thread *thread)
{
    WaitForSingleObject(thread->handle, INFINITE);
    CloseHandle(thread->handle);
    free(thread);
}

/* Sleep(1) may take a clock tick of 15 ms: too long for a thread that moves "all the time". */
void demo_pause(void)
{
    for (int i = 0; i < 20; i++) {
        Sleep(0);
    }
}

uint64_t demo_clock_ns(void)
{
    LARGE_INTEGER now, frequency;
    QueryPerformanceCounter(&now);
    QueryPerformanceFrequency(&frequency);
    return (uint64_t)((double)now.QuadPart * 1e9 / (double)frequency.QuadPart);
}
