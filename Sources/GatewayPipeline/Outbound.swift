// SPDX-License-Identifier: Apache-2.0

package import GatewayDomain
import GatewayHTTP
import NIOCore

/// A provider with the static part of the heads sent to it ready in wire form: request line, host, credential.
///
/// It holds the provider's key in clear and therefore, like `Secret`, has no text form.
package final class Outbound: Sendable, CustomStringConvertible, CustomReflectable {
    package let provider: Provider
    private let lines: [Endpoint: ByteBuffer]
    private let defaults: [(name: [UInt8], line: ByteBuffer)]
    private let forwarded: [[UInt8]]

    package var description: String { "[outbound]" }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }

    init(_ provider: Provider) {
        self.provider = provider
        var lines: [Endpoint: ByteBuffer] = [:]
        for endpoint in Endpoint.allCases where endpoint.dialect == provider.dialect {
            lines[endpoint] = Self.start(provider, endpoint)
        }
        self.lines = lines
        defaults = provider.defaultHeaders.map { header in
            (
                Array(header.name.lowercased().utf8),
                ByteBuffer(string: "\(header.name.lowercased()): \(header.value)\r\n")
            )
        }
        forwarded = provider.forwardedHeaders.map { Array($0.utf8) }
    }

    private static func start(_ provider: Provider, _ endpoint: Endpoint) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeString("POST \(provider.origin.basePath)\(endpoint.providerPath) HTTP/1.1\r\n")
        buffer.writeString("host: \(provider.origin.authority)\r\n")
        buffer.writeStaticString("content-type: application/json\r\naccept-encoding: identity\r\n")
        switch provider.authentication {
        case .bearer(let secret): write(secret, after: "authorization: Bearer ", to: &buffer)
        case .header(let name, let secret): write(secret, after: "\(name): ", to: &buffer)
        case .none: break
        }
        return buffer
    }

    private static func write(_ secret: Secret, after name: String, to buffer: inout ByteBuffer) {
        buffer.writeString(name)
        secret.withBytes { _ = buffer.writeBytes($0) }
        buffer.writeStaticString("\r\n")
    }

    /// The head for a call to `endpoint`, with those of the caller's fields that may go to this provider. Nothing of the
    /// caller's own credentials, cookies or connection ever does: fields are forwarded by an allow-list.
    func head(_ endpoint: Endpoint, caller: FieldTable) -> ByteBuffer? {
        guard var buffer = lines[endpoint] else { return nil }
        buffer.reserveCapacity(minimumWritableBytes: 256)
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

    /// Whether a field of the caller's goes to this provider: it is on the allow-list, and the caller's `Connection` does
    /// not say that it is meant for the next hop alone (RFC 9110 §7.6.1).
    private func isForwarded(_ entry: FieldTable.Entry, _ caller: FieldTable) -> Bool {
        guard entry.known == .other, forwarded.contains(where: { caller.bytes[entry.name].elementsEqual($0) }) else {
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

    /// Whether the caller's own field takes the place of the default.
    private func isSent(_ name: [UInt8], _ caller: FieldTable) -> Bool {
        caller.entries.contains { caller.bytes[$0.name].elementsEqual(name) && isForwarded($0, caller) }
    }
}
