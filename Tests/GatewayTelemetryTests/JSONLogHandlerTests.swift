// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayDomain
import GatewayTelemetry
import Logging
import Testing

@Suite("Diagnostic log")
struct JSONLogHandlerTests {
    private func logged(level: Logger.Level = .info, _ body: (inout Logger) -> Void) throws -> [[String: Any]] {
        let log = try FileLog()
        var logger = Logger(label: "sluice.test") { JSONLogHandler(label: $0, sink: log.sink, level: level) }
        body(&logger)
        return try log.finishObjects()
    }

    @Test("a message is a line of the same shape as a request's")
    func message() throws {
        let lines = try logged { logger in
            logger[metadataKey: "lane"] = "3"
            logger.notice("configuration reloaded", metadata: ["revision": "7", "file": "sluice.yaml"])
        }
        let line = try #require(lines.first)
        #expect(line["level"] as? String == "notice")
        #expect(line["msg"] as? String == "configuration reloaded")
        #expect(line["logger"] as? String == "sluice.test")
        #expect(line["lane"] as? String == "3")
        #expect(line["revision"] as? String == "7")
        #expect(line["file"] as? String == "sluice.yaml")
        let time = try #require(line["time"] as? String)
        #expect(time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/) != nil)
    }

    @Test("levels below the handler's are not written")
    func levels() throws {
        let lines = try logged(level: .warning) { logger in
            logger.info("no")
            logger.warning("yes")
            logger.error("also")
        }
        #expect(lines.compactMap { $0["msg"] as? String } == ["yes", "also"])
    }

    @Test(
        "fields named like credentials are redacted, also inside others",
        arguments: [
            "authorization", "Authorization", "x-api-key", "api_key", "cookie", "Set-Cookie", "password", "db_password",
            "admin_key", "secret", "token", "x-goog-api-key",
        ])
    func credentials(name: String) throws {
        let log = try FileLog()
        let logger = Logger(label: "t") { JSONLogHandler(label: $0, sink: log.sink) }
        logger.info("m", metadata: ["\(name)": "canary-7f3a", "request": .dictionary([name: "canary-7f3a"])])
        let text = String(decoding: try log.finish(), as: UTF8.self)
        #expect(!text.contains("canary"))
        #expect(text.contains("[redacted]"))
    }

    @Test("a secret has no text form here either")
    func secret() throws {
        let log = try FileLog()
        let logger = Logger(label: "t") { JSONLogHandler(label: $0, sink: log.sink) }
        let secret = Secret("canary-7f3a")
        logger.info("with \(secret)", metadata: ["value": "\(secret)", "other": .stringConvertible(secret)])
        #expect(!String(decoding: try log.finish(), as: UTF8.self).contains("canary"))
    }

    @Test("a line stays within 4 KiB and says that it was cut")
    func bounds() throws {
        let log = try FileLog()
        let logger = Logger(label: String(repeating: "l", count: 10_000)) { JSONLogHandler(label: $0, sink: log.sink) }
        var fields: Logger.Metadata = [:]
        for index in 0..<200 { fields["field\(index)"] = .string(String(repeating: "\u{1b}", count: 10_000)) }
        logger.info("\(String(repeating: "\"", count: 100_000))", metadata: fields)
        let bytes = try log.finish()
        #expect(bytes.count <= 4096)
        #expect(bytes.count { $0 == UInt8(ascii: "\n") } == 1)
        #expect(try object(bytes)["truncated"] as? Bool == true)
    }

    @Test("nested fields become text")
    func nested() throws {
        let lines = try logged {
            $0.info("m", metadata: ["a": ["x", "y"], "d": .dictionary(["k2": "v", "k1": "w"])])
        }
        #expect(lines.first?["a"] as? String == "[x, y]")
        #expect(lines.first?["d"] as? String == "{k1: w, k2: v}")
    }
}
