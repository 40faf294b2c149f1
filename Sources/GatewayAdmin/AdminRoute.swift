// SPDX-License-Identifier: Apache-2.0

package import HTTPTypes
package import Hummingbird

/// One route of the admin API: what it answers to and how. The list of all routes builds the router, tells 405 from 404,
/// and drives the test that tries every route with every kind of credential.
package struct AdminRoute: Sendable {
    package typealias Handler = @Sendable (Request, AdminContext) async throws -> Response

    package let method: HTTPRequest.Method
    /// The path with parameters in braces: `/v1/keys/{id}`.
    package let path: String
    let handler: Handler

    init(_ method: HTTPRequest.Method, _ path: String, _ handler: @escaping Handler) {
        self.method = method
        self.path = path
        self.handler = handler
    }
}
