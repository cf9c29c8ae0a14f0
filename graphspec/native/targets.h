/* Include the header that KERNEL names once for every instruction set and every width of blocks, with SET, TARGET and
 * COLUMNS, and with vectors of as many LANES as there are in a register, or of one where the width is not known.
 *
 * The widest instruction set that a processor has is taken when a step runs: one wheel for any x86-64. Other processors
 * have what their compiler takes by default, which for 64-bit ARM is NEON. */

#include "lanes.h"

/* The steps for each instruction set, listed as `OF_WIDTHS` has those of one. */
#define STEP_OF(set, columns) {three_terms_##set##_##columns, subtract_##set##_##columns}
#if defined(SEVERAL_TARGETS)
#define ALL_STEPS(OF_WIDTHS) {OF_WIDTHS(generic), OF_WIDTHS(avx2), OF_WIDTHS(avx512)}
#else
#define ALL_STEPS(OF_WIDTHS) {OF_WIDTHS(generic)}
#endif

#define SET generic
#define TARGET
#define NARROW_LANES GENERIC_LANES
#define WIDE_LANES GENERIC_LANES
#include "widths.h"

#if defined(SEVERAL_TARGETS)

#define SET avx2
#define TARGET __attribute__((target("avx2")))
#define NARROW_LANES 8
#define WIDE_LANES 8
#include "widths.h"

#define SET avx512
#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
#define NARROW_LANES 8
#define WIDE_LANES 16
#include "widths.h"

#endif
