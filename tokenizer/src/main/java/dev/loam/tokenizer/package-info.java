// SPDX-License-Identifier: Apache-2.0
/** Text to token ids and back: byte-level BPE. */
@NullMarked
package dev.loam.tokenizer;

import org.jspecify.annotations.NullMarked;
