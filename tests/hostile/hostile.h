/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_TESTS_HOSTILE_H
#define HOLDFAST_TESTS_HOSTILE_H

/*
 * Callees that want more room, made from data: a dialect crossed with a way to misbehave.
 *
 *   dialects.c   how each says "too small", "so much" and "failed": a row a dialect
 *   mind.c       what a callee does in a try: the same for all dialects; it writes it down
 *   oracle.c     reads what was written down, and tells what the call has to come to
 *   run.c        binds, calls, and compares both
 *
 * A scenario is numbers alone, so a loop can walk all of them and a fuzzer can make them up.
 * Nothing here needs a test framework: what is wrong comes back as a sentence.
 */

#include <holdfast.h>

/* What a callee does wrong, or lives through. */
typedef enum hostile_way {
    HOSTILE_HONEST,
    /* What it asks for when it is too small. */
    HOSTILE_NEED_SAME,
    HOSTILE_NEED_SMALLER,
    HOSTILE_NEED_ZERO,
    HOSTILE_NEED_32_ONES,
    HOSTILE_NEED_ALL_ONES,
    HOSTILE_NEED_UNSAID,
    HOSTILE_NEED_ONE_MORE,
    HOSTILE_NEED_LOW,
    HOSTILE_NEED_HIGH,
    /* What it says of a success. */
    HOSTILE_SAYS_MORE,
    HOSTILE_SAYS_32_ONES,
    HOSTILE_SAYS_ALL_ONES,
    HOSTILE_SAYS_NOTHING,
    HOSTILE_SAYS_ODD_BYTES,
    /* Success and short mixed up. */
    HOSTILE_SHORT_AS_SUCCESS,
    HOSTILE_FULL_BUT_SHORT,
    HOSTILE_STALE_CODE,
    /* Memory. */
    HOSTILE_BEHIND_ON_SUCCESS,
    HOSTILE_BEHIND_WHEN_SHORT,
    HOSTILE_NO_END,
    HOSTILE_OLD_ADDRESS,
    /* From try to try. */
    HOSTILE_OTHER_ERROR,
    HOSTILE_CHANGES,
    HOSTILE_GROWS,
    HOSTILE_SHRINKS,
    HOSTILE_STORM,
    /* What happens meanwhile. */
    HOSTILE_SIGNAL,
    HOSTILE_NO_MEMORY,
    HOSTILE_SLOW,
    HOSTILE_WAYS
} hostile_way;

extern const char *const hostile_way_name[HOSTILE_WAYS];

typedef struct hostile_scenario {
    unsigned dialect; /* index into hostile_dialect */
    hostile_way way;
    uint32_t size;        /* elements that are there, without terminators */
    bool for_ever;        /* it is never enough */
    uint32_t first_bytes; /* 0: the function's own */
    uint32_t bytes_max;
    uint32_t tries_max;
    uint32_t seed;
    uint32_t growth;      /* percent; 0: the function's own */
    uint32_t slack_bytes; /* a multiple of 8 */
    bool remembers;
    bool as_utf8;  /* wide text comes back as UTF-8 */
    bool collects; /* everything is moved in each try, from a callback under it */
} hostile_scenario;

/* ---- dialects ---- */

/* Logical codes, and where the dialect's own stand in its row. */
enum { HOSTILE_FINE, HOSTILE_SHORT, HOSTILE_OTHER, HOSTILE_LATER, HOSTILE_CODES };

/* What makes a try too small: an or of these. */
enum {
    HOSTILE_BY_CODE = 1,      /* failed, and the code says so */
    HOSTILE_BY_ABOVE = 2,     /* succeeded, and the number is above the capacity */
    HOSTILE_BY_REACHED = 4,   /* succeeded, and the number is the capacity or above */
    HOSTILE_BY_FULL = 8,      /* succeeded and cut: the number is the capacity - rest or above */
    HOSTILE_BY_UNENDED = 16,  /* succeeded, and there is no terminator */
    HOSTILE_IS_EXACT = 32,    /* only its need will do */
    HOSTILE_IS_ONCE = 64,     /* never asked twice */
    HOSTILE_IS_PATIENT = 128, /* HOSTILE_LATER is repeated */
    HOSTILE_ZERO_FAILS = 256, /* a number of 0 is a failure */
    HOSTILE_IS_TEXT = 512,    /* the result ends at its first NUL */
    HOSTILE_IN_OUT = 1024,    /* an unsaid number is the capacity */
    HOSTILE_POINTS = 2048,    /* gives an address inside the buffer */
    HOSTILE_IS_LIST = 4096,   /* the text ends at an empty one, behind the NULs of all others */
    HOSTILE_IN_BAND = 8192,   /* the number is the buffer's first element */
    HOSTILE_IS_ASKED = 16384  /* it says its need to NULL alone */
};

/* A number as a dialect says it: bytes of what it counts (0: it does not say it), what the
 * prototype adds to it. */
typedef struct hostile_number {
    uint8_t unit;
    int8_t bias;
} hostile_number;

typedef struct hostile_dialect {
    const char *name;
    const char *prototype;
    void (*function)(void);
    unsigned traits;
    uint8_t unit;    /* bytes of an element */
    uint8_t counted; /* bytes of what the capacity counts */
    uint8_t bits;    /* of the need and the length */
    uint8_t nuls;    /* elements behind the content that have to fit too */
    uint8_t rest;    /* HOSTILE_BY_FULL */
    uint8_t reserve; /* elements that it may write behind the capacity */
    uint8_t buffers;
    uint8_t multiple;      /* elements; 0: 1 */
    uint32_t capacity_max; /* elements that the capacity can say; 0: any */
    hostile_number need;   /* when it was too small */
    hostile_number got;    /* when it succeeded */
    int64_t code[HOSTILE_CODES];
} hostile_dialect;

extern const hostile_dialect hostile_dialects[];
extern const unsigned hostile_dialect_count;

/* ---- what happened ---- */

#define HOSTILE_TRIES   64
#define HOSTILE_BUFFERS 2

/* One buffer of one try. */
typedef struct hostile_side {
    const void *address;
    uint64_t capacity; /* elements */
    uint64_t number;   /* as the dialect said it; need or length */
    bool is_said;      /* false: nothing was written there */
    uint64_t ended;    /* elements before the first NUL; the capacity if there is none */
    bool is_behind;    /* it wrote behind the capacity, and behind the reserve */
} hostile_side;

typedef struct hostile_entry {
    unsigned code; /* HOSTILE_FINE ... */
    bool is_asked; /* behind it, for the need */
    hostile_side side[HOSTILE_BUFFERS];
} hostile_entry;

/* A callee's state; native memory of the caller, the first argument of each function. */
typedef struct hostile {
    const hostile_dialect *dialect;
    hostile_scenario scenario;
    uint64_t random;
    unsigned tries;
    unsigned questions; /* for the need, which are tries too */
    bool has_lied;      /* HOSTILE_FULL_BUT_SHORT does it once */
    const char *broken; /* what the callee itself saw go wrong */
    hostile_entry entry[HOSTILE_TRIES];
    void (*meanwhile)(struct hostile *it); /* in each try, between writing and looking; NULL */
    void *user;                            /* of `meanwhile` */
} hostile;

/* What a function of dialects.c says at the end of a try. */
typedef struct hostile_answer {
    unsigned code;
    uint64_t number[HOSTILE_BUFFERS];
    bool is_said;
} hostile_answer;

/** Content of a try: never 0, never a surrogate, another one in each try. */
unsigned hostile_element(unsigned try_index, uint64_t index);

/** What there is in this try, in elements without terminators, of the buffer. */
uint64_t hostile_size(const hostile *it, unsigned try_index, unsigned side, uint64_t capacity);

/** A try: fills the buffers, of so many counted units each, and says what to answer. */
hostile_answer hostile_try(hostile *it, void *const buffer[], const uint64_t capacity[]);

/** The answer to NULL: the need, as the dialect says it. */
uint64_t hostile_ask(hostile *it);

/* ---- the oracle ---- */

typedef struct hostile_verdict {
    hf_status status;
    bool is_either;                   /* HF_E_GROW_LIMIT or HF_E_NO_PROGRESS, instead of `status` */
    uint64_t length[HOSTILE_BUFFERS]; /* bytes, of HF_OK */
    const char *broken;               /* what the library did that it must not; NULL */
} hostile_verdict;

/** True where the way means something in the dialect. */
bool hostile_makes_sense(const hostile_scenario *scenario);

/** What the call has to come to, after what its tries were. */
hostile_verdict hostile_judge(const hostile *it);

/** True where the call has to succeed whatever the library thinks of it. */
bool hostile_must_succeed(const hostile_scenario *scenario);

/* ---- running ---- */

/** A runtime to play scenarios in, and the functions that are bound there. */
typedef struct hostile_bench hostile_bench;

/** Makes one and attaches this thread; `stress_every` as in the runtime's options.  NULL without
 * memory. */
hostile_bench *hostile_bench_open(uint32_t stress_every);

/** Ends it.  NULL, or what was left behind. */
const char *hostile_bench_close(hostile_bench *bench);

/** Plays a scenario.  NULL, or a sentence about what is wrong, valid until the next run. */
const char *hostile_run(hostile_bench *bench, const hostile_scenario *scenario);

#endif
