// SPDX-License-Identifier: Apache-2.0

package import NIOCore

extension ByteBuffer {
    /// Adds bytes that have come behind those not yet used. What has been used is let go of first: a buffer that is never
    /// quite used up would otherwise grow with all that ever passed through it.
    package mutating func append(arrived bytes: ByteBuffer) {
        if readableBytes == 0 {
            self = bytes
        } else {
            discardReadBytes()
            writeImmutableBuffer(bytes)
        }
    }
}
