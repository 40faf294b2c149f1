// SPDX-License-Identifier: Apache-2.0

import GatewayFormats
import Testing

@Suite("What only OpenAI keeps") struct ResponsesStateTests {
    private func fault(_ text: String) throws -> FormatFault? {
        let conversation = try ResponsesTrial.read(text)
        do {
            try ResponsesFormat.checkTransferable(conversation, JSONScanner())
            return nil
        } catch { return error }
    }

    @Test(
        "A request that rests on it is refused elsewhere, with the field and what to do",
        arguments: [
            (#""previous_response_id":"resp_1""#, "previous_response_id", "`input`"),
            (#""conversation":"conv_1""#, "conversation", "`input`"),
            (#""prompt":{"id":"pmpt_1"}"#, "prompt", "`instructions`"),
            (#""background":true"#, "background", "leave it out"),
        ])
    func fields(_ members: String, _ path: String, _ advice: String) throws {
        let fault = try #require(try fault(ResponsesTrial.request(members)))
        #expect(fault.path == path && fault.message.contains(advice))
    }

    @Test(
        "Items that stand for others are refused elsewhere",
        arguments: [
            (#"{"type":"item_reference","id":"msg_1"}"#, "input[].type=item_reference"),
            (#"{"id":"msg_1"}"#, "input[].type=item_reference"),
            (#"{"type":"compaction","encrypted_content":"x"}"#, "input[].type=compaction"),
        ])
    func items(_ item: String, _ path: String) throws {
        #expect(try fault(ResponsesTrial.request(items: item))?.path == path)
    }

    @Test(
        "What does not rest on it may go anywhere",
        arguments: [
            #""store":true"#, #""background":false,"previous_response_id":null,"conversation":null"#,
            #""truncation":"auto""#,
        ])
    func transferable(_ members: String) throws {
        #expect(try fault(ResponsesTrial.request(members)) == nil)
        let item = #"{"type":"web_search_call","id":"ws_1"}"#
        #expect(try fault(ResponsesTrial.request(items: item)) == nil)
    }
}
