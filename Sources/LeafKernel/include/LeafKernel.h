#ifndef LEAF_KERNEL_H
#define LEAF_KERNEL_H

#include <stddef.h>
#include <stdint.h>

/// Numbers that are taken at once. A list may be read so many numbers beyond its end, and is written so far.
#define LEAF_LANES 8

/// The terms of a mapping's cost: three of what is moved, then three of what is held.
#define LEAF_TERMS 6

/// Sets of instructions, each with all of those before it.
typedef enum __attribute__((enum_extensibility(closed))) {
  /// What every processor of the kind has: two numbers at a time on most.
  leafBaseline,
  /// Four numbers at a time.
  leafAVX2,
  /// Eight numbers at a time.
  leafAVX512,
} LeafInstructions;

/// The largest set that this processor has.
LeafInstructions leafInstructions(void);

/// Vectors of factors, all their factors of one term before those of the next.
typedef struct {
  const double *_Nonnull factors;
  /// How many numbers on the factors of the next term are.
  ptrdiff_t stride;
  ptrdiff_t count;
} LeafVectors;

/// What products are multiplied by, term by term, and what is then added to the second term.
typedef struct {
  double factors[LEAF_TERMS];
  double offset;
} LeafScale;

/// Factors of the three terms of what is held.
typedef struct {
  double inputs, weights, outputs;
} LeafHeld;

/// Mappings that matter.
typedef struct {
  /// Each mapping's number among all of them, see leafScore.
  int32_t *_Nonnull places;
  double *_Nonnull energies;
  double *_Nonnull occupancies;
  ptrdiff_t count;
  /// How many mappings had to have reckoned what they hold.
  ptrdiff_t reckoned;
} LeafScores;

/// Multiplies vectors of factors: every one of `first`, one after the other, with every one of `second`, term by term.
///
/// - set: instructions that this processor has.
/// - products: as LeafVectors have them, `stride` numbers for each term.
void leafMultiply(
    LeafInstructions set, LeafVectors first, LeafVectors second, LeafScale scale, double *_Nonnull products,
    ptrdiff_t stride);

/// Finds the mappings whose energy is below the cutoff of what they hold: every vector of one list with every one of another.
///
/// What a mapping holds is reckoned only where its energy is below the cutoff of the least that it may hold. All sums of
/// products are whole numbers of at most 2^53, so that every order of summation gives the same.
///
/// - set: instructions that this processor has.
/// - lanes: the vectors of which LEAF_LANES are taken at a time. Mappings are numbered by them first: the first of them with
///   each of `others`, then the second one.
/// - others: the vectors that each of them is scored with.
/// - least: factors that no vector's of `others` are below.
/// - cutoffs: by ranges of occupancy, `cutoffCount` of them: the binary exponent and the six bits that follow the leading one.
///   None is above that of a range of less.
void leafScore(
    LeafInstructions set, LeafVectors lanes, LeafVectors others, LeafHeld least, const double *_Nonnull cutoffs,
    ptrdiff_t cutoffCount, LeafScores *_Nonnull scores);

#endif
