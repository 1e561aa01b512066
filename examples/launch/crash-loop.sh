#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Kills trainings in the middle of what they do, again and again, and checks after every kill that
# nothing that was saved is lost, and at the end of every training that its model and metrics are,
# to the bit, those of one that was not killed. Every file operation of saving is killed at, before
# and after it and within writes, and as many moments are chosen at random.
#
#   examples/launch/crash-loop.sh [KILLS]
#
#   KILLS   10000 if not given, which takes some four hours on two cores
#
# Needs a JDK and Maven. The exit status is 0 if nothing was lost. Otherwise the report names the
# kills that led there, and the folder of the training, which is kept.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
exec mvn -f "$root/pom.xml" -pl train -am -Dtest=CrashLoopTest -Dsurefire.failIfNoSpecifiedTests=false \
  -Dloam.crash.kills="${1:-10000}" test
