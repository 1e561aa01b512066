// SPDX-License-Identifier: Apache-2.0
/**
 * Instruction data as MindSpeed-LLM has it: three aligned indexed datasets with ids, attention mask
 * and labels, how they are made and how they are trained on.
 */
@NullMarked
package dev.loam.data.mindspeed;

import org.jspecify.annotations.NullMarked;
