/// Answers to the questions of a run's rows: computed where the store has none, and linked to the rows.
internal import TareCore
internal import TareScoring
internal import TareStore

/// What answers a run's questions and how its rewards are made.
struct DecideStage {
  let model: DecisionModel
  let store: Store
  let run: Run
  /// Of the rubric; nil for rows that hold their own.
  let rubric: RubricFile?
  let reward: DecisionReward?
  /// Whether rows that cannot be asked are left without answers.
  let leavesOut: Bool
  let averagesOrders: Bool
  let observer: StageObserver

  /// What a call did.
  struct Summary {
    var rows = 0
    /// Questions that were computed, of those asked in this call.
    var computed = 0
    var asked = 0
    /// Questions whose prompts do not fit into the model's context, and requests that are refused.
    var missing = 0
    var tokens = 0
    /// Tokens that were computed; the others were shared with another prompt's start.
    var computedTokens = 0
    var seconds = 0.0
  }

  /// Rows whose prompts are planned together.
  private static let pageSize = 32

  /// What a row's questions come to.
  private struct Asked {
    var item: RunItem
    /// The reads of each question, several where orders are averaged; nil where it cannot be asked.
    var reads: [[DecisionRead]?]
  }

  var scorer: Scorer { model.decisionScorer }

  func run(_ summary: inout Summary) throws(TareError) {
    let start = ContinuousClock.now
    let total = try store.summary(of: run).items
    var done = try store.decidedItems(of: run)
    summary.rows = total
    var last: Int64 = 0
    while true {
      let page = try store.undecidedItems(of: run, after: last, limit: Self.pageSize)
      guard let end = page.last else { break }
      guard !observer.shouldStop() else {
        throw .interrupted(
          "stopped after \(done) of \(total) rows; "
            + (store.isKept
              ? "finished work is stored; run the same command again to resume"
              : "nothing was kept; with --store, work can be resumed"))
      }
      last = page.map(\.id).max() ?? end.id
      try decide(page, &summary)
      done += page.count
      summary.seconds = (ContinuousClock.now - start) / .seconds(1)
      observer.report(
        StageProgress(
          work: "decided", done: done, computed: summary.computed, total: total,
          tokens: summary.tokens, seconds: summary.seconds))
    }
    try store.finishDecisions(run)
  }

  private func decide(_ page: [RunItem], _ summary: inout Summary) throws(TareError) {
    var asked: [Asked] = []
    for item in page { asked.append(try ask(item)) }
    var wanted: [Digest: DecisionRead] = [:]
    var order: [Digest] = []
    for read in asked.flatMap({ $0.reads.compactMap(\.self).flatMap(\.self) })
    where wanted.updateValue(read, forKey: read.digest) == nil {
      order.append(read.digest)
    }
    var known = try store.knownDecisions(by: scorer, for: order)
    let missing = order.filter { known[$0] == nil }.compactMap { wanted[$0] }
    let fresh = try model.answers(missing)
    var added: [Digest: StoredDecision] = [:]
    for (read, reading) in zip(missing, fresh) { added[read.digest] = StoredDecision(reading) }
    known.merge(added) { $1 }
    summary.asked += asked.reduce(0) { $0 + $1.reads.count }
    summary.computed += missing.count
    summary.missing += asked.reduce(0) { $0 + $1.reads.count { $0 == nil } }
    let sequences = Array(Set(missing.map(\.ids)))
    summary.tokens += sequences.reduce(0) { $0 + $1.count }
    summary.computedTokens += BatchPlan.rows(
      sequences, sharesPrefixes: model.sharesPrefixes)
    var items: [ItemDecisions] = []
    for row in asked { items.append(try decisions(of: row, &known, &added)) }
    try store.insert(decisions: added, by: scorer, for: items, of: run)
  }

  // MARK: - Asking

  private func ask(_ item: RunItem) throws(TareError) -> Asked {
    do throws(TareError) {
      let request = model.prepared(try item.request(rubric?.questions))
      do throws(TareError) {
        return Asked(item: item, reads: try reads(request))
      } catch {
        guard let reward, reward.missing != .error, item.stateRow == nil else { throw error }
        return Asked(item: item, reads: try oneByOne(request))
      }
    } catch {
      guard leavesOut, item.stateRow != nil else {
        throw error.inside("row \(item.position + 1)")
      }
      return Asked(item: item, reads: [nil])
    }
  }

  /// [question][shift]
  private func reads(_ request: DecisionRequest) throws(TareError) -> [[DecisionRead]?] {
    var all = [[DecisionRead]?](repeating: [], count: request.questions.count)
    for shift in 0..<shifts(request) {
      let turned = DecisionRequest(
        state: request.state, questions: request.questions.map { $0.shifted(by: shift) })
      for read in try model.reads(model.prompts(turned)) {
        let options = request.questions[read.question].options.count
        guard shift == 0 || (request.questions[read.question].kind == .choice && shift < options)
        else { continue }
        all[read.question]?.append(shift == 0 ? read : read.turned(by: shift))
      }
    }
    return all
  }

  private func shifts(_ request: DecisionRequest) -> Int {
    guard averagesOrders else { return 1 }
    return request.questions.filter { $0.kind == .choice }.map(\.options.count).max() ?? 1
  }

  /// Those of the questions whose prompts fit into the model's context; whatever else is wrong with one is
  /// an error.
  private func oneByOne(_ request: DecisionRequest) throws(TareError) -> [[DecisionRead]?] {
    var found: [[DecisionRead]?] = []
    for question in request.questions {
      let one = DecisionRequest(state: request.state, questions: [question])
      do throws(TareError) {
        found += try reads(one)
      } catch {
        guard case .badData(let place, _, _) = error, place.hasSuffix(", prompt") else {
          throw error
        }
        found.append(nil)
      }
    }
    return found
  }

  // MARK: - Rewards

  /// The links of a row; an average over orders is kept beside what it is of.
  private func decisions(
    of row: Asked, _ known: inout [Digest: StoredDecision], _ added: inout [Digest: StoredDecision]
  ) throws(TareError) -> ItemDecisions {
    var digests: [Digest?] = []
    for reads in row.reads {
      guard let reads, let first = reads.first else {
        digests.append(nil)
        continue
      }
      guard reads.count > 1 else {
        digests.append(first.digest)
        continue
      }
      let digest = Digest(of: "orders " + reads.map(\.digest.description).joined(separator: " "))
      let parts = reads.compactMap { known[$0.digest] }
      let average = StoredDecision(averaging: parts, temperature: first.temperature)
      if known.updateValue(average, forKey: digest) == nil { added[digest] = average }
      digests.append(digest)
    }
    let answers = digests.map { $0.flatMap { known[$0] } }
    guard let reward, row.item.stateRow?["questions"] == nil else {
      return ItemDecisions(item: row.item.id, reads: digests, reward: nil)
    }
    if reward.missing == .error, answers.contains(where: { $0 == nil }) {
      throw .fault("row \(row.item.position + 1) has no answer to a question that was asked")
    }
    guard
      let value = reward.value(answers.map { $0?.probabilities.map { Double($0) } })
    else {
      return ItemDecisions(item: row.item.id, reads: digests, reward: nil)
    }
    let name = digests.map { $0?.description ?? "-" }.joined(separator: " ")
    let score = StoredScore(
      value: Float(value), tokens: answers.reduce(0) { $0 + ($1?.tokens ?? 0) }, readAt: 0)
    return ItemDecisions(
      item: row.item.id, reads: digests, reward: (Digest(of: "answers \(name)"), score))
  }
}

extension DecisionModel {
  /// Who answers, as the store keeps it.
  var decisionScorer: Scorer {
    Scorer(
      modelDigest: text.digest, modelName: name, headDigest: settingsDigest, precision: precision,
      readRule: "decision")
  }
}

extension StoredDecision {
  init(_ reading: DecisionReading) {
    self.init(
      scores: reading.scores, probabilities: reading.probabilities, labelMass: reading.labelMass,
      isTopALabel: reading.isTopALabel, tokens: reading.tokens)
  }

  /// The mean of the scores in several orders, and the probabilities of that.
  init(averaging parts: [StoredDecision], temperature: Float) {
    let count = Double(max(parts.count, 1))
    let scores = (parts.first?.scores ?? []).indices.map { option in
      Float(parts.reduce(0.0) { $0 + Double($1.scores[option]) } / count)
    }
    let masses = parts.compactMap(\.labelMass)
    self.init(
      scores: scores,
      probabilities: DecisionReading.softmax(scores, temperature: temperature),
      labelMass: masses.isEmpty ? nil : masses.reduce(0, +) / Double(masses.count),
      isTopALabel: parts.first?.isTopALabel == nil
        ? nil : parts.allSatisfy { $0.isTopALabel == true },
      tokens: parts.reduce(0) { $0 + $1.tokens })
  }

  var reading: DecisionReading {
    DecisionReading(
      scores: scores, probabilities: probabilities, labelMass: labelMass,
      isTopALabel: isTopALabel, tokens: tokens)
  }
}
