// SPDX-License-Identifier: Apache-2.0

import GatewayFormats
import Testing

/// What is read is written with the same meaning.
@Suite struct ChatRoundTripTests {
    /// A target that takes all that chat completions have, and what compatible servers add.
    private static let generous = RoundTripFormat.chat.generous

    private func expectSame(_ body: String, as expected: String? = nil, _ rules: TargetRules = generous) throws {
        let (written, report) = try ChatTrial.write(ChatTrial.read(body), rules)
        try expectJSON(written, expected ?? body)
        #expect(report.losses == [])
    }

    @Test(
        "Messages come out as they were",
        arguments: [
            #"{"role":"user","content":"h\u00e9 \"x\" \\ 👩‍👩‍👧"}"#,
            #"{"role":"user","content":""}"#,
            #"{"role":"user","content":"hi","name":"eve","weight":1}"#,
            #"{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b","future":{"x":[1,2]}}]}"#,
            #"{"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral","ttl":"1h","x":1}}]}"#,
            #"{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AA==","detail":"high","x":1}}]}"#,
            #"{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://x/y"}},{"type":"text","text":"?"}]}"#,
            #"{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"AAAA","format":"wav","x":1}}]}"#,
            #"{"role":"user","content":[{"type":"file","file":{"file_data":"data:application/pdf;base64,AA","filename":"f","x":1}}]}"#,
            #"{"role":"user","content":[{"type":"file","file":{"file_id":"file-1"},"y":2}]}"#,
            #"{"role":"user","content":[{"type":"video_url","video_url":{"url":"https://x/y.mp4"}}]}"#,
            #"{"role":"user","content":[{"type":"hologram","size":[3]}]}"#,
            #"{"role":"system","content":"s","name":"n","future":1}"#,
            #"{"role":"developer","content":[{"type":"text","text":"s","cache_control":{"type":"ephemeral"}}]}"#,
            #"{"role":"assistant","content":"hi","annotations":[],"audio":{"id":"a"}}"#,
            #"{"role":"assistant","content":null,"refusal":"no"}"#,
            #"{"role":"assistant","content":"hi","reasoning_content":"hm"}"#,
            #"{"role":"assistant","content":[{"type":"text","text":"a"},{"type":"reference","reference_ids":[1]}]}"#,
            #"{"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\": 1}","y":2},"z":3}]}"#,
            #"{"role":"assistant","content":"so","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"broken"}},{"id":"b","type":"custom","custom":{"name":"g","input":"SELECT \"x\""}}]}"#,
            #"{"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"s","a":1},"b":2}}]}"#,
            #"{"role":"tool","tool_call_id":"a","content":"ok","name":"f","future":1}"#,
            #"{"role":"tool","tool_call_id":"a","content":[{"type":"text","text":"ok","cache_control":{"type":"ephemeral"}}]}"#,
        ])
    func message(_ message: String) throws {
        try expectSame(#"{"model":"m","messages":[{"role":"user","content":"?"},\#(message)]}"#)
        try expectSame(#"{"model":"m","messages":[\#(message),{"role":"user","content":"?"}]}"#)
    }

    @Test(
        "Settings come out as they were",
        arguments: [
            #""temperature":0.50,"top_p":1e0,"top_k":3,"seed":1,"presence_penalty":-1,"frequency_penalty":2.0"#,
            #""stop":["a","b"],"n":3,"logprobs":true,"top_logprobs":2,"logit_bias":{"9":-100}"#,
            #""max_completion_tokens":77,"user":"u","metadata":{"a":"b"},"service_tier":"auto""#,
            #""stream":true,"stream_options":{"include_usage":true,"include_obfuscation":false}"#,
            #""reasoning_effort":"minimal""#,
            #""reasoning_effort":"default""#,
            #""thinking":{"type":"sometimes"}"#,
            #""response_format":{"type":"text"}"#,
            #""response_format":{"type":"json_object","x":1}"#,
            #""response_format":{"type":"json_schema","x":1,"json_schema":{"name":"n","schema":{"type":"object"},"strict":true,"description":"d","y":2}}"#,
            #""response_format":{"type":"structural_tag","tags":[]}"#,
            #""tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"},"strict":false,"x":1},"y":2}],"tool_choice":"auto","parallel_tool_calls":true"#,
            #""tools":[{"type":"custom","custom":{"name":"f","format":{"type":"text"},"x":1}}],"tool_choice":{"type":"custom","custom":{"name":"f"}}"#,
            #""tools":[{"type":"function","function":{"name":"f"},"cache_control":{"type":"ephemeral"}}],"tool_choice":{"type":"function","function":{"name":"f"}}"#,
            #""tools":[{"type":"browser_search"}],"tool_choice":"required""#,
            #""tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[]}}"#,
            #""cache_control":{"type":"ephemeral","ttl":"1h"}"#,
            #""cache_control":{"type":"eternal"}"#,
            #""verbosity":"low","store":null,"prediction":{"type":"content","content":"x"},"web_search_options":{},"prompt_cache_key":"k","modalities":["text"],"min_p":0.1"#,
        ])
    func settings(_ members: String) throws {
        try expectSame(#"{"model":"m","messages":[{"role":"user","content":"?"}],\#(members)}"#)
    }

    @Test("Seals that the provider hands on come out as they were, in their order")
    func seals() throws {
        try expectSame(
            """
            {"model":"m","messages":[{"role":"assistant","content":"b","reasoning_content":"acd","reasoning_details":[
            {"type":"reasoning.text","text":"a","signature":"s/+=","format":"anthropic-claude-v1","index":0},
            {"type":"reasoning.summary","summary":"c","id":"rs","format":"openai-responses-v1","index":1,"position":2},
            {"type":"reasoning.encrypted","data":"d","id":"rs","format":"openai-responses-v1","index":2},
            {"type":"reasoning.text","text":"d","index":3,"position":4}],
            "tool_calls":[{"id":"x","type":"function","function":{"name":"f","arguments":"{}"}}]}]}
            """,
            as: """
                {"model":"m","messages":[{"role":"assistant","content":"b","reasoning_content":"acd","reasoning_details":[
                {"type":"reasoning.text","text":"a","signature":"s/+=","format":"anthropic-claude-v1","index":0},
                {"type":"reasoning.summary","summary":"c","id":"rs","format":"openai-responses-v1","index":1,"position":2},
                {"type":"reasoning.encrypted","data":"d","id":"rs","format":"openai-responses-v1","index":2,"position":2},
                {"type":"reasoning.text","text":"d","index":3,"position":4}],
                "tool_calls":[{"id":"x","type":"function","function":{"name":"f","arguments":"{}"}}]}]}
                """)
    }

    @Test(
        "Normal forms",
        arguments: [
            (#""stop":"a""#, #""stop":["a"]"#), (#""safety_identifier":"u""#, #""user":"u""#),
            (#""max_tokens":1"#, #""max_completion_tokens":1"#), (#""seed":null"#, #""n":null"#),
            (#""stream":true"#, #""stream":true,"stream_options":{"include_usage":true}"#),
            (#""functions":[{"name":"f"}]"#, #""tools":[{"type":"function","function":{"name":"f"}}]"#),
        ])
    func normalForms(_ written: String, _ normal: String) throws {
        let normal = normal == #""n":null"# ? "" : ",\(normal)"
        let start = #"{"model":"m","messages":[{"role":"user","content":"?"}]"#
        try expectSame("\(start),\(written)}", as: "\(start)\(normal)}")
    }

    @Test("A part of one plain text is a string, and empty text beside calls is none")
    func normalContent() throws {
        try expectSame(
            """
            {"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"a"}]},{"role":"assistant",
            "content":"","tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":{"x":1}}}]}]}
            """,
            as: """
                {"model":"m","messages":[{"role":"user","content":"a"},{"role":"assistant","content":null,
                "tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{\\"x\\":1}"}}]}]}
                """)
    }

    @Test("Calls and results without identifiers get the same ones in every turn")
    func madeIdentifiers() throws {
        let history = """
            {"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{}"}},
            {"role":"function","name":"f","content":"1"}
            """
        let once = try ChatTrial.write(ChatTrial.read(messages: history), Self.generous)
        try expectJSON(
            once.body,
            """
            {"model":"m","messages":[{"role":"assistant","content":null,"tool_calls":[
            {"id":"call_sluice_1","type":"function","function":{"name":"f","arguments":"{}"}}]},
            {"role":"tool","tool_call_id":"call_sluice_1","name":"f","content":"1"}]}
            """)
        #expect(once.report.losses == ["emulated messages[].tool_calls[].id"])
        let twice = try ChatTrial.write(ChatTrial.read(messages: "\(history),\(history)"), Self.generous)
        #expect(String(decoding: twice.body, as: UTF8.self).contains(#""tool_call_id":"call_sluice_2""#))
    }

    @Test("Whatever is in an object within one that is not sent is reported")
    func orphans() throws {
        let body =
            #""stream_options":{"future":1},"response_format":{"type":"json_object","x":1},"thinking":{"type":"enabled","y":1}"#
        var rules = Self.generous
        rules.refusedFields = ["response_format"]
        let report = try ChatTrial.write(ChatTrial.read(with: body), rules).report
        #expect(
            Set(report.losses)
                == [
                    "dropped stream_options.future", "dropped response_format.x", "dropped thinking.y",
                    "dropped response_format", "emulated reasoning_effort",
                ])
    }
}
