import csv
import io
import json
import subprocess


def tilebound(line):
    run = subprocess.run(["tilebound", *line.split()], capture_output=True, text=True)
    if run.returncode != 0:
        raise RuntimeError(run.stderr.strip())
    return run.stdout


# A record for each layer and capacity; a layer that occurs several times has one.
table = csv.DictReader(io.StringIO(tilebound("gap alexnet --capacity 16KiB,64KiB --reuse sliding --format csv")))
moved = {}
for row in table:
    capacity = int(row["capacity_bits"]) // 8192
    moved[capacity] = moved.get(capacity, 0) + int(row["count"]) * float(row["energy_data"])
for capacity, bits in moved.items():
    print(f"{capacity} KiB: {bits / 8e6:.1f} MB moved")

# JSON has more than tables do, a network's totals for one.
document = json.loads(tilebound("gap alexnet --capacity 16KiB --reuse sliding --format json"))
print(f"{len(document['records'])} records, {len(document['totals'])} total")
