/// Requests over HTTP, by libcurl: many at a time on one thread, which keeps connections for further ones.
internal import TareCore

package enum HTTPClient {
  /// Sends a request.
  ///
  /// - Returns: the reply once its head is there.
  /// - Throws: `HTTPFailure`; `HTTPFailure.cancelled` if the task is cancelled, which ends the transfer.
  package static func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
    guard !Task.isCancelled else { throw .cancelled }
    let loop: TransferLoop
    let outgoing: OutgoingRequest
    do throws(TareError) {
      loop = try TransferLoop.shared()
      outgoing = try OutgoingRequest(request)
    } catch {
      throw .final(error)
    }
    let transfer = Transfer(loop)
    loop.post(.start(transfer, outgoing))
    let head = try await transfer.head()
    return HTTPResponse(
      status: head.status, headers: head.headers, body: HTTPBody(transfer, promised: head.length))
  }
}
