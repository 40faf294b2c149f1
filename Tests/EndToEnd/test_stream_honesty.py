# SPDX-License-Identifier: Apache-2.0
"""A truncated answer never looks complete, and is billed for what it was."""

import pytest

from support.prices import CLAUDE, GPT
from support.processes import free_ports
from support.simulator import misbehaving
from support.streams import ALL, CHAT, MESSAGES

each_dialect = pytest.mark.parametrize("dialect", ALL, ids=lambda dialect: dialect.name)


def read(gateway, dialect, directives, prompt, identity):
    """Status and text of a stream, read as bytes: what an SDK would make of it does not matter here."""
    body = dialect.body(misbehaving(dialect.model, directives), prompt)
    with gateway.data.stream("POST", dialect.path, json=body, headers=identity | {"anthropic-version": "2023-06-01"}) as answer:
        return answer.status_code, answer.read().decode()


def assert_error_and_no_end(dialect, text):
    assert not dialect.is_complete(text), f"looks complete: …{text[-300:]}"
    error = dialect.error(text)
    assert error and error["message"], f"does not end in an error event: …{text[-300:]}"


def assert_billed_as_broken(gateway, marker, dialect, served, ending="provider_failed"):
    row = gateway.row(marker)
    assert (row.status, row.ending, row.usage_source) == (200, ending, "estimated")
    assert row.cost == (CLAUDE if dialect is MESSAGES else GPT).nano_dollars(
        prompt=row.prompt_tokens, completion=row.completion_tokens, cached=row.cached_tokens, cache_write=row.cache_write_tokens)
    # What was delivered, estimated: not nothing, and not more than a small multiple of the truth.
    assert row.completion_tokens <= 3 * max(served.completion_tokens, 4)
    return row


@each_dialect
@pytest.mark.parametrize("after", [0, 1, 2, 3, 5, 8])
def test_a_stream_that_is_cut_ends_in_an_error(gateway, simulator, prompt, marker, identity, dialect, after):
    status, text = read(gateway, dialect, f"chunks=12,cut={after}", prompt, identity)
    served = simulator.call(marker)
    assert served.ended == "fault:cut"
    if status == 200:
        assert_error_and_no_end(dialect, text)
        row = assert_billed_as_broken(gateway, marker, dialect, served)
        assert row.completion_tokens > 0 or served.completion_tokens == 0
    else:
        assert status == 502 and after == 0


@each_dialect
def test_a_stream_without_its_terminal_event_ends_in_an_error(gateway, prompt, marker, identity, dialect):
    status, text = read(gateway, dialect, "nodone", prompt, identity)
    assert status == 200
    assert_error_and_no_end(dialect, text)
    assert gateway.row(marker).ending == "provider_failed"


@each_dialect
def test_a_broken_event_is_not_passed_on_as_if_it_were_whole(gateway, simulator, prompt, marker, identity, dialect):
    status, text = read(gateway, dialect, "chunks=12,garbage=4", prompt, identity)
    assert status == 200
    assert_error_and_no_end(dialect, text)
    assert gateway.row(marker).ending == "provider_failed"


@each_dialect
def test_the_providers_own_error_event_passes_and_ends_the_stream(gateway, simulator, prompt, marker, identity, dialect):
    status, text = read(gateway, dialect, "chunks=12,error=4", prompt, identity)
    assert status == 200
    assert_error_and_no_end(dialect, text)
    assert gateway.row(marker).ending == "provider_error"


@each_dialect
@pytest.mark.parametrize("directives", ["chunks=12,cut=4", "nodone", "chunks=12,garbage=4", "chunks=12,error=4"])
def test_the_sdk_raises(gateway, prompt, identity, dialect, directives):
    with pytest.raises(dialect.sdk_errors):
        dialect.sdk(gateway, misbehaving(dialect.model, directives), prompt, identity)


@each_dialect
def test_without_usage_the_stream_is_complete_and_estimated(gateway, prompt, marker, identity, dialect):
    status, text = read(gateway, dialect, "nousage", prompt, identity)
    assert status == 200 and dialect.is_complete(text)
    row = gateway.row(marker)
    assert (row.ending, row.usage_source) == ("complete", "estimated")
    assert row.completion_tokens > 0


@each_dialect
@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("directives", ["reset", "cut_head", "html", "redirect=http://127.0.0.1:1/stolen"])
def test_what_is_no_answer_is_502(gateway, simulator, prompt, marker, identity, dialect, directives, streamed):
    body = dialect.body(misbehaving(dialect.model, directives), prompt) | {"stream": streamed}
    answer = gateway.data.post(dialect.path, json=body, headers=identity | {"anthropic-version": "2023-06-01"})
    assert answer.status_code == 502, answer.text
    assert answer.json()["error"]["message"]
    assert "127.0.0.1" not in answer.text, "an address of ours is none of the client's business"
    row = gateway.row(marker)
    assert (row.status, row.ending) == (502, "provider_failed")
    assert len(simulator.calls(marker)) == 1, "asked again although the provider may have worked"


@pytest.mark.parametrize("dialect", [CHAT, MESSAGES], ids=lambda dialect: dialect.name)
@pytest.mark.parametrize("after", [0, 1, 4])
def test_a_whole_answer_that_breaks_off_is_502(gateway, prompt, marker, identity, dialect, after):
    body = dialect.body(misbehaving(dialect.model, f"cut={after}"), prompt) | {"stream": False}
    answer = gateway.data.post(dialect.path, json=body, headers=identity | {"anthropic-version": "2023-06-01"})
    assert answer.status_code == 502
    assert gateway.row(marker).ending == "provider_failed"


def test_an_answer_that_is_no_json_is_502(gateway, prompt, marker, identity):
    body = CHAT.body(misbehaving(CHAT.model, "garbage=1"), prompt) | {"stream": False}
    assert gateway.data.post(CHAT.path, json=body, headers=identity).status_code == 502
    assert gateway.row(marker).ending == "provider_failed"


def test_a_stream_under_another_content_type_is_still_a_stream_or_refused(gateway, prompt, marker, identity):
    """Some servers stream as text/plain. Either is right; a half-read answer is not."""
    status, text = read(gateway, CHAT, "content_type=text/plain", prompt, identity)
    assert (status == 200 and CHAT.is_complete(text)) or status == 502
    assert gateway.row(marker).ending == ("complete" if status == 200 else "provider_failed")


class TestRedirects:
    def test_a_redirect_is_not_followed(self, gateway, prompt, identity):
        """A listener stands where the provider points: nobody calls there, with or without our credential."""
        import socket

        with socket.create_server(("127.0.0.1", 0)) as trap:
            trap.settimeout(0.3)
            location = f"http://127.0.0.1:{trap.getsockname()[1]}/"
            body = CHAT.body(misbehaving(CHAT.model, f"redirect={location}"), prompt) | {"stream": False}
            assert gateway.data.post(CHAT.path, json=body, headers=identity).status_code == 502
            with pytest.raises(TimeoutError):
                trap.accept()


def impatient(configuration):
    for provider in configuration["providers"]:
        provider["deadlines"] = {"connect": "500ms", "first_byte": "300ms", "idle": "300ms", "total": "3s"}
    (dead,) = free_ports(1)
    configuration["providers"].append(
        {"name": "dead", "template": "openai", "base_url": f"http://127.0.0.1:{dead}/v1", "api_key": "${OPENAI_API_KEY}"})
    configuration["models"] += [
        {"name": "dead", "targets": [{"provider": "dead", "model": "gpt-4o-mini"}]},
        {"name": "dead-then-alive", "targets": [{"provider": "dead", "model": "gpt-4o-mini"},
                                                {"provider": "openai", "model": "gpt-4o-mini"}]},
    ]


@pytest.fixture(scope="module")
def hurried(tmp_path_factory, simulator):
    from support.gateway import Gateway

    process = Gateway(tmp_path_factory.mktemp("hurried"), simulator.url, change=impatient).start()
    yield process
    process.stop()


class TestDeadlines:
    @each_dialect
    @pytest.mark.parametrize("directives", ["hang", "first_byte=5000"])
    @pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
    def test_no_first_byte_is_504(self, hurried, prompt, marker, identity, dialect, directives, streamed):
        body = dialect.body(misbehaving(dialect.model, directives), prompt) | {"stream": streamed}
        answer = hurried.data.post(dialect.path, json=body, headers=identity | {"anthropic-version": "2023-06-01"})
        assert answer.status_code == 504
        row = hurried.row(marker)
        assert (row.status, row.ending) == (504, "timed_out")

    @each_dialect
    def test_a_stream_that_stalls_ends_in_an_error(self, hurried, simulator, prompt, marker, identity, dialect):
        status, text = read(hurried, dialect, "chunks=12,stall=4", prompt, identity)
        assert status == 200
        assert_error_and_no_end(dialect, text)
        assert_billed_as_broken(hurried, marker, dialect, simulator.call(marker), "timed_out")

    def test_a_stream_that_goes_on_and_on_ends_at_the_total_deadline(self, hurried, prompt, marker, identity):
        status, text = read(hurried, CHAT, "chunks=1000,delay=50", prompt, identity)
        assert status == 200
        assert_error_and_no_end(CHAT, text)
        assert hurried.row(marker).ending == "timed_out"

    def test_an_unreachable_provider_is_502(self, hurried, prompt, marker, identity):
        answer = hurried.data.post(CHAT.path, json=CHAT.body("dead", prompt) | {"stream": False}, headers=identity)
        assert answer.status_code == 502
        row = hurried.row(marker)
        assert (row.ending, row.cost) == ("provider_failed", 0)

    def test_what_never_reached_a_provider_is_asked_of_the_next(self, hurried, simulator, prompt, marker, identity):
        answer = hurried.data.post(
            CHAT.path, json=CHAT.body("dead-then-alive", prompt) | {"stream": False}, headers=identity)
        assert answer.status_code == 200
        assert answer.headers["x-sluice-attempts"] == "2"
        assert len(simulator.calls(marker)) == 1
        assert hurried.row(marker).attempts == 2


def test_the_next_request_is_served_after_any_fault(gateway, prompt):
    """No broken connection goes back into the pool."""
    for directives in ("reset", "cut_head", "cut=2", "garbage=2", "html", "error=2", "nodone"):
        read(gateway, CHAT, directives, prompt, {})
        status, text = read(gateway, CHAT, "chunks=2", prompt, {})
        assert status == 200 and CHAT.is_complete(text)
