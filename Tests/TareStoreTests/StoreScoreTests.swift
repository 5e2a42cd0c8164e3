import GRDB
import TareCore
import TareStore
import TareTesting
import Testing

@Suite struct StoreScoreTests {
  private let folder: TemporaryFolder
  private let store: Store
  private let scorer = Scorer.sample()

  init() throws {
    folder = try TemporaryFolder()
    store = try Store(path: folder.path())
  }

  private func insert(_ value: Float, for text: String = "a") throws {
    try store.insert(scores: [Digest(of: text): StoredScore(value)], by: scorer)
  }

  @Test(
    arguments: [
      0.1, -3.25, .leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude, 0,
    ] as [Float])
  func `a score comes back with its bits`(value: Float) throws {
    try insert(value)
    let known = try store.knownScores(by: scorer, for: [Digest(of: "a"), Digest(of: "b")])
    #expect(known.count == 1)
    #expect(known[Digest(of: "a")]?.value.bitPattern == value.bitPattern)
  }

  @Test func `a negative zero is kept as zero and is no other score`() throws {
    try insert(-0.0)
    try insert(0.0)
    let known = try store.knownScores(by: scorer, for: [Digest(of: "a")])
    #expect(known[Digest(of: "a")]?.value.bitPattern == Float(0).bitPattern)
  }

  @Test func `the same score may come again`() throws {
    try insert(1.5)
    try insert(1.5)
    #expect(try count("score", in: folder.path()) == 1)
  }

  @Test func `another score for the same tokens is an error and changes nothing`() throws {
    try insert(1.5)
    let next = Float(1.5).nextUp
    let error = #expect(throws: TareError.self) {
      try store.insert(
        scores: [Digest(of: "b"): StoredScore(7), Digest(of: "a"): StoredScore(next)], by: scorer)
    }
    #expect(error?.description.contains("must depend on its tokens only") == true)
    let known = try store.knownScores(by: scorer, for: [Digest(of: "a"), Digest(of: "b")])
    #expect(known == [Digest(of: "a"): StoredScore(1.5)])
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func `a score that is not finite is refused`(value: Float) throws {
    let error = #expect(throws: TareError.self) { try insert(value) }
    #expect(error?.exitCode == 65)
    #expect(try count("score", in: folder.path()) == 0)
  }

  @Test func `each part of a scorer tells scores apart`() throws {
    try insert(1)
    var others = [Scorer.sample(model: "other"), .sample(head: "other"), .sample(head: nil)]
    others.append(scorer)
    others[3].precision = "bfloat16"
    others.append(scorer)
    others[4].readRule = "token:5"
    for (index, other) in others.enumerated() {
      #expect(try store.knownScores(by: other, for: [Digest(of: "a")]).isEmpty)
      let score = StoredScore(Float(index))
      try store.insert(scores: [Digest(of: "a"): score], by: other)
      #expect(try store.knownScores(by: other, for: [Digest(of: "a")]).values.first == score)
    }
    #expect(try count("score", in: folder.path()) == 6)
  }

  @Test func `a model's name does not tell scorers apart`() throws {
    try insert(1)
    var renamed = scorer
    renamed.modelName = "the same under another name"
    #expect(try store.knownScores(by: renamed, for: [Digest(of: "a")]).count == 1)
  }

  /// Measured: 1.2 s and 0.6 s of processor time.
  @Test func `a hundred thousand scores are inserted and found in seconds`() throws {
    let digests = (0..<100_000).map { Digest(of: "text \($0)") }
    let inserting = try processorTime {
      for start in stride(from: 0, to: digests.count, by: 1_000) {
        let batch = (start..<start + 1_000).map { index in
          (digests[index], StoredScore(Float(index) / 7))
        }
        try store.insert(scores: Dictionary(uniqueKeysWithValues: batch), by: scorer)
      }
    }
    var known: [Digest: StoredScore] = [:]
    let finding = try processorTime { known = try store.knownScores(by: scorer, for: digests) }
    #expect(known.count == digests.count)
    let wrong = digests.indices.first { known[digests[$0]]?.value != Float($0) / 7 }
    #expect(wrong == nil)
    print("100,000 scores: inserted in \(inserting), found in \(finding)")
    #expect(inserting < .seconds(5))
    #expect(finding < .seconds(3))
  }
}
