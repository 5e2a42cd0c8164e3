/// A CSV file read in pieces, read whole, and its rows as JSON Lines are one table.
import Foundation
import TareCalibration
import TareCore
import TarePipeline
import TareTesting
import Testing

@Suite struct CalibrationTableTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Rows as texts, and how they are written.
  private struct Sample {
    var columns: [String] = []
    var rows: [[String]] = []

    private static let optional = [
      "id", "prompt_id", "role", "label", "gold", "rm", "subset", "section", "index", "prompt",
      "is_chosen", "pair_id",
    ]

    /// The values of a column: what people write there, and now and then what they should not.
    private static let values: [String: [[String]]] = [
      "role": [
        ["response"], ["chosen", "rejected"], ["chosen", "rejected", "response"],
        ["response", "x"],
      ],
      "label": [
        ["0", "1"], ["chosen", "rejected"], ["True", "false"], ["0", "1", "true"], ["", "1"], [""],
        ["4.5", "0", "1"], ["Yes", " no "], ["yes", "1"], ["maths", "law"], ["1", "nan"],
      ],
      "rm": [["m"], ["m", "n"], [""]],
      "subset": [["s", "t"], ["s"], ["", "t"], ["é", "e\u{301}"]],
      "section": [["a"], ["a", "b"]],
      "index": [["0"], ["x"], [""]],
      "prompt": [
        ["Why?", "How, then?", "Say \"it\""], ["é", "e\u{301}", "x"], ["", "q"],
        [String(repeating: "long ", count: 30), String(repeating: "long ", count: 30) + "x"],
      ],
    ]

    init(_ generator: inout SplitMix) {
      columns = Self.optional.filter { _ in Bool.random(using: &generator) }
      columns += ["score", "len"]
      columns.shuffle(using: &generator)
      let spellings = columns.map { name in
        Int.random(in: 0..<40, using: &generator) == 0 ? " \(name.capitalized)" : name
      }
      let pools = columns.map { name -> [String] in
        let known = Self.values[name == "gold" || name == "is_chosen" ? "label" : name]
        return known?.randomElement(using: &generator) ?? ["a", "b", "c", "d"]
      }
      for row in 0..<Int.random(in: 1...14, using: &generator) {
        rows.append(
          zip(columns, pools).map { name, pool in
            switch name {
            case "score": "\(Double(Int.random(in: -50...50, using: &generator)) / 8)"
            case "len": "\(Int.random(in: 0...99, using: &generator))"
            case "index" where pool == ["0"]: "\(row)"
            default: pool.randomElement(using: &generator) ?? ""
            }
          })
      }
      columns = spellings
    }

    var csv: String {
      ([columns] + rows).map { row in
        row.map { "\"\($0.replacing("\"", with: "\"\""))\"" }.joined(separator: ",") + "\n"
      }.joined()
    }

    var lines: String {
      rows.map { row in
        var object = JSONObject()
        for (name, value) in zip(columns, row) {
          let isNumber = ["score", "len"].contains(name.lowercased().filter { $0 != " " })
          object[name] = isNumber ? Double(value).map { .double($0) } : .string(value)
        }
        return JSONValue.object(object).text() + "\n"
      }.joined()
    }
  }

  private func request(_ path: String, _ change: (inout CalibrateRequest) -> Void)
    -> CalibrateRequest
  {
    var request = CalibrateRequest(source: ScoreSource(.file(path)))
    request.covariates = ["len"]
    change(&request)
    return request
  }

  private func expectSame(
    _ a: CalibrationTable, _ b: CalibrationTable, hasSubsets: Bool = true, _ comment: Comment
  ) {
    #expect(a.scores.map(\.bitPattern) == b.scores.map(\.bitPattern), comment)
    #expect(a.columns == b.columns, comment)
    #expect(a.covariates == b.covariates, comment)
    #expect(a.labels == b.labels, comment)
    // In pieces they are told by the prompts alone: fits by subset take the table whole.
    if hasSubsets { #expect(a.subsets == b.subsets, comment) }
    #expect(a.prompts?.groupOfRow == b.prompts?.groupOfRow, comment)
    #expect(a.prompts?.ids == b.prompts?.ids, comment)
  }

  /// - Returns: the tables; nil for what is refused.
  private func outcome<Value>(_ body: () throws -> Value) -> Result<Value, TareError>? {
    do {
      return .success(try body())
    } catch let error as TareError {
      return .failure(error)
    } catch {
      Issue.record(error)
      return nil
    }
  }

  static let variants = [
    "as it is", "--label gold", "--group id", "--skip-bad-rows", "--label none",
  ]

  @Test(arguments: variants)
  func `in pieces, whole and as JSON Lines a file is one table`(_ variant: String) throws {
    var generator = SplitMix(state: variant.utf8.reduce(UInt64(0)) { $0 &* 31 &+ UInt64($1) })
    let pipeline = Pipeline()
    var (inPieces, labelled, refused) = (0, 0, 0)
    for seed in 0..<700 {
      let sample = Sample(&generator)
      let path = try folder.file("in.csv", Data(sample.csv.utf8))
      let request = request(path) { request in
        switch variant {
        case "--label gold": request.source.label = "gold"
        case "--group id": request.source.group = "id"
        case "--skip-bad-rows": request.source.skipsBadRows = true
        case "--label none": request.source.label = "none"
        default: break
        }
      }
      var other = request
      other.source.place = .file(try folder.file("in.jsonl", Data(sample.lines.utf8)))
      let comment: Comment = "\(variant), \(seed):\n\(sample.csv)"
      let pieces = outcome { try pipeline.tableInPieces(request) }
      let whole = outcome { try pipeline.tables(request) }
      let lines = outcome { try pipeline.tables(other) }
      switch (whole, lines) {
      case (.success(let whole)?, .success(let lines)?):
        #expect(whole.count == lines.count, comment)
        for (a, b) in zip(whole, lines) { expectSame(a, b, comment) }
      case (.failure?, .failure?): break
      default: Issue.record("CSV and JSON Lines differ: \(comment)")
      }
      switch (pieces, whole) {
      case (.success(nil)?, _): break
      case (.success(let pieces?)?, .success(let whole)?):
        inPieces += 1
        if pieces.labels != nil { labelled += 1 }
        #expect(whole.count == 1, comment)
        if let whole = whole.first { expectSame(pieces, whole, hasSubsets: false, comment) }
      case (.failure?, .failure?): refused += 1
      default: Issue.record("in pieces and whole differ: \(comment)")
      }
    }
    #expect(inPieces > 30)
    #expect(variant == "--label none" || labelled > 10)
    #expect(["--skip-bad-rows", "--label none"].contains(variant) || refused > 10)
  }
}
