/* Threads that work on one recurrence: they divide the ranges of each sweep over the rows, and wait for each other after it
 * without the interpreter, as waking a sleeping thread takes as long as a sweep over a graph of a million edges. */

#ifndef GRAPHSPEC_TEAM_H
#define GRAPHSPEC_TEAM_H

#include <stdint.h>
#if defined(_MSC_VER)
#include <intrin.h>
#include <windows.h>
#define ATOMIC_ADD(place, number) _InterlockedExchangeAdd64((volatile long long *)(place), (number))
#define ATOMIC_LOAD(place) ATOMIC_ADD(place, 0)
#define ATOMIC_STORE(place, value) ((void)_InterlockedExchange64((volatile long long *)(place), (value)))
#define LET_OTHERS_RUN() ((void)SwitchToThread())
#else
#include <sched.h>
#define ATOMIC_ADD(place, number) __atomic_fetch_add((place), (number), __ATOMIC_ACQ_REL)
#define ATOMIC_LOAD(place) __atomic_load_n((place), __ATOMIC_ACQUIRE)
#define ATOMIC_STORE(place, value) __atomic_store_n((place), (value), __ATOMIC_RELEASE)
#define LET_OTHERS_RUN() ((void)sched_yield())
#endif

/* What the threads share: items of an array of zeros, each in a cache line of its own. */
enum { TAKEN, ARRIVED, PASSED, STOPPED };
#define LINE_ITEMS 8
#define TEAM_LENGTH (3 * LINE_ITEMS + 1)
typedef struct {
    int64_t *shared;
    int64_t threads, ranges;
} Team;

#define SHARED(team, item) (&(team)->shared[(item) * LINE_ITEMS])
#define SPINS 4000 /* about 0.1 ms */

/* Return the next range of sweep number `sweep`, or -1. Every thread asks once more than it works, so that the numbers of a
 * sweep begin where those of the sweep before have ended. */
static inline int64_t team_next(const Team *team, int64_t sweep)
{
    if (ATOMIC_LOAD(SHARED(team, STOPPED)))
        return -1;
    const int64_t number = ATOMIC_ADD(SHARED(team, TAKEN), 1) - sweep * (team->ranges + team->threads);
    return number < team->ranges ? number : -1;
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
