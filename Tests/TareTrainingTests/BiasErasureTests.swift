/// Directions of bias: against a reference, and what they promise.
import Foundation
import TareCore
import TareEngine
import TareTesting
import TareTraining
import Testing

@Suite struct BiasErasureTests {
  /// See Fixtures/erasure.py.
  private let reference: JSONValue
  private let pairs: [(plain: [Float], biased: [Float])]

  init() throws {
    let json = try JSONValue(
      parsing: String(contentsOf: fixture("erasure.json"), encoding: .utf8))
    func rows(_ key: String) throws -> [[Float]] {
      try #require(json[key]?.array).map { row in
        (row.array ?? []).compactMap(\.double).map { Float($0) }
      }
    }
    reference = json
    pairs = try zip(rows("plain"), rows("biased")).map { ($0, $1) }
  }

  private var prompts: [String] { pairs.indices.map { "p\($0)" } }

  @Test(arguments: [BiasErasure.Method.leace, .mean])
  func `erased states are those of the definition`(method: BiasErasure.Method) throws {
    let erasure = try BiasErasure(method, pairs, prompts: prompts)
    let wanted = try #require(reference[method.rawValue]?.array)
    for (state, row) in zip(pairs.map(\.plain) + pairs.map(\.biased), wanted) {
      for (own, other) in zip(erasure.erased(state), row.array ?? []) {
        // States are float32 and of size 10.
        #expect(abs(Double(own) - (other.double ?? .nan)) < 1e-5)
      }
    }
  }

  @Test(arguments: BiasErasure.Method.allCases)
  func `the head without the direction scores as the head does on erased states`(
    method: BiasErasure.Method
  ) throws {
    let erasure = try BiasErasure(method, pairs, prompts: prompts)
    let weights = try #require(reference["weight"]?.array).compactMap(\.double).map { Float($0) }
    let head = LinearHead(weight: weights, bias: 0.3)
    let without = erasure.erased(from: head)
    for state in pairs.map(\.biased) {
      #expect(abs(without.outputs(state)[0] - head.outputs(erasure.erased(state))[0]) < 1e-4)
    }
  }

  @Test(arguments: [BiasErasure.Method.leace, .mean])
  func `afterwards edited responses have the mean score of the originals`(
    method: BiasErasure.Method
  ) throws {
    let head = LinearHead(weight: [1, 2, -1, 0.5, 0, 3], bias: 1)
    func effect(_ head: LinearHead) -> Double {
      pairs.reduce(0) { $0 + Double(head.outputs($1.biased)[0] - head.outputs($1.plain)[0]) }
        / Double(pairs.count)
    }
    let erasure = try BiasErasure(method, pairs, prompts: prompts)
    #expect(abs(effect(head)) > 0.1)
    #expect(abs(effect(erasure.erased(from: head))) < 1e-5)
  }

  @Test func `of the two that end the bias LEACE changes the states less`() throws {
    func change(_ method: BiasErasure.Method) throws -> Double {
      let erasure = try BiasErasure(method, pairs, prompts: prompts)
      var sum = 0.0
      for state in pairs.map(\.plain) + pairs.map(\.biased) {
        for (before, after) in zip(state, erasure.erased(state)) {
          let difference = Double(before - after)
          sum += difference * difference
        }
      }
      return sum
    }
    #expect(try change(.leace) < change(.mean))
  }

  @Test func `pairs that do not differ have no direction`() {
    let same = pairs.map { (plain: $0.plain, biased: $0.plain) }
    for method in BiasErasure.Method.allCases {
      #expect(throws: TareError.self) { try BiasErasure(method, same, prompts: prompts) }
    }
    #expect(throws: TareError.self) { try BiasErasure(.leace, [], prompts: []) }
  }
}
