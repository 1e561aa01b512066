// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import dev.loam.data.sft.ConversationFormat;
import dev.loam.data.sft.InstructionOptions;
import dev.loam.data.sft.InstructionOptions.TextStyle;
import dev.loam.data.sft.Packing;
import dev.loam.data.sft.RowLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Reads the entries of {@code handler} that make samples of records: one that makes tokens of text,
 * and one that packs them, both after all that work on records.
 */
final class SampleHandlers {
  /** Those that make tokens of text. */
  static final List<String> MAKERS =
      List.of("AlpacaInstructDataHandler", "CodeAlpacaInstructDataHandler", "ChatDataHandler");

  private static final String PACKING = "PackingHandler";

  /** All of them. */
  static final List<String> TYPES = List.of(MAKERS.get(0), MAKERS.get(1), MAKERS.get(2), PACKING);

  private static final int LENGTH = 4096;
  private static final int LONGEST = 1 << 24;
  private static final Map<String, Packing> STRATEGIES =
      Map.of(
          "pack", Packing.IN_ORDER, "first_fit", Packing.FIRST_FIT, "best_fit", Packing.BEST_FIT);

  private final boolean compat;
  private final Optional<Path> tokenizer;
  private Optional<Section> maker = Optional.empty();
  private Optional<Section> packing = Optional.empty();

  /**
   * Without any handler yet.
   *
   * @param compat {@code upstream_compat}
   * @param tokenizer of the run
   */
  SampleHandlers(boolean compat, Optional<Path> tokenizer) {
    this.compat = compat;
    this.tokenizer = tokenizer;
  }

  /** Takes a handler if it is one of these. */
  boolean take(Section handler) {
    String type = handler.text("type").orElse("");
    if (MAKERS.contains(type)) {
      refuseAfter(maker.or(() -> packing), handler);
      maker = Optional.of(handler);
    } else if (type.equals(PACKING)) {
      refuseAfter(packing, handler);
      packing = Optional.of(handler);
    } else {
      refuseAfter(maker.or(() -> packing), handler);
    }
    return TYPES.contains(type);
  }

  private static void refuseAfter(Optional<Section> before, Section handler) {
    before.ifPresent(
        section ->
            handler.problem(
                "type",
                "= "
                    + handler.text("type").orElse("")
                    + " cannot come after "
                    + section.text("type").orElse("")
                    + ": records are worked on first, then one handler makes samples of them, and"
                    + " PackingHandler is last"));
  }

  /** How samples are made, if they are. */
  Optional<InstructionOptions> options() {
    if (maker.isEmpty()) {
      packing.ifPresent(
          section -> {
            readPacking(section);
            section.problem(
                "type",
                "= PackingHandler needs one of " + String.join(", ", MAKERS) + " before it");
          });
      return Optional.empty();
    }
    Section section = maker.get();
    TextStyle text = text(section.text("type").orElse(""));
    Optional<Path> folder = tokenizer(section);
    int length = section.integer("seq_length", LENGTH, 2, LONGEST);
    boolean padding = section.flag("padding", true);
    section.only("ignore_token_id", "-100", "labels of what is not trained have this value");
    section.reject("is_dynamic", "set padding to False");
    InstructionOptions.Builder options =
        InstructionOptions.builder(folder.orElse(Path.of("")), length).optText(text);
    readChat(section, text, options);
    options.optRows(packing.map(this::readPacking).orElse(new RowLayout.One()));
    readPadding(section, text, padding, options);
    return folder.map(found -> options.build());
  }

  private TextStyle text(String type) {
    if (!compat || type.equals("ChatDataHandler")) {
      return TextStyle.CHAT_TEMPLATE;
    }
    return type.equals("AlpacaInstructDataHandler")
        ? TextStyle.MINDFORMERS_ALPACA
        : TextStyle.MINDFORMERS_CODE_ALPACA;
  }

  private Optional<Path> tokenizer(Section section) {
    Section own = section.section("tokenizer");
    own.ignore("trust_remote_code", "type", "auto_register", "padding_side");
    Optional<Path> folder = own.path("pretrained_model_dir").or(() -> tokenizer);
    if (folder.isEmpty()) {
      section.problem(
          "type",
          "= "
              + section.text("type").orElse("")
              + " needs a tokenizer; set tokenizer.pretrained_model_dir here, or tokenizer_dir or"
              + " pretrained_model_dir of the run");
    }
    return folder;
  }

  /** What MindFormers' own text has no use for. */
  private void readChat(Section section, TextStyle text, InstructionOptions.Builder options) {
    Optional<String> format = section.choice("format", List.of("alpaca", "sharegpt", "openai"));
    Optional<Boolean> thinking = section.flag("enable_thinking");
    options
        .optOnlyLastAnswer(section.flag("mask_history", false))
        .optSkipUntrained(section.flag("skip_untrained", false))
        .optAddedTokensInMessages(section.flag("added_tokens_in_messages", compat));
    thinking.ifPresent(options::optEnableThinking);
    boolean alpaca = !section.text("type").equals(Optional.of("ChatDataHandler"));
    format
        .or(() -> alpaca ? Optional.of("alpaca") : Optional.empty())
        .map(name -> ConversationFormat.valueOf(name.toUpperCase(Locale.ROOT)))
        .ifPresent(options::optFormat);
    if (text != TextStyle.CHAT_TEMPLATE) {
      for (String key : List.of("format", "enable_thinking", "mask_history", "skip_untrained")) {
        if (section.has(key)) {
          section.problem(key, "means nothing with upstream_compat, which uses no chat template");
        }
      }
    }
  }

  private RowLayout readPacking(Section section) {
    int length = section.integer("seq_length", LENGTH, 2, LONGEST);
    String strategy =
        section.choice(
            "pack_strategy", "pack", List.of("pack", "truncate", "first_fit", "best_fit"));
    return strategy.equals("truncate")
        ? new RowLayout.Cut(length)
        : new RowLayout.Packed(STRATEGIES.getOrDefault(strategy, Packing.IN_ORDER), length);
  }

  private void readPadding(
      Section section, TextStyle text, boolean padding, InstructionOptions.Builder options) {
    OptionalInt padToken = padToken(section);
    boolean upstream = text != TextStyle.CHAT_TEMPLATE && packing.isPresent();
    if (upstream) {
      padToken = packing.map(SampleHandlers::padToken).orElse(padToken);
      if (padding) {
        section.problem("padding", "= True leaves nothing to pack; set it to False");
      }
      options.optPadToken(padToken.orElse(0));
    } else {
      packing.ifPresent(SampleHandlers::padToken);
      padToken.ifPresent(options::optPadToken);
    }
    if (padding || upstream) {
      options.optPadTo(options.build().longestRow());
    }
  }

  private static OptionalInt padToken(Section section) {
    return section.has("pad_token_id")
        ? OptionalInt.of(section.integer("pad_token_id", 0, 0, Integer.MAX_VALUE))
        : OptionalInt.empty();
  }
}
