#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs a command as an MPI job over two hosts, without having two: each is a network namespace of
# this machine with a name of its own, and they reach each other by one link, through TCP only. Needs
# Linux, root, iproute2 and Open MPI.
#
#   examples/launch/two-hosts.sh [-n RANKS] [-c SECONDS] COMMAND [ARGUMENT...]
#
#   -n RANKS    ranks on each host; 1 if not given
#   -c SECONDS  cuts the link that long after the start, and says so; then all processes of the job
#               have to end by themselves
#
# The exit status is that of mpirun; 2 if namespaces cannot be made here.
# shellcheck disable=SC2016,SC2317 # the inner shell expands; clean runs at the end
set -eu

fail() {
  printf 'two-hosts: %s\n' "$1" >&2
  exit 2
}

# A command on one of the hosts, which has its own network and its own name.
on() {
  host=$1
  shift
  ip netns exec "$host" unshare --uts sh -c 'hostname "$0"; exec "$@"' "$host" "$@"
}

# mpirun calls this script to start its daemon on the other host: address, then a shell command.
if [ "${1:-}" = --agent ]; then
  other=$2
  shift 3
  on "$other" sh -c "$*"
  exit
fi

ranks=1
cut=
while getopts n:c: option; do
  case $option in
    n) ranks=$OPTARG ;;
    c) cut=$OPTARG ;;
    *) exit 2 ;;
  esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || fail "no command; see the head of this file"
for tool in ip unshare mpirun; do
  command -v "$tool" >/dev/null || fail "no $tool found (Debian: apt install iproute2 util-linux openmpi-bin)"
done
[ "$(id -u)" = 0 ] || fail "network namespaces need root"

here=loam-a-$$
there=loam-b-$$
clean() {
  [ -z "${cutter:-}" ] || kill "$cutter" 2>/dev/null || true
  for host in "$here" "$there"; do
    # A daemon that lost its mpirun would wait for the network to give up, which takes minutes.
    ip netns pids "$host" 2>/dev/null | xargs -r kill -9 2>/dev/null || true
    ip netns del "$host" 2>/dev/null || true
  done
}
trap clean EXIT
trap 'exit 130' INT TERM

ip netns add "$here" || fail "network namespaces cannot be made here"
ip netns add "$there" || fail "network namespaces cannot be made here"
ip -n "$here" link add link0 type veth peer name link0 netns "$there" ||
  fail "links between network namespaces cannot be made here"
ip -n "$here" address add 10.77.0.1/24 dev link0
ip -n "$there" address add 10.77.0.2/24 dev link0
for host in "$here" "$there"; do
  # mpirun and its daemon give a dead connection up after seconds, not a quarter of an hour.
  ip netns exec "$host" sh -c 'echo 3 >/proc/sys/net/ipv4/tcp_retries2'
  ip -n "$host" link set lo up
  ip -n "$host" link set link0 up
done

if [ -n "$cut" ]; then
  (
    sleep "$cut" >/dev/null 2>&1
    ip -n "$here" link set link0 down
    printf 'two-hosts: the link is cut\n' >&2
  ) &
  cutter=$!
fi

script=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)/$(basename -- "$0")
status=0
on "$here" env UCX_ERROR_SIGNALS= mpirun --allow-run-as-root --oversubscribe --bind-to none \
  --mca plm_rsh_agent "$script --agent $there" \
  --mca pml ob1 --mca btl tcp,self \
  --mca btl_tcp_if_include 10.77.0.0/24 --mca oob_tcp_if_include 10.77.0.0/24 \
  --mca oob_tcp_keepalive_time 1 --mca oob_tcp_keepalive_intvl 1 --mca oob_tcp_keepalive_probes 2 \
  --host "10.77.0.1:$ranks,10.77.0.2:$ranks" -n $((2 * ranks)) "$@" || status=$?
exit "$status"
