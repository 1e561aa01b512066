# SPDX-License-Identifier: Apache-2.0
"""Random conversations, one a line, with the text that Jinja2 renders and what assistants say in it.

    python random_conversations.py TOKENIZER_DIR COUNT SEED > conversations.jsonl

What is said is restated here from the rules of Qwen3's chat template, not taken from the text.
"""
import json
import random
import sys
from pathlib import Path

from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

WORDS = ["the sea", "garden", "Wetter", "x=1", "天气", "很好", "猫", "été", "e\u0301", "😀", "1 234",
         "{{ x }}", "{% if %}", "\"quoted\"", "\\n", "<b>", "&", "ﬁ", "אב", "한국"]
MARKS = ["<|im_end|>", "<|im_start|>", "<|im_start|>assistant\n", "<think>", "<|endoftext|>",
         "<tool_call>", "</tool_call>", "<|im_end|>\n"]
SPACE = [" ", "\n", "\n\n", "  ", "\t", ", ", ". ", "\r\n", ""]


def text(rng, most=8):
    parts = []
    if rng.random() < 0.2:
        parts.append(rng.choice(SPACE))
    for _ in range(rng.randint(0, most)):
        parts.append(rng.choice(MARKS) if rng.random() < 0.1 else rng.choice(WORDS))
        parts.append(rng.choice(SPACE))
    return "".join(parts)


def calls(rng):
    made = []
    for _ in range(rng.randint(1, 2)):
        arguments = {rng.choice(["city", "天", "n"]): rng.choice([text(rng, 2), 3, 2.5, True, None, [1, "a"]])}
        if rng.random() < 0.3:
            arguments = json.dumps(arguments)
        call = {"name": rng.choice(["weather", "add"]), "arguments": arguments}
        made.append(call if rng.random() < 0.5 else {"type": "function", "function": call})
    return made


def assistant(rng):
    message = {"role": "assistant", "content": text(rng)}
    thought = rng.random()
    if thought < 0.15:
        message["reasoning_content"] = text(rng, 3)
    elif thought < 0.3:
        message["content"] = "<think>\n" + text(rng, 3) + "\n</think>\n\n" + message["content"]
    if rng.random() < 0.15:
        message["tool_calls"] = calls(rng)
    return message


def conversation(rng):
    messages = []
    if rng.random() < 0.4:
        messages.append({"role": "system", "content": text(rng)})
    for _ in range(rng.randint(1, 4)):
        question = text(rng)
        if rng.random() < 0.05:
            question = "<tool_response>" + question + "</tool_response>"
        messages.append({"role": "user", "content": question})
        messages.append(assistant(rng))
        while "tool_calls" in messages[-1]:
            for _ in range(rng.randint(1, 2)):
                messages.append({"role": "tool", "content": text(rng, 3)})
            messages.append(assistant(rng))
        if rng.random() < 0.1:
            messages.append(assistant(rng))
            messages[-1].pop("tool_calls", None)
    if rng.random() < 0.1:
        messages.append({"role": "user", "content": text(rng)})
    tools = []
    if rng.random() < 0.3:
        tools = [{"type": "function", "function": {"name": "weather", "description": text(rng, 3)}}]
    return messages, tools


def said(messages):
    """What each assistant is to write, to the end of its turn."""
    last_query = len(messages) - 1
    for i in reversed(range(len(messages))):
        content = messages[i]["content"]
        wrapped = content.startswith("<tool_response>") and content.endswith("</tool_response>")
        if messages[i]["role"] == "user" and not wrapped:
            last_query = i
            break
    answers = []
    for i, message in enumerate(messages):
        if message["role"] != "assistant":
            continue
        content, thought = message["content"], message.get("reasoning_content")
        if thought is None:
            thought = ""
            if "</think>" in content:
                thought = content.split("</think>")[0].rstrip("\n").split("<think>")[-1].lstrip("\n")
                content = content.split("</think>")[-1].lstrip("\n")
        answer = content
        if i > last_query and (i == len(messages) - 1 or thought):
            answer = "<think>\n" + thought.strip("\n") + "\n</think>\n\n" + content.lstrip("\n")
        for n, call in enumerate(message.get("tool_calls", [])):
            call = call.get("function", call)
            arguments = call["arguments"]
            if not isinstance(arguments, str):
                arguments = json.dumps(arguments, ensure_ascii=False)
            answer += "\n" if n or content else ""
            answer += '<tool_call>\n{"name": "' + call["name"] + '", "arguments": ' + arguments + "}\n</tool_call>"
        answers.append(answer + "<|im_end|>\n")
    return answers


def main():
    folder, count, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols])
    environment.filters["tojson"] = lambda value: json.dumps(value, ensure_ascii=False)
    template = environment.from_string((folder / "chat_template.jinja").read_text(encoding="utf-8"))
    rng = random.Random(seed)
    for _ in range(count):
        messages, tools = conversation(rng)
        rendered = template.render(
            messages=messages, tools=tools or None, documents=None, add_generation_prompt=False)
        line = {"messages": messages, "tools": tools, "text": rendered, "answers": said(messages)}
        print(json.dumps(line, ensure_ascii=True))


main()
