// SPDX-License-Identifier: Apache-2.0
/**
 * Samples for fine-tuning: records of instructions and conversations, rendered with a chat
 * template, of which only what the assistant says is trained.
 */
@NullMarked
package dev.loam.data.sft;

import org.jspecify.annotations.NullMarked;
