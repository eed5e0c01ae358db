/* SPDX-License-Identifier: MIT */

/* The walk: CryptoAPI and certificates, with keys that are made for the call and forgotten. */

#include "calls_native.h"

#include <wincrypt.h>

#define ENCODING          (X509_ASN_ENCODING | PKCS_7_ASN_ENCODING)
#define CRYPT32(function) NATIVE("crypt32.dll", function)

static HCRYPTPROV provider_begin(void)
{
    HCRYPTPROV provider;
    assert_true(CryptAcquireContextW(&provider, NULL, MS_ENH_RSA_AES_PROV_W, PROV_RSA_AES,
                                     CRYPT_VERIFYCONTEXT));
    return provider;
}

/* Handles of CryptoAPI are numbers. */
static void *as_handle(ULONG_PTR number)
{
    void *handle;
    memcpy(&handle, &number, sizeof handle);
    return handle;
}

static hf_status provider_name(walk *w)
{
    HCRYPTPROV provider = provider_begin();
    BYTE plain[256];
    DWORD size = sizeof plain;
    assert_true(CryptGetProvParam(provider, PP_NAME, plain, &size, 0));
    hf_status status =
        walk_well(w, HF_ARGS(HF_POINTER(as_handle(provider)), HF_UINT(PP_NAME), HF_UINT(0)));
    expect_bytes(w, 0, plain, size);
    CryptReleaseContext(provider, 0);
    return status;
}

/* A hash of "walk". */
static HCRYPTHASH hash_begin(HCRYPTPROV provider)
{
    HCRYPTHASH hash;
    assert_true(CryptCreateHash(provider, CALG_SHA1, 0, 0, &hash));
    assert_true(CryptHashData(hash, (const BYTE *)"walk", 4, 0));
    return hash;
}

static hf_status hash_value(walk *w)
{
    HCRYPTPROV provider = provider_begin();
    HCRYPTHASH hash = hash_begin(provider);
    hf_status status =
        walk_well(w, HF_ARGS(HF_POINTER(as_handle(hash)), HF_UINT(HP_HASHVAL), HF_UINT(0)));
    BYTE plain[20];
    DWORD size = sizeof plain;
    assert_true(CryptGetHashParam(hash, HP_HASHVAL, plain, &size, 0));
    expect_bytes(w, 0, plain, 20);
    CryptDestroyHash(hash);
    CryptReleaseContext(provider, 0);
    return status;
}

/* The same key each time. */
static HCRYPTKEY key_begin(HCRYPTPROV provider)
{
    HCRYPTHASH hash = hash_begin(provider);
    HCRYPTKEY key;
    assert_true(CryptDeriveKey(provider, CALG_AES_128, hash, CRYPT_EXPORTABLE, &key));
    CryptDestroyHash(hash);
    return key;
}

static hf_status key_iv(walk *w)
{
    HCRYPTPROV provider = provider_begin();
    HCRYPTKEY key = key_begin(provider);
    BYTE plain[64];
    DWORD size = sizeof plain;
    assert_true(CryptGetKeyParam(key, KP_IV, plain, &size, 0));
    hf_status status =
        walk_well(w, HF_ARGS(HF_POINTER(as_handle(key)), HF_UINT(KP_IV), HF_UINT(0)));
    expect_bytes(w, 0, plain, size);
    CryptDestroyKey(key);
    CryptReleaseContext(provider, 0);
    return status;
}

static hf_status exported_key(walk *w)
{
    HCRYPTPROV provider = provider_begin();
    HCRYPTKEY key = key_begin(provider);
    BYTE plain[256];
    DWORD size = sizeof plain;
    assert_true(CryptExportKey(key, 0, PLAINTEXTKEYBLOB, 0, plain, &size));
    hf_status status = walk_well(
        w, HF_ARGS(HF_POINTER(as_handle(key)), HF_NULL, HF_UINT(PLAINTEXTKEYBLOB), HF_UINT(0)));
    expect_bytes(w, 0, plain, size);
    CryptDestroyKey(key);
    CryptReleaseContext(provider, 0);
    return status;
}

/* The key is another one each time; the signature is true of the bytes. */
static hf_status signature(walk *w)
{
    HCRYPTPROV provider = provider_begin();
    HCRYPTKEY key;
    assert_true(CryptGenKey(provider, AT_SIGNATURE, 1024u << 16, &key));
    HCRYPTHASH hash = hash_begin(provider);
    hf_status status = walk_well(
        w, HF_ARGS(HF_POINTER(as_handle(hash)), HF_UINT(AT_SIGNATURE), HF_NULL, HF_UINT(0)));
    size_t size;
    BYTE *got = walk_copy(w, 0, &size);
    assert_true(CryptVerifySignatureW(hash, got, (DWORD)size, key, NULL, 0));
    free(got);
    CryptDestroyHash(hash);
    CryptDestroyKey(key);
    CryptReleaseContext(provider, 0);
    return status;
}

/* In place, in a buffer that has room for the padding. */
static hf_status encrypted(walk *w)
{
    HCRYPTPROV provider = provider_begin();
    HCRYPTKEY key = key_begin(provider);
    BYTE plain[64] = "what is kept secret";
    DWORD size = 19;
    hf_ref data = lent(w, plain, sizeof plain);
    hf_status status =
        walk_well(w, HF_ARGS(HF_POINTER(as_handle(key)), HF_NULL, HF_INT(1), HF_UINT(0),
                             HF_BUFFER(data, 0, sizeof plain), HF_UINT(size)));
    assert_true(CryptEncrypt(key, 0, TRUE, 0, plain, &size, sizeof plain));
    assert_int_equal(hf_result_scalar(&w->result, 0), size);
    BYTE got[64];
    assert_int_equal(hf_bytes_read(data, 0, got, size), HF_OK);
    assert_memory_equal(got, plain, size);
    walk_note(w, got, size);
    CryptDestroyKey(key);
    CryptReleaseContext(provider, 0);
    return status;
}

/* ---- texts of bytes ---- */

static const BYTE some_bytes[] = {
    0x00, 0x01, 0xfe, 0x80, 0x7f, 0x41, 0x42, 0x43, 0xff, 0x0a, 0x0d
};

#define BASE64_FLAGS (CRYPT_STRING_BASE64 | CRYPT_STRING_NOCRLF)
#define AS_BASE64    "AAH+gH9BQkP/Cg0="

static hf_status bytes_to_text(walk *w)
{
    hf_status status =
        walk_well(w, HF_ARGS(LENT(w, some_bytes, sizeof some_bytes), HF_UINT(BASE64_FLAGS)));
    walk_expect_text(w, 0, AS_BASE64);
    return status;
}

static hf_status text_to_bytes(walk *w)
{
    WCHAR text[] = L"" AS_BASE64;
    hf_status status =
        walk_well(w, HF_ARGS(LENT(w, text, sizeof text - 2), HF_UINT(CRYPT_STRING_BASE64)));
    expect_bytes(w, 0, some_bytes, sizeof some_bytes);
    return status;
}

static hf_status narrow_text_to_bytes(walk *w)
{
    char text[] = AS_BASE64;
    hf_status status =
        walk_well(w, HF_ARGS(LENT(w, text, sizeof text - 1), HF_UINT(CRYPT_STRING_BASE64)));
    expect_bytes(w, 0, some_bytes, sizeof some_bytes);
    return status;
}

static hf_status certificate_hash(walk *w)
{
    hf_status status = walk_well(w, HF_ARGS(HF_NULL, HF_UINT(CALG_SHA1), HF_UINT(0),
                                            LENT(w, some_bytes, sizeof some_bytes)));
    BYTE plain[20];
    DWORD size = sizeof plain;
    assert_true(CRYPT32(CryptHashCertificate)(0, CALG_SHA1, 0, some_bytes, sizeof some_bytes, plain,
                                              &size));
    expect_bytes(w, 0, plain, sizeof plain);
    return status;
}

/* ---- encoded objects ---- */

static hf_status encoded_name(walk *w)
{
    hf_status status = walk_well(w, HF_ARGS(HF_UINT(ENCODING), HF_CSTR("CN=Holdfast, O=Walk"),
                                            HF_UINT(CERT_X500_NAME_STR), HF_NULL, HF_NULL));
    BYTE plain[256];
    DWORD size = sizeof plain;
    assert_true(CRYPT32(CertStrToNameW)(ENCODING, L"CN=Holdfast, O=Walk", CERT_X500_NAME_STR, NULL,
                                        plain, &size, NULL));
    expect_bytes(w, 0, plain, size);
    return status;
}

static hf_status name_text(walk *w)
{
    BYTE encoded[256];
    CERT_NAME_BLOB name = { sizeof encoded, encoded };
    assert_true(CRYPT32(CertStrToNameW)(ENCODING, L"CN=Holdfast, O=Walk", CERT_X500_NAME_STR, NULL,
                                        encoded, &name.cbData, NULL));
    hf_status status =
        walk_well(w, HF_ARGS(HF_UINT(ENCODING), HF_POINTER(&name), HF_UINT(CERT_X500_NAME_STR)));
    expect_wide(w, 0, L"CN=Holdfast, O=Walk");
    return status;
}

/* OCTET STRING of the bytes: known by number, as the headers give it. */
static void *octets(void)
{
    return as_handle((ULONG_PTR)X509_OCTET_STRING);
}

static hf_status encoded_object(walk *w)
{
    BYTE bytes[sizeof some_bytes], expected[2 + sizeof some_bytes] = { 4, sizeof some_bytes };
    memcpy(bytes, some_bytes, sizeof bytes);
    memcpy(expected + 2, some_bytes, sizeof some_bytes);
    CRYPT_DATA_BLOB blob = { sizeof bytes, bytes };
    hf_status status =
        walk_well(w, HF_ARGS(HF_UINT(ENCODING), HF_POINTER(octets()), HF_POINTER(&blob)));
    expect_bytes(w, 0, expected, sizeof expected);
    return status;
}

static hf_status decoded_object(walk *w)
{
    BYTE encoded[2 + sizeof some_bytes] = { 4, sizeof some_bytes };
    memcpy(encoded + 2, some_bytes, sizeof some_bytes);
    hf_status status = walk_well(w, HF_ARGS(HF_UINT(ENCODING), HF_POINTER(octets()),
                                            LENT(w, encoded, sizeof encoded), HF_UINT(0)));
    size_t size;
    CRYPT_DATA_BLOB *got = walk_copy(w, 0, &size);
    assert_true(size >= sizeof *got);
    assert_int_equal(got->cbData, sizeof some_bytes);
    assert_memory_equal(got->pbData, some_bytes, sizeof some_bytes);
    free(got);
    return status;
}

static hf_status formatted_object(walk *w)
{
    hf_status status = walk_well(w, HF_ARGS(HF_UINT(ENCODING), HF_UINT(0), HF_UINT(0), HF_NULL,
                                            HF_NULL, LENT(w, some_bytes, sizeof some_bytes)));
    walk_expect_text(w, 0, "00 01 fe 80");
    return status;
}

/* ---- certificates ---- */

/* A certificate, signed by nobody, built from its parts. */
static const CERT_CONTEXT *certificate_begin(void)
{
    BYTE name[256], encoded[2048], key_bytes[3] = { 1, 2, 3 };
    char algorithm[] = szOID_RSA_RSA;
    BYTE serial = 7;
    CERT_INFO info;
    memset(&info, 0, sizeof info);
    info.dwVersion = CERT_V3;
    info.SerialNumber = (CRYPT_INTEGER_BLOB){ 1, &serial };
    info.SignatureAlgorithm.pszObjId = algorithm;
    info.Issuer = (CERT_NAME_BLOB){ sizeof name, name };
    assert_true(CRYPT32(CertStrToNameW)(ENCODING, L"CN=Walk", CERT_X500_NAME_STR, NULL, name,
                                        &info.Issuer.cbData, NULL));
    info.Subject = info.Issuer;
    SYSTEMTIME begin = { .wYear = 2020, .wMonth = 1, .wDay = 1 };
    SYSTEMTIME end = { .wYear = 2040, .wMonth = 1, .wDay = 1 };
    SystemTimeToFileTime(&begin, &info.NotBefore);
    SystemTimeToFileTime(&end, &info.NotAfter);
    info.SubjectPublicKeyInfo.Algorithm.pszObjId = algorithm;
    info.SubjectPublicKeyInfo.PublicKey = (CRYPT_BIT_BLOB){ sizeof key_bytes, key_bytes, 0 };
    BYTE to_be_signed[1024];
    DWORD size = sizeof to_be_signed;
    assert_true(
        CRYPT32(CryptEncodeObject)(ENCODING, X509_CERT_TO_BE_SIGNED, &info, to_be_signed, &size));
    CERT_SIGNED_CONTENT_INFO content;
    memset(&content, 0, sizeof content);
    content.ToBeSigned = (CRYPT_DER_BLOB){ size, to_be_signed };
    content.SignatureAlgorithm.pszObjId = algorithm;
    content.Signature = (CRYPT_BIT_BLOB){ sizeof key_bytes, key_bytes, 0 };
    size = sizeof encoded;
    assert_true(CRYPT32(CryptEncodeObject)(ENCODING, X509_CERT, &content, encoded, &size));
    const CERT_CONTEXT *certificate =
        CRYPT32(CertCreateCertificateContext)(ENCODING, encoded, size);
    assert_non_null(certificate);
    return certificate;
}

static void *to_lend(const CERT_CONTEXT *certificate)
{
    void *pointer;
    memcpy(&pointer, &certificate, sizeof pointer);
    return pointer;
}

static hf_status certificate_property(walk *w)
{
    const CERT_CONTEXT *certificate = certificate_begin();
    hf_status status =
        walk_well(w, HF_ARGS(HF_POINTER(to_lend(certificate)), HF_UINT(CERT_SHA1_HASH_PROP_ID)));
    BYTE plain[20];
    DWORD size = sizeof plain;
    assert_true(CRYPT32(CertGetCertificateContextProperty)(certificate, CERT_SHA1_HASH_PROP_ID,
                                                           plain, &size));
    expect_bytes(w, 0, plain, sizeof plain);
    CRYPT32(CertFreeCertificateContext)(certificate);
    return status;
}

static hf_status store_property(walk *w)
{
    HCERTSTORE store = CRYPT32(CertOpenStore)(CERT_STORE_PROV_MEMORY, 0, 0, 0, NULL);
    assert_non_null(store);
    BYTE bytes[sizeof some_bytes];
    memcpy(bytes, some_bytes, sizeof bytes);
    CRYPT_DATA_BLOB blob = { sizeof bytes, bytes };
    assert_true(CRYPT32(CertSetStoreProperty)(store, CERT_FIRST_USER_PROP_ID, 0, &blob));
    hf_status status = walk_well(w, HF_ARGS(HF_POINTER(store), HF_UINT(CERT_FIRST_USER_PROP_ID)));
    expect_bytes(w, 0, some_bytes, sizeof some_bytes);
    CRYPT32(CertCloseStore)(store, 0);
    return status;
}

WALK_PART(capi);
const walk_call walk_calls_capi[] = {
    { "CryptGetProvParam", provider_name, WALK_SAME },
    { "CryptGetHashParam", hash_value, WALK_SAME },
    { "CryptGetKeyParam", key_iv, WALK_SAME },
    { "CryptExportKey", exported_key, WALK_SAME },
    { "CryptSignHashW", signature, WALK_SIZES },
    { "CryptEncrypt", encrypted, WALK_SAME },
    { "CryptBinaryToStringW", bytes_to_text, WALK_SAME },
    { "CryptBinaryToStringA", bytes_to_text, WALK_SAME },
    { "CryptStringToBinaryW", text_to_bytes, WALK_SAME },
    { "CryptStringToBinaryA", narrow_text_to_bytes, WALK_SAME },
    { "CryptHashCertificate", certificate_hash, WALK_SAME },
    { "CertStrToNameW", encoded_name, WALK_SAME },
    { "CertNameToStrW", name_text, WALK_SAME },
    { "CryptEncodeObject", encoded_object, WALK_SAME },
    { "CryptDecodeObject", decoded_object, WALK_SIZES },
    { "CryptFormatObject", formatted_object, WALK_SAME },
    { "CertGetCertificateContextProperty", certificate_property, WALK_SAME },
    { "CertGetStoreProperty", store_property, WALK_SAME },
    { NULL, NULL, WALK_SAME },
};
