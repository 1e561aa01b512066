// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * Where a command reads what is typed.
 *
 * @param stream UTF-8
 * @param kind who types
 */
record Input(InputStream stream, Kind kind) {
  /** What stands behind standard input. */
  enum Kind {
    /** Someone who sees what is written. */
    TERMINAL,
    /** A file or another program. */
    LINES,
    /** Nothing. */
    NONE
  }

  /** No input at all. */
  static Input none() {
    return new Input(InputStream.nullInputStream(), Kind.NONE);
  }

  BufferedReader lines() {
    return new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
  }
}
