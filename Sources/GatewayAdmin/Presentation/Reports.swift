// SPDX-License-Identifier: Apache-2.0

package import Foundation

/// What the command line reads from the admin API's answers: the fields it shows, no more.
package enum Report {
    package static func decode<Answer: Decodable>(_ type: Answer.Type, from data: Data) throws -> Answer {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: data)
    }

    package struct Key: Decodable, Sendable {
        package var id: String
        package var name: String
        package var owner: String?
        package var prefix: String
        package var models: [String]
        package var expiresAt: String?
        package var status: String
        package var createdAt: String?
        package var origin: String
        /// In clear, only in the answer that makes it.
        package var key: String?
    }

    package struct KeyPage: Decodable, Sendable {
        package var keys: [Key]
        package var next: String?
    }

    package struct UsageRow: Decodable, Sendable {
        package var rowId: String
        package var requestId: String
        package var traceId: String
        package var startedAt: String
        package var keyName: String
        package var endpoint: String
        package var model: String?
        package var provider: String?
        package var servedModel: String?
        package var promptTokens: Int64
        package var completionTokens: Int64
        package var cachedTokens: Int64
        package var cacheWriteTokens: Int64
        package var reasoningTokens: Int64
        package var usageSource: String
        package var costNanoUsd: Int64?
        package var latencyUs: Int64
        package var firstTokenUs: Int64?
        package var overheadUs: Int64
        package var status: Int
        package var attempts: Int
        package var stream: Bool
        package var ended: String
    }

    /// What was used: single calls, or sums of them.
    package enum Usage: Decodable, Sendable {
        case calls([UsageRow])
        case sums(UsageSums)

        private enum Member: CodingKey { case rows }

        package init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: Member.self)
            self =
                members.contains(.rows)
                ? .calls(try members.decode([UsageRow].self, forKey: .rows)) : .sums(try UsageSums(from: decoder))
        }
    }

    package struct UsageSum: Decodable, Sendable {
        /// Nil in the total, and for calls that have none, as those that no provider served.
        package var group: String?
        package var requests: Int64
        package var promptTokens: Int64
        package var completionTokens: Int64
        package var cachedTokens: Int64
        package var unpricedRequests: Int64
        package var estimatedRequests: Int64
        package var costNanoUsd: Int64
    }

    package struct UsageSums: Decodable, Sendable {
        package var by: String
        package var groups: [UsageSum]
        package var total: UsageSum
    }

    package struct Prices: Decodable, Sendable {
        package var inputPerMillion: String
        package var outputPerMillion: String
        package var cachedInputPerMillion: String?
    }

    package struct Target: Decodable, Sendable {
        package var provider: String
        package var model: String?
        package var pricing: String
        package var prices: Prices?
    }

    package struct Model: Decodable, Sendable {
        package var name: String
        package var targets: [Target]
    }

    package struct Models: Decodable, Sendable {
        package var models: [Model]
    }

    package struct Problem: Decodable, Sendable {
        package var title: String
        package var detail: String
        package var code: String
    }
}
