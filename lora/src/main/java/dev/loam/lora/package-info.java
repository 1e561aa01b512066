// SPDX-License-Identifier: Apache-2.0
/** Low-rank adapters over linear layers. */
@NullMarked
package dev.loam.lora;

import org.jspecify.annotations.NullMarked;
