// SPDX-License-Identifier: Apache-2.0

/// The running gateway as the admin plane sees and changes it.
package protocol GatewayControl: Sendable {
    /// The configuration in effect.
    var configuration: Configuration { get }
    /// How many configurations have taken effect in this process.
    var revision: Int { get }
    /// The keys that the configuration file declares, with their digests.
    var fileKeys: [StoredKey] { get }

    /// Puts a key into effect on every lane: new, changed or (with another digest) rotated. In effect for every request
    /// that arrives after this returns.
    func publish(_ key: StoredKey) async

    /// Takes the key found by `digest` out of effect on every lane, in the same way.
    func withdraw(_ digest: KeyDigest) async
}
