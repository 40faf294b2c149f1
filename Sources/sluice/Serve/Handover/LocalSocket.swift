// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Glibc

/// A socket between two processes of this machine, for short messages and open descriptors with them.
///
/// It is found by a name in the abstract namespace: that belongs to the network namespace, as ports do, leaves no file
/// behind, and is free again the moment its holder's process ends. Anybody may take or ask for a name, so both sides look
/// at who the other is.
struct LocalSocket {
    /// What one `receive` takes.
    struct Message {
        var text: String
        /// Now the receiver's to close.
        var descriptors: [CInt]
    }

    /// The most descriptors that the kernel passes with one message.
    static let descriptorLimit = 253
    /// The longest message.
    private static let messageLimit = 512

    let descriptor: CInt

    /// Takes `name`; nil when another process holds it, or when it is too long for one.
    static func holding(_ name: String) -> LocalSocket? {
        opened(name) { bind($0, $1, $2) == 0 && listen($0, 16) == 0 }
    }

    /// Connects to whoever holds `name`; nil when nobody does.
    static func connected(to name: String) -> LocalSocket? {
        opened(name) { connect($0, $1, $2) == 0 }
    }

    private static func opened(
        _ name: String, _ open: (CInt, UnsafePointer<sockaddr>, socklen_t) -> Bool
    ) -> LocalSocket? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // A name begins behind a zero and ends with the address.
        let fits = withUnsafeMutableBytes(of: &address.sun_path) { path in
            guard name.utf8.count < path.count else { return false }
            path[1...].copyBytes(from: name.utf8)
            return true
        }
        let descriptor = socket(
            AF_UNIX, CInt(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + 1 + name.utf8.count)
        let isOpen = withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { fits && open(descriptor, $0, length) }
        }
        if isOpen { return LocalSocket(descriptor: descriptor) }
        Glibc.close(descriptor)
        return nil
    }

    /// The next process that connects, waiting for it; nil when the task is cancelled.
    func accepted() async -> LocalSocket? {
        await readable()
        let descriptor = accept(self.descriptor, nil, nil)
        guard descriptor >= 0 else { return nil }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return LocalSocket(descriptor: descriptor)
    }

    /// Whether the other side runs as the same user as this process.
    var isOfSameUser: Bool {
        // `struct ucred`: process, user, group.
        var peer: (pid_t, uid_t, gid_t) = (0, .max, .max)
        var length = socklen_t(MemoryLayout.size(ofValue: peer))
        return getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 && peer.1 == geteuid()
    }

    func close() { Glibc.close(descriptor) }
}

// MARK: Messages

extension LocalSocket {
    /// Sends `text` and copies of `descriptors`, without waiting; false when the other side is gone or does not read.
    @discardableResult
    func send(_ text: String, _ descriptors: [CInt] = []) -> Bool {
        var bytes = Array(text.utf8)
        let control = descriptors.isEmpty ? 0 : ControlMessage.size(descriptors.count)
        return withHeader(over: &bytes, control: control) { header in
            if control > 0 { ControlMessage.write(descriptors, to: header.pointee.msg_control) }
            return sendmsg(descriptor, header, CInt(MSG_NOSIGNAL | MSG_DONTWAIT)) >= 0
        }
    }

    /// The next message, waiting for it, for as long as it takes where no limit is given; nil when the other side is gone or
    /// too slow, or the task is cancelled.
    func receive(within limit: DispatchTimeInterval = .never) async -> Message? {
        await readable(within: limit)
        var bytes = [UInt8](repeating: 0, count: Self.messageLimit)
        return withHeader(over: &bytes, control: ControlMessage.size(Self.descriptorLimit)) { header in
            let count = recvmsg(descriptor, header, CInt(MSG_CMSG_CLOEXEC | MSG_DONTWAIT))
            guard count > 0, let start = header.pointee.msg_iov.pointee.iov_base else { return nil }
            return Message(
                text: String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self),
                descriptors: ControlMessage.read(header.pointee))
        }
    }

    /// Waits until there is something to take, the limit is over or the task is cancelled.
    private func readable(within limit: DispatchTimeInterval = .never) async {
        // Safe: Dispatch lets any thread use a source; it is only not marked so.
        nonisolated(unsafe) let source = DispatchSource.makeReadSource(fileDescriptor: descriptor)
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                source.setEventHandler { source.cancel() }
                source.setCancelHandler { continuation.resume() }
                source.activate()
                if limit != .never { DispatchQueue.global().asyncAfter(deadline: .now() + limit) { source.cancel() } }
            }
        } onCancel: {
            source.cancel()
        }
    }

    /// Lends a message header over `bytes`, with room for a control message of `control` bytes.
    private func withHeader<R>(
        over bytes: inout [UInt8], control: Int, _ body: (UnsafeMutablePointer<msghdr>) -> R
    ) -> R {
        bytes.withUnsafeMutableBytes { bytes in
            withUnsafeTemporaryAllocation(byteCount: control, alignment: 8) { memory in
                memory.initializeMemory(as: UInt8.self, repeating: 0)
                var vector = iovec(iov_base: bytes.baseAddress, iov_len: bytes.count)
                return withUnsafeMutablePointer(to: &vector) { vector in
                    var header = msghdr()
                    header.msg_iov = vector
                    header.msg_iovlen = 1
                    header.msg_control = memory.baseAddress
                    header.msg_controllen = memory.count
                    return withUnsafeMutablePointer(to: &header) { body($0) }
                }
            }
        }
    }
}

/// The kernel's form of descriptors that go with a message: a header, then one word of four bytes each.
private enum ControlMessage {
    private static let headerSize = MemoryLayout<cmsghdr>.size

    static func size(_ count: Int) -> Int { (headerSize + count * MemoryLayout<CInt>.size + 7) & ~7 }

    static func write(_ descriptors: [CInt], to memory: UnsafeMutableRawPointer?) {
        guard let memory else { return }
        var header = cmsghdr()
        header.cmsg_len = headerSize + descriptors.count * MemoryLayout<CInt>.size
        header.cmsg_level = SOL_SOCKET
        header.cmsg_type = CInt(SCM_RIGHTS)
        memory.storeBytes(of: header, as: cmsghdr.self)
        for (index, descriptor) in descriptors.enumerated() {
            memory.storeBytes(
                of: descriptor, toByteOffset: headerSize + index * MemoryLayout<CInt>.size, as: CInt.self)
        }
    }

    static func read(_ header: msghdr) -> [CInt] {
        guard header.msg_controllen >= headerSize, let memory = header.msg_control else { return [] }
        let control = memory.load(as: cmsghdr.self)
        guard control.cmsg_level == SOL_SOCKET, control.cmsg_type == CInt(SCM_RIGHTS) else { return [] }
        let count = (min(control.cmsg_len, header.msg_controllen) - headerSize) / MemoryLayout<CInt>.size
        return (0..<max(0, count)).map {
            memory.load(fromByteOffset: headerSize + $0 * MemoryLayout<CInt>.size, as: CInt.self)
        }
    }
}
