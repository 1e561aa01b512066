// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.internal;

/** What is done to text before it is split into words. */
public enum Normalization {
  /** Nothing. */
  NONE {
    @Override
    public String apply(String text) {
      return text;
    }

    @Override
    public Normalized aligned(String text) {
      return Normalized.unchanged(text);
    }

    @Override
    boolean leavesAlone(int codePoint) {
      return true;
    }
  },
  /**
   * Unicode normalization form C after Unicode 9, whatever the running JDK knows: that of Hugging
   * Face's tokenizers 0.23. A character that is newer stays where and as it is.
   */
  NFC {
    @Override
    public String apply(String text) {
      return FormC.normalize(text);
    }

    @Override
    public Normalized aligned(String text) {
      return FormC.aligned(text);
    }

    @Override
    boolean leavesAlone(int codePoint) {
      return FormC.leavesAlone(codePoint);
    }
  };

  /**
   * Normalizes text in linear time but for sorting marks; gives text that is normalized already
   * back as it is.
   *
   * @param text well-formed UTF-16
   */
  public abstract String apply(String text);

  /** Whether a character stays as it is, whatever is before and behind it. */
  abstract boolean leavesAlone(int codePoint);

  /**
   * Whether bytes are well-formed UTF-8 of nothing but characters that stay as they are. Of others
   * some may stay as well.
   */
  public boolean leavesAlone(byte[] utf8, int from, int to) {
    for (int i = Utf8.afterAscii(utf8, from, to); i < to; i = Utf8.afterAscii(utf8, i, to)) {
      int length = Utf8.length(utf8, i, to);
      if (length == 0 || !leavesAlone(Utf8.codePoint(utf8, i))) {
        return false;
      }
      i += length;
    }
    return true;
  }

  /** As {@link #apply}, and where each unit of the result comes from. */
  public abstract Normalized aligned(String text);
}
