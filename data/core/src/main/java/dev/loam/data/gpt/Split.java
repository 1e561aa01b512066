// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.gpt;

import dev.loam.data.DataFormatException;
import dev.loam.data.internal.NumpyMath;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which part of a dataset's sequences is for what. */
public enum Split {
  /** The first part: training. */
  TRAIN(0),
  /** The second part: validation. */
  VALID(1),
  /** The third part: test. */
  TEST(2);

  private static final int SPLITS = 3;
  private static final Pattern NUMBER = Pattern.compile("[.0-9]+");

  private final int place;

  Split(int place) {
    this.place = place;
  }

  /**
   * A part of a dataset, as fractions of its sequences.
   *
   * @param from where it begins, from 0
   * @param to where it ends, about 1 at most
   */
  public record Part(double from, double to) {
    /** All of it. */
    public static final Part ALL = new Part(0, 1);

    private static final double ROUNDING = 1e-9;

    /** Checks the bounds. */
    public Part {
      if (!(from >= 0 && from < to && to <= 1 + ROUNDING)) {
        throw new IllegalArgumentException("part from " + from + " to " + to + " of a dataset");
      }
    }

    int firstOf(int sequences) {
      return (int) Math.rint(from * sequences);
    }

    int endOf(int sequences) {
      return (int) Math.min(sequences, Math.rint(to * sequences));
    }
  }

  /**
   * The part of this split according to a string such as {@code "99, 1, 0"}: up to three shares for
   * training, validation and test, in any unit.
   *
   * @return nothing if the share is 0
   * @throws DataFormatException if the string holds no usable shares
   */
  public Optional<Part> of(String shares) {
    double[] normalised = NumpyMath.normalise(parse(shares));
    double from = 0;
    for (int i = 0; i < place; i++) {
      from += normalised[i];
    }
    double to = from + normalised[place];
    return from < to ? Optional.of(new Part(from, to)) : Optional.empty();
  }

  private static double[] parse(String shares) {
    List<Double> values = new ArrayList<>();
    Matcher number = NUMBER.matcher(shares);
    while (number.find()) {
      try {
        values.add(Double.valueOf(number.group()));
      } catch (NumberFormatException e) {
        throw new DataFormatException(
            "split \"%s\": \"%s\" is no number".formatted(shares, number.group()), e);
      }
    }
    double[] three = new double[SPLITS];
    if (values.size() > three.length) {
      throw new DataFormatException("split \"" + shares + "\": more than three shares");
    }
    for (int i = 0; i < values.size(); i++) {
      three[i] = values.get(i);
    }
    if (Arrays.stream(three).sum() <= 0) {
      throw new DataFormatException(
          "split \"" + shares + "\": no share above 0; write for example \"99, 1, 0\"");
    }
    return three;
  }
}
