/* Threads that work on one recurrence: they divide the ranges of each sweep over the rows, and wait for each other after it
 * without the interpreter, as waking a sleeping thread takes as long as a sweep over a graph of a million edges. Each begins
 * every sweep with the same share of the ranges, whose rows its cache may hold, and then takes what others have left. */

#ifndef GRAPHSPEC_TEAM_H
#define GRAPHSPEC_TEAM_H

#include <stdint.h>
#if defined(_MSC_VER)
#include <intrin.h>
#include <windows.h>
#define ATOMIC_ADD(place, number) _InterlockedExchangeAdd64((volatile long long *)(place), (number))
#define ATOMIC_LOAD(place) ATOMIC_ADD(place, 0)
#define ATOMIC_STORE(place, value) ((void)_InterlockedExchange64((volatile long long *)(place), (value)))
#define ATOMIC_CLAIM(place, old) (_InterlockedCompareExchange64((volatile long long *)(place), (old) + 1, (old)) == (old))
#define LET_OTHERS_RUN() ((void)SwitchToThread())
#else
#include <sched.h>
#define ATOMIC_ADD(place, number) __atomic_fetch_add((place), (number), __ATOMIC_ACQ_REL)
#define ATOMIC_LOAD(place) __atomic_load_n((place), __ATOMIC_ACQUIRE)
#define ATOMIC_STORE(place, value) __atomic_store_n((place), (value), __ATOMIC_RELEASE)
#define ATOMIC_CLAIM(place, old) atomic_claim(place, old)
#define LET_OTHERS_RUN() ((void)sched_yield())

/* Add one to a number if it is `old`; return whether it was. */
static inline int atomic_claim(int64_t *place, int64_t old)
{
    return __atomic_compare_exchange_n(place, &old, old + 1, 0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}
#endif

/* What the threads share: items of an array of zeros, each in a cache line of its own, and for every range the number of
 * sweeps that have taken it. */
enum { ENTERED, ARRIVED, PASSED, STOPPED };
#define LINE_ITEMS 8
#define TEAM_LENGTH (3 * LINE_ITEMS + 1)
typedef struct {
    int64_t *shared, *taken;
    int64_t threads, ranges, thread; /* the last is the number of this one, 0 for the one that leads */
} Team;

#define SHARED(team, item) (&(team)->shared[(item) * LINE_ITEMS])
#define SPINS 4000 /* about 0.1 ms */

/* Take the next range of sweep number `sweep`: those of this thread's share in turn, in odd sweeps from the last one back, and
 * then those of the other threads; return -1 if none is left. Shares are one range in `threads`, so that threads are near each
 * other at any time and gather the same rows. `tried`, 0 at first, is the number of ranges that were looked at. */
static inline int64_t team_next(const Team *team, int64_t sweep, int64_t *tried)
{
    const int64_t share = (team->ranges + team->threads - 1) / team->threads;
    while (*tried < share * team->threads && !ATOMIC_LOAD(SHARED(team, STOPPED))) {
        const int64_t owner = (team->thread + *tried / share) % team->threads, place = *tried % share;
        const int64_t range = (sweep & 1 ? share - 1 - place : place) * team->threads + owner;
        ++*tried;
        if (range < team->ranges && ATOMIC_LOAD(&team->taken[range]) == sweep && ATOMIC_CLAIM(&team->taken[range], sweep))
            return range;
    }
    return -1;
}

/* Wait until all threads have arrived here; return 0 if the team was stopped. */
static inline int team_wait(const Team *team)
{
    const int64_t passed = ATOMIC_LOAD(SHARED(team, PASSED));
    if (ATOMIC_ADD(SHARED(team, ARRIVED), 1) == team->threads - 1) {
        ATOMIC_STORE(SHARED(team, ARRIVED), 0);
        ATOMIC_STORE(SHARED(team, PASSED), passed + 1);
    }
    for (int64_t tries = 0; ATOMIC_LOAD(SHARED(team, PASSED)) == passed; tries++) {
        if (ATOMIC_LOAD(SHARED(team, STOPPED)))
            return 0;
        if (tries > SPINS)
            LET_OTHERS_RUN();
    }
    return 1;
}

#endif
