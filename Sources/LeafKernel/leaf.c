#include "LeafKernel.h"

#include <math.h>
#include <string.h>

// One text for all processors: it is compiled for each instruction set, and what the processor has is asked once.

// Vectors are passed to what is inlined alone.
#pragma clang diagnostic ignored "-Wpsabi"

#define INLINE static inline __attribute__((always_inline))

typedef double Lanes __attribute__((ext_vector_type(LEAF_LANES)));
typedef int64_t Bits __attribute__((ext_vector_type(LEAF_LANES)));

/// So many vectors' least energies tell together whether any of them is to be looked at.
enum { together = 8 };

/// The bits of a double beneath the six that follow the leading one, and the exponent of one.
enum { fractionShift = 46, exponentOfOne = 1023 << 6 };

INLINE Lanes load(const double *numbers) {
  Lanes lanes;
  memcpy(&lanes, numbers, sizeof lanes);
  return lanes;
}

/// The cutoffs of what is held. Lanes beyond the end of a list hold anything.
INLINE Lanes limits(const double *cutoffs, ptrdiff_t cutoffCount, Lanes held) {
  Bits range;
  memcpy(&range, &held, sizeof range);
  range = (range >> fractionShift) - exponentOfOne;
  range = __builtin_elementwise_min(__builtin_elementwise_max(range, (Bits)0), (Bits)(cutoffCount - 1));
  Lanes limits;
  for (int lane = 0; lane < LEAF_LANES; lane++) limits[lane] = cutoffs[range[lane]];
  return limits;
}

INLINE void multiply(
    LeafVectors first, LeafVectors second, LeafScale scale, double *products, ptrdiff_t stride) {
  for (int term = 0; term < LEAF_TERMS; term++) {
    const double *factors = second.factors + term * second.stride;
    double *product = products + term * stride;
    double added = term == 1 ? scale.offset : 0;
    for (ptrdiff_t one = 0; one < first.count; one++, product += second.count) {
      double factor = first.factors[term * first.stride + one] * scale.factors[term];
      for (ptrdiff_t place = 0; place < second.count; place += LEAF_LANES) {
        Lanes lanes = load(factors + place) * factor + added;
        memcpy(product + place, &lanes, sizeof lanes);
      }
    }
  }
}

/// Energies, or what is held, of some vectors with another: `at` is where its three factors begin.
INLINE Lanes sum(const Lanes lanes[3], const double *at, ptrdiff_t stride) {
  return lanes[0] * at[0] + lanes[1] * at[stride] + lanes[2] * at[2 * stride];
}

/// Three factors of some vectors: `from` is where the first factors of the first vector are.
INLINE void take(Lanes lanes[3], const double *from, ptrdiff_t stride) {
  for (int term = 0; term < 3; term++) lanes[term] = load(from + term * stride);
}

/// What no mapping is above that matters: the cutoff of the least that any of `lanes` may hold.
INLINE double highest(LeafVectors lanes, const double least[3], const double *cutoffs, ptrdiff_t cutoffCount) {
  const double *from = lanes.factors + 3 * lanes.stride;
  Lanes lowest = INFINITY;
  ptrdiff_t lane = 0;
  for (; lane + LEAF_LANES <= lanes.count; lane += LEAF_LANES) {
    Lanes factors[3];
    take(factors, from + lane, lanes.stride);
    Lanes held = sum(factors, least, 1);
    lowest = held < lowest ? held : lowest;
  }
  for (; lane < lanes.count; lane++) {
    double held = 0;
    for (int term = 0; term < 3; term++) held += from[lane + term * lanes.stride] * least[term];
    lowest[0] = held < lowest[0] ? held : lowest[0];
  }
  return limits(cutoffs, cutoffCount, __builtin_reduce_min(lowest))[0];
}

INLINE void score(
    LeafVectors lanes, LeafVectors others, LeafHeld least, const double *cutoffs, ptrdiff_t cutoffCount,
    LeafScores *scores) {
  const double leastHeld[3] = {least.inputs, least.weights, least.outputs};
  const double *movedBy = others.factors, *heldBy = others.factors + 3 * others.stride;
  Lanes most = highest(lanes, leastHeld, cutoffs, cutoffCount);
  ptrdiff_t kept = 0, reckoned = 0;
  for (ptrdiff_t start = 0; start < lanes.count; start += LEAF_LANES) {
    Lanes moved[3], held[3];
    take(moved, lanes.factors + start, lanes.stride);
    Lanes mostOfLanes = most;
    ptrdiff_t live = 0;
    for (ptrdiff_t first = 0; first < others.count; first += together) {
      ptrdiff_t end = first + together < others.count ? first + together : others.count;
      Lanes lowest = sum(moved, movedBy + first, others.stride);
      for (ptrdiff_t other = first + 1; other < end; other++) {
        Lanes energy = sum(moved, movedBy + other, others.stride);
        lowest = energy < lowest ? energy : lowest;
      }
      if (__builtin_expect(!__builtin_reduce_or(lowest < mostOfLanes), 1)) continue;
      if (!live) {
        live = lanes.count - start < LEAF_LANES ? lanes.count - start : LEAF_LANES;
        take(held, lanes.factors + start + 3 * lanes.stride, lanes.stride);
        mostOfLanes = limits(cutoffs, cutoffCount, sum(held, leastHeld, 1));
      }
      for (ptrdiff_t other = first; other < end; other++) {
        Lanes energy = sum(moved, movedBy + other, others.stride);
        if (!__builtin_reduce_or(energy < mostOfLanes)) continue;
        reckoned += live;
        Lanes occupancy = sum(held, heldBy + other, others.stride);
        __auto_type matters = energy < limits(cutoffs, cutoffCount, occupancy);
        if (!__builtin_reduce_or(matters)) continue;
        for (ptrdiff_t lane = 0; lane < live; lane++) {
          if (!matters[lane]) continue;
          scores->places[kept] = (int32_t)((start + lane) * others.count + other);
          scores->energies[kept] = energy[lane];
          scores->occupancies[kept] = occupancy[lane];
          kept++;
        }
      }
    }
  }
  scores->count = kept;
  scores->reckoned = reckoned;
}

#define MULTIPLY_PARAMETERS LeafVectors first, LeafVectors second, LeafScale scale, double *products, ptrdiff_t stride
#define MULTIPLY_ARGUMENTS first, second, scale, products, stride
#define SCORE_PARAMETERS                                                                                  \
  LeafVectors lanes, LeafVectors others, LeafHeld least, const double *cutoffs, ptrdiff_t cutoffCount, \
      LeafScores *scores
#define SCORE_ARGUMENTS lanes, others, least, cutoffs, cutoffCount, scores

#if defined(__x86_64__)

#define AVX2 __attribute__((target("avx2,fma")))
#define AVX512 __attribute__((target("avx2,fma,avx512f,avx512dq,avx512vl")))

AVX2 static void multiplyAVX2(MULTIPLY_PARAMETERS) { multiply(MULTIPLY_ARGUMENTS); }
AVX2 static void scoreAVX2(SCORE_PARAMETERS) { score(SCORE_ARGUMENTS); }
AVX512 static void multiplyAVX512(MULTIPLY_PARAMETERS) { multiply(MULTIPLY_ARGUMENTS); }
AVX512 static void scoreAVX512(SCORE_PARAMETERS) { score(SCORE_ARGUMENTS); }

LeafInstructions leafInstructions(void) {
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return leafBaseline;
  int has512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")
               && __builtin_cpu_supports("avx512vl");
  return has512 ? leafAVX512 : leafAVX2;
}

#else

#define multiplyAVX2 multiply
#define scoreAVX2 score
#define multiplyAVX512 multiply
#define scoreAVX512 score

LeafInstructions leafInstructions(void) { return leafBaseline; }

#endif

void leafMultiply(LeafInstructions set, MULTIPLY_PARAMETERS) {
  switch (set) {
  case leafBaseline: return multiply(MULTIPLY_ARGUMENTS);
  case leafAVX2: return multiplyAVX2(MULTIPLY_ARGUMENTS);
  case leafAVX512: return multiplyAVX512(MULTIPLY_ARGUMENTS);
  }
}

void leafScore(LeafInstructions set, SCORE_PARAMETERS) {
  switch (set) {
  case leafBaseline: return score(SCORE_ARGUMENTS);
  case leafAVX2: return scoreAVX2(SCORE_ARGUMENTS);
  case leafAVX512: return scoreAVX512(SCORE_ARGUMENTS);
  }
}
