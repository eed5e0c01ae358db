/* SPDX-License-Identifier: MIT */

/*
 * Looking symbols up.
 *
 * A header's name is not always the exported one.  On 32-bit Windows a linker
 * decorates it by the calling convention, unless a definition file says otherwise;
 * so there the decorated forms are tried behind the plain one, and those alone that
 * fit the prototype: a name@8 that is found proves its eight bytes of arguments.
 * Some functions are exported by number.  And many Windows functions are macros that
 * hide a NameA and a NameW: which of the two is meant nobody can guess, because the
 * prototype would be wrong for the other one; the report says what there is.
 *
 * Threads: any; nothing is kept.
 */

#include "call/symbol.h"

#include <stdio.h>
#include <string.h>

static const char bind_name[] = "hf_function_bind";

/* ---- decorated names ---- */

size_t hfi_symbol_argument_bytes(const hfi_prototype *prototype)
{
    size_t bytes = 0;
    for (unsigned i = 0; i < prototype->param_count; i++) {
        const hfi_param *param = &prototype->param[i];
        size_t size = param->type == HFI_C_POINTER     ? 4
                      : param->type != HFI_C_AGGREGATE ? hfi_ctype_size(param->type)
                      : param->layout                  ? param->layout->size
                                                       : 0;
        bytes += (size + 3) / 4 * 4;
    }
    return bytes;
}

/* Fastcall and stdcall say the bytes; what has no convention of its own may be any. */
static bool fits(hfi_convention convention, hfi_convention form)
{
    return convention == form || convention == HFI_CONVENTION_DEFAULT;
}

bool hfi_symbol_decorated(const char *name, const hfi_prototype *prototype, size_t word,
                          unsigned index, char decorated_out[HFI_SYMBOL_MAX])
{
    static const struct form {
        hfi_convention convention;
        const char *before;
        bool has_bytes;
    } forms[] = {
        { HFI_CONVENTION_STDCALL, "_", true }, /* Microsoft's */
        { HFI_CONVENTION_STDCALL, "", true },  /* GNU's tables */
        { HFI_CONVENTION_FASTCALL, "@", true },
        { HFI_CONVENTION_CDECL, "_", false },
    };
    unsigned number = 0;
    int length = -1;
    if (index == 0) {
        length = snprintf(decorated_out, HFI_SYMBOL_MAX, "%s", name);
    }
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]) && index && word == 4; i++) {
        if (!fits(prototype->convention, forms[i].convention) || ++number != index) {
            continue;
        }
        length = forms[i].has_bytes
                     ? snprintf(decorated_out, HFI_SYMBOL_MAX, "%s%s@%u", forms[i].before, name,
                                (unsigned)hfi_symbol_argument_bytes(prototype))
                     : snprintf(decorated_out, HFI_SYMBOL_MAX, "%s%s", forms[i].before, name);
    }
    return length >= 0 && length < HFI_SYMBOL_MAX;
}

/* ---- hints ---- */

static bool has(const hf_library *library, const char *symbol)
{
    void *address;
    return hfp_module_symbol(library->module, symbol, &address) == HF_OK;
}

/* The name with an A or W behind it, or without the one that is there, if the library has that. */
static bool find_sibling(const hf_library *library, const char *name, char sibling[HFI_SYMBOL_MAX])
{
    size_t length = strlen(name);
    if (length == 0 || length + 2 > HFI_SYMBOL_MAX) {
        return false;
    }
    memcpy(sibling, name, length);
    sibling[length + 1] = '\0';
    for (const char *letter = "WA"; *letter; letter++) {
        sibling[length] = *letter;
        if (has(library, sibling)) {
            return true;
        }
    }
    char last = name[length - 1];
    sibling[length - 1] = last == 'W' ? 'A' : 'W';
    sibling[length] = '\0';
    if ((last == 'W' || last == 'A') && has(library, sibling)) {
        return true;
    }
    sibling[length - 1] = '\0';
    return (last == 'W' || last == 'A') && length > 1 && has(library, sibling);
}

/* ---- reports ---- */

static hf_status report(const hf_library *library, hf_status status, const char *function,
                        const char *message, const char *remedy)
{
    hf_report about = HF_REPORT_INIT;
    about.kind = HF_REPORT_WARNING;
    about.status = status;
    about.function = bind_name;
    about.argument = function;
    about.object = library->name;
    about.message = message;
    about.remedy = remedy;
    return hfi_report(library->parts->reporter, &about);
}

static hf_status report_name(const hf_library *library, const char *function, const char *name)
{
    char line[512];
    char sibling[HFI_SYMBOL_MAX];
    char remedy[HFI_SYMBOL_MAX + 64];
    hfi_text message = hfi_text_begin(line, sizeof(line));
    hfi_text_format(&message, "the library \"%s\" has no symbol \"%s\"", library->name, name);
    hfi_text hint = hfi_text_begin(remedy, sizeof(remedy));
    if (find_sibling(library, name, sibling)) {
        hfi_text_format(&message, ", but \"%s\"", sibling);
        hfi_text_format(&hint, "bind \"%s\", with the text types that it has", sibling);
    } else {
        hfi_text_add(&hint, "name what the library exports; the role symbol(\"name\") says another "
                            "name than the function's");
    }
    hfi_text_end(&message);
    hfi_text_end(&hint);
    return report(library, HF_E_SYMBOL, function, line, remedy);
}

static hf_status report_ordinal(const hf_library *library, hf_status status, const char *function,
                                unsigned ordinal)
{
    char line[512];
    hfi_text message = hfi_text_begin(line, sizeof(line));
    hfi_text_format(&message,
                    status == HF_E_UNSUPPORTED
                        ? "the library \"%s\" exports nothing by number, so no %u either"
                        : "the library \"%s\" exports nothing under the number %u",
                    library->name, ordinal);
    hfi_text_end(&message);
    return report(library, status, function, line,
                  status == HF_E_UNSUPPORTED ? "bind it by name: only Windows knows numbers"
                                             : "look the number up in this version of the library");
}

/* ---- looking up ---- */

/* "#12" as a number; 0 for all else. */
static unsigned read_number(const char *symbol)
{
    unsigned number = 0;
    if (*symbol != '#') {
        return 0;
    }
    for (symbol++; *symbol >= '0' && *symbol <= '9' && number <= UINT16_MAX; symbol++) {
        number = number * 10 + (unsigned)(*symbol - '0');
    }
    return *symbol == '\0' && number <= UINT16_MAX ? number : 0;
}

hf_status hfi_symbol_find(const hf_library *library, const hfi_prototype *prototype,
                          const char *function, void **address_out)
{
    const char *name = prototype->symbol ? prototype->symbol : function;
    unsigned ordinal = prototype->ordinal ? prototype->ordinal : read_number(name);
    if (ordinal) {
        hf_status status = hfp_module_ordinal(library->module, (uint16_t)ordinal, address_out);
        return status == HF_OK ? status : report_ordinal(library, status, function, ordinal);
    }
    char decorated[HFI_SYMBOL_MAX];
    hf_status status = hfp_module_symbol(library->module, name, address_out);
    for (unsigned i = 1; status == HF_E_SYMBOL &&
                         hfi_symbol_decorated(name, prototype, sizeof(void *), i, decorated);
         i++) {
        status = hfp_module_symbol(library->module, decorated, address_out);
    }
    return status == HF_E_SYMBOL ? report_name(library, function, name) : status;
}
