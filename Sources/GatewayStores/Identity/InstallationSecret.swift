// SPDX-License-Identifier: Apache-2.0

import Crypto
import GatewayDomain
import Glibc

/// The 32 random bytes that key digests are made with, in a file of its own beside the database: a copy of the database
/// alone does not let anybody test guesses at keys.
enum InstallationSecret {
    static let size = 32

    /// Reads the secret, or makes it if there is none. The caller holds the store's lock.
    static func load(path: String) throws(StoreError) -> [UInt8] {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try Descriptor(opening: path, O_RDONLY).read(upTo: size + 1, path: path)
        } catch  where error.isMissing {
            return try make(path: path)
        } catch {
            throw error.storeError(doing: "read the key-hashing secret")
        }
        guard bytes.count == size else {
            throw StoreError(
                .secretInvalid,
                "\(path) must hold exactly \(size) bytes and does not. Restore it from a backup; without the right one "
                    + "no stored key is recognised. If there are no keys to keep, remove the file and a new one is made."
            )
        }
        return bytes
    }

    /// Writes the bytes to a file of another name first, so that no crash leaves half a secret.
    private static func make(path: String) throws(StoreError) -> [UInt8] {
        let bytes = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
        let draft = path + ".new"
        do throws(SystemError) {
            unlink(draft)
            let file = try Descriptor(opening: draft, O_WRONLY | O_CREAT | O_EXCL)
            try file.write(bytes, path: draft)
            try file.sync(path: draft)
            guard link(draft, path) == 0 else { throw SystemError("link", path) }
            unlink(draft)
            try syncDirectory(StorePaths(database: path).parent)
            return bytes
        } catch {
            unlink(draft)
            throw error.storeError(doing: "make the key-hashing secret")
        }
    }
}
