/* SPDX-License-Identifier: MIT */

/*
 * A record as a text file: for two processes, perhaps on two machines.
 *
 *     holdfast-finder 1
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

bool hfi_finder_save(const hf_finder *finder, const char *path)
{
    hfp_native_error error = hfp_native_error_save();
    FILE *file = fopen(path, "w");
    bool is_good = file && fprintf(file, FIRST_LINE "\n") > 0;
    for (uint32_t i = 0; i < finder->recorded && i < HFI_TRACKS_MAX && is_good; i++) {
        is_good = write_track(file, &finder->track[i]);
    }
    is_good = file && fclose(file) == 0 && is_good;
    hfp_native_error_restore(error);
    return is_good;
}

/* False at the end of the file, or of its sense; `*is_bad` tells them apart. */
static bool read_track(FILE *file, hfi_track *track, bool *is_bad)
{
    uint32_t count;
    int found = fscanf(file, " thread %" SCNu64 " %" SCNu32, &track->time, &count);
    *is_bad = found != EOF && found != 2;
    if (found != 2) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        hfi_life *life = hfi_track_add(track);
        if (!life || fscanf(file, " %" SCNu64 " %" SCNu64, &life->seen, &life->last) != 2 ||
            life->seen > life->last || life->last > track->time) {
            *is_bad = true;
            return false;
        }
    }
    return true;
}

bool hfi_finder_load(hf_finder *finder, const char *path)
{
    hfp_native_error error = hfp_native_error_save();
    FILE *file = fopen(path, "r");
    int version = 0;
    bool is_bad = !file || fscanf(file, "holdfast-finder %d", &version) != 1 || version != 1;
    finder->recorded = 0;
    while (!is_bad && finder->recorded < HFI_TRACKS_MAX &&
           read_track(file, &finder->track[finder->recorded], &is_bad)) {
        finder->recorded++;
    }
    if (file) {
        (void)fclose(file);
    }
    hfp_native_error_restore(error);
    return !is_bad;
}
