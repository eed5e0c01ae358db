/* SPDX-License-Identifier: MIT */

/*
 * What one can do with a prototype once it is parsed, beside reading it: ask
 * for the value of `error`, and give it back.
 *
 * Threads: a finished prototype is never changed, any thread may read it.
 */

#include "prototype/prototype.h"

#include "base/alloc.h"

#include <string.h>

int64_t hfi_error_value(hfi_error_source source, int64_t result, const hfi_error_slots *slots)
{
    switch (source) {
    case HFI_ERROR_NONE:
    case HFI_ERROR_PARAM:
        return 0;
    case HFI_ERROR_ERRNO:
        return slots->errno_value;
    case HFI_ERROR_LAST_ERROR:
        return slots->last_error;
    case HFI_ERROR_WSA:
        return slots->wsa_error;
    case HFI_ERROR_RESULT:
        return result;
    case HFI_ERROR_NTSTATUS:
    case HFI_ERROR_HRESULT:
        return (uint32_t)(uint64_t)result;
    }
    return 0;
}

bool hfi_param_is_callers(const hfi_param *param)
{
    switch (param->kind) {
    case HFI_P_SCALAR:
    case HFI_P_TEXT:
    case HFI_P_WTEXT:
    case HFI_P_BUFFER:
    case HFI_P_RAW:
    case HFI_P_RESOURCE:
    case HFI_P_AGGREGATE:
    case HFI_P_CALLBACK:
    case HFI_P_TEXTS:
        return true;
    case HFI_P_OUT_VALUE:
        return param->direction == HFI_INOUT && param->capacity.buffer < 0;
    case HFI_P_OUT_BUFFER:
    case HFI_P_CAPACITY:
        return false;
    }
    return false;
}

static void finish_param(hfi_param *param)
{
    hfi_free(param->name);
    hfi_free(param->extent_expr.step);
    hfi_free(param->extent_text);
    hfi_free(param->rules.grow.step);
    hfi_free(param->rules.grow_ok.step);
    hfi_free(param->rules.needed.step);
    hfi_free(param->rules.length.step);
    hfi_free(param->rules.query.step);
    for (unsigned i = 0; i < param->set_count; i++) {
        hfi_free(param->set[i].value.step);
    }
    hfi_free(param->set);
}

void hfi_prototype_finish(hfi_prototype *prototype)
{
    for (unsigned i = 0; i < prototype->param_count; i++) {
        finish_param(&prototype->param[i]);
    }
    hfi_free(prototype->param);
    hfi_free(prototype->fail.step);
    hfi_free(prototype->grow.step);
    hfi_free(prototype->grow_ok.step);
    hfi_free(prototype->transient.step);
    hfi_free(prototype->append.step);
    hfi_free(prototype->error_when.step);
    hfi_free(prototype->symbol);
    hfi_scope_release(prototype->scope);
    hfi_free(prototype->name);
    hfi_free(prototype->text);
    memset(prototype, 0, sizeof(*prototype));
}
