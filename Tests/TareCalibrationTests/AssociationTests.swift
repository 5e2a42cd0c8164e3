/// Correlations and slopes against scipy and numpy.
import Foundation
import TareCalibration
import TareCore
import TareTesting
import Testing

@Suite struct AssociationTests {
  /// Both sides sum at most 40 products of similar size: 40 roundings, 1e-14, times 100 for the
  /// fit that numpy solves by singular values.
  private let tolerance = 1e-12

  @Test(arguments: ["opposite signs", "ties", "single responses"])
  func `pooled and within prompts they equal scipy's`(name: String) throws {
    let file = fixture("association.csv")
    let lines = try plainCSV(file).filter { $0["case"] == name }
    let data = lines.filter { $0["prompt"]?.hasPrefix("=") == false }
    let prompts = PromptGroups(data.map { $0["prompt"] ?? "" })
    let scores = data.map { $0.number("a") }
    let values = data.map { $0.number("b") }
    try #require(data.count >= 30)
    let found = [
      "=pooled": Association(of: scores, on: values),
      "=within": Association(within: prompts, of: scores, on: values),
    ]
    for (kind, association) in found {
      let association = try #require(association)
      let expected = try #require(lines.first { $0["prompt"] == kind })
      #expect(abs(association.rankCorrelation - expected.number("a")) < tolerance, "\(kind)")
      #expect(abs(association.correlation - expected.number("b")) < tolerance, "\(kind)")
      let slope = expected.number("c")
      #expect(abs(association.slope - slope) < tolerance * max(1, abs(slope)), "\(kind)")
    }
  }

  @Test func `decimals tie within prompts as whole numbers do`() throws {
    let prompts = PromptGroups(["a", "a", "a", "b", "b", "b"])
    let scores = [0.1, 0.0, 0.4, 0.1, 0.2, 0.5]
    let lengths = [2.0, 2, 3, 6, 4, 2]
    let found = try #require(Association(within: prompts, of: scores, on: lengths))
    let whole = try #require(
      Association(within: prompts, of: scores.map { ($0 * 10).rounded() }, on: lengths))
    #expect(found.rankCorrelation == whole.rankCorrelation)
    // By fractions.
    #expect(abs(found.rankCorrelation + 0.3031695) < 1e-6)
  }

  @Test func `ranks of ties are averaged`() {
    #expect([30, 10, 20, 10, 30, 30].ranks == [5, 1.5, 3, 1.5, 5, 5])
    #expect([Double]().ranks == [])
  }

  @Test func `a constant column has no association`() {
    #expect(Association(of: [0.1, 0.1, 0.1], on: [1, 2, 3]) == nil)
    #expect(Association(of: [1, 2, 3], on: [0.1, 0.1, 0.1]) == nil)
    #expect(Association(of: [], on: []) == nil)
    let prompts = PromptGroups(["a", "a", "b", "b"])
    #expect(Association(within: prompts, of: [1, 2, 5, 9], on: [0.1, 0.1, 0.7, 0.7]) == nil)
  }

  @Test func `a perfect association is exactly 1 or -1`() {
    let values = (0..<17).map { 0.1 * Double($0) }
    let association = Association(of: values.map { 3 - 7 * $0 }, on: values)
    #expect(association?.rankCorrelation == -1)
    #expect(association.map { $0.correlation >= -1 && $0.correlation < -1 + 1e-15 } == true)
  }
}
