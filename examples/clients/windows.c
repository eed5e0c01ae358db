/* SPDX-License-Identifier: MIT */
/* hf-example: windows */

/*
 * Windows calls back: EnumWindows(), and a window procedure behind a message-only window, which
 * needs no screen.
 *
 * No header of Windows is included: the prototypes say what counts of it.
 */

#include "client.h"

#include <stdio.h>
#include <string.h>

#define WM_APP       0x8000u
#define HWND_MESSAGE ((void *)(intptr_t)-3)

enum { ENUM_WINDOWS, REGISTER, UNREGISTER, CREATE, DESTROY, SEND, DEFAULT, FUNCTIONS };

static const char *const prototypes[FUNCTIONS] = {
    [ENUM_WINDOWS] = "BOOL EnumWindows(void *each {raw}, LPARAM user)",
    [REGISTER] = "WORD RegisterClassExA(void *description {raw})"
                 " {fail(result == 0), error(last_error)}",
    [UNREGISTER] = "BOOL UnregisterClassA(const char *name, void *instance {raw})"
                   " {fail(result == 0), error(last_error)}",
    [CREATE] = "HWND CreateWindowExA(DWORD how, const char *kind, const char *title, DWORD style,"
               " int x, int y, int width, int height, HWND parent, void *menu {raw},"
               " void *instance {raw}, void *user {raw}) {fail(result == 0), error(last_error)}",
    [DESTROY] = "BOOL DestroyWindow(HWND window) {fail(result == 0), error(last_error)}",
    [SEND] = "LRESULT SendMessageA(HWND window, UINT message, WPARAM w, LPARAM l)",
    [DEFAULT] = "LRESULT DefWindowProcA(HWND window, UINT message, WPARAM w, LPARAM l)",
};

/* WNDCLASSEXA */
typedef struct window_class {
    uint32_t size, style;
    void *procedure;
    int class_extra, window_extra;
    void *instance, *icon, *cursor, *background;
    const char *menu, *name;
    void *small_icon;
} window_class;

typedef struct client {
    hf_library *library;
    hf_function *function[FUNCTIONS];
    hf_callback *procedure, *each;
    unsigned messages;
    hf_ref heard; /* made anew by each message of ours */
} client;

/* BOOL each(HWND window, LPARAM user) */
static hf_status each_window(hf_thread *thread, const hf_value *arguments, hf_value *result,
                             void *user)
{
    unsigned *windows = user;
    (void)arguments;
    ++*windows;
    result->i = 1;
    return hf_safepoint(thread);
}

/* LRESULT procedure(HWND window, UINT message, WPARAM w, LPARAM l) */
static hf_status procedure(hf_thread *thread, const hf_value *arguments, hf_value *result,
                           void *user)
{
    client *c = user;
    c->messages++;
    if (arguments[1].u == WM_APP) {
        hf_status status = hf_bytes_create(thread, (size_t)arguments[2].u, c->heard);
        result->i = arguments[3].i + 1;
        return status == HF_OK ? hf_collect(thread) : status;
    }
    if (arguments[1].u == WM_APP + 1) {
        return HF_E_LIMIT; /* for the hf_call() that sent it */
    }
    hf_result passed_on = HF_RESULT_INIT;
    hf_status status = hf_call(thread, c->function[DEFAULT], &passed_on,
                               HF_ARGS(HF_POINTER(arguments[0].pointer), HF_UINT(arguments[1].u),
                                       HF_UINT(arguments[2].u), HF_INT(arguments[3].i)));
    result->i = passed_on.value.i;
    return status;
}

static hf_status enumerate(hf_thread *thread, client *c)
{
    unsigned windows = 0;
    hf_result result = HF_RESULT_INIT;
    hf_status status = hf_callback_create(thread, "BOOL CALLBACK each(HWND window, LPARAM user)",
                                          each_window, &windows, &c->each);
    if (status == HF_OK) {
        status = hf_call(thread, c->function[ENUM_WINDOWS], &result,
                         HF_ARGS(HF_POINTER(hf_callback_address(c->each)), HF_INT(0)));
    }
    if (status == HF_OK) {
        printf("EnumWindows: %s\n", result.value.i ? "all seen" : "failed");
    }
    return status;
}

static hf_status send(hf_thread *thread, const client *c, void *window, unsigned message,
                      int64_t *answer_out)
{
    hf_result result = HF_RESULT_INIT;
    hf_status status =
        hf_call(thread, c->function[SEND], &result,
                HF_ARGS(HF_POINTER(window), HF_UINT(message), HF_UINT(77), HF_INT(41)));
    *answer_out = result.value.i;
    return status;
}

static hf_status talk(hf_thread *thread, client *c, void *window)
{
    int64_t answer = 0;
    hf_status status = send(thread, c, window, WM_APP, &answer);
    if (status == HF_OK) {
        printf("the window answers %d, and has made %u bytes\n", (int)answer,
               (unsigned)hf_bytes_size(c->heard));
        hf_status failed = send(thread, c, window, WM_APP + 1, &answer);
        printf("a procedure that fails: %s\n", hf_status_text(failed));
        status = failed == HF_E_CALLBACK ? HF_OK : HF_E_MISUSE;
    }
    return status;
}

static hf_status open_and_talk(hf_thread *thread, client *c)
{
    static const char name[] = "holdfast client";
    hf_result result = HF_RESULT_INIT;
    window_class description = { .size = sizeof description, .name = name };
    hf_status status = hf_callback_create(
        thread, "LRESULT CALLBACK procedure(HWND window, UINT message, WPARAM w, LPARAM l)",
        procedure, c, &c->procedure);
    if (status != HF_OK) {
        return status;
    }
    description.procedure = hf_callback_address(c->procedure);
    status = hf_call(thread, c->function[REGISTER], &result, HF_ARGS(HF_POINTER(&description)));
    if (status != HF_OK) {
        return status;
    }
    status = hf_call(thread, c->function[CREATE], &result,
                     HF_ARGS(HF_UINT(0), HF_CSTR(name), HF_CSTR("quiet"), HF_UINT(0), HF_INT(0),
                             HF_INT(0), HF_INT(0), HF_INT(0), HF_POINTER(HWND_MESSAGE), HF_NULL,
                             HF_NULL, HF_NULL));
    void *window = result.value.pointer;
    if (status == HF_OK) {
        status = talk(thread, c, window);
        hf_status gone =
            hf_call(thread, c->function[DESTROY], &result, HF_ARGS(HF_POINTER(window)));
        status = status != HF_OK ? status : gone;
    }
    hf_status ended =
        hf_call(thread, c->function[UNREGISTER], &result, HF_ARGS(HF_CSTR(name), HF_NULL));
    return status != HF_OK ? status : ended;
}

static hf_status run(hf_thread *thread)
{
    client c = { .heard = hf_local(thread) };
    hf_status status = client_library(thread, "user32", &c.library);
    for (unsigned i = 0; i < FUNCTIONS && status == HF_OK; i++) {
        status = hf_function_bind(thread, c.library, prototypes[i], &c.function[i]);
    }
    if (status == HF_OK) {
        status = enumerate(thread, &c);
    }
    if (status == HF_OK) {
        status = open_and_talk(thread, &c);
    }
    printf("messages came: %s\n", c.messages > 2 ? "yes" : "no");
    (void)hf_callback_destroy(c.procedure);
    (void)hf_callback_destroy(c.each);
    for (unsigned i = 0; i < FUNCTIONS; i++) {
        hf_function_destroy(c.function[i]);
    }
    hf_library_close(c.library);
    return status;
}

int main(void)
{
    return client_main(run);
}
