// SPDX-License-Identifier: Apache-2.0

extension TextTable {
    /// Configured models, one target a line, with prices in dollars per million tokens.
    package init(models: [Report.Model]) {
        self.init([
            .text("MODEL", canShrink: true), .text("PROVIDER", canShrink: true), .text("SENT AS", canShrink: true),
            .figure("INPUT/M"), .figure("CACHED/M"), .figure("OUTPUT/M"), .text("PRICE"),
        ])
        for model in models {
            for (index, target) in model.targets.enumerated() {
                append([
                    index == 0 ? model.name : "", target.provider, target.model ?? "(as asked)",
                    Self.price(target.prices?.inputPerMillion), Self.price(target.prices?.cachedInputPerMillion),
                    Self.price(target.prices?.outputPerMillion), target.pricing.replacing("_", with: " "),
                ])
            }
        }
    }

    private static func price(_ text: String?) -> String { text.map { Figures.dollars(decimal: $0) } ?? "-" }
}
