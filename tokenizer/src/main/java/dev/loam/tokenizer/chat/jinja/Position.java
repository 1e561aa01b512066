// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

/** A place in a template, both numbers from 1. */
record Position(int line, int column) {}
