/// A folder for stores that goes with the test, and small values to put into them.
import Foundation
import GRDB
import Glibc
import Synchronization
import TareCore
import TareStore
import TareTesting
import Testing

extension TemporaryFolder {
  /// The store's own file.
  func path() -> String { path("scores.db") }

  /// All files of the folder with their contents.
  func contents() throws -> [String: Data] {
    let names = try FileManager.default.contentsOfDirectory(atPath: url.path)
    return try Dictionary(
      uniqueKeysWithValues: names.map { ($0, try Data(contentsOf: url.appending(path: $0))) })
  }
}

/// Errors of work that runs on another thread.
final class Failures: Sendable {
  private let errors = Mutex<[String]>([])

  var all: [String] { errors.withLock { $0 } }

  func record(_ work: () throws -> Void) {
    do { try work() } catch { errors.withLock { $0.append("\(error)") } }
  }
}

/// Runs SQL on a file the way another program would.
func execute(_ sql: String, on path: String) throws {
  try DatabaseQueue(path: path).writeWithoutTransaction { try $0.execute(sql: sql) }
}

/// Processor time of the work on this thread: wall time says little on a machine with other work.
func processorTime(_ work: () throws -> Void) rethrows -> Duration {
  func now() -> Duration {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }
  let start = now()
  try work()
  return now() - start
}

func count(_ table: String, in path: String) throws -> Int {
  try DatabaseQueue(path: path).read { db in
    try #require(try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)"))
  }
}

/// "ok" if SQLite finds nothing wrong in the file, foreign keys included.
func integrity(of path: String) throws -> String {
  try DatabaseQueue(path: path).read { db in
    let broken = try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").count
    let check = try String.fetchOne(db, sql: "PRAGMA integrity_check") ?? ""
    return broken == 0 ? check : "\(broken) broken references"
  }
}

extension Scorer {
  static func sample(model: String = "model", head: String? = "head") -> Scorer {
    Scorer(
      modelDigest: Digest(of: model), modelName: model, headDigest: head.map(Digest.init(of:)),
      precision: "float32", readRule: "last")
  }
}

extension StoredScore {
  init(_ value: Float) { self.init(value: value, tokens: 10, readAt: 9) }
}

/// A preference pair with a prompt of its own.
func pair(_ name: String, extras: JSONObject = [:]) -> CandidateSet {
  CandidateSet(
    id: name, subset: "easy", section: "Chat", prompt: [.user("What is \(name)?")],
    responses: [
      Candidate(role: .chosen, text: "\(name) is it."),
      Candidate(role: .rejected, text: "No idea about \(name)."),
    ], extras: extras)
}

extension Store {
  /// Does what scoring does with the run's responses: notes their tokens and inserts scores, here
  /// the texts' own digests and lengths.
  func scoreAll(_ run: Run) throws {
    var last: UnscoredItem?
    while case let page = try unscoredItems(of: run, after: last), !page.isEmpty {
      last = page.last
      let tokens = page.map { item in
        ItemTokens(item: item.id, digest: item.conversation.textDigest, truncated: false)
      }
      try setTokens(tokens, of: run)
      let scores = zip(page, tokens).map { item, tokens in
        (tokens.digest, StoredScore(Float(item.conversation.length) / 3))
      }
      try insert(scores: Dictionary(scores) { first, _ in first }, by: run.scorer)
    }
  }

  func scoredRun(
    named name: String = "first", scorer: Scorer = .sample(), _ rows: [CandidateSet]
  ) throws -> Run {
    let run = try createOrResumeRun(named: name, scorer: scorer)
    try addItems(rows, to: run)
    try scoreAll(run)
    try finish(run)
    return try self.run(named: name)
  }
}

extension Conversation {
  /// What stands for the tokens of its texts.
  var textDigest: Digest { Digest(of: JSONValue.array(messages.map(\.json)).text()) }
}
