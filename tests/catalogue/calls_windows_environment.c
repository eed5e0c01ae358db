/* SPDX-License-Identifier: MIT */

/* The walk: the environment. */

#include "wide.h"

#define VARIABLE L"HOLDFAST_WALK"

static hf_status variable(walk *w)
{
    static const WCHAR value[] = L"a value of the environment, and longer than some";
    assert_true(SetEnvironmentVariableW(VARIABLE, value));
    hf_status status = walk_do(w, HF_ARGS(HF_CSTR("HOLDFAST_WALK")));
    expect_wide(w, 0, value);
    assert_true(SetEnvironmentVariableW(VARIABLE, L"")); /* empty is not missing */
    status = status == HF_OK ? walk_do(w, HF_ARGS(HF_CSTR("HOLDFAST_WALK"))) : status;
    expect_wide(w, 0, L"");
    assert_true(SetEnvironmentVariableW(VARIABLE, NULL));
    assert_int_equal(hf_call(w->thread, w->function, &w->result, HF_ARGS(HF_CSTR("HOLDFAST_WALK"))),
                     HF_E_NATIVE);
    assert_int_equal(w->result.error, ERROR_ENVVAR_NOT_FOUND);
    return status;
}

static hf_status variable_narrow(walk *w)
{
    static const char value[] = "a value of the environment, and longer than some";
    assert_true(SetEnvironmentVariableA("HOLDFAST_WALK", value));
    hf_status status = walk_do(w, HF_ARGS(HF_CSTR("HOLDFAST_WALK")));
    expect_narrow(w, 0, value);
    assert_true(SetEnvironmentVariableA("HOLDFAST_WALK", NULL));
    return status;
}

#define FROM "<%HOLDFAST_WALK%>, twice: <%HOLDFAST_WALK%>"
#define TO   "<what it stands for>, twice: <what it stands for>"

static hf_status expanded(walk *w)
{
    assert_true(SetEnvironmentVariableW(VARIABLE, L"what it stands for"));
    hf_status status = walk_do(w, HF_ARGS(HF_CSTR(FROM)));
    expect_wide(w, 0, L"" TO);
    assert_true(SetEnvironmentVariableW(VARIABLE, NULL));
    return status;
}

static hf_status expanded_narrow(walk *w)
{
    assert_true(SetEnvironmentVariableW(VARIABLE, L"what it stands for"));
    hf_status status = walk_do(w, HF_ARGS(HF_CSTR(FROM)));
    expect_narrow(w, 0, TO);
    assert_true(SetEnvironmentVariableW(VARIABLE, NULL));
    return status;
}

WALK_PART(environment);
const walk_call walk_calls_environment[] = {
    { "GetEnvironmentVariableW", variable, WALK_SAME },
    { "GetEnvironmentVariableA", variable_narrow, WALK_SAME },
    { "ExpandEnvironmentStringsW", expanded, WALK_SAME },
    { "ExpandEnvironmentStringsA", expanded_narrow, WALK_SAME },
    { NULL, NULL, WALK_SAME },
};
