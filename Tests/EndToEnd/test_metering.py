# SPDX-License-Identifier: Apache-2.0
"""One row for each call; its tokens are the provider's, its cost is exact."""

import pytest

from support.prices import CLAUDE, EMBEDDING, GPT
from support.simulator import misbehaving

LONG = "A sentence that fills the prompt so that the provider caches it. " * 120


def usage_of(row) -> dict[str, int]:
    return {
        "prompt_tokens": row.prompt_tokens, "completion_tokens": row.completion_tokens, "cached_tokens": row.cached_tokens,
        "cache_write_tokens": row.cache_write_tokens, "reasoning_tokens": row.reasoning_tokens,
    }


def exact_cost(price, tokens: dict[str, int]) -> int:
    return price.nano_dollars(
        prompt=tokens["prompt_tokens"], completion=tokens["completion_tokens"], cached=tokens["cached_tokens"],
        cache_write=tokens["cache_write_tokens"])


def chat(gateway, prompt, identity, **options):
    return gateway.openai().chat.completions.create(
        **({"model": "gpt-4o-mini", "messages": [{"role": "user", "content": prompt}]} | options), extra_headers=identity)


def message(gateway, prompt, identity, **options):
    return gateway.anthropic().messages.create(
        **({"model": "claude-haiku-4-5", "max_tokens": 200, "messages": [{"role": "user", "content": prompt}]} | options),
        extra_headers=identity)


CALLS = {
    "chat": (lambda *a: chat(*a), GPT, "chat_completions", False),
    "chat streamed": (lambda *a: list(chat(*a, stream=True)), GPT, "chat_completions", True),
    "chat streamed with usage": (
        lambda *a: list(chat(*a, stream=True, stream_options={"include_usage": True})), GPT, "chat_completions", True),
    "chat of three choices": (lambda *a: chat(*a, n=3), GPT, "chat_completions", False),
    "reasoning": (lambda *a: chat(*a, model="gpt-5-mini", reasoning_effort="high"), GPT, "chat_completions", False),
    "completion": (
        lambda gateway, prompt, identity: gateway.openai().completions.create(
            model="gpt-3.5-turbo-instruct", prompt=prompt, extra_headers=identity), GPT, "completions", False),
    "completion streamed": (
        lambda gateway, prompt, identity: list(gateway.openai().completions.create(
            model="gpt-3.5-turbo-instruct", prompt=prompt, stream=True, extra_headers=identity)), GPT, "completions", True),
    "response": (
        lambda gateway, prompt, identity: gateway.openai().responses.create(
            model="gpt-4o-mini", input=prompt, extra_headers=identity), GPT, "responses", False),
    "response streamed": (
        lambda gateway, prompt, identity: list(gateway.openai().responses.create(
            model="gpt-4o-mini", input=prompt, stream=True, extra_headers=identity)), GPT, "responses", True),
    "embedding": (
        lambda gateway, prompt, identity: gateway.openai().embeddings.create(
            model="text-embedding-3-small", input=[prompt] * 3, extra_headers=identity), EMBEDDING, "embeddings", False),
    "message": (lambda *a: message(*a), CLAUDE, "messages", False),
    "message streamed": (lambda *a: list(message(*a, stream=True)), CLAUDE, "messages", True),
    "message with thinking": (
        lambda *a: message(*a, max_tokens=2000, thinking={"type": "enabled", "budget_tokens": 1024}), CLAUDE, "messages", False),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_row_agrees_with_the_providers_journal(gateway, simulator, prompt, marker, identity, name):
    call, price, endpoint, streamed = CALLS[name]
    call(gateway, prompt, identity)
    served, row = simulator.call(marker), gateway.row(marker)
    assert usage_of(row) == served.tokens
    assert row.cost == exact_cost(price, served.tokens)
    assert (row.endpoint, row.streamed, row.status, row.ending) == (endpoint, streamed, 200, "complete")
    assert (row.usage_source, row.attempts, row.key) == ("provider", 1, "demo")
    assert row.model_asked == served.model == row.model_served
    assert row.provider == ("claude" if endpoint == "messages" else "openai")
    assert row.latency > 0
    assert (row.first_token is not None) or not streamed
    assert row.first_token is None or 0 < row.first_token <= row.latency


def test_the_log_line_says_what_the_row_says_and_no_content(gateway, simulator, prompt, marker, identity):
    chat(gateway, prompt, identity)
    row, line = gateway.row(marker), gateway.log_line(marker)
    text = str(line)
    for value in (row.prompt_tokens, row.completion_tokens, "demo", "gpt-4o-mini", "openai"):
        assert str(value) in text
    assert prompt not in text and "You said" not in text


class TestCaches:
    def test_tokens_read_from_openais_cache(self, gateway, simulator, prompt, marker, identity):
        text = f"{LONG} {prompt}"
        for _ in range(2):
            chat(gateway, text, {})
        chat(gateway, text, identity)
        served, row = simulator.calls(marker)[-1], gateway.row(marker)
        assert served.cached_tokens > 0, "the simulator's cache did not hit: this test would prove nothing"
        assert usage_of(row) == served.tokens
        assert row.cost == exact_cost(GPT, served.tokens)

    @pytest.mark.parametrize("streamed", [False, True])
    def test_tokens_written_to_and_read_from_anthropics_cache(self, gateway, simulator, prompt, marker, streamed):
        """Anthropic counts fresh, written and read input apart, twice over in a stream: the sum must come out once."""
        system = [{"type": "text", "text": f"{LONG} {marker}", "cache_control": {"type": "ephemeral"}}]
        for number in range(2):
            answer = message(gateway, prompt, {"x-request-id": f"{marker}-{number}"}, system=system, stream=streamed)
            if streamed:
                list(answer)
        written, read = gateway.row(f"{marker}-0"), gateway.row(f"{marker}-1")
        first, second = (each for each in simulator.calls(marker))
        assert first.cache_write_tokens > 0 and second.cached_tokens > 0, "the simulator's cache did not take part"
        for row, served in ((written, first), (read, second)):
            assert usage_of(row) == served.tokens
            assert row.cost == exact_cost(CLAUDE, served.tokens)

    def test_a_reported_count_of_cached_tokens_is_priced_as_cached(self, gateway, simulator, prompt, marker, identity):
        chat(gateway, prompt * 30, identity, model=misbehaving("gpt-4o-mini", "cached=64"))
        row = gateway.row(marker)
        assert row.cached_tokens == 64
        assert row.cost == exact_cost(GPT, usage_of(row))


class TestWhatIsNotKnown:
    def test_a_model_without_a_price_is_shown_as_unpriced_never_as_zero(self, gateway, prompt, marker, identity):
        raw = gateway.openai().chat.completions.with_raw_response.create(
            model="unpriced-model", messages=[{"role": "user", "content": prompt}], extra_headers=identity)
        row = gateway.row(marker)
        assert row.cost is None and row.is_unpriced
        assert row.completion_tokens > 0
        assert raw.headers.get("x-sluice-cost-usd") in (None, "unpriced", "unknown")

    @pytest.mark.parametrize("streamed", [False, True])
    def test_a_call_without_usage_is_estimated_and_says_so(self, gateway, simulator, prompt, marker, identity, streamed):
        answer = chat(gateway, prompt, identity, model=misbehaving("gpt-4o-mini", "nousage"), stream=streamed)
        if streamed:
            list(answer)
        row, served = gateway.row(marker), simulator.call(marker)
        assert row.usage_source == "estimated"
        assert row.cost == exact_cost(GPT, usage_of(row)) > 0
        # An estimate, but of this call: within a factor of three of the truth.
        assert served.completion_tokens / 3 <= row.completion_tokens <= served.completion_tokens * 3
        assert served.prompt_tokens / 3 <= row.prompt_tokens <= served.prompt_tokens * 3

    @pytest.mark.parametrize("lie", ["usage=-5:7", "usage=1000000000000000000:1"])
    def test_impossible_counts_never_become_a_negative_or_a_crash(self, gateway, prompt, marker, identity, lie):
        chat(gateway, prompt, identity, model=misbehaving("gpt-4o-mini", lie))
        row = gateway.row(marker)
        assert 0 <= row.prompt_tokens <= 10**12 and 0 <= row.completion_tokens <= 10**12
        assert row.cost is None or row.cost >= 0


class TestRefusals:
    def test_a_refused_call_costs_nothing_and_has_its_row(self, gateway, prompt, marker, identity):
        made = gateway.create_key(f"none-{marker}", models=["nothing"])
        answer = gateway.anyone.post(
            "/v1/chat/completions", headers={"Authorization": f"Bearer {made['key']}"} | identity,
            json={"model": "gpt-4o-mini", "messages": [{"role": "user", "content": prompt}]})
        assert answer.status_code == 403
        row = gateway.row(marker)
        assert (row.status, row.ending, row.cost, row.attempts) == (403, "refused", 0, 0)
        assert row.usage_source == "none" and row.key == f"none-{marker}"

    @pytest.mark.parametrize("status", [400, 429, 500])
    def test_a_providers_error_costs_nothing_and_says_so(self, gateway, prompt, marker, identity, status):
        answer = gateway.data.post(
            "/v1/chat/completions", headers=identity,
            json={"model": misbehaving("gpt-4o-mini", f"status={status}"), "messages": [{"role": "user", "content": prompt}]})
        assert answer.status_code == status
        row = gateway.row(marker)
        assert (row.status, row.ending, row.cost, row.attempts) == (status, "provider_error", 0, 1)


class TestSums:
    def test_sums_are_the_sums_of_rows(self, gateway, simulator, marker, prompt):
        made = gateway.create_key(f"sum-{marker}")
        client = gateway.openai(made["key"])
        for number in range(5):
            client.chat.completions.create(
                model="gpt-4o-mini", messages=[{"role": "user", "content": prompt + "x" * number}],
                extra_headers={"x-request-id": f"{marker}-{number}"})
        rows = [gateway.row(f"{marker}-{number}") for number in range(5)]
        (total,) = gateway.sums("key", key=f"sum-{marker}")
        assert total.requests == 5
        assert total.prompt_tokens == sum(row.prompt_tokens for row in rows)
        assert total.completion_tokens == sum(row.completion_tokens for row in rows)
        assert total.cost == sum(row.cost for row in rows)

    @pytest.mark.parametrize("grouping, group", [("model", "gpt-4o-mini"), ("provider", "openai"), ("day", None)])
    def test_each_grouping_answers(self, gateway, prompt, marker, grouping, group):
        made = gateway.create_key(f"group-{marker}")
        gateway.openai(made["key"]).chat.completions.create(
            model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}])
        (only,) = gateway.sums(grouping, key=f"group-{marker}")
        assert only.requests == 1
        assert group is None or only.group == group


def test_the_metrics_count_calls_tokens_and_cost(gateway, simulator, prompt, marker, identity):
    def total(name: str) -> float:
        return sum(float(line.rsplit(" ", 1)[1]) for line in gateway.metrics().splitlines() if line.startswith(name))

    before = {name: total(name) for name in ("sluice_requests_total", "sluice_tokens_total")}
    chat(gateway, prompt, identity)
    gateway.row(marker)
    served = simulator.call(marker)
    assert total("sluice_requests_total") >= before["sluice_requests_total"] + 1
    assert total("sluice_tokens_total") >= before["sluice_tokens_total"] + served.prompt_tokens + served.completion_tokens


def test_labels_of_metrics_are_bounded(gateway, prompt, marker):
    """A name that a client makes up is no label: a million of them would be a million series."""
    client = gateway.openai()
    for number in range(20):
        client.chat.completions.create(
            model=f"gpt-made-up-{marker}-{number}", messages=[{"role": "user", "content": prompt}])
    text = gateway.metrics()
    assert marker not in text
    assert "# TYPE" in text and "# HELP" in text
