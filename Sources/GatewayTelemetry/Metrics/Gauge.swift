// SPDX-License-Identifier: Apache-2.0

/// A figure that another part of the gateway keeps and a scrape asks for. `read` must return at once.
package struct Gauge: Sendable {
    private let name: String
    private let kind: Exposition.Kind
    private let help: String
    private let read: @Sendable () -> Int

    private init(_ name: String, _ kind: Exposition.Kind, _ help: String, _ read: @escaping @Sendable () -> Int) {
        self.name = name
        self.kind = kind
        self.help = help
        self.read = read
    }

    func render(into exposition: inout Exposition) {
        exposition.add(name, kind, help, [Sample([], "\(read())")])
    }

    package static func connections(_ read: @escaping @Sendable () -> Int) -> Gauge {
        Gauge("connections", .gauge, "Open connections from clients.", read)
    }

    package static func providerConnections(_ read: @escaping @Sendable () -> Int) -> Gauge {
        Gauge("provider_connections", .gauge, "Open connections to providers.", read)
    }

    package static func inFlight(_ read: @escaping @Sendable () -> Int) -> Gauge {
        Gauge("requests_in_flight", .gauge, "Calls to providers that have begun and not ended.", read)
    }

    package static func openReservations(_ read: @escaping @Sendable () -> Int) -> Gauge {
        Gauge("reservations_open", .gauge, "Reservations in the ledger that no settlement has closed yet.", read)
    }

    package static func journalBytes(_ read: @escaping @Sendable () -> Int) -> Gauge {
        Gauge("journal_bytes", .gauge, "Bytes of all segments of the journal.", read)
    }

    package static func keys(_ read: @escaping @Sendable () -> Int) -> Gauge {
        Gauge("keys", .gauge, "Virtual keys in effect.", read)
    }

    package static func configurationRevision(_ read: @escaping @Sendable () -> Int) -> Gauge {
        Gauge("configuration_revision", .gauge, "Configurations that have taken effect in this process.", read)
    }

    package static func configurationReloadFailures(_ read: @escaping @Sendable () -> Int) -> Gauge {
        Gauge(
            "configuration_reload_failures_total", .counter,
            "Configurations that were refused while the one before stayed in effect.", read)
    }

    package static func storeWritable(_ read: @escaping @Sendable () -> Bool) -> Gauge {
        Gauge("store_writable", .gauge, "1 while the ledger can be written, else 0.") { read() ? 1 : 0 }
    }

    static func droppedLogLines(_ read: @escaping @Sendable () -> Int) -> Gauge {
        Gauge(
            "log_lines_dropped_total", .counter,
            "Log lines that were not written, because the log's reader or disk was full.", read)
    }
}
