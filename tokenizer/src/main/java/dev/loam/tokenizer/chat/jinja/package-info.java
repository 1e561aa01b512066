// SPDX-License-Identifier: Apache-2.0
/**
 * An interpreter of Jinja templates, with the settings that Hugging Face's chat templates are
 * written for. It renders exactly what Jinja 3.1 does, or refuses. Not for use outside this module.
 */
@NullMarked
package dev.loam.tokenizer.chat.jinja;

import org.jspecify.annotations.NullMarked;
