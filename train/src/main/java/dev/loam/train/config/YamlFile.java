// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.reader.ReaderException;

/**
 * Reads YAML into {@link ConfigNode}s. Only structure is taken from the YAML parser; scalars stay
 * text, so that its guesses about their types ({@code no}, {@code 012}) do not matter. Duplicate
 * keys, tags of other than YAML's own plain types, values that contain themselves and files above 1
 * MiB are refused.
 */
final class YamlFile {
  private static final int MAX_BYTES = 1 << 20;
  private static final Set<Tag> PLAIN =
      Set.of(
          Tag.STR,
          Tag.INT,
          Tag.FLOAT,
          Tag.BOOL,
          Tag.NULL,
          Tag.TIMESTAMP,
          Tag.MERGE,
          Tag.SEQ,
          Tag.MAP);

  private final String source;
  private final Problems problems;
  private final Set<Node> open = Collections.newSetFromMap(new IdentityHashMap<>());
  // What several aliases name is converted once: else a few of them in each other are billions.
  private final IdentityHashMap<Node, ConfigNode> converted = new IdentityHashMap<>();

  private YamlFile(String source, Problems problems) {
    this.source = source;
    this.problems = problems;
  }

  /**
   * Reads a file, whose top level must be a mapping.
   *
   * @param problems takes those that leave the rest readable
   * @throws ConfigException for the others
   */
  static ConfigNode.Mapping read(Path file, Problems problems) {
    String text;
    try {
      if (!Files.isRegularFile(file)) {
        throw new ConfigException(List.of(file + ": no such file; expected a YAML configuration"));
      }
      if (Files.size(file) > MAX_BYTES) {
        throw new ConfigException(List.of(file + ": larger than 1 MiB, not a configuration"));
      }
      text = Files.readString(file, StandardCharsets.UTF_8);
    } catch (CharacterCodingException e) {
      throw new ConfigException(List.of(file + ": not UTF-8"));
    } catch (IOException e) {
      throw new ConfigException(List.of(file + ": cannot be read: " + e.getMessage()));
    }
    ConfigNode root = new YamlFile(file.toString(), problems).parse(text);
    if (root instanceof ConfigNode.Mapping mapping) {
      return mapping;
    }
    throw new ConfigException(List.of(file + ": the top level must be keys and values"));
  }

  /** Reads the value of an override. */
  static ConfigNode value(String text, String origin, Problems problems) {
    return new YamlFile(origin, problems).parse(text);
  }

  private ConfigNode parse(String text) {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(MAX_BYTES);
    Node node;
    try {
      node = new Yaml(new SafeConstructor(options)).compose(new StringReader(text));
    } catch (MarkedYAMLException e) {
      throw fatal(e.getProblemMark(), "not valid YAML: " + YamlSyntax.explain(e));
    } catch (ReaderException e) {
      String place = Origin.of(source).isCommandLine() ? "" : YamlSyntax.place(text, e);
      throw new ConfigException(
          List.of(source + place + ": not valid YAML: " + YamlSyntax.explain(e)));
    } catch (YAMLException | IllegalArgumentException | IndexOutOfBoundsException e) {
      // The parser lets those of a broken escape at the end of the text through.
      throw new ConfigException(List.of(source + ": not valid YAML: " + e.getMessage()));
    }
    return node == null ? new ConfigNode.Scalar("", true, false, Origin.of(source)) : convert(node);
  }

  private ConfigNode convert(Node node) {
    ConfigNode known = converted.get(node);
    if (known != null) {
      return known;
    }
    requirePlainTag(node);
    if (!open.add(node)) {
      throw fatal(node.getStartMark(), "a value that contains itself");
    }
    ConfigNode result = convert(node, place(node.getStartMark()));
    open.remove(node);
    converted.put(node, result);
    return result;
  }

  private void requirePlainTag(Node node) {
    if (!PLAIN.contains(node.getTag())) {
      problem(node.getStartMark(), "tags such as " + node.getTag() + " are not supported");
    }
  }

  private ConfigNode convert(Node node, Origin origin) {
    if (node instanceof ScalarNode scalar) {
      boolean quoted = scalar.getScalarStyle() != DumperOptions.ScalarStyle.PLAIN;
      return new ConfigNode.Scalar(
          scalar.getValue(), scalar.getTag().equals(Tag.NULL), quoted, origin);
    }
    if (node instanceof SequenceNode sequence) {
      return new ConfigNode.Items(sequence.getValue().stream().map(this::convert).toList(), origin);
    }
    return convert((MappingNode) node, origin);
  }

  private ConfigNode.Mapping convert(MappingNode mapping, Origin origin) {
    Map<String, ConfigNode.Entry> entries = new LinkedHashMap<>();
    Map<String, ConfigNode.Entry> merged = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      Mark mark = tuple.getKeyNode().getStartMark();
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        problem(mark, "a key must be a plain word");
        continue;
      }
      requirePlainTag(key);
      ConfigNode value = convert(tuple.getValueNode());
      if (key.getValue().equals("<<")) {
        merge(value, merged, mark);
        continue;
      }
      ConfigNode.Entry before =
          entries.putIfAbsent(key.getValue(), new ConfigNode.Entry(place(mark), value));
      if (before != null) {
        problem(
            mark,
            "key '"
                + key.getValue()
                + "' stands twice in one section, first at line "
                + before.keyOrigin().line());
      }
    }
    entries.forEach(merged::put);
    return new ConfigNode.Mapping(merged, origin);
  }

  private void merge(ConfigNode value, Map<String, ConfigNode.Entry> into, Mark mark) {
    if (value instanceof ConfigNode.Mapping m) {
      m.entries().forEach(into::putIfAbsent);
    } else if (value instanceof ConfigNode.Items list
        && list.items().stream().allMatch(ConfigNode.Mapping.class::isInstance)) {
      list.items().forEach(item -> merge(item, into, mark));
    } else {
      problem(mark, "<< merges sections only");
    }
  }

  private void problem(Mark mark, String problem) {
    problems.add(place(mark), problem);
  }

  private ConfigException fatal(Mark mark, String problem) {
    return new ConfigException(List.of(place(mark) + ": " + problem));
  }

  private Origin place(Mark mark) {
    Origin origin = Origin.of(source);
    return origin.isCommandLine()
        ? origin
        : new Origin(source, mark.getLine() + 1, mark.getColumn() + 1);
  }
}
