// SPDX-License-Identifier: Apache-2.0
/** Process groups on Open MPI. */
@NullMarked
package dev.loam.parallel.mpi;

import org.jspecify.annotations.NullMarked;
