// SPDX-License-Identifier: Apache-2.0

extension ProviderError {
    /// Most characters of a provider's message that are passed on.
    private static let mostCharacters = 4096

    /// A provider's message as clients may see it: what looks like a credential is masked, and a very long one is cut.
    package static func cleaned(_ message: String) -> String {
        // Keys by how their issuers mark them, JSON Web Tokens, what follows a scheme, and what a parameter is set to.
        let key =
            /\b(?:(?:sk|pk|rk|gsk|xai|hf|nvapi|pplx|csk|fw|tgp|r8)[-_]|AIza|ya29\.|AKIA|ASIA|ABSK|eyJ)[\w\-.*]{12,}/
        let scheme = /\b([Bb]earer|[Bb]asic)\s+[A-Za-z0-9_\-.~+\/=*]{8,}/
        let parameter = /\b((?:api[-_]?|access[-_]?)?(?:key|token|secret))=[^\s&"']+/
        return String(message.prefix(mostCharacters))
            .replacing(scheme) { "\($0.output.1) [redacted]" }
            .replacing(parameter) { "\($0.output.1)=[redacted]" }
            .replacing(key) { _ in "[redacted]" }
    }
}
