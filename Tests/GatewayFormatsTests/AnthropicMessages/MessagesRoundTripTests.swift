// SPDX-License-Identifier: Apache-2.0

import GatewayFormats
import Testing

@Suite("Messages requests, read and written again") struct MessagesRoundTripTests {
    private static let head = #""model":"claude-x","max_tokens":100"#
    private static let hello = #""messages":[{"role":"user","content":"Hello"}]"#

    private func again(_ text: String) throws -> String {
        let conversation = try MessagesTrial.read(text)
        var rules = TargetRules()
        rules.callIDs = .word
        return try MessagesTrial.canonical(MessagesTrial.write(conversation, rules).body)
    }

    @Test(
        "What a client says comes out as it was",
        arguments: [
            #"{\#(head),\#(hello)}"#,
            #"{\#(head),\#(hello),"system":"Be brief."}"#,
            #"{\#(head),\#(hello),"system":[{"type":"text","text":"A","cache_control":{"type":"ephemeral","ttl":"1h"}},{"type":"text","text":"B"}]}"#,
            #"{\#(head),\#(hello),"temperature":0.50,"top_p":0.9,"top_k":40,"stop_sequences":["\n\nHuman:","x"],"stream":true}"#,
            #"{\#(head),\#(hello),"metadata":{"user_id":"u-1","future":1},"service_tier":"standard_only","speed":"fast"}"#,
            #"{\#(head),\#(hello),"cache_control":{"type":"ephemeral","ttl":"5m","scope":"global"}}"#,
            #"{\#(head),\#(hello),"container":{"id":"c_1","skills":[{"type":"custom","skill_id":"s"}]},"inference_geo":"eu","mcp_servers":[{"type":"url","url":"https://x","name":"m"}]}"#,
            #"{\#(head),\#(hello),"context_management":{"edits":[{"type":"clear_tool_uses_20250919"}]},"diagnostics":{"previous_message_id":null}}"#,
            #"{\#(head),\#(hello),"thinking":{"type":"adaptive","display":"omitted"},"output_config":{"effort":"xhigh","task_budget":{"type":"tokens","total":9}}}"#,
            #"{\#(head),\#(hello),"thinking":{"type":"enabled","budget_tokens":2000,"future":true},"output_config":{"effort":"low"}}"#,
            #"{\#(head),\#(hello),"thinking":{"type":"disabled"},"output_config":{"effort":"low"}}"#,
            #"{\#(head),\#(hello),"thinking":{"type":"between_tools"},"output_config":{"effort":"extreme"}}"#,
            #"{\#(head),\#(hello),"output_config":{"format":{"type":"json_schema","schema":{"type":"object","minProperties":1},"future":2}}}"#,
            #"{\#(head),\#(hello),"output_config":{"format":{"type":"grammar","grammar":"x"}}}"#,
            #"{\#(head),\#(hello),"tools":[{"name":"f","description":"d","input_schema":{"type":"object"},"strict":true,"defer_loading":true,"cache_control":{"type":"ephemeral"}},{"type":"web_search_20260318","name":"web_search","max_uses":3}],"tool_choice":{"type":"any","disable_parallel_tool_use":false}}"#,
            #"{\#(head),\#(hello),"tools":[{"type":"mcp_toolset","mcp_server_name":"m"}],"tool_choice":{"type":"tool","name":"f","future":1}}"#,
            #"{\#(head),"messages":[{"role":"user","content":"A","future":1},{"role":"system","content":"Now be brief.","clear_at":"never"},{"role":"assistant","content":"B"}]}"#,
        ])
    func settings(_ text: String) throws {
        #expect(try again(text) == MessagesTrial.canonical(text))
    }

    @Test(
        "Every kind of block comes out as it was",
        arguments: [
            #"{"type":"text","text":"A \ud83d\ude00 \"b\"","cache_control":{"type":"ephemeral"}}"#,
            #"{"type":"text","text":"cited","citations":[{"type":"char_location","cited_text":"x","document_index":0}]}"#,
            #"{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo="},"transformations":{"a":1}}"#,
            #"{"type":"image","source":{"type":"url","url":"https://x/y.png"}}"#,
            #"{"type":"image","source":{"type":"file","file_id":"file_1"},"cache_control":{"type":"ephemeral","ttl":"1h"}}"#,
            #"{"type":"image","source":{"type":"hologram","id":"h"}}"#,
            #"{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBERi0="},"title":"T","context":"C","citations":{"enabled":true}}"#,
            #"{"type":"document","source":{"type":"text","media_type":"text/plain","data":"plain"}}"#,
            #"{"type":"document","source":{"type":"content","content":[{"type":"text","text":"x"}]}}"#,
            #"{"type":"search_result","source":"s","title":"t","content":[{"type":"text","text":"x"}]}"#,
            #"{"type":"container_upload","file_id":"file_2"}"#,
            #"{"type":"a_kind_to_come","x":[1,2,{"y":null}]}"#,
        ])
    func userBlocks(_ block: String) throws {
        let text = #"{\#(Self.head),"messages":[{"role":"user","content":[\#(block),{"type":"text","text":"Q"}]}]}"#
        #expect(try again(text) == MessagesTrial.canonical(text))
    }

    @Test(
        "Every kind of an assistant's block comes out as it was",
        arguments: [
            #"{"type":"thinking","thinking":"Hm","signature":"EqQB+/=="}"#,
            #"{"type":"thinking","thinking":"","signature":"EqQB"}"#,
            #"{"type":"redacted_thinking","data":"EmwK"}"#,
            #"{"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{"query":"q"},"caller":{"type":"direct"}}"#,
            #"{"type":"web_search_tool_result","tool_use_id":"srvtoolu_1","content":[{"type":"web_search_result","url":"u","encrypted_content":"e"}]}"#,
            #"{"type":"mcp_tool_use","id":"m","name":"n","server_name":"s","input":{}}"#,
            #"{"type":"compaction","content":"c","encrypted_content":"e"}"#,
            #"{"type":"tool_use","id":"toolu_1","name":"f","input":{"a":1.0,"b":"x\u00e9"},"caller":{"type":"code_execution_20250825","tool_id":"t"}}"#,
        ])
    func assistantBlocks(_ block: String) throws {
        let text =
            #"{\#(Self.head),"messages":[{"role":"user","content":"Q"},{"role":"assistant","content":[\#(block),{"type":"text","text":"A"}]}]}"#
        #expect(try again(text) == MessagesTrial.canonical(text))
    }

    @Test("A tool loop with thinking comes out byte for byte in what is sealed and called")
    func toolLoop() throws {
        let text = #"""
            {\#(Self.head),"messages":[{"role":"user","content":"Q"},
            {"role":"assistant","content":[{"type":"thinking","thinking":"I'd better","signature":"c2ln"},
            {"type":"redacted_thinking","data":"ZGF0"},{"type":"text","text":"Let me see."},
            {"type":"tool_use","id":"toolu_A","name":"f","input":{"q":1}},
            {"type":"tool_use","id":"toolu_B","name":"g","input":{}}]},
            {"role":"user","content":[
            {"type":"tool_result","tool_use_id":"toolu_A","content":[{"type":"text","text":"x"},
            {"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBO"}}]},
            {"type":"tool_result","tool_use_id":"toolu_B","content":"broken","is_error":true,
            "cache_control":{"type":"ephemeral"}},
            {"type":"text","text":"Go on"}]}]}
            """#
        #expect(try again(text) == MessagesTrial.canonical(text))
        let conversation = try MessagesTrial.read(text)
        #expect(conversation.turns.map(\.role) == [.user, .assistant, .tool, .user])
    }

    @Test(
        "Normal forms",
        arguments: [
            (#"{"role":"user","content":[{"type":"text","text":"A"}]}"#, #"{"role":"user","content":"A"}"#),
            (
                #"{"role":"user","content":[{"type":"text","text":"late"},{"type":"tool_result","tool_use_id":"t","content":[],"is_error":false}]}"#,
                #"{"role":"user","content":[{"type":"tool_result","tool_use_id":"t"},{"type":"text","text":"late"}]}"#
            ),
            (
                #"{"role":"user","content":[{"type":"text","text":" \n\t"},{"type":"text","text":"A","citations":null}]}"#,
                #"{"role":"user","content":"A"}"#
            ),
            (
                #"{"role":"user","content":"A"},{"role":"user","content":"B"}"#,
                #"{"role":"user","content":[{"type":"text","text":"A"},{"type":"text","text":"B"}]}"#
            ),
        ])
    func normalForms(_ given: String, _ normal: String) throws {
        let once = try again("{\(Self.head),\"messages\":[\(given)],\"stream\":false,\"container\":null}")
        #expect(try once == MessagesTrial.canonical("{\(Self.head),\"messages\":[\(normal)]}"))
        #expect(try again(once) == once)
    }

    @Test("The older output_format is output_config.format")
    func outputFormat() throws {
        let text = #"{\#(Self.head),\#(Self.hello),"output_format":{"type":"json_schema","schema":{"type":"object"}}}"#
        let expected =
            #"{\#(Self.head),\#(Self.hello),"output_config":{"format":{"type":"json_schema","schema":{"type":"object"}}}}"#
        #expect(try again(text) == MessagesTrial.canonical(expected))
    }

    @Test("Nothing is lost on the way to the same dialect, and the report says so")
    func report() throws {
        let text = #"{\#(Self.head),\#(Self.hello),"temperature":1,"container":"c"}"#
        let report = try MessagesTrial.write(MessagesTrial.read(text)).report
        #expect(!report.isLossy)
        #expect(report.fates == ["kept max_tokens", "kept temperature"])
    }
}
