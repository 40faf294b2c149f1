// SPDX-License-Identifier: Apache-2.0

package import GatewayDomain
import NIOSSL

/// The data plane's TLS identity. Made at start and again at each reload, so that a renewed certificate takes effect for
/// new connections without a restart.
package struct ServerTLS: Sendable {
    let context: NIOSSLContext

    /// Reads the certificate chain and key. Throws when a file cannot be read or the two do not belong together.
    package init(_ tls: ServerConfiguration.TLS) throws {
        let chain = try NIOSSLCertificate.fromPEMFile(tls.certificate).map(NIOSSLCertificateSource.certificate)
        let key = try NIOSSLPrivateKey(file: tls.privateKey, format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["h2", "http/1.1"]
        context = try NIOSSLContext(configuration: configuration)
    }
}
