# SPDX-License-Identifier: Apache-2.0
"""What providers do in the corners of metering: usage in odd places, counts that cannot be true, answers that are none."""

import base64
import json
import struct

import anthropic
import openai
import pytest

from support.prices import GPT
from support.scripted import ScriptedProvider, answer, events

HELLO = '{"id":"c","object":"chat.completion.chunk","created":1,"model":"gpt","choices":[{"index":0,"delta":{"role":"assistant","content":"Hello"},"finish_reason":null}]}'
FINISH = '{"id":"c","object":"chat.completion.chunk","created":1,"model":"gpt","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}'
USAGE = '{"id":"c","object":"chat.completion.chunk","created":1,"model":"gpt","choices":[],"usage":{"prompt_tokens":1000,"completion_tokens":7,"total_tokens":1007}}'
AZURE = '{"id":"","object":"","created":0,"model":"","choices":[],"prompt_filter_results":[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}}}],"usage":{"prompt_tokens":1,"completion_tokens":0,"total_tokens":1}}'


def whole(usage: str) -> bytes:
    return answer(
        '{"id":"c","object":"chat.completion","created":1,"model":"gpt","choices":[{"index":0,"message":'
        '{"role":"assistant","content":"Hello"},"finish_reason":"stop"}],"usage":' + usage + "}")


def refusal(body: str, status: int = 429) -> bytes:
    return answer(body, status, fields="retry-after: 7\r\n")


ANSWERS = {
    "gpt-undone": events(HELLO, FINISH, USAGE),
    "gpt-unended": events(HELLO, FINISH, USAGE, "[DONE]", end=""),
    "gpt-half-ended": events(HELLO, FINISH, USAGE, "[DONE]", end="\n"),
    "gpt-cut": events(HELLO, FINISH, USAGE, "[DON", end=""),
    "gpt-no-usage-cut": events(HELLO, end=""),
    "gpt-running": events(
        HELLO[:-1] + ',"usage":{"prompt_tokens":1000,"completion_tokens":1,"total_tokens":1001}}',
        FINISH[:-1] + ',"usage":{"prompt_tokens":1000,"completion_tokens":2,"total_tokens":1002}}', "[DONE]"),
    "gpt-azure": events(AZURE, HELLO, FINISH, USAGE, "[DONE]"),
    "gpt-html": answer("<html>It works!</html>", content_type="text/html"),
    "gpt-empty": answer(""),
    "gpt-truncated": answer('{"choices":['),
    "gpt-of-another-kind": answer('{"output":[]}'),
    "gpt-compressed": answer(b"\x1f\x8b\x08", fields="content-encoding: gzip\r\n"),
    "gpt-short": b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 999\r\n\r\n{",
    "gpt-cached": whole('{"prompt_tokens":10,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":4096}}'),
    "gpt-negative": whole('{"prompt_tokens":-10,"completion_tokens":3}'),
    "gpt-text": whole('{"prompt_tokens":"10","completion_tokens":"3"}'),
    "gpt-fraction": whole('{"prompt_tokens":10.5,"completion_tokens":3}'),
    "gpt-silent": whole("null"),
    "gpt-refused": refusal("{}"),
    "gpt-refused-text": refusal('{"error":"Slow down; sent with Bearer sk-secret-of-ours"}'),
    "gpt-refused-detail": refusal('{"detail":[{"loc":["body"],"msg":"Slow down"}]}'),
    "gpt-refused-array": refusal('[{"error":{"message":"Slow down","type":"x","code":"y"}}]'),
    "claude-refused": refusal('{"error":{"message":"Slow down"}}'),
    "claude-refused-empty": refusal("{}", 529),
}


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    """A gateway in front of a provider that does what ANSWERS says."""
    from support.gateway import Gateway

    with ScriptedProvider(ANSWERS) as provider:
        gateway = Gateway(tmp_path_factory.mktemp("odd"), provider.url).start()
        yield gateway
        leaks = gateway.leaks()
        gateway.stop()
        assert not leaks, leaks


def chat(gateway, model, prompt, identity, **options):
    return gateway.openai().chat.completions.create(
        model=model, messages=[{"role": "user", "content": prompt}], extra_headers=identity, **options)


def tokens(row) -> tuple:
    return row.prompt_tokens, row.completion_tokens, row.usage_source, row.ending


class TestStreams:
    def test_usage_that_was_told_counts_without_the_terminal_event(self, odd, prompt, marker, identity):
        with pytest.raises(openai.APIError):
            list(chat(odd, "gpt-undone", prompt, identity, stream=True))
        row = odd.row(marker)
        assert tokens(row) == (1000, 7, "provider", "provider_failed")
        assert row.cost == GPT.nano_dollars(prompt=1000, completion=7)

    def test_half_a_terminal_event_is_none(self, odd, prompt, marker, identity):
        with pytest.raises(openai.APIError):
            list(chat(odd, "gpt-cut", prompt, identity, stream=True))
        assert tokens(odd.row(marker)) == (1000, 7, "provider", "provider_failed")

    @pytest.mark.parametrize("model", ["gpt-unended", "gpt-half-ended"])
    def test_a_terminal_event_without_its_line_end_is_one(self, odd, prompt, marker, identity, model):
        body = {"model": model, "stream": True, "messages": [{"role": "user", "content": prompt}]}
        text = odd.data.post("/v1/chat/completions", json=body, headers=identity).text
        assert text == f"data: {HELLO}\n\ndata: {FINISH}\n\ndata: [DONE]\n\n"
        assert tokens(odd.row(marker)) == (1000, 7, "provider", "complete")

    def test_a_content_chunk_without_its_line_end_is_delivered_and_billed(self, odd, prompt, marker, identity):
        body = {"model": "gpt-no-usage-cut", "stream": True, "messages": [{"role": "user", "content": prompt}]}
        text = odd.data.post("/v1/chat/completions", json=body, headers=identity).text
        assert text.startswith(f'data: {HELLO}\n\ndata: {{"error":')
        row = odd.row(marker)
        assert (row.completion_tokens, row.usage_source, row.ending) == (2, "estimated", "provider_failed")

    def test_running_totals_are_not_added_up(self, odd, prompt, marker, identity):
        list(chat(odd, "gpt-running", prompt, identity, stream=True))
        assert tokens(odd.row(marker)) == (1000, 2, "provider", "complete")

    def test_a_chunk_without_choices_that_tells_more_is_shown(self, odd, prompt, marker, identity):
        chunks = list(chat(odd, "gpt-azure", prompt, identity, stream=True))
        assert [len(chunk.choices) for chunk in chunks] == [0, 1, 1]
        assert chunks[0].model_extra["prompt_filter_results"]
        assert tokens(odd.row(marker)) == (1000, 7, "provider", "complete")


class TestAnswersThatAreNone:
    @pytest.mark.parametrize("streamed", [False, True])
    @pytest.mark.parametrize(
        "model", ["gpt-html", "gpt-empty", "gpt-truncated", "gpt-of-another-kind", "gpt-compressed", "gpt-short"])
    def test_the_input_is_billed_whatever_is_wrong(self, odd, prompt, marker, identity, model, streamed):
        with pytest.raises(openai.InternalServerError):
            chat(odd, model, prompt, identity, stream=streamed)
        row = odd.row(marker)
        assert (row.completion_tokens, row.usage_source, row.ending, row.status) == (0, "estimated", "provider_failed", 502)
        assert row.cost == GPT.nano_dollars(prompt=row.prompt_tokens, completion=0) > 0

    @pytest.mark.parametrize("model", ["gpt-refused", "gpt-refused-text"])
    def test_a_refusal_costs_nothing(self, odd, prompt, marker, identity, model):
        with pytest.raises(openai.RateLimitError):
            chat(odd, model, prompt, identity)
        assert (odd.row(marker).cost, odd.row(marker).usage_source) == (0, "none")


class TestCountsThatCannotBeTrue:
    def test_a_part_larger_than_the_whole_is_cut(self, odd, prompt, marker, identity):
        chat(odd, "gpt-cached", prompt, identity)
        row = odd.row(marker)
        assert (*tokens(row), row.cached_tokens) == (10, 3, "corrected", "complete", 10)
        assert row.cost == GPT.nano_dollars(prompt=10, completion=3, cached=10)

    @pytest.mark.parametrize("model", ["gpt-negative", "gpt-text", "gpt-fraction"])
    def test_what_cannot_be_used_is_estimated(self, odd, prompt, marker, identity, model):
        chat(odd, model, prompt, identity)
        row = odd.row(marker)
        assert (row.usage_source, row.ending) == ("corrected", "complete")
        assert row.prompt_tokens > 10 and row.completion_tokens == 2

    def test_they_are_counted_among_the_estimates(self, odd, prompt, marker):
        made = odd.create_key(f"odd-{marker}")
        for model in ("gpt-negative", "gpt-silent", "gpt-cached"):
            odd.openai(made["key"]).chat.completions.create(model=model, messages=[{"role": "user", "content": prompt}])
        (sum_of_key,) = odd.sums("key", key=f"odd-{marker}")
        assert (sum_of_key.requests, sum_of_key.estimated_requests) == (3, 3)


class TestRefusals:
    @pytest.mark.parametrize(
        "model, message", [
            ("gpt-refused", "status 429"), ("gpt-refused-text", "Slow down"), ("gpt-refused-detail", "Slow down"),
            ("gpt-refused-array", "Slow down"),
        ])
    def test_openais_clients_are_told_what_the_provider_says(self, odd, prompt, identity, model, message):
        with pytest.raises(openai.RateLimitError) as raised:
            chat(odd, model, prompt, identity)
        assert message in raised.value.body["message"]
        assert "sk-secret" not in str(raised.value)
        assert raised.value.response.headers["retry-after"] == "7"

    def test_anthropics_clients_are_told_in_their_form(self, odd, prompt, identity):
        with pytest.raises(anthropic.RateLimitError) as raised:
            odd.anthropic().messages.create(
                model="claude-refused", max_tokens=9, messages=[{"role": "user", "content": prompt}], extra_headers=identity)
        assert raised.value.body["type"] == "error"
        assert raised.value.body["error"] == {"type": "rate_limit_error", "message": "Slow down"}
        with pytest.raises(anthropic.APIStatusError) as raised:
            odd.anthropic().messages.create(
                model="claude-refused-empty", max_tokens=9, messages=[{"role": "user", "content": prompt}])
        assert raised.value.status_code == 529 and raised.value.body["error"]["type"] == "overloaded_error"


class TestTheEstimateOfTheInput:
    def picture(self, size: int) -> str:
        head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + struct.pack(">II", 800, 600) + b"\x08\x02\0\0\0"
        return base64.b64encode(head + bytes(size)).decode()

    def test_base64_counts_as_the_picture_it_is(self, odd, prompt, marker):
        counts = {}
        for size in (100, 1_000_000):
            part = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{self.picture(size)}"}}
            identity = {"x-request-id": f"{marker}-{size}"}
            odd.openai().chat.completions.create(
                model="gpt-silent", messages=[{"role": "user", "content": [{"type": "text", "text": prompt}, part]}],
                extra_headers=identity)
            counts[size] = odd.row(f"{marker}-{size}").prompt_tokens
        assert counts[100] == counts[1_000_000]
        # 25 by 19 patches of 32 pixels, at 2.46 tokens.
        assert 1169 <= counts[100] < 1300

    def test_it_comes_near_the_simulators_count(self, gateway, simulator, marker, identity):
        """The simulator counts a token for four bytes of what a model is shown, so the two agree on prose."""
        prose = f"{marker} says that the quick brown fox jumps over the lazy dog. " + "It was a bright cold day in April. " * 60
        body = {"model": "gpt-4o-mini+nousage", "user": "u" * 400, "messages": [{"role": "user", "content": prose}]}
        # Escaped and spread out, as some clients write JSON: neither is more to read.
        gateway.data.post(
            "/v1/chat/completions", content=json.dumps(body, indent=8, ensure_ascii=True),
            headers=identity | {"content-type": "application/json"})
        served, row = simulator.call(marker), gateway.row(marker)
        assert row.usage_source == "estimated"
        assert served.prompt_tokens <= row.prompt_tokens <= served.prompt_tokens * 1.2

