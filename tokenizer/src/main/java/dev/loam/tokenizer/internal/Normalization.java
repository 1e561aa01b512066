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
  };

  /**
   * Normalizes text in linear time but for sorting marks; gives text that is normalized already
   * back as it is.
   *
   * @param text well-formed UTF-16
   */
  public abstract String apply(String text);

  /** As {@link #apply}, and where each unit of the result comes from. */
  public abstract Normalized aligned(String text);
}
