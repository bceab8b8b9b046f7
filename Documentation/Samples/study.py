import duckdb
import pandas

# Each network at each capacity: repeated layers as often as they occur.
print(
    duckdb.sql(
        """
        SELECT network, capacity_bits // 8192 AS kib,
               sum(count * energy_data) AS bits, sum(count * lower_bound_data) AS bound
        FROM 'study.csv.gz' GROUP BY ALL ORDER BY ALL
        """
    ).fetchall()
)

# JSON lines have the same names, nested; many files are one table.
print(
    duckdb.sql(
        """
        SELECT layer, round(gap.data, 3) FROM read_json('part-*.jsonl.gz')
        WHERE capacity_bits = 131072 ORDER BY gap.data DESC LIMIT 2
        """
    ).fetchall()
)

# Once into a columnar form, which is smaller still and read a column at a time.
duckdb.sql("COPY (FROM 'study.csv.gz') TO 'study.parquet'")
print(duckdb.sql("SELECT count(*) FROM 'study.parquet'").fetchall())

frame = pandas.read_csv("study.csv.gz")
print(frame.groupby("dataflow").size().to_dict())
lines = pandas.read_json("part-1.jsonl.gz", lines=True)
print(len(lines), set(pandas.json_normalize(lines["energy"])["model"]))
