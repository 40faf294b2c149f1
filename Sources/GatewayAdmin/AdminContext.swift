// SPDX-License-Identifier: Apache-2.0

package import Hummingbird
import NIOCore

/// What handlers know about a request beside the request.
package struct AdminContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// Where the request comes from, for throttling and logs.
    let address: String

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        address = source.channel.remoteAddress?.ipAddress.map(AddressGroup.of) ?? "unknown"
    }
}
