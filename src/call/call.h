/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_CALL_CALL_H
#define HOLDFAST_CALL_CALL_H

/*
 * One call, as retry/ drives it.
 *
 *   hfi_call_begin    (begin.h) checks and converts what the caller passed
 *   hfi_call_try      makes the outputs, resolves addresses, crosses, looks     once or more
 *   hfi_call_settle   moves the outputs of a successful try into the result
 *   hfi_call_end      lets everything go; always
 *
 * The hfi_call is a frame on the C stack.  Its record is linked from the first
 * managed object to the end: `slots` keep every object of the call, `objects` pin
 * them from the moment their addresses are resolved.
 */

#include "call/function.h"
#include "fence/fence.h"
#include "heap/heap.h"
#include "resource/resource.h"

#include <holdfast/call.h>

/* Bytes of converted text and the like that need no memory of their own: enough for eight
 * arguments of the usual size. */
#define HFI_CALL_SCRATCH 1024

/* Each parameter has at most an output of its own and a start value copied from a buffer; the
 * result may be a value. */
#define HFI_CALL_OBJECTS (2 * HFI_PARAMS_MAX + 1)

/** Behind the announced capacity of every buffer that the library makes. */
#define HFI_CANARY_SIZE 16u

extern const unsigned char hfi_call_canary[HFI_CANARY_SIZE];

/** One argument of a call that is under way; only what its kind needs is set. */
typedef struct hfi_argument {
    hfi_value value;   /* what the native function gets */
    hfi_value content; /* what `value` points to, for a scalar output or a size that is written */
    hfi_value start;   /* put into `content` before each try */
    uint64_t capacity; /* of a buffer: bytes announced */
    size_t offset;     /* of what is lent in its object */
    size_t source_offset;
    size_t native_size; /* bytes of native memory that the caller passed; 0: its type's */
    uint32_t field;     /* of a lent record or array: the field that is lent, HFI_CHECK_ALL */
    const void *from;   /* start value of a struct, in native memory; NULL */
    char *native;       /* of a buffer that the library makes: its bytes, where they are in no
                           object; NULL */
    size_t settled;     /* of a stream, when it has ended: bytes at `native` */
    int8_t object;      /* of an output: index in slots and objects */
    int8_t source;      /* start value of a struct, index likewise; -1 */
    bool is_null;       /* the caller passed HF_NULL for something the library would fill */
} hfi_argument;

/** Native memory of one call that its scratch has no room for; freed by its end. */
typedef struct hfi_room {
    struct hfi_room *next;
    _Alignas(16) char bytes[];
} hfi_room;

struct hfi_links; /* marshal_link.h */

/** A resource that is to own what the function gives, from the moment it gives it. */
typedef struct hfi_adoption {
    const hf_slot *resource;
    int scalar; /* number of the scalar output; -1: the result */
} hfi_adoption;

typedef struct hfi_call {
    hf_record_ link_record; /* of `links`; linked behind the other one, so it lies deeper */
    hf_record_ record;
    hf_thread *thread;
    const hf_function *function;
    hf_result *result;
    int64_t result_seen; /* what expressions see; after a try */
    int64_t error_seen;
    uint64_t stops; /* of the world when addresses were resolved */
    uint8_t object_count;
    uint8_t held_count;
    uint8_t lent_count;
    bool is_linked;
    uintptr_t loans;              /* over what an abandoned call has to give back */
    uint32_t asked;               /* bits: buffers that are NULL in this try, which is a query */
    uint8_t guards;               /* the function's, and those that an argument asks for */
    struct hfi_links *links;      /* places in native memory to fill in; NULL */
    const hfi_adoption *adoption; /* NULL */
    const hf_slot *about; /* the object that reports on parameter `about_index` name; NULL */
    unsigned about_index;
    hfi_room *rooms;
    char *room_next; /* free bytes, in the scratch or in the newest of `rooms` */
    size_t room_left;
    int8_t returned_object; /* of a result by value: index in slots and objects */
    hfi_argument argument[HFI_PARAMS_MAX];
    void *passed[HFI_PARAMS_MAX];   /* addresses for libffi */
    int64_t seen[HFI_SEEN_MAX];     /* values for expressions */
    int8_t owner[HFI_CALL_OBJECTS]; /* whose value is the object's address; -1: none */
    uintptr_t objects[HFI_CALL_OBJECTS];
    hf_slot slots[HFI_CALL_OBJECTS];
    void *held[HFI_PARAMS_MAX]; /* cells of resources */
    void *lent[HFI_PARAMS_MAX]; /* what parts->callback_hooks are to get back */
    ffi_cif variadic;           /* of a variadic function: the signature of this call */
    ffi_type *variadic_types[HFI_PARAMS_MAX + 1];
    _Alignas(16) char scratch[HFI_CALL_SCRATCH];
} hfi_call;

/**
 * One native call with the capacities in argument[].capacity.  Not HF_OK when nothing was called
 * (no memory), when the callee wrote behind a capacity (HF_E_OVERRUN, reported) or when the runtime
 * stopped under it (HF_E_SHUTDOWN).
 */
HF_MUST_CHECK hf_status hfi_call_try(hfi_call *call);

/** The second half of it: crosses and looks. */
HF_MUST_CHECK hf_status hfi_call_cross(hfi_call *call);

/** What a parameter is before the call; the grammar lets no other one be named there. */
int64_t hfi_call_value_before(const hfi_call *call, unsigned index);

/** Writes the numbers that the callee has to find in what the library makes.  HF_E_RANGE, reported:
 * one does not fit. */
HF_MUST_CHECK hf_status hfi_call_set_inside(hfi_call *call);

/** Reads the numbers inside buffers that expressions ask for, behind a crossing. */
void hfi_call_look_inside(hfi_call *call);

/** Reports that it is not whole.  HF_E_OVERRUN. */
hf_status hfi_call_overrun(const hfi_call *call, unsigned parameter);

/** Pins the objects of the call and takes their addresses; no safepoint from here to the crossing,
 * except that of a guard, which finds all of them pinned. */
void hfi_call_resolve(hfi_call *call);

/** True if the callee says how much of a buffer is valid. */
bool hfi_call_has_length(const hfi_call *call, unsigned parameter);

/** Bytes of a buffer that the callee says are valid; all, if it does not.  HF_E_LYING_SIZE,
 * reported. */
HF_MUST_CHECK hf_status hfi_call_length(const hfi_call *call, unsigned parameter,
                                        size_t *length_out);

/** Gives a buffer's `length` bytes of checked wide text as UTF-8.  HF_E_NOMEM and its like. */
HF_MUST_CHECK hf_status hfi_call_settle_utf8(hfi_call *call, unsigned parameter, size_t length);

/** HF_E_CONTRACT, reported, if an address that came back leads out of where it is declared to. */
HF_MUST_CHECK hf_status hfi_call_check_leads(const hfi_call *call);

/** Bytes of UTF-8 that the first `count` units of a text are. */
typedef size_t hfi_place_fn(const char *text, size_t count, size_t unit);

/** Lets the addresses that lead into a text of `length` bytes lead into its copy. */
void hfi_call_move_leads(hfi_call *call, unsigned parameter, size_t length, hfi_place_fn *place,
                         char *copy);

/** Moves the outputs of the last try into the result.  HF_E_LYING_SIZE, HF_E_UTF,
 * HF_E_CONTRACT, HF_E_NOMEM. */
HF_MUST_CHECK hf_status hfi_call_settle(hfi_call *call);

/** Lets the resource of call->adoption own what a successful try gave. */
void hfi_call_adopt(hfi_call *call);

/** Zeroes the places that were filled in, and lets their buffers go. */
void hfi_links_end(hfi_call *call);

/** The rest of hfi_call_end(), for a call that took something or did not succeed. */
void hfi_call_end_slow(hfi_call *call, hf_status status);

/** Ends a call, also one whose begin failed; clears the outputs unless `status` is HF_OK. */
static inline void hfi_call_end(hfi_call *call, hf_status status)
{
    if (HF_UNLIKELY(call->links != NULL)) {
        hfi_links_end(call);
    }
    if (call->is_linked) {
        hfi_record_pop(&call->record);
    }
    if (HF_UNLIKELY(call->rooms || call->held_count || call->lent_count || status != HF_OK)) {
        hfi_call_end_slow(call, status);
    }
}

/** Evaluates an expression over the last try. */
int64_t hfi_call_evaluate(const hfi_call *call, const hfi_expr *expr);

/** True if a text buffer without a length role is full and has no NUL: it was cut off. */
bool hfi_call_is_cut(const hfi_call *call, unsigned parameter);

/** Reports a broken contract of the caller; gives `status` back.  `parameter` -1: the call itself.
 */
hf_status hfi_call_refuse(const hfi_call *call, int parameter, hf_status status, const char *remedy,
                          const char *format, ...) HFI_FORMAT(5, 6);

/** Reports a callee that breaks its protocol; gives `status` back. */
hf_status hfi_call_complain(const hfi_call *call, int parameter, hf_status status,
                            const char *remedy, const char *format, ...) HFI_FORMAT(5, 6);

#endif
