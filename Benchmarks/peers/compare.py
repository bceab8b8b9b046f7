"""Compares `tilebound curve` with AccelForge's two-memory mapper. Started by accelforge.sh; see README.md."""

import argparse
import bisect
import contextlib
import csv
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BITS = 8
CAPACITIES = {"1 KiB": 1, "4 KiB": 4, "16 KiB": 16, "64 KiB": 64, "256 KiB": 256, "1 MiB": 1024}

# None is padded or strided: the input has p + r - 1 rows and q + s - 1 columns. Dimensions not named are 1.
LAYERS = {
    "gemm 512x512x512": dict(p=512, c=512, k=512),
    "fc 1x9216x4096": dict(c=9216, k=4096),
    "1x1 14x14 256-1024": dict(p=14, q=14, c=256, k=1024),
    "1x1 56x56 64-256": dict(p=56, q=56, c=64, k=256),
    "3x3 14x14 256-256": dict(p=14, q=14, c=256, k=256, r=3, s=3),
    "3x3 28x28 128-128": dict(p=28, q=28, c=128, k=128, r=3, s=3),
    "3x3 56x56 64-64": dict(p=56, q=56, c=64, k=64, r=3, s=3),
    "5x5 27x27 64-192": dict(p=27, q=27, c=64, k=192, r=5, s=5),
}

TENSORS = {"I": "inputs", "W": "weights", "O": "outputs"}

# AccelForge computes in single precision: counts up to 2^24 words are exact, larger ones rounded at each step.
ROUNDING = 2**-19


# ----------------------------------------------------------------------------------------------------- AccelForge


def workload(shape):
    """The layer as an AccelForge workload. Dimensions of 1 are left out: they would only multiply its templates."""

    def projection(dims):
        return ", ".join(d for d in dims if d in shape)

    def axis(rank, out, kernel):
        if kernel in shape:
            return f"{rank}: {out} + {kernel}"
        return out if out in shape else None

    inputs = ", ".join(filter(None, ["c", axis("H", "p", "r"), axis("W", "q", "s")]))
    ranges = "\n".join(f"    - 0 <= {d} < {extent}" for d, extent in shape.items())
    return f"""\
workload:
  bits_per_value: {{All: {BITS}}}
  einsums:
  - einsum: "O[{projection("pqk")}] = I[{inputs}] * W[{projection("rsck")}]"
    iteration_space_shape:
{ranges}
    renames: {{output: O, input: I, weight: W}}
"""


def map_with_accelforge(shape, imperfect, directory):
    """Maps the layer twice in this process: (seconds of each, Pareto points)."""
    import accelforge
    import joblib
    from accelforge.mapper.FFM.main import map_workload_to_arch

    path = Path(directory, "workload.yaml")
    path.write_text(workload(shape))

    def run():
        # The bundled two-memory architecture: MainMemory costs 1 per bit read or written, all else nothing.
        spec = accelforge.Spec.from_yaml(str(path), accelforge.examples.arches.snowcat)
        # Usage is reported as a part of the size. A power of two keeps that exact.
        spec.arch.find("GlobalBuffer").size = 2**50
        spec.mapper.metrics = accelforge.Metrics.ENERGY | accelforge.Metrics.RESOURCE_USAGE
        spec.mapper.explore_imperfect_temporal_loops = imperfect
        start = time.perf_counter()
        # Without eval_in_detail, which models the found mappings once more and draws them.
        result = map_workload_to_arch(spec, print_progress=False, eval_in_detail=False)
        return time.perf_counter() - start, result.data

    # Start its worker processes, so that this and their imports are not in the time.
    imports = "import time, accelforge.mapper.FFM.main; time.sleep(1)"
    joblib.Parallel(n_jobs=os.cpu_count())(joblib.delayed(exec)(imports) for _ in range(os.cpu_count()))
    first, data = run()
    again, _ = run()

    usages = [c for c in data.columns if c.startswith("reservation<SEP>GlobalBuffer<SEP>")]
    points = []
    for _, row in data.iterrows():
        points.append(
            dict(
                capacity=max(float(row[u]) for u in usages) * 2**50,
                traffic=float(row["Total<SEP>energy"]),
                nest=nest(row["Total<SEP>mapping"]()),
            )
        )
    return dict(first=first, again=again, points=points)


def nest(mapping):
    """An AccelForge mapping as a Tilebound mapping, outermost first.

    A tensor's box is kept where AccelForge reserves space for it. That is at its storage node, or further in, below
    loops that the tensor depends on and that would not let it be reused, and at most one that slides it.
    """
    nodes = []
    for node in mapping.nodes:
        match type(node).__name__:
            case "Temporal":
                nodes.append({"for": str(node.rank_variable), "tile": int(node.tile_shape)})
            case "Reservation" if str(node.resource) == "GlobalBuffer":
                nodes += [{"keep": TENSORS[str(tensor)]} for tensor in node.purposes]
            case "Reservation" | "Storage" | "Compute":
                pass
            case other:
                raise ValueError(f"a {other} node in a mapping of two memories")
    return nodes


def mapping_file(nodes):
    lines = ["layer: shape", "mapping:"]
    for node in nodes:
        if "for" in node:
            lines += [f"  - for: {node['for']}", f"    tile: {node['tile']}"]
        else:
            lines.append(f"  - keep: {node['keep']}")
    return "\n".join(lines) + "\n"


def accelforge_curve(name, imperfect, directory):
    """Runs in a process of its own, so that no layer profits from what another left in memory."""
    answer = Path(directory, "answer.json")
    command = [sys.executable, __file__, "--map", name, "--answer", str(answer)] + ["--imperfect"] * imperfect
    done = subprocess.run(command, cwd=directory, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"compare.py: AccelForge failed on {name}\n{done.stderr[-4000:]}")
    return json.loads(answer.read_text())


# ------------------------------------------------------------------------------------------------------ Tilebound


class Tilebound:
    def __init__(self, program, shape):
        self.program = program
        self.options = ["--shape", ",".join(f"{d}={extent}" for d, extent in ({"p": 1} | shape).items())]
        self.options += ["--bits", str(BITS)]

    def run(self, verb, *options, form="csv", reuse="sliding"):
        command = [self.program, verb, *self.options, "--reuse", reuse, *options, "--format", form]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"compare.py: {' '.join(command)} failed: {done.stderr.strip()}")
        return done.stdout

    def records(self, verb, *options, **settings):
        return list(csv.DictReader(io.StringIO(self.run(verb, *options, **settings))))

    def curve(self, runs):
        """(median seconds of the whole process, points as (capacity, traffic))."""
        seconds = []
        for _ in range(runs):
            start = time.perf_counter()
            text = self.run("curve")
            seconds.append(time.perf_counter() - start)
        records = csv.DictReader(io.StringIO(text))
        points = sorted((int(r["capacity_bits"]), int(r["traffic_bits_total"])) for r in records)
        return statistics.median(seconds), points

    def overlap(self):
        """The traffic at each capacity where boxes keep what they have in common and loops turn round."""
        sizes = [f"{kibibytes}KiB" for kibibytes in CAPACITIES.values()]
        records = [self.records("optimize", "--capacity", size, reuse="overlap")[0] for size in sizes]
        return [int(record["traffic_bits_total"]) for record in records]

    def evaluate(self, nodes, directory):
        path = Path(directory, "mapping.yaml")
        path.write_text(mapping_file(nodes))
        record = self.records("evaluate", "--mapping", str(path))[0]
        return int(record["occupancy_bits"]), int(record["traffic_bits_total"])

    def replay(self, nodes, directory):
        path = Path(directory, "mapping.yaml")
        path.write_text(mapping_file(nodes))
        return self.run("evaluate", "--mapping", str(path), "--replay", form="table")


def at(points, capacity):
    """The traffic of a sorted curve at a capacity, or None where nothing fits."""
    index = bisect.bisect_right(points, capacity, key=lambda point: point[0])
    return min(traffic for _, traffic in points[:index]) if index else None


# ----------------------------------------------------------------------------------------------------- comparison


def compare(name, tilebound, arguments, directory):
    theirs = accelforge_curve(name, arguments.imperfect, directory)
    seconds, ours = tilebound.curve(arguments.runs)
    points = []
    for point in theirs["points"]:
        held, moved = tilebound.evaluate(point["nest"], directory)
        differs_by = {
            "held": point["capacity"] - held if abs(point["capacity"] - held) > ROUNDING * held else 0,
            "moved": point["traffic"] - moved if abs(point["traffic"] - moved) > ROUNDING * moved else 0,
        }
        # Where they count alike, Tilebound's count of the mapping is AccelForge's without its rounding. Where they do not,
        # the curve is held to the lower of both.
        capacity = held + min(0, round(differs_by["held"]))
        traffic = moved + min(0, round(differs_by["moved"]))
        best = at(ours, capacity)
        points.append(
            dict(
                point,
                counted=(held, moved),
                alike=not any(differs_by.values()),
                lower=any(d < 0 for d in differs_by.values()),
                at=(capacity, traffic),
                best=best,
                above=best is None or best > traffic,
                below=best is not None and best < traffic,
            )
        )
    # The curve as AccelForge gives it: by its own counts.
    curve = sorted(p["at"] if p["alike"] else (round(p["capacity"]), round(p["traffic"])) for p in points)
    return dict(
        theirs, name=name, seconds=seconds, ours=ours, overlap=tilebound.overlap(), points=points, theirs=curve
    )


def words(bits):
    return "-" if bits is None else f"{bits // BITS:,}".replace(",", " ")


def table(head, rows):
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    for row in [head, *rows]:
        cells = [cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths))]
        print("  ".join(cells).rstrip())


def report(results):
    print("Seconds, their ratios, Pareto points, and how many of AccelForge's mappings Tilebound counts the same.\n")
    table(
        ["layer", "AccelForge", "again", "Tilebound", "ratio", "again", "AccelForge", "Tilebound", "counted alike"],
        [
            [
                r["name"],
                f"{r['first']:.2f} s",
                f"{r['again']:.2f} s",
                f"{r['seconds']:.3f} s",
                f"{r['first'] / r['seconds']:.0f}",
                f"{r['again'] / r['seconds']:.0f}",
                f"{len(r['points'])}",
                f"{len(r['ours'])}",
                f"{sum(p['alike'] for p in r['points'])} of {len(r['points'])}",
            ]
            for r in results
        ],
    )
    print("\nWords moved from and to DRAM with a Buffer of this size, their ratio, and what --reuse overlap moves.\n")
    rows = []
    for r in results:
        theirs = [at(r["theirs"], kibibytes * 8192) for kibibytes in CAPACITIES.values()]
        ours = [at(r["ours"], kibibytes * 8192) for kibibytes in CAPACITIES.values()]
        rows.append([r["name"], "AccelForge", *map(words, theirs)])
        rows.append(["", "Tilebound", *map(words, ours)])
        rows.append(["", "ratio", *(f"{t / o:.3f}" if t and o else "-" for t, o in zip(theirs, ours))])
        rows.append(["", "overlap", *map(words, r["overlap"])])
    table(["layer", "", *CAPACITIES], rows)


def describe(title, name, point, arguments, directory):
    held, moved = point["counted"]
    print(f"\n{title} {name}")
    print(f"  AccelForge's mapping, by AccelForge: {point['traffic']:.0f} bit moved, {point['capacity']:.0f} bit held")
    print(f"  AccelForge's mapping, by Tilebound:  {moved} bit moved, {held} bit held")
    print(f"  Tilebound's curve at {point['at'][0]} bit: {point['best']} bit moved")
    print(mapping_file(point["nest"]))
    if point["above"] or point["lower"]:
        print(Tilebound(arguments.tilebound, LAYERS[name]).replay(point["nest"], directory))


def check(results, arguments, directory):
    """Prints the check's outcome; 1 where Tilebound's curve is above AccelForge's, or its count of a mapping is."""
    points = [(r["name"], p) for r in results for p in r["points"]]
    for name, point in [(n, p) for n, p in points if p["above"]][:5]:
        describe("VIOLATION, Tilebound's curve is above AccelForge's:", name, point, arguments, directory)
    for name, point in [(n, p) for n, p in points if p["lower"] and not p["above"]][:5]:
        describe("DIFFERENCE, AccelForge counts less of the same mapping:", name, point, arguments, directory)
    higher = [(n, p) for n, p in points if not p["alike"] and not p["lower"]]
    for name, point in higher[:1]:
        describe("Note, Tilebound counts less of the same mapping:", name, point, arguments, directory)

    above, below = (sum(p[key] for _, p in points) for key in ("above", "below"))
    lower = sum(p["lower"] for _, p in points)
    print(
        f"\nAccelForge has {len(points)} Pareto points. Tilebound's curve is below {below} of them, "
        f"on {len(points) - above - below}, above {above}."
    )
    print(
        f"Of their mappings both count {len(points) - lower - len(higher)} alike, "
        f"Tilebound counts {len(higher)} lower and {lower} higher."
    )
    print("FAILED" if above or lower else "Passed: Tilebound's curve is nowhere above AccelForge's.")
    return 1 if above or lower else 0


def main():
    parser = argparse.ArgumentParser(prog="accelforge.sh", description="Compares tilebound curve with AccelForge.")
    parser.add_argument("--tilebound", default="tilebound", help=argparse.SUPPRESS)
    parser.add_argument("--layer", action="append", choices=LAYERS, help="only this layer; may be repeated")
    parser.add_argument("--imperfect", action="store_true", help="let AccelForge try tiles that do not divide, too")
    parser.add_argument("--runs", type=int, default=5, help="runs of tilebound, of which the median counts (default 5)")
    parser.add_argument("--map", choices=LAYERS, help=argparse.SUPPRESS)
    parser.add_argument("--answer", help=argparse.SUPPRESS)
    try:
        arguments = parser.parse_args()
    except SystemExit as exit:
        return 64 if exit.code else 0

    with tempfile.TemporaryDirectory() as directory:
        if arguments.map:
            with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
                answer = map_with_accelforge(LAYERS[arguments.map], arguments.imperfect, directory)
            Path(arguments.answer).write_text(json.dumps(answer))
            return 0

        tiles = "all tile sizes of dimensions that index alone" if arguments.imperfect else "divisors only"
        print(f"AccelForge: {tiles}, {os.cpu_count()} processes. Tilebound: --reuse sliding. All words {BITS} bits.\n")
        results = []
        for name in arguments.layer or LAYERS:
            print(f"{name} ...", file=sys.stderr, flush=True)
            results.append(compare(name, Tilebound(arguments.tilebound, LAYERS[name]), arguments, directory))
        report(results)
        return check(results, arguments, directory)


if __name__ == "__main__":
    sys.exit(main())
