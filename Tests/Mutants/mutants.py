"""Breaks a line at a time and sees whether the tests notice.

    python3 Tests/Mutants/mutants.py              # all mutants, in a copy of the package's last commit
    python3 Tests/Mutants/mutants.py 3 17         # those alone
    python3 Tests/Mutants/mutants.py --exhaustive 3
    python3 Tests/Mutants/mutants.py --cuts       # the broken rules of pruning, each of which must be named

A mutant is caught when some test fails, or when the program does not get through them. Quick tests are run first; with
--exhaustive those that brute force backs up, in an optimised build, are run too on what they do not catch. Each rule that leaves
mappings out is broken too: the tests that follow known optima must stop with the name of that rule.
"""

import os
import re
import subprocess
import sys
import tempfile
import time

# File, what stands there once, what is put in its place.
MUTANTS = [
    # The closed form of traffic.
    ("Mappings/PlainWalk.swift", "tile < block[loop.dimension.index]", "tile <= block[loop.dimension.index]"),
    ("Mappings/PlainWalk.swift", "counts.settled[depth] : counts.blocks[depth]", "counts.settled[depth] : 0"),
    ("Mappings/PlainWalk.swift", "if outputDepth + 1 == outputs.tiles.count {", "if outputDepth == 0 {"),
    ("Mappings/PlainWalk.swift", "rows(steps.map(\\.before)) + rows(steps.map(\\.after))", "rows(steps.map(\\.before)) + rows(steps.map(\\.before))"),
    ("Mappings/Traffic+ClosedForm.swift", "Words(try wordsLoaded(.outputs)) - finished", "Words(try wordsLoaded(.outputs))"),
    ("Mappings/Entries.swift", "sum(pieces.first, pieces.rest) ^ (block < pieces.first ? first : rest)", "sum(pieces.first, pieces.rest)"),
    ("Mappings/BoxGroup.swift", "sides & 1 << UInt64(position) != 0 ? last", "sides & 1 << UInt64(position) == 0 ? last"),
    ("Mappings/BoxGroup.swift", "change.rule == .slide, change.isBackward", "change.rule == .slide, !change.isBackward"),
    ("Mappings/Places.swift", "isBackward ? sum.forward ^ sum.difference : sum.forward", "sum.forward"),
    ("Mappings/RetainedSum.swift", "choice.products[term] &= factor", "choice.products[term] |= factor"),
    ("Mappings/RetainedSum.swift", "images[loop] ^= image(choice.products[term] & choice.differences[term])", "images[loop] ^= 0"),
    ("Mappings/InputRows.swift", "let least = i < kernelStep ? 0 : max(0, kernels - outputStep)", "let least = 0"),
    ("Mappings/Loop.swift", "rest: each > 0 ? phases - longer : 0", "rest: each > 1 ? phases - longer : 0"),
    ("Mappings/Blocks.swift", "if size % tile > 0 {", "if size % tile > 1 {"),
    ("Mappings/Blocks.swift", "after.depth == tiles.count && !after.isFirst", "after.depth == tiles.count"),
    # Occupancy.
    ("Mappings/Occupancy.swift", "product(weights, [.g, .k, .c])", "product(weights, [.g, .k])"),
    # The enumerator.
    ("MappingSearch/Axis/PlainBoxCounts.swift", "if outputMoves && (slide == .output || !kernelMoves) {", "if outputMoves && slide == .output {"),
    ("MappingSearch/Axis/PlainBoxCounts.swift", "max(1, equalBlocks(from: before, to: range.upperBound, tile) - 1)", "max(1, equalBlocks(from: before, to: range.upperBound, tile))"),
    ("MappingSearch/Axis/PlainBoxCounts.swift", "most = max(most, rows(outputs, kernels))", "most = rows(outputs, kernels)"),
    ("MappingSearch/Mapspace/Tiles.swift", "let count = (size + last - 2) / (last - 1)", "let count = (size + last - 2) / (last - 1) + 1"),
    ("MappingSearch/Mapspace/Tiles.swift", "(rest == 0 ? 0 : blocks(rest))", "(rest == 0 ? 0 : 1)"),
    ("MappingSearch/Mapspace/Mapspace.swift", "n: [.whole, .one, .one], k: [.every, .same, .same]", "n: [.whole, .one, .one], k: [.every, .same, .one]"),
    ("MappingSearch/Grid/Prices.swift", "spills = (model.readQuanta + model.writeQuanta)", "spills = (2 * model.writeQuanta)"),
    # The bounds.
    ("LowerBounds/Stretch.swift", "cost: all - (stretches - 1) * capacity", "cost: all - (stretches - 2) * capacity"),
    ("LowerBounds/Stretch.swift", "weightedWork, tensors: 3, exponent: 1.5, discountExponent: 0.5", "weightedWork, tensors: 3, exponent: 1.5, discountExponent: 0.25"),
    ("LowerBounds/Stretch.swift", "tensors: 2, exponent: 2, discountExponent: 1", "tensors: 3, exponent: 2, discountExponent: 1"),
    ("LowerBounds/Halo.swift", "let kept = weight * (1 - taps.lost(root))", "let kept = weight * (1 - 2 * taps.lost(root))"),
    ("LowerBounds/LowerBounds.swift", "weightedPairs += Double(count) / Double(kernels).squareRoot()", "weightedPairs += Double(count)"),
    ("LowerBounds/LowerBounds.swift", "best(loomisWhitney, discounted: inputs, constant: inputs - outputs)", "best(loomisWhitney, discounted: inputs, constant: inputs)"),
    ("LowerBounds/LowerBounds.swift", "usedInputs = max(usedInputs, ", "usedInputs = usedInputs + max(0, "),
    ("LowerBounds/LowerBounds.swift", "biases = max(biases, layer.biases.count)", "biases += layer.biases.count"),
    ("LowerBounds/HierarchyBound.swift", "for move in crossing { moves[move].rest -= price }", "for move in crossing { moves[move].rest -= 0 }"),
    # Parts that share their inputs.
    ("MappingSearch/SharedInputs.swift", "(besides.max() ?? .zero)", "(besides.min() ?? .zero)"),
    ("Workloads/WholeLayer.swift", "!entry.hasOwnInputs && ", ""),
    # The scorer and the search.
    ("Scoring/Scorer.swift", "kept &+= energies[place] < cutoffs[range] ? 1 : 0", "kept &+= energies[place] <= cutoffs[range] ? 1 : 0"),
    ("Scoring/Scorer.swift", "occupancies[column] = pair.3 * c3[column] + pair.4 * c4[column] + pair.5 * c5[column]", "occupancies[column] = pair.3 * c3[column] + pair.4 * c4[column] + pair.4 * c5[column]"),
    ("Scoring/FactorTable.swift", "reduce(CostFactors(all: .max)) { .least($0, table[$1]) }", "reduce(CostFactors(all: 0)) { .largest($0, table[$1]) }"),
    ("MappingSearch/Search/Incumbent.swift", "cutoffs.fill(0..<end, with: mapping.energy + 1)", "cutoffs.fill(0..<end, with: mapping.energy)"),
    ("MappingSearch/Search/SearchRun.swift", "statistics.prunedByCapacity += pruned", "statistics.prunedByCapacity += 2 * pruned"),
    ("MappingSearch/Grid/DataflowGrids.swift", "if isSquare || a == b { return [one] }", "if true { return [one] }"),
]

# The rule that is broken, file, what stands there once, what is put in its place.
CUTS = [
    ("block sizes", "MappingSearch/Axis/TileLadder.swift", "isDominated: fewest[tiles.lowerBound] <= count)", "isDominated: true)"),
    ("block sizes", "MappingSearch/Axis/PlainListing.swift", "boxesDiffer = axis.hasOverlap || axis.hasPaddedMACs", "boxesDiffer = axis.hasOverlap"),
    ("dominance", "MappingSearch/Axis/Skyline.swift", "if any(key .> keys[place]) {", "if any(key.lowHalf .> keys[place].lowHalf) {"),
    ("tiles", "MappingSearch/Mapspace/Mapspace.swift", "sizes.contains(.every) ? Tiles.byBlockCount(of: size) : [size]", "sizes.contains(.every) ? [size, 1] : [size]"),
    ("capacity", "MappingSearch/Search/Incumbent.swift", "cutoffs.fill(Cutoffs.range(of: capacity) + 1..<Cutoffs.count, with: 0)", "cutoffs.fill(Cutoffs.range(of: capacity) - 40..<Cutoffs.count, with: 0)"),
    ("corner", "MappingSearch/Grid/Nodes.swift", "grid.vertical.corners, Int(leaf.vertical),", "grid.vertical.corners, grid.vertical.chunks.count - 1,"),
    ("cutoff", "Scoring/Scorer.swift", "kept &+= energies[place] < cutoffs[range] ? 1 : 0", "kept &+= pairCount > 1 && place == 0 ? 0 : energies[place] < cutoffs[range] ? 1 : 0"),
    ("pool", "MappingSearch/Search/Incumbent.swift", "if (best.energy, best.occupancy) < (mapping.energy, mapping.occupancy) { return }", "if (best.energy, best.occupancy) > (mapping.energy, mapping.occupancy) { return }"),
    ("pool", "MappingSearch/Curves/ParetoFrontier.swift", "if mapping.energy >= cutoffs[range] { return }", "if mapping.energy >= cutoffs[range] - 3 { return }"),
    ("bound", "MappingSearch/Search/SearchEngine.swift", "if dataQuanta > leastQuanta { return false }", "if dataQuanta < leastQuanta { return false }"),
    ("visits", "MappingSearch/Search/SearchRun.swift", "Self.every(Self.seedStep, from: 0, of: leaves[...])", "Self.every(Self.seedStep, from: 1, of: leaves[...])"),
    ("visits of a tile", "MappingSearch/Overlap/OverlapGrid+Tiles.swift", "min(most.third, Double(x.largest) * zSize)", "min(most.third, Double(x.largest))"),
    ("chunks of tiles", "MappingSearch/Overlap/BlockRanges.swift", "max(largest, other.largest))", "largest)"),
    ("boxes of a tile", "MappingSearch/Overlap/OverlapSearch.swift", "guard prunes, let best, best.energy <= energy else", "guard prunes, let best, best.energy <= energy + 1 else"),
    ("boxes of a window", "MappingSearch/Overlap/OverlapCurve.swift", "return occupancies.lowerBound + next * unit - 1", "return occupancies.lowerBound + (next - 1) * unit - 1"),
    ("visits of a node", "MappingSearch/Wide/WideGrid.swift", "blocks.count <= Self.fewBlocks ? 1..<blocks.count : 1..<2", "1..<2"),
    ("groups of loops", "MappingSearch/Wide/WideLeaf.swift", "private func kept(_ room: Int) -> Int { min(room / width, mostKept) }", "private func kept(_ room: Int) -> Int { min(room / width, mostKept) / 2 }"),
    ("groups of loops", "MappingSearch/Wide/AxisTree.swift", "nodes[index].mostHeld = pointwiseMax(nodes[first].mostHeld, nodes[second].mostHeld)", ""),
    ("groups of loops", "MappingSearch/Wide/AxisTree.swift", "mostBlocks[index * blockCounts + count] = max(mostBlocks[one], mostBlocks[other])", ""),
    ("dominated loops", "MappingSearch/Wide/AxisChoice.swift", "[numbers, choice.burden].joined()", "[numbers, choice.burden.dropLast(3)].joined()"),
    ("capacities in a row", "MappingSearch/Wide/WideLeaf.swift", "occupancy(start &- 1) > incumbent.searched {", "occupancy(start &- 1) > incumbent.searched &+ grid.widths[2] {"),
    ("capacities in a row", "MappingSearch/Wide/WideLeaf.swift", "return words <= mostKept ? words &* width : nil", "return words <= mostKept ? 2 &* words &* width : nil"),
]

QUICK = "WorkloadsTests|DenseKernelsTests|ScoringTests|MappingsTests|LowerBoundsTests|MappingSearchTests"
SURVIVAL = "DebugSolutionTests/(survives|randomMappings)|EngineRuleTests"
EXHAUSTIVE = "OptimalityTests|BoundTests"
LIMIT = 400


def outcome(folder, arguments):
    """Whether a command ends well in time, the tests that failed, and all it wrote."""
    try:
        run = subprocess.run(arguments, cwd=folder, capture_output=True, text=True, errors="replace", timeout=LIMIT)
    except subprocess.TimeoutExpired:
        return False, ["took too long"], ""
    output = run.stdout + run.stderr
    failed = {
        line.split("Test ", 1)[1].split(" recorded")[0] for line in output.splitlines() if " recorded an issue" in line
    }
    return run.returncode == 0, sorted(failed) or ["ended with %d" % run.returncode], output


def mutant(folder, exhaustive):
    """What the tests say of a broken line, or None where they notice nothing."""
    good, failed, _ = outcome(folder, ["swift", "test", "--skip-build", "--filter", QUICK])
    if good and exhaustive:
        good, failed, _ = outcome(folder, ["swift", "test", "-c", "release", "--filter", EXHAUSTIVE])
    return None if good else "caught by " + ", ".join(failed[:3])


def cut(folder, rule):
    """What the tests that follow known optima say of a broken rule, or None where they do not name it."""
    _, _, output = outcome(folder, ["swift", "test", "--skip-build", "--filter", SURVIVAL])
    named = re.findall("lost to the rule '(.*?)'", output)
    return "named" if rule in named else None


def main():
    arguments = [a for a in sys.argv[1:] if not a.startswith("--")]
    exhaustive = "--exhaustive" in sys.argv
    jobs = [(mutation, lambda folder: mutant(folder, exhaustive)) for mutation in MUTANTS]
    if "--cuts" in sys.argv:
        jobs = [(mutation, lambda folder, rule=rule: cut(folder, rule)) for rule, *mutation in CUTS]
    chosen = [int(a) for a in arguments] or range(1, len(jobs) + 1)
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    survivors = []
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["git", "clone", "-q", root, folder], check=True)
        resolved = os.path.join(root, "Package.resolved")
        if os.path.exists(resolved):
            subprocess.run(["cp", resolved, folder], check=True)
        build = ["swift", "build", "--build-tests"]
        print("building what is whole", flush=True)
        subprocess.run(build, cwd=folder, check=True, capture_output=True)
        for number in chosen:
            (file, old, new), judge = jobs[number - 1]
            path = os.path.join(folder, "Sources", file)
            whole = open(path).read()
            if whole.count(old) != 1:
                sys.exit("mutant %d: '%s' stands %d times in %s" % (number, old, whole.count(old), file))
            start = time.time()
            open(path, "w").write(whole.replace(old, new))
            try:
                built, _, _ = outcome(folder, build)
                result = judge(folder) if built else "does not compile"
            finally:
                open(path, "w").write(whole)
            if result is None or not built:
                survivors.append(number)
            print("%2d %s: %s -> %s: %s (%d s)" % (number, file, old.strip()[:60], new.strip()[:60], result or "SURVIVED", time.time() - start), flush=True)
    print("survivors: %s" % (survivors or "none"))
    sys.exit(1 if survivors else 0)


main()
