// SPDX-License-Identifier: Apache-2.0

import GatewayAdmin
import GatewayDomain
import Testing

@Suite("Counting failed authentications")
struct ThrottleTests {
    private func at(_ seconds: Int64) -> Timestamp { Timestamp(microseconds: seconds * 1_000_000) }

    @Test("an address is closed by its own failures alone, until its window ends")
    func perAddress() {
        var throttle = AuthenticationThrottle()
        for _ in 1..<AuthenticationThrottle.allowance { throttle.noteFailure(by: "a", at: at(0)) }
        #expect(throttle.wait(for: "a", at: at(0)) == nil)
        throttle.noteFailure(by: "a", at: at(30))
        #expect(throttle.wait(for: "a", at: at(30)) == 30)
        #expect(throttle.wait(for: "b", at: at(30)) == nil)
        #expect(throttle.wait(for: "a", at: at(60)) == nil)
        throttle.noteFailure(by: "a", at: at(60))
        #expect(throttle.wait(for: "a", at: at(60)) == nil, "a new window starts with one failure")
    }

    @Test("the table stays bounded whatever number of addresses fail")
    func bounded() {
        var throttle = AuthenticationThrottle()
        for index in 0..<(3 * Int64(AuthenticationThrottle.capacity)) {
            throttle.noteFailure(by: "address \(index)", at: Timestamp(microseconds: index))
        }
        #expect(throttle.count == AuthenticationThrottle.capacity)
        throttle.noteFailure(by: "later", at: at(120))
        #expect(throttle.count == 1, "what has ended is forgotten first")
    }

    @Test(
        "IPv6 addresses count by their /64, mapped IPv4 ones by the IPv4 address",
        arguments: [
            ("127.0.0.1", "127.0.0.1"), ("::ffff:10.1.2.3", "10.1.2.3"), ("::1", "0:0:0:0::/64"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("2001:db8:1:2::6", "2001:db8:1:2::/64"),
            ("2001:db8::1", "2001:db8:0:0::/64"), ("2001:db8::2:3:4:5:6", "2001:db8:0:2::/64"),
            ("fe80::1%eth0", "fe80:0:0:0::/64"),
        ])
    func groups(address: String, group: String) {
        #expect(AddressGroup.of(address) == group)
    }
}
