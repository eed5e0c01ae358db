/* SPDX-License-Identifier: MIT */

/*
 * Records as a text file: for two processes, perhaps on two machines.
 *
 *     holdfast-finder 1
 *     run NUMBER           one for each runtime of the process, from 0
 *     thread TIME LIVES
 *     SEEN LAST            one line a life
 *
 * What is read is checked like anything that comes from outside: a record that is no
 * record is refused as a whole.
 *
 * Threads: the one that makes or ends the runtime.
 */

#include "finder/inside.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FIRST_LINE "holdfast-finder 1"

static bool write_track(FILE *file, const hfi_track *track)
{
    bool is_good = fprintf(file, "thread %" PRIu64 " %" PRIu32 "\n", track->time, track->count) > 0;
    for (uint32_t i = 0; i < track->count && is_good; i++) {
        const hfi_life *life = &track->life[i];
        is_good = fprintf(file, "%" PRIu64 " %" PRIu64 "\n", life->seen, life->last) > 0;
    }
    return is_good;
}

bool hfi_finder_save(const hf_finder *finder, const char *path, uint32_t run)
{
    hfp_native_error error = hfp_native_error_save();
    FILE *file = fopen(path, run == 0 ? "w" : "a");
    bool is_good = file && (run != 0 || fprintf(file, FIRST_LINE "\n") > 0) &&
                   fprintf(file, "run %" PRIu32 "\n", run) > 0;
    for (uint32_t i = 0; i < finder->recorded && i < HFI_TRACKS_MAX && is_good; i++) {
        is_good = write_track(file, &finder->track[i]);
    }
    is_good = file && fclose(file) == 0 && is_good;
    hfp_native_error_restore(error);
    return is_good;
}

static bool read_life(FILE *file, hfi_life *life)
{
    return fscanf(file, " %" SCNu64 " %" SCNu64, &life->seen, &life->last) == 2 &&
           life->seen <= life->last;
}

/* Reads a thread's lives; `to` NULL: they are another run's. */
static bool read_track(FILE *file, hfi_track *to)
{
    uint64_t time;
    uint32_t count;
    if (fscanf(file, " %" SCNu64 " %" SCNu32, &time, &count) != 2) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        hfi_life skipped;
        hfi_life *life = to ? hfi_track_add(to) : &skipped;
        if (!life || !read_life(file, life)) {
            return false;
        }
    }
    if (to) {
        to->time = time;
    }
    return true;
}

/* The next run or thread; false: that is no record. */
static bool read_part(hf_finder *finder, FILE *file, const char *word, uint32_t wanted,
                      uint32_t *run, bool *has_run)
{
    if (strcmp(word, "run") == 0) {
        bool is_good = fscanf(file, " %" SCNu32, run) == 1;
        *has_run |= is_good && *run == wanted;
        return is_good;
    }
    if (strcmp(word, "thread") != 0 || (*run == wanted && finder->recorded >= HFI_TRACKS_MAX)) {
        return false;
    }
    return read_track(file, *run == wanted ? &finder->track[finder->recorded++] : NULL);
}

bool hfi_finder_load(hf_finder *finder, const char *path, uint32_t wanted)
{
    hfp_native_error error = hfp_native_error_save();
    FILE *file = fopen(path, "r");
    char word[8];
    int version = 0;
    uint32_t run = UINT32_MAX;
    bool has_run = false;
    bool is_good = file && fscanf(file, "holdfast-finder %d", &version) == 1 && version == 1;
    while (is_good && fscanf(file, " %7s", word) == 1) {
        is_good = read_part(finder, file, word, wanted, &run, &has_run);
    }
    if (file) {
        (void)fclose(file);
    }
    hfp_native_error_restore(error);
    return is_good && has_run;
}
