#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The recommended way to run a command as an MPI job; copy the line at the end and adapt it.
#
#   examples/launch/mpirun.sh RANKS COMMAND [ARGUMENT...]
#
# --bind-to none      a rank computes with several threads, which mpirun would tie to one core
# --oversubscribe     allows more ranks than cores; leave it out to be told instead
# -x UCX_ERROR_SIGNALS=   keeps UCX, which Open MPI may load, from taking the signals that Java works
#                     with; Loam sets it too, but some versions of UCX are loaded before it can
#
# Several machines: add --host a:4,b:4 (ranks on each), and -x for every variable that ranks need,
# such as -x JAVA_HOME -x JAVA_OPTS; the folder of Loam and the data have the same paths on all. With
# more than one network: --mca btl_tcp_if_include 10.0.0.0/24 --mca oob_tcp_if_include 10.0.0.0/24.
# When a link fails, ranks end after their deadline; mpirun itself and its daemons wait for TCP to
# give up, which net.ipv4.tcp_retries2 sets. Slurm: srun --mpi=pmix COMMAND in place of mpirun.
set -eu
[ $# -ge 2 ] || {
  echo "usage: mpirun.sh RANKS COMMAND [ARGUMENT...]" >&2
  exit 2
}
ranks=$1
shift
# mpirun refuses root, which containers run as, unless told otherwise.
root=
[ "$(id -u)" != 0 ] || root=--allow-run-as-root
exec mpirun $root --bind-to none --oversubscribe -x UCX_ERROR_SIGNALS= -n "$ranks" "$@"
