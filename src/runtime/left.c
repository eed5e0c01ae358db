/* SPDX-License-Identifier: MIT */

/*
 * The list of what was left behind: each module tells what it has, and here it is
 * given to whoever ends the runtime, as data.
 *
 * Most modules raise a report of their own for what they find at the end, and one report tells of
 * the rest; the list is for programs, and for tests, which want all of it in one place and one
 * form.
 *
 * Threads: the one that ends the runtime; modules call back with what they have copied.
 */

#include "async/async.h"
#include "call/flight.h"
#include "callback/callback.h"
#include "heap/path.h"
#include "fence/fence.h"
#include "final/final.h"
#include "resource/resource.h"
#include "root/handle.h"
#include "root/root.h"
#include "runner/runner.h"
#include "runtime/inside.h"
#include "scope/scope.h"

#include <string.h>

static hf_leftover leftover_of(const hfi_left *left)
{
    return (hf_leftover){
        .struct_size = (uint32_t)sizeof(hf_leftover),
        .kind = left->kind,
        .object = left->object[0] ? left->object : NULL,
        .site = left->site,
        .other_site = left->other_site,
        .why = left->why,
    };
}

void hfi_listing_give(const hfi_left *left, void *user)
{
    const hfi_listing *listing = user;
    if (listing->give) {
        hf_leftover leftover = leftover_of(left);
        listing->give(&leftover, listing->user);
    }
}

void hfi_listing_give_untold(const hfi_left *left, void *user)
{
    hfi_listing *listing = user;
    if (listing->untold++ == 0) {
        hf_leftover leftover = leftover_of(left);
        (void)hf_leftover_format(&leftover, listing->example, sizeof listing->example);
    }
    hfi_listing_give(left, user);
}

void hfi_listing_report(hfi_parts *parts, const hfi_listing *listing)
{
    if (listing->untold == 0) {
        return;
    }
    char message[120];
    hfi_text text = hfi_text_begin(message, sizeof message);
    hfi_text_format(&text, "%ju things were left that have no report of their own; the first",
                    (uintmax_t)listing->untold);
    hfi_text_end(&text);
    hf_report report = HF_REPORT_INIT;
    report.kind = HF_REPORT_LEAK;
    report.function = "hf_runtime_destroy";
    report.object = listing->example;
    report.message = message;
    report.remedy = "hf_runtime_end() with .leftover gives each, with its site and the reason";
    (void)hfi_report(parts->reporter, &report);
}

void hfi_list_calls(hfi_parts *parts, hfi_listing *listing)
{
    hfi_flights_each_left(parts->flights, hfi_listing_give_untold, listing);
}

/* ---- resources ---- */

static const char *policy_text(hf_leak_policy policy)
{
    switch (policy) {
    case HF_LEAK_RELEASE:
        return "never disposed; released at the end, as its class says";
    case HF_LEAK_REPORT_ONLY:
        return "never disposed; its value is kept, as its class says";
    default:
        return "never disposed; reported and released at the end, as its class says";
    }
}

static void give_resource(void *user, const hfi_resource_left *resource)
{
    const hfi_listing *listing = user;
    hfi_left left = { .kind = "resource",
                      .site = resource->born,
                      .other_site = resource->disposed };
    hfi_text text = hfi_text_begin(left.object, sizeof left.object);
    hfi_text_format(&text, "class %s, value 0x%jx",
                    resource->class_name ? resource->class_name : "without a name",
                    (uintmax_t)resource->value);
    hfi_text_end(&text);
    char why[160];
    hfi_text because = hfi_text_begin(why, sizeof why);
    if (resource->is_held) {
        hfi_text_format(&because, "%s of thread %ju holds it open",
                        resource->holder.what ? resource->holder.what : "a call or fence",
                        (uintmax_t)resource->holder.thread);
    } else if (resource->users != 0) {
        hfi_text_add(&because, "a call or fence holds it open");
    } else if (resource->children != 0 && resource->is_disposed) {
        hfi_text_add(&because, "disposed, but its children are open");
    } else if (listing->are_kept) {
        hfi_text_add(&because, "never disposed; kept open for what outlives the runtime");
    } else {
        hfi_text_add(&because, policy_text(resource->policy));
    }
    hfi_text_end(&because);
    left.why = why;
    if (listing->are_kept) { /* otherwise its class has it reported or not */
        hfi_listing_give_untold(&left, user);
    } else {
        hfi_listing_give(&left, user);
    }
}

void hfi_list_resources(hfi_parts *parts, hfi_listing *listing, bool are_kept)
{
    listing->are_kept = are_kept;
    if (listing->give || are_kept) {
        (void)hfi_resources_each_left(parts->resources, give_resource, listing);
    }
}

/* ---- what is armed ---- */

/* Reachable, in a circle, or just waiting for one that reaches it: the first that is true. */
static void tell_why(const hfi_armed_listing *armed, uintptr_t object, char *why, size_t size)
{
    char path[400];
    bool is_found = false;
    hfi_text text = hfi_text_begin(why, size);
    if (!armed->thread || !armed->may_stop) {
        hfi_text_add(&text, "it never ran: the runtime ended first");
    } else if (hfi_heap_path(armed->thread, 0, object, path, sizeof path, &is_found) == HF_OK &&
               is_found) {
        hfi_text_format(&text, "it never ran: its object is reachable, %s", path);
    } else if (hfi_heap_path(armed->thread, object, object, path, sizeof path, &is_found) ==
                   HF_OK &&
               is_found) {
        hfi_text_format(&text, "it never ran: its object is in a cycle, %s", path);
    } else {
        hfi_text_add(&text, armed->is_skipped
                                ? "it never ran: no collection has found its object dead yet"
                                : "it never ran: another finalizer's object reaches its own");
    }
    hfi_text_end(&text);
}

static const char *without_article(const char *kind)
{
    return strncmp(kind, "a ", 2) == 0 ? kind + 2 : kind;
}

static void give_armed(const hfi_armed_left *what, void *user)
{
    const hfi_armed_listing *armed = user;
    char why[512];
    hfi_left left = { .kind = without_article(what->kind), .site = what->site, .why = why };
    hfi_text text = hfi_text_begin(left.object, sizeof left.object);
    hfi_text_add_line(&text, what->type);
    hfi_text_end(&text);
    tell_why(armed, what->object, why, sizeof why);
    hfi_listing_give(&left, armed->listing);
}

static void give_queued(const hfi_queued_left *what, void *user)
{
    const hfi_armed_listing *armed = user;
    hfi_left left = { .kind = without_article(what->kind),
                      .site = what->site,
                      .why = "it never ran: it was queued, and its runner did not come to it" };
    hfi_text text = hfi_text_begin(left.object, sizeof left.object);
    if (what->type) {
        hfi_text_add_line(&text, what->type);
    }
    hfi_text_end(&text);
    hfi_listing_give_untold(&left, armed->listing);
}

uint64_t hfi_list_armed(hfi_parts *parts, hfi_armed_listing *listing)
{
    uint64_t queued = 0;
    if (listing->thread) {
        queued = hfi_runner_each_left(parts->runner, give_queued, listing);
    }
    if (listing->listing->give) {
        hfi_final_each_left(parts->final, give_armed, listing);
    }
    return queued;
}

/* ---- the rest ---- */

void hfi_list_rest(hfi_parts *parts, hfi_listing *listing)
{
    if (listing->give) {
        hfi_scopes_each_left(parts->scopes, hfi_listing_give, listing);
        hfi_tokens_each_left(parts->async, hfi_listing_give, listing);
        hfi_fences_each_left(parts->fences, hfi_listing_give, listing);
        hfi_handles_each_left(parts->handles, hfi_listing_give, listing);
    }
    hfi_roots_each_left(parts->roots, hfi_listing_give_untold, listing);
    if (listing->give) {
        hfi_callbacks_each_left(parts->callbacks, hfi_listing_give, listing);
    }
    hfi_owned_each_left(parts->flights, hfi_listing_give_untold, listing);
}

/* ---- as text ---- */

static void add_site(hfi_text *text, const char *label, hf_site site)
{
    if (site.file) {
        hfi_text_add(text, label);
        hfi_text_add_line(text, site.file);
        hfi_text_format(text, ":%d", site.line);
    }
}

size_t hf_leftover_format(const hf_leftover *left, char *buffer, size_t size)
{
    if (!left || left->struct_size < sizeof *left) {
        if (size > 0) {
            buffer[0] = '\0';
        }
        return 0;
    }
    hfi_text text = hfi_text_begin(buffer, size);
    hfi_text_add_line(&text, left->kind ? left->kind : "something");
    if (left->object) {
        hfi_text_add(&text, " of ");
        hfi_text_add_line(&text, left->object);
    }
    add_site(&text, "; set at ", left->site);
    add_site(&text, "; made at ", left->other_site);
    if (left->why) {
        hfi_text_add(&text, "; ");
        hfi_text_add_line(&text, left->why);
    }
    return hfi_text_end(&text);
}
