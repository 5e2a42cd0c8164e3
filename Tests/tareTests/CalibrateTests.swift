/// `tare calibrate` from outside: every method from a table, what it saves, and what it refuses.
import Foundation
import TareCore
import TareTesting
import Testing

@Suite struct CalibrateTests {
  private static let methods = [
    "auto", "lowess", "mean", "penalty", "lowess-penalty", "within-prompt", "additive", "joint",
    "surface", "monotone", "bradley-terry", "isotonic", "quantile",
  ]

  private let folder: TemporaryFolder
  private let scores: String

  /// Sixty prompts with two responses: longer ones score higher, labels know nothing of length.
  init() throws {
    folder = try TemporaryFolder()
    var generator = SplitMix(state: 6)
    var csv = "prompt_id,score,len_char,words,subset,label\n"
    for prompt in 0..<60 {
      let qualities = (0..<2).map { _ in Double.random(in: -1...1, using: &generator) }
      for (index, quality) in qualities.enumerated() {
        let length = Int.random(in: 10...2000, using: &generator)
        let label = quality > qualities[1 - index] ? 1 : 0
        csv += "\(prompt),\(quality + Double(length) / 800),\(length),\(length / 5 + prompt),"
        csv += "s\(prompt % 2),\(label)\n"
      }
    }
    scores = try folder.file("scores.csv", Data(csv.utf8))
  }

  private func covariates(_ method: String) -> [String] {
    ["--covariate", "len_char"] + (method == "surface" ? ["--covariate", "words"] : [])
  }

  private func calibrate(_ arguments: [String]) throws -> Program.Result {
    try Program.run(["calibrate", scores, "--group", "prompt_id"] + arguments)
  }

  @Test(
    arguments: methods + ["lowess --per-subset", "lowess --ignore-labels", "auto --cross-fit 5"])
  func `Parquet is calibrated as CSV is`(method: String) throws {
    let words = method.split(separator: " ").map(String.init)
    let parquet = folder.path("scores.parquet")
    #expect(
      try calibrate(covariates("penalty") + ["--method", "penalty", "-o", parquet]).status == 0)
    var written: [String] = []
    for source in [scores, parquet] {
      let out = folder.path("out.csv")
      let result = try Program.run(
        ["calibrate", source, "--group", "prompt_id", "-o", out] + covariates(words[0])
          + ["--method"] + words)
      #expect(result.status == 0, "\(result.error)")
      written.append(try result.output + String(contentsOfFile: out, encoding: .utf8))
    }
    #expect(written[0] == written[1])
  }

  @Test(arguments: methods)
  func `a method's calibration is saved, and applied gives the same file`(method: String) throws {
    let saved = folder.path("\(method).json")
    let first = folder.path("\(method)-a.csv")
    let second = folder.path("\(method)-b.csv")
    let fitted = try calibrate(
      covariates(method) + ["--method", method, "--save", saved, "-o", first])
    #expect(fitted.status == 0, "\(fitted.error)")
    #expect(fitted.output.contains("rank corr."))
    if method == "auto" {
      #expect(fitted.output.contains("orrected. "), "it says what it decided and why")
    } else {
      #expect(fitted.output.contains("\(method)"))
    }
    let applied = try calibrate(["--apply", saved, "-o", second])
    #expect(applied.status == 0, "\(applied.error)")
    let rows = try String(contentsOfFile: first, encoding: .utf8)
    #expect(try rows == String(contentsOfFile: second, encoding: .utf8))
    #expect(rows.hasPrefix("prompt_id,score,len_char,words,subset,label,calibrated,bias\n"))
    #expect(rows.split(separator: "\n").count == 121)
    let json = try JSONValue(parsing: String(contentsOfFile: saved, encoding: .utf8))
    #expect(json["version"] == 3)
    #expect(json["method"]?.string == method)
    #expect(json["n"] == 120)
    #expect(json["prompts"] == 60)
    #expect(json["bias"]?["form"]?.string?.isEmpty == false)
  }

  @Test func `auto is the default, and the JSON says what it found`() throws {
    let result = try calibrate(covariates("auto") + ["--json"])
    #expect(result.status == 0, "\(result.error)")
    let part = try #require(JSONValue(parsing: result.output)["parts"]?.array?.first)
    #expect(
      part.object?.keys == [
        "name", "rows", "method", "parameters", "gamma", "findings", "before", "after",
        "outside_range", "pairs", "pairs_changed", "share_of_pairs_changed", "selection", "labels",
      ])
    #expect(part["method"] == "auto")
    #expect(part["findings"]?["decision"] == "correct")
    #expect(part["findings"]?["basis"] == "labels")
    #expect(part["findings"]?["reason"]?.string?.hasPrefix("The labels support it") == true)
    for time in ["before", "after"] {
      for kind in ["pooled", "within_prompt"] {
        let interval = part[time]?[kind]?["rank_correlation_interval"]?.array
        #expect(interval?.count == 2)
      }
      #expect(part[time]?["curve"]?.array?.isEmpty == false)
    }
    #expect(part["pairs"] == 60)
    #expect(part["before"]?["independent_of_quality"] == .bool(true))

    let blind = try calibrate(covariates("auto") + ["--ignore-labels", "--json"])
    let findings = try JSONValue(parsing: blind.output)["parts"]?.array?.first?["findings"]
    #expect(findings?["basis"] == "scores")
    #expect(findings?["assume"] == "more")
    let less = try calibrate(
      covariates("auto") + ["--ignore-labels", "--assume", "less", "--json"])
    let other = try JSONValue(parsing: less.output)["parts"]?.array?.first
    #expect(other?["findings"]?["decision"] == "abstain")
    #expect(other?["gamma"]?.double == 0)
    #expect(other?["pairs_changed"] == 0)
  }

  @Test func `abstaining says so in words and leaves the scores`() throws {
    let output = folder.path("left.csv")
    let result = try calibrate(
      covariates("auto") + ["--ignore-labels", "--assume", "less", "-o", output])
    #expect(result.status == 0, "\(result.error)")
    #expect(result.output.contains("Not corrected. "))
    for row in try plainCSV(URL(filePath: output)) {
      #expect(row.number("calibrated") == row.number("score"))
      #expect(row.number("bias") == 0)
    }
  }

  @Test(arguments: [
    ["--gamma", "0.5"], ["--gamma", "labels"], ["--gamma", "decorrelate"], ["--cross-fit", "4"],
    ["--per-subset"], ["--per-subset", "--shrinkage", "50"], ["--keep-mean"], ["--scale", "log"],
    ["--scale", "rank"], ["--frac", "0.4", "--it", "0", "--delta", "5"],
  ])
  func `common options work from the command line`(options: [String]) throws {
    let result = try calibrate(covariates("lowess") + ["--method", "lowess", "--json"] + options)
    #expect(result.status == 0, "\(result.error)")
    let part = try #require(JSONValue(parsing: result.output)["parts"]?.array?.first)
    let raw = try #require(part["before"]?["pooled"]?["rank_correlation"]?.double)
    let left = try #require(part["after"]?["pooled"]?["rank_correlation"]?.double)
    #expect(abs(left) < abs(raw))
    #expect((part["gamma"]?.double ?? 0) > 0)
  }

  @Test(arguments: [
    (["--method", "spline"], "known: auto, lowess, mean"),
    (
      ["--method", "lowess", "--levels", "5"],
      "method lowess has no option levels: expected one of frac"
    ),
    (["--method", "auto", "--gamma", "1"], "method auto does not support gamma"),
    (["--method", "lowess", "--gamma", "much"], "a finite number, labels, decorrelate"),
    (["--method", "lowess", "--scale", "sqrt"], "--scale: expected char, log, rank, found sqrt"),
    (["--method", "auto", "--assume", "all"], "--assume: expected more, less, any, found all"),
    (
      ["--method", "monotone", "--direction", "up"],
      "--direction: expected increasing, decreasing, found up"
    ),
    (
      ["--method", "penalty", "--coefficient", "x"],
      "--coefficient: expected a finite number, tuned, found x"
    ),
    (["--method", "penalty", "--scale", "rank"], "expected char, log, found rank"),
    (
      ["--method", "lowess", "--cross-fit", "1"], "cross-fitting: expected 2 to 100 folds, found 1"
    ),
    (["--method", "lowess", "--frac", "1.5"], "from 0 to 1"),
    (["--method", "lowess", "--shrinkage", "9"], "--shrinkage requires --per-subset"),
    (["--method", "surface"], "method surface, covariates: expected 2, found 1"),
    (["--method", "bradley-terry", "--ignore-labels"], "requires a label in every row"),
    (["--apply", "none.json"], "none.json: expected …, found no readable file"),
  ])
  func `wrong options are told with what is accepted`(options: [String], mention: String) throws {
    let result = try calibrate(["--covariate", "len_char"] + options)
    #expect(result.status == (options[0] == "--apply" ? 65 : 64), "\(result.error)")
    #expect(result.error.shows(mention), "\(result.error)")
    #expect(result.output.isEmpty)
  }

  @Test func `several reward models are calibrated each by itself, and saved one at a time`() throws
  {
    let rows = try String(contentsOfFile: scores, encoding: .utf8).split(separator: "\n")
    let lines =
      ["rm,\(rows[0])"] + rows.dropFirst().map { "one,\($0)" }
      + rows.dropFirst().map { "two,\($0)" }
    let both = try folder.file("both.csv", Data((lines.joined(separator: "\n") + "\n").utf8))
    let arguments = ["calibrate", both, "--group", "prompt_id"] + covariates("lowess")
    let result = try Program.run(arguments + ["--json"])
    #expect(result.status == 0, "\(result.error)")
    let parts = try JSONValue(parsing: result.output)["parts"]?.array ?? []
    #expect(parts.map { $0["name"]?.string } == ["one", "two"])
    #expect(parts.first?["after"] == parts.last?["after"])
    let text = try Program.run(arguments + ["-o", folder.path("both-out.csv")])
    #expect(text.output.contains("gamma"))
    #expect(text.output.contains("one: Corrected. "))
    let saved = try Program.run(arguments + ["--save", folder.path("both.json")])
    #expect(saved.status == 64)
    #expect(saved.error.contains("choose one with --where COLUMN=VALUE"), "\(saved.error)")
    let one = try Program.run(
      arguments + ["--where", "rm=one", "--save", folder.path("one.json")])
    #expect(one.status == 0, "\(one.error)")
  }

  @Test func `a saved calibration takes no settings and no other covariate`() throws {
    let saved = folder.path("saved.json")
    let fitted = try calibrate(
      covariates("lowess") + ["--method", "lowess", "--save", saved, "-o", folder.path("o.csv")])
    #expect(fitted.status == 0, "\(fitted.error)")
    for option in [["--gamma", "1"], ["--method", "lowess"], ["--keep-mean"], ["--frac", "1"]] {
      let result = try calibrate(["--apply", saved] + option)
      #expect(result.status == 64)
      #expect(
        result.error.contains("unchanged and cannot be combined with \(option[0])"),
        "\(result.error)")
    }
    let other = try calibrate(["--apply", saved, "--covariate", "words"])
    #expect(other.status == 65)
    #expect(other.error.contains("len_char"))
    let broken = try folder.file("broken.json", Data("{\"version\": 1}".utf8))
    let result = try calibrate(["--apply", broken])
    #expect(result.status == 65)
    #expect(result.error.contains("broken.json, calibration.version"), "\(result.error)")
  }

  @Test func `a subset without a fit of its own is named`() throws {
    let saved = folder.path("subsets.json")
    let fitted = try calibrate(
      covariates("lowess") + [
        "--method", "lowess", "--per-subset", "--save", saved, "-o", folder.path("o.csv"),
      ])
    #expect(fitted.status == 0, "\(fitted.error)")
    let other = try folder.file(
      "other.csv", Data("prompt_id,score,len_char,subset\na,1,100,s0\na,2,50,s9\n".utf8))
    let result = try Program.run(["calibrate", other, "--apply", saved, "-o", "-"])
    #expect(result.status == 0)
    #expect(result.error.contains("has no fit for 's9'"), "\(result.error)")
    #expect(!result.error.contains("s0"))
  }
}
