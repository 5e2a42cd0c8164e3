/// The page: well-formed, escaped, complete with whatever is missing.
import Foundation
import TareCore
import TareEvaluation
import TareReport
import TareTesting
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct ReportTests {
  private static let hostile = "<script>alert(1)</script>\"'&\u{1}]]>"

  private static func responses(_ count: Int) -> [Report.Response] {
    var random = SplitMix(state: 7)
    return (0..<count).map { _ in
      let length = Double.random(in: 0...3000, using: &random)
      return .init(
        length: length, score: length / 1000, calibrated: .random(in: -1...1, using: &random))
    }
  }

  private static func reports() throws -> [(name: String, report: Report)] {
    let made = try Made.small()
    let curve = LengthCurve(
      places: [
        .init(length: 0, score: 0, interval: -1...1),
        .init(length: 3000, score: 3, interval: 2...4),
      ], pooled: .init(0.5, 0.4...0.6), withinPrompt: .init(0.1))
    func report(_ runs: Report.Run...) -> Report { Report(title: "T", date: "D", runs: runs) }
    var whole = Report.Run(
      name: "whole", raw: made.raw, calibrated: made.calibrated, comparison: made.comparison)
    whole.responses = .init(responses(100))
    (whole.before, whole.after) = (curve, curve)
    whole.removed = [PlotPoint(x: 0, y: 1), PlotPoint(x: 3000, y: 2)]
    whole.advice = Advice(corrects: true, reason: "Why.")
    whole.margins = .init(
      raw: (0..<50).map { Double($0 % 7) - 2 }, calibrated: (0..<50).map { Double($0 % 5) - 1 })
    whole.changes = Changes(
      gained: 1, lost: 1, examples: [example("a", true), example("b", false)])
    whole.bestOfN = BestOfNCurves(panels: [
      .init(title: "Best", unit: "label", raw: points, calibrated: points)
    ])
    whole.provenance = [.init("Model", "m")]
    let rawAlone = Report.Run(name: "raw alone", raw: made.raw)
    var dense = whole
    dense.responses = .init(responses(5000))
    var odd = Report.Run(name: "odd")
    odd.responses = [
      .init(length: 0, score: 1), .init(length: .nan, score: 1),
      .init(length: 5, score: .infinity),
    ]
    odd.before = LengthCurve(places: [.init(length: 3, score: 2)])
    odd.margins = .init(raw: [0, .infinity, .nan], calibrated: [0])
    var tiny = Report.Run(name: "tiny")
    let least = Double.leastNonzeroMagnitude
    tiny.margins = .init(raw: [-least, 0, 2 * least], calibrated: [-least, least, 1e-300])
    var noLengths = rawAlone
    noLengths.raw = try Made([MadePair(1, 1)]).raw
    let hostileMade = try Made([MadePair(1, 0, subset: hostile, section: hostile)])
    var hostileRun = whole
    hostileRun.name = hostile
    hostileRun.raw = hostileMade.raw
    hostileRun.calibrated = hostileMade.calibrated
    hostileRun.comparison = hostileMade.comparison
    hostileRun.calibration = CalibrationStory(
      .stored(date: hostile), method: hostile, labels: .unused)
    hostileRun.advice = Advice(corrects: false, reason: hostile)
    hostileRun.changes = Changes(
      gained: 2, lost: 0, examples: [example(hostile, true), example(hostile, true)])
    hostileRun.provenance = [.init(hostile, hostile)]
    let several = Leaderboard([("whole", made.raw), (hostile, made.calibrated)], seed: 1)
    let duel = Report.Duel(first: "whole", second: hostile, comparison: made.comparison)
    var inspected = report()
    inspected.routing = [try .small(model: hostile), try .small()]
    inspected.attention = [try .small(model: hostile, gates: hostile), try .small(positions: 0)]
    var withRuns = report(whole)
    (withRuns.routing, withRuns.attention) = ([try .big()], [try .small(gates: "none")])
    return [
      ("whole", report(whole)), ("no run", report()), ("empty run", report(.init(name: "r"))),
      ("raw alone", report(rawAlone)), ("several", report(whole, rawAlone, .init(name: "r"))),
      ("inspected", inspected), ("runs and inspections", withRuns), ("dense", report(dense)),
      ("odd numbers", report(odd)), ("tiny margins", report(tiny)),
      ("no lengths", report(noLengths)),
      (
        "compared",
        Report(
          title: "T", date: "D", runs: [whole, rawAlone], leaderboard: several, duels: [duel])
      ),
      (
        "hostile",
        Report(
          title: hostile, date: hostile, runs: [hostileRun],
          provenance: [.init(hostile, hostile)])
      ),
    ]
  }

  private static func example(_ text: String, _ isGained: Bool) -> Changes.Example {
    .init(
      id: text, subset: text, isGained: isGained, margin: .init(raw: -1, calibrated: 2),
      prompt: text,
      responses: [
        .init(name: text, text: text, length: 3, raw: 1, calibrated: 2), .init(name: "b", text: ""),
      ])
  }

  private static let points: [BestOfNCurves.Point] = (1...4).map {
    .init(n: $0, kl: 0.1, prompts: 9, value: Double($0), interval: Double($0) - 1...Double($0) + 1)
  }

  @Test func `every page is well-formed XML with every section once`() throws {
    for (name, report) in try ReportTests.reports() {
      let page = report.html()
      let outline = try Outline(of: page)
      let hasInspections = !report.routing.isEmpty
      let waiting = ["audit", "probes", "questions"]
      let shown = ReportSections.registry.keys.filter { !waiting.contains($0) }.filter {
        key in
        hasInspections
          ? ["routing", "attention", "provenance"].contains(key) || !report.runs.isEmpty
          : !["routing", "attention"].contains(key)
      }
      #expect(outline.sections == shown, "\(name)")
      #expect(outline.emptySections.isEmpty, "\(name): \(outline.emptySections)")
      #expect(Set(outline.ids).count == outline.ids.count, "\(name): \(outline.ids)")
      #expect(outline.names.isDisjoint(with: ["img", "link", "iframe"]), "\(name)")
      #expect(outline.addresses.allSatisfy { $0.hasPrefix("#") || $0.hasPrefix("data:text/csv;") })
      #expect(page.components(separatedBy: "<script").count == 2, "\(name)")
      #expect(!page.contains(/\b(nan|inf)\b/), "\(name)")
    }
  }

  @Test func `text from data is shown and never markup`() throws {
    let report = try #require(try ReportTests.reports().first { $0.name == "hostile" }).report
    let page = report.html()
    // The page's own, and no other.
    #expect(page.components(separatedBy: "<script").count == 2)
    let shown = "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;\u{FFFD}]]&gt;"
    #expect(page.contains("<h1>\(shown)</h1>"))
    #expect(page.contains("<th scope=\"row\">\(shown)</th>"))
    #expect(page.contains("<td>\(shown)</td>"))
    #expect(page.contains("<title>\(shown)</title>"))
  }

  @Test func `missing parts are named`() throws {
    let page = Report(title: "T", date: "D", runs: [.init(name: "r")]).html()
    #expect(page.contains("There are no labelled pairs."))
    #expect(page.contains("There are no responses with both score and length."))
    #expect(page.contains("No provenance was recorded."))
  }

  @Test func `many responses are drawn as squares, and the page stays small`() throws {
    var run = Report.Run(name: "r")
    run.responses = .init(ReportTests.responses(100_000))
    let page = Report(title: "T", date: "D", runs: [run]).html()
    #expect(page.contains("100,000 responses, darker where denser"))
    // The limit for a report of 100,000 scores.
    #expect(page.utf8.count < 3_000_000)
    run.responses = .init(ReportTests.responses(1500))
    let dots = Report(title: "T", date: "D", runs: [run]).html()
    #expect(dots.count(of: "<circle") == 3000)
  }

  @Test func `section keys are unique and summaries are there`() {
    let help = ReportSections.registry.help
    #expect(Set(help.map(\.key)).count == help.count)
    #expect(help.allSatisfy { !$0.summary.isEmpty })
    #expect(
      help.map(\.key) == [
        "answer", "accuracy", "length-curve", "by-length", "reliability", "margins", "changes",
        "side-by-side", "best-of-n", "audit", "probes", "questions", "routing", "attention",
        "provenance",
      ])
  }
}

extension String {
  fileprivate func count(of part: String) -> Int { components(separatedBy: part).count - 1 }
}

/// What an XML parser finds in a page.
private final class Outline: NSObject, XMLParserDelegate {
  private(set) var sections: [String] = []
  private(set) var emptySections: [String] = []
  private(set) var ids: [String] = []
  private(set) var names: Set<String> = []
  private(set) var addresses: [String] = []
  private var elementsInSection = 0

  init(of page: String) throws {
    super.init()
    let parser = XMLParser(data: Data(page.utf8))
    parser.delegate = self
    guard parser.parse() else {
      throw TareError.badData(
        place: "line \(parser.lineNumber), column \(parser.columnNumber)",
        found: "\(String(describing: parser.parserError))", accepted: "well-formed XML")
    }
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    names.insert(name)
    if let id = attributes["id"] { ids.append(id) }
    for attribute in ["href", "src"] {
      if let address = attributes[attribute] { addresses.append(address) }
    }
    elementsInSection += 1
    if name == "section" {
      sections.append(attributes["id"] ?? "")
      elementsInSection = 0
    }
  }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    // Its title, and something more.
    if name == "section", elementsInSection < 2 { emptySections.append(sections.last ?? "") }
  }
}
