# SPDX-License-Identifier: Apache-2.0
"""The newest `anthropic` SDK through the gateway."""

import anthropic
import pytest

from support.simulator import misbehaving

MODEL = "claude-haiku-4-5"
WEATHER = {
    "name": "get_weather",
    "description": "The weather in a city",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}


@pytest.fixture
def client(gateway):
    return gateway.anthropic()


@pytest.fixture
def messages(prompt):
    return [{"role": "user", "content": prompt}]


class TestMessages:
    def test_an_answer(self, client, simulator, messages, marker):
        answer = client.messages.create(model=MODEL, max_tokens=200, messages=messages)
        served = simulator.call(marker)
        assert marker in answer.content[0].text
        assert answer.stop_reason == "end_turn"
        assert answer.usage.output_tokens == served.completion_tokens
        assert served.headers["anthropic-version"] == client.default_headers["anthropic-version"]

    def test_the_stream_helper(self, client, simulator, messages, marker):
        with client.messages.stream(model=MODEL, max_tokens=200, messages=messages) as stream:
            text = "".join(stream.text_stream)
            final = stream.get_final_message()
        assert marker in text and final.content[0].text == text
        assert final.usage.output_tokens == simulator.call(marker).completion_tokens

    def test_raw_events_keep_their_order(self, client, messages):
        stream = client.messages.create(model=MODEL, max_tokens=200, messages=messages, stream=True)
        kinds = [event.type for event in stream]
        assert kinds[0] == "message_start" and kinds[-2:] == ["message_delta", "message_stop"]

    def test_tools(self, client, messages):
        messages[0]["content"] += " Use tool get_weather."
        first = client.messages.create(model=MODEL, max_tokens=200, messages=messages, tools=[WEATHER])
        call = next(block for block in first.content if block.type == "tool_use")
        assert first.stop_reason == "tool_use" and "city" in call.input
        messages += [
            {"role": "assistant", "content": first.content},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": call.id, "content": "sunny-42"}]},
        ]
        second = client.messages.create(model=MODEL, max_tokens=200, messages=messages, tools=[WEATHER])
        assert "sunny-42" in second.content[0].text

    def test_a_streamed_tool_call(self, client, messages):
        messages[0]["content"] += " Use tool get_weather."
        with client.messages.stream(model=MODEL, max_tokens=200, messages=messages, tools=[WEATHER]) as stream:
            final = stream.get_final_message()
        assert "city" in next(block for block in final.content if block.type == "tool_use").input

    @pytest.mark.parametrize("streamed", [False, True])
    def test_thinking_passes(self, client, messages, streamed):
        options = dict(
            model=MODEL, max_tokens=2000, messages=messages, thinking={"type": "enabled", "budget_tokens": 1024})
        if streamed:
            with client.messages.stream(**options) as stream:
                answer = stream.get_final_message()
        else:
            answer = client.messages.create(**options)
        thought = answer.content[0]
        assert thought.type == "thinking" and thought.thinking and thought.signature
        assert answer.content[1].type == "text"

    def test_counting_tokens(self, client, simulator, messages, marker, gateway, identity):
        counted = client.messages.count_tokens(model=MODEL, messages=messages, extra_headers=identity)
        assert counted.input_tokens > 0
        assert simulator.call(marker).endpoint == "count_tokens"
        assert gateway.row(marker).cost == 0

    def test_beta_headers_pass(self, client, simulator, messages, marker):
        client.messages.create(
            model=MODEL, max_tokens=20, messages=messages, extra_headers={"anthropic-beta": "context-1m-2025-08-07"})
        assert simulator.call(marker).headers["anthropic-beta"] == "context-1m-2025-08-07"


class TestErrors:
    def test_no_such_key(self, gateway, messages):
        with pytest.raises(anthropic.AuthenticationError) as raised:
            gateway.anthropic("sk-sluice-" + "0" * 40).messages.create(model=MODEL, max_tokens=9, messages=messages)
        assert raised.value.body["type"] == "error"
        assert raised.value.body["error"]["type"] == "authentication_error"

    def test_a_model_that_the_key_may_not_use(self, gateway, messages, marker):
        made = gateway.create_key(f"narrow-{marker}", models=["gpt-*"])
        with pytest.raises(anthropic.PermissionDeniedError) as raised:
            gateway.anthropic(made["key"]).messages.create(model=MODEL, max_tokens=9, messages=messages)
        assert raised.value.body["error"]["type"] == "permission_error"

    def test_no_such_model(self, start_gateway, messages):
        gateway = start_gateway(change=lambda configuration: configuration["models"].pop())
        with pytest.raises(anthropic.NotFoundError) as raised:
            gateway.anthropic().messages.create(model="nobody-knows", max_tokens=9, messages=messages)
        assert raised.value.body["error"]["type"] == "not_found_error"

    def test_a_rate_limit_passes_with_its_time(self, client, messages):
        with pytest.raises(anthropic.RateLimitError) as raised:
            client.messages.create(
                model=misbehaving(MODEL, "status=429,retry_after=9"), max_tokens=9, messages=messages)
        assert raised.value.response.headers["retry-after"] == "9"

    def test_an_overload_passes(self, client, messages):
        with pytest.raises(anthropic.OverloadedError):
            client.messages.create(model=misbehaving(MODEL, "status=529"), max_tokens=9, messages=messages)

    def test_a_refusal_of_our_credential_is_not_the_clients_fault(self, client, messages):
        with pytest.raises(anthropic.InternalServerError) as raised:
            client.messages.create(model=misbehaving(MODEL, "status=401"), max_tokens=9, messages=messages)
        assert raised.value.status_code in (502, 503)

    def test_malformed_json_is_told_in_this_dialect(self, gateway):
        answer = gateway.data.post(
            "/v1/messages", content=b'{"model":', headers={"content-type": "application/json"})
        assert answer.status_code == 400
        assert answer.json()["type"] == "error"
        assert answer.json()["error"]["type"] == "invalid_request_error"

    def test_an_openai_model_on_this_route_is_told_where_it_belongs(self, client, messages):
        with pytest.raises(anthropic.BadRequestError) as raised:
            client.messages.create(model="gpt-4o-mini", max_tokens=9, messages=messages)
        assert "chat/completions" in str(raised.value)
