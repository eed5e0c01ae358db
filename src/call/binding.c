/* SPDX-License-Identifier: MIT */

/*
 * Bindings: the declarations of a header, and the functions that are made of them
 * when they are first asked for.
 *
 * A binding owns the prototypes; its functions use them in place, so each holds the
 * binding as it holds its library, and a call that outlives hf_binding_destroy() has
 * all that it needs.  There is no lock: who finds no function makes one, and the
 * first to put it in wins; the other one is given back before anybody saw it.  A
 * failure is not remembered, because a library can be looked at again after its
 * loader has been told more.
 *
 * Threads: the types, constants and prototypes are constant; functions are put in by
 * compare-and-exchange.
 */

#include "call/binding.h"

#include "call/bind.h"
#include "call/flight.h"

#include "base/alloc.h"
#include "thread/thread.h"

#include <stdlib.h>
#include <string.h>

#define BINDING_SIG 0x42494e44u /* "BIND" */
#define HEADER_MAX  (1u << 20)

typedef struct bound_name {
    const char *name;
    const hfi_prototype *prototype;
    _Atomic(hf_function *) function; /* NULL until it is asked for; then constant */
} bound_name;

struct hf_binding {
    uint32_t sig;
    _Atomic(uint32_t) references; /* the owner's and one of each function */
    hfi_parts *parts;
    hf_library *library; /* may be NULL */
    hfi_fragment fragment;
    hf_function_options options; /* without what was borrowed */
    bound_name *name;            /* sorted */
    size_t count;
    hfi_owned owned;
};

static const char create_name[] = "hf_binding_create";

static hf_status misuse(hfi_parts *parts, const char *function, hf_status status,
                        const char *argument, const char *message, const char *remedy)
{
    return hfi_misuse(parts->reporter, status, function, argument, (hf_site){ NULL, 0 }, remedy,
                      "%s", message);
}

hfi_scope *hfi_binding_scope(const hf_binding *binding)
{
    return binding ? binding->fragment.scope : NULL;
}

/* ---- creating ---- */

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const bound_name *)a)->name, ((const bound_name *)b)->name);
}

static hf_status make_names(hf_binding *binding)
{
    size_t count = binding->fragment.count;
    if (count == 0) {
        return HF_OK;
    }
    binding->name = hfi_alloc_array(count, sizeof(bound_name));
    if (!binding->name) {
        return HF_E_NOMEM;
    }
    binding->count = count;
    for (size_t i = 0; i < count; i++) {
        binding->name[i].prototype = &binding->fragment.prototype[i];
        binding->name[i].name = binding->fragment.prototype[i].name;
    }
    qsort(binding->name, count, sizeof(bound_name), compare_names);
    return HF_OK;
}

static hf_status parse(hf_binding *binding, const char *header, const hf_function_options *options)
{
    hfi_ctype_list known;
    hfi_ctype_info *info;
    hf_status status = hfi_options_types(options, &info, &known);
    if (status != HF_OK) {
        return status;
    }
    hfi_prototype_error error;
    memset(&error, 0, sizeof(error));
    status = hfi_fragment_parse(header, &known, &binding->fragment, &error);
    hfi_free(info);
    return status == HF_OK || status == HF_E_NOMEM
               ? status
               : hfi_report_unparsed(binding->parts, create_name, "header", (hf_site){ NULL, 0 },
                                     options->error_out, status, &error);
}

static void dispose(hf_binding *binding)
{
    if (binding->sig) {
        hfi_owned_remove(binding->parts, &binding->owned);
    }
    binding->sig = 0;
    hfi_free(binding->name);
    hfi_fragment_finish(&binding->fragment);
    hfi_library_release(binding->library);
    hfi_free(binding);
}

void hfi_binding_release(hf_binding *binding)
{
    /* Release: what the others did with it; acquire: before it goes. */
    if (binding && atomic_fetch_sub_explicit(&binding->references, 1, memory_order_acq_rel) == 1) {
        dispose(binding);
    }
}

static hf_status create(hfi_parts *parts, hf_library *library, const char *header,
                        const hf_function_options *options, hf_binding **binding_out)
{
    hf_binding *binding = hfi_alloc(sizeof(*binding));
    if (!binding) {
        return HF_E_NOMEM;
    }
    binding->parts = parts;
    atomic_init(&binding->references, 1);
    if (library) {
        hfi_library_acquire(library);
        binding->library = library;
    }
    hf_status status = parse(binding, header, options);
    status = status == HF_OK ? make_names(binding) : status;
    if (status != HF_OK) {
        dispose(binding);
        return status;
    }
    binding->options = *options;
    binding->options.types = NULL;
    binding->options.type_count = 0;
    binding->options.error_out = NULL;
    binding->options.address = NULL;
    binding->options.binding = NULL;
    binding->sig = BINDING_SIG;
    hfi_owned_add(parts, &binding->owned, "binding", library ? library->name : "no library");
    *binding_out = binding;
    return HF_OK;
}

/* What the caller can have wrong beside the header itself. */
static hf_status check_arguments(hfi_parts *parts, const hf_library *library, const char *header,
                                 const hf_function_options *options)
{
    if (!header) {
        return misuse(parts, create_name, HF_E_NULL, "header", "the header is NULL",
                      "give the declarations as text");
    }
    if (library && library->parts != parts) {
        return misuse(parts, create_name, HF_E_MISUSE, "library",
                      "the library was opened in another runtime",
                      "open it in the runtime that this thread is attached to");
    }
    if (options->address) {
        return misuse(parts, create_name, HF_E_OPTIONS, "options->address",
                      "one address cannot be that of every function",
                      "bind that function by itself, with options->binding");
    }
    const char *end = memchr(header, 0, HEADER_MAX + 1);
    return end ? HF_OK
               : misuse(parts, create_name, HF_E_PROTOTYPE, "header",
                        "the header is longer than 1 MiB", "bind the part that is needed");
}

hf_status hf_binding_create_at(hf_thread *thread, hf_library *library, const char *header,
                               const hf_function_options *options, hf_binding **binding_out,
                               hf_site site)
{
    HFI_ENTRY_AS(thread, create_name);
    hfi_parts *parts = thread->parts;
    if (!binding_out) {
        return misuse(parts, create_name, HF_E_NULL, "binding_out", "there is nowhere to put it",
                      "give the address of a variable");
    }
    *binding_out = NULL;
    hf_function_options all;
    bool is_read = hfi_options_read(options, &all);
    hf_status status = hfi_options_check(parts, create_name, is_read, &all);
    status = status == HF_OK ? check_arguments(parts, library, header, &all) : status;
    if (status == HF_OK) {
        hfp_native_error saved = hfp_native_error_save();
        hfi_flights_sweep(parts->flights);
        status = create(parts, library, header, &all, binding_out);
        if (status == HF_OK) {
            hfi_owned_set_site(parts, &(*binding_out)->owned, site);
        }
        hfp_native_error_restore(saved);
    }
    return status;
}

/* ---- functions ---- */

static bound_name *find_name(const hf_binding *binding, const char *name)
{
    const bound_name wanted = { .name = name };
    return binding->count
               ? bsearch(&wanted, binding->name, binding->count, sizeof(bound_name), compare_names)
               : NULL;
}

static hf_status make_function(hf_binding *binding, bound_name *bound, hf_function **function_out)
{
    hf_function *fresh;
    hf_status status = hfi_function_make(binding->parts, binding->library, binding,
                                         bound->prototype, &binding->options, &fresh);
    if (status != HF_OK) {
        return status;
    }
    atomic_fetch_add_explicit(&binding->references, 1, memory_order_relaxed);
    hf_function *first = NULL;
    /* Release: whoever finds it finds it whole. */
    if (atomic_compare_exchange_strong_explicit(&bound->function, &first, fresh,
                                                memory_order_acq_rel, memory_order_acquire)) {
        first = fresh;
    } else {
        hfi_function_dispose(fresh);
    }
    *function_out = first;
    return HF_OK;
}

static hf_status report_undeclared(const hf_binding *binding, const char *name)
{
    return hfi_misuse(binding->parts->reporter, HF_E_NOT_FOUND, "hf_binding_function", "name",
                      (hf_site){ NULL, 0 }, "add its declaration to the header",
                      "the header does not declare a function \"%s\"", name);
}

hf_status hf_binding_function(hf_thread *thread, hf_binding *binding, const char *name,
                              hf_function **function_out)
{
    HFI_ENTRY(thread);
    if (function_out) {
        *function_out = NULL;
    }
    if (!function_out || !binding || !name) {
        return misuse(thread->parts, __func__, HF_E_NULL,
                      !function_out ? "function_out"
                      : !binding    ? "binding"
                                    : "name",
                      "an argument is NULL", "give a binding, a name and a variable");
    }
    HF_VERIFY(binding->sig == BINDING_SIG);
    if (binding->parts != thread->parts) {
        return misuse(thread->parts, __func__, HF_E_MISUSE, "binding",
                      "the binding was made in another runtime",
                      "use it in the runtime that made it");
    }
    bound_name *bound = find_name(binding, name);
    if (!bound) {
        return report_undeclared(binding, name);
    }
    if (!binding->library) {
        return misuse(thread->parts, __func__, HF_E_NULL, "binding",
                      "the binding is of types alone: it has no library",
                      "give hf_binding_create() the library");
    }
    /* pairs with the release in make_function() */
    *function_out = atomic_load_explicit(&bound->function, memory_order_acquire);
    if (*function_out) {
        return HF_OK;
    }
    hfp_native_error saved = hfp_native_error_save();
    hf_status status = make_function(binding, bound, function_out);
    hfp_native_error_restore(saved);
    return status;
}

void hf_binding_destroy(hf_binding *binding)
{
    if (!binding) {
        return;
    }
    HF_VERIFY(binding->sig == BINDING_SIG);
    hfp_native_error saved = hfp_native_error_save();
    for (size_t i = 0; i < binding->count; i++) {
        hf_function *function =
            atomic_exchange_explicit(&binding->name[i].function, NULL, memory_order_acq_rel);
        if (function) {
            hfi_flights_end_function(function);
        }
    }
    hfi_binding_release(binding);
    hfp_native_error_restore(saved);
}

/* ---- types and constants ---- */

/* A type that is no struct: the parser is asked to lay out a struct that has nothing else. */
static hf_status lay_out(const hf_binding *binding, const char *type, hf_type_layout *layout_out)
{
    char text[512];
    hfi_text line = hfi_text_begin(text, sizeof(text));
    hfi_text_format(&line, "typedef struct { %s value; } hf_box;", type);
    if (hfi_text_end(&line) >= sizeof(text) || strpbrk(type, ";{}#")) {
        return HF_E_NOT_FOUND;
    }
    hfi_ctype_list known = { NULL, 0, binding->fragment.scope };
    hfi_fragment fragment;
    hfi_prototype_error error;
    hf_status status = hfi_fragment_parse(text, &known, &fragment, &error);
    if (status != HF_OK) {
        return status == HF_E_NOMEM ? status : HF_E_NOT_FOUND;
    }
    const hfi_layout *box = hfi_scope_layout(fragment.scope, "hf_box");
    hfi_member value;
    bool is_found = box && hfi_layout_member(box, "value", &value);
    if (is_found) {
        *layout_out = (hf_type_layout){ value.size * value.count, box->alignment, 0, 1 };
    }
    hfi_fragment_finish(&fragment);
    return is_found ? HF_OK : HF_E_NOT_FOUND;
}

static hf_status find_member(const hfi_layout *layout, const char *path, hf_type_layout *layout_out)
{
    hfi_member member;
    if (!hfi_layout_member(layout, path, &member)) {
        return HF_E_NOT_FOUND;
    }
    size_t alignment = member.type == HFI_C_AGGREGATE && member.layout
                           ? member.layout->alignment
                           : hfi_ctype_alignment(member.type);
    *layout_out = (hf_type_layout){ member.size, alignment, member.offset, member.count };
    return HF_OK;
}

static hf_status find_layout(const hf_binding *binding, const char *type,
                             hf_type_layout *layout_out)
{
    char name[256];
    const char *dot = strchr(type, '.');
    size_t length = dot ? (size_t)(dot - type) : strlen(type);
    if (length >= sizeof(name)) {
        return HF_E_NOT_FOUND;
    }
    memcpy(name, type, length);
    name[length] = '\0';
    const hfi_layout *layout = hfi_scope_layout(binding->fragment.scope, name);
    if (!layout) {
        return dot ? HF_E_NOT_FOUND : lay_out(binding, name, layout_out);
    }
    if (!layout->is_complete) {
        return HF_E_LAYOUT;
    }
    if (dot) {
        return find_member(layout, dot + 1, layout_out);
    }
    *layout_out = (hf_type_layout){ layout->size, layout->alignment, 0, 1 };
    return HF_OK;
}

hf_status hf_binding_layout(const hf_binding *binding, const char *type, hf_type_layout *layout_out)
{
    if (!binding || !type || !layout_out) {
        return HF_E_NULL;
    }
    HF_VERIFY(binding->sig == BINDING_SIG);
    hfp_native_error saved = hfp_native_error_save();
    hf_status status = find_layout(binding, type, layout_out);
    hfp_native_error_restore(saved);
    return status;
}

hf_status hf_binding_constant(const hf_binding *binding, const char *name, int64_t *value_out)
{
    if (!binding || !name || !value_out) {
        return HF_E_NULL;
    }
    HF_VERIFY(binding->sig == BINDING_SIG);
    return hfi_scope_constant(binding->fragment.scope, name, value_out) ? HF_OK : HF_E_NOT_FOUND;
}
