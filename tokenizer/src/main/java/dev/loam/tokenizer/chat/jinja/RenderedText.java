// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.List;

/**
 * What a template wrote.
 *
 * @param runs where its characters come from; they cover the text in order, and neighbours differ
 */
public record RenderedText(String text, List<Run> runs) {
  /** Characters of one origin, from {@code start} up to {@code end} in UTF-16 units. */
  public record Run(int start, int end, Origin origin) {}
}
