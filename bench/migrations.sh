#!/usr/bin/env bash
# Times small migrations, applied by basekeeper and by psql one after the other, and prints the overhead of one.
#
# usage: bench/migrations.sh [BINARY] [COUNT]     needs DATABASE_URL of an empty database that may be written to
set -euo pipefail
cd "$(dirname "$0")/.."
binary=$(realpath "${1:-build/release/basekeeper}")
count=${2:-50}
: "${DATABASE_URL:?names an empty database, such as one of basekeeper local}"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
: >"$folder/config.toml"
export BASEKEEPER_STATE_DIR=$folder/state BASEKEEPER_CONFIG=$folder/config.toml

write_scripts() {
    mkdir -p "$folder/$1"
    for n in $(seq 1 "$count"); do
        printf 'create table %s_%s (id int primary key, body text);\ncreate index on %s_%s (body);\n' "$1" "$n" "$1" "$n" \
            >"$folder/$1/$((1000 + n))_m.sql"
    done
}
microseconds() { echo $(($(date +%s%N) / 1000)); }

for name in ours its session; do write_scripts "$name"; done
psql -qX "$DATABASE_URL" -c 'select 1' >/dev/null # the first connection warms the server

for file in "$folder"/its/*.sql; do
    begin=$(microseconds)
    psql -qX -1 -f "$file" "$DATABASE_URL"
    echo $(($(microseconds) - begin))
done >"$folder/processes"

# What the server alone takes: all files in one session of psql, each in a transaction of its own.
for file in "$folder"/session/*.sql; do printf 'begin;\n\\i %s\ncommit;\n' "$file"; done >"$folder/all.psql"
begin=$(microseconds)
psql -qX -f "$folder/all.psql" "$DATABASE_URL"
session=$(($(microseconds) - begin))

begin=$(microseconds)
"$binary" migration up --dir "$folder/ours" --yes --output json >"$folder/report.json"
whole=$(($(microseconds) - begin))

python3 - "$folder" "$session" "$whole" "$count" <<'END'
import json, statistics, sys
folder = sys.argv[1]
session, whole, count = (int(a) for a in sys.argv[2:5])
ours = statistics.median(m["duration_ms"] for m in json.load(open(folder + "/report.json"))["done"])
process = statistics.median(int(line) / 1000 for line in open(folder + "/processes"))
each = session / 1000 / count
print(f"{count} migrations of two statements, milliseconds for each")
print(f"basekeeper, its own median      {ours:6.1f}")
print(f"basekeeper, whole run / count   {whole / 1000 / count:6.1f}")
print(f"psql -1 -f, median of processes {process:6.1f}")
print(f"psql, one session / count       {each:6.1f}")
print(f"overhead of a step              {whole / 1000 / count - each:6.1f}  (over one session of psql, start-up included)")
END
