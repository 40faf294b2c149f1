// SPDX-License-Identifier: Apache-2.0

import GatewayHTTP
import GatewayPipeline
import NIOCore

/// Stands before the library's handler and notes since when a request head has been on its way. The library tells of a
/// head only when it is whole, so that nobody behind it could tell a slow one from an idle connection.
final class HTTP2HeadWatch: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let clock: any LaneClock
    private var frames = HTTP2FrameWalk()
    private var headsSeen = 0
    /// When the head that has not come whole began to come, on the lane's clock; nil when there is none.
    private(set) var startedAt: UInt64?

    init(clock: any LaneClock) {
        self.clock = clock
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        frames.pass(bytes.readableBytesUInt8Span)
        if !frames.isInHead {
            startedAt = nil
        } else if frames.headCount != headsSeen {
            startedAt = clock.now
        }
        headsSeen = frames.headCount
        context.fireChannelRead(data)
    }
}
