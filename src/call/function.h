/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_CALL_FUNCTION_H
#define HOLDFAST_CALL_FUNCTION_H

/*
 * Libraries and bound functions: what a call reads and never writes.
 */

#include "call/ffi_glue.h"
#include "prototype/prototype.h"
#include "diag/report.h"
#include "platform/platform.h"
#include "base/parts.h"

#include <holdfast/library.h>

#include <stdatomic.h>

#define HFI_LIBRARY_SIG      0x4c494252u /* "LIBR" */
#define HFI_FUNCTION_SIG     0x46554e43u /* "FUNC" */
#define HFI_FUNCTION_WAITING 0x57414954u /* "WAIT": destroyed, with calls in it */

/** Something of this module that the program owns, in the list of flight.c. */
typedef struct hfi_owned {
    struct hfi_owned *next, **link;
    const char *kind, *name;
    hf_site site; /* file NULL: of the library itself */
} hfi_owned;

/** Counts it as one that is to be given back; the texts live as long as it does. */
void hfi_owned_add(hfi_parts *parts, hfi_owned *owned, const char *kind, const char *name);
/** Says where it was made: before the program knows it. */
void hfi_owned_set_site(hfi_parts *parts, hfi_owned *owned, hf_site site);
void hfi_owned_remove(hfi_parts *parts, hfi_owned *owned);

struct hf_library {
    uint32_t sig;
    _Atomic(uint32_t) references; /* the owner's and one of each bound function */
    hfi_parts *parts;
    void *module;
    char *name;
    hfi_owned owned;
};

/** Takes one more reference. */
void hfi_library_acquire(hf_library *library);

/** Opens one for another module, which reports for itself: `line` says why it cannot be loaded. */
HF_MUST_CHECK hf_status hfi_library_try(hf_thread *thread, const char *name, uint32_t search,
                                        char *line, size_t size, hf_library **library_out);

/** Gives one up; the last one unloads.  Any thread; NULL is fine. */
void hfi_library_release(hf_library *library);

/** Parameters whose common argument takes a few instructions: see hfi_marshal() and plain.h. */
typedef enum hfi_quick {
    HFI_QUICK_NOT,
    HFI_QUICK_INTEGER,
    HFI_QUICK_DOUBLE,
    HFI_QUICK_FLOAT,
    HFI_QUICK_BUFFER,
    HFI_QUICK_TEXT,
    HFI_QUICK_POINTER
} hfi_quick;

/** How a result comes out of its register. */
typedef enum hfi_yield {
    HFI_YIELD_INTEGER, /* its low bits, extended by its type */
    HFI_YIELD_POINTER,
    HFI_YIELD_F64,
    HFI_YIELD_F32,
    HFI_YIELD_NOTHING
} hfi_yield;

#define HFI_TAKES_MAX 16u
#define HFI_GROWS_MAX 8u /* HF_RESULT_OUTS */

/** What the short way looks at: most are simple, a value of one kind or two that is in a range. */
typedef enum hfi_take_how {
    HFI_TAKE_NOTHING, /* the library supplies it: its buffer announces it */
    HFI_TAKE_SIMPLY,  /* an integer, an address, a double */
    HFI_TAKE_TEXT,    /* the same, but not null */
    HFI_TAKE_FLOAT,
    HFI_TAKE_BUFFER
} hfi_take_how;

/**
 * What the short way (call/plain.h) does for one parameter; small, so that all of a function's are
 * on a few lines of the cache.  A value is in its range if adding `bias` gives no more than `span`.
 */
typedef struct hfi_take {
    uint8_t how;
    uint8_t at;          /* the cell of its register */
    uint8_t announce_at; /* of a buffer: the cell that gets its length */
    bool is_sized;       /* of a buffer: its length is announced */
    bool is_packed;      /* of a buffer: its elements need no alignment */
    uint32_t kind;       /* the first hf_arg_kind that is taken */
    uint32_t more_kinds; /* so many behind that too */
    uint64_t bias[2];    /* by kind; of a buffer for its length */
    uint64_t span[2];
} hfi_take;

/** What a call does for one parameter: the prototype's parameter without its words. */
typedef struct hfi_step {
    hfi_quick quick;
    hfi_param_kind kind;
    hfi_ctype type;   /* as passed */
    hfi_ctype target; /* of a pointer */
    hfi_direction direction;
    bool is_callers;
    bool is_signed; /* of a caller's integer: its type */
    uint8_t shift;  /* of an integer: where its bytes are in a uint64_t */
    uint64_t most;  /* of a caller's integer: the largest that fits; 0: it is something else */
    bool has_unit;  /* of a capacity: `unit` is not 1; a division saved */
    bool is_text;
    bool is_multi;      /* texts one behind the other, with a NUL of the list's own behind them */
    bool is_system;     /* narrow text of another encoding than UTF-8 */
    uint8_t text_unit;  /* bytes of a unit of each of the texts of an array */
    bool is_immovable;  /* something points into what the library makes for it */
    bool is_sized;      /* a buffer whose capacity a parameter announces */
    bool has_extent;    /* a buffer whose size other parameters make: call/marshal_extent.c */
    int8_t buffer;      /* of a capacity, scalar or pointed to: the buffer it announces; -1 */
    int8_t out;         /* number of its output slot, -1 */
    int8_t scalar;      /* number of its scalar output, -1 */
    int8_t needed_by;   /* of a buffer: the parameter that says its need, -1 */
    int8_t length_by;   /* of a buffer: the parameter that says its length, -1 */
    size_t element;     /* bytes of what it points to; 1 where that is unknown */
    size_t reach;       /* of a buffer without a capacity: bytes the callee may touch; 0: unknown */
    size_t alignment;   /* of what it points to */
    uint64_t unit;      /* of a capacity: bytes it counts in */
    uint64_t bytes_max; /* of a buffer: the most that can be announced */
    /* Of a buffer that the library makes, in bytes. */
    uint64_t first, least, multiple; /* 0: not said */
    uint64_t reserve;                /* owned behind what is announced */
    bool is_exact;                   /* it takes what it asks for alone */
} hfi_step;

/** What tries on the C stack look at (call/lean.h): parameters by number. */
typedef struct hfi_lean {
    bool is_lean;
    int8_t buffer;
    uint8_t capacity_count, scalar_count;
    uint32_t reserve;
    uint8_t capacity[HFI_TAKES_MAX]; /* numbers that announce it */
    uint8_t scalar[HFI_TAKES_MAX];   /* what the callee writes, the capacity among them */
} hfi_lean;

/** Immutable once bound; shared by all threads. */
struct hf_function {
    /* What every call reads comes first. */
    hfi_parts *parts;
    hfi_call_fn *entry; /* the shortest way that may be used */
    void *address;
    const char *name;
    uint64_t fail_from; /* it may have failed if its result is one of these; judging tells */
    uint64_t fail_span;
    uint64_t result_mask; /* of a result in a word: the bits of its type */
    uint64_t result_sign; /* its sign bit; 0: it is unsigned */
    hfi_yield yield;
    bool is_odd;    /* a leaf, clears the error, or has an errno of its own: see call/cross.h */
    bool judges;    /* a call may fail, or its error may mean something on success */
    bool is_padded; /* more registers are loaded than have an argument */
    bool result_is_signed;
    uint8_t result_shift; /* bits of a register that an integer result leaves unused */
    uint8_t guards;       /* HFI_GUARD_...: what each call looks after (call/guard.h) */
    hfi_take take[HFI_TAKES_MAX];

    uint32_t sig;
    uint8_t outs;                 /* output slots */
    uint8_t scalars;              /* scalar outputs */
    size_t result_bytes;          /* of a result by value, which is output 0; 0: it is none */
    bool rearms_values;           /* values to make fresh before each try */
    uint8_t growing;              /* out buffers that the library makes */
    uint8_t grow_count;           /* of them, those whose size no argument says */
    uint8_t grows[HFI_GROWS_MAX]; /* their parameters */
    bool has_outputs;             /* slots or scalars */
    bool has_extents;             /* buffers whose size other parameters make */
    bool sets_inside;             /* numbers to write into outputs before each try */
    bool has_leads;               /* scalars that are addresses in memory of the call */
    bool has_capacities;          /* capacities or scalars to set before each try */
    bool sees_values;       /* expressions or scalars need what the parameters hold after a try */
    bool clears_error;      /* `error` decides about success, so it must not be an old one */
    uint32_t floating_mask; /* scalar outputs that are floating */
    uint32_t tries_max;
    uint32_t repeats_max;
    uint64_t first_bytes;
    uint64_t bytes_max;
    uint64_t slack_bytes;
    uint64_t time_max_ns; /* 0: no deadline */
    uint32_t growth;      /* percent of the last capacity that the next one has at least */
    bool makes_utf8;      /* of wide text */
    _Atomic(size_t)
        *remembered; /* the size that the last call took; any thread; NULL: nothing is */
    hfi_lean lean;
    hfi_call_fn *plain;        /* the short way of such a function; NULL: it has none */
    hf_library *library;       /* may be NULL */
    hfp_errno_fn locate_errno; /* NULL: plain errno */
    hfi_step *step;            /* one a parameter */
    hfi_prototype prototype;
    hfi_cif cif;
    hf_binding *binding;              /* whose prototype it is; NULL: its own */
    bool is_catalogues;               /* native/ owns it: it ends with the runtime */
    struct hf_function *next_waiting; /* lock: flight.c's */
    hfi_owned owned;
};

/** Gives everything back: a function that failed to be bound, or that nobody is in. */
void hfi_function_dispose(hf_function *function);

/** Makes the steps of a parsed prototype; reports what no call could do.  HF_E_UNSUPPORTED,
 * HF_E_NOMEM. */
HF_MUST_CHECK hf_status hfi_plan_make(hf_function *function);

#endif
