// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

/**
 * How text is cut into words; tokens never reach across words. Both are scanners written by hand
 * for one regular expression each, with the meaning the expression has in Hugging Face's library.
 */
public enum PreTokenizer {
  /** Qwen2, Qwen2.5 and Qwen3: words with one leading character, single digits, line ends. */
  QWEN(
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
          + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+") {
    @Override
    public int wordEnd(byte[] utf8, int start, int limit) {
      return QwenWords.end(utf8, start, limit);
    }
  },
  /** GPT-2: words and numbers with one leading space. */
  GPT2("'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+") {
    @Override
    public int wordEnd(byte[] utf8, int start, int limit) {
      return Gpt2Words.end(utf8, start, limit);
    }
  };

  private final String regex;

  PreTokenizer(String regex) {
    this.regex = regex;
  }

  /** The regular expression of which every match is a word. */
  public String regex() {
    return regex;
  }

  /**
   * Where the word that starts at {@code start} ends. The words of a text follow each other without
   * gaps.
   *
   * @param utf8 holds the text: well-formed UTF-8, which is not checked
   * @param start an index inside the text, where a word starts
   * @param limit where the text ends
   */
  public abstract int wordEnd(byte[] utf8, int start, int limit);
}
