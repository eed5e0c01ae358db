/* SPDX-License-Identifier: MIT */

/*
 * The dialects: how a native function says that its buffer was too small.
 *
 * Each is a prototype as a user would write it, a few lines that put the answer of
 * hostile_try() where the real function puts it, and a row that says the same in
 * numbers for the oracle.  The real functions are named beside the rows.
 *
 * Threads: that of the call.
 */

#include "hostile.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

static int64_t code_of(const hostile *it, const hostile_answer *answer)
{
    return it->dialect->code[answer->code];
}

/* A try with one buffer.  errno is left alone by a success, or is what an earlier failure left. */
static hostile_answer serve(hostile *it, void *buffer, uint64_t capacity)
{
    void *buffers[HOSTILE_BUFFERS] = { buffer, NULL };
    uint64_t capacities[HOSTILE_BUFFERS] = { capacity, 0 };
    hostile_answer answer = hostile_try(it, buffers, capacities);
    if (answer.code != HOSTILE_FINE) {
        errno = (int)code_of(it, &answer);
    } else if (it->scenario.way == HOSTILE_STALE_CODE) {
        errno = (int)it->dialect->code[HOSTILE_SHORT];
    }
    return answer;
}

/* ---- the number is the result ---- */

static uint32_t length_or_need(hostile *it, void *buffer, uint32_t size)
{
    hostile_answer answer = serve(it, buffer, size);
    return answer.code == HOSTILE_FINE ? (uint32_t)answer.number[0] : 0;
}

static ptrdiff_t signed_length(hostile *it, void *buffer, size_t size)
{
    hostile_answer answer = serve(it, buffer, size);
    return answer.code == HOSTILE_FINE ? (ptrdiff_t)answer.number[0] : -1;
}

static int32_t estimate(hostile *it, void *buffer, int32_t size)
{
    hostile_answer answer = serve(it, buffer, (uint32_t)size);
    uint32_t number = (uint32_t)answer.number[0];
    if (answer.code == HOSTILE_FINE) {
        return (int32_t)number;
    }
    return answer.code == HOSTILE_SHORT ? (int32_t)(0u - number) : -1;
}

/* ---- a flag or a code is the result ---- */

static int32_t flag_separate(hostile *it, void *buffer, uint32_t size, uint32_t *needed)
{
    hostile_answer answer = serve(it, buffer, size);
    if (answer.is_said) {
        *needed = (uint32_t)answer.number[0];
    }
    return answer.code == HOSTILE_FINE;
}

static int32_t flag_in_out(hostile *it, void *buffer, uint32_t *size)
{
    hostile_answer answer = serve(it, buffer, *size);
    if (answer.is_said) {
        *size = (uint32_t)answer.number[0];
    }
    return answer.code == HOSTILE_FINE;
}

static int32_t code_in_out(hostile *it, void *buffer, uint32_t *size)
{
    hostile_answer answer = serve(it, buffer, *size);
    if (answer.is_said) {
        *size = (uint32_t)answer.number[0];
    }
    return (int32_t)code_of(it, &answer);
}

static int32_t code_separate(hostile *it, void *buffer, size_t size, size_t *needed)
{
    hostile_answer answer = serve(it, buffer, size);
    if (answer.is_said) {
        *needed = (size_t)answer.number[0];
    }
    return (int32_t)code_of(it, &answer);
}

static int32_t code_narrow(hostile *it, void *buffer, uint8_t size, size_t *needed)
{
    return code_separate(it, buffer, size, needed);
}

static int32_t code_separate_32(hostile *it, void *buffer, uint32_t size, uint32_t *needed)
{
    hostile_answer answer = serve(it, buffer, size);
    if (answer.is_said) {
        *needed = (uint32_t)answer.number[0];
    }
    return (int32_t)code_of(it, &answer);
}

static int32_t code_alone(hostile *it, void *buffer, size_t size)
{
    hostile_answer answer = serve(it, buffer, size);
    return (int32_t)code_of(it, &answer);
}

static void *null_alone(hostile *it, void *buffer, size_t size)
{
    hostile_answer answer = serve(it, buffer, size);
    return answer.code == HOSTILE_FINE ? buffer : NULL;
}

/* The size in the slot on success is the capacity, as it was. */
static int32_t code_echo(hostile *it, void *buffer, uint32_t *size)
{
    uint32_t capacity = *size;
    int32_t code = code_in_out(it, buffer, size);
    if (code == 0) {
        *size = capacity;
    }
    return code;
}

/* An address inside the buffer comes with it: of this try, or of the one before. */
static int32_t code_record(hostile *it, void **record, void *buffer, size_t size, void **found)
{
    hostile_answer answer = serve(it, buffer, size);
    unsigned last = it->tries - 1;
    bool is_old = it->scenario.way == HOSTILE_OLD_ADDRESS && last > 0;
    *record = buffer;
    if (is_old) {
        *record = (void *)(uintptr_t)it->entry[last - 1].side[0].address;
    }
    *found = answer.code == HOSTILE_FINE ? (void *)record : NULL;
    return (int32_t)code_of(it, &answer);
}

/* The number stands in the buffer, and in a try that says nothing there is 0. */
static int32_t code_in_band(hostile *it, uint32_t *buffer, uint32_t size)
{
    hostile_answer answer = serve(it, buffer, size);
    buffer[0] = answer.is_said ? (uint32_t)answer.number[0] : 0;
    return (int32_t)code_of(it, &answer);
}

/* Wants to find the size of its header in the buffer, anew in each try. */
static int32_t flag_header(hostile *it, void *buffer, uint32_t size, uint32_t *needed)
{
    uint32_t header;
    uint16_t version;
    memcpy(&header, buffer, sizeof(header));
    memcpy(&version, (char *)buffer + 4, sizeof(version));
    if (header != 8 || version != size % 1000) {
        it->broken = "the header is not set";
    }
    return flag_separate(it, buffer, size, needed);
}

/* Says nothing but that it is too small; its need it says to NULL. */
static int64_t asked_apart(hostile *it, void *buffer, size_t size)
{
    if (!buffer) {
        if (size != 0) {
            it->broken = "a question with room";
        }
        return (int64_t)hostile_ask(it);
    }
    hostile_answer answer = serve(it, buffer, size);
    return answer.code == HOSTILE_FINE ? (int64_t)answer.number[0] : -1;
}

/* The code is where the caller wants it, and wants to be 0 before each try. */
static int32_t status_slot(hostile *it, void *buffer, int32_t size, int32_t *status)
{
    if (*status != 0) {
        it->broken = "the status is not cleared";
    }
    hostile_answer answer = serve(it, buffer, (uint32_t)size);
    *status = (int32_t)code_of(it, &answer);
    return answer.is_said ? (int32_t)answer.number[0] : 0;
}

static int32_t two_in_out(hostile *it, void *first, uint32_t *first_size, void *second,
                          uint32_t *second_size)
{
    void *buffers[HOSTILE_BUFFERS] = { first, second };
    uint64_t capacities[HOSTILE_BUFFERS] = { *first_size, *second_size };
    hostile_answer answer = hostile_try(it, buffers, capacities);
    if (answer.is_said) {
        *first_size = (uint32_t)answer.number[0];
        *second_size = (uint32_t)answer.number[1];
    }
    if (answer.code != HOSTILE_FINE) {
        errno = (int)code_of(it, &answer);
    }
    return answer.code == HOSTILE_FINE;
}

#define SIGNED       (8 * sizeof(size_t) - 1)
#define AS(function) (void (*)(void))(function)
#define CODES(small, other)                                                                        \
    {                                                                                              \
        0, (small), (other), 0                                                                     \
    }
#define FLAG  "fail(result == 0), error(errno), grow(error == 122)"
#define CODE  "fail(result != 0), error(result), grow(error == 122)"
#define TWICE "needed(buffer), length(buffer)"
#define PLAIN .unit = 1, .counted = 1, .bits = 32, .buffers = 1, .code = CODES(122, 5)
#define WIDE  .unit = 2, .counted = 2, .bits = 32, .buffers = 1, .code = CODES(122, 5)

const hostile_dialect hostile_dialects[] = {
    /* GetEnvironmentVariableW: the need with its NUL, the length without. */
    { "length or need",
      "uint32_t f(void *it {raw}, char16_t *buffer {out, text}, uint32_t size {capacity(buffer)})"
      " {fail(result == 0 && error != 0), error(errno, clear), grow_ok(result >= size),"
      " needed(buffer, result), length(buffer, result)}",
      AS(length_or_need), WIDE, .traits = HOSTILE_BY_REACHED | HOSTILE_IS_TEXT, .nuls = 1,
      .need = { 2, 0 }, .got = { 2, 0 } },
    /* GetLocaleInfoW, LCMapStringW: with the NUL both ways. */
    { "same count both ways",
      "uint32_t f(void *it {raw}, char16_t *buffer {out, text}, uint32_t size {capacity(buffer)})"
      " {fail(result == 0), error(errno), grow_ok(result > size), needed(buffer, result),"
      " length(buffer, result - 1)}",
      AS(length_or_need), WIDE, .traits = HOSTILE_BY_ABOVE | HOSTILE_IS_TEXT | HOSTILE_ZERO_FAILS,
      .nuls = 1, .need = { 2, 0 }, .got = { 2, -1 } },
    /* SetupDiGetDevicePropertyW. */
    { "flag, size apart",
      "int32_t f(void *it {raw}, uint8_t *buffer {out}, uint32_t size {capacity(buffer)},"
      " uint32_t *needed {out, " TWICE "}) {" FLAG "}",
      AS(flag_separate), PLAIN, .traits = HOSTILE_BY_CODE, .need = { 1, 0 }, .got = { 1, 0 } },
    /* GetUserNameW with bytes. */
    { "flag, size in and out",
      "int32_t f(void *it {raw}, char16_t *buffer {out, text}, uint32_t *size {inout,"
      " capacity(buffer, bytes), needed(buffer, bytes), length(buffer, bytes)}) {" FLAG "}",
      AS(flag_in_out), .unit = 2, .counted = 1, .bits = 32, .buffers = 1, .code = CODES(122, 5),
      .traits = HOSTILE_BY_CODE | HOSTILE_IS_TEXT | HOSTILE_IN_OUT, .nuls = 1, .need = { 1, 0 },
      .got = { 1, 0 } },
    /* RegQueryValueExW. */
    { "code, size in and out",
      "int32_t f(void *it {raw}, uint8_t *buffer {out}, uint32_t *size {inout, capacity(buffer),"
      " " TWICE "}) {" CODE "}",
      AS(code_in_out), PLAIN, .traits = HOSTILE_BY_CODE | HOSTILE_IN_OUT, .need = { 1, 0 },
      .got = { 1, 0 } },
    /* A need of 64 bits. */
    { "code, size apart",
      "int32_t f(void *it {raw}, uint8_t *buffer {out}, size_t size {capacity(buffer)},"
      " size_t *needed {out, " TWICE "}) {" CODE "}",
      AS(code_separate), .unit = 1, .counted = 1, .bits = 8 * sizeof(size_t), .buffers = 1,
      .code = CODES(122, 5), .traits = HOSTILE_BY_CODE, .need = { 1, 0 }, .got = { 1, 0 } },
    /* GetTcpTable: a code that passes. */
    { "code that passes",
      "int32_t f(void *it {raw}, uint8_t *buffer {out}, size_t size {capacity(buffer)},"
      " size_t *needed {out, " TWICE "}) {" CODE ", transient(error == 4)}",
      AS(code_separate), .unit = 1, .counted = 1, .bits = 8 * sizeof(size_t), .buffers = 1,
      .code = { 0, 122, 5, 4 }, .traits = HOSTILE_BY_CODE | HOSTILE_IS_PATIENT, .need = { 1, 0 },
      .got = { 1, 0 } },
    /* NtQuerySystemInformation. */
    { "ntstatus",
      "int32_t f(void *it {raw}, uint32_t *buffer {out}, uint32_t size {capacity(buffer, bytes)},"
      " uint32_t *needed {out, needed(buffer, bytes), length(buffer, bytes)})"
      " {error(ntstatus), grow(error == 0xC0000023)}",
      AS(code_separate_32), .unit = 4, .counted = 1, .bits = 32, .buffers = 1,
      .code = CODES(0xC0000023, 0xC0000005), .traits = HOSTILE_BY_CODE, .need = { 1, 0 },
      .got = { 1, 0 } },
    /* Path and shell functions. */
    { "hresult",
      "int32_t f(void *it {raw}, char16_t *buffer {out, text}, uint32_t size {capacity(buffer)},"
      " uint32_t *needed {out, needed(buffer)}) {error(hresult), grow(error == 0x8007007A)}",
      AS(code_separate_32), .unit = 2, .counted = 2, .bits = 32, .buffers = 1,
      .code = CODES(0x8007007A, 0x80070005),
      .traits = HOSTILE_BY_CODE | HOSTILE_BY_UNENDED | HOSTILE_IS_TEXT, .nuls = 1,
      .need = { 2, 0 } },
    /* readlink. */
    { "full means maybe",
      "ssize_t f(void *it {raw}, char *buffer {out, text}, size_t size {capacity(buffer)})"
      " {fail(result < 0), error(errno), grow_ok(result >= size), length(buffer, result)}",
      AS(signed_length), .unit = 1, .counted = 1, .bits = SIGNED, .buffers = 1,
      .code = CODES(122, 5), .traits = HOSTILE_BY_FULL | HOSTILE_IS_TEXT, .got = { 1, 0 } },
    /* GetClassNameW: full is one less, for the NUL. */
    { "full but for one",
      "uint32_t f(void *it {raw}, char16_t *buffer {out, text, room(least 2)}, uint32_t size "
      "{capacity(buffer)})"
      " {fail(result == 0 && error != 0), error(errno, clear), grow_ok(result >= size - 1),"
      " length(buffer, result)}",
      AS(length_or_need), WIDE, .traits = HOSTILE_BY_FULL | HOSTILE_IS_TEXT, .nuls = 1, .rest = 1,
      .got = { 2, 0 } },
    /* GetPrivateProfileStringW of a list: full is two less. */
    { "full but for two",
      "uint32_t f(void *it {raw}, uint16_t *buffer {out, room(least 3)},"
      " uint32_t size {capacity(buffer)})"
      " {fail(result == 0 && error != 0), error(errno, clear), grow_ok(result >= size - 2),"
      " length(buffer, result)}",
      AS(length_or_need), WIDE, .traits = HOSTILE_BY_FULL, .nuls = 2, .rest = 2, .got = { 2, 0 } },
    /* K32EnumProcesses: less than an element is left. */
    { "nothing remains",
      "int32_t f(void *it {raw}, uint32_t *buffer {out}, uint32_t size {capacity(buffer, bytes)},"
      " uint32_t *used {out, length(buffer, bytes)})"
      " {fail(result == 0), error(errno), grow_ok(size - used < 4)}",
      AS(flag_separate), .unit = 4, .counted = 1, .bits = 32, .buffers = 1, .rest = 3,
      .code = CODES(122, 5), .traits = HOSTILE_BY_FULL, .got = { 1, 0 } },
    /* getcwd. */
    { "code alone",
      "char *f(void *it {raw}, char *buffer {out, text}, size_t size {capacity(buffer)})"
      " {fail(result == 0), error(errno), grow(error == 34)}",
      AS(null_alone), .unit = 1, .counted = 1, .bits = 32, .buffers = 1, .nuls = 1,
      .code = CODES(34, 13), .traits = HOSTILE_BY_CODE | HOSTILE_BY_UNENDED | HOSTILE_IS_TEXT },
    /* ttyname_r. */
    { "the result is the code",
      "int32_t f(void *it {raw}, char *buffer {out, text}, size_t size {capacity(buffer)})"
      " {fail(result != 0), error(result), grow(error == 34), transient(error == 4)}",
      AS(code_alone), .unit = 1, .counted = 1, .bits = 32, .buffers = 1, .nuls = 1,
      .code = { 0, 34, 25, 4 },
      .traits = HOSTILE_BY_CODE | HOSTILE_BY_UNENDED | HOSTILE_IS_TEXT | HOSTILE_IS_PATIENT },
    /* gethostname of some systems: no NUL is all that there is to see. */
    { "no end",
      "int32_t f(void *it {raw}, char16_t *buffer {out, text}, size_t size {capacity(buffer)})"
      " {fail(result != 0), error(result)}",
      AS(code_alone), WIDE, .nuls = 1, .traits = HOSTILE_BY_UNENDED | HOSTILE_IS_TEXT },
    /* snprintf, NtQueryObject: success, and the number says that there is more. */
    { "success that needs more",
      "int32_t f(void *it {raw}, uint16_t *buffer {out}, uint32_t size {capacity(buffer)},"
      " uint32_t *there {out, " TWICE "}) {fail(result != 0), error(result),"
      " grow_ok(there > size)}",
      AS(code_separate_32), WIDE, .traits = HOSTILE_BY_ABOVE, .need = { 2, 0 }, .got = { 2, 0 } },
    /* NtQuerySystemInformation of fixed structs. */
    { "exact",
      "int32_t f(void *it {raw}, uint8_t *buffer {out, room(exact)},"
      " uint32_t size {capacity(buffer)}, uint32_t *needed {out, " TWICE "})"
      " {error(ntstatus), grow(error == 0xC0000004)}",
      AS(code_separate_32), .unit = 1, .counted = 1, .bits = 32, .buffers = 1,
      .code = CODES(0xC0000004, 0xC0000005), .traits = HOSTILE_BY_CODE | HOSTILE_IS_EXACT,
      .need = { 1, 0 }, .got = { 1, 0 } },
    /* LookupAccountSidW. */
    { "two under one verdict",
      "int32_t f(void *it {raw}, char16_t *buffer {out, text}, uint32_t *size {inout,"
      " capacity(buffer), " TWICE "}, char16_t *second {out, text}, uint32_t *second_size {inout,"
      " capacity(second), needed(second), length(second)}) {" FLAG "}",
      AS(two_in_out), .unit = 2, .counted = 2, .bits = 32, .buffers = 2, .nuls = 1,
      .code = CODES(122, 5), .traits = HOSTILE_BY_CODE | HOSTILE_IS_TEXT | HOSTILE_IN_OUT,
      .need = { 2, 0 }, .got = { 2, 0 } },
    /* GetAdaptersAddresses: the slot is the capacity on success. */
    { "echo",
      "int32_t f(void *it {raw}, uint64_t *buffer {out, points_into(buffer)}, uint32_t *size"
      " {inout, capacity(buffer, bytes), needed(buffer, bytes)}) {fail(result != 0),"
      " error(result), grow(error == 111)}",
      AS(code_echo), .unit = 8, .counted = 1, .bits = 32, .buffers = 1, .code = CODES(111, 5),
      .traits = HOSTILE_BY_CODE | HOSTILE_IN_OUT, .need = { 1, 0 } },
    /* getpwnam_r. */
    { "record with addresses",
      "int32_t f(void *it {raw}, void *record {out, size(sizeof(void *)), points_into(buffer)},"
      " char *buffer {out}, size_t size {capacity(buffer)}, void **found {out,"
      " points_into(record)}) {fail(result != 0), error(result), grow(error == 34),"
      " transient(error == 4)}",
      AS(code_record), .unit = 1, .counted = 1, .bits = 32, .buffers = 1, .code = { 0, 34, 5, 4 },
      .traits = HOSTILE_BY_CODE | HOSTILE_POINTS | HOSTILE_IS_PATIENT },
    /* GetServiceDisplayNameW. */
    { "need without its NUL",
      "int32_t f(void *it {raw}, char16_t *buffer {out, text}, uint32_t *size {inout,"
      " capacity(buffer), needed(buffer, + 1), length(buffer)}) {" FLAG "}",
      AS(flag_in_out), WIDE, .traits = HOSTILE_BY_CODE | HOSTILE_IS_TEXT | HOSTILE_IN_OUT,
      .nuls = 1, .need = { 2, 1 }, .got = { 2, 0 } },
    /* InternetQueryOptionW. */
    { "bytes when short, units on success",
      "int32_t f(void *it {raw}, char16_t *buffer {out, text}, uint32_t *size {inout,"
      " capacity(buffer, bytes), needed(buffer, bytes), length(buffer, elements)}) {" FLAG "}",
      AS(flag_in_out), .unit = 2, .counted = 1, .bits = 32, .buffers = 1, .code = CODES(122, 5),
      .traits = HOSTILE_BY_CODE | HOSTILE_IS_TEXT | HOSTILE_IN_OUT, .nuls = 1, .need = { 1, 0 },
      .got = { 2, 0 } },
    /* GetRawInputDeviceList: elements are counted. */
    { "count of elements",
      "int32_t f(void *it {raw}, uint64_t *buffer {out}, uint32_t *count {inout,"
      " capacity(buffer), " TWICE "}) {" CODE "}",
      AS(code_in_out), .unit = 8, .counted = 8, .bits = 32, .buffers = 1, .code = CODES(122, 5),
      .traits = HOSTILE_BY_CODE | HOSTILE_IN_OUT, .need = { 8, 0 }, .got = { 8, 0 } },
    /* sched_getaffinity: what is no multiple looks like too small. */
    { "multiples",
      "ssize_t f(void *it {raw}, uint8_t *buffer {out, room(multiple 8)}, size_t size"
      " {capacity(buffer)}) {fail(result < 0), error(errno), grow(error == 22),"
      " length(buffer, result)}",
      AS(signed_length), .unit = 1, .counted = 1, .bits = SIGNED, .buffers = 1, .multiple = 8,
      .code = CODES(22, 3), .traits = HOSTILE_BY_CODE, .got = { 1, 0 } },
    /* NormalizeString: an estimate, below 0. */
    { "negative estimate",
      "int32_t f(void *it {raw}, uint16_t *buffer {out}, int32_t size {capacity(buffer)})"
      " {fail(result < 0 || result == 0 && error != 0), error(errno, clear),"
      " grow(error == 122), needed(buffer, 0 - result),"
      " length(buffer, result)}",
      AS(estimate), .unit = 2, .counted = 2, .bits = 31, .buffers = 1, .code = CODES(122, 5),
      .traits = HOSTILE_BY_CODE, .need = { 2, 0 }, .got = { 2, 0 } },
    /* A capacity of eight bits. */
    { "narrow capacity",
      "int32_t f(void *it {raw}, uint8_t *buffer {out}, uint8_t size {capacity(buffer)},"
      " size_t *needed {out, " TWICE "}) {" CODE "}",
      AS(code_narrow), .unit = 1, .counted = 1, .bits = 8 * sizeof(size_t), .buffers = 1,
      .capacity_max = 255, .code = CODES(122, 5), .traits = HOSTILE_BY_CODE, .need = { 1, 0 },
      .got = { 1, 0 } },
    /* K32GetModuleBaseNameW of some systems: the NUL goes behind what was announced. */
    { "reserve",
      "int32_t f(void *it {raw}, char16_t *buffer {out, text, room(reserve 1)}, uint32_t size"
      " {capacity(buffer)}, uint32_t *needed {out, " TWICE "}) {" FLAG "}",
      AS(flag_separate), WIDE, .traits = HOSTILE_BY_CODE | HOSTILE_IS_TEXT, .reserve = 1,
      .need = { 2, 0 }, .got = { 2, 0 } },
    /* DRIVE_LAYOUT_INFORMATION_EX and its like. */
    { "need inside the buffer",
      "int32_t f(void *it {raw}, uint32_t *buffer {out}, uint32_t size {capacity(buffer, bytes)})"
      " {" CODE ", needed(buffer, u32(buffer, 0), bytes), length(buffer, u32(buffer, 0), bytes)}",
      AS(code_in_band), .unit = 4, .counted = 1, .bits = 32, .buffers = 1, .code = CODES(122, 5),
      .traits = HOSTILE_BY_CODE | HOSTILE_IN_BAND, .need = { 1, 0 }, .got = { 1, 0 } },
    /* SetupDiGetDeviceInterfaceDetailW. */
    { "header",
      "int32_t f(void *it {raw}, uint8_t *buffer {out, room(least 8), set(u32, 0, 8),"
      " set(u16, 4, size - size / 1000 * 1000)}, uint32_t size {capacity(buffer)},"
      " uint32_t *needed {out, " TWICE "}) {" FLAG "}",
      AS(flag_header), PLAIN, .traits = HOSTILE_BY_CODE, .need = { 1, 0 }, .got = { 1, 0 } },
    /* RegGetValueW of REG_MULTI_SZ. */
    { "list of texts",
      "int32_t f(void *it {raw}, char16_t *buffer {out, text(multi)}, uint32_t size"
      " {capacity(buffer)}, uint32_t *needed {out, needed(buffer)}) {" FLAG "}",
      AS(flag_separate), WIDE,
      .traits = HOSTILE_BY_CODE | HOSTILE_BY_UNENDED | HOSTILE_IS_TEXT | HOSTILE_IS_LIST, .nuls = 2,
      .need = { 2, 0 } },
    /* getxattr. */
    { "need asked apart",
      "int64_t f(void *it {raw}, uint8_t *buffer {out}, size_t size {capacity(buffer)})"
      " {fail(result < 0), error(errno), grow(error == 34), length(buffer, result),"
      " query(buffer, result)}",
      AS(asked_apart), .unit = 1, .counted = 1, .bits = 63, .buffers = 1, .code = CODES(34, 5),
      .traits = HOSTILE_BY_CODE | HOSTILE_IS_ASKED, .need = { 1, 0 }, .got = { 1, 0 } },
    /* u_strToUpper. */
    { "status slot",
      "int32_t f(void *it {raw}, char16_t *buffer {out}, int32_t size {capacity(buffer)},"
      " int32_t *status {out}) {fail(error > 0), error(status), grow(error == 15),"
      " needed(buffer, result), length(buffer, result)}",
      AS(status_slot), .unit = 2, .counted = 2, .bits = 31, .buffers = 1, .code = CODES(15, 7),
      .traits = HOSTILE_BY_CODE, .need = { 2, 0 }, .got = { 2, 0 } },
    /* recv of a message: what did not fit is gone. */
    { "once",
      "ssize_t f(void *it {raw}, uint8_t *buffer {out}, size_t size {capacity(buffer)})"
      " {fail(result < 0), error(errno), grow(error == 90), once, length(buffer, result)}",
      AS(signed_length), .unit = 1, .counted = 1, .bits = SIGNED, .buffers = 1,
      .code = CODES(90, 5), .traits = HOSTILE_BY_CODE | HOSTILE_IS_ONCE, .got = { 1, 0 } },
};

const unsigned hostile_dialect_count = sizeof(hostile_dialects) / sizeof(hostile_dialects[0]);
