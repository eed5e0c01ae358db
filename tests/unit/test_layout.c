/* SPDX-License-Identifier: MIT */

/*
 * Layouts against the compiler's own: each struct here is compiled, and its very
 * text parsed; size, alignment and the place of each member have to be the same.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "prototype/prototype.h"

#include <string.h>

typedef struct place {
    const char *member;
    size_t offset;
} place;

typedef struct sample {
    const char *name;
    const char *text;
    size_t size;
    size_t alignment;
    place place[8];
} sample;

#define PASTE_(a, b) a##b
#define PASTE(a, b)  PASTE_(a, b)

/* AT(s, a, b) gives the places of the members a and b of s. */
#define AT1(s, a)                     { #a, offsetof(s, a) },
#define AT2(s, a, b)                  AT1(s, a) AT1(s, b)
#define AT3(s, a, b, c)               AT2(s, a, b) AT1(s, c)
#define AT4(s, a, b, c, d)            AT3(s, a, b, c) AT1(s, d)
#define AT5(s, a, b, c, d, e)         AT4(s, a, b, c, d) AT1(s, e)
#define COUNT_(a, b, c, d, e, n, ...) n
#define COUNT(...)                    COUNT_(__VA_ARGS__, 5, 4, 3, 2, 1, 0)
#define AT(s, ...)                    PASTE(AT, COUNT(__VA_ARGS__))(s, __VA_ARGS__)

#include "test_layout_samples.h"

/* Once as C ... */
#define SAMPLE(name, body, ...) typedef body name;
#define PACKED(n, name, body, ...)                                                                 \
    _Pragma("pack(push)") _Pragma(PACK_##n) typedef body name;                                     \
    _Pragma("pack(pop)")
#define PACK_1 "pack(1)"
#define PACK_2 "pack(2)"
#define PACK_4 "pack(4)"
#define PACK_8 "pack(8)"
LAYOUT_SAMPLES
#undef SAMPLE
#undef PACKED

/* ... and once as text. */
static const sample samples[] = {
#define SAMPLE(name, body, ...)                                                                    \
    { #name,                                                                                       \
      "typedef " #body " " #name ";\n",                                                            \
      sizeof(name),                                                                                \
      _Alignof(name),                                                                              \
      { AT(name, __VA_ARGS__){ NULL, 0 } } },
#define PACKED(n, name, body, ...)                                                                 \
    { #name,                                                                                       \
      "#pragma pack(push, " #n ")\ntypedef " #body " " #name ";\n#pragma pack(pop)\n",             \
      sizeof(name),                                                                                \
      _Alignof(name),                                                                              \
      { AT(name, __VA_ARGS__){ NULL, 0 } } },
    LAYOUT_SAMPLES
};

static hfi_fragment parse_all(void)
{
    static char text[64 * 1024];
    hfi_fragment fragment;
    hfi_prototype_error error;
    text[0] = '\0';
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        strcat(text, samples[i].text);
    }
    hf_status status = hfi_fragment_parse(text, NULL, &fragment, &error);
    if (status != HF_OK) {
        fail_msg("%.80s\nat %u found \"%s\" expected %s", text + error.position,
                 (unsigned)error.position, error.found, error.expected);
    }
    return fragment;
}

static unsigned compare(const sample *s, const hfi_layout *layout)
{
    unsigned wrong = 0;
    if (!layout || !layout->is_complete || layout->size != s->size ||
        layout->alignment != s->alignment) {
        print_error("%s: %lu/%lu, not %lu/%lu\n", s->text,
                    (unsigned long)(layout ? layout->size : 0),
                    (unsigned long)(layout ? layout->alignment : 0), (unsigned long)s->size,
                    (unsigned long)s->alignment);
        return 1;
    }
    for (const place *p = s->place; p->member; p++) {
        hfi_member member;
        if (!hfi_layout_member(layout, p->member, &member) || member.offset != p->offset) {
            print_error("%s: %s is not at %lu\n", s->text, p->member, (unsigned long)p->offset);
            wrong++;
        }
    }
    return wrong;
}

static void layout_is_what_the_compiler_makes_of_the_same_text(void **state)
{
    (void)state;
    int64_t live = hfi_alloc_live();
    hfi_fragment fragment = parse_all();
    unsigned wrong = 0;
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        wrong += compare(&samples[i], hfi_scope_layout(fragment.scope, samples[i].name));
    }
    assert_int_equal(wrong, 0);
    hfi_fragment_finish(&fragment);
    assert_int_equal(hfi_alloc_live(), live);
}

/* Where a struct may not pass by value it says why; where it may it is not kept from it. */
static void layout_says_why_no_value_may_pass(void **state)
{
    (void)state;
    static const struct {
        const char *name, *reason;
    } expected[] = {
        { "widths", NULL },
        { "nested", NULL },
        { "pack_8", NULL },
        { "pack_1", "it is packed" },
        { "holds_packed", "it is packed" },
        { "attribute_packed", "it is packed" },
        { "packed_chars", NULL },
        { "over_aligned", "it is aligned otherwise than its members" },
        { "flexible", "it has an array without a bound" },
        { "bits_int", "it has bit-fields" },
    };
    hfi_fragment fragment = parse_all();
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        const hfi_layout *layout = hfi_scope_layout(fragment.scope, expected[i].name);
        assert_non_null(layout);
        if (expected[i].reason) {
            assert_non_null(layout->no_value);
            assert_string_equal(layout->no_value, expected[i].reason);
        } else if (layout->no_value) {
            fail_msg("%s: %s", expected[i].name, layout->no_value);
        }
    }
    hfi_fragment_finish(&fragment);
}

static void layout_knows_whether_pointers_are_inside(void **state)
{
    (void)state;
    hfi_fragment fragment = parse_all();
    assert_true(hfi_scope_layout(fragment.scope, "pointers")->holds_pointers);
    assert_true(hfi_scope_layout(fragment.scope, "holds_pointer")->holds_pointers);
    assert_true(hfi_scope_layout(fragment.scope, "union_pointer")->holds_pointers);
    assert_false(hfi_scope_layout(fragment.scope, "widths")->holds_pointers);
    hfi_fragment_finish(&fragment);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layout_is_what_the_compiler_makes_of_the_same_text),
        cmocka_unit_test(layout_says_why_no_value_may_pass),
        cmocka_unit_test(layout_knows_whether_pointers_are_inside),
    };
    return cmocka_run_group_tests_name("layout", tests, NULL, NULL);
}
