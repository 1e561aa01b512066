// SPDX-License-Identifier: Apache-2.0
/**
 * Adapters in the format of Hugging Face's PEFT. {@link dev.loam.lora.peft.AdapterFolder} reads and
 * writes them.
 */
@NullMarked
package dev.loam.lora.peft;

import org.jspecify.annotations.NullMarked;
