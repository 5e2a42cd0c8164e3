/// Tables, options and references that several tests use.
import Foundation
import TareCalibration
import TareCore
import TareTesting

/// Made tables and short ways to fit.
enum Made {
  /// What the members that are set leave is the method's own.
  static func options(_ set: (inout CalibratorOptions) -> Void = { _ in }) -> CalibratorOptions {
    var options = CalibratorOptions()
    set(&options)
    return options
  }

  static func settings(_ set: (inout FitSettings) -> Void = { _ in }) -> FitSettings {
    var settings = FitSettings()
    set(&settings)
    return settings
  }

  static func fit(
    _ method: String, _ table: CalibrationTable, _ settings: FitSettings = .init(),
    _ set: (inout CalibratorOptions) -> Void = { _ in }
  ) throws -> Calibration {
    try Calibrators.calibrator(method, options(set)).fit(table, settings, date: "2026-01-31")
  }

  /// Saved as text and read again.
  static func saved(_ calibration: Calibration) throws -> Calibration {
    try Calibration(json: JSONValue(parsing: calibration.json.text(indent: 2)))
  }

  /// As many covariates as the method needs at least, for tests that walk all methods.
  static func covariates(of method: String) throws -> [Covariate] {
    let count = try Calibrators.registry.entry(for: method).covariateCount
    return [Covariate.length, .column("words")]
      .prefix(max(1, count.lowerBound)).map { $0 }
  }
}

extension Made {
  /// Normal numbers from a seed.
  struct Normals {
    private var generator: SplitMix
    init(seed: UInt64) { generator = SplitMix(state: seed) }

    mutating func next() -> Double {
      let radius = (-2 * log(Double.random(in: 1e-300...1, using: &generator))).squareRoot()
      return radius * cos(2 * .pi * Double.random(in: 0..<1, using: &generator))
    }
  }

  /// How the rows of `prompts(…)` come about.
  struct Recipe {
    var prompts = 60
    var responses = 2
    var seed: UInt64 = 1
    /// Score per standard deviation of the covariate: within prompts, and that of the prompt's mean.
    var within = 0.0
    var between = 0.0
    /// Labels per standard deviation of the covariate; nil for no labels.
    var labelSlope: Double?
    /// How much of the quality that labels follow the score sees.
    var quality = 1.0
    var noise = 0.5
  }

  /// Prompts whose covariate has a level and a spread of standard deviation 1 each, around 1000 with
  /// 200 a unit.
  static func table(_ set: (inout Recipe) -> Void) throws -> CalibrationTable {
    var recipe = Recipe()
    set(&recipe)
    var normals = Normals(seed: recipe.seed)
    var scores: [Double] = []
    var lengths: [Double] = []
    var labels: [Double] = []
    var ids: [String] = []
    for prompt in 0..<recipe.prompts {
      let level = normals.next()
      for _ in 0..<recipe.responses {
        let own = normals.next()
        let quality = normals.next()
        ids.append("p\(prompt)")
        lengths.append(1000 + 200 * (level + own))
        scores.append(
          recipe.between * level + recipe.within * own + recipe.quality * quality
            + recipe.noise * normals.next())
        labels.append(quality + (recipe.labelSlope ?? 0) * own)
      }
    }
    return try CalibrationTable(
      scores: scores, values: lengths, covariate: .length, prompts: PromptGroups(ids),
      labels: recipe.labelSlope == nil ? nil : labels)
  }
}

/// `calibrators.json`: one table, and what other programs make of it.
struct CalibratorReference {
  private let json: JSONValue
  let scores: [Double]
  let lengths: [Double]
  let words: [Double]
  let labels: [Double]
  let prompts: [String]

  init() throws {
    json = try JSONValue(
      parsing: String(contentsOf: fixture("calibrators.json"), encoding: .utf8))
    let table = json["table"]
    func column(_ name: String) -> [Double] {
      table?[name]?.array?.compactMap(\.double) ?? []
    }
    (scores, labels) = (column("score"), column("label"))
    (lengths, words) = (column("length"), column("words"))
    prompts = table?["prompt"]?.array?.compactMap(\.string) ?? []
  }

  func numbers(_ method: String, _ name: String) -> [Double] {
    json[method]?[name]?.array?.compactMap(\.double) ?? []
  }

  func number(_ method: String, _ name: String) -> Double {
    json[method]?[name]?.double ?? .nan
  }

  func table(_ covariates: [String] = ["length"]) throws -> CalibrationTable {
    try CalibrationTable(
      scores: scores, columns: covariates.map { $0 == "words" ? words : lengths },
      covariates: covariates.map { .named($0) }, prompts: PromptGroups(prompts), labels: labels)
  }

  /// Of the scores, which most tolerances are relative to.
  var range: Double { (scores.max() ?? 0) - (scores.min() ?? 0) }
}
