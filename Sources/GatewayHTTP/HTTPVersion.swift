// SPDX-License-Identifier: Apache-2.0

/// The version of HTTP that a request came in. What its fields may say depends on it.
enum HTTPVersion: Sendable {
    case http10, http11, http2
}
