// SPDX-License-Identifier: Apache-2.0

package import GatewayDomain
import GatewayHTTP
import NIOCore

/// A provider with the static part of the heads sent to it ready in wire form: request line, host, credential.
///
/// It holds the provider's key in clear and therefore, like `Secret`, has no text form.
package final class Outbound: Sendable, CustomStringConvertible, CustomReflectable {
    package let provider: Provider
    private let starts: [Endpoint: Start]
    private let defaults: [(name: [UInt8], line: ByteBuffer)]
    private let forwarded: [[UInt8]]

    /// The static part of a head.
    private struct Start {
        /// From the request line to the credential.
        var lines: ByteBuffer
        /// How many bytes of `lines` come before the place where a query goes.
        var targetEnd: Int
    }

    package var description: String { "[outbound]" }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }

    init(_ provider: Provider) {
        self.provider = provider
        var starts: [Endpoint: Start] = [:]
        for endpoint in Endpoint.allCases where endpoint.dialect == provider.dialect {
            starts[endpoint] = Self.start(provider, endpoint)
        }
        self.starts = starts
        defaults = provider.defaultHeaders.map { header in
            (
                Array(header.name.lowercased().utf8),
                ByteBuffer(string: "\(header.name.lowercased()): \(header.value)\r\n")
            )
        }
        forwarded = provider.forwardedHeaders.map { Array($0.utf8) }
    }

    private static func start(_ provider: Provider, _ endpoint: Endpoint) -> Start {
        var buffer = ByteBuffer()
        buffer.writeString("POST \(provider.origin.basePath)\(endpoint.providerPath)")
        let targetEnd = buffer.readableBytes
        buffer.writeStaticString(" HTTP/1.1\r\n")
        buffer.writeString("host: \(provider.origin.authority)\r\n")
        buffer.writeStaticString("content-type: application/json\r\naccept-encoding: identity\r\n")
        switch provider.authentication {
        case .bearer(let secret): write(secret, after: "authorization: Bearer ", to: &buffer)
        case .header(let name, let secret): write(secret, after: "\(name): ", to: &buffer)
        case .none: break
        }
        return Start(lines: buffer, targetEnd: targetEnd)
    }

    private static func write(_ secret: Secret, after name: String, to buffer: inout ByteBuffer) {
        buffer.writeString(name)
        secret.withBytes { _ = buffer.writeBytes($0) }
        buffer.writeStaticString("\r\n")
    }

    /// The head for a call to `endpoint`, with the caller's query and those of its fields that may go to this provider.
    /// Nothing of the caller's own credentials, cookies or connection ever does: fields are forwarded by an allow-list.
    func head(_ endpoint: Endpoint, caller head: RequestHead) -> ByteBuffer? {
        guard let start = starts[endpoint] else { return nil }
        var buffer = start.lines
        if let query = head.target.query.flatMap(ForwardedQuery.make) {
            buffer = ByteBuffer()
            buffer.writeBytes(start.lines.readableBytesView.prefix(start.targetEnd))
            buffer.writeInteger(UInt8(ascii: "?"))
            buffer.writeBytes(query)
            buffer.writeBytes(start.lines.readableBytesView.dropFirst(start.targetEnd))
        }
        buffer.reserveCapacity(minimumWritableBytes: 256)
        let caller = head.fields
        if let accept = caller.first(.accept) {
            buffer.writeStaticString("accept: ")
            buffer.writeBytes(caller.bytes[accept])
            buffer.writeStaticString("\r\n")
        }
        for entry in caller.entries where isForwarded(entry, caller) {
            buffer.writeBytes(caller.bytes[entry.name])
            buffer.writeStaticString(": ")
            buffer.writeBytes(caller.bytes[entry.value])
            buffer.writeStaticString("\r\n")
        }
        for header in defaults where !isSent(header.name, caller) { buffer.writeImmutableBuffer(header.line) }
        return buffer
    }

    /// Whether a field of the caller's goes to this provider: it is on the allow-list, and `Connection` does not say that
    /// it is meant for the next hop alone (RFC 9110 §7.6.1).
    private func isForwarded(_ entry: FieldTable.Entry, _ caller: FieldTable) -> Bool {
        guard Self.mayBeForwarded(entry.known),
            forwarded.contains(where: { caller.bytes[entry.name].elementsEqual($0) })
        else {
            return false
        }
        let name = caller.bytes[entry.name]
        for connection in caller.entries where connection.known == .connection {
            for member in caller.members(at: connection.value) where caller.bytes[member].count == name.count {
                // Names are tokens, in which this bit tells capitals from small letters and nothing else apart.
                if zip(caller.bytes[member], name).allSatisfy({ $0 | 0x20 == $1 | 0x20 }) { return false }
            }
        }
        return true
    }

    /// Fields that the gateway reads are its own or speak of the connection, but for those that name the request.
    private static func mayBeForwarded(_ field: KnownField) -> Bool {
        switch field {
        case .other, .traceparent, .xRequestID: true
        default: false
        }
    }

    /// Whether the caller's own field takes the place of the default.
    private func isSent(_ name: [UInt8], _ caller: FieldTable) -> Bool {
        caller.entries.contains { caller.bytes[$0.name].elementsEqual(name) && isForwarded($0, caller) }
    }
}
