// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import java.util.Map;

/**
 * A checked header.
 *
 * @param entries the tensors, in the order of their data
 * @param metadata the text metadata, in the order of the file
 * @param dataStart the position of the first byte of data in the file
 */
record Header(Map<String, TensorEntry> entries, Map<String, String> metadata, long dataStart) {}
