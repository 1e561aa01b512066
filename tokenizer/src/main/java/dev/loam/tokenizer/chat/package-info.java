// SPDX-License-Identifier: Apache-2.0
/**
 * Conversations to text as a tokenizer's chat template writes them, knowing of every character of
 * the text which message it came from.
 */
@NullMarked
package dev.loam.tokenizer.chat;

import org.jspecify.annotations.NullMarked;
