// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.gpt;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where index arrays are kept from run to run, in files that Megatron-LM and MindFormers read and
 * write too: {@code <md5>-GPTDataset-<split>-document_index.npy} and so on. Any number of processes
 * may use one folder at once.
 *
 * @param folder made where it does not exist
 * @param split the shares of the configuration, such as {@code "99, 1, 0"}, as written, which go
 *     into the names of the files; nothing where each split has datasets of its own
 * @param wideRows whether sample indices are written in eight bytes, as MindFormers does, and not
 *     four, as Megatron-LM does; both are read
 */
public record IndexCache(Path folder, Optional<String> split, boolean wideRows) {}
