/// `tare report`: runs of a store and score files as one HTML page.
internal import Foundation
internal import TareCalibration
package import TareCore
internal import TareEvaluation
internal import TareInspection
internal import TareReport
internal import TareStore

package struct ReportRequest: Sendable {
  /// What is told of, in the order of the page, and how it is evaluated.
  package var evaluation: EvaluateRequest
  /// How scores that have no calibrated ones beside them are calibrated for the page; nil not at all.
  package var calibration: CalibrateSettings? = CalibrateSettings()
  package var title: String?
  /// Files of what `tare inspect --routing` or `--attention`, `tare decide --audit` or `tare evaluate
  /// --probabilities` printed with --json.
  package var inspections: [String] = []
  /// Files of what `tare audit` or `tare probe` printed with --json.
  package var findings: [String] = []
  /// Examples of what calibration puts right and of what it puts wrong, so many of each.
  package var examples = 20
  /// What the page says made it: program, version, command.
  package var origin: [(name: String, value: String)] = []

  package init(_ evaluation: EvaluateRequest) { self.evaluation = evaluation }
}

extension Pipeline {
  /// The names of a store's runs, as a report takes them where none is named.
  package func runNames(in store: String) throws(TareError) -> [String] {
    let names = try existingStore(store).runs().map(\.run.name)
    guard !names.isEmpty else { throw .usage("\(store): the store has no runs") }
    return names
  }

  /// The page, as HTML.
  package func report(_ request: ReportRequest) throws(TareError) -> String {
    var request = request
    for index in request.evaluation.sources.indices {
      try request.evaluation.sources[index].readPipe()
    }
    guard request.examples >= 0 else {
      throw .usage("--examples: expected 0 or more, found \(request.examples)")
    }
    let inspections = try request.inspections.map { (path) throws(TareError) in
      try ReportedInspection(path)
    }
    let findings = try request.findings.map { (path) throws(TareError) in
      try FindingsFile(path)
    }
    let sources = request.evaluation.sources
    let names = sources.names
    let evaluator = try Evaluator(request.evaluation)
    let start = ContinuousClock.now
    var runs: [ReportedRun] = []
    for (place, (source, name)) in zip(sources, names).enumerated() {
      if observer.shouldStop() { throw .interrupted("stopped; nothing was written") }
      let reporter = RunReporter(request, evaluator, facts: try source.facts())
      if let files = try source.filesOfFolder() {
        runs.append(try reporter.run(of: evaluator.model(ofAll: files, name: name), name: name))
      } else {
        runs += try evaluator.eachModel(of: source, name: sources.count > 1 ? name : nil) {
          (model) throws(TareError) in try reporter.run(of: model, name: name)
        }
      }
      observer.report(
        StageProgress(
          work: "reported", done: place + 1, computed: place + 1, total: sources.count, tokens: 0,
          seconds: start.duration(to: .now) / .seconds(1)))
    }
    var page = page(of: runs, inspections, request, evaluator)
    page.audits = findings.flatMap(\.audits)
    page.probes = findings.flatMap(\.probes)
    if request.title == nil, runs.isEmpty, inspections.isEmpty,
      let first = (page.audits + page.probes).first
    {
      page.title = first.subject
    }
    page.provenance += findings.flatMap(\.facts)
    return page.html()
  }

  private func page(
    of runs: [ReportedRun], _ inspections: [ReportedInspection], _ request: ReportRequest,
    _ evaluator: Evaluator
  ) -> Report {
    let evaluated = runs.compactMap { run in run.page.raw.map { (run.page.name, $0) } }
    let isComparable =
      evaluated.count > 1 && evaluated.count == runs.count
      && Set(evaluated.map(\.1.benchmark)).count == 1
    var page = Report(
      title: request.title ?? title(of: runs, inspections),
      date: Date.now.formatted(.iso8601.year().month().day()), runs: runs.map(\.page),
      leaderboard: isComparable ? Leaderboard(evaluated, seed: request.evaluation.seed) : nil,
      duels: isComparable ? duels(runs, evaluator) : [],
      routing: inspections.compactMap(\.file?.routing),
      attention: inspections.compactMap(\.file?.attention),
      provenance: request.origin.map { Report.Fact($0.name, $0.value) }
        + [.init("Written", Self.now)] + bootstrap(runs, request) + inspections.flatMap(\.facts))
    page.questions = inspections.compactMap(\.questions)
    return page
  }

  private func title(of runs: [ReportedRun], _ inspections: [ReportedInspection]) -> String {
    let models = Set(runs.isEmpty ? inspections.flatMap(\.models) : runs.map(\.page.name))
    if let only = models.first, models.count == 1, runs.count < 2 { return only }
    return "\(runs.isEmpty ? models.count : runs.count) reward models"
  }

  private func bootstrap(_ runs: [ReportedRun], _ request: ReportRequest) -> [Report.Fact] {
    guard !runs.isEmpty else { return [] }
    let evaluation = request.evaluation
    return [.init("Bootstrap", "\(evaluation.bootstrap) resamples, seed \(evaluation.seed)")]
  }

  /// More runs than these are compared with the best alone, in the leaderboard.
  private static let mostInDuels = 6

  private func duels(_ runs: [ReportedRun], _ evaluator: Evaluator) -> [Report.Duel] {
    guard runs.count <= Self.mostInDuels else { return [] }
    var duels: [Report.Duel] = []
    for (place, first) in runs.enumerated() {
      for second in runs[(place + 1)...] {
        // Runs of other prompts cannot be compared, and the leaderboard says so.
        guard
          let comparison = try? first.benchmark.compare(
            first.responses, second.responses, evaluator.options)
        else { continue }
        duels.append(
          .init(first: first.page.name, second: second.page.name, comparison: comparison))
      }
    }
    return duels
  }
}

/// An inspection's file, and where it comes from.
private struct ReportedInspection {
  let file: InspectionFile?
  /// nil for the inside of a model.
  let questions: TypedQuestions?
  let facts: [Report.Fact]

  /// - Throws: `TareError.badData` for a file that cannot be read or holds something else.
  init(_ path: String) throws(TareError) {
    let input = try InputFile(path)
    do throws(TareError) {
      questions = try (try? JSONValue(parsing: input.bytes)).flatMap {
        (json) throws(TareError) in try TypedQuestions(json)
      }
    } catch {
      throw error.inside(input.name)
    }
    file = questions == nil ? try InspectionFile(reading: input) : nil
    let name = path == "-" ? input.name : URL(filePath: path).lastPathComponent
    facts = [
      .init("Inspection", name),
      .init(
        "Inspection SHA-256", input.digest.description),
    ]
  }

  var models: [String] {
    [file?.routing?.model, file?.attention?.model, questions?.name].compactMap(\.self)
  }
}

extension ScoreSource {
  /// Where its numbers come from, as far as the source itself tells.
  fileprivate func facts() throws(TareError) -> [Report.Fact] {
    switch place {
    case .file(let path):
      var isFolder: ObjCBool = false
      guard
        !FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) || !isFolder.boolValue
      else { return [.init("Folder", URL(filePath: path).lastPathComponent)] }
      let file: InputFile
      if let content { file = content } else { file = try InputFile(path) }
      var facts: [Report.Fact] = [
        .init("File", path == "-" ? file.name : URL(filePath: path).lastPathComponent),
        .init("File SHA-256", file.digest.description),
      ]
      if let score { facts.append(.init("Score column", score)) }
      for (name, value) in filters.sorted(by: { $0.key < $1.key }) {
        facts.append(.init("Rows where", "\(name) = \(value)"))
      }
      return facts
    case .run(let name, let path):
      let run = try existingStore(path).run(named: name)
      var facts: [Report.Fact] = [
        .init("Store", URL(filePath: path).lastPathComponent), .init("Run", name),
        .init("Model", run.scorer.modelName),
        .init("Model SHA-256", run.scorer.modelDigest.description),
        .init("Precision", run.scorer.precision), .init("Score position", run.scorer.readRule),
        .init("Scored", run.createdAt),
      ]
      if let head = run.scorer.headDigest { facts.append(.init("Head SHA-256", head.description)) }
      if let date = run.templateDate { facts.append(.init("Template date", date)) }
      if !run.settings.isEmpty {
        facts.append(.init("Settings", JSONValue.object(run.settings).text()))
      }
      return facts
    }
  }
}
