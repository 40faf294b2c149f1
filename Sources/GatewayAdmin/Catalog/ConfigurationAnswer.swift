// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

extension Configuration {
    /// The configuration in effect with its defaults, in the names and units of the file, every secret as `***`. The
    /// built-in catalogue is left out; `/v1/models` shows what it says about configured targets.
    var json: JSONValue {
        [
            "server": server.json,
            "storage": ["sqlite": .string(storage.sqlite)],
            "metering": ["on_disconnect": .string(metering.onDisconnect.rawValue)],
            "providers": .array(providers.map(\.configurationJSON)),
            "models": .array(models.map(\.json)),
            "keys": .array(keys.map(\.json)),
            "prices": .array(prices.map(\.json)),
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
            "grace_time": duration(graceTime),
        ]
    }
}

extension ListenAddress {
    fileprivate var json: JSONValue { .string("\(host.contains(":") ? "[\(host)]" : host):\(port)") }
}

extension ServerConfiguration.TLS {
    /// Both files by their paths.
    fileprivate var json: JSONValue {
        ["address": address.json, "certificate": .string(certificate), "private_key": .string(privateKey)]
    }
}

extension ServerLimits {
    fileprivate var json: JSONValue {
        [
            "body": size(body),
            "answer": size(answer),
            "header": size(header),
            "header_fields": .integer(headerFields),
            "connections": .integer(connections),
            "header_time": duration(headerTime),
            "body_idle": duration(bodyIdle),
            "keep_alive": duration(keepAlive),
            "write_idle": duration(writeIdle),
        ]
    }
}

extension Provider {
    fileprivate var configurationJSON: JSONValue {
        [
            "name": .string(name),
            "template": .string(template),
            "base_url": .string(origin.shownURL),
            "api_key": authentication.isSet ? masked : .null,
            "headers": shownHeaders,
            "deadlines": [
                "connect": duration(deadlines.connect), "first_byte": duration(deadlines.firstByte),
                "idle": duration(deadlines.idle), "total": duration(deadlines.total),
            ],
            "max_connections": .integer(maxConnections),
            "stream_usage": .bool(asksForStreamUsage),
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
        let rates: [(name: String, rate: Int64?)] = [
            ("input", prices.input), ("output", prices.output), ("cached_input", prices.cachedInput),
            ("cache_write", prices.cacheWrite), ("cache_write_1h", prices.cacheWriteHour),
        ]
        return .object(
            [.init("provider", .string(provider)), .init("model", .string(model.text))]
                + rates.map { .init($0.name, .text($0.rate.map(TokenPrices.perMillion))) }
                + [.init("long_context", prices.longContext?.configurationJSON ?? .null)])
    }
}

extension TokenPrices.LongContext {
    fileprivate var configurationJSON: JSONValue {
        [
            "above": .integer(above),
            "input": .string(TokenPrices.perMillion(input)),
            "output": .string(TokenPrices.perMillion(output)),
            "cached_input": .text(cachedInput.map(TokenPrices.perMillion)),
            "cache_write": .text(cacheWrite.map(TokenPrices.perMillion)),
            "cache_write_1h": .text(cacheWriteHour.map(TokenPrices.perMillion)),
        ]
    }
}

/// Milliseconds in the largest unit that holds them exactly: `30s`, `1500ms`.
private func duration(_ milliseconds: Int) -> JSONValue {
    inUnits(milliseconds, [(3_600_000, "h"), (60_000, "m"), (1000, "s")], smallest: "ms")
}

/// Bytes in the largest unit that holds them exactly: `32MiB`, `1000B`.
private func size(_ bytes: Int) -> JSONValue {
    inUnits(bytes, [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")], smallest: "B")
}

private func inUnits(_ amount: Int, _ units: [(size: Int, name: String)], smallest: String) -> JSONValue {
    guard amount > 0, let unit = units.first(where: { amount.isMultiple(of: $0.size) }) else {
        return .string("\(amount)\(smallest)")
    }
    return .string("\(amount / unit.size)\(unit.name)")
}
