// SPDX-License-Identifier: Apache-2.0

package import HTTPTypes
package import Hummingbird
import NIOCore

extension Response {
    /// An answer with a JSON body.
    package init(_ json: JSONValue, status: HTTPResponse.Status = .ok) {
        self.init(
            status: status, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: json.encoded + [UInt8(ascii: "\n")])))
    }

    /// An answer that says what was wrong.
    package init(_ problem: Problem) {
        self.init(
            status: HTTPResponse.Status(code: problem.status), headers: problem.headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: problem.json.encoded + [UInt8(ascii: "\n")])))
    }
}
