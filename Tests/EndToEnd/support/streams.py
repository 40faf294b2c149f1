# SPDX-License-Identifier: Apache-2.0
"""The three streaming APIs, told apart by what an end and an error look like in each."""

import json
from dataclasses import dataclass
from typing import Callable

import anthropic
import openai


@dataclass(frozen=True)
class Dialect:
    name: str
    path: str
    model: str
    body: Callable[[str, str], dict]
    """Makes a request's body from a model and a prompt."""
    sdk: Callable
    """Reads a stream to its end by the SDK, from a gateway, a model, a prompt and headers."""
    sdk_errors: tuple

    def events(self, text: str) -> list[dict]:
        """The events' data; `[DONE]` as the name `done`."""
        found = []
        for block in text.replace("\r\n", "\n").split("\n\n"):
            data = "\n".join(line[5:].strip() for line in block.split("\n") if line.startswith("data:"))
            if data:
                found.append({"type": "done"} if data == "[DONE]" else json.loads(data))
        return found

    def is_complete(self, text: str) -> bool:
        kinds = [event.get("type") for event in self.events(text)]
        return bool({"done", "message_stop", "response.completed"} & set(kinds))

    def error(self, text: str) -> dict | None:
        """The error that ends a stream in this dialect."""
        last = self.events(text)[-1] if self.events(text) else {}
        match self.name:
            case "chat" | "completions":
                return last.get("error")
            case "messages":
                return last.get("error") if last.get("type") == "error" else None
            case "responses":
                if last.get("type") == "response.failed":
                    return last["response"]["error"]
                return last if last.get("type") == "error" else None


def _chat(gateway, model, prompt, headers):
    stream = gateway.openai().chat.completions.create(
        model=model, messages=[{"role": "user", "content": prompt}], stream=True, extra_headers=headers)
    return "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)


def _messages(gateway, model, prompt, headers):
    with gateway.anthropic().messages.stream(
        model=model, max_tokens=500, messages=[{"role": "user", "content": prompt}], extra_headers=headers
    ) as stream:
        return stream.get_final_text()


def _responses(gateway, model, prompt, headers):
    events = list(gateway.openai().responses.create(model=model, input=prompt, stream=True, extra_headers=headers))
    if events[-1].type != "response.completed":
        raise openai.OpenAIError(f"the stream ended in {events[-1].type}")
    return events[-1].response.output_text


CHAT = Dialect(
    "chat", "/v1/chat/completions", "gpt-4o-mini",
    lambda model, prompt: {"model": model, "stream": True, "messages": [{"role": "user", "content": prompt}]}, _chat,
    (openai.OpenAIError,))
MESSAGES = Dialect(
    "messages", "/v1/messages", "claude-haiku-4-5",
    lambda model, prompt: {
        "model": model, "stream": True, "max_tokens": 500, "messages": [{"role": "user", "content": prompt}]},
    _messages, (anthropic.AnthropicError,))
RESPONSES = Dialect(
    "responses", "/v1/responses", "gpt-4o-mini",
    lambda model, prompt: {"model": model, "stream": True, "input": prompt}, _responses, (openai.OpenAIError,))
ALL = [CHAT, MESSAGES, RESPONSES]
