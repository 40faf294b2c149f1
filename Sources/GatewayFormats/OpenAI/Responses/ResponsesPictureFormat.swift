// SPDX-License-Identifier: Apache-2.0

/// What the dialect calls the forms of pictures that models make, which others name by media type.
enum ResponsesPictureFormat {
    private static let names: [(name: JSONString, mediaType: JSONString)] = [
        ("png", "image/png"), ("webp", "image/webp"), ("jpeg", "image/jpeg"), ("gif", "image/gif"),
        ("svg", "image/svg+xml"),
    ]

    static func mediaType(_ name: JSONString) -> JSONString? { names.first { $0.name == name }?.mediaType }

    /// Nil when the dialect does not know the type.
    static func name(_ mediaType: JSONString) -> JSONString? { names.first { $0.mediaType == mediaType }?.name }
}
