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
# Without the colours, and without the frame that molecule draws.
plain() {
  sed 's/\x1b\[[0-9;]*m//g; s/^  │ //' "$log"
}
# The failures and closing lines of pytest, and the errors of ansible-test, which stand far above the end, too.
plain | grep -E '^(FAILED|ERROR) [^-]|^(ERROR|FATAL): |^=+ .*(passed|failed|error|no tests ran).* in [0-9.]+s' | sed 's/^/    /'
if [ "$status" -ne 0 ]; then
  # What Ansible says of a failed task stands far above the end, where hosts are removed.
  plain | grep -E -B 2 -A 20 '^(fatal|failed): \[' | cut -c 1-600 | tail -n 60
  plain | tail -n 30
fi
exit "$status"
