#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Starts the ranks of a training and keeps what they say; the other scripts here end with this one.
#
#   examples/launch/ranks.sh RANKS LOCAL_RANKS NODE_RANK LOG_DIR ARGUMENT...
#
#   RANKS        in all; LOCAL_RANKS of them on this machine
#   NODE_RANK    number of this machine; on all but 0 there is nothing to start
#   LOG_DIR      receives worker_K.log of rank K
#   ARGUMENT...  of loam train
#
# LOAM_LAUNCHER  threads: ranks are threads of one process, whose log is worker_0.log; the layout of
#                the configuration says how many. mpi: each is a process of Open MPI. By default
#                threads where all ranks are on this machine, else mpi.
# LOAM_HOSTS     where there are several machines: all of them, such as a:4,b:4
#
# Ctrl-C and SIGTERM arrive at the training, which saves its state first. The exit status is that of
# loam train.
set -euo pipefail

fail() {
  printf '%s: %s\n' "$(basename "$0")" "$1" >&2
  exit 2
}

here=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
loam=$here/../../loam

# Runs a command whose output goes to a file and is shown, passes signals on, and gives its status.
logged() {
  local log=$1 child status=0
  shift
  set -m # or the command would be deaf to Ctrl-C
  "$@" 2>&1 | tee -i "$log" &
  child=$(jobs -p)
  trap 'kill -INT "$child" 2>/dev/null' INT
  trap 'kill -TERM "$child" 2>/dev/null' TERM
  wait %1 || status=$?
  # A signal ends the first wait.
  while [ -n "$(jobs -p)" ]; do
    status=0
    wait %1 || status=$?
  done
  return "$status"
}

# mpirun calls this script for each rank: log folder, then the arguments of loam train.
if [ "${1:-}" = --rank ]; then
  rank=$OMPI_COMM_WORLD_RANK
  log=$2/worker_$rank.log
  shift 2
  [ "$rank" = 0 ] || exec "$loam" train "$@" >"$log" 2>&1
  logged "$log" "$loam" train "$@"
  exit
fi

[ $# -ge 4 ] || fail "usage: ranks.sh RANKS LOCAL_RANKS NODE_RANK LOG_DIR ARGUMENT..."
ranks=$1
local_ranks=$2
node=$3
logs=$4
shift 4
for number in "$ranks" "$local_ranks" "$node"; do
  case $number in '' | *[!0-9]*) fail "not a number: '$number'" ;; esac
done

if [ "$ranks" = "$local_ranks" ]; then
  launcher=${LOAM_LAUNCHER:-threads}
else
  launcher=${LOAM_LAUNCHER:-mpi}
fi
case $launcher in
  threads)
    [ "$ranks" = "$local_ranks" ] || fail "threads are ranks of one machine; unset LOAM_LAUNCHER"
    mkdir -p "$logs"
    logged "$logs/worker_0.log" "$loam" train "$@"
    ;;
  mpi)
    if [ "$node" != 0 ]; then
      echo "nothing to start on node $node: mpirun on node 0 starts the ranks of all machines"
      exit 0
    fi
    mkdir -p "$logs"
    hosts=()
    if [ "$ranks" != "$local_ranks" ]; then
      [ -n "${LOAM_HOSTS:-}" ] ||
        fail "$ranks ranks, $local_ranks of them here: name all machines, as in LOAM_HOSTS=a:4,b:4"
      hosts=(--host "$LOAM_HOSTS")
    fi
    # mpirun refuses root, which containers run as, unless told otherwise.
    root=()
    [ "$(id -u)" != 0 ] || root=(--allow-run-as-root)
    exec mpirun "${root[@]}" --bind-to none --oversubscribe -x UCX_ERROR_SIGNALS= "${hosts[@]}" \
      -n "$ranks" "$here/ranks.sh" --rank "$logs" "$@"
    ;;
  *) fail "LOAM_LAUNCHER is '$LOAM_LAUNCHER'; it is threads or mpi" ;;
esac
