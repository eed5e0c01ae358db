/* SPDX-License-Identifier: MIT */
/* hf-test: timeout=120 */

/*
 * Every dialect crossed with every way to misbehave, sizes and first capacities: the status, the
 * length, the content and the tries are those that the rules of the loop give.
 */

#include "hf_test.h"

#include "hostile.h"

typedef struct walk {
    hostile_bench *bench;
    unsigned played, wrong;
} walk;

static void play(walk *w, const hostile_scenario *scenario)
{
    if (!hostile_makes_sense(scenario)) {
        return;
    }
    const char *wrong = hostile_run(w->bench, scenario);
    w->played++;
    if (wrong && ++w->wrong <= 60) {
        print_error("%s\n", wrong);
    }
}

static const hostile_scenario usual = { .bytes_max = 16384, .tries_max = 40, .seed = 1 };

static void walk_sizes(walk *w, hostile_scenario scenario)
{
    static const uint32_t sizes[] = { 0, 1, 3, 15, 16, 17, 200, 1000 };
    static const uint32_t firsts[] = { 1, 16, 64, 2000 };
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        for (size_t k = 0; k < sizeof(firsts) / sizeof(firsts[0]); k++) {
            scenario.size = sizes[i];
            scenario.first_bytes = firsts[k];
            scenario.seed = (uint32_t)(i * 7 + k);
            play(w, &scenario);
        }
    }
}

static void begin(walk *w, uint32_t stress_every)
{
    *w = (walk){ .bench = hostile_bench_open(stress_every) };
    assert_non_null(w->bench);
}

static void end(const walk *w)
{
    const char *left = hostile_bench_close(w->bench);
    print_message("%u scenarios\n", w->played);
    assert_int_equal(w->wrong, 0);
    if (left) {
        fail_msg("left behind: %s", left);
    }
    assert_true(w->played > 100);
}

typedef void (*step)(walk *w, hostile_scenario scenario);

static void walk_ways(walk *w, const hostile_scenario *like, step each)
{
    for (unsigned d = 0; d < hostile_dialect_count; d++) {
        for (unsigned way = 0; way < HOSTILE_SLOW; way++) {
            hostile_scenario scenario = *like;
            scenario.dialect = d;
            scenario.way = (hostile_way)way;
            each(w, scenario);
        }
    }
}

static void every_way_of_every_dialect_ends_as_its_rules_say(void **state)
{
    (void)state;
    walk w;
    begin(&w, 0);
    walk_ways(&w, &usual, walk_sizes);
    end(&w);
}

static void walk_bounds(walk *w, hostile_scenario scenario)
{
    static const uint32_t bytes[] = { 8, 64, 300, 16384 };
    static const uint32_t tries[] = { 1, 2, 3, 40 };
    for (size_t i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++) {
        for (size_t k = 0; k < sizeof(tries) / sizeof(tries[0]); k++) {
            scenario.bytes_max = bytes[i];
            scenario.tries_max = tries[k];
            scenario.first_bytes = 8;
            scenario.for_ever = true;
            play(w, &scenario);
            scenario.for_ever = false;
            play(w, &scenario);
        }
    }
}

static void what_is_never_enough_ends_at_the_bound_of_bytes_or_of_tries(void **state)
{
    (void)state;
    walk w;
    begin(&w, 0);
    hostile_scenario like = usual;
    like.size = 100;
    walk_ways(&w, &like, walk_bounds);
    end(&w);
}

static void walk_moving(walk *w, hostile_scenario scenario)
{
    static const uint32_t sizes[] = { 0, 5, 130, 3000 };
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        scenario.size = sizes[i];
        play(w, &scenario);
    }
}

static void buffers_stay_where_they_are_while_everything_moves_in_each_try(void **state)
{
    (void)state;
    walk w;
    begin(&w, 0);
    hostile_scenario like = usual;
    like.first_bytes = 16;
    like.collects = true;
    walk_ways(&w, &like, walk_moving);
    end(&w);
}

/* Out of reach of the callee everything moves too, and what it left is not lost. */
static void buffers_are_found_again_while_everything_moves_between_the_tries(void **state)
{
    (void)state;
    walk w;
    begin(&w, 1);
    hostile_scenario like = usual;
    like.first_bytes = 16;
    walk_ways(&w, &like, walk_moving);
    end(&w);
}

/* Sizes up and down, so that what is remembered is too much, too little and enough. */
static void walk_policies(walk *w, hostile_scenario scenario)
{
    static const hostile_scenario policies[] = {
        { .growth = 110 },
        { .growth = 300, .slack_bytes = 64 },
        { .slack_bytes = 4096, .remembers = true },
        { .remembers = true },
        { .as_utf8 = true },
        { .as_utf8 = true, .remembers = true, .growth = 200, .slack_bytes = 8 },
    };
    static const uint32_t sizes[] = { 3, 700, 0, 17, 1000, 90 };
    for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
        scenario.growth = policies[i].growth;
        scenario.slack_bytes = policies[i].slack_bytes;
        scenario.remembers = policies[i].remembers;
        scenario.as_utf8 = policies[i].as_utf8;
        for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
            scenario.size = sizes[k];
            scenario.seed = (uint32_t)(i * 7 + k);
            play(w, &scenario);
        }
    }
}

static void policies_of_the_caller_bound_every_way_too(void **state)
{
    (void)state;
    walk w;
    begin(&w, 0);
    hostile_scenario like = usual;
    like.first_bytes = 16;
    walk_ways(&w, &like, walk_policies);
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_of_every_dialect_ends_as_its_rules_say),
        cmocka_unit_test(what_is_never_enough_ends_at_the_bound_of_bytes_or_of_tries),
        cmocka_unit_test(policies_of_the_caller_bound_every_way_too),
        cmocka_unit_test(buffers_stay_where_they_are_while_everything_moves_in_each_try),
        cmocka_unit_test(buffers_are_found_again_while_everything_moves_between_the_tries),
    };
    return cmocka_run_group_tests_name("hostile walk", tests, NULL, NULL);
}
