// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import NIOCore

/// What a request says about a field that it may leave out or clear with null.
package enum Change<Value: Sendable & Equatable>: Sendable, Equatable {
    case keep
    case clear
    case set(Value)

    /// The value after the change to `old`.
    package func applied(to old: Value?) -> Value? {
        switch self {
        case .keep: old
        case .clear: nil
        case .set(let value): value
        }
    }

    func map<Other>(_ transform: (Value) throws(Problem) -> Other) throws(Problem) -> Change<Other> {
        switch self {
        case .keep: .keep
        case .clear: .clear
        case .set(let value): .set(try transform(value))
        }
    }
}

/// The members of a JSON request body: only known ones, each at most once, read by the type they must have.
struct RequestFields {
    private let object: JSONValue
    private let names: [String]

    init(_ json: JSONValue, known: [String]) throws(Problem) {
        guard case .object(let members) = json else {
            throw Problem(.invalidJSON, "The body must be a JSON object, not \(json.kind).")
        }
        for member in members where !known.contains(member.name) {
            let hint = Spelling.hint(for: member.name, among: known)
            let list = known.isEmpty ? "This request takes none." : "Known are \(known.joined(separator: ", "))."
            throw Problem(.unknownField, "There is no field \(quoted(member.name)).\(hint) \(list)", field: member.name)
        }
        object = json
        names = members.map(\.name)
    }

    var isEmpty: Bool { names.isEmpty }

    func text(_ name: String) throws(Problem) -> Change<String> {
        switch object[name] {
        case nil: return .keep
        case .null: return .clear
        case .string(let text): return .set(text)
        case .some(let other): throw wrongType(name, "a string", other)
        }
    }

    /// Null counts as wrong: a boolean is either.
    func bool(_ name: String) throws(Problem) -> Bool? {
        switch object[name] {
        case nil: return nil
        case .bool(let value): return value
        case .some(let other): throw wrongType(name, "true or false", other)
        }
    }

    func texts(_ name: String) throws(Problem) -> [String]? {
        switch object[name] {
        case nil: return nil
        case .array(let elements):
            var texts: [String] = []
            for element in elements {
                guard case .string(let text) = element else {
                    throw wrongType(name, "an array of strings", element, inside: true)
                }
                texts.append(text)
            }
            return texts
        case .some(let other): throw wrongType(name, "an array of strings", other)
        }
    }

    private func wrongType(_ name: String, _ wanted: String, _ got: JSONValue, inside: Bool = false) -> Problem {
        Problem(
            .invalidField, "\"\(name)\" must be \(wanted)\(inside ? "; it holds" : ", not") \(got.kind).", field: name)
    }
}

extension Request {
    /// The fields of the body, which must be declared as JSON. An absent body counts as `{}` where `known` is empty:
    /// such requests say everything in their path.
    func fields(known: [String]) async throws -> RequestFields {
        let body = try await self.body.collect(upTo: RequestBodyLimit.bytes)
        let bytes = Array(body.readableBytesView)
        if bytes.isEmpty, known.isEmpty { return try RequestFields([:], known: known) }
        guard declaresJSON else {
            throw Problem(.unsupportedMediaType, "The body must be sent with \"Content-Type: application/json\".")
        }
        guard !bytes.isEmpty else { throw Problem(.invalidJSON, "The body is empty; send a JSON object.") }
        do {
            return try RequestFields(JSONValue(parsing: bytes), known: known)
        } catch let fault as JSONFault {
            throw Problem(.invalidJSON, "The body is not valid JSON at \(fault.description).")
        }
    }

    private var declaresJSON: Bool {
        guard let type = headers[.contentType]?.split(separator: ";").first else { return false }
        return type.lowercased().filter { $0 != " " } == "application/json"
    }
}
