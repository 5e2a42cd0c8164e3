/// One engine's URL: one request, one reply or the reason why there is none.
internal import Foundation
internal import TareCore
internal import TareHTTP

/// Why a request had no reply.
enum RemoteFailure: Error {
  /// Another attempt may help, here or elsewhere, and here not before the time that the engine asks for.
  ///
  /// - Parameter isBusy: whether the engine is there, and has said so.
  case again(reason: String, after: Duration?, isBusy: Bool = false)
  case final(TareError)
  /// There is nothing at the path.
  case missing(TareError)
}

struct RemoteConnection: Sendable {
  /// Where texts are posted.
  let url: String
  /// Whether the URL's own path is the protocol's other one.
  let isOther: Bool
  /// The URL without the protocol's path, which other paths follow.
  private let base: String
  private let options: RemoteOptions
  /// What an engine is for, in messages.
  private let purpose: String

  /// A reply of rewards is far below this.
  private static let longestReply = 64 << 20
  /// What says the engine's name needs no model to run.
  private static let longestQuestion = Duration.seconds(20)
  /// What an engine that asks for more patience than this gets of it.
  private static let longestWish = Duration.seconds(300)

  /// - Parameters:
  ///   - path: the protocol's, added to a URL that has none.
  ///   - other: another path that texts may be posted to.
  ///   - purpose: a verb for what it does not do where it answers another status.
  /// - Throws: `TareError.usage` for a text that is no URL.
  init(
    url: String, path: String, or other: String? = nil, purpose: String = "score",
    _ options: RemoteOptions
  ) throws(TareError) {
    guard var parts = URLComponents(string: url), let scheme = parts.scheme?.lowercased(),
      ["http", "https"].contains(scheme), parts.host?.isEmpty == false
    else { throw .usage("engine: expected an address such as http://127.0.0.1:5000, found \(url)") }
    if ["", "/"].contains(parts.path) { parts.path = path }
    self.url = parts.string ?? url
    let own = [path, other].compactMap(\.self).first { parts.path.hasSuffix($0) }
    isOther = own != nil && own == other
    parts.path = own.map { String(parts.path.dropLast($0.count)) } ?? ""
    parts.query = nil
    base = parts.string ?? url
    self.purpose = purpose
    self.options = options
  }

  /// Clients of OpenAI's name the address up to `/v1`.
  static func address(_ url: String, _ path: String) -> String {
    let stem = url.hasSuffix("/") ? String(url.dropLast()) : url
    guard stem.hasSuffix("/v1"), path.hasPrefix("/v1/") else { return url }
    return stem + path.dropFirst("/v1".count)
  }

  /// - Parameter path: another than the URL's own.
  func post(_ value: JSONValue, to path: String? = nil) async throws(RemoteFailure) -> JSONValue {
    let url = address(path)
    var request = request(url)
    request.method = "POST"
    request.headers.add("Content-Type", "application/json")
    request.body = Array(value.text().utf8)
    let (response, body) = try await reply(request, within: options.timeout)
    guard response.status == 200 else {
      let found = "status \(response.status)\(excerpt(body))"
      // What is wrong with the texts, in the engines' own ways to say it, is not an engine's failure.
      switch response.status {
      case 400, 413, 422:
        throw .final(.badData(place: url, found: found, accepted: "status 200"))
      case 401, 403: throw .final(unauthorized(url, found))
      case 404 where Self.isOfModel(body):
        throw .final(
          .unreachable(
            "\(url) does not serve the model: \(found) (is \(options.modelSource) right?)"))
      default:
        let error = TareError.unreachable(
          "\(url) does not \(purpose): \(found) (is it the protocol's address?)")
        throw response.status == 404 ? .missing(error) : .final(error)
      }
    }
    return try parsed(body)
  }

  private func unauthorized(_ url: String, _ found: String) -> TareError {
    .unreachable("\(url) refuses access: \(found) (is \(options.keySource) missing or wrong?)")
  }

  /// Whether a 404 is about the model that a request names, and not about its path.
  private static func isOfModel(_ body: [UInt8]) -> Bool {
    guard let reply = try? JSONValue(parsing: body) else { return false }
    let message = (reply["error"]?["message"] ?? reply["message"])?.string ?? ""
    return message.lowercased().contains("model")
  }

  /// The answer to what not every engine knows; nil where it refuses that.
  func answer(to value: JSONValue, at path: String) async throws(RemoteFailure) -> JSONValue? {
    do throws(RemoteFailure) {
      return try await post(value, to: path)
    } catch {
      if case .again = error { throw error }
      return nil
    }
  }

  /// Where texts go that are posted to a path.
  func address(_ path: String?) -> String { path.map { base + $0 } ?? url }

  /// - Returns: nil where the engine has no such path.
  /// - Throws: `RemoteFailure.final` if it wants a key, or another one.
  func get(_ path: String) async throws(RemoteFailure) -> JSONValue? {
    let (response, body) = try await reply(
      request(base + path), within: min(options.timeout, Self.longestQuestion))
    guard ![401, 403].contains(response.status) else {
      throw .final(unauthorized(base + path, "status \(response.status)\(excerpt(body))"))
    }
    return response.status == 200 ? try parsed(body) : nil
  }

  /// Whether there is somebody, and ready: an engine without such a path says at least that.
  func isReady() async -> Bool {
    (try? await reply(request(base + "/health"), within: .seconds(2))) != nil
  }

  private func request(_ url: String) -> HTTPRequest {
    var request = HTTPRequest(url)
    if let key = options.key { request.headers.add("Authorization", "Bearer \(key)") }
    return request
  }

  /// Status and whole body within the time-out.
  /// - Throws: `RemoteFailure.again` for broken connections, time-outs, 429 and 5xx but 501;
  ///   `RemoteFailure.final` where no request can be sent at all.
  private func reply(
    _ request: HTTPRequest, within timeout: Duration
  ) async throws(RemoteFailure) -> (HTTPResponse, [UInt8]) {
    var request = request
    request.timeout = timeout
    let (response, body): (HTTPResponse, [UInt8])
    do throws(HTTPFailure) {
      response = try await HTTPClient.send(request)
      body = try await response.body.collect(upTo: Self.longestReply)
    } catch {
      if case .final(let error) = error { throw .final(error) }
      throw .again(reason: error.words, after: nil)
    }
    // 501 is vLLM's answer where its model has no such route, and stays.
    guard response.status != 429, !(500..<600).contains(response.status) || response.status == 501
    else {
      // A date, the header's other form, is not read.
      let seconds = response.headers.first("Retry-After").flatMap { Int($0) }
      throw .again(
        reason: "status \(response.status)\(excerpt(body))",
        after: seconds.map { min(.seconds(max($0, 0)), Self.longestWish) },
        isBusy: response.status == 429)
    }
    return (response, body)
  }

  private func parsed(_ body: [UInt8]) throws(RemoteFailure) -> JSONValue {
    do throws(TareError) {
      return try JSONValue(parsing: body)
    } catch {
      throw .final(.unreachable("\(error.inside("\(url), reply"))"))
    }
  }
}

/// The beginning of a reply that is no answer, for messages.
private func excerpt(_ body: [UInt8]) -> String {
  let text = String(decoding: body, as: UTF8.self)
  guard !text.isEmpty else { return "" }
  return ": " + text.prefix(200).split(whereSeparator: \.isNewline).joined(separator: " ")
}
