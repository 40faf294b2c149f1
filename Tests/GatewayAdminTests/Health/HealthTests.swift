// SPDX-License-Identifier: Apache-2.0

import GatewayAdmin
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Testing

@Suite("Health")
struct HealthTests {
    private func application(live: Bool, failure: String?) -> some ApplicationProtocol {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let router = HealthAPI.router(
            live: { live }, ready: { HealthReport([.init("store"), .init("lanes", failure: failure)]) },
            metrics: { "sluice_up 1\n" }, logger: logger)
        return Application(router: router, logger: logger)
    }

    @Test("a well gateway is live and ready")
    func well() async throws {
        try await application(live: true, failure: nil).test(.router) { client in
            let caller = Caller(client: client)
            for path in ["/livez", "/readyz"] {
                let answer = try await caller.get(path)
                #expect(answer.status == 200)
                #expect(answer.text == "ok\n")
            }
            let health = try await caller.get("/health")
            #expect(health.status == 200)
            #expect(health.json["ready"] == true)
            let checks: JSONValue = [
                ["name": "store", "ok": true, "reason": nil], ["name": "lanes", "ok": true, "reason": nil],
            ]
            #expect(health.json["checks"] == checks)
        }
    }

    @Test("a draining gateway is live but not ready, and says why")
    func draining() async throws {
        try await application(live: true, failure: "draining").test(.router) { client in
            let caller = Caller(client: client)
            #expect(try await caller.get("/livez").status == 200)
            let ready = try await caller.get("/readyz")
            #expect(ready.status == 503)
            #expect(ready.text == "lanes: draining\n")
            let health = try await caller.get("/health")
            #expect(health.status == 503)
            #expect(health.json["live"] == true)
            #expect(health.list("checks").last?["reason"] == "draining")
        }
    }

    @Test("a gateway beyond help is not live")
    func dead() async throws {
        try await application(live: false, failure: nil).test(.router) { client in
            let answer = try await Caller(client: client).get("/livez")
            #expect(answer.status == 503)
        }
    }

    @Test("metrics are Prometheus text; anything else is refused with problem details")
    func metrics() async throws {
        try await application(live: true, failure: nil).test(.router) { client in
            let caller = Caller(client: client)
            let metrics = try await caller.get("/metrics")
            #expect(metrics.text == "sluice_up 1\n")
            #expect(metrics.headers[.contentType]?.hasPrefix("text/plain; version=0.0.4") == true)
            #expect(metrics.headers[.xContentTypeOptions] == "nosniff")
            for path in ["/debug/pprof", "//metrics", "/metrics/", "/%6detrics"] {
                #expect(try await caller.get(path).status == 404)
            }
            let post = try await caller.send(.post, "/metrics")
            #expect(post.status == 405)
            #expect(post.headers[.allow] == "GET, HEAD")
            #expect(try await caller.send(.head, "/readyz").status == 200)
        }
    }
}
