// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewaySimulator
import Hummingbird
import Testing

@Suite struct DevServer {
    @Test(.enabled(if: ProcessInfo.processInfo.environment["SIM_DEV"] != nil))
    func serve() async throws {
        try await Simulator(options: SimulatorOptions(port: 0)).run { port in
            print("DEV PORT \(port)")
            fflush(nil)
        }
    }
}
