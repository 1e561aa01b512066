// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import java.util.List;

/** A configuration as it was understood, and where each of its values comes from. */
public final class ResolvedConfig {
  private final TrainingConfig config;
  private final SectionView view;
  private final List<String> unavailable;

  ResolvedConfig(TrainingConfig config, SectionView view, List<String> unavailable) {
    this.config = config;
    this.view = view;
    this.unavailable = unavailable;
  }

  /** What a run is told. */
  public TrainingConfig config() {
    return config;
  }

  /** What it asks for that no run can do, with places; empty where it can be run. */
  public List<String> unavailable() {
    return unavailable;
  }

  /** The configuration with all values that were not written, as YAML that reads as the same. */
  public String yaml() {
    return YamlText.of(view.resolved(), false);
  }

  /**
   * The same with a comment at each value: {@code default}, a place in a file, an option of the
   * command line, or the file of the pretrained model.
   */
  public String explained() {
    return YamlText.of(view.resolved(), true);
  }

  SectionView view() {
    return view;
  }
}
