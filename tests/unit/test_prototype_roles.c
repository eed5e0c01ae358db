/* SPDX-License-Identifier: MIT */

/*
 * Roles of growing calls: numbers inside buffers, set, lists of texts, query, codes in
 * parameters.  What is understood, and what is refused with which words.
 *
 * In the tables an @ marks the place where the error is to be reported; it is taken out
 * before the text is parsed.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "prototype/prototype.h"

#include <stdio.h>
#include <string.h>

typedef struct wrong {
    const char *text;
    const char *found;
    const char *expected;
} wrong;

static void expect_refused(const wrong *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char text[512];
        hfi_prototype prototype;
        hfi_prototype_error error;
        const char *mark = strchr(cases[i].text, '@');
        assert_non_null(mark);
        size_t before = (size_t)(mark - cases[i].text);
        snprintf(text, sizeof text, "%.*s%s", (int)before, cases[i].text, mark + 1);
        int64_t live = hfi_alloc_live();
        hf_status status = hfi_prototype_parse(text, NULL, &prototype, &error);
        if (status != HF_E_PROTOTYPE || error.position != before ||
            strcmp(error.found, cases[i].found) != 0 ||
            strcmp(error.expected, cases[i].expected) != 0) {
            fail_msg("%s\n%d at %u found \"%s\" expected %s", cases[i].text, (int)status,
                     (unsigned)error.position, error.found, error.expected);
        }
        assert_int_equal(hfi_alloc_live(), live);
    }
}

#define EXPECT_REFUSED(cases) expect_refused(cases, sizeof(cases) / sizeof((cases)[0]))

static void parse(const char *text, hfi_prototype *prototype)
{
    hfi_prototype_error error;
    if (hfi_prototype_parse(text, NULL, prototype, &error) != HF_OK) {
        fail_msg("%s\nat %u found \"%s\" expected %s", text, (unsigned)error.position, error.found,
                 error.expected);
    }
}

#define BUFFER   "int f(char *b {out}, int n {capacity(b)}, int *m {out})"
#define CAN_READ "a buffer or struct that the function fills, of a known size"
#define PLACE    "a place from 0 to 2147483647"
#define WITHIN   "a place whose number lies inside of it as a whole"

/* ---- numbers inside buffers ---- */

static void inside_is_recorded_once_with_its_place(void **state)
{
    (void)state;
    hfi_prototype p;
    parse(BUFFER " {fail(u32(b, 4) == 1 || u32(b, 4) == 2 || u8(b, 0x10) == u64(b, 2 * 8)),"
                 " grow(u16(b, 4) != 0)}",
          &p);
    assert_int_equal(p.inside_count, 4);
    static const hfi_inside wanted[] = { { 4, 0, 4 }, { 16, 0, 1 }, { 16, 0, 8 }, { 4, 0, 2 } };
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(p.inside[i].offset, wanted[i].offset);
        assert_int_equal(p.inside[i].param, wanted[i].param);
        assert_int_equal(p.inside[i].width, wanted[i].width);
    }
    assert_int_equal(p.fail.step[0].op, HFI_OP_PARAM);
    assert_int_equal(p.fail.step[0].value, HFI_PARAMS_MAX);
    assert_int_equal(p.fail.step[3].value, HFI_PARAMS_MAX);
    assert_int_equal(p.grow.step[0].value, HFI_PARAMS_MAX + 3);
    hfi_prototype_finish(&p);
}

static void inside_takes_constants_of_the_text(void **state)
{
    (void)state;
    hfi_prototype p;
    parse("typedef struct { int a; long long b; unsigned need; } head;"
          "int f(head *h {out}, int u32) {fail(u32(h, offsetof(head, need)) > u32)}",
          &p);
    assert_int_equal(p.inside[0].offset, 16);
    hfi_prototype_finish(&p);
}

static void inside_compares_with_minus_one_as_its_type_does(void **state)
{
    (void)state;
    hfi_prototype p;
    int64_t seen[HFI_SEEN_MAX] = { 0 };
    hfi_expr_values values = { 0, 0, seen };
    parse(BUFFER " {fail(u32(b, 0) == -1)}", &p);
    seen[HFI_PARAMS_MAX] = UINT32_MAX;
    assert_int_equal(hfi_expr_evaluate(&p.fail, &values), 1);
    seen[HFI_PARAMS_MAX] = UINT32_MAX - 1;
    assert_int_equal(hfi_expr_evaluate(&p.fail, &values), 0);
    hfi_prototype_finish(&p);
}

static const wrong insides[] = {
    { BUFFER " {fail(u32(@7, 0))}", "7", "the name of a buffer parameter" },
    { BUFFER " {fail(u32(@c, 0))}", "c", CAN_READ },
    { BUFFER " {fail(u32(@n, 0))}", "n", CAN_READ },
    { BUFFER " {fail(u32(@m, 0))}", "m", CAN_READ },
    { "int f(const char *b {in}, int n {capacity(b)}) {fail(u32(@b, 0))}", "b", CAN_READ },
    { "int f(void *b {out, given, size(8)}) {fail(u32(@b, 0))}", "b", CAN_READ },
    { BUFFER " {fail(u32(b@))}", ")", ", and the place of the number" },
    { BUFFER " {fail(u32(b, @-1))}", "-", PLACE },
    { BUFFER " {fail(u32(b, @2147483648))}", "2147483648", PLACE },
    { BUFFER " {fail(u32(b, 0@, 1))}", ",", ") behind the place" },
    { "int f(void *b {out, size(8)}) {fail(u32(b, @5))}", "5", WITHIN },
    { "int f(short *b {out, room(most 4)}, int n {capacity(b)}) {fail(u64(b, @1))}", "1", WITHIN },
    { BUFFER " {fail(u16(b, 0) @== -1)}", "==", "a number that the unsigned value can be" },
    { "int f(char *b {out}, int n {capacity(b)}, char *c {out, size(@u8(b, 0) * n)})", "u8",
      "what is known before the call" },
    { BUFFER " {fail(u8(b, 0) + u8(b, 1) + u8(b, 2) + u8(b, 3) + u8(b, 4) + u8(b, 5) + u8(b, 6) +"
             " u8(b, 7) + u8(b, 7) + @u8(b, 8))}",
      "u8", "at most 8 numbers inside buffers" },
};

static void inside_is_refused_where_there_is_nothing_to_read(void **state)
{
    (void)state;
    EXPECT_REFUSED(insides);
}

/* ---- set ---- */

static void set_is_understood(void **state)
{
    (void)state;
    hfi_prototype p;
    parse("int f(char *b {out, set(u32, 0, 8), set(u64, 8, n * 2 + k), set(u8, 4, 255)},"
          " int n {capacity(b)}, int k)",
          &p);
    const hfi_param *b = &p.param[0];
    assert_int_equal(b->set_count, 3);
    assert_int_equal(b->set[0].width, 4);
    assert_int_equal(b->set[1].offset, 8);
    assert_int_equal(b->set[1].value.count, 5);
    assert_int_equal(b->set[2].value.step[0].value, 255);
    hfi_prototype_finish(&p);
    parse("struct s { int size, rest; }; int f(struct s *x {out, set(u32, 0, sizeof(struct s))},"
          " struct s *y {inout, set(u16, 4, 1)})",
          &p);
    assert_int_equal(p.param[0].set[0].value.step[0].value, 8);
    assert_int_equal(p.param[1].set_count, 1);
    hfi_prototype_finish(&p);
}

#define SET(what) "int f(char *b {out, " what "}, short n {capacity(b)}, int k, int *m {out})"

static const wrong sets[] = {
    { SET("set@"), "}", "( behind the role" },
    { SET("set(@)"), ")", "u8, u16, u32 or u64" },
    { SET("set(@int, 0, 1)"), "int", "u8, u16, u32 or u64" },
    { SET("set(u32@)"), ")", ", and the place of the number" },
    { SET("set(u32, @k, 1)"), "k", "a number or the name of a constant" },
    { SET("set(u32, @-4, 1)"), "-", PLACE },
    { SET("set(u32, 0@)"), ")", ", and an expression" },
    { SET("set(u32, 0, @)"), ")", "an expression" },
    { SET("set(u32, 0, 1@, 2)"), ",", "an operator or ) of the role" },
    { SET("set(u32, 0, @result)"), "result", "a constant or the name of a parameter" },
    { SET("set(u32, 0, @m)"), "m", "an integer that the caller passes, or a capacity" },
    { SET("set(u32, 0, @b)"), "b", "an integer that the caller passes, or a capacity" },
    { SET("set(u32, 0, @u8(b, 1))"), "u8", "what is known before the call" },
    { SET("set(u8, 0, @256)"), "256", "a number that the width can hold" },
    { SET("set(u16, 0, @65536)"), "65536", "a number that the width can hold" },
    { SET("set(u32, 0, 1), set(@u8, 3, 1)"), "u8",
      "a place apart from those that are set already" },
    { SET("set(u8, 0, 1), set(u8, 1, 1), set(u8, 2, 1), set(u8, 3, 1), @set(u8, 4, 1)"), "set",
      "at most 4 numbers set in one buffer" },
    { SET("room(most 6), set(u32, @4, 1)"), "4", WITHIN },
    { SET("@set(u32, 32766, 1)"), "set", "a place that the capacity parameter can announce" },
    { "int f(char *b {inout, @set(u32, 0, 1)}, int n {capacity(b)})", "set",
      "set on a buffer or struct that the library makes" },
    { "int f(const char *b {in, @set(u32, 0, 1)})", "set", "a role that goes with in" },
    { "int f(int *b {out, @set(u32, 0, 1)})", "set",
      "set on a buffer or struct that the library makes" },
    { "int f(void *b {out, size(6), set(u32, @4, 1)})", "4", WITHIN },
    { "int f(int b {@set(u32, 0, 1)})", "set", "a role of this type: most are of pointers" },
};

static void set_is_refused_where_it_cannot_be_written(void **state)
{
    (void)state;
    EXPECT_REFUSED(sets);
}

/* ---- text(multi) ---- */

static void multi_goes_with_each_encoding(void **state)
{
    (void)state;
    static const char *const texts[] = { "text(multi)", "text(system, multi)",
                                         "text(multi, utf8)" };
    for (unsigned i = 0; i < 3; i++) {
        char text[128];
        hfi_prototype p;
        snprintf(text, sizeof text, "int f(char *b {out, %s}, int n {capacity(b)})", texts[i]);
        parse(text, &p);
        assert_true(p.param[0].is_text && p.param[0].is_multi);
        assert_int_equal(p.param[0].encoding, i == 1 ? HFI_ENCODING_SYSTEM : HFI_ENCODING_UTF8);
        hfi_prototype_finish(&p);
    }
    hfi_prototype p;
    parse("int f(wchar_t *b {out, text(multi)}, int n {capacity(b)})", &p);
    assert_true(p.param[0].is_multi);
    hfi_prototype_finish(&p);
}

static const wrong multis[] = {
    { "int f(char *b {out, text(@)}, int n {capacity(b)})", ")", "utf8, system or multi" },
    { "int f(char *b {out, text(multi, @multi)}, int n {capacity(b)})", "multi", "each word once" },
    { "int f(char *b {out, text(utf8, @system)}, int n {capacity(b)})", "system", "one encoding" },
    { "int f(wchar_t *b {out, text(multi, @system)}, int n {capacity(b)})", "system",
      "no encoding: that of wide text is its type's" },
    { "int f(int *b {out, @text(multi)}, int n {capacity(b)})", "text",
      "text of char, wchar_t, WCHAR or char16_t alone" },
    { "int f(char *b {in, text(@multi)})", "multi", "multi on a buffer that the function fills" },
    { "int f(char *const *b {texts(@multi)})", "multi", "utf8 or system" },
};

static void multi_is_refused_where_no_list_is_filled(void **state)
{
    (void)state;
    EXPECT_REFUSED(multis);
}

/* ---- query ---- */

static void query_is_understood(void **state)
{
    (void)state;
    hfi_prototype p;
    parse("int f(short *b {out, room(least 2)}, int n {capacity(b)})"
          " {fail(result == 0), grow(1), query(b, result + 1), length(b, result)}",
          &p);
    assert_int_equal(p.param[0].rules.query.count, 3);
    assert_int_equal(p.param[0].rules.query_unit, HFI_UNIT_ELEMENTS);
    hfi_prototype_finish(&p);
    parse("int f(short *b {out, room(exact)}, int n {capacity(b)})"
          " {fail(result == 0), grow(1), query(b, result, bytes)}",
          &p);
    assert_int_equal(p.param[0].rules.query_unit, HFI_UNIT_BYTES);
    hfi_prototype_finish(&p);
}

#define GROWS(roles)                                                                               \
    "int f(char *b {out}, int n {capacity(b)}, int *m {out}) {fail(result == 0), " roles "}"
#define TOO_SMALL "grow(...) or grow_ok(...) beside it: what means too small"

static const wrong queries[] = {
    { GROWS("query@"), "}", "( behind the role" },
    { GROWS("query(@c, 1)"), "c", "the name of a buffer that the function fills" },
    { GROWS("query(b@)"), ")", ", and an expression" },
    { GROWS("query(b, 1, @words)"), "words", "bytes or elements" },
    { GROWS("grow(1), query(b, 1), @query(b, 1)"), "query", "one query for each buffer" },
    { "int f(char *b {inout}, int n {capacity(b)}) {query(@b, 1)}", "b",
      "a buffer that the library makes: a given one never grows" },
    { GROWS("@query(b, 1)"), "query", TOO_SMALL },
    { GROWS("grow(1), needed(b, m), @query(b, 1)"), "query",
      "needed or query of a buffer, not both" },
    { GROWS("grow(1), once, @query(b, 1)"), "query", "once or query, not both" },
    { GROWS("grow(1), append(b, result), length(b, m), @query(b, 1)"), "query",
      "append or query, not both" },
};

static void query_is_refused_where_it_leads_nowhere(void **state)
{
    (void)state;
    EXPECT_REFUSED(queries);
}

/* ---- error(name) ---- */

static void error_may_be_in_a_parameter(void **state)
{
    (void)state;
    hfi_prototype p;
    parse("int f(int a, short *status {inout}) {fail(error > 0), error(status, when result == 1)}",
          &p);
    assert_int_equal(p.error, HFI_ERROR_PARAM);
    assert_int_equal(p.error_param, 1);
    assert_int_equal(p.error_when.count, 3);
    hfi_prototype_finish(&p);
    parse("int f(int *errno {out}) {fail(result < 0), error(errno)}", &p);
    assert_int_equal(p.error, HFI_ERROR_ERRNO); /* the words go before the names */
    hfi_prototype_finish(&p);
}

#define A_CODE "a pointer to an integer, out or inout"

static const wrong errors[] = {
    { "int f(int a) {fail(1), error(@b)}", "b",
      "errno, last_error, wsa, result, ntstatus, hresult, none or the name of a parameter" },
    { "int f(int a) {fail(1), error(@a)}", "a", A_CODE },
    { "int f(double *a {out}) {fail(1), error(@a)}", "a", A_CODE },
    { "int f(int *a {out, given}) {fail(1), error(@a)}", "a", A_CODE },
    { "int f(char *b {out}, int *n {inout, capacity(b)}) {fail(1), error(@n)}", "n", A_CODE },
    { "int f(char *b {out}, int n {capacity(b)}, int *m {out, needed(b)})"
      " {fail(1), grow(1), error(@m)}",
      "m", "a parameter that tells no size" },
    { "int f(int *a {out}) {fail(1), error(a, @clear)}", "clear",
      "clear of errno, last_error or wsa alone" },
};

static void error_is_refused_where_no_code_is(void **state)
{
    (void)state;
    EXPECT_REFUSED(errors);
}

/* ---- what contradicts itself ---- */

#define IS_CODE_0 "a length from elsewhere: the result is the code, and 0 on success"
#define IS_CODE   "a need from elsewhere: on failure the result is the code"
#define TOO_WIDE  "no more elements than the capacity parameter can say"
#define NO_SIZE   "needed(...) or query(...) for a buffer that takes one size alone"

static const wrong contradictions[] = {
    { "int f(char *b {out}, int n {capacity(b)}, int *m {out, @needed(b)}) {fail(result == 0)}",
      "needed", TOO_SMALL },
    { GROWS("@needed(b, m)"), "needed", TOO_SMALL },
    { "int f(char *b {out}, char *c {out}, int n {capacity(b)}, int o {capacity(c)},"
      " int *m {out, @needed(c)}) {fail(result == 0), grow(b: 1)}",
      "needed", TOO_SMALL },
    { "int f(char *b {out}, int n {capacity(b)})"
      " {fail(result != 0), error(result), @length(b, result)}",
      "length", IS_CODE_0 },
    { "int f(char *b {out}, int n {capacity(b)})"
      " {fail(result != 0), error(result), grow(error == 234), @needed(b, result * 2)}",
      "needed", IS_CODE },
    { "NTSTATUS f(char *b {out}, int n {capacity(b)})"
      " {error(ntstatus), grow(1), @needed(b, 1 - result)}",
      "needed", IS_CODE },
    { "int f(char *b {out, @room(least 256)}, unsigned char n {capacity(b)})", "room", TOO_WIDE },
    { "int f(short *b {out, @room(first 64)}, signed char n {capacity(b, bytes)})", "room",
      TOO_WIDE },
    { "int f(char *b {out, @room(multiple 128)}, signed char *n {inout, capacity(b)})", "room",
      TOO_WIDE },
    { "int f(char *b {out, @room(exact)}, int n {capacity(b)}) {fail(1), grow(1)}", "room",
      NO_SIZE },
    { "int f(char *b {out, room(@least 9, most 8)}, int n {capacity(b)})", "least",
      "a most that the least and a multiple fit in" },
    { "int f(char *b {out, room(@first 9, most 8)}, int n {capacity(b)})", "first",
      "a first between least and most" },
    { "int f(int a) {fail(0), @transient(result)}", "transient",
      "no transient: a call with fail(0) never fails" },
    { GROWS("once, @transient(1)"), "transient", "once or transient, not both" },
    { GROWS("once, length(b, m), @append(b, 1)"), "append", "once or append, not both" },
};

static void contradictions_are_refused_at_the_word_that_makes_them(void **state)
{
    (void)state;
    EXPECT_REFUSED(contradictions);
}

/* What looks like one of them and is not. */
static void what_does_not_contradict_itself_is_taken(void **state)
{
    (void)state;
    static const char *const texts[] = {
        /* a text without a length is known to be cut by itself */
        "int f(char *b {out, text}, int n {capacity(b)}, int *m {out, needed(b)}) {fail(0)}",
        "int f(char *b {out, text}, int n {capacity(b)}) {fail(0), query(b, result)}",
        /* a code below 0, and a length from 0 on */
        "int f(char *b {out}, int n {capacity(b)}) {fail(result < 0), error(result),"
        " length(b, result)}",
        /* too small is told by success */
        "int f(char *b {out}, int n {capacity(b)}) {fail(result < 0), error(result),"
        " grow(error == 0 - 7), grow_ok(result > n), needed(b, result), length(b, result)}",
        /* the result is asked about, and is no number of anything */
        "int f(char *b {out}, int n {capacity(b)}, int *m {out}) {fail(result != 0),"
        " error(result), grow(error == 234), needed(b, (result == 234) * m)}",
        "int f(char *b {out, room(least 255)}, unsigned char n {capacity(b)})",
        "int f(short *b {out, room(first 127)}, signed char n {capacity(b)})",
        "int f(char *b {out}, int n {capacity(b)}) {fail(1), grow(1), once, needed(b, result)}",
        "int f(char *b {out, set(u32, 4, 1), set(u32, 0, 1)}, signed char n {capacity(b)})",
    };
    for (unsigned i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        hfi_prototype p;
        parse(texts[i], &p);
        hfi_prototype_finish(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inside_is_recorded_once_with_its_place),
        cmocka_unit_test(inside_takes_constants_of_the_text),
        cmocka_unit_test(inside_compares_with_minus_one_as_its_type_does),
        cmocka_unit_test(inside_is_refused_where_there_is_nothing_to_read),
        cmocka_unit_test(set_is_understood),
        cmocka_unit_test(set_is_refused_where_it_cannot_be_written),
        cmocka_unit_test(multi_goes_with_each_encoding),
        cmocka_unit_test(multi_is_refused_where_no_list_is_filled),
        cmocka_unit_test(query_is_understood),
        cmocka_unit_test(query_is_refused_where_it_leads_nowhere),
        cmocka_unit_test(error_may_be_in_a_parameter),
        cmocka_unit_test(error_is_refused_where_no_code_is),
        cmocka_unit_test(contradictions_are_refused_at_the_word_that_makes_them),
        cmocka_unit_test(what_does_not_contradict_itself_is_taken),
    };
    return cmocka_run_group_tests_name("prototype_roles", tests, NULL, NULL);
}
