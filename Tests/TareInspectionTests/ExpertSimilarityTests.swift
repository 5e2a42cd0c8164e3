/// How alike experts are by their weights, against NumPy and scipy, and on experts that are known.
import Foundation
import TareCore
import TareInspection
import TareTesting
import Testing

@Suite struct ExpertSimilarityTests {
  private let reference: JSONValue

  init() throws {
    let file = try JSONValue(parsing: Data(contentsOf: fixture("routing.json")))
    reference = file["similarity"] ?? .null
  }

  private func floats(_ value: JSONValue?) -> [Float] { (value?.numbers ?? []).map(Float.init) }

  private func similarity(
    _ experts: [ExpertWeights], gates: [[Float]], pairLimit: Int = 100, seed: UInt64 = 1
  ) throws -> ExpertSimilarity {
    try ExpertSimilarity.of(gateRows: gates, pairLimit: pairLimit, seed: seed) { experts[$0] }
  }

  /// One expert whose three matrices have the same neurons, [neurons][hidden].
  private func expert(_ neurons: [[Float]]) -> ExpertWeights {
    let hidden = neurons[0].count
    let rows = neurons.flatMap { $0 }
    let columns = (0..<hidden).flatMap { channel in neurons.map { $0[channel] } }
    return ExpertWeights(
      neurons: neurons.count, hidden: hidden, w1: rows, w2: columns, w3: rows)
  }

  /// Eleven products in float32 for a cosine: 11 · 2⁻²⁴ of the norms' product, below 10⁻⁶. The means of
  /// neurons are to 2⁻²⁴, which the spread of some tenths over pairs makes 10⁻⁶ in the correlation.
  @Test func `cosines, assignments and associations equal those of NumPy and scipy`() throws {
    let (neurons, hidden) = (
      Int(reference["neurons"]?.double ?? 0), Int(reference["hidden"]?.double ?? 0)
    )
    let experts = (reference["experts"]?.array ?? []).map {
      ExpertWeights(
        neurons: neurons, hidden: hidden, w1: floats($0["w1"]), w2: floats($0["w2"]),
        w3: floats($0["w3"]))
    }
    #expect(experts.count == 5)
    let found = try similarity(experts, gates: (reference["gates"]?.array ?? []).map(floats))
    #expect(found.pairs == 10)
    expectClose([found.gateRow], [reference["gate_row"]?.double ?? 0], tolerance: 1e-12)
    for (name, found) in [("w1", found.w1), ("w2", found.w2), ("w3", found.w3)] {
      let wanted = reference[name]
      expectClose(
        [found.averaged, found.reordered ?? -1],
        [wanted?["averaged"]?.double ?? 0, wanted?["reordered"]?.double ?? 0], tolerance: 1e-6)
      expectClose(
        [found.association ?? -1], [wanted?["association"]?.double ?? 0], tolerance: 1e-5)
    }
  }

  @Test func `experts that differ in the order of their neurons alone are the same`() throws {
    let neurons: [[Float]] = [[1, 0, 0.5, 0], [0, 2, 0, 1], [-1, 0.25, 0, 3]]
    let found = try similarity(
      [expert(neurons), expert(neurons.reversed())], gates: [[1, 0], [0, 1]])
    #expect(found.gateRow == 0)
    #expect(found.pairs == 1)
    for projection in [found.w1, found.w2, found.w3] {
      // Sums of three in another order, exact here.
      #expect(projection.averaged == 1)
      // Float sums of four products and a square root.
      #expect(abs((projection.reordered ?? 0) - 1) < 1e-6)
      // One pair does not vary.
      #expect(projection.association == nil)
    }
  }

  @Test func `orthogonal experts and zeros have a cosine of 0`() throws {
    let found = try similarity(
      [
        expert([[1, 0, 0, 0], [0, 1, 0, 0]]), expert([[0, 0, 1, 0], [0, 0, 0, 1]]),
        expert([[0, 0, 0, 0], [0, 0, 0, 0]]),
      ], gates: [[1, 0], [0, 0], [0, 1]])
    #expect(found.gateRow == 0)
    for projection in [found.w1, found.w2, found.w3] {
      #expect(projection.averaged == 0)
      #expect(projection.reordered == 0)
      #expect(projection.association == nil)
    }
  }

  @Test func `pairs are drawn up to the limit, no pair twice, and means are of all`() throws {
    // Experts e and e + 1 have one neuron in common of two.
    let experts = (0..<6).map { e in
      expert((0..<2).map { n in (0..<8).map { $0 == e + n ? 1 : 0 } })
    }
    let gates = (0..<6).map { [Float($0), 1] }
    var reads: [Int] = []
    let few = try ExpertSimilarity.of(gateRows: gates, pairLimit: 4, seed: 3) { expert in
      reads.append(expert)
      return experts[expert]
    }
    #expect(few.pairs == 4)
    #expect(Array(reads.prefix(6)) == [0, 1, 2, 3, 4, 5])
    // A second expert a pair, and a first one at most.
    #expect((4...8).contains(reads.count - 6))
    let all = try similarity(experts, gates: gates)
    #expect(all.pairs == 15)
    #expect(all.w1.averaged == few.w1.averaged)
    // Of 15 pairs 5 are neighbours: one neuron with itself, the other with one that is orthogonal.
    #expect(abs((all.w1.reordered ?? 0) - 5 * 0.5 / 15) < 1e-7)
    // All pairs, drawn: any pair twice would take another's place.
    let drawn = try similarity(experts, gates: gates, pairLimit: 15, seed: 9)
    #expect(drawn == all)
    let none = try similarity(experts, gates: gates, pairLimit: 0)
    #expect((none.pairs, none.w1.averaged, none.w2.reordered) == (0, all.w1.averaged, nil))
  }

  @Test func `one expert has no pairs, and an error in reading goes on`() throws {
    let alone = try similarity([expert([[1, 2]])], gates: [[1]])
    #expect(alone.pairs == 0)
    #expect((alone.gateRow, alone.w1.averaged) == (0, 0))
    #expect(alone.w1.reordered == nil)
    #expect(alone.w1.association == nil)
    #expect(throws: TareError.fault("disk")) {
      try ExpertSimilarity.of(gateRows: [[1], [2]], pairLimit: 1, seed: 1) {
        (_) throws(TareError) -> ExpertWeights in throw .fault("disk")
      }
    }
  }
}
