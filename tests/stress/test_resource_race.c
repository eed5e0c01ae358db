/* SPDX-License-Identifier: MIT */
/* hf-test: finalizers threaded timeout=300 */

/*
 * Eight threads use a resource while one disposes it, round after round: exactly one release, after
 * the last use, and nobody gets a number that was released.
 */

#include "hf_test.h"

#include "resource/resource.h"
#include "lifetimes.h"

enum { USERS = 8 };

/*
 * One round's handle: what an operating system would know of it.  A value is the address of its
 * handle, and handles are never used again, so a late use is seen.
 */
typedef struct handle {
    _Atomic(int) users;
    _Atomic(int) releases;
    _Atomic(bool) is_bad; /* used after the release, or released during a use */
} handle;

static hf_status release(uintptr_t value, void *user)
{
    handle *file = (handle *)value;
    (void)user;
    if (atomic_load(&file->users) != 0) {
        atomic_store(&file->is_bad, true);
    }
    atomic_fetch_add(&file->releases, 1);
    return HF_OK;
}

static void use(handle *file)
{
    atomic_fetch_add(&file->users, 1);
    if (atomic_load(&file->releases) != 0) {
        atomic_store(&file->is_bad, true);
    }
    hfp_thread_yield();
    if (atomic_load(&file->releases) != 0) {
        atomic_store(&file->is_bad, true);
    }
    atomic_fetch_sub(&file->users, 1);
}

static const hf_resource_class file_class = {
    .struct_size = sizeof(hf_resource_class),
    .name = "file",
    .release = release,
    .on_leak = HF_LEAK_REPORT_AND_RELEASE,
};

typedef struct user {
    hfp_thread handle;
    hf_global *shared; /* this round's resource, or null */
    _Atomic(bool) *stop;
    _Atomic(unsigned) uses;
    _Atomic(unsigned) refusals;
    hf_status status;
} user;

/** Uses whatever is shared, as a call does: hold, native state, let go. */
static void use_once(hf_thread *thread, user *self)
{
    HF_FRAME(thread);
    hf_ref file = hf_local(thread);
    if (hf_global_load(self->shared, file) != HF_OK || hf_is_null(file)) {
        return;
    }
    uintptr_t value;
    void *cell;
    hf_status status = hfi_resource_hold(thread, file->word_, &value, &cell);
    if (status == HF_E_CLOSED) {
        atomic_fetch_add(&self->refusals, 1);
        return;
    }
    if (status == HF_OK) {
        status = hf_native_begin(thread);
    }
    if (status != HF_OK) {
        self->status = status;
        return;
    }
    use((handle *)value);
    (void)hf_native_end(thread, NULL);
    status = hfi_resource_let_go(thread, cell);
    atomic_fetch_add(&self->uses, 1);
    if (status != HF_OK) {
        self->status = status;
    }
}

static void use_until_told(void *argument)
{
    user *self = argument;
    hf_thread *thread;
    self->status = hf_thread_attach(world.runtime, &thread);
    if (self->status != HF_OK) {
        return;
    }
    while (!atomic_load(self->stop) && self->status == HF_OK) {
        use_once(thread, self);
        (void)hf_safepoint(thread);
    }
    (void)hf_thread_detach(thread);
}

static unsigned uses_of(const user *users)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < USERS; i++) {
        sum += atomic_load(&users[i].uses);
    }
    return sum;
}

/** One resource from its birth to its end; every third round leaves the end to the collector. */
static void play_round(hf_global *shared, handle *file, const user *users, unsigned round)
{
    HF_FRAME(world.thread);
    hf_ref resource = hf_local(world.thread);
    unsigned before = uses_of(users);
    assert_int_equal(hf_resource_create(world.thread, &file_class, (uintptr_t)file, resource),
                     HF_OK);
    assert_int_equal(hf_global_store(world.thread, shared, resource), HF_OK);
    while (uses_of(users) - before < 4 + round % 13) {
        assert_int_equal(hf_native_begin(world.thread), HF_OK);
        hfp_thread_yield();
        assert_int_equal(hf_native_end(world.thread, NULL), HF_OK);
    }
    assert_int_equal(atomic_load(&file->releases), 0);
    if (round % 3 != 0) {
        assert_int_equal(hf_resource_dispose(world.thread, resource), HF_OK);
    }
    if (round % 5 == 0) {
        assert_int_equal(hf_collect(world.thread), HF_OK);
    }
    assert_int_equal(hf_global_store(world.thread, shared, NULL), HF_OK);
}

static void resource_is_released_once_and_after_its_last_use(void **state)
{
    (void)state;
    enum { ROUNDS_MAX = 4000 };
    static handle files[ROUNDS_MAX];
    static user users[USERS];
    _Atomic(bool) stop = false;
    unsigned rounds = (lifetimes_is_stress() ? 30 : 400) * lifetimes_effort();
    rounds = rounds > ROUNDS_MAX ? ROUNDS_MAX : rounds;
    hf_global *shared;
    lifetimes_begin(&world);
    assert_int_equal(hf_global_create(world.thread, NULL, &shared), HF_OK);
    for (unsigned i = 0; i < USERS; i++) {
        users[i] = (user){ .shared = shared, .stop = &stop };
        assert_int_equal(hfp_thread_start(&users[i].handle, "user", use_until_told, &users[i]),
                         HF_OK);
    }

    for (unsigned round = 0; round < rounds; round++) {
        play_round(shared, &files[round], users, round);
    }
    atomic_store(&stop, true);
    assert_int_equal(hf_native_begin(world.thread), HF_OK);
    for (unsigned i = 0; i < USERS; i++) {
        hfp_thread_join(&users[i].handle);
    }
    assert_int_equal(hf_native_end(world.thread, NULL), HF_OK);
    lifetimes_settle(&world);

    for (unsigned i = 0; i < USERS; i++) {
        assert_int_equal(users[i].status, HF_OK);
    }
    for (unsigned round = 0; round < rounds; round++) {
        assert_int_equal(atomic_load(&files[round].releases), 1);
        assert_false(atomic_load(&files[round].is_bad));
    }
    assert_int_equal(lifetimes_reports(&world), (rounds + 2) / 3); /* the leaks, and nothing else */
    hf_global_destroy(world.thread, shared);
    lifetimes_end(&world);
    assert_int_equal(world.leaks.resources, (rounds + 2) / 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resource_is_released_once_and_after_its_last_use),
    };
    return cmocka_run_group_tests_name("resource_race", tests, NULL, NULL);
}
