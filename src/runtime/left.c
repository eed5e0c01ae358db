/* SPDX-License-Identifier: MIT */

/*
 * The list of what was left behind: each module tells what it has, and here it is
 * given to whoever ends the runtime, as data.
 *
 * Most modules raise a report of their own for what they find at the end; the list is
 * for programs, and for tests, which want all of it in one place and one form.
 *
 * Threads: the one that ends the runtime; modules call back with what they have copied.
 */

#include "call/flight.h"
#include "callback/callback.h"
#include "root/root.h"
#include "runtime/inside.h"

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

void hfi_list_calls(hfi_parts *parts, hfi_listing *listing)
{
    if (listing->give) {
        hfi_flights_each_left(parts->flights, hfi_listing_give, listing);
    }
}

void hfi_list_rest(hfi_parts *parts, hfi_listing *listing)
{
    if (listing->give) {
        hfi_roots_each_left(parts->roots, hfi_listing_give, listing);
        hfi_callbacks_each_left(parts->callbacks, hfi_listing_give, listing);
        hfi_owned_each_left(parts->flights, hfi_listing_give, listing);
    }
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
