// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHPACK
import NIOPosix
import NIOSSL
import Synchronization

/// An HTTP/2 connection without a library that would know better: it sends whatever frames a test makes up, and keeps what
/// comes back.
final class HTTP2Wire: Sendable {
    enum Kind: UInt8 {
        case data = 0, headers, priority, rstStream, settings, pushPromise, ping, goAway, windowUpdate, continuation
    }

    struct Flags: OptionSet {
        var rawValue: UInt8
        /// The same bit, by the name it has for each kind of frame.
        static let endStream = Flags(rawValue: 0x1)
        static let acknowledges = Flags(rawValue: 0x1)
        static let endHeaders = Flags(rawValue: 0x4)
    }

    /// What became of a stream.
    struct Outcome: Sendable, Equatable {
        /// Of interim answers and the last one.
        var statuses: [String] = []
        var body = ""
        var isEnded = false
        /// The error code of a reset.
        var reset: UInt32?

        var status: String? { statuses.last }
    }

    static let protocolError: UInt32 = 0x1
    static let cancel: UInt32 = 0x8
    static let enhanceYourCalm: UInt32 = 0xb

    /// Fields of a head. Characters below 256 stand for bytes.
    typealias Head = [(String, String)]

    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let channel: any Channel
    private let record: Record

    /// Connects, exchanges settings and acknowledges the server's.
    init(port: Int, authority: String, initialWindow: UInt32 = 65535) async throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .file(authority)
        configuration.applicationProtocols = ["h2"]
        let context = try NIOSSLContext(configuration: configuration)
        let record = Record()
        self.record = record
        channel = try await ClientBootstrap(group: group)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: nil))
                    try pipeline.addHandler(FrameReader(record, initialWindow))
                }
            }.connect(host: "127.0.0.1", port: port).get()
        _ = await eventually { record.state.withLock(\.isAcknowledged) }
    }

    // MARK: Heads

    /// A look at the list of models, which needs no provider.
    static let list = head("GET", "/v1/models")
    /// A chat request, whose body follows.
    static let chat = head("POST", "/v1/chat/completions") + [("content-type", "application/json")]

    private static func head(_ method: String, _ path: String) -> Head {
        [(":method", method), (":scheme", "https"), (":path", path), (":authority", "gw")]
            + [("authorization", "Bearer \(Calls.key)")]
    }

    // MARK: Sending

    func send(_ kind: Kind, _ flags: Flags = [], on stream: Int = 0, _ payload: [UInt8] = []) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: Self.frame(kind, flags, on: stream, payload)))
    }

    /// Bytes as they are.
    func send(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    func open(_ head: Head, on stream: Int, ends: Bool = true) async throws {
        try await send(.headers, ends ? [.endHeaders, .endStream] : [.endHeaders], on: stream, Self.block(head))
    }

    static func frame(_ kind: Kind, _ flags: Flags = [], on stream: Int = 0, _ payload: [UInt8] = []) -> [UInt8] {
        bytes(UInt32(payload.count)).dropFirst() + [kind.rawValue, flags.rawValue] + bytes(UInt32(stream)) + payload
    }

    static func bytes(_ number: UInt32) -> [UInt8] { withUnsafeBytes(of: number.bigEndian, Array.init) }

    /// A header block of literals that nobody needs a table for (RFC 7541 §6.2.2).
    static func block(_ head: Head) -> [UInt8] {
        head.flatMap { name, value in [0] + literal(name) + literal(value) }
    }

    static func literal(_ text: String) -> [UInt8] {
        let bytes = text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
        guard bytes.count >= 127 else { return [UInt8(bytes.count)] + bytes }
        var (length, rest): ([UInt8], Int) = ([127], bytes.count - 127)
        while rest >= 128 {
            length.append(UInt8(rest & 127) | 128)
            rest >>= 7
        }
        return length + [UInt8(rest)] + bytes
    }

    // MARK: What comes back

    /// What became of a stream once it is over, or after eight seconds.
    func outcome(of stream: Int) async -> Outcome {
        _ = await eventually {
            let outcome = outcomes[stream]
            return outcome?.isEnded == true || outcome?.reset != nil || !isOpen
        }
        return outcomes[stream] ?? Outcome()
    }

    /// The statuses that have come on a stream, once there are any.
    func statuses(of stream: Int) async -> [String] {
        _ = await eventually { outcomes[stream]?.statuses.isEmpty == false || !isOpen }
        return outcomes[stream]?.statuses ?? []
    }

    /// The error code with which the server ends the connection, once it has; nil when it does not, or says nothing.
    func farewell() async -> UInt32? {
        _ = await eventually { !isOpen }
        return record.state.withLock(\.goAway)
    }

    var isOpen: Bool { channel.isActive }
    var localPort: Int { channel.localAddress?.port ?? 0 }
    /// Bytes of a body that have come.
    func received(on stream: Int) -> Int { outcomes[stream]?.body.utf8.count ?? 0 }
    private var outcomes: [Int: Outcome] { record.state.withLock(\.outcomes) }

    private func eventually(_ condition: () -> Bool) async -> Bool {
        for _ in 0..<800 {
            if condition() { return true }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return condition()
    }

    /// Takes nothing from the socket any more.
    func stopReading() async throws { try await channel.setOption(.autoRead, value: false).get() }

    func close() async {
        try? await channel.close()
        try? await group.shutdownGracefully()
    }

    fileprivate final class Record: Sendable {
        struct State {
            var outcomes: [Int: Outcome] = [:]
            var goAway: UInt32?
            var isAcknowledged = false
        }
        let state = Mutex(State())
    }
}

/// Takes the server's frames apart.
private final class FrameReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let record: HTTP2Wire.Record
    private var input = ByteBuffer()
    private var decoder = HPACKDecoder(allocator: ByteBufferAllocator())

    private let initialWindow: UInt32

    init(_ record: HTTP2Wire.Record, _ initialWindow: UInt32) {
        self.record = record
        self.initialWindow = initialWindow
    }

    /// Says hello before anything of the server's can come.
    func channelActive(context: ChannelHandlerContext) {
        let settings = HTTP2Wire.frame(.settings, [], on: 0, [0, 4] + HTTP2Wire.bytes(initialWindow))
        let hello = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + settings
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: hello)), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        input.writeImmutableBuffer(unwrapInboundIn(data))
        while let head = input.getBytes(at: input.readerIndex, length: 9) {
            let length = head[..<3].reduce(0) { $0 << 8 | Int($1) }
            guard input.readableBytes >= 9 + length else { return }
            input.moveReaderIndex(forwardBy: 9)
            guard let payload = input.readSlice(length: length) else { return }
            let stream = head[5...].reduce(0) { $0 << 8 | Int($1) }
            received(HTTP2Wire.Kind(rawValue: head[3]), HTTP2Wire.Flags(rawValue: head[4]), stream, payload, context)
        }
    }

    private func received(
        _ kind: HTTP2Wire.Kind?, _ flags: HTTP2Wire.Flags, _ stream: Int, _ payload: ByteBuffer,
        _ context: ChannelHandlerContext
    ) {
        var payload = payload
        if kind == .settings, !flags.contains(.acknowledges) {
            let answer = HTTP2Wire.frame(.settings, [.acknowledges])
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: answer)), promise: nil)
        }
        let fields = kind == .headers ? try? decoder.decodeHeaders(from: &payload) : nil
        record.state.withLock { state in
            switch kind {
            case .headers: state.outcomes[stream, default: .init()].statuses += fields?[":status"] ?? []
            case .data: state.outcomes[stream, default: .init()].body += String(buffer: payload)
            case .rstStream: state.outcomes[stream, default: .init()].reset = payload.readInteger()
            case .settings where !flags.contains(.acknowledges): state.isAcknowledged = true
            case .goAway:
                payload.moveReaderIndex(forwardBy: 4)
                state.goAway = payload.readInteger()
            default: break
            }
            if kind == .headers || kind == .data, flags.contains(.endStream) { state.outcomes[stream]?.isEnded = true }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
