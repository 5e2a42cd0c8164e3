/// The curve within prompts: against numpy's alternation, and where pooled curves go wrong.
import Foundation
import TareCalibration
import TareCore
import TareTesting
import Testing

@Suite struct WithinPromptCalibratorTests {
  /// Cycles stop when one moves the curve by less than 1e-7 of the scores' range, those of the
  /// reference at 1e-11. Each of these moves at most 0.9 as far as the one before, so at most ten
  /// times 1e-7 is left.
  private let tolerance = 1e-6

  @Test(arguments: [("plain", 0), ("robust", 2)])
  func `prompts and curve alternate as in numpy`(name: String, it: Int) throws {
    let reference = try CalibratorReference()
    let table = try reference.table()
    let calibration = try Made.fit("within-prompt", table) {
      ($0.frac, $0.it) = (reference.number("within_prompt", "frac"), it)
    }
    expectClose(
      try calibration.apply(to: table).bias, reference.numbers("within_prompt", name),
      tolerance: tolerance * reference.range)
  }

  /// Long prompts score far lower, longer answers of each score higher: the line within is found to
  /// the digits of the stopping rule, and the curve through all responses falls.
  @Test func `a line is found exactly though the prompts' levels hide it`() throws {
    let table = try Made.table {
      ($0.within, $0.between, $0.quality, $0.noise) = (1, -4, 0, 0)
      $0.responses = 3
    }
    let bias = try Made.fit("within-prompt", table).apply(to: table).bias
    let lengths = table.columns[0]
    let mean = lengths.reduce(0, +) / Double(lengths.count)
    let range = (table.scores.max() ?? 0) - (table.scores.min() ?? 0)
    expectClose(bias, lengths.map { ($0 - mean) / 200 }, tolerance: 1e-5 * range)
    let pooled = try Made.fit("lowess", table).apply(to: table).bias
    #expect((Association(of: pooled, on: lengths)?.slope ?? 0) < -0.002)
  }

  @Test func `a bend is found under noise and strong confounding`() throws {
    var normals = Made.Normals(seed: 8)
    var lengths: [Double] = []
    var scores: [Double] = []
    var truth: [Double] = []
    var prompts: [String] = []
    for prompt in 0..<150 {
      let level = normals.next()
      for _ in 0..<4 {
        let length = 1000 + 300 * (0.7 * level + normals.next())
        let curve = 2 * tanh((length - 1000) / 200)
        prompts.append("\(prompt)")
        lengths.append(length)
        truth.append(curve)
        scores.append(curve - 5 * level + 0.3 * normals.next())
      }
    }
    let table = try CalibrationTable(
      scores: scores, values: lengths, covariate: .length, prompts: PromptGroups(prompts))
    let bias = try Made.fit("within-prompt", table) { $0.frac = 0.25 }.apply(to: table).bias
    let mean = truth.reduce(0, +) / Double(truth.count)
    let squares = zip(bias, truth).reduce(0) { sum, pair in
      sum + (pair.0 - pair.1 + mean) * (pair.0 - pair.1 + mean)
    }
    // The curve spans 4; its own error at 150 points a place is about 0.1.
    #expect((squares / Double(truth.count)).squareRoot() < 0.15)
  }

  /// With 96% of the spread between prompts a cycle leaves 0.96 of what is wrong: plain cycles took
  /// 428.
  @Test func `a covariate that hardly varies within prompts needs few cycles`() throws {
    var normals = Made.Normals(seed: 9)
    var (lengths, scores, prompts): ([Double], [Double], [String]) = ([], [], [])
    for prompt in 0..<400 {
      let level = normals.next()
      for _ in 0..<4 {
        let length = (2000 + 50 * (5 * level + normals.next())).rounded()
        prompts.append("\(prompt)")
        lengths.append(length)
        scores.append(length / 100 - 7 * level)
      }
    }
    let table = try CalibrationTable(
      scores: scores, values: lengths, covariate: .length, prompts: PromptGroups(prompts))
    let calibration = try Made.fit("within-prompt", table) { ($0.it, $0.degree) = (0, 1) }
    let mean = lengths.reduce(0, +) / Double(lengths.count)
    expectClose(
      try calibration.apply(to: table).bias, lengths.map { ($0 - mean) / 100 }, tolerance: 1e-5)
    #expect(calibration.findings["converged"] == true)
    #expect(try #require(calibration.findings["cycles"]?.int) < 40)
  }

  @Test func `the mean of the scores stays`() throws {
    let table = try Made.table { ($0.within, $0.between) = (1, 1) }
    let bias = try Made.fit("within-prompt", table).apply(to: table).bias
    #expect(abs(bias.reduce(0, +)) < 1e-9)
  }

  @Test func `prompts of one response are refused`() throws {
    let table = try CalibrationTable(
      scores: [1, 2], values: [3, 4], covariate: .length, prompts: PromptGroups(["a", "b"]))
    let error = #expect(throws: TareError.self) { try Made.fit("within-prompt", table) }
    #expect(error?.description.contains("no prompt with two responses") == true)
  }
}
