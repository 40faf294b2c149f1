// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import NIOCore
import NIOHTTP2

/// What one HTTP/2 connection may ask of the gateway. The library holds it to these; whoever goes beyond the bounds against
/// floods is sent `GOAWAY` with `ENHANCE_YOUR_CALM`, and the connection is closed.
enum HTTP2Bounds {
    /// Streams open at once.
    static let streams = 100
    /// Frames in which the rest of a head may come.
    static let continuations = 5
    /// Of each kind of event that costs us work and the client none, how many there may be in half a minute: streams it
    /// resets, streams it makes us reset, frames that do nothing for a request (`PING`, `SETTINGS`, `PRIORITY`).
    static let idleEvents = 200
    /// Streams it makes us reset, over the connection's whole life.
    static let faults = 200
    /// `DATA` frames in a row that hold nothing.
    static let emptyFrames = 1
    /// Answers to its control frames that may wait because it does not read them.
    static let unreadAnswers = 1000
    /// Bytes that a client may send ahead, on the whole connection and on each stream.
    static let connectionWindow = 1 << 20
    static let streamWindow = 1 << 18

    private static let interval = TimeAmount.seconds(30)

    static func connection(_ limits: ServerLimits) -> NIOHTTP2Handler.ConnectionConfiguration {
        var configuration = NIOHTTP2Handler.ConnectionConfiguration()
        configuration.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: streams),
            // Twice our own limit: a head beyond that is answered with 431, one beyond this costs the whole connection.
            HTTP2Setting(parameter: .maxHeaderListSize, value: 2 * limits.header),
        ]
        configuration.maximumSequentialContinuationFrames = continuations
        configuration.maximumSequentialEmptyDataFrames = emptyFrames
        configuration.maximumBufferedControlFrames = unreadAnswers
        configuration.maximumConnectionGlitches = faults
        configuration.controlFrameRateLimit.maximumCount = idleEvents
        configuration.controlFrameRateLimit.windowLength = interval
        configuration.targetWindowSize = connectionWindow
        return configuration
    }

    static var stream: NIOHTTP2Handler.StreamConfiguration {
        var configuration = NIOHTTP2Handler.StreamConfiguration()
        configuration.streamResetFrameRateLimit.maximumCount = idleEvents
        configuration.streamResetFrameRateLimit.windowLength = interval
        configuration.streamErrorRateLimit.maximumCount = idleEvents
        configuration.streamErrorRateLimit.windowLength = interval
        configuration.targetWindowSize = streamWindow
        return configuration
    }
}
