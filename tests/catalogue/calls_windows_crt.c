/* SPDX-License-Identifier: MIT */

/* The walk: text functions of the C runtime. */

#include "wide.h"

#include <time.h>

static hf_status current_directory(walk *w)
{
    WCHAR plain[PLAIN_MAX];
    hf_status status = walk_do(w, HF_NO_ARGS);
    assert_true(GetCurrentDirectoryW(PLAIN_MAX, plain) != 0);
    expect_wide(w, 0, plain);
    return status;
}

static hf_status current_directory_narrow(walk *w)
{
    char plain[PLAIN_MAX];
    hf_status status = walk_do(w, HF_NO_ARGS);
    assert_true(GetCurrentDirectoryA(PLAIN_MAX, plain) != 0);
    expect_narrow(w, 0, plain);
    return status;
}

static hf_status full_path(walk *w)
{
    WCHAR plain[PLAIN_MAX];
    hf_status status = walk_do(w, HF_ARGS(HF_CSTR("..\\some\\file")));
    assert_true(GetFullPathNameW(L"..\\some\\file", PLAIN_MAX, plain, NULL) != 0);
    expect_wide(w, 0, plain);
    return status;
}

static hf_status printed(walk *w)
{
    hf_status status = walk_do(w, HF_ARGS(HF_CSTR("%d times %d"), HF_INT32(60000), HF_INT32(-7)));
    expect_wide(w, 0, L"60000 times -7");
    return status;
}

static hf_status printed_narrow(walk *w)
{
    hf_status status = walk_do(w, HF_ARGS(HF_CSTR("%d times %d"), HF_INT32(60000), HF_INT32(-7)));
    expect_narrow(w, 0, "60000 times -7");
    return status;
}

static const struct tm a_time = { .tm_year = 126, .tm_mon = 10, .tm_mday = 22, .tm_hour = 15 };

static hf_status formatted_time(walk *w)
{
    assert_int_equal(sizeof(a_time), 36);
    hf_status status = walk_do(w, HF_ARGS(HF_CSTR("%Y-%m-%d at %H"), HF_POINTER(&a_time)));
    expect_wide(w, 0, L"2026-11-22 at 15");
    return status;
}

static hf_status formatted_time_narrow(walk *w)
{
    hf_status status = walk_do(w, HF_ARGS(HF_CSTR("%Y-%m-%d at %H"), HF_POINTER(&a_time)));
    expect_narrow(w, 0, "2026-11-22 at 15");
    return status;
}

static void set_variable(const char *setting)
{
    int(__cdecl * put)(const char *);
    PLAIN_FUNCTION(put, "msvcrt.dll", "_putenv");
    assert_int_equal(put(setting), 0);
}

/* A variable that is not there is empty; wine 8 says 22. */
static hf_status not_there(walk *w)
{
    hf_status status = hf_call(w->thread, w->function, &w->result, HF_ARGS(HF_CSTR("HOLDFAST_NO")));
    if (status == HF_E_NATIVE && w->result.error == 22) {
        return HF_OK;
    }
    expect_bytes(w, 0, "", 0);
    return status;
}

static hf_status variable(walk *w)
{
    set_variable("HOLDFAST_WALK=a value of the environment");
    hf_status status = walk_do(w, HF_ARGS(HF_CSTR("HOLDFAST_WALK")));
    expect_wide(w, 0, L"a value of the environment");
    set_variable("HOLDFAST_WALK=");
    return status == HF_OK ? not_there(w) : status;
}

static hf_status variable_narrow(walk *w)
{
    set_variable("HOLDFAST_WALK=a value of the environment");
    hf_status status = walk_do(w, HF_ARGS(HF_CSTR("HOLDFAST_WALK")));
    expect_narrow(w, 0, "a value of the environment");
    set_variable("HOLDFAST_WALK=");
    return status == HF_OK ? not_there(w) : status;
}

WALK_PART(crt);
const walk_call walk_calls_crt[] = {
    { "_wgetcwd", current_directory, WALK_SAME },
    { "_getcwd", current_directory_narrow, WALK_SAME },
    { "_wfullpath", full_path, WALK_SAME },
    { "_snwprintf", printed, WALK_SAME },
    { "_snprintf", printed_narrow, WALK_SAME },
    { "wcsftime", formatted_time, WALK_SAME },
    { "strftime", formatted_time_narrow, WALK_SAME },
    { "_wgetenv_s", variable, WALK_SAME },
    { "getenv_s", variable_narrow, WALK_SAME },
    { NULL, NULL, WALK_SAME },
};
