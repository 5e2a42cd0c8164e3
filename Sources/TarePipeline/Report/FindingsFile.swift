/// What `tare audit` and `tare probe` printed as JSON, for the report.
internal import Foundation
internal import TareCore
internal import TareReport

struct FindingsFile {
  private(set) var audits: [ReportedFindings] = []
  private(set) var probes: [ReportedFindings] = []
  let facts: [Report.Fact]

  /// - Throws: `TareError.badData` for a file that holds something else.
  init(_ path: String) throws(TareError) {
    let input = try InputFile(path)
    let name = path == "-" ? input.name : URL(filePath: path).lastPathComponent
    facts = [
      .init("Findings", name), .init("Findings SHA-256", input.digest.description),
    ]
    let json: JSONValue
    do throws(TareError) {
      json = try JSONValue(parsing: input.data)
    } catch {
      throw error.inside(input.name)
    }
    if let found = json["probes"]?.array {
      probes = [Self.probes(found, of: json, name)]
    } else if let parts = json["parts"]?.array,
      parts.contains(where: { $0["calibrations"] != nil })
    {
      audits = parts.flatMap(Self.audits)
    } else {
      throw .badData(
        place: input.name, found: "something else",
        accepted: "what tare audit or tare probe prints with --json")
    }
  }

  // MARK: - Audits

  private static func audits(_ part: JSONValue) -> [ReportedFindings] {
    (part["calibrations"]?.array ?? []).map { one in
      let model = part["name"]?.string.map { "\($0), " } ?? ""
      return ReportedFindings(
        subject: "\(model)\(one["name"]?.string ?? "calibration")",
        sentences: strings(one["findings"]), tables: [selection(one), substitution(one)])
    }
  }

  private static func selection(_ audited: JSONValue) -> ReportedFindings.Table {
    let rows = (audited["selection"]?.array ?? []).map { one -> [String] in
      let n = one["decisive_n"]?.int
      let point = (one["best_of_n"]?.array ?? []).first { $0["n"]?.int == n }
      let spread = one["spread_within_prompts"]?.double ?? 1
      return [
        one["covariate"]?.string ?? "", n?.text ?? "–",
        estimate(point?["raw"], over: spread), estimate(point?["calibrated"], over: spread),
        (one["verdict"]?.string ?? "").replacing("_", with: " "),
      ]
    }
    return .init(
      caption: "The best of n against what is offered, in standard deviations within prompts",
      header: ["covariate", "n", "raw", "calibrated", "verdict"], rows: rows)
  }

  private static func substitution(_ audited: JSONValue) -> ReportedFindings.Table {
    let rows = (audited["substitution"]?["covariates"]?.array ?? []).map { cell in
      [
        cell["covariate"]?.string ?? "", estimate(cell["before"]), estimate(cell["after"]),
        estimate(cell["change"]), cell["paid_for"]?.bool == true ? "paid for" : "",
      ]
    }
    return .init(
      caption: "Partial rank correlation with the score within prompts",
      header: ["covariate", "before", "after", "change", ""], rows: rows)
  }

  // MARK: - Probes

  private static func probes(
    _ found: [JSONValue], of json: JSONValue, _ name: String
  ) -> ReportedFindings {
    let rows = found.map { one -> [String] in
      let interval = one["interval"]?.array?.compactMap(\.double) ?? []
      let isNoted = one["bias"]?.bool == true ? "bias" : one["blind"]?.bool == true ? "blind" : ""
      return [
        "\(one["probe"]?.string ?? ""): \(one["summary"]?.string ?? "")",
        one["responses"]?.int?.text ?? "–", one["effect"]?.double?.significant(3) ?? "–",
        interval.count == 2
          ? "\(interval[0].significant(3)) to \(interval[1].significant(3))" : "–",
        one["effect_in_margins"]?.double?.fixed(2) ?? "–",
        one["share_flipped"]?.double.map { "\($0.percent)%" } ?? "–",
        one["detectable_effect"]?.double?.significant(2) ?? "–", isNoted,
      ]
    }
    let responses = json["responses"]?.int?.text ?? "–"
    return ReportedFindings(
      subject: name,
      sentences: [
        "\(responses) responses to \(json["prompts"]?.int?.text ?? "–") prompts, each edited and scored "
          + "again. A bias is a significant change by an edit that leaves quality the same; blind is a "
          + "score that does not fall significantly where quality falls."
      ],
      tables: [
        .init(
          caption: "Mean change of the score, by edit",
          header: [
            "edit", "edited", "effect", "95%", "standard deviations of margins",
            "pairs that change order",
            "detectable", "",
          ], rows: rows)
      ])
  }

  private static func strings(_ value: JSONValue?) -> [String] {
    (value?.array ?? []).compactMap(\.string)
  }

  private static func estimate(_ value: JSONValue?, over unit: Double = 1) -> String {
    guard let number = value?["value"]?.double, unit > 0 else { return "–" }
    let ends = (value?["interval"]?.array ?? []).compactMap(\.double)
    guard ends.count == 2 else { return (number / unit).fixed(2) }
    return
      "\((number / unit).fixed(2)) (\((ends[0] / unit).fixed(2)) to \((ends[1] / unit).fixed(2)))"
  }
}
