# SPDX-License-Identifier: Apache-2.0
"""The newest `openai` SDK through the gateway."""

import base64
import json
import struct

import openai
import pytest
from pydantic import BaseModel

from support.simulator import misbehaving

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather in a city",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
            "required": ["city"],
        },
    },
}


@pytest.fixture
def client(gateway):
    return gateway.openai()


@pytest.fixture
def messages(prompt):
    return [{"role": "system", "content": "Be short."}, {"role": "user", "content": prompt}]


class TestChat:
    def test_an_answer(self, client, simulator, messages, marker, identity):
        answer = client.chat.completions.create(model="gpt-4o-mini", messages=messages, extra_headers=identity)
        served = simulator.call(marker)
        assert marker in answer.choices[0].message.content
        assert answer.choices[0].finish_reason == "stop"
        assert answer.id == served.answer_id
        assert answer.usage.prompt_tokens == served.prompt_tokens
        assert answer.usage.completion_tokens == served.completion_tokens

    def test_answer_headers_say_who_served(self, client, messages, marker, identity):
        raw = client.chat.completions.with_raw_response.create(model="fast", messages=messages, extra_headers=identity)
        headers = raw.headers
        assert headers["x-request-id"] == marker
        assert headers["x-sluice-provider"] == "openai"
        assert headers["x-sluice-model"] == "gpt-4o-mini"
        assert headers["x-sluice-attempts"] == "1"
        assert int(headers["x-sluice-overhead-us"]) >= 0
        assert float(headers["x-sluice-cost-usd"]) > 0

    def test_a_request_id_is_made_where_none_is_sent(self, client, messages):
        ids = {
            client.chat.completions.with_raw_response.create(model="gpt-4o-mini", messages=messages).headers["x-request-id"]
            for _ in range(3)
        }
        assert len(ids) == 3 and all(len(each) >= 16 for each in ids)

    @pytest.mark.parametrize("odd", ["a" * 1000, 'with space and "quotes"', "{}"])
    def test_an_odd_request_id_is_not_taken_over(self, client, messages, odd):
        raw = client.chat.completions.with_raw_response.create(
            model="gpt-4o-mini", messages=messages, extra_headers={"x-request-id": odd})
        assert raw.headers["x-request-id"] != odd

    def test_a_name_of_ours_is_served_by_another(self, client, simulator, messages, marker):
        client.chat.completions.create(model="fast", messages=messages)
        assert simulator.call(marker).model == "gpt-4o-mini"

    def test_the_length_limit_passes(self, client, messages):
        answer = client.chat.completions.create(model="gpt-4o-mini", messages=messages, max_tokens=3)
        assert answer.choices[0].finish_reason == "length"
        assert answer.usage.completion_tokens == 3

    def test_a_stop_sequence_passes(self, client, simulator, messages, marker):
        client.chat.completions.create(model="gpt-4o-mini", messages=messages, stop=["about"])
        assert simulator.call(marker).sent()["stop"] == ["about"]

    def test_several_choices(self, client, messages):
        answer = client.chat.completions.create(model="gpt-4o-mini", messages=messages, n=3)
        assert [choice.index for choice in answer.choices] == [0, 1, 2]


class TestChatStream:
    def test_the_pieces_make_the_answer(self, client, simulator, messages, marker):
        whole = client.chat.completions.create(model="gpt-4o-mini", messages=messages)
        stream = client.chat.completions.create(model="gpt-4o-mini", messages=messages, stream=True)
        chunks = list(stream)
        text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
        assert text == whole.choices[0].message.content
        assert [chunk.choices[0].finish_reason for chunk in chunks][-1] == "stop"

    def test_the_usage_chunk_is_hidden_from_a_client_that_did_not_ask(self, client, simulator, messages, marker, identity, gateway):
        stream = client.chat.completions.create(
            model="gpt-4o-mini", messages=messages, stream=True, extra_headers=identity)
        chunks = list(stream)
        assert all(chunk.choices for chunk in chunks), "a chunk without choices: the injected usage was not hidden"
        assert all(chunk.usage is None for chunk in chunks)
        assert all("usage" not in (chunk.model_extra or {}) for chunk in chunks)
        served = simulator.call(marker)
        assert served.sent()["stream_options"] == {"include_usage": True}, "the gateway did not ask for the usage"
        assert gateway.row(marker).completion_tokens == served.completion_tokens

    def test_the_usage_chunk_is_shown_to_a_client_that_asked(self, client, simulator, messages, marker):
        stream = client.chat.completions.create(
            model="gpt-4o-mini", messages=messages, stream=True, stream_options={"include_usage": True})
        *_, last = list(stream)
        served = simulator.call(marker)
        assert last.choices == []
        assert last.usage.prompt_tokens == served.prompt_tokens
        assert last.usage.completion_tokens == served.completion_tokens

    @pytest.mark.parametrize("options", [{"include_usage": False}, {"include_obfuscation": False}])
    def test_other_stream_options_are_kept(self, client, simulator, messages, marker, options):
        stream = client.chat.completions.create(
            model="gpt-4o-mini", messages=messages, stream=True, stream_options=options)
        assert all(chunk.choices for chunk in stream)
        sent = simulator.call(marker).sent()["stream_options"]
        assert sent == options | {"include_usage": True}

    def test_pieces_arrive_as_they_are_made(self, client, messages):
        """Held back until the end, all pieces would come at one moment."""
        import time

        stream = client.chat.completions.create(
            model=misbehaving("gpt-4o-mini", "chunks=10,delay=50"), messages=messages, stream=True)
        times = [time.monotonic() for _ in stream]
        assert times[-1] - times[0] > 0.25

    def test_the_stream_helper(self, client, messages, marker):
        with client.chat.completions.stream(model="gpt-4o-mini", messages=messages) as stream:
            kinds = {event.type for event in stream}
            final = stream.get_final_completion()
        assert {"chunk", "content.delta", "content.done"} <= kinds
        assert marker in final.choices[0].message.content


class TestTools:
    def test_a_call_and_its_result(self, client, messages):
        messages[1]["content"] += " Use tool get_weather."
        first = client.chat.completions.create(model="gpt-4o-mini", messages=messages, tools=[WEATHER])
        (call,) = first.choices[0].message.tool_calls
        assert first.choices[0].finish_reason == "tool_calls"
        assert call.function.name == "get_weather"
        assert "city" in json.loads(call.function.arguments)
        messages += [first.choices[0].message, {"role": "tool", "tool_call_id": call.id, "content": "sunny-42"}]
        second = client.chat.completions.create(model="gpt-4o-mini", messages=messages, tools=[WEATHER])
        assert "sunny-42" in second.choices[0].message.content

    def test_a_streamed_call(self, client, messages):
        messages[1]["content"] += " Use tool get_weather."
        with client.chat.completions.stream(model="gpt-4o-mini", messages=messages, tools=[WEATHER]) as stream:
            final = stream.get_final_completion()
        (call,) = final.choices[0].message.tool_calls
        assert "city" in json.loads(call.function.arguments)

    def test_a_forced_call(self, client, messages):
        answer = client.chat.completions.create(
            model="gpt-4o-mini", messages=messages, tools=[WEATHER],
            tool_choice={"type": "function", "function": {"name": "get_weather"}})
        assert answer.choices[0].message.tool_calls[0].function.name == "get_weather"


class City(BaseModel):
    name: str
    inhabitants: int


class TestStructuredOutputs:
    def test_parsed(self, client, messages):
        answer = client.chat.completions.parse(model="gpt-4o-mini", messages=messages, response_format=City)
        assert isinstance(answer.choices[0].message.parsed, City)

    def test_responses_parsed(self, client, prompt):
        answer = client.responses.parse(model="gpt-4o-mini", input=prompt, text_format=City)
        assert isinstance(answer.output_parsed, City)


class TestOtherEndpoints:
    def test_a_legacy_completion(self, client, simulator, prompt, marker):
        answer = client.completions.create(model="gpt-3.5-turbo-instruct", prompt=prompt)
        assert answer.choices[0].text
        assert answer.usage.total_tokens == sum(simulator.call(marker).tokens[n] for n in ("prompt_tokens", "completion_tokens"))

    def test_a_legacy_completion_streamed(self, client, prompt):
        chunks = list(client.completions.create(model="gpt-3.5-turbo-instruct", prompt=prompt, stream=True))
        assert "".join(chunk.choices[0].text for chunk in chunks)
        assert all(chunk.choices for chunk in chunks)

    def test_a_response(self, client, simulator, prompt, marker):
        answer = client.responses.create(model="gpt-4o-mini", input=prompt)
        served = simulator.call(marker)
        assert marker in answer.output_text
        assert answer.status == "completed"
        assert (answer.usage.input_tokens, answer.usage.output_tokens) == (served.prompt_tokens, served.completion_tokens)

    def test_a_streamed_response(self, client, prompt, marker):
        with client.responses.stream(model="gpt-4o-mini", input=prompt) as stream:
            kinds = [event.type for event in stream]
            final = stream.get_final_response()
        assert kinds[0] == "response.created" and kinds[-1] == "response.completed"
        assert marker in final.output_text

    @pytest.mark.parametrize("form", ["float", "base64"])
    def test_embeddings(self, client, simulator, prompt, marker, form):
        answer = client.embeddings.create(model="text-embedding-3-small", input=[prompt, "two"], encoding_format=form)
        vectors = [each.embedding for each in answer.data]
        if form == "base64":
            vectors = [struct.unpack(f"<{len(each) * 3 // 16}f", base64.b64decode(each)) for each in vectors]
        assert len(vectors) == 2 and len(vectors[0]) == len(vectors[1]) > 0
        assert answer.usage.prompt_tokens == simulator.call(marker).prompt_tokens

    def test_the_list_of_models_is_what_callers_may_ask_for(self, client):
        names = {model.id for model in client.models.list()}
        assert "fast" in names
        assert not any("*" in name for name in names)

    def test_one_model(self, client):
        assert client.models.retrieve("fast").id == "fast"
        assert client.models.retrieve("gpt-4o-mini").object == "model"

    def test_the_native_mount(self, gateway, simulator, messages, marker):
        client = openai.OpenAI(base_url=f"{gateway.url}/llm/call/openai/v1", api_key=gateway.openai().api_key, max_retries=0)
        answer = client.chat.completions.create(model="gpt-4o-mini", messages=messages)
        assert marker in answer.choices[0].message.content
        assert simulator.call(marker).endpoint == "chat_completions"

    @pytest.mark.parametrize("mount, stream", [("rest", False), ("stream", True)])
    def test_the_older_mounts(self, gateway, simulator, messages, marker, mount, stream):
        client = openai.OpenAI(base_url=f"{gateway.url}/llm/{mount}/openai/v1", api_key=gateway.openai().api_key, max_retries=0)
        answer = client.chat.completions.create(model="gpt-4o-mini", messages=messages, stream=stream)
        assert list(answer)
        assert simulator.call(marker).status == 200


class TestErrors:
    """Each as the exception that an application of this SDK already handles."""

    def test_no_such_key(self, gateway, messages):
        with pytest.raises(openai.AuthenticationError) as raised:
            gateway.openai("sk-sluice-" + "0" * 40).chat.completions.create(model="gpt-4o-mini", messages=messages)
        assert raised.value.code == "invalid_api_key"
        assert raised.value.request_id

    def test_a_model_that_the_key_may_not_use(self, gateway, messages, marker):
        made = gateway.create_key(f"narrow-{marker}", models=["text-embedding-*"])
        with pytest.raises(openai.PermissionDeniedError) as raised:
            gateway.openai(made["key"]).chat.completions.create(model="gpt-4o-mini", messages=messages)
        assert raised.value.code == "model_not_allowed"

    def test_no_such_model(self, start_gateway, messages):
        gateway = start_gateway(change=lambda configuration: configuration["models"].pop())
        with pytest.raises(openai.NotFoundError) as raised:
            gateway.openai().chat.completions.create(model="nobody-knows", messages=messages)
        assert raised.value.code == "model_not_found"
        with pytest.raises(openai.NotFoundError):
            gateway.openai().models.retrieve("nobody-knows")

    def test_a_bad_request_of_the_provider_passes(self, client, prompt):
        with pytest.raises(openai.BadRequestError):
            client.chat.completions.create(model=misbehaving("gpt-4o-mini", "status=400"), messages=[{"role": "user", "content": prompt}])

    def test_a_rate_limit_passes_with_its_time(self, client, messages):
        with pytest.raises(openai.RateLimitError) as raised:
            client.chat.completions.create(
                model=misbehaving("gpt-4o-mini", "status=429,retry_after=7"), messages=messages)
        assert raised.value.response.headers["retry-after"] == "7"

    @pytest.mark.parametrize("status", [500, 503])
    def test_an_error_of_the_provider_passes(self, client, messages, status):
        with pytest.raises(openai.InternalServerError) as raised:
            client.chat.completions.create(model=misbehaving("gpt-4o-mini", f"status={status}"), messages=messages)
        assert raised.value.status_code == status

    @pytest.mark.parametrize("status", [401, 403])
    def test_a_refusal_of_our_credential_is_not_the_clients_fault(self, client, messages, status):
        with pytest.raises(openai.InternalServerError) as raised:
            client.chat.completions.create(model=misbehaving("gpt-4o-mini", f"status={status}"), messages=messages)
        assert raised.value.status_code in (502, 503)
        assert raised.value.code == "upstream_authentication"

    def test_a_client_with_retries_gets_through(self, gateway, messages, marker, simulator):
        client = gateway.openai(max_retries=2)
        answer = client.chat.completions.create(
            model=misbehaving("gpt-4o-mini", "status=500,times=1"), messages=messages,
            extra_headers={"x-request-id": marker})
        assert marker in answer.choices[0].message.content
        assert [each.status for each in simulator.calls(marker)] == [500, 200]
        assert len(gateway.rows(marker)) == 2

    def test_a_messages_body_on_the_chat_route_is_told_where_it_belongs(self, client, prompt):
        with pytest.raises(openai.BadRequestError) as raised:
            client.chat.completions.create(model="claude-haiku-4-5", messages=[{"role": "user", "content": prompt}])
        assert "messages" in str(raised.value).lower()
