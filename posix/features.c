/* SPDX-License-Identifier: MIT */

/*
 * What this system has, found out once.
 *
 * Calls: sysconf, pthread_once (POSIX.1-2008); membarrier through barrier.c
 * (Linux 4.14).
 *
 * The struct is written inside pthread_once and never again, so readers need
 * no lock.  Registering for the barrier belongs here: a barrier that is only
 * registered at its first use could fail when it is too late to choose the
 * other way.
 */

#include "posix.h"

#include <pthread.h>
#include <unistd.h>

static hfp_features features;
static pthread_once_t features_once = PTHREAD_ONCE_INIT;

static void find_features(void)
{
    const long page = sysconf(_SC_PAGESIZE);
    const long cpus = sysconf(_SC_NPROCESSORS_ONLN);

    features.page_size = page > 0 ? (size_t)page : 4096;
    features.reserve_granularity = features.page_size;
    features.cpu_count = cpus > 0 ? (uint32_t)cpus : 1;
    features.has_process_barrier = hfp_posix_barrier_register();
    features.is_wine = false;
    features.system = "posix";
}

const hfp_features *hfp_features_get(void)
{
    HFP_KEEP_ERRNO;
    (void)pthread_once(&features_once, find_features);
    return &features;
}
