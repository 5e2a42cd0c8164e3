internal import Foundation
internal import Synchronization
internal import TareCore

/// A hub on a free port of 127.0.0.1 that serves one repository, well or as badly as a test wants.
/// Every answer ends its connection.
package final class LoopbackHub: Sendable {
  package struct Request: Sendable {
    package let method: String
    /// With the query.
    package let path: String
    /// Names in lower case.
    package let headers: [String: String]
    /// How many requests came for the same path before this one.
    package let number: Int

    /// The first byte that is asked for.
    package var start: Int? {
      headers["range"]?.wholeMatch(of: /bytes=(\d+)-/).flatMap { Int($0.output.1) }
    }
  }

  package enum Answer: Sendable {
    /// What a good hub answers.
    case serve
    /// That, and the connection is closed after so many bytes of the body.
    case cut(after: Int)
    /// That, and after so many bytes nothing more comes; the connection stays.
    case stall(after: Int)
    /// That, a piece every so many milliseconds.
    case slow(pieces: Int, milliseconds: UInt32)
    /// The whole file with status 200, whatever range is asked for; cut after so many bytes.
    case whole(cutAfter: Int? = nil)
    /// The range that is asked for, of these bytes instead of the file's.
    case bytes([UInt8])
    case reply(Int, headers: [String: String] = [:], String = "")
    case redirect(String)
    /// The connection is closed without a byte.
    case close
  }

  package typealias Script = @Sendable (Request) -> Answer

  private let port: LoopbackPort
  private let log = Log()

  private final class Log: Sendable {
    let requests = Mutex<[Request]>([])
    let stalled = Mutex<[Int32]>([])
    let bodyBytes = Mutex(0)
    /// Connections that are open, and the most that were.
    let open = Mutex((now: 0, most: 0))
  }

  package var url: String { port.url }
  package var requests: [Request] { log.requests.withLock { $0 } }
  /// Requests whose path ends so.
  package func requests(for suffix: String) -> [Request] {
    requests.filter { $0.path.hasSuffix(suffix) }
  }
  /// Bytes of files that were sent.
  package var bytesSent: Int { log.bodyBytes.withLock { $0 } }

  /// Connections that were open at the same time.
  package var mostAtOnce: Int { log.open.withLock { $0.most } }

  package init(_ repository: HubRepository, _ script: @escaping Script = { _ in .serve }) throws {
    let log = log
    port = try LoopbackPort { socket, url in
      let connection = Connection(socket: socket, repository: repository, url: url, log: log)
      log.open.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
      if connection.serve(script) { Glibc.close(socket) }
      log.open.withLock { $0.now -= 1 }
    }
  }

  deinit {
    for socket in log.stalled.withLock({ $0 }) { Glibc.close(socket) }
  }

  /// One connection, which is one request.
  private struct Connection {
    let socket: Int32
    let repository: HubRepository
    let url: String
    let log: Log

    /// - Returns: whether the connection is to be closed.
    func serve(_ script: Script) -> Bool {
      guard let request = request() else { return true }
      switch script(request) {
      case .serve: good(request)
      case .cut(let count): good(request, limit: count)
      case .stall(let count):
        good(request, limit: count)
        log.stalled.withLock { $0.append(socket) }
        return false
      case .slow(let pieces, let pause): good(request, pieces: pieces, pause: pause)
      case .whole(let count): good(request, limit: count, knowsRanges: false)
      case .bytes(let bytes): content(request, bytes, file: nil)
      case .reply(let status, let headers, let text):
        reply(status, headers, Array(text.utf8))
      case .redirect(let target): reply(302, ["Location": target], [])
      case .close: break
      }
      return true
    }

    private func good(
      _ request: Request, limit: Int? = nil, pieces: Int = 1, pause: UInt32 = 0,
      knowsRanges: Bool = true
    ) {
      let base = "/api/models/\(repository.id)"
      if request.path == base + "/revision/main?blobs=true"
        || request.path == base + "/revision/\(repository.commit)?blobs=true"
      {
        return reply(200, [:], Array(repository.info.text().utf8))
      }
      if request.path.hasPrefix(base + "/tree/\(repository.commit)?") { return tree(request) }
      let resolve = "/\(repository.id)/resolve/\(repository.commit)/"
      let name = request.path.dropFirst(resolve.count).removingPercentEncoding ?? ""
      if request.path.hasPrefix(resolve), let file = repository.file(name) {
        return content(
          request, file.bytes, file: file, limit: limit, pieces: pieces, pause: pause,
          knowsRanges: knowsRanges)
      }
      // The address of a storage elsewhere: /storage/HASH.
      if let file = repository.files.first(where: { request.path == "/storage/\($0.hash)" }) {
        return content(request, file.bytes, file: nil, limit: limit)
      }
      let code =
        request.path.hasPrefix(base + "/") || request.path.hasPrefix(resolve)
        ? "RevisionNotFound" : "RepoNotFound"
      reply(404, ["X-Error-Code": code], [])
    }

    /// Two entries a page.
    private func tree(_ request: Request) {
      let all = repository.tree
      let start = request.path.firstMatch(of: /cursor=(\d+)/).flatMap { Int($0.output.1) } ?? 0
      let end = min(start + 2, all.count)
      var headers: [String: String] = [:]
      if end < all.count {
        let path = "/api/models/\(repository.id)/tree/\(repository.commit)?recursive=true"
        headers["Link"] = "<\(url)\(path)&cursor=\(end)>; rel=\"next\""
      }
      reply(200, headers, Array(JSONValue.array(Array(all[start..<end])).text().utf8))
    }

    private func content(
      _ request: Request, _ bytes: [UInt8], file: HubRepository.File?, limit: Int? = nil,
      pieces: Int = 1, pause: UInt32 = 0, knowsRanges: Bool = true
    ) {
      var headers = ["X-Repo-Commit": repository.commit]
      if let file {
        headers["ETag"] = "\"\(file.hash)\""
        if file.isLarge { headers["X-Linked-Etag"] = "\"\(file.hash)\"" }
      }
      guard knowsRanges, let start = request.start else {
        return reply(200, headers, bytes, limit: limit, pieces: pieces, pause: pause)
      }
      guard start < bytes.count else { return reply(416, headers, []) }
      headers["Content-Range"] = "bytes \(start)-\(bytes.count - 1)/\(bytes.count)"
      reply(206, headers, Array(bytes[start...]), limit: limit, pieces: pieces, pause: pause)
    }

    private func reply(
      _ status: Int, _ headers: [String: String], _ body: [UInt8], limit: Int? = nil,
      pieces: Int = 1, pause: UInt32 = 0
    ) {
      var head = "HTTP/1.1 \(status) -\r\nContent-Length: \(body.count)\r\nConnection: close\r\n"
      for (name, value) in headers { head += "\(name): \(value)\r\n" }
      guard send(Array((head + "\r\n").utf8)) else { return }
      let body = body.prefix(limit ?? body.count)
      let length = max((body.count + pieces - 1) / pieces, 1)
      for start in stride(from: 0, to: body.count, by: length) {
        let piece = Array(body[start..<min(start + length, body.count)])
        guard send(piece) else { return }
        log.bodyBytes.withLock { $0 += piece.count }
        if pause > 0 { usleep(pause * 1000) }
      }
      // So that what was sent arrives before the end does.
      if limit != nil { usleep(20_000) }
    }

    private func send(_ bytes: [UInt8]) -> Bool {
      LoopbackPort.send(bytes, to: socket)
    }

    /// nil if the client leaves before the end of its head.
    private func request() -> Request? {
      var received: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 1 << 14)
      while !received.suffix(4).elementsEqual(Array("\r\n\r\n".utf8)) {
        let count = recv(socket, &buffer, buffer.count, 0)
        guard count > 0 else { return nil }
        received += buffer[..<count]
      }
      let head = RequestHead(String(decoding: received, as: UTF8.self))
      guard !head.path.isEmpty else { return nil }
      return log.requests.withLock { requests in
        let request = Request(
          method: head.method, path: head.path, headers: head.headers,
          number: requests.count { $0.path == head.path })
        requests.append(request)
        return request
      }
    }
  }
}
