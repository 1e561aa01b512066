# SPDX-License-Identifier: Apache-2.0
"""Records what the official OpenAI client sends: python record.py > requests.json (needs `openai`)."""
import asyncio
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import openai

MACHINE = {"host", "connection", "content-length", "accept-encoding", "authorization",
           "x-stainless-os", "x-stainless-arch", "x-stainless-runtime", "x-stainless-runtime-version"}
MODEL = {"id": "tiny", "object": "model", "created": 1, "owned_by": "x"}
ANSWER = {"id": "c", "object": "chat.completion", "created": 1, "model": "tiny", "choices": [
    {"index": 0, "message": {"role": "assistant", "content": "x"}, "text": "x", "finish_reason": "stop"}]}
recorded = []
name = ""


class Recorder(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
        headers = {k.lower(): v for k, v in self.headers.items() if k.lower() not in MACHINE}
        recorded.append({"name": name, "method": self.command, "path": self.path,
                         "headers": dict(sorted(headers.items())), "body": body})
        if body and json.loads(body).get("stream"):
            kind, data = "text/event-stream", "data: [DONE]\n\n"
        elif self.path == "/v1/models":
            kind, data = "application/json", json.dumps({"object": "list", "data": [MODEL]})
        else:
            kind, data = "application/json", json.dumps(MODEL if "models" in self.path else ANSWER)
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data.encode())

    do_GET = do_POST = answer


USER = [{"role": "user", "content": "the sea"}]
TOOLS = [{"type": "function", "function": {
    "name": "weather", "description": "The weather of a place.",
    "parameters": {"type": "object", "properties": {"place": {"type": "string"}}, "required": ["place"]}}}]
CALL = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{\"place\": \"sea\"}"}}

CHATS = {
    "chat": dict(messages=USER),
    "chat with system and history": dict(messages=[
        {"role": "system", "content": "Be short."}, *USER,
        {"role": "assistant", "content": "the garden"}, {"role": "user", "content": "the weather?"}]),
    "chat with a developer": dict(messages=[{"role": "developer", "content": "Be short."}, *USER]),
    "chat of parts": dict(messages=[{"role": "user", "content": [
        {"type": "text", "text": "the"}, {"type": "text", "text": "sea"}]}]),
    "chat in many scripts": dict(messages=[{"role": "user", "content": "春天的早晨 \U0001f30a \"\\\n\té"}]),
    "chat with sampling": dict(messages=USER, temperature=0.7, top_p=0.9, seed=7, max_tokens=5,
                               presence_penalty=0, frequency_penalty=0.0, user="someone"),
    "chat with sampling of other servers": dict(messages=USER, temperature=1, max_completion_tokens=5, extra_body={
        "top_k": 20, "min_p": 0.05, "repetition_penalty": 1.1, "chat_template_kwargs": {"enable_thinking": False}}),
    "chat with a stop": dict(messages=USER, stop="\n", max_tokens=8),
    "chat with stops": dict(messages=USER, stop=["sea", "garden", "\n\n"], max_tokens=8),
    "chat with choices": dict(messages=USER, n=2, seed=1, max_tokens=4),
    "chat with tools": dict(messages=USER, tools=TOOLS, tool_choice="auto", parallel_tool_calls=False, max_tokens=4),
    "chat with a tool's answer": dict(messages=[
        *USER, {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "call_1", "content": "rain"}], tools=TOOLS, max_tokens=4),
    "chat with the rest": dict(messages=USER, response_format={"type": "text"}, logprobs=False, logit_bias={},
                               metadata={"a": "b"}, store=False, service_tier="auto", max_tokens=4),
    "streamed chat": dict(messages=USER, stream=True, max_tokens=6),
    "streamed chat with usage": dict(messages=USER, stream=True, stream_options={"include_usage": True}, max_tokens=6),
    "streamed chat with choices": dict(messages=USER, stream=True, n=2, max_tokens=3),
}
TEXTS = {
    "text": dict(prompt="the sea", max_tokens=5),
    "texts": dict(prompt=["the sea", "the garden"], max_tokens=3),
    "ids": dict(prompt=[5, 6, 7], max_tokens=3, temperature=0),
    "lists of ids": dict(prompt=[[5, 6], [7, 8, 9]], max_tokens=3),
    "text with options": dict(prompt="the", max_tokens=3, n=2, best_of=2, echo=False, stop=["sea"], seed=3),
    "streamed text": dict(prompt="the sea", max_tokens=5, stream=True, stream_options={"include_usage": True}),
}


async def asynchronous(base):
    global name
    async with openai.AsyncOpenAI(base_url=base, api_key="none") as client:
        name = "chat of the asynchronous client"
        await client.chat.completions.create(model="tiny", messages=USER, max_tokens=4)
        name = "streamed chat of the asynchronous client"
        async for _ in await client.chat.completions.create(model="tiny", messages=USER, max_tokens=4, stream=True):
            pass
        name = "models of the asynchronous client"
        await client.models.list()


def main():
    global name
    server = ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}/v1"
    client = openai.OpenAI(base_url=base, api_key="none")
    for name, arguments in CHATS.items():
        answer = client.chat.completions.create(model="tiny", **arguments)
        if arguments.get("stream"):
            list(answer)
    for name, arguments in TEXTS.items():
        answer = client.completions.create(model="tiny", **arguments)
        if arguments.get("stream"):
            list(answer)
    name = "models"
    client.models.list()
    name = "model"
    client.models.retrieve("tiny")
    name = "streamed chat of the helper"
    with client.chat.completions.stream(model="tiny", messages=USER, max_tokens=4) as stream:
        list(stream)
    name = "raw chat"
    client.chat.completions.with_raw_response.create(model="tiny", messages=USER, max_tokens=4)
    asyncio.run(asynchronous(base))
    print(json.dumps(recorded, indent=1, ensure_ascii=True))


main()
