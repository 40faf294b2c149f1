// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

// The fuzzers are a package of their own, so that no user's build knows of them. What they fuzz is linked here from
// Sources/, because targets share `package` declarations only within one package. scripts/fuzz builds it, with the
// sanitizers.
let swift: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

func pure(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource]? = nil) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: swift)
}

func fuzzer(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    // The entry point is libFuzzer's.
    .executableTarget(
        name: name, dependencies: ["FuzzDriver"] + dependencies, path: name,
        swiftSettings: swift + [.unsafeFlags(["-parse-as-library"])])
}

let package = Package(
    name: "sluice-fuzzing",
    platforms: [.macOS(.v15)],
    targets: [
        .target(name: "CSimdJSON", linkerSettings: [.linkedLibrary("simdjson")]),
        .systemLibrary(name: "CYAML"),
        pure("GatewayDomain"),
        pure("GatewayHTTP"),
        pure("GatewayFormats", ["GatewayDomain", "CSimdJSON"]),
        pure(
            "GatewayConfiguration", ["GatewayDomain", "CYAML"],
            resources: [.embedInCode("Resources/prices.yaml"), .embedInCode("Resources/templates.yaml")]),
        .target(name: "FuzzDriver", path: "FuzzDriver", swiftSettings: swift),
        fuzzer("FuzzHTTP", ["GatewayHTTP"]),
        fuzzer("FuzzHTTP2", ["GatewayHTTP"]),
        fuzzer("FuzzCallerKey", ["GatewayHTTP"]),
        fuzzer("FuzzJSON", ["GatewayFormats", "GatewayDomain"]),
        fuzzer("FuzzEventStream", ["GatewayFormats"]),
        fuzzer("FuzzConfiguration", ["GatewayConfiguration", "GatewayDomain"]),
    ],
    cxxLanguageStandard: .cxx17
)
