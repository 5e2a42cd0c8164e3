/// What a request is answered with, where that is not an error.
internal import Hummingbird
package import TareCore

package struct Answer: Sendable {
  package enum Body: Sendable {
    case json(JSONValue)
    /// Numbers without JSON around them.
    case bytes([UInt8])
  }

  package var body: Body
  /// Headers besides those of the body's kind, by names that HTTP allows.
  package var headers: [String: String] = [:]

  package init(_ body: Body, headers: [String: String] = [:]) {
    self.body = body
    self.headers = headers
  }

  package init(_ value: JSONValue) { self.init(.json(value)) }

  var response: Response {
    var response: Response
    switch body {
    case .json(let value): response = Response(value)
    case .bytes(let bytes):
      response = Response(
        status: .ok, headers: [.contentType: "application/octet-stream"],
        body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
    for (name, value) in headers {
      response.headers[.init(name)!] = value
    }
    return response
  }
}
