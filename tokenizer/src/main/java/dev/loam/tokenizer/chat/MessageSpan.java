// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat;

import dev.loam.tokenizer.TextSpan;

/**
 * A part of a rendered text that came from a message.
 *
 * @param span where it stands, in UTF-16 units
 * @param message the message's index
 * @param role the message's role
 * @param key the member of the message that it is or was made from, such as {@code content}; empty
 *     for what a template wrote of the message as a whole
 */
public record MessageSpan(TextSpan span, int message, String role, String key) {}
