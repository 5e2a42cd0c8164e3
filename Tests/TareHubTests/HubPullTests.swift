/// `HubPull` against hubs on loopback that serve well, and against those that do not.
import Foundation
import TareCore
import TareHub
import TareTesting
import Testing

@Suite(.timeLimit(.minutes(1))) struct HubPullTests {
  private let folder: TemporaryFolder
  private let hubs = HubKeeper()
  private var cache: URL { folder.url.appending(path: "hub") }

  init() throws { folder = try TemporaryFolder() }

  /// A model whose weights are 100,000 bytes.
  private static var model: HubRepository {
    var model = HubRepository()
    model.add("config.json", #"{"model_type": "llama"}"#)
    model.add("README.md", "# A model")
    model.addLarge("model.safetensors", size: 100_000)
    model.add("additional_chat_templates/rag ü.jinja", "{{ messages }}")
    return model
  }

  /// Attempts follow each other at once.
  private static var impatient: HubOptions {
    var options = HubOptions()
    options.attempts = 3
    options.firstPause = .milliseconds(1)
    options.readTimeout = .seconds(20)
    return options
  }

  private func pull(
    _ hub: LoopbackHub, _ id: String = HubPullTests.model.id, revision: String? = nil,
    includes: [String] = [], excludes: [String] = [], token: String? = nil,
    options: HubOptions = impatient
  ) throws -> HubPull {
    hubs.keep(hub)
    var environment = ["HF_ENDPOINT": hub.url + "/", "HF_HOME": folder.url.path]
    environment["HF_TOKEN"] = token
    return try HubPull(
      id, revision: revision, includes: includes, excludes: excludes,
      HubSettings(environment: environment), options)
  }

  /// What a pull throws.
  private func error(_ pull: HubPull) async throws -> TareError {
    try #require(await #expect(throws: TareError.self) { try await pull.run() })
  }

  /// Paths of all that is in the cache but folders, in order, with the targets of links.
  private func tree() throws -> [String] {
    let names = FileManager.default.enumerator(atPath: cache.path)?.compactMap { $0 as? String }
    return try (names ?? []).sorted().compactMap { name in
      let path = cache.appending(path: name).path
      let kind = try FileManager.default.attributesOfItem(atPath: path)[.type]
      switch kind as? FileAttributeType {
      case .typeDirectory: return nil
      case .typeSymbolicLink:
        return try "\(name) -> \(FileManager.default.destinationOfSymbolicLink(atPath: path))"
      default: return name
      }
    }
  }

  /// The cache once `names` of the model were pulled, and nothing else.
  private func wholeTree(_ model: HubRepository, _ names: [String]) -> [String] {
    let base = "models--org--tiny.model-1"
    var paths = ["CACHEDIR.TAG", "\(base)/refs/main"]
    for name in names {
      guard let file = model.file(name) else { continue }
      let up = String(repeating: "../", count: name.split(separator: "/").count + 1)
      paths.append(".locks/\(base)/\(file.hash).lock")
      paths.append("\(base)/blobs/\(file.hash)")
      paths.append("\(base)/snapshots/\(model.commit)/\(name) -> \(up)blobs/\(file.hash)")
    }
    return paths.sorted()
  }

  private static let needed = [
    "config.json", "model.safetensors", "additional_chat_templates/rag ü.jinja",
  ]

  /// That the model is in the cache with its own bytes, and nothing beside it.
  private func expectWhole(_ model: HubRepository = model, _ names: [String] = needed) throws {
    #expect(try tree() == wholeTree(model, names))
    let snapshot = try HubCache(folder: cache).snapshot(of: model.id)
    for name in names {
      let bytes = try Array(Data(contentsOf: snapshot.appending(path: name)))
      #expect(bytes == model.file(name)?.bytes, "\(name)")
    }
  }

  private func partialBytes() throws -> [UInt8] {
    let blobs = cache.appending(path: "models--org--tiny.model-1/blobs")
    let hash = Self.model.file("model.safetensors")?.hash ?? ""
    return try Array(Data(contentsOf: blobs.appending(path: hash + ".incomplete")))
  }

  // MARK: - The cache

  @Test func `the cache is laid out as Python's tools expect it`() async throws {
    let model = Self.model
    let hub = try LoopbackHub(model)
    let pulled = try await pull(hub).run()
    try expectWhole()
    let repository = cache.appending(path: "models--org--tiny.model-1")
    #expect(
      try String(contentsOf: repository.appending(path: "refs/main"), encoding: .utf8)
        == model.commit)
    let tag = try String(contentsOf: cache.appending(path: "CACHEDIR.TAG"), encoding: .utf8)
    #expect(tag.hasPrefix("Signature: 8a477f597d28d172789f06886806bc55\n"))
    #expect(tag.hasSuffix("#\thttps://bford.info/cachedir/\n"))

    #expect(pulled.commit == model.commit)
    #expect(pulled.revision == "main")
    #expect(pulled.folder.path == repository.path + "/snapshots/\(model.commit)")
    #expect(pulled.files.map(\.name) == Self.needed)
    #expect(pulled.files.allSatisfy { $0.downloaded })
    for file in pulled.files {
      #expect(file.sha256 == model.file(file.name)?.sha256, "\(file.name)")
      #expect(file.bytes == model.file(file.name)?.bytes.count)
    }
  }

  @Test func `a second pull fetches the list and no file`() async throws {
    let hub = try LoopbackHub(Self.model)
    _ = try await pull(hub).run()
    let before = hub.requests.count
    let again = try await pull(hub).run()
    #expect(hub.requests.count == before + 1)
    #expect(again.files.allSatisfy { !$0.downloaded })
    // Named by its SHA-256, and not read: nothing is said of its bytes.
    #expect(again.files[1].sha256 == nil)
    try expectWhole()
  }

  @Test func `a changed file is found by verifying, and fetched again`() async throws {
    let hub = try LoopbackHub(Self.model)
    let folder = try await pull(hub).run().folder
    let file = folder.appending(path: "model.safetensors").resolvingSymlinksInPath()
    var bytes = try Data(contentsOf: file)
    bytes[bytes.count / 2] ^= 1
    try FileManager.default.removeItem(at: file)
    try bytes.write(to: file)
    let unread = try await pull(hub).run()
    #expect(unread.files[1].sha256 == nil && !unread.files[1].downloaded)
    var options = Self.impatient
    options.verifies = true
    let verified = try await pull(hub, options: options).run()
    #expect(verified.files[1].downloaded)
    #expect(verified.files[1].sha256 == Self.model.files[2].sha256)
    let again = try await pull(hub, options: options).run()
    #expect(again.files.allSatisfy { !$0.downloaded && $0.sha256 != nil })
    try expectWhole()
  }

  @Test func `a commit needs no ref, and a ref follows its branch`() async throws {
    var model = Self.model
    let hub = try LoopbackHub(model)
    let pulled = try await pull(hub, revision: model.commit).run()
    #expect(pulled.commit == model.commit)
    #expect(try !tree().contains { $0.contains("refs") })
    _ = try await pull(hub).run()
    model.commit = String(repeating: "b", count: 40)
    model.files.removeFirst()
    model.add("config.json", "{}")
    let later = try LoopbackHub(model)
    let changed = try await pull(later).run()
    #expect(changed.files.map(\.downloaded) == [false, false, true])
    let snapshot = try HubCache(folder: cache).snapshot(of: model.id)
    #expect(snapshot.lastPathComponent == model.commit)
    let old = try HubCache(folder: cache).snapshot(of: model.id, revision: Self.model.commit)
    #expect(old.lastPathComponent == Self.model.commit)
  }

  @Test func `a blob that is damaged is fetched anew`() async throws {
    let model = Self.model
    let hub = try LoopbackHub(model)
    let pulled = try await pull(hub).run()
    let weights = pulled.folder.appending(path: "model.safetensors").resolvingSymlinksInPath()
    try Data(model.files[2].bytes.dropLast()).write(to: weights)
    // Small files are read in any case, so that a byte that has changed is found.
    let config = pulled.folder.appending(path: "config.json").resolvingSymlinksInPath()
    try Data(#"{"model_type": "LLAMA"}"#.utf8).write(to: config)
    let again = try await pull(hub).run()
    #expect(again.files.map(\.downloaded) == [true, true, false])
    try expectWhole()
  }

  @Test func `equal files have one blob and come once`() async throws {
    var model = Self.model
    model.add("tokenizer_config.json", #"{"model_type": "llama"}"#)
    let hub = try LoopbackHub(model)
    _ = try await pull(hub).run()
    #expect(hub.requests.count { $0.path.contains("/resolve/") } == 3)
    let snapshot = try HubCache(folder: cache).snapshot(of: model.id)
    #expect(
      try Data(contentsOf: snapshot.appending(path: "config.json"))
        == Data(contentsOf: snapshot.appending(path: "tokenizer_config.json")))
  }

  // MARK: - Broken connections

  @Test func `a connection that breaks again and again is taken up where it was`() async throws {
    let model = Self.model
    let hub = try LoopbackHub(model) { request in
      request.path.hasSuffix("model.safetensors") && request.number < 7
        ? .cut(after: 12_345) : .serve
    }
    // A connection that ends may take its last bytes with it, so an attempt may bring nothing.
    var options = Self.impatient
    options.attempts = 20
    _ = try await pull(hub, options: options).run()
    try expectWhole()
    let starts = hub.requests(for: "model.safetensors").map { $0.start ?? 0 }
    #expect(starts.count == 8)
    #expect(starts == starts.sorted())
    #expect(zip(starts, starts.dropFirst()).allSatisfy { $1 - $0 <= 12_345 })
    #expect(Set(starts).count > 2)
  }

  @Test func `a pull that failed is taken up by the next, and what came is hashed`() async throws {
    let broken = try LoopbackHub(Self.model) { request in
      guard request.path.hasSuffix("model.safetensors") else { return .serve }
      return request.number == 0 ? .cut(after: 40_000) : .close
    }
    let failed = try await error(pull(broken))
    #expect(failed.exitCode == 69)
    #expect(failed.description.contains("model.safetensors"))
    #expect(failed.description.contains("to resume"))
    let partial = try partialBytes()
    #expect(!partial.isEmpty && partial.count <= 40_000)
    #expect(Self.model.files[2].bytes.starts(with: partial))
    #expect(try !tree().contains { $0.contains("snapshots") || $0.contains("refs") })

    let hub = try LoopbackHub(Self.model)
    let pulled = try await pull(hub).run()
    #expect(hub.requests(for: "model.safetensors").map(\.start) == [partial.count])
    #expect(pulled.files[1].sha256 == Self.model.files[2].sha256)
    try expectWhole()
  }

  @Test func `a server that knows no ranges is asked for the whole file`() async throws {
    let hub = try LoopbackHub(Self.model) { request in
      request.path.hasSuffix("model.safetensors")
        ? .whole(cutAfter: request.number == 0 ? 50_000 : nil) : .serve
    }
    _ = try await pull(hub).run()
    #expect(hub.requests(for: "model.safetensors").count == 2)
    #expect(hub.requests(for: "model.safetensors")[1].start ?? 0 > 0)
    try expectWhole()
  }

  @Test func `a server that begins anew and breaks at the same place is given up`() async throws {
    let hub = try LoopbackHub(Self.model) { request in
      request.path.hasSuffix("model.safetensors") ? .whole(cutAfter: 50_000) : .serve
    }
    #expect(try await error(pull(hub)).exitCode == 69)
    // Those that brought something new do not count.
    #expect((3...9).contains(hub.requests(for: "model.safetensors").count))
  }

  @Test func `a server that falls silent is asked again`() async throws {
    var options = Self.impatient
    options.readTimeout = .milliseconds(1000)
    let hub = try LoopbackHub(Self.model) { request in
      request.path.hasSuffix("model.safetensors") && request.number == 0
        ? .stall(after: 70_000) : .serve
    }
    _ = try await pull(hub, options: options).run()
    let starts = hub.requests(for: "model.safetensors").map { $0.start ?? 0 }
    #expect(starts.count >= 2)
    // The client may lose the last bytes before the silence; they are asked for again.
    #expect((1...70_000).contains(starts.dropFirst().first ?? 0), "\(starts)")
    try expectWhole()
  }

  @Test func `a slow server is not silent`() async throws {
    var options = Self.impatient
    // Far longer than a pause, far shorter than all pauses.
    options.readTimeout = .milliseconds(8000)
    let hub = try LoopbackHub(Self.model) { request in
      request.path.hasSuffix("model.safetensors") ? .slow(pieces: 100, milliseconds: 100) : .serve
    }
    _ = try await pull(hub, options: options).run()
    #expect(hub.requests(for: "model.safetensors").count == 1)
    try expectWhole()
  }

  @Test func `a busy server is asked again, after the pause that it asks for`() async throws {
    let hub = try LoopbackHub(Self.model) { request in
      switch request.number {
      case 0: .reply(503, "no room")
      case 1: .reply(429, headers: ["Retry-After": "1"])
      default: .serve
      }
    }
    var options = Self.impatient
    // So the seconds are the server's.
    options.firstPause = .zero
    let start = ContinuousClock.now
    _ = try await pull(hub, options: options).run()
    // One for the list, one for the files side by side.
    #expect(ContinuousClock.now - start >= .seconds(2))
    #expect(hub.requests.count == 3 * (1 + Self.needed.count))
    try expectWhole()
  }

  @Test func `a server that asks for too long a pause is not waited for`() async throws {
    let hub = try LoopbackHub(Self.model) { _ in
      .reply(429, headers: ["RateLimit": "\"api\";r=0;t=4000"])
    }
    let error = try await error(pull(hub))
    #expect(error.exitCode == 69)
    #expect(error.description.contains("4000 s"))
    #expect(hub.requests.count == 1)
  }

  @Test func `a hub that only fails is unreachable after all attempts`() async throws {
    let hub = try LoopbackHub(Self.model) { _ in .reply(500, "sorry\nno") }
    let failed = try await error(pull(hub))
    #expect(failed.exitCode == 69)
    #expect(failed.description.contains("3 attempts; the last: status 500: sorry no"))
    #expect(hub.requests.count == 3)
    let closing = try LoopbackHub(Self.model) { _ in .close }
    #expect(try await error(pull(closing)).exitCode == 69)
    #expect(closing.requests.count == 3)
  }

  // MARK: - Wrong bytes

  private static func wrong(_ change: (inout [UInt8]) -> Void) -> [UInt8] {
    var bytes = model.files[2].bytes
    change(&bytes)
    return bytes
  }

  static let wrongBodies: [(String, [UInt8])] = [
    ("a changed byte", wrong { $0[60_000] ^= 1 }), ("too short", wrong { $0.removeLast(10) }),
    ("too long", wrong { $0.append(0) }), ("empty", []),
  ]

  @Test(arguments: wrongBodies.indices)
  func `wrong bytes are fetched once more`(index: Int) async throws {
    let hub = try LoopbackHub(Self.model) { request in
      request.path.hasSuffix("model.safetensors") && request.number == 0
        ? .bytes(Self.wrongBodies[index].1) : .serve
    }
    _ = try await pull(hub).run()
    #expect(hub.requests(for: "model.safetensors").map(\.start) == [nil, nil])
    try expectWhole()
  }

  @Test(arguments: wrongBodies.indices)
  func `bytes that stay wrong are an error, and none of them are kept`(index: Int) async throws {
    let hub = try LoopbackHub(Self.model) { request in
      request.path.hasSuffix("model.safetensors") ? .bytes(Self.wrongBodies[index].1) : .serve
    }
    let failed = try await error(pull(hub))
    #expect(failed.exitCode == 65)
    let text = failed.description
    #expect(text.contains("model.safetensors") && text.contains(Self.model.files[2].sha256))
    if index == 0 {
      let found = Self.wrongBodies[0].1.withUnsafeBytes { Digest(of: $0) }
      #expect(text.contains("found \(found), twice"))
    }
    #expect(hub.requests(for: "model.safetensors").count == 2)
    let left = try tree()
    #expect(!left.contains { $0.contains("snapshots") || $0.contains("refs") })
    #expect(!left.contains { $0.contains("blobs/\(Self.model.files[2].hash)") })
  }

  @Test func `a small file is checked by Git's hash`() async throws {
    let hub = try LoopbackHub(Self.model) { request in
      request.path.hasSuffix("config.json")
        ? .bytes(Array(#"{"model_type": "llamb"}"#.utf8)) : .serve
    }
    let failed = try await error(pull(hub))
    #expect(failed.exitCode == 65)
    #expect(failed.description.contains(Self.model.files[0].gitHash))
  }

  @Test(arguments: [50_000, 100_000, 150_000])
  func `a partial file that is none is thrown away`(size: Int) async throws {
    let blobs = cache.appending(path: "models--org--tiny.model-1/blobs")
    try FileManager.default.createDirectory(at: blobs, withIntermediateDirectories: true)
    try Data(repeating: 7, count: size)
      .write(to: blobs.appending(path: Self.model.files[2].hash + ".incomplete"))
    _ = try await pull(LoopbackHub(Self.model)).run()
    try expectWhole()
  }

  @Test func `a hub that speaks of another commit or file is not believed`() async throws {
    for headers in [
      ["X-Repo-Commit": String(repeating: "c", count: 40)],
      ["X-Linked-Etag": "\"\(String(repeating: "d", count: 64))\""],
    ] {
      let hub = try LoopbackHub(Self.model) { request in
        request.path.hasSuffix("model.safetensors") ? .reply(200, headers: headers, "x") : .serve
      }
      #expect(try await error(pull(hub)).exitCode == 65)
      #expect(hub.requests(for: "model.safetensors").count == 1)
    }
  }

  // MARK: - Redirects and the token

  @Test func `the token goes to the hub, and to nobody that it redirects to`() async throws {
    let model = Self.model
    let storage = try LoopbackHub(model)
    let (address, hash) = (storage.url, model.files[2].hash)
    let hub = try LoopbackHub(model) { request in
      switch request.path {
      case let path where path.hasSuffix("model.safetensors"): .redirect("/moved?file=1")
      case "/moved?file=1": .redirect("\(address)/storage/\(hash)")
      default: .serve
      }
    }
    _ = try await pull(hub, token: "hf_secret").run()
    try expectWhole()
    #expect(hub.requests.allSatisfy { $0.headers["authorization"] == "Bearer hf_secret" })
    #expect(storage.requests.map(\.path) == ["/storage/\(hash)"])
    #expect(storage.requests.allSatisfy { $0.headers["authorization"] == nil })
  }

  @Test func `a storage's address that has grown too old is asked for again`() async throws {
    let model = Self.model
    let storage = try LoopbackHub(model) { request in
      switch request.number {
      case 0: .cut(after: 30_000)
      case 1: .reply(403, "expired")
      default: .serve
      }
    }
    let (address, hash) = (storage.url, model.files[2].hash)
    let hub = try LoopbackHub(model) { request in
      request.path.hasSuffix("model.safetensors")
        ? .redirect("\(address)/storage/\(hash)") : .serve
    }
    _ = try await pull(hub).run()
    try expectWhole()
    #expect(storage.requests.count == 3)
    #expect(storage.requests[1].start == storage.requests[2].start)
    #expect(hub.requests(for: "model.safetensors").count == 3)
  }

  @Test(arguments: ["/loop", "ftp://127.0.0.1/x", ""])
  func `a redirect that leads nowhere is an error`(target: String) async throws {
    let hub = try LoopbackHub(Self.model) { request in
      request.path == "/loop" || request.path.hasSuffix("model.safetensors")
        ? .redirect(target) : .serve
    }
    let failed = try await error(pull(hub))
    #expect(failed.exitCode == 65)
    #expect(failed.description.contains("redirect"))
    #expect(hub.requests(for: "/loop").count == (target == "/loop" ? 10 : 0))
  }

  // MARK: - Refusals

  @Test(arguments: [401, 403])
  func `a model that is not open says what opens it`(status: Int) async throws {
    let hub = try LoopbackHub(Self.model) { _ in .reply(status, "Access is restricted") }
    let closed = try await error(pull(hub))
    #expect(closed.exitCode == 64)
    for part in ["HF_TOKEN", "licence", "\(hub.url)/org/tiny.model-1", "Access is restricted"] {
      #expect(closed.description.contains(part), "\(closed)")
    }
    let refused = try await error(pull(hub, token: "hf_old"))
    #expect(refused.description.contains("the token that was sent does not open it"))
    #expect(!refused.description.contains("hf_old"))
    #expect(hub.requests.count == 2)
  }

  @Test func `what is not there is named`() async throws {
    let hub = try LoopbackHub(Self.model)
    let noModel = try await error(pull(hub, "org/other"))
    #expect(noModel == .usage("there is no model org/other at \(hub.url)"))
    let noRevision = try await error(pull(hub, revision: "refs/pr/7"))
    #expect(noRevision == .usage("org/tiny.model-1 has no revision 'refs/pr/7'"))
    #expect(hub.requests.last?.path.contains("/revision/refs%2Fpr%2F7?") == true)
    let lost = try LoopbackHub(Self.model) { request in
      request.path.hasSuffix("config.json") ? .reply(404) : .serve
    }
    let noFile = try await error(pull(lost))
    #expect(noFile.exitCode == 65)
    #expect(noFile.description.contains("config.json"))
  }

  @Test(arguments: [
    "../evil.json", "/etc/evil.json", "a/../../evil.json", "a//evil.json", "a\\evil.json",
    "a/./evil.json", "evil\u{0}.json", "evil\n.json", "", ".",
  ])
  func `a name that leads out of the model's folder is refused`(name: String) async throws {
    var model = Self.model
    model.add(name, "evil")
    let failed = try await error(pull(LoopbackHub(model)))
    #expect(failed.exitCode == 65)
    #expect(failed.description.contains("the name"))
    #expect(!exists(cache))
  }

  @Test func `a list that contradicts itself is refused`() async throws {
    var twice = Self.model
    twice.add("config.json", "{}")
    #expect(try await error(pull(LoopbackHub(twice))).description.contains("'config.json' twice"))
    var both = Self.model
    both.add("config.json/x.json", "{}")
    #expect(try await error(pull(LoopbackHub(both))).description.contains("as a folder"))
    for reply in [#"{"sha": "../x", "siblings": []}"#, #"{"siblings": []}"#, "[]", "<html>"] {
      let hub = try LoopbackHub(Self.model) { _ in .reply(200, reply) }
      #expect(try await error(pull(hub)).exitCode == 65, "\(reply)")
    }
  }

  @Test func `a disk that is too small is found before the first byte`() async throws {
    let hub = try LoopbackHub(Self.model) { request in
      request.path.hasPrefix("/api")
        ? .reply(
          200,
          """
          {"sha": "\(Self.model.commit)", "siblings": [{"rfilename": "model.safetensors",
          "size": 1000000000000000, "blobId": "\(Self.model.commit)"}]}
          """) : .serve
    }
    let failed = try await error(pull(hub))
    #expect(failed.exitCode == 70)
    #expect(failed.description.contains("1.0 PB to download"))
    #expect(hub.requests.count == 1)
  }

  @Test func `sizes that no disk has are refused`() async throws {
    let files = ["config.json", "model-1.safetensors", "model-2.safetensors"].enumerated().map {
      #"{"rfilename": "\#($1)", "size": \#(1 << 62), "blobId": "\#(String(repeating: "\($0)", count: 40))"}"#
    }
    let hub = try LoopbackHub(Self.model) { request in
      request.path.hasPrefix("/api")
        ? .reply(
          200,
          #"{"sha": "\#(Self.model.commit)", "siblings": [\#(files.joined(separator: ","))]}"#)
        : .serve
    }
    let failed = try await error(pull(hub))
    #expect(
      failed.exitCode == 65 && failed.description.contains("at most 1125899906842624"), "\(failed)")
  }

  @Test func `calls that cannot work are refused without a request`() throws {
    let hub = try LoopbackHub(Self.model)
    for id in ["", "a/b/c", "a--b", "../x", "a/..", "-a", "a/b.git", "a b", "./model", "a/é"] {
      #expect(throws: TareError.self, "\(id)") { try pull(hub, id) }
    }
    for revision in ["../main", "/main", "a//b", "", "a\\b"] {
      #expect(throws: TareError.self, "\(revision)") { try pull(hub, revision: revision) }
    }
    let offline = try HubSettings(environment: ["HF_HUB_OFFLINE": "1"])
    let error = #expect(throws: TareError.self) { try HubPull("org/x", offline) }
    #expect(error?.exitCode == 64)
    #expect(error?.description.contains("HF_HUB_OFFLINE") == true)
    #expect(hub.requests.isEmpty)
  }

  // MARK: - Side by side

  @Test func `several pulls at once fetch each file once`() async throws {
    let model = Self.model
    let hub = try LoopbackHub(model) { request in
      request.path.contains("/resolve/") ? .slow(pieces: 4, milliseconds: 50) : .serve
    }
    let pulled = try await withThrowingTaskGroup(of: PulledModel.self) { group in
      for _ in 0..<3 { group.addTask { try await pull(hub).run() } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    try expectWhole()
    #expect(hub.requests.count { $0.path.contains("/resolve/") } == Self.needed.count)
    for index in Self.needed.indices {
      #expect(pulled.count { $0.files[index].downloaded } == 1)
    }
  }

  @Test func `files come side by side, and no more than were asked for`() async throws {
    var model = HubRepository()
    for index in 0..<6 { model.addLarge("model-\(index).safetensors", size: 1000 + index) }
    let hub = try LoopbackHub(model) { request in
      request.path.contains("/resolve/") ? .slow(pieces: 3, milliseconds: 100) : .serve
    }
    var options = Self.impatient
    options.jobs = 1
    let start = ContinuousClock.now
    _ = try await pull(hub, options: options).run()
    #expect(ContinuousClock.now - start >= .milliseconds(1200))
    try FileManager.default.removeItem(at: cache)
    options.jobs = 6
    _ = try await pull(hub, options: options).run()
    #expect(hub.mostAtOnce >= 3)
  }

  @Test func `a pull that is stopped keeps what came and goes on`() async throws {
    let slow = try LoopbackHub(Self.model) { request in
      request.path.hasSuffix("model.safetensors")
        ? .slow(pieces: 100, milliseconds: 200) : .serve
    }
    let pull = try pull(slow)
    let progress = Progress()
    let stopped = try #require(
      await #expect(throws: TareError.self) {
        try await pull.run { total, done, fetched in
          progress.note(total, done, fetched)
        } shouldStop: {
          progress.done > 5000
        }
      })
    #expect(stopped.exitCode == 130)
    #expect(stopped.description.contains("of 100 kB; run the same command again to resume"))
    let before = try partialBytes().count
    #expect(before > 1000 && before < 100_000)

    let hub = try LoopbackHub(Self.model)
    _ = try await self.pull(hub).run { total, done, fetched in
      progress.note(total, done, fetched)
    }
    #expect(hub.requests(for: "model.safetensors").map(\.start) == [before])
    #expect(progress.done == progress.total)
    #expect(progress.fetched == 100_000 - before)
    try expectWhole()
  }

  // MARK: - Lists

  @Test func `a list without hashes is completed from the tree, page by page`() async throws {
    var model = Self.model
    model.listsHashes = false
    let hub = try LoopbackHub(model)
    _ = try await pull(hub).run()
    try expectWhole()
    #expect(hub.requests.count { $0.path.contains("/tree/") } == 3)
    let bare = try LoopbackHub(model) { request in
      request.path.contains("/tree/") ? .reply(200, #"[{"path": "config.json"}]"#) : .serve
    }
    #expect(try await error(pull(bare)).description.contains("files without size or hash"))
  }
}

/// Keeps servers alive until a test is over.
final class HubKeeper: @unchecked Sendable {
  // Guarded by `lock`.
  private var hubs: [LoopbackHub] = []
  private let lock = NSLock()

  func keep(_ hub: LoopbackHub) { lock.withLock { hubs.append(hub) } }
}

/// What a pull reported last.
private final class Progress: @unchecked Sendable {
  // Guarded by `lock`.
  private var values = (total: 0, done: 0, fetched: 0)
  private let lock = NSLock()

  func note(_ total: Int, _ done: Int, _ fetched: Int) {
    lock.withLock { values = (total, done, fetched) }
  }
  var total: Int { lock.withLock { values.total } }
  var done: Int { lock.withLock { values.done } }
  var fetched: Int { lock.withLock { values.fetched } }
}
