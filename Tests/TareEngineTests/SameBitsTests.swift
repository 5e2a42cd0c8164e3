import Foundation
import TareCore
import TareEngine
import TareTesting
import Testing

/// A score has the same bits for every batch, order, number of threads, and with prefixes shared or
/// not, in each precision.
@Suite struct SameBitsTests {
  static let folder = Result { try TemporaryFolder() }

  static func decoder(_ precision: Precision, threads: Int) throws -> Decoder {
    let path = try folder.get().path("tiny-\(UUID()).gguf")
    try TinyModel.gguf().write(to: URL(filePath: path))
    var model = try ModelWeights(URL(filePath: path))
    model.precision = precision
    return try Decoder(model, Llama.self, threads: threads)
  }

  /// Sequences that share prefixes of every kind: of a panel, of less, of more, whole sequences, and
  /// branches of branches.
  static func sequences(seed: UInt64) -> [[Int32]] {
    var generator = SplitMix(state: seed)
    func tokens(_ range: ClosedRange<Int>) -> [Int32] {
      (0..<Int.random(in: range, using: &generator)).map { _ in
        Int32.random(in: 0..<259, using: &generator)
      }
    }
    var all: [[Int32]] = []
    for _ in 0..<4 {
      let system = tokens(1...90)
      for _ in 0..<3 {
        let prompt = system + tokens(0...150)
        for _ in 0..<3 { all.append(prompt + tokens(1...140)) }
      }
      all.append(system)
      all.append(all[all.count - 2])
    }
    return all.shuffled(using: &generator)
  }

  @Test(arguments: Precision.allCases, [UInt64(1), 2, 3])
  func `bits do not depend on company, order, threads or sharing`(
    precision: Precision, seed: UInt64
  ) throws {
    let sequences = Self.sequences(seed: seed)
    var generator = SplitMix(state: seed)
    // The last position, and one that may lie in a shared prefix.
    let reads = sequences.map { [$0.count - 1, Int.random(in: 0..<$0.count, using: &generator)] }
    let decoder = try Self.decoder(precision, threads: 2)
    let alone = try zip(sequences, reads).map { ids, reads in
      try decoder.hiddenStates([ids], at: [reads])[0]
    }
    let isFinite = alone.joined().joined().allSatisfy { $0.isFinite }
    #expect(isFinite)
    #expect(try decoder.hiddenStates(sequences, at: reads) == alone)
    let unshared = try decoder.hiddenStates(
      sequences, types: nil, at: reads, sharesPrefixes: false)
    #expect(unshared == alone)
    for threads in [1, 3] {
      let other = try Self.decoder(precision, threads: threads)
      #expect(try other.hiddenStates(sequences, at: reads) == alone)
    }
    for _ in 0..<5 {
      let batch = sequences.indices.shuffled(using: &generator).prefix(
        Int.random(in: 1...sequences.count, using: &generator))
      let found = try decoder.hiddenStates(batch.map { sequences[$0] }, at: batch.map { reads[$0] })
      #expect(found == batch.map { alone[$0] })
    }
    // All positions read: the last layer computes every row then.
    let longest = sequences.max { $0.count < $1.count } ?? []
    let whole = try decoder.hiddenStates([longest], at: [Array(longest.indices)])[0]
    for place in [0, longest.count / 2, longest.count - 1] {
      let one = try decoder.hiddenStates([longest], at: [[place]])[0][0]
      #expect(one == whole[place])
    }
  }

  /// Each family's own steps, in sequences that part inside a panel and at its end.
  @Test(arguments: FamilyCase.all)
  func `bits of no family depend on company, order, threads or sharing`(
    family: FamilyCase
  ) throws {
    var model = try ModelWeights(family.model)
    let kind = try Architectures.family(named: model.config)
    let limit = min(try model.size().vocabularySize, 60)
    var generator = SplitMix(state: 5)
    func tokens(_ count: Int) -> [Int32] {
      (0..<count).map { _ in Int32.random(in: 3..<Int32(limit), using: &generator) }
    }
    let start = tokens(70)
    let sequences = [
      start + tokens(75), start + tokens(3), Array(start[..<64]) + tokens(70),
      Array(start[..<9]) + tokens(40), start, tokens(1),
    ]
    let reads = sequences.map { [$0.count - 1, $0.count / 2] }
    for precision in kind.precisions {
      model.precision = precision
      let body = try model.body(threads: 2)
      let alone = try zip(sequences, reads).map { try body.hiddenStates([$0], at: [$1])[0] }
      #expect(alone.joined().joined().allSatisfy { $0.isFinite })
      #expect(try body.hiddenStates(sequences, at: reads) == alone)
      let turned = try body.hiddenStates(sequences.reversed(), at: reads.reversed())
      #expect(turned.reversed() == alone)
      let one = try model.body(threads: 1)
      #expect(try one.hiddenStates(sequences, at: reads) == alone)
      guard let decoder = body as? Decoder else { continue }
      #expect(
        try decoder.hiddenStates(sequences, types: nil, at: reads, sharesPrefixes: false) == alone)
    }
  }

  @Test(arguments: [Precision.bfloat16, .int8])
  func `states in fewer bits are near those in float32`(precision: Precision) throws {
    let sequences = Self.sequences(seed: 9)
    let ends = sequences.map { [$0.count - 1] }
    let exact = try Self.decoder(.float32, threads: 2).hiddenStates(sequences, at: ends)
    let found = try Self.decoder(precision, threads: 2).hiddenStates(sequences, at: ends)
    // Relative to the states' size: eight bits of a bfloat16's mantissa, and seven of an int8, leave
    // 0.2% and 0.6% a product; a few layers of them add up to some times that.
    let limit: Float = precision == .bfloat16 ? 0.02 : 0.06
    for (found, exact) in zip(found, exact) {
      let error = zip(found[0], exact[0]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      let size = exact[0].reduce(0) { $0 + $1 * $1 }
      #expect((error / size).squareRoot() < limit)
      #expect(found != exact)
    }
  }
}
