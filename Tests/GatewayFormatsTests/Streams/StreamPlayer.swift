// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats
import Testing

/// Plays a stream to a meter, and keeps what a client would see.
struct StreamPlayer {
    private(set) var meter: StreamMeter
    private(set) var verdicts: [StreamVerdict] = []
    private(set) var forwarded: [UInt8] = []
    private let scanner = JSONScanner()

    init(_ endpoint: Endpoint, hidesUsage: Bool = false) {
        meter = StreamMeter(endpoint: endpoint, hidesUsage: hidesUsage)
    }

    init(_ endpoint: Endpoint, hidesUsage: Bool = false, _ stream: String) {
        self.init(endpoint, hidesUsage: hidesUsage)
        play(stream)
    }

    mutating func play(_ stream: String) {
        let bytes = Array(stream.utf8)
        bytes.withUnsafeBytes { buffer in
            var events = EventStreamScanner()
            while let event = events.next(in: buffer) {
                let verdict = meter.observe(event, in: buffer, scanner: scanner)
                verdicts.append(verdict)
                if verdict == .forward || verdict == .providerError { forwarded += buffer[event.range] }
            }
        }
    }
}

extension UsageReading {
    /// Whether counts were told that cannot be true.
    var isFlawed: Bool {
        switch self {
        case .none, .told: false
        case .corrected, .unbelievable: true
        }
    }
}

/// Whether the verdict is `broken`, for whatever reason.
func isBroken(_ verdict: StreamVerdict?) -> Bool {
    if case .broken = verdict { true } else { false }
}

/// Events of unnamed data.
func events(_ data: String...) -> String {
    data.map { "data: \($0)\n\n" }.joined()
}

/// Events named as their data's type, as Anthropic and the Responses API send them.
func typedEvents(_ data: (type: String, members: String)...) -> String {
    data.map { type, members in
        "event: \(type)\ndata: {\"type\":\"\(type)\"\(members.isEmpty ? "" : ",")\(members)}\n\n"
    }.joined()
}
