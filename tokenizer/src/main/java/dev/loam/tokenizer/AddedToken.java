// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

/**
 * A token that is looked for in the text before it is split into words.
 *
 * @param content as it stands in the text
 * @param singleWord only where no word character stands before or after it
 * @param leftStrip takes the white space before it along
 * @param rightStrip takes the white space after it along
 * @param normalized looked for in the normalized text, not in the text as given
 * @param special left out when decoding without special tokens
 */
record AddedToken(
    int id,
    String content,
    boolean singleWord,
    boolean leftStrip,
    boolean rightStrip,
    boolean normalized,
    boolean special) {}
