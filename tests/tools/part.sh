#!/bin/sh
# Run one part of `make test`: its output goes to a log, and here come its result and the counts of its tests.
#
#     tests/tools/part.sh NAME COMMAND…
set -u
name=$1
shift
logs=tests/output/logs
log=$logs/$name.log
mkdir -p "$logs"
started=$(date +%s)
"$@" >"$log" 2>&1
status=$?
seconds=$(($(date +%s) - started))

result=passed
[ "$status" -eq 0 ] || result=FAILED
printf '%-8s %-14s %5d s   %s\n' "$result" "$name" "$seconds" "$log" | tee "$logs/$name.result"
# The failures and closing lines of pytest, without its colours.
sed 's/\x1b\[[0-9;]*m//g' "$log" |
  grep -E '^(FAILED|ERROR) |^=+ .*(passed|failed|error|no tests ran).* in [0-9.]+s' | sed 's/^/    /'
[ "$status" -eq 0 ] || tail -n 60 "$log"
exit "$status"
