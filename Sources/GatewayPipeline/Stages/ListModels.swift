// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats
import GatewayHTTP
import NIOCore

/// Answers `GET /v1/models`: the configured names that the caller may use. Globs are not names and are not listed.
struct ListModels {
    func callAsFunction(_ identified: Identified, _ client: any Client) throws(GatewayFailure) {
        let received = identified.received
        let dialect = received.dialect
        let bytes: [UInt8]
        switch received.route {
        case .model(let name):
            guard let entry = received.compiled.snapshot.models.find(name), identified.key.key.models.allows(name),
                !entry.targets.isEmpty
            else {
                throw GatewayFailure(
                    .unknownModel, "There is no model '\(name)' that the key may use.", parameter: "model")
            }
            bytes = ModelList.one(name, dialect: dialect)
        default:
            let names = received.compiled.snapshot.models.entries.filter(\.name.isExact).map(\.name.text)
            bytes = ModelList.list(names.filter(identified.key.key.models.allows).sorted(), dialect: dialect)
        }
        var head = ResponseHead(status: 200)
        head.add("content-type", "application/json")
        AnswerFields.addIdentity(to: &head, requestID: received.requestID, dialect: dialect)
        client.respond(head, ByteBuffer(bytes: bytes))
    }
}
