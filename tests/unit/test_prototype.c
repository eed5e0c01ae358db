/* SPDX-License-Identifier: MIT */

/*
 * The prototypes of real functions, each understood exactly as its protocol is
 * catalogued: who supplies what, which code or size means "too small", where
 * the need and the length are told, and in what unit.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "platform/platform.h"
#include "test_prototype_text.h"

static const hfi_ctype_info known_info[] = {
    { "struct passwd", 48, 8 },
    { "DEVPROPKEY", 20, 4 },
    { "SP_DEVINFO_DATA", 32, 8 },
};
static const hfi_ctype_list known = { known_info, 3, NULL };

static void understand(const char *text, const char *expected)
{
    hfi_prototype prototype;
    hfi_prototype_error error;
    dump d;
    int64_t live = hfi_alloc_live();
    hf_status status = hfi_prototype_parse(text, &known, &prototype, &error);
    if (status != HF_OK) {
        fail_msg("%s\nat %u found \"%s\" expected %s", text, (unsigned)error.position, error.found,
                 error.expected);
    }
    assert_string_equal(prototype.text, text);
    describe(&d, &prototype);
    assert_string_equal(d.text, expected);
    hfi_prototype_finish(&prototype);
    assert_int_equal(hfi_alloc_live(), live);
}

static bool platform_has(const char *name)
{
    size_t count;
    const hfp_ctype *type = hfp_ctypes(&count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(type[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static void readlink_grows_when_the_buffer_came_back_full(void **state)
{
    (void)state;
    understand("ssize_t readlink(const char *path, char *buffer {out, text},"
               " size_t size {capacity(buffer)})"
               " {fail(result < 0), error(errno), grow_ok(result == size), length(buffer, result)}",
               "readlink " ISIZE " callers 1 error errno\n"
               "path: text in pointer>const " CHAR "/1\n"
               "buffer: out_buffer out pointer>" CHAR "/1 text by size\n"
               "size: capacity in " USIZE " capacity(buffer elements+0)\n"
               "fail = result 0 <\n"
               "grow_ok = result size ==\n"
               "length buffer = result elements\n");
}

static void getcwd_grows_on_a_code_and_tells_no_size(void **state)
{
    (void)state;
    understand("char *getcwd(char *buffer {out, text}, size_t size {capacity(buffer)})"
               " {fail(result == 0), error(errno), grow(error == 34)};",
               "getcwd pointer>" CHAR " callers 0 error errno\n"
               "buffer: out_buffer out pointer>" CHAR "/1 text by size\n"
               "size: capacity in " USIZE " capacity(buffer elements+0)\n"
               "fail = result 0 ==\n"
               "grow = error 34 ==\n");
}

static void getpwuid_r_returns_values_that_point_into_its_buffer(void **state)
{
    (void)state;
    if (!platform_has("uid_t")) {
        skip();
    }
    understand("int getpwuid_r(uid_t uid, struct passwd *entry {out, points_into(buffer)},"
               " char *buffer {out}, size_t size {capacity(buffer)},"
               " struct passwd **found {out, points_into(buffer)})"
               " {fail(result != 0 || found == 0), error(result), grow(error == 34)}",
               "getpwuid_r int32 callers 1 error result\n"
               "uid: scalar in uint32\n"
               "entry: out_value out pointer>opaque/48 into buffer\n"
               "buffer: out_buffer out pointer>" CHAR "/1 by size\n"
               "size: capacity in " USIZE " capacity(buffer elements+0)\n"
               "found: out_value out pointer>pointer/" POINTER_BYTES " into buffer\n"
               "fail = result 0 != found 0 == ||\n"
               "grow = error 34 ==\n");
}

static void xattrs_grow_on_two_codes(void **state)
{
    (void)state;
    understand("ssize_t getxattr(const char *path, const char *name, void *value {out},"
               " size_t size {capacity(value)})"
               " {fail(result < 0), error(errno), grow(error == 34 || error == 7),"
               " length(value, result)}",
               "getxattr " ISIZE " callers 2 error errno\n"
               "path: text in pointer>const " CHAR "/1\n"
               "name: text in pointer>const " CHAR "/1\n"
               "value: out_buffer out pointer>void/0 by size\n"
               "size: capacity in " USIZE " capacity(value bytes+0)\n"
               "fail = result 0 <\n"
               "grow = error 34 == error 7 == ||\n"
               "length value = result bytes\n");
    understand("ssize_t listxattr(const char *path, char *list {out}, size_t size {capacity(list)})"
               " {fail(result < 0), error(errno), grow(error == 34), length(list, result)}",
               "listxattr " ISIZE " callers 1 error errno\n"
               "path: text in pointer>const " CHAR "/1\n"
               "list: out_buffer out pointer>" CHAR "/1 by size\n"
               "size: capacity in " USIZE " capacity(list elements+0)\n"
               "fail = result 0 <\n"
               "grow = error 34 ==\n"
               "length list = result elements\n");
}

static void gethostname_has_another_face_on_each_system(void **state)
{
    (void)state;
    understand("int gethostname(char *name {out, text}, size_t size {capacity(name)})"
               " {fail(result != 0), error(errno), grow(error == 36 || error == 22)}",
               "gethostname int32 callers 0 error errno\n"
               "name: out_buffer out pointer>" CHAR "/1 text by size\n"
               "size: capacity in " USIZE " capacity(name elements+0)\n"
               "fail = result 0 !=\n"
               "grow = error 36 == error 22 == ||\n");
    understand("int WSAAPI gethostname(char *name {out, text}, int size {capacity(name)})"
               " {fail(result != 0), error(wsa), grow(error == 10014)}",
               "gethostname int32 stdcall callers 0 error wsa\n"
               "name: out_buffer out pointer>" CHAR "/1 text by size\n"
               "size: capacity in int32 capacity(name elements+0)\n"
               "fail = result 0 !=\n"
               "grow = error 10014 ==\n");
}

static void setupapi_reports_need_and_length_in_one_slot(void **state)
{
    (void)state;
    understand("WINSETUPAPI BOOL WINAPI SetupDiGetDevicePropertyW(HDEVINFO set,"
               " const SP_DEVINFO_DATA *info, const DEVPROPKEY *key, DEVPROPTYPE *type {out},"
               " BYTE *buffer {out}, DWORD size {capacity(buffer, bytes)},"
               " DWORD *needed {out, needed(buffer, bytes), length(buffer, bytes)}, DWORD flags)"
               " {fail(result == 0), error(last_error), grow(error == 122)}",
               "SetupDiGetDevicePropertyW int32 stdcall callers 4 error last_error\n"
               "set: scalar in pointer>void/0\n"
               "info: buffer in pointer>const opaque/32\n"
               "key: buffer in pointer>const opaque/20\n"
               "type: out_value out pointer>uint32/4\n"
               "buffer: out_buffer out pointer>uint8/1 by size\n"
               "size: capacity in uint32 capacity(buffer bytes+0)\n"
               "needed: out_value out pointer>uint32/4 needed(buffer bytes+0)"
               " length(buffer bytes+0)\n"
               "flags: scalar in uint32\n"
               "fail = result 0 ==\n"
               "grow = error 122 ==\n");
    understand("BOOL SetupDiGetDeviceRegistryPropertyW(HDEVINFO set, SP_DEVINFO_DATA *info {in},"
               " DWORD property, PDWORD type {out}, PBYTE buffer {out},"
               " DWORD size {capacity(buffer)}, PDWORD need {out, needed(buffer), length(buffer)})"
               " {fail(result == 0), error(last_error), grow(error == 122)}",
               "SetupDiGetDeviceRegistryPropertyW int32 callers 3 error last_error\n"
               "set: scalar in pointer>void/0\n"
               "info: buffer in pointer>opaque/32\n"
               "property: scalar in uint32\n"
               "type: out_value out pointer>uint32/4\n"
               "buffer: out_buffer out pointer>uint8/1 by size\n"
               "size: capacity in uint32 capacity(buffer elements+0)\n"
               "need: out_value out pointer>uint32/4 needed(buffer elements+0)"
               " length(buffer elements+0)\n"
               "fail = result 0 ==\n"
               "grow = error 122 ==\n");
}

static void GetModuleFileNameW_succeeds_with_a_cut_name(void **state)
{
    (void)state;
    understand("DWORD GetModuleFileNameW(HMODULE module, LPWSTR name {out, text},"
               " DWORD size {capacity(name)})"
               " {fail(result == 0), error(last_error), grow_ok(result >= size),"
               " length(name, result)}",
               "GetModuleFileNameW uint32 callers 1 error last_error\n"
               "module: scalar in pointer>void/0\n"
               "name: out_buffer out pointer>uint16/2 wide text by size\n"
               "size: capacity in uint32 capacity(name elements+0)\n"
               "fail = result 0 ==\n"
               "grow_ok = result size >=\n"
               "length name = result elements\n");
}

static void GetEnvironmentVariableW_returns_length_or_need(void **state)
{
    (void)state;
    understand("DWORD GetEnvironmentVariableW(LPCWSTR name, LPWSTR buffer {out, text},"
               " DWORD size {capacity(buffer)})"
               " {fail(result == 0 && error != 0), error(last_error), grow_ok(result >= size),"
               " needed(buffer, result), length(buffer, result)}",
               "GetEnvironmentVariableW uint32 callers 1 error last_error\n"
               "name: wtext in pointer>const uint16/2 wide\n"
               "buffer: out_buffer out pointer>uint16/2 wide text by size\n"
               "size: capacity in uint32 capacity(buffer elements+0)\n"
               "fail = result 0 == error 0 != &&\n"
               "grow_ok = result size >=\n"
               "needed buffer = result elements\n"
               "length buffer = result elements\n");
}

static void RegQueryValueExW_counts_in_and_out_in_one_slot(void **state)
{
    (void)state;
    understand("LSTATUS RegQueryValueExW(HKEY key, LPCWSTR name, LPDWORD reserved {raw},"
               " LPDWORD type {out}, LPBYTE data {out},"
               " LPDWORD size {inout, capacity(data), needed(data), length(data)})"
               " {fail(result != 0), error(result), grow(error == 234)}",
               "RegQueryValueExW int32 callers 3 error result\n"
               "key: scalar in pointer>void/0\n"
               "name: wtext in pointer>const uint16/2 wide\n"
               "reserved: raw inout pointer>uint32/4\n"
               "type: out_value out pointer>uint32/4\n"
               "data: out_buffer out pointer>uint8/1 by size\n"
               "size: out_value inout pointer>uint32/4 capacity(data elements+0)"
               " needed(data elements+0) length(data elements+0)\n"
               "fail = result 0 !=\n"
               "grow = error 234 ==\n");
}

static void RegEnumValueW_has_two_buffers_under_one_verdict(void **state)
{
    (void)state;
    understand("LSTATUS RegEnumValueW(HKEY key, DWORD index, LPWSTR name {out, text},"
               " LPDWORD name_size {inout, capacity(name), length(name)}, LPDWORD reserved {raw},"
               " LPDWORD type {out}, LPBYTE data {out},"
               " LPDWORD data_size {inout, capacity(data, bytes), needed(data, bytes),"
               " length(data, bytes)})"
               " {fail(result != 0), error(result), grow(name: error == 234 && data_size >= 0),"
               " grow(data: error == 234)}",
               "RegEnumValueW int32 callers 3 error result\n"
               "key: scalar in pointer>void/0\n"
               "index: scalar in uint32\n"
               "name: out_buffer out pointer>uint16/2 wide text by name_size\n"
               "name_size: out_value inout pointer>uint32/4 capacity(name elements+0)"
               " length(name elements+0)\n"
               "reserved: raw inout pointer>uint32/4\n"
               "type: out_value out pointer>uint32/4\n"
               "data: out_buffer out pointer>uint8/1 by data_size\n"
               "data_size: out_value inout pointer>uint32/4 capacity(data bytes+0)"
               " needed(data bytes+0) length(data bytes+0)\n"
               "fail = result 0 !=\n"
               "grow name = error 234 == data_size 0 >= &&\n"
               "grow data = error 234 ==\n");
}

static void LookupAccountSidW_needs_one_more_than_it_says(void **state)
{
    (void)state;
    understand("BOOL LookupAccountSidW(LPCWSTR system, PSID sid {in}, LPWSTR name {out, text},"
               " LPDWORD name_size {inout, capacity(name), needed(name, + 1), length(name)},"
               " LPWSTR domain {out, text}, LPDWORD domain_size {inout, capacity(domain),"
               " needed(domain, elements + 1), length(domain)}, enum _SID_NAME_USE *use {out})"
               " {fail(result == 0), error(last_error), grow(error == 122)}",
               "LookupAccountSidW int32 callers 2 error last_error\n"
               "system: wtext in pointer>const uint16/2 wide\n"
               "sid: buffer in pointer>void/0\n"
               "name: out_buffer out pointer>uint16/2 wide text by name_size\n"
               "name_size: out_value inout pointer>uint32/4 capacity(name elements+0)"
               " needed(name elements+1) length(name elements+0)\n"
               "domain: out_buffer out pointer>uint16/2 wide text by domain_size\n"
               "domain_size: out_value inout pointer>uint32/4 capacity(domain elements+0)"
               " needed(domain elements+1) length(domain elements+0)\n"
               "use: out_value out pointer>int32/4\n"
               "fail = result 0 ==\n"
               "grow = error 122 ==\n");
}

static void GetTokenInformation_points_into_itself(void **state)
{
    (void)state;
    understand("BOOL GetTokenInformation(HANDLE token {resource}, int what,"
               " LPVOID info {out, points_into(info)}, DWORD size {capacity(info)},"
               " PDWORD need {out, needed(info), length(info)})"
               " {fail(result == 0), error(last_error), grow(error == 122 || error == 24)}",
               "GetTokenInformation int32 callers 2 error last_error\n"
               "token: resource in pointer>void/0\n"
               "what: scalar in int32\n"
               "info: out_buffer out pointer>void/0 by size into info\n"
               "size: capacity in uint32 capacity(info bytes+0)\n"
               "need: out_value out pointer>uint32/4 needed(info bytes+0) length(info bytes+0)\n"
               "fail = result 0 ==\n"
               "grow = error 122 == error 24 == ||\n");
}

static void NtQuerySystemInformation_fails_below_zero_without_saying_so(void **state)
{
    (void)state;
    understand("NTSTATUS NTAPI NtQuerySystemInformation(int what,"
               " PVOID info {out, points_into(info)}, ULONG size {capacity(info)},"
               " PULONG need {out, needed(info), length(info)})"
               " {error(ntstatus), grow(error == 0xC0000004)}",
               "NtQuerySystemInformation int32 stdcall callers 1 error ntstatus\n"
               "what: scalar in int32\n"
               "info: out_buffer out pointer>void/0 by size into info\n"
               "size: capacity in uint32 capacity(info bytes+0)\n"
               "need: out_value out pointer>uint32/4 needed(info bytes+0) length(info bytes+0)\n"
               "fail = result 0 <\n"
               "grow = error 3221225476 ==\n");
}

static void GetAdaptersAddresses_echoes_its_capacity_on_success(void **state)
{
    (void)state;
    understand("ULONG GetAdaptersAddresses(ULONG family, ULONG flags, PVOID reserved {raw},"
               " IP_ADAPTER_ADDRESSES *list {out, points_into(list)},"
               " PULONG size {inout, capacity(list, bytes), needed(list, bytes)})"
               " {fail(result != 0), error(result), grow(error == 111)}",
               "GetAdaptersAddresses uint32 callers 3 error result\n"
               "family: scalar in uint32\n"
               "flags: scalar in uint32\n"
               "reserved: raw inout pointer>void/0\n"
               "list: out_buffer out pointer>opaque/0 by size into list\n"
               "size: out_value inout pointer>uint32/4 capacity(list bytes+0)"
               " needed(list bytes+0)\n"
               "fail = result 0 !=\n"
               "grow = error 111 ==\n");
}

static void computer_and_user_names_count_the_nul_in_their_own_ways(void **state)
{
    (void)state;
    understand("BOOL GetComputerNameExW(int format, LPWSTR name {out, text},"
               " LPDWORD size {inout, capacity(name), needed(name), length(name)})"
               " {fail(result == 0), error(last_error), grow(error == 234)}",
               "GetComputerNameExW int32 callers 1 error last_error\n"
               "format: scalar in int32\n"
               "name: out_buffer out pointer>uint16/2 wide text by size\n"
               "size: out_value inout pointer>uint32/4 capacity(name elements+0)"
               " needed(name elements+0) length(name elements+0)\n"
               "fail = result 0 ==\n"
               "grow = error 234 ==\n");
    understand("BOOL GetUserNameW(LPWSTR name {out, text},"
               " LPDWORD size {inout, capacity(name), needed(name), length(name, - 1)})"
               " {fail(result == 0), error(last_error), grow(error == 122)}",
               "GetUserNameW int32 callers 0 error last_error\n"
               "name: out_buffer out pointer>uint16/2 wide text by size\n"
               "size: out_value inout pointer>uint32/4 capacity(name elements+0)"
               " needed(name elements+0) length(name elements-1)\n"
               "fail = result 0 ==\n"
               "grow = error 122 ==\n");
}

static void K32EnumProcesses_is_full_when_less_than_an_element_is_left(void **state)
{
    (void)state;
    understand("BOOL K32EnumProcesses(DWORD *ids {out}, DWORD size {capacity(ids, bytes)},"
               " DWORD *used {out, length(ids, bytes)})"
               " {fail(result == 0), error(last_error), grow_ok(size - used < 4)}",
               "K32EnumProcesses int32 callers 0 error last_error\n"
               "ids: out_buffer out pointer>uint32/4 by size\n"
               "size: capacity in uint32 capacity(ids bytes+0)\n"
               "used: out_value out pointer>uint32/4 length(ids bytes+0)\n"
               "fail = result 0 ==\n"
               "grow_ok = size used - 4 <\n");
}

static void read_and_write_lend_the_callers_own_buffers(void **state)
{
    (void)state;
    understand("ssize_t read(int fd {resource}, void *buffer {out, given},"
               " size_t count {capacity(buffer)})"
               " {fail(result < 0), error(errno), length(buffer, result)}",
               "read " ISIZE " callers 2 error errno\n"
               "fd: resource in int32\n"
               "buffer: buffer out pointer>void/0 given by count\n"
               "count: capacity in " USIZE " capacity(buffer bytes+0)\n"
               "fail = result 0 <\n"
               "length buffer = result bytes\n");
    understand("ssize_t write(int fd, const void *data, size_t count {capacity(data)})"
               " {fail(result < 0), error(errno), nocallback, noretain}",
               "write " ISIZE " callers 2 error errno nocallback noretain\n"
               "fd: scalar in int32\n"
               "data: buffer in pointer>const void/0 by count\n"
               "count: capacity in " USIZE " capacity(data bytes+0)\n"
               "fail = result 0 <\n");
    understand("int crypt_in_place(unsigned char *block {inout}, int size {capacity(block)})",
               "crypt_in_place int32 callers 1 error none\n"
               "block: buffer inout pointer>uint8/1 given by size\n"
               "size: capacity in int32 capacity(block elements+0)\n");
}

static void values_come_back_through_pointers(void **state)
{
    (void)state;
    understand("int pipe(int ends[2] {out}) {fail(result != 0), error(errno)}",
               "pipe int32 callers 0 error errno\n"
               "ends: out_value out pointer>opaque/8 extent 8\n"
               "fail = result 0 !=\n");
    understand("double frexp(double x, int *exponent {out}) {leaf}",
               "frexp double callers 1 error none leaf\n"
               "x: scalar in double\n"
               "exponent: out_value out pointer>int32/4\n");
    understand("void swap(uint64_t *value {inout}, void *state {out, size(24)},"
               " BYTE *key {inout, given, size(16)})",
               "swap void callers 2 error none\n"
               "value: out_value inout pointer>uint64/8\n"
               "state: out_value out pointer>opaque/24 extent 24\n"
               "key: buffer inout pointer>uint8/1 given extent 16\n");
    understand("BOOL OpenProcessToken(HANDLE process, DWORD access, HANDLE *token {out})"
               " {fail(result == 0), error(last_error)}",
               "OpenProcessToken int32 callers 2 error last_error\n"
               "process: scalar in pointer>void/0\n"
               "access: scalar in uint32\n"
               "token: out_value out pointer>pointer/" POINTER_BYTES "\n"
               "fail = result 0 ==\n");
}

static void sizes_are_made_of_other_parameters(void **state)
{
    (void)state;
    understand("void qsort(void *base {inout, size(count * width)}, size_t count, size_t width,"
               " void *by {raw})",
               "qsort void callers 4 error none\n"
               "base: buffer inout pointer>void/0 given extent count width *\n"
               "count: scalar in " USIZE "\n"
               "width: scalar in " USIZE "\n"
               "by: raw inout pointer>void/0\n");
    understand("typedef struct { int x, y; } point; enum { LEAD = 8 };"
               "int plot(int count, const point *points {size(count * sizeof(point) + LEAD)},"
               " unsigned char *bits {out, size((count + 7) / 8)})",
               "plot int32 callers 2 error none\n"
               "count: scalar in int32\n"
               "points: buffer in pointer>const aggregate/8 extent count 8 * 8 +\n"
               "bits: out_buffer out pointer>uint8/1 extent count 7 + 8 /\n");
    understand("int pair(const int *a, unsigned n {capacity(a)}, const double *b {size(n * 8)},"
               " int *steps {inout}, short *c {out, given, size(\n# 3 \"x.h\"\n steps)})",
               "pair int32 callers 4 error none\n"
               "a: buffer in pointer>const int32/4 by n\n"
               "n: capacity in uint32 capacity(a elements+0)\n"
               "b: buffer in pointer>const double/8 extent n 8 *\n"
               "steps: out_value inout pointer>int32/4\n"
               "c: buffer out pointer>int16/2 given extent steps\n");
}

static void a_size_of_constants_stays_a_number(void **state)
{
    (void)state;
    understand("enum { N = 4 }; int f(void *a {out, size(sizeof(int) * N + (unsigned char)3)})",
               "f int32 callers 0 error none\n"
               "a: out_value out pointer>opaque/19 extent 19\n");
    /* A parameter's name hides a constant's, a type's and a word's. */
    understand("enum { N = 4 }; int f(int N, int alignof, void *a {out, size(N + alignof)})",
               "f int32 callers 2 error none\n"
               "N: scalar in int32\n"
               "alignof: scalar in int32\n"
               "a: out_buffer out pointer>void/0 extent N alignof +\n");
}

static void texts_buffers_and_addresses_are_told_apart(void **state)
{
    (void)state;
    understand("size_t mixed(const char *a, const char *b {in}, char *c {in, text},"
               " const char16_t *d, const unsigned char *e, const char f[16],"
               " char *const *g {raw}, const char *const *h, void (*i)(int, void (*)(void)),"
               " FILE *j {resource}, const char *, int)",
               "mixed " USIZE " callers 12 error none\n"
               "a: text in pointer>const " CHAR "/1\n"
               "b: buffer in pointer>const " CHAR "/1\n"
               "c: text in pointer>" CHAR "/1 text\n"
               "d: wtext in pointer>const uint16/2 wide\n"
               "e: buffer in pointer>const uint8/1\n"
               "f: buffer in pointer>const " CHAR "/1 extent 16\n"
               "g: raw in pointer>const pointer/" POINTER_BYTES "\n"
               "h: buffer in pointer>const pointer/" POINTER_BYTES "\n"
               "i: callback in pointer>const void/0\n"
               "j: resource in pointer>opaque/0\n"
               ": text in pointer>const " CHAR "/1\n"
               ": scalar in int32\n");
}

static void a_declaration_is_understood_as_it_stands_in_a_header(void **state)
{
    (void)state;
    understand("extern int /* the\n result */ getpid ( void ) ; // no more\n",
               "getpid int32 callers 0 error none\n");
    understand("static inline unsigned tick()", "tick uint32 callers 0 error none\n");
    understand("DECLSPEC_IMPORT void __cdecl exit(int __status);",
               "exit void cdecl callers 1 error none\n__status: scalar in int32\n");
    understand("BOOL CALLBACK each(BOOL (CALLBACK *call)(HWND, LPARAM), LPARAM with)",
               "each int32 stdcall callers 2 error none\n"
               "call: callback in pointer>const void/0\n"
               "with: scalar in " ISIZE "\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readlink_grows_when_the_buffer_came_back_full),
        cmocka_unit_test(getcwd_grows_on_a_code_and_tells_no_size),
        cmocka_unit_test(getpwuid_r_returns_values_that_point_into_its_buffer),
        cmocka_unit_test(xattrs_grow_on_two_codes),
        cmocka_unit_test(gethostname_has_another_face_on_each_system),
        cmocka_unit_test(setupapi_reports_need_and_length_in_one_slot),
        cmocka_unit_test(GetModuleFileNameW_succeeds_with_a_cut_name),
        cmocka_unit_test(GetEnvironmentVariableW_returns_length_or_need),
        cmocka_unit_test(RegQueryValueExW_counts_in_and_out_in_one_slot),
        cmocka_unit_test(RegEnumValueW_has_two_buffers_under_one_verdict),
        cmocka_unit_test(LookupAccountSidW_needs_one_more_than_it_says),
        cmocka_unit_test(GetTokenInformation_points_into_itself),
        cmocka_unit_test(NtQuerySystemInformation_fails_below_zero_without_saying_so),
        cmocka_unit_test(GetAdaptersAddresses_echoes_its_capacity_on_success),
        cmocka_unit_test(computer_and_user_names_count_the_nul_in_their_own_ways),
        cmocka_unit_test(K32EnumProcesses_is_full_when_less_than_an_element_is_left),
        cmocka_unit_test(read_and_write_lend_the_callers_own_buffers),
        cmocka_unit_test(values_come_back_through_pointers),
        cmocka_unit_test(sizes_are_made_of_other_parameters),
        cmocka_unit_test(a_size_of_constants_stays_a_number),
        cmocka_unit_test(texts_buffers_and_addresses_are_told_apart),
        cmocka_unit_test(a_declaration_is_understood_as_it_stands_in_a_header),
    };
    return cmocka_run_group_tests_name("prototype", tests, NULL, NULL);
}
