/* SPDX-License-Identifier: MIT */

/* The walk: keys and their providers. */

#include "lend.h"

#include <bcrypt.h>
#include <ncrypt.h>

#define BCRYPT(function) WALK_NATIVE("bcrypt.dll", function)
#define NCRYPT(function) WALK_NATIVE("ncrypt.dll", function)

static hf_status algorithm_name(walk *w)
{
    BCRYPT_ALG_HANDLE algorithm;
    assert_int_equal(BCRYPT(BCryptOpenAlgorithmProvider)(&algorithm, L"SHA256", NULL, 0), 0);
    hf_status status =
        walk_do(w, HF_ARGS(HF_POINTER(algorithm), HF_CSTR("AlgorithmName"), HF_UINT(0)));
    if (status == HF_OK) {
        walk_expect(w, 0, L"SHA256", sizeof L"SHA256");
        status = walk_do(w, HF_ARGS(HF_POINTER(algorithm), HF_CSTR("ObjectLength"), HF_UINT(0)));
    }
    if (status == HF_OK) {
        size_t size;
        DWORD *length = walk_copy(w, 0, &size);
        assert_int_equal(size, sizeof *length);
        assert_true(*length != 0);
        free(length);
    }
    BCRYPT(BCryptCloseAlgorithmProvider)(algorithm, 0);
    return status;
}

/* BCRYPT_KEY_DATA_BLOB: a header of three numbers, the key. */
static hf_status symmetric_key(walk *w)
{
    static unsigned char secret[16] = "sixteen letters";
    BCRYPT_ALG_HANDLE algorithm;
    BCRYPT_KEY_HANDLE key;
    assert_int_equal(BCRYPT(BCryptOpenAlgorithmProvider)(&algorithm, L"AES", NULL, 0), 0);
    assert_int_equal(
        BCRYPT(BCryptGenerateSymmetricKey)(algorithm, &key, NULL, 0, secret, sizeof secret, 0), 0);
    hf_status status =
        walk_do(w, HF_ARGS(HF_POINTER(key), HF_NULL, HF_CSTR("KeyDataBlob"), HF_UINT(0)));
    if (status == HF_OK) {
        size_t size;
        DWORD *blob = walk_copy(w, 0, &size);
        assert_int_equal(size, 3 * sizeof *blob + sizeof secret);
        assert_int_equal(blob[2], sizeof secret);
        assert_memory_equal(&blob[3], secret, sizeof secret);
        free(blob);
    }
    BCRYPT(BCryptDestroyKey)(key);
    BCRYPT(BCryptCloseAlgorithmProvider)(algorithm, 0);
    return status;
}

static NCRYPT_KEY_HANDLE make_key(NCRYPT_PROV_HANDLE *provider)
{
    NCRYPT_KEY_HANDLE key;
    assert_int_equal(
        NCRYPT(NCryptOpenStorageProvider)(provider, L"Microsoft Software Key Storage Provider", 0),
        0);
    assert_int_equal(NCRYPT(NCryptCreatePersistedKey)(*provider, &key, L"RSA", NULL, 0, 0), 0);
    assert_int_equal(NCRYPT(NCryptFinalizeKey)(key, 0), 0);
    return key;
}

static hf_status key_group(walk *w)
{
    NCRYPT_PROV_HANDLE provider;
    NCRYPT_KEY_HANDLE key = make_key(&provider);
    hf_status status = walk_do(w, HF_ARGS(HF_UINT(key), HF_CSTR("Algorithm Group"), HF_UINT(0)));
    if (status == HF_OK) {
        walk_expect(w, 0, L"RSA", sizeof L"RSA");
    }
    NCRYPT(NCryptFreeObject)(key);
    NCRYPT(NCryptFreeObject)(provider);
    return status;
}

/* BCRYPT_RSAKEY_BLOB, whose first word is RSA1; each key is another. */
static hf_status public_key(walk *w)
{
    NCRYPT_PROV_HANDLE provider;
    NCRYPT_KEY_HANDLE key = make_key(&provider);
    hf_status status = walk_do(
        w, HF_ARGS(HF_UINT(key), HF_UINT(0), HF_CSTR("RSAPUBLICBLOB"), HF_NULL, HF_UINT(0)));
    if (status == HF_OK) {
        size_t size;
        DWORD *blob = walk_copy(w, 0, &size);
        assert_true(size > 6 * sizeof *blob);
        assert_int_equal(blob[0], BCRYPT_RSAPUBLIC_MAGIC);
        assert_int_equal(size, 6 * sizeof *blob + blob[2] + blob[3]);
        free(blob);
    }
    NCRYPT(NCryptFreeObject)(key);
    NCRYPT(NCryptFreeObject)(provider);
    return status;
}

WALK_PART(secrets);
const walk_call walk_calls_secrets[] = {
    { "BCryptGetProperty", algorithm_name, WALK_SAME },
    { "BCryptExportKey", symmetric_key, WALK_SAME },
    { "NCryptGetProperty", key_group, WALK_SAME },
    { "NCryptExportKey", public_key, WALK_SIZES },
    { NULL, NULL, WALK_SAME },
};
