// SPDX-License-Identifier: Apache-2.0

package import GatewayDomain

/// One step of a streamed answer in no dialect's terms.
///
/// Parts of one answer are numbered from 0 in the order they open; several may be open at once (parallel calls whose
/// arguments come by turns). Every part that opens is closed before its choice stops.
package enum AnswerEvent: Sendable, Equatable {
    /// Comes first, once.
    case began(Head)
    case opened(part: Place, Opening)
    case grew(part: Place, Growth)
    case closed(part: Place)
    /// A choice is whole.
    case stopped(choice: Int, Stop)
    /// The usage so far, as a running total: the last one counts.
    case used(Usage)
    /// The provider keeps the connection alive.
    case idle
    /// The provider says that it failed. Nothing follows.
    case failed(ProviderError)
    /// The answer is whole. Nothing follows.
    case ended

    /// What is known of an answer when it begins.
    package struct Head: Sendable, Equatable {
        package var id: JSONString
        package var model: JSONString
        package var created: Int64?

        package init(id: JSONString, model: JSONString, created: Int64? = nil) {
            self.id = id
            self.model = model
            self.created = created
        }
    }

    /// Which part of which choice.
    package struct Place: Sendable, Hashable {
        package var choice: Int
        package var part: Int

        package init(choice: Int = 0, part: Int) {
            self.choice = choice
            self.part = part
        }
    }

    /// What kind of part opens.
    package enum Opening: Sendable, Equatable {
        case text
        case refusal
        case reasoning(isSummary: Bool)
        /// The arguments follow.
        case call(id: JSONString?, name: JSONString)
        /// A whole part that does not grow.
        case whole(Part)
    }

    /// What is added to an open part.
    package enum Growth: Sendable, Equatable {
        case text(JSONString)
        /// A piece of the JSON text of a call's arguments.
        case arguments(JSONString)
        case seal(Seal)
        /// Something only `origin` has: a citation, an annotation.
        case opaque(origin: Format, JSONFragment)
    }
}

/// An error as a provider tells it, in an answer or in the middle of a stream.
package struct ProviderError: Error, Sendable, Equatable {
    /// What its clients tell errors apart by.
    package enum Kind: String, Sendable, CaseIterable {
        case invalidRequest, contextTooLong, authentication, permission, billing, notFound, tooLarge, rateLimit
        case overloaded, failure, timeout
    }

    package var kind: Kind
    /// The provider's own words, without secrets.
    package var message: String
    /// The provider's own name for it.
    package var native: String?

    package init(_ kind: Kind, _ message: String, native: String? = nil) {
        self.kind = kind
        self.message = message
        self.native = native
    }
}
