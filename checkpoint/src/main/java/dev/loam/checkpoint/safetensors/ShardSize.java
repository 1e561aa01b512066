// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The most data one file of a folder may hold, its header apart; a single tensor may exceed it.
 *
 * @param bytes the size in bytes, positive
 */
public record ShardSize(long bytes) {
  /** 5 GB. */
  public static final ShardSize DEFAULT = new ShardSize(5_000_000_000L);

  private static final Pattern TEXT =
      Pattern.compile("([0-9]{1,15}(?:\\.[0-9]{1,15})?) ?([KMGT]B)");
  private static final Map<String, Integer> EXPONENTS = Map.of("KB", 3, "MB", 6, "GB", 9, "TB", 12);

  /** Checks that the size is positive. */
  public ShardSize {
    if (bytes <= 0) {
      throw new IllegalArgumentException("a shard size of " + bytes + " bytes is not positive");
    }
  }

  /**
   * Parses a size as Hugging Face writes it: {@code 5GB} is 5,000,000,000 bytes.
   *
   * @throws IllegalArgumentException if the text is no positive number of KB, MB, GB or TB
   */
  public static ShardSize parse(String text) {
    Matcher m = TEXT.matcher(text.strip().toUpperCase(Locale.ROOT));
    if (!m.matches()) {
      throw new IllegalArgumentException(
          "not a shard size: " + Text.quote(text) + "; write a number of KB, MB, GB or TB, as 5GB");
    }
    BigDecimal bytes =
        new BigDecimal(m.group(1)).scaleByPowerOfTen(EXPONENTS.getOrDefault(m.group(2), 0));
    if (bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
      throw new IllegalArgumentException("shard size too large: " + Text.quote(text));
    }
    return new ShardSize(bytes.setScale(0, RoundingMode.DOWN).longValueExact());
  }
}
