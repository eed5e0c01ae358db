/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_PLATFORM_PLATFORM_H
#define HOLDFAST_PLATFORM_PLATFORM_H

/*
 * Everything that Holdfast asks of an operating system.
 *
 * `win32/` and `posix/` implement this file, one source a section under the
 * same name in both, and nothing above knows which of them it runs on.
 *
 * One contract for all of it, unless a primitive says otherwise:
 *  - pointers are not NULL; sizes are not 0 and multiples of the page;
 *  - what can fail returns hf_status (HF_E_NOMEM, HF_E_SYSTEM, HF_E_UNSUPPORTED
 *    or as listed) and writes its outputs only on success;
 *  - nothing is allocated through base/alloc.h, nothing is printed, nothing is
 *    called in a floor above base;
 *  - errno and the Windows last-error are the same afterwards as before;
 *  - what a system lacks is data in hfp_features, not a branch at the caller;
 *  - each primitive that can fail begins with a fault point (base/alloc.h).
 *
 * plat_types.h, found by include path, has the bodies of the structs below.
 */

#include <holdfast/status.h>

#include "plat_types.h" /* hfp_mutex, hfp_cond, hfp_thread, hfp_key */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- features.c ---- */

typedef struct hfp_features {
    size_t page_size;           /* unit of commit and protect, bytes */
    size_t reserve_granularity; /* unit of reserve, bytes */
    uint32_t cpu_count;
    bool has_process_barrier; /* hfp_barrier_process() is there and fences */
    bool is_wine;             /* Windows only: runs under wine */
    const char *system;       /* "posix" or "windows" */
} hfp_features;

/** The features, found out once.  Any thread, cannot fail. */
const hfp_features *hfp_features_get(void);

/* ---- vm.c ---- */

typedef enum hfp_access { HFP_NO_ACCESS, HFP_READ, HFP_READ_WRITE } hfp_access;

/** Reserves `size` bytes of address space aligned to `align` (a power of two, ≥ granularity). */
HF_MUST_CHECK hf_status hfp_vm_reserve(size_t size, size_t align, void **base_out);

/** Gives the whole reservation back.  Cannot fail for what hfp_vm_reserve() gave. */
void hfp_vm_release(void *base, size_t size);

/** Makes pages of a reservation that are not committed readable, writable and zero.  HF_E_NOMEM. */
HF_MUST_CHECK hf_status hfp_vm_commit(void *address, size_t size);

/** Gives the memory of committed pages back: the contents are gone, the addresses trap. */
HF_MUST_CHECK hf_status hfp_vm_decommit(void *address, size_t size);

/** Changes the access of committed pages; the contents stay. */
HF_MUST_CHECK hf_status hfp_vm_protect(void *address, size_t size, hfp_access access);

/* ---- thread.c ---- */

typedef void (*hfp_thread_fn)(void *user);

/**
 * Starts a thread that runs `run(user)`; `name` (≤ 15 bytes shown) is for debuggers.  The record
 * may be copied.  On POSIX the thread starts with asynchronous signals blocked.
 */
HF_MUST_CHECK hf_status hfp_thread_start(hfp_thread *thread_out, const char *name,
                                         hfp_thread_fn run, void *user);

/** Waits for the thread's end and gives its record back.  Never the calling thread. */
void hfp_thread_join(hfp_thread *thread);

/**
 * The same for a thread that has nothing left to run but its own end.  Gives up, and gives the
 * record back all the same, where that end needs what the caller has (Windows: the loader lock,
 * in a DllMain).
 */
void hfp_thread_join_soon(hfp_thread *thread);

/** Gives the record back without waiting: the thread ends, or not, by itself. */
void hfp_thread_let_go(hfp_thread *thread);

/** A number that no other live thread of the process has; never 0. */
uint64_t hfp_thread_self(void);

/** Offers the processor to another thread. */
void hfp_thread_yield(void);

/** Lowest and highest address of the calling thread's stack.  HF_E_SYSTEM where unknown. */
HF_MUST_CHECK hf_status hfp_thread_stack(uintptr_t *low_out, uintptr_t *high_out);

/*
 * A word per thread, NULL at first.  When a thread ends whose word is not NULL, `at_exit` (may be
 * NULL) gets the word, on that thread and perhaps under the loader lock; it sets no key.  Whether
 * the thread that ends the process counts is the system's affair.  Deleting a key calls nothing.
 * The record stays where it is until the key is deleted, and no thread may use the key any more
 * then.
 */
typedef void (*hfp_key_fn)(void *value);
HF_MUST_CHECK hf_status hfp_key_create(hfp_key *key_out, hfp_key_fn at_exit);
void hfp_key_delete(hfp_key *key);
void *hfp_key_get(hfp_key *key);
HF_MUST_CHECK hf_status hfp_key_set(hfp_key *key, void *value);

/* ---- sync.c ---- */

/* Not recursive.  Initialised by HFP_MUTEX_INIT (plat_types.h) or by hfp_mutex_init(). */
void hfp_mutex_init(hfp_mutex *mutex);
void hfp_mutex_finish(hfp_mutex *mutex);
void hfp_mutex_lock(hfp_mutex *mutex);
bool hfp_mutex_try_lock(hfp_mutex *mutex);
void hfp_mutex_unlock(hfp_mutex *mutex);

void hfp_cond_init(hfp_cond *cond);
void hfp_cond_finish(hfp_cond *cond);
void hfp_cond_wake_one(hfp_cond *cond);
void hfp_cond_wake_all(hfp_cond *cond);

#define HFP_FOREVER UINT64_MAX

/**
 * Waits with `mutex` held until woken or until hfp_clock_ns() ≥ deadline_ns; may wake for nothing.
 * True if woken (or for nothing), false if the deadline passed.
 */
bool hfp_cond_wait(hfp_cond *cond, hfp_mutex *mutex, uint64_t deadline_ns);

/* ---- barrier.c ---- */

/**
 * Makes every running thread of the process pass a full fence before it returns.
 * HF_E_UNSUPPORTED where hfp_features.has_process_barrier is false.
 */
HF_MUST_CHECK hf_status hfp_barrier_process(void);

/* ---- clock.c ---- */

/** Monotonic nanoseconds since some start. */
uint64_t hfp_clock_ns(void);

/** Sleeps at least `ns` nanoseconds (Windows rounds up to what it can; 0 is a yield). */
void hfp_sleep_ns(uint64_t ns);

/* ---- module.c ---- */

typedef enum hfp_module_search {
    HFP_MODULE_SYSTEM, /* Windows: the system directory, or an absolute path; POSIX: as below */
    HFP_MODULE_ANY     /* the loader's own order */
} hfp_module_search;

/**
 * Loads a library by name or path: UTF-8 on Windows (".dll" may be left out), bytes on POSIX ("m"
 * also finds libm.so, see posix/module.c).  "c" is the C library of the process on both systems:
 * POSIX the process's own symbols, Windows the C runtime DLL that this code uses (msvcrt.dll or
 * ucrtbase.dll).  HF_E_LIBRARY when it cannot be loaded, HF_E_UTF, HF_E_NOMEM.
 * `*native_error_out` is always written: 0, an errno, or a Windows error.
 */
HF_MUST_CHECK hf_status hfp_module_open(const char *name, hfp_module_search search,
                                        void **module_out, uint32_t *native_error_out);

/** The same; on failure `why` gets what the loader itself says: one line, always terminated, cut to
 * `size` bytes (at least 1). */
HF_MUST_CHECK hf_status hfp_module_open_why(const char *name, hfp_module_search search,
                                            void **module_out, uint32_t *native_error_out,
                                            char *why, size_t size);

/** Address of a symbol, HF_E_SYMBOL when the module has none. */
HF_MUST_CHECK hf_status hfp_module_symbol(void *module, const char *symbol, void **address_out);

/** Address of what a module exports by number; HF_E_SYMBOL, HF_E_UNSUPPORTED where numbers are not
 * exported. */
HF_MUST_CHECK hf_status hfp_module_ordinal(void *module, uint16_t ordinal, void **address_out);

/** Gives up one hfp_module_open(). */
void hfp_module_close(void *module);

/** Calls a native function of one word, declared as the system declares those that end what the
 * word stands for: WINAPI on Windows.  Gives the low 32 bits of its result. */
uint32_t hfp_module_call(void *address, uintptr_t value);

/* ---- error.c ---- */

/* The error values a native call leaves behind; `last_error` and `wsa_error` are 0 on POSIX. */
typedef struct hfp_native_error {
    int32_t errno_value;
    uint32_t last_error;
    uint32_t wsa_error; /* Windows keeps one value for this and last_error */
} hfp_native_error;

/** Reads all of them.  On Windows errno is the one of the C runtime Holdfast itself uses. */
hfp_native_error hfp_native_error_save(void);

/**
 * The same at a crossing, each value straight to where it stays: a struct that is returned in
 * registers is put together in memory, and reading back what was just written in smaller parts
 * stalls for longer than the whole crossing takes.
 */
void hfp_native_error_take(int32_t *errno_out, uint32_t *last_error_out, uint32_t *wsa_error_out);

/**
 * Where the calling thread's errno is, as long as it lives: at a crossing two loads from there and
 * hfp_last_error_read() are all that hfp_native_error_take() does.
 */
int *hfp_errno_address(void);

/** Where its last-error is, likewise: NULL if that is not known; the address of a zero where there
 * is none.  For crossings that are compiled into programs. */
const uint32_t *hfp_last_error_address(void);

/* uint32_t hfp_last_error_read(void): inline, in plat_types.h. */

/** Puts them back (`wsa_error` goes with `last_error`). */
void hfp_native_error_restore(hfp_native_error saved);

/** Reads errno through a library's own `_errno` (Windows) or plainly (POSIX, locate NULL). */
typedef int *(*hfp_errno_fn)(void);

/**
 * The function that finds errno of `module`'s C runtime: NULL with HF_OK means "plain errno", the
 * one of hfp_native_error_save().  HF_E_UNSUPPORTED where unknown.
 */
HF_MUST_CHECK hf_status hfp_errno_locator(void *module, hfp_errno_fn *locate_out);

/** Text of an errno or Windows error: one line, UTF-8, always terminated, cut to the buffer. */
void hfp_native_error_text(uint32_t code, bool is_errno, char *buffer, size_t size);

/* ---- process.c ---- */

/** Writes bytes to standard error without buffering. Async-safe. */
void hfp_write_stderr(const char *text, size_t size);

/**
 * Copies an environment variable (UTF-8 on Windows, bytes on POSIX) to the buffer.
 * HF_E_NOT_FOUND, HF_E_RANGE when it does not fit, HF_E_UTF.
 */
HF_MUST_CHECK hf_status hfp_env_get(const char *name, char *buffer, size_t size);

/** Number of this process; differs in a forked child. */
uint64_t hfp_process_id(void);

/** True when the system is ending the process and all threads but this one are gone, wherever
 * they were, with the locks that they had. */
bool hfp_process_is_ending(void);

/** Ends the process at once, without exit handlers. */
_Noreturn void hfp_abort(void);

/* ---- fault.c: access faults ---- */

/**
 * Called on an access fault, on the faulting thread.  May use async-safe primitives alone
 * (hfp_write_stderr, hfp_vm_protect, hfp_abort).  Returns false to let the fault take its usual
 * course.
 */
typedef bool (*hfp_fault_fn)(uintptr_t address, void *user);

/**
 * Adds a watcher: on POSIX a chained handler of SIGSEGV and SIGBUS (the first watching thread gets
 * an alternate stack if it has none), a vectored handler on Windows.  The first watcher that
 * returns true ends the matter.  HF_E_LIMIT beyond 8 of them.
 */
HF_MUST_CHECK hf_status hfp_fault_watch(hfp_fault_fn watcher, void *user);

/** Removes it; it does not run any more afterwards.  Not to be called by a watcher. */
void hfp_fault_unwatch(hfp_fault_fn watcher, void *user);

/* ---- fork.c ---- */

typedef struct hfp_fork_hooks {
    void (*prepare)(void *user); /* in the parent, before: take the locks */
    void (*parent)(void *user);  /* in the parent, after: give them back */
    void (*child)(void *user);   /* in the child */
    void *user;
} hfp_fork_hooks;

/**
 * Registers process-wide hooks, any of them NULL; there is no way back.  `prepare` runs in reverse
 * order of registration.  Called with no lock held.  HF_E_LIMIT beyond 16; HF_OK and no effect
 * where there is no fork.
 */
HF_MUST_CHECK hf_status hfp_fork_watch(const hfp_fork_hooks *hooks);

/* ---- text.c ---- */

/** True where the system's narrow text is UTF-8: the two functions below copy. */
bool hfp_text_is_utf8(void);

/**
 * Turns UTF-8 into the encoding that the system's narrow functions take: Windows' ANSI code page.
 * Nothing is replaced by something that looks like it.
 *
 * @param to          receives the text without a NUL; NULL to learn its length.
 * @param needed_out  receives the length of the whole.
 * @param bad_out     receives, with HF_E_UTF, where what cannot be said begins, in bytes of `text`.
 * @return HF_OK; HF_E_UTF; HF_E_RANGE when `room` is too small; HF_E_NOMEM; HF_E_OVERFLOW;
 *         HF_E_SYSTEM.
 */
HF_MUST_CHECK hf_status hfp_text_to_system(const char *text, size_t length, char *to, size_t room,
                                           size_t *needed_out, size_t *bad_out);

/** The way back: the system's encoding to UTF-8.  Statuses and outputs as above. */
HF_MUST_CHECK hf_status hfp_text_from_system(const char *text, size_t length, char *to, size_t room,
                                             size_t *needed_out, size_t *bad_out);

/* ---- ctypes.c ---- */

/* An integer type whose width the system decides, such as off_t. */
typedef struct hfp_ctype {
    const char *name;
    uint8_t size; /* bytes: 1, 2, 4 or 8 */
    bool is_signed;
} hfp_ctype;

/** The table of them.  Static; any thread, cannot fail. */
const hfp_ctype *hfp_ctypes(size_t *count_out);

#endif
