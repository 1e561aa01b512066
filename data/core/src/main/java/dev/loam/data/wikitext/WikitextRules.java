// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.wikitext;

import dev.loam.data.internal.PythonText;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is done to the text of one WikiText paragraph, rule by rule in the customary order. The
 * rules for brackets and quotes are scanned by hand: linear in time, with no recursion.
 */
final class WikitextRules {
  /** Never matches ordinary text: the slashes belong to it. Kept, as is its odd replacement. */
  private static final Pattern YEAR_CONTRACTION = Pattern.compile("/' [0-9]/");

  private static final String YEAR_REPLACEMENT = Matcher.quoteReplacement("/'[0-9]/");

  private WikitextRules() {}

  static String clean(String paragraph) {
    String text = paragraph;
    text = text.replace("s '", "s'");
    text = YEAR_CONTRACTION.matcher(text).replaceAll(YEAR_REPLACEMENT);

    text = text.replace(" @-@ ", "-");
    text = text.replace(" @,@ ", ",");
    text = text.replace(" @.@ ", ".");

    text = text.replace(" : ", ": ");
    text = text.replace(" ; ", "; ");
    text = text.replace(" . ", ". ");
    text = text.replace(" ! ", "! ");
    text = text.replace(" ? ", "? ");
    text = text.replace(" , ", ", ");

    text = trimInside(text, '(', ')');
    text = trimInside(text, '[', ']');
    text = trimInside(text, '{', '}');
    text = trimInside(text, '"', '"');
    text = trimInside(text, '\'', '\'');

    text = text.replace("= = = =", "====");
    text = text.replace("= = =", "===");
    text = text.replace("= =", "==");
    text = text.replace(" \u00b0 ", "\u00b0");
    text = text.replace(" \n", "\n");
    text = text.replace("\n ", "\n");
    text = text.replace(" N ", " 1 ");
    text = text.replace(" 's", "'s");
    return text;
  }

  /** Removes white space just inside each pair: from an opening mark to the next closing one. */
  private static String trimInside(String text, char open, char close) {
    StringBuilder out = new StringBuilder(text.length());
    int done = 0;
    while (true) {
      int from = text.indexOf(open, done);
      int to = from < 0 ? -1 : text.indexOf(close, from + 1);
      if (to < 0) {
        return out.append(text, done, text.length()).toString();
      }
      out.append(text, done, from + 1);
      out.append(PythonText.strip(text.substring(from + 1, to)));
      out.append(close);
      done = to + 1;
    }
  }
}
