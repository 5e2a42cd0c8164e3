/// `tare judge`: a language model elsewhere judges responses; a score for each comes out.
internal import Foundation
package import TareCore
internal import TareFormats
internal import TareRemote
internal import TareStore

package struct JudgeRequest: Sendable {
  /// Files of conversations, pairs or candidates; "-" is standard input.
  package var inputs: [String]
  package var format: String?
  package var columns: [String] = []
  package var policy = RowPolicy()
  package var settings: JudgeSettings
  /// Where answers are kept, under the run's name; nil keeps them until the scores are written.
  package var store: String?
  package var run: String?

  package init(inputs: [String], settings: JudgeSettings) {
    self.inputs = inputs
    self.settings = settings
  }
}

extension Pipeline {
  /// - Throws: as `JudgeWork.ask`. A judge that was stopped, or reached its limit, is no error: the
  ///   outcome says so.
  package func judge(_ request: JudgeRequest) throws(TareError) -> JudgeOutcome {
    try check(request)
    let settings = request.settings
    let template = try JudgeTemplate(choice: settings.template)
    let options = try settings.chatOptions(template)
    let engine = try settings.judgeEngine()
    let columns = try ColumnMapping(command: request.columns)
    let rows = try readRows(request.inputs, format: request.format, columns, request.policy)
    // Templates that print a date print that of the run, so that a run that goes on asks the same.
    let store = try opened(request.store)
    let name = request.run ?? "judge"
    let before = try store.runs().map(\.run).first { $0.name == name }
    let date = before?.templateDate ?? String(Date.now.formatted(.iso8601.year().month().day()))
    let asker = try settings.asker(template, date: date)
    let total = try count(rows, asker) * settings.samples
    let model = try waiting { () throws(TareError) in try await engine.model() }
    let scorer = Scorer(
      modelDigest: Self.judgeDigest(engine.wire.key, model: model), modelName: model,
      precision: "remote",
      readRule: "\(Scorer.judgeRule) \(template.form.rawValue) \(template.digest)")
    var record = asker.record(options, samples: settings.samples)
    // Runs of older versions have the template's digest alone.
    if let before, before.settings["template_text"] == nil { record["template_text"] = nil }
    if !request.columns.isEmpty { record["columns"] = .object(columns.json) }
    let run = try store.createOrResumeRun(
      named: name, scorer: scorer, templateDate: date, settings: record)
    try store.addItems(rows, to: run)
    var work = JudgeWork(
      engine, model: model, asker, options, settings, store: store, run: run, observer: observer)
    try work.ask(rows, total: total)
    return try outcome(of: work, rows, total: total, request)
  }

  private func opened(_ path: String?) throws(TareError) -> Store {
    guard let path else { return try .temporary() }
    return try Store(path: path)
  }

  private func check(_ request: JudgeRequest) throws(TareError) {
    guard (request.store == nil) == (request.run == nil) else {
      throw .usage("--store and --run must be given together: a store keeps runs by name")
    }
    guard request.run?.isEmpty != true else {
      throw .usage("--run: expected a name, found nothing")
    }
    guard request.store != ":memory:" else {
      throw .usage(
        "--store: expected a file, found :memory:, which keeps nothing (leave out --store and --run)"
      )
    }
  }

  /// - Throws: `TareError.usage` where there is nothing to ask; `TareError.badData` for a row that has
  ///   too few responses.
  private func count(_ rows: CandidateSets, _ asker: JudgeAsker) throws(TareError) -> Int {
    var total = 0
    for row in rows {
      let count = asker.count(row)
      guard count > 0 else {
        throw .badData(
          place: "row '\(row.id)'", found: "\(row.responses.count) response",
          accepted:
            "at least 2 responses for the form \(asker.template.form.rawValue) (rate rows of one "
            + "response by the form rating)")
      }
      total += count
    }
    return total
  }

  /// Reads all answers, and gives the run the scores that they make.
  private func outcome(
    of work: JudgeWork, _ rows: CandidateSets, total: Int, _ request: JudgeRequest
  ) throws(TareError) -> JudgeOutcome {
    let store = work.store
    let items = try store.itemIDs(of: work.run)
    var outcome = JudgeOutcome(
      work, total: total, destination: request.store.map { "\($0), run '\(work.run.name)'" })
    var next = 0
    for row in rows {
      let (judged, keys) = try work.judged(row)
      outcome.add(judged)
      var tokens: [ItemTokens] = []
      var scores: [Digest: StoredScore] = [:]
      for (index, response) in judged.responses.enumerated() {
        guard next < items.count else {
          throw .fault("run '\(work.run.name)' has fewer responses than its input")
        }
        let digest = Self.digest(keys, samples: work.samples, response: index)
        tokens.append(ItemTokens(item: items[next], digest: digest, truncated: false))
        next += 1
        if let score = response.score {
          scores[digest] = StoredScore(value: Float(score), tokens: 0, readAt: 0)
        }
      }
      try store.setTokens(tokens, of: work.run)
      try store.insert(scores: scores, by: work.run.scorer)
    }
    if outcome.unscored == 0 { try store.finish(work.run) }
    return outcome
  }

  /// What stands for the tokens of a response: the requests that its score is made of.
  private static func digest(
    _ keys: [JudgeAnswerKey], samples: Int, response: Int
  ) -> Digest {
    let requests = keys.filter { $0.sample == 0 }.map { "\($0.request)" }
    return Digest(
      of: "judge\n\(requests.joined(separator: "\n"))\n\(samples)\n\(response)")
  }
}

extension Pipeline {
  /// One of the program's own templates, as a file to be changed.
  package static func judgeTemplate(_ key: String) throws(TareError) -> String {
    try JudgeTemplate.source(of: key)
  }
}
