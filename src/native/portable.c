/* SPDX-License-Identifier: MIT */

/*
 * The catalogue: libraries that are the same on all systems.
 *
 * A machine need not have any of them, and where one is installed its file may have a version in
 * its name: a row's library is the name without it.  With an address, or a library that the program
 * opened, the prototype is the same.  Their own codes are numbers here, because their headers need
 * not be there when this is built.
 *
 * WINAPI stands where the library says so of its functions; elsewhere than on Windows it means
 * nothing.
 */

#include "native/portable.h"

/* ---- roles that many rows of a library share ---- */

/* U_BUFFER_OVERFLOW_ERROR.  The code starts as 0 each time, or the call would do nothing at all; a
   negative one is a warning, as that the NUL had no room: it has in the result. */
#define ICU                                                                                        \
    " {fail(code > 0), error(code), grow(error == 15), needed(text, result + 1),"                  \
    " length(text, result)}"

#define ICU_WIDE   "char16_t *text {out, text}, int size {capacity(text)}, int *code {out})" ICU
#define ICU_NARROW "char *text {out, text}, int size {capacity(text)}, int *code {out})" ICU
#define ICU_FIELD                                                                                  \
    "char16_t *text {out, text}, int size {capacity(text)}, void *field {raw}, int *code "         \
    "{out})" ICU

/* CKR_BUFFER_TOO_SMALL; the operation goes on. */
#define PKCS11 " {fail(result != 0), error(result), grow(error == 0x150)}"
#define PKCS11_OUT                                                                                 \
    "void *to {out}, unsigned long *to_size {inout, capacity(to), needed(to), length(to)})" PKCS11

/* SQL_SUCCESS_WITH_INFO; the length leaves the NUL out. */
#define ODBC                                                                                       \
    " {fail(result < 0 || result == 100), error(result), grow_ok(result == 1 && used >= size)}"

/* UV_ENOBUFS of Linux, of BSD and macOS, of Windows. */
#define UV                                                                                         \
    "char *text {out, text}, size_t *size {inout, capacity(text), needed(text), length(text)})"    \
    " {fail(result < 0), error(result), grow(error == -105 || error == -55 || error == -4060)}"

/* One buffer into another. */
#define FROM_BUFFER "const void *from, size_t from_size {capacity(from)}"
#define ZLIB                                                                                       \
    "void *to {out}, unsigned long *size {inout, capacity(to), length(to)}, const void *from,"     \
    " unsigned long from_size {capacity(from)}"
#define ZLIB_ROLES " {fail(result != 0), error(result), grow(error == -5)}"
#define ZSTD       "void *to {out}, size_t size {capacity(to)}, " FROM_BUFFER
#define ZSTD_ROLES " {fail(result < 0), error(result), grow(error == -70), length(to, result)}"

#define PRINTED                                                                                    \
    " {fail(result < 0), grow_ok(result >= size), needed(text, result + 1), length(text, result)}"

const hfp_native hfi_natives_portable[] = {
    /* ---- ICU. On Linux its symbols end with its version, as u_strToUTF8_72: bind them with
       symbol(). ---- */
    { "u_strToUTF8", "icuuc",
      "char *u_strToUTF8(char *text {out, text}, int size {capacity(text)}, int *used {out,"
      " needed(text, + 1), length(text)}, const char16_t *from, int from_size, int *code"
      " {out}) {fail(code > 0), error(code), grow(error == 15)}",
      "ICU 72 API reference", HFP_PUBLISHED },
    { "u_strFromUTF8", "icuuc",
      "char16_t *u_strFromUTF8(char16_t *text {out, text}, int size {capacity(text)}, int"
      " *used {out, needed(text, + 1), length(text)}, const char *from, int from_size, int"
      " *code {out}) {fail(code > 0), error(code), grow(error == 15)}",
      "ICU 72 API reference", HFP_PUBLISHED },
    { "u_strToUpper", "icuuc",
      "int u_strToUpper(char16_t *text {out, text}, int size {capacity(text)}, const"
      " char16_t *from, int from_size, const char *locale, int *code {out})" ICU,
      "ICU 72 API reference", HFP_MEASURED | HFP_PUBLISHED },
    { "u_strToLower", "icuuc",
      "int u_strToLower(char16_t *text {out, text}, int size {capacity(text)}, const"
      " char16_t *from, int from_size, const char *locale, int *code {out})" ICU,
      "ICU 72 API reference", HFP_PUBLISHED },
    { "u_strFoldCase", "icuuc",
      "int u_strFoldCase(char16_t *text {out, text}, int size {capacity(text)}, const"
      " char16_t *from, int from_size, uint32_t options, int *code {out})" ICU,
      "ICU 72 API reference", HFP_PUBLISHED },
    { "unorm2_normalize", "icuuc",
      "int unorm2_normalize(void *how {raw}, const char16_t *from, int from_size, " ICU_WIDE,
      "ICU 72 API reference", HFP_PUBLISHED },
    { "u_charName", "icuuc", "int u_charName(int32_t point, int choice, " ICU_NARROW,
      "ICU 72 API reference", HFP_PUBLISHED },
    { "uloc_getName", "icuuc", "int uloc_getName(const char *locale, " ICU_NARROW,
      "ICU 72 API reference", HFP_MEASURED | HFP_PUBLISHED },
    { "uloc_canonicalize", "icuuc", "int uloc_canonicalize(const char *locale, " ICU_NARROW,
      "ICU 72 API reference", HFP_PUBLISHED },
    { "uloc_getLanguage", "icuuc", "int uloc_getLanguage(const char *locale, " ICU_NARROW,
      "ICU 72 API reference", HFP_PUBLISHED },
    { "uloc_getScript", "icuuc", "int uloc_getScript(const char *locale, " ICU_NARROW,
      "ICU 72 API reference", HFP_PUBLISHED },
    { "uloc_getCountry", "icuuc", "int uloc_getCountry(const char *locale, " ICU_NARROW,
      "ICU 72 API reference", HFP_PUBLISHED },
    { "uloc_toLanguageTag", "icuuc",
      "int uloc_toLanguageTag(const char *locale, char *text {out, text}, int size"
      " {capacity(text)}, signed char strict, int *code {out})" ICU,
      "ICU 72 API reference", HFP_PUBLISHED },
    { "uloc_forLanguageTag", "icuuc",
      "int uloc_forLanguageTag(const char *tag, char *text {out, text}, int size"
      " {capacity(text)}, int *parsed {out}, int *code {out})" ICU,
      "ICU 72 API reference", HFP_PUBLISHED },
    { "uloc_getDisplayName", "icuuc",
      "int uloc_getDisplayName(const char *locale, const char *shown_in, " ICU_WIDE,
      "ICU 72 API reference", HFP_MEASURED | HFP_PUBLISHED },
    { "uloc_getDisplayLanguage", "icuuc",
      "int uloc_getDisplayLanguage(const char *locale, const char *shown_in, " ICU_WIDE,
      "ICU 72 API reference", HFP_PUBLISHED },
    { "uloc_getDisplayCountry", "icuuc",
      "int uloc_getDisplayCountry(const char *locale, const char *shown_in, " ICU_WIDE,
      "ICU 72 API reference", HFP_PUBLISHED },
    { "ucnv_toUChars", "icuuc",
      "int ucnv_toUChars(void *converter {raw}, char16_t *text {out, text}, int size"
      " {capacity(text)}, const void *from, int from_size {capacity(from)}, int *code {out})" ICU,
      "ICU 72 API reference", HFP_PUBLISHED },
    { "ucnv_fromUChars", "icuuc",
      "int ucnv_fromUChars(void *converter {raw}, char *text {out}, int size"
      " {capacity(text)}, const char16_t *from, int from_size, int *code {out})" ICU,
      "ICU 72 API reference", HFP_PUBLISHED },
    { "unum_formatInt64", "icui18n",
      "int unum_formatInt64(void *format {raw}, int64_t number, " ICU_FIELD, "ICU 72 API reference",
      HFP_PUBLISHED },
    { "unum_formatDouble", "icui18n",
      "int unum_formatDouble(void *format {raw}, double number, " ICU_FIELD, "ICU 72 API reference",
      HFP_PUBLISHED },
    { "udat_format", "icui18n", "int udat_format(void *format {raw}, double time, " ICU_FIELD,
      "ICU 72 API reference", HFP_PUBLISHED },
    { "ucal_getDefaultTimeZone", "icui18n", "int ucal_getDefaultTimeZone(" ICU_WIDE,
      "ICU 72 API reference", HFP_PUBLISHED },
    { "uregex_group", "icui18n", "int uregex_group(void *regex {raw}, int group, " ICU_WIDE,
      "ICU 72 API reference", HFP_PUBLISHED },
    /* No code: the key ends with a 0 that is counted. */
    { "ucol_getSortKey", "icui18n",
      "int ucol_getSortKey(void *collator {raw}, const char16_t *from, int from_size,"
      " unsigned char *key {out}, int size {capacity(key)}) {fail(result == 0),"
      " grow_ok(result > size), needed(key, result), length(key, result)}",
      "ICU 72 API reference", HFP_DOCUMENTED },

    /* ---- PKCS #11. Modules export these beside their function list. ---- */
    { "C_GetSlotList", "p11-kit-proxy",
      "unsigned long C_GetSlotList(unsigned char present, unsigned long *slots {out},"
      " unsigned long *count {inout, capacity(slots), needed(slots), length(slots)})" PKCS11,
      "PKCS #11 v2.40", HFP_PUBLISHED },
    { "C_GetMechanismList", "p11-kit-proxy",
      "unsigned long C_GetMechanismList(unsigned long slot, unsigned long *list {out},"
      " unsigned long *count {inout, capacity(list), needed(list), length(list)})" PKCS11,
      "PKCS #11 v2.40", HFP_PUBLISHED },
    { "C_Sign", "p11-kit-proxy",
      "unsigned long C_Sign(unsigned long session, const void *from, unsigned long from_size"
      " {capacity(from)}, " PKCS11_OUT,
      "PKCS #11 v2.40", HFP_PUBLISHED },
    { "C_Encrypt", "p11-kit-proxy",
      "unsigned long C_Encrypt(unsigned long session, const void *from, unsigned long"
      " from_size {capacity(from)}, " PKCS11_OUT,
      "PKCS #11 v2.40", HFP_PUBLISHED },
    { "C_Decrypt", "p11-kit-proxy",
      "unsigned long C_Decrypt(unsigned long session, const void *from, unsigned long"
      " from_size {capacity(from)}, " PKCS11_OUT,
      "PKCS #11 v2.40", HFP_PUBLISHED },
    { "C_Digest", "p11-kit-proxy",
      "unsigned long C_Digest(unsigned long session, const void *from, unsigned long"
      " from_size {capacity(from)}, " PKCS11_OUT,
      "PKCS #11 v2.40", HFP_PUBLISHED },
    { "C_SignFinal", "p11-kit-proxy",
      "unsigned long C_SignFinal(unsigned long session, " PKCS11_OUT, "PKCS #11 v2.40",
      HFP_DOCUMENTED },
    { "C_DigestFinal", "p11-kit-proxy",
      "unsigned long C_DigestFinal(unsigned long session, " PKCS11_OUT, "PKCS #11 v2.40",
      HFP_DOCUMENTED },
    { "C_GetOperationState", "p11-kit-proxy",
      "unsigned long C_GetOperationState(unsigned long session, " PKCS11_OUT, "PKCS #11 v2.40",
      HFP_DOCUMENTED },
    { "C_WrapKey", "p11-kit-proxy",
      "unsigned long C_WrapKey(unsigned long session, void *how {raw}, unsigned long by,"
      " unsigned long key, " PKCS11_OUT,
      "PKCS #11 v2.40", HFP_DOCUMENTED },

    /* ---- ODBC ---- */
    { "SQLGetInfo", "odbc",
      "int16_t WINAPI SQLGetInfo(void *connection {raw}, uint16_t what, char *text {out},"
      " int16_t size {capacity(text)}, int16_t *used {out, needed(text, + 1), length(text)})" ODBC,
      "ODBC programmer's reference", HFP_PUBLISHED },
    { "SQLGetDiagRec", "odbc",
      "int16_t WINAPI SQLGetDiagRec(int16_t kind, void *handle {raw}, int16_t number, char"
      " *state {out, size(6)}, int32_t *native {out}, char *text {out, text}, int16_t size"
      " {capacity(text)}, int16_t *used {out, needed(text, + 1), length(text)})" ODBC,
      "ODBC programmer's reference", HFP_PUBLISHED },
    { "SQLDescribeCol", "odbc",
      "int16_t WINAPI SQLDescribeCol(void *statement {raw}, uint16_t number, char *text"
      " {out, text}, int16_t size {capacity(text)}, int16_t *used {out, needed(text, + 1),"
      " length(text)}, int16_t *type {out}, size_t *width {out}, int16_t *digits {out},"
      " int16_t *nullable {out})" ODBC,
      "ODBC programmer's reference", HFP_DOCUMENTED },
    { "SQLGetCursorName", "odbc",
      "int16_t WINAPI SQLGetCursorName(void *statement {raw}, char *text {out, text},"
      " int16_t size {capacity(text)}, int16_t *used {out, needed(text, + 1), length(text)})" ODBC,
      "ODBC programmer's reference", HFP_DOCUMENTED },
    { "SQLColAttribute", "odbc",
      "int16_t WINAPI SQLColAttribute(void *statement {raw}, uint16_t number, uint16_t what,"
      " char *text {out}, int16_t size {capacity(text)}, int16_t *used {out, needed(text, +"
      " 1), length(text)}, ssize_t *value {out})" ODBC,
      "ODBC programmer's reference", HFP_DOCUMENTED },
    { "SQLNativeSql", "odbc",
      "int16_t WINAPI SQLNativeSql(void *connection {raw}, const char *from, int32_t"
      " from_size, char *text {out, text}, int32_t size {capacity(text)}, int32_t *used"
      " {out, needed(text, + 1), length(text)})" ODBC,
      "ODBC programmer's reference", HFP_DOCUMENTED },
    { "SQLGetConnectAttr", "odbc",
      "int16_t WINAPI SQLGetConnectAttr(void *connection {raw}, int32_t what, char *text"
      " {out}, int32_t size {capacity(text)}, int32_t *used {out, needed(text, + 1),"
      " length(text)})" ODBC,
      "ODBC programmer's reference", HFP_DOCUMENTED },
    /* type: SQL_C_CHAR, SQL_C_BINARY. Cut, it goes on with the next call; text has a NUL behind
       each piece. */
    { "SQLGetData:text", "odbc",
      "int16_t WINAPI SQLGetData(void *statement {raw}, uint16_t number, int16_t type, char"
      " *bytes {out, room(least 2)}, ssize_t size {capacity(bytes)}, ssize_t *left {out})"
      " {fail(result < 0 || result == 100), error(result), length(bytes, (result == 1 &&"
      " (left < 0 || left >= size)) * (size - 1) + !(result == 1 && (left < 0 || left >="
      " size)) * (left > 0) * left), append(bytes, (result == 1 && (left < 0 || left >="
      " size)))}",
      "ODBC programmer's reference", HFP_PUBLISHED },
    { "SQLGetData:binary", "odbc",
      "int16_t WINAPI SQLGetData(void *statement {raw}, uint16_t number, int16_t type, char"
      " *bytes {out, room(least 2)}, ssize_t size {capacity(bytes)}, ssize_t *left {out})"
      " {fail(result < 0 || result == 100), error(result), length(bytes, (result == 1 &&"
      " (left < 0 || left > size)) * (size) + !(result == 1 && (left < 0 || left > size)) *"
      " (left > 0) * left), append(bytes, (result == 1 && (left < 0 || left > size)))}",
      "ODBC programmer's reference", HFP_PUBLISHED },

    /* ---- OpenSSL ---- */
    { "OBJ_obj2txt", "crypto",
      "int OBJ_obj2txt(char *text {out, text}, int size {capacity(text)}, void *object"
      " {raw}, int as_number)" PRINTED,
      "OpenSSL 3.0 manual", HFP_MEASURED | HFP_DOCUMENTED },
    { "SSL_get_finished", "ssl",
      "size_t SSL_get_finished(void *ssl {raw}, void *bytes {out}, size_t size"
      " {capacity(bytes)}) {fail(0), grow_ok(result > size), needed(bytes, result),"
      " length(bytes, result)}",
      "OpenSSL 3.0 manual", HFP_DOCUMENTED },
    { "SSL_get_peer_finished", "ssl",
      "size_t SSL_get_peer_finished(void *ssl {raw}, void *bytes {out}, size_t size"
      " {capacity(bytes)}) {fail(0), grow_ok(result > size), needed(bytes, result),"
      " length(bytes, result)}",
      "OpenSSL 3.0 manual", HFP_DOCUMENTED },
    { "SSL_SESSION_get_master_key", "ssl",
      "size_t SSL_SESSION_get_master_key(void *session {raw}, unsigned char *bytes {out},"
      " size_t size {capacity(bytes)}) {fail(0), grow_ok(result == size), length(bytes,"
      " result)}",
      "OpenSSL 3.0 manual", HFP_DOCUMENTED },
    { "SSL_get_client_random", "ssl",
      "size_t SSL_get_client_random(void *ssl {raw}, unsigned char *bytes {out}, size_t size"
      " {capacity(bytes)}) {fail(0), grow_ok(result == size), length(bytes, result)}",
      "OpenSSL 3.0 manual", HFP_DOCUMENTED },
    { "SSL_get_server_random", "ssl",
      "size_t SSL_get_server_random(void *ssl {raw}, unsigned char *bytes {out}, size_t size"
      " {capacity(bytes)}) {fail(0), grow_ok(result == size), length(bytes, result)}",
      "OpenSSL 3.0 manual", HFP_DOCUMENTED },

    /* ---- Compression. Bad data has another code, unless a comment says what else bounds the room.
       ---- */
    { "uncompress", "z", "int uncompress(" ZLIB ")" ZLIB_ROLES, "zlib 1.2.13 manual",
      HFP_MEASURED | HFP_DOCUMENTED },
    { "compress", "z", "int compress(" ZLIB ")" ZLIB_ROLES, "zlib 1.2.13 manual",
      HFP_MEASURED | HFP_DOCUMENTED },
    { "compress2", "z", "int compress2(" ZLIB ", int level)" ZLIB_ROLES, "zlib 1.2.13 manual",
      HFP_DOCUMENTED },
    { "BZ2_bzBuffToBuffDecompress", "bz2",
      "int WINAPI BZ2_bzBuffToBuffDecompress(char *to {out}, unsigned int *size {inout,"
      " capacity(to), length(to)}, const char *from {in}, unsigned int from_size"
      " {capacity(from)}, int is_small, int verbosity) {fail(result != 0), error(result),"
      " grow(error == -8)}",
      "bzip2 1.0.8 manual", HFP_MEASURED | HFP_DOCUMENTED },
    { "BZ2_bzBuffToBuffCompress", "bz2",
      "int WINAPI BZ2_bzBuffToBuffCompress(char *to {out}, unsigned int *size {inout,"
      " capacity(to), length(to)}, const char *from {in}, unsigned int from_size"
      " {capacity(from)}, int block, int verbosity, int factor) {fail(result != 0),"
      " error(result), grow(error == -8)}",
      "bzip2 1.0.8 manual", HFP_MEASURED | HFP_DOCUMENTED },
    { "lzma_stream_buffer_decode", "lzma",
      "int lzma_stream_buffer_decode(uint64_t *memory_most {inout}, uint32_t flags, void"
      " *allocator {raw}, const uint8_t *from, size_t *from_at {inout}, size_t from_size"
      " {capacity(from)}, uint8_t *to {out}, size_t *to_at {inout, length(to)}, size_t size"
      " {capacity(to)}) {fail(result != 0), error(result), grow(error == 10)}",
      "liblzma, lzma/container.h", HFP_DOCUMENTED },
    /* ssize_t, so that ZSTD_error_dstSize_tooSmall is -70 on all machines. */
    { "ZSTD_decompress", "zstd", "ssize_t ZSTD_decompress(" ZSTD ")" ZSTD_ROLES, "zstd 1.5 manual",
      HFP_MEASURED | HFP_DOCUMENTED },
    { "ZSTD_compress", "zstd", "ssize_t ZSTD_compress(" ZSTD ", int level)" ZSTD_ROLES,
      "zstd 1.5 manual", HFP_MEASURED | HFP_DOCUMENTED },
    /* Any negative number for any reason; a byte never stands for more than 255. */
    { "LZ4_decompress_safe", "lz4",
      "int LZ4_decompress_safe(const char *from {in}, char *to {out}, int from_size"
      " {capacity(from)}, int size {capacity(to)}) {fail(result < 0), error(result),"
      " grow(size / 255 <= from_size), length(to, result)}",
      "lz4.h 1.9", HFP_MEASURED | HFP_DOCUMENTED },
    { "LZ4_compress_default", "lz4",
      "int LZ4_compress_default(const char *from {in}, char *to {out}, int from_size"
      " {capacity(from)}, int size {capacity(to)}) {fail(result == 0), grow(result == 0),"
      " length(to, result)}",
      "lz4.h 1.9", HFP_MEASURED | HFP_DOCUMENTED },
    /* One code for all; when the room is full the reason was that. */
    { "BrotliDecoderDecompress", "brotlidec",
      "int BrotliDecoderDecompress(size_t from_size {capacity(from)}, const uint8_t *from,"
      " size_t *size {inout, capacity(to), length(to)}, uint8_t *to {out}) {fail(result !="
      " 1), error(result), grow(size >= capacity(to))}",
      "brotli/decode.h 1.0.9", HFP_DOCUMENTED },
    { "snappy_uncompress", "snappy",
      "int snappy_uncompress(const char *from {in}, size_t from_size {capacity(from)}, char"
      " *to {out}, size_t *size {inout, capacity(to), length(to)}) {fail(result != 0),"
      " error(result), grow(error == 2)}",
      "snappy-c.h 1.1", HFP_DOCUMENTED },
    { "libdeflate_deflate_decompress", "deflate",
      "int libdeflate_deflate_decompress(void *how {raw}, const void *from, size_t from_size"
      " {capacity(from)}, void *to {out}, size_t size {capacity(to)}, size_t *used {out,"
      " length(to)}) {fail(result != 0), error(result), grow(error == 3)}",
      "libdeflate.h 1.14", HFP_DOCUMENTED },
    { "libdeflate_zlib_decompress", "deflate",
      "int libdeflate_zlib_decompress(void *how {raw}, const void *from, size_t from_size"
      " {capacity(from)}, void *to {out}, size_t size {capacity(to)}, size_t *used {out,"
      " length(to)}) {fail(result != 0), error(result), grow(error == 3)}",
      "libdeflate.h 1.14", HFP_DOCUMENTED },
    { "libdeflate_gzip_decompress", "deflate",
      "int libdeflate_gzip_decompress(void *how {raw}, const void *from, size_t from_size"
      " {capacity(from)}, void *to {out}, size_t size {capacity(to)}, size_t *used {out,"
      " length(to)}) {fail(result != 0), error(result), grow(error == 3)}",
      "libdeflate.h 1.14", HFP_DOCUMENTED },

    /* ---- HDF5 ---- */
    { "H5Fget_name", "hdf5",
      "ssize_t H5Fget_name(int64_t file, char *text {out, text}, size_t size"
      " {capacity(text)})" PRINTED,
      "HDF5 1.10 reference manual", HFP_DOCUMENTED },
    { "H5Iget_name", "hdf5",
      "ssize_t H5Iget_name(int64_t object, char *text {out, text}, size_t size"
      " {capacity(text)})" PRINTED,
      "HDF5 1.10 reference manual", HFP_DOCUMENTED },
    { "H5Aget_name", "hdf5",
      "ssize_t H5Aget_name(int64_t attribute, size_t size {capacity(text)}, char *text {out,"
      " text})" PRINTED,
      "HDF5 1.10 reference manual", HFP_DOCUMENTED },

    /* ---- libuv ---- */
    { "uv_cwd", "uv", "int uv_cwd(" UV, "libuv 1.44 documentation", HFP_MEASURED | HFP_DOCUMENTED },
    { "uv_os_homedir", "uv", "int uv_os_homedir(" UV, "libuv 1.44 documentation", HFP_DOCUMENTED },
    { "uv_os_tmpdir", "uv", "int uv_os_tmpdir(" UV, "libuv 1.44 documentation", HFP_DOCUMENTED },
    { "uv_os_gethostname", "uv", "int uv_os_gethostname(" UV, "libuv 1.44 documentation",
      HFP_DOCUMENTED },
    { "uv_os_getenv", "uv", "int uv_os_getenv(const char *name, " UV, "libuv 1.44 documentation",
      HFP_DOCUMENTED },
    { NULL, NULL, NULL, NULL, 0 },
};
