// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import HTTPTypes
import Hummingbird
import Logging

/// `/v1/keys`: reads requests and writes answers; the rules are `KeyAdministration`'s.
struct KeyRoutes: Sendable {
    let keys: KeyAdministration
    let now: @Sendable () -> Timestamp
    let logger: Logger

    var routes: [AdminRoute] {
        [
            AdminRoute(.get, "/v1/keys", list),
            AdminRoute(.post, "/v1/keys", create),
            AdminRoute(.get, "/v1/keys/{id}", show),
            AdminRoute(.patch, "/v1/keys/{id}", change),
            AdminRoute(.delete, "/v1/keys/{id}", delete),
            AdminRoute(.post, "/v1/keys/{id}/disable") { try await setDisabled(true, $0, $1) },
            AdminRoute(.post, "/v1/keys/{id}/enable") { try await setDisabled(false, $0, $1) },
            AdminRoute(.post, "/v1/keys/{id}/rotate", rotate),
        ]
    }

    @Sendable private func list(_ request: Request, _ context: AdminContext) async throws -> Response {
        let query = try KeyQuery(request.uri.query)
        let moment = now()
        let matching = try await keys.keys { query.includes($0) }
        let page = matching.prefix(query.limit)
        let next = matching.count > page.count ? page.last.map { KeyCursor($0).text } : nil
        return Response(["keys": .array(page.map { $0.json(at: moment) }), "next": .text(next)])
    }

    @Sendable private func create(_ request: Request, _ context: AdminContext) async throws -> Response {
        let draft = try KeyDraft(await request.fields(known: KeyDraft.fields), now: now())
        let issued = try await keys.create(draft)
        note("key created", issued.key.id, context)
        var response = Response(issued.json(at: now()), status: .created)
        response.headers[.location] = "/v1/keys/\(issued.key.id)"
        return response
    }

    @Sendable private func show(_ request: Request, _ context: AdminContext) async throws -> Response {
        Response(try await keys.key(id: id(context)).json(at: now()))
    }

    @Sendable private func change(_ request: Request, _ context: AdminContext) async throws -> Response {
        let change = try KeyChange(await request.fields(known: KeyChange.fields), now: now())
        let key = try await keys.change(id: id(context), change)
        note("key changed", key.id, context)
        return Response(key.json(at: now()))
    }

    private func setDisabled(_ disabled: Bool, _ request: Request, _ context: AdminContext) async throws -> Response {
        _ = try await request.fields(known: [])
        let key = try await keys.change(id: id(context), .disabled(disabled))
        note(disabled ? "key disabled" : "key enabled", key.id, context)
        return Response(key.json(at: now()))
    }

    @Sendable private func rotate(_ request: Request, _ context: AdminContext) async throws -> Response {
        _ = try await request.fields(known: [])
        let issued = try await keys.rotate(id: id(context))
        note("key rotated", issued.key.id, context)
        return Response(issued.json(at: now()))
    }

    @Sendable private func delete(_ request: Request, _ context: AdminContext) async throws -> Response {
        let id = id(context)
        try await keys.delete(id: id)
        note("key deleted", id, context)
        return Response(status: .noContent)
    }

    private func id(_ context: AdminContext) -> String { context.parameters.get("id") ?? "" }

    private func note(_ event: Logger.Message, _ id: String, _ context: AdminContext) {
        logger.info(event, metadata: ["key_id": "\(id)", "address": "\(context.address)"])
    }
}

/// What `GET /v1/keys` is asked for.
private struct KeyQuery {
    enum Flag: String, CaseIterable { case `true`, `false` }

    var limit: Int
    private var after: KeyCursor?
    private var name: String?
    private var owner: String?
    private var disabled: Bool?

    init(_ query: String?) throws(Problem) {
        let parameters = try QueryParameters(query, known: ["limit", "after", "name", "owner", "disabled"])
        limit = try parameters.integer("limit", in: 1...1000, otherwise: 100)
        name = try parameters.text("name").map(KeyText.normalised)
        owner = try parameters.text("owner").map(KeyText.normalised)
        let flag: Flag? = try parameters.choice("disabled")
        disabled = flag.map { $0 == .true }
        guard let text = try parameters.text("after", most: 4096) else { return }
        guard let cursor = KeyCursor(text) else {
            throw Problem(.invalidParameter, "\"after\" must be the \"next\" of an earlier answer.", field: "after")
        }
        after = cursor
    }

    func includes(_ key: VirtualKey) -> Bool {
        if let after, KeyCursor(key) <= after { return false }
        if let name, !KeyText.normalised(key.name).hasSameBytes(as: name) { return false }
        if let owner, !KeyText.normalised(key.owner ?? "").hasSameBytes(as: owner) { return false }
        return disabled == nil || disabled == key.disabled
    }
}
