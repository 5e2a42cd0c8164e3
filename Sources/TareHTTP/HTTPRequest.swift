/// What is asked of a server over HTTP/1.1. Redirects are not followed, and replies are not decompressed;
/// no cookie, no proxy and no credential is sent that is not among the headers.

package struct HTTPRequest: Sendable {
  package var url: String
  package var method = "GET"
  package var headers = HTTPHeaders()
  package var body: [UInt8]?
  /// From looking up the name until the request can be sent, TLS included.
  package var connectTimeout = Duration.seconds(10)
  /// How long nothing may come, or be taken, before the transfer ends; nil for any time.
  package var idleTimeout: Duration?
  /// For the whole transfer, from connecting to the last byte; nil for any time.
  package var timeout: Duration?

  package init(_ url: String) { self.url = url }
}
