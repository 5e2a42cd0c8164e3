/// Keys and values that are kept from pass to pass change no bit, whatever is kept, dropped and found again.
import Foundation
import TareCore
import TareEngine
import TareTesting
import Testing

@Suite struct PrefixCacheTests {
  /// Bytes of one panel of a decoder.
  private func panelBytes(_ decoder: Decoder) throws -> Int {
    decoder.keepPrefixes(bytes: 1 << 30)
    _ = try decoder.hiddenStates([[1, 2, 3]], at: [[2]])
    let counts = decoder.prefixCounts
    #expect(counts.entries == 1)
    return counts.bytes
  }

  /// Random passes over sequences that share beginnings, each compared with every sequence alone.
  ///
  /// - Returns: what the cache did.
  @discardableResult
  private func run(
    _ decoder: Decoder, _ sequences: [[Int32]], _ reads: [[Int]], alone: [[[Float]]], seed: UInt64,
    passes: Int
  ) throws -> PrefixCounts {
    var generator = SplitMix(state: seed)
    for _ in 0..<passes {
      let batch = sequences.indices.shuffled(using: &generator).prefix(
        Int.random(in: 1...max(sequences.count / 2, 1), using: &generator))
      let (states, known) = try decoder.knownStates(
        batch.map { sequences[$0] }, at: batch.map { reads[$0] })
      #expect(states == batch.map { alone[$0] })
      for (index, known) in zip(batch, known) {
        #expect(known <= reads[index].min() ?? 0)
      }
      #expect(decoder.prefixCounts.bytes <= decoder.prefixCounts.limit)
    }
    return decoder.prefixCounts
  }

  /// Room for nothing, one panel, a few, a part of what would be kept, and all.
  @Test(arguments: Precision.allCases, [1, 3, 20, 10_000])
  func `bits are those without the cache, whatever it has room for`(
    precision: Precision, panels: Int
  ) throws {
    let sequences = SameBitsTests.sequences(seed: 17)
    var generator = SplitMix(state: 4)
    // The last position; and one anywhere, so that some of what is known is computed again.
    let reads = sequences.indices.map { index in
      let last = sequences[index].count - 1
      return index % 3 == 0 ? [Int.random(in: 0...last, using: &generator), last] : [last]
    }
    let decoder = try SameBitsTests.decoder(precision, threads: 2)
    let alone = try zip(sequences, reads).map { try decoder.hiddenStates([$0], at: [$1])[0] }
    #expect(decoder.prefixCounts.bytes == 0)
    let bytes = try panelBytes(decoder)
    decoder.keepPrefixes(bytes: panels * bytes + bytes / 2)
    let counts = try run(decoder, sequences, reads, alone: alone, seed: 8, passes: 12)
    #expect(counts.entries <= panels)
    #expect(counts.hits > 0)
    #expect((counts.evictions > 0) == (panels < 10_000))
    // Without it again.
    decoder.keepPrefixes(bytes: bytes - 1)
    #expect(try decoder.hiddenStates(sequences, at: reads) == alone)
    #expect(decoder.prefixCounts.bytes == 0)
  }

  @Test(arguments: FamilyCase.all)
  func `bits of no family depend on what was computed before`(family: FamilyCase) throws {
    var model = try ModelWeights(family.model)
    let kind = try Architectures.family(named: model.config)
    let limit = min(try model.size().vocabularySize, 60)
    var generator = SplitMix(state: 6)
    func tokens(_ count: Int) -> [Int32] {
      (0..<count).map { _ in Int32.random(in: 3..<Int32(limit), using: &generator) }
    }
    let start = tokens(70)
    let sequences = [
      start + tokens(75), start + tokens(3), Array(start[..<64]) + tokens(70),
      Array(start[..<9]) + tokens(40), start, tokens(1), start + tokens(60), start,
    ]
    let reads = sequences.map { [$0.count - 1] }
    for precision in kind.precisions {
      model.precision = precision
      guard let decoder = try model.body(threads: 2) as? Decoder else { continue }
      let alone = try zip(sequences, reads).map { try decoder.hiddenStates([$0], at: [$1])[0] }
      decoder.keepPrefixes(bytes: 1 << 30)
      let counts = try run(decoder, sequences, reads, alone: alone, seed: 3, passes: 6)
      // Where tokens see those after them nothing is known of a beginning alone, and the states of linear
      // attention are not kept.
      let keeps = decoder.spec.isCausal && decoder.spec.linearAttention == nil
      #expect((counts.hits > 0) == keeps)
    }
  }

  @Test func `only what is not known is computed, to the token`() throws {
    let decoder = try SameBitsTests.decoder(.float32, threads: 1)
    decoder.keepPrefixes(bytes: 1 << 30)
    var generator = SplitMix(state: 2)
    func tokens(_ count: Int) -> [Int32] {
      (0..<count).map { _ in Int32.random(in: 0..<259, using: &generator) }
    }
    let prompt = tokens(100)
    let (first, second) = (prompt + [5] + tokens(9), prompt + [6] + tokens(20))
    /// Rows that were computed, and what was known of each sequence.
    func rows(_ sequences: [[Int32]]) throws -> [Int] {
      let before = decoder.prefixCounts.rows
      let known = try decoder.knownStates(sequences, at: sequences.map { [$0.count - 1] }).known
      return [decoder.prefixCounts.rows - before] + known
    }
    #expect(try rows([first]) == [110, 0])
    #expect(try rows([second]) == [21, 100])
    // What is read is computed.
    #expect(try rows([first]) == [1, 109])
    #expect(try rows([first, second, second]) == [2, 109, 120, 120])
    #expect(try rows([Array(prompt[..<70])]) == [1, 69])
    // Sixteen responses to a prompt that is known.
    let many = (0..<16).map { prompt + [Int32(20 + $0)] + tokens(3) }
    #expect(try rows(many)[0] == 16 * 4)
  }

  @Test func `what was used least lately goes first, and no beginning before its end`() throws {
    let decoder = try SameBitsTests.decoder(.bfloat16, threads: 1)
    let bytes = try panelBytes(decoder)
    decoder.keepPrefixes(bytes: 4 * bytes)
    func known(_ token: Int32, _ count: Int) throws -> Int {
      let sequence = (0..<count).map { Int32($0) % 200 + token }
      return try decoder.knownStates([sequence], at: [[count - 1]]).known[0]
    }
    // Three panels, then one: the cache is full.
    #expect(try known(0, 190) == 0)
    #expect(try known(1, 64) == 0)
    #expect(try known(0, 190) == 189)
    // One more takes the place of the second, which was used before the first.
    #expect(try known(2, 64) == 0)
    #expect(try known(0, 190) == 189)
    // Now the first loses its end, not its beginning.
    #expect(try known(2, 64) == 63)
    #expect(try known(3, 64) == 0)
    #expect(try known(0, 190) == 128)
    #expect(decoder.prefixCounts.evictions >= 2)
  }

  @Test func `log probabilities have the same bits`() throws {
    let decoder = try SameBitsTests.decoder(.float32, threads: 2)
    let sequences = SameBitsTests.sequences(seed: 21)
    let starts = sequences.map { $0.count / 2 }
    let plain = try decoder.logProbabilities(sequences, from: starts)
    decoder.keepPrefixes(bytes: 1 << 28)
    for _ in 0..<2 { #expect(try decoder.logProbabilities(sequences, from: starts) == plain) }
    #expect(decoder.prefixCounts.hits > 0)
  }
}
