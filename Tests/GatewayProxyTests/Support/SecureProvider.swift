// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A provider behind TLS that answers every request alike.
final class SecureProvider: Sendable {
    let port: Int
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let log = RequestLog()
    private let spoken = Counter()

    init(_ pair: Certificates.Pair) async throws {
        let certificates = try NIOSSLCertificate.fromPEMFile(pair.chain).map(NIOSSLCertificateSource.certificate)
        let privateKey = try NIOSSLPrivateKey(file: pair.key, format: .pem)
        let context = try NIOSSLContext(
            configuration: .makeServerConfiguration(certificateChain: certificates, privateKey: .privateKey(privateKey))
        )
        let (log, spoken) = (log, spoken)
        let channel = try await ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
                    try channel.pipeline.syncOperations.addHandler(AnsweringHandler(log, spoken))
                }
            }.bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress?.port ?? 0
    }

    /// The heads of the requests that came.
    var requests: [String] { log.heads.withLock { $0 } }
    /// Connections over which something was said.
    var connections: Int { spoken.value }

    func stop() async { try? await group.shutdownGracefully() }
}

private final class RequestLog: Sendable {
    let heads = Mutex<[String]>([])
}

private final class AnsweringHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let log: RequestLog
    private let connections: Counter
    private var input = ByteBuffer()
    private var isCounted = false

    init(_ log: RequestLog, _ connections: Counter) {
        self.log = log
        self.connections = connections
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        input.writeImmutableBuffer(unwrapInboundIn(data))
        if !isCounted { connections.add() }
        isCounted = true
        let text = String(buffer: input)
        // The test's requests are small and sent one by one: a request is whole when its body is.
        guard let end = text.range(of: "\r\n\r\n"), text[end.upperBound...].hasSuffix("}") else { return }
        log.heads.withLock { $0.append(String(text[..<end.lowerBound])) }
        input.clear()
        let body = Calls.completion()
        let answer = "HTTP/1.1 200 OK\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)"
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
