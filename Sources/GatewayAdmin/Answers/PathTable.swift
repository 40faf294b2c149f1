// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird

/// Paths as templates (`/v1/keys/{id}`) with the methods each answers to.
struct PathTable: Sendable {
    private var entries: [(template: [Substring], methods: [String])] = []

    init(_ routes: [(method: HTTPRequest.Method, path: String)]) {
        for route in routes {
            let template = Self.steps(route.path)
            // Hummingbird answers HEAD wherever GET is.
            let methods = route.method == .get ? ["GET", "HEAD"] : [route.method.rawValue]
            if let index = entries.firstIndex(where: { $0.template == template }) {
                entries[index].methods += methods
            } else {
                entries.append((template, methods))
            }
        }
    }

    /// 405 where the path exists for other methods, else 404.
    func problem(method: HTTPRequest.Method, path: String) -> Problem {
        let steps = Self.steps(path)
        guard let entry = entries.first(where: { Self.matches($0.template, steps) }) else {
            return Problem(.unknownRoute, "No route has this path; docs/admin-api.md lists them.")
        }
        let allowed = entry.methods.joined(separator: ", ")
        return Problem(
            .methodNotAllowed, "This path answers to \(allowed), not to \(method.rawValue).", allow: entry.methods)
    }

    private static func matches(_ template: [Substring], _ steps: [Substring]) -> Bool {
        template.count == steps.count && zip(template, steps).allSatisfy { $0.first == "{" || $0 == $1 }
    }

    private static func steps(_ path: String) -> [Substring] {
        path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    }
}
