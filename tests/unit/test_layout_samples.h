/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_TESTS_LAYOUT_SAMPLES_H
#define HOLDFAST_TESTS_LAYOUT_SAMPLES_H

/* SAMPLE(name, definition, members ...) and PACKED(n, ...) under #pragma pack(n).  A comma outside
 * of parentheses ends an argument, so each declaration names one member. */

/* clang-format off */
#define LAYOUT_SAMPLES                                                                             \
    SAMPLE(widths, struct { char a; short b; int c; long d; long long e; }, a, b, c, d, e)         \
    SAMPLE(char_double, struct { char a; double b; char c; }, a, b, c)                             \
    SAMPLE(char_float, struct { char a; float b; char c; }, a, b, c)                               \
    SAMPLE(char_int64, struct { char a; int64_t b; char c; }, a, b, c)                             \
    SAMPLE(char_long_double, struct { char a; long double b; char c; }, a, b, c)                   \
    SAMPLE(complexes, struct { char a; float _Complex b; char c; double _Complex d; long           \
           double _Complex e; }, a, b, c, d, e)                                                    \
    SAMPLE(bools, struct { _Bool a; int b; _Bool c; }, a, b, c)                                    \
    SAMPLE(chars, struct { char a; signed char b; unsigned char c; }, a, b, c)                     \
    SAMPLE(sizes, struct { char a; size_t b; char c; wchar_t d; ptrdiff_t e; }, a, b, c, d,        \
           e)                                                                                      \
    SAMPLE(pointers, struct { char a; void *b; char c; const char *d; int (*e)(int, char);         \
           }, a, b, c, d, e)                                                                       \
    SAMPLE(point, struct point_tag { int x; int y; }, x, y)                                        \
    SAMPLE(line, struct { point from; struct point_tag to; char end; }, from, to, to.y, end)       \
    SAMPLE(nested, struct { char a; struct { short b; struct { double c; } d; } e; char f;         \
           }, a, e, e.d, e.d.c, f)                                                                 \
    SAMPLE(arrays, struct { char a[3]; short b[2][3]; double c[1]; char d; }, a, b, c, d)          \
    SAMPLE(struct_array, struct { char a; point b[3]; char c; }, a, b, c)                          \
    SAMPLE(pointer_array, struct { char a; void *b[3]; char *(*c)[4]; char d; }, a, b, c, d)       \
    SAMPLE(function_array, struct { char a; void (*b[2])(void); int *(*(*c)(int))(char); },        \
           a, b, c)                                                                                \
    SAMPLE(union_mixed, union { char a; int b; double c; char d[11]; }, a, b, c, d)                \
    SAMPLE(union_pointer, union { char a; void *b; }, a, b)                                        \
    SAMPLE(holds_pointer, struct { char a; union_pointer b; }, a, b)                               \
    SAMPLE(holds_union, struct { char a; union_mixed b; char c; }, a, b, c)                        \
    SAMPLE(anonymous_struct, struct { char a; struct { int b; char c; }; char d; }, a, b, c,       \
           d)                                                                                      \
    SAMPLE(anonymous_union, struct { int a; union { double b; char c; struct { short d;            \
           short e; }; }; }, a, b, c, d, e)                                                        \
    SAMPLE(flexible, struct { int a; char b; double c[]; }, a, b, c)                               \
    SAMPLE(flexible_char, struct { double a; char b; char c[]; }, a, b, c)                         \
    SAMPLE(attribute_packed, struct __attribute__((packed)) { char a; int b; double c; }, a,       \
           b, c)                                                                                   \
    SAMPLE(packed_behind, struct { char a; struct { int x; } b; short c; }                         \
           __attribute__((__packed__)), a, b, c)                                                   \
    SAMPLE(packed_chars, struct __attribute__((packed)) { char a; char b[3]; }, a, b)              \
    SAMPLE(packed_member, struct { char a; int b __attribute__((packed)); int c; }, a, b, c)       \
    SAMPLE(packed_aligned, struct { char a; int b; } __attribute__((packed, aligned(4))), a,       \
           b)                                                                                      \
    SAMPLE(holds_packed, struct { char a; attribute_packed b; int c; }, a, b, c)                   \
    SAMPLE(over_aligned, struct { char a; int b; } __attribute__((aligned(32))), a, b)             \
    SAMPLE(holds_aligned, struct { char a; over_aligned b; char c; }, a, b, c)                     \
    SAMPLE(member_aligned, struct { char a; char b __attribute__((aligned(8))); char c; },         \
           a, b, c)                                                                                \
    SAMPLE(alignas_number, struct { char a; _Alignas(16) char b; char c; }, a, b, c)               \
    SAMPLE(alignas_type, struct { char a; _Alignas(double) char b; char c; }, a, b, c)             \
    SAMPLE(aligned_most, struct { char a; char b __attribute__((aligned)); }, a, b)                \
    SAMPLE(enums, struct { char a; enum { TWO = 40 } b; char c[TWO + 2]; }, a, b, c)               \
    SAMPLE(small_enum, struct { char a; enum __attribute__((packed)) { TINY = 3 } b; char c;       \
           }, a, b, c)                                                                             \
    SAMPLE(wide_enum, struct { char a; enum { HUGE_ONE = 0x100000000 } b; char c; }, a, b,         \
           c)                                                                                      \
    SAMPLE(bounds, struct { char a[sizeof(point) * 2]; int b[TWO > 3 ? 2 : 3]; char c[(1 <<        \
           4) - 'A' / 9]; char d[010 | 0x3]; }, a, b, c, d)                                        \
    SAMPLE(bits_int, struct { int a : 3; int b : 5; int c : 25; char d; }, d)                      \
    SAMPLE(bits_mixed, struct { char a; int b : 4; char c; }, a, c)                                \
    SAMPLE(bits_widths, struct { char a : 3; short b : 9; int c : 17; long long d : 40; char       \
           e; }, e)                                                                                \
    SAMPLE(bits_zero, struct { char a; int b : 4; int : 0; int c : 4; char d; }, a, d)             \
    SAMPLE(bits_zero_char, struct { char a; char : 0; char b; int : 0; char c; }, a, b, c)         \
    SAMPLE(bits_unnamed, struct { char a; int : 7; char b; }, a, b)                                \
    SAMPLE(bits_full, struct { unsigned a : 32; unsigned b : 1; unsigned char c : 8; char d;       \
           }, d)                                                                                   \
    SAMPLE(bits_union, union { int a : 3; char b; }, b)                                            \
    SAMPLE(bits_bool, struct { _Bool a : 1; _Bool b : 1; unsigned c : 6; char d; }, d)             \
    SAMPLE(bits_same, struct { int a : 20; unsigned b : 20; long long c : 33; long long d :        \
           31; short e; }, e)                                                                      \
    SAMPLE(holds_bits, struct { char a; bits_int b; char c; }, a, b, c)                            \
    SAMPLE(bits_packed, struct __attribute__((packed)) { char a; int b : 4; int c : 9; char d; },  \
           a, d)                                                                                   \
    SAMPLE(bits_packed_wide, struct { int a : 20; int b : 20; char c; } __attribute__((packed)),   \
           c)                                                                                      \
    SAMPLE(bits_packed_zero, struct __attribute__((packed)) { char a; char b : 3; int : 0; char    \
           c; }, a, c)                                                                             \
    SAMPLE(bits_zero_last, struct { char a; char b : 3; int : 0; }, a)                             \
    SAMPLE(bits_union_packed, union __attribute__((packed)) { char a; int b : 3; }, a)             \
    SAMPLE(bits_union_zero, union { char a; char b : 3; int : 0; }, a)                             \
    PACKED(1, bits_union_pack_1, union { char a; long long b : 16; short c : 3; }, a)              \
    PACKED(1, bits_pack_1, struct { char a; int b : 20; int c : 9; char d; }, a, d)                \
    PACKED(2, bits_pack_2, struct { char a; int b : 20; int c : 9; long long e : 50; char d; },    \
           a, d)                                                                                   \
    PACKED(2, bits_pack_zero, struct { char a; int b : 3; int : 0; char c; }, a, c)                \
    PACKED(4, bits_pack_run, struct { int a; long long b : 47; char c : 4; short d : 9; char       \
           e; }, a, e)                                                                             \
    PACKED(8, bits_pack_8, struct { char a; int b : 20; int c : 20; char d; }, a, d)               \
    PACKED(2, bits_pack_packed, struct __attribute__((packed)) { char a; int b : 20; char c; },    \
           a, c)                                                                                   \
    PACKED(1, pack_1, struct { char a; int b; double c; short d; }, a, b, c, d)                    \
    PACKED(2, pack_2, struct { char a; int b; double c; char d; }, a, b, c, d)                     \
    PACKED(4, pack_4, struct { char a; int b; double c; char d; void *e; }, a, b, c, d, e)         \
    PACKED(8, pack_8, struct { char a; int b; double c; char d; }, a, b, c, d)                     \
    PACKED(2, pack_nested, struct { char a; char_double b; char c; struct { char d; int e; }       \
           f; }, a, b, c, f, f.e)                                                                  \
    PACKED(2, pack_union, union { char a; double b; char c[3]; }, a, b, c)                         \
    PACKED(4, pack_aligned, struct { char a; char b __attribute__((aligned(16))); int c; },        \
           a, b, c)                                                                                \
    SAMPLE(holds_pack_2, struct { char a; pack_2 b; char c; }, a, b, c)
/* clang-format on */

#endif
