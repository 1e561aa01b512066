// SPDX-License-Identifier: Apache-2.0
/**
 * Text in, text out: {@link dev.loam.serve.text.TextGenerator} puts a tokenizer and a chat template
 * around {@link dev.loam.model.generation.TokenGenerator}.
 */
@NullMarked
package dev.loam.serve.text;

import org.jspecify.annotations.NullMarked;
