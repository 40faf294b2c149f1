// SPDX-License-Identifier: Apache-2.0

package import GatewayDomain

/// A key that somebody asks for.
package struct KeyDraft: Sendable, Equatable {
    package var name: String
    package var owner: String?
    package var models: ModelPatterns
    package var expiresAt: Timestamp?

    static let fields = ["name", "owner", "models", "expires_at", "expires_in"]

    init(_ fields: RequestFields, now: Timestamp) throws(Problem) {
        guard case .set(let name) = try fields.text("name") else {
            throw Problem(.invalidField, "\"name\" is required.", field: "name")
        }
        self.name = try KeyText.label(name, field: "name")
        owner = try fields.owner().applied(to: nil)
        models = try fields.texts("models").map { texts throws(Problem) in try KeyText.models(texts) } ?? .all
        expiresAt = try fields.expiry(now: now).applied(to: nil)
    }
}

/// What somebody wants changed about a key.
package struct KeyChange: Sendable, Equatable {
    package var name: String?
    package var owner: Change<String> = .keep
    package var models: ModelPatterns?
    package var expiresAt: Change<Timestamp> = .keep
    package var disabled: Bool?

    static let fields = KeyDraft.fields + ["disabled"]

    static func disabled(_ disabled: Bool) -> KeyChange {
        var change = KeyChange()
        change.disabled = disabled
        return change
    }

    private init() {}

    init(_ fields: RequestFields, now: Timestamp) throws(Problem) {
        guard !fields.isEmpty else {
            throw Problem(
                .invalidField, "Nothing to change: send at least one of \(Self.fields.joined(separator: ", ")).")
        }
        switch try fields.text("name") {
        case .keep: break
        case .clear: throw Problem(.invalidField, "\"name\" must be a string, not null.", field: "name")
        case .set(let text): name = try KeyText.label(text, field: "name")
        }
        owner = try fields.owner()
        models = try fields.texts("models").map { texts throws(Problem) in try KeyText.models(texts) }
        expiresAt = try fields.expiry(now: now)
        disabled = try fields.bool("disabled")
    }

    func applied(to key: VirtualKey) -> VirtualKey {
        var key = key
        key.name = name ?? key.name
        key.owner = owner.applied(to: key.owner)
        key.models = models ?? key.models
        key.expiresAt = expiresAt.applied(to: key.expiresAt)
        key.disabled = disabled ?? key.disabled
        return key
    }
}

extension RequestFields {
    fileprivate func owner() throws(Problem) -> Change<String> {
        try text("owner").map { text throws(Problem) in try KeyText.label(text, field: "owner") }
    }

    /// `expires_at` or `expires_in`, not both.
    fileprivate func expiry(now: Timestamp) throws(Problem) -> Change<Timestamp> {
        let moment = try text("expires_at").map { text throws(Problem) in try Self.moment(text, now: now) }
        let span = try text("expires_in").map { text throws(Problem) in
            guard let span = Lifespan(text) else {
                throw Problem(
                    .invalidField, "\"expires_in\" must be \(Lifespan.form), not \(quoted(text)).", field: "expires_in")
            }
            return span.after(now.wholeSecond)
        }
        switch (moment, span) {
        case (_, .keep): return moment
        case (.keep, _): return span
        default: throw Problem(.invalidField, "Send \"expires_at\" or \"expires_in\", not both.", field: "expires_in")
        }
    }

    private static func moment(_ text: String, now: Timestamp) throws(Problem) -> Timestamp {
        guard let moment = Timestamp(rfc3339: text) else {
            throw Problem(
                .invalidField,
                "\"expires_at\" must be an RFC 3339 time such as \"2027-01-31T12:00:00Z\", not \(quoted(text)).",
                field: "expires_at")
        }
        guard moment > now else {
            throw Problem(
                .invalidField, "\"expires_at\" must be in the future; to block a key now, disable it.",
                field: "expires_at")
        }
        return moment
    }
}
