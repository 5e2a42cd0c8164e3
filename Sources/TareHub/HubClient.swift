/// Requests to a hub: the token, redirects, and what each status means.
internal import Foundation
internal import TareCore
internal import TareHTTP

struct HubClient: Sendable {
  /// What is asked for, for messages.
  enum Subject {
    case list(HubID, revision: String)
    case file(String, of: HubID)
  }

  let endpoint: String
  let options: HubOptions
  private let token: String?

  /// Lists of files are far below this.
  private static let longestList = 256 << 20
  /// As many as browsers and huggingface_hub follow.
  private static let mostRedirects = 10

  init(_ settings: HubSettings, _ options: HubOptions) {
    endpoint = settings.endpoint
    token = settings.token
    self.options = options
  }

  var sendsToken: Bool { token != nil }

  // MARK: - Addresses

  /// `{endpoint}/api/models/{id}{path}`; `path` is encoded already.
  func api(_ id: HubID, _ path: String) -> String { "\(endpoint)/api/models/\(id)\(path)" }

  /// Where the bytes of a file are.
  func address(of file: HubFile, _ id: HubID, commit: String) -> String {
    "\(endpoint)/\(id)/resolve/\(commit)/\(Self.encoded(file.name, keeping: "/"))"
  }

  /// Percent-encoded as Python's `urllib.parse.quote` does.
  static func encoded(_ text: String, keeping safe: String = "") -> String {
    let plain = Set(
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~\(safe)".utf8)
    return text.utf8.map { byte in
      guard !plain.contains(byte) else { return String(UnicodeScalar(byte)) }
      return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }.joined()
  }

  // MARK: - Requests

  /// JSON, and where the next page is.
  ///
  /// - Throws: `TareError` as `HubRetry` and `failure` say; `TareError.badData` for what is no JSON.
  func json(
    _ url: String, _ subject: Subject
  ) async throws(TareError) -> (value: JSONValue, next: String?) {
    var retry = HubRetry(options, what: url)
    while true {
      do throws(HubFailure) {
        let reply = try await get(url, subject)
        let body: [UInt8]
        do throws(HTTPFailure) {
          body = try await reply.response.body.collect(upTo: Self.longestList)
        } catch {
          throw HubFailure(error)
        }
        do {
          let value = try JSONValue(parsing: body)
          return (value, nextPage(reply.response.headers, after: reply.url))
        } catch {
          throw .final(error.inside("\(url), reply"))
        }
      } catch {
        try await retry.wait(after: error)
      }
    }
  }

  struct Reply {
    /// Status 200 or 206.
    let response: HTTPResponse
    /// Where it came from in the end.
    let url: String
    /// The headers of the hub's own replies; a storage that it redirects to says nothing of commits.
    let hub: HTTPHeaders
  }

  /// - Parameter start: the first byte that is wanted; 0 asks for all.
  func get(
    _ url: String, _ subject: Subject, from start: Int = 0
  ) async throws(HubFailure) -> Reply {
    var url = url
    var hub = HTTPHeaders()
    for _ in 0...Self.mostRedirects {
      let isHub = HubOrigin(url) == HubOrigin(endpoint)
      var request = HTTPRequest(url)
      request.connectTimeout = options.connectTimeout
      request.idleTimeout = options.readTimeout
      request.headers.add("User-Agent", "tare")
      // Sizes and ranges are those of the file itself.
      request.headers.add("Accept-Encoding", "identity")
      // Without If-Range: the address names a commit, so the file cannot have changed; and what is
      // put together is hashed.
      if start > 0 { request.headers.add("Range", "bytes=\(start)-") }
      if isHub, let token { request.headers.add("Authorization", "Bearer \(token)") }
      let response: HTTPResponse
      do throws(HTTPFailure) {
        response = try await HTTPClient.send(request)
      } catch {
        throw HubFailure(error)
      }
      if isHub { hub.add(contentsOf: response.headers) }
      switch response.status {
      case 200, 206: return Reply(response: response, url: url, hub: hub)
      case 301, 302, 303, 307, 308: url = try target(response, from: url)
      default: throw await failure(response, url: url, isHub: isHub, subject)
      }
    }
    throw .final(
      .badData(
        place: url, found: "over \(Self.mostRedirects) redirects", accepted: "fewer redirects"))
  }

  /// Where a redirect leads.
  private func target(
    _ response: HTTPResponse, from url: String
  ) throws(HubFailure) -> String {
    let location = response.headers.first("Location") ?? ""
    guard !location.isEmpty, let base = URL(string: url),
      let target = URL(string: location, relativeTo: base)?.absoluteString,
      let origin = HubOrigin(target), origin.isSecure || HubOrigin(url)?.isSecure == false
    else {
      throw .final(
        .badData(
          place: url, found: "a redirect to '\(location)'",
          accepted: "an address, and none without TLS after one with it"))
    }
    return target
  }

  private func nextPage(_ headers: HTTPHeaders, after url: String) -> String? {
    for link in headers["Link"] {
      if let match = link.firstMatch(of: /<([^>]*)>\s*;[^,]*rel="?next"?/) {
        return URL(string: String(match.output.1), relativeTo: URL(string: url))?.absoluteString
      }
    }
    return nil
  }
}
