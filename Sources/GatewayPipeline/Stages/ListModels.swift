// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats
import GatewayHTTP
import NIOCore

/// Answers `GET …/v1/models`: the names that the caller may ask for, here or at one provider. Globs are not names and are
/// not listed.
struct ListModels {
    let lane: LaneContext

    func callAsFunction(_ identified: Identified, slug: String?, name: String?, _ client: any Client) {
        let received = identified.received
        var answer: (head: ResponseHead, body: ByteBuffer)
        var refusal: GatewayFailure.Code?
        do throws(GatewayFailure) {
            let bytes = try list(identified, slug: slug, name: name)
            answer = (ResponseHead(status: 200), ByteBuffer(bytes: bytes))
            answer.head.add("content-type", "application/json")
        } catch {
            let told = ErrorAnswer(error, received.dialect, requestID: received.requestID)
            answer = (told.head, told.body)
            refusal = error.code
        }
        AnswerFields.addIdentity(to: &answer.head, requestID: received.requestID, dialect: received.dialect)
        let status = answer.head.status
        client.respond(answer.head, answer.body)
        lane.observer.observe(lookup(identified, name, status: status), refusal: refusal)
    }

    private func list(_ identified: Identified, slug: String?, name: String?) throws(GatewayFailure) -> [UInt8] {
        let received = identified.received
        let allowed = identified.key.key.models
        guard let name else {
            return ModelList.list(try names(received, slug).filter(allowed.allows), dialect: received.dialect)
        }
        guard allowed.allows(name), try isServed(name, received, slug) else {
            throw GatewayFailure(.unknownModel, "There is no model '\(name)' that the key may use.", parameter: "model")
        }
        return ModelList.one(name, dialect: received.dialect)
    }

    /// The names that can be asked for, in order: the configured ones, or the provider's own below its mount.
    private func names(_ received: Received, _ slug: String?) throws(GatewayFailure) -> [String] {
        let entries = received.compiled.snapshot.models.entries
        guard let slug else { return entries.filter(\.name.isExact).map(\.name.text).sorted() }
        let provider = try provider(received, slug)
        let names = entries.flatMap { entry in
            entry.targets.filter { $0.provider == provider }
                .compactMap { $0.model ?? (entry.name.isExact ? entry.name.text : nil) }
        }
        return Set(names).sorted()
    }

    private func isServed(_ name: String, _ received: Received, _ slug: String?) throws(GatewayFailure) -> Bool {
        let models = received.compiled.snapshot.models
        guard let slug else { return models.find(name)?.targets.isEmpty == false }
        let provider = try provider(received, slug)
        // A target without a model of its own is asked for whatever the client names.
        return try names(received, slug).contains(name)
            || models.find(name)?.targets.contains { $0.provider == provider && $0.model == nil } == true
    }

    private func provider(_ received: Received, _ slug: String) throws(GatewayFailure) -> Int {
        guard let provider = received.compiled.snapshot.provider(slug: slug) else {
            throw GatewayFailure(.unknownRoute, "There is no provider mounted as '\(slug)'.")
        }
        return provider
    }

    private func lookup(_ identified: Identified, _ name: String?, status: Int) -> ModelLookup {
        let received = identified.received
        let elapsed = lane.clock.now &- received.startedNanoseconds
        return ModelLookup(
            requestID: received.requestID, traceID: received.traceID, keyID: identified.key.key.id,
            keyName: identified.key.key.name, model: name, status: status, startedAt: received.startedAt,
            latency: Int64(clamping: elapsed / 1000))
    }
}
