/* SPDX-License-Identifier: MIT */

/*
 * A prototype from end to end.
 *
 * Syntax first, left to right, with the names in parameter roles kept as they
 * are written; then, when ')' has been reached and all names are known, what
 * each parameter is; then the function's roles, whose expressions look names
 * up at once; last what only the whole can tell.
 *
 * Bounds: the text (16 KiB), parameters (32), operations of an expression (48)
 * and every nesting (16) are limited, so no text makes the parser recurse or
 * allocate without end.
 *
 * Threads: pure but for memory; any thread.
 */

#include "prototype/parse.h"

#include "base/alloc.h"
#include "base/verify.h"

#include <string.h>

typedef struct convention_word {
    const char *word;
    hfi_convention convention;
} convention_word;

/* What the headers of Windows put between a result and a name. */
static const convention_word convention_words[] = {
    { "__cdecl", HFI_CONVENTION_CDECL },
    { "_cdecl", HFI_CONVENTION_CDECL },
    { "WINAPIV", HFI_CONVENTION_CDECL },
    { "__stdcall", HFI_CONVENTION_STDCALL },
    { "_stdcall", HFI_CONVENTION_STDCALL },
    { "WINAPI", HFI_CONVENTION_STDCALL },
    { "APIENTRY", HFI_CONVENTION_STDCALL },
    { "CALLBACK", HFI_CONVENTION_STDCALL },
    { "NTAPI", HFI_CONVENTION_STDCALL },
    { "PASCAL", HFI_CONVENTION_STDCALL },
    { "WSAAPI", HFI_CONVENTION_STDCALL },
    { "RPC_ENTRY", HFI_CONVENTION_STDCALL },
    { "STDAPICALLTYPE", HFI_CONVENTION_STDCALL },
    { "STDMETHODCALLTYPE", HFI_CONVENTION_STDCALL },
    { "NET_API_FUNCTION", HFI_CONVENTION_STDCALL },
};

/* Words that say where a function lives and nothing about how it is called. */
static const char *const storage_words[] = {
    "extern",
    "static",
    "inline",
    "__inline",
    "__inline__",
    "_Noreturn",
    "WINSETUPAPI",
    "WINBASEAPI",
    "WINADVAPI",
    "WINUSERAPI",
    "WINGDIAPI",
    "WINSOCK_API_LINKAGE",
    "WINCRYPT32API",
    "WINNORMALIZEAPI",
    "DECLSPEC_IMPORT",
    "NTSYSAPI",
    "NTSYSCALLAPI",
    "CMAPI",
    "IPHLPAPI_DLL_LINKAGE",
};

bool hfi_parse_convention(hfi_parser *parser, hfi_convention *convention)
{
    for (size_t i = 0; i < sizeof(convention_words) / sizeof(convention_words[0]); i++) {
        if (hfi_parser_accept_word(parser, convention_words[i].word)) {
            *convention = convention_words[i].convention;
            return true;
        }
    }
    return false;
}

static bool accept_storage(hfi_parser *parser)
{
    for (size_t i = 0; i < sizeof(storage_words) / sizeof(storage_words[0]); i++) {
        if (hfi_parser_accept_word(parser, storage_words[i])) {
            return true;
        }
    }
    return false;
}

static void parse_linkage(hfi_parser *parser)
{
    while (accept_storage(parser) || hfi_parse_convention(parser, &parser->prototype->convention)) {
    }
}

/* The result; a value of it must be able to come back. */
static bool parse_result(hfi_parser *parser)
{
    hfi_type_draft type;
    if (!hfi_parse_type(parser, &type)) {
        return false;
    }
    if (type.depth == 0 && type.base == HFI_C_OPAQUE) {
        return hfi_parser_fail(parser, &type.first,
                               "a scalar type that is known, or a pointer: nothing else by value");
    }
    hfi_prototype *prototype = parser->prototype;
    prototype->result = type.depth > 0 ? HFI_C_POINTER : type.base;
    prototype->result_target = type.depth > 0 ? hfi_type_target(&type) : HFI_C_VOID;
    return true;
}

static bool parse_function_name(hfi_parser *parser)
{
    hfi_token name = parser->token;
    if (name.kind == HFI_T_NAME && hfi_parser_peek(parser).kind == HFI_T_NAME) {
        return hfi_parser_fail(parser, &name, "a calling convention that is known, or the name");
    }
    return hfi_parser_expect(parser, HFI_T_NAME, "the function's name") &&
           hfi_parser_copy(parser, &name, &parser->prototype->name);
}

static bool parse_prototype(hfi_parser *parser)
{
    parse_linkage(parser);
    if (!parse_result(parser)) {
        return false;
    }
    parse_linkage(parser);
    if (!parse_function_name(parser) ||
        !hfi_parser_expect(parser, HFI_T_LPAREN, "( of the parameters") ||
        !hfi_parse_params(parser) || !hfi_prototype_decide_kinds(parser) ||
        !hfi_prototype_resolve_sizes(parser) || !hfi_parse_function_roles(parser)) {
        return false;
    }
    hfi_parser_accept(parser, HFI_T_SEMICOLON);
    return hfi_parser_expect(parser, HFI_T_END, "the end of the declaration") &&
           hfi_prototype_check(parser);
}

static bool copy_text(hfi_parser *parser, const char *text)
{
    hfi_token whole = { .start = text };
    const char *end = memchr(text, '\0', HFI_PROTOTYPE_TEXT_MAX + 1u);
    if (!end) {
        hfi_token rest = { .kind = HFI_T_BAD,
                           .position = HFI_PROTOTYPE_TEXT_MAX,
                           .length = 1,
                           .start = text + HFI_PROTOTYPE_TEXT_MAX };
        return hfi_parser_fail(parser, &rest, "a declaration of at most 16384 bytes");
    }
    whole.length = (uint32_t)(end - text);
    return hfi_parser_copy(parser, &whole, &parser->prototype->text);
}

hf_status hfi_prototype_parse(const char *text, const hfi_ctype_list *known,
                              hfi_prototype *prototype_out, hfi_prototype_error *error_out)
{
    HF_ASSERT(text && prototype_out);
    memset(prototype_out, 0, sizeof(*prototype_out));
    if (error_out) {
        memset(error_out, 0, sizeof(*error_out));
    }
    /* The drafts are too much for a stack that somebody else has chosen the size of. */
    hfi_parser *parser = hfi_alloc(sizeof(*parser));
    if (!parser) {
        return HF_E_NOMEM;
    }
    parser->known = known;
    parser->prototype = prototype_out;
    parser->error = error_out;
    if (copy_text(parser, text)) {
        parser->lexer.text = prototype_out->text;
        hfi_parser_advance(parser);
        parse_prototype(parser);
    }
    hf_status status = parser->status;
    hfi_free(parser);
    if (status != HF_OK) {
        hfi_prototype_finish(prototype_out);
    }
    return status;
}
