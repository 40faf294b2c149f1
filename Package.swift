// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import Foundation
import PackageDescription

// One set of rules for every target of ours: Swift 6 mode, explicit `any`, imports private unless said otherwise, and
// async functions that stay on their caller's executor (a request lives on one lane: see ARCHITECTURE.md).
let swift: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")

func library(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource]? = nil) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: swift)
}

// While working on one target, SLUICE_TESTS=GatewayStoresTests builds no other target's tests.
let wantedTests = ProcessInfo.processInfo.environment["SLUICE_TESTS"]?.split(separator: ",").map(String.init)

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil) -> [Target] {
    if let wantedTests, !wantedTests.contains(name) { return [] }
    return [.testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: swift)]
}

let package = Package(
    name: "sluice",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "sluice", targets: ["sluice"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        // 0 · pure: values in, values out; no sockets, files, clocks.
        .target(
            name: "CSimdJSON",
            cxxSettings: [.unsafeFlags(["-O3", "-fno-exceptions", "-fno-rtti"])],
            linkerSettings: [.linkedLibrary("simdjson")]),
        library("GatewayDomain"),
        library("GatewayHTTP"),
        library("GatewayFormats", ["GatewayDomain", "CSimdJSON"]),

        // 1 · the request's life: waits, but only through ports.
        library("GatewayPipeline", ["GatewayDomain", "GatewayHTTP", "GatewayFormats", nioCore]),

        // 2 · adapters: each implements ports; none knows another.
        library(
            "GatewayProxy",
            [
                "GatewayDomain", "GatewayHTTP", "GatewayFormats", "GatewayPipeline", nioCore, nioPosix,
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOExtras", package: "swift-nio-extras"),
            ]),
        library(
            "GatewayStores",
            [
                "GatewayDomain", crypto, logging, .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]),
        library("GatewayTelemetry", ["GatewayDomain", logging]),
        .systemLibrary(name: "CYAML", providers: [.apt(["libyaml-dev"])]),
        library(
            "GatewayConfiguration", ["GatewayDomain", "CYAML"],
            resources: [.embedInCode("Resources/prices.yaml"), .embedInCode("Resources/templates.yaml")]),

        // 3 · planes.
        library(
            "GatewayAdmin",
            [
                "GatewayDomain", crypto, hummingbird, logging, nioCore,
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ]),
        library(
            "GatewaySimulator",
            [
                hummingbird, logging, nioCore,
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ]),

        // 4 · composition.
        .executableTarget(
            name: "sluice",
            dependencies: [
                "GatewayDomain", "GatewayHTTP", "GatewayFormats", "GatewayPipeline", "GatewayProxy", "GatewayStores",
                "GatewayTelemetry", "GatewayConfiguration", "GatewayAdmin", "GatewaySimulator", hummingbird, logging,
                nioCore, nioPosix,
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
            ],
            swiftSettings: swift),
    ]
        + tests("GatewayDomainTests", ["GatewayDomain"])
        + tests("GatewayHTTPTests", ["GatewayHTTP"])
        + tests("GatewayFormatsTests", ["GatewayFormats", "GatewayDomain"])
        + tests("GatewayPipelineTests", ["GatewayPipeline", "GatewayDomain", "GatewayHTTP", "GatewayFormats", nioCore])
        + tests(
            "GatewayProxyTests",
            [
                "GatewayProxy", "GatewayPipeline", "GatewayDomain", "GatewayHTTP", nioCore, nioPosix,
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
            ])
        + tests(
            "GatewayStoresTests",
            ["GatewayStores", "GatewayDomain", logging, .product(name: "GRDB", package: "GRDB.swift")])
        + tests("GatewayTelemetryTests", ["GatewayTelemetry", "GatewayDomain"])
        + tests("GatewayConfigurationTests", ["GatewayConfiguration", "GatewayDomain"])
        + tests(
            "GatewayAdminTests",
            [
                "GatewayAdmin", "GatewayDomain", hummingbird, logging,
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"), nioCore,
            ])
        + tests(
            "GatewaySimulatorTests",
            [
                "GatewaySimulator", hummingbird, .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"), nioCore,
            ])
        + tests("GatewayArchitectureTests", []),
    cxxLanguageStandard: .cxx17
)
