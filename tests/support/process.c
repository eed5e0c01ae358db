/* SPDX-License-Identifier: MIT */

/* On Linux from /proc, on Windows from the system's own figures; elsewhere nothing is known. */

#include "process.h"

#if defined(_WIN32)

#include <windows.h>

#include <psapi.h>
#include <tlhelp32.h>

static uint64_t count_threads(void)
{
    uint64_t count = 0;
    HANDLE all = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
    THREADENTRY32 entry = { .dwSize = sizeof entry };
    for (BOOL more = Thread32First(all, &entry); more; more = Thread32Next(all, &entry)) {
        count += entry.th32OwnerProcessID == GetCurrentProcessId();
    }
    (void)CloseHandle(all);
    return count;
}

void hf_process_figures(uint64_t *threads_out, uint64_t *open_out, uint64_t *bytes_out)
{
    DWORD handles = 0;
    PROCESS_MEMORY_COUNTERS memory = { .cb = sizeof memory };
    *threads_out = count_threads();
    *open_out = GetProcessHandleCount(GetCurrentProcess(), &handles) ? handles : 0;
    *bytes_out = K32GetProcessMemoryInfo(GetCurrentProcess(), &memory, sizeof memory)
                     ? memory.PagefileUsage
                     : 0;
}

#else

#include <dirent.h>
#include <stdio.h>
#include <unistd.h>

static uint64_t count_entries(const char *path)
{
    uint64_t count = 0;
    DIR *folder = opendir(path);
    while (folder && readdir(folder)) {
        count++;
    }
    if (folder) {
        (void)closedir(folder);
    }
    return count;
}

void hf_process_figures(uint64_t *threads_out, uint64_t *open_out, uint64_t *bytes_out)
{
    unsigned long long size = 0;
    unsigned long long resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    *threads_out = count_entries("/proc/self/task");
    *open_out = count_entries("/proc/self/fd");
    *bytes_out = 0;
    if (file) {
        if (fscanf(file, "%llu %llu", &size, &resident) == 2) {
            *bytes_out = (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE);
        }
        (void)fclose(file);
    }
}

#endif
