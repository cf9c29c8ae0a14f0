/* Include the header that KERNEL names for every width of blocks; see targets.h. */

#define LANES 1
#define COLUMNS 1
#include KERNEL
#undef COLUMNS
#define COLUMNS 2
#include KERNEL
#undef COLUMNS
#undef LANES

#define LANES GENERIC_LANES
#define COLUMNS 4
#include KERNEL
#undef COLUMNS
#undef LANES

#define LANES NARROW_LANES
#define COLUMNS 8
#include KERNEL
#undef COLUMNS
#undef LANES

#define LANES WIDE_LANES
#define COLUMNS 16
#include KERNEL
#undef COLUMNS
#define COLUMNS 32
#include KERNEL
#undef COLUMNS
#undef LANES

#define LANES 1
#define COLUMNS MOST_COLUMNS /* and any width that is not listed */
#include KERNEL
#undef COLUMNS
#undef LANES

#undef NARROW_LANES
#undef WIDE_LANES
#undef TARGET
#undef SET
