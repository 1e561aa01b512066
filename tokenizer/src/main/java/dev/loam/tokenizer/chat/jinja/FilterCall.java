// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

/** A filter and its arguments, without what it is applied to. */
record FilterCall(Position at, String name, CallArguments arguments) {}
