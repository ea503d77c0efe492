#!/bin/sh
# SPDX-License-Identifier: MIT
#
# record.sh SECONDS FILE: records what the scheduler of this machine does, as text that `maxwell_replay` reads.
#
# Works in a trace instance of its own, instances/maxwell, so it disturbs nobody else's tracing, and removes it again
# however it ends. FILE is compressed when its name ends in .gz, and overwritten when it exists.
#
# MAXWELL_BUFFER_KB, from the environment, is the size of the kernel's buffer per processor: 16384 unless told.
# Exit codes: 0 recorded; 2 wrong use or no permission; 1 something else failed.

set -u

usage() { printf 'record: %s\n' "$1" >&2; exit 2; }
fail() { printf 'record: %s\n' "$1" >&2; exit 1; }

[ $# -eq 2 ] || usage 'give two arguments: SECONDS FILE'
seconds=$1
file=$2
buffer_kb=${MAXWELL_BUFFER_KB:-16384}

case $seconds in
'' | *[!0-9]* | ?????*) usage "'$seconds' is not a whole number of seconds from 1 to 3600" ;;
esac
# A leading zero would make the number octal for the shell.
seconds=$(expr "$seconds" + 0)
if [ "$seconds" -lt 1 ] || [ "$seconds" -gt 3600 ]; then
    usage "'$1' is not a whole number of seconds from 1 to 3600"
fi
case $buffer_kb in
'' | *[!0-9]* | ????????*) usage "MAXWELL_BUFFER_KB is '$buffer_kb', not a number of kilobytes" ;;
esac

[ "$(id -u)" -eq 0 ] || usage 'the kernel lets only root trace the scheduler: run this as root'
[ -n "$file" ] || usage 'the name of the file is empty'
[ ! -d "$file" ] || usage "'$file' is a directory"
# Tried before the recording, not after it; appending nothing leaves a file that exists as it is.
existed=no
[ -e "$file" ] && existed=yes
(: >>"$file") 2>/dev/null || usage "'$file' can't be written"

tracing=/sys/kernel/tracing
instance=
mounted=no
finished=no

clean_up() {
    if [ -n "$instance" ] && [ -d "$instance" ]; then
        echo 0 >"$instance/tracing_on" 2>/dev/null
        echo 0 >"$instance/events/enable" 2>/dev/null
        rmdir "$instance" || printf 'record: %s could not be removed\n' "$instance" >&2
    fi
    [ "$mounted" = no ] || umount "$tracing" 2>/dev/null
    # Nothing was recorded: leave no empty file behind that was not there before.
    [ "$finished" = yes ] || [ "$existed" = yes ] || rm -f "$file"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

if [ ! -d "$tracing/instances" ]; then
    tracing=/sys/kernel/debug/tracing
    if [ ! -d "$tracing/instances" ]; then
        tracing=/sys/kernel/tracing
        mount -t tracefs tracefs "$tracing" 2>/dev/null || usage 'this kernel has no tracefs that can be mounted'
        mounted=yes
        [ -d "$tracing/instances" ] || usage 'this kernel has no trace instances'
    fi
fi

if [ -d "$tracing/instances/maxwell" ]; then
    usage "$tracing/instances/maxwell is there already: another recording runs, or remove it with rmdir"
fi
mkdir "$tracing/instances/maxwell" 2>/dev/null || usage "this kernel gives no trace instance in $tracing/instances"
instance=$tracing/instances/maxwell

echo 0 >"$instance/tracing_on" || fail 'tracing can not be switched off'
echo "$buffer_kb" >"$instance/buffer_size_kb" || fail "the kernel gives no buffer of $buffer_kb KB per processor"
for event in sched_switch sched_wakeup sched_wakeup_new sched_stat_runtime; do
    if [ -e "$instance/events/sched/$event/enable" ]; then
        echo 1 >"$instance/events/sched/$event/enable" || fail "the event $event can not be switched on"
    elif [ "$event" = sched_stat_runtime ]; then
        printf 'record: this kernel has no sched_stat_runtime; run times come from the switches\n' >&2
    else
        usage "this kernel has no event $event"
    fi
done

# In the background, so that an interrupt is not kept waiting by the shell.
echo 1 >"$instance/tracing_on" || fail 'tracing can not be switched on'
sleep "$seconds" &
sleeper=$!
trap 'kill $sleeper 2>/dev/null; exit 130' INT
trap 'kill $sleeper 2>/dev/null; exit 143' TERM
wait $sleeper
echo 0 >"$instance/tracing_on"

lost=0
for stats in "$instance"/per_cpu/cpu*/stats; do
    count=$(awk '/^(overrun|commit overrun|dropped events):/ { n += $NF } END { print n + 0 }' "$stats")
    lost=$((lost + count))
done

case $file in
# Through cat: gzip warns when a file is longer than its size says, and the kernel says 0.
*.gz) cat "$instance/trace" | gzip -9 -n -c >"$file" ;;
*) cat "$instance/trace" >"$file" ;;
esac || fail "'$file' could not be written to its end"
finished=yes

events=$(case $file in *.gz) gzip -dc "$file" ;; *) cat "$file" ;; esac | grep -c -v '^#')
printf 'recorded %s seconds: %s events in %s' "$seconds" "$events" "$file"
if [ "$lost" -gt 0 ]; then
    printf '; %s more were lost, MAXWELL_BUFFER_KB=%s would keep them\n' "$lost" "$((buffer_kb * 4))"
else
    printf ', none lost\n'
fi
