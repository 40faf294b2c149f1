// SPDX-License-Identifier: Apache-2.0

/// Why a model stopped, as `status` and `incomplete_details` say it.
enum ResponsesStop {
    /// - hasCalls: whether the client is to run something.
    static func read(
        _ status: JSONString?, _ reason: JSONString?, _ errorCode: JSONString?, hasCalls: Bool
    ) throws(FormatFault) -> Stop {
        switch status?.text {
        case nil, "completed": return Stop(hasCalls ? .toolCalls : .finished, native: status)
        case "incomplete":
            if reason?.reads("content_filter") == true { return Stop(.contentFilter, native: reason) }
            // Whatever else cuts an answer short is a limit of some kind.
            return Stop(.length, native: reason)
        case "failed", "cancelled": return Stop(.failed, native: errorCode ?? status)
        default:
            throw FormatFault("status", "must be `completed`, `incomplete` or `failed`: the answer is not there yet")
        }
    }

    static func status(_ stop: Stop) -> ResponsesStatus {
        switch stop.reason {
        case .finished, .stopString, .toolCalls, .paused: .completed
        case .length, .contentFilter: .incomplete
        case .failed: .failed
        }
    }

    /// The reason in `incomplete_details`; nil when the answer is complete.
    static func reason(_ stop: Stop, isOwn: Bool) -> JSONString? {
        switch stop.reason {
        case .length: isOwn ? stop.native ?? "max_output_tokens" : "max_output_tokens"
        case .contentFilter: "content_filter"
        case .finished, .stopString, .toolCalls, .paused, .failed: nil
        }
    }
}

/// How far an item, or an answer, has come.
enum ResponsesStatus {
    case inProgress, completed, incomplete, failed

    var name: StaticString {
        switch self {
        case .inProgress: "in_progress"
        case .completed: "completed"
        case .incomplete: "incomplete"
        case .failed: "failed"
        }
    }
}
