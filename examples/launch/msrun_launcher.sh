#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Takes the place of MindFormers' scripts/msrun_launcher.sh: same arguments, same log files.
#
#   bash examples/launch/msrun_launcher.sh "run_mindformer.py --config FILE [--KEY VALUE]..." \
#     [WORKER_NUM=8] [LOCAL_WORKER] [MASTER_ADDR] [MASTER_PORT] [NODE_RANK=0] \
#     [LOG_DIR=output/msrun_log] [JOIN=True] [CLUSTER_TIME_OUT]
#
# with 1, 2, 6 or 9 arguments. MF_LOG_SUFFIX is added to LOG_DIR's name. What is different:
#
# - Ranks are threads of one process, as many as the configuration's layout has, and worker_0.log
#   is the log of all; LOAM_LAUNCHER=mpi makes them processes of Open MPI, one log each.
# - With ranks on several machines Open MPI starts them all from node 0, through ssh: LOAM_HOSTS
#   names the machines. MASTER_ADDR and MASTER_PORT are not needed, and there is no scheduler.log.
# - The script waits for the training and shows what worker_0 says; only with JOIN=False does it
#   leave it in the background. The exit status is the training's.
# - CLUSTER_TIME_OUT is how long, in seconds, a rank waits for the others at any time.
set -euo pipefail

here=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)

usage() {
  printf 'msrun_launcher.sh: %s\n' "$1" >&2
  sed -n '/^#   bash/,/^# with/s/^# *//p' "${BASH_SOURCE[0]}" >&2
  exit 2
}

case $# in 1 | 2 | 6 | 9) ;; *) usage "1, 2, 6 or 9 arguments, not $#" ;; esac
workers=${2:-8}
local_workers=${3:-$workers}
node=${6:-0}
logs=${7:-output/msrun_log}${MF_LOG_SUFFIX:-}
join=${8:-True}
timeout=${9:-}

# The command is split at spaces, as upstream does it.
set -f
# shellcheck disable=SC2086
set -- $1
set +f
case ${1:-} in python | python3 | */python | */python3) shift ;; esac
case ${1:-} in
  run_mindformer.py | */run_mindformer.py) shift ;;
  *) usage "the command is '${1:-}'; it starts with run_mindformer.py" ;;
esac

# A configuration that is not here may be one of Loam's.
arguments=()
while [ $# -gt 0 ]; do
  case $1 in
    --config)
      [ $# -gt 1 ] || usage "--config needs a value"
      file=$2
      [ -e "$file" ] || [ ! -e "$here/../../$file" ] || file=$here/../../$file
      arguments+=(--config "$file")
      shift
      ;;
    *) arguments+=("$1") ;;
  esac
  shift
done
[ -z "$timeout" ] || arguments+=(--collective_timeout "$timeout")

command=("$here/ranks.sh" "$workers" "$local_workers" "$node" "$logs" "${arguments[@]}")
case $join in
  True | true) exec "${command[@]}" ;;
  False | false)
    nohup "${command[@]}" </dev/null >/dev/null 2>&1 &
    echo "process $! trains; its log is $logs/worker_0.log"
    ;;
  *) usage "JOIN is '$join'; it is True or False" ;;
esac
