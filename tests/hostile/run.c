/* SPDX-License-Identifier: MIT */

/*
 * Plays scenarios: binds the dialect, calls it, and holds the call against the oracle.
 *
 * A bench keeps its functions bound, by dialect and policy, because a walk plays
 * thousands.  What is moved during a try is everything that can be: the callee calls
 * back into managed code, which makes garbage and collects.
 *
 * Threads: the owner of the bench's thread, managed.
 */

#include "hostile.h"

#include "base/alloc.h"
#include "platform/platform.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BOUND_MAX 64

typedef struct bound {
    hostile_scenario policy;
    hf_function *function;
} bound;

struct hostile_bench {
    hf_runtime *runtime;
    hf_thread *thread;
    int64_t live; /* native blocks before it */
    _Atomic(unsigned) reports;
    hf_callback *mover;
    unsigned bound_count, next;
    bound bound[BOUND_MAX];
    char text[512];
    hostile it;
};

static void count_report(const hf_report *report, void *user)
{
    hostile_bench *bench = user;
    (void)report;
    atomic_fetch_add(&bench->reports, 1);
}

/* Moves everything that is not pinned. */
static hf_status move_all(hf_thread *thread, const hf_value *arguments, hf_value *result,
                          void *user)
{
    (void)arguments;
    (void)result;
    (void)user;
    HF_FRAME(thread);
    hf_ref garbage = hf_local(thread);
    hf_status status = hf_bytes_create(thread, 200, garbage);
    return status == HF_OK ? hf_collect(thread) : status;
}

hostile_bench *hostile_bench_open(uint32_t stress_every)
{
    hostile_bench *bench = calloc(1, sizeof(*bench));
    if (!bench) {
        return NULL;
    }
    bench->live = hfi_alloc_live();
    hf_runtime_options options = HF_RUNTIME_OPTIONS_INIT;
    options.report = count_report;
    options.report_user = bench;
    options.stress_every = stress_every;
    if (hf_runtime_create(&options, &bench->runtime) != HF_OK) {
        free(bench);
        return NULL;
    }
    if (hf_thread_attach(bench->runtime, &bench->thread) != HF_OK ||
        hf_callback_create(bench->thread, "void move_all(void)", move_all, NULL, &bench->mover) !=
            HF_OK) {
        (void)hostile_bench_close(bench);
        return NULL;
    }
    return bench;
}

const char *hostile_bench_close(hostile_bench *bench)
{
    const char *left = NULL;
    for (unsigned i = 0; i < bench->bound_count; i++) {
        hf_function_destroy(bench->bound[i].function);
    }
    if (bench->thread) {
        if (hf_callback_destroy(bench->mover) != HF_OK) {
            left = "a callback that is held";
        }
        if (hf_heap_check(bench->thread) != HF_OK) {
            left = "a broken heap";
        }
        if (hf_thread_detach(bench->thread) != HF_OK) {
            left = "a thread that is held";
        }
    }
    hf_runtime_leaks leaks = HF_RUNTIME_LEAKS_INIT;
    hf_runtime_destroy(bench->runtime, &leaks);
    if (leaks.pins || leaks.fences || leaks.functions || leaks.callbacks || leaks.handles) {
        left = "a pin, a fence, a function or a callback";
    } else if (hfi_alloc_live() != bench->live) {
        left = "native memory";
    }
    free(bench);
    return left;
}

static bool has_policy(const bound *b, const hostile_scenario *scenario)
{
    const hostile_scenario *p = &b->policy;
    return p->dialect == scenario->dialect && p->first_bytes == scenario->first_bytes &&
           p->bytes_max == scenario->bytes_max && p->tries_max == scenario->tries_max &&
           p->growth == scenario->growth && p->slack_bytes == scenario->slack_bytes &&
           p->remembers == scenario->remembers && p->as_utf8 == scenario->as_utf8;
}

/* The dialect under the scenario's policy: found, or bound in the place of the oldest. */
static hf_status bind(hostile_bench *bench, const hostile_scenario *scenario,
                      const hf_function **function_out)
{
    for (unsigned i = 0; i < bench->bound_count; i++) {
        if (has_policy(&bench->bound[i], scenario)) {
            *function_out = bench->bound[i].function;
            return HF_OK;
        }
    }
    const hostile_dialect *d = &hostile_dialects[scenario->dialect];
    hf_function_options options = HF_FUNCTION_OPTIONS_INIT;
    options.first_bytes = scenario->first_bytes;
    options.bytes_max = scenario->bytes_max;
    options.tries_max = scenario->tries_max;
    options.growth = scenario->growth;
    options.slack_bytes = scenario->slack_bytes;
    options.remembers = scenario->remembers;
    options.texts = scenario->as_utf8 ? HF_TEXTS_UTF8 : HF_TEXTS_AS_FILLED;
    memcpy(&options.address, &d->function, sizeof(options.address));
    hf_function *function;
    hf_status status =
        hf_function_bind_with(bench->thread, NULL, d->prototype, &options, &function);
    if (status != HF_OK) {
        return status;
    }
    bound *b = &bench->bound[bench->next];
    if (bench->bound_count == BOUND_MAX) {
        hf_function_destroy(b->function);
    } else {
        bench->bound_count++;
    }
    bench->next = (bench->next + 1) % BOUND_MAX;
    *b = (bound){ *scenario, function };
    *function_out = function;
    return HF_OK;
}

static void meanwhile(hostile *it)
{
    const hostile_bench *bench = it->user;
    if (it->scenario.collects) {
        union {
            void *plain;
            void (*call)(void);
        } mover = { hf_callback_address(bench->mover) };
        mover.call();
    }
    if (it->scenario.way == HOSTILE_SIGNAL) {
        (void)raise(SIGINT);
    } else if (it->scenario.way == HOSTILE_SLOW) {
        hfp_sleep_ns(1000000);
    }
}

static volatile sig_atomic_t signals;

static void on_signal(int number)
{
    (void)signal(number, on_signal);
    signals++;
}

static bool is_content(const hostile_bench *bench, hf_ref bytes, uint64_t length)
{
    const hostile *it = &bench->it;
    size_t unit = it->dialect->unit;
    uint64_t first = it->dialect->traits & HOSTILE_IN_BAND ? unit : 0;
    for (uint64_t at = first; at + unit <= length; at += unit) {
        uint8_t raw[8];
        uint16_t two;
        if (hf_bytes_read(bytes, (size_t)at, raw, unit) != HF_OK) {
            return false;
        }
        memcpy(&two, raw, unit == 1 ? 1 : 2);
        unsigned value = unit == 1 ? raw[0] : two;
        if (unit > 2) {
            uint32_t four;
            uint64_t eight;
            memcpy(&four, raw, 4);
            memcpy(&eight, raw, unit == 8 ? 8 : 4);
            value = unit == 4 ? four : (unsigned)eight;
        }
        if (value != hostile_element(it->tries - 1, at / unit)) {
            return false;
        }
    }
    return true;
}

/* Of so many elements as UTF-8, none of which is a surrogate; all that came back if `is_whole`. */
static bool is_utf8_content(const hostile_bench *bench, hf_ref bytes, uint64_t count, bool is_whole)
{
    const hostile *it = &bench->it;
    size_t at = 0;
    for (uint64_t i = 0; i < count; i++) {
        unsigned point = hostile_element(it->tries - 1, i);
        uint8_t want[3] = { (uint8_t)point, 0, 0 };
        uint8_t has[3] = { 0, 0, 0 };
        size_t size = point < 0x80 ? 1 : point < 0x800 ? 2 : 3;
        for (size_t k = size - 1; size > 1 && k > 0; k--) {
            want[k] = (uint8_t)(0x80 | (point & 0x3f));
            point >>= 6;
        }
        if (size > 1) {
            want[0] = (uint8_t)((size == 2 ? 0xc0 : 0xe0) | point);
        }
        if (hf_bytes_read(bytes, at, has, size) != HF_OK || memcmp(want, has, size) != 0) {
            return false;
        }
        at += size;
    }
    return !is_whole || at == hf_bytes_size(bytes);
}

/* The bytes of what came back. */
static const char *compare_results(const hostile_bench *bench, const hostile_verdict *verdict,
                                   hf_result *result)
{
    const hostile *it = &bench->it;
    unsigned first = it->dialect->traits & HOSTILE_POINTS ? 1 : 0;
    for (unsigned i = 0; i < it->dialect->buffers; i++) {
        hf_ref bytes = hf_result_out(result, first + i);
        if (hf_is_null(bytes)) {
            return "no result";
        }
        if (!it->scenario.as_utf8 && hf_bytes_size(bytes) != verdict->length[i]) {
            return "a result of another length";
        }
        uint64_t filled = verdict->length[i];
        uint64_t there =
            hostile_size(it, it->tries - 1, i, it->entry[it->tries - 1].side[i].capacity);
        there *= it->dialect->unit;
        if (it->scenario.way == HOSTILE_SAYS_NOTHING) {
            there = 0;
        }
        if (it->scenario.as_utf8) {
            uint64_t known = filled < there ? filled : there;
            if (!it->scenario.for_ever &&
                !is_utf8_content(bench, bytes, known / it->dialect->unit, filled <= there)) {
                return "a text that is another one in UTF-8";
            }
            continue;
        }
        if (!it->scenario.for_ever && !is_content(bench, bytes, filled < there ? filled : there)) {
            return "a result with another content";
        }
    }
    return NULL;
}

static const char *compare_tries(const hostile *it, const hf_result *result)
{
    if (result->attempts != it->tries + it->questions) {
        return "another number of tries";
    }
    if (it->questions) {
        return NULL; /* they stand between the tries */
    }
    unsigned kept = it->tries < HF_RESULT_TRIES ? it->tries : HF_RESULT_TRIES;
    for (unsigned i = 0; i < kept; i++) {
        const hostile_entry *entry = &it->entry[it->tries - kept + i];
        if (result->tries[i].capacity != entry->side[0].capacity * it->dialect->unit) {
            return "a trace with another capacity";
        }
        int64_t code = it->dialect->code[entry->code];
        if (result->tries[i].error != code && it->scenario.way != HOSTILE_STALE_CODE &&
            entry->code != HOSTILE_FINE) {
            return "a trace with another error";
        }
    }
    return NULL;
}

static const char *compare(hostile_bench *bench, hf_status status, hf_result *result,
                           unsigned reports)
{
    const hostile *it = &bench->it;
    hostile_verdict verdict = hostile_judge(it);
    bool is_unlucky =
        it->scenario.way == HOSTILE_NO_MEMORY && (status == HF_E_NOMEM || status == HF_E_LIMIT);
    if (it->broken || verdict.broken) {
        if (it->broken || !is_unlucky) {
            return it->broken ? it->broken : verdict.broken;
        }
    }
    if (verdict.is_either && (status == HF_E_GROW_LIMIT || status == HF_E_NO_PROGRESS)) {
        verdict.status = status;
    }
    bool is_plain = status == HF_OK || status == HF_E_NATIVE;
    if (!is_unlucky && status != verdict.status) {
        (void)snprintf(bench->text + 256, 256, "%s, not %s", hf_status_name(status),
                       hf_status_name(verdict.status));
        return bench->text + 256;
    }
    if (!is_unlucky && reports != !is_plain) {
        return is_plain ? "a report of what is no fault" : "no report, or several";
    }
    if (!is_unlucky && hostile_must_succeed(&it->scenario) && status != HF_OK) {
        return "a failure where the callee is well enough";
    }
    unsigned code = it->tries ? it->entry[it->tries - 1].code : HOSTILE_FINE;
    /* A number of 0 that fails comes with whatever errno was. */
    if (status == HF_E_NATIVE && code != HOSTILE_FINE && it->dialect->code[code] != result->error) {
        return "another error than the callee's";
    }
    if (status != HF_OK) {
        for (unsigned i = 0; i < result->out_count; i++) {
            if (!hf_is_null(hf_result_out(result, i))) {
                return "an output of a call that failed";
            }
        }
    }
    const char *wrong = compare_tries(it, result);
    return wrong || status != HF_OK ? wrong : compare_results(bench, &verdict, result);
}

static const char *play(hostile_bench *bench, const hf_function *function)
{
    HF_FRAME(bench->thread);
    hf_result result = HF_RESULT_INIT;
    unsigned before = atomic_load(&bench->reports);
    int64_t live = hfi_alloc_live();
    hf_status status = hf_call(bench->thread, function, &result, HF_ARGS(HF_POINTER(&bench->it)));
    (void)hfi_fault_disarm();
    const char *wrong = compare(bench, status, &result, atomic_load(&bench->reports) - before);
    /* Buffers that never move are blocks of their own until they are swept. */
    if (!wrong && hfi_alloc_live() > live + 64 + 4 * (int64_t)bench->it.tries) {
        wrong = "memory is left";
    }
    return wrong;
}

const char *hostile_run(hostile_bench *bench, const hostile_scenario *scenario)
{
    const hf_function *function;
    const hostile_dialect *d = &hostile_dialects[scenario->dialect];
    const char *wrong = "the prototype is refused";
    unsigned rung = 0;
    memset(&bench->it, 0, offsetof(hostile, entry));
    bench->it.dialect = d;
    bench->it.scenario = *scenario;
    bench->it.random = scenario->seed * UINT64_C(2654435761) + 88172645463325252u;
    bench->it.meanwhile = meanwhile;
    bench->it.user = bench;
    signals = 0;
    void (*old)(int) = scenario->way == HOSTILE_SIGNAL ? signal(SIGINT, on_signal) : SIG_DFL;
    hf_status status = bind(bench, scenario, &function);
    if (status == HF_OK) {
        wrong = play(bench, function);
        rung = (unsigned)signals;
    }
    if (scenario->way == HOSTILE_SIGNAL) {
        (void)signal(SIGINT, old);
        wrong = wrong || rung == bench->it.tries ? wrong : "a signal that did not come";
    }
    if (!wrong) {
        return NULL;
    }
    (void)snprintf(
        bench->text, 256,
        "%s, %s%s, size %u, first %u, most %u in %u, growth %u, slack %u%s%s, seed %u%s, try %u: "
        "%s",
        d->name, hostile_way_name[scenario->way], scenario->for_ever ? " for ever" : "",
        (unsigned)scenario->size, (unsigned)scenario->first_bytes, (unsigned)scenario->bytes_max,
        (unsigned)scenario->tries_max, (unsigned)scenario->growth, (unsigned)scenario->slack_bytes,
        scenario->remembers ? ", remembers" : "", scenario->as_utf8 ? ", as UTF-8" : "",
        (unsigned)scenario->seed, scenario->collects ? ", moving" : "", bench->it.tries, wrong);
    return bench->text;
}
