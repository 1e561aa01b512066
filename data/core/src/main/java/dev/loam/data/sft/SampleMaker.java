// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.sft;

import dev.loam.data.DataFormatException;
import dev.loam.data.loader.RecordTable;
import dev.loam.data.record.DataRecord;
import dev.loam.tokenizer.HuggingFaceTokenizer;
import dev.loam.tokenizer.Tokenizer;
import dev.loam.tokenizer.chat.ChatTemplate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes rows of a table's records: text to tokens, then tokens into rows. */
final class SampleMaker {
  private static final Logger LOG = LoggerFactory.getLogger(SampleMaker.class);

  /** Records that MindFormers' {@code truncate} strings together. */
  private static final int MAP_BATCH = 1000;

  private final InstructionOptions options;
  private final boolean upstream;
  private final TokenList ids = new TokenList();
  private final TokenList labels = new TokenList();

  /** Where each sample begins, and the end of the last. */
  private final TokenList bounds = new TokenList();

  private int pad;
  private long cut;
  private long skipped;
  private long dropped;

  SampleMaker(InstructionOptions options) {
    this.options = options;
    this.upstream = options.text() != InstructionOptions.TextStyle.CHAT_TEMPLATE;
  }

  InstructionSamples make(RecordTable records) {
    Tokenizer tokenizer = HuggingFaceTokenizer.load(options.tokenizer());
    RecordEncoder encoder = encoder(tokenizer, records);
    pad = options.padTo().isPresent() ? PadToken.of(options, tokenizer) : 0;
    bounds.add(new int[] {0});
    for (int i = 0; i < records.size(); i++) {
      DataRecord record = records.get(i);
      keep(record, encoder.encode(record));
    }
    if (bounds.size() == 1) {
      throw new DataFormatException(
          "none of "
              + records.size()
              + " records can be trained"
              + (skipped + dropped > 0 ? on() : ""));
    }
    InstructionSamples samples = rows();
    LOG.info("{}", samples.counts());
    return samples;
  }

  private String on() {
    return ": " + skipped + " have nothing to learn, " + dropped + " are too long";
  }

  private RecordEncoder encoder(Tokenizer tokenizer, RecordTable records) {
    if (upstream) {
      boolean code = options.text() == InstructionOptions.TextStyle.MINDFORMERS_CODE_ALPACA;
      return new MindFormersEncoder(tokenizer, code);
    }
    ConversationFormat format =
        options.format().orElseGet(() -> ConversationFormat.of(records.columns()));
    return new ChatEncoder(format, tokenizer, ChatTemplate.load(options.tokenizer()), options);
  }

  private void keep(DataRecord record, EncodedSample sample) {
    int length = Math.min(sample.length(), mostTokens());
    if (upstream && options.rows() instanceof RowLayout.Packed packed) {
      length = Math.min(sample.length(), options.maxLength());
      if (length > packed.length()) {
        dropped++;
        return;
      }
    } else if (!upstream && !sample.isTrained(length)) {
      skip(record, sample, length);
      return;
    }
    cut += length < sample.length() ? 1 : 0;
    ids.add(sample.ids(), length);
    labels.add(shifted(sample.labels(), length), length);
    bounds.add(new int[] {ids.size()});
  }

  private int mostTokens() {
    return options.rows() instanceof RowLayout.Packed packed
        ? Math.min(options.maxLength(), packed.length())
        : options.maxLength();
  }

  private void skip(DataRecord record, EncodedSample sample, int length) {
    if (!options.skipUntrained()) {
      throw record
          .place()
          .wrong(
              (sample.isTrained(sample.length())
                      ? "the first " + length + " of " + sample.length() + " tokens have"
                      : "there is")
                  + " nothing to learn, for no assistant says anything in them; set skip_untrained"
                  + " to leave such records out"
                  + (length < sample.length() ? ", or a larger seq_length" : ""));
    }
    skipped++;
  }

  /** MindFormers' packing shifts labels, shifted or not, and fills up with its pad token. */
  private int[] shifted(int[] sample, int length) {
    if (!upstream || !(options.rows() instanceof RowLayout.Packed)) {
      return sample;
    }
    int[] shifted = Arrays.copyOfRange(sample, 1, length + 1);
    shifted[length - 1] = pad;
    return shifted;
  }

  private InstructionSamples rows() {
    int[] starts = bounds.toArray();
    List<int[]> rows = rows(starts);
    int[] allLabels = labels.toArray();
    long trained = Arrays.stream(allLabels).filter(l -> l != EncodedSample.IGNORED).count();
    InstructionCounts counts =
        new InstructionCounts(
            starts.length - 1L, cut, skipped, dropped, rows.size(), ids.size(), trained);
    return new InstructionSamples(ids.toArray(), allLabels, rows, options.padTo(), pad, counts);
  }

  private List<int[]> rows(int[] starts) {
    int samples = starts.length - 1;
    List<int[]> rows = new ArrayList<>();
    if (options.rows() instanceof RowLayout.Packed packed) {
      int[] lengths = new int[samples];
      Arrays.setAll(lengths, i -> starts[i + 1] - starts[i]);
      for (int[] row : packed.strategy().pack(lengths, packed.length())) {
        int[] pieces = new int[2 * row.length];
        Arrays.setAll(pieces, i -> starts[row[i / 2] + i % 2]);
        rows.add(pieces);
      }
    } else if (options.rows() instanceof RowLayout.Cut cutting) {
      rows.addAll(CutRows.of(starts, cutting.length(), upstream ? MAP_BATCH : samples));
    } else {
      for (int i = 0; i < samples; i++) {
        rows.add(new int[] {starts[i], starts[i + 1]});
      }
    }
    return rows;
  }
}
