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
export BASEKEEPER_STATE_DIR=$folder/state BASEKEEPER_CONFIG=/dev/null

write_scripts() {
    mkdir -p "$folder/$1"
    for n in $(seq 1 "$count"); do
        printf 'create table %s_%s (id int primary key, body text);\ncreate index on %s_%s (body);\n' "$1" "$n" "$1" "$n" \
            >"$folder/$1/$((1000 + n))_m.sql"
    done
}
milliseconds() { echo $(($(date +%s%N) / 1000000)); }

write_scripts ours
write_scripts its
psql -qX "$DATABASE_URL" -c 'select 1' >/dev/null
begin=$(milliseconds)
for file in "$folder"/its/*.sql; do psql -qX -1 -f "$file" "$DATABASE_URL"; done
its=$(($(milliseconds) - begin))
"$binary" migration up --dir "$folder/ours" --yes --output json >"$folder/report.json"
# The server's share alone: all files in one session of psql, each in a transaction of its own.
write_scripts bare
for file in "$folder"/bare/*.sql; do printf 'begin;\n\\i %s\ncommit;\n' "$file"; done >"$folder/all.psql"
begin=$(milliseconds)
psql -qX -f "$folder/all.psql" "$DATABASE_URL"
bare=$(($(milliseconds) - begin))
python3 - "$folder/report.json" "$its" "$bare" "$count" <<'END'
import json, statistics, sys
ours = [m["duration_ms"] for m in json.load(open(sys.argv[1]))["done"]]
its, bare, count = (int(a) for a in sys.argv[2:])
print(f"{count} migrations: basekeeper median {statistics.median(ours)} ms each (sum {sum(ours)} ms)")
print(f"psql -1 -f, a process each: {its / count:.1f} ms each; one psql session: {bare / count:.1f} ms each")
print(f"overhead over one psql session: {statistics.median(ours) - bare / count:.1f} ms")
END
