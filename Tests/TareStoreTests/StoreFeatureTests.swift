import TareCore
import TareStore
import TareTesting
import Testing

@Suite struct StoreFeatureTests {
  private let folder: TemporaryFolder
  private let store: Store
  private let vector: [Float] = [0.1, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude]

  init() throws {
    folder = try TemporaryFolder()
    store = try Store(path: folder.path())
  }

  private func insert(_ vector: [Float], by scorer: Scorer = .sample()) throws {
    try store.insert(features: [Digest(of: "a"): vector], by: scorer)
  }

  @Test func `a feature comes back with its bits, whatever the head`() throws {
    try insert(vector)
    try insert(vector, by: .sample(head: nil))
    let found = try store.features(
      by: .sample(head: "another"), for: [Digest(of: "a"), Digest(of: "b")])
    #expect(found.count == 1)
    #expect(found[Digest(of: "a")]?.map(\.bitPattern) == vector.map(\.bitPattern))
    #expect(try count("feature", in: store.path) == 1)
  }

  @Test func `another precision has other features`() throws {
    try insert(vector)
    var other = Scorer.sample()
    other.precision = "bfloat16"
    #expect(try store.features(by: other, for: [Digest(of: "a")]).isEmpty)
  }

  @Test func `other bits for the same tokens are an error`() throws {
    try insert(vector)
    var other = vector
    other[1] = 0
    #expect(throws: TareError.self) { try insert(other) }
    #expect(throws: TareError.self) { try insert(vector + [1]) }
    #expect(throws: Never.self) { try insert(vector) }
  }

  @Test(arguments: [[], [1, .nan], [.infinity]] as [[Float]])
  func `a feature that is empty or not finite is refused`(vector: [Float]) {
    let error = #expect(throws: TareError.self) { try insert(vector) }
    #expect(error?.exitCode == 65)
  }
}
