/* SPDX-License-Identifier: MIT */

/*
 * The catalogue: CryptoAPI and certificates.
 *
 * One slot announces, asks and counts; the need may be an upper bound.  A call with NULL
 * succeeds and is no result, so none is made.
 */

#include "natives.h"

#define BY_234 " {fail(result == 0), error(last_error), grow(error == 234)}"
#define SLOT(buffer)                                                                               \
    "DWORD *size {inout, capacity(" buffer "), needed(" buffer "), length(" buffer ")}"
#define FILLED(buffer) "BYTE *" buffer " {out}, " SLOT(buffer)

const hfp_native hfp_natives_capi[] = {
    { "CryptGetProvParam", "advapi32.dll",
      "BOOL WINAPI CryptGetProvParam(HCRYPTPROV provider, DWORD what, " FILLED(
          "data") ", DWORD flags)" BY_234,
      "CryptGetProvParam, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "CryptGetKeyParam", "advapi32.dll",
      "BOOL WINAPI CryptGetKeyParam(HANDLE key, DWORD what, " FILLED(
          "data") ", DWORD flags)" BY_234,
      "CryptGetKeyParam, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "CryptGetHashParam", "advapi32.dll",
      "BOOL WINAPI CryptGetHashParam(HANDLE hash, DWORD what, " FILLED(
          "data") ", DWORD flags)" BY_234,
      "CryptGetHashParam, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "CryptExportKey", "advapi32.dll",
      "BOOL WINAPI CryptExportKey(HANDLE key, HANDLE with, DWORD type, DWORD flags, " FILLED(
          "blob") ")" BY_234,
      "CryptExportKey, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "CryptSignHashW", "advapi32.dll",
      "BOOL WINAPI CryptSignHashW(HANDLE hash, DWORD key, LPCWSTR description, DWORD "
      "flags, " FILLED("signature") ")" BY_234,
      "CryptSignHashW, learn.microsoft.com", HFP_DOCUMENTED },
    /* In place, in a buffer of the caller's: a second try would encrypt what is encrypted.  What
       is too small says the need in `used`, and leaves the data as it is. */
    { "CryptEncrypt", "advapi32.dll",
      "BOOL WINAPI CryptEncrypt(HANDLE key, HANDLE hash, BOOL is_last, DWORD flags,"
      " BYTE *data {inout}, DWORD *used {inout}, DWORD size {capacity(data)})"
      " {fail(result == 0), error(last_error)}",
      "CryptEncrypt, learn.microsoft.com", HFP_DOCUMENTED },
    { "CryptBinaryToStringW", "crypt32.dll",
      "BOOL WINAPI CryptBinaryToStringW(const BYTE *data, DWORD data_size {capacity(data)},"
      " DWORD flags, LPWSTR text {out, text}, " SLOT("text") ")" BY_234,
      "CryptBinaryToStringW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "CryptBinaryToStringA", "crypt32.dll",
      "BOOL WINAPI CryptBinaryToStringA(const BYTE *data, DWORD data_size {capacity(data)},"
      " DWORD flags, LPSTR text {out, text}, " SLOT("text") ")" BY_234,
      "CryptBinaryToStringA, learn.microsoft.com", HFP_DOCUMENTED },
    /* Some systems say 122, and leave the capacity in the slot. */
    { "CryptStringToBinaryW", "crypt32.dll",
      "BOOL WINAPI CryptStringToBinaryW(const WCHAR *text, DWORD text_size {capacity(text)},"
      " DWORD flags, " FILLED(
          "data") ", DWORD *skipped {out}, DWORD *format {out})"
                  " {fail(result == 0), error(last_error), grow(error == 234 || error == 122)}",
      "CryptStringToBinaryW, learn.microsoft.com", HFP_MEASURED | HFP_DOCUMENTED },
    { "CryptStringToBinaryA", "crypt32.dll",
      "BOOL WINAPI CryptStringToBinaryA(const char *text, DWORD text_size {capacity(text)},"
      " DWORD flags, " FILLED(
          "data") ", DWORD *skipped {out}, DWORD *format {out})"
                  " {fail(result == 0), error(last_error), grow(error == 234 || error == 122)}",
      "CryptStringToBinaryA, learn.microsoft.com", HFP_DOCUMENTED },
    { "CryptHashCertificate", "crypt32.dll",
      "BOOL WINAPI CryptHashCertificate(HCRYPTPROV provider, DWORD algorithm, DWORD flags,"
      " const BYTE *data, DWORD data_size {capacity(data)}, " FILLED("hash") ")" BY_234,
      "CryptHashCertificate, learn.microsoft.com", HFP_DOCUMENTED },
    { "CryptEncodeObject", "crypt32.dll",
      "BOOL WINAPI CryptEncodeObject(DWORD encoding, LPCSTR type, const void *object, " FILLED(
          "encoded") ")" BY_234,
      "CryptEncodeObject, learn.microsoft.com", HFP_DOCUMENTED },
    { "CryptDecodeObject", "crypt32.dll",
      "BOOL WINAPI CryptDecodeObject(DWORD encoding, LPCSTR type, const BYTE *encoded,"
      " DWORD encoded_size {capacity(encoded)}, DWORD flags,"
      " void *object {out, points_into(object)}, " SLOT("object") ")" BY_234,
      "CryptDecodeObject, learn.microsoft.com", HFP_DOCUMENTED },
    { "CryptFormatObject", "crypt32.dll",
      "BOOL WINAPI CryptFormatObject(DWORD encoding, DWORD format_type, DWORD format,"
      " void *reserved {raw}, LPCSTR type, const BYTE *encoded,"
      " DWORD encoded_size {capacity(encoded)}, WCHAR *text {out, text},"
      " DWORD *size {inout, capacity(text, bytes), needed(text, bytes)})" BY_234,
      "CryptFormatObject, learn.microsoft.com", HFP_DOCUMENTED },
    { "CertStrToNameW", "crypt32.dll",
      "BOOL WINAPI CertStrToNameW(DWORD encoding, LPCWSTR text, DWORD type, void *reserved {raw},"
      " BYTE *encoded {out}, " SLOT("encoded") ", LPCWSTR *wrong {raw})" BY_234,
      "CertStrToNameW, learn.microsoft.com", HFP_DOCUMENTED },
    /* Never fails: cut text and whole text both count the NUL.  Some systems write behind rooms
       that the first parts of a name fill, so the room is never small. */
    { "CertNameToStrW", "crypt32.dll",
      "DWORD WINAPI CertNameToStrW(DWORD encoding, const void *name, DWORD type,"
      " LPWSTR text {out, text, room(least 1024)}, DWORD size {capacity(text)})"
      " {fail(0), grow_ok(result >= size), length(text, result - 1)}",
      "CertNameToStrW, learn.microsoft.com", HFP_DOCUMENTED },
    { "CertGetCertificateContextProperty", "crypt32.dll",
      "BOOL WINAPI CertGetCertificateContextProperty(const CERT_CONTEXT *certificate {raw},"
      " DWORD property, void *data {out}, " SLOT("data") ")" BY_234,
      "CertGetCertificateContextProperty, learn.microsoft.com", HFP_DOCUMENTED },
    { "CertGetStoreProperty", "crypt32.dll",
      "BOOL WINAPI CertGetStoreProperty(HCERTSTORE store, DWORD property, void *data {out}, " SLOT(
          "data") ")" BY_234,
      "CertGetStoreProperty, learn.microsoft.com", HFP_DOCUMENTED },
    { NULL, NULL, NULL, NULL, 0 },
};
