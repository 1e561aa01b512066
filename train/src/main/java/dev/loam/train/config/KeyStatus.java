// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

/** What becomes of a key; the first of those that apply to it counts. */
enum KeyStatus {
  /** It is obeyed. */
  SUPPORTED,
  /** It can have one value only, which is what happens anyway; any other is refused. */
  FIXED,
  /** It is refused, with what to do instead. */
  REJECTED,
  /** It makes no difference here and is listed at the start of a run. */
  IGNORED
}
