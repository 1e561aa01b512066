// SPDX-License-Identifier: Apache-2.0
/**
 * Tables of records out of files and folders, taken and reshaped as the datasets of Hugging Face
 * are.
 */
@NullMarked
package dev.loam.data.loader;

import org.jspecify.annotations.NullMarked;
