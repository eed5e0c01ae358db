/* SPDX-License-Identifier: MIT */
/* hf-test: expect=error: incompatible type.*hf_this_type_needs_HF_POINTER_or_HF_STRUCT_|error:
 * passing.*incompatible type.*hf_type_that_is_no_argument_ */

/* A struct is no argument by itself: HF_STRUCT says whether it goes by value. */

#include <holdfast.h>

typedef struct pair {
    int a, b;
} pair;

hf_status call(hf_thread *thread, const hf_function *function, pair value);

hf_status call(hf_thread *thread, const hf_function *function, pair value)
{
    hf_result result = HF_RESULT_INIT;
#ifdef REFUSED
    return HF_CALL(thread, function, &result, value);
#else
    return HF_CALL(thread, function, &result, HF_AS(HF_STRUCT(value)));
#endif
}
