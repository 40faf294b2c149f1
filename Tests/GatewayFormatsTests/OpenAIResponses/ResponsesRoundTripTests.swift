// SPDX-License-Identifier: Apache-2.0

import GatewayFormats
import Testing

@Suite("Responses requests, read and written again") struct ResponsesRoundTripTests {
    private func again(_ text: String) throws -> String {
        try ResponsesTrial.canonical(ResponsesTrial.write(ResponsesTrial.read(text)).body)
    }

    @Test(
        "Settings come out as they were",
        arguments: [
            #""instructions":"Be \"brief\".","max_output_tokens":100,"temperature":0.50,"top_p":9e-1,"stream":true"#,
            #""parallel_tool_calls":false,"metadata":{"a":"b"},"service_tier":"flex","safety_identifier":"u-1"#
                + #"","user":"older","store":true,"truncation":"auto""#,
            #""previous_response_id":"resp_1","background":true"#,
            #""conversation":{"id":"conv_1"},"prompt":{"id":"pmpt_1","variables":{"x":"y"}}"#,
            #""reasoning":{"effort":"xhigh","summary":"detailed","context":"all_turns","mode":"pro"}"#,
            #""reasoning":{"effort":"beyond","generate_summary":"auto"}"#,
            #""text":{"format":{"type":"json_object"},"verbosity":"low","future":{"a":[1]}}"#,
            #""text":{"format":{"type":"json_schema","name":"n","description":"d","schema":{"type":"object"},"strict":true}}"#,
            #""text":{"format":{"type":"grammar","definition":"x"}}"#,
            #""include":["file_search_call.results","message.output_text.logprobs"],"top_logprobs":5"#,
            #""include":["reasoning.encrypted_content"],"store":false,"reasoning":{"effort":"high"}"#,
            #""include":["reasoning.encrypted_content"]"#,
            #""prompt_cache_key":"k","prompt_cache_options":{"mode":"explicit","ttl":"12h"},"max_tool_calls":3"#,
            #""moderation":{"model":"m"},"context_management":[{"type":"compaction","compact_threshold":1}]"#,
            #""stream_options":{"include_obfuscation":false},"stream":true,"a_field_to_come":{"x":[1,{"y":"\u00e9"}]}"#,
        ])
    func settings(_ members: String) throws {
        let text = ResponsesTrial.request(members)
        let plain = text.replacing(
            #""input":"Hello""#, with: #""input":[{"type":"message","role":"user","content":"Hello"}]"#)
        #expect(try again(text) == ResponsesTrial.canonical(plain))
    }

    @Test(
        "Tools come out as they were",
        arguments: [
            #""tools":[{"type":"function","name":"f","description":"d","parameters":{"type":"object"},"strict":true}]"#,
            #""tools":[{"type":"function","name":"f","parameters":null,"defer_loading":true,"async":true,"output_schema":{}}]"#,
            #""tools":[{"type":"custom","name":"c","description":"d","format":{"type":"grammar","syntax":"lark","definition":"x"}}]"#,
            #""tools":[{"type":"web_search","filters":{"allowed_domains":["x.org"]}},{"type":"mcp","server_label":"s"}]"#,
            #""tools":[{"type":"a_tool_to_come","x":1}],"tool_choice":"required""#,
            #""tools":[{"type":"custom","name":"c"}],"tool_choice":{"type":"custom","name":"c"}"#,
            #""tools":[{"type":"function","name":"f","parameters":{}}],"tool_choice":{"type":"function","name":"f"}"#,
            #""tool_choice":{"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"f"}]}"#,
            #""tool_choice":{"type":"mcp","server_label":"s"}"#,
        ])
    func tools(_ members: String) throws {
        let text = ResponsesTrial.request(members)
        let plain = text.replacing(
            #""input":"Hello""#, with: #""input":[{"type":"message","role":"user","content":"Hello"}]"#)
        #expect(try again(text) == ResponsesTrial.canonical(plain))
    }

    @Test(
        "Every kind of item comes out as it was",
        arguments: [
            #"{"type":"message","role":"user","content":"Hi \ud83d\ude00"}"#,
            #"{"type":"message","role":"user","id":"msg_u","status":"incomplete","content":"x","future":1}"#,
            #"{"type":"message","role":"developer","content":"Be brief."}"#,
            #"{"type":"message","id":"msg_1","role":"assistant","status":"completed","phase":"commentary","content":[{"type":"output_text","text":"A","annotations":[]},{"type":"refusal","refusal":"no"}]}"#,
            #"{"type":"message","id":"msg_1","role":"assistant","status":"incomplete","content":[{"type":"output_text","text":"A","annotations":[{"type":"url_citation","url":"u","title":"t","start_index":0,"end_index":1}],"logprobs":[{"token":"A","logprob":-1,"bytes":[65],"top_logprobs":[]}]}]}"#,
            #"{"type":"message","role":"assistant","phase":"final_answer","content":"A"}"#,
            #"{"type":"message","role":"assistant","content":[]}"#,
            #"{"type":"message","role":"assistant","id":"msg_2","content":[{"type":"a_part_to_come","x":1}]}"#,
            #"{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"S"},{"type":"summary_text","text":"T"}],"content":[{"type":"reasoning_text","text":"C"}],"encrypted_content":"gAAA=="}"#,
            #"{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"gAAA==","status":"incomplete"}"#,
            #"{"type":"reasoning","id":"rs_kept_by_openai","summary":[]}"#,
            #"{"type":"reasoning","id":"rs_1","summary":[{"type":"a_summary_to_come"}]}"#,
            #"{"type":"function_call","id":"fc_1","call_id":"call_1","name":"f","arguments":"{\"a\":1}","namespace":"n"}"#,
            #"{"type":"function_call","call_id":"call_1","name":"f","arguments":"not json","status":"incomplete"}"#,
            #"{"type":"custom_tool_call","id":"ctc_1","call_id":"call_1","name":"c","input":"do \"it\""}"#,
            #"{"type":"function_call_output","call_id":"call_1","output":"{\"a\":1}"}"#,
            #"{"type":"function_call_output","id":"fco_1","call_id":"call_1","name":"f","output":[{"type":"input_text","text":"a"},{"type":"input_image","image_url":"data:image/png;base64,iVBO","detail":"high"},{"type":"input_file","file_id":"file_1"}]}"#,
            #"{"type":"function_call_output","call_id":"call_1","output":""}"#,
            #"{"type":"custom_tool_call_output","call_id":"call_1","output":"x","caller":{"type":"direct"}}"#,
            #"{"type":"web_search_call","id":"ws_1","status":"completed","action":{"type":"search","query":"q"}}"#,
            #"{"type":"computer_call_output","call_id":"c","output":{"type":"computer_screenshot","image_url":"u"}}"#,
            #"{"type":"mcp_approval_response","approval_request_id":"a","approve":true}"#,
            #"{"type":"compaction","encrypted_content":"x","id":"cmp_1"}"#,
            #"{"type":"item_reference","id":"msg_9"}"#,
            #"{"id":"msg_9"}"#,
            #"{"type":"an_item_to_come","x":[null]}"#,
        ])
    func items(_ item: String) throws {
        let text = ResponsesTrial.request(items: #"{"type":"message","role":"user","content":"Q"}"#, item)
        #expect(try again(text) == ResponsesTrial.canonical(text))
    }

    @Test(
        "Every kind of content part comes out as it was",
        arguments: [
            #"{"type":"input_text","text":"A","prompt_cache_breakpoint":{"mode":"explicit","ttl":"12h"}}"#,
            #"{"type":"input_text","text":"A","prompt_cache_breakpoint":{"mode":"later","x":1}}"#,
            #"{"type":"input_text","text":"A","future":1}"#,
            #"{"type":"input_image","image_url":"https://x/y.png","detail":"original"}"#,
            #"{"type":"input_image","image_url":"data:image/png;base64,iVBORw0KGgo=","prompt_cache_breakpoint":{"mode":"explicit"}}"#,
            #"{"type":"input_image","image_url":"data:text/plain,plain"}"#,
            #"{"type":"input_image","file_id":"file_1","detail":"auto"}"#,
            #"{"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,JVBERi0=","detail":"low"}"#,
            #"{"type":"input_file","filename":"a.pdf","file_data":"JVBERi0="}"#,
            #"{"type":"input_file","file_url":"https://x/y.pdf"}"#,
            #"{"type":"input_audio","input_audio":{"data":"UklG","format":"mp3"}}"#,
            #"{"type":"a_part_to_come","x":{"y":[1,2]}}"#,
        ])
    func content(_ part: String) throws {
        let text = ResponsesTrial.request(
            items: #"{"type":"message","role":"user","content":[\#(part),{"type":"input_text","text":"Q"}]}"#)
        #expect(try again(text) == ResponsesTrial.canonical(text))
    }

    @Test("A tool loop keeps its items apart and in order") func toolLoop() throws {
        let text = ResponsesTrial.request(
            items: #"{"type":"message","role":"user","content":"Q"}"#,
            #"{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"S"}],"encrypted_content":"e1"}"#,
            #"{"type":"message","id":"msg_1","role":"assistant","status":"completed","content":[{"type":"output_text","text":"I look.","annotations":[]}]}"#,
            #"{"type":"message","id":"msg_2","role":"assistant","status":"completed","content":[{"type":"output_text","text":"Twice.","annotations":[]}]}"#,
            #"{"type":"function_call","id":"fc_1","call_id":"call_1","name":"f","arguments":"{}"}"#,
            #"{"type":"custom_tool_call","id":"ctc_2","call_id":"call_2","name":"c","input":"x"}"#,
            #"{"type":"function_call_output","call_id":"call_1","output":"1"}"#,
            #"{"type":"custom_tool_call_output","call_id":"call_2","output":"2"}"#,
            #"{"type":"reasoning","id":"rs_2","summary":[],"encrypted_content":"e2"}"#,
            #"{"type":"reasoning","id":"rs_3","summary":[],"encrypted_content":"e3"}"#,
            #"{"type":"message","role":"assistant","content":"Done."}"#,
            #"{"type":"message","role":"assistant","content":"Really."}"#,
            #"{"type":"message","role":"system","content":"Shout."}"#)
        #expect(try again(text) == ResponsesTrial.canonical(text))
        let roles = try ResponsesTrial.read(text).turns.map(\.role)
        #expect(roles == [.user, .assistant, .tool, .assistant, .assistant, .instruction(.system)])
    }

    @Test(
        "What has several forms comes out in one",
        arguments: [
            (
                #"{"role":"user","content":[{"type":"input_text","text":"Q"}]}"#,
                #"{"type":"message","role":"user","content":"Q"}"#
            ),
            (
                #"{"type":"message","role":"assistant","content":[{"type":"output_text","text":"A","annotations":[],"logprobs":[]}]}"#,
                #"{"type":"message","role":"assistant","content":"A"}"#
            ),
            (
                #"{"type":"function_call","id":null,"call_id":"c","name":"f","arguments":"{}","status":"completed"}"#,
                #"{"type":"function_call","call_id":"c","name":"f","arguments":"{}"}"#
            ),
        ])
    func normalForm(_ given: String, _ expected: String) throws {
        let first = #"{"type":"message","role":"user","content":"First"}"#
        #expect(
            try again(ResponsesTrial.request(items: first, given))
                == ResponsesTrial.canonical(ResponsesTrial.request(items: first, expected)))
    }

    @Test("The first system message is what `instructions` says, unless they are there")
    func leadingInstructions() throws {
        let system = #"{"type":"message","role":"system","content":"S"}"#
        let user = #"{"type":"message","role":"user","content":"Q"}"#
        #expect(
            try again(ResponsesTrial.request(items: system, user))
                == ResponsesTrial.canonical(#"{"model":"gpt-x","instructions":"S","input":[\#(user)]}"#))
        let both = #"{"model":"gpt-x","instructions":"I","input":[\#(system),\#(user)]}"#
        #expect(try again(both) == ResponsesTrial.canonical(both))
    }

    @Test("A request that only continues what OpenAI keeps needs no input") func noInput() throws {
        let text = #"{"model":"gpt-x","previous_response_id":"resp_1"}"#
        #expect(try again(text) == ResponsesTrial.canonical(text))
    }
}
