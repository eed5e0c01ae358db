/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_EXPORT_H
#define HOLDFAST_EXPORT_H

/*
 * Marks that stand before or after a declaration, and nothing else.
 *
 * HF_API         the function is part of the library's ABI.
 * HF_MUST_CHECK  ignoring the returned status is a bug.
 * HF_MAY_GC      may collect, so no raw address may be held across it;
 *                clang's -Wthread-safety checks that against hf_raw_begin().
 */

#if defined(HF_STATIC)
#define HF_API
#elif defined(__MINGW32__) || defined(_MSC_VER)
#if defined(HF_BUILDING)
#define HF_API __declspec(dllexport)
#else
#define HF_API __declspec(dllimport)
#endif
#elif defined(__GNUC__)
#define HF_API __attribute__((visibility("default")))
#else
#define HF_API
#endif

#if defined(__GNUC__)
#define HF_MUST_CHECK        __attribute__((warn_unused_result))
#define HF_CLEANUP(function) __attribute__((cleanup(function)))
#else
#define HF_MUST_CHECK
#endif

#if defined(__clang__)
#define HF_CAPABILITY(name) __attribute__((capability(name)))
#define HF_MAY_GC           __attribute__((locks_excluded(hf_raw_access)))
#define HF_RAW_ACQUIRE      __attribute__((acquire_capability(hf_raw_access)))
#define HF_RAW_RELEASE      __attribute__((release_capability(hf_raw_access)))
#define HF_RAW_NEEDED       __attribute__((requires_capability(hf_raw_access)))
#else
#define HF_CAPABILITY(name)
#define HF_MAY_GC
#define HF_RAW_ACQUIRE
#define HF_RAW_RELEASE
#define HF_RAW_NEEDED
#endif

#ifdef __cplusplus
#define HF_BEGIN_DECLS extern "C" {
#define HF_END_DECLS   }
#else
#define HF_BEGIN_DECLS
#define HF_END_DECLS
#endif

/** Where a pin, fence, resource or finalizer was made; every report can say so. */
typedef struct hf_site {
    const char *file; /* static storage: __FILE__ */
    int line;
} hf_site;

#ifdef __cplusplus
#define HF_SITE (hf_site{ __FILE__, __LINE__ })
#else
#define HF_SITE ((hf_site){ __FILE__, __LINE__ })
#endif

#define HF_PASTE_(a, b) a##b
#define HF_PASTE(a, b)  HF_PASTE_(a, b)

#endif
