// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

extension Configuration {
    /// The configuration in effect, in the shape of the file, with every secret as `***`. The built-in catalogue is left
    /// out; `/v1/models` shows what it says about configured targets.
    var json: JSONValue {
        [
            "server": server.json,
            "storage": ["sqlite": .string(storage.sqlite)],
            "metering": ["on_disconnect": .string(metering.onDisconnect.rawValue)],
            "providers": .array(providers.map(\.json)),
            "models": .array(models.map(\.json)),
            "keys": .array(keys.map(\.json)),
            "prices": .array(prices.map(\.json)),
            "catalogue_prices": .integer(catalogue.count),
        ]
    }
}

extension ServerConfiguration {
    fileprivate var json: JSONValue {
        [
            "lanes": lanes.map { .integer($0) } ?? .null,
            "data": ["address": data.json],
            "tls": tls?.json ?? .null,
            "admin": ["address": admin.address.json, "key": admin.key == nil ? .null : masked],
            "health": ["address": health.json],
            "limits": limits.json,
            "grace_time_ms": .integer(graceTime),
        ]
    }
}

extension ListenAddress {
    fileprivate var json: JSONValue { .string("\(host.contains(":") ? "[\(host)]" : host):\(port)") }
}

extension ServerConfiguration.TLS {
    fileprivate var json: JSONValue {
        [
            "address": address.json, "certificate": .string(certificate),
            // A path, not the key.
            "private_key": .string(privateKey),
        ]
    }
}

extension ServerLimits {
    fileprivate var json: JSONValue {
        [
            "body_bytes": .integer(body),
            "answer_bytes": .integer(answer),
            "header_bytes": .integer(header),
            "header_fields": .integer(headerFields),
            "connections": .integer(connections),
            "header_time_ms": .integer(headerTime),
            "body_idle_ms": .integer(bodyIdle),
            "keep_alive_ms": .integer(keepAlive),
            "write_idle_ms": .integer(writeIdle),
        ]
    }
}

extension ModelConfiguration {
    fileprivate var json: JSONValue {
        [
            "name": .string(name.text),
            "targets": .array(targets.map { ["provider": .string($0.provider), "model": .text($0.model)] }),
        ]
    }
}

extension KeyConfiguration {
    fileprivate var json: JSONValue {
        [
            "name": .string(name),
            "key": masked,
            "owner": .text(owner),
            "models": .array(models.patterns.map { .string($0.text) }),
            "expires_at": .text(expiresAt?.shortRFC3339),
            "disabled": .bool(disabled),
        ]
    }
}

extension PriceEntry {
    fileprivate var json: JSONValue {
        ["provider": .string(provider), "model": .string(model.text), "prices": prices.json]
    }
}
