// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import java.util.List;

/**
 * The tokens of a text and where in it each one comes from.
 *
 * <p>A token's span covers every character of the original text that the token holds a byte of: the
 * tokens of one character that is cut apart all have that character's span, and where normalization
 * joined or reordered characters, a token has the span of all of them. Spans never decrease and,
 * but for white space that an added token takes along, cover the whole text.
 *
 * @param ids the token ids
 * @param spans for each id its part of the original text
 */
@SuppressWarnings("ArrayRecordComponent") // A carrier of results, never compared.
public record Encoding(int[] ids, List<TextSpan> spans) {}
