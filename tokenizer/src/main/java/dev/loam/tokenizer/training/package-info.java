// SPDX-License-Identifier: Apache-2.0
/** Training of tokenizers: text to vocabulary and merges. */
@NullMarked
package dev.loam.tokenizer.training;

import org.jspecify.annotations.NullMarked;
