// SPDX-License-Identifier: Apache-2.0
/** What a run has at its disposal and takes of it: memory of the process, speed of the machine. */
@NullMarked
package dev.loam.train.machine;

import org.jspecify.annotations.NullMarked;
