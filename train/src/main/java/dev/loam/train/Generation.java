// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

/**
 * What a model makes of a text.
 *
 * @param prompt the text it was given
 * @param text what it wrote after it
 */
public record Generation(String prompt, String text) {}
