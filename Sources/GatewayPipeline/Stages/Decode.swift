// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats
import GatewayHTTP
import NIOCore

/// A request whose body has come and has been read as far as policy needs it.
///
/// A class, as are `Received` and `Planned`: one allocation each, and passing one on from stage to stage is one retain
/// rather than one for every field.
final class Decoded {
    let identified: Identified
    let endpoint: Endpoint
    let facts: RequestFacts
    /// The body as it came. It is never rebuilt: what is sent on differs only where it must.
    let body: ByteBuffer
    /// The lane's clock when the body was whole.
    let completedAt: UInt64

    init(identified: Identified, endpoint: Endpoint, facts: RequestFacts, body: ByteBuffer, completedAt: UInt64) {
        self.identified = identified
        self.endpoint = endpoint
        self.facts = facts
        self.body = body
        self.completedAt = completedAt
    }

    var received: Received { identified.received }
}

/// Stage 2: what is asked. Waits for the body, then reads it once.
struct Decode {
    let lane: LaneContext

    func callAsFunction(
        _ identified: Identified, _ endpoint: Endpoint, _ client: any Client
    ) async throws(Departure) -> Decoded {
        do throws(GatewayFailure) {
            try MediaType.requireJSON(identified.received.head.fields)
        } catch { throw .refused(error) }
        let body = try await collect(client)
        let facts: RequestFacts
        do throws(GatewayFailure) {
            facts = try read(body, endpoint)
        } catch { throw .refused(error) }
        return Decoded(
            identified: identified, endpoint: endpoint, facts: facts, body: body, completedAt: lane.clock.now)
    }

    private func read(_ body: ByteBuffer, _ endpoint: Endpoint) throws(GatewayFailure) -> RequestFacts {
        return try body.read { bytes throws(GatewayFailure) in
            try RequestReader.read(bytes, padded: body.isPadded, endpoint: endpoint, scanner: lane.scanner)
        }
    }

    private func collect(_ client: any Client) async throws(Departure) -> ByteBuffer {
        do throws(BodyFailure) {
            return try await client.body(limit: lane.limits.body)
        } catch {
            switch error {
            case .gone: throw .clientGone
            case .shutDown: throw .refused(.draining)
            case .faulty(let fault):
                throw .refused(GatewayFailure(.malformedRequest, "The request is not valid HTTP: \(fault.reason)."))
            case .tooSlow:
                throw .refused(
                    GatewayFailure(.requestTimeout, "The request body stopped coming before it was complete."))
            case .tooLarge:
                throw .refused(
                    GatewayFailure(
                        .bodyTooLarge, "The request body is larger than the limit of \(lane.limits.body) bytes."))
            }
        }
    }
}

/// Why a call ends before a provider is asked.
enum Departure: Error {
    case refused(GatewayFailure)
    case clientGone
}

extension ByteBuffer {
    /// Whether the JSON scanner may read past the end, which spares it a copy.
    var isPadded: Bool { writableBytes >= 64 }

    /// Lends the readable bytes to `body`, whose typed error passes through.
    func read<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        let result: Result<R, E> = withUnsafeReadableBytes { bytes in
            do throws(E) { return .success(try body(bytes)) } catch { return .failure(error) }
        }
        return try result.get()
    }
}
