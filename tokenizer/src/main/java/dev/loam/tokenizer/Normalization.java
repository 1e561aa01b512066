// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import java.text.Normalizer;

/** What is done to text before it is split into words. */
enum Normalization {
  NONE {
    @Override
    String apply(String text) {
      return text;
    }
  },
  /** Unicode normalization form C, in the Unicode version of the running JDK. */
  NFC {
    @Override
    String apply(String text) {
      return isBelowCombining(text) ? text : Normalizer.normalize(text, Normalizer.Form.NFC);
    }
  };

  abstract String apply(String text);

  /** Nothing below U+0300 composes with anything below it, so such text is in form C already. */
  private static boolean isBelowCombining(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= '\u0300') {
        return false;
      }
    }
    return true;
  }
}
