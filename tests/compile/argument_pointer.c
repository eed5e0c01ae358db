/* SPDX-License-Identifier: MIT */
/* hf-test: expect=error: incompatible type.*hf_this_type_needs_HF_POINTER_or_HF_STRUCT_|error:
 * passing.*incompatible type.*hf_type_that_is_no_argument_ */

/* A pointer to a number may be an output, an array or one value. */

#include <holdfast.h>

hf_status call(hf_thread *thread, const hf_function *function, int *values);

hf_status call(hf_thread *thread, const hf_function *function, int *values)
{
    hf_result result = HF_RESULT_INIT;
#ifdef REFUSED
    return HF_CALL(thread, function, &result, values);
#else
    return HF_CALL(thread, function, &result, (void *)values);
#endif
}
