// SPDX-License-Identifier: Apache-2.0

import GatewayProxy
import Glibc
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// Accepts connections for one router of the management planes. The router and the HTTP of its connections are Hummingbird's;
/// the listener is ours, because Hummingbird's server binds a socket of its own and could not take over another process's.
final class ManagementListener: Sendable {
    private let channel: any Channel
    private let connections: Connections

    /// Accepts connections on `socket` from now on.
    init<Responder: HTTPResponder>(
        _ responder: Responder, on socket: ListeningSocket, loops: any EventLoopGroup, logger: Logger
    ) async throws where Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
        let http = HTTP1Channel { request, writer, channel in
            let response = try await Self.response(of: responder, to: request, channel, logger)
            try await writer.write(response: response.head, body: response.body)
        }
        let connections = Connections()
        let bootstrap = ServerBootstrap(group: loops)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                connections.add(channel)
                return http.setup(channel: channel, logger: logger).map { connection in
                    // Ends with its connection, which ends at the latest when the process does.
                    Task { await http.handle(value: connection, logger: logger) }
                }
            }
        channel = try await socket.accept(with: bootstrap).get()
        self.connections = connections
    }

    private static func response<Responder: HTTPResponder>(
        of responder: Responder, to request: Request, _ channel: any Channel, _ logger: Logger
    ) async throws -> Response where Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
        let context = Responder.Context(source: ApplicationRequestContextSource(channel: channel, logger: logger))
        var response: Response
        do {
            response = try await responder.respond(to: request, context: context)
        } catch let error as HTTPParserError {
            // Not a request: the connection answers that itself.
            throw error
        } catch {
            response = Response(status: .internalServerError)
        }
        response.headers[.date] = date
        return response
    }

    /// `Sat, 21 Nov 2026 08:32:59 GMT`.
    private static var date: String {
        var now = time(nil)
        var parts = tm()
        gmtime_r(&now, &parts)
        return String(unsafeUninitializedCapacity: 32) { text in
            text.withMemoryRebound(to: CChar.self) {
                strftime($0.baseAddress, $0.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
            }
        }
    }

    /// Accepts no more connections. Those there are go on.
    func close() async {
        try? await channel.close().get()
    }

    /// Whether any connection is left.
    var isInUse: Bool { !connections.open.isEmpty }

    /// Ends each connection once what it is answering is answered, or after two seconds; returns when all have ended.
    func endConnections() async {
        let open = connections.open
        for connection in open {
            connection.eventLoop.execute {
                connection.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
            }
            let end = connection.eventLoop.scheduleTask(in: .seconds(2)) { connection.close(promise: nil) }
            connection.closeFuture.whenComplete { _ in end.cancel() }
        }
        for connection in open { try? await connection.closeFuture.get() }
    }
}

/// The connections of a listener that are open.
private final class Connections: Sendable {
    private let channels = Mutex<[ObjectIdentifier: any Channel]>([:])

    var open: [any Channel] { channels.withLock { Array($0.values) } }

    func add(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        channels.withLock { $0[id] = channel }
        channel.closeFuture.whenComplete { _ in self.channels.withLock { $0[id] = nil } }
    }
}
