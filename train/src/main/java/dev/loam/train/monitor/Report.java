// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import java.util.List;
import java.util.Map;

/**
 * What a report says of a run.
 *
 * @param title names the run
 * @param status how far it is
 * @param summary lines that describe it
 * @param checkpoints that can be gone on from
 * @param config lines of the configuration by section
 * @param machine names and values
 */
record Report(
    String title,
    String status,
    List<String> summary,
    History history,
    Evaluations evaluations,
    List<String> checkpoints,
    Map<String, List<String>> config,
    Map<String, String> machine) {}
